"""Each measure at a tiny size, so that none of them rots. Nothing here goes by the stopwatch."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from infra.deploy.broker import Broker
from infra.deploy.postgres import Postgres
from tests.benchmarks import bare, growing, settling, through_kafka
from tests.benchmarks.__main__ import measured
from tests.benchmarks.river import River, river
from tests.benchmarks.table import Line, Watch, lines
from tests.journeys.story import at
from tests.simulation.houses import DATABASE

pytestmark = pytest.mark.timeout(300)
UNTIL = at("2025-01-07", "08:00")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> River:
    return asyncio.run(river(tmp_path_factory.mktemp("bench"), areas=1, until=UNTIL))


@pytest.fixture(scope="module")
def found(made: River) -> list[Line]:
    return [line for measure in measured(made, families=2, rounds=1, until=UNTIL) for line in measure]


def test_every_measure_gives_a_line_of_ratios(found: list[Line]) -> None:
    names = [line.what for line in found if not line.what.startswith(" ")]
    assert names == [
        "decide, pure",
        "one search of a diary",
        "settle, batch 1",
        "settle, batch 50",
        "settle, batch 200",
        "rebuild every file",
        "open a long file",
        "cost of an event",
        *growing.LISTS,
        "read a census",
        "mails to SMTP",
        "mails, whole",
        "invitations composed",
        "memory of a worker",
    ]
    assert len([*lines(found)]) == len(found)


def test_the_bare_loop_leaves_the_same_ledger_as_the_office(made: River) -> None:
    letters = made.letters[:20]

    def ledger() -> list[tuple[str, ...]]:
        with closing(sqlite3.connect(made.folder / "copy" / DATABASE)) as connection:
            return connection.execute("SELECT * FROM ledger ORDER BY stream, seq").fetchall()

    first, steps = settling.written_down(made, letters, 5)
    ours = ledger()
    settling.said_again(made, first, steps, Watch())
    assert ledger() == ours and len(ours) > len(letters)


def test_the_clock_the_outbox_and_the_late_duties_are_found_by_an_index(made: River, found: list[Line]) -> None:
    planned = growing.plans(made.folder / "of-2")
    assert planned.keys() == growing.LISTS.keys()
    for name, plan in planned.items():
        assert plan and not growing.whole_readings(plan), name


def test_settling_reads_no_table_as_a_whole(made: River) -> None:
    _, steps = settling.written_down(made, made.letters[:20], 5)
    with closing(bare.opened(made.folder / "copy" / DATABASE)) as connection:
        planned = {s[0]: bare.plan(connection, s) for s in steps if s[0].startswith(("SELECT", "UPDATE", "DELETE"))}
    assert len(planned) > 3
    assert {s for s, plan in planned.items() if growing.whole_readings(plan)} == set()


def test_the_kafka_engine_is_measured_beside_bare_loops(
    broker: Broker, postgres: Postgres, server_folder: Path
) -> None:
    drained = asyncio.run(river(server_folder / "made", areas=3, until=UNTIL))
    stage = through_kafka.Stage(broker, postgres, drained, server_folder)
    found = [*through_kafka.side_by_side(stage, 1, [5]), *through_kafka.under_way(stage, 50.0)]
    assert [line.of for line in found] == ["ours / aiokafka alone", "ours / kafka-python alone", "p99 / p50"]
    assert all(line.ratio > 0 for line in found)
