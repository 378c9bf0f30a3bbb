"""Family Intervention Project reviews: every six to eight weeks (JG paragraph 31; rules 3.8, 3.9, 3.52)."""

from handlers import events as e
from handlers.working_days import in_words
from tests.handlers.hearing import REVIEW, Hearing, day

SECOND = "fip-review:FIP-1:2"


def a_project(plan_agreed_on: str = "") -> Hearing:
    agreed = day(plan_agreed_on) if plan_agreed_on else None
    begun = e.FipStarted("FIP-1", day("Mon 3 March 2025"), "w-fip", agreed)
    return Hearing("Wed 12 March 2025 10:00").household().worked_with().family(begun)


def test_the_first_review_falls_six_to_eight_weeks_after_the_start() -> None:
    due = a_project().meeting(REVIEW).due
    assert (due.kind, due.fip) == ("fip_review", "FIP-1")
    assert (in_words(due.not_before), in_words(due.due_on)) == ("Mon 14 April 2025", "Mon 28 April 2025")
    assert "opens 42 calendar days after Mon 3 March 2025" in due.working


def test_the_window_runs_from_the_plan_agreed_where_that_is_known() -> None:
    due = a_project("Mon 10 March 2025").meeting(REVIEW).due
    assert (in_words(due.not_before), in_words(due.due_on)) == ("Mon 21 April 2025", "Fri 2 May 2025")


def test_a_review_is_sought_within_its_window() -> None:
    booked = a_project().meeting(REVIEW).booked
    assert booked and in_words(booked.starts_at) == "Mon 14 April 2025 09:00" and booked.chair is None


def test_each_further_review_runs_from_the_one_last_held() -> None:
    due = a_project().sits(meeting=REVIEW).meeting(SECOND).due
    assert (in_words(due.not_before), in_words(due.due_on)) == ("Mon 26 May 2025", "Mon 9 June 2025")


def test_a_project_that_ended_has_no_further_review() -> None:
    h = a_project().family(e.FipEnded("FIP-1", day("Wed 12 March 2025")))
    assert h.meeting(REVIEW).no_longer_due and not h.diary.seats


def test_the_projects_worker_the_others_and_the_parents_are_asked() -> None:
    assert set(a_project().meeting(REVIEW).invitations) == {"mother", "w-fip", "w-social", "w-health"}


def test_two_projects_of_one_family_are_reviewed_apart() -> None:
    h = a_project().family(e.FipStarted("FIP-2", day("Mon 10 March 2025"), "w-fip"))
    h.sits(meeting=REVIEW)
    assert {REVIEW, SECOND, "fip-review:FIP-2:1"} == set(h.file.meetings)
