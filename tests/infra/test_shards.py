"""Relays share the shards: each has one holder at most, and what a relay leaves behind the others take."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

from infra.db import shards
from infra.db.engine import connect, transaction
from infra.db.shards import EVERY, PRESENT, SHARDS, Hold, shard_of
from infra.deploy.postgres import Postgres
from streams.office import CannotNow


@asynccontextmanager
async def relays(database: str, count: int) -> AsyncIterator[list[Hold]]:
    """So many, each with connections of its own."""
    engines = [connect(database) for _ in range(count)]
    holds = [Hold(engine) for engine in engines]
    try:
        yield holds
    finally:
        for hold, engine in zip(holds, engines, strict=True):
            await hold.let_go()
            await engine.dispose()


async def balanced(*holds: Hold) -> list[int]:
    """How many each holds, once all have looked around as often as it takes; none is ever held twice."""
    for _ in range(3):
        parts = []
        for hold in holds:
            parts.append(await hold.fair_share())
    assert frozenset().union(*parts) == EVERY and sum(map(len, parts)) == SHARDS
    return [len(part) for part in parts]


@pytest.fixture
def database(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> str:
    """Of relays that look around at every turn."""
    monkeypatch.setattr(shards, "BALANCE_SECONDS", 0.0)
    return postgres.create(f"hold_{secrets.token_hex(4)}")


def test_streams_keep_their_shard_for_ever_and_fill_all_of_them_alike() -> None:
    assert [shard_of(f"riverside/family/F-{n}") for n in (1, 2, 3)] == [8, 10, 8]
    sizes = [0] * SHARDS
    for n in range(12_000):
        sizes[shard_of(f"riverside/family/F-{n}")] += 1
    assert min(sizes) > 800 and max(sizes) < 1200


def test_relays_share_the_shards_evenly_and_take_what_another_leaves(database: str) -> None:
    async def story() -> None:
        async with relays(database, 5) as holds:
            first, second, third, *others = holds
            assert await first.fair_share() == EVERY
            assert await second.fair_share() == frozenset(), "a shard has two holders"
            assert await balanced(first, second) == [6, 6]
            assert await balanced(first, second, third) == [4, 4, 4]
            assert sorted(await balanced(*holds)) == [2, 2, 2, 3, 3]
            for other in others:
                await other.let_go()
            await first.let_go()
            assert await balanced(second, third) == [6, 6]

    asyncio.run(story())


def test_a_relay_whose_session_died_holds_nothing_and_claims_nothing(database: str) -> None:
    async def story() -> None:
        async with relays(database, 2) as (relay, other):
            await relay.fair_share()
            engine = other._engine
            async with transaction(engine) as connection:
                assert await relay.still_ours(connection)
                assert (await connection.execute(text("SHOW tcp_keepalives_idle"))).scalar() == "10"
                who = f"SELECT pg_terminate_backend(pid) FROM pg_locks WHERE classid = {PRESENT}"
                await connection.execute(text(who))
            async with transaction(engine) as connection:
                assert not await relay.still_ours(connection)
            assert await other.fair_share() == EVERY
            with pytest.raises(CannotNow, match="went away"):
                await relay.fair_share()
            assert await relay.fair_share() == frozenset(), "the other holds them all now"

    asyncio.run(story())


def test_whoever_plays_time_is_alone(database: str) -> None:
    async def story() -> None:
        async with relays(database, 3) as (player, relay, another):
            await player.alone()
            await player.alone()
            with pytest.raises(CannotNow, match="stands by"):
                await relay.fair_share()
            with pytest.raises(CannotNow, match="is being played already"):
                await another.alone()
            await player.let_go()
            assert await relay.fair_share() == EVERY
            with pytest.raises(CannotNow, match="a relay serves this database"):
                await player.alone()

    asyncio.run(story())
