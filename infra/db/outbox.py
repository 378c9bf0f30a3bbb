"""The outbox: what a decision wants done, kept in the same transaction as the decision, and taken from here in waves.

A wave is what waits at one moment, so far as it is not too much, in a settled order: by its instant, by the place of
what caused it, by its number among that cause's effects. Taken wave after wave, both engines handle the same things in
the same order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import Select, and_, bindparam, delete, func, or_, select, tuple_, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.effects import Message, TellStream
from handlers.events import Event
from handlers.people import derived
from infra.db.sealing import insert_if_absent
from infra.db.shards import SHARDS, shard_of
from infra.db.tables import LEFT, WAITING, outbox, stamp
from streams.office import WAVE, Parcel, Shards
from streams.wire import type_name, write

HOUSE = "quorate"

# Built once: making a statement costs as much as running it.
IN_ORDER = (outbox.c.at, outbox.c.cause, outbox.c.n, outbox.c.name)
NEXT_WAVE = (
    select(outbox).where(outbox.c.state == "waiting", outbox.c.at <= bindparam("now")).order_by(*IN_ORDER).limit(WAVE)
)
UNFINISHED = (
    select(outbox)
    .where(LEFT, tuple_(outbox.c.place, outbox.c.name) > tuple_(bindparam("place"), bindparam("name")))
    .order_by(outbox.c.place, outbox.c.name)
    .limit(WAVE)
)
UNFINISHED_OF = UNFINISHED.where(outbox.c.shard.in_(bindparam("shards", expanding=True)))
LAST_PLACE = select(func.max(outbox.c.place))
NEXT_AT = select(func.min(outbox.c.at)).where(outbox.c.state == "waiting")
NAMED = outbox.c.name.in_(bindparam("names", expanding=True))
PLACES = select(outbox.c.name, outbox.c.place).where(NAMED)
MARK = update(outbox).where(NAMED).values(state=bindparam("to"), outcome=bindparam("how"))
UNCLAIMED = and_(NAMED, outbox.c.state == "published")
DOUBTED = and_(outbox.c.name.in_(bindparam("doubted", expanding=True)), outbox.c.state == "sending")
CLAIM = update(outbox).where(or_(UNCLAIMED, DOUBTED)).values(state="sending").returning(outbox.c.name)
PUT_OFF = "put_off"  # the outcome so far of a mail that its server takes later, and of what waits behind it
WAIT_LONGER = (
    update(outbox)
    .where(outbox.c.name == bindparam("named"), LEFT)
    .values(state="waiting", at=bindparam("then"), outcome=PUT_OFF)
)
THOSE_PUT_OFF = select(outbox.c.stream, outbox.c.letter, outbox.c.at).where(
    outbox.c.stream.in_(bindparam("streams", expanding=True)), WAITING, outbox.c.outcome == PUT_OFF
)
LEAVING = (
    update(outbox)
    .where(outbox.c.name == bindparam("taken"))
    .values(place=bindparam("nth"), state="published", published_at=bindparam("since"))
)


def row(name: str, kind: str, stream: str, letter: bytes, at: datetime, cause: int, n: int) -> dict[str, Any]:
    return {
        "name": name,
        "kind": kind,
        "stream": stream,
        "letter": letter.decode(),
        "at": stamp(at),
        "cause": cause,
        "n": n,
        "state": "waiting",
        "shard": shard_of(stream),
    }


def event_name(source: str, event: str) -> str:
    """One name from two, such that no other two give the same."""
    return f"{len(source)} {source} {event}"


def event_row(event: Event, at: datetime, cause: int = 0, n: int = 0) -> dict[str, Any]:
    """An event that is to enter the river at that instant."""
    letter = msgspec.json.encode(write(event))
    return row(event_name(event.source, event.id), "event", str(event.stream), letter, at, cause, n)


def effect_row(effect: TellStream | Message, because_of: Event, now: datetime, cause: int, n: int) -> dict[str, Any]:
    """An effect of a decision; its name is derived from its cause (decision 17)."""
    if isinstance(effect, TellStream):
        return event_row(told(effect, because_of, now, n), now, cause, n)
    return row(effect.message, "message", str(because_of.stream), msgspec.json.encode(effect), now, cause, n)


def told(effect: TellStream, because_of: Event, now: datetime, n: int) -> Event:
    """The event that tells another stream."""
    parts = (because_of.source, because_of.id, str(effect.stream), type_name(effect.body), str(n))
    return Event(derived(*parts), HOUSE, effect.stream, min(because_of.happened, now), now, effect.body)


async def put_again(connection: AsyncConnection, row: dict[str, Any]) -> None:
    """Let something that had left wait once more."""
    await connection.execute(delete(outbox).where(outbox.c.name == row["name"]))
    await put(connection, [row])


async def put(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Add these, each once for ever: a name that is there already stays as it is."""
    if rows:
        await connection.execute(insert_if_absent(connection, outbox), list(rows))


