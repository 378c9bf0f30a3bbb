"""The `engine` fixture: each test of this room runs on both."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.deploy.broker import Broker
from infra.deploy.postgres import Postgres
from tests.office.engines import Engine, kafka_engine, local_engine


@pytest.fixture(scope="session")
def on_kafka(broker: Broker, postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with kafka_engine(tmp_path_factory.mktemp("kafka"), broker, postgres) as engine:
        yield engine


@pytest.fixture(params=["local", "kafka"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """SQLite in a folder of its own, or the shared broker, database and worker; areas keep tests apart there."""
    if request.param == "kafka":
        yield request.getfixturevalue("on_kafka")
        return
    with local_engine(tmp_path) as engine:
        yield engine


@pytest.fixture
def area(request: pytest.FixtureRequest) -> str:
    """An area of this test's own; the same name on both engines."""
    return str(request.node.originalname).replace("_", "-")[:40]
