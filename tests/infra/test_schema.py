"""All migrations together make the tables that the code reads, on both databases, also when two start at once."""

from __future__ import annotations

import asyncio
import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from msgspec.structs import replace
from sqlalchemy import Column, Connection, MetaData, String, Table, select, text

from handlers import events as e
from infra.db import tables
from infra.db.engine import connect, transaction
from infra.db.schema import HEAD, MIGRATIONS, ONE_AT_A_TIME, bring_up_to_date
from infra.deploy.postgres import Postgres
from infra.settings import read
from infra.wiring import house
from streams.intake import take
from streams.office import CannotNow
from streams.wire import Letter, write
from tests.journeys.story import a_household, at, told

ROOT = Path(__file__).parents[2]
STARTING = """
import asyncio
from infra.settings import read
from infra.wiring import house
async def start():
    async with house(read()):
        pass
print("at the line", flush=True)
input()
asyncio.run(start())
"""


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'quorate.db'}"
    return fresh(request.getfixturevalue("postgres"))


def fresh(postgres: Postgres) -> str:
    return postgres.create(f"schema_{secrets.token_hex(4)}")


def differences(connection: Connection, metadata: MetaData = tables.metadata) -> list[Any]:
    now = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(now, metadata))


async def after_migrating(database: str, metadata: MetaData = tables.metadata, times: int = 1) -> list[Any]:
    engine = connect(database)
    try:
        for _ in range(times):
            await bring_up_to_date(engine)
        async with transaction(engine) as connection:
            return await connection.run_sync(differences, metadata)
    finally:
        await engine.dispose()


def test_all_migrations_together_make_the_tables(database: str) -> None:
    assert asyncio.run(after_migrating(database)) == []


def test_migrating_twice_changes_nothing(database: str) -> None:
    assert asyncio.run(after_migrating(database, times=2)) == []


def test_the_comparison_would_see_a_fault(database: str) -> None:
    """A column, an index or a table that no migration makes; a column that must be filled."""
    other = MetaData()
    for table in tables.metadata.sorted_tables:
        table.to_metadata(other)
    other.tables["wakeups"].append_column(Column("why", String))
    other.tables["clock"].c.played_to.nullable = True
    Table("extra", other, Column("id", String, primary_key=True))
    other.tables["seats"].indexes.clear()
    found = asyncio.run(after_migrating(database, other))
    kinds = sorted(change[0][0] if isinstance(change, list) else change[0] for change in found)
    assert kinds == ["add_column", "add_table", "modify_nullable", "remove_index"]


def test_migrations_stand_in_one_line() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [HEAD]


def test_processes_may_bring_up_one_database_at_once(postgres: Postgres, tmp_path: Path) -> None:
    settings = {
        "QUORATE_HOME": str(tmp_path),
        "QUORATE_DATABASE": fresh(postgres),
        "QUORATE_MASTER_KEY": secrets.token_hex(32),
    }
    command, environment, pipe = [sys.executable, "-c", STARTING], {**os.environ, **settings}, subprocess.PIPE
    all_ = [
        subprocess.Popen(
            command, cwd=ROOT, env=environment, text=True, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT
        )
        for _ in range(3)
    ]
    try:
        for process in all_:
            assert process.stdout and process.stdout.readline() == "at the line\n"
        for process in all_:
            assert process.stdin
            process.stdin.write("\n")
            process.stdin.flush()
        said = [process.communicate(timeout=60)[0] for process in all_]
    finally:
        for process in all_:
            process.kill()
            process.wait()
    assert [process.returncode for process in all_] == [0, 0, 0], said
    assert asyncio.run(after_migrating(settings["QUORATE_DATABASE"])) == []


def test_migrating_waits_its_turn(postgres: Postgres) -> None:
    """The race above may be won by luck; here another holds the turn, so nothing may be made meanwhile."""

    async def story() -> None:
        engine = connect(fresh(postgres))
        try:
            async with transaction(engine) as connection:
                await connection.execute(text(f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})"))
                migrating = asyncio.create_task(bring_up_to_date(engine))
                done, _ = await asyncio.wait([migrating], timeout=0.5)
                assert not done
            await migrating
        finally:
            await engine.dispose()

    asyncio.run(story())


def test_a_migration_that_fails_leaves_nothing_behind(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> tuple[list[str], list[Any]]:
        engine = connect(database)
        try:
            with monkeypatch.context() as broken:
                broken.setattr("alembic.op.create_index", lambda *_, **__: 1 / 0)
                with pytest.raises(ZeroDivisionError):
                    await bring_up_to_date(engine)
            async with transaction(engine) as connection:
                left = await connection.run_sync(lambda c: c.dialect.get_table_names(c))
        finally:
            await engine.dispose()
        return left, await after_migrating(database)

    assert asyncio.run(story()) == ([], [])


def test_a_lock_that_is_not_given_is_waited_for_and_a_value_too_large_is_not(postgres: Postgres) -> None:
    """Both are operational errors to psycopg; only the first mends itself."""

    async def story() -> None:
        engine = connect(fresh(postgres))
        try:
            await bring_up_to_date(engine)
            async with transaction(engine) as connection:
                await connection.execute(text("LOCK TABLE inbox"))
                with pytest.raises(CannotNow):
                    async with transaction(engine) as other:
                        await other.execute(text("SET LOCAL lock_timeout = '50ms'"))
                        await other.execute(select(tables.inbox))
            with pytest.raises(Exception, match="index row") as caught:
                async with transaction(engine) as connection:
                    row = {"source": secrets.token_hex(9999), "event": "1", "digest": ""}
                    await connection.execute(tables.inbox.insert(), [row])
            assert not isinstance(caught.value, CannotNow)
        finally:
            await engine.dispose()

    asyncio.run(story())


def test_what_postgres_cannot_keep_goes_to_the_shelf_and_the_rest_goes_on(postgres: Postgres, tmp_path: Path) -> None:
    """A NUL, or a key longer than an index takes: else one such record would stop its partition for ever."""
    now = at("2025-01-06")
    settings = read({"QUORATE_DATABASE": fresh(postgres), "QUORATE_MASTER_KEY": secrets.token_hex(32)}, tmp_path)
    good = a_household(now)[0]
    asked = told(now, "family/F-1", e.ConferenceAskedFor("SD\x001", "w-1"))
    held = told(now, "family/F-1", e.StrategyDiscussionHeld("SD\x001", now.date(), True))
    name = secrets.token_hex(9999)
    long = told(now, "family/F-1", e.StrategyDiscussionHeld(name, now.date(), True))
    asked_long = told(now, "family/F-1", e.ConferenceAskedFor(name, "w-1"))
    letters = [
        Letter("riverside/family/F\x00", {"ce_id": "\x00", "ce_source": "\x00", "ce_type": "\x00"}, b"\x00"),
        Letter("k" * 9999, {"ce_id": "i" * 9999}, b"{}"),
        *(write(x) for x in (held, asked, long, asked_long, good)),
        write(replace(good, id="\x00")),
    ]

    async def story() -> tuple[list[str], set[str]]:
        async with house(settings) as running:
            await take(letters, running.office, now)
            async with transaction(running.engine) as connection:
                reasons = [r.reason for r in await connection.execute(select(tables.held))]
                return reasons, set((await connection.execute(select(tables.inbox.c.event))).scalars())

    reasons, settled = asyncio.run(story())
    assert good.id in settled
    assert len(reasons) + len(settled) == len(letters) and reasons.count("unreadable") == 3
