"""An enquiry at the command line: its outcome, a dispute whether to confer, and how it was settled."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from handlers import events as e
from infra.cli import enquiring
from tests.infra.commands import BY, FAMILY, MEETING, Home, first_evening, home, referred
from tests.journeys.story import the_conference

__all__ = ["first_evening", "home", "referred"]
WHY = ("--reason", "the aunt drinks too")
NOT_NEEDED = ("outcome", FAMILY, "SD-1", "not_substantiated", "--no-conference", "--on", "2025-01-06")


def test_every_outcome_has_its_words() -> None:
    assert set(enquiring.OUTCOMES) == set(get_args(e.Section47Outcome))


def test_an_outcome_without_need_of_a_conference_ends_it_and_calls_it_off(referred: Home) -> None:
    said = referred.says(*NOT_NEEDED, *BY)
    assert said.startswith("SD-1: concerns not substantiated.")
    assert "The initial child protection conference is due no longer, since w-coordinator concluded on Mon 6" in said
    assert re.search(r"Duty D-\w+ ended \(lapse: the file\): Hold the initial", said)


def test_a_dispute_keeps_the_conference_due_until_it_is_settled(referred: Home) -> None:
    referred.says(*NOT_NEEDED, *BY)
    said = referred.says("dispute", FAMILY, "SD-1", "DP-1", *WHY, "--by", "w-health")
    assert "The initial conference is due by Mon 27 January 2025." in said
    assert re.search(r"Duty D-\w+ opened: Resolve the dispute DP-1 of w-health", said)
    over = referred.says("settle", FAMILY, "DP-1", "--no-conference", *WHY, *BY)
    assert over.startswith("The dispute DP-1 is settled.") and "resolved the dispute DP-1: no conference" in over
    assert referred.snapshot()["meetings"][MEETING]["no_longer_due_at"]


def test_an_interim_plan_names_who_does_what_and_ends_the_duty(referred: Home) -> None:
    said = referred.says("outcome", FAMILY, "SD-1", "substantiated_at_risk", "--conference", "--on", "2025-01-06", *BY)
    assert re.search(r"Duty D-\w+ opened: Agree an interim plan", said)
    plan = ("interim-plan", FAMILY, "SD-1", "--on", "2025-01-06", *BY)
    said = referred.says(*plan, "--role", "w-social=visits each day", "--role", "p-mother=stays with her sister")
    assert said.startswith("An interim plan after SD-1 is in force, with W-SOCIAL Surname, Mary Quillfeather.")
    assert re.search(r"Duty D-\w+ ended \(evidence: w-coordinator\): Agree an interim plan", said)
    assert "give --role w-social=WHAT" in referred.fails(*plan, "--role", "w-social")


HELD = (
    "Recorded, yet the initial child protection conference was held on Wed 8 January 2025, and what it decided stands"
    " (PLAN-1 until a review conference ends it). If one of the two is in error: quorate records F-1."
)


def test_an_outcome_that_comes_after_the_conference_says_that_it_was_held_and_what_stands(referred: Home) -> None:
    referred.publish(the_conference())
    referred.says("run", "--until", "2025-01-08")
    plans = referred.snapshot()["plans"]
    assert HELD in referred.says(*NOT_NEEDED, *BY).splitlines()
    assert referred.snapshot()["plans"] == plans
    needed = ("outcome", FAMILY, "SD-1", "substantiated_at_risk", "--conference", "--on", "2025-01-08")
    assert "yet the" not in referred.says(*needed, *BY)
    referred.says("dispute", FAMILY, "SD-1", "DP-1", *WHY, "--by", "w-health")
    assert HELD in referred.says("settle", FAMILY, "DP-1", "--no-conference", *WHY, *BY).splitlines()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("outcome", FAMILY, "SD-9", "not_substantiated", "--no-conference", "--on", "2025-01-06"), "there is SD-1"),
        (("outcome", FAMILY, "SD-1", "not_substantiated", "--conference", "--on", "2025-01-07"), "has not come"),
        (("settle", FAMILY, "DP-9", "--conference", *WHY), "F-1 has no dispute DP-9"),
        (("dispute", FAMILY, "SD-9", "DP-1", *WHY), "F-1 has had no strategy discussion SD-9"),
    ],
)
def test_a_slip_of_the_hand_is_named_with_its_mend(referred: Home, words: tuple[str, ...], sentence: str) -> None:
    assert sentence in referred.fails(*words, *BY)
