"""The two engines under test, of real parts: SQLite or PostgreSQL, a real broker, a worker in its own process."""

from __future__ import annotations

import asyncio
import os
import secrets
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from sqlalchemy import select

from handlers.events import Event
from handlers.people import Sealed
from infra.db import tables
from infra.db.engine import transaction
from infra.deploy.broker import Broker
from infra.deploy.postgres import Postgres
from infra.kafka import topics
from infra.mail.mailbox import Mailbox
from infra.relay import Relay
from infra.settings import Settings, read
from infra.wiring import House, carrier, house
from infra.worker import GROUP
from streams.clock import play
from streams.intake import take
from streams.office import Carrier
from streams.wire import Letter, write
from tests.journeys.story import at

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
START = at("2025-01-06", "08:00")
PATIENCE_SECONDS = 60.0
COVERED = ("stream", "seq", "event", "source", "type", "because", "rule", "pack", "happened", "recorded")


@dataclass
class Running:
    """An open house on one engine."""

    house: House
    carrier: Carrier
    mailbox: Mailbox

    async def play(self, events: Sequence[Event], until: str) -> None:
        """Let the events in and time run until the evening of that day."""
        await self.house.office.submit(events)
        await play(self.house.office, self.carrier, START, at(until, "23:00"))

    async def letters(self, events: Sequence[Event]) -> list[Letter]:
        """The events as records, sealed as every door of ours seals them."""
        return [write(x) for x in await self.house.office.seal(events)]

    async def arrive(self, letters: Sequence[Letter]) -> None:
        """Records that somebody else produced: on Kafka they enter by the topic and leave by a committed offset."""
        if not isinstance(self.carrier, Relay):
            await take(letters, self.house.office, START)
            return
        await self.carrier.river.publish(letters)
        since = time.monotonic()
        while sum(b.lag for b in topics.lag(self.house.settings.kafka, GROUP)):
            assert time.monotonic() - since < PATIENCE_SECONDS, "the worker committed nothing"
            await asyncio.sleep(0.1)

    async def rows(self, table: Any, *where: Any) -> list[Any]:
        async with transaction(self.house.engine) as connection:
            return list(await connection.execute(select(table).where(*where)))

    async def of_area(self, table: Any, area: str) -> list[Any]:
        return await self.rows(table, table.c.stream.like(f"{area}/%"))

    async def ledger(self, area: str) -> list[tuple[Any, ...]]:
        """Byte for byte what decision 18 calls equal: every row's meaning, before sealing."""
        rows = await self.of_area(tables.ledger, area)
        async with transaction(self.house.engine) as connection:
            names = [r.name for r in await connection.execute(select(tables.keys.c.name))]
            await self.house.keyring.load(connection, names)
        opened = [(*(getattr(r, c) for c in COVERED), self._opened(r.body)) for r in rows]
        return sorted(opened, key=lambda row: row[:2])

    def _opened(self, body: str) -> bytes:
        def walk(value: Any) -> Any:
            if isinstance(value, dict) and value.keys() == {"key", "digest", "box"}:
                return self.house.keyring.open_up(msgspec.convert(value, Sealed))
            if isinstance(value, dict):
                return {k: walk(v) for k, v in value.items()}
            return [walk(v) for v in value] if isinstance(value, list) else value

        return msgspec.json.encode(walk(msgspec.json.decode(body)))


@dataclass
class Engine:
    """Settings for one engine, and how to open it."""

    name: str
    settings: Settings
    mailbox: Mailbox

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Running]:
        async with house(self.settings) as open_house, carrier(open_house, played=True) as carrying:
            yield Running(open_house, carrying, self.mailbox)

    def run(self, story: Callable[[Running], Awaitable[T]]) -> T:
        async def told() -> T:
            async with self.opened() as running:
                return await story(running)

        return asyncio.run(told())


@contextmanager
def local_engine(home: Path) -> Iterator[Engine]:
    with Mailbox.opened(home / "mail") as mailbox:
        yield Engine("local", read({"QUORATE_SMTP_PORT": str(mailbox.port)}, home), mailbox)


@contextmanager
def kafka_engine(home: Path, broker: Broker, postgres: Postgres) -> Iterator[Engine]:
    """The broker's topics, a database of its own, and one worker process."""
    with Mailbox.opened(home / "mail") as mailbox:
        environment = {
            "QUORATE_HOME": str(home),
            "QUORATE_SMTP_PORT": str(mailbox.port),
            "QUORATE_KAFKA": broker.bootstrap,
            "QUORATE_DATABASE": postgres.create(f"suite_{secrets.token_hex(4)}"),
            "QUORATE_MASTER_KEY": secrets.token_hex(32),
        }
        topics.apply(broker.bootstrap)
        with worker(environment, home / "worker.log"):
            yield Engine("kafka", read(environment), mailbox)


@contextmanager
def worker(environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`quorate worker` in a process of its own; stopped by SIGTERM, which it must obey."""
    command = [sys.executable, "-m", "infra.worker"]
    with log.open("ab") as sink:
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stdout=sink, stderr=sink)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)
