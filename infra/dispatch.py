"""Doing what was decided: one `match` over the messages, each sent at most as often as its kind may be.

Mails of different streams are under way at once, those of one stream go in their order. A mail that its server puts
off waits by itself, for longer each time, and with it only what goes to the same person after it. The claim is
committed before SMTP begins. If the process dies in between, nobody knows whether the mail went: an invitation is
simply sent again, since the same UID and SEQUENCE change nothing in a calendar; a paper, letter or notice is reported
as unknown, and the duty behind it stays open for a person.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, assert_never

from handlers.effects import Message, SendInvitation, SendLetter, SendMinutes, SendNotice, SendReminder
from handlers.events import Event, MessageAccepted, MessageFailed, Paper
from handlers.people import derived
from infra.db import outbox, replies
from infra.db.counter import Counter
from infra.db.engine import Engine, transaction
from infra.db.links import generation, revoke
from infra.db.sealing import Keyring, keys_in
from infra.db.tables import stamp
from infra.delivery import Webhooks
from infra.mail.post import Accepted, Post, PostUnavailable, PutOff, Refused, Sent, Unknown
from infra.papers.calendars import invitation_name
from infra.papers.compose import Letterhead, compose
from infra.papers.links import Links
from infra.papers.words import Unaddressable
from infra.pulse import Pulse
from infra.webhooks.calling import Network
from streams.office import CannotNow, Parcel
from streams.wire import stream_id

SOURCE = "quorate/post"
AT_ONCE = 8  # mails under way; each may be in doubt after a crash, so not many more than keep a relay busy
# After each time in turn that a mail was put off; then the last for ever, since giving up is for a person.
PAUSES = (timedelta(seconds=5), *(timedelta(minutes=m) for m in (1, 5, 15, 30, 60)))
Waits = dict[tuple[str, str], str]  # until when, by stream and person

log = logging.getLogger(__name__)


class Dispatch:
    """Sends messages over one relay, and webhooks where they may go; implements streams.office.Postroom."""

    def __init__(
        self,
        engine: Engine,
        keyring: Keyring,
        letterhead: Letterhead,
        post: Post,
        networks: tuple[Network, ...] = (),
        links: Links | None = None,
    ) -> None:
        self.engine, self.keyring, self.letterhead, self.post = engine, keyring, letterhead, post
        self.links = links if links and links.base else None
        self.webhooks = Webhooks(engine, keyring, networks)
        self.counter = Counter(engine, keyring)
        self.pulse = Pulse()
        self._put_off: dict[str, int] = {}  # how often, by the mail's name; a fresh process begins anew

    async def send(self, parcels: Sequence[Parcel], now: datetime) -> None:
        if told := [p.name for p in parcels if p.kind == "announcement"]:
            async with transaction(self.engine) as connection:
                await outbox.mark(connection, told, "done")
        if messages := [p for p in parcels if p.kind == "message"]:
            await self._send_messages(messages, now)
        for parcel in parcels:
            if parcel.kind == "webhook":
                await self.webhooks.send(parcel, now)
                self.pulse.beat()

    async def _send_messages(self, parcels: Sequence[Parcel], now: datetime) -> None:
        """One that cannot go now stops its stream; so many as may be under way, or a fault of ours, stop all."""
        lanes: dict[str, list[Parcel]] = defaultdict(list)
        for parcel in parcels:
            lanes[parcel.stream].append(parcel)
        async with transaction(self.engine) as connection:
            waits: Waits = await outbox.those_put_off(connection, lanes)
        free, away, broken = asyncio.Semaphore(AT_ONCE), list[CannotNow](), list[BaseException]()

        async def go(lane: Sequence[Parcel]) -> None:
            async with free:
                for parcel in lane:
                    if broken or len(away) >= AT_ONCE:
                        return
                    try:
                        await self._send_in_turn(parcel, now, waits)
                    except CannotNow as fault:
                        away.append(fault)
                        return
                    except BaseException as fault:
                        broken.append(fault)
                        raise

        await asyncio.gather(*map(go, lanes.values()), return_exceptions=True)
        for fault in [*broken, *away]:
            raise fault

    async def _send_in_turn(self, parcel: Parcel, now: datetime, waits: Waits) -> None:
        """Send it, or let it wait: for its server, or behind another to the same person."""
        whom = (parcel.stream, parcel.as_message().to.person)
        if waits.get(whom, "") > parcel.at and not parcel.in_doubt:
            await self.counter.put_off(parcel.name, waits[whom])
            return
        try:
            await self._send_message(parcel, now)
            self._put_off.pop(parcel.name, None)
        except PutOff as fault:
            before = self._put_off.get(parcel.name, 0)
            self._put_off[parcel.name] = before + 1
            waits[whom] = stamp(now + PAUSES[min(before, len(PAUSES) - 1)])
            await self.counter.put_off(parcel.name, waits[whom])
            log.warning("the mail %s waits until %s: %s", parcel.name, waits[whom], fault)
            self.pulse.on_mail(outbox.PUT_OFF)
        self.pulse.beat()

    async def _send_message(self, parcel: Parcel, now: datetime) -> None:
        message = parcel.as_message()
        answerable = self._answerable(parcel, message) if isinstance(message, SendInvitation) else None
        if not await self.counter.claim(parcel.name, keys_in(message), parcel.in_doubt, answerable):
            raise CannotNow("another relay has taken over what this one was to send")
        try:
            sent = Unknown() if parcel.in_doubt and not may_repeat(message) else await self._post(message)
        except CannotNow:
            await self.counter.give_back(parcel.name)
            raise
        row = outbox.event_row(self._receipt(parcel, message, sent, now), now, parcel.place)
        await self.counter.receipt(parcel.name, type(sent).__name__.lower(), row)
        self.pulse.on_mail(type(sent).__name__.lower())

    def _answerable(self, parcel: Parcel, message: SendInvitation) -> dict[str, str]:
        name = invitation_name(message)
        token = self.letterhead.token(name)
        return replies.answerable(name, token, parcel.stream, message.meeting, message.to.person)

    async def _post(self, message: Message) -> Sent:
        try:
            link = await self._link(message) if isinstance(message, SendInvitation) else ""
            mail = compose(message, self.letterhead, self.keyring.open_up, link)
            return await self.post.send(mail, self.keyring.open_up(message.to.address or ""))
        except Unaddressable as error:
            return Refused(str(error))
        except PutOff:
            raise
        except PostUnavailable as error:
            raise CannotNow(str(error)) from error

    async def _link(self, message: SendInvitation) -> str:
        """Where it may be answered; whoever is called off can answer there no more."""
        name = invitation_name(message)
        if message.method == "CANCEL":
            async with transaction(self.engine) as connection:
                await revoke(connection, name)
        elif self.links:
            async with transaction(self.engine) as connection:
                return self.links.url(name, await generation(connection, name))
        return ""

    def _receipt(self, parcel: Parcel, message: Message, sent: Sent, now: datetime) -> Event:
        stream = stream_id(parcel.stream)
        match sent:
            case Accepted():
                ready = isinstance(message, SendMinutes) and not message.to.secure
                body: MessageAccepted | MessageFailed = MessageAccepted(*_about(message), _revision(message), ready)
            case Refused():
                body = failed(message, "refused")
            case Unknown():
                body = failed(message, "unknown")
            case _:
                assert_never(sent)
        return Event(derived("receipt", message.message), SOURCE, stream, now, now, body)


def paper_of(message: Message) -> Paper:
    """What kind of paper this is."""
    match message:
        case SendInvitation():
            return "invitation" if message.method == "REQUEST" else "cancellation"
        case SendReminder():
            return "reminder"
        case SendMinutes():
            return message.part
        case SendNotice():
            return "notice"
        case SendLetter():
            return "letter"
        case _:
            assert_never(message)


def failed(message: Message, how: Literal["refused", "bounced", "unknown"]) -> MessageFailed:
    """What is told of a mail that did not arrive, or may not have."""
    return MessageFailed(*_about(message), how, _revision(message))


def _about(message: Message) -> tuple[str, str, str, Paper]:
    """Which mail it is about, for whom; of a copy, the mail whose fate the copy's is."""
    copy_of = message.copy_of if isinstance(message, SendInvitation) else ""
    return copy_of or message.message, message.meeting, message.to.person, paper_of(message)


def may_repeat(message: Message) -> bool:
    """The same invitation twice changes nothing in a calendar; a letter twice does in a person (itip, point 17)."""
    return isinstance(message, SendInvitation)


def _revision(message: Message) -> int:
    return message.revision if isinstance(message, SendInvitation) else 0
