"""The watch on real servers: health and metrics over HTTP, and a worker that stands still ends by itself."""

from __future__ import annotations

import asyncio
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from os import environ
from pathlib import Path

import pytest

from infra.deploy.broker import Broker
from infra.deploy.leash import free_port
from infra.deploy.postgres import Postgres
from infra.kafka import topics
from infra.kafka.river import River
from infra.settings import read
from infra.watch.beside import LOOKS_A_LIMIT
from infra.wiring import house
from streams.agents import LOST
from streams.clock import wall
from streams.wire import write
from tests.faults.proxy import Line
from tests.infra.commands import home
from tests.journeys.story import a_household
from tests.office.engines import ROOT

__all__ = ["home"]
pytestmark = pytest.mark.timeout(600)  # the first run on a machine fetches the parts
PATIENCE_SECONDS = 60.0
ENDED = 0


class Supervisor:
    """What systemd does for a unit of Type=notify: starts it, and hears what it says of itself."""

    def __init__(self, folder: Path, environment: dict[str, str], *command: str) -> None:
        self.line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.line.settimeout(PATIENCE_SECONDS)
        self.port, self.log = free_port(), folder / f"{command[-1]}.log"
        address = folder / f"{self.port}.notify"
        self.line.bind(str(address))
        given = {"NOTIFY_SOCKET": str(address), "QUORATE_WATCH_PORT": str(self.port)}
        begin = [sys.executable, "-c", "from infra.cli import app; app()", *command]
        with self.log.open("wb") as sink:
            self.process = subprocess.Popen(
                begin, cwd=ROOT, env={**environ, **environment, **given}, stdout=sink, stderr=sink
            )

    def hears(self, word: str) -> None:
        """Wait until it says this."""
        try:
            while self.line.recv(100).decode() != word:
                pass
        except TimeoutError:
            raise AssertionError(f"it never said {word}: {self.log.read_text()}") from None

    def told(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read().decode()

    def until(self, path: str, code: int, words: str) -> str:
        """Wait until it answers so there; the whole answer."""
        since = time.monotonic()
        while True:
            found, text = self.told(path)
            if found == code and re.search(words, text):
                return text
            assert time.monotonic() - since < PATIENCE_SECONDS, (found, text, self.log.read_text())
            time.sleep(0.1)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_SECONDS)


@contextmanager
def supervised(folder: Path, environment: dict[str, str], *command: str) -> Iterator[Supervisor]:
    supervisor = Supervisor(folder, environment, *command)
    try:
        yield supervisor
    finally:
        supervisor.process.kill()
        supervisor.process.wait(PATIENCE_SECONDS)
        supervisor.line.close()


class Stage:
    """A broker with topics, a database of its own behind a line that can go dead, and one key."""

    def __init__(self, broker: Broker, postgres: Postgres, folder: Path, stack: ExitStack) -> None:
        self.household = a_household(wall())
        self.folder, self.line = folder, stack.enter_context(Line(free_port()))
        self.database = postgres.create(f"watch_{secrets.token_hex(4)}")
        [port] = re.findall(r":(\d+)/", self.database)
        self.line.target = int(port)
        topics.apply(broker.bootstrap)
        self.environment = {
            "QUORATE_HOME": str(folder),
            "QUORATE_KAFKA": broker.bootstrap,
            "QUORATE_DATABASE": self.database,
            "QUORATE_MASTER_KEY": secrets.token_hex(32),
            "QUORATE_STUCK_SECONDS": "3",
        }
        self.by_the_line = self.environment | {
            "QUORATE_DATABASE": self.database.replace(f":{port}/", f":{self.line.port}/")
        }

    async def produce(self) -> None:
        """A household into its topic, as somebody else would."""
        async with house(read(self.environment)) as opened:
            letters = [write(x) for x in await opened.office.seal(self.household)]
            with River(self.environment["QUORATE_KAFKA"]) as river:
                await river.publish(letters)


@pytest.fixture
def stage(own_broker: Broker, postgres: Postgres, tmp_path: Path) -> Iterator[Stage]:
    with ExitStack() as stack:
        yield Stage(own_broker, postgres, tmp_path, stack)


def test_a_worker_is_left_alone_while_idle_and_ends_once_it_stands_still(stage: Stage) -> None:
    with supervised(stage.folder, stage.by_the_line, "worker") as worker:
        worker.hears("READY=1")
        worker.until("/health/ready", 200, "yes")
        for _ in range(2 * LOOKS_A_LIMIT):  # twice as long as it may stand still
            worker.hears("WATCHDOG=1")
        assert worker.told("/health/live") == (200, "yes\n")
        asyncio.run(stage.produce())
        worker.until("/metrics", 200, r'quorate_settle_seconds_count\{kind="family"\} [1-9]')
        stage.line.set("dead")
        asyncio.run(stage.produce())
        assert worker.process.wait(PATIENCE_SECONDS) == LOST
        told = worker.log.read_text()
        assert "STUCK: quorate." in told and "Current thread" in told
    stage.line.set("whole")
    with supervised(stage.folder, stage.by_the_line, "worker") as fresh:
        fresh.until("/metrics", 200, r'quorate_settle_seconds_count\{kind="family"\} [1-9]')
        assert fresh.stop() == ENDED


def test_a_relay_says_why_it_is_not_ready_and_is_not_ended_for_an_outage(stage: Stage) -> None:
    asyncio.run(stage.produce())
    with supervised(stage.folder, stage.by_the_line, "relay") as relay:
        relay.hears("READY=1")
        relay.until("/health/ready", 200, "yes")
        assert "quorate_mails" in relay.told("/metrics")[1]
        stage.line.set("cut")
        relay.until("/health/ready", 503, "^the database (cannot be used now|went away)")
        for _ in range(2 * LOOKS_A_LIMIT):
            relay.hears("WATCHDOG=1")
        stage.line.set("whole")
        relay.until("/health/ready", 200, "yes")
        assert relay.stop() == ENDED
