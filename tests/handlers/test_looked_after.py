"""Reviews of a child who is looked after (rules LAC-01), and what else changes while a plan stands."""

import pytest

from handlers import events as e
from handlers.events import Impossible
from handlers.working_days import in_words
from infra.protocols.packs import protocol
from tests.handlers.hearing import FAMILY, MOTHER, Hearing, a_conference, day, instant

PLAN = e.Plan(plan="P-1", category="neglect", core_group=("w-social",))
FIRST, SECOND, THIRD = (f"looked-after-review:PLC-1:{n}" for n in (1, 2, 3))
CORE_GROUP = "core-group:P-1:1"


def started(on: str | None = "Mon 3 March 2025") -> e.LookedAfterStarted:
    return e.LookedAfterStarted("PLC-1", "child", "w-social", day(on) if on else None)


def ended(on: str, returned_home: bool = True) -> e.LookedAfterEnded:
    return e.LookedAfterEnded("PLC-1", day(on), "w-social", returned_home)


def looked_after() -> Hearing:
    return Hearing().household().worked_with().family(started())


def test_the_first_review_is_due_twenty_working_days_after_it_began() -> None:
    due = looked_after().meeting(FIRST).due
    assert (in_words(due.due_on), due.child) == ("Mon 31 March 2025", "child") and "LAC-01a" in due.working


def test_the_second_is_due_in_three_months_and_each_later_one_in_six() -> None:
    h = looked_after().sits(meeting=FIRST)
    sat = h.meeting(FIRST).sitting
    assert (sat and in_words(sat.started_at) == "Mon 17 March 2025 10:00") or sat
    assert "LAC-01b" in h.meeting(SECOND).due.working
    assert "LAC-01c" in h.sits(meeting=SECOND).meeting(THIRD).due.working


def test_a_placement_that_ends_takes_its_reviews_with_it() -> None:
    h = looked_after().at("Fri 7 March 2025 10:00").family(ended("Fri 7 March 2025"))
    assert h.meeting(FIRST).no_longer_due and not h.diary.seats


def test_without_its_first_day_the_coordinator_must_find_it_out_and_no_date_is_guessed() -> None:
    h = Hearing().household().worked_with().family(started(None))
    assert not h.file.meetings
    duty = h.duty("set_date")
    assert (duty.owner, in_words(duty.due_at)) == ("coordinator", "Mon 10 March 2025 23:59")
    h.at("Tue 4 March 2025 10:00").family(started("Thu 27 February 2025"))
    assert h.meeting(FIRST).open and h.duty("set_date").ended == "lapse"


def test_a_day_that_a_person_set_stands_until_the_first_day_of_it_is_found_out() -> None:
    h = Hearing().household().worked_with().family(started(None))
    h.family(e.MeetingAskedFor("PLC-1:1", "looked_after_review", day("Fri 21 March 2025"), "w-social"))
    assert h.duty("set_date").ended == "evidence" and in_words(h.meeting(FIRST).due.due_on) == "Fri 21 March 2025"
    h.family(started())
    assert in_words(h.meeting(FIRST).due.due_on) == "Mon 31 March 2025" and not h.open("set_date")


def test_where_no_rule_was_published_a_person_must_set_the_day_of_each_review() -> None:
    h = Hearing(protocol=protocol("wales")).household().worked_with().family(started())
    assert not h.file.meetings and "has no rule LAC-01a" in h.duty("set_date").sentence
    h.family(e.MeetingAskedFor("PLC-1:1", "looked_after_review", day("Fri 21 March 2025"), "w-social"))
    assert (h.meeting(FIRST).due.child, h.duty("set_date").ended) == ("child", "evidence")
    h.family(ended("Mon 3 March 2025"))
    assert h.meeting(FIRST).no_longer_due and not h.open("set_date")


def test_a_child_that_was_taken_off_the_household_is_reviewed_all_the_same() -> None:
    assert looked_after().family(e.HouseholdRecorded((MOTHER,))).meeting(FIRST).open


def test_a_child_that_nobody_knows_waits_for_the_household() -> None:
    h = Hearing().family(started())
    assert [p[1] for p in h.parked] == ["member:child"] and h.household().meeting(FIRST).open


