"""One duty as a family's file keeps it, from its opening to its end: `fold(duty, fact) -> duty`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from handlers import facts as f
from handlers.events import Body
from handlers.facts import Duty, Fact


def _ended(duty: Duty, fact: Fact, body: f.DutyEnded) -> Duty:
    return replace(duty, ended=body.how, ended_at=fact.recorded, ended_by=body.by)


def _moved(duty: Duty, fact: Fact, body: f.DutyMoved) -> Duty:
    asked = duty.caller_asked and duty.to == body.to and body.by_telephone  # a later turn asks again
    return replace(
        duty,
        to=body.to,
        due_at=body.due_at,
        by_telephone=body.by_telephone,
        caller_asked=asked,
        sentence=body.sentence,
        at_once=body.at_once,
        not_late_before=body.not_late_before,
    )


def _climbed(duty: Duty, fact: Fact, body: f.RungClimbed) -> Duty:
    return replace(
        duty,
        ladder=body.ladder or duty.ladder,
        rung=body.rung,
        climbed_at=fact.recorded,
        rung_message=body.message,
        rung_failed=False,
    )


def _reopened(duty: Duty, fact: Fact, body: f.DutyReopened) -> Duty:
    """It begins anew, from the first rung up."""
    anew: dict[str, Any] = {
        "caller_asked": False,
        "ended": None,
        "ended_at": None,
        "ended_by": "",
        "reopened_at": fact.recorded,
    }
    return replace(duty, **anew, rung=-1, climbed_at=None, rung_message="", rung_failed=False)


FOLDS: dict[type[Body], Callable[[Duty, Fact, Any], Duty]] = {
    f.DutyMoved: _moved,
    f.DutyEnded: _ended,
    f.DutyReopened: _reopened,
    f.RungClimbed: _climbed,
    f.CallAskedFor: lambda duty, fact, body: replace(duty, caller_asked=True),
}


def fold(duty: Duty, fact: Fact) -> Duty:
    """The duty with one more fact about it."""
    return FOLDS[type(fact.body)](duty, fact, fact.body)
