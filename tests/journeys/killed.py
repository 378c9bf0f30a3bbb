"""A short journey that can be killed at any crossing of a port: SIGKILL, no warning, nothing tidied up."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from handlers import events as e
from handlers.effects import Message
from handlers.events import Event
from infra.dispatch import Dispatch
from infra.mail.post import Sent
from infra.office import Office, Sitting
from infra.settings import read
from infra.wiring import House, house
from streams.clock import play
from streams.local import LocalCarrier
from streams.office import Parcel, Shards
from tests.journeys.story import CONFERENCE, at, minutes_of, told, took_part

WORKERS = ("w-coordinator", "w-social", "w-chair", "w-key")
LIVED = "lived to the end"
START, END = at("2025-01-06", "08:00"), at("2025-01-13", "23:00")


def journey() -> list[Event]:
    """Two workers, a chair, a room, a mother in treatment; a conference held and minuted."""
    posts = {"coordinator": "w-coordinator", "minute_taker": "w-coordinator"}
    when, family = at("2025-01-06"), "family/F-1"
    directory: list[e.Body] = [
        e.AreaRecorded("Riverside", "Riverside Conference Team", "01632 960 100", posts),
        e.AgencyRecorded("clearway", "Clearway", "treatment", "w-key"),
        *(
            e.WorkerRecorded(w, a, w.title(), f"{w}@{a}.example", secure=True, chairs=w == "w-chair")
            for w, a in zip(WORKERS, ("council", "council", "council", "clearway"), strict=True)
        ),
    ]
    mother = e.Member(person="p-mother", name="Mary Quillfeather", relation="parent", cares=True)
    child = e.Member(person="p-tom", name="Tom Quillfeather", relation="child")
    opened = e.EpisodeOpened("E-1", "clearway", "w-key", date(2025, 1, 2), "consent", "CW-1")
    return [
        *(told(when, "partnership", body) for body in directory),
        told(when, "diary", e.RoomRecorded("room-1", "Room 1", "Civic Centre", 12)),
        told(when, family, e.HouseholdRecorded((mother, child))),
        told(when, family, e.ProfessionalInvolved("w-social", "social_worker", date(2025, 1, 6))),
        told(at("2025-01-06", "10:00"), family, e.StrategyDiscussionHeld("SD-1", date(2025, 1, 6), True)),
        told(at("2025-01-06", "10:00"), family, e.ConferenceAskedFor("SD-1", "w-social")),
        told(at("2025-01-06", "11:00"), "person/p-mother", opened),
        told(at("2025-01-07"), family, e.AnswerGiven(CONFERENCE, "w-key", "accepted", "w-coordinator")),
        told(at("2025-01-06", "16:00"), family, e.ReportReceived(CONFERENCE, "w-key", "w-coordinator")),
        told(at("2025-01-08", "12:00"), family, e.MeetingHeld(CONFERENCE, took_part("w-chair", "w-social", "w-key"))),
        told(at("2025-01-13"), family, minutes_of(CONFERENCE)),
    ]


class Crossings:
    """Counts each crossing of a port and dies at the one it was told."""

    def __init__(self, fatal: int, log: Path) -> None:
        self.fatal, self.log, self.count = fatal, log, 0

    def __call__(self, name: str) -> None:
        self.count += 1
        with self.log.open("a") as file:
            file.write(f"{name}\n")
        if self.count == self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)


class MortalOffice(Office):
    crossing: Crossings

    @asynccontextmanager
    async def sitting(self) -> AsyncIterator[Sitting]:
        self.crossing("before a decision is opened")
        async with super().sitting() as sitting:
            yield sitting
            self.crossing("before a decision is committed")
        self.crossing("after a decision is committed")

    async def submit(self, events: Sequence[Event], first: int = 0) -> None:
        self.crossing("before events are let in")
        await super().submit(events, first)
        self.crossing("after events are let in")

    async def wave(self, now: datetime, shards: Shards | None = None) -> list[Parcel]:
        self.crossing("before a wave leaves the outbox")
        parcels = await super().wave(now, shards)
        self.crossing("after a wave left the outbox")
        return parcels


class MortalDispatch(Dispatch):
    crossing: Crossings

    async def _send_message(self, parcel: Parcel, now: datetime) -> None:
        self.crossing("before a mail is claimed")
        await super()._send_message(parcel, now)
        self.crossing("after a receipt is committed")

    async def _post(self, message: Message) -> Sent:
        self.crossing("before SMTP, claimed")
        sent = await super()._post(message)
        self.crossing("after SMTP, no receipt yet")
        return sent


def mortal(open_house: House, crossing: Crossings) -> House:
    office: Any = MortalOffice(open_house.engine, open_house.keyring, open_house.office.protocols)
    dispatch: Any = MortalDispatch(
        open_house.engine, open_house.keyring, open_house.dispatch.letterhead, open_house.dispatch.post
    )
    office.crossing = dispatch.crossing = crossing
    return replace(open_house, office=office, dispatch=dispatch)


def live_through(home: Path, port: int, fatal: int, log: Path) -> None:
    """The whole journey, from wherever an earlier life left it; fatal 0 lives to the end."""

    async def life() -> None:
        async with house(read({"QUORATE_SMTP_PORT": str(port)}, home)) as open_house:
            frail = mortal(open_house, Crossings(fatal, log))
            await frail.office.submit(journey())
            await play(frail.office, LocalCarrier(frail.office, frail.dispatch), START, END)

    asyncio.run(life())
    (home / LIVED).touch()
