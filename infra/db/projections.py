"""What lists and summaries read, written from the file in the same transaction as the facts that changed it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers import facts as f
from handlers.case_file import CaseFile
from handlers.events import RecordedInError
from handlers.meeting_file import Meeting
from handlers.working_days import local_day
from infra.db.tables import duties, meetings, seats, stamp
from streams.office import Settlement

GRAIN = timedelta(minutes=15)


async def write(connection: AsyncConnection, settlement: Settlement) -> None:
    """The rows that this decision touched. A double booking breaks the unique grain, and with it the transaction."""
    file = settlement.decision.file
    bodies = [fact.body for fact in settlement.decision.facts]
    if isinstance(file, CaseFile):
        corrected = any(isinstance(b, RecordedInError) for b in bodies)
        touched = set(file.meetings) if corrected else {getattr(b, "meeting", "") for b in bodies}
        rows = [_meeting_row(file, file.meetings[id_]) for id_ in sorted(touched & file.meetings.keys())]
        await _replace(connection, meetings, rows, "stream", "meeting")
        rows = [_duty_row(file, file.duties[id_]) for id_ in sorted(_duties_touched(bodies))]
        await _replace(connection, duties, rows, "id")
    for body in bodies:
        if isinstance(body, f.SeatsKept | f.SeatsGivenBack):
            await _seat(connection, settlement.event.stream.area, body)


def _duties_touched(bodies: list[Any]) -> set[str]:
    opened = {b.duty.id for b in bodies if isinstance(b, f.DutyOpened)}
    changed = (f.DutyMoved, f.DutyEnded, f.DutyReopened, f.RungClimbed, f.CallAskedFor)
    return opened | {b.duty for b in bodies if isinstance(b, changed)}


async def _replace(connection: AsyncConnection, table: Any, rows: list[dict[str, Any]], *key: str) -> None:
    if rows:
        gone = delete(table).where(*(table.c[k] == bindparam(f"old_{k}") for k in key))
        await connection.execute(gone, [{f"old_{k}": row[k] for k in key} for row in rows])
        await connection.execute(table.insert(), rows)


def _meeting_row(file: CaseFile, meeting: Meeting) -> dict[str, Any]:
    starts_at = meeting.sitting.started_at if meeting.sitting else meeting.booked and meeting.booked.starts_at
    return {
        "stream": str(file.stream),
        "meeting": meeting.id,
        "kind": meeting.due.kind,
        "due_on": meeting.due.due_on.isoformat(),
        "state": state(meeting),
        "starts_at": stamp(starts_at) if starts_at else None,
        "late": bool(starts_at and local_day(starts_at) > meeting.due.due_on),
        "missing": ", ".join(meeting.booked.missing) if meeting.booked else "",
        "working": meeting.due.working,
    }


def state(meeting: Meeting) -> str:
    """held, no longer due, booked, no time found, cancelled or being arranged."""
    if meeting.held:
        return "held"
    if meeting.no_longer_due:
        return "no longer due"
    if meeting.booked:
        return "booked"
    if meeting.failed and meeting.failed.revision == meeting.revision:
        return "no time found"
    return "cancelled" if meeting.cancelled_at else "being arranged"


def _duty_row(file: CaseFile, duty: f.Duty) -> dict[str, Any]:
    return {
        "id": duty.id,
        "stream": str(file.stream),
        "kind": duty.kind,
        "meeting": duty.meeting,
        "adult": duty.adult,
        "service": duty.service,
        "to": duty.to,
        "owner": duty.owner,
        "due_at": stamp(duty.due_at),
        "opened_at": stamp(duty.opened_at),
        "rung": duty.rung,
        "by_telephone": duty.by_telephone,
        "sentence": duty.sentence,
        "rule": duty.rule,
        "ended": duty.ended,
        "ended_at": stamp(duty.ended_at) if duty.ended_at else None,
        "ended_by": duty.ended_by,
    }


async def _seat(connection: AsyncConnection, area: str, body: f.SeatsKept | f.SeatsGivenBack) -> None:
    meeting = f"{body.family}/{body.meeting}"
    await connection.execute(delete(seats).where(seats.c.area == area, seats.c.meeting == meeting))
    if isinstance(body, f.SeatsKept):
        taken = [p for p in (*body.people, body.room, body.chair) if p]
        rows = [
            {"area": area, "who": who, "grain": grain, "meeting": meeting}
            for who in dict.fromkeys(taken)
            for grain in _grains(body.starts_at, body.ends_at)
        ]
        await connection.execute(seats.insert(), rows)


def _grains(starts_at: datetime, ends_at: datetime) -> range:
    seconds = int(GRAIN.total_seconds())
    return range(int(starts_at.timestamp()) // seconds, -(-int(ends_at.timestamp()) // seconds))
