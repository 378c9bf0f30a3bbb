"""Publishing CloudEvents, one to a line: what can be read enters the river, what cannot goes to the held shelf.

Empty lines and those that begin with # are for people. What was published twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import BinaryIO

import msgspec
from msgspec.structs import replace

from handlers.events import Event, HeldReason
from infra.db import chain, played, reading
from infra.db.engine import transaction
from infra.db.shelf import STRUCTURED, held_as
from infra.wiring import House
from streams.clock import wall
from streams.office import Refusal
from streams.wire import Letter, Unreadable, from_structured, read, write

BATCH = 500
CLASH = "{} has sent another event under the id {} before: give this one its own id and release it"
Line = tuple[int, bytes]


class Tally(msgspec.Struct):
    """What became of the lines; held: line number, id on the shelf, reason; the instants bound all events read."""

    taken: int = 0
    known: int = 0
    held: list[tuple[int, str, str]] = msgspec.field(default_factory=list)
    first_at: datetime | None = None
    last_at: datetime | None = None

    def span(self, events: Sequence[Event]) -> None:
        instants = [at for at in (self.first_at, self.last_at, *(x.recorded for x in events)) if at]
        self.first_at, self.last_at = min(instants, default=None), max(instants, default=None)


class Held(msgspec.Struct):
    """A line for the shelf."""

    number: int
    letter: Letter
    reason: HeldReason
    sentence: str


async def publish(house: House, source: BinaryIO, advanced: Callable[[int], None] = lambda bytes_: None) -> Tally:
    """Let all that can be read in. advanced is told how many bytes each batch held. Raises CannotNow."""
    tally = Tally()
    lines = _lines(source)
    while batch := list(islice(lines, BATCH)):
        await _take(house, batch, tally)
        advanced(sum(len(line) for _, line in batch))
    return tally


def _lines(source: BinaryIO) -> Iterator[Line]:
    """Numbered lines, without the empty ones and those that begin with #."""
    for number, raw in enumerate(source, 1):
        line = raw.removeprefix(b"\xef\xbb\xbf").strip()
        if line and not line.startswith(b"#"):
            yield number, line


async def _take(house: House, lines: Sequence[Line], tally: Tally) -> None:
    events: dict[int, Event] = {}
    refused: list[Held] = []
    for number, line in lines:
        try:
            events[number] = as_event(from_line(line))
        except Unreadable as error:
            refused.append(Held(number, raw_letter(line), "unreadable", str(error)))
    texts = dict(lines)
    for n in await let_in(house, events, tally):
        clash = CLASH.format(events[n].source, events[n].id)
        refused.append(Held(n, raw_letter(texts[n]), "clash", clash))
    await _hold(house, refused, tally)


async def let_in(house: House, events: dict[int, Event], tally: Tally) -> list[int]:
    """Seal these events, by their number, and submit those that are new; the numbers of those whose name another event
    had before."""
    tally.span(list(events.values()))
    sealed = dict(zip(events, await house.office.seal(list(events.values())), strict=True))
    fresh, clashing = await _sorted_out(house, sealed, tally)
    await house.office.submit(list(fresh.values()), first=min(events, default=0))
    tally.taken += len(fresh)
    return clashing


def from_line(line: bytes) -> Letter:
    """The record in one line, stamped with the hour at which it enters the river. Raises Unreadable."""
    try:
        letter = from_structured(line)
    except (RecursionError, OverflowError) as error:
        raise Unreadable(f"it cannot be read ({type(error).__name__}); mend the line and release it") from None
    for name, value in letter.headers.items():
        if not value.isprintable():
            attribute = name.removeprefix("ce_")
            raise Unreadable(f"its {attribute} holds unprintable characters; take them out and release it")
    at = letter.headers.get("ce_recordedtime") or letter.headers.get("ce_time", "")
    return replace(letter, headers=letter.headers | {"ce_recordedtime": at})


def as_event(letter: Letter) -> Event:
    """The event in a record. Raises Unreadable."""
    try:
        return read(letter, wall())
    except OverflowError:
        raise Unreadable("its time lies beyond the calendar; mend it and release it") from None


def raw_letter(line: bytes) -> Letter:
    """The line whole, for the shelf: CloudEvents' structured mode, with its type if it says one."""
    attributes = attributes_of(line)
    type_ = attributes.get("type")
    headers = {"content-type": STRUCTURED} | ({"ce_type": type_} if type_ else {})
    return Letter(attributes.get("subject", ""), headers, line)


def attributes_of(line: bytes) -> dict[str, str]:
    """The attributes that can be read in a line, however bad the rest of it is."""
    try:
        told = msgspec.json.decode(line)
    except (ValueError, RecursionError):
        return {}
    return {k: v for k, v in told.items() if isinstance(v, str) and v.isprintable()} if isinstance(told, dict) else {}


async def _sorted_out(house: House, sealed: dict[int, Event], tally: Tally) -> tuple[dict[int, Event], list[int]]:
    """Those that are new, by line, and the lines whose name another event had before."""
    names = {(e.source, e.id) for e in sealed.values()}
    async with transaction(house.engine) as connection:
        before = await reading.known(connection, names)
    fresh: dict[int, Event] = {}
    clashing = []
    for number, event in sealed.items():
        name, digest = (event.source, event.id), chain.said(write(event))
        if name not in before:
            before[name] = digest
            fresh[number] = event
        elif before[name] == digest:
            tally.known += 1
        else:
            clashing.append(number)
    mended = [n for n in clashing if await _was_mended(house, sealed[n])]
    tally.known += len(mended)
    return fresh, [n for n in clashing if n not in mended]


async def _was_mended(house: House, event: Event) -> bool:
    """Whether this very record lay on the held shelf, and another was let in for it under its name."""
    async with transaction(house.engine) as connection:
        row = await reading.held_row(connection, held_as(write(event)))
    return row is not None and row.state != "open"


async def _hold(house: House, refused: Sequence[Held], tally: Tally) -> None:
    """Lay these on the shelf. A line whose record was mended and released since is there already."""
    for held in refused:
        id_, now = held_as(held.letter), await _found_at(house, held.letter.body)
        async with house.office.sitting() as sitting:
            row = await reading.held_row(sitting.connection, id_)
            if row is not None and row.state != "open":
                tally.known += 1
                continue
            await sitting.hold(Refusal(held.letter, held.reason, held.sentence, now))
        tally.held.append((held.number, id_, held.reason))


def instant_in(text: str | None) -> datetime | None:
    """The instant that an attribute names; None if it names none, or no time zone."""
    try:
        at = msgspec.convert(text, datetime)
        return at.astimezone(UTC) if at.tzinfo else None
    except (msgspec.ValidationError, OverflowError):
        return None


async def _found_at(house: House, line: bytes) -> datetime:
    """When we found out: the present of an area that has one, else the hour that the line says it came."""
    attributes = attributes_of(line)
    said = instant_in(attributes.get("recordedtime") or attributes.get("time"))
    async with transaction(house.engine) as connection:
        position = await played.played_to(connection)
        if position is None and await reading.latest_decision(connection):
            return wall()
        waiting = await reading.earliest_waiting(connection)
    return max([at for at in (position, said or waiting) if at], default=wall())
