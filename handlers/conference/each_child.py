"""A conference decides of each child: whoever of them nothing is recorded of is asked about (rules ICPC-08)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from handlers import standing
from handlers.case_file import CaseFile
from handlers.duties import Owed, to_record
from handlers.meeting_file import Meeting
from handlers.meeting_pieces import Sitting
from handlers.meetings.falling_due import CONFERENCES, name
from handlers.protocol import Protocol
from handlers.working_days import in_words, local_day


def owed(file: CaseFile, protocol: Protocol) -> Iterator[Owed]:
    """A decision for each child whom each conference that sat was about."""
    for meeting in file.meetings.values():
        sitting = meeting.sitting
        if sitting is None or meeting.due.kind not in CONFERENCES:
            continue
        said = dict(_decided(file, meeting, sitting))
        sat_on = local_day(sitting.started_at)
        for child in _about(file, meeting, sat_on):
            yield to_record(
                "decide_child",
                (meeting.id, child),
                f"Record what the {name(meeting)} of {in_words(sat_on)} decided of {child}.",
                protocol.deadline("AGREE-01", local_day(sitting.recorded_at)),
                "chair",
                said.get(child),
                meeting=meeting.id,
                to=meeting.chair,
            )


def _about(file: CaseFile, meeting: Meeting, sat_on: date) -> Iterator[str]:
    """The living children of the plan under review, the one expected, else all of the household on that day."""
    if meeting.due.plan:
        children = standing.children_of(file, meeting.due.plan)
    else:
        children = (meeting.due.child,) if meeting.due.child else standing.children(file)
    for child in children:
        member, arrived = file.members.get(child), file.arrivals.get(child)
        came_later = arrived and arrived.on > sat_on
        born_later = member and member.born and member.born > sat_on and not file.life.birth_of(child)
        if member and not came_later and not born_later:
            yield child


def _decided(file: CaseFile, meeting: Meeting, sitting: Sitting) -> Iterator[tuple[str, str]]:
    """Each child of whom something is decided, and who says so."""
    for said in (k.body for k in file.life.child_decisions.values()):
        if said.meeting == meeting.id:
            yield from ((child, said.by) for child in said.children)
    made, under_review = sitting.held.plan, meeting.due.plan
    if made:
        yield from ((child, f"the plan {made.plan}") for child in standing.children_of(file, made.plan))
    if under_review and file.plans_ended.get(under_review) == local_day(sitting.started_at):
        ended = f"the end of {under_review}"
        yield from ((child, ended) for child in standing.children_of(file, under_review))
