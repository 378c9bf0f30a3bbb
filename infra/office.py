"""The real office: one transaction for everything that a decision changes (decisions 4 and 8).

Ledger, file, wake-up, projections, inbox and outbox are written together or not at all. Streams are locked in one
settled order, so that two workers never wait for each other.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import count
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from handlers.admission import EVERYTHING
from handlers.effects import Announce
from handlers.events import Event, RecordHeld, RecordReleased
from handlers.facts import Fact
from handlers.partnership import Directory
from handlers.people import StreamId, derived
from infra.db import announced, chain, outbox, projections, reading, sealing, shelf
from infra.db.engine import transaction
from infra.db.folding import FOLD_VERSION, KINDS, kept_file
from infra.db.sealing import Keyring, insert_if_absent, put_in_place
from infra.db.shards import shard_of
from infra.db.tables import files, inbox, ledger, parked, references, stamp, unstamp, wakeups
from infra.protocols.packs import Protocols
from streams.office import WAVE, Due, Opened, Parcel, Refusal, Settlement, Shards
from streams.wire import LONGEST, Letter, Unreadable, encode_body, stream_id, write


def _among(column: Any, name: str) -> Any:
    return column.in_(bindparam(name, expanding=True))


# Built once: making a statement costs as much as running it.
SEQ_OF = select(files.c.seq).where(files.c.stream == bindparam("of"))
FILE_OF = select(files).where(files.c.stream == bindparam("of"))
LOCKED = select(files).where(_among(files.c.stream, "streams")).order_by(files.c.stream).with_for_update()
KEEP_FILE = (
    update(files)
    .where(files.c.stream == bindparam("of"))
    .values(
        seq=bindparam("to_seq"),
        link=bindparam("to_link"),
        decided_at=bindparam("at"),
        fold_version=bindparam("version"),
        snapshot=bindparam("file"),
    )
)
LEDGER, INBOX = ledger.insert(), inbox.insert()
ASLEEP = delete(wakeups).where(_among(wakeups.c.stream, "streams"))
SEEN = select(inbox).where(_among(inbox.c.source, "sources"), _among(inbox.c.event, "ids"))  # the key's own order
PARKED_AS = select(parked.c.name, parked.c.letter).where(_among(parked.c.name, "names"))
WAITING_FOR = select(parked).where(_among(parked.c.awaits, "names")).order_by(parked.c.at, parked.c.name)
WAITING_AT = select(parked.c.awaits).where(parked.c.stream == bindparam("of"))
DUE = (
    select(wakeups)
    .where(
        wakeups.c.at <= bindparam("now"),
        tuple_(wakeups.c.at, wakeups.c.stream) > tuple_(bindparam("after"), bindparam("of")),
    )
    .order_by(wakeups.c.at, wakeups.c.stream)
    .limit(WAVE)
)
DUE_OF = DUE.where(_among(wakeups.c.shard, "shards"))
NEXT_WAKE = select(func.min(wakeups.c.at)).where(wakeups.c.at > bindparam("now"))
KNOWN_AS = select(references.c.stream).where(references.c.name == bindparam("known_as"))
NO_LONGER_PARKED = delete(parked).where(_among(parked.c.name, "names"))


class Office:
    """Keeps the files in SQL. Each area goes by its own protocol; one office serves one database.

    on_topic: whether there is a public topic to announce on.
    """

    def __init__(self, engine: AsyncEngine, keyring: Keyring, protocols: Protocols, on_topic: bool = False) -> None:
        self.engine, self.keyring, self.protocols, self.on_topic = engine, keyring, protocols, on_topic
        self.directories: dict[StreamId, tuple[int, Directory]] = {}

    async def seal(self, events: Sequence[Event]) -> list[Event]:
        """The events sealed; keys that do not exist yet are made, in a transaction of their own."""
        names = {name for event in events for name in sealing.owners(event)}
        if not self.keyring.has(names):
            async with transaction(self.engine) as connection:
                await self.keyring.have(names, connection)
        return [sealing.seal(event, self.keyring) for event in events]

    @asynccontextmanager
    async def sitting(self) -> AsyncIterator[Sitting]:
        async with transaction(self.engine) as connection:
            yield Sitting(self, connection)

    async def submit(self, events: Sequence[Event], first: int = 0) -> None:
        """first: the place of these within a longer run, so that those of one instant keep its order."""
        if not events:
            return
        sealed = await self.seal(events)
        async with transaction(self.engine) as connection:
            rows = [outbox.event_row(e, e.recorded, n=n) for n, e in enumerate(sealed, first)]
            await outbox.put(connection, rows)

    async def wave(self, now: datetime, shards: Shards | None = None) -> list[Parcel]:
        async with transaction(self.engine) as connection:
            return await outbox.take_wave(connection, now, shards)

    async def unfinished(self, shards: Shards | None = None, after: Parcel | None = None) -> list[Parcel]:
        async with transaction(self.engine) as connection:
            return await outbox.unfinished(connection, shards, after)

    async def due(self, now: datetime, shards: Shards | None = None, after: Due | None = None) -> list[Due]:
        stream, at = (str(after[0]), stamp(after[1])) if after else ("", "")
        asked: dict[str, Any] = {"now": stamp(now), "after": at, "of": stream}
        query = DUE
        if shards is not None:
            query, asked["shards"] = DUE_OF, list(shards)
        async with transaction(self.engine) as connection:
            rows = await connection.execute(query, asked)
            return [(stream_id(r.stream), unstamp(r.at)) for r in rows]

    async def next_instant(self, after: datetime) -> datetime | None:
        async with transaction(self.engine) as connection:
            wake = (await connection.execute(NEXT_WAKE, {"now": stamp(after)})).scalar()
            waiting = await outbox.next_at(connection)
        return min((unstamp(x) for x in (wake, waiting) if x), default=None)


class Sitting:
    """One transaction of the office; implements streams.office.Sitting."""

    def __init__(self, office: Office, connection: AsyncConnection) -> None:
        self.office, self.connection = office, connection
        self.rows: dict[StreamId, tuple[int, str]] = {}
        self.directories: dict[StreamId, Directory] = {}

    async def resolve(self, event: Event) -> Event | str:
        """`system:reference` in place of a person's id is another system's name for somebody (decision 7)."""
        if ":" not in event.stream.id:
            return event
        name = f"{event.stream.area} reference:{event.stream.id}"
        known = (await self.connection.execute(KNOWN_AS, {"known_as": name})).scalar()
        return msgspec.structs.replace(event, stream=stream_id(known)) if known else name

    async def seen(self, events: Sequence[Event]) -> dict[tuple[str, str], bool]:
        asked = {"sources": sorted({e.source for e in events}), "ids": [e.id for e in events]}
        rows = await self.connection.execute(SEEN, asked)
        before = {(r.source, r.event): r.digest for r in rows}
        names = {(e.source, e.id): e for e in events}
        before |= await self._waiting(names)
        again = {name: digest == _digest(names[name]) for name, digest in before.items() if name in names}
        await self._mark_done([names[name] for name in again])
        return again

    async def _waiting(self, names: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """Those of these events that are parked, with the digest of what they said."""
        parked_as = {outbox.event_name(*name): name for name in names}
        rows = await self.connection.execute(PARKED_AS, {"names": list(parked_as)})
        return {parked_as[r.name]: chain.said(msgspec.json.decode(r.letter, type=Letter)) for r in rows}

    async def open(self, streams: Iterable[StreamId]) -> dict[StreamId, Opened]:
        wanted = sorted(streams)
        if not wanted:
            return {}
        await self.connection.execute(insert_if_absent(self.connection, files), [_new_file(s) for s in wanted])
        rows = await self.connection.execute(LOCKED, {"streams": [str(s) for s in wanted]})
        found = {r.stream: r for r in rows}
        opened = {}
        for stream in wanted:
            r = found[str(stream)]
            self.rows[stream] = (r.seq, r.link)
            file = await kept_file(self.connection, stream, r)
            directory = file if isinstance(file, Directory) else await self._directory(stream)
            decided_at = unstamp(r.decided_at) if r.decided_at else None
            opened[stream] = Opened(file, directory, self.office.protocols.of(stream.area), decided_at)
        return opened

    async def _directory(self, stream: StreamId) -> Directory:
        """The area's directory, read again only when it has changed."""
        where = stream.sibling("partnership")
        if where in self.directories:
            return self.directories[where]
        seq = (await self.connection.execute(SEQ_OF, {"of": str(where)})).scalar()
        known = self.office.directories.get(where)
        if seq is None:
            known = (0, Directory(stream=where))
        elif known is None or known[0] != seq:
            r = (await self.connection.execute(FILE_OF, {"of": str(where)})).one()
            directory = await kept_file(self.connection, where, r)
            assert isinstance(directory, Directory)
            known = (r.seq, directory)
            self.office.directories[where] = known
        self.directories[where] = known[1]
        return known[1]

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        if not settlements:
            return
        places = await outbox.places(
            self.connection, [outbox.event_name(s.event.source, s.event.id) for s in settlements]
        )
        told = {s.event.stream for s in settlements for x in s.decision.effects if isinstance(x, Announce)}
        sequences = await announced.told_so_far(self.connection, told)
        rows: list[dict[str, Any]] = []
        leaving: list[dict[str, Any]] = []
        for s in settlements:
            rows += self._ledger_rows(s)
            cause = places.get(outbox.event_name(s.event.source, s.event.id), 0)
            leaving += self._leaving(s, cause, sequences)
        await self.connection.execute(LEDGER, rows)
        await outbox.put(self.connection, leaving)
        await self.connection.execute(INBOX, [_inbox_row(s.event) for s in settlements])
        await self._mark_done([s.event for s in settlements])
        await self._keep_files({s.event.stream: s for s in settlements})
        await projections.write(self.connection, settlements)
        await self._make_known(settlements)

    def _leaving(self, s: Settlement, cause: int, sequences: dict[str, int]) -> Iterator[dict[str, Any]]:
        """Every effect's rows; sequences goes on counting what was announced of each stream."""
        stream, on_topic = s.event.stream, self.office.on_topic
        for n, effect in enumerate(s.decision.effects, 1):
            if isinstance(effect, Announce):
                sequences[str(stream)] += 1
                sequence = sequences[str(stream)]
                yield from announced.rows(effect, stream, s.now, cause, n, sequence, on_topic=on_topic)
            else:
                yield outbox.effect_row(effect, s.event, s.now, cause, n)

    def _ledger_rows(self, s: Settlement) -> list[dict[str, Any]]:
        seq, link = self.rows[s.event.stream]
        pack = self.office.protocols.of(s.event.stream.area).version
        rows = []
        for fact in s.decision.facts:
            seq += 1
            entry = _ledger_row(s.event, fact, seq, pack)
            link = chain.link(link, entry)
            rows.append(entry | {"link": link})
        self.rows[s.event.stream] = (seq, link)
        return rows

    async def _keep_files(self, latest: dict[StreamId, Settlement]) -> None:
        kept = []
        for stream, s in latest.items():
            seq, link = self.rows[stream]
            file = msgspec.json.encode(s.decision.file).decode()
            told = {"of": str(stream), "to_seq": seq, "to_link": link, "at": stamp(s.now), "file": file}
            kept.append(told | {"version": FOLD_VERSION})
        await self.connection.execute(KEEP_FILE, kept)
        wakes = {str(stream): s.decision.wake_at for stream, s in latest.items()}
        rows = [{"stream": s, "at": stamp(at), "shard": shard_of(s)} for s, at in wakes.items() if at]
        if rows:
            await self.connection.execute(put_in_place(self.connection, wakeups), rows)
        if len(rows) < len(wakes):
            await self.connection.execute(ASLEEP, {"streams": [stream for stream, at in wakes.items() if not at]})

    async def _known_since(self, settlements: Sequence[Settlement]) -> dict[str, datetime]:
        """Names that these decisions made known; where a family went on in another, all that waits at its stream."""
        since: dict[str, datetime] = {}
        for s in settlements:
            if EVERYTHING in s.decision.makes_known:
                waiting = await self.connection.execute(WAITING_AT, {"of": str(s.event.stream)})
                since |= {r.awaits: s.now for r in waiting}
            for name in s.decision.makes_known:
                scope: object = s.event.stream
                if name.startswith("reference:"):
                    scope = s.event.stream.area
                    row = {"name": f"{scope} {name}", "stream": str(s.event.stream)}
                    await self.connection.execute(insert_if_absent(self.connection, references), [row])
                since.setdefault(f"{scope} {name}", s.now)
        return since

    async def _make_known(self, settlements: Sequence[Settlement]) -> None:
        """Names that these decisions made known bring back what was parked for them."""
        since = await self._known_since(settlements)
        rows = list(await self.connection.execute(WAITING_FOR, {"names": list(since)})) if since else []
        # What was held and released at one instant comes in that order: who released it last has the last word.
        told = [r.name for r in rows if _tells_of_the_shelf(msgspec.json.decode(r.letter, type=Letter))]
        places = await outbox.places(self.connection, told) if told else {}
        rows.sort(key=lambda r: (r.at, places.get(r.name, 0)))
        for n, r in enumerate(rows):
            again = outbox.row(r.name, "event", r.stream, r.letter.encode(), since[r.awaits], 0, n)
            await outbox.put_again(self.connection, again)
        if rows:
            await self.connection.execute(NO_LONGER_PARKED, {"names": [r.name for r in rows]})

    async def park(self, event: Event, awaits: str) -> None:
        whole = awaits if " " in awaits else f"{event.stream} {awaits}"
        row = {
            "name": outbox.event_name(event.source, event.id),
            "stream": str(event.stream),
            "awaits": whole,
            "letter": msgspec.json.encode(write(event)).decode(),
            "at": stamp(event.recorded),
        }
        await self.connection.execute(insert_if_absent(self.connection, parked), [row])
        await self._mark_done([event])

    async def hold(self, refusal: Refusal) -> None:
        letter = refusal.letter
        name = _storable(outbox.event_name(letter.headers.get("ce_source", ""), letter.headers.get("ce_id", "")))
        id_ = shelf.held_as(letter)
        await self.office.keyring.have([sealing.HELD_SHELF], self.connection)
        lies_there = await reading.held_row(self.connection, id_)
        if refusal.reason == "clash" and shelf.was_mended(lies_there, self.office.keyring):
            await outbox.mark(self.connection, [name], "done")
            return
        row = {
            "id": id_,
            "stream": _storable(letter.key)[:LONGEST],
            "reason": refusal.reason,
            "sentence": _storable(refusal.sentence),
            "box": shelf.close_up(letter, self.office.keyring),
            "at": stamp(refusal.now),
            "state": "open",
        }
        if await shelf.lay_down(self.connection, row):
            await self.tell_stream(letter.key, RecordHeld(id_, refusal.reason), letter, refusal.now)
        await outbox.mark_held(self.connection, name)

    async def tell_stream(
        self,
        key: str,
        body: RecordHeld | RecordReleased,
        letter: Any,
        now: datetime,
        teller: str = outbox.HOUSE,
    ) -> None:
        """Let the stream of a held record know, if it names one: its coordinator owes the mending.

        Another system's name for somebody waits, as the record itself would have, until it is known whose it is.
        """
        try:
            stream = stream_id(key)
        except Unreadable:
            return
        if _tells_of_the_shelf(letter):
            return
        for n in count():  # one played instant may see a record held and released more than once
            id_ = derived(type(body).__name__, body.record, str(stream), stamp(now), str(n))
            if not await outbox.places(self.connection, [outbox.event_name(teller, id_)]):
                break
        told = Event(id_, teller, stream, now, now, body)
        place = int(isinstance(body, RecordReleased))  # at one instant, held comes before released
        await outbox.put(self.connection, [outbox.event_row(told, now, n=place)])

    async def _mark_done(self, events: Sequence[Event]) -> None:
        await outbox.mark(self.connection, [outbox.event_name(e.source, e.id) for e in events], "done")


