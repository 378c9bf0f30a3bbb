"""The judge bites: put a fault of the kind that people make into our code, and it is called by its name."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.simulation import batch
from tests.simulation.human_faults import FAULTS, ROOT

FAMILIES = 4


def test_there_is_nothing_to_say_of_the_same_lives_without_a_fault() -> None:
    for seed in sorted({fault.seed for fault in FAULTS.values()}):
        assert not batch.live(seed, FAMILIES, calm=False, look=batch.judge()).violations, seed
    batch.tidy()


@pytest.mark.parametrize("name", FAULTS)
def test_the_judge_calls_the_fault_by_its_name(name: str) -> None:
    fault = FAULTS[name]
    command = [sys.executable, "-m", "tests.simulation.human_faults", name, fault.seed, str(FAMILIES)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, (
        f"{name}: expected one of {fault.caught}, and the judge said {done.stdout}{done.stderr}"
    )
