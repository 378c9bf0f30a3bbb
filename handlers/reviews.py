"""Meetings whose date a person sets, since no published rule dates them (decision 14): joint care-plan reviews of
treatment and family services (Joint Guidance paragraph 20), looked-after reviews, and the treatment service's own
care-plan meetings, to which the family's workers are asked if the adult agrees (Joint Guidance T9).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from handlers import facts as f
from handlers.case_file import CaseFile
from handlers.meeting_file import Meeting
from handlers.meetings.falling_due import falls_due
from handlers.meetings.inviting import Invitee, known_as, parents, professionals
from handlers.partnership import Directory
from handlers.protocol import Protocol
from handlers.working_days import in_words

ASKED: frozenset[f.MeetingKind] = frozenset({"joint_care_plan_review", "looked_after_review", "care_plan_meeting"})


def due(file: CaseFile, protocol: Protocol) -> Iterator[tuple[f.MeetingFellDue, str]]:
    """Each, by the day that was set for it."""
    for asked in file.reviews_asked.values():
        working = f"{asked.by} set it for {in_words(asked.due_on)}, since no published rule dates it"
        meeting = falls_due(asked.kind, asked.review, asked.due_on, working, protocol)
        about = replace(meeting, adult=asked.adult, service=asked.service, child=asked.child)
        about = replace(about, with_treatment=asked.with_treatment)
        yield about, "JG-20" if asked.kind == "joint_care_plan_review" else ""


def members(
    file: CaseFile, meeting: Meeting, directory: Directory, permits: Callable[[str, Meeting], bool]
) -> list[Invitee]:
    """The adult, or the parents, and the family's workers; workers of treatment services come only through the gate."""
    adult = meeting.due.adult
    home = [known_as(file, adult, directory)] if adult in file.members else parents(file)
    if adult and not permits(adult, meeting):
        return home
    return [*home, *(p for p in professionals(file, directory) if not directory.treats(p.person))]
