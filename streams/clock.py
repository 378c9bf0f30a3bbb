"""Time as an event: `TimeCame` for each stream whose hour has come, and for no other (decision 15).

Ticking twice is harmless, since the event's name is derived from stream and hour. A played area's time jumps from
one instant at which something happens to the next; a live area's is the wall's.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from handlers.events import Event, TimeCame
from handlers.people import StreamId, derived
from streams.office import WAVE, CannotNow, Carrier, Due, Office, Parcel, Shards

log = logging.getLogger(__name__)

T = TypeVar("T")
SOURCE = "quorate/clock"
LIVE_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 30.0
RECONCILE_SECONDS = 15.0  # between two looks at what left and was not settled, also while nothing else happens


def wall() -> datetime:
    """Now. Only doors may ask."""
    return datetime.now(UTC)


def time_came(stream: StreamId, at: datetime, now: datetime) -> Event:
    name = derived("time", str(stream), at.isoformat())
    return Event(name, SOURCE, stream, at, max(at, now), TimeCame())


async def tick(office: Office, now: datetime) -> int:
    """Wake the streams that wanted it by now; how many there were."""
    woken = 0
    async for due in _pages(lambda after: office.due(now, after=after)):
        await _wake(office, due, now, woken)
        woken += len(due)
    return woken


async def _wake(office: Office, due: Sequence[Due], now: datetime, first: int = 0) -> None:
    await office.submit([time_came(stream, at, now) for stream, at in due], first)


async def _pages(next_after: Callable[[T | None], Awaitable[list[T]]]) -> AsyncIterator[list[T]]:
    """All of it, a bounded part at a time."""
    last: T | None = None
    while page := await next_after(last):
        yield page
        if len(page) < WAVE:
            return
        last = page[-1]


async def drain(office: Office, carrier: Carrier, now: datetime) -> int:
    """Carry wave after wave until nothing waits at this instant; how many parcels there were."""
    carried = 0
    while parcels := await office.wave(now):
        await carrier.carry(parcels, now)
        carried += len(parcels)
    return carried


async def _nobody_else() -> None:
    """Where there is one process, nobody else plays its time."""


async def play(
    office: Office,
    carrier: Carrier,
    start: datetime,
    until: datetime,
    told: Callable[[datetime, int], None] = lambda now, carried: None,
    alone: Callable[[], Awaitable[None]] = _nobody_else,
) -> datetime:
    """Let time run from start to until, handling each instant whole before the next. Returns the instant reached.

    alone: makes sure that nobody else serves any stream; raises CannotNow while somebody does.
    """
    await alone()
    now = start
    async for broken_off in _pages(lambda after: office.unfinished(after=after)):
        now = max([now, *(datetime.fromisoformat(parcel.at) for parcel in broken_off)])
        await carrier.carry(broken_off, now)
    while True:
        await alone()
        await tick(office, now)
        told(now, await drain(office, carrier, now))
        following = await office.next_instant(now)
        if following is None or following > until:
            return until
        now = following


class _Rounds:
    """What a live carrier remembers from one round to the next; each round handles a bounded part of what there is.

    left, left_before: the place of what left last, now and at the last look at what stalled.
    """

    def __init__(self, office: Office, carrier: Carrier) -> None:
        self.office, self.carrier = office, carrier
        self.shards: Shards = frozenset()
        self.woken: Due | None = None
        self.left = self.left_before = 0
        self.looked_at = time.monotonic()

    async def serve(self, shards: Shards) -> bool:
        """One round over these shards; whether anything left. What others left unfinished in them goes first."""
        gained, self.shards = shards - self.shards, shards
        if gained:
            async for page in _pages(lambda after: self.office.unfinished(gained, after)):
                await self._carry(page)
        if not shards:
            return False
        await self._tick()
        parcels = await self.office.wave(wall(), shards)
        await self._carry(parcels)
        if time.monotonic() - self.looked_at > RECONCILE_SECONDS:
            await self._reconcile()
        return bool(parcels)

    async def _carry(self, parcels: Sequence[Parcel]) -> None:
        if parcels:
            await self.carrier.carry(parcels, wall())
            self.left = max(self.left, parcels[-1].place)

    async def _tick(self) -> None:
        """Wake the next of those that are due, then from the first again: one may be due until a person mends it."""
        now = wall()
        due = await self.office.due(now, self.shards, self.woken)
        await _wake(self.office, due, now)
        self.woken = due[-1] if len(due) == WAVE else None

    async def _reconcile(self) -> None:
        """The oldest of what had left before the last look already, and is still not settled, leaves once more.

        Whoever settles does so once, however often it comes; so this asks nobody (decision 8).
        """
        self.looked_at, before, self.left_before = time.monotonic(), self.left_before, self.left
        stalled = [p for p in await self.office.unfinished(self.shards) if p.place <= before]
        await self._carry(stalled)


async def live(
    office: Office,
    carrier: Carrier,
    stopped: Callable[[], bool],
    hold: Callable[[], Awaitable[Shards]],
    beat: Callable[[str], None],
) -> None:
    """Go by the wall until stopped; what cannot be done now is tried again after growing pauses.

    hold: takes and keeps the shards that nobody else then carries from; raises CannotNow, and then all are let go.
    beat: hears of each round, with the reason why it could not be gone to its end, if so.
    """
    pause, rounds = LIVE_PAUSE_SECONDS, _Rounds(office, carrier)
    while not stopped():
        more = False
        try:
            more = await rounds.serve(await hold())
            pause = LIVE_PAUSE_SECONDS
            beat("")
        except CannotNow as away:
            log.warning("waiting: %s", away)
            beat(str(away))
            pause, rounds = min(pause * 2, LONGEST_PAUSE_SECONDS), _Rounds(office, carrier)
        if not more:
            await asyncio.sleep(pause)
