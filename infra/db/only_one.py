"""The right to empty the outbox, held by one relay at a time: two would send each mail twice.

On PostgreSQL it is a lock that ends with the session which holds it, so that a relay that was killed leaves it behind
at once and whoever stands by goes on. On SQLite there is one process.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from infra.db.engine import Engine
from streams.office import CannotNow

NUMBER = 7_706_174  # any number, the same for every relay
TAKE = text(f"SELECT pg_try_advisory_lock({NUMBER})")


class OnlyOne:
    """One relay's hold on the outbox, on a session of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._session: AsyncConnection | None = None

    async def hold(self) -> None:
        """Take the hold, or make sure that it is still ours. Raises CannotNow while it is not."""
        if self._engine.dialect.name != "postgresql":
            return
        try:
            if self._session is None:
                await self._take()
            else:
                await self._session.execute(text("SELECT 1"))
        except (DBAPIError, OSError) as error:
            await self.let_go()
            raise CannotNow("the database went away, and the hold on the outbox with it") from error

    async def _take(self) -> None:
        session = await self._engine.connect()
        await session.execution_options(isolation_level="AUTOCOMMIT")  # else it would idle in a transaction
        if not (await session.execute(TAKE)).scalar():
            await session.close()
            raise CannotNow("another relay empties the outbox: this one stands by")
        self._session = session

    async def let_go(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.invalidate()
            await session.close()
