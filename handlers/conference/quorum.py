"""Whether a conference was quorate, in words; on which ground its chair went on without; and what is owed where nobody
answered for that, or twice in a row (rules Q-01 to Q-08).

Read off the file, never kept: the attendance against who worked with the family that day. The chair, the family and
whoever only sent a report never count (rules 3.14); somebody counts while they are there (rules 3.16), and a deputy for
whom they sit for.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from itertools import pairwise

from msgspec import Struct

from handlers import events as e
from handlers.case_file import CaseFile
from handlers.counting import Ground, Present, Quorum
from handlers.duties import Met, Owed, deadline_if_any, duty_of, to_record
from handlers.meeting_file import Meeting
from handlers.meetings.falling_due import CONFERENCES, name
from handlers.partnership import Directory
from handlers.protocol import Protocol
from handlers.working_days import in_words, listed, local_day

COMES: frozenset[e.Presence] = frozenset({"present", "deputy", "part"})
# Of social care, but there for the conference and not for the child.
OF_THE_CONFERENCE = ("coordinator", "minute_taker", "conference_unit_manager")
FEWER: Ground = "contact_with_fewer_agencies"
TREATMENT = "treatment"


class Verdict(Struct, frozen=True, kw_only=True):
    """counted: who, by what they counted as; missing: what lacked of a quorum, and from when; unmet: that a
    paediatrician should have been there and was not."""

    counted: tuple[str, ...]
    missing: tuple[str, ...]
    since: datetime
    begun_at: datetime
    unmet: bool
    cited: str

    @property
    def is_quorate(self) -> bool:
        return not self.missing

    @property
    def sentence(self) -> str:
        counted = f"counted: {listed(self.counted) if self.counted else 'nobody'}"
        if self.is_quorate:
            return f"quorate; {counted} ({self.cited})"
        since = f" from {in_words(self.since)[-5:]} on" if self.since > self.begun_at else ""
        return f"not quorate{since}; {counted}; missing: {listed(self.missing)} ({self.cited})"


class Sat(Struct, frozen=True):
    """One sitting, also one that broke off."""

    meeting: Meeting
    attendance: tuple[e.Attendance, ...]
    started_at: datetime
    ended_at: datetime
    recorded_at: datetime


def verdict(file: CaseFile, meeting: Meeting, directory: Directory, protocol: Protocol) -> Verdict | None:
    """How it stood when the meeting sat; None where it has not sat, or no pack names a quorum for it."""
    sat = _held(meeting)
    return _found(file, sat, directory, protocol) if sat else None


def _held(meeting: Meeting) -> Sat | None:
    sitting = meeting.sitting
    if sitting is None:
        return None
    return Sat(meeting, sitting.held.attendance, sitting.started_at, sitting.ended_at, sitting.recorded_at)


def _found(file: CaseFile, sat: Sat, directory: Directory, protocol: Protocol) -> Verdict | None:
    """The first instant that lacked something, or the whole of it."""
    quorum = protocol.quorum_for(sat.meeting.due.kind, local_day(sat.started_at))
    if quorum is None:
        return None
    chair = sat.meeting.chair
    known = working_with(file, local_day(sat.started_at), directory)
    turns = [x for a in sat.attendance for x in (a.present_from, a.present_to)]
    instants = sorted({sat.started_at, *(x for x in turns if x and sat.started_at < x < sat.ended_at)})
    for at in instants:
        there = [x for a in sat.attendance if _is_there(a, at) and (x := _counts(a, chair, known, directory))]
        lacks = quorum.missing(one for _, one in there)
        if lacks:
            return _as_verdict(file, quorum, there, lacks, at, sat.started_at)
    return _as_verdict(file, quorum, there, (), sat.started_at, sat.started_at)


def _as_verdict(
    file: CaseFile,
    quorum: Quorum,
    there: list[tuple[str, Present]],
    lacks: tuple[str, ...],
    since: datetime,
    begun_at: datetime,
) -> Verdict:
    by_seat: dict[str, list[str]] = {}
    for person, one in there:
        if seat := quorum.counts_as(one):
            by_seat.setdefault(seat, []).append(person)
    return Verdict(
        counted=tuple(f"{seat.replace('_', ' ')} ({', '.join(people)})" for seat, people in by_seat.items()),
        missing=lacks,
        since=since,
        begun_at=begun_at,
        unmet=bool(_wanted_roles(file, quorum)) and not any(one.role in quorum.induced_illness for _, one in there),
        cited=quorum.cited(),
    )


def _is_there(seat: e.Attendance, at: datetime) -> bool:
    """Who came for part only counts from when to when they say, and not at all if nobody wrote that down."""
    if seat.presence == "part" and not (seat.present_from or seat.present_to):
        return False
    begun, gone = seat.present_from, seat.present_to
    return seat.presence in COMES and (begun is None or begun <= at) and (gone is None or at < gone)


def _counts(
    seat: e.Attendance, chair: str | None, known: dict[str, Present], directory: Directory
) -> tuple[str, Present] | None:
    """As what they count. Social care counts by whoever sits for it, also a manager who is not in direct contact."""
    if seat.person == chair:
        return None
    one = known.get(seat.deputy_for or "") or known.get(seat.person)
    worker = directory.workers.get(seat.person)
    if one or worker is None or worker.chairs or _works_for_the_conference(seat.person, directory):
        return (seat.person, one) if one else None
    of_social_care = directory.agency_kinds.get(seat.person) == "social_care"
    return (seat.person, Present("social_care", worker.agency)) if of_social_care else None


def _works_for_the_conference(person: str, directory: Directory) -> bool:
    holders = (directory.post(post) for post in OF_THE_CONFERENCE)
    return person in {holder.worker for holder in holders if holder}


def working_with(file: CaseFile, day: date, directory: Directory) -> dict[str, Present]:
    """Whoever works with the child or the family that day: as they are on record, and key workers of treatment."""
    kinds, workers = directory.agency_kinds, directory.workers
    last_left: dict[str, date] = {}
    for gone in file.kept.table("departures").values():
        if gone.body.on < day:
            last_left[gone.body.worker] = max(gone.body.on, last_left.get(gone.body.worker, gone.body.on))
    found = {
        worker: Present(TREATMENT, x.told.service, "treatment_worker")
        for x in file.episodes.values()
        for worker in x.told.workers
        if x.told.opened_on <= day <= (x.told.ended_on or day)
    }
    for came in file.kept.table("involvements").values():
        worker, on = came.body.worker, came.body.on
        if on <= day and last_left.get(worker, date.min) <= on and worker in workers:
            found[worker] = Present(kinds[worker], workers[worker].agency, came.body.role)
    return found


def ground(meeting: Meeting, directory: Directory, protocol: Protocol) -> e.QuorumWaived | None:
    """On what the chair went on: a ground of the area's own list, by one who presides, and about this sitting."""
    waived, quorum = meeting.waived, quorum_of(meeting, protocol)
    if waived is None or quorum is None or waived.body.ground not in quorum.grounds:
        return None
    if meeting.adjourned_at and waived.recorded_at < meeting.adjourned_at:
        return None
    return waived.body if may_waive(waived.body.by, meeting, directory) else None


