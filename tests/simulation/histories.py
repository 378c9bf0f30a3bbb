"""A run: one invented area and the families that live in it, all from one seed."""

from __future__ import annotations

from datetime import time, timedelta
from random import Random

from tests.simulation.area import an_area, goings_on, local
from tests.simulation.cases import Case
from tests.simulation.lives import a_life

FAMILIES = 8


def a_case(seed: str, families: int = FAMILIES) -> Case:
    """What is decided beforehand; what people do about it is added as it is played."""
    days = Random(f"days {seed}").choice((50, 70, 100, 125))
    area = an_area(seed, days)
    goings_on(area)
    lives = [a_life(area, n, seed) for n in range(1, families + 1)]
    start = local(area.first_on, time(7))
    return Case(
        seed=seed,
        area=area.name,
        start=start,
        until=start + timedelta(days=days + 12),
        families=[str(area.stream(life.subject)) for life in lives],
        canaries=area.names.canaries,
        ops=sorted(area.ops, key=lambda op: op.at),
    )
