"""`python -m tests.simulation N SEED` plays about N histories on both cores; `--replay FILE` plays one case again.

The closing lines count what really happened. A violation, or from 200 histories on a kind that never happened, fails.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from tests.simulation import batch, cases
from tests.simulation.batch import CALM_EVERY, OF_CALM, Run
from tests.simulation.histories import FAMILIES
from tests.simulation.tally import ENOUGH, Tally, lines, missing


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def seeds(histories: int, seed: str) -> Iterator[tuple[str, int]]:
    """So many runs that their families come to at least that many."""
    told, number = 0, 0
    while told < histories:
        yield f"{seed}-{number}", number
        told += OF_CALM if number % CALM_EVERY == CALM_EVERY - 1 else FAMILIES
        number += 1


def simulate(histories: int, seed: str, workers: int) -> int:
    since = time.monotonic()
    tally: Tally = Counter()
    told, runs, failed = 0, 0, 0
    with ProcessPoolExecutor(workers, mp_context=get_context("fork")) as pool:
        for run in pool.map(one, *zip(*seeds(histories, seed), strict=True)):
            tally += run.tally
            told, runs, failed = told + run.histories, runs + 1, failed + bool(run.violations)
            report(run)
            if runs % 20 == 0:
                say(f"… {told} histories, {60 * told / (time.monotonic() - since):.0f} a minute, {failed} seeds failed")
    for line in lines(tally):
        say(line)
    holes = missing(tally)
    for hole in holes:
        say(f"never happened: {hole}")
    seconds = time.monotonic() - since
    say(
        f"{told} histories of {runs} seeds ({seed}-0 to {seed}-{runs - 1}) in {seconds:.0f} s,"
        f" {60 * told / seconds:.0f} a minute; violations: {failed}"
    )
    return 1 if failed or (holes and histories >= ENOUGH) else 0


def one(seed: str, number: int) -> Run:
    return batch.run(seed, number)


def report(run: Run) -> None:
    for violation in run.violations[:5]:
        say(f"VIOLATION {violation.name} in {run.seed}: {violation.sentence}")
    if run.file:
        say(f"  replay it: python -m tests.simulation --replay {run.file}")


def replay(path: Path) -> int:
    case = cases.read(path)
    outcome = batch.replayed(case, batch.judge())
    found = outcome.violations or batch.in_another_order(outcome, batch.judge())
    say(f"{len(case.ops)} things done, {len(case.faults)} faults, {len(outcome.ledger)} rows in the ledger")
    for violation in found:
        say(f"VIOLATION {violation.name}: {violation.sentence}")
    return 1 if found else 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("histories", nargs="?", type=int, default=ENOUGH)
    parser.add_argument("seed", nargs="?", default="1")
    parser.add_argument("--replay", type=Path, metavar="FILE")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    try:
        return replay(asked.replay) if asked.replay else simulate(asked.histories, asked.seed, asked.workers)
    finally:
        batch.tidy()


if __name__ == "__main__":
    sys.exit(main())
