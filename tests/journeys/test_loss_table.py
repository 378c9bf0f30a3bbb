"""The loss table with our wrapper: the real worker, event 3 of six fails in each way, nothing is lost or doubled.

`python -m tests.faults.plain_faust` shows the same seven scenarios without it. Faust's settings make four of them one
here: a batch that never ends, and SIGTERM.
"""

from __future__ import annotations

import asyncio
import secrets
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import psycopg
import pytest

from handlers import events as e
from infra.deploy.broker import Broker
from infra.deploy.postgres import Postgres
from infra.kafka import topics
from infra.kafka.river import River
from infra.worker import GROUP
from streams.agents import LOST
from streams.wire import write
from tests.faults.doors import READY, Door, worker
from tests.faults.frail import BAD
from tests.journeys.story import at, told

SIX = [f"event-{n}" for n in range(6)]
PATIENCE_SECONDS = 60.0


class Six:
    """Six events of one family, and the workers that settle them."""

    def __init__(self, broker: Broker, dsn: str, home: Path, stack: ExitStack) -> None:
        self.broker, self.dsn, self.home, self.stack = broker, dsn, home, stack
        self.environment = {
            "QUORATE_HOME": str(home),
            "QUORATE_KAFKA": broker.bootstrap,
            "QUORATE_DATABASE": dsn,
            "QUORATE_MASTER_KEY": secrets.token_hex(32),
        }

    def worker(self) -> Door:
        door = worker(self.environment, self.home / f"{secrets.token_hex(4)}.log", "tests.faults.frail")
        self.stack.callback(door.leave, PATIENCE_SECONDS)
        until(lambda: READY in door.log.read_bytes())
        return door

    def produce(self, *numbers: int) -> None:
        when = at("2025-01-06")
        bodies = {n: e.ProfessionalInvolved(f"w-{n}", "social_worker", date(2025, 1, 6)) for n in numbers}
        events = [told(when, "family/F-1", body, "six", SIX[n]) for n, body in bodies.items()]
        with River(self.broker.bootstrap) as river:
            asyncio.run(river.publish([write(event) for event in events]))

    def fails(self, how: str) -> None:
        """The first three are settled; then the office fails so, and the other three come."""
        self.produce(0, 1, 2)
        until(lambda: self.settled() == SIX[:3])
        (self.home / "fault").write_text(how)
        self.produce(3, 4, 5)
        until((self.home / "struck").exists)

    def mend(self) -> None:
        (self.home / "fault").unlink()

    def rows(self, query: str) -> list[str]:
        with psycopg.connect(self.dsn.replace("+psycopg", "")) as connection:
            return [row[0] for row in connection.execute(query)]

    def settled(self) -> list[str]:
        """Each event in the ledger's order, as often as it was settled."""
        return self.rows("SELECT event FROM ledger WHERE source = 'six' AND type LIKE 'Professional%' ORDER BY seq")

    def all_settled(self) -> None:
        """None lost, none doubled, none out of order, and all committed."""
        until(lambda: sum(b.lag for b in topics.lag(self.broker.bootstrap, GROUP)) == 0)
        assert self.settled() == SIX


def until(there: Callable[[], bool]) -> None:
    since = time.monotonic()
    while not there():
        assert time.monotonic() - since < PATIENCE_SECONDS
        time.sleep(0.1)


@pytest.fixture
def six(own_broker: Broker, postgres: Postgres, tmp_path: Path) -> Iterator[Six]:
    topics.apply(own_broker.bootstrap)
    with ExitStack() as stack:
        yield Six(own_broker, postgres.create(f"six_{secrets.token_hex(4)}"), tmp_path, stack)


def test_a_rule_that_raises_sends_its_event_to_the_shelf_and_no_other(six: Six) -> None:
    six.worker()
    six.fails("a rule raises")
    until(lambda: SIX[-1] in six.settled())
    assert six.settled() == [name for name in SIX if name != BAD]
    assert six.rows("SELECT reason FROM held") == ["rule_failed"]


def test_an_intake_that_breaks_ends_the_process_and_the_next_one_settles_all(six: Six) -> None:
    door = six.worker()
    six.fails("the intake breaks")
    assert door.process.wait(PATIENCE_SECONDS) == LOST
    six.mend()
    six.worker()
    six.all_settled()


@pytest.mark.parametrize("how", ["cannot now", "never ends"])
def test_a_worker_that_cannot_finish_obeys_sigterm_and_the_next_one_settles_all(six: Six, how: str) -> None:
    door = six.worker()
    six.fails(how)
    door.strike(signal.SIGTERM)
    assert door.process.wait(PATIENCE_SECONDS) == 0
    six.mend()
    six.worker()
    six.all_settled()


def test_when_one_of_two_workers_is_killed_while_busy_the_other_takes_over(six: Six) -> None:
    both = [six.worker(), six.worker()]
    six.fails("never ends")
    busy = next(door for door in both if str(door.process.pid) == (six.home / "struck").read_text())
    six.mend()
    busy.strike(signal.SIGKILL)
    six.all_settled()
