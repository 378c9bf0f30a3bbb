"""The `run` fixture: each story of the spine is told on both offices."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from infra.db import engine
from infra.protocols.packs import protocol
from infra.settings import read
from infra.wiring import house
from tests.streams.bench import Bench, InMemory, InSql, Run, Story
from tests.streams.memory_office import MemoryOffice


@pytest.fixture(params=["in memory", "in SQL"])
def run(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """In memory, or in SQLite in a folder of the test's own; a lock is waited for a tenth of a second."""
    monkeypatch.setattr(engine, "LOCK_SECONDS", 0.1)

    @asynccontextmanager
    async def bench() -> AsyncIterator[Bench]:
        if request.param == "in memory":
            yield InMemory(MemoryOffice(protocol("england", None)))
            return
        async with house(read({}, home=tmp_path)) as open_house:
            yield InSql(open_house, tmp_path / "quorate.db")

    async def tell(story: Story) -> None:
        async with bench() as ready:
            await story(ready)

    return lambda story: asyncio.run(tell(story))
