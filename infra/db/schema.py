"""Bringing a database's tables up to date: alembic's migrations, run in one transaction at start-up."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine

from infra.db.engine import transaction

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0006"  # the newest of them; asked for first, since alembic itself takes longer than the asking
ONE_AT_A_TIME = 7_706_173  # any number, the same for every process


async def bring_up_to_date(engine: AsyncEngine) -> None:
    """Run whatever migrations this database lacks; two processes starting together do it once."""
    async with transaction(engine) as connection:
        if connection.dialect.name == "postgresql":
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})"))
        await connection.run_sync(upgrade)


def version(connection: Connection) -> str | None:
    """The migration at which the tables stand; None: there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    at: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return at


def upgrade(connection: Connection) -> None:
    if version(connection) == HEAD:
        return
    from alembic import command
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")
