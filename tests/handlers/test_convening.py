"""By when a conference must be held (ICPC-01, RCPC-01; rules 3.1, 3.2, 3.7)."""

import pytest

from handlers import events as e
from handlers import facts as f
from handlers.conference import convening
from handlers.working_days import in_words
from tests.handlers.hearing import CONFERENCE, Hearing, an_enquiry, day, instant

PLAN = e.Plan(plan="P-1", category="neglect", core_group=("w-social",))
FIRST_REVIEW, SECOND_REVIEW = "review-conference:P-1:1", "review-conference:P-1:2"


def planned() -> Hearing:
    """The conference of Wed 5 March makes a plan."""
    return Hearing().household().worked_with().conference().sits(plan=PLAN)


def test_the_initial_conference_is_due_15_working_days_after_the_discussion_and_says_why() -> None:
    due = Hearing().household().conference().meeting().due
    assert (due.kind, in_words(due.due_on), due.not_before) == (
        "initial_conference",
        "Mon 24 March 2025",
        day("Mon 3 March 2025"),
    )
    assert due.working.startswith("15 working days after Mon 3 March 2025") and "ICPC-01" in due.working


def test_the_days_run_from_the_discussion_and_not_from_its_recording() -> None:
    h = Hearing("Thu 6 March 2025 10:00").household().family(*an_enquiry(day("Mon 3 March 2025")))
    assert in_words(h.meeting().due.due_on) == "Mon 24 March 2025"


def test_bank_holidays_are_left_out() -> None:
    h = Hearing("Fri 11 April 2025 10:00").household().conference()
    assert in_words(h.meeting().due.due_on) == "Wed 7 May 2025"


def test_a_discussion_without_section_47_calls_for_no_conference() -> None:
    h = Hearing().family(e.StrategyDiscussionHeld("SD-1", day("Mon 3 March 2025"), False))
    assert not h.family(e.ConferenceAskedFor("SD-1", "w-social")).file.meetings


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_conference_is_due_once_both_discussion_and_request_are_known(order: tuple[int, int]) -> None:
    enquiry = an_enquiry(day("Mon 3 March 2025"))
    first, second = (enquiry[i] for i in order)
    begun = Hearing().family(first)
    assert not any(getattr(file, "meetings", ()) for file in begun.files.values())
    assert set(Hearing().family(first, second).file.meetings) == {CONFERENCE}


def test_a_later_discussion_that_nobody_asks_a_conference_for_moves_nothing() -> None:
    h = Hearing().household().conference().at("Mon 10 March 2025 10:00")
    h.family(e.StrategyDiscussionHeld("SD-2", day("Mon 10 March 2025"), True))
    assert set(h.file.meetings) == {CONFERENCE} and in_words(h.meeting().due.due_on) == "Mon 24 March 2025"


def test_a_conference_asked_for_after_a_later_discussion_is_due_from_the_initiating_one() -> None:
    h = Hearing().family(e.StrategyDiscussionHeld("SD-1", day("Mon 3 March 2025"), True)).at("Mon 10 March 2025 10:00")
    h.family(e.StrategyDiscussionHeld("SD-2", day("Mon 10 March 2025"), True), e.ConferenceAskedFor("SD-2", "w-social"))
    [meeting] = h.file.meetings.values()
    assert in_words(meeting.due.due_on) == "Mon 24 March 2025"
    assert [convening.of_enquiry(h.file, d, h.protocol) for d in ("SD-1", "SD-2")] == [meeting, meeting]


def test_an_enquiry_that_proves_not_to_be_one_needs_no_conference_any_more() -> None:
    h = Hearing().household().worked_with().conference()
    h.family(e.StrategyDiscussionHeld("SD-1", day("Mon 3 March 2025"), False))
    assert h.meeting().no_longer_due and h.duty("hold_meeting").ended == "lapse" and not h.diary.seats


