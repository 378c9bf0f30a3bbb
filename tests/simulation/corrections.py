"""What people put right, or decide anew, after a meeting: a sitting or its minutes recorded wrongly, the category of a
plan, its core group."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from handlers import events as e
from tests.simulation.area import LONDON, SOCIAL, chance
from tests.simulation.book import Row
from tests.simulation.cases import Op
from tests.simulation.people import COORDINATOR, People, Planned


def after_a_sitting(people: People, row: Row, now: datetime) -> Iterator[Planned]:
    """Seldom the record was wrong: about who came, or altogether."""
    body, stream = row["body"], row["stream"]
    rng = people.rng("put right", stream, row["event"])
    if plan := body.get("plan"):
        at, drawn = people.soon(now, rng, 2, 6, 15), rng.random()
        on = at.astimezone(LONDON).date()
        category = e.PlanCategoryChanged(plan=plan["plan"], category="physical", on=on, by=COORDINATOR)
        named = e.CoreGroupNamed(plan=plan["plan"], core_group=("w-health-0",), on=on, by=COORDINATOR)
        if drawn < 0.4:
            yield at, lambda at: [people.op(stream, category if drawn < 0.2 else named, at, SOCIAL)]
    if people.calm or not chance(rng, 0.08):
        return
    held = msgspec.convert(body, e.MeetingHeld)
    right = replace(held, attendance=held.attendance[1:]) if chance(rng, 0.7) else None
    yield people.soon(now, rng, 1, 4, 12), lambda at: _put_right(people, row, right, at)


def of_minutes(people: People, row: Row, now: datetime) -> Iterator[Planned]:
    """Seldom the minutes that went out were wrong: others take their place, or none do."""
    body, stream = row["body"], row["stream"]
    rng = people.rng("minutes", stream, row["event"])
    if people.calm or not chance(rng, 0.08):
        return
    right = e.MinutesRecorded(meeting=body["meeting"], by=COORDINATOR, decisions=("Something else was agreed.",))
    known = right if chance(rng, 0.7) else None
    yield people.soon(now, rng, 1, 4, 12), lambda at: _put_right(people, row, known, at)


def _put_right(people: People, row: Row, right: e.Body | None, now: datetime) -> Iterator[Op]:
    """What is right first, then which record is in error."""
    told: tuple[Any, ...] = (right, e.RecordedInError(record=row["event"], by=COORDINATOR, reason="Not so."))
    for body in filter(None, told):
        yield people.op(row["stream"], body, now)
