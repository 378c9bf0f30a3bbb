"""A batch of runs: each invents an area from its seed, plays it, and answers with numbers and what went wrong."""

from __future__ import annotations

import gc
import hashlib
import shutil
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from msgspec.structs import replace

from tests.simulation import cases, order
from tests.simulation.cases import Case
from tests.simulation.evidence import Evidence, Violation
from tests.simulation.faults import Faults
from tests.simulation.histories import FAMILIES, invented
from tests.simulation.houses import a_folder
from tests.simulation.shrinking import shrunk
from tests.simulation.tally import Tally, counted
from tests.simulation.world import Look, Nobody, Outcome, played

CALM_EVERY = 6  # every sixth run is small and calm, and is told a second time in another order
OF_CALM = 3  # families
SHRINKING = 120.0  # seconds for one case
ALIKE = 2  # cases of one violation that are worth shrinking
REBUILD_EVERY = 12
FOUND = Path(".quorate-simulation")


@dataclass
class Run:
    """What came of one seed. file: the shrunk case, if it failed."""

    seed: str
    histories: int
    seconds: float = 0.0
    tally: Tally = field(default_factory=Counter)
    violations: list[Violation] = field(default_factory=list)
    file: Path | None = None


def judge() -> Look:
    """The judge, once it stands beside us; until then nobody judges."""
    if find_spec("tests.simulation.judge") is None:
        return _blind
    found: Look = import_module("tests.simulation.judge").look
    return found


@cache
def template() -> Path:
    """The folder of the migrated database that each case's own is copied from."""
    return a_folder()


def live(seed: str, families: int, *, calm: bool, look: Look, rebuild: bool = False) -> Outcome:
    """The seed's case, played with its people and its faults."""
    faults = Faults(seed, scripted=() if calm else None)
    case, people = invented(seed, faults.bounces, families, calm=calm)
    return played(case, people, faults, look, template(), rebuild=rebuild)


def replayed(case: Case, look: Look, *, rebuild: bool = False) -> Outcome:
    """A case that is written down, with nobody left to react."""
    return played(case, Nobody(), Faults(case.seed, scripted=case.faults), look, template(), rebuild=rebuild)


def run(seed: str, number: int, families: int = FAMILIES, shrink_seconds: float = SHRINKING) -> Run:
    """One run of a batch; the number says whether it is calm and whether a fresh process rebuilds it."""
    gc.set_threshold(200_000, 20, 50)
    since = time.monotonic()
    look = judge()
    calm = number % CALM_EVERY == CALM_EVERY - 1
    families = min(families, OF_CALM) if calm else families
    outcome = live(seed, families, calm=calm, look=look, rebuild=number % REBUILD_EVERY == 0)
    done = Run(seed, families, tally=counted(outcome.ledger, outcome.case) + outcome.tally)
    done.violations = list(outcome.violations)
    fails = _fails_again(done.violations, look)
    if calm and not done.violations:
        done.tally["told", "reordered"] += families
        done.violations = in_another_order(outcome, look)
        fails = lambda case: bool(in_another_order(replayed(case, look), look))  # noqa: E731
    if done.violations:
        worth_it = shrink_seconds and len(list(FOUND.glob(f"{done.violations[0].name}-*"))) < ALIKE
        suspect = done.violations[0].sentence
        small = shrunk(outcome.case, fails, shrink_seconds, suspect) if worth_it else outcome.case
        done.file = keep(small, done.violations)
    done.seconds = time.monotonic() - since
    return done


def _fails_again(violations: list[Violation], look: Look) -> Callable[[Case], bool]:
    names = {v.name for v in violations}
    rebuild = "rebuilt-differs" in names
    return lambda case: any(v.name in names for v in replayed(case, look, rebuild=rebuild).violations)


def in_another_order(outcome: Outcome, look: Look) -> list[Violation]:
    """What differs at the end if the day's records arrive in another order."""
    ends = [
        played(
            order.reordered(outcome.case, shuffled),
            Nobody(),
            Faults(outcome.case.seed, scripted=()),
            _blind,
            template(),
        )
        for shuffled in (False, True)
    ]
    return order.compared(*(end.duties for end in ends))


def _blind(evidence: Evidence) -> list[Violation]:
    return []


def keep(case: Case, violations: list[Violation]) -> Path:
    """The case as a file for people, named by what is wrong with it."""
    FOUND.mkdir(exist_ok=True)
    said = "; ".join(f"{v.name}: {v.sentence}" for v in violations[:3])
    mark = hashlib.sha256(case.seed.encode()).hexdigest()[:6]
    path = FOUND / f"{violations[0].name}-{mark}.jsonl"
    cases.write(replace(case, violation=said), path)
    return path


def tidy() -> None:
    """Leave nothing behind in memory."""
    if template.cache_info().currsize:
        shutil.rmtree(template(), ignore_errors=True)
        template.cache_clear()
