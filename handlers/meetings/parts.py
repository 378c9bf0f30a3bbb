"""Who is asked to which part of a meeting, and so when and where each must be: read off the file, never kept.

The chair's decision to keep somebody out counts first, then what was agreed after an objection, then the parts that
somebody was assigned to; whoever has none of these is asked to the whole of it (rules EXC-03, Joint Guidance T9).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from handlers import events as e
from handlers import facts as f
from handlers.case_file import CaseFile
from handlers.duties import Owed, to_record
from handlers.facts import Hours, OwnHours
from handlers.meeting_file import Meeting
from handlers.meetings.falling_due import name
from handlers.partnership import Directory
from handlers.protocol import Protocol
from handlers.working_days import end_of_day

A_MINUTE = timedelta(minutes=1)
AGREED = {"part": "part of it", "whole": "the whole of it"}


def kept_out(file: CaseFile, meeting: Meeting) -> dict[str, tuple[str, ...]]:
    """Whom the chair keeps out of this meeting, with the parts of its agenda that are left to them."""
    if not file.arrangements.verdicts:
        return {}
    there = [part.part for part in file.arrangements.agenda(meeting.id)]
    left: dict[str, tuple[str, ...]] = {}
    for exclusion in file.arrangements.exclusions_from(meeting.id).values():
        verdict, person = exclusion.decided, exclusion.asked.body.person
        if verdict and verdict.body.outcome != "refused":
            named = verdict.body.parts if verdict.body.outcome == "part" else ()
            left[person] = tuple(p for p in left.get(person, there) if p in named)
    return left


def barred(file: CaseFile, meeting: Meeting) -> set[str]:
    """Whom the chair keeps out of the whole of it."""
    return {person for person, left in kept_out(file, meeting).items() if not left}


def sent_decisions(file: CaseFile, meeting: Meeting) -> set[str]:
    """Whoever was kept out of the whole is sent what was decided, unless the chair withheld that too (rules 3.31)."""
    exclusions = file.arrangements.exclusions_from(meeting.id).values()
    return barred(file, meeting) - {x.asked.body.person for x in exclusions if x.decided and x.decided.body.withheld}


def own_hours(
    file: CaseFile, meeting: Meeting, booked: f.MeetingBooked, guests: Iterable[str], directory: Directory, apart: int
) -> dict[str, OwnHours]:
    """When and where each of them is asked to come, where it is not the whole meeting in its room.

    apart: by how many minutes the comings and goings of people lie apart who must not meet.
    """
    if not (file.arrangements.agendas or file.arrangements.apart):
        return {}
    whole = OwnHours(booked.starts_at, booked.ends_at, booked.place)
    agenda = {p.part: p for p in file.arrangements.agenda(meeting.id)}
    hours = {p: _asked_to(whole, agenda, _named(file, meeting, p, agenda, directory)) for p in guests}
    # Whoever was kept out still counts here, so that nobody else's hours change because of it.
    seen = {**dict.fromkeys(kept_out(file, meeting), whole), **hours}
    for first, second in file.arrangements.pairs:
        if first in seen and second in seen:
            seen |= _staggered((first, second), seen, apart * A_MINUTE)
    return {p: seen[p] for p in hours if seen[p] != whole}


def owed(file: CaseFile, protocol: Protocol) -> Iterator[Owed]:
    """An objection to somebody's being there is talked over, and their part agreed, before the meeting (T9)."""
    for meeting in file.meetings.values():
        for kept in file.arrangements.objections_to(meeting.id) if not meeting.no_longer_due else ():
            raised = kept.body
            agreed, against = AGREED.get(raised.agreed), raised.against
            deadline = protocol.deadline("T9-01", begins_at(meeting))
            what = f"Agree which part of the {name(meeting)} {against} comes to, since {raised.person} objects."
            by = f"{raised.by}: {agreed}" if agreed else None
            yield to_record("agree_part", (raised.objection,), what, deadline, "coordinator", by, meeting=meeting.id)


