"""What one person's word does not settle: why an initial conference is late (rules ICPC-04)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from handlers import events as e
from handlers.case_file import CaseFile
from handlers.duties import Owed, to_record
from handlers.meeting_file import Meeting
from handlers.meetings.falling_due import name
from handlers.protocol import Protocol
from handlers.records import in_order
from handlers.working_days import add_working_days, in_words, local_day, start_of_business

AGREED = "AGREE-01"
WHO: dict[e.Capacity, str] = {"social_care_manager": "the social care manager", "chair": "the chair"}


def owed(file: CaseFile, protocol: Protocol, now: datetime) -> Iterator[Owed]:
    """Each agreement that is lacking, from each of those who must give it."""
    for meeting in file.meetings.values():
        since = _late_since(meeting, protocol, now)
        if since:
            agreed = _agreed(file, meeting, "late_conference")
            asked = f"why the {name(meeting)}, due {in_words(meeting.due.due_on)}, is late"
            for capacity in WHO:
                yield to_record(
                    "agree_late_conference",
                    (meeting.id, capacity),
                    f"Record that {WHO[capacity]} agreed {asked}.",
                    protocol.deadline(AGREED, local_day(since)),
                    capacity,
                    agreed.get(capacity),
                    meeting=meeting.id,
                    to=_chair(meeting) if capacity == "chair" else None,
                )


def _late_since(meeting: Meeting, protocol: Protocol, now: datetime) -> datetime | None:
    """Since when we know that an initial conference sits, or sat, after its day; None where it does not."""
    if meeting.due.kind != "initial_conference" or meeting.no_longer_due:
        return None
    sat_on = local_day(meeting.sitting.started_at) if meeting.sitting else None
    sits_on = sat_on or (local_day(meeting.booked.starts_at) if meeting.booked else None)
    will_be = bool(sits_on and sits_on > meeting.due.due_on)
    if not will_be and (sat_on or now < _missed_at(meeting, protocol)):
        return None
    missed_at = max(_missed_at(meeting, protocol), meeting.dated_at)
    return min(meeting.booked_at, missed_at) if will_be and meeting.booked_at else missed_at


def _missed_at(meeting: Meeting, protocol: Protocol) -> datetime:
    return start_of_business(add_working_days(meeting.due.due_on, 1, protocol.holidays))


def turns(file: CaseFile, protocol: Protocol) -> Iterator[datetime]:
    """When a conference that has not sat will be late."""
    open_ones = (m for m in file.meetings.values() if m.open and m.due.kind == "initial_conference")
    return (_missed_at(meeting, protocol) for meeting in open_ones)


def _agreed(file: CaseFile, meeting: Meeting, matter: e.Matter) -> dict[e.Capacity, str]:
    """Who agreed, by what they are; nobody agrees twice over."""
    found: dict[e.Capacity, str] = {}
    for said in (k.body for k in in_order(file.life.agreements.values())):
        others = [by for capacity, by in found.items() if capacity != said.capacity]
        if (said.meeting, said.matter) == (meeting.id, matter) and said.by not in others:
            found[said.capacity] = said.by
    return found


def _chair(meeting: Meeting) -> str | None:
    return meeting.booked.chair if meeting.booked else None
