"""The demo, played once for all who look at it."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from io import StringIO
from pathlib import Path
from typing import Any

import msgspec
import pytest
from rich.console import Console

from handlers.case_file import CaseFile
from handlers.partnership import Directory
from infra.demo.play import play_demo, set_up
from infra.settings import read as settings


@dataclass(frozen=True)
class Played:
    """The home after the quarter was played, and what the command printed."""

    home: Path
    printed: str

    def rows(self, query: str) -> list[Any]:
        with sqlite3.connect(self.home / "quorate.db") as database:
            database.row_factory = sqlite3.Row
            return database.execute(query).fetchall()

    def mails(self) -> list[tuple[str, EmailMessage]]:
        read_all = sorted((self.home / "mail").glob("*.eml"))
        return [(p.name, message_from_bytes(p.read_bytes(), policy=default)) for p in read_all]

    def families(self) -> list[CaseFile]:
        rows = self.rows("SELECT snapshot FROM files WHERE stream LIKE '%/family/%'")
        return [msgspec.json.decode(r["snapshot"], type=CaseFile) for r in rows]

    def directories(self) -> dict[str, Directory]:
        rows = self.rows("SELECT snapshot FROM files WHERE stream LIKE '%/partnership/%'")
        found = (msgspec.json.decode(r["snapshot"], type=Directory) for r in rows)
        return {d.stream.area: d for d in found}


def played_in(home: Path) -> str:
    set_up(home)
    words = StringIO()
    asyncio.run(play_demo(settings({}, home), console=Console(file=words, width=100, highlight=False)))
    return words.getvalue()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Played:
    home = tmp_path_factory.mktemp("demo") / "home"
    return Played(home, played_in(home))
