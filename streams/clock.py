"""Time as an event: `TimeCame` for each stream whose hour has come, and for no other (decision 15).

Ticking twice is harmless, since the event's name is derived from stream and hour. A played area's time jumps from
one instant at which something happens to the next; a live area's is the wall's.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from handlers.events import Event, TimeCame
from handlers.people import StreamId, derived
from streams.office import CannotNow, Carrier, Office

log = logging.getLogger(__name__)

SOURCE = "quorate/clock"
LIVE_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 30.0


def wall() -> datetime:
    """Now. Only doors may ask."""
    return datetime.now(UTC)


def time_came(stream: StreamId, at: datetime, now: datetime) -> Event:
    name = derived("time", str(stream), at.isoformat())
    return Event(name, SOURCE, stream, at, max(at, now), TimeCame())


async def tick(office: Office, now: datetime) -> int:
    """Wake the streams that wanted it by now; how many there were."""
    due = await office.due(now)
    await office.submit([time_came(stream, at, now) for stream, at in due])
    return len(due)


async def drain(office: Office, carrier: Carrier, now: datetime) -> int:
    """Carry wave after wave until nothing waits at this instant; how many parcels there were."""
    carried = 0
    while parcels := await office.wave(now):
        await carrier.carry(parcels, now)
        carried += len(parcels)
    return carried


async def play(
    office: Office,
    carrier: Carrier,
    start: datetime,
    until: datetime,
    told: Callable[[datetime, int], None] = lambda now, carried: None,
) -> datetime:
    """Let time run from start to until, handling each instant whole before the next. Returns the instant reached."""
    broken_off = await office.unfinished()
    now = max([start, *(datetime.fromisoformat(parcel.at) for parcel in broken_off)])
    await carrier.carry(broken_off, now)
    while True:
        await tick(office, now)
        told(now, await drain(office, carrier, now))
        following = await office.next_instant(now)
        if following is None or following > until:
            return until
        now = following


async def live(
    office: Office,
    carrier: Carrier,
    stopped: Callable[[], bool],
    hold: Callable[[], Awaitable[None]],
    beat: Callable[[str], None],
) -> None:
    """Go by the wall until stopped; what cannot be done now is tried again after growing pauses.

    hold: makes sure that nobody else carries from the same outbox; raises CannotNow while somebody does.
    beat: hears of each round, with the reason why it could not be gone to its end, if so.
    """
    pause = LIVE_PAUSE_SECONDS
    fresh = False
    while not stopped():
        try:
            await hold()
            if not fresh:
                await carrier.carry(await office.unfinished(), wall())
                fresh = True
            await tick(office, wall())
            await drain(office, carrier, wall())
            pause = LIVE_PAUSE_SECONDS
            beat("")
        except CannotNow as away:
            log.warning("waiting: %s", away)
            beat(str(away))
            pause, fresh = min(pause * 2, LONGEST_PAUSE_SECONDS), False
        await asyncio.sleep(pause)