def quorum_of(meeting: Meeting, protocol: Protocol) -> Quorum | None:
    """By the rules of the day on which it sat, else of that on which it should."""
    sat_on = local_day(meeting.sitting.started_at) if meeting.sitting else meeting.due.due_on
    return protocol.quorum_for(meeting.due.kind, sat_on)


def may_waive(by: str, meeting: Meeting, directory: Directory) -> bool:
    """Its chair, or whoever else presides over conferences in the area."""
    return by in directory.chairs() or by == meeting.chair


def may_proceed(file: CaseFile, meeting: Meeting, directory: Directory, protocol: Protocol) -> bool:
    """Whether what sat counts as held: quorate, on the chair's ground, or of a kind without a quorum (rules 3.13)."""
    found = verdict(file, meeting, directory, protocol)
    return found is None or found.is_quorate or ground(meeting, directory, protocol) is not None


def forecast(file: CaseFile, meeting: Meeting, directory: Directory, protocol: Protocol) -> str:
    """Whether a booked meeting will be quorate, by the answers so far; empty where nobody asks."""
    booked = meeting.booked
    if booked is None or meeting.held:
        return ""
    quorum = protocol.quorum_for(meeting.due.kind, local_day(booked.starts_at))
    if quorum is None:
        return ""
    known = working_with(file, local_day(booked.starts_at), directory)
    found = _asked(meeting, booked.chair, known, directory)
    asked = {person: one for person, one in found if quorum.counts_as(one)}
    words = {p: w.reply for p, w in meeting.words.items() if w.revision == booked.revision}
    sure = [p for p in asked if words.get(p) == "accepted"]
    open_ = [p for p in asked if words.get(p) not in ("accepted", "declined")]
    lacks = quorum.missing(asked[p] for p in sure)
    if not lacks:
        return f"quorate by the answers so far ({quorum.cited()})"
    at_best = quorum.missing(asked[p] for p in [*sure, *open_])
    if at_best:
        return f"WILL NOT BE QUORATE, even if everybody comes who has not said no: missing {listed(at_best)}"
    silent = listed(tuple(open_))
    return f"not yet quorate by the answers so far: missing {listed(lacks)}; no answer yet from {silent}"


