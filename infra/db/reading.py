"""The read side: what lists, single families and checks ask of the database, and nothing that changes it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.people import StreamId
from handlers.working_days import local_day
from infra.db import chain
from infra.db.outbox import event_name
from infra.db.tables import (
    duties,
    files,
    held,
    inbox,
    keys,
    ledger,
    meetings,
    outbox,
    parked,
    references,
    stamp,
    unstamp,
    wakeups,
)
from streams.wire import Letter

Row = Any


async def _rows(connection: AsyncConnection, query: Select[Any]) -> Sequence[Row]:
    rows: Sequence[Row] = (await connection.execute(query)).all()
    return rows


async def streams(
    connection: AsyncConnection, kind: str = "%", area: str | None = None, id_: str | None = None
) -> list[str]:
    """The streams about which something was decided, in order."""
    pattern = f"{_literal(area) if area else '%'}/{kind}/{_literal(id_) if id_ else '%'}"
    query = select(files.c.stream).where(files.c.seq > 0, files.c.stream.like(pattern, escape="\\"))
    return [r.stream for r in await _rows(connection, query.order_by(files.c.stream))]


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


async def areas(connection: AsyncConnection) -> list[str]:
    """Areas with a directory; where none has one, every area that a stream names."""
    found = await streams(connection, "partnership") or await streams(connection)
    return sorted({s.partition("/")[0] for s in found})


async def areas_on_their_way(connection: AsyncConnection) -> list[str]:
    """The areas of the events that wait to be decided."""
    query = select(outbox.c.stream).where(outbox.c.kind == "event", outbox.c.state != "done").distinct()
    return sorted({r.stream.partition("/")[0] for r in await _rows(connection, query)})


async def file_row(connection: AsyncConnection, stream: StreamId) -> Row | None:
    """The snapshot with its seq and fold_version; None for a stream about which nothing was decided."""
    query = select(files).where(files.c.stream == str(stream), files.c.seq > 0)
    return (await connection.execute(query)).first()


async def file_rows(connection: AsyncConnection, streams: Iterable[str]) -> Sequence[Row]:
    """The snapshots of those of these streams about which something was decided."""
    return await _rows(connection, select(files).where(files.c.stream.in_(list(streams)), files.c.seq > 0))


async def on_their_way(connection: AsyncConnection, streams: Iterable[str]) -> list[Letter]:
    """The events that wait to be decided by these streams, in the order in which they will be."""
    waiting = (outbox.c.kind == "event", outbox.c.state != "done", outbox.c.stream.in_(list(streams)))
    query = select(outbox.c.letter).where(*waiting).order_by(outbox.c.at, outbox.c.cause, outbox.c.n, outbox.c.name)
    return [msgspec.json.decode(r.letter, type=Letter) for r in await _rows(connection, query)]


async def last_place(connection: AsyncConnection) -> int:
    """The place of the last event that waits to be decided: what is let in after it comes later, if at the same
    instant too."""
    query = select(func.max(outbox.c.n)).where(outbox.c.kind == "event", outbox.c.state != "done")
    return (await connection.execute(query)).scalar() or 0


async def duty(connection: AsyncConnection, id_: str) -> Row | None:
    return (await connection.execute(select(duties).where(duties.c.id == id_))).first()


async def duties_of(
    connection: AsyncConnection,
    *,
    open_only: bool,
    area: str | None = None,
    family: str | None = None,
    kind: str | None = None,
    due_before: datetime | None = None,
) -> Sequence[Row]:
    """Duties by the hour at which they are due."""
    query = select(duties).order_by(duties.c.due_at, duties.c.id)
    if due_before:
        query = query.where(duties.c.due_at < stamp(due_before))
    if open_only:
        query = query.where(duties.c.ended.is_(None))
    if area or family:
        pattern = f"{_literal(area) if area else '%'}/family/{_literal(family) if family else '%'}"
        query = query.where(duties.c.stream.like(pattern, escape="\\"))
    return await _rows(connection, query.where(duties.c.kind == kind) if kind else query)


async def meetings_of(
    connection: AsyncConnection,
    *,
    area: str | None = None,
    first: date | None = None,
    last: date | None = None,
    state: str | None = None,
) -> Sequence[Row]:
    """Meetings by the day on which they take place, or are due while no time is fixed; both days in London included."""
    query = select(meetings).order_by(func.coalesce(meetings.c.starts_at, meetings.c.due_on), meetings.c.stream)
    if area:
        query = query.where(meetings.c.stream.like(f"{_literal(area)}/%", escape="\\"))
    if state:
        query = query.where(meetings.c.state == state)
    return [r for r in await _rows(connection, query) if _between(r, first, last)]


def _between(r: Row, first: date | None, last: date | None) -> bool:
    on = local_day(unstamp(r.starts_at)) if r.starts_at else date.fromisoformat(r.due_on)
    return (first is None or first <= on) and (last is None or on <= last)


async def ledger_of(connection: AsyncConnection, stream: str) -> Sequence[Row]:
    return await _rows(connection, select(ledger).where(ledger.c.stream == stream).order_by(ledger.c.seq))


async def chain_end(connection: AsyncConnection, stream: str) -> tuple[int, str] | None:
    """Where this chain ends, as its file has it; None where the file is gone."""
    query = select(files.c.seq, files.c.link).where(files.c.stream == stream)
    r = (await connection.execute(query)).first()
    return (r.seq, r.link) if r else None


async def ledger_streams(connection: AsyncConnection) -> dict[str, tuple[int, str] | None]:
    """Every stream with rows or a file, and the end of its chain as its file has it; None where the file is gone."""
    ends: dict[str, tuple[int, str] | None] = {
        r.stream: None for r in await _rows(connection, select(ledger.c.stream).distinct())
    }
    known = await _rows(connection, select(files.c.stream, files.c.seq, files.c.link))
    ends |= {r.stream: (r.seq, r.link) for r in known if r.seq or r.stream in ends}
    return dict(sorted(ends.items()))


async def ledger_streams_after(connection: AsyncConnection, stream: str, at_most: int) -> list[str]:
    """The next streams in order with rows or a file that says so."""
    rows = select(ledger.c.stream).where(ledger.c.stream > stream).distinct().order_by(ledger.c.stream)
    kept = select(files.c.stream).where(files.c.stream > stream, files.c.seq > 0).order_by(files.c.stream)
    found = [await _rows(connection, query.limit(at_most)) for query in (rows, kept)]
    return sorted({r.stream for some in found for r in some})[:at_most]


async def newest_rows(connection: AsyncConnection, how_many: int) -> list[tuple[Row, str]]:
    """The latest ledger rows, each with the link of the row before it."""
    found = await _rows(connection, select(ledger).order_by(ledger.c.recorded.desc()).limit(how_many))
    pairs = []
    for r in found:
        query = select(ledger.c.link).where(ledger.c.stream == r.stream, ledger.c.seq == r.seq - 1)
        before = (await connection.execute(query)).scalar()
        pairs.append((r, chain.START if r.seq == 1 else before or ""))
    return pairs


async def held_rows(connection: AsyncConnection, states: Iterable[str] = ("open",)) -> Sequence[Row]:
    query = select(held).where(held.c.state.in_(list(states))).order_by(held.c.at, held.c.id)
    return await _rows(connection, query)


async def held_row(connection: AsyncConnection, id_: str) -> Row | None:
    return (await connection.execute(select(held).where(held.c.id == id_))).first()


async def held_about(connection: AsyncConnection, family: StreamId, adults: Iterable[str]) -> list[str]:
    """Open held records of this family and of its adults, under whichever name they came."""
    people = [str(family.sibling("person", a)) for a in adults]
    other = await _rows(connection, select(references.c.name).where(references.c.stream.in_(people)))
    outside = [f"{family.area}/person/{r.name.partition(' reference:')[2]}" for r in other]
    query = select(held.c.id).where(held.c.state == "open", held.c.stream.in_([str(family), *people, *outside]))
    return [r.id for r in await _rows(connection, query.order_by(held.c.at, held.c.id))]


async def parked_rows(connection: AsyncConnection) -> Sequence[Row]:
    return await _rows(connection, select(parked).order_by(parked.c.at, parked.c.name))


async def messages_of(connection: AsyncConnection, stream: str) -> Sequence[Row]:
    """All that this stream's decisions gave the post, in the order in which it was decided."""
    query = select(outbox).where(outbox.c.stream == stream, outbox.c.kind == "message")
    return await _rows(connection, query.order_by(outbox.c.at, outbox.c.cause, outbox.c.n))


