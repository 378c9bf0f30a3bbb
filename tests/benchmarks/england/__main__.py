"""`python -m tests.benchmarks.england counts|settle [--share 1/100 …]`: a year of England, counted or settled."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction

import msgspec

from tests.benchmarks.england.settled import ROOT, Took
from tests.benchmarks.england.volume import WEEKS
from tests.benchmarks.england.year import SEED, counts
from tests.benchmarks.table import say

SHARES = ("1/1000", "1/300", "1/100")


def share(text: str) -> Fraction:
    """Raises argparse.ArgumentTypeError, with the mend."""
    try:
        found = Fraction(text)
    except (ValueError, ZeroDivisionError):
        found = Fraction(0)
    if not 0 < found <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no share of the year: give a fraction such as 1/100, at most 1")
    return found


def counted(of: Fraction, seed: str) -> Iterator[str]:
    found = counts(of, seed)
    wide = max(map(len, found))
    for name, many in sorted(found.items()):
        yield f"{name:<{wide}}  {many:>11,}"


def settled(of: Fraction, weeks: int, engine: str) -> Took:
    command = [sys.executable, "-m", "tests.benchmarks.england.settled", str(of), str(weeks), engine]
    return msgspec.json.decode(subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout, type=Took)


def told(of: Fraction, weeks: int, took: Took, first: Took) -> Iterator[str]:
    """What one share took, its cost for each event beside that of the first share, and where the time went."""
    each = took.processor / took.events
    year = of * Fraction(weeks, WEEKS) * 3600
    yield (
        f"{of!s:>7}  {took.told:>9,} events told, {took.events:>10,} settled, {took.messages:>9,} mails;"
        f" {took.held} held, {took.parked} parked"
    )
    yield (
        f"{'':7}  {took.events / took.processor:.0f} events/s of processor, {took.events / took.wall:.0f} by the wall;"
        f" {1e3 * each:.2f} ms an event, {each / (first.processor / first.events):.2f} of the first share's;"
        f" last quarter / second {took.growth:.2f}"
    )
    yield (
        f"{'':7}  the whole year by this line: {took.processor / year:.0f} hours of one processor,"
        f" {took.wall / year:.0f} by this wall; letting in {took.letting_in / of / 3600:.1f} more;"
        f" memory {took.memory:.0f} MB at most"
    )
    shares = sorted(took.of.items(), key=lambda x: -x[1])
    yield f"{'':7}  " + ", ".join(f"{name} {100 * s / took.processor:.0f} %" for name, s in shares)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.england", description=__doc__)
    parser.add_argument("what", choices=("counts", "settle"))
    parser.add_argument("--share", nargs="+", type=share, default=[Fraction(text) for text in SHARES])
    parser.add_argument("--weeks", type=int, default=WEEKS, help="how far the year is played, from 4")
    parser.add_argument("--engine", choices=("local", "kafka"), default="local")
    parser.add_argument("--seed", default=SEED, help="of counts")
    asked = parser.parse_args()
    if asked.what == "counts":
        for line in counted(asked.share[-1], asked.seed):
            say(line)
        return 0
    if not 4 <= asked.weeks <= WEEKS:
        parser.error(f"--weeks must lie between 4 and {WEEKS}")
    first: Took | None = None
    for of in asked.share:
        took = settled(of, asked.weeks, asked.engine)
        first = first or took
        for line in told(of, asked.weeks, took, first):
            say(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
