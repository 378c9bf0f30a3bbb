"""Families by the thousand without playing any: one family's rows under other names, copied by SQL alone."""

from __future__ import annotations

import sqlite3
from pathlib import Path

MODEL = "area-0/family/F-1"
# Of each table, which rows of the model; and what stands in the columns that must differ or stay small. k is the copy.
OF_LEDGER = "SELECT * FROM lived.ledger WHERE stream = :model AND seq <= 6"
COPIED: dict[str, tuple[str, dict[str, str]]] = {
    "files": (
        "SELECT * FROM lived.files WHERE stream = :model",
        {"stream": "m.stream || '-' || k", "snapshot": "substr(m.snapshot, 1, 1000)"},  # nobody opens it
    ),
    "ledger": (OF_LEDGER, {"stream": "m.stream || '-' || k", "event": "m.event || k"}),
    "inbox": (f"SELECT * FROM lived.inbox WHERE event IN (SELECT event FROM ({OF_LEDGER}))", {"event": "m.event || k"}),
    "outbox": (
        "SELECT * FROM lived.outbox WHERE stream = :model LIMIT 4",
        {"stream": "m.stream || '-' || k", "name": "m.name || k", "place": "NULL", "state": "'done'"},
    ),
    "wakeups": (
        "SELECT :model AS stream, '2099-01-05T09:00:00.000000Z' AS at, 0 AS shard",
        {"stream": "m.stream || '-' || k"},
    ),
    "meetings": ("SELECT * FROM lived.meetings WHERE stream = :model", {"stream": "m.stream || '-' || k"}),
    "duties": (
        "SELECT * FROM lived.duties WHERE stream = :model ORDER BY ended_at LIMIT 4",
        {"stream": "m.stream || '-' || k", "id": "m.id || k", "due_at": "'2099' || substr(m.due_at, 5)"},
    ),
}


def fill(database: Path, lived: Path, families: int) -> None:
    """So many more families in this database, modelled on one of the other; a crash meanwhile costs the copy alone."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA cache_size=-200000")
    connection.execute("ATTACH ? AS lived", (str(lived),))
    connection.execute("BEGIN")
    for table, (model, renamed) in COPIED.items():
        columns = [r[1] for r in connection.execute(f"PRAGMA main.table_info({table})")]
        said = ", ".join(renamed.get(c, f'm."{c}"') for c in columns)
        connection.execute(
            "WITH RECURSIVE numbers(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM numbers WHERE k < :families)"
            f" INSERT INTO main.{table} SELECT {said} FROM ({model}) AS m CROSS JOIN numbers",
            {"families": families, "model": MODEL},
        )
    connection.execute("COMMIT")
    connection.close()
