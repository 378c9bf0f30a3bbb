"""Connecting: SQLite in one file or PostgreSQL, and what a lost connection means."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.ext.asyncio import AsyncEngine as Engine

from infra.db.here import connected
from streams.office import CannotNow

__all__ = ["AsyncConnection", "Engine", "connect", "transaction"]

LOCK_SECONDS = 30
IDLE_SECONDS = 60  # a machine that vanishes in mid-transaction would keep its families locked for hours
# The server asks a silent client whether it is there: else the shards of a relay that vanished would stay with it.
ASKED = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
NO_RIGHT = "42501"
TOO_LARGE = "54"  # PostgreSQL's class of limits exceeded: psycopg calls it operational, yet waiting never mends it


def connect(url: str) -> Engine:
    """An engine for this database; created inside the loop that uses it, never at import."""
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite(url)
    limits = f"-c lock_timeout={LOCK_SECONDS}s -c idle_in_transaction_session_timeout={IDLE_SECONDS}s"
    return create_async_engine(url, pool_pre_ping=True, connect_args={"options": f"{limits} {ASKED} -c timezone=UTC"})


def _sqlite(url: str) -> Engine:
    file = make_url(url).database
    if file and file != ":memory:":
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(url, connect_args={"timeout": LOCK_SECONDS, "async_creator_fn": connected})

    @event.listens_for(engine.sync_engine, "connect")
    def _prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, so that a writer locks from the start
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


@asynccontextmanager
async def transaction(engine: Engine) -> AsyncIterator[AsyncConnection]:
    """One transaction. Raises CannotNow when the database is away, locked, gone in the middle or refuses us."""
    await asyncio.sleep(0)  # SQLite answers at once, so that a signal or another task might never have its turn
    try:
        async with engine.begin() as connection:
            yield connection
    except NoneFree as error:
        raise CannotNow("every connection to the database is taken") from error
    except OperationalError as error:
        if (getattr(error.orig, "sqlstate", None) or "").startswith(TOO_LARGE):
            raise
        raise CannotNow(f"the database cannot be used now: {error.orig}") from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise CannotNow(f"the database went away: {error.orig}") from error
        if getattr(error.orig, "sqlstate", None) == NO_RIGHT:
            refused = f"the database refuses {engine.url.username} ({str(error.orig).splitlines()[0]})"
            raise CannotNow(f"{refused}: go in as its owner, or let its owner run quorate database roles") from error
        raise
