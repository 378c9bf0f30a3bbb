"""Mails of many streams at once: each claimed by one alone, in its stream's order, and its receipt written."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from handlers.people import Recipient
from infra.db import outbox, tables
from infra.db.counter import Counter
from infra.db.engine import AsyncConnection, Engine, connect, transaction
from infra.db.schema import bring_up_to_date
from infra.db.sealing import Keyring
from infra.dispatch import AT_ONCE, PAUSES, Dispatch
from infra.mail.post import Accepted, Post, PostUnavailable, PutOff, Relay, Sent
from streams.office import CannotNow, Parcel
from tests.infra.mails import LETTERHEAD, letter
from tests.journeys.story import at

FAMILIES, OF_EACH = 20, 3
NOW = at("2025-01-06")
KEYRING = Keyring(bytes(32))


class Unhurried(Post):
    """Takes none before as many are under way as may be, and none for that address; it keeps their names."""

    def __init__(self, never: str = "") -> None:
        super().__init__(Relay(host="nowhere.example"))
        self.never, self.names, self.under_way, self.most = never, list[str](), 0, 0
        self.full = asyncio.Event()

    async def send(self, message: EmailMessage, to: str) -> Sent:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        if self.under_way == AT_ONCE:
            self.full.set()
        await self.full.wait()
        self.under_way -= 1
        if to == self.never:
            raise PostUnavailable("not now")
        self.names.append(str(message["Message-ID"]).partition("@")[0].removeprefix("<"))
        return Accepted()


@asynccontextmanager
async def taken(home: Path) -> AsyncIterator[tuple[Engine, list[Parcel]]]:
    """An outbox with some letters for each of many families, taken as a wave."""
    engine = connect(f"sqlite+aiosqlite:///{home / 'quorate.db'}")
    try:
        await bring_up_to_date(engine)
        rows = []
        for n in range(FAMILIES * OF_EACH):
            mail = letter(message=f"{n:03}", to=Recipient("p", "Alex", f"alex-{n}@clearway.example"))
            stream = f"riverside/family/F-{n % FAMILIES}"
            rows.append(outbox.row(mail.message, "message", stream, msgspec.json.encode(mail), NOW, 0, n))
        async with transaction(engine) as connection:
            await outbox.put(connection, rows)
            parcels = await outbox.take_wave(connection, NOW)
        yield engine, parcels
    finally:
        await engine.dispose()


async def states(engine: Engine) -> dict[str, str]:
    async with transaction(engine) as connection:
        rows = await connection.execute(select(tables.outbox).where(tables.outbox.c.kind == "message"))
        return {r.name: r.state for r in rows}


def test_streams_go_at_once_and_each_in_its_order(tmp_path: Path) -> None:
    async def story() -> None:
        async with taken(tmp_path) as (engine, parcels):
            post = Unhurried()
            await Dispatch(engine, KEYRING, LETTERHEAD, post).send(parcels, NOW)
            assert post.most == AT_ONCE and len(post.names) == len(parcels)
            for family in range(FAMILIES):
                run = [name for name in post.names if int(name) % FAMILIES == family]
                assert run == sorted(run)
            assert set((await states(engine)).values()) == {"done"}

    asyncio.run(story())


def test_a_mail_that_cannot_go_now_holds_back_its_own_stream_alone(tmp_path: Path) -> None:
    async def story() -> None:
        async with taken(tmp_path) as (engine, parcels):
            post = Unhurried(never="alex-4@clearway.example")
            with pytest.raises(CannotNow, match="not now"):
                await Dispatch(engine, KEYRING, LETTERHEAD, post).send(parcels, NOW)
            held_back = {name for name, state in (await states(engine)).items() if state != "done"}
            assert held_back == {f"{4 + n * FAMILIES:03}" for n in range(OF_EACH)}

    asyncio.run(story())


class Busy(Post):
    """Puts off whoever is in `full`, and keeps the names of what it took."""

    def __init__(self, *full: str) -> None:
        super().__init__(Relay(host="nowhere.example"))
        self.full, self.names, self.tried = set(full), list[str](), 0

    async def send(self, message: EmailMessage, to: str) -> Sent:
        self.tried += 1
        if to in self.full:
            raise PutOff("452 mailbox full")
        self.names.append(str(message["Message-ID"]).partition("@")[0].removeprefix("<"))
        return Accepted()


def to_alex_and_bo(first: int) -> list[dict[str, Any]]:
    """Two letters of one family to each of two people, in turn."""
    rows = []
    for n in range(first, first + 4):
        who = ("alex", "bo")[n % 2]
        mail = letter(message=f"{n:03}", to=Recipient(who, who, f"{who}@clearway.example"))
        rows.append(outbox.row(mail.message, "message", "riverside/family/F", msgspec.json.encode(mail), NOW, 0, n))
    return rows


async def sent_at(dispatch: Dispatch, now: datetime) -> None:
    async with transaction(dispatch.engine) as connection:
        parcels = await outbox.take_wave(connection, now)
    await dispatch.send(parcels, now)


def test_a_mail_that_its_server_puts_off_waits_by_itself_and_ever_longer(tmp_path: Path) -> None:
    async def story() -> None:
        async with taken(tmp_path) as (engine, parcels):
            post = Busy("alex-4@clearway.example")
            dispatch = Dispatch(engine, KEYRING, LETTERHEAD, post)
            await dispatch.send(parcels, NOW)
            assert {name for name, state in (await states(engine)).items() if state != "done"} == {"004", "024", "044"}
            now = NOW
            for pause in (*PAUSES, PAUSES[-1]):
                tried = post.tried
                await sent_at(dispatch, now + pause - timedelta(seconds=1))
                assert post.tried == tried, "not before its time"
                await sent_at(dispatch, now := now + pause)
                assert post.tried == tried + 1
            post.full.clear()
            await sent_at(dispatch, now + PAUSES[-1])
            assert post.names[-3:] == ["004", "024", "044"] and set((await states(engine)).values()) == {"done"}

    asyncio.run(story())


def test_nothing_to_the_same_person_overtakes_a_mail_put_off_whichever_relay_sends_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with taken(tmp_path) as (engine, _):
            post = Busy("alex@clearway.example")
            for first in (200, 300):
                async with transaction(engine) as connection:
                    await outbox.put(connection, to_alex_and_bo(first))
                await sent_at(Dispatch(engine, KEYRING, LETTERHEAD, post), NOW)
            assert post.names == ["201", "203", "301", "303"] and post.tried == 5
            then = NOW + PAUSES[0]
            await sent_at(Dispatch(engine, KEYRING, LETTERHEAD, post), then)
            assert post.tried == 6, "the first alone is tried"
            post.full.clear()
            await sent_at(Dispatch(engine, KEYRING, LETTERHEAD, post), then + PAUSES[0])
            assert post.names[4:] == ["200", "202", "300", "302"]

    asyncio.run(story())


def test_one_mail_is_claimed_by_one_alone_and_a_lost_hold_claims_none(tmp_path: Path) -> None:
    async def lost(_: AsyncConnection) -> bool:
        return False

    async def story() -> None:
        async with taken(tmp_path) as (engine, parcels):
            name, other = parcels[0].name, parcels[1].name
            first, second = Counter(engine, KEYRING), Counter(engine, KEYRING)
            assert await first.claim(name, (), in_doubt=False)
            assert not await second.claim(name, (), in_doubt=False)
            second.still_ours = lost
            assert not await second.claim(other, (), in_doubt=False)
            await first.receipt(name, "accepted", outbox.row("receipt", "event", "a/family/F", b"{}", NOW, 0, 0))
            assert not await first.claim(name, (), in_doubt=True), "it was done in the meantime"

    asyncio.run(story())
