"""The year of England: the same from one seed, the size it says, and nothing in it that the office would not take."""

from __future__ import annotations

import asyncio
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

from handlers import events as e
from streams.intake import take
from streams.wire import write
from tests.benchmarks.england import volume
from tests.benchmarks.england.__main__ import told
from tests.benchmarks.england.directory import SERVICES
from tests.benchmarks.england.played import Settled, found
from tests.benchmarks.england.settled import embedded
from tests.benchmarks.england.stages import CODE, DECIDE, POST, REST, SQL, SQL_OF_POST
from tests.benchmarks.england.telling import ENDS
from tests.benchmarks.england.year import counts, year
from tests.benchmarks.river import opened
from tests.benchmarks.settling import batches

TINY = Fraction(1, 10_000)


@pytest.fixture(scope="module")
def some() -> list[e.Event]:
    return list(year(Fraction(1, 1000)))


def test_the_same_seed_tells_the_same_year_and_another_seed_another() -> None:
    first = list(year(TINY))
    assert first == list(year(TINY)) != list(year(TINY, "another"))
    assert len({(event.source, event.id) for event in first}) == len(first)


def test_a_share_holds_as_many_conferences_as_it_says() -> None:
    share = Fraction(1, 250)
    found = counts(share)
    assert found["held: initial-conference"] == volume.CONFERENCES * share
    assert abs(found["held: review-conference"] / (volume.REVIEWS * share) - 1) < 0.1
    assert abs(found["StrategyDiscussionHeld"] / (volume.ENQUIRIES * share) - 1) < 0.01


def test_the_whole_year_is_spread_over_150_areas_and_52_weeks(some: list[e.Event]) -> None:
    areas = list(volume.areas(Fraction(1)))
    assert len(areas) == 150 and sum(area.conferences for area in areas) == 75_000
    weeks = {(event.recorded.date() - volume.FIRST_ON).days // 7 for event in some}
    assert weeks == set(range(52))


def test_the_families_are_of_many_kinds(some: list[e.Event]) -> None:
    households = [x.body.members for x in some if isinstance(x.body, e.HouseholdRecorded)]
    children = Counter(sum(m.relation == "child" for m in members) for members in households)
    carers = Counter(sum(m.cares for m in members) for members in households)
    assert set(children) == {1, 2, 3, 4, 5} and {0, 1, 2} <= set(carers)
    treated = {x.stream.id: x.body.service for x in some if isinstance(x.body, e.EpisodeOpened)}
    in_family = Counter(person[:-1] for person in treated)
    assert set(in_family.values()) == {1, 2} and set(treated.values()) == set(SERVICES)
    assert treated.keys() - {m.person for members in households for m in members if m.cares}


def test_the_office_takes_every_event_at_once_and_none_is_held_or_waits_for_a_name(tmp_path: Path) -> None:
    told = sorted(year(TINY), key=lambda event: event.recorded)

    async def taken() -> Settled:
        async with opened(tmp_path) as house:
            for batch in batches([write(event) for event in told], 200):
                await take(batch, house.office, ENDS)
            return await found(house, len(told))

    assert asyncio.run(taken()) == Settled(told=len(told), events=len(told), messages=0, held=0, parked=0)


def test_a_share_that_is_settled_says_what_it_took_and_where(tmp_path: Path) -> None:
    tiny = Fraction(1, 20_000)
    took = asyncio.run(embedded(tiny, 1, tmp_path))
    assert took.events and took.messages and not took.held
    assert set(took.of) == {DECIDE, CODE, POST, SQL, SQL_OF_POST, REST} and all(took.of.values())
    said = list(told(tiny, 1, took, took))
    assert f"{took.told:,} events told" in said[0] and "1.00 of the first share's" in said[1]
