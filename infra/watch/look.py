"""One look at the whole house by whoever may read its tables: what waits, what is late, what is held."""

from __future__ import annotations

import asyncio

from msgspec import Struct

from infra.db import night
from infra.db.engine import Engine, transaction
from infra.db.night import Night
from infra.db.played import played_to
from infra.kafka import topics
from infra.settings import Settings
from infra.watch.chains import Chains
from infra.watch.ready import broker_lacks, database_lacks
from streams.clock import wall
from streams.office import CannotNow


class Look(Struct, frozen=True):
    """lacks: in one sentence, what is away. None where nobody knows. lag: records by topic."""

    lacks: str = "nobody has looked yet"
    database: bool = False
    broker: bool | None = None
    lag: dict[str, int] = {}
    night: Night = Night()
    intact: bool | None = None
    verified_at: float | None = None


async def look(settings: Settings, group: str, engine: Engine, chains: Chains) -> Look:
    """group: the workers' group at the broker. Goes on through the chains by one share."""
    no_database, no_broker = await database_lacks(engine), await broker_lacks(settings)
    found, lag = Night(), {}
    try:
        if settings.kafka and not no_broker:
            lag = await _lag(settings, group)
    except CannotNow as refused:
        no_broker = str(refused)
    try:
        if not no_database:
            async with transaction(engine) as connection:
                found = await night.counts(connection, await played_to(connection) or wall())
            await chains.go_on(engine, wall())
    except CannotNow as away:
        no_database = str(away)
    return Look(
        lacks=no_database or no_broker,
        database=not no_database,
        broker=not no_broker if settings.kafka else None,
        lag=lag,
        night=found,
        intact=chains.intact,
        verified_at=chains.verified_at.timestamp() if chains.verified_at else None,
    )


async def _lag(settings: Settings, group: str) -> dict[str, int]:
    behind = await asyncio.to_thread(topics.lag, settings.kafka, group, settings.kafka_login)
    return {topic: sum(b.lag for b in behind if b.topic == topic) for topic in sorted({b.topic for b in behind})}
