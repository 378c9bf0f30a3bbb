"""Evidence, kept up to date row by row: what came into the tables since the last look is read, nothing else.

Reads the database's file by itself, beside the engine, as an inspector would.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from tests.simulation.evidence import Delivered, Evidence

Row = dict[str, Any]
decode = msgspec.json.Decoder().decode


class Book:
    """One area's evidence. history is added to by whoever lets events in; mails by the post."""

    def __init__(self, database: Path, mails: list[Delivered], canaries: Mapping[str, list[str]]) -> None:
        self.connection = sqlite3.connect(database, isolation_level=None)
        self.connection.row_factory = lambda cursor, row: dict(
            zip((c[0] for c in cursor.description), row, strict=True)
        )
        self.mails, self.canaries = mails, canaries
        self.history: list[Row] = []
        self.ledger: list[Row] = []
        self.files: dict[str, Row] = {}
        self.duties: dict[str, list[Row]] = {}
        self.meetings: dict[str, list[Row]] = {}
        self.seats: dict[str, list[Row]] = {}
        self._rowid = 0

    def close(self) -> None:
        self.connection.close()

    def fresh(self) -> list[Row]:
        """The ledger's rows since the last time, with all that hangs on their streams read anew."""
        rows = self.connection.execute(
            "SELECT rowid AS rowid_, * FROM ledger WHERE rowid > ? ORDER BY rowid", (self._rowid,)
        ).fetchall()
        for row in rows:
            self._rowid = row.pop("rowid_")
            row["body"] = decode(row["body"])
        self.ledger += rows
        for stream in {row["stream"] for row in rows}:
            self._read_again(stream)
        for row in rows:
            if row["type"] in ("SeatsKept", "SeatsGivenBack"):
                self._seats_of(row["stream"].partition("/")[0], f"{row['body']['family']}/{row['body']['meeting']}")
        return rows

    def _read_again(self, stream: str) -> None:
        self.files[stream] = self._of("files", stream)[0]
        if "/family/" in stream:
            self.duties[stream] = self._of("duties", stream)
            self.meetings[stream] = self._of("meetings", stream)

    def _of(self, table: str, stream: str) -> list[Row]:
        return self.connection.execute(f"SELECT * FROM {table} WHERE stream = ?", (stream,)).fetchall()

    def _seats_of(self, area: str, meeting: str) -> None:
        query = "SELECT * FROM seats WHERE area = ? AND meeting = ?"
        self.seats[meeting] = self.connection.execute(query, (area, meeting)).fetchall()

    def all_files(self) -> list[Row]:
        return self.connection.execute("SELECT * FROM files").fetchall()

    def held(self) -> list[Row]:
        return self.connection.execute("SELECT * FROM held ORDER BY id").fetchall()

    def evidence(
        self, now: datetime, touched: Iterable[str] | None, rebuilt: Mapping[str, str] | None = None
    ) -> Evidence:
        """All that is known now; the lists are the book's own, and whoever looks must leave them as they are."""
        return Evidence(
            now=now,
            history=self.history,
            ledger=self.ledger,
            files=list(self.files.values()),
            duties=[row for rows in self.duties.values() for row in rows],
            meetings=[row for rows in self.meetings.values() for row in rows],
            seats=[row for rows in self.seats.values() for row in rows],
            held=self.held(),
            parked=self.connection.execute("SELECT * FROM parked ORDER BY name").fetchall(),
            mails=self.mails,
            canaries=self.canaries,
            touched=None if touched is None else frozenset(touched),
            rebuilt=rebuilt,
        )
