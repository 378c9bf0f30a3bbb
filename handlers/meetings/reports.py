"""Reports of the agencies asked to a conference, whether or not they come (rules ATT-03, REP-01): asked for with the
invitation, chased when late. Treatment services are asked through the gate."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec.structs import replace

from handlers.case_file import CaseFile
from handlers.duties import Letter, Owed, to_record
from handlers.meeting_file import Meeting
from handlers.meetings.falling_due import CONFERENCES, name
from handlers.meetings.inviting import Invitee
from handlers.partnership import Directory
from handlers.protocol import Protocol
from handlers.rule import Deadline
from handlers.working_days import end_of_day, local_day

PROBATION = "probation"  # how the roles of its people begin


def ask(meeting: Meeting, guests: list[Invitee], protocol: Protocol, directory: Directory) -> list[Invitee]:
    """The guests, and by when the agency of each is asked for a report."""
    if not _is_reported_to(meeting):
        return guests
    asked = {g.person for g in guests if _agency(meeting, g.person, g.role, protocol, directory)}
    due_at, _ = _due(meeting, protocol)
    return [replace(g, report_due_at=due_at) if g.person in asked else g for g in guests]


def owed(file: CaseFile, protocol: Protocol, directory: Directory) -> Iterator[Owed]:
    """One duty for each agency and conference, until it sits."""
    for meeting in file.meetings.values():
        if not _is_reported_to(meeting):
            continue
        people: dict[str, list[str]] = {}
        for person, sent in sorted(meeting.invitations.items()):
            involved = file.professionals.get(person)
            role = involved.role if involved else ""
            agency = "" if sent.cancelled else _agency(meeting, person, role, protocol, directory)
            if agency:
                people.setdefault(agency, []).append(person)
        for agency, asked in people.items():
            yield _owed(meeting, agency, asked, protocol, directory)


def _is_reported_to(meeting: Meeting) -> bool:
    return meeting.open and meeting.booked is not None and meeting.due.kind in CONFERENCES


def _agency(meeting: Meeting, person: str, role: str, protocol: Protocol, directory: Directory) -> str:
    """The agency that is asked for a report because this person is asked to come; nobody reports by presiding, and
    probation is asked by name, whatever is asked of others (rules ATT-04)."""
    if role.startswith(PROBATION):
        return ""
    agency = directory.agencies.get(directory.agency_id(meeting.wishes.sender_of(person)))
    asked = agency and agency.kind in protocol.reports_asked_of and meeting.chair != person
    return agency.agency if agency and asked else ""


def _due(meeting: Meeting, protocol: Protocol) -> tuple[datetime, Deadline]:
    """Never before the day on which they can be expected to have read that it is asked for."""
    assert meeting.booked is not None
    starts_at = meeting.booked.starts_at
    due = protocol.deadline("REP-01b" if meeting.due.kind == "review_conference" else "REP-01a", local_day(starts_at))
    asked_by = protocol.deadline("TELL-01", local_day(meeting.booked_at or starts_at))
    return min(max(due.due_at, asked_by.due_at), starts_at), due


def _owed(meeting: Meeting, agency: str, asked: list[str], protocol: Protocol, directory: Directory) -> Owed:
    """It is chased of who promised it when that day has passed, else of whoever comes; an agency from which nobody does
    is asked once more."""
    due_at, due = _due(meeting, protocol)
    coming = [p for p in asked if p in meeting.wishes.deputies or not meeting.declined(p)]
    promised = [(meeting.wishes.reports[p].on, p) for p in asked if p in meeting.wishes.reports]
    if promised and meeting.booked:
        on, to = max(promised)
        due_at = min(end_of_day(on), meeting.booked.starts_at)
    else:
        to = (coming or asked)[0]
    came = next((p for p in meeting.reports if directory.agency_id(meeting.wishes.sender_of(p)) == agency), None)
    starts_at = meeting.booked.starts_at if meeting.booked else None
    letter = Letter(occasion="report_asked", meeting=meeting.id, starts_at=starts_at, due_at=due_at)
    return to_record(
        "report_from_agency",
        (agency, meeting.id),
        f"{agency} owes a report to the {name(meeting)}.",
        due,
        "invitee",
        f"the report of {came}" if came else None,
        due_at=due_at,
        letter=None if coming else letter,
        meeting=meeting.id,
        service=agency,
        to=to,
    )
