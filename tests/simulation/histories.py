"""A run: one invented area and the families that live in it, all from one seed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from random import Random

from tests.simulation import befalls
from tests.simulation.area import Area, an_area, chance, goings_on, local
from tests.simulation.cases import Case, Op
from tests.simulation.lives import a_life
from tests.simulation.replies import Reactions

FAMILIES = 8


def invented(
    seed: str, bounces: Callable[[str], bool], families: int = FAMILIES, *, calm: bool = False
) -> tuple[Case, Reactions]:
    """What is decided beforehand, and the people who will do something about it as it is played.

    calm: rooms and chairs for everybody, so that who comes first changes nothing; no record comes twice.
    """
    days = Random(f"days {seed}").choice((28, 28, 35, 35, 45, 60, 115))
    area = an_area(seed, days, calm=calm)
    goings_on(area, calm=calm)
    lives = [a_life(area, n, seed) for n in range(1, families + 1)]
    for life in lives:
        befalls.befall(life, seed)
    befalls.standing(area, seed)
    begun = [] if calm else befalls.join(lives, seed)
    if not calm:
        repeat(area, Random(f"again {seed}"))
    start = local(area.first_on, time(7))
    case = Case(
        seed=seed,
        area=area.name,
        start=start,
        until=start + timedelta(days=days + 6),
        families=[str(area.stream(f"family/{name}")) for name in (*(life.family for life in lives), *begun)],
        canaries=area.names.canaries,
        ops=sorted(area.ops, key=lambda op: op.at),
    )
    children = {
        str(area.stream(life.subject)): [str(m.name) for m in life.members.values() if m.relation == "child"]
        for life in lives
    }
    return case, Reactions(area, seed, children, bounces, calm)


def repeat(area: Area, rng: Random) -> None:
    """Some records come a second time, the same day or weeks later."""
    for op in [op for op in area.ops if chance(rng, 0.03)]:
        later = op.at + timedelta(hours=rng.choice((0, 1, 30, 300)))
        area.ops.append(Op(at=later, what="again", event=op.event))