def test_the_parents_service_hears_that_a_child_was_looked_after_and_that_it_came_home() -> None:
    h = a_conference().episode().family(started())
    assert [d.sentence.partition(",")[0] for d in h.open("tell_change")] == [
        "Make sure that clearway knows of the change looked-after:PLC-1"
    ]
    h.at("Tue 4 March 2025 10:00").family(ended("Tue 4 March 2025"))
    assert len(h.open("tell_change")) == 2
    h.family(ended("Tue 4 March 2025", returned_home=False))
    assert len(h.open("tell_change")) == 1


def test_a_placement_in_time_to_come_has_not_begun() -> None:
    with pytest.raises(Impossible, match="had not come"):
        Hearing().household().family(started("Tue 4 March 2025"))


# --- plans, core groups, workers


def test_a_core_group_named_anew_is_who_is_asked() -> None:
    h = (
        a_conference()
        .sits(plan=PLAN)
        .family(e.CoreGroupNamed("P-1", ("w-social", "w-health"), day("Wed 5 March 2025"), "w-chair-1"))
    )
    assert "w-health" in h.meeting(CORE_GROUP).invitations
    h.at("Thu 6 March 2025 08:00").family(e.CoreGroupNamed("P-1", ("w-health",), day("Thu 6 March 2025"), "w-chair-1"))
    assert h.meeting(CORE_GROUP).invitations["w-social"].cancelled


def test_a_category_changed_is_the_plans_from_then_on() -> None:
    h = a_conference().sits(plan=PLAN)
    h.family(e.PlanCategoryChanged("P-1", "emotional", day("Wed 5 March 2025"), "w-chair-1"))
    made = h.file.plan_made_at("P-1")
    assert made and made.category == "emotional"


def test_of_two_changes_of_category_the_later_made_counts() -> None:
    h = a_conference().sits(plan=PLAN).at("Fri 7 March 2025 10:00")
    h.family(e.PlanCategoryChanged("P-1", "emotional", day("Fri 7 March 2025"), "w-chair-1"))
    h.family(e.PlanCategoryChanged("P-1", "sexual", day("Thu 6 March 2025"), "w-chair-1"))
    made = h.file.plan_made_at("P-1")
    assert made and made.category == "emotional"


def test_what_is_said_of_a_plan_that_is_not_made_yet_waits_for_it() -> None:
    h = a_conference().family(e.CoreGroupNamed("P-1", ("w-health",), day("Mon 3 March 2025"), "w-chair-1"))
    assert [p[1] for p in h.parked] == ["plan:P-1"]
    assert set(h.sits(plan=PLAN).meeting(CORE_GROUP).invitations) == {"mother", "w-health"}


def test_a_worker_recorded_again_has_the_later_role() -> None:
    h = a_conference().family(e.ProfessionalInvolved("w-health", "school_nurse", day("Mon 3 March 2025")))
    assert h.file.professionals["w-health"].role == "school_nurse"


def test_who_took_part_in_a_strategy_discussion_is_kept_with_it() -> None:
    there = (e.Attendance(person="w-health", presence="present"),)
    h = Hearing().family(e.StrategyDiscussionHeld("SD-1", day("Mon 3 March 2025"), True, there))
    assert h.file.discussions["SD-1"].attendance == there


# --- and when a family splits


def test_the_reviews_of_a_child_go_with_the_child() -> None:
    h = looked_after().family(e.FamilySplit("F-2", ("child",), "w-coordinator"))
    other = h.files[FAMILY.sibling("family", "F-2")]
    assert FIRST in other.meetings and FIRST not in h.file.meetings  # type: ignore[union-attr]
    assert h.diary.seats[f"F-2/{FIRST}"].starts_at > instant("Mon 3 March 2025 10:00")


def test_the_reviews_of_a_child_that_stays_stay() -> None:
    h = looked_after().family(e.FamilySplit("F-2", ("mother",), "w-coordinator"))
    other = h.files[FAMILY.sibling("family", "F-2")]
    assert FIRST not in other.meetings and h.meeting(FIRST).booked  # type: ignore[union-attr]
