"""What went before the file was kept: nothing of it was ours to tell, and what follows from it still falls due.

Working Together's rules for reviews and core groups (RCPC-01, CG-01, CG-02); rules 42 and D-03.
"""

from __future__ import annotations

import pytest

from handlers import events as e
from handlers.working_days import in_words
from tests.handlers.hearing import Hearing, day, instant, there

CENSUS_DAY = "Mon 31 March 2025"
IMPORTED = "Mon 12 May 2025 10:00"
REVIEW, CORE_GROUP = "review-conference:plan-1:1", "core-group:plan-1:1"
BEFORE = e.ConferenceHeldBefore("initial-conference:s47-1", day("Thu 13 March 2025"), "s47-1")


def a_plan(
    made: str = "Thu 13 March 2025",
    *reviews: str,
    ended: str | None = None,
    known: str = CENSUS_DAY,
    plan: str = "plan-1",
) -> e.PlanStoodBefore:
    on = tuple(day(x) for x in reviews)
    return e.PlanStoodBefore(plan, day(made), day(known), "neglect", on, day(ended) if ended else None)


def imported(*bodies: e.Body, at: str = IMPORTED) -> Hearing:
    return Hearing(at).family(*bodies)


def due(h: Hearing, meeting: str) -> str:
    return in_words(h.meeting(meeting).due.due_on)


def past_duties(h: Hearing) -> set[str]:
    """Kinds of duty that only a meeting which sat, or was called off, can open."""
    about_the_past = ("minutes", "decision", "cancel")
    return {d.kind for d in h.file.duties.values() if any(word in d.kind for word in about_the_past)}


def test_the_next_review_falls_due_from_the_conference_while_no_review_was_held() -> None:
    h = imported(a_plan())
    assert due(h, REVIEW) == "Fri 13 June 2025"
    assert "RCPC-01a" in h.meeting(REVIEW).due.working


def test_the_next_review_falls_due_from_the_last_review_held() -> None:
    h = imported(a_plan("Thu 13 June 2024", "Thu 5 September 2024", "Wed 5 March 2025"))
    assert due(h, REVIEW) == "Fri 5 September 2025"
    assert "RCPC-01b" in h.meeting(REVIEW).due.working


def test_the_order_in_which_reviews_are_told_changes_nothing() -> None:
    one = imported(a_plan("Thu 13 June 2024", "Thu 5 September 2024", "Wed 5 March 2025"))
    other = imported(a_plan("Thu 13 June 2024", "Wed 5 March 2025", "Thu 5 September 2024"))
    assert due(one, REVIEW) == due(other, REVIEW)


def test_a_core_group_that_is_still_to_come_falls_due_from_the_conference() -> None:
    h = imported(a_plan("Tue 6 May 2025", known="Fri 9 May 2025"))
    assert due(h, CORE_GROUP) == "Tue 20 May 2025" and "CG-01" in h.meeting(CORE_GROUP).due.working


def test_core_groups_that_were_due_before_we_knew_are_not_ours_and_the_next_of_their_row_is() -> None:
    h = imported(a_plan("Thu 13 June 2024", "Wed 5 March 2025"))  # six weeks: 16 April; and again: 28 May
    assert due(h, CORE_GROUP) == "Wed 28 May 2025" and "CG-02" in h.meeting(CORE_GROUP).due.working


def test_core_groups_go_on_from_the_first_that_we_held() -> None:
    h = imported(a_plan()).sits(meeting=CORE_GROUP)
    sat = h.meeting(CORE_GROUP).sitting
    assert sat and in_words(sat.started_at).startswith("Mon 9 June 2025")
    assert due(h, "core-group:plan-1:2") == "Mon 21 July 2025"


def test_reviews_go_on_from_the_first_that_we_held() -> None:
    h = imported(a_plan()).sits(meeting=REVIEW)
    sat = h.meeting(REVIEW).sitting
    assert sat and h.meeting("review-conference:plan-1:2").due.due_on > sat.started_at.date()
    assert "RCPC-01b" in h.meeting("review-conference:plan-1:2").due.working


def test_nothing_is_owed_about_what_was_held_before_us() -> None:
    h = Hearing(IMPORTED)
    h.family(e.StrategyDiscussionHeld("s47-1", day("Mon 3 March 2025"), True), BEFORE, a_plan()).factor("1B")
    assert not past_duties(h) and set(h.file.meetings) == {REVIEW, CORE_GROUP}
    assert {d.meeting for d in h.file.duties.values()} <= {REVIEW, CORE_GROUP, None}
    assert {x.meeting for x in h.messages} <= {REVIEW, CORE_GROUP}


def test_a_plan_that_ended_before_us_makes_nothing_due_and_sends_nothing() -> None:
    h = imported(BEFORE, a_plan(ended="Fri 28 March 2025"))
    assert not h.file.meetings and not h.file.duties and not h.messages


def test_a_factor_of_an_earlier_assessment_counts_for_the_family_at_meetings_to_come() -> None:
    h = imported(a_plan()).factor("1B")
    told = h.duties("tell_treatment", meeting=REVIEW)
    assert {d.service for d in told} == {"beacon", "clearway"} and {d.adult for d in told} == {"family"}
    assert "w-spoc" in h.meeting(REVIEW).invitations


def test_a_later_return_moves_the_review_on_and_opens_nothing_else() -> None:
    h = imported(a_plan())
    before = set(h.file.duties)
    h.at("Mon 19 May 2025 10:00")
    h.family(a_plan("Thu 13 March 2025", "Mon 12 May 2025", known="Mon 12 May 2025"))
    assert due(h, REVIEW) == "Wed 12 November 2025" and set(h.file.duties) == before


