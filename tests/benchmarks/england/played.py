"""Playing a year: it is let in as `quorate publish` would, then the clock's door goes from evening to evening.

Whoever settles a whole year in an hour finds thousands of records at each look at the clock. So that a small share is
settled in batches as full as can be, it looks once a day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from fractions import Fraction
from itertools import islice

from sqlalchemy import func, select

from infra.db import tables
from infra.db.engine import transaction
from infra.wiring import House
from streams.clock import drain, tick
from streams.office import Carrier
from tests.benchmarks.england.volume import FIRST_ON
from tests.benchmarks.england.year import SEED, year
from tests.simulation.area import local

LOOKS_AT = time(20)
TOGETHER = 2000  # records let in at a time


@dataclass
class Settled:
    """told: the year's own events; events: all that were settled, receipts, answers of the diary and times that came
    among them; messages: what went to the post."""

    told: int
    events: int
    messages: int
    held: int
    parked: int


def looks(weeks: int) -> Iterator[datetime]:
    for day in range(7 * weeks):
        yield local(FIRST_ON + timedelta(days=day), LOOKS_AT)


async def let_in(house: House, share: Fraction, seed: str = SEED) -> int:
    """The whole share waits in the outbox for its hours; how many events it is."""
    events, told = year(share, seed), 0
    while together := list(islice(events, TOGETHER)):
        await house.office.submit(together, told)
        told += len(together)
    return told


async def play(house: House, carrier: Carrier, weeks: int, clock: Callable[[], float]) -> list[float]:
    """What the clock said after each evening."""
    said = []
    for now in looks(weeks):
        await tick(house.office, now)
        await drain(house.office, carrier, now)
        said.append(clock())
    return said


async def found(house: House, told: int) -> Settled:
    """How it stands in the database."""
    async with transaction(house.engine) as connection:

        async def rows(table: object, *where: object) -> int:
            return int((await connection.execute(select(func.count()).select_from(table).where(*where))).scalar() or 0)  # type: ignore[arg-type]

        outbox = tables.outbox
        return Settled(
            told=told,
            events=await rows(tables.inbox),
            messages=await rows(outbox, outbox.c.kind == "message", outbox.c.state == "done"),
            held=await rows(tables.held),
            parked=await rows(tables.parked),
        )
