"""What lists and summaries read, written from the file in the same transaction as the facts that changed it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers import events as e
from handlers import facts as f
from handlers.case_file import CaseFile
from handlers.meeting_file import Meeting
from handlers.people import StreamId
from handlers.working_days import local_day
from infra.db.sealing import put_in_place
from infra.db.tables import duties, meetings, seats, stamp
from streams.office import Settlement

GRAIN = timedelta(minutes=15)


async def write(connection: AsyncConnection, settlements: Sequence[Settlement]) -> None:
    """The rows that these decisions touched, as each file stands after the last of them. A double booking breaks the
    unique grain, and with it the transaction."""
    latest = {s.event.stream: s.decision.file for s in settlements}
    said: dict[StreamId, list[Any]] = {stream: [] for stream in latest}
    for s in settlements:
        said[s.event.stream] += [fact.body for fact in s.decision.facts]
    cases = [(file, said[stream]) for stream, file in latest.items() if isinstance(file, CaseFile)]
    await _take_out(connection, cases)
    await _put(connection, meetings, [row for case in cases for row in _meeting_rows(*case)])
    await _put(connection, duties, [row for case in cases for row in _duty_rows(*case)])
    for stream, bodies in said.items():
        await _seat_all(connection, stream.area, bodies)


async def _take_out(connection: AsyncConnection, cases: list[tuple[CaseFile, list[Any]]]) -> None:
    """Meetings that go on in another family stand in its list alone."""
    for file, bodies in cases:
        if any(isinstance(b, e.FamiliesMerged | f.FamilyParted) for b in bodies):
            there = meetings.c.stream == str(file.stream)
            await connection.execute(delete(meetings).where(there, meetings.c.meeting.not_in(list(file.meetings))))


def _meeting_rows(file: CaseFile, bodies: list[Any]) -> list[dict[str, Any]]:
    anew = any(isinstance(b, e.RecordedInError | e.FamilyBrought) for b in bodies)
    touched = set(file.meetings) if anew else {getattr(b, "meeting", "") for b in bodies}
    return [_meeting_row(file, file.meetings[id_]) for id_ in sorted(touched & file.meetings.keys())]


def _duty_rows(file: CaseFile, bodies: list[Any]) -> list[dict[str, Any]]:
    opened = {b.duty.id for b in bodies if isinstance(b, f.DutyOpened)}
    changed = (f.DutyMoved, f.DutyEnded, f.DutyReopened, f.RungClimbed, f.CallAskedFor)
    touched = opened | {b.duty for b in bodies if isinstance(b, changed)}  # of a family that is no more, none is left
    return [_duty_row(file, file.duties[id_]) for id_ in sorted(touched & file.duties.keys())]


async def _put(connection: AsyncConnection, table: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        await connection.execute(put_in_place(connection, table), rows)


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


async def _seat_all(connection: AsyncConnection, area: str, bodies: list[Any]) -> None:
    for body in bodies:
        if isinstance(body, f.SeatsKept | f.SeatsGivenBack):
            await _seat(connection, area, body)


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
