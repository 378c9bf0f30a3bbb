"""Telling a family one thing from the command line: publish it, let it be decided, and say what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import cast

import typer

from handlers.case_file import CaseFile
from handlers.decide import decide
from handlers.events import Body, Event
from handlers.facts import Duty
from handlers.meeting_file import Meeting
from handlers.meetings.falling_due import name
from handlers.people import StreamId, derived
from handlers.working_days import LONDON, in_words
from infra.cli.common import as_json, say, worked
from infra.cli.stores import Folder, folder_of, must_know, present, short
from infra.db import chain, reading
from infra.db.engine import transaction
from infra.db.outbox import event_name
from infra.wiring import House
from streams.clock import drain
from streams.local import LocalCarrier
from streams.wire import encode_body, type_name

SOURCE = "quorate/cli"
PATIENCE = timedelta(seconds=3)
A_WHILE = 0.1


@dataclass(frozen=True)
class Told:
    """One thing said to a family: the folder before and after, and what became of the event itself."""

    event: Event
    fate: str
    before: Folder
    after: Folder

    def meeting(self, id_: str) -> Meeting:
        return self.after.file.meetings[id_]


Report = Callable[[Told], list[str]]


def tell(
    ctx: typer.Context,
    family: str,
    area: str | None,
    by: str,
    json: bool,
    make: Callable[[Folder, datetime], Body],
    report: Report,
    rehearsed: bool = False,
) -> None:
    """Publish what `make` makes of the folder, and print what `report` makes of the outcome; rehearsed: decide alone,
    and keep nothing."""

    async def act(house: House) -> Told:
        before = await folder_of(house, family, area)
        must_know(by, before.directory.workers, f"the directory knows nobody called {by}")
        now = await present(house)
        event = await stamped(house, before.file.stream, make(before, now), now)
        if rehearsed:
            decision = decide(event, before.file, before.protocol, before.directory, now)
            return Told(event, "rehearsed", before, replace(before, file=cast(CaseFile, decision.file)))
        await house.office.submit([event])
        fate = await settled(house, event, now)
        return Told(event, fate, before, await folder_of(house, family, area))

    told = worked(ctx, act, mails=True)
    _print(told, _sentences(told, report), json)


async def stamped(house: House, stream: StreamId, body: Body, now: datetime) -> Event:
    """The event, named by what it says and when; its words enter that name by their salted digests alone."""
    [sealed] = await house.office.seal([Event("", SOURCE, stream, now, now, body)])
    digest = chain.digest(encode_body(sealed.body))
    id_ = derived(SOURCE, str(stream), type_name(body), digest, now.isoformat())
    return Event(id_, SOURCE, stream, now, now, sealed.body)


async def settled(house: House, event: Event, now: datetime) -> str:
    """Let everything that waits by now be carried, here or by whoever runs beside us; the fate of this event."""
    if not house.settings.embedded:
        return "sent"
    await carried(house, now)
    async with transaction(house.engine) as connection:
        return await reading.fate(connection, event_name(event.source, event.id))


async def carried(house: House, now: datetime) -> None:
    """Carry all that waits by now; what another process carries is waited for, for a while."""
    carrier = LocalCarrier(house.office, house.dispatch)
    for _ in range(int(PATIENCE.total_seconds() / A_WHILE)):
        await drain(house.office, carrier, now)
        async with transaction(house.engine) as connection:
            busy, _since = await reading.overdue_in_outbox(connection, now)
        if not busy:
            return
        await asyncio.sleep(A_WHILE)


def _sentences(told: Told, report: Report) -> list[str]:
    family = told.after.file.family
    match told.fate:
        case "sent":
            return [f"Sent: quorate show {family} tells what came of it."]
        case "held":
            return ["It cannot be decided as it stands and lies on the held shelf: see quorate held."]
        case "parked":
            return ["It waits for a name that is not known yet: see quorate parked."]
        case _:
            ending = ["Nothing was done."] if told.fate == "rehearsed" else []
            return [*report(told), *duties_ended(told), *ending]


def duties_ended(told: Told) -> list[str]:
    """Duties that were open before and are ended now."""
    before = told.before.file.duties
    return [ended(d) for d in told.after.file.duties.values() if d.ended and not _was_ended(before.get(d.id))]


def _was_ended(duty: Duty | None) -> bool:
    return duty is None or duty.ended is not None


def ended(duty: Duty) -> str:
    return f"Duty {duty.id} ended ({duty.ended}: {duty.ended_by}): {short(duty.sentence)}."


def duties_opened(told: Told) -> list[str]:
    """What is owed now and was not before."""
    before = told.before.file.duties
    new = [d for d in told.after.file.duties.values() if not d.ended and d.id not in before]
    return [opened(told.after, d) for d in new]


def opened(folder: Folder, duty: Duty) -> str:
    to = f", to {folder.name(duty.to)}" if duty.to else ""
    return f"Duty {duty.id} opened: {short(duty.sentence)}{to}; due {in_words(duty.due_at)}."


def _print(told: Told, sentences: list[str], json: bool) -> None:
    if json:
        as_json(
            {
                "event": told.event.id,
                "type": type_name(told.event.body),
                "family": told.after.file.family,
                "fate": told.fate,
                "sentences": sentences,
            }
        )
        return
    for sentence in sentences:
        say(sentence)


def time_kept(folder: Folder, meeting: Meeting) -> str:
    """When, where, under whom and without whom a booked meeting takes place."""
    booked = meeting.booked
    if booked is None:
        return f"The {name(meeting)} has no time."
    chair = f"chair {folder.name(booked.chair)}" if booked.chair else "nobody in the chair"
    missing = ", ".join(folder.name(p) for p in booked.missing)
    without = f"not free then: {missing}" if missing else "everybody asked for is free"
    ends = f"{booked.ends_at.astimezone(LONDON):%H:%M}"
    return (
        f"The {name(meeting)} is booked for {in_words(booked.starts_at)} to {ends}, {booked.place}, {chair}; {without}."
    )
