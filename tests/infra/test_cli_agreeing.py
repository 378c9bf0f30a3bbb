"""What several must agree, at the command line: one record each, and no person twice."""

from __future__ import annotations

from typing import get_args

import pytest

from handlers import events as e
from handlers.conference.agreeing import WHO
from infra.cli import agreeing
from tests.infra.commands import BY, FAMILY, MEETING, Home, first_evening, home, referred
from tests.journeys.story import at, told

__all__ = ["first_evening", "home", "referred"]
WHY = ("--reason", "no interpreter before")
AGREE = ("agree", FAMILY, MEETING, "late_conference")


def test_each_matter_and_capacity_has_its_words() -> None:
    assert set(agreeing.MATTERS) == set(get_args(e.Matter))
    assert set(agreeing.DECISIONS) == set(get_args(e.ChildDecision))
    assert set(WHO) == set(get_args(e.Capacity))


def test_a_late_conference_is_agreed_by_two_people(referred: Home) -> None:
    referred.says("book", FAMILY, MEETING, "--at", "2025-01-29T10:00", *BY)
    assert len(referred.rows("duties", "--kind", "agree_late_conference")) == 2
    said = referred.says(*AGREE, "--as", "chair", *WHY, "--by", "w-chair-1")
    assert "W-CHAIR-1 Surname, as the chair, agreed of the initial child protection conference why it is late." in said
    again = referred.fails(*AGREE, "--as", "social_care_manager", *WHY, "--by", "w-chair-1")
    assert "it takes two people" in again
    referred.says(*AGREE, "--as", "social_care_manager", *WHY, "--by", "w-unit-manager")
    assert not referred.rows("duties", "--kind", "agree_late_conference")


def test_whoever_moves_a_review_hears_whose_agreement_it_takes(referred: Home) -> None:
    plan = e.Plan(plan="PLAN-1", category="neglect", core_group=("w-social",))
    referred.publish([told(at("2025-01-08", "12:00"), "family/F-1", e.MeetingHeld(MEETING, (), plan=plan))])
    referred.says("run", "--until", "2025-01-08")
    review = "review-conference:PLAN-1:1"
    said = referred.says("move", FAMILY, review, "--to", "2025-04-03T10:00", *WHY, *BY)
    assert "opened: Record that the chair agreed that the review child protection conference is moved" in said
    day = ("--to", "2025-04-03", *WHY)
    agreed = referred.says("agree", FAMILY, review, "moved_review", "--as", "chair", *day, "--by", "w-unit-manager")
    assert "W-UNIT-MANAGER Surname, as the chair, agreed of the review" in agreed
    assert len(referred.rows("duties", "--kind", "agree_moved_review")) == 1


def test_a_decision_is_recorded_of_each_child(referred: Home) -> None:
    decided = ("decided", FAMILY, MEETING, "no_plan", "--child", "p-ann", *BY)
    assert "is no conference that was held" in referred.fails(*decided)
    referred.publish([told(at("2025-01-08", "12:00"), "family/F-1", e.MeetingHeld(MEETING, ()))])
    referred.says("run", "--until", "2025-01-08")
    assert len(referred.rows("duties", "--kind", "decide_child")) == 2
    said = referred.says(*decided)
    assert said.startswith("Ann Quillfeather: no plan, by the initial child protection conference.")
    assert len(referred.rows("duties", "--kind", "decide_child")) == 1
    for words, sentence in (
        (("no_plan", "--child", "p-mother"), "p-mother is no child of F-1"),
        (("not_considered", "--child", "p-tom"), "say with --reason"),
    ):
        assert sentence in referred.fails("decided", FAMILY, MEETING, *words, *BY)


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
