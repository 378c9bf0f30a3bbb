"""What others are told, as rows of the outbox: one for the public topic, and one for each subscriber who wants it.

They are counted by stream, over what was announced alone: a number that counted anything else would say how much went
on that others are not told of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.effects import Announce
from handlers.people import StreamId, derived
from infra.db.outbox import HOUSE, row
from infra.db.tables import outbox, stamp
from streams.wire import Letter, announced, as_structured

SO_FAR = (
    select(outbox.c.stream, func.count())
    .where(outbox.c.kind == "announcement", outbox.c.stream.in_(bindparam("streams", expanding=True)))
    .group_by(outbox.c.stream)
)


class Delivery(Struct, frozen=True):
    """One webhook: the CloudEvent for one subscriber; failures: how often it was tried in vain."""

    id: str
    subscriber: str
    type: str
    body: str
    failures: int = 0


async def told_so_far(connection: AsyncConnection, streams: Iterable[StreamId]) -> dict[str, int]:
    """How often each of these streams was announced already."""
    names = {str(stream): 0 for stream in streams}
    found = await connection.execute(SO_FAR, {"streams": list(names)}) if names else ()
    return names | {r[0]: r[1] for r in found}


def rows(
    effect: Announce, stream: StreamId, now: datetime, cause: int, n: int, sequence: int, *, on_topic: bool
) -> Iterator[dict[str, Any]]:
    """The rows of one announcement; where there is no topic it is kept, and counted, all the same."""
    id_ = derived("announcement", str(stream), str(sequence))
    letter = announced(effect.body, str(stream), id_, now, sequence)
    kept = row(f"{HOUSE} {id_}", "announcement", str(stream), msgspec.json.encode(letter), now, cause, n)
    yield kept if on_topic else kept | {"state": "done"}
    for subscriber in effect.to:
        webhook = msgspec.json.encode(delivery_of(letter, subscriber))
        to = stream_of(stream.area, subscriber)
        yield row(f"{id_} to {subscriber}", "webhook", to, webhook, now, cause, n)


def delivery_of(letter: Letter, subscriber: str) -> Delivery:
    """This announcement, for that subscriber."""
    headers = letter.headers
    return Delivery(headers["ce_id"], subscriber, headers["ce_type"], as_structured(letter).decode())


def stream_of(area: str, subscriber: str) -> str:
    """Under what a subscriber's webhooks stand in the outbox."""
    return f"{area}/webhook/{subscriber}"


# --- what became of webhooks: `silent` and `refused` are tried again, the next two wait for a person

TRIED, GIVEN_UP = ("silent", "refused"), ("undelivered", "unreachable")
OF_SUBSCRIBER = (outbox.c.kind == "webhook", outbox.c.stream == bindparam("of"))
AHEAD = select(outbox.c.outcome, outbox.c.at).where(*OF_SUBSCRIBER, outbox.c.outcome.in_(["silent", "unreachable"]))
LEFT_LYING = select(outbox).where(*OF_SUBSCRIBER, outbox.c.outcome.in_(GIVEN_UP))
AGAIN = (
    update(outbox)
    .where(outbox.c.name == bindparam("named"))
    .values(state="waiting", at=bindparam("then"), letter=bindparam("said"), outcome=bindparam("how"))
)


async def ahead_of(connection: AsyncConnection, stream: str) -> tuple[bool, str]:
    """Whether this subscriber was given up; and until when its webhooks wait since it is silent, if they do."""
    found = [(r.outcome, r.at) for r in await connection.execute(AHEAD, {"of": stream})]
    waits = [at for outcome, at in found if outcome == "silent"]
    return any(outcome == "unreachable" for outcome, _ in found), min(waits, default="")


async def try_again(
    connection: AsyncConnection, name: str, delivery: Delivery, at: str, outcome: str | None = None
) -> None:
    """Let this webhook wait once more."""
    said = msgspec.json.encode(delivery).decode()
    await connection.execute(AGAIN, {"named": name, "then": at, "said": said, "how": outcome})


async def resume(connection: AsyncConnection, stream: str, now: datetime) -> int:
    """Let everything that was given up for this subscriber wait again; how many webhooks there were."""
    lying = list(await connection.execute(LEFT_LYING, {"of": stream}))
    for r in lying:
        delivery = msgspec.json.decode(r.letter, type=Delivery)
        await try_again(connection, r.name, replace(delivery, failures=0), stamp(now))
    return len(lying)


async def webhooks_of(connection: AsyncConnection, area: str) -> list[tuple[Delivery, str, str | None, str]]:
    """Every webhook of the area that is not delivered: with its state, its outcome so far, and when it is due."""
    there = (outbox.c.kind == "webhook", outbox.c.stream.startswith(f"{area}/webhook/", autoescape=True))
    open_ = or_(outbox.c.state != "done", outbox.c.outcome.in_(GIVEN_UP))
    found = await connection.execute(select(outbox).where(*there, open_).order_by(outbox.c.stream, outbox.c.at))
    return [(msgspec.json.decode(r.letter, type=Delivery), r.state, r.outcome, r.at) for r in found]
