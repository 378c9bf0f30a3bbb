"""The stage of the fault tests: real servers, lines between them that can fail, workers, a relay, a story to settle."""

from __future__ import annotations

import asyncio
import contextlib
import random
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import msgspec
import psycopg
from msgspec.structs import replace

from handlers.events import Event, WorkerRecorded
from infra.deploy.broker import Broker, Cluster
from infra.deploy.leash import free_port
from infra.deploy.postgres import Postgres
from infra.kafka import topics
from infra.kafka.river import River
from infra.mail.mailbox import Manner
from infra.settings import Settings, read
from infra.wiring import house
from infra.worker import GROUP
from streams.topics import TOPICS
from streams.wire import Letter
from tests.faults.doors import Door, relay, worker
from tests.faults.proxy import Line
from tests.journeys.story import in_area, the_whole_journey
from tests.office.engines import ROOT

UNTIL = "2025-03-25"
PATIENCE_SECONDS = 240.0  # for work to go on after a fault; generous, since nothing is asserted by stopwatch
PROGRESS = "SELECT (SELECT count(*) FROM ledger) + (SELECT count(*) FROM outbox WHERE state = 'done')"
LINES = ("worker-broker", "relay-broker", "worker-database", "relay-database", "relay-SMTP")


class Stuck(AssertionError):
    """Nothing went on for longer than anybody would wait."""


def areas(count: int) -> list[str]:
    return [f"area-{n}" for n in range(1, count + 1)]


def story(count: int) -> list[Event]:
    """The whole journey in so many areas, each some minutes later than the last; one address is refused for good."""
    told: list[Event] = []
    for n, area in enumerate(areas(count)):
        later = timedelta(minutes=7 * n)
        moved = in_area(the_whole_journey(), area)
        told += [_refused(replace(x, happened=x.happened + later, recorded=x.recorded + later)) for x in moved]
    return told


def _refused(event: Event) -> Event:
    if isinstance(event.body, WorkerRecorded) and event.body.worker == "w-health":
        return replace(event, body=replace(event.body, address="refuse.health@health.example"))
    return event


class GatedBroker(Broker):
    """A broker whose workers and relay each come by a line of their own: what it advertises to them is that line."""

    lines: tuple[Line, Line]

    def _choose_ports(self) -> None:
        super()._choose_ports()
        for line in self.lines:
            line.target = free_port()
        names = ("WORKERS", "RELAYS")
        listen = "".join(f"{n}://127.0.0.1:{x.target}," for n, x in zip(names, self.lines, strict=True))
        told = "".join(f"{n}://127.0.0.1:{x.port}," for n, x in zip(names, self.lines, strict=True))
        settings = self._settings.read_text()
        settings = settings.replace("\nlisteners=", f"\nlisteners={listen}")
        settings = settings.replace("advertised.listeners=", f"advertised.listeners={told}")
        plain = "".join(f"{n}:PLAINTEXT," for n in names)
        self._settings.write_text(settings.replace("protocol.map=", f"protocol.map={plain}"))

    @classmethod
    def behind(cls, folder: Path, lines: tuple[Line, Line]) -> GatedBroker:
        broker = cls(folder)
        broker.lines = lines
        broker._start_somewhere()
        return broker


class Stage:
    """What all scenarios share. `broker` or, where three were asked for, `cluster`."""

    def __init__(self, folder: Path, stack: ExitStack, brokers: int) -> None:
        folder.mkdir()
        folder.chmod(0o755)  # so that the user who runs PostgreSQL can enter
        self.folder = folder
        self.lines = {name: stack.enter_context(Line(free_port())) for name in LINES}
        self.broker: GatedBroker | None = None
        self.cluster: Cluster | None = None
        if brokers == 3:
            self.cluster = stack.enter_context(Cluster.started(folder / "kafka"))
            self.bootstrap = self.cluster.bootstrap
        else:
            gates = (self.lines["worker-broker"], self.lines["relay-broker"])
            self.broker = stack.enter_context(GatedBroker.behind(folder / "kafka", gates))
            self.bootstrap = self.broker.bootstrap
        self.postgres = stack.enter_context(Postgres.started(folder / "postgres"))
        port = int(self.postgres.dsn("any").rpartition(":")[2].partition("/")[0])
        self.lines["worker-database"].target = self.lines["relay-database"].target = self.port = port

    def afresh(self) -> None:
        """Empty topics and a group that has read nothing: a killed broker may have a group read old records again."""
        until = time.monotonic() + PATIENCE_SECONDS
        with topics.administrator(self.bootstrap) as admin:
            while GROUP in {group["group_id"] for group in admin.list_groups()}:
                if time.monotonic() > until:
                    raise Stuck("workers that were killed never left their group")
                admin.delete_groups([GROUP])  # refused while a killed worker's session lasts
                time.sleep(0.5)
            if there := [t.name for t in TOPICS if t.name in admin.list_topics()]:
                admin.delete_topics(there)
            while set(there) & set(admin.list_topics()):
                time.sleep(0.1)
        topics.apply(self.bootstrap)

    def lag(self) -> int:
        return sum(b.lag for b in topics.lag(self.bootstrap, GROUP))

    def environment(self, who: str, database: str, key: str, home: Path) -> dict[str, str]:
        """As worker, relay or judge: the judge goes past every line."""
        dsn, kafka = self.postgres.dsn(database), self.bootstrap
        if who != "judge":
            dsn = dsn.replace(f":{self.port}/", f":{self.lines[f'{who}-database'].port}/")
            kafka = kafka if self.cluster else f"127.0.0.1:{self.lines[f'{who}-broker'].port}"
        return {
            "QUORATE_HOME": str(home),
            "QUORATE_SMTP_HOST": "127.0.0.1",
            "QUORATE_SMTP_PORT": str(self.lines["relay-SMTP"].port),
            "QUORATE_KAFKA": kafka,
            "QUORATE_DATABASE": dsn,
            "QUORATE_MASTER_KEY": key,
        }


