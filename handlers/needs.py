"""What somebody needs to take part, by level: each need of whoever is asked to a meeting and may come is arranged
before it (rules INT-01, FAC-01; Joint Guidance T12)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from handlers import events as e
from handlers.case_file import CaseFile
from handlers.duties import Owed, to_record
from handlers.meeting_file import Meeting
from handlers.meetings.falling_due import name
from handlers.protocol import Protocol
from handlers.records import Kept
from handlers.wishes import need_key
from handlers.working_days import local_day

WORDS: dict[e.NeedKind, str] = {
    "interpreter": "an interpreter",
    "advocate": "an advocate",
    "creche": "child care",
    "transport": "transport",
    "format": "papers in another format",
    "welsh": "that it can be in Welsh",
}


def told(file: CaseFile, meeting: Meeting, person: str) -> Kept[e.NeedsTold] | None:
    """What this person needs there: as they said of this meeting, else as they said of any."""
    return meeting.wishes.needs.get(person) or file.needs.get(person)


def owed(file: CaseFile, protocol: Protocol) -> Iterator[Owed]:
    """While they are asked and have not declined."""
    for meeting in file.meetings.values():
        if not (meeting.open and meeting.booked and (file.needs or meeting.wishes.needs)):
            continue
        for person, sent in meeting.invitations.items():
            kept = told(file, meeting, person)
            if kept and not sent.cancelled and not meeting.declined(person) and not file.has_died(person):
                for need in kept.body.needs:
                    yield _owed(meeting, meeting.booked.starts_at, person, need, kept.recorded, protocol)


def _owed(
    meeting: Meeting, starts_at: datetime, person: str, need: e.Need, told_at: datetime, protocol: Protocol
) -> Owed:
    """What was arranged for another time must be arranged anew; what was told late has the next working day."""
    due = protocol.deadline("NEED-01", local_day(starts_at))
    soonest = protocol.deadline("ASKED-01", local_day(max(told_at, meeting.booked_at or told_at)))
    arranged = meeting.wishes.arranged.get(need_key(person, need))
    stands = arranged and meeting.booked and arranged.revision == meeting.booked.revision
    which = f" ({need.which})" if need.which else ""
    return to_record(
        "arrange_need",
        (meeting.id, person, need.need, need.which),
        f"Arrange {WORDS[need.need]}{which} for {person} at the {name(meeting)}.",
        due,
        "coordinator",
        f"{arranged.body.provider}, arranged by {arranged.body.by}" if arranged and stands else None,
        meeting=meeting.id,
        due_at=min(max(due.due_at, soonest.due_at), starts_at),
    )
