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
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from os import environ
from pathlib import Path

import pytest
from typer.testing import CliRunner

from handlers.events import Event
from infra.cli import app
from infra.db.engine import connect
from infra.db.tables import unstamp
from infra.deploy.broker import Broker
from infra.deploy.leash import free_port
from infra.deploy.postgres import OWNER, Postgres
from infra.kafka import topics
from infra.kafka.river import River
from infra.settings import read
from infra.watch.beside import LOOKS_A_LIMIT
from infra.watch.chains import Chains
from infra.wiring import house
from streams.agents import LOST
from streams.clock import wall
from streams.wire import write
from tests.faults.proxy import Line
from tests.infra.commands import Home, assessment, home, referral
from tests.journeys.killed import journey
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
        except urllib.error.URLError:
            return 0, "its door is not open yet"

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

    async def let_in(self, events: Sequence[Event]) -> None:
        """Into the outbox, where no relay carries them."""
        async with house(read(self.environment)) as opened:
            await opened.office.submit(events)

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


def test_a_relay_says_why_it_is_not_ready_and_is_not_ended_for_an_outage(stage: Stage) -> None:
    asyncio.run(stage.produce())
    with supervised(stage.folder, stage.by_the_line, "relay") as relay:
        relay.hears("READY=1")
        relay.until("/health/ready", 200, "yes")
        assert "quorate_mails" in relay.told("/metrics")[1]
        stage.line.set("cut")
        relay.until("/health/ready", 503, "^the database (cannot be used now|went away)")
        for _ in range(LOOKS_A_LIMIT + 2):
            relay.hears("WATCHDOG=1")
        stage.line.set("whole")
        relay.until("/health/ready", 200, "yes")
        assert relay.stop() == ENDED


def test_the_watch_reads_with_its_own_role_and_without_the_key(stage: Stage) -> None:
    owner = stage.environment
    watch = {k: v for k, v in owner.items() if k != "QUORATE_MASTER_KEY"}
    watch["QUORATE_DATABASE"] = stage.database.replace(f"//{OWNER}@", "//quorate_watch@")
    roles = CliRunner().invoke(app, ["database", "roles"], env=owner)
    assert roles.exit_code == 0, roles.output
    asyncio.run(stage.let_in(journey()))
    told = CliRunner().invoke(app, ["watch", "--once"], env=watch).stdout.splitlines()
    assert {"quorate_database_up 1.0", "quorate_broker_up 1.0", "quorate_ledger_intact 1.0"} <= set(told)
    [due] = [line for line in told if line.startswith('quorate_outbox_due{kind="event"}')]
    assert float(due.split()[1]) == len(journey()), "all of it is due since last year"
    assert any(line.startswith('quorate_consumer_lag_records{topic="quorate.family"}') for line in told)


def test_the_watch_is_not_ready_before_tables_of_another_release(stage: Stage) -> None:
    with supervised(stage.folder, stage.environment, "watch") as watch:
        watch.hears("READY=1")
        sentence = (
            "^the tables of the database are at nothing, and this Quorate needs .*: let its owner run quorate doctor"
        )
        watch.until("/health/ready", 503, sentence)
        assert "quorate_database_up 0.0" in watch.told("/metrics")[1]
        assert watch.stop() == ENDED


def test_metrics_count_what_waits_by_code_and_name_nobody(home: Home) -> None:
    home.publish([*referral(), assessment(None)])
    home.says("run", "--until", "2025-02-06")
    told = home.says("watch", "--once")
    assert 'quorate_held_records{reason="no_basis"} 1.0' in told
    late = home.rows("duties", "--late")
    counted = sum(float(x) for x in re.findall(r'quorate_late_duties\{kind="\w+"\} ([\d.]+)', told))
    assert counted == len(late) > 0
    [(now, opened)] = home.sql("SELECT played_to, (SELECT min(opened_at) FROM duties WHERE ended IS NULL) FROM clock")
    [age] = re.findall(r"\nquorate_open_duty_oldest_seconds (\S+)\n", told)
    assert float(age) == (unstamp(now) - unstamp(opened)).total_seconds()
    assert "F-1" not in told and "riverside" not in told
    assert home.fails("watch").startswith("no port is given: say --port 9108")
    assert home.fails("watch", "--port", "99999").startswith("nobody can listen at 127.0.0.1:99999")


def test_a_broken_chain_is_told_of_until_a_passage_finds_none(home: Home) -> None:
    async def passage(rows: int) -> tuple[int, bool | None, bool]:
        """Through all chains once: in how many rounds, whether they are whole, and whether that counts as verified."""
        engine, rounds = connect(f"sqlite+aiosqlite:///{home.folder / 'quorate.db'}"), 0
        before = chains.verified_at
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not rounds or chains._after:
                await chains.go_on(engine, wall(), rows)
                rounds += 1
        await engine.dispose()
        return rounds, chains.intact, chains.verified_at != before

    home.publish(referral())
    home.says("run", "--until", "2025-01-06")
    chains = Chains()
    assert asyncio.run(passage(10_000)) == (1, True, True)
    rounds = asyncio.run(passage(1))[0]
    assert rounds > 1, "a stream at a time"
    [(body,)] = home.sql("SELECT because FROM ledger WHERE stream = 'riverside/family/F-1' AND seq = 2")
    home.tamper("UPDATE ledger SET because = 'another' WHERE stream = 'riverside/family/F-1' AND seq = 2")
    assert asyncio.run(passage(1)) == (rounds, False, False)
    assert "quorate_ledger_intact 0.0" in home.says("watch", "--once")
    home.tamper("UPDATE ledger SET because = ? WHERE stream = 'riverside/family/F-1' AND seq = 2", body)
    assert asyncio.run(passage(1)) == (rounds, True, True)
