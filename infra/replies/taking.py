"""Taking in a mail: it is read, matched, kept whole and sealed, and what it says is let in, all or nothing."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from handlers.effects import Message, SendInvitation, SendMinutes, SendReminder
from handlers.events import AnswerGiven, Body, CopyAsked, Event
from handlers.events import Reply as Said
from handlers.partnership import Directory
from handlers.people import StreamId, derived
from infra.db import outbox, reading, replies
from infra.db.engine import AsyncConnection, transaction
from infra.db.folding import kept_file
from infra.db.played import played_to
from infra.db.sealing import REPLIES, keys_in
from infra.db.tables import stamp, unstamp
from infra.dispatch import failed, paper_of
from infra.papers.calendars import invitation_name
from infra.replies.matching import AGAIN, DELIVERY, OLDER, ONE_OF_SEVERAL, Asked, Outcome, is_older, judged
from infra.replies.reading import opened
from infra.replies.verdicts import (
    LIMITS,
    Answer,
    Bounce,
    Counter,
    Envelope,
    Limits,
    Opened,
    Refresh,
    Reply,
    Unreadable,
    Words,
)
from infra.wiring import House
from streams.clock import wall
from streams.wire import stream_id

SOURCE = "quorate/replies"
TOKEN = re.compile(r"r-([0-9a-f]{8,64})")
OUR_FAULT = "our own reader went wrong ({}): read it, and tell support"
A_DUTY = re.compile(r"\bD-[0-9a-f]{12}\b")
END_OF_HEADERS = re.compile(rb"\r?\n\r?\n|\r\r")


class Came(Struct, frozen=True):
    """A mail, and what became of it. again: it came before, and nothing was done."""

    id: str
    verdict: str
    state: str
    sentence: str
    again: bool = False
    stream: str | None = None
    meeting: str | None = None
    person: str | None = None


async def take_in(
    house: House, raw: bytes, to: Sequence[str] = (), limits: Limits = LIMITS, alone: bool = True, dry: bool = False
) -> Came:
    """Keep a mail and act on it, once. to: whom its mail server says that it is for; alone: not out of a file of many,
    where one mail can end in lines that pretend to be the next; dry: only say what would become of it. Raises
    CannotNow; then it is not kept."""
    found = await asyncio.to_thread(read_safely, raw, limits, house.settings.domain)
    envelope = replace(found.envelope, to=(*found.envelope.to, *(a.lower() for a in to)))
    if not alone:
        envelope = replace(envelope, authentication=tuple(a for a in envelope.authentication if "dmarc=fail" in a))
    found = replace(found, envelope=envelope)
    id_ = _named(raw, envelope)
    async with transaction(house.engine) as connection:
        await (house.keyring.load(connection, [REPLIES]) if dry else house.keyring.have([REPLIES], connection))
        if before := await replies.one(connection, id_):
            return _came(before._asdict(), again=True)
        played = await played_to(connection)
        now, nth = played or wall(), await replies.count(connection) if played else 0
        outcome, event, about = await _decided(house, connection, found, id_, now)
        row = {"id": id_, "at": stamp(now), "verdict": type(found.verdict).__name__.lower(), "state": outcome.state}
        row |= {"sentence": outcome.sentence, **about}
        if dry:
            return _came(row)
        if event is not None:
            await outbox.put(connection, [outbox.event_row(event, now, n=nth)])
        row["box"] = replies.sealed(raw.decode("latin-1"), house.keyring)
        await replies.lay_down(connection, row)
        return _came(row)


def read_safely(raw: bytes, limits: Limits = LIMITS, domain: str = "") -> Opened:
    """Read it, our own mails known by our domain; what our reader cannot bear is kept for a person all the same."""
    try:
        return opened(raw, limits, domain)
    except Exception as error:  # whatever it was, the mail must not be lost
        return Opened(Envelope(), Unreadable(OUR_FAULT.format(type(error).__name__)))


def _came(row: dict[str, Any], again: bool = False) -> Came:
    told = (row["id"], row["verdict"], row["state"], row["sentence"], again)
    return Came(*told, row.get("stream"), row.get("meeting"), row.get("person"))


def _named(raw: bytes, envelope: Envelope) -> str:
    """A mail that comes twice differs in what the servers wrote on it, not in its name, its sender and what it says."""
    said = END_OF_HEADERS.split(raw, maxsplit=1)[-1]
    return "P-" + derived("came back", envelope.message_id, envelope.sender, said.decode("latin-1"))[:12]


async def _decided(
    house: House, connection: AsyncConnection, found: Opened, id_: str, now: datetime
) -> tuple[Outcome, Event | None, dict[str, Any]]:
    """What becomes of it, the event that it makes, and what its row says of whom it is about."""
    asked = await _asked(house, connection, found)
    alone = asked[0] if len(asked) == 1 else None
    about: dict[str, Any] = {}
    if alone:
        about = {"invitation": alone.name, "stream": alone.stream, "meeting": alone.meeting, "person": alone.person}
    if isinstance(found.verdict, Bounce) and (ours := await _our_mail(house, connection, found.verdict, alone)):
        stream, message = ours
        about |= {"stream": stream, "meeting": message.meeting or None, "person": message.to.person}
        outcome = await _delivered(house, connection, found.verdict, message)
        event = _event(derived("bounced", message.message), stream, failed(message, "bounced"), now, now)
        return outcome, event if outcome.state == "taken" else None, about | {"message": message.message}
    outcome = judged(found, asked, house.settings.authserv_id, now)
    if not asked:
        outcome = await _placed(house, connection, found, outcome)
    if alone and outcome.state == "taken" and isinstance(found.verdict, Refresh):
        # named after the copy before, so that two who ask at once are sent one
        event_id = derived("copy asked", alone.sent[-1].message)
        return outcome, _event(event_id, alone.stream, CopyAsked(alone.meeting, alone.person), now, now), about
    if outcome.reply is None or alone is None:
        return outcome, None, about
    return await _answered(connection, found, alone, outcome, outcome.reply, id_, now, about)


async def _answered(
    connection: AsyncConnection,
    found: Opened,
    alone: Asked,
    outcome: Outcome,
    reply: Said,
    id_: str,
    now: datetime,
    about: dict[str, Any],
) -> tuple[Outcome, Event | None, dict[str, Any]]:
    """An answer that may be taken, unless a later one or the same was before."""
    answer = _dated(next(iter(_answers(found)), Answer()), found.envelope, alone, now)
    about |= {"sequence": answer.sequence, "stamped_at": answer.stamped_at and stamp(answer.stamped_at)}
    taken = await replies.taken_of(connection, alone.name)
    if any(is_older(answer, r.sequence, unstamp(r.stamped_at) if r.stamped_at else None) for r in taken):
        return Outcome("done", OLDER), None, about
    if taken and about.items() <= taken[-1]._asdict().items() and outcome.sentence == taken[-1].sentence:
        return Outcome("done", AGAIN), None, about
    body = AnswerGiven(alone.meeting, alone.person, reply, alone.person, outcome.revision)
    happened = answer.stamped_at or now
    return outcome, _event(derived("answered", id_), alone.stream, body, happened, now), about


async def _placed(house: House, connection: AsyncConnection, found: Opened, outcome: Outcome) -> Outcome:
    """What a mail that answers no invitation belongs to, as far as that can be told."""
    if outcome.state == "done":
        return outcome
    for _, message in await replies.mailed(connection, _ours(house, found.envelope.refers_to)):
        duty = "" if isinstance(message, SendInvitation | SendReminder | SendMinutes) else f" about {message.duty}"
        belongs = f"it answers our {paper_of(message)} to {message.to.person}{duty or f' of {message.meeting}'}"
        return Outcome("parked", f"{belongs}; {outcome.sentence}")
    if quoted := A_DUTY.search(found.envelope.subject):
        return Outcome("parked", f"it quotes {quoted[0]}; {outcome.sentence}")
    if isinstance(found.verdict, Reply | Counter | Refresh | Words):
        for worker in await _workers_at(house, connection, found.envelope.sender):
            return Outcome("parked", f"it comes from {worker}, whom the directory knows; {outcome.sentence}")
    return outcome


async def _workers_at(house: House, connection: AsyncConnection, address: str) -> list[str]:
    """Whose address this is, by the directories."""
    if not address:
        return []
    found: list[str] = []
    for area in await reading.areas(connection):
        stream = StreamId(area, "partnership", area)
        row = await reading.file_row(connection, stream)
        directory = await kept_file(connection, stream, row) if row else None
        workers = directory.workers.values() if isinstance(directory, Directory) else ()
        boxes = {w.worker: w.address for w in workers if w.address is not None}
        await house.keyring.load(connection, keys_in(boxes))
        found += [worker for worker, box in boxes.items() if house.keyring.open_up(box).lower() == address]
    return found


def _dated(answer: Answer, envelope: Envelope, asked: Asked, now: datetime) -> Answer:
    """Its SEQUENCE if we asked under it, and when it was given as far as that can be, neither before we asked nor after
    now: else it would stand in the way of every later answer."""
    said = answer.stamped_at or envelope.sent_at
    asked_at = asked.sent[0].stamped_at
    sequence = answer.sequence if asked.of(answer.sequence) else None
    return replace(answer, sequence=sequence, stamped_at=said and min(max(said, asked_at), now))


def _event(id_: str, stream: str, body: Body, happened: datetime, now: datetime) -> Event:
    return Event(id_, SOURCE, stream_id(stream), happened, now, body)


async def _our_mail(
    house: House, connection: AsyncConnection, bounce: Bounce, asked: Asked | None
) -> tuple[str, Message] | None:
    """Which of our mails came back: by its Message-ID, else the last that went out under the address written to."""
    mailed = await replies.mailed(connection, _ours(house, [bounce.message_id]))
    if mailed:
        return mailed[0]
    return (asked.stream, asked.sent[-1]) if asked and asked.by_token else None


async def _delivered(house: House, connection: AsyncConnection, bounce: Bounce, message: Message) -> Outcome:
    """What became of this mail: what is said of its own recipient counts."""
    box = message.to.address
    await house.keyring.load(connection, keys_in(box))
    address = house.keyring.open_up(box).lower() if box is not None else ""
    action = dict(bounce.each).get(address, bounce.action)
    if action != "failed":
        return Outcome("done", DELIVERY[action])
    some = [other for who, other in bounce.each if who != address and other != "failed"]
    if some and address not in dict(bounce.each):
        return Outcome("parked", ONE_OF_SEVERAL)
    return Outcome("taken", DELIVERY[action])


def _answers(found: Opened) -> tuple[Answer, ...]:
    return found.verdict.answers if isinstance(found.verdict, Reply | Counter | Refresh) else ()


def _ours(house: House, names: Sequence[str]) -> list[str]:
    """What stands before our domain in those of these ids that bear it."""
    parts = (name.lower().rpartition("@") for name in names)
    return [local for local, _, domain in parts if domain == house.settings.domain.lower()]


async def _asked(house: House, connection: AsyncConnection, found: Opened) -> list[Asked]:
    """The invitations that this mail points at: by the address it was sent to and by UID, else by what it answers."""
    boxes = [TOKEN.fullmatch(box) for box in _ours(house, found.envelope.to)]
    tokens = {box[1] for box in boxes if box}
    names = _ours(house, [a.uid for a in _answers(found)])
    rows = {r.name: r for r in await replies.expected(connection, names, tokens)}
    asked = [
        await _as_asked(house, connection, r.name, r.stream, r.meeting, r.person, r.token in tokens)
        for r in rows.values()
    ]
    if not asked:
        for stream, message in await replies.mailed(connection, _ours(house, found.envelope.refers_to)):
            if isinstance(message, SendInvitation):
                about = (invitation_name(message), stream, message.meeting, message.to.person)
                asked.append(await _as_asked(house, connection, *about, False))
    return list({a.name: a for a in asked if a.sent}.values())


async def _as_asked(
    house: House, connection: AsyncConnection, name: str, stream: str, meeting: str, person: str, by_token: bool
) -> Asked:
    sent = await replies.invited(connection, stream, meeting, person)
    boxes = [m.to.address for m in sent[-1:] if m.to.address is not None]  # one before it may have been a stranger's
    await house.keyring.load(connection, keys_in(tuple(boxes)))
    others = await replies.aliases_of(connection, stream_id(stream).area, person, house.keyring)
    addresses = frozenset([*others, *(house.keyring.open_up(box).lower() for box in boxes)])
    return Asked(name, stream, meeting, person, tuple(sent), addresses, by_token)
