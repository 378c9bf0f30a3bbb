"""Budgets of length and branching: a compass, printed at each run; only the caps fail."""

import ast
import sys
from collections.abc import Callable
from math import ceil
from statistics import median

import pytest

from tests.house.tree import ROOMS, ROOT, parsed, python_files

FILE_CAP, FUNCTION_CAP, BRANCH_CAP = 400, 60, 10
# "path" or "path::function" → why it is better long than cut in two.
EXCEPTIONS: dict[str, str] = {
    "handlers/events.py": "the vocabulary of the house: every event, on one page",
    "infra/db/migrations/versions/m0001_first_tables.py::upgrade": "one statement a table, as alembic wants it",
}

# A flat `match` reads as a table, so it counts once however many arms it has.
BRANCHES = (
    ast.If,
    ast.IfExp,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.ExceptHandler,
    ast.Match,
    ast.comprehension,
)


def functions(measure: Callable[[ast.stmt], int]) -> dict[str, int]:
    """What each function measures; of several of one name in a file, the largest."""
    sizes: dict[str, int] = {}
    for path in python_files(*ROOMS):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                name = f"{path}::{node.name}"
                sizes[name] = max(measure(node), sizes.get(name, 0))
    return sizes


def file_lines() -> dict[str, int]:
    lines = {path: len((ROOT / path).read_text("utf-8").splitlines()) for path in python_files(*ROOMS)}
    return {path: count for path, count in lines.items() if count}


def function_lines() -> dict[str, int]:
    return functions(lambda node: (node.end_lineno or node.lineno) - node.lineno + 1)


def function_branches() -> dict[str, int]:
    return functions(lambda node: sum(isinstance(part, BRANCHES) for part in ast.walk(node)))


def over(sizes: dict[str, int], cap: int) -> dict[str, int]:
    return {name: size for name, size in sizes.items() if size > cap}


MEASURES = [
    ("lines a file", file_lines, FILE_CAP),
    ("lines a function", function_lines, FUNCTION_CAP),
    ("branches a function", function_branches, BRANCH_CAP),
]


def test_nothing_is_over_its_cap_without_a_reason(capsys: pytest.CaptureFixture[str]) -> None:
    for measure, sizes_of, cap in MEASURES:
        sizes = sizes_of()
        ranked = sorted(sizes.values()) or [0]
        p95 = ranked[ceil(0.95 * len(ranked)) - 1]
        with capsys.disabled():
            sys.stdout.write(f"\n{measure}: median {median(ranked):g}, p95 {p95}, max {ranked[-1]}, cap {cap} ")
        fat = {name: size for name, size in over(sizes, cap).items() if name not in EXCEPTIONS}
        assert not fat, f"{measure}, at most {cap}: {fat}"


def test_no_exception_outlives_its_reason() -> None:
    needed = {name for _, sizes_of, cap in MEASURES for name in over(sizes_of(), cap)}
    assert set(EXCEPTIONS) <= needed and all(EXCEPTIONS.values())
