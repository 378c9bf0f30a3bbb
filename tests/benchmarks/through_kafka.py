"""`python -m tests.benchmarks.through_kafka AREAS` measures the Kafka engine: a real broker, a real PostgreSQL.

The same records are drained from the same topics, turn by turn, by the worker and by two bare loops that only say the
worker's SQL and commit; then by several workers; then they come at a steady pace, half of what one worker settled, and
each one's way from the producer to the commit is timed. Seconds are the wall's here, since several processes share the
work: the machine must have nothing else to do.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import pickle
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

import psycopg

from infra.db.engine import connect
from infra.db.schema import bring_up_to_date
from infra.deploy.broker import Broker
from infra.deploy.postgres import Postgres
from infra.kafka import topics
from infra.kafka.river import River as Producer
from infra.office import Office
from infra.protocols.packs import Protocols
from streams.intake import take
from streams.wire import Letter
from tests.benchmarks import bare
from tests.benchmarks.river import START, River, river
from tests.benchmarks.settling import BATCHES, batches
from tests.benchmarks.table import Line, lines, ratio, say
from tests.simulation.houses import MASTER, SteadyKeyring, rules

ROOT = Path(__file__).parents[2]
LOOPS = ("ours", "aiokafka", "kafka-python")
WORKERS = (1, 2, 4)
PATIENCE_SECONDS = 300
# A row of the inbox is told as it is committed, so that nobody need ask for it.
TELL = """
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN PERFORM pg_notify('settled', NEW.source || ' ' || NEW.event); RETURN NULL; END $$;
CREATE TRIGGER tell AFTER INSERT ON inbox FOR EACH ROW EXECUTE FUNCTION tell()
"""


class Stage:
    """The servers, a database that knows the areas' directories, and two thirds of the records in the topics: those
    are drained. The others, of other areas, are still to come."""

    def __init__(self, broker: Broker, postgres: Postgres, made: River, folder: Path) -> None:
        self.broker, self.postgres, self.made, self.folder = broker, postgres, made, folder
        self.before = f"before_{secrets.token_hex(4)}"
        asyncio.run(self._settle(postgres.create(self.before), made.shared, len(made.shared)))
        areas = sorted({letter.key.partition("/")[0] for letter in made.letters})
        later = set(areas[: len(areas) // 3])
        self.coming = [x for x in made.letters if x.key.partition("/")[0] in later]
        self.drained = [x for x in made.letters if x.key.partition("/")[0] not in later]
        topics.apply(broker.bootstrap, replication=1)
        self.publish(self.drained)

    def publish(self, letters: Sequence[Letter]) -> None:
        with Producer(self.broker.bootstrap) as producer:
            asyncio.run(producer.publish(letters))

    async def _settle(self, database: str, letters: Sequence[Letter], size: int) -> list[bare.Step]:
        """Settled in this process; what was said in SQL."""
        engine = connect(database)
        try:
            await bring_up_to_date(engine)
            office = Office(engine, SteadyKeyring(bytes.fromhex(MASTER)), Protocols(rules()))
            with bare.written_down(engine) as steps:
                for batch in batches(letters, size):
                    await take(batch, office, START)
            return steps
        finally:
            await engine.dispose()

    def copy(self) -> str:
        """A database of its own, as it was before the first record."""
        name = f"copy_{secrets.token_hex(4)}"
        with psycopg.connect(plain(self.postgres.dsn("postgres")), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {self.before}".encode())
        return self.postgres.dsn(name)

    def steps(self, size: int) -> Path:
        """What ours says for all records in batches of this size."""
        file = self.folder / f"steps-{size}"
        file.write_bytes(pickle.dumps(asyncio.run(self._settle(self.copy(), self.drained, size))))
        return file

    @contextmanager
    def running(self, loop: str, size: int, database: str, steps: Path, processes: int = 1) -> Iterator[list[int]]:
        """These loops in a group of their own; their process ids."""
        group = f"bench-{secrets.token_hex(4)}"
        asked = [loop, str(size), group, self.broker.bootstrap, database, str(steps)]
        environment = {
            **os.environ,
            "QUORATE_HOME": str(self.folder),
            "QUORATE_KAFKA": self.broker.bootstrap,
            "QUORATE_DATABASE": database,
            "QUORATE_MASTER_KEY": MASTER,
        }
        with (self.folder / "loops.log").open("ab") as log:
            started = [
                subprocess.Popen(
                    [sys.executable, "-m", "tests.benchmarks.loops", *asked],
                    cwd=ROOT,
                    env=environment,
                    stdout=log,
                    stderr=log,
                )
                for _ in range(processes)
            ]
        try:
            yield [process.pid for process in started]
        finally:
            for process in started:
                process.terminate()
            for process in started:
                process.wait(60)

    def rate(self, loop: str, size: int, steps: Path, processes: int = 1) -> float:
        """Records settled each second, from the first commit that is seen to the last."""
        database = self.copy()
        with self.running(loop, size, database, steps, processes), watching(database) as settled:
            first = awaited(settled, len(self.made.shared) + 1)
            since = time.monotonic()
            last = awaited(settled, len(self.made.shared) + len(self.drained))
            return (last - first) / (time.monotonic() - since)


@contextmanager
def watching(database: str) -> Iterator[Callable[[], int]]:
    """How many records the inbox knows."""
    with psycopg.connect(plain(database), autocommit=True) as connection:
        yield lambda: int((connection.execute("SELECT count(*) FROM inbox").fetchone() or (0,))[0])


def awaited(settled: Callable[[], int], enough: int) -> int:
    """Waits until so many are settled; how many are. Raises SystemExit when nothing comes any more."""
    since, before = time.monotonic(), 0
    while (now := settled()) < enough:
        if now != before:
            since, before = time.monotonic(), now
        if time.monotonic() - since > PATIENCE_SECONDS:
            raise SystemExit(f"{now} records were settled and no more: {enough} should have been; see loops.log")
        time.sleep(0.02)
    return now


def plain(database: str) -> str:
    """The address as libpq reads it."""
    return database.replace("+psycopg", "")


def side_by_side(stage: Stage, rounds: int, sizes: Sequence[int] = BATCHES) -> Iterator[Line]:
    for size in sizes:
        steps = stage.steps(size)
        rates: dict[str, list[float]] = {loop: [] for loop in LOOPS}
        for _ in range(rounds):
            for loop in LOOPS:
                rates[loop].append(stage.rate(loop, size, steps))
        ours = rates["ours"]
        numbers = ", ".join(f"{loop} {median(rate):.0f}" for loop, rate in rates.items())
        for loop in LOOPS[1:]:
            yield Line(f"Kafka, batch {size}", ratio(ours, rates[loop]), f"ours / {loop} alone", f"{numbers} events/s")


def of_workers(stage: Stage, rounds: int) -> Iterator[Line]:
    size = BATCHES[-1]
    rates: dict[int, list[float]] = {n: [] for n in WORKERS}
    for _ in range(rounds):
        for n in WORKERS:
            rates[n].append(stage.rate("ours", size, stage.folder, n))
    for n in WORKERS[1:]:
        numbers = f"{median(rates[n]):.0f} events/s; one {median(rates[1]):.0f}; {os.cpu_count()} processors"
        yield Line(f"{n} workers", ratio(rates[n], rates[1]), "of what one settles", numbers)


async def paced(stage: Stage, letters: Sequence[Letter], rate: float, database: str) -> list[float]:
    """Records go out one by one at this pace; each one's seconds until its commit."""
    out: dict[str, float] = {}
    took: list[float] = []
    with Producer(stage.broker.bootstrap) as producer:
        async with await psycopg.AsyncConnection.connect(plain(database), autocommit=True) as connection:
            await connection.execute("LISTEN settled")

            async def listen() -> None:
                async for told in connection.notifies():
                    if told.payload in out:
                        took.append(time.monotonic() - out[told.payload])
                        if len(took) == len(letters):
                            return

            listening = asyncio.create_task(listen())
            since = time.monotonic()
            for n, letter in enumerate(letters):
                await asyncio.sleep(max(0.0, since + n / rate - time.monotonic()))
                out[f"{letter.headers['ce_source']} {letter.headers['ce_id']}"] = time.monotonic()
                await producer.publish([letter])
            await asyncio.wait_for(listening, PATIENCE_SECONDS)
    return took