def test_a_meeting_that_is_due_again_is_owed_again() -> None:
    h = Hearing().household().worked_with().conference()
    h.family(e.StrategyDiscussionHeld("SD-1", day("Mon 3 March 2025"), False))
    h.family(e.StrategyDiscussionHeld("SD-1", day("Mon 3 March 2025"), True))
    assert h.meeting().open and h.open("hold_meeting") and h.open("find_a_time")


def test_a_discussion_redated_moves_the_deadline_of_a_conference_not_yet_held() -> None:
    h = Hearing().household().worked_with().conference()
    h.family(e.StrategyDiscussionHeld("SD-1", day("Thu 27 February 2025"), True))
    assert in_words(h.meeting().due.due_on) == "Thu 20 March 2025"
    assert in_words(h.duty("hold_meeting").due_at) == "Thu 20 March 2025 23:59"


def test_the_conference_is_owed_by_the_coordinator_until_it_has_been_held() -> None:
    h = Hearing().household().worked_with().conference()
    duty = h.duty("hold_meeting")
    assert (duty.owner, duty.closes_on, duty.meeting) == ("coordinator", "held", CONFERENCE)
    assert duty.sentence.startswith("Hold the initial child protection conference. 15 working days after")
    assert h.sits().waived().duty("hold_meeting", meeting=CONFERENCE).ended == "evidence"


def test_the_first_review_is_due_three_months_after_the_conference_that_made_the_plan() -> None:
    due = planned().meeting(FIRST_REVIEW).due
    assert (due.kind, due.plan, in_words(due.due_on)) == ("review_conference", "P-1", "Thu 5 June 2025")
    assert in_words(due.not_before) == "Wed 7 May 2025"  # 20 working days before, over 26 May


def test_each_later_review_is_due_six_months_after_the_one_that_was_held() -> None:
    h = planned().sits(meeting=FIRST_REVIEW)
    sat = h.meeting(FIRST_REVIEW).sitting
    assert sat and in_words(sat.started_at).startswith("Wed 7 May 2025")
    assert in_words(h.meeting(SECOND_REVIEW).due.due_on) == "Fri 7 November 2025"


def test_a_conference_that_makes_no_plan_has_no_review() -> None:
    assert set(Hearing().household().worked_with().conference().sits().file.meetings) == {CONFERENCE}


def test_a_plan_that_ends_takes_its_reviews_with_it_and_gives_the_seats_back() -> None:
    h = planned().waived().family(e.PlanEnded("P-1", day("Wed 5 March 2025"), "w-chair-1"))
    assert h.meeting(FIRST_REVIEW).no_longer_due and not [k for k in h.diary.seats if "review" in k]
    assert {d.ended for d in h.duties("hold_meeting")} == {"evidence", "lapse"}
    assert all(i.cancelled for i in h.meeting(FIRST_REVIEW).invitations.values())


def test_what_was_held_is_never_undone_by_the_end_of_its_plan() -> None:
    h = planned().sits(meeting=FIRST_REVIEW).family(e.PlanEnded("P-1", day("Wed 7 May 2025"), "w-chair-1"))
    assert h.meeting(FIRST_REVIEW).held and not h.meeting(FIRST_REVIEW).no_longer_due
    assert h.meeting(SECOND_REVIEW).no_longer_due


def test_the_end_of_a_plan_is_found_once_not_at_every_event() -> None:
    h = planned().family(e.PlanEnded("P-1", day("Wed 5 March 2025"), "w-chair-1"))
    told = len(h.facts(f.MeetingNoLongerDue))
    assert told == 2 and len(h.answers("mother").facts(f.MeetingNoLongerDue)) == told


def test_a_conference_that_sat_at_another_hour_than_booked_counts_from_when_it_sat() -> None:
    h = Hearing().household().worked_with().conference().at("Fri 7 March 2025 17:00")
    times = instant("Fri 7 March 2025 09:00"), instant("Fri 7 March 2025 11:00")
    h.family(e.MeetingHeld(CONFERENCE, (), *times, PLAN))
    assert in_words(h.meeting(FIRST_REVIEW).due.due_on) == "Fri 6 June 2025"  # Sat 7 June rolls back
