"""The duties as a family's file keeps them, from being opened to their end: `fold(duties, fact) -> duties`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from handlers import events as e
from handlers import facts as f
from handlers.facts import Duty, Fact


def _changed(duties: dict[str, Duty], id_: str, **changes: Any) -> dict[str, Duty]:
    return {**duties, id_: replace(duties[id_], **changes)}


def _ended(duties: dict[str, Duty], fact: Fact, body: f.DutyEnded) -> dict[str, Duty]:
    return _changed(duties, body.duty, ended=body.how, ended_at=fact.recorded, ended_by=body.by)


def _moved(duties: dict[str, Duty], fact: Fact, body: f.DutyMoved) -> dict[str, Duty]:
    before = duties[body.duty]
    asked = before.caller_asked and before.to == body.to and body.by_telephone  # a later turn asks again
    return _changed(
        duties,
        body.duty,
        to=body.to,
        due_at=body.due_at,
        by_telephone=body.by_telephone,
        caller_asked=asked,
        sentence=body.sentence,
        at_once=body.at_once,
        not_late_before=body.not_late_before,
    )


def _climbed(duties: dict[str, Duty], fact: Fact, body: f.RungClimbed) -> dict[str, Duty]:
    return _changed(
        duties,
        body.duty,
        ladder=body.ladder or duties[body.duty].ladder,
        rung=body.rung,
        climbed_at=fact.recorded,
        rung_message=body.message,
        rung_failed=False,
    )


def _reopened(duties: dict[str, Duty], fact: Fact, body: f.DutyReopened) -> dict[str, Duty]:
    """It begins anew, from the first rung up."""
    anew: dict[str, Any] = {
        "caller_asked": False,
        "ended": None,
        "ended_at": None,
        "ended_by": "",
        "reopened_at": fact.recorded,
    }
    return _changed(duties, body.duty, **anew, rung=-1, climbed_at=None, rung_message="", rung_failed=False)


def notice_failed(duties: dict[str, Duty], message: str) -> dict[str, Duty]:
    """The notice to a duty's latest rung reached nobody, if this message was one."""
    rung = next((d for d in duties.values() if d.rung_message == message), None)
    return _changed(duties, rung.id, rung_failed=True) if rung else duties


FOLDS: dict[type[e.Body], Callable[[dict[str, Duty], Fact, Any], dict[str, Duty]]] = {
    f.DutyOpened: lambda duties, _, b: {**duties, b.duty.id: b.duty},
    f.DutyMoved: _moved,
    f.DutyEnded: _ended,
    f.DutyReopened: _reopened,
    f.RungClimbed: _climbed,
    f.CallAskedFor: lambda duties, _, b: _changed(duties, b.duty, caller_asked=True),
}


def fold(duties: dict[str, Duty], fact: Fact) -> dict[str, Duty]:
    """The duties with one more fact about one of them."""
    return FOLDS[type(fact.body)](duties, fact, fact.body)
