"""Seats: asking the diary for a time, taking its answer, moving and giving back. Idempotent on (meeting, revision)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec.structs import replace

from handlers import events as e
from handlers import facts as f
from handlers.case_file import CaseFile
from handlers.duties import Met, Owed
from handlers.effects import TellStream
from handlers.facts import Finding
from handlers.meeting_file import Meeting
from handlers.meetings.falling_due import diary_of, name, release
from handlers.meetings.inviting import Invitee
from handlers.partnership import Directory
from handlers.protocol import Protocol
from handlers.working_days import add_working_days, in_words, local_day


def seek_unsought(
    file: CaseFile, guests: dict[str, list[Invitee]], protocol: Protocol, directory: Directory, now: datetime
) -> Iterator[Finding | TellStream]:
    """Each meeting that is due and was never sought a seat for is put to the diary at once; so is one whose deadline
    came nearer than its booking."""
    for meeting in file.meetings.values():
        if meeting.open and (meeting.revision == 0 or _must_come_sooner(meeting, now)):
            yield from seek(file, meeting, guests[meeting.id], protocol, directory, now)


def _must_come_sooner(meeting: Meeting, now: datetime) -> bool:
    """It is booked to a day after its new deadline, and nobody has sought another time since."""
    booked, hurried = meeting.booked, meeting.brought_forward
    if booked is None or hurried is None or not booked.revision == meeting.revision <= hurried:
        return False
    return now < booked.starts_at and _is_late(meeting, booked.starts_at)


def _is_late(meeting: Meeting, starts_at: datetime) -> bool:
    return local_day(starts_at) > meeting.due.due_on


def seek(
    file: CaseFile,
    meeting: Meeting,
    guests: list[Invitee],
    protocol: Protocol,
    directory: Directory,
    now: datetime,
    asked: e.BookingAsked | None = None,
) -> Iterator[Finding | TellStream]:
    """Ask the diary for seats under the next revision; with `asked`, for that instant and no other."""
    if asked:
        protocol.holidays.must_cover(local_day(asked.starts_at))  # else the answer could not be reckoned with
    because = f"a time is needed for the {name(meeting)}"
    sought = request(file, meeting, guests, protocol, directory, now, asked)
    yield Finding(f.SeatsAsked(meeting.id, sought.revision), because)
    yield TellStream(stream=diary_of(file.stream), body=sought, because=because)


def look(
    file: CaseFile,
    meeting: Meeting,
    guests: list[Invitee],
    protocol: Protocol,
    directory: Directory,
    now: datetime,
) -> Iterator[TellStream]:
    """Ask the diary which times would suit; nothing is kept."""
    sought = replace(request(file, meeting, guests, protocol, directory, now), only_look=True)
    yield TellStream(stream=diary_of(file.stream), body=sought, because="a coordinator asked for times")


def request(
    file: CaseFile,
    meeting: Meeting,
    guests: list[Invitee],
    protocol: Protocol,
    directory: Directory,
    now: datetime,
    asked: e.BookingAsked | None = None,
) -> e.SeatsSought:
    """What the diary needs to know: how long, who, between which days. Workers only; nobody knows a parent's diary."""
    seats = protocol.seats[meeting.due.kind]
    guests = list({g.person: g for g in guests}.values())  # one worker may have two of the parents
    workers = [g for g in guests if g.person in directory.workers]
    needed = {*seats.needed, *_for_induced_illness(file, meeting, protocol)}
    chairs = independent_chairs(file, directory) if seats.chair else ()
    earliest = add_working_days(local_day(now), seats.lead_working_days, protocol.holidays)
    due_on = meeting.due.due_on
    if meeting.adjourned_at:  # it must sit again soon, however far off the deadline (rules Q-03)
        due_on = protocol.deadline("Q-03", local_day(meeting.adjourned_at)).due_on
    latest = add_working_days(max(due_on, earliest), protocol.late_slot_working_days, protocol.holidays)
    return e.SeatsSought(
        family=file.family,
        meeting=meeting.id,
        revision=meeting.revision + 1,
        minutes=seats.minutes,
        needed=tuple(g.person for g in workers if g.role in needed),
        wanted=tuple(g.person for g in workers if g.role not in needed),
        chairs=chairs,
        head_count=len(guests) + (1 if seats.chair else 0),
        not_before=max(earliest, min(meeting.due.not_before, due_on)),
        due_on=due_on,
        latest_on=latest,
        presided=seats.chair,
        prefer_chair=_chair_before(file) if seats.chair else None,
        at=asked.starts_at if asked else None,
        room=asked.room if asked else None,
        suits=file.life.hours_that_suit,
    )


