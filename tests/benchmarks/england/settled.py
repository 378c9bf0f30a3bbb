"""One share settled on one engine, in a process of its own: `python -m tests.benchmarks.england.settled SHARE WEEKS
ENGINE`.

It prints, as JSON, what that took. The embedded engine is one process on SQLite; on Kafka, with PostgreSQL, two workers
settle and this process is the relay. Mails are composed in full and handed to a post that takes them all at once.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from fractions import Fraction
from pathlib import Path

import msgspec

from infra.db.engine import connect
from infra.db.schema import bring_up_to_date
from infra.deploy.broker import Broker
from infra.deploy.postgres import Postgres
from infra.dispatch import Dispatch
from infra.kafka import topics
from infra.kafka.river import River
from infra.office import Office
from infra.protocols.packs import Protocols
from infra.relay import Relay
from infra.settings import read
from infra.wiring import House, letterhead
from streams.local import LocalCarrier
from streams.office import Carrier
from tests.benchmarks.england.played import found, let_in, play
from tests.benchmarks.england.stages import watched
from tests.benchmarks.river import WillingPost, opened
from tests.simulation.houses import MASTER, SHM, SteadyKeyring, rules

ROOT = Path(__file__).parents[3]
WORKERS = 2
TICKS = os.sysconf("SC_CLK_TCK")


class Took(msgspec.Struct):
    """What one share took. events: all that were settled, receipts, seats and times that came among them; processor:
    seconds of every process together; of: whose, or in which stage; growth: seconds of the last quarter of its evenings
    over those of the second."""

    told: int
    events: int
    messages: int
    held: int
    parked: int
    letting_in: float
    processor: float
    wall: float
    memory: float
    of: dict[str, float]
    growth: float


async def embedded(share: Fraction, weeks: int, folder: Path) -> Took:
    async with opened(folder) as house:
        since = time.process_time()
        told = await let_in(house, share)
        letting_in, began = time.process_time() - since, time.monotonic()
        with watched(house) as stages:
            carrier = LocalCarrier(house.office, house.dispatch)
            evenings = await play(house, carrier, weeks, time.process_time)
        wall = time.monotonic() - began
        return Took(
            **vars(await found(house, told)),
            letting_in=letting_in,
            processor=sum(stages.seconds.values()),
            wall=wall,
            memory=_peak(os.getpid()),
            of=dict(stages.seconds),
            growth=_growth(evenings),
        )


async def through_kafka(share: Fraction, weeks: int, folder: Path) -> Took:
    folder.chmod(0o755)  # PostgreSQL, which does not run as root, must come through
    with Broker.started(folder / "broker") as broker, Postgres.started(folder / "postgres") as postgres:
        topics.apply(broker.bootstrap, replication=1)
        asked = {
            "QUORATE_HOME": str(folder),
            "QUORATE_KAFKA": broker.bootstrap,
            "QUORATE_DATABASE": postgres.create("england"),
            "QUORATE_MASTER_KEY": MASTER,
        }
        async with _on_servers(asked, folder) as (house, carrier):
            since = time.process_time()
            told = await let_in(house, share)
            letting_in = time.process_time() - since
            with _workers(asked, folder) as workers:
                whose = {"relay and post": [os.getpid()], "workers": workers}
                whose |= {"PostgreSQL": [postgres.pid], "broker": [broker.pid]}
                before, began = _of_each(whose), time.monotonic()
                evenings = await play(house, carrier, weeks, time.monotonic)
                wall = time.monotonic() - began
                of = {name: seconds - before[name] for name, seconds in _of_each(whose).items()}
                memory = max(map(_peak, workers))
            return Took(
                **vars(await found(house, told)),
                letting_in=letting_in,
                processor=sum(of.values()),
                wall=wall,
                memory=memory,
                of=of,
                growth=_growth(evenings),
            )


@asynccontextmanager
async def _on_servers(asked: dict[str, str], folder: Path) -> AsyncIterator[tuple[House, Carrier]]:
    settings = read(asked, folder)
    engine = connect(settings.database)
    try:
        await bring_up_to_date(engine)
        keyring = SteadyKeyring(settings.master_key)
        office = Office(engine, keyring, Protocols(rules()), on_topic=True)
        dispatch = Dispatch(engine, keyring, letterhead(settings), WillingPost())
        with River(settings.kafka) as river:
            yield House(settings, engine, keyring, office, dispatch), Relay(engine, dispatch, river, lockstep=True)
    finally:
        await engine.dispose()


@contextmanager
def _workers(asked: dict[str, str], folder: Path) -> Iterator[list[int]]:
    with ExitStack() as stack, (folder / "workers.log").open("ab") as log:
        started = []
        for _ in range(WORKERS):
            command = [sys.executable, "-m", "infra.worker"]
            process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **asked}, stdout=log, stderr=log)
            stack.callback(process.wait, 60)
            stack.callback(process.terminate)
            started.append(process.pid)
        yield started


def _of_each(whose: dict[str, list[int]]) -> dict[str, float]:
    """Seconds on the processor so far, of these processes and of all that they started."""
    spent: dict[int, tuple[int, float]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text("utf-8").rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        spent[int(stat.parent.name)] = (int(words[1]), sum(map(int, words[11:15])) / TICKS)
    return {name: sum(_with_children(pid, spent, name == "PostgreSQL") for pid in ids) for name, ids in whose.items()}


def _with_children(process: int, spent: dict[int, tuple[int, float]], children: bool) -> float:
    own = spent.get(process, (0, 0.0))[1]
    return own + sum(seconds for parent, seconds in spent.values() if children and parent == process)


def _peak(process: int) -> float:
    """The most memory that it ever held, in megabytes."""
    lines = (line.split() for line in Path(f"/proc/{process}/status").read_text("utf-8").splitlines())
    return next(int(words[1]) for words in lines if words[:1] == ["VmHWM:"]) / 1024


def _growth(evenings: list[float]) -> float:
    """The first quarter is left out: it takes in all that stood before the year."""
    quarter = len(evenings) // 4
    return (evenings[-1] - evenings[-1 - quarter]) / (evenings[2 * quarter] - evenings[quarter])


def main(share: str, weeks: str, engine: str) -> Took:
    settle = through_kafka if engine == "kafka" else embedded
    # SQLite's file lies in memory where it can: what is measured is the work, not this disk.
    in_memory = SHM if engine == "local" and SHM.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="quorate-england-", dir=in_memory) as name:
        return asyncio.run(settle(Fraction(share), int(weeks), Path(name)))


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(main(*sys.argv[1:])))
