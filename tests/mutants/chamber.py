"""Where mutants meet the tests: one collection, one fork for each mutant, and those tests that run its function."""

from __future__ import annotations

import ast
import importlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

import pytest

from tests.mutants.changes import Mutant

PATIENCE_SECONDS = 60
WORKERS = int(os.environ.get("WORKERS", os.cpu_count() or 1))


class Chamber:
    """A plugin that takes the place of pytest's own loop. mutants: by file; alive: those under which all tests pass;
    red: the tests that fail before anything is changed; report: told of each file when it is done, and how long that
    took."""

    def __init__(self, mutants: dict[str, list[Mutant]], root: Path, report: Callable[[str, float], None]) -> None:
        self.mutants, self.root, self.report = mutants, root, report
        self.alive: dict[str, list[Mutant]] = {}
        self.red: list[str] = []
        self._failed = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._failed |= report.failed

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        met, self.red = self._look(session.items)
        for file, every in self.mutants.items() if not self.red else ():
            began = time.monotonic()
            self.alive[file] = self._survivors(file, every, session.items, met)
            self.report(file, time.monotonic() - began)
        return True

    def _look(self, items: list[pytest.Item]) -> tuple[list[tuple[float, set[str]]], list[str]]:
        """How long each test takes, which functions it runs, and whether any is red; in a process of its own, so that
        nothing is remembered when the first mutant is made."""
        reading, writing = os.pipe()
        if not os.fork():
            os.close(reading)
            _be_silent()
            seen = [(*self._watched(item), item.nodeid) for item in items]
            with os.fdopen(writing, "w") as told:
                json.dump([(took, sorted(ran), name * red) for took, ran, red, name in seen], told)
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as heard:
            found = json.load(heard)
        os.wait()
        return [(took, set(ran)) for took, ran, _ in found], [name for _, _, name in found if name]

    def _watched(self, item: pytest.Item) -> tuple[float, set[str], bool]:
        files = {str(self.root / "handlers" / f"{file}.py"): file for file in self.mutants}
        ran: set[str] = set()

        def call(frame: FrameType, what: str, _: Any) -> None:
            file = files.get(frame.f_code.co_filename) if what == "call" else None
            if file:
                ran.add(f"{file}.{frame.f_code.co_qualname.split('.<locals>')[0]}")

        began = time.monotonic()
        sys.setprofile(call)
        try:
            red = not self._passes([item])
        finally:
            sys.setprofile(None)
        return time.monotonic() - began, ran, red

    def _passes(self, items: Iterable[pytest.Item]) -> bool:
        self._failed = False
        for item in items:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            if self._failed:
                return False
        return True

    def _survivors(
        self, file: str, every: list[Mutant], items: list[pytest.Item], met: list[tuple[float, set[str]]]
    ) -> list[Mutant]:
        """Those under which every test still passes. As many at a time as there are workers."""
        module = importlib.import_module(f"handlers.{file.replace('/', '.')}")
        source = Path(str(module.__file__)).read_text("utf-8")
        remembered = {name for name, value in vars(module).items() if hasattr(value, "cache_clear")}
        waiting, running, alive = list(enumerate(every)), dict[int, int](), list[int]()
        while waiting or running:
            while waiting and len(running) < WORKERS:
                number, mutant = waiting.pop(0)
                name = f"{file}.{mutant.function}"
                pairs = zip(items, met, strict=True)
                near = [(took, i) for i, (took, ran) in pairs if name in ran or mutant.function in remembered]
                quickest = [i for _, i in sorted(near, key=lambda pair: pair[0])]
                running[self._begun(module, source, mutant, quickest)] = number
            child, status = os.wait()
            number = running.pop(child)
            if os.waitstatus_to_exitcode(status) == 0:
                alive.append(number)
        return [every[n] for n in sorted(alive)]

    def _begun(self, module: ModuleType, source: str, mutant: Mutant, items: list[pytest.Item]) -> int:
        code = compile(mutant.made(ast.parse(source)), str(module.__file__), "exec")
        child = os.fork()
        if child:
            return child
        signal.setitimer(signal.ITIMER_PROF, PATIENCE_SECONDS)  # of work: a mutant that runs for ever is dead
        _be_silent()
        passes = False
        try:
            put_in(module, code)
            passes = self._passes(items)
        finally:
            os._exit(0 if passes else 1)


def _be_silent() -> None:
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)


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
