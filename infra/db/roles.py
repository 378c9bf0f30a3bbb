"""The least of rights in PostgreSQL for each process: a role for it, and what that role may do to each table."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import text

from infra.db.engine import Engine, transaction
from infra.db.tables import metadata

READ = "SELECT"
ADD = "SELECT, INSERT"
CHANGE = "SELECT, INSERT, UPDATE"
MOVE = "SELECT, INSERT, DELETE"
ALL = "SELECT, INSERT, UPDATE, DELETE"
VERSION = "alembic_version"
TABLES = [*metadata.tables, VERSION]

# A door lets events in by the outbox; the words of somebody new need a key.
RIGHTS: dict[str, dict[str, str]] = {
    "quorate_worker": {
        VERSION: READ,
        "clock": READ,
        "duties": ALL,
        "files": CHANGE,
        "held": CHANGE,
        "inbox": ADD,
        "keys": ADD,
        "ledger": ADD,
        "meetings": ALL,
        "outbox": ALL,
        "parked": MOVE,
        "references_known": CHANGE,
        "seats": MOVE,
        "wakeups": ALL,
    },
    "quorate_relay": {
        VERSION: READ,
        "clock": READ,
        "files": READ,
        "held": "SELECT (id, state), INSERT, UPDATE",
        "invitations": CHANGE,
        "keys": ADD,
        "ledger": READ,
        "links": CHANGE,
        "outbox": CHANGE,
        "wakeups": READ,
    },
    "quorate_replies": {
        VERSION: READ,
        "aliases": READ,
        "clock": READ,
        "files": READ,
        "invitations": READ,
        "keys": ADD,
        "ledger": READ,
        "outbox": ADD,
        "replies": CHANGE,
    },
    "quorate_watch": {
        VERSION: READ,
        "clock": READ,
        "duties": "SELECT (kind, opened_at, due_at, ended)",
        "files": "SELECT (stream, seq, link)",
        "held": "SELECT (reason, state)",
        "ledger": READ,
        "outbox": "SELECT (kind, state, at)",
        "parked": "SELECT (name)",
    },
    "quorate_web": dict.fromkeys(TABLES, READ) | {"keys": ADD, "outbox": ADD},
}

# The relay looks up where a webhook goes, replies whose address a mail bears; neither has business in a family's file.
ROWS = dict.fromkeys(("quorate_relay", "quorate_replies"), "stream LIKE '%/partnership/%'")
BY_ROW = ("files", "ledger")


def statements() -> Iterator[str]:
    """SQL that makes the roles that are missing and gives each exactly its rights, however often it is run."""
    ours = ", ".join(TABLES)
    for role, rights in RIGHTS.items():
        missing = f"IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}')"
        yield f"DO $$ BEGIN {missing} THEN CREATE ROLE {role} LOGIN; END IF; END $$"
        yield f"REVOKE ALL ON {ours} FROM {role}"
        yield from (f"GRANT {what} ON {table} TO {role}" for table, what in rights.items())
        for table in BY_ROW:
            rows = ROWS.get(role, "true")
            yield f"DROP POLICY IF EXISTS {role} ON {table}"
            yield f"CREATE POLICY {role} ON {table} TO {role} USING ({rows}) WITH CHECK ({rows})"
    yield from (f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY" for table in BY_ROW)


async def apply(engine: Engine) -> None:
    """Make the roles and give them their rights, all or none. Raises CannotNow where we may not."""
    async with transaction(engine) as connection:
        for statement in statements():
            await connection.execute(text(statement))
