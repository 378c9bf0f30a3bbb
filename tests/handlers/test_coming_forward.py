"""What may bring a review forward is put to its chair; any member calls a core group earlier (rules RCPC-04, CG-05)."""

import pytest

from handlers import events as e
from handlers.working_days import in_words
from tests.handlers.hearing import Hearing, a_conference, day

REVIEW, GROUP = "review-conference:PLAN-1:1", "core-group:PLAN-1:1"
ON = day("Mon 10 March 2025")
CHANGE = e.SignificantChangeRecorded("C-1", "other", ON, "w-social")
DIFFICULT = e.SignificantChangeRecorded("C-2", "plan_difficulty", ON, "w-health")
NEW_ENQUIRY = e.StrategyDiscussionHeld("SD-2", ON, True)


def with_a_plan() -> Hearing:
    plan = e.Plan(plan="PLAN-1", category="neglect", core_group=("w-social", "w-health"))
    return a_conference().sits(plan=plan).at("Mon 10 March 2025 10:00")


def with_a_group() -> Hearing:
    """Its core group is booked for Tue 18 March."""
    plan = e.Plan(plan="PLAN-1", category="neglect", core_group=("w-social", "w-health"))
    return a_conference().sits(plan=plan).at("Thu 6 March 2025 10:00").books("Tue 18 March 2025 10:00", GROUP)


def forward(meeting: str, to: str = "", by: str = "w-chair-1", plan_change: bool = False) -> e.MeetingBroughtForward:
    return e.MeetingBroughtForward(meeting, by, "It cannot wait.", day(to) if to else None, plan_change)


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (CHANGE, "the change C-1 of Mon 10 March 2025"),
        (DIFFICULT, "the plan is hard to carry out, says w-health (C-2)"),
        (NEW_ENQUIRY, "a new section 47 began with SD-2 on Mon 10 March 2025"),
        (e.PersonDied("mother", ON, "w-social"), "the change died:mother"),
    ],
)
def test_what_happens_after_the_conference_is_put_to_the_chair(what: e.Body, words: str) -> None:
    h = with_a_plan().family(what)
    duty, booked = h.duty("decide_coming_forward"), h.meeting(REVIEW).booked
    assert words in duty.sentence and "comes forward" in duty.sentence
    assert booked and (duty.owner, duty.to) == ("chair", booked.chair)
    assert in_words(duty.due_at) == "Tue 11 March 2025 23:59"


def test_what_was_before_the_conference_and_a_discussion_without_section_47_ask_nothing() -> None:
    before = e.SignificantChangeRecorded("C-0", "other", day("Tue 4 March 2025"), "w-social")
    h = with_a_plan().family(before, e.StrategyDiscussionHeld("SD-2", ON, False))
    assert not h.duties("decide_coming_forward")


def test_a_plan_that_is_hard_to_carry_out_is_told_to_no_treatment_service() -> None:
    h = with_a_plan().episode().at("Tue 11 March 2025 10:00").family(DIFFICULT)
    on = e.SignificantChangeRecorded("C-3", "other", day("Tue 11 March 2025"), "w-social")
    assert not h.duties("tell_change") and h.family(on).duties("tell_change")


def test_a_review_that_stays_ends_what_was_asked_until_something_new_happens() -> None:
    h = with_a_plan().family(CHANGE, forward(REVIEW))
    assert h.duty("decide_coming_forward").ended_by == "w-chair-1" and h.meeting(REVIEW).due.due_on > day(
        "Thu 1 May 2025"
    )
    h.at("Tue 11 March 2025 10:00").family(NEW_ENQUIRY)
    assert [d.sentence for d in h.open("decide_coming_forward") if "SD-2" in d.sentence]


def test_a_review_that_comes_forward_is_due_by_that_day_and_finds_an_earlier_time() -> None:
    h = with_a_plan().family(CHANGE, forward(REVIEW, "Fri 4 April 2025"))
    meeting = h.meeting(REVIEW)
    assert meeting.due.due_on == day("Fri 4 April 2025") and "RCPC-01a" in meeting.due.working
    assert meeting.booked and meeting.booked.starts_at.date() <= meeting.due.due_on
    assert not h.open("decide_coming_forward")


def test_a_decision_in_error_leaves_the_review_where_the_rule_puts_it() -> None:
    h = with_a_plan().family(CHANGE, forward(REVIEW, "Fri 4 April 2025")).in_error(e.MeetingBroughtForward)
    assert h.meeting(REVIEW).due.due_on > day("Thu 1 May 2025") and h.open("decide_coming_forward")


def test_what_was_asked_lapses_when_the_review_sat_and_the_next_is_not_asked_about_it() -> None:
    h = with_a_plan().family(CHANGE).sits(meeting=REVIEW)
    assert h.duty("decide_coming_forward").ended == "lapse"


def test_a_later_day_than_the_rule_gives_moves_nothing() -> None:
    due_on = with_a_plan().meeting(REVIEW).due.due_on
    assert with_a_plan().family(forward(REVIEW, "Tue 1 July 2025")).meeting(REVIEW).due.due_on == due_on


# --- core groups


def test_any_member_calls_a_core_group_earlier() -> None:
    h = with_a_group().family(forward(GROUP, "Fri 14 March 2025", by="w-health"))
    meeting = h.meeting(GROUP)
    assert meeting.due.due_on == day("Fri 14 March 2025") and meeting.due.working.startswith("w-health set it for")
    assert meeting.booked and meeting.booked.starts_at.date() <= meeting.due.due_on
    assert not h.duties("name_chair")


def test_where_the_plan_is_to_change_a_team_manager_is_named_and_asked_to_chair() -> None:
    h = with_a_group().family(forward(GROUP, "Fri 14 March 2025", by="w-health", plan_change=True))
    duty = h.duty("name_chair")
    assert (duty.owner, in_words(duty.due_at)) == ("coordinator", "Fri 7 March 2025 23:59")
    assert "w-head" not in h.meeting(GROUP).invitations
    h.family(e.ChairNamed(GROUP, "w-head", "w-social"))
    assert h.duty("name_chair").ended_by == "w-head" and "w-head" in h.meeting(GROUP).invitations
