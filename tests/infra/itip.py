"""The 50 points of invitations and replies: each is proved by tests that run here, or says why it is not tried.

`make itip` prints a line for each and fails where a test fails.
"""

from __future__ import annotations

import sys
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import Struct

TABLE = Path(__file__).with_name("itip_points.toml")
POINTS = 50


class Point(Struct, frozen=True, forbid_unknown_fields=True):
    """says: the point in short; tests: by file and name; not_tried: what of it no test here proves, and why."""

    says: str
    tests: tuple[str, ...] = ()
    not_tried: str = ""


def points() -> dict[int, Point]:
    told: dict[str, Any] = tomllib.loads(TABLE.read_text())
    return {int(number): point for number, point in msgspec.convert(told, dict[str, Point]).items()}


class Outcomes:
    """What became of each test, by file and name; one of many parameters that fails fails it."""

    def __init__(self) -> None:
        self.of: dict[str, set[str]] = defaultdict(set)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            self.of[report.nodeid.partition("[")[0]].add(report.outcome)

    def word(self, test: str) -> str:
        return "passed" if self.of[test] == {"passed"} else "FAILED"


def main() -> int:
    table, outcomes = points(), Outcomes()
    wanted = sorted({test for point in table.values() for test in point.tests})
    pytest.main(["-q", "--no-header", "-p", "no:cacheprovider", *wanted], plugins=[outcomes])
    for number, point in sorted(table.items()):
        sys.stdout.write(f"{number:2}  {point.says}\n")
        for test in point.tests:
            sys.stdout.write(f"    {outcomes.word(test)}  {test}\n")
        if point.not_tried:
            sys.stdout.write(f"    not tried: {point.not_tried}\n")
    proved = [point for point in table.values() if point.tests]
    whole = [point for point in proved if not point.not_tried]
    failed = [test for test in wanted if outcomes.word(test) != "passed"]
    sys.stdout.write(
        f"{len(table)} points: {len(whole)} proved, {len(proved) - len(whole)} in part, "
        f"{len(table) - len(proved)} not tried; {len(wanted)} tests, {len(failed)} failed\n"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
