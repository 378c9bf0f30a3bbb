"""SQLite without a thread of its own: aiosqlite's connection, each call done where it is asked for.

Handing each call to a thread and waiting for its answer costs several times what the call itself does, and a house on
SQLite has one writer anyway. A transaction therefore runs through without letting others have their turn, so nothing
in it may wait for anything but the database; `infra.db.engine.transaction` gives others their turn before it begins.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Generator
from functools import partial
from typing import Any

import aiosqlite


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


def connected(*args: Any, **asked: Any) -> Here:
    """What aiosqlite.connect would give, on this thread."""
    return Here(partial(sqlite3.connect, *args, **asked))
