"""What one person's word does not settle: why an initial conference is late (rules ICPC-04), and that a review is
moved from the day that was fixed (RCPC-03)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from handlers import events as e
from handlers.case_file import CaseFile
from handlers.duties import Owed, to_record
from handlers.facts import DutyKind
from handlers.meeting_file import Meeting
from handlers.meetings.falling_due import name
from handlers.partnership import Directory
from handlers.protocol import Protocol
from handlers.records import in_order
from handlers.rule import Deadline
from handlers.working_days import add_working_days, in_words, local_day, start_of_business

AGREED = "AGREE-01"
WHO: dict[e.Capacity, str] = {
    "social_care_manager": "the social care manager",
    "chair": "the chair",
    "core_group": "the core group",
}
LATE: tuple[e.Capacity, ...] = ("social_care_manager", "chair")


def owed(file: CaseFile, protocol: Protocol, directory: Directory, now: datetime) -> Iterator[Owed]:
    """Each agreement that is lacking, from each of those who must give it."""
    for meeting in file.meetings.values():
        if since := _late_since(meeting, protocol, now):
            agreed = _agreed(file, meeting, "late_conference")
            asked = f"agreed why the {name(meeting)}, due {in_words(meeting.due.due_on)}, is late"
            deadline = protocol.deadline(AGREED, local_day(since))
            for capacity in LATE:
                key = (meeting.id, capacity)
                yield _agreement("agree_late_conference", key, meeting, capacity, asked, deadline, agreed)
        yield from _of_a_move(file, meeting, protocol, directory)


def _of_a_move(file: CaseFile, meeting: Meeting, protocol: Protocol, directory: Directory) -> Iterator[Owed]:
    """A review that was moved to another day: its chair, or the chair's manager, must have agreed, and the core group
    have been consulted (rules RCPC-03)."""
    move, booked = meeting.move, meeting.booked
    if meeting.due.kind != "review_conference" or not meeting.open or move is None or booked is None:
        return
    if booked.revision != move.revision:
        return  # what moved it since was no person's wish
    made, manager = file.plan_made_at(meeting.due.plan or ""), directory.post("conference_unit_manager")
    to = local_day(booked.starts_at)
    agreed = _agreed(file, meeting, "moved_review", to)
    if move.by in (move.chair, booked.chair, manager.worker if manager else None):
        agreed = {"chair": move.by, **agreed}
    asked = f"agreed that the {name(meeting)} is moved to {in_words(to)}"
    deadline = protocol.deadline(AGREED, local_day(meeting.booked_at or meeting.fell_due_at))
    asked_of: tuple[e.Capacity, ...] = ("chair", "core_group") if made and made.core_group else ("chair",)
    for capacity in asked_of:
        words = asked if capacity == "chair" else asked.replace("agreed", "was consulted before it was agreed", 1)
        key = (meeting.id, str(move.revision), capacity)
        yield _agreement("agree_moved_review", key, meeting, capacity, words, deadline, agreed)


def _agreement(
    kind: DutyKind,
    key: tuple[str, ...],
    meeting: Meeting,
    capacity: e.Capacity,
    asked: str,
    deadline: Deadline,
    agreed: dict[e.Capacity, str],
) -> Owed:
    chair = meeting.chair if capacity == "chair" else None
    sentence = f"Record that {WHO[capacity]} {asked}."
    return to_record(kind, key, sentence, deadline, capacity, agreed.get(capacity), meeting=meeting.id, to=chair)


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


def _agreed(file: CaseFile, meeting: Meeting, matter: e.Matter, to: date | None = None) -> dict[e.Capacity, str]:
    """Who agreed, by what they are; the two of a late conference are two people."""
    found: dict[e.Capacity, str] = {}
    for said in (k.body for k in in_order(file.life.agreements.values())):
        others = [by for capacity, by in found.items() if capacity != said.capacity]
        twice = matter == "late_conference" and said.by in others
        if (said.meeting, said.matter, said.to) == (meeting.id, matter, to) and not twice:
            found[said.capacity] = said.by
    return found
