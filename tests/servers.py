"""The real servers that tests share: one broker and one PostgreSQL for the whole session.

Where they cannot be had, a test that asks for one fails with the reason; it is never skipped. Shared means:
make topics and databases with names of your own, and restart what you kill.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from infra.deploy.broker import Broker, Cluster
from infra.deploy.guarded import GuardedBroker
from infra.deploy.leash import NotStarted
from infra.deploy.parts import PartMissing
from infra.deploy.postgres import Postgres
from infra.deploy.server import Server
from infra.kafka.rights import RELAY, WATCH, WORKER

AnyServer = TypeVar("AnyServer", bound=Server | Cluster)


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    """A running Kafka broker; clients begin with `broker.bootstrap`."""
    yield from _running(Broker.started)


@pytest.fixture(scope="module")
def own_broker() -> Iterator[Broker]:
    """A broker for the module that asks only: no other test's worker reads from it."""
    yield from _running(Broker.started)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Three brokers; `cluster[2]` is one of them. For the module that asks only: they take a gigabyte."""
    yield from _running(Cluster.started)


@pytest.fixture(scope="session")
def guarded() -> Iterator[GuardedBroker]:
    """A broker that asks who you are, with a user for each of our processes; none may do anything at first."""
    yield from _running(lambda folder: GuardedBroker.guarding(folder, (WORKER, RELAY, WATCH)))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running PostgreSQL, fsync on; a test makes its database with `postgres.create("name")`."""
    yield from _running(Postgres.started)


@pytest.fixture
def server_folder() -> Iterator[Path]:
    """A folder for a server of the test's own; pytest's tmp_path will not do, as only root may enter it."""
    with tempfile.TemporaryDirectory(prefix="quorate-") as folder:
        yield Path(folder)


def _running(start: Callable[[Path], AnyServer]) -> Iterator[AnyServer]:
    with tempfile.TemporaryDirectory(prefix="quorate-") as folder:
        try:
            server = start(Path(folder))
        except (PartMissing, NotStarted) as reason:
            pytest.fail(str(reason), pytrace=False)
        with server:
            yield server
