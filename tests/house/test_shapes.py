"""Nothing falls between two stools: every event has its line in the map, its stream and its place in a file."""

import ast
import importlib
from typing import get_args

import pytest

from handlers import admission, announcing, case_folds, decide
from handlers import events as e
from handlers import facts as f
from handlers.meetings import falling_due
from handlers.people import StreamKind
from infra.demo import summary
from tests.house.tree import dotted, parsed, python_files

KINDS = ("family", "person", "diary", "partnership")

# Told to every kind of stream: time passes for all, and any may have a record on the held shelf.
EVERYWHERE: set[type[e.Body]] = set(admission.ANYWHERE)
# At home in more than one kind of stream, each for a reason.
SEVERAL: dict[type[e.Body], set[str]] = {e.RecordedInError: {"family", "person"}}  # it names a record of its own stream

# Not folded into a family's file, each for a reason.
NOT_FOLDED: dict[type[e.Body], str] = {
    e.FamilySplit: "FamilyParted is the fact",
    e.SlotsAsked: "a question; what the diary proposes is kept",
    e.SeatsTaken: "an answer; MeetingBooked is the fact, unless it is stale",
    e.NothingFits: "an answer; BookingFailed is the fact",
    e.SlotsFound: "an answer; SlotsOffered is the fact",
    e.CopyAsked: "a question; the mail that answers it says what is known already",
    e.DutyExcused: "DutyEnded is the fact",
    e.DirectoryChanged: "a knock at the door; what changed is read off the directory",
    e.TimeCame: "the hour itself changes nothing",
}
# Facts of the other three kinds of file.
ELSEWHERE: set[type[e.Body]] = {f.PassedOn, f.SeatsKept, f.SeatsGivenBack}


def bodies(module: object, *, but: type = e.Body) -> set[type[e.Body]]:
    """Every body that this module says."""
    named = {x for x in vars(module).values() if isinstance(x, type) and issubclass(x, e.Body) and x is not but}
    return {x for x in named if x.__module__ == getattr(module, "__name__", "")}


EVENTS, FACTS = bodies(e), bodies(f)


def at_home(event: type[e.Body]) -> set[str]:
    return set(admission.homes(event))


def named_in(path: str) -> set[str]:
    """The events and facts of which that file speaks, by `e.` or `f.`."""
    return {
        node.attr
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in ("e", "f")
    }


def test_every_event_stands_in_the_map_and_nothing_else_does() -> None:
    assert set(decide.RULES) == EVENTS, "an empty tuple is a choice, absence a fault"


def test_every_kind_of_meeting_has_its_name_its_line_in_the_summary_and_may_be_told_to_others_or_not() -> None:
    kinds = set(get_args(f.MeetingKind))
    assert kinds ^ set(falling_due.NAMES) == set(), "its name: NAMES in handlers/meetings/falling_due.py"
    assert kinds ^ set(summary.SHORT) == set(), "its line: SHORT in infra/demo/summary.py"
    told = set(announcing.KINDS) ^ set(falling_due.PURPOSES)
    assert kinds ^ told == set(), "KINDS in handlers/announcing.py, or by consent alone: PURPOSES in falling_due.py"


def test_every_kind_of_file_is_looked_at_anew_by_rules_of_its_own() -> None:
    assert {x.__name__ for x in decide.EVERY_TIME} == {"CaseFile", "PersonFile", "DiaryFile", "Directory"}


def test_every_event_belongs_to_one_kind_of_stream_or_is_told_everywhere() -> None:
    assert set(admission.BELONGS) | {"family"} == set(KINDS)
    assert {x: at_home(x) for x in EVENTS - EVERYWHERE if len(at_home(x)) != 1} == SEVERAL
    assert all(at_home(x) == set(KINDS) for x in EVERYWHERE)
    assert {x for types in admission.BELONGS.values() for x in types} <= EVENTS


def test_every_event_and_fact_of_a_family_is_folded_or_is_left_out_for_a_reason() -> None:
    families = {x for x in EVENTS if "family" in at_home(x)}
    families |= FACTS - ELSEWHERE
    once = families ^ set(case_folds.FOLDS) ^ set(NOT_FOLDED)
    assert not once, f"{once}: either a fold in handlers/case_folds.py or a reason in NOT_FOLDED, never both"
    assert all(NOT_FOLDED.values())


@pytest.mark.parametrize(
    ("kind", "path", "left_out"),
    [
        ("person", "handlers/person_file.py", set[str]()),
        (
            "diary",
            "handlers/diary_file.py",
            {"SeatsReleased", "SeatsHandedOver"},
        ),  # SeatsKept and SeatsGivenBack are
        ("partnership", "handlers/partnership.py", set[str]()),
    ],
)
def test_every_event_of_the_other_streams_is_folded_there(kind: StreamKind, path: str, left_out: set[str]) -> None:
    told = {x for x in EVENTS - EVERYWHERE if kind in at_home(x)} | set(admission.BELONGS[kind])
    own = {x.__name__ for x in told}
    assert own - named_in(path) == left_out


def test_every_fact_of_the_other_streams_is_folded_by_one_of_them() -> None:
    spoken = named_in("handlers/person_file.py") | named_in("handlers/diary_file.py")
    assert {x.__name__ for x in ELSEWHERE} <= spoken


def test_what_an_event_waits_for_is_a_field_that_it_has() -> None:
    for event, (_, name, _) in admission.NAMES.items():
        assert name in event.__struct_fields__, event


# --- Hypothesis: a rule that never ran is no rule


# A rule inside another function, which counts it itself.
COUNTED_THERE = {"tests/handlers/test_working_days.py::property_": "`holds` asserts that it ran"}


def drawn_rules(path: str) -> list[tuple[str, bool]]:
    """The functions of this file whose examples are drawn; and whether each is a test of the module itself."""
    tree = parsed(path)
    return [
        (node.name, node in tree.body)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and any(_called(decorator) in ("given", "rule", "invariant") for decorator in node.decorator_list)
    ]


def _called(decorator: ast.expr) -> str:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


FOUND = [(path, name, own) for path in python_files("tests") for name, own in drawn_rules(path)]
DRAWN = [(path, name) for path, name, own in FOUND if own]


@pytest.mark.parametrize(("path", "name"), DRAWN, ids=[name for _, name in DRAWN])
def test_each_rule_that_hypothesis_draws_for_runs_its_body(path: str, name: str) -> None:
    test = getattr(importlib.import_module(dotted(path)), name)
    ran, inner = 0, test.hypothesis.inner_test

    def counted(*given: object, **named: object) -> None:
        nonlocal ran
        inner(*given, **named)
        ran += 1  # only what reached its end counts: an example thrown away by assume proves nothing

    counted.__signature__ = getattr(inner, "__signature__", None)  # type: ignore[attr-defined]
    test.hypothesis.inner_test = counted
    try:
        test()
    finally:
        test.hypothesis.inner_test = inner
    assert ran, f"{name} never ran its body"


def test_no_rule_hides_where_it_is_not_counted() -> None:
    assert {f"{path}::{name}" for path, name, own in FOUND if not own} == set(COUNTED_THERE) and DRAWN