async def known(connection: AsyncConnection, names: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Those of these (source, id) that came in before, with the digest of what they said."""
    wanted = {event_name(*name): name for name in names}
    found: dict[tuple[str, str], str] = {}
    query = select(outbox.c.name, outbox.c.letter).where(outbox.c.name.in_(list(wanted)))
    for r in await _rows(connection, query):
        letter = msgspec.json.decode(r.letter, type=Letter)
        found[wanted[r.name]] = chain.said(letter)
    sources, ids = {source for source, _ in wanted.values()}, [id_ for _, id_ in wanted.values()]
    settled = select(inbox).where(inbox.c.source.in_(sorted(sources)), inbox.c.event.in_(ids))
    for r in await _rows(connection, settled):
        if (r.source, r.event) in wanted.values():
            found[(r.source, r.event)] = r.digest
    return found


async def fate(connection: AsyncConnection, name: str) -> str:
    """What became of an event let in under this name: waiting, published, done, held, or parked."""
    if (await connection.execute(select(parked.c.name).where(parked.c.name == name))).first():
        return "parked"
    r = (await connection.execute(select(outbox.c.state, outbox.c.outcome).where(outbox.c.name == name))).first()
    return "unknown" if r is None else "held" if r.outcome == "held" else str(r.state)


async def earliest_waiting(connection: AsyncConnection) -> datetime | None:
    """The first instant at which something waits to come in, or a stream wants to look again."""
    waiting = select(func.min(outbox.c.at)).where(outbox.c.state == "waiting")
    instants = [(await connection.execute(q)).scalar() for q in (waiting, select(func.min(wakeups.c.at)))]
    return min((unstamp(at) for at in instants if at), default=None)


async def latest_decision(connection: AsyncConnection) -> datetime | None:
    at = (await connection.execute(select(func.max(files.c.decided_at)))).scalar()
    return unstamp(at) if at else None


async def yet_to_come(connection: AsyncConnection, now: datetime) -> tuple[int, datetime | None]:
    """How many events wait for an hour that has not come, and the last such hour."""
    coming = (outbox.c.state == "waiting", outbox.c.at > stamp(now))
    r = (await connection.execute(select(func.count(), func.max(outbox.c.at)).where(*coming))).one()
    return int(r[0]), unstamp(r[1]) if r[1] else None


async def overdue_in_outbox(connection: AsyncConnection, now: datetime) -> tuple[int, datetime | None]:
    """How much should have left by now and has not, and since when the oldest waits."""
    late = (outbox.c.state != "done", outbox.c.at <= stamp(now))
    r = (await connection.execute(select(func.count(), func.min(outbox.c.at)).where(*late))).one()
    return int(r[0]), unstamp(r[1]) if r[1] else None


async def any_key(connection: AsyncConnection) -> str | None:
    """The name of one key, to try the master key on."""
    return (await connection.execute(select(keys.c.name).order_by(keys.c.name).limit(1))).scalar()
