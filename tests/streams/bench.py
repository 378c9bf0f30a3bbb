"""Two offices to run the spine on, the small one and the real one, and what lies in each, told alike."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from typing import Protocol as Port

from sqlalchemy import select

from handlers.people import StreamId
from infra.db import tables
from infra.db.engine import transaction
from infra.wiring import House
from streams.office import Office
from tests.streams.memory_office import MemoryOffice


class Bench(Port):
    """An office, and what lies in it, told alike whichever it is."""

    @property
    def office(self) -> Office: ...

    async def facts(self, stream: StreamId) -> list[tuple[str, str, datetime]]:
        """Of each fact in the ledger: its type, the event behind it, when it was recorded."""

    async def held(self) -> list[tuple[str, str]]:
        """Of each record on the shelf: reason and sentence."""

    async def parked(self) -> list[str]:
        """The ids of the events that wait for a name."""

    def away(self) -> AbstractContextManager[None]:
        """Nothing can be stored meanwhile."""


@dataclass
class InMemory:
    office: MemoryOffice

    async def facts(self, stream: StreamId) -> list[tuple[str, str, datetime]]:
        kept = self.office.books.ledger.get(stream, [])
        return [(type(fact.body).__name__, fact.event, fact.recorded) for fact in kept]

    async def held(self) -> list[tuple[str, str]]:
        return [(r.reason, r.sentence) for r in self.office.books.held.values()]

    async def parked(self) -> list[str]:
        return [id_ for _, id_ in self.office.books.parked]

    def away(self) -> AbstractContextManager[None]:
        return self.office.away()


@dataclass
class InSql:
    house: House
    file: Path

    @property
    def office(self) -> Office:
        return self.house.office

    async def _rows(self, query: Any) -> Sequence[Any]:
        async with transaction(self.house.engine) as connection:
            return (await connection.execute(query)).all()

    async def facts(self, stream: StreamId) -> list[tuple[str, str, datetime]]:
        ledger = tables.ledger
        rows = await self._rows(select(ledger).where(ledger.c.stream == str(stream)).order_by(ledger.c.seq))
        return [(r.type, r.event, tables.unstamp(r.recorded)) for r in rows]

    async def held(self) -> list[tuple[str, str]]:
        return [(r.reason, r.sentence) for r in await self._rows(select(tables.held).order_by(tables.held.c.at))]

    async def parked(self) -> list[str]:
        return [r.name.split(" ", 2)[2] for r in await self._rows(select(tables.parked))]

    @contextmanager
    def away(self) -> Iterator[None]:
        """Somebody else holds the file."""
        other = sqlite3.connect(self.file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        yield
        other.close()


Story = Callable[[Bench], Awaitable[None]]
Run = Callable[[Story], None]
