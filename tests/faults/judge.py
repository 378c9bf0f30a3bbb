"""The judge of what faults did: the ledger beside that of an undisturbed run, the outbox, and the mails that came."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from msgspec import Struct

from handlers.effects import SendInvitation
from handlers.events import Event
from infra.db import tables
from infra.settings import Settings
from infra.wiring import house
from streams.clock import play
from streams.local import LocalCarrier
from tests.faults.stage import UNTIL
from tests.journeys.story import at
from tests.office.engines import Running, local_engine

START, END = at("2025-01-06", "08:00"), at(UNTIL, "23:00")


class Kept(Struct, frozen=True):
    """What a house holds in the end. owed: the area of each open duty; messages: each one's area, and whether it may
    be sent twice; fates: what became of it; unsettled: what still waits, or lies on a shelf."""

    ledgers: dict[str, list[tuple[Any, ...]]]
    settled: frozenset[tuple[str, str]]
    owed: dict[str, str]
    fates: dict[str, str]
    messages: dict[str, tuple[str, bool]]
    unsettled: int


class Verdict(Struct, frozen=True):
    """Counts of what may never be; `unknown`: mails whose fate nobody can know, which the rules hand to a person."""

    lost: int = 0
    doubled: int = 0
    disordered: int = 0
    unknown: int = 0

    def and_also(self, other: Verdict) -> Verdict:
        return Verdict(*(getattr(self, f) + getattr(other, f) for f in self.__struct_fields__))


async def _kept(running: Running, where: Sequence[str]) -> Kept:
    post = [r for r in await running.rows(tables.outbox) if r.kind == "message"]
    open_ = await running.rows(tables.duties, tables.duties.c.ended.is_(None))
    waiting = await running.rows(tables.outbox, tables.outbox.c.state.in_(["published", "sending"]))
    shelved = await running.rows(tables.held) + await running.rows(tables.parked)
    return Kept(
        ledgers={area: await running.ledger(area) for area in where},
        settled=frozenset((r.source, r.event) for r in await running.rows(tables.inbox)),
        owed={d.id: d.stream.partition("/")[0] for d in open_},
        fates={r.name: r.outcome for r in post},
        messages={r.name: (r.stream.partition("/")[0], SendInvitation.__name__ in r.letter[:60]) for r in post},
        unsettled=len(waiting) + len(shelved),
    )


def undisturbed(home: Path, events: Sequence[Event], where: Sequence[str]) -> Kept:
    """The same events on the local engine, where nothing fails."""
    with local_engine(home) as local:

        async def told(running: Running) -> Kept:
            await running.house.office.submit(events)
            await play(running.house.office, running.carrier, START, END)
            return await _kept(running, where)

        return local.run(told)


async def kept(settings: Settings, where: Sequence[str]) -> Kept:
    async with house(settings) as open_house:
        carrier = LocalCarrier(open_house.office, open_house.dispatch)
        return await _kept(Running(open_house, carrier, cast(Any, None)), where)


def judged(right: Kept, found: Kept, events: Sequence[Event], mails: Path) -> Verdict:
    """Each area must have the undisturbed ledger, row for row; where a mail's fate is unknown, nothing less owed."""
    arrived = Counter(p.name.split("-", 1)[1].split("@")[0] for p in mails.glob("*.eml"))
    unknown = {name for name, fate in found.fates.items() if fate == "unknown"}
    doubtful = {found.messages[name][0] for name in unknown}
    sound = [area for area in right.ledgers if area not in doubtful]
    verdict = Verdict(unknown=len(unknown), lost=found.unsettled)
    for area in sound:
        verdict = verdict.and_also(_compared(right.ledgers[area], found.ledgers[area]))
    owed_there = [duty for duty, area in right.owed.items() if area in doubtful]
    return verdict.and_also(
        Verdict(
            lost=len({(e.source, e.id) for e in events} - found.settled)
            + sum(d not in found.owed for d in owed_there)
            + sum(arrived[name] == 0 for name, fate in found.fates.items() if fate == "accepted"),
            doubled=sum(n - 1 for name, n in arrived.items() if n > 1 and not found.messages[name][1]),
        )
    )


def _compared(right: list[tuple[Any, ...]], found: list[tuple[Any, ...]]) -> Verdict:
    """Rows that are missing, rows too many, streams whose rows stand in another order."""
    without_place = [Counter((row[0], *row[2:]) for row in rows) for rows in (right, found)]
    missing, more = without_place[0] - without_place[1], without_place[1] - without_place[0]
    orders: list[dict[str, list[Any]]] = [defaultdict(list), defaultdict(list)]
    for order, rows in zip(orders, (right, found), strict=True):
        for row in rows:
            order[row[0]].append(row[2:])
    another = sum(orders[0][s] != orders[1][s] for s in orders[0]) if not missing and not more else 0
    return Verdict(lost=missing.total(), doubled=more.total(), disordered=another)
