"""The post's counter: claims and receipts of the mails under way, many of them in few transactions.

Whatever comes while one transaction is being written shares the next. A claim is committed before it is given, and a
receipt before its mail counts as done, as if each had a transaction of its own.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from infra.db import outbox, replies
from infra.db.engine import AsyncConnection, Engine, transaction
from infra.db.sealing import Keyring


@dataclass(eq=False)
class Line:
    """One line in the book. keys: those that open the mail; answerable: as what it may be answered, if it may;
    receipt: what became of it, as a row for the outbox."""

    name: str
    keys: Sequence[str] = ()
    in_doubt: bool = False
    answerable: dict[str, str] | None = None
    outcome: str = ""
    receipt: dict[str, Any] | None = None
    ours: bool = False
    fault: Exception | None = None


async def nobody_else(_: AsyncConnection) -> bool:
    """Where there is one process, what it holds is always its own."""
    return True


class Counter:
    """still_ours: asked in the transaction of a claim, whether nobody has taken over what we serve."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self.engine, self.keyring = engine, keyring
        self.still_ours: Callable[[AsyncConnection], Awaitable[bool]] = nobody_else
        self._waiting: list[Line] = []
        self._pen = asyncio.Lock()

    async def claim(
        self, name: str, keys: Iterable[str], in_doubt: bool, answerable: dict[str, str] | None = None
    ) -> bool:
        """Whether the mail is ours to send; from here on its fate is unknown until its receipt is written."""
        line = Line(name, tuple(keys), in_doubt, answerable)
        await self._written(line)
        return line.ours

    async def give_back(self, name: str) -> None:
        """The mail has certainly not gone, so that nothing about it is in doubt at the next try."""
        async with transaction(self.engine) as connection:
            await outbox.give_back(connection, name)

    async def put_off(self, name: str, until: str) -> None:
        """The mail has certainly not gone, and waits until then."""
        async with transaction(self.engine) as connection:
            await outbox.put_off(connection, name, until)

    async def receipt(self, name: str, outcome: str, row: dict[str, Any]) -> None:
        """The mail is done, and its stream is told."""
        await self._written(Line(name, outcome=outcome, receipt=row))

    async def _written(self, line: Line) -> None:
        self._waiting.append(line)
        async with self._pen:
            if line in self._waiting:
                lines, self._waiting = self._waiting, []
                try:
                    async with transaction(self.engine) as connection:
                        await self._write(connection, lines)
                except Exception as fault:
                    for each in lines:
                        each.fault = fault
        if line.fault:
            raise line.fault

    async def _write(self, connection: AsyncConnection, lines: Sequence[Line]) -> None:
        claims = [x for x in lines if not x.receipt]
        if claims and await self.still_ours(connection):
            await self._claim(connection, claims)
        together: dict[str, list[str]] = defaultdict(list)
        for x in lines:
            if x.receipt:
                together[x.outcome].append(x.name)
        for outcome, names in together.items():
            await outbox.mark(connection, names, "done", outcome)
        await outbox.put(connection, [x.receipt for x in lines if x.receipt])

    async def _claim(self, connection: AsyncConnection, claims: Sequence[Line]) -> None:
        fresh, doubted = [x.name for x in claims if not x.in_doubt], [x.name for x in claims if x.in_doubt]
        ours = await outbox.claim(connection, fresh, doubted)
        for claim in claims:
            claim.ours = claim.name in ours
        if rows := [x.answerable for x in claims if x.answerable and x.ours]:
            await replies.expect(connection, rows)
        await self.keyring.load(connection, {key for x in claims for key in x.keys})
