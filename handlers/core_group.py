"""Core groups: the first soon after the conference that made the plan (CG-01), then so many weeks apart (CG-02)."""

from __future__ import annotations

from collections.abc import Iterator

from handlers.case_file import CaseFile
from handlers.meeting_file import Meeting
from handlers.meetings.falling_due import Due, Undated, of_each_plan
from handlers.meetings.inviting import Invitee, parents, worker
from handlers.partnership import Directory
from handlers.protocol import Protocol


def due(file: CaseFile, protocol: Protocol) -> Iterator[Due | Undated]:
    """The next core group of each plan that stands."""
    yield from of_each_plan(file, "core_group", "CG-01", "CG-02", protocol)


def members(file: CaseFile, meeting: Meeting, directory: Directory) -> list[Invitee]:
    """Those whom the chair named at the conference (Joint Guidance paragraph 28), and the parents."""
    made = file.plan_made_at(meeting.due.plan or "")
    named = made.core_group if made else ()
    return [*parents(file), *(worker(w, _role(file, w), directory) for w in named)]


def _role(file: CaseFile, person: str) -> str:
    involved = file.professionals.get(person)
    return involved.role if involved else "core_group_member"
