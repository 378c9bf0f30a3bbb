"""The local engine: one process, where the outbox itself is the log. No rule knows the difference (decision 10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from streams.intake import take
from streams.office import Office, Parcel, Postroom

BATCH = 200


class LocalCarrier:
    """Carries events straight into the intake, and all else to the post, in the order of leaving."""

    def __init__(self, office: Office, post: Postroom) -> None:
        self.office, self.post = office, post

    async def carry(self, parcels: Sequence[Parcel], now: datetime) -> None:
        for kind, run in groupby(parcels, key=lambda p: p.kind):
            together = list(run)
            if kind != "event":
                await self.post.send(together, now)
                continue
            for first in range(0, len(together), BATCH):
                letters = [p.as_letter() for p in together[first : first + BATCH]]
                await take(letters, self.office, now)
