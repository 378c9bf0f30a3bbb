"""Who may do what in the database: nobody changes the ledger, and each process has the least of rights."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from infra.cli import app
from infra.db import roles, shards, tables
from infra.db.engine import connect, transaction
from infra.db.schema import bring_up_to_date
from infra.db.tables import ledger
from infra.deploy.postgres import OWNER, Postgres
from infra.mail.mailbox import Mailbox
from infra.replies.taking import take_in
from infra.settings import read
from infra.wiring import house
from streams.clock import play
from streams.local import LocalCarrier
from streams.office import CannotNow
from tests.infra.returned import calendar, mail
from tests.infra.test_schema import database
from tests.journeys.killed import END, START, journey

__all__ = ["database"]
MASTER = secrets.token_hex(32)
ROW = {column.name: "as written" for column in ledger.c} | {"seq": 1}
EVERY = ", ".join(f'"{name}"' for name in ROW)
PLUS_ONE = EVERY.replace('"seq"', '"seq" + 1')
CHANGES = {
    "both": ["UPDATE ledger SET because = ''", "DELETE FROM ledger WHERE seq = 1", "DELETE FROM ledger"],
    "postgresql": [
        "TRUNCATE ledger",
        "TRUNCATE ledger, files CASCADE",
        "INSERT INTO ledger TABLE ledger ON CONFLICT (stream, seq) DO UPDATE SET because = ''",
    ],
    "sqlite": [
        f"INSERT OR REPLACE INTO ledger SELECT {EVERY} FROM ledger",
        f"INSERT OR REPLACE INTO ledger (rowid, {EVERY}) SELECT rowid, {PLUS_ONE} FROM ledger",
    ],
}


def test_the_database_refuses_whatever_changes_the_ledger(database: str) -> None:
    async def story() -> None:
        engine = connect(database)
        try:
            await bring_up_to_date(engine)
            async with transaction(engine) as connection:
                await connection.execute(ledger.insert(), [ROW])
            for change in CHANGES["both"] + CHANGES[engine.dialect.name]:
                with pytest.raises(DBAPIError, match="the ledger is never changed"):
                    async with transaction(engine) as connection:
                        await connection.execute(text(change))
            async with transaction(engine) as connection:
                assert [r._asdict() for r in await connection.execute(select(ledger))] == [ROW]
                await connection.execute(ledger.insert(), [ROW | {"seq": 2}])
        finally:
            await engine.dispose()

    asyncio.run(story())


@pytest.fixture
def owned(postgres: Postgres) -> str:
    """The address of a database whose owner has made its tables and given each role its rights."""
    dsn = postgres.create(f"rights_{secrets.token_hex(4)}")
    environment = {"QUORATE_DATABASE": dsn, "QUORATE_MASTER_KEY": MASTER}
    for _ in range(2):
        assert "quorate_web have their rights" in CliRunner().invoke(app, ["database", "roles"], env=environment).stdout
    return dsn


def as_role(dsn: str, role: str) -> str:
    return dsn.replace(f"//{OWNER}@", f"//quorate_{role}@")


REFUSED = {
    "worker": [
        "UPDATE ledger SET because = ''",
        "DELETE FROM ledger",
        "TRUNCATE ledger",
        "DROP TRIGGER ledger_stays ON ledger",
        "ALTER TABLE ledger DISABLE TRIGGER USER",
        "DROP TABLE ledger",
        "SET session_replication_role = replica",
        "DELETE FROM inbox",
        "UPDATE inbox SET digest = ''",
        "DELETE FROM files",
        "DELETE FROM keys",
        "UPDATE keys SET wrapped = ''",
        "DELETE FROM held",
        "INSERT INTO clock VALUES (1, '')",
        "UPDATE alembic_version SET version_num = ''",
        "CREATE TABLE mine (id int)",
        "CREATE ROLE mine",
    ],
    "relay": [
        "UPDATE files SET snapshot = ''",
        "SELECT * FROM held",
        "INSERT INTO ledger DEFAULT VALUES",
        "INSERT INTO inbox VALUES ('', '', '')",
        "UPDATE keys SET wrapped = ''",
        "DELETE FROM outbox",
        "DELETE FROM links",
        "DELETE FROM wakeups",
        "UPDATE duties SET ended = ''",
    ],
    "replies": [
        "SELECT * FROM held",
        "INSERT INTO inbox VALUES ('', '', '')",
        "UPDATE outbox SET state = 'done'",
        "UPDATE invitations SET person = ''",
        "DELETE FROM replies",
        "DELETE FROM keys",
    ],
    "watch": [
        "SELECT sentence FROM duties",
        "SELECT stream FROM held",
        "SELECT snapshot FROM files",
        "SELECT letter FROM outbox",
        "SELECT * FROM keys",
        "SELECT letter FROM parked",
        "INSERT INTO ledger DEFAULT VALUES",
        "UPDATE ledger SET because = ''",
        "UPDATE outbox SET state = 'done'",
    ],
    "web": [
        "INSERT INTO ledger DEFAULT VALUES",
        "UPDATE ledger SET because = ''",
        "DELETE FROM ledger",
        "INSERT INTO inbox VALUES ('', '', '')",
        "UPDATE outbox SET state = 'done'",
        "DELETE FROM outbox",
        "UPDATE files SET snapshot = ''",
        "SELECT * FROM files FOR UPDATE",
        "UPDATE held SET state = 'released'",
        "INSERT INTO links VALUES ('', 1)",
        "DELETE FROM keys",
        "INSERT INTO wakeups VALUES ('', '', 0)",
        "UPDATE duties SET ended = ''",
        "DELETE FROM seats",
    ],
}


@pytest.mark.parametrize("role", REFUSED)
def test_a_role_is_refused_what_its_process_never_does(owned: str, role: str) -> None:
    async def story() -> None:
        engine = connect(as_role(owned, role))
        try:
            await bring_up_to_date(engine)
            for statement in REFUSED[role]:
                with pytest.raises(CannotNow, match=f"refuses quorate_{role}.*quorate database roles"):
                    async with transaction(engine) as connection:
                        await connection.execute(text(statement))
        finally:
            await engine.dispose()

    asyncio.run(story())


def test_the_door_for_mails_has_all_the_rights_that_it_needs(owned: str, tmp_path: Path) -> None:
    async def story() -> list[str]:
        settings = read({"QUORATE_DATABASE": as_role(owned, "replies"), "QUORATE_MASTER_KEY": MASTER}, tmp_path)
        async with house(settings) as opened:
            return [(await take_in(opened, raw)).state for raw in (mail(calendar()), mail(words="Yes"))]

    assert asyncio.run(story()) == ["not_ours", "parked"]


def test_a_right_given_by_hand_is_taken_back_with_the_next_roles(owned: str) -> None:
    async def story() -> None:
        owner, web = connect(owned), connect(as_role(owned, "web"))
        try:
            async with transaction(owner) as connection:
                await connection.execute(text("GRANT DELETE ON outbox TO quorate_web"))
            async with transaction(web) as connection:
                await connection.execute(text("DELETE FROM outbox"))
            await roles.apply(owner)
            with pytest.raises(CannotNow, match="refuses quorate_web"):
                async with transaction(web) as connection:
                    await connection.execute(text("DELETE FROM outbox"))
        finally:
            await owner.dispose()
            await web.dispose()

    asyncio.run(story())


def test_each_role_has_what_its_process_needs(owned: str, tmp_path: Path) -> None:
    """The web lets a family's events in, the relay plays the time and sends the mail, the worker settles."""

    async def story(mailbox: Mailbox) -> list[str]:
        common = {"QUORATE_MASTER_KEY": MASTER, "QUORATE_SMTP_PORT": str(mailbox.port)}
        async with AsyncExitStack() as open_:
            web, relay, worker = [
                await open_.enter_async_context(
                    house(read(common | {"QUORATE_DATABASE": as_role(owned, role)}, tmp_path))
                )
                for role in ("web", "relay", "worker")
            ]
            hold = shards.Hold(relay.engine)
            assert await hold.fair_share() == shards.EVERY
            async with transaction(relay.engine) as connection:
                assert await hold.still_ours(connection)
            await hold.let_go()
            await web.office.submit(journey())
            await play(relay.office, LocalCarrier(worker.office, relay.dispatch), START, END)
            async with transaction(web.engine) as connection:
                assert not list(await connection.execute(select(tables.held)))
            replies = connect(as_role(owned, "replies"))
            open_.push_async_callback(replies.dispose)
            for engine in (relay.engine, replies):
                async with transaction(engine) as connection:
                    for rows in (select(ledger.c.stream), select(tables.files.c.stream)):
                        seen = set((await connection.execute(rows)).scalars())
                        assert len(seen) == 1 and "/partnership/" in seen.pop(), "it reads a family's words"
            async with transaction(web.engine) as connection:
                return list((await connection.execute(select(ledger.c.type))).scalars())

    with Mailbox.opened(tmp_path / "mail") as mailbox:
        told = asyncio.run(story(mailbox))
        assert {"MeetingHeld", "MinutesRecorded", "MessageAccepted", "TimeCame"} <= set(told)
        assert list(mailbox.folder.iterdir())


def test_sqlite_is_told_that_it_knows_no_roles(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["--home", str(tmp_path), "database", "roles"])
    assert result.exit_code == 2 and "SQLite knows no roles" in result.stderr


def test_a_role_before_tables_that_are_too_old_says_who_can_mend_it(postgres: Postgres, owned: str) -> None:
    empty = as_role(postgres.create(f"rights_{secrets.token_hex(4)}"), "worker")
    environment = {"QUORATE_DATABASE": empty, "QUORATE_MASTER_KEY": MASTER}
    result = CliRunner().invoke(app, ["doctor"], env=environment)
    assert result.exit_code == 75 and "refuses quorate_worker (permission denied for schema public" in result.stderr
