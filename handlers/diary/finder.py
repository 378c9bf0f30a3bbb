"""Finding a slot: the first time at which everybody needed, a chair, a room and, if it can be, everybody wanted
is free.

A simple search over quarter hours, correct before it is fast. The statutory clock outranks the wish list: a time
within the deadline without some wanted people comes before a late one with all (decision 14).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from handlers.diary_file import MIDNIGHT, DiaryFile, Span, seat_key
from handlers.events import RoomRecorded, SeatsSought, Slot
from handlers.protocol import Protocol
from handlers.working_days import LONDON, ONE_DAY, at_local_time, end_of_day, in_words, is_working_day, local_day

GRAIN = timedelta(minutes=15)


class Calendar(Struct, frozen=True):
    """When each person and room named in one search is not free."""

    engaged: dict[str, list[Span]]

    def free(self, person: str, from_at: datetime, to_at: datetime) -> bool:
        return all(to_at <= start or from_at >= end for start, end in self.engaged.get(person, ()))


def calendar_for(file: DiaryFile, sought: SeatsSought) -> Calendar:
    """What keeps those concerned within the days of the search; the meeting's own seats may be moved."""
    since = at_local_time(sought.not_before, MIDNIGHT)
    until = end_of_day(max(sought.latest_on, sought.due_on))
    if sought.at:
        since, until = min(since, sought.at), max(until, sought.at + ONE_DAY)
    own = seat_key(sought.family, sought.meeting)
    people = {*sought.needed, *sought.wanted, *sought.chairs, *file.rooms}
    return Calendar(file.engaged(people, since, until, but=own))


def find(file: DiaryFile, sought: SeatsSought, protocol: Protocol) -> Slot | tuple[str, ...]:
    """The slot to keep; or why there is none, in sentences for a coordinator."""
    slots = propose(file, sought, protocol, at_most=1)
    return slots[0] if slots else why_not(file, sought, protocol)


def propose(file: DiaryFile, sought: SeatsSought, protocol: Protocol, at_most: int) -> tuple[Slot, ...]:
    """The best slots first: in time with everybody, in time with those needed, late; of those in time, first the ones
    that suit the family (rules ATT-02)."""
    if _gone(file, sought):
        return ()
    calendar = calendar_for(file, sought)
    if sought.at:
        chosen = _seat(file, calendar, sought, sought.at, everybody=False)
        return (chosen,) if chosen else ()
    late = max(sought.due_on + ONE_DAY, sought.not_before)
    found: dict[datetime, Slot] = {}
    in_time, past = (sought.not_before, sought.due_on), (late, sought.latest_on)
    rounds = [(in_time, True, False), (in_time, False, False), (past, False, False)]
    if sought.suits:
        rounds = [(in_time, True, True), (in_time, False, True), *rounds[:2], (past, False, True), rounds[2]]
    for (first, last), everybody, suiting in rounds:
        for start in starts(max(first, file.kept_from), last, sought, protocol):
            skip = start in found or (suiting and not _suits(sought, start))
            slot = None if skip else _seat(file, calendar, sought, start, everybody)
            if slot:
                found[start] = slot
            if len(found) == at_most:
                return tuple(found.values())
    return tuple(found.values())


def _suits(sought: SeatsSought, start: datetime) -> bool:
    """Whether the whole meeting lies within hours that suit the family, if it told any."""
    local, end = start.astimezone(LONDON), (start + timedelta(minutes=sought.minutes)).astimezone(LONDON)
    days = (x for x in sought.suits if x.day == f"{local:%A}")
    return not sought.suits or any(x.starts <= local.time() and end.time() <= x.ends for x in days)


def _gone(file: DiaryFile, sought: SeatsSought) -> bool:
    """Whether all that is asked about lies so far back that nobody knows any more who was free."""
    return (local_day(sought.at) if sought.at else sought.latest_on) < file.kept_from


def starts(first: date, last: date, sought: SeatsSought, protocol: Protocol) -> Iterator[datetime]:
    """Each quarter hour between two days at which a meeting of that length fits into the hours of work."""
    hours = protocol.working_hours
    length = timedelta(minutes=sought.minutes)
    day = first
    while day <= last:
        if is_working_day(day, protocol.holidays):
            start, close = at_local_time(day, hours.start), at_local_time(day, hours.end)
            while start + length <= close:
                yield start
                start += GRAIN
        day += ONE_DAY


def _seat(file: DiaryFile, calendar: Calendar, sought: SeatsSought, start: datetime, everybody: bool) -> Slot | None:
    end = start + timedelta(minutes=sought.minutes)
    if not all(calendar.free(p, start, end) for p in sought.needed):
        return None
    missing = tuple(p for p in sought.wanted if not calendar.free(p, start, end))
    if everybody and missing:
        return None
    room = _room(file, calendar, sought, start, end)
    chair = _chair(calendar, sought, start, end)
    if room is None or (sought.presided and chair is None):
        return None
    return Slot(starts_at=start, ends_at=end, room=room.room, chair=chair, missing=missing, suits=_suits(sought, start))


def _room(
    file: DiaryFile, calendar: Calendar, sought: SeatsSought, start: datetime, end: datetime
) -> RoomRecorded | None:
    """The smallest free room that seats everybody; the one asked for by name, if one was."""
    fits = [
        r
        for r in file.rooms.values()
        if r.seats >= sought.head_count
        and (sought.room is None or r.room == sought.room)
        and calendar.free(r.room, start, end)
    ]
    return min(fits, key=lambda r: (r.seats, r.room), default=None)


def _chair(calendar: Calendar, sought: SeatsSought, start: datetime, end: datetime) -> str | None:
    """The chair who knows the family if free, else the one with least in the diary."""
    free = [c for c in sought.chairs if calendar.free(c, start, end)]
    if sought.prefer_chair in free:
        return sought.prefer_chair
    return min(free, key=lambda c: (len(calendar.engaged.get(c, ())), c), default=None)


def why_not(file: DiaryFile, sought: SeatsSought, protocol: Protocol) -> tuple[str, ...]:
    """Each single thing that, lifted, would give a slot; else that several stand in the way at once.

    Says who is not available, never what keeps them.
    """
    if _gone(file, sought):
        return (f"the diary keeps nothing from before {in_words(file.kept_from)}: ask for a time to come",)
    if all(r.seats < sought.head_count for r in file.rooms.values()):
        return (f"no room of the area seats {sought.head_count}",)

    def would_do(changed: SeatsSought, diary: DiaryFile = file) -> bool:
        return bool(propose(diary, changed, protocol, at_most=1))

    reasons = [
        f"{person} is not available at any time that suits the others"
        for person in sought.needed
        if would_do(replace(sought, needed=tuple(p for p in sought.needed if p != person)))
    ]
    if sought.presided and would_do(replace(sought, presided=False, chairs=())):
        reasons.append("no independent chair is free with all the others")
    spare = RoomRecorded("any other room", "", "", sought.head_count)
    if would_do(replace(sought, room=None), replace(file, rooms={**file.rooms, spare.room: spare})):
        reasons.append(f"no room for {sought.head_count} is free with all the others")
    days = in_words(sought.at) if sought.at else f"{in_words(sought.not_before)} to {in_words(sought.latest_on)}"
    return tuple(reasons) or (f"several of those needed are not available at the same time ({days})",)
