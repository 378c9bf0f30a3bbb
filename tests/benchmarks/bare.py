"""The same SQL, bare: the statements that the office executes, written down, and said again by sqlite3 alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event

from infra.db.engine import Engine

Step = tuple[str, Any, bool]  # the statement, its parameters, whether they are many


@contextmanager
def written_down(engine: Engine) -> Iterator[list[Step]]:
    """Every statement and every commit of this engine, as they come."""
    steps: list[Step] = []

    def said(_c: Any, _cursor: Any, statement: str, parameters: Any, _of: Any, many: bool) -> None:
        steps.append((statement, parameters, many))

    def ended(_c: Any) -> None:
        steps.append(("COMMIT", (), False))

    event.listen(engine.sync_engine, "before_cursor_execute", said)
    event.listen(engine.sync_engine, "commit", ended)
    try:
        yield steps
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", said)
        event.remove(engine.sync_engine, "commit", ended)


def opened(database: Path) -> sqlite3.Connection:
    """As infra.db.engine opens it."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    return connection


def said_again(connection: sqlite3.Connection, steps: Sequence[Step]) -> None:
    """Each row that a statement finds is fetched, as the office fetches it."""
    cursor = connection.cursor()
    for statement, parameters, many in steps:
        if many:
            cursor.executemany(statement, parameters)
        else:
            cursor.execute(statement, parameters).fetchall()


def plan(connection: sqlite3.Connection, step: Step) -> list[str]:
    """How SQLite goes about a statement."""
    statement, parameters, many = step
    asked = parameters[0] if many else parameters
    return [str(r[3]) for r in connection.execute(f"EXPLAIN QUERY PLAN {statement}", asked)]
