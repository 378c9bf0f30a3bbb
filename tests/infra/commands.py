"""Running the command line as a person would: a home in a folder, a file of events, words back."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from typer.testing import CliRunner, Result

from handlers import events as e
from infra.cli import app
from streams.wire import to_structured
from tests.journeys.story import a_household, an_enquiry, an_episode, at, the_area, the_whole_journey, told

FAMILY, BY = "F-1", ("--by", "w-coordinator")
MEETING = "initial-conference:SD-1"
TREATMENT_FACTOR = e.Factor(code="1B", person="p-mother")


@dataclass(frozen=True)
class Home:
    """One embedded home, and its commands."""

    folder: Path

    def run(self, *arguments: str, stdin: str | None = None) -> Result:
        return CliRunner(env={"QUORATE_TRACEBACK": "1"}).invoke(
            app, ["--home", str(self.folder), *arguments], input=stdin
        )

    def says(self, *arguments: str, code: int = 0) -> str:
        """What it prints, once it ended as expected: on stdout, or on stderr where it failed."""
        result = self.run(*arguments)
        assert result.exit_code == code, (arguments, result.exit_code, result.output)
        return (result.stderr if code else result.stdout).strip()

    def fails(self, *arguments: str, code: int = 2) -> str:
        """The one sentence with which it fails."""
        sentence = self.says(*arguments, code=code)
        assert sentence and "\n" not in sentence, sentence
        return sentence

    def rows(self, *arguments: str, code: int = 0) -> list[dict[str, Any]]:
        result = self.run(*arguments, "--json")
        assert result.exit_code == code, (arguments, result.output)
        return [json.loads(line) for line in result.stdout.splitlines()]

    def one(self, *arguments: str, code: int = 0) -> dict[str, Any]:
        [row] = self.rows(*arguments, code=code)
        return row

    def publish(self, lines: Iterable[e.Event | bytes | str], code: int = 0) -> str:
        file = self.folder.with_suffix(".jsonl")
        file.write_bytes(b"".join(line_of(x) + b"\n" for x in lines))
        result = self.run("publish", str(file))
        assert result.exit_code == code, result.output
        return result.stdout + result.stderr

    def sql(self, statement: str, *values: object) -> list[Any]:
        connection = sqlite3.connect(self.folder / "quorate.db")
        try:
            with connection:
                return connection.execute(statement, values).fetchall()
        finally:
            connection.close()

    def tamper(self, statement: str, *values: object) -> None:
        """As whoever owns the database can: out of the way first with what guards the ledger."""
        for (guard,) in self.sql("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            self.sql(f"DROP TRIGGER {guard}")
        self.sql(statement, *values)

    def snapshot(self, stream: str = "riverside/family/F-1") -> dict[str, Any]:
        [(text,)] = self.sql("SELECT snapshot FROM files WHERE stream = ?", stream)
        file: dict[str, Any] = json.loads(text)
        return file


def line_of(thing: e.Event | bytes | str) -> bytes:
    if isinstance(thing, e.Event):
        return msgspec.json.encode(to_structured(thing))
    return thing if isinstance(thing, bytes) else thing.encode()


def changed(event: e.Event, **attributes: Any) -> bytes:
    """A line with some of its attributes otherwise; None leaves one out."""
    told = to_structured(event) | attributes
    return msgspec.json.encode({k: v for k, v in told.items() if v is not None})


def referral() -> list[e.Event]:
    """The area, a household, an episode and an enquiry, all on Monday 6 January 2025."""
    return [
        *the_area(at("2025-01-06", "08:00")),
        *a_household(at("2025-01-06", "09:05")),
        an_episode(at("2025-01-06", "09:10")),
        *an_enquiry(at("2025-01-06", "10:00")),
    ]


def assessment(basis: e.Basis | None) -> e.Event:
    """Factors of the mother, without which nobody would tell the treatment service."""
    body = e.FactorsAssessed("A-1", at("2025-01-06").date(), (TREATMENT_FACTOR,), basis)
    return replace(told(at("2025-01-06", "09:30"), "family/F-1", body), id="assessed")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    for name in [n for n in os.environ if n.startswith("QUORATE_")]:
        monkeypatch.delenv(name)
    return Home(tmp_path / "home")


@pytest.fixture(scope="module")
def first_evening(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Monday 6 January 2025, the evening: the conference is booked for Wednesday at 9."""
    home = Home(tmp_path_factory.mktemp("first") / "home")
    home.publish(referral())
    home.says("run", "--until", "2025-01-06")
    return home


@pytest.fixture(scope="module")
def in_april(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The whole journey, played to its end; only to be read."""
    home = Home(tmp_path_factory.mktemp("whole") / "home")
    home.publish(the_whole_journey())
    home.says("run", "--until", "2025-03-31")
    return home


@pytest.fixture
def referred(home: Home, first_evening: Home) -> Home:
    """A home of one's own on that evening."""
    shutil.copytree(first_evening.folder, home.folder)
    return home
