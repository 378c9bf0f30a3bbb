"""`python -m tests.faults.plain_faust`: what Faust loses without our wrapper, on a real broker, one row a scenario.

Six events in one partition; event 3 raises or never ends. Should Faust mend one of these one day, its row turns red
here, and our wrapper may do less. `tests/journeys/test_loss_table.py` is the same table with the wrapper.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import faust
from kafka import KafkaProducer, TopicPartition
from kafka.admin import NewTopic
from msgspec import Struct

from infra.deploy.broker import Broker
from infra.kafka import topics
from tests.office.engines import ROOT

EVENTS = 6
BAD = b"3"
HANGS_AFTER = 12.0  # seconds from SIGTERM; kafka.md saw more than 30
PATIENCE_SECONDS = 60.0


class Row(Struct, frozen=True):
    """ends: the signal of the end; committed and outcome: what Faust 0.15.3 is known for."""

    name: str
    raises: bool
    ends: signal.Signals
    committed: int
    outcome: str
    concurrency: int = 1
    noack: bool = False
    take: bool = False
    wait_empty: bool = True


KILL, TERM = signal.SIGKILL, signal.SIGTERM
TABLE = (
    Row("exception, plain agent", True, TERM, 6, "lost"),
    Row("exception under noack", True, TERM, 6, "lost, hangs", noack=True),
    Row("two at a time, one busy, SIGKILL", False, KILL, 6, "lost", concurrency=2),
    Row("busy, does not wait, SIGTERM, auto-ack", False, TERM, 4, "lost", wait_empty=False),
    Row("busy, does not wait, SIGTERM, noack", False, TERM, 3, "safe", noack=True, wait_empty=False),
    Row("busy, waits, SIGTERM, noack", False, TERM, 3, "hangs", noack=True),
    Row("take, exception", True, TERM, 6, "lost", take=True),
)


def live(number: int, broker: str, folder: Path) -> None:
    """One plain Faust worker, in this process; each event done leaves a file, and so does the one it stumbles over."""
    row = TABLE[number]
    app = faust.App(
        f"six-{number}",
        broker=f"kafka://{broker}",
        datadir=folder / "faust",
        stream_wait_empty=row.wait_empty,
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
        consumer_auto_offset_reset="earliest",
        autodiscover=False,
    )

    channel = app.topic(f"six-{number}", value_type=bytes, value_serializer="raw")
    app.agent(channel, concurrency=row.concurrency)(_agent(row, folder))
    faust.Worker(app, loglevel="error").execute_from_commandline()


def _agent(row: Row, folder: Path) -> Callable[[Any], Coroutine[Any, Any, None]]:
    async def work(value: bytes) -> None:
        if value == BAD:
            (folder / "stumbled").touch()
            if row.raises:
                raise RuntimeError("event 3")
            await asyncio.Event().wait()
        (folder / f"done-{value.decode()}").touch()

    async def taking(stream: Any) -> None:
        async for values in stream.take(10, within=0.1):
            for value in values:
                await work(value)

    async def one_by_one(stream: Any) -> None:
        async for event in stream.noack().events() if row.noack else stream.events():
            await work(event.value)
            if row.noack:
                event.ack()

    return taking if row.take else one_by_one


def outcome(number: int, broker: str, folder: Path) -> tuple[int, str]:
    """What the group had committed in the end, and what became of event 3."""
    row = TABLE[number]
    folder.mkdir()
    command = [sys.executable, "-m", "tests.faults.plain_faust", str(number), broker, str(folder)]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log) as process:
        try:
            _until(lambda: (folder / "stumbled").exists())
            _until(lambda: committed(broker, number) >= row.committed, 15.0)
            process.send_signal(row.ends)
            try:
                process.wait(HANGS_AFTER)
                hangs = False
            except subprocess.TimeoutExpired:
                hangs = True
        finally:
            process.kill()
    at = committed(broker, number)
    lost = at > int(BAD) and not (folder / f"done-{BAD.decode()}").exists()
    return at, ", ".join([*(["lost"] if lost else []), *(["hangs"] if hangs else [])]) or "safe"


def committed(broker: str, number: int) -> int:
    with topics.administrator(broker) as admin:
        found = admin.list_group_offsets(f"six-{number}").get(f"six-{number}", {})
    place = TopicPartition(f"six-{number}", 0)
    return found[place].offset if place in found else 0


def _until(there: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
    since = time.monotonic()
    while not there() and time.monotonic() - since < seconds:
        time.sleep(0.3)


def main() -> int:
    """The table on a broker of its own, all rows at once; 1 if one is not as known."""
    with tempfile.TemporaryDirectory(prefix="quorate-") as name, Broker.started(Path(name) / "kafka") as broker:
        numbers = range(len(TABLE))
        with topics.administrator(broker.bootstrap) as admin:
            admin.create_topics([NewTopic(f"six-{n}", num_partitions=1, replication_factor=1) for n in numbers])
        producer = KafkaProducer(bootstrap_servers=broker.bootstrap)
        for n in numbers:
            for event in range(EVENTS):
                producer.send(f"six-{n}", str(event).encode())
        producer.close()
        with ThreadPoolExecutor(len(TABLE)) as pool:
            found = list(pool.map(lambda n: outcome(n, broker.bootstrap, Path(name) / str(n)), numbers))
    sys.stdout.write(f"{'plain Faust ' + faust.__version__:44}committed  outcome\n")
    for row, (at, what) in zip(TABLE, found, strict=True):
        changed = "" if (at, what) == (row.committed, row.outcome) else f"  CHANGED: was {row.committed}, {row.outcome}"
        sys.stdout.write(f"{row.name:44}{at:9}  {what}{changed}\n")
    return 0 if found == [(row.committed, row.outcome) for row in TABLE] else 1


if __name__ == "__main__":
    if sys.argv[1:]:
        live(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
    else:
        sys.exit(main())
