"""A house on a fast database that can die at any crossing of a port and be opened again on what it left behind."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from handlers.protocol import Protocol
from infra.db.engine import connect, transaction
from infra.db.schema import bring_up_to_date
from infra.db.sealing import Keyring
from infra.dispatch import Dispatch
from infra.mail.post import Post
from infra.office import Office
from infra.protocols.packs import Protocols, protocol
from infra.settings import Settings, read
from infra.wiring import House, letterhead
from tests.journeys.killed import mortal

MASTER = hashlib.sha256(b"a simulator's master key opens nothing real").hexdigest()
SHM = Path("/dev/shm")
DATABASE = "quorate.db"


class SteadyKeyring(Keyring):
    """Makes each person's key from the person's name, so that one seed seals to the same bytes every time."""

    def _wrap(self, name: str, key: bytes) -> bytes:
        return super()._wrap(name, hashlib.sha256(name.encode()).digest())


@cache
def rules() -> Protocol:
    return protocol()


def a_folder() -> Path:
    """A new folder, in memory where the machine has such a place."""
    return Path(tempfile.mkdtemp(prefix="quorate-sim-", dir=SHM if SHM.is_dir() else None))


def settings_in(folder: Path) -> Settings:
    return read({"QUORATE_MASTER_KEY": MASTER, "QUORATE_HOME": str(folder)}, folder)


async def fresh_database(folder: Path, template: Path) -> None:
    """An empty database with every table: migrated once, then copied."""
    if not (template / DATABASE).exists():
        engine = connect(settings_in(template).database)
        await bring_up_to_date(engine)
        async with transaction(engine) as connection:
            await connection.run_sync(lambda c: c.connection.dbapi_connection)
        await engine.dispose()
        _checkpointed(template / DATABASE)
    shutil.copyfile(template / DATABASE, folder / DATABASE)


def _checkpointed(database: Path) -> None:
    import sqlite3

    connection = sqlite3.connect(database)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def open_house(folder: Path, post: Post, crossing: Any) -> House:
    """Every part new, as after the start of a process; crossing is told of each crossing of a port."""
    settings = settings_in(folder)
    engine = connect(settings.database)
    keyring = SteadyKeyring(settings.master_key)
    office = Office(engine, keyring, Protocols(rules()))
    dispatch = Dispatch(engine, keyring, letterhead(settings), post)
    return mortal(House(settings, engine, keyring, office, dispatch), crossing)