def test_an_earlier_return_that_comes_late_changes_nothing() -> None:
    h = imported(a_plan("Thu 13 June 2024", "Wed 5 March 2025", ended="Fri 28 March 2025"))
    h.family(a_plan("Thu 13 June 2024", known="Sun 30 June 2024"))
    assert not h.file.meetings


def test_of_two_returns_of_one_day_the_later_recorded_stands() -> None:
    h = imported(a_plan(ended="Fri 28 March 2025"))
    h.at("Tue 13 May 2025 10:00").family(a_plan())
    assert h.meeting(REVIEW).open


def test_a_plan_whose_start_was_corrected_stands_once() -> None:
    h = imported(a_plan())
    h.at("Tue 13 May 2025 10:00").family(a_plan("Fri 14 March 2025", plan="plan-2"))
    assert {m.due.plan for m in h.file.meetings.values() if m.open} == {"plan-2"}


def test_a_return_that_tells_of_our_own_plan_adds_no_second_one() -> None:
    h = Hearing().household().worked_with().conference()
    h.sits(plan=e.Plan(plan="P-1", category="neglect"))  # it sat on Wed 5 March
    h.at(IMPORTED).family(a_plan("Wed 5 March 2025"))
    assert {m.due.plan for m in h.file.meetings.values()} == {None, "P-1"}


def test_a_return_that_tells_of_our_own_review_leaves_the_next_one_its_name_and_day() -> None:
    h = imported(a_plan()).sits(meeting=REVIEW)
    sat = h.meeting(REVIEW).sitting
    assert sat
    after = h.meeting("review-conference:plan-1:2").due
    h.family(e.PlanStoodBefore("plan-1", day("Thu 13 March 2025"), h.now.date(), "neglect", (sat.started_at.date(),)))
    assert h.meeting("review-conference:plan-1:2").due == after and "review-conference:plan-1:3" not in h.file.meetings


def test_whoever_ends_a_plan_from_before_ends_its_meetings() -> None:
    h = imported(a_plan()).family(e.PlanEnded("plan-1", day("Mon 12 May 2025"), "w-social"))
    assert not h.parked and not any(m.open for m in h.file.meetings.values())


def test_the_end_of_a_plan_may_come_in_before_the_return_that_tells_of_it() -> None:
    h = imported(e.PlanEnded("plan-1", day("Mon 12 May 2025"), "w-social"), a_plan())
    assert not h.parked and not any(m.open for m in h.file.meetings.values())


def test_a_conference_that_a_return_tells_was_held_is_due_no_more() -> None:
    asked = (
        e.StrategyDiscussionHeld("s47-1", day("Mon 3 March 2025"), True),
        e.ConferenceAskedFor("s47-1", "w-social"),
    )
    assert "initial-conference:s47-1" not in imported(BEFORE, *asked).file.meetings


def test_a_conference_that_had_a_time_with_us_is_ours_to_record_whatever_a_return_says() -> None:
    h = Hearing().household().worked_with().conference()
    h.at("Mon 10 March 2025 10:00")
    h.family(e.ConferenceHeldBefore("initial-conference:SD-1", day("Wed 5 March 2025"), "SD-1"))
    assert h.meeting().open and not any(i.cancelled for i in h.meeting().invitations.values())
    h.held(there("w-social"))
    assert h.open("send_minutes", to="w-social")


def test_an_enquiry_after_a_conference_that_was_held_before_begins_a_clock_of_its_own() -> None:
    first = e.StrategyDiscussionHeld("s47-1", day("Mon 3 March 2025"), True)
    h = imported(first, BEFORE, at="Fri 14 March 2025 10:00")
    h.family(e.StrategyDiscussionHeld("SD-2", day("Fri 14 March 2025"), True), e.ConferenceAskedFor("SD-2", "w-social"))
    assert due(h, "initial-conference:SD-2") == "Fri 4 April 2025"


def test_a_plan_from_before_is_a_lawful_ground_to_tell_of_a_change() -> None:
    h = imported(a_plan()).household().episode()
    h.family(e.SignificantChangeRecorded("CH-1", "child_returned_home", h.now.date(), "w-social"))
    assert h.open("tell_change") and not h.open("seek_consent")


def test_a_plan_that_ended_before_is_no_ground_to_tell_of_a_change_without_consent() -> None:
    h = imported(a_plan(ended="Fri 28 March 2025")).household().episode()
    h.family(e.SignificantChangeRecorded("CH-1", "child_returned_home", h.now.date(), "w-social"))
    assert h.open("seek_consent") and not h.open("tell_change")


@pytest.mark.parametrize(
    "wrong",
    [
        a_plan("Thu 13 March 2025", "Thu 13 March 2025"),
        a_plan("Thu 13 March 2025", "Fri 28 March 2025", ended="Thu 20 March 2025"),
        a_plan("Thu 13 March 2025", ended="Wed 12 March 2025"),
        a_plan("Thu 13 March 2025", "Thu 3 April 2025"),
    ],
)
def test_a_plan_whose_days_are_out_of_order_is_refused_with_the_mend(wrong: e.Body) -> None:
    with pytest.raises(e.Impossible, match="out of order; mend"):
        imported(wrong)


def test_a_review_that_lay_ahead_when_the_return_was_recorded_is_refused() -> None:
    with pytest.raises(e.Impossible, match="had not come"):
        imported(a_plan(known="Tue 13 May 2025"), at="Mon 12 May 2025 10:00")


def test_the_past_is_recorded_at_the_instant_it_was_known() -> None:
    assert imported(a_plan()).file.before.plans["plan-1"].known_at == instant(IMPORTED)
