"""Who may do what in the database: nobody changes the ledger, and each process has the least of rights."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from infra.db.engine import connect, transaction
from infra.db.schema import bring_up_to_date
from infra.db.tables import ledger
from tests.infra.test_schema import database

__all__ = ["database"]
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
