"""Papers of conferences, and what is raised after one, at the command line."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from handlers import events as e
from infra.cli import raising
from tests.infra.commands import BY, FAMILY, MEETING, Home, first_evening, home, referred
from tests.journeys.story import at, told

__all__ = ["first_evening", "home", "referred"]
ANSWERED = ("answer-issue", FAMILY, "IS-1", "not_upheld", "--reason", "she was heard", "--by", "w-unit-manager")


def test_each_kind_and_outcome_has_its_words() -> None:
    assert set(raising.KINDS) == set(get_args(e.IssueKind))
    assert set(raising.OUTCOMES) == set(get_args(e.IssueOutcome))


@pytest.fixture
def sat(referred: Home) -> Home:
    """The conference of Wednesday 8 January 2025 was held, a report of the health visitor lay before it."""
    report = told(at("2025-01-07", "12:00"), "family/F-1", e.ReportReceived(MEETING, "w-health", "w-coordinator"))
    referred.publish([report, told(at("2025-01-08", "12:00"), "family/F-1", e.MeetingHeld(MEETING, ()))])
    referred.says("run", "--until", "2025-01-08")
    return referred


def test_a_complaint_is_owed_an_answer_and_gets_it(sat: Home) -> None:
    said = sat.says("raise", FAMILY, "IS-1", "complaint", MEETING, "p-mother", *BY)
    assert said.startswith("Mary Quillfeather complains of the initial child protection conference; what it decided")
    assert re.search(r"Duty D-\w+ opened: Answer the complaint IS-1 of p-mother", said)
    assert "IS-1 is not upheld." in sat.says(*ANSWERED)
    assert not sat.rows("duties", "--kind", "settle_issue")


def test_a_report_that_was_read_out_is_recorded(sat: Home) -> None:
    said = sat.says("read-out", FAMILY, MEETING, "w-health", *BY)
    assert said == "The report of W-HEALTH Surname was read out at the initial child protection conference."


def test_papers_of_a_transfer_are_counted(referred: Home) -> None:
    body = e.TransferNotified("TR-1", "Northmoor", notified_on=at("2025-01-06").date())
    referred.publish([told(at("2025-01-06", "23:00"), "family/F-1", body)])
    referred.says("run", "--until", "2025-01-07")
    pack = ("pack", FAMILY, "TR-1", "--on", "2025-01-07", *BY)
    said = referred.says(*pack, "--paper", "plan", "--paper", "chronology")
    assert said.startswith("2 papers of the pack came; lacking: reason for moving,")
    rest = [x for paper in get_args(e.PackPaper) for x in ("--paper", paper)]
    assert "lacking: nothing." in referred.says(*pack, *rest)


def test_a_slip_of_the_hand_is_named_with_its_mend(sat: Home) -> None:
    for typed, sentence in {
        (
            "raise",
            FAMILY,
            "IS-1",
            "complaint",
            MEETING,
            "w-health",
            *BY,
        ): "a worker dissents and somebody of the family",
        ("raise", FAMILY, "IS-1", "dissent", MEETING, "p-mother", *BY): "p-mother cannot raise a dissent",
        ("raise", FAMILY, "IS-1", "dissent", "core-group:PLAN-1:1", "w-health", *BY): "F-1 has no meeting",
        ANSWERED: "nobody raised IS-1 of F-1",
        ("read-out", FAMILY, MEETING, "w-teacher", *BY): f"no report of w-teacher for {MEETING} is on record",
        ("pack", FAMILY, "TR-9", "--paper", "plan", "--on", "2025-01-07", *BY): "F-1 has no transfer TR-9",
    }.items():
        assert sentence in sat.fails(*typed)
