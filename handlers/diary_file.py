"""The area's time as the diary keeps it: rooms, who is busy when, and the seats that meetings have taken."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct, field
from msgspec.structs import replace

from handlers import events as e
from handlers import facts as f
from handlers.facts import Fact
from handlers.people import StreamId


class DiaryFile(Struct, frozen=True, kw_only=True):
    """seats by family/meeting."""

    stream: StreamId
    rooms: dict[str, e.RoomRecorded] = field(default_factory=dict)
    busy: dict[str, tuple[tuple[datetime, datetime], ...]] = field(default_factory=dict)
    seats: dict[str, f.SeatsKept] = field(default_factory=dict)

    def engaged(self, person: str, but: str = "") -> tuple[tuple[datetime, datetime], ...]:
        """When a person or a room is not free, leaving out the seats of one meeting (which may be moving)."""
        seats = tuple(
            (s.starts_at, s.ends_at)
            for key, s in self.seats.items()
            if key != but and (person in s.people or person == s.room or person == s.chair)
        )
        return self.busy.get(person, ()) + seats


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
        case f.SeatsKept() as seat:
            return replace(file, seats={**file.seats, seat_key(seat.family, seat.meeting): seat})
        case f.SeatsGivenBack(family, meeting):
            return replace(file, seats={k: v for k, v in file.seats.items() if k != seat_key(family, meeting)})
        case _:
            return file
