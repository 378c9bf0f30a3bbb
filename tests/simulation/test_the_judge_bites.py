"""The judge bites: put a fault of the kind that people make into our code, and it is called by its name."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.simulation import batch
from tests.simulation.human_faults import FAULTS, ROOT

FAMILIES = 4


def test_there_is_nothing_to_say_of_the_same_lives_without_a_fault() -> None:
    for seed in sorted({fault.seed for fault in FAULTS.values()}):
        assert not batch.live(seed, FAMILIES, calm=False, look=batch.judge()).violations, seed
    batch.tidy()


@pytest.fixture(scope="module")
def judged(request: pytest.FixtureRequest) -> Iterator[dict[str, Future[subprocess.CompletedProcess[str]]]]:
    """What is said of each fault that is asked about, with every core at work; each has a process of its own."""
    asked = [name for name in FAULTS if any(f"[{name}]" in item.name for item in request.session.items)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield {name: pool.submit(_said_of, name) for name in asked}
        pool.shutdown(cancel_futures=True)


def _said_of(name: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.simulation.human_faults", name, FAULTS[name].seed, str(FAMILIES)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200)


@pytest.mark.parametrize("name", FAULTS)
def test_the_judge_calls_the_fault_by_its_name(
    name: str, judged: dict[str, Future[subprocess.CompletedProcess[str]]]
) -> None:
    done = judged[name].result()
    assert done.returncode == 0, (
        f"{name}: expected one of {FAULTS[name].caught}, and the judge said {done.stdout}{done.stderr}"
    )
