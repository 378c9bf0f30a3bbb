"""Core groups: 10 working days after the plan is made, then at most six weeks apart (CG-01, CG-02; JG 28)."""

from handlers import events as e
from handlers.working_days import in_words
from tests.handlers.hearing import Hearing, there

PLAN = e.Plan(plan="P-1", category="neglect", core_group=("w-social", "w-health"))
FIRST, SECOND = "core-group:P-1:1", "core-group:P-1:2"


def planned(plan: e.Plan = PLAN) -> Hearing:
    return Hearing().household().worked_with().conference().sits(plan=plan)


def test_the_first_core_group_is_due_ten_working_days_after_the_conference() -> None:
    due = planned().meeting(FIRST).due
    assert (due.kind, in_words(due.due_on)) == ("core_group", "Wed 19 March 2025")
    assert "CG-01" in due.working and in_words(due.not_before) == "Fri 7 March 2025"


def test_the_next_core_group_is_due_six_weeks_after_the_one_that_was_held() -> None:
    h = planned().sits(meeting=FIRST)  # it sat on Fri 7 March
    assert in_words(h.meeting(SECOND).due.due_on) == "Thu 17 April 2025"  # Good Friday rolls back
    assert "CG-02" in h.meeting(SECOND).due.working


def test_those_whom_the_chair_named_and_the_parents_are_asked() -> None:
    assert set(planned().meeting(FIRST).invitations) == {"mother", "w-social", "w-health"}


def test_nobody_presides_over_a_core_group() -> None:
    booked = planned().meeting(FIRST).booked
    assert booked and booked.chair is None and (booked.ends_at - booked.starts_at).seconds == 3600


def test_a_worker_named_by_the_chair_who_is_not_on_record_as_involved_is_asked_too() -> None:
    named = e.Plan(plan="P-1", category="neglect", core_group=("w-social", "w-fip"))
    assert "w-fip" in planned(named).meeting(FIRST).invitations


def test_the_treatment_worker_is_asked_though_the_chair_did_not_name_her() -> None:
    h = Hearing().household().worked_with().episode().conference().sits(there("w-key"), plan=PLAN)
    assert "w-key" in h.meeting(FIRST).invitations


def test_a_plan_of_two_conferences_has_its_own_core_groups_each() -> None:
    second = e.Plan(plan="P-2", category="emotional", core_group=("w-social",))
    h = planned().at("Mon 10 March 2025 10:00")
    h.family(e.StrategyDiscussionHeld("SD-2", h.now.date(), True), e.ConferenceAskedFor("SD-2", "w-social"))
    h.sits(meeting="initial-conference:SD-2", plan=second)
    assert {FIRST, "core-group:P-2:1"} <= set(h.file.meetings)
