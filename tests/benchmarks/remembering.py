"""What a worker's memory does as events pass.

`python -m tests.benchmarks.remembering FOLDER EVENTS UNTIL` plays journey after journey in a process of its own, each
as far as UNTIL, and prints, as JSON, what it held in kilobytes as it went.
"""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
from datetime import datetime
from itertools import count
from pathlib import Path

import msgspec

from tests.benchmarks.river import END, journey, opened
from tests.benchmarks.table import Line

ROOT = Path(__file__).parents[2]


class Held(msgspec.Struct, frozen=True):
    """After so many events: resident now, and at most so far, in kilobytes."""

    events: int
    now: int
    peak: int


def held(events: int) -> Held:
    """Read from /proc, since what getrusage calls the peak may be that of whoever started us."""
    gc.collect()
    lines = (line.split() for line in Path("/proc/self/status").read_text("utf-8").splitlines())
    told = {words[0]: words[1] for words in lines if len(words) > 1}
    return Held(events, int(told["VmRSS:"]), int(told["VmHWM:"]))


async def lived(folder: Path, events: int, until: datetime) -> list[Held]:
    """Journey after journey, each in an area of its own; the first fills the caches and is not counted."""
    found: list[Held] = []
    passed = 0
    async with opened(folder) as house:
        for n in count():
            passed += len(await journey(house, [f"area-{n}"], until))
            found.append(held(passed))
            if passed >= events and n >= 2:
                return found
    raise AssertionError("count() never ends")


def measure(folder: Path, events: int, until: datetime = END) -> list[Line]:
    folder.mkdir()
    asked = [str(folder), str(events), until.isoformat()]
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.remembering", *asked], cwd=ROOT, capture_output=True, check=True
    )
    found = msgspec.json.decode(done.stdout, type=list[Held])
    first, middle, last = found[0], found[len(found) // 2], found[-1]
    early, late = _growth(first, middle), _growth(middle, last)
    numbers = (
        f"{_growth(first, last):.0f} KB per 1,000 events from {first.events} to {last.events}"
        f" ({early:.0f}, then {late:.0f}); peak {last.peak / 1024:.0f} MB"
    )
    return [Line("memory of a worker", late / max(early, 1.0), "growth in the second half / in the first", numbers)]


def _growth(before: Held, after: Held) -> float:
    """Kilobytes per thousand events."""
    return 1000 * (after.now - before.now) / (after.events - before.events)


if __name__ == "__main__":
    where, how_many, as_far_as = sys.argv[1:]
    told = asyncio.run(lived(Path(where), int(how_many), datetime.fromisoformat(as_far_as)))
    sys.stdout.buffer.write(msgspec.json.encode(told))
