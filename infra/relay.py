"""The relay: what leaves the outbox goes into the topics or to the post; and what stalled is sent again.

Workers settle each event once, whoever sends it again, so the reconciler needs no permission: whatever has left
twice in a row of looks without being settled leaves once more (decision 8).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime

from infra.db import outbox
from infra.db.engine import Engine, transaction
from infra.kafka.river import River
from streams.office import Parcel, Postroom

RECONCILE_SECONDS = 15.0
FIRST_LOOK_SECONDS = 0.004
LONGEST_LOOK_SECONDS = 0.05


class Relay:
    """Implements streams.office.Carrier on Kafka.

    lockstep: wait for each wave to be settled before the next, as a played area needs, so that both engines take
    the same things in the same order; a live area does not wait.
    """

    def __init__(self, engine: Engine, post: Postroom, river: River, lockstep: bool) -> None:
        self.engine, self.post, self.river, self.lockstep = engine, post, river, lockstep
        self.last_look = time.monotonic()
        self.stalled: set[str] = set()

    async def carry(self, parcels: Sequence[Parcel], now: datetime) -> None:
        await self.river.publish([p.as_letter() for p in parcels if p.kind in ("event", "announcement")])
        for parcel in parcels:
            if parcel.kind != "event":
                await self.post.send(parcel, now)
        if self.lockstep:
            await self._settled()
        elif time.monotonic() - self.last_look > RECONCILE_SECONDS:
            await self.reconcile()

    async def _settled(self) -> None:
        pause, since = FIRST_LOOK_SECONDS, time.monotonic()
        while True:
            async with transaction(self.engine) as connection:
                if not await outbox.busy(connection):
                    return
            if time.monotonic() - since > RECONCILE_SECONDS:
                await self.reconcile()
                since = time.monotonic()
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, LONGEST_LOOK_SECONDS)

    async def reconcile(self) -> int:
        """Send again what the last look had found unsettled already; how many."""
        self.last_look = time.monotonic()
        async with transaction(self.engine) as connection:
            open_ = [p for p in await outbox.unfinished(connection) if p.kind == "event"]
        again = [p for p in open_ if p.name in self.stalled]
        await self.river.publish([p.as_letter() for p in again])
        self.stalled = {p.name for p in open_}
        return len(again)
