"""Which streams a relay serves: all are split into shards, and each shard has at most one holder at any instant.

On PostgreSQL a shard is held by a lock of the relay's own session, so that a relay that was killed leaves its shards
behind at once and the others take them. All present relays share them evenly. On SQLite one process serves all.
"""

from __future__ import annotations

import time
from zlib import crc32

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from infra.db.engine import Engine
from streams.office import CannotNow, Shards

SHARDS = 12  # as the partitions of a topic: that many relays or workers share the load, more would stand by
EVERY: Shards = frozenset(range(SHARDS))
BALANCE_SECONDS = 1.0  # between two looks at who else is there

# A lock's name has two halves: any number, the same for every relay; and, of a shard, which.
PRESENT, SHARD = 7_706_174, 7_706_175
ALIVE = text("SELECT 1")
ARRIVE = text(f"SELECT pg_try_advisory_lock_shared({PRESENT}, 0), pg_backend_pid()")
ALONE = text(f"SELECT pg_try_advisory_lock({PRESENT}, 0), pg_backend_pid()")
TAKE = text(f"SELECT pg_try_advisory_lock({SHARD}, :shard)")
GIVE_UP = text(f"SELECT pg_advisory_unlock({SHARD}, :shard)")
OURS = (
    f"FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid IN ({PRESENT}, {SHARD})"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
HELD = text(f"SELECT classid::bigint AS half, objid::bigint AS shard, pid {OURS}")
STILL_HERE = text(f"SELECT 1 {OURS} AND pid = :pid LIMIT 1")


def shard_of(stream: str) -> int:
    """The shard of a stream: kept in the tables, so the same for ever."""
    return crc32(stream.encode()) % SHARDS


class Hold:
    """One relay's hold on its shards, on a session of its own. What is gone with the session is held no more."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._session: AsyncConnection | None = None
        self._pid = 0
        self._shards: Shards = frozenset()
        self._balanced_at = 0.0

    async def fair_share(self) -> Shards:
        """Make sure of what we hold, take what is free up to our share, and give up what is beyond it.

        To be called while nothing of ours is under way. Raises CannotNow, and then nothing is held.
        """
        if self._engine.dialect.name != "postgresql":
            return EVERY
        try:
            await self._here(ARRIVE, "somebody plays this area's time: this relay stands by")
            if time.monotonic() - self._balanced_at >= BALANCE_SECONDS:
                await self._balance()
        except (DBAPIError, OSError) as error:
            await self._lost(error)
        return self._shards

    async def alone(self) -> None:
        """Make sure that nobody else serves any stream, as whoever plays time must. Raises CannotNow."""
        if self._engine.dialect.name != "postgresql":
            return
        try:
            await self._here(
                ALONE, "a relay serves this database, or its time is being played already: stop that first"
            )
        except (DBAPIError, OSError) as error:
            await self._lost(error)

    async def still_ours(self, connection: AsyncConnection) -> bool:
        """Whether, by the eyes of that transaction, the session lives in which we hold what we hold."""
        if self._engine.dialect.name != "postgresql":
            return True
        return bool((await connection.execute(STILL_HERE, {"pid": self._pid})).scalar())

    async def let_go(self) -> None:
        session, self._session, self._shards = self._session, None, frozenset()
        self._pid, self._balanced_at = 0, 0.0
        if session is not None:
            await session.invalidate()
            await session.close()

    async def _here(self, how: object, otherwise: str) -> None:
        if self._session is not None:
            await self._session.execute(ALIVE)
            return
        self._session = await self._engine.connect()
        await self._session.execution_options(isolation_level="AUTOCOMMIT")  # else it would idle in a transaction
        taken, self._pid = (await self._session.execute(how)).one()  # type: ignore[call-overload]
        if not taken:
            await self.let_go()
            raise CannotNow(otherwise)

    async def _balance(self) -> None:
        """Shares differ by one at most; which relays have one more follows from the numbers of their sessions."""
        assert self._session
        held = (await self._session.execute(HELD)).all()
        relays = sorted(r.pid for r in held if r.half == PRESENT)
        share = SHARDS // len(relays) + (relays.index(self._pid) < SHARDS % len(relays))
        mine = sorted(self._shards)
        for shard in mine[share:]:
            await self._session.execute(GIVE_UP, {"shard": shard})
        mine = mine[:share]
        for shard in sorted(EVERY - {r.shard for r in held if r.half == SHARD}):
            if len(mine) < share and (await self._session.execute(TAKE, {"shard": shard})).scalar():
                mine.append(shard)
        self._shards, self._balanced_at = frozenset(mine), time.monotonic()

    async def _lost(self, error: Exception) -> None:
        await self.let_go()
        raise CannotNow("the database went away, and the hold on the outbox with it") from error
