"""SQLite without a thread of its own: aiosqlite's connection, each call done where it is asked for.

A played life is one task, so that a second thread only adds waiting. The driver, the SQL and the file are the same.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Generator
from functools import partial
from typing import Any

import aiosqlite
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from infra.db.engine import connect


class AtOnce:
    """In place of aiosqlite's queue to its thread."""

    def put_nowait(self, asked: tuple[asyncio.Future[Any] | None, Callable[[], Any]]) -> None:
        future, function = asked
        done = function()
        if future:
            future.set_result(done)


class Here(aiosqlite.Connection):
    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, iter_chunk_size=64)
        self._tx = AtOnce()  # type: ignore[assignment]  # the one method that is called

    async def _execute(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        return fn(*args, **kwargs)

    async def _connect(self) -> aiosqlite.Connection:
        self._connection = self._connector()
        return self

    def __await__(self) -> Generator[Any, None, aiosqlite.Connection]:
        return self._connect().__await__()

    async def close(self) -> None:
        self.stop()

    def stop(self) -> None:
        self._running = False
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def connect_here(url: str) -> AsyncEngine:
    """infra.db.engine.connect, with every connection on this thread."""
    engine = connect(url)

    @event.listens_for(engine.sync_engine, "do_connect")
    def _here(_dialect: Any, _record: Any, _args: Any, asked: dict[str, Any]) -> None:
        asked["async_creator_fn"] = lambda *args, **kw: Here(partial(sqlite3.connect, *args, **kw))

    return engine
