"""One relay empties the outbox; another stands by and takes over."""

from __future__ import annotations

import asyncio
import secrets

import pytest
from sqlalchemy import text

from infra.db.engine import connect, transaction
from infra.db.only_one import NUMBER, OnlyOne
from infra.deploy.postgres import Postgres
from streams.office import CannotNow


def test_a_second_relay_stands_by_until_the_first_is_gone(postgres: Postgres) -> None:
    async def story() -> None:
        engines = [connect(database) for _ in range(2)]
        first, second = map(OnlyOne, engines)
        await first.hold()
        await first.hold()
        with pytest.raises(CannotNow, match="stands by"):
            await second.hold()
        await first.let_go()
        await second.hold()
        with pytest.raises(CannotNow, match="stands by"):
            await first.hold()
        await second.let_go()
        for engine in engines:
            await engine.dispose()

    database = postgres.create(f"hold_{secrets.token_hex(4)}")
    asyncio.run(story())


def test_a_relay_whose_session_died_knows_that_it_holds_nothing(postgres: Postgres) -> None:
    async def story() -> None:
        engine, other = connect(database), connect(database)
        relay, stand_by = OnlyOne(engine), OnlyOne(other)
        await relay.hold()
        async with transaction(other) as connection:
            who = f"SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = {NUMBER}"
            await connection.execute(text(who))
        with pytest.raises(CannotNow, match="went away"):
            await relay.hold()
        await stand_by.hold()
        with pytest.raises(CannotNow, match="stands by"):
            await relay.hold()
        await stand_by.let_go()
        await engine.dispose()
        await other.dispose()

    database = postgres.create(f"hold_{secrets.token_hex(4)}")
    asyncio.run(story())
