"""Playing scenarios, and the table that says what came of them."""

from __future__ import annotations

import asyncio
import itertools
import sys
from pathlib import Path

from msgspec import Struct

from tests.faults.full_disk import run_out_of_room
from tests.faults.judge import Kept, Verdict, judged, kept, undisturbed
from tests.faults.scenarios import Scenario
from tests.faults.stage import Stage, Stuck, Trial, areas, story

HEAD = ("scenario", "tried", "lost", "doubled", "out of order", "longest stand-still (s)")
DISK = "a full disk under the local engine"


class Row(Struct):
    """One line of the table."""

    name: str
    tried: int = 0
    verdict: Verdict = Verdict()
    longest: float | None = None
    unclean: int = 0
    stuck: bool = False

    def good(self) -> bool:
        return not (self.verdict.lost or self.verdict.doubled or self.verdict.disordered or self.unclean or self.stuck)


class Bench:
    """Plays scenarios; what an undisturbed run gives is reckoned once for each length of story."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.seeds = folder, itertools.count(seed)
        self.right: dict[int, Kept] = {}

    def undisturbed(self, length: int) -> Kept:
        if length not in self.right:
            home = self.folder / f"undisturbed-{length}"
            self.right[length] = undisturbed(home, story(length), areas(length))
        return self.right[length]

    def full_disk(self, strikes: int) -> Row:
        tried, verdict, unclean = run_out_of_room(self.folder / "full", story(1), self.undisturbed(1), strikes)
        return Row(DISK, tried, verdict, None, unclean)

    def row(self, scenario: Scenario, strikes: int, on: Stage) -> Row:
        """As many rounds as it takes to strike so often."""
        row = Row(scenario.name)
        while row.tried < strikes and not row.stuck:
            try:
                self.round(scenario, strikes - row.tried, row, on)
            except Stuck as reason:
                row.stuck = True
                say(f"  {reason}")
            say(f"  {scenario.name}: {row.tried} of {strikes}, {row.verdict}, {row.longest} s")
        return row

    def round(self, scenario: Scenario, strikes: int, row: Row, on: Stage) -> None:
        events, right = story(scenario.areas), self.undisturbed(scenario.areas)
        trial = Trial(on, next(self.seeds), events, scenario.workers, strikes)
        trial.module = scenario.module
        with trial.under_way():
            scenario.act(trial)
            trial.ends()
        if not trial.tried:
            raise Stuck(f"{scenario.name}: the story ended before anything was struck")
        found = asyncio.run(kept(trial.settings, list(right.ledgers)))
        row.tried += trial.tried
        row.verdict = row.verdict.and_also(judged(right, found, events, trial.mail))
        row.longest = max(row.longest or 0.0, trial.longest)
        row.unclean += sum(len(door.unclean) for door in (*trial.workers, *trial.left))


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def table(rows: list[Row]) -> str:
    """As it goes into the README."""
    lines = [" | ".join(HEAD), " | ".join("---" for _ in HEAD)]
    for r in rows:
        v, seconds = r.verdict, "–" if r.longest is None else f"{r.longest:.0f}"
        seconds = "for good" if r.stuck else seconds
        lines.append(f"{r.name} | {r.tried} | {v.lost} | {v.doubled} | {v.disordered} | {seconds}")
    unknown, unclean = sum(r.verdict.unknown for r in rows), sum(r.unclean for r in rows)
    return "\n".join(f"| {line} |" for line in lines) + (
        f"\n\n{unknown} mails were cut off where nobody can know whether they went: the rules hand each to a person."
        f"\n{unclean} processes did not end in good order.\n"
    )