async def places(connection: AsyncConnection, names: Iterable[str]) -> dict[str, int]:
    """Where the events of these names left the outbox; 0 is for those that came from outside."""
    found = await connection.execute(PLACES, {"names": list(names)})
    return {name: place or 0 for name, place in found}


async def take_wave(connection: AsyncConnection, now: datetime, shards: Shards | None = None) -> list[Parcel]:
    """What waits in these shards and whose time has come, WAVE at most, given its place in the order of leaving."""
    rows = list(await connection.execute(_next_wave(shards), {"now": stamp(now)}))
    if not rows:
        return []
    last = (await connection.execute(LAST_PLACE)).scalar() or 0
    parcels = [_parcel(r, last + i) for i, r in enumerate(rows, 1)]
    await connection.execute(LEAVING, [{"taken": p.name, "nth": p.place, "since": p.at} for p in parcels])
    return parcels


@cache
def _next_wave(shards: Shards | None) -> Select[Any]:
    """Of some shards an equal part each, so that none that is long makes the others wait, nor is read as a whole."""
    if shards is None or len(shards) == SHARDS:
        return NEXT_WAVE
    due = select(outbox).where(WAITING, outbox.c.at <= bindparam("now")).order_by(*IN_ORDER)
    most = -(-WAVE // len(shards))
    each = [due.where(outbox.c.shard == shard).limit(most).subquery() for shard in sorted(shards)]
    together = union_all(*(select(part) for part in each)).subquery()
    return select(together).order_by(*(together.c[column.name] for column in IN_ORDER))


async def unfinished(
    connection: AsyncConnection, shards: Shards | None = None, after: Parcel | None = None
) -> list[Parcel]:
    """What left these shards and was never heard of again, in the order of leaving: the next WAVE after that one."""
    asked: dict[str, Any] = {"place": after.place if after else 0, "name": after.name if after else ""}
    query = UNFINISHED
    if shards is not None:
        query, asked["shards"] = UNFINISHED_OF, list(shards)
    return [_parcel(r, r.place) for r in await connection.execute(query, asked)]


def _parcel(r: Any, place: int) -> Parcel:
    return Parcel(r.name, r.kind, r.stream, r.letter.encode(), place, r.at, r.state == "sending")


async def claim(connection: AsyncConnection, names: Iterable[str], doubted: Iterable[str]) -> set[str]:
    """Those of these that only we may send now: what left and nobody has claimed, and what was and had no end."""
    return set((await connection.execute(CLAIM, {"names": list(names), "doubted": list(doubted)})).scalars())


async def give_back(connection: AsyncConnection, name: str) -> None:
    """What was claimed and could not be sent is nobody's again."""
    claimed = (outbox.c.name == name, outbox.c.state == "sending")
    await connection.execute(update(outbox).where(*claimed).values(state="published"))


async def put_off(connection: AsyncConnection, name: str, until: str) -> None:
    """Let this mail, which has certainly not gone, wait until then."""
    await connection.execute(WAIT_LONGER, {"named": name, "then": until})


async def those_put_off(connection: AsyncConnection, streams: Iterable[str]) -> dict[tuple[str, str], str]:
    """Until when the mails of these streams wait that were put off, by stream and whom they go to."""
    found: dict[tuple[str, str], str] = {}
    for r in await connection.execute(THOSE_PUT_OFF, {"streams": list(streams)}):
        whom = (r.stream, msgspec.json.decode(r.letter, type=Message).to.person)
        found[whom] = max(r.at, found.get(whom, ""))
    return found


async def mark(connection: AsyncConnection, names: Iterable[str], state: str, outcome: str | None = None) -> None:
    marked = list(names)
    if marked:
        await connection.execute(MARK, {"names": marked, "to": state, "how": outcome})


async def mark_held(connection: AsyncConnection, name: str) -> None:
    """What left under this name went to the shelf. What still waits under it, or was settled, is another record."""
    left = (outbox.c.name == name, outbox.c.state.in_(["published", "sending"]))
    await connection.execute(update(outbox).where(*left).values(state="done", outcome="held"))


async def next_at(connection: AsyncConnection) -> str | None:
    """The instant of the earliest thing that still waits."""
    earliest: str | None = (await connection.execute(NEXT_AT)).scalar()
    return earliest


async def counts(connection: AsyncConnection) -> dict[tuple[str, str], int]:
    """How many of each kind stand in each state."""
    query = select(outbox.c.kind, outbox.c.state, func.count()).group_by(outbox.c.kind, outbox.c.state)
    return {(kind, state): n for kind, state, n in await connection.execute(query)}


async def busy(connection: AsyncConnection, place: int) -> int:
    """How many left, up to that place, and are not done."""
    return int((await connection.execute(select(func.count()).where(LEFT, outbox.c.place <= place))).scalar() or 0)
