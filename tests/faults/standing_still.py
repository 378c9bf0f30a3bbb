"""`python -m tests.faults.standing_still`: how long families wait after one of two workers is killed.

One event every half second for each of twelve families, one a partition; SIGKILL; the longest time that a family
stood still. Figures are for proportion only, and `infra/decisions/0011` says what was chosen by them.
"""

from __future__ import annotations

import asyncio
import secrets
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import psycopg
from kafka.admin import KafkaAdminClient
from kafka.partitioner.default import murmur2
from msgspec import Struct

from handlers import events as e
from infra.deploy.broker import Broker
from infra.deploy.postgres import Postgres
from infra.kafka import topics
from infra.kafka.river import River
from infra.worker import GROUP
from streams.topics import PARTITIONS, TOPICS
from streams.wire import write
from tests.faults.doors import READY, Door, worker
from tests.journeys.story import at, told

EVERY_SECONDS = 0.5
BEFORE, AFTER = 5.0, 4.0  # seconds watched before the kill, and beyond the session time-out after it
COUNT = "SELECT stream, count(*) FROM ledger WHERE source = 'pace' AND type LIKE 'Professional%' GROUP BY stream"


class Way(Struct, frozen=True):
    """static: each worker has a name in the group; again: the killed one is started again at once, by its name."""

    session: int
    static: bool
    again: bool


WAYS = [Way(s, static, again) for s in (10, 6, 3) for static in (False, True) for again in (False, True)]


class EagerBroker(Broker):
    """A broker that lets members choose a short session: its own least is 6 s."""

    def _choose_ports(self) -> None:
        super()._choose_ports()
        with self._settings.open("a") as settings:
            settings.write("group.min.session.timeout.ms=1000\n")


class Pace:
    """Events at an even pace, and the longest time that each family stood still."""

    def __init__(self, broker: str, dsn: str) -> None:
        self.broker, self.dsn = broker, dsn.replace("+psycopg", "")
        self.longest: dict[str, float] = {}
        self._seen: dict[str, tuple[int, float]] = {}
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=each, daemon=True) for each in (self._produce, self._watch)]

    def __enter__(self) -> Pace:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def flows(self) -> bool:
        return len(self._seen) == PARTITIONS

    def _produce(self) -> None:
        families, n = families_one_a_partition(), 0
        with River(self.broker) as river:
            while not self._stop.wait(EVERY_SECONDS):
                n += 1
                body = e.ProfessionalInvolved(f"w-{n}", "social_worker", date(2025, 1, 6))
                events = [told(at("2025-01-06"), f"family/{f}", body, "pace", f"{f}-{n}") for f in families]
                asyncio.run(river.publish([write(event) for event in events]))

    def _watch(self) -> None:
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            while not self._stop.wait(0.05):
                now = time.monotonic()
                for stream, count in connection.execute(COUNT):
                    before, since = self._seen.get(stream, (count, now))
                    self.longest[stream] = max(self.longest.get(stream, 0.0), now - since)
                    if count != before or stream not in self._seen:
                        self._seen[stream] = (count, now)


def families_one_a_partition() -> list[str]:
    found: dict[int, str] = {}
    n = 0
    while len(found) < PARTITIONS:
        n += 1
        key = str(told(at("2025-01-06"), f"family/F-{n}", e.RoomRecorded("r", "r", "r", 1)).stream).encode()
        found.setdefault((murmur2(key) & 0x7FFFFFFF) % PARTITIONS, f"F-{n}")
    return list(found.values())


def measured(way: Way, broker: str, postgres: Postgres, home: Path) -> tuple[float, float]:
    """The longest that any family stood still, before the kill and after it."""
    home.mkdir()
    dsn = postgres.create(f"still_{secrets.token_hex(4)}")
    base = {
        "QUORATE_HOME": str(home),
        "QUORATE_KAFKA": broker,
        "QUORATE_DATABASE": dsn,
        "QUORATE_MASTER_KEY": secrets.token_hex(32),
        "SESSION": str(way.session),
    }
    doors: list[Door] = []
    try:
        for n in (1, 2):
            own = {"INSTANCE": f"worker-{n}"} if way.static else {}
            doors.append(worker(base | own, home / f"{n}.log", "tests.faults.timed"))
            until(lambda: READY in doors[-1].log.read_bytes())
        with Pace(broker, dsn) as pace:
            until(pace.flows)
            time.sleep(BEFORE)  # whatever moves when a worker has just joined
            pace.longest.clear()
            time.sleep(BEFORE)
            calm = max(pace.longest.values())
            doors[0].strike(signal.SIGKILL)
            doors[0].process.wait()
            if way.again:
                doors[0].start()
            time.sleep(way.session + AFTER)
            return calm, max(pace.longest.values())
    finally:
        for door in doors:
            door.leave(30)


def afresh(broker: str) -> None:
    """Empty topics and no group, for the next way."""

    def gone(admin: KafkaAdminClient) -> bool:
        there = GROUP in {group["group_id"] for group in admin.list_groups()}
        if there:
            admin.delete_groups([GROUP])  # refused while a killed worker's session lasts
        return not there

    with topics.administrator(broker) as admin:
        until(lambda: gone(admin))
        names = {t.name for t in TOPICS}
        admin.delete_topics(list(names))
        until(lambda: not names & set(admin.list_topics()))
    topics.apply(broker)


def until(there: Callable[[], bool], seconds: float = 60.0) -> None:
    since = time.monotonic()
    while not there():
        if time.monotonic() - since > seconds:
            raise TimeoutError("nothing goes on")
        time.sleep(0.05)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="quorate-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # so that the user who runs PostgreSQL can enter
        with EagerBroker.started(folder / "kafka") as broker, Postgres.started(folder / "postgres") as postgres:
            topics.apply(broker.bootstrap)
            sys.stdout.write("session  named  started again at once  stood still (before the kill)\n")
            for n, way in enumerate(WAYS):
                calm, still = measured(way, broker.bootstrap, postgres, folder / str(n))
                named, again = ("yes" if x else "no" for x in (way.static, way.again))
                sys.stdout.write(f"{way.session:4} s    {named:5}  {again:21}  {still:4.1f} s ({calm:.1f} s)\n")
                sys.stdout.flush()
                afresh(broker.bootstrap)


if __name__ == "__main__":
    main()
