"""Meetings that are due, by level: what the subjects say is due now, held against the meetings on file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from handlers import events as e
from handlers import facts as f
from handlers.case_file import CaseFile, Meeting
from handlers.duties import Met, Owed
from handlers.effects import TellStream
from handlers.facts import Finding
from handlers.people import StreamId
from handlers.working_days import end_of_day

NAMES: dict[f.MeetingKind, str] = {
    "initial_conference": "initial child protection conference",
    "review_conference": "review child protection conference",
    "core_group": "core group",
    "fip_review": "Family Intervention Project review",
}


def name(meeting: Meeting) -> str:
    return NAMES[meeting.due.kind]


def reconcile(file: CaseFile, due: Iterable[tuple[f.MeetingFellDue, str]]) -> Iterator[Finding | TellStream]:
    """Meetings that fell due or whose date changed, and open ones that nothing asks for any more.

    due: each meeting with the id of the rule that dates it.
    """
    wanted = {meeting.meeting: (meeting, rule) for meeting, rule in due}
    for id_, (meeting, rule) in wanted.items():
        on_file = file.meetings.get(id_)
        if on_file is None or (not on_file.held and (on_file.no_longer_due or on_file.due != meeting)):
            yield Finding(meeting, meeting.working, rule)
    for id_, on_file in file.meetings.items():
        if id_ not in wanted and on_file.open:
            yield Finding(f.MeetingNoLongerDue(id_), "what made the meeting due has ended")
            if on_file.revision:
                yield release(file, on_file, "the meeting is no longer due")


def release(file: CaseFile, meeting: Meeting, because: str) -> TellStream:
    """Give the seats of this meeting back to the diary."""
    body = e.SeatsReleased(file.family, meeting.id, meeting.revision)
    return TellStream(stream=diary_of(file.stream), body=body, because=because)


def diary_of(stream: StreamId) -> StreamId:
    return stream.sibling("diary")


def owed(file: CaseFile) -> Iterator[Owed]:
    """Each meeting due is owed by the coordinator until it has been held."""
    for meeting in file.meetings.values():
        if meeting.no_longer_due:
            continue
        sitting = meeting.sitting
        yield Owed(
            kind="hold_meeting",
            key=(meeting.id,),
            due_at=end_of_day(meeting.due.due_on),
            owner="coordinator",
            closes_on="held",
            sentence=f"Hold the {name(meeting)}. {meeting.due.working}",
            rule="",
            meeting=meeting.id,
            met=Met("held", "the record of the meeting") if sitting else None,
        )
