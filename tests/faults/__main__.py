"""`python -m tests.faults [--kills N] [--only WORDS]`: every scenario on real servers, and one table."""

from __future__ import annotations

import argparse
import asyncio
import itertools
import sys
import tempfile
from pathlib import Path

from msgspec import Struct

from tests.faults.judge import Kept, Verdict, judged, kept, undisturbed
from tests.faults.scenarios import SCENARIOS, Scenario
from tests.faults.stage import Stage, Stuck, Trial, areas, stage, story

HEAD = ("scenario", "tried", "lost", "doubled", "out of order", "longest stand-still (s)")


class Row(Struct):
    """One line of the table."""

    name: str
    tried: int = 0
    verdict: Verdict = Verdict()
    longest: float = 0.0
    unclean: int = 0

    def good(self) -> bool:
        return not (self.verdict.lost or self.verdict.doubled or self.verdict.disordered or self.unclean)


class Bench:
    """Plays scenarios on one stage; what an undisturbed run gives is reckoned once for each length of story."""

    def __init__(self, on: Stage, seed: int) -> None:
        self.stage, self.seeds = on, itertools.count(seed)
        self.right: dict[int, Kept] = {}

    def row(self, scenario: Scenario, strikes: int) -> Row:
        """As many rounds as it takes to strike so often."""
        row = Row(scenario.name)
        while row.tried < strikes:
            self.round(scenario, strikes - row.tried, row)
            say(f"  {scenario.name}: {row.tried} of {strikes}, {row.verdict}")
        return row

    def round(self, scenario: Scenario, strikes: int, row: Row) -> None:
        events, where = story(scenario.areas), areas(scenario.areas)
        if scenario.areas not in self.right:
            home = self.stage.folder / f"undisturbed-{scenario.areas}"
            self.right[scenario.areas] = undisturbed(home, events, where)
        trial = Trial(self.stage, next(self.seeds), events, scenario.workers, strikes)
        with trial.under_way():
            scenario.act(trial)
            trial.ends()
        if not trial.tried:
            raise Stuck(f"{scenario.name}: the story ended before anything was struck")
        found = asyncio.run(kept(trial.settings, where))
        row.tried += trial.tried
        row.verdict = row.verdict.and_also(judged(self.right[scenario.areas], found, events, trial.mail))
        row.longest = max(row.longest, trial.longest)
        row.unclean += sum(len(door.unclean) for door in (*trial.workers, *trial.left))


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def table(rows: list[Row]) -> str:
    """As it goes into the README."""
    lines = [" | ".join(HEAD), " | ".join("---" for _ in HEAD)]
    for r in rows:
        v = r.verdict
        lines.append(f"{r.name} | {r.tried} | {v.lost} | {v.doubled} | {v.disordered} | {r.longest:.0f}")
    unknown, unclean = sum(r.verdict.unknown for r in rows), sum(r.unclean for r in rows)
    return "\n".join(f"| {line} |" for line in lines) + (
        f"\n\n{unknown} mails were cut off where nobody can know whether they went: the rules hand each to a person."
        f"\n{unclean} workers did not end in good order when asked to.\n"
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=1000, help="how many kills of workers and relay (1000)")
    parser.add_argument("--only", default="", help="only the scenarios whose name has these words")
    parser.add_argument("--seed", type=int, default=1, help="what the dice begin with (1)")
    asked = parser.parse_args()
    chosen = [s for s in SCENARIOS if asked.only in s.name]
    if not chosen:
        say(f"no scenario has {asked.only!r} in its name: there are " + "; ".join(s.name for s in SCENARIOS))
        return 2
    rows: list[Row] = []
    for three in (False, True):
        some = [s for s in chosen if s.three is three]
        if not some:
            continue
        with tempfile.TemporaryDirectory(prefix="quorate-faults-") as folder, stage(Path(folder), three) as on:
            bench = Bench(on, asked.seed)
            rows += [bench.row(s, s.strikes or asked.kills) for s in some]
    sys.stdout.write(table(rows))
    return 0 if all(row.good() for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
