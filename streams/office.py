"""The port: what the river needs of whoever keeps the files. The real office stands in `infra/office`.

One sitting is one transaction. Streams opened in it are locked until it ends; a batch settles together or not
at all. Nothing is sent from here: effects leave through the outbox, after the commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Literal
from typing import Protocol as Port

import msgspec
from msgspec import Struct

from handlers.decide import Decision
from handlers.desk import File
from handlers.effects import Message
from handlers.events import Event, HeldReason
from handlers.partnership import Directory
from handlers.people import StreamId
from handlers.protocol import Protocol
from streams.wire import Letter

WAVE = (
    500  # how many rows of the outbox, or wake-ups, one call brings at most: a transaction and a memory that stay small
)
Shards = frozenset[int]  # a part of all streams, which at any instant one carrier serves
Due = tuple[StreamId, datetime]


class CannotNow(Exception):
    """Database, broker or mail server is away: wait in place and try again; nothing is lost."""


class Opened(Struct, frozen=True):
    """What lies on the desk for one stream. decided_at: the instant of its latest decision; time never runs back."""

    file: File
    directory: Directory
    protocol: Protocol
    decided_at: datetime | None = None


class Settlement(Struct, frozen=True):
    """One event with what was decided about it, and at which instant."""

    event: Event
    decision: Decision
    now: datetime


class Refusal(Struct, frozen=True):
    """A record for the held shelf: as it came, why, and what would mend it. now: when we found out."""

    letter: Letter
    reason: HeldReason
    sentence: str
    now: datetime


class Parcel(Struct, frozen=True):
    """Something that leaves the outbox: an event for the river, a message for the post, an announcement for the public
    topic, or a webhook for one subscriber.

    place: its number in the order of leaving; in_doubt: an earlier attempt to send it broke off in between.
    """

    name: str
    kind: Literal["event", "message", "announcement", "webhook"]
    stream: str
    letter: bytes
    place: int
    at: str
    in_doubt: bool = False

    def as_letter(self) -> Letter:
        return msgspec.json.decode(self.letter, type=Letter)

    def as_message(self) -> Message:
        message: Message = msgspec.json.decode(self.letter, type=Message)
        return message


class Sitting(Port):
    """One transaction of the office."""

    async def resolve(self, event: Event) -> Event | str:
        """The event with an outside reference turned into our own stream, or the name that it must wait for."""

    async def seen(self, events: Sequence[Event]) -> dict[tuple[str, str], bool]:
        """Those settled before, by (source, id): True if it was the same event, False if another under its name."""

    async def open(self, streams: Iterable[StreamId]) -> dict[StreamId, Opened]:
        """Lock these streams, in one settled order, and lay out what is known of each."""

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        """Ledger, files, wake-ups, projections, inbox and outbox, in the order given."""

    async def park(self, event: Event, awaits: str) -> None:
        """Keep the event until that name is known; it then comes back by itself."""

    async def hold(self, refusal: Refusal) -> None:
        """Lay the record on the held shelf, and let its stream know."""


class Office(Port):
    async def seal(self, events: Sequence[Event]) -> list[Event]:
        """The events with their personal words under the keys of those they are about (decision 19)."""

    def sitting(self) -> AbstractAsyncContextManager[Sitting]:
        """A transaction; raises CannotNow if the database is away."""

    async def submit(self, events: Sequence[Event], first: int = 0) -> None:
        """Let these events into the river at the instant each was recorded; each name once for ever.

        first: the place of these within a longer run, so that those of one instant keep its order.
        """

    async def wave(self, now: datetime, shards: Shards | None = None) -> list[Parcel]:
        """The next that waits to leave by now, in a settled order; each is given its place and taken once.

        shards: those that are served; None means all.
        """

    async def unfinished(self, shards: Shards | None = None, after: Parcel | None = None) -> list[Parcel]:
        """The next after that one of what left and was never heard of again, in the order of leaving."""

    async def due(self, now: datetime, shards: Shards | None = None, after: Due | None = None) -> list[Due]:
        """The next after that one of the streams that wanted to look again by now, and when they wanted to."""

    async def next_instant(self, after: datetime) -> datetime | None:
        """The earliest instant after this one at which something waits to leave or a stream wants to look again."""


class Postroom(Port):
    """Sends whatever is no event: a message, whose stream learns what became of it, or a webhook; an announcement
    that the topic took is done with."""

    async def send(self, parcels: Sequence[Parcel], now: datetime) -> None:
        """All of these, those of one stream in their order, but for mails that their server puts off: those wait, and
        what goes to the same person after them. Raises CannotNow when the mail relay is away, or when
        another has taken over; what was not sent then still waits."""


class Carrier(Port):
    """Brings parcels where they belong: events into the intake, messages to the post."""

    async def carry(self, parcels: Sequence[Parcel], now: datetime) -> None:
        """Returns once every one is settled, parked, held or sent; raises CannotNow."""
