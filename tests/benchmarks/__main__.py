"""`python -m tests.benchmarks N` measures the house with N families and prints one table of ratios; 1,000 is full size.

Every ratio sets two things of this run side by side, timed turn by turn, the median of several rounds: the machine's
own pace, which comes and goes, falls out of it. The plain numbers beside it are this machine's, today.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from infra.office import Office
from tests.benchmarks import census, deciding, growing, posting, remembering, replaying, searching, settling
from tests.benchmarks.river import END, River, opened, river
from tests.benchmarks.settling import WARM, Files, files_in
from tests.benchmarks.table import Line, lines, say

FULL = 1000


def measured(made: River, families: int, rounds: int, until: datetime = END) -> Iterator[list[Line]]:
    """Each measure's lines as they come. families: in the smaller database; the rest scales with it."""
    share = families / FULL
    made.letters = made.letters[: max(2 * WARM * (rounds + 1), round(400 * share))]
    files, office = asyncio.run(_first(made))
    yield deciding.measure(made, files, rounds)
    yield [searching.measure(rounds)]
    yield from settling.measure(made, files, office, rounds)
    yield replaying.measure(made, round(replaying.FULL * share), rounds)
    yield growing.measure(made, families, rounds)
    yield census.measure(made.folder, max(0.1, 4 * share), rounds)
    yield posting.measure(made.folder / "post", max(10, round(posting.FULL * share)), rounds)
    yield remembering.measure(made.folder / "memory", round(1500 * share), until)


async def _first(made: River) -> tuple[Files, Office]:
    async with opened(made.copy(made.before)) as house:
        return await files_in(house), house.office


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("families", nargs="?", type=int, default=FULL)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    if asked.families < 1 or asked.rounds < 1:
        parser.error("N and --rounds must be 1 or more: give a whole number")
    since = time.monotonic()
    found: list[Line] = []
    with tempfile.TemporaryDirectory(prefix="quorate-bench-") as folder:
        made = asyncio.run(river(Path(folder), areas=max(1, round(3 * asked.families / FULL))))
        for measure in measured(made, asked.families, asked.rounds):
            found += measure
            say(f"… {measure[0].what}: done, {time.monotonic() - since:.0f} s")
    for line in lines(found):
        say(line)
    took = f"{time.monotonic() - since:.0f} s"
    say(
        f"N={asked.families}, {asked.rounds} rounds, {took}; seconds on the processor, without waits for the disk;"
        " the garbage collector on, emptied before each measure"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
