"""What several must agree, at the command line: one record each, and no person twice."""

from __future__ import annotations

from typing import get_args

import pytest

from handlers import events as e
from infra.cli import agreeing
from tests.infra.commands import BY, FAMILY, MEETING, Home, first_evening, home, referred

__all__ = ["first_evening", "home", "referred"]
WHY = ("--reason", "no interpreter before")
AGREE = ("agree", FAMILY, MEETING, "late_conference")


def test_each_matter_and_capacity_has_its_words() -> None:
    assert set(agreeing.MATTERS) == set(get_args(e.Matter))
    assert set(agreeing.CAPACITIES) == set(get_args(e.Capacity))


def test_a_late_conference_is_agreed_by_two_people(referred: Home) -> None:
    referred.says("book", FAMILY, MEETING, "--at", "2025-01-29T10:00", *BY)
    assert len(referred.rows("duties", "--kind", "agree_late_conference")) == 2
    said = referred.says(*AGREE, "--as", "chair", *WHY, "--by", "w-chair-1")
    assert "W-CHAIR-1 Surname, as the chair, agreed of the initial child protection conference why it is late." in said
    again = referred.fails(*AGREE, "--as", "social_care_manager", *WHY, "--by", "w-chair-1")
    assert "it takes two people" in again
    referred.says(*AGREE, "--as", "social_care_manager", *WHY, "--by", "w-unit-manager")
    assert not referred.rows("duties", "--kind", "agree_late_conference")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((*AGREE, "--as", "chair"), "w-coordinator chairs no conferences"),
        (("agree", FAMILY, MEETING, "moved_review", "--as", "core_group"), "is asked of a review conference alone"),
        (("agree", FAMILY, "core-group:PLAN-9:1", "late_conference", "--as", "chair"), "has no meeting"),
    ],
)
def test_a_slip_of_the_hand_is_named_with_its_mend(referred: Home, words: tuple[str, ...], sentence: str) -> None:
    assert sentence in referred.fails(*words, *WHY, *BY)
