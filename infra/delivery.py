"""Delivering webhooks: each under one id for ever, tried again after growing pauses, and never dropped in silence.

The pauses stand in the outbox, so that nothing sleeps. Of a subscriber who does not answer at all one webhook is tried
and the others wait with it, since each silence costs seconds; one who refuses a single event still gets the others.
Whoever fails for days comes to lie on the held shelf, once, until a person mends and releases it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from handlers.events import SubscriberRecorded
from handlers.partnership import Directory
from handlers.people import StreamId, derived
from infra.db import announced, outbox, reading, sealing, shelf
from infra.db.announced import Delivery
from infra.db.engine import AsyncConnection, Engine, transaction
from infra.db.folding import kept_file
from infra.db.sealing import Keyring, keys_in
from infra.db.tables import stamp
from infra.webhooks.calling import Answer, Heard, Network, Refused, Silent, call
from infra.webhooks.signing import NoSecret, signed
from streams.clock import wall
from streams.office import Parcel
from streams.wire import Letter

# After each failure in turn; then it is given up, after a little less than three days.
PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
    timedelta(hours=24),
)
UNDELIVERED = "undelivered"


class Webhooks:
    """Calls subscribers; networks: those within that may be called."""

    def __init__(self, engine: Engine, keyring: Keyring, networks: tuple[Network, ...]) -> None:
        self.engine, self.keyring, self.networks = engine, keyring, networks

    async def send(self, parcel: Parcel, now: datetime) -> None:
        """One try. The claim is committed before it, so that a crash in between sends it again under the same id."""
        delivery = msgspec.json.decode(parcel.letter, type=Delivery)
        async with transaction(self.engine) as connection:
            subscriber = await self._subscriber(connection, parcel.stream)
            given_up, until = await announced.ahead_of(connection, parcel.stream)
            if subscriber is None:
                await outbox.mark(connection, [parcel.name], "done", "withdrawn")
                return
            if given_up:
                await outbox.mark(connection, [parcel.name], "done", "unreachable")
                return
            if until > stamp(now):
                await announced.try_again(connection, parcel.name, delivery, until)
                return
            await outbox.mark(connection, [parcel.name], "sending")
        answer = await self.post(subscriber, delivery)
        async with transaction(self.engine) as connection:
            await self._settle(connection, parcel, delivery, answer, now)

    async def post(self, subscriber: SubscriberRecorded, delivery: Delivery) -> Answer:
        """The call itself; its keys must have been loaded. The signature's second is the wall's, for its reader."""
        url, secret = self.keyring.open_up(subscriber.url), self.keyring.open_up(subscriber.secret)
        body = delivery.body.encode()
        try:
            headers = signed(secret, delivery.id, int(wall().timestamp()), body)
        except NoSecret as error:
            return Refused(f"its secret cannot be used: {error}")
        headers |= {"content-type": "application/cloudevents+json", "user-agent": "Quorate"}
        return await call(url, headers, body, self.networks)

    async def _subscriber(self, connection: AsyncConnection, stream: str) -> SubscriberRecorded | None:
        """As the directory knows it now: a new address or secret holds for what waits already."""
        area, _, name = stream.split("/", 2)
        where = StreamId(area, "partnership", area)
        row = await reading.file_row(connection, where)
        directory = await kept_file(connection, where, row) if row else None
        known = directory.subscribers.get(name) if isinstance(directory, Directory) else None
        await self.keyring.load(connection, keys_in(known))
        return known

    async def _settle(
        self, connection: AsyncConnection, parcel: Parcel, delivery: Delivery, answer: Answer, now: datetime
    ) -> None:
        failed = replace(delivery, failures=delivery.failures + 1)
        match answer:
            case Heard():
                await outbox.mark(connection, [parcel.name], "done", "delivered")
            case Refused() | Silent() if delivery.failures < len(PAUSES):
                then = stamp(now + PAUSES[delivery.failures])
                outcome = "silent" if isinstance(answer, Silent) else "refused"
                await announced.try_again(connection, parcel.name, failed, then, outcome)
            case Refused(sentence) | Silent(sentence):
                outcome = "unreachable" if isinstance(answer, Silent) else UNDELIVERED
                await announced.try_again(connection, parcel.name, failed, stamp(now))  # its count of tries
                await outbox.mark(connection, [parcel.name], "done", outcome)
                await self._give_up(connection, parcel.stream, delivery.subscriber, sentence, now)

    async def _give_up(
        self, connection: AsyncConnection, stream: str, subscriber: str, sentence: str, now: datetime
    ) -> None:
        """One record on the shelf for the subscriber, however much it missed."""
        area = stream.partition("/")[0]
        body = msgspec.json.encode({"subject": stream, "data": {"subscriber": subscriber}})
        letter = Letter(f"{area}/partnership/{area}", {"content-type": shelf.STRUCTURED}, body)
        await self.keyring.have([sealing.HELD_SHELF], connection)
        row = {
            "id": "H-" + derived("webhooks", stream)[:12],
            "stream": letter.key,
            "reason": UNDELIVERED,
            "sentence": f"the subscriber {subscriber} could not be told for days, at last since {sentence}: see quorate"
            " webhooks failed, mend its address with quorate webhooks add, and release this",
            "box": shelf.close_up(letter, self.keyring),
            "at": stamp(now),
            "state": "open",
        }
        await shelf.lay_down(connection, row)
