"""What whoever watches the house asks of the database: counts and ages by code, and no family's or person's id."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from infra.db import overview
from infra.db.tables import duties, outbox, stamp, unstamp, wakeups


class Night(Struct, frozen=True):
    """Numbers by kind or reason, ages in seconds; None where nobody knows, or nothing is there."""

    oldest_duty: float | None = None
    late: dict[str, int] = {}
    held: dict[str, int] = {}
    parked: int | None = None
    due: dict[str, int] = {}
    oldest_due: dict[str, float] = {}


async def counts(connection: AsyncConnection, now: datetime) -> Night:
    def age(at: str) -> float:
        return (now - unstamp(at)).total_seconds()

    is_open = duties.c.ended.is_(None)
    opened = (await connection.execute(select(func.min(duties.c.opened_at)).where(is_open))).scalar()
    late = select(duties.c.kind, func.count()).where(is_open, duties.c.due_at < stamp(now)).group_by(duties.c.kind)
    waits = (outbox.c.state.in_(["waiting", "published", "sending"]), outbox.c.at <= stamp(now))  # by the index
    due = select(outbox.c.kind, func.count(), func.min(outbox.c.at)).where(*waits).group_by(outbox.c.kind)
    waiting = (await connection.execute(due)).all()
    return Night(
        oldest_duty=age(opened) if opened else None,
        late={r.kind: r[1] for r in await connection.execute(late)},
        held=await overview.held_open(connection),
        parked=await overview.parked_count(connection),
        due={kind: n for kind, n, _ in waiting},
        oldest_due={kind: age(since) for kind, _, since in waiting},
    )


async def relay_has_work(connection: AsyncConnection, now: datetime) -> bool:
    """Whether anything should have left the outbox by now, or somebody be woken."""
    leaving = select(outbox.c.name).where(outbox.c.state.in_(["waiting", "sending"]), outbox.c.at <= stamp(now))
    waking = select(wakeups.c.stream).where(wakeups.c.at <= stamp(now))
    return any([(await connection.execute(query.limit(1))).first() for query in (leaving, waking)])
