"""Each of the 50 points names tests that are there, or says why it is not tried."""

import ast

from tests.house.tree import ROOT
from tests.infra.itip import POINTS, points


def named_in(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_point_is_proved_by_tests_that_exist_or_says_why_not() -> None:
    table = points()
    assert sorted(table) == list(range(1, POINTS + 1))
    for number, point in table.items():
        assert point.says and (point.tests or len(point.not_tried) > 20), number
        for file, _, name in (test.partition("::") for test in point.tests):
            assert name in named_in(file), f"point {number}: {file} has no {name}"
