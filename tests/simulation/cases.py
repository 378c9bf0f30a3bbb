"""A case: all that is let into one area, instant by instant, and all that goes wrong at the ports.

A case is kept as JSON Lines that a person can read and that replays without any of the logic that invented it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct, field

from handlers.events import Body, Event
from handlers.people import StreamId
from infra.publishing import as_event, from_line
from streams.wire import to_structured


class Op(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing done at one instant. event: a CloudEvent is published; again: the same record comes once more, from
    outside; release: the coordinator mends a held record with a basis and lets it in."""

    at: datetime
    what: Literal["event", "again", "release"] = "event"
    event: dict[str, Any] | None = None
    record: str = ""
    by: str = ""

    @property
    def stream(self) -> str:
        return str(self.event["subject"]) if self.event else ""


class Fault(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that goes wrong at a port: what, and where, by a name that does not move when other things go."""

    fault: str
    where: str


class Case(Struct, kw_only=True):
    """seed and area say where it came from; families are streams; canaries are tests.leaks' planted names."""

    seed: str
    area: str
    start: datetime
    until: datetime
    families: list[str] = field(default_factory=list)
    canaries: dict[str, list[str]] = field(default_factory=dict)
    violation: str = ""
    ops: list[Op] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def events(self) -> Iterator[dict[str, Any]]:
        return (op.event for op in self.ops if op.event is not None)


def said(event: Event) -> Op:
    """This event, published at the instant at which it was recorded."""
    return Op(at=event.recorded, event=to_structured(event))


def event_of(op: Op) -> Event:
    return as_event(from_line(msgspec.json.encode(op.event)))


def an_event(source: str, id_: str, stream: StreamId, happened: datetime, recorded: datetime, body: Body) -> Event:
    return Event(id_, source, stream, min(happened, recorded), recorded, body)


def write(case: Case, path: Path) -> None:
    """The head on the first line, then each fault, then each thing done, in order."""
    head = msgspec.structs.replace(case, ops=[], faults=[])
    lines: Iterable[Any] = (head, *case.faults, *case.ops)
    path.write_bytes(b"\n".join(msgspec.json.encode(line) for line in lines) + b"\n")


def read(path: Path) -> Case:
    first, *rest = path.read_bytes().splitlines()
    case = msgspec.json.decode(first, type=Case)
    for line in rest:
        if line.startswith(b'{"fault"'):
            case.faults.append(msgspec.json.decode(line, type=Fault))
        else:
            case.ops.append(msgspec.json.decode(line, type=Op))
    return case
