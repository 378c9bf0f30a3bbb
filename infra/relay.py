"""The relay: what leaves the outbox goes into the topics or to the post.

Workers settle each event once, whoever sends it again, so what stalled may always be sent again: a live area's clock
does so by itself, a played area's waits here for each wave.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime

from infra.db import outbox
from infra.db.engine import Engine, transaction
from infra.kafka.river import River
from streams.clock import RECONCILE_SECONDS
from streams.office import Parcel, Postroom

FIRST_LOOK_SECONDS = 0.004
LONGEST_LOOK_SECONDS = 0.05


class Relay:
    """Implements streams.office.Carrier on Kafka.

    lockstep: wait for each wave to be settled before the next, as a played area needs, so that both engines take
    the same things in the same order; a live area does not wait.
    """

    def __init__(self, engine: Engine, post: Postroom, river: River, lockstep: bool) -> None:
        self.engine, self.post, self.river, self.lockstep = engine, post, river, lockstep

    async def carry(self, parcels: Sequence[Parcel], now: datetime) -> None:
        await self._publish(parcels)
        await self.post.send([p for p in parcels if p.kind != "event"], now)
        if self.lockstep and parcels:
            await self._settled(parcels)

    async def _publish(self, parcels: Sequence[Parcel]) -> None:
        await self.river.publish([p.as_letter() for p in parcels if p.kind in ("event", "announcement")])

    async def _settled(self, parcels: Sequence[Parcel]) -> None:
        pause, since = FIRST_LOOK_SECONDS, time.monotonic()
        while True:
            async with transaction(self.engine) as connection:
                if not await outbox.busy(connection, parcels[-1].place):
                    return
            if time.monotonic() - since > RECONCILE_SECONDS:
                await self._publish(parcels)
                since = time.monotonic()
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, LONGEST_LOOK_SECONDS)
