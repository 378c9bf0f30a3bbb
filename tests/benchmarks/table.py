"""One table of ratios: each measure beside another of the same run, since the machine's own pace comes and goes."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Line:
    """One measure: a ratio within this run, what is set beside what, and the plain numbers."""

    what: str
    ratio: float
    of: str
    numbers: str


class Watch:
    """Adds up this process's own time on the processor, which no neighbour on the machine can stretch at will; waiting
    for the disk is left out."""

    def __init__(self) -> None:
        self.seconds = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        since = time.process_time()
        try:
            yield
        finally:
            self.seconds += time.process_time() - since


Timed = Callable[[Watch], None]


def interleaved(rounds: int, measures: Mapping[str, Timed]) -> dict[str, list[float]]:
    """Seconds of each measure in each round, turn by turn, so that a slow minute strikes all alike.

    The collector is emptied before each and stays on meanwhile, as it is in a worker.
    """
    seconds: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            gc.collect()
            watch = Watch()
            measure(watch)
            seconds[name].append(watch.seconds)
    return seconds


def ratio(first: list[float], second: list[float]) -> float:
    """The median of the ratios of each round."""
    return median(a / b for a, b in zip(first, second, strict=True))


def lines(found: list[Line]) -> Iterator[str]:
    wide = max((len(line.what) for line in found), default=0)
    of = max((len(line.of) for line in found), default=0)
    for line in found:
        yield f"{line.what:<{wide}}  {line.ratio:8.3f}  {line.of:<{of}}  {line.numbers}"


def say(line: str) -> None:
    """A line at once, also where nobody watches a terminal."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
