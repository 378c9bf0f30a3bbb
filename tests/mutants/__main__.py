"""`python -m tests.mutants [FILE…]` makes every mutant of the gate, one at a time, and runs the tests of the handlers.

Tests are collected once; each mutant is made in a forked process, by giving the functions of the running module their
changed code, and meets only the tests that run its function. Whoever survives must be listed in equivalent.toml, with
the reason why nobody could tell; whatever is listed there and is made no more, or is killed, must go.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

from tests.mutants.chamber import Chamber
from tests.mutants.changes import mutants

ROOT = Path(__file__).parents[2]
LISTED = Path(__file__).with_name("equivalent.toml")
FILES = ("concerns", "substance_misuse", "consent", "duties", "escalation", "letters", "referrals", "records")
TESTS = ROOT / "tests" / "handlers"


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Tally:
    """What became of the mutants: killed, listed as equivalent, or survived, which is told file by file."""

    def __init__(self, files: tuple[str, ...]) -> None:
        self.chamber = Chamber({f: list(mutants(_source(f))) for f in files}, ROOT, self.report)
        self.listed = {(x["file"], x["mutant"]) for x in tomllib.loads(LISTED.read_text("utf-8")).get("equivalent", [])}
        self.killed = self.equivalent = self.survived = self.in_vain = 0

    def report(self, file: str, seconds: float) -> None:
        """Killed/all of this file, and each survivor that nobody listed."""
        every, alive = self.chamber.mutants[file], [m.name for m in self.chamber.alive[file]]
        listed = {mutant for of, mutant in self.listed if of == file}
        survived = [name for name in alive if name not in listed]
        equivalent, in_vain = len(alive) - len(survived), sorted(listed - set(alive))
        killed = len(every) - len(alive)
        say(f"{file}: {killed} of {len(every)} killed, {equivalent} equivalent, in {seconds:.0f} s")
        for name in survived:
            say(f"  SURVIVED {file}: {name}")
        for name in in_vain:
            say(f"  LISTED IN VAIN {file}: {name}")
        self.killed, self.equivalent = self.killed + killed, self.equivalent + equivalent
        self.survived, self.in_vain = self.survived + len(survived), self.in_vain + len(in_vain)


def main(asked: list[str]) -> int:
    """Print how every file fared; the exit code says whether there is a survivor that nobody listed."""
    tally = Tally(tuple(asked) or FILES)
    options = ["-p", "no:terminal", "-p", "no:cacheprovider", "-o", "timeout=0"]
    pytest.main([*options, str(TESTS)], plugins=[tally.chamber])
    if tally.chamber.red:
        say(f"the tests are red before anything is changed: {', '.join(tally.chamber.red)}")
        return 2
    made = sum(map(len, tally.chamber.mutants.values()))
    say(f"{tally.killed} of {made} mutants killed, {tally.equivalent} equivalent, {tally.survived} survived")
    return 1 if tally.survived or tally.in_vain else 0


def _source(file: str) -> str:
    return (ROOT / "handlers" / f"{file}.py").read_text("utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
