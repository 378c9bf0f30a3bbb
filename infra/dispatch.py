"""Doing what was decided: one `match` over the messages, each sent at most as often as its kind may be.

The claim is committed before SMTP begins. If the process dies in between, nobody knows whether the mail went: an
invitation is simply sent again, since the same UID and SEQUENCE change nothing in a calendar; a paper, letter or
notice is reported as unknown, and the duty behind it stays open for a person.
"""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from handlers.effects import Message, SendInvitation, SendLetter, SendMinutes, SendNotice
from handlers.events import Event, MessageAccepted, MessageFailed, Paper
from handlers.people import derived
from infra.db import outbox
from infra.db.engine import Engine, transaction
from infra.db.sealing import Keyring, keys_in
from infra.delivery import Webhooks
from infra.mail.post import Accepted, Post, PostUnavailable, Refused, Sent, Unknown
from infra.papers.compose import Letterhead, compose
from infra.papers.words import Unaddressable
from infra.pulse import Pulse
from infra.webhooks.calling import Network
from streams.office import CannotNow, Parcel
from streams.wire import stream_id

SOURCE = "quorate/post"


class Dispatch:
    """Sends messages over one relay, and webhooks where they may go; implements streams.office.Postroom."""

    def __init__(
        self,
        engine: Engine,
        keyring: Keyring,
        letterhead: Letterhead,
        post: Post,
        networks: tuple[Network, ...] = (),
    ) -> None:
        self.engine, self.keyring, self.letterhead, self.post = engine, keyring, letterhead, post
        self.webhooks = Webhooks(engine, keyring, networks)
        self.pulse = Pulse()

    async def send(self, parcel: Parcel, now: datetime) -> None:
        match parcel.kind:
            case "webhook":
                await self.webhooks.send(parcel, now)
            case "announcement":
                async with transaction(self.engine) as connection:
                    await outbox.mark(connection, [parcel.name], "done")
            case _:
                await self._send_message(parcel, now)
        self.pulse.beat()

    async def _send_message(self, parcel: Parcel, now: datetime) -> None:
        message = parcel.as_message()
        async with transaction(self.engine) as connection:
            await outbox.mark(connection, [parcel.name], "sending")
            await self.keyring.load(connection, keys_in(message))
        sent = Unknown() if parcel.in_doubt and not may_repeat(message) else await self._post(message)
        receipt = self._receipt(parcel, message, sent, now)
        async with transaction(self.engine) as connection:
            await outbox.mark(connection, [parcel.name], "done", type(sent).__name__.lower())
            await outbox.put(connection, [outbox.event_row(receipt, now, parcel.place)])
        self.pulse.on_mail(type(sent).__name__.lower())

    async def _post(self, message: Message) -> Sent:
        try:
            mail = compose(message, self.letterhead, self.keyring.open_up)
            return await self.post.send(mail, self.keyring.open_up(message.to.address or ""))
        except Unaddressable as error:
            return Refused(str(error))
        except PostUnavailable as error:
            raise CannotNow(str(error)) from error

    def _receipt(self, parcel: Parcel, message: Message, sent: Sent, now: datetime) -> Event:
        stream, paper, revision = stream_id(parcel.stream), paper_of(message), _revision(message)
        about = (message.message, message.meeting, message.to.person, paper)
        match sent:
            case Accepted():
                ready = isinstance(message, SendMinutes) and not message.to.secure
                body: MessageAccepted | MessageFailed = MessageAccepted(*about, revision, ready)
            case Refused():
                body = MessageFailed(*about, "refused", revision)
            case Unknown():
                body = MessageFailed(*about, "unknown", revision)
            case _:
                assert_never(sent)
        return Event(derived("receipt", message.message), SOURCE, stream, now, now, body)


def paper_of(message: Message) -> Paper:
    """What kind of paper this is."""
    match message:
        case SendInvitation():
            return "invitation" if message.method == "REQUEST" else "cancellation"
        case SendMinutes():
            return message.part
        case SendNotice():
            return "notice"
        case SendLetter():
            return "letter"
        case _:
            assert_never(message)


def may_repeat(message: Message) -> bool:
    """The same invitation twice changes nothing in a calendar; a letter twice does in a person (itip, point 17)."""
    return isinstance(message, SendInvitation)


def _revision(message: Message) -> int:
    return message.revision if isinstance(message, SendInvitation) else 0
