"""A case played on the real local engine: instant by instant, through crashes, until its last day.

Whoever reacts (`People`) sees each instant's new facts and says what people do next; in a replay nobody reacts, since
all that they did stands in the case. The judge is asked after each instant about the streams touched, and at the end
of each day about everything.
"""

from __future__ import annotations

import asyncio
import heapq
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Protocol

from infra.db.engine import transaction
from infra.wiring import House
from streams.clock import drain, tick
from streams.intake import take
from streams.local import LocalCarrier
from streams.office import CannotNow
from streams.wire import write
from tests.simulation import cases
from tests.simulation.area import LONDON
from tests.simulation.book import Book, Row
from tests.simulation.cases import Case, Op
from tests.simulation.evidence import Evidence, Violation
from tests.simulation.faults import Crash, Faults
from tests.simulation.houses import DATABASE, a_folder, fresh_database, open_house
from tests.simulation.posts import PlayedPost
from tests.simulation.rebuild import in_a_fresh_process, snapshots
from tests.simulation.shelves import let_out
from tests.simulation.tally import Tally

Look = Callable[[Evidence], list[Violation]]
Later = Callable[[datetime], Iterable[Op]]
PATIENCE = 50  # times that one instant may be broken off


class Reactor(Protocol):
    """People. given each new ledger row; what they do later is asked of them again when its instant has come."""

    def react(self, rows: Sequence[Row], now: datetime) -> Iterable[tuple[datetime, Later]]: ...


class Nobody:
    def react(self, rows: Sequence[Row], now: datetime) -> Iterable[tuple[datetime, Later]]:
        return ()


class Stuck(Exception):
    """An instant did not come to an end."""


@dataclass
class Outcome:
    """The case as it really went (what people did and what struck included), and what the judge found."""

    case: Case
    violations: list[Violation] = field(default_factory=list)
    tally: Tally = field(default_factory=Counter)
    ledger: list[Row] = field(default_factory=list)
    duties: list[Row] = field(default_factory=list)
    folder: Path | None = None


class World:
    def __init__(self, case: Case, folder: Path, reactor: Reactor, faults: Faults, look: Look) -> None:
        self.case, self.folder, self.reactor, self.faults, self.look = case, folder, reactor, faults, look
        self.post = PlayedPost(faults.manner, [], case.start)
        self.book = Book(folder / DATABASE, self.post.mails, case.canaries)
        self.house: House = open_house(folder, self.post, faults)
        self.done: list[Op] = []
        self.violations: list[Violation] = []
        self._order = count()
        self._waiting: list[tuple[datetime, int, Later]] = []
        for op in case.ops:
            self.wait(op.at, lambda now, op=op: (op,))  # type: ignore[misc]  # the default binds it

    def wait(self, at: datetime, later: Later) -> None:
        heapq.heappush(self._waiting, (at, next(self._order), later))

    async def live(self) -> None:
        """From the first instant to the last; stops at the first violation."""
        now = self.case.start
        day = now.astimezone(LONDON).date()
        while not self.violations:
            following = await self._next(now)
            if following is None or following > self.case.until:
                break
            if (on := following.astimezone(LONDON).date()) != day:
                self._judge(now, None)
                day = on
            now = following
            await self._instant(now)
        if not self.violations:
            self._judge(now, None)

    async def _next(self, now: datetime) -> datetime | None:
        while True:
            try:
                instants = [await self.house.office.next_instant(now)]
                break
            except CannotNow:
                continue
        if self._waiting:
            instants.append(max(now, self._waiting[0][0]))
        return min((at for at in instants if at), default=None)

    async def _instant(self, now: datetime) -> None:
        """All that happens at one instant, however often it is broken off."""
        self.post.now = self.faults.now = now
        ops: list[Op] = []
        while self._waiting and self._waiting[0][0] <= now:
            ops += heapq.heappop(self._waiting)[2](now)
        self.done += ops
        self.book.history += [op.event for op in ops if op.event and op.what == "event"]
        await self._through(ops, now)
        rows = self.book.fresh()
        for at, later in self.reactor.react(rows, now):
            self.wait(at, later)
        self._judge(now, {row["stream"] for row in rows})

    async def _through(self, ops: Sequence[Op], now: datetime) -> None:
        broken = False
        for _ in range(PATIENCE):
            try:
                carrier = LocalCarrier(self.house.office, self.house.dispatch)
                if broken:
                    await carrier.carry(await self.house.office.unfinished(), now)
                await self._do(ops, now)
                await tick(self.house.office, now)
                await drain(self.house.office, carrier, now)
                return
            except CannotNow:
                broken = True
            except Crash:
                broken = True
                await self.house.engine.dispose()
                self.house = open_house(self.folder, self.post, self.faults)
        raise Stuck(f"the instant {now} was broken off {PATIENCE} times")

    async def _do(self, ops: Sequence[Op], now: datetime) -> None:
        """Let them in; each may be asked for again after a crash, and changes nothing then."""
        office = self.house.office
        events = [cases.event_of(op) for op in ops if op.what == "event"]
        for first in range(0, len(events), 200):
            await office.submit(events[first : first + 200], first)
        for op in ops:
            if op.what == "again":
                sealed = await office.seal([cases.event_of(op)])
                await take([write(sealed[0])], office, now)
            elif op.what == "release":
                await let_out(self.house, op.record, op.by, now)

    def rebuilt(self, snapshots: dict[str, str]) -> None:
        """What the ledger alone makes of each stream must be what the tables hold."""
        kept = {row["stream"]: row["snapshot"] for row in self.book.all_files()}
        differing = sorted(s for s in kept.keys() | snapshots.keys() if kept.get(s) != snapshots.get(s))
        self.violations += [Violation("rebuilt-differs", f"{s} is not what its ledger says") for s in differing[:3]]
        if not differing:
            self.violations += self.look(self.book.evidence(self.faults.now, None, snapshots))

    def _judge(self, now: datetime, touched: set[str] | None) -> None:
        if touched is None or touched:
            self.violations += self.look(self.book.evidence(now, touched))


def played(
    case: Case,
    reactor: Reactor,
    faults: Faults,
    look: Look,
    template: Path,
    *,
    rebuild: bool = False,
    keep: bool = False,
) -> Outcome:
    """The whole case. rebuild: at its end a fresh process does; keep leaves its folder behind, with the database."""
    folder = a_folder()
    tally: Tally = Counter()

    async def life() -> World:
        await fresh_database(folder, template)
        world = World(case, folder, reactor, faults, look)
        try:
            await world.live()
            if not world.violations:
                world.rebuilt(await snapshots_now(world.house))
                tally["rebuilt", "in the same process"] += 1
            if rebuild and not world.violations:
                world.rebuilt(in_a_fresh_process(folder / DATABASE))
                tally["rebuilt", "in a fresh process"] += 1
        finally:
            world.book.fresh()
            await world.house.engine.dispose()
        return world

    try:
        world = asyncio.run(life())
        world.book.close()
        went = Case(
            seed=case.seed,
            area=case.area,
            start=case.start,
            until=case.until,
            families=case.families,
            canaries=case.canaries,
            ops=world.done,
            faults=list(faults.struck),
        )
        duties = [row for rows in world.book.duties.values() for row in rows]
        return Outcome(went, world.violations, tally, world.book.ledger, duties, folder if keep else None)
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


async def snapshots_now(house: House) -> dict[str, str]:
    async with transaction(house.engine) as connection:
        return await snapshots(connection)