def _for_induced_illness(file: CaseFile, meeting: Meeting, protocol: Protocol) -> tuple[str, ...]:
    """A time is sought at which a paediatrician can be there, where that is suspected (rules Q-06)."""
    quorum = protocol.quorum_for(meeting.due.kind, meeting.due.due_on)
    return quorum.induced_illness if quorum and file.records.induced_illness else ()


def independent_chairs(file: CaseFile, directory: Directory) -> tuple[str, ...]:
    """Chairs with no part in the case (rules CH-01): nobody who works with the family presides."""
    return tuple(c for c in directory.chairs() if c not in file.professionals)


def _chair_before(file: CaseFile) -> str | None:
    """The chair of the family's latest conference, for later reviews too where possible (rules CH-02)."""
    sat = [m for m in file.meetings.values() if m.sitting and m.booked and m.booked.chair]
    latest = max(sat, key=lambda m: m.sitting.started_at if m.sitting else m.fell_due_at, default=None)
    return latest.chair if latest else None


def take(file: CaseFile, body: e.SeatsTaken) -> Iterator[Finding | TellStream]:
    """The diary's yes. A stale yes is given back (decision 6)."""
    meeting = file.meetings[body.meeting]
    if body.revision != meeting.revision or not meeting.open:
        yield TellStream(
            stream=diary_of(file.stream),
            body=e.SeatsReleased(file.family, body.meeting, body.revision),
            because="the answer came too late: the meeting had moved on",
        )
        return
    booked = f.MeetingBooked(
        body.meeting,
        body.revision,
        body.starts_at,
        body.ends_at,
        body.room,
        body.place,
        body.chair,
        body.missing,
    )
    late = ", after the day it was due" if _is_late(meeting, body.starts_at) else ""
    yield Finding(booked, f"the first time that fits{late}")


def fail(file: CaseFile, body: e.NothingFits) -> Iterator[Finding]:
    """The diary's no, with its reasons."""
    if body.revision == file.meetings[body.meeting].revision:
        yield Finding(f.BookingFailed(body.meeting, body.revision, body.reasons), "; ".join(body.reasons))


def cancel(file: CaseFile, body: e.MeetingCancelled) -> Iterator[TellStream]:
    """The booking falls. Its seats go back; the invitations follow by level."""
    yield release(file, file.meetings[body.meeting], "the meeting was cancelled")


def offer(body: e.SlotsFound) -> Iterator[Finding]:
    """Keep what the diary proposed, as proof of the dates that were looked at."""
    yield Finding(f.SlotsOffered(body.meeting, body.slots, body.reasons), "a coordinator asked for times")


def owed(file: CaseFile, protocol: Protocol) -> Iterator[Owed]:
    """Where the diary found nothing, a booking fell or a sitting broke off, the coordinator owes a time (FIND-01)."""
    for meeting in file.meetings.values():
        since = max(filter(None, (meeting.failed_at, meeting.cancelled_at, meeting.adjourned_at)), default=None)
        if since is None or meeting.no_longer_due:
            continue
        off = "it was adjourned" if meeting.adjourned_at else "its booking was cancelled"
        why = "; ".join(meeting.failed.reasons) if meeting.failed else off
        deadline = protocol.deadline("FIND-01", local_day(since))
        asked = f"Find a time for the {name(meeting)}, due {in_words(meeting.due.due_on)}: {why}."
        yield Owed(
            kind="find_a_time",
            key=(meeting.id,),
            due_at=deadline.due_at,
            owner="coordinator",
            closes_on="booked",
            sentence=f"{asked} {deadline.sentence}",
            rule=deadline.rule,
            meeting=meeting.id,
            met=Met("booked", "the diary") if meeting.booked or meeting.held else None,
        )
