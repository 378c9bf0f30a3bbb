"""The ledger's chains, gone through a share at a time, so that each round is short and every chain has its turn."""

from __future__ import annotations

import logging
from datetime import datetime

from infra.db import reading
from infra.db.engine import Engine, transaction
from infra.db.verifying import verified

STREAMS, ROWS = 1000, 10_000  # about a second

log = logging.getLogger(__name__)


class Chains:
    """intact: None until one was looked at; a fault stands until a later passage through all has found none.

    verified_at: when a passage last ended that found every chain whole.
    """

    def __init__(self) -> None:
        self.verified_at: datetime | None = None
        self.intact: bool | None = None
        self._after, self._faults = "", 0

    async def go_on(self, engine: Engine, now: datetime, rows: int = ROWS) -> None:
        """Verify the next few, of about so many rows together. Raises CannotNow."""
        async with transaction(engine) as connection:
            next_ones = await reading.ledger_streams_after(connection, self._after, STREAMS)
        for stream in next_ones:
            length, fault = await verified(engine, stream)
            self._after = stream
            if fault:
                self._faults, self.intact = self._faults + 1, False
                log.critical("a chain of the ledger is not as it was written: run quorate ledger verify")
            rows -= length
            if rows <= 0:
                return
        if len(next_ones) < STREAMS:
            self._ended(now)

    def _ended(self, now: datetime) -> None:
        if not self._faults:
            self.intact, self.verified_at = True, now
        self._after, self._faults = "", 0
