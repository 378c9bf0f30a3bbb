"""Who came: of the meetings held that each agency was to be at and knew of, how it took part; with the denominator
said outright, and those it was not told of in time beside it, since nobody is absent from what they did not know of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from handlers.case_file import CaseFile
from handlers.events import Attendance
from handlers.facts import Duty
from handlers.meeting_file import Meeting
from handlers.meeting_pieces import Sitting
from handlers.partnership import Directory
from handlers.working_days import local_day

COLUMNS = {
    "area": "Area",
    "agency": "Agency",
    "name": "Name",
    "involved": "Meetings",
    "told": "Asked in time",
    "attended": "Attended",
    "deputy": "Deputy",
    "report_only": "Report only",
    "apologies": "Apologies",
    "absent": "Absent",
    "not_recorded": "Not recorded",
    "rate": "There, of asked",
    "not_told": "Not asked in time",
}
CAPTION = (
    "Meetings: those held to which somebody of the agency was asked, of which its treatment service had to be told, or"
    " in whose attendance it stands; each counts once, by the best of its people. Asked in time: an invitation that the"
    " mail relay took (which ends no duty to tell), an answer, a call or other word before it began, or having taken"
    " part or sent word. There: attended or sent a deputy. What was recorded in error, excluded people and family"
    " members are not counted."
)
# The best first: what counts for the agency where several of its people were asked.
RANKS = ("attended", "deputy", "report_only", "apologies", "absent")
AS = {"present": "attended", "part": "attended"}


def figures(
    files: Iterable[CaseFile], directory: Directory, agency: str | None, first: date | None, last: date | None
) -> list[dict[str, Any]]:
    """One row for each agency that was to be at a meeting held in these days, both included, in order."""
    counts: dict[str, Counter[str]] = {}
    families = {file.family: file for file in files}
    for file in families.values():
        for meeting in file.meetings.values():
            there = families.get(meeting.in_calendars_of)
            if there and meeting.id in there.meetings:
                continue  # the family that split off has it too
            if meeting.sitting and _between(local_day(meeting.sitting.started_at), first, last):
                for of, how in _of_each_agency(file, meeting, meeting.sitting, directory):
                    counts.setdefault(of, Counter())[how] += 1
    return [_row(of, counts[of], directory) for of in sorted(counts) if agency in (None, of)]


def _between(on: date, first: date | None, last: date | None) -> bool:
    return (first is None or first <= on) and (last is None or on <= last)


def _row(agency: str, count: Counter[str], directory: Directory) -> dict[str, Any]:
    known = directory.agencies.get(agency)
    told = count.total() - count["not_told"]
    rate = round(100 * (count["attended"] + count["deputy"]) / told) if told else None
    row: dict[str, Any] = {key: count[key] for key in COLUMNS}
    row |= {"agency": agency, "name": known.name if known else "", "involved": count.total(), "told": told}
    row["area"] = directory.stream.area
    return row | {"rate": rate, "_rate": f"{rate}%" if told else "–"}


def _of_each_agency(
    file: CaseFile, meeting: Meeting, sitting: Sitting, directory: Directory
) -> Iterator[tuple[str, str]]:
    """How each agency that was to be there took part, or that it was not told in time."""
    people = dict(_seats(meeting, sitting))
    tellings = [d for d in file.duties.values() if d.kind == "tell_treatment" and d.meeting == meeting.id]
    began = sitting.started_at
    for agency, its in _involved(meeting, people, tellings, directory).items():
        ends = [d.ended_at for d in tellings if d.service == agency and d.ended == "evidence"]
        told = any(_knew(meeting, p, began) for p in its) or any(at and at < began for at in ends)
        hows = {people.get(p) for p in its}
        best = next((how for how in RANKS if how in hows), "not_recorded")
        yield agency, best if told or best not in ("absent", "not_recorded") else "not_told"


def _involved(
    meeting: Meeting, people: dict[str, str], tellings: list[Duty], directory: Directory
) -> dict[str, set[str]]:
    """Each agency with those of its people who were asked or of whom the attendance speaks; a treatment service that
    had to be told also without any."""
    asked = {p for p, i in meeting.invitations.items() if not i.cancelled} | people.keys()
    of = {p: directory.workers[p].agency for p in asked if p in directory.workers and people.get(p) != "excluded"}
    services = {d.service for d in tellings if d.service and d.ended != "lapse"}
    return {agency: {p for p in of if of[p] == agency} for agency in {*of.values(), *services}}


def _seats(meeting: Meeting, sitting: Sitting) -> Iterator[tuple[str, str]]:
    """Each person with how they took part; who sat as a deputy counts for whom they sat for, or who sent them."""
    seats = sitting.held.attendance
    sent = {a.person: a.deputy_for or _sender(meeting, a) for a in seats}
    yield from ((a.person, "deputy" if sent[a.person] else AS.get(a.presence, a.presence)) for a in seats)
    yield from ((sender, "deputy") for sender in sent.values() if sender)


def _sender(meeting: Meeting, seat: Attendance) -> str | None:
    """Who sent this person as an approved deputy, if they came."""
    return meeting.wishes.comes_for(seat.person) if seat.presence in ("present", "part", "deputy") else None


def _knew(meeting: Meeting, person: str, began: datetime) -> bool:
    """By an invitation that the relay took, or a word about the meeting as it stood, before it began."""
    word, sent = meeting.words.get(person), meeting.invitations.get(person)
    receipt = meeting.receipt_of(sent)
    mailed = receipt is not None and receipt.grade == "accepted" and receipt.at < began
    heard = word is not None and word.at < began and meeting.booked and word.revision == meeting.booked.revision
    return mailed or bool(heard)
