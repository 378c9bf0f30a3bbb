"""Meetings whose date a person sets, since no published rule dates them (decision 14): joint care-plan reviews of
treatment and family services (Joint Guidance paragraph 20), looked-after reviews, and the treatment service's own
care-plan meetings, to which the family's workers are asked if the adult agrees (Joint Guidance T9).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from handlers import facts as f
from handlers.case_file import CaseFile
from handlers.meeting_file import Meeting
from handlers.meetings.inviting import Invitee, known_as, parents, professionals
from handlers.partnership import Directory
from handlers.protocol import Protocol
from handlers.working_days import add_working_days, in_words

ASKED: frozenset[f.MeetingKind] = frozenset({"joint_care_plan_review", "looked_after_review", "care_plan_meeting"})


def due(file: CaseFile, protocol: Protocol) -> Iterator[tuple[f.MeetingFellDue, str]]:
    """Each, by the day that was set for it."""
    for asked in file.reviews_asked.values():
        opens = protocol.seats[asked.kind].opens_working_days_before
        meeting = f.MeetingFellDue(
            meeting=f"{asked.kind.replace('_', '-')}:{asked.review}",
            kind=asked.kind,
            due_on=asked.due_on,
            not_before=add_working_days(asked.due_on, -opens, protocol.holidays),
            working=f"{asked.by} set it for {in_words(asked.due_on)}, since no published rule dates it",
            adult=asked.adult,
            service=asked.service,
            with_treatment=asked.with_treatment,
        )
        yield meeting, "JG-20" if asked.kind == "joint_care_plan_review" else ""


def members(
    file: CaseFile, meeting: Meeting, directory: Directory, permitted: Callable[[CaseFile, str, Meeting], bool]
) -> list[Invitee]:
    """The adult, or the parents, and the family's workers; workers of treatment services come only through the gate."""
    adult = meeting.due.adult
    home = [known_as(file, adult, directory)] if adult in file.members else parents(file)
    if adult and not permitted(file, adult, meeting):
        return home
    return [*home, *(p for p in professionals(file, directory) if not directory.treats(p.person))]
