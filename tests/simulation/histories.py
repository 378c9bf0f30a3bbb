"""A run: one invented area and the families that live in it, all from one seed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from random import Random

from tests.simulation.area import an_area, goings_on, local
from tests.simulation.cases import Case
from tests.simulation.lives import a_life
from tests.simulation.replies import Reactions

FAMILIES = 8


def invented(
    seed: str, bounces: Callable[[str], bool], families: int = FAMILIES
) -> tuple[Case, Reactions]:
    """What is decided beforehand, and the people who will do something about it as it is played."""
    days = Random(f"days {seed}").choice((50, 70, 100, 125))
    area = an_area(seed, days)
    goings_on(area)
    lives = [a_life(area, n, seed) for n in range(1, families + 1)]
    start = local(area.first_on, time(7))
    case = Case(
        seed=seed,
        area=area.name,
        start=start,
        until=start + timedelta(days=days + 12),
        families=[str(area.stream(life.subject)) for life in lives],
        canaries=area.names.canaries,
        ops=sorted(area.ops, key=lambda op: op.at),
    )
    children = {
        str(area.stream(life.subject)): [str(m.name) for m in life.members.values() if m.relation == "child"]
        for life in lives
    }
    return case, Reactions(area, seed, children, bounces)