def _tells_of_the_shelf(letter: Letter) -> bool:
    return letter.headers.get("ce_type", "").startswith("uk.quorate.record-")


def _storable(text: str) -> str:
    """PostgreSQL keeps no NUL in text; what holds one must reach the shelf all the same."""
    return text.replace("\x00", "\\x00")


def _digest(event: Event) -> str:
    return chain.said(write(event))


def _inbox_row(event: Event) -> dict[str, Any]:
    return {"source": event.source, "event": event.id, "digest": _digest(event)}


def _new_file(stream: StreamId) -> dict[str, Any]:
    return {
        "stream": str(stream),
        "seq": 0,
        "link": chain.START,
        "fold_version": FOLD_VERSION,
        "snapshot": msgspec.json.encode(KINDS[stream.kind](stream=stream)).decode(),
    }


def _ledger_row(event: Event, fact: Fact, seq: int, pack: str) -> dict[str, Any]:
    return {
        "stream": str(event.stream),
        "seq": seq,
        "event": fact.event,
        "source": event.source,
        "type": type(fact.body).__name__,
        "body": encode_body(fact.body).decode(),
        "because": fact.because,
        "rule": fact.rule,
        "pack": pack,
        "happened": stamp(fact.happened),
        "recorded": stamp(fact.recorded),
    }
