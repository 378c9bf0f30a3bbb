"""Mails handed to a relay beside aiosmtplib alone, and invitations composed beside icalendar and email alone.

The relay is a process of its own that keeps nothing, so that its work is not counted as ours.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC
from email.message import EmailMessage
from email.policy import SMTP as SMTP_LINES
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
from aiosmtplib import SMTP
from icalendar import Calendar, Event, vCalAddress

from handlers.effects import SendInvitation
from handlers.people import Recipient
from handlers.working_days import LONDON
from infra.db import outbox
from infra.db.engine import connect, transaction
from infra.db.schema import bring_up_to_date
from infra.dispatch import AT_ONCE, Dispatch
from infra.mail.post import Post, Relay
from infra.papers.calendars import LONDON_ZONE
from tests.benchmarks.table import Line, Timed, Watch, interleaved, ratio
from tests.infra.mails import LETTERHEAD, composed, html, invitation, text
from tests.simulation.houses import MASTER, SteadyKeyring, settings_in

FULL = 2000  # mails in one turn at full size
SENDER = "desk@meetings.example"
SINK = r"""
import asyncio, sys
async def talk(reader, writer):
    writer.write(b"220 here\r\n")
    while line := await reader.readline():
        if line[:4].upper() == b"DATA":
            writer.write(b"354 go\r\n")
            await reader.readuntil(b"\r\n.\r\n")
        writer.write(b"250 fine\r\n")
    writer.close()
async def main():
    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
