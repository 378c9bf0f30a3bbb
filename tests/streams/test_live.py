"""Live time, round by round: a bounded part at a time, what was left behind first, and what stalled again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from handlers import events as e
from handlers.people import StreamId
from infra.db.shards import EVERY
from infra.protocols.packs import protocol
from streams import clock
from streams.clock import live
from streams.office import WAVE, Office, Parcel, Shards
from tests.journeys.story import at, told
from tests.streams.bench import Bench, Run
from tests.streams.memory_office import MemoryOffice

NOW = at("2025-01-06")
MANY = 2 * WAVE + 200


class Lossy:
    """A carrier of events that arrive nowhere; it keeps what it was given, call by call."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

    async def carry(self, parcels: Sequence[Parcel], now: datetime) -> None:
        self.calls.append([p.name for p in parcels])

    @property
    def names(self) -> list[str]:
        return [name for call in self.calls for name in call]


async def rounds(office: Office, carrier: Lossy, count: int) -> None:
    """So many rounds of one who holds every shard."""
    left = iter(range(count))

    async def hold() -> Shards:
        return EVERY

    await live(office, carrier, lambda: next(left, None) is None, hold, lambda why: None)


def events(count: int, first: int = 0) -> list[e.Event]:
    """Each of a family of its own, recorded in this order."""
    body = e.ProfessionalInvolved("w-1", "teacher", NOW.date())
    return [told(NOW + timedelta(seconds=n), f"family/F-{n}", body, id_=f"{n:05}") for n in range(first, first + count)]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "LIVE_PAUSE_SECONDS", 0.0)


def test_what_another_left_behind_goes_first_in_its_order_and_page_by_page(run: Run) -> None:
    async def story(bench: Bench) -> None:
        carrier, office = Lossy(), bench.office
        await office.submit(events(MANY))
        left = [p.name for _ in range(MANY // WAVE + 1) for p in await office.wave(NOW + timedelta(days=1))]
        await office.submit(events(10, first=MANY))
        await rounds(office, carrier, 1)
        assert carrier.names[:MANY] == left and len(set(carrier.names)) == MANY + 10
        assert max(map(len, carrier.calls)) <= WAVE

    run(story)


def test_what_stalled_leaves_again_though_nothing_else_does(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(bench: Bench) -> None:
        carrier = Lossy()
        await bench.office.submit(events(3))
        await rounds(bench.office, carrier, 4)
        assert len(carrier.calls) == 1, "before the time it is left in peace"
        monkeypatch.setattr(clock, "RECONCILE_SECONDS", -1.0)
        carrier.calls.clear()
        await rounds(bench.office, carrier, 2)  # takes up all three; then looks twice
        assert [len(call) for call in carrier.calls] == [3, 3]

    run(story)


def test_wake_ups_come_a_bounded_part_at_a_time_and_none_waits_for_those_that_stay_due() -> None:
    office, carrier = MemoryOffice(protocol("england", None)), Lossy()
    office.books.wakeups = {StreamId("riverside", "family", f"F-{n:05}"): NOW for n in range(MANY)}

    async def story() -> None:
        for count in (WAVE, 2 * WAVE, MANY):
            await rounds_on.serve(EVERY)
            assert len(office.books.left) == count

    rounds_on = clock._Rounds(office, carrier)
    asyncio.run(story())
