"""The connection to a database: what a worker that vanished in mid-transaction leaves behind."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from infra.db import engine
from infra.deploy.postgres import Postgres
from streams.office import CannotNow


@pytest.mark.timeout(600)  # the first run on a machine fetches the parts
def test_a_worker_that_vanished_in_mid_transaction_lets_its_families_go(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "IDLE_SECONDS", 1)
    dsn = postgres.create("vanished")

    async def vanish() -> None:
        connected = engine.connect(dsn)
        try:
            async with engine.transaction(connected) as connection:
                await connection.execute(text("CREATE TABLE families (id int)"))
                await asyncio.sleep(3)
        finally:
            await connected.dispose()

    with pytest.raises(CannotNow, match="went away"):
        asyncio.run(vanish())