def begins_at(meeting: Meeting) -> datetime:
    """When it begins; while it has no time, the end of the day by which it is due."""
    return meeting.booked.starts_at if meeting.booked else end_of_day(meeting.due.due_on)


def _named(
    file: CaseFile, meeting: Meeting, person: str, agenda: Mapping[str, e.AgendaPart], directory: Directory
) -> list[e.AgendaPart]:
    """The parts that this person alone is asked to; none: the whole meeting."""
    if person == meeting.chair:
        return []
    agreed = [k.body for k in file.arrangements.objections_to(meeting.id) if k.body.agreed == "part"]
    worker = directory.workers.get(person)
    theirs = [x.parts for x in agreed if x.against == person or (worker and x.against == worker.agency)]
    assigned = file.arrangements.assigned(meeting.id).get(person, ())
    names = kept_out(file, meeting).get(person) or (theirs[-1] if theirs else assigned)
    return [agenda[name] for name in names if name in agenda]


def _asked_to(whole: OwnHours, agenda: Mapping[str, e.AgendaPart], named: list[e.AgendaPart]) -> OwnHours:
    stretches = _joined([_stretch(whole, part) for part in named or agenda.values()])
    if not named:
        elsewhere = tuple(s for s in stretches if s.place != whole.place or s.link)
        return _told(replace(whole, stretches=elsewhere))
    last_at = max(s.ends_at for s in stretches)
    return _told(OwnHours(stretches[0].starts_at, last_at, stretches[0].place, None, tuple(stretches)))


def _stretch(whole: OwnHours, part: e.AgendaPart) -> Hours:
    starts_at = whole.starts_at + part.from_minute * A_MINUTE
    return Hours(starts_at, whole.starts_at + part.to_minute * A_MINUTE, part.place or whole.place, part.link)


def _joined(stretches: list[Hours]) -> list[Hours]:
    """In their order; what follows on in the same place is one."""
    joined: list[Hours] = []
    for one in sorted(stretches, key=lambda s: (s.starts_at, s.ends_at)):
        before = joined[-1] if joined else None
        if before and (before.place, before.link) == (one.place, one.link) and one.starts_at <= before.ends_at:
            joined[-1] = replace(before, ends_at=max(before.ends_at, one.ends_at))
        else:
            joined.append(one)
    return joined


def _told(own: OwnHours) -> OwnHours:
    """A single stretch that is all of it need not be told apart."""
    only = own.stretches[0] if len(own.stretches) == 1 else None
    if only and (only.starts_at, only.ends_at) == (own.starts_at, own.ends_at):
        return OwnHours(only.starts_at, only.ends_at, only.place, only.link)
    return own


def _staggered(pair: tuple[str, str], hours: Mapping[str, OwnHours], gap: timedelta) -> dict[str, OwnHours]:
    """One comes and goes before the other: whoever's part begins earlier, else the first named."""
    one, other = sorted(pair, key=lambda p: hours[p].starts_at)
    earlier, later = hours[one], hours[other]
    if earlier.ends_at <= later.starts_at:
        return {one: _between(earlier, earlier.starts_at, min(earlier.ends_at, later.starts_at - gap))}
    leaves_at = later.ends_at - gap if abs(later.ends_at - earlier.ends_at) < gap else earlier.ends_at
    arrives_at = max(later.starts_at, earlier.starts_at + gap)
    return {
        one: _between(earlier, earlier.starts_at, leaves_at),
        other: _between(later, arrives_at, later.ends_at),
    }


def _between(own: OwnHours, starts_at: datetime, ends_at: datetime) -> OwnHours:
    """Not before, and not after; who would have no time left keeps what they had."""
    if starts_at >= ends_at:
        return own
    cut = [replace(s, starts_at=max(s.starts_at, starts_at), ends_at=min(s.ends_at, ends_at)) for s in own.stretches]
    left = tuple(s for s in cut if s.starts_at < s.ends_at)
    return _told(replace(own, starts_at=starts_at, ends_at=ends_at, stretches=left))
