"""The Kafka engine under kills: worker, database and broker die in the middle of a journey; the ledger is the same."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from infra.deploy.broker import Broker
from infra.deploy.postgres import Postgres
from infra.kafka import topics
from infra.kafka.river import River
from infra.mail.mailbox import Mailbox
from infra.relay import Relay
from infra.settings import Settings, read
from infra.wiring import house
from streams.clock import play
from streams.office import CannotNow, Parcel
from tests.journeys.killed import END, START, journey
from tests.office.engines import ROOT, Running, local_engine

AREA = "riverside"


class Worker:
    """A worker process and its supervisor: whatever ends it, it is started again."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.environment, self.log = {**os.environ, **environment}, log
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as sink:
            command = [sys.executable, "-m", "infra.worker"]
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=sink, stderr=sink)

    def die(self, how: signal.Signals) -> None:
        self.process.send_signal(how)
        self.process.wait(60)
        self.start()


class Beset(Relay):
    """A relay during whose waves something is killed."""

    faults: dict[int, Callable[[], None]]
    waves = 0

    async def carry(self, parcels: Sequence[Parcel], now: datetime) -> None:
        self.waves += 1
        fault = self.faults.pop(self.waves, None)
        striking = asyncio.create_task(asyncio.to_thread(fault)) if fault else None
        try:
            await super().carry(parcels, now)
        finally:
            if striking:
                await striking


Faults = dict[int, Callable[[], None]]
Ledger = list[tuple[object, ...]]


async def _through(settings: Settings, mailbox: Mailbox, faults: Faults) -> tuple[Ledger, int]:
    """Play the journey, going on after each fault; the ledger, and how often something could not be done at once."""
    async with house(settings) as open_house:
        waits = 0
        with River(settings.kafka) as river:
            relay = Beset(open_house.engine, open_house.dispatch, river, lockstep=True)
            relay.faults = faults
            since = time.monotonic()
            while True:
                try:
                    await open_house.office.submit(journey())
                    await play(open_house.office, relay, START, END)
                    break
                except CannotNow:
                    assert time.monotonic() - since < 240
                    waits += 1
                    await asyncio.sleep(0.5)
        return await Running(open_house, relay, mailbox).ledger(AREA), waits


@pytest.mark.timeout(600)
def test_worker_database_and_broker_may_die_in_the_middle(
    server_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server_folder.chmod(0o755)  # so that the user who runs PostgreSQL can enter
    with (
        Broker.started(server_folder / "kafka") as broker,
        Postgres.started(server_folder / "postgres") as postgres,
        Mailbox.opened(tmp_path / "mail") as mailbox,
    ):
        environment = {
            "QUORATE_HOME": str(tmp_path),
            "QUORATE_SMTP_PORT": str(mailbox.port),
            "QUORATE_KAFKA": broker.bootstrap,
            "QUORATE_DATABASE": postgres.create("beset"),
            "QUORATE_MASTER_KEY": secrets.token_hex(32),
        }
        topics.apply(broker.bootstrap)
        worker = Worker(environment, tmp_path / "worker.log")

        def database() -> None:
            postgres.kill()
            postgres.restart()

        def river() -> None:
            broker.kill()
            broker.restart()

        faults: dict[int, Callable[[], None]] = {
            2: lambda: worker.die(signal.SIGKILL),
            5: lambda: worker.die(signal.SIGTERM),
            8: database,
            11: river,
            14: lambda: worker.die(signal.SIGKILL),
        }
        struck = len(faults)
        try:
            ledger, waits = asyncio.run(_through(read(environment), mailbox, faults))
        finally:
            worker.process.terminate()
            worker.process.wait(60)
        struck -= len(faults)
        with capsys.disabled():
            sys.stdout.write(f"\n{struck} servers killed in the middle, {waits} waits, {len(ledger)} ledger rows ")
        assert not faults, "the journey ended before every fault had struck"
    with local_engine(tmp_path / "local") as local:

        async def story(running: Running) -> object:
            await running.house.office.submit(journey())
            await play(running.house.office, running.carrier, START, END)
            return await running.ledger(AREA)

        assert ledger == local.run(story)