def _asked(
    meeting: Meeting, chair: str | None, known: dict[str, Present], directory: Directory
) -> Iterator[tuple[str, Present]]:
    """Whoever holds an invitation, as what they would count if they came."""
    stands = (person for person, sent in meeting.invitations.items() if not sent.cancelled)
    seats = (e.Attendance(person=person, presence="present") for person in stands)
    return (x for seat in seats if (x := _counts(seat, chair, known, directory)))


def owed(file: CaseFile, protocol: Protocol, directory: Directory) -> Iterator[Owed]:
    """What somebody must answer for."""
    for meeting in file.meetings.values():
        if meeting.due.kind in CONFERENCES:
            yield from _ground_owed(file, meeting, directory, protocol)
            yield from _report_owed(file, meeting, directory, protocol)
            yield from _paediatrician_owed(file, meeting, protocol)
    yield from _twice(file, directory, protocol)


def _ground_owed(file: CaseFile, meeting: Meeting, directory: Directory, protocol: Protocol) -> Iterator[Owed]:
    """Of a conference that sat without a quorum: the ground, or another date soon (rules Q-03, Q-04)."""
    found, sat = verdict(file, meeting, directory, protocol), meeting.sitting
    due = deadline_if_any(protocol, "Q-04", local_day(max(sat.started_at, sat.recorded_at))) if sat else None
    if found is None or found.is_quorate or sat is None or due is None:
        return
    waived, again = ground(meeting, directory, protocol), _sits_again(file, meeting, sat.started_at, protocol)
    on = f"{waived.by}, on the ground of {waived.ground.replace('_', ' ')}" if waived else None
    what = (
        f"Record on which ground the {name(meeting)} of {in_words(sat.started_at)} went on without a quorum,"
        f" or fix a new date. It was {found.sentence}."
    )
    key = (meeting.id,)
    yield to_record("record_ground", key, what, due, "chair", on or again, meeting=meeting.id, to=meeting.chair)


def _sits_again(file: CaseFile, meeting: Meeting, sat_at: datetime, protocol: Protocol) -> Met | None:
    """Another conference of the family is fixed, or sat, soon enough."""
    until = protocol.deadline("Q-03", local_day(sat_at)).due_on
    for other in file.meetings.values():
        begins = other.sitting.started_at if other.sitting else other.booked and other.booked.starts_at
        if other.due.kind in CONFERENCES and begins and begins > sat_at and local_day(begins) <= until:
            return Met("booked", f"the {name(other)} of {in_words(begins)}")
    return None


