"""`python -m tests.mutants [FILE…]` makes every mutant of the gate, one at a time, and runs the tests of the handlers.

A mutant is made in a forked process by giving the functions of the running module their changed code, so that nothing
is imported again. Whoever survives must be listed in equivalent.toml, with the reason why nobody could tell.
"""

from __future__ import annotations

import ast
import importlib
import os
import signal
import sys
import tomllib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

import pytest

from tests.mutants.changes import Mutant, mutants

ROOT = Path(__file__).parents[2]
LISTED = Path(__file__).with_name("equivalent.toml")
FILES = ("concerns", "substance_misuse", "consent", "duties", "escalation", "letters", "referrals", "records")
TESTS = ROOT / "tests" / "handlers"
PATIENCE_SECONDS = 60
WORKERS = int(os.environ.get("WORKERS", os.cpu_count() or 1))
# What tells of a file soonest: its own test first, then the gate's.
SOONEST = ("voice", "concerns", "telling", "evidence", "moves", "substance", "changes", "reviews")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(asked: list[str]) -> int:
    """Print killed/all of each file and the survivors that nobody listed; the exit code says whether there are any."""
    listed = {(x["file"], x["mutant"]) for x in tomllib.loads(LISTED.read_text("utf-8")).get("equivalent", [])}
    assert pytest.main(["-qqq", "--collect-only", "-p", "no:cacheprovider", str(TESTS)]) == 0  # each imported once
    left, made, dead = [], 0, 0
    for file in asked or FILES:
        source = (ROOT / "handlers" / f"{file}.py").read_text("utf-8")
        every = list(mutants(source))
        alive = survivors(file, source, every)
        unlisted = [m.name for m in alive if (file, m.name) not in listed]
        made, dead = made + len(every), dead + len(every) - len(alive)
        left += [(file, name) for name in unlisted]
        say(f"{file}: {len(every) - len(alive)} of {len(every)} killed, {len(alive) - len(unlisted)} equivalent")
        for name in unlisted:
            say(f"  SURVIVED {name}")
    say(f"{dead} of {made} mutants killed, {made - dead - len(left)} equivalent, {len(left)} survived")
    return 1 if left else 0


def survivors(file: str, source: str, every: list[Mutant]) -> list[Mutant]:
    """Those under which every test still passes. As many at a time as there are workers."""
    module = importlib.import_module(f"handlers.{file}")
    tests = in_order(file)
    waiting, running, alive = list(enumerate(every)), dict[int, int](), list[int]()
    while waiting or running:
        while waiting and len(running) < WORKERS:
            number, mutant = waiting.pop(0)
            running[_begun(module, source, mutant, tests)] = number
        child, status = os.wait()
        number = running.pop(child)
        if os.waitstatus_to_exitcode(status) == 0:
            alive.append(number)
    return [every[n] for n in sorted(alive)]


def in_order(file: str) -> list[str]:
    """The test files, those first that are likely to tell."""
    names = (f"test_{file}", *(f"test_{x}" for x in SOONEST))
    rank = {name: n for n, name in reversed(list(enumerate(names)))}
    return [str(p) for p in sorted(TESTS.glob("test_*.py"), key=lambda p: (rank.get(p.stem, 99), p.name))]


def _begun(module: ModuleType, source: str, mutant: Mutant, tests: list[str]) -> int:
    child = os.fork()
    if child:
        return child
    signal.alarm(PATIENCE_SECONDS)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    code = 1
    try:
        put_in(module, compile(mutant.made(ast.parse(source)), str(module.__file__), "exec"))
        code = int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *tests]))
    finally:
        os._exit(code)


def put_in(module: ModuleType, code: CodeType) -> None:
    """Give each function of the module the code that it has in this other compilation."""
    changed = dict(_codes(code))
    for function in _own_functions(module):
        if function.__qualname__ in changed:
            function.__code__ = changed[function.__qualname__]


def _codes(code: CodeType) -> Iterator[tuple[str, CodeType]]:
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield inner.co_qualname, inner
            yield from _codes(inner)


def _own_functions(module: ModuleType) -> Iterator[FunctionType]:
    for value in list(vars(module).values()):
        if getattr(value, "__module__", None) != module.__name__:
            continue
        for member in (value, *(vars(value).values() if isinstance(value, type) else ())):
            found = member.fget if isinstance(member, property) else member
            found = found.func if isinstance(found, cached_property) else found
            found = getattr(found, "__wrapped__", found)
            if isinstance(found, FunctionType):
                yield found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
