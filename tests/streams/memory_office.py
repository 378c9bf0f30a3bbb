"""A small office in memory: a fake at the port, so that the spine can be watched without a database.

It keeps plain values, and a sitting that fails leaves no trace. That it behaves like the real one is not taken on
trust: `test_intake` runs on both.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from handlers.admission import EVERYTHING
from handlers.case_file import CaseFile
from handlers.desk import File
from handlers.diary_file import DiaryFile
from handlers.effects import Announce, TellStream
from handlers.events import Body, Event, RecordHeld
from handlers.facts import Fact
from handlers.partnership import Directory
from handlers.people import StreamId, derived
from handlers.person_file import PersonFile
from handlers.protocol import Protocol
from streams.office import WAVE, CannotNow, Due, Opened, Parcel, Refusal, Settlement, Shards
from streams.wire import Unreadable, stream_id, write

KINDS: dict[str, Any] = {"family": CaseFile, "person": PersonFile, "diary": DiaryFile, "partnership": Directory}
Name = tuple[str, str]


@dataclass
class Books:
    """All that is kept. leaving: parcels that wait, with their order; left: those that went and are not done."""

    ledger: dict[StreamId, list[Fact]] = field(default_factory=dict)
    files: dict[StreamId, tuple[File, datetime]] = field(default_factory=dict)
    inbox: dict[Name, Body] = field(default_factory=dict)
    held: dict[bytes, Refusal] = field(default_factory=dict)
    parked: dict[Name, tuple[str, Event]] = field(default_factory=dict)
    references: dict[str, StreamId] = field(default_factory=dict)
    wakeups: dict[StreamId, datetime] = field(default_factory=dict)
    leaving: dict[str, tuple[tuple[datetime, int, int], Parcel]] = field(default_factory=dict)
    left: dict[str, Parcel] = field(default_factory=dict)
    places: int = 0


class MemoryOffice:
    """Implements streams.office.Office. `away` makes it fail as a database does that is gone."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol, self.books, self.is_away = protocol, Books(), False

    @contextmanager
    def away(self) -> Iterator[None]:
        self.is_away = True
        yield
        self.is_away = False

    async def seal(self, events: Sequence[Event]) -> list[Event]:
        return list(events)

    @asynccontextmanager
    async def sitting(self) -> AsyncIterator[MemorySitting]:
        if self.is_away:
            raise CannotNow("the cupboard is locked")
        sitting = MemorySitting(deepcopy(self.books), self.protocol)
        yield sitting
        self.books = sitting.books

    async def submit(self, events: Sequence[Event], first: int = 0) -> None:
        async with self.sitting() as sitting:
            for n, event in enumerate(events, first):
                sitting.post("event", event, event.recorded, n)

    async def wave(self, now: datetime, shards: Shards | None = None) -> list[Parcel]:
        books = self.books
        going = sorted((order, name) for name, (order, _) in books.leaving.items() if order[0] <= now)
        for _, name in going:
            books.places += 1
            books.left[name] = replace(books.leaving.pop(name)[1], place=books.places)
        return [books.left[name] for _, name in going]

    async def unfinished(self, shards: Shards | None = None, after: Parcel | None = None) -> list[Parcel]:
        left = sorted(self.books.left.values(), key=lambda p: p.place)
        return [p for p in left if after is None or p.place > after.place][:WAVE]

    async def due(self, now: datetime, shards: Shards | None = None, after: Due | None = None) -> list[Due]:
        due = sorted((at, stream) for stream, at in self.books.wakeups.items() if at <= now)
        return [(stream, at) for at, stream in due if after is None or (at, stream) > (after[1], after[0])][:WAVE]

    async def next_instant(self, after: datetime) -> datetime | None:
        waiting = [order[0] for order, _ in self.books.leaving.values()]
        return min([*waiting, *(at for at in self.books.wakeups.values() if at > after)], default=None)


