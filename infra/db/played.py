"""A played area's own clock: one row with the instant reached. A live area has no row and goes by the wall."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from infra.db.tables import clock, stamp, unstamp

ONLY = 1


async def played_to(connection: AsyncConnection) -> datetime | None:
    at = (await connection.execute(select(clock.c.played_to).where(clock.c.id == ONLY))).scalar()
    return unstamp(at) if at else None


async def keep(connection: AsyncConnection, at: datetime) -> None:
    """Remember the instant reached; time never runs back."""
    before = await played_to(connection)
    if before is None or before < at:
        await leave(connection)
        await connection.execute(clock.insert(), [{"id": ONLY, "played_to": stamp(at)}])


async def leave(connection: AsyncConnection) -> None:
    """Leave played time for good: from here the area goes by the wall."""
    await connection.execute(delete(clock).where(clock.c.id == ONLY))
