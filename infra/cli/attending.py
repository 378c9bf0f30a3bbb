"""Who came: each agency's figures over all meetings held, with the denominator said outright."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from handlers.case_file import CaseFile
from handlers.meeting_file import Meeting
from handlers.partnership import Directory

COLUMNS = {
    "agency": "Agency",
    "name": "Name",
    "asked": "Asked",
    "present": "Present",
    "deputy": "Deputy",
    "report_only": "Report only",
    "apologies": "Apologies",
    "absent": "Absent",
    "not_recorded": "Not recorded",
}
CAPTION = (
    "Asked: each worker, for each meeting held, whose invitation the mail relay accepted or whose attendance was"
    " recorded; somebody whom a deputy sat for counts once, as deputy. Present includes those who came for a part."
    " Excluded people and family members are not counted."
)
AS = {"part": "present"}


def figures(files: Iterable[CaseFile], directory: Directory, agency: str | None) -> list[dict[str, Any]]:
    """One row for each agency that was asked, in order."""
    counts: dict[str, Counter[str]] = {}
    for file in files:
        for meeting in file.meetings.values():
            for person, how in _asked(meeting):
                worker = directory.workers.get(person)
                of = worker.agency if worker else None
                if of and agency in (None, of):
                    counts.setdefault(of, Counter())[how] += 1
    return [_row(of, counts[of], directory) for of in sorted(counts)]


def _row(agency: str, count: Counter[str], directory: Directory) -> dict[str, Any]:
    known = directory.agencies.get(agency)
    row: dict[str, Any] = {key: count[key] for key in COLUMNS}
    return row | {"agency": agency, "name": known.name if known else "", "asked": count.total()}


def _asked(meeting: Meeting) -> Iterator[tuple[str, str]]:
    """Everybody asked to a meeting that was held, and how they took part."""
    if meeting.sitting is None:
        return
    seats = meeting.sitting.held.attendance
    deputies = {a.person for a in seats if a.deputy_for}
    how: dict[str, str] = {p: "not_recorded" for p in meeting.invitations if _reached(meeting, p)}
    how |= {a.person: AS.get(a.presence, a.presence) for a in seats if a.person not in deputies}
    how |= {a.deputy_for: "deputy" for a in seats if a.deputy_for}
    yield from ((p, h) for p, h in how.items() if h != "excluded" and not (h == "not_recorded" and p in deputies))


def _reached(meeting: Meeting, person: str) -> bool:
    invitation = meeting.invitations[person]
    receipt = meeting.receipts.get(invitation.message)
    return not invitation.cancelled and receipt is not None and receipt.grade == "accepted"