class MemorySitting:
    """Implements streams.office.Sitting, on a copy of the books."""

    def __init__(self, books: Books, protocol: Protocol) -> None:
        self.books, self.protocol = books, protocol

    async def resolve(self, event: Event) -> Event | str:
        if ":" not in event.stream.id:
            return event
        name = f"{event.stream.area} reference:{event.stream.id}"
        known = self.books.references.get(name)
        return replace(event, stream=known) if known else name

    async def seen(self, events: Sequence[Event]) -> dict[Name, bool]:
        known = self.books.inbox | {name: event.body for name, (_, event) in self.books.parked.items()}
        again = {(e.source, e.id): known[e.source, e.id] == e.body for e in events if (e.source, e.id) in known}
        for name in again:
            self._done(name)
        return again

    async def open(self, streams: Iterable[StreamId]) -> dict[StreamId, Opened]:
        return {stream: self._opened(stream) for stream in streams}

    def _opened(self, stream: StreamId) -> Opened:
        new: tuple[File, datetime | None] = (KINDS[stream.kind](stream=stream), None)
        file, decided_at = self.books.files.get(stream, new)
        where = stream.sibling("partnership")
        directory = self.books.files[where][0] if where in self.books.files else Directory(stream=where)
        assert isinstance(directory, Directory)
        return Opened(file, directory, self.protocol, decided_at)

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        for s in settlements:
            stream, name = s.event.stream, (s.event.source, s.event.id)
            self.books.ledger.setdefault(stream, []).extend(s.decision.facts)
            self.books.files[stream] = (s.decision.file, s.now)
            self.books.inbox[name] = s.event.body
            self.books.wakeups.pop(stream, None)
            if s.decision.wake_at:
                self.books.wakeups[stream] = s.decision.wake_at
            for n, effect in enumerate(s.decision.effects, 1):
                if isinstance(effect, Announce):
                    continue  # the spine knows no topic but its own
                told = self._told(s, effect, n) if isinstance(effect, TellStream) else effect
                self.post("event" if isinstance(told, Event) else "message", told, s.now, n, stream)
            self._done(name)
            self._make_known(s)

    def _told(self, s: Settlement, effect: TellStream, n: int) -> Event:
        id_ = derived(s.event.source, s.event.id, str(n))
        return Event(id_, "quorate", effect.stream, min(s.event.happened, s.now), s.now, effect.body)

    def _make_known(self, s: Settlement) -> None:
        for known in s.decision.makes_known:
            outside = known.startswith("reference:")
            whole = f"{s.event.stream.area if outside else s.event.stream} {known}"
            if outside:
                self.books.references.setdefault(whole, s.event.stream)
            here = known == EVERYTHING
            back = [
                name
                for name, (awaited, event) in self.books.parked.items()
                if awaited == whole or (here and event.stream == s.event.stream)
            ]
            for n, name in enumerate(back):
                self.post("event", self.books.parked.pop(name)[1], s.now, n)

    async def park(self, event: Event, awaits: str) -> None:
        whole = awaits if " " in awaits else f"{event.stream} {awaits}"
        self.books.parked.setdefault((event.source, event.id), (whole, event))
        self._done((event.source, event.id))

    async def hold(self, refusal: Refusal) -> None:
        letter = refusal.letter
        source, id_ = letter.headers.get("ce_source", ""), letter.headers.get("ce_id", "")
        record = "H-" + derived(source, id_, repr(letter.body))[:12]
        if msgspec.json.encode(letter) not in self.books.held:
            self.books.held[msgspec.json.encode(letter)] = refusal
            self._tell_stream(refusal, record)
        self._done((source, id_))

    def _tell_stream(self, refusal: Refusal, record: str) -> None:
        try:
            stream = stream_id(refusal.letter.key)
        except Unreadable:
            return
        if ":" not in stream.id and "record-" not in refusal.letter.headers.get("ce_type", ""):
            body = RecordHeld(record, refusal.reason)
            self.post("event", Event(record, "quorate", stream, refusal.now, refusal.now, body), refusal.now, 0)

    def post(self, kind: Any, what: Any, at: datetime, n: int, stream: StreamId | None = None) -> None:
        """Let this leave at that instant; a name that waits or left already stays as it is."""
        name = f"{what.source}#{what.id}" if kind == "event" else what.message
        letter = msgspec.json.encode(write(what) if kind == "event" else what)
        if name not in self.books.leaving and name not in self.books.left:
            parcel = Parcel(name, kind, str(stream or what.stream), letter, 0, at.isoformat())
            self.books.leaving[name] = ((at, self.books.places, n), parcel)

    def _done(self, name: Name) -> None:
        self.books.left.pop("#".join(name), None)
