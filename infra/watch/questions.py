"""What the watch asks of a worker, and of a relay: is there work, how far has it come, and can it be done."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

from infra.db import night
from infra.db.engine import Engine, transaction
from infra.kafka import topics
from infra.pulse import Pulse
from infra.settings import Settings
from infra.watch.dog import Work
from infra.watch.ready import PATIENCE_SECONDS, broker_lacks, database_lacks
from streams.clock import wall
from streams.office import CannotNow

Partitions = Collection[tuple[str, int]]


@dataclass(frozen=True)
class Questions:
    """Each asked with an engine of the watch's own. lacks: in one sentence, why the work cannot be done now."""

    work: Callable[[Engine], Awaitable[Work]]
    lacks: Callable[[Engine], Awaitable[str]]


def of_worker(settings: Settings, group: str, pulse: Pulse, taken: Callable[[], Partitions]) -> Questions:
    """taken: the partitions assigned to this worker now."""

    async def work(_: Engine) -> Work:
        """Its own partitions that wait; without any, all, as nobody may have them. Committed offsets say how far."""
        behind = await asyncio.to_thread(topics.lag, settings.kafka, group, settings.kafka_login)
        mine = taken()
        waiting = [b for b in behind if b.lag and (not mine or (b.topic, b.partition) in mine)]
        return {f"{b.topic}/{b.partition}": str(b.committed) for b in waiting}

    async def lacks(engine: Engine) -> str:
        return await _lacks(settings, engine, pulse) or ("" if taken() else "no partition of a topic is assigned to it")

    return Questions(work, lacks)


def of_relay(settings: Settings, pulse: Pulse) -> Questions:
    async def work(engine: Engine) -> Work:
        """Whatever is due, and the relay's last round or parcel."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), transaction(engine) as connection:
                due = await night.relay_has_work(connection, wall())
        except TimeoutError as error:
            raise CannotNow("the database does not answer") from error
        return {"outbox": str(pulse.turned_at)} if due else {}

    async def lacks(engine: Engine) -> str:
        return await _lacks(settings, engine, pulse)

    return Questions(work, lacks)


async def _lacks(settings: Settings, engine: Engine, pulse: Pulse) -> str:
    return await database_lacks(engine) or await broker_lacks(settings) or pulse.why
