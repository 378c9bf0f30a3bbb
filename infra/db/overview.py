"""What a summary asks of the database: mails that left, meetings that found no time, rungs climbed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.events import AreaRecorded
from handlers.facts import BookingFailed, RungClimbed
from infra.db.tables import held, ledger, outbox, parked

# The first invitation to somebody has sequence 0; each later one changes it.
WORDS = {"SendMinutes": "minutes", "SendNotice": "notices", "SendLetter": "letters", "SendReminder": "reminders"}


CLIMBED = (
    select(ledger.c.body)
    .where(ledger.c.stream == bindparam("of"), ledger.c.type == RungClimbed.__name__)
    .order_by(ledger.c.seq)
)


class _Posted(Struct):
    """As much of a message as its counting needs."""

    type: str
    method: str = ""
    sequence: int = 0
    part: str = ""


async def mails(connection: AsyncConnection) -> Counter[str]:
    """Mails that the relay took: invitations, changes, cancellations, decisions, minutes, letters and so on."""
    query = select(outbox.c.letter).where(outbox.c.kind == "message", outbox.c.outcome == "accepted")
    return Counter(_word(msgspec.json.decode(r.letter, type=_Posted)) for r in await connection.execute(query))


def _word(posted: _Posted) -> str:
    if posted.type != "SendInvitation":
        return "decisions" if posted.part == "decision" else WORDS.get(posted.type, posted.type)
    if posted.method == "CANCEL":
        return "cancellations"
    return "changes" if posted.sequence else "invitations"


async def found_no_time(connection: AsyncConnection) -> set[tuple[str, str]]:
    """Each meeting, by stream and name, for which the diary once found nothing."""
    query = select(ledger.c.stream, ledger.c.body).where(ledger.c.type == BookingFailed.__name__)
    rows = await connection.execute(query)
    return {(r.stream, msgspec.json.decode(r.body, type=BookingFailed).meeting) for r in rows}


async def rungs(connection: AsyncConnection, duties: Iterable[Any]) -> dict[str, RungClimbed]:
    """The highest rung that each of these duties, given by their rows, has climbed, with whoever stands there."""
    wanted: dict[str, set[str]] = {}
    for r in duties:
        if r.rung >= 0:
            wanted.setdefault(r.stream, set()).add(r.id)
    climbed: dict[str, RungClimbed] = {}
    for stream, ids in wanted.items():
        for r in await connection.execute(CLIMBED, {"of": stream}):
            rung = msgspec.json.decode(r.body, type=RungClimbed)
            if rung.duty in ids:
                climbed[rung.duty] = rung
    return climbed


async def areas(connection: AsyncConnection) -> dict[str, str]:
    """What each area that has a directory is called."""
    query = select(ledger.c.stream, ledger.c.body).where(ledger.c.type == AreaRecorded.__name__)
    rows = await connection.execute(query.order_by(ledger.c.stream, ledger.c.seq))
    return {r.stream.partition("/")[0]: msgspec.json.decode(r.body, type=AreaRecorded).name for r in rows}


async def held_open(connection: AsyncConnection) -> dict[str, int]:
    """How many records lie on the held shelf, by reason."""
    query = select(held.c.reason, func.count()).where(held.c.state == "open").group_by(held.c.reason)
    return {r.reason: r[1] for r in await connection.execute(query.order_by(held.c.reason))}


async def parked_count(connection: AsyncConnection) -> int:
    """How many records wait for a name to become known."""
    return int((await connection.execute(select(func.count()).select_from(parked))).scalar() or 0)