def _report_owed(file: CaseFile, meeting: Meeting, directory: Directory, protocol: Protocol) -> Iterator[Owed]:
    """A ground that others must hear of (rules Q-04): local difficulty in attending."""
    waived, quorum = ground(meeting, directory, protocol), quorum_of(meeting, protocol)
    due = deadline_if_any(protocol, "Q-04", local_day(meeting.waived.recorded_at)) if meeting.waived else None
    if waived is None or quorum is None or due is None:
        return
    for post in quorum.grounds[waived.ground]:
        to = directory.post(post)
        key = (meeting.id, post)
        knows = file.acknowledged.get(duty_of(file, "report_ground", *key), {})
        told = to.worker if to and to.worker in knows else None
        yield Owed(
            kind="report_ground",
            key=key,
            due_at=due.due_at,
            owner="conference_unit_manager",
            closes_on="acknowledged",
            sentence=f"Report to the {post.replace('_', ' ')} that the {name(meeting)} went on without a quorum, on the"
            f" ground of {waived.ground.replace('_', ' ')}. {due.sentence}",
            rule=due.rule,
            meeting=meeting.id,
            to=to.worker if to else None,
            met=Met("acknowledged", f"{told}, who said so") if told else None,
        )


def _wanted_roles(file: CaseFile, quorum: Quorum | None) -> tuple[str, ...]:
    return quorum.induced_illness if quorum and file.records.induced_illness else ()


def _paediatrician_owed(file: CaseFile, meeting: Meeting, protocol: Protocol) -> Iterator[Owed]:
    """One should be there, and none works with the family (rules Q-06). Why is not said: the sentence goes by mail."""
    since = file.records.induced_illness
    roles = _wanted_roles(file, quorum_of(meeting, protocol))
    asked_on = local_day(max(since, meeting.fell_due_at)) if since and roles and meeting.open else None
    due = deadline_if_any(protocol, "Q-06", asked_on) if asked_on else None
    found = next((p.worker for p in file.professionals.values() if p.role in roles), None)
    if due is None or (found and duty_of(file, "name_paediatrician", meeting.id) not in file.duties):
        return
    what = f"Find a {' or '.join(roles)} for the {name(meeting)}, and record that they work with the family."
    yield to_record("name_paediatrician", (meeting.id,), what, due, "coordinator", found, meeting=meeting.id)


def _twice(file: CaseFile, directory: Directory, protocol: Protocol) -> Iterator[Owed]:
    """Two in a row without a quorum, also where the first broke off for it (rules Q-05). Before a birth, and where the
    child has to do with too few, that is no fault."""
    sittings = sorted(_sittings(file), key=lambda sat: sat.started_at)
    short = [(sat, _is_short(file, sat, directory, protocol)) for sat in sittings]
    for (_, first), (sat, second) in pairwise(short):
        known_on = local_day(max(sat.started_at, sat.recorded_at))
        due = deadline_if_any(protocol, "Q-05", known_on) if first and second else None
        if due:
            yield to_record(
                "answer_inquorate_again",
                (sat.meeting.id, local_day(sat.started_at).isoformat()),
                f"Answer for it that the {name(sat.meeting)} of {in_words(sat.started_at)} was not quorate, nor the"
                " conference before it.",
                due,
                "conference_unit_manager",
                None,
                meeting=sat.meeting.id,
            )


def _sittings(file: CaseFile) -> Iterator[Sat]:
    """Of conferences, also those that broke off and of which it is known who came."""
    for meeting in (m for m in file.meetings.values() if m.due.kind in CONFERENCES):
        if held := _held(meeting):
            yield held
        for fallen in meeting.fallen:
            if fallen.sat and fallen.sat.started_at and fallen.sat.attendance:
                begun = fallen.sat.started_at
                yield Sat(meeting, fallen.sat.attendance, begun, begun, fallen.at)


def _is_short(file: CaseFile, sat: Sat, directory: Directory, protocol: Protocol) -> bool:
    found = _found(file, sat, directory, protocol)
    waived = ground(sat.meeting, directory, protocol) if sat.meeting.held else None
    spared = sat.meeting.due.kind == "pre_birth_conference" or (waived is not None and waived.ground == FEWER)
    return found is not None and not found.is_quorate and not spared