@contextmanager
def stage(folder: Path, brokers: int = 1) -> Iterator[Stage]:
    with ExitStack() as stack:
        yield Stage(folder, stack, brokers)


class Trial:
    """One scenario under way: its own database, mail server, workers and relay."""

    def __init__(self, on: Stage, seed: int, events: list[Event], workers: int, strikes: int) -> None:
        on.afresh()
        self.stage, self.dice, self.events, self.strikes = on, random.Random(seed), events, strikes
        self.tried, self.longest, self.module = 0, 0.0, "infra.worker"
        name = f"trial_{secrets.token_hex(4)}"
        self.home = on.folder / name
        self.mail = self.home / "mail"
        self.mail.mkdir(parents=True)
        self.database, self.key, self.size = name, secrets.token_hex(32), workers
        self.dsn = on.postgres.create(name)
        self.workers: list[Door] = []
        self.left: list[Door] = []
        self._lock = threading.RLock()
        self._stop = threading.Event()
        self._moved_at = time.monotonic()
        self._seen = -1

    @property
    def settings(self) -> Settings:
        return read(self.stage.environment("judge", self.database, self.key, self.home))

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Everything runs, and is started again when it ends."""
        asyncio.run(self._let_in())
        with self._sink():
            for _ in range(self.size):
                self.join()
            environment = self.stage.environment("relay", self.database, self.key, self.home)
            self.relay = relay(environment, self.home / "relay.log", UNTIL)
            watch = threading.Thread(target=self._watch, daemon=True)
            watch.start()
            try:
                yield
            finally:
                self._stop.set()
                watch.join()
                for door in (self.relay, *self.workers):
                    door.leave(60)

    async def _let_in(self) -> None:
        async with house(self.settings) as open_house:
            await open_house.office.submit(self.events)

    @contextmanager
    def _sink(self) -> Iterator[None]:
        command = [sys.executable, "-m", "tests.faults.sink", str(self.mail)]
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert process.stdin and process.stdout
        try:
            self.stage.lines["relay-SMTP"].target = int(process.stdout.readline())
            yield
        finally:
            process.stdin.close()
            process.stdout.close()
            process.wait(20)

    def join(self) -> None:
        """One more worker."""
        environment = self.stage.environment("worker", self.database, self.key, self.home)
        number = len(self.workers) + len(self.left)
        with self._lock:
            self.workers.append(worker(environment, self.home / f"worker-{number}.log", self.module))

    def leave(self) -> None:
        """One worker goes in good order, and does not come back."""
        with self._lock:
            door = self.workers.pop(self.dice.randrange(len(self.workers)))
            self.left.append(door)
        door.leave(60)

    def doors(self) -> list[Door]:
        return [*self.workers, self.relay]

    @contextmanager
    def answering(self, manner: Manner) -> Iterator[None]:
        """The mail server treats everybody so for a while."""
        beside = self.mail / "manner.part"
        beside.write_text(manner)
        beside.replace(self.mail / "manner")
        yield
        (self.mail / "manner").unlink()

    def again(self, most: int) -> None:
        """Put up to so many records that have left already into the river once more, late and in any order."""
        with psycopg.connect(self.dsn.replace("+psycopg", "")) as connection:
            rows = connection.execute("SELECT letter FROM outbox WHERE kind = 'event' AND place IS NOT NULL").fetchall()
        letters = [msgspec.json.decode(row[0], type=Letter) for row in rows]
        with River(self.stage.bootstrap) as river:
            asyncio.run(river.publish(self.dice.sample(letters, k=min(most, len(letters)))))

    def finished(self) -> bool:
        return self.relay.over

    def moves(self) -> bool:
        """Wait until work has gone on; False when there is no more."""
        seen = self._seen
        self._until(lambda: self.finished() or self._seen > seen)
        return not self.finished()

    def ends(self) -> None:
        """Wait until the story is at its end and every record committed."""
        self._until(self.finished)
        self._until(lambda: self.stage.lag() == 0)

    def _until(self, there: Callable[[], bool]) -> None:
        since = time.monotonic()
        while not there():
            if time.monotonic() - max(since, self._moved_at) > PATIENCE_SECONDS:
                raise Stuck(f"nothing went on for {PATIENCE_SECONDS:.0f} s; see {self.home}")
            time.sleep(0.05)

    def strike(self, door: Door, how: signal.Signals) -> None:
        with self._lock, contextlib.suppress(ProcessLookupError):
            door.strike(how)
        self.tried += 1

    def _watch(self) -> None:
        """Tend the doors, and note the longest time without anything settled or sent."""
        while not self._stop.wait(0.1):
            with self._lock:
                for door in self.doors():
                    door.tend()
            done = self._progress()
            if done > self._seen:
                now = time.monotonic()
                if self._seen > 0:
                    self.longest = max(self.longest, now - self._moved_at)
                self._seen, self._moved_at = done, now

    def _progress(self) -> int:
        """Rows settled and sent so far; -1 while nobody answers."""
        try:
            with psycopg.connect(self.dsn.replace("+psycopg", ""), connect_timeout=2) as connection:
                row = connection.execute(PROGRESS).fetchone()
                return int(row[0]) if row else -1
        except psycopg.Error:
            return -1
