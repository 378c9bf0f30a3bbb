"""A stream's file as it is kept, or made again from the ledger's rows alone, as it stands now or stood on some day."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers import case_file, diary_file, partnership, person_file
from handlers.desk import File, fold
from handlers.events import RecordedInError
from handlers.facts import Fact, MeetingFellDue, MeetingNoLongerDue
from handlers.people import StreamId
from infra.db.tables import ledger, unstamp
from streams.wire import BODY_TYPES, decode_body

KINDS: dict[str, type[Any]] = {
    "family": case_file.CaseFile,
    "person": person_file.PersonFile,
    "diary": diary_file.DiaryFile,
    "partnership": partnership.Directory,
}
FOLD_VERSION = case_file.FOLD_VERSION
# What a correction says of the days before it was made: what never was, and which meetings were due by when.
RECKONED_ANEW = (RecordedInError, MeetingFellDue, MeetingNoLongerDue)


async def kept_file(connection: AsyncConnection, stream: StreamId, row: Any) -> File:
    """The file that a row of `files` keeps; from the ledger, where another version of the fold wrote it."""
    if row.fold_version != FOLD_VERSION:
        return await refold(connection, stream)
    file: File = msgspec.json.decode(row.snapshot, type=KINDS[stream.kind])
    return file


def as_fact(r: Any) -> Fact:
    """A ledger row, as the fact that it keeps."""
    body = decode_body(BODY_TYPES[r.type], r.body.encode())
    return Fact(body, r.because, unstamp(r.happened), unstamp(r.recorded), r.event, r.rule)


async def refold(
    connection: AsyncConnection, stream: StreamId, until: datetime | None = None, on: datetime | None = None
) -> File:
    """The file rebuilt from its ledger rows alone: up to what was recorded by `until`, of what had happened by `on`."""
    query = select(ledger).where(ledger.c.stream == str(stream)).order_by(ledger.c.seq)
    file: File = KINDS[stream.kind](stream=stream)
    corrections: set[str] = set()
    for r in await connection.execute(query):
        fact = as_fact(r)
        if until is not None and fact.recorded > until:
            break  # what follows was decided later still, even where it is told of an earlier hour
        if isinstance(fact.body, RecordedInError):
            corrections.add(fact.event)
        if on is None:
            file = fold(file, fact)
        elif fact.happened <= on or (fact.event in corrections and isinstance(fact.body, RECKONED_ANEW)):
            with suppress(KeyError):  # told late of what came of something later still: on that day there was none
                file = fold(file, fact)
    return file
