"""Was the treatment service told? One line for each meeting, adult and service, read from the duty ledger's rows.

A line says what a coordinator must know: told or not, when, on what evidence, and whether the service has the minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from handlers.working_days import in_words, local_day
from infra.db.tables import unstamp

TELL, CONSENT, NOBODY, MINUTES = (
    "tell_treatment",
    "seek_consent",
    "name_representative",
    "send_minutes_treatment",
)
KINDS = (TELL, CONSENT, NOBODY, MINUTES)
EVIDENCE = {
    "accepted": "answered yes",
    "tentative": "answered perhaps",
    "declined": "answered no",
    "spoken with": "by telephone",
    "took part": "by taking part",
}


class Line(Struct, frozen=True, kw_only=True):
    """How it stands with one service about one adult and one meeting. duty: what is still owed, if anything."""

    stream: str
    meeting: str
    kind: str
    at: str
    adult: str
    service: str
    told: str
    minutes: str
    settled: bool
    duty: str = ""

    @property
    def family(self) -> str:
        return self.stream.rpartition("/")[2]


def lines(meetings: Iterable[Any], duties: Iterable[Any], now: datetime) -> list[Line]:
    """Each meeting, adult and service that the gate has a duty about, in the order of the meetings."""
    by_case: dict[tuple[str, str, str, str], list[Any]] = {}
    for duty in duties:
        if duty.kind in KINDS:
            key = (duty.stream, duty.meeting or "", duty.adult or "", duty.service or "")
            by_case.setdefault(key, []).append(duty)
    about = {(m.stream, m.meeting): m for m in meetings}
    found = [
        _line(about[key[:2]], key, owed, now) for key, owed in by_case.items() if key[:2] in about and _stands(owed)
    ]
    return sorted(found, key=lambda line: (line.at, line.family, line.adult))


def _stands(owed: Sequence[Any]) -> bool:
    return any(d.ended != "lapse" for d in owed)


def _line(meeting: Any, key: tuple[str, str, str, str], owed: Sequence[Any], now: datetime) -> Line:
    stream, name, adult, service = key
    duty = _foremost(owed)
    return Line(
        stream=stream,
        meeting=name,
        kind=meeting.kind,
        at=meeting.starts_at or meeting.due_on,
        adult=adult,
        service=service,
        told=_told(duty),
        minutes=_minutes(owed, now),
        settled=duty is None or duty.ended is not None,
        duty=duty.id if duty and duty.ended is None else "",
    )


def _foremost(owed: Sequence[Any]) -> Any:
    """The duty that says how it stands: to tell, else to ask for consent, else to find somebody; the latest of each."""
    standing = [d for d in owed if d.ended != "lapse" and d.kind != MINUTES]
    return max(standing, key=lambda d: (-KINDS.index(d.kind), d.opened_at), default=None)


def _told(duty: Any) -> str:
    if duty is None:
        return "came to be known afterwards"
    if duty.ended == "reason":
        return f"excused by {duty.ended_by}"
    if duty.kind == CONSENT:
        return "no: consent was refused" if duty.ended else "NO: nobody has asked for consent yet"
    if duty.kind == NOBODY:
        return "NO: nobody there can be reached"
    if duty.ended is None:
        return "NOT YET"
    words = next((w for start, w in EVIDENCE.items() if duty.ended_by.startswith(start)), duty.ended_by)
    return f"{_ended(duty)}, {words}"


def _minutes(owed: Sequence[Any], now: datetime) -> str:
    duty = next((d for d in owed if d.kind == MINUTES and d.ended != "lapse"), None)
    if duty is None:
        return "–"
    if duty.ended == "evidence":
        return _ended(duty)
    late = unstamp(duty.due_at) < now and not duty.ended
    return f"{'LATE, ' if late else ''}due {on_day(duty.due_at)}"


def _ended(duty: Any) -> str:
    return on_day(duty.ended_at) + (" (late)" if duty.ended_at > duty.due_at else "")


def on_day(at: str) -> str:
    """`14 Jan`, of an instant or a day as the tables keep them."""
    day = local_day(unstamp(at)) if "T" in at else date.fromisoformat(at)
    _, number, month, _ = in_words(day).split()
    return f"{number} {month[:3]}"
