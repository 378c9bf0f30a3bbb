"""Dissent, complaints and recordings: each is answered, none changes what was decided (DIS-01, COM-01/02, REC-03)."""

import pytest

from handlers import events as e
from handlers.working_days import in_words
from infra.protocols.packs import protocol
from tests.handlers.hearing import CONFERENCE, Hearing, a_conference, there


def after_a_conference() -> Hearing:
    """It sat on Wed 5 March from 9 to 11."""
    plan = e.Plan(plan="PLAN-1", category="neglect", core_group=("w-social",))
    return a_conference().sits(there("w-social"), plan=plan)


def raised(kind: e.IssueKind, person: str = "w-health") -> e.IssueRaised:
    return e.IssueRaised("IS-1", kind, CONFERENCE, person, "w-coordinator", "She disagrees.")


def settled(outcome: e.IssueOutcome) -> e.IssueSettled:
    return e.IssueSettled("IS-1", outcome, "w-unit", "We looked again.")


@pytest.mark.parametrize(
    ("at", "said"),
    [("Sat 8 March 2025 11:00", "It came in time"), ("Sat 8 March 2025 11:01", "It came too late")],
)
def test_a_dissent_says_whether_it_came_within_three_days_by_the_clock(at: str, said: str) -> None:
    duty = after_a_conference().at(at).family(raised("dissent")).duty("settle_issue")
    assert f"{said}: the last hour was Sat 8 March 2025 11:00 by DIS-01." in duty.sentence
    assert duty.owner == "conference_unit_manager" and in_words(duty.due_at) == "Fri 4 April 2025 23:59"


@pytest.mark.parametrize(
    ("at", "said"), [("Wed 2 April 2025 20:00", "in time"), ("Thu 3 April 2025 00:00", "too late")]
)
def test_a_complaint_says_whether_it_came_within_four_weeks(at: str, said: str) -> None:
    duty = after_a_conference().at(at).family(raised("complaint", "mother")).duty("settle_issue")
    assert f"It came {said}" in duty.sentence and "by COM-02" in duty.sentence


@pytest.mark.parametrize("outcome", ["upheld", "not_upheld", "passed_on"])
def test_what_was_decided_stands_meanwhile_and_afterwards(outcome: e.IssueOutcome) -> None:
    h, untouched = after_a_conference(), after_a_conference()
    h.family(raised("complaint", "mother"), settled(outcome))
    assert h.duty("settle_issue").ended_by == f"w-unit: {outcome.replace('_', ' ')}"
    assert h.file.meetings == untouched.file.meetings and h.file.plans == untouched.file.plans


def test_a_recording_by_one_who_took_part_is_put_to_the_chair_and_the_authoritys_own_is_only_kept() -> None:
    h, own = after_a_conference().family(raised("recording", "mother")), after_a_conference()
    booked = h.meeting().booked
    assert booked and (h.duty("settle_issue").owner, h.duty("settle_issue").to) == ("chair", booked.chair)
    assert h.family(settled("dealt_with")).duty("settle_issue").ended == "evidence"
    assert not own.family(raised("own_recording", "w-minutes")).duties("settle_issue") and own.file.life.raised


def test_where_nobody_published_how_long_there_is_nothing_is_said_of_it() -> None:
    plan = e.Plan(plan="PLAN-1", category="neglect")
    h = Hearing(protocol=protocol("northern-ireland")).household().worked_with().conference().sits(plan=plan)
    assert "It came" not in h.family(raised("dissent")).duty("settle_issue").sentence


def test_an_answer_to_what_is_not_known_yet_waits_and_what_was_raised_in_error_lapses() -> None:
    h = after_a_conference().family(settled("upheld"))
    assert [p[1] for p in h.parked] == ["issue:IS-1"]
    assert h.family(raised("dissent")).duty("settle_issue").ended == "evidence"
    other = after_a_conference().family(raised("dissent")).in_error(e.IssueRaised)
    assert other.duty("settle_issue").ended == "lapse"
