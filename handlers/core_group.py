"""Core groups: the first soon after the conference that made the plan (CG-01), then so many weeks apart (CG-02), or
sooner where a member calls one (CG-05)."""

from __future__ import annotations

from collections.abc import Iterator

from handlers.case_file import CaseFile
from handlers.duties import Owed, to_record
from handlers.meeting_file import Meeting
from handlers.meetings.falling_due import Due, Undated, name, of_each_plan
from handlers.meetings.inviting import Invitee, parents, worker
from handlers.partnership import Directory
from handlers.protocol import Protocol
from handlers.working_days import local_day


def due(file: CaseFile, protocol: Protocol) -> Iterator[Due | Undated]:
    """The next core group of each plan that stands."""
    yield from of_each_plan(file, "core_group", "CG-01", "CG-02", protocol)


def members(file: CaseFile, meeting: Meeting, directory: Directory) -> list[Invitee]:
    """Those whom the chair named at the conference (Joint Guidance paragraph 28), and the parents."""
    made = file.plan_made_at(meeting.due.plan or "")
    named = made.core_group if made else ()
    chair = file.life.chair_of(meeting.id)
    presides = [worker(chair, "chair", directory)] if chair else []
    return [*parents(file), *(worker(w, _role(file, w), directory) for w in named), *presides]


def owed(file: CaseFile, protocol: Protocol) -> Iterator[Owed]:
    """A team manager chairs a core group at which a significant change of the plan is expected (rules CG-05)."""
    for kept in file.life.brought_forward.values():
        meeting = file.meetings.get(kept.body.meeting)
        if kept.body.plan_change and meeting and meeting.open and meeting.due.kind == "core_group":
            yield to_record(
                "name_chair",
                (meeting.id,),
                f"Name the team manager who chairs the {name(meeting)}: a significant change of the plan is expected.",
                protocol.deadline("AGREE-01", local_day(kept.recorded)),
                "coordinator",
                file.life.chair_of(meeting.id),
                meeting=meeting.id,
            )


def _role(file: CaseFile, person: str) -> str:
    involved = file.professionals.get(person)
    return involved.role if involved else "core_group_member"
