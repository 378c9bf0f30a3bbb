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
from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.effects import Announce
from handlers.people import StreamId, derived
from infra.db.outbox import HOUSE, row
from infra.db.tables import outbox
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
