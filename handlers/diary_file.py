"""The area's time as the diary keeps it: rooms, who is busy when, and the seats that meetings have taken, day by day.

What ended long ago leaves the file, so that neither the file nor a search grows with the age of the house; the ledger
keeps it all.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from datetime import date, datetime, time

from msgspec import Struct, field
from msgspec.structs import replace

from handlers import events as e
from handlers import facts as f
from handlers.facts import Fact
from handlers.people import StreamId
from handlers.working_days import ONE_DAY, add_calendar_days, at_local_time, local_day

MIDNIGHT = time()
# A question is about days to come when it is asked (the time asked for must be ahead, handlers/admission.py). Only one
# that lay on the held shelf or in a topic looks back, and four weeks is longer than either lets it lie unchased.
LOOKS_BACK = 28
Span = tuple[datetime, datetime]
Days = dict[date, dict[str, f.SeatsKept]]


class DiaryFile(Struct, frozen=True, kw_only=True):
    """days: seats by the day on which they begin, then by family/meeting; of the days before kept_from all is gone."""

    stream: StreamId
    rooms: dict[str, e.RoomRecorded] = field(default_factory=dict)
    busy: dict[str, tuple[Span, ...]] = field(default_factory=dict)
    days: Days = field(default_factory=dict)
    kept_from: date = date.min

    @property
    def seats(self) -> Mapping[str, f.SeatsKept]:
        """Those of every day, by family/meeting."""
        return ChainMap(*self.days.values())

    def engaged(self, who: set[str], since: datetime, until: datetime, but: str = "") -> dict[str, list[Span]]:
        """When these people and rooms are not free between two instants, leaving out the seats of one meeting (which
        may be moving)."""
        spans = {p: [x for x in self.busy.get(p, ()) if x[1] > since and x[0] < until] for p in who}
        first, last = local_day(since - ONE_DAY), local_day(until)  # who sat down the day before may sit past midnight
        for key, seat in (x for day, seats in self.days.items() if first <= day <= last for x in seats.items()):
            if key != but and seat.ends_at > since and seat.starts_at < until:
                for person in who.intersection((*seat.people, seat.room, seat.chair)):
                    spans[person].append((seat.starts_at, seat.ends_at))
        return spans


def seat_key(family: str, meeting: str) -> str:
    return f"{family}/{meeting}"


def fold(file: DiaryFile, fact: Fact) -> DiaryFile:
    """The diary with one more fact in it."""
    match fact.body:
        case e.RoomRecorded() as room:
            return replace(file, rooms={**file.rooms, room.room: room})
        case e.BusyRecorded(person, from_at, to_at):
            spans = {*file.busy.get(person, ()), (from_at, to_at)}
            return replace(file, busy={**file.busy, person: tuple(sorted(spans))})
        case e.SeatsSought():
            return _cleared(file, add_calendar_days(local_day(fact.recorded), -LOOKS_BACK))
        case f.SeatsKept() as seat:
            key, day = seat_key(seat.family, seat.meeting), local_day(seat.starts_at)
            days = _without(file.days, key)
            return replace(file, days={**days, day: {**days.get(day, {}), key: seat}})
        case f.SeatsGivenBack(family, meeting):
            return replace(file, days=_without(file.days, seat_key(family, meeting)))
        case _:
            return file


def _without(days: Days, gone: str) -> Days:
    return {
        day: {key: seat for key, seat in seats.items() if key != gone} if gone in seats else seats
        for day, seats in days.items()
    }


def _cleared(file: DiaryFile, kept_from: date) -> DiaryFile:
    """Without what ended before that day."""
    if kept_from <= file.kept_from:
        return file
    since = at_local_time(kept_from, MIDNIGHT)
    ahead = {person: tuple(x for x in spans if x[1] > since) for person, spans in file.busy.items()}
    return replace(
        file,
        busy={person: spans for person, spans in ahead.items() if spans},
        days={day: seats for day, seats in file.days.items() if day >= kept_from},
        kept_from=kept_from,
    )