asyncio.run(main())
"""


@contextmanager
def willing() -> Iterator[int]:
    """The port of a relay that takes everything."""
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", SINK], stdin=pipe, stdout=pipe) as process:
        assert process.stdin and process.stdout
        yield int(process.stdout.readline())
        process.stdin.close()


def invitations(count: int) -> list[SendInvitation]:
    """Each to somebody else, of a family and a meeting of its own."""
    return [
        invitation(message=f"m-{n}", family=f"F-{n}", to=Recipient(f"p-{n}", "Alex Green", f"alex-{n}@health.example"))
        for n in range(count)
    ]


async def by_post(port: int, mails: Sequence[tuple[str, bytes]]) -> None:
    """Ours without the outbox: the room that knows SMTP."""
    left = iter(mails)
    async with Post(Relay(host="127.0.0.1", port=port)) as post:

        async def lane() -> None:
            for to, content in left:
                await post.hand_over(content, SENDER, to)

        await asyncio.gather(*(lane() for _ in range(AT_ONCE)))


async def bare(port: int, mails: Sequence[tuple[str, bytes]]) -> None:
    """aiosmtplib alone: as many lines, bytes that were made before."""
    left = iter(mails)

    async def lane() -> None:
        line = SMTP(hostname="127.0.0.1", port=port)
        await line.connect()
        for to, content in left:
            await line.mail(SENDER)
            await line.rcpt(to)
            await line.data(content)
        line.close()

    await asyncio.gather(*(lane() for _ in range(AT_ONCE)))


@asynccontextmanager
async def waiting(
    folder: Path, effects: Sequence[SendInvitation], port: int
) -> AsyncIterator[Callable[[], Coroutine[Any, Any, None]]]:
    """A house with these messages in its outbox, taken as waves are; it yields what sends them all."""
    settings = settings_in(folder)
    now = effects[0].stamped_at
    engine = connect(settings.database)
    await bring_up_to_date(engine)
    rows = [
        outbox.row(x.message, "message", f"riverside/family/{x.family}", msgspec.json.encode(x), now, 0, n)
        for n, x in enumerate(effects)
    ]
    waves = []
    async with transaction(engine) as connection:
        await outbox.put(connection, rows)
        while wave := await outbox.take_wave(connection, now):
            waves.append(wave)
    async with Post(Relay(host="127.0.0.1", port=port)) as post:
        dispatch = Dispatch(engine, SteadyKeyring(bytes.fromhex(MASTER)), LETTERHEAD, post)

        async def send() -> None:
            for wave in waves:
                await dispatch.send(wave, now)

        yield send
    await engine.dispose()


def alone(effect: SendInvitation, words: tuple[str, str]) -> bytes:
    """icalendar and email alone: the same parts, the words ready-made."""
    event = Event()
    for name, value in {
        "uid": f"{effect.message}@meetings.example",
        "sequence": effect.sequence,
        "dtstamp": effect.stamped_at.astimezone(UTC),
        "dtstart": effect.starts_at.astimezone(LONDON),
        "dtend": effect.ends_at.astimezone(LONDON),
        "summary": "Meeting",
        "location": effect.place,
        "description": "You are invited to a meeting.",
        "status": "CONFIRMED",
        "transp": "OPAQUE",
        "class": "PRIVATE",
        "organizer": vCalAddress(f"mailto:{SENDER}"),
        "attendee": vCalAddress(f"mailto:{effect.to.address}"),
    }.items():
        event.add(name, value)
    book = Calendar()
    book.add("prodid", "-//Quorate//Invitations//EN")
    book.add("version", "2.0")
    book.add("method", "REQUEST")
    book.add_component(LONDON_ZONE)
    book.add_component(event)
    body = book.to_ical()
    mail = EmailMessage(policy=SMTP_LINES)
    mail["From"], mail["To"], mail["Subject"] = SENDER, str(effect.to.address), "You are invited to a meeting"
    mail["Date"], mail["Message-ID"] = effect.stamped_at, f"<{effect.message}@meetings.example>"
    mail.set_content(words[0], cte="quoted-printable")
    mail.add_alternative(words[1], subtype="html", cte="quoted-printable")
    mail.add_alternative(body, "text", "calendar", cte="base64", params={"method": "REQUEST", "charset": "UTF-8"})
    mail.add_attachment(body, "application", "ics", filename="invite.ics")
    return mail.as_bytes()


def _running(made: Callable[[], Coroutine[Any, Any, None]]) -> Timed:
    def timed(watch: Watch) -> None:
        with watch.running():
            asyncio.run(made())

    return timed


def measure(folder: Path, count: int, rounds: int) -> list[Line]:
    """count: mails in each turn."""
    effects = invitations(count)
    mails = [composed(effect) for effect in effects]
    ready = [(str(mail["To"]), mail.as_bytes(policy=SMTP_LINES)) for mail in mails]
    words = [(text(mail), html(mail)) for mail in mails]
    folders = iter(range(rounds))

    def compose_all(watch: Watch) -> None:
        with watch.running():
            for effect in effects:
                composed(effect).as_bytes(policy=SMTP_LINES)

    def alone_all(watch: Watch) -> None:
        with watch.running():
            for effect, said in zip(effects, words, strict=True):
                alone(effect, said)

    with willing() as port:

        def dispatched(watch: Watch) -> None:
            async def life() -> None:
                place = folder / str(next(folders))
                place.mkdir(parents=True)
                async with waiting(place, effects, port) as send:
                    with watch.running():
                        await send()

            asyncio.run(life())

        seconds = interleaved(
            rounds,
            {
                "bare": _running(lambda: bare(port, ready)),
                "post": _running(lambda: by_post(port, ready)),
                "dispatch": dispatched,
                "compose": compose_all,
                "alone": alone_all,
            },
        )
    rates = {name: f"{count / median(each):.0f}" for name, each in seconds.items()}
    beside = f"aiosmtplib alone {rates['bare']} mails/s"
    return [
        Line("mails to SMTP", ratio(seconds["bare"], seconds["post"]), "of aiosmtplib", f"{rates['post']}; {beside}"),
        Line(
            "mails, whole",
            ratio(seconds["bare"], seconds["dispatch"]),
            "of aiosmtplib",
            f"{rates['dispatch']}, claimed, composed, sent and receipted; {beside}",
        ),
        Line(
            "invitations composed",
            ratio(seconds["compose"], seconds["alone"]),
            "of the time of icalendar and email",
            f"{rates['compose']}/s; icalendar and email alone, their words ready-made, {rates['alone']}/s",
        ),
    ]
