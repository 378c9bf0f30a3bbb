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


def main(asked: list[str]) -> int:
    """Print killed/all of each file and the survivors that nobody listed; the exit code says whether there are any."""
    files = tuple(asked) or FILES
    chamber = Chamber({f: list(mutants((ROOT / "handlers" / f"{f}.py").read_text("utf-8"))) for f in files}, ROOT, say)
    pytest.main(["-p", "no:terminal", "-p", "no:cacheprovider", "-o", "timeout=0", str(TESTS)], plugins=[chamber])
    if chamber.red:
        say(f"the tests are red before anything is changed: {', '.join(chamber.red)}")
        return 2
    listed = {(x["file"], x["mutant"]) for x in tomllib.loads(LISTED.read_text("utf-8")).get("equivalent", [])}
    alive = {(file, mutant.name) for file, left in chamber.alive.items() for mutant in left}
    survived = sorted(alive - listed)
    stale = sorted(x for x in listed - alive if x[0] in files)
    for file, name in survived:
        say(f"  SURVIVED {file}: {name}")
    for file, name in stale:
        say(f"  LISTED IN VAIN {file}: {name}")
    made = sum(map(len, chamber.mutants.values()))
    left = sum(len([m for m in found if (file, m.name) in set(survived)]) for file, found in chamber.alive.items())
    dead = made - sum(map(len, chamber.alive.values()))
    say(f"{dead} of {made} mutants killed, {made - dead - left} equivalent, {left} survived")
    return 1 if survived or stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
