"""The whole year as a stream of events, one family after another, from one seed; nothing is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from random import Random

from handlers import events as e
from tests.benchmarks.england import courses
from tests.benchmarks.england.directory import directory, staff
from tests.benchmarks.england.telling import Told
from tests.benchmarks.england.volume import Area, areas

SEED = "england"


def year(share: Fraction, seed: str = SEED) -> Iterator[e.Event]:
    """Everything that comes in, area by area and family by family, each in the order of its recording."""
    for area in areas(share):
        yield from of_area(area, seed)


def of_area(area: Area, seed: str) -> Iterator[e.Event]:
    there = staff(area)
    yield from directory(area, there, Random(f"{seed} {area.name}"))
    kinds: tuple[tuple[str, int, Callable[[Told, float], None]], ...] = (
        ("C", area.conferences, courses.conference),
        ("S", area.standing, courses.standing),
        ("Q", area.enquiries, courses.enquiry),
    )
    for letter, count, course in kinds:
        for n in range(count):
            told = Told(area.name, f"F-{letter}{n + 1}", Random(f"{seed} {area.name} {letter}{n + 1}"), there)
            course(told, n / count)
            yield from told.in_order()


def counts(share: Fraction, seed: str = SEED) -> Counter[str]:
    """How many events of each type, of them how many meetings of each kind were held, and how many families told."""
    found: Counter[str] = Counter()
    for event in year(share, seed):
        found["events"] += 1
        found[type(event.body).__name__] += 1
        if isinstance(event.body, e.MeetingHeld):
            found[f"held: {event.body.meeting.partition(':')[0]}"] += 1
        if isinstance(event.body, e.HouseholdRecorded):
            found["families"] += 1
    return found