def under_way(stage: Stage, rate: float) -> Iterator[Line]:
    """Records that the topics do not hold yet, at half the pace that one worker keeps up with."""
    database = stage.copy()
    with psycopg.connect(plain(database)) as connection:
        connection.execute(TELL.encode())
    with stage.running("ours", BATCHES[-1], database, stage.folder), watching(database) as settled:
        awaited(settled, len(stage.made.shared) + len(stage.drained))
        took = asyncio.run(paced(stage, stage.coming, rate / 2, database))
    p50, p99 = (quantiles(took, n=100)[n] for n in (49, 98))
    numbers = f"p50 {1e3 * p50:.0f} ms, p99 {1e3 * p99:.0f} ms at {rate / 2:.0f} events/s, {len(took)} of them"
    yield Line("publish to settled", p99 / p50, "p99 / p50", numbers)


def over_time(stage: Stage, minutes: float) -> Iterator[Line]:
    """One worker, which settles the same records over and over: each time the database is put back as it was."""
    database, until, passes = stage.copy(), time.monotonic() + 60 * minutes, 1
    enough = len(stage.made.shared) + len(stage.drained)
    with psycopg.connect(plain(database), autocommit=True) as connection:
        tables = [r[0] for r in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        keep, back = ("".join(of(t) for t in tables) for of in (_kept, _put_back))
        connection.execute(keep.encode())
        with stage.running("ours", BATCHES[-1], database, stage.folder) as ids, watching(database) as settled:
            awaited(settled, enough)
            first = held(ids[0])
            while time.monotonic() < until:
                connection.execute(back.encode())
                stage.publish(stage.drained)
                awaited(settled, enough)
                passes += 1
            last = held(ids[0])
    numbers = f"{first:.0f} MB after {len(stage.drained)} events, {last:.0f} after {passes * len(stage.drained)}"
    yield Line(f"memory of a worker, {minutes:g} minutes", last / first, "last / first", numbers)


def _kept(table: str) -> str:
    return f"CREATE TABLE kept_{table} AS TABLE {table};"


def _put_back(table: str) -> str:
    return f"TRUNCATE {table} CASCADE; INSERT INTO {table} TABLE kept_{table};"


def held(process: int) -> float:
    """Resident memory of a process, in megabytes."""
    told = dict(
        line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text("utf-8").splitlines() if ":" in line
    )
    return int(told["VmRSS"].split()[0]) / 1024


def measured(stage: Stage, rounds: int, minutes: float) -> Iterator[Line]:
    yield from side_by_side(stage, rounds)
    yield from of_workers(stage, rounds)
    yield from under_way(stage, stage.rate("ours", BATCHES[-1], stage.folder))
    if minutes:
        yield from over_time(stage, minutes)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.through_kafka", description=__doc__)
    parser.add_argument("areas", nargs="?", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=0, help="of watching a worker's memory")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="quorate-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # PostgreSQL, which does not run as root, must come through
        made = asyncio.run(river(folder / "made", areas=asked.areas))
        with Broker.started(folder / "broker") as broker, Postgres.started(folder / "postgres") as postgres:
            for line in measured(Stage(broker, postgres, made, folder), asked.rounds, asked.minutes):
                for said in lines([line]):
                    say(said)
    return 0


if __name__ == "__main__":
    sys.exit(main())
