"""The diary's answers: seats kept or refused, once for each (meeting, revision), and seats given back."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from handlers import events as e
from handlers import facts as f
from handlers.diary.finder import find, propose, why_not
from handlers.diary_file import DiaryFile, seat_key
from handlers.effects import TellStream
from handlers.facts import Finding
from handlers.people import StreamId
from handlers.protocol import Protocol

PROPOSED = 5


def answer(file: DiaryFile, sought: e.SeatsSought, protocol: Protocol) -> Iterator[Finding | TellStream]:
    """Keep the first slot that fits, or say why none does; with only_look, propose some and keep none."""
    family = file.stream.sibling("family", sought.family)
    kept = file.seats.get(seat_key(sought.family, sought.meeting))
    if sought.only_look:
        yield _proposals(file, sought, protocol, family)
        return
    if kept and kept.revision >= sought.revision:
        return
    slot = find(file, sought, protocol)
    if isinstance(slot, tuple):
        body = e.NothingFits(sought.meeting, sought.revision, slot)
        yield TellStream(stream=family, body=body, because="; ".join(slot))
        return
    because = "the first time that fits" if sought.at is None else "the time that was asked for"
    yield Finding(_seats(sought, slot), because)
    yield TellStream(stream=family, body=_taken(file, sought, slot), because=because)


def _seats(sought: e.SeatsSought, slot: e.Slot) -> f.SeatsKept:
    return f.SeatsKept(
        family=sought.family,
        meeting=sought.meeting,
        revision=sought.revision,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        people=tuple(p for p in (*sought.needed, *sought.wanted) if p not in slot.missing),
        room=slot.room,
        chair=slot.chair,
    )


def _taken(file: DiaryFile, sought: e.SeatsSought, slot: e.Slot) -> e.SeatsTaken:
    room = file.rooms[slot.room]
    return e.SeatsTaken(
        meeting=sought.meeting,
        revision=sought.revision,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        room=slot.room,
        place=f"{room.name}, {room.place}",
        chair=slot.chair,
        missing=slot.missing,
    )


def _proposals(file: DiaryFile, sought: e.SeatsSought, protocol: Protocol, family: StreamId) -> TellStream:
    slots = propose(file, sought, protocol, at_most=PROPOSED)
    reasons = () if slots else why_not(file, sought, protocol)
    found = e.SlotsFound(sought.meeting, slots, reasons)
    return TellStream(stream=family, body=found, because="times were asked for")


def hand_over(file: DiaryFile, body: e.SeatsHandedOver) -> Iterator[Finding]:
    """The same times under the other family, unless that has its own for the same meeting."""
    because = f"{body.family} goes on as {body.to}"
    for meeting in body.meetings:
        kept = file.seats.get(seat_key(body.family, meeting))
        if kept:
            yield Finding(f.SeatsGivenBack(body.family, meeting), because)
            if seat_key(body.to, meeting) not in file.seats:
                yield Finding(replace(kept, family=body.to), because)


def give_back(file: DiaryFile, body: e.SeatsReleased) -> Iterator[Finding]:
    """Free the seats, unless a later revision holds them by now."""
    kept = file.seats.get(seat_key(body.family, body.meeting))
    if kept and kept.revision <= body.revision:
        yield Finding(f.SeatsGivenBack(body.family, body.meeting), "the family needs the time no longer")
