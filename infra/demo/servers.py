"""The same quarter through real servers: a broker, PostgreSQL and a worker process, started and stopped here."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from msgspec.structs import replace

from infra.deploy.broker import Broker
from infra.deploy.postgres import Postgres
from infra.kafka import topics
from infra.settings import Settings
from infra.wiring import House, carrier, house
from streams.office import Carrier

STOP_SECONDS = 20.0


@asynccontextmanager
async def on_servers(settings: Settings) -> AsyncIterator[tuple[House, Carrier]]:
    """The Kafka engine. The servers live in a temporary folder and end with this; mails stay in the home.

    Raises PartMissing, NotStarted or CannotNow, each with one sentence.
    """
    for mail in (settings.home / "mail").glob("*.eml"):
        mail.unlink()  # the database starts empty each time, and old mails would be no part of its story
    with (
        tempfile.TemporaryDirectory(prefix="quorate-demo-") as folder,
        _servers(Path(folder)) as (broker, postgres),
    ):
        ready = replace(settings, kafka=broker.bootstrap, database=postgres.create("quorate"))
        await asyncio.to_thread(topics.apply, ready.kafka)
        async with house(ready) as opened, carrier(opened, played=True) as carrying:
            with _worker(ready, Path(folder) / "worker.log"):
                yield opened, carrying


@contextmanager
def _servers(folder: Path) -> Iterator[tuple[Broker, Postgres]]:
    folder.chmod(0o755)  # PostgreSQL will not run as root, and its own user must be able to enter
    with Broker.started(folder / "kafka") as broker, Postgres.started(folder / "postgres") as postgres:
        yield broker, postgres


@contextmanager
def _worker(settings: Settings, log: Path) -> Iterator[None]:
    environment = {
        **os.environ,
        "QUORATE_HOME": str(settings.home),
        "QUORATE_OVERLAY": str(settings.overlay or ""),
        "QUORATE_KAFKA": settings.kafka,
        "QUORATE_DATABASE": settings.database,
        "QUORATE_MASTER_KEY": settings.master_key.hex(),
    }
    with log.open("wb") as sink:
        process = subprocess.Popen([sys.executable, "-m", "infra.worker"], env=environment, stdout=sink, stderr=sink)
        try:
            yield
        finally:
            process.terminate()
            process.wait(STOP_SECONDS)
