"""Two protocols side by side: which rules change, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from msgspec import Struct

from handlers.protocol import Protocol
from handlers.rule import Rule
from infra.protocols.page import deadline_in_words

COUNTS = ("count", "unit", "direction", "until", "rolls_back", "stands_for", "trigger", "meetings", "unknown")
WORDS = ("title", "source", "confidence", "names_area", "layer", "amber_inclusive", "amber_calendar_days")
VALUES = {
    "working_hours": "working hours",
    "in_scope_factors": "census factors in scope",
    "reports_asked_of": "agencies asked for reports",
    "evidence": "the warning of short notice",
    "late_slot_working_days": "how late a time is still sought",
    "advocate_above_age": "the age above which a child is offered an advocate",
    "supporters_speak": "whether supporters say what they think",
    "apart_minutes": "by how much those come apart who must not meet",
}


class Change(Struct, frozen=True):
    """One thing that is otherwise. what: `rule CG-01`, `seats of core_group`; counts: whether dates hang on it."""

    what: str
    how: Literal["new", "gone", "changed", "reworded"]
    before: str
    after: str

    @property
    def sentence(self) -> str:
        match self.how:
            case "new":
                return f"{self.what} is new: {self.after}"
            case "gone":
                return f"{self.what} is gone: {self.before}"
            case "reworded":
                return f"{self.what} counts as before: {self.before} becomes {self.after}"
            case _:
                return f"{self.what}: {self.before} becomes {self.after}"


def changes(before: Protocol, after: Protocol) -> Iterator[Change]:
    """Rules first, then seats, ladders, and what stands once."""
    yield from _of_rules(before, after)
    yield from _of_tables("seats of", before.seats, after.seats)
    yield from _of_tables("ladder of", before.ladders, after.ladders)
    yield from _of_tables("", {"the quorum": before.quorum}, {"the quorum": after.quorum})
    for name, words in VALUES.items():
        yield from _of_tables("", {words: getattr(before, name)}, {words: getattr(after, name)})
    if before.nation != after.nation:
        yield Change("the nation", "changed", before.nation, after.nation)


def _of_rules(before: Protocol, after: Protocol) -> Iterator[Change]:
    for rule_id in sorted(before.rules.keys() | after.rules.keys()):
        old, new, what = before.rules.get(rule_id), after.rules.get(rule_id), f"rule {rule_id}"
        if old is None or new is None:
            yield Change(what, "gone" if old else "new", _said(old), _said(new))
        elif any(getattr(old, x) != getattr(new, x) for x in COUNTS):
            yield Change(what, "changed", _said(old), _said(new))
        elif any(getattr(old, x) != getattr(new, x) for x in WORDS):
            yield Change(what, "reworded", old.cited(), new.cited())


def _said(rule: Rule | None) -> str:
    return f"{deadline_in_words(rule)} ({rule.cited()})" if rule else ""


def _of_tables(prefix: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    for name in before.keys() | after.keys():
        old, new = before.get(name), after.get(name)
        if old != new:
            how: Literal["new", "gone", "changed"] = "new" if old is None else "gone" if new is None else "changed"
            yield Change(f"{prefix} {name}".strip(), how, _plain(old), _plain(new))


def _plain(value: Any) -> str:
    """`minutes 60, needed social_worker`; a ladder as its roles."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(map(_plain, value))
    if isinstance(value, dict):
        return ", ".join(f"{name} ({_plain(x)})" if x else name for name, x in value.items())
    if isinstance(value, Struct):
        fields = ((name, getattr(value, name)) for name in value.__struct_fields__)
        return " ".join(f"{name} {_plain(x)}" for name, x in fields if x not in (None, False, ()))
    return str(value)
