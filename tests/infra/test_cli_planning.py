"""A plan that lasts and a child who is looked after, at the command line: no coordinator need write an event."""

from __future__ import annotations

import re

import pytest

from handlers import events as e
from tests.infra.commands import BY, FAMILY, Home, first_evening, home, referred
from tests.journeys.story import CORE_GROUP, at, the_conference, told

__all__ = ["first_evening", "home", "referred"]
ON = ("--on", "2025-01-08")


@pytest.fixture
def planned(referred: Home) -> Home:
    """The conference of Wednesday 8 January 2025 made PLAN-1, of the category neglect."""
    referred.publish(the_conference())
    referred.says("run", "--until", "2025-01-08")
    return referred


def test_a_plans_category_is_changed_and_the_same_one_is_no_change(planned: Home) -> None:
    assert planned.says("category", FAMILY, "PLAN-1", "emotional", *ON, *BY).startswith(
        "PLAN-1 is of the category emotional since Wed 8 January 2025."
    )
    assert "Child protection plan PLAN-1 (emotional)" in planned.says("show", FAMILY)
    again = planned.fails("category", FAMILY, "PLAN-1", "emotional", *ON, *BY)
    assert again == "PLAN-1 is of the category emotional already: there is nothing to change"


def test_the_core_group_is_named_and_nobody_else_is_of_it_any_more(planned: Home) -> None:
    named = ("--member", "w-social", "--member", "w-teacher")
    said = planned.says("core-group", FAMILY, "PLAN-1", *named, *ON, *BY)
    assert said.startswith("The core group of PLAN-1 is W-SOCIAL Surname, W-TEACHER Surname, since Wed 8 January 2025.")
    asked = {r["person"]: r["what"] for r in planned.rows("sent", FAMILY) if r["meeting"] == CORE_GROUP}
    assert asked["w-health"] == "cancellation" and asked["w-teacher"] == "invitation"


def test_a_looked_after_child_has_its_reviews_and_coming_home_ends_them(planned: Home) -> None:
    unknown = planned.says("looked-after", FAMILY, "PL-1", "p-tom", *BY)
    assert unknown.startswith("Tom Quillfeather is looked after, since a day that is still to be found out.")
    assert re.search(r"Duty D-\w+ opened: Set ", unknown)
    said = planned.says("looked-after", FAMILY, "PL-1", "p-tom", *ON, *BY)
    assert said.startswith("Tom Quillfeather is looked after, since Wed 8 January 2025.")
    [review] = [m["meeting"] for m in planned.rows("meetings") if m["kind"] == "looked_after_review"]
    assert review == "looked-after-review:PL-1:1"
    ended = planned.says("looked-after-ended", FAMILY, "PL-1", "--home", *ON, *BY)
    assert ended.startswith("Tom Quillfeather is looked after no longer, since Wed 8 January 2025.")
    assert "The looked-after review is due no longer" in ended
    assert re.search(r"Duty D-\w+ opened: Make sure that clearway knows of the change", ended)


def test_a_slip_of_the_hand_is_named_with_its_mend_and_nothing_is_written(planned: Home) -> None:
    planned.says("looked-after", FAMILY, "PL-1", "p-tom", *ON, *BY)
    before = planned.sql("SELECT count(*) FROM ledger")
    for typed, sentence in {
        ("category", FAMILY, "PLAN-9", "neglect", *ON): "F-1 has no plan PLAN-9: there is PLAN-1",
        ("core-group", FAMILY, "PLAN-1", "--member", "w-x", *ON): "the directory knows nobody called w-x: there is",
        ("category", FAMILY, "PLAN-1", "sexual", "--on", "2025-01-09"): "so give the day on which it happened",
        ("looked-after", FAMILY, "PL-2", "p-mother", *ON): "p-mother is no child of F-1: there is p-ann, p-tom",
        ("looked-after-ended", FAMILY, "PL-9", "--home", *ON): "F-1 has no placement PL-9: there is PL-1",
        ("looked-after-ended", FAMILY, "PL-1", "--home", "--on", "2025-01-07"): "PL-1 began on Wed 8 January 2025",
    }.items():
        assert sentence in planned.fails(*typed, *BY)
    assert planned.sql("SELECT count(*) FROM ledger") == before


def test_a_plan_that_ended_is_not_changed_any_more(planned: Home) -> None:
    over = e.PlanEnded("PLAN-1", at("2025-01-08").date(), "w-chair-1")
    planned.publish([told(at("2025-01-08", "18:00"), "family/F-1", over)])
    planned.says("run", "--until", "2025-01-09")
    ended = planned.fails("core-group", FAMILY, "PLAN-1", "--member", "w-social", *ON, *BY)
    assert ended == "PLAN-1 ended on Wed 8 January 2025: there is nothing to change"


def test_a_review_comes_forward_by_its_chair_alone_and_a_core_group_by_any_member(planned: Home) -> None:
    review, why = "review-conference:PLAN-1:1", ("--reason", "it cannot wait")
    assert "only its chair brings a review forward" in planned.fails("forward", FAMILY, review, *why, *BY)
    late = planned.fails("forward", FAMILY, review, "--due", "2026-01-01", *why, "--by", "w-chair-1")
    assert "give an earlier day, from today on" in late
    said = planned.says("forward", FAMILY, review, "--due", "2025-02-28", *why, "--by", "w-chair-1")
    assert f"{review} is due by Fri 28 February 2025." in said
    stays = planned.says("forward", FAMILY, review, *why, "--by", "w-unit-manager")
    assert stays.startswith("The review child protection conference stays")
    said = planned.says("forward", FAMILY, CORE_GROUP, "--due", "2025-01-15", "--plan-change", *why, "--by", "w-health")
    assert "is due by Wed 15 January 2025." in said and "opened: Name the team manager who chairs" in said
    assert planned.says("chair", FAMILY, CORE_GROUP, "w-unit-manager", *BY).startswith("W-UNIT-MANAGER Surname chairs")
    assert "is no core group" in planned.fails("chair", FAMILY, review, "w-unit-manager", *BY)
