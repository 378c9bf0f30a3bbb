"""Family Intervention Project reviews: every six to eight weeks, with services and family (JG paragraph 31)."""

from __future__ import annotations

from collections.abc import Iterator

from handlers import facts as f
from handlers.case_file import CaseFile
from handlers.meeting_file import Meeting
from handlers.meetings.falling_due import Due, Undated, meeting_id, number_of_next, set_by_a_person
from handlers.meetings.inviting import Invitee, parents, professionals, worker
from handlers.partnership import Directory
from handlers.protocol import Protocol, RuleUnknown
from handlers.working_days import local_day


def due(file: CaseFile, protocol: Protocol) -> Iterator[Due | Undated]:
    """The next review of each project that runs, from the last one held, else the plan agreed or the start (3.52)."""
    for fip in file.fips.values():
        if fip.fip in file.fips_ended:
            continue
        held = [m.sitting for m in file.meetings.values() if m.due.fip == fip.fip and m.sitting]
        since = max((local_day(s.started_at) for s in held), default=fip.plan_agreed_on or fip.started_on)
        name = f"{fip.fip}:{number_of_next(file, 'fip_review', fip.fip)}"
        try:
            window = protocol.window("FIP-01-open", "FIP-01-close", since)
        except RuleUnknown as unknown:
            rule = "FIP-01-close"
            yield from set_by_a_person(file, "fip_review", name, rule, str(unknown), protocol, fip=fip.fip)
            continue
        meeting = f.MeetingFellDue(
            meeting=meeting_id("fip_review", name),
            kind="fip_review",
            due_on=window.closes_on,
            not_before=window.opens_on,
            working=window.sentence,
            fip=fip.fip,
        )
        yield meeting, "FIP-01-close"


def members(file: CaseFile, meeting: Meeting, directory: Directory) -> list[Invitee]:
    """The project's own worker, everyone else who works with the family, and the parents; treatment workers come
    only through the gate, since here they need consent (rules 3.22)."""
    fip = file.fips.get(meeting.due.fip or "")
    project = [worker(fip.worker, "fip_worker", directory)] if fip else []
    others = [p for p in professionals(file, directory) if not directory.treats(p.person)]
    return [*parents(file), *others, *project]
