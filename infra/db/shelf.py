"""The held shelf: what lies there is mended in place, and let into the river again under its own name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.events import Event
from handlers.people import Sealed, derived
from infra.db.outbox import event_name, event_row, put
from infra.db.sealing import ERASED, HELD_SHELF, Keyring, insert_if_absent
from infra.db.tables import held, outbox
from streams.wire import Letter

STRUCTURED = "application/cloudevents+json"


def held_as(letter: Letter) -> str:
    """The record's name on the shelf, from what it says: the same content is the same record."""
    name = event_name(letter.headers.get("ce_source", ""), letter.headers.get("ce_id", ""))
    return "H-" + derived("held", name, letter.body.decode("utf-8", "replace"))[:12]


def close_up(letter: Letter, keyring: Keyring) -> str:
    """A held letter as its row keeps it; the shelf's key must have been loaded."""
    box = keyring.close_up(msgspec.json.encode(letter).decode(), HELD_SHELF)
    return msgspec.json.encode(box).decode()


async def lay_down(connection: AsyncConnection, row: dict[str, Any]) -> bool:
    """Whether the record came to lie there now: for the first time, or again after its release."""
    fresh = insert_if_absent(connection, held).returning(held.c.id)
    if (await connection.execute(fresh, row)).first():
        return True
    again = update(held).where(held.c.id == row["id"], held.c.state == "released").values(row)
    return (await connection.execute(again.returning(held.c.id))).first() is not None


async def replace(connection: AsyncConnection, id_: str, letter: Letter, keyring: Keyring) -> None:
    """Put a mended letter in place of the one that lies there."""
    box = close_up(letter, keyring)
    await connection.execute(update(held).where(held.c.id == id_).values(box=box))


async def release(connection: AsyncConnection, id_: str) -> None:
    await connection.execute(update(held).where(held.c.id == id_).values(state="released"))


async def still_bad(connection: AsyncConnection, id_: str, reason: str, sentence: str) -> None:
    """It stays where it lies, with what is wrong with it now."""
    await connection.execute(update(held).where(held.c.id == id_).values(reason=reason, sentence=sentence))


def letter_in(box: str, keyring: Keyring) -> Letter | None:
    """What lies in a row's box; None once its key is gone. The shelf's key must have been loaded."""
    text = keyring.open_up(msgspec.json.decode(box, type=Sealed))
    return None if text == ERASED else msgspec.json.decode(text, type=Letter)


def was_mended(row: Any, keyring: Keyring) -> bool:
    """Whether another letter was let in in place of the one that this row was laid down for, which may come once more
    from the river. The shelf's key must have been loaded."""
    if row is None or row.state == "open":
        return False
    stands = letter_in(row.box, keyring)
    return stands is not None and held_as(stands) != row.id


async def let_in_again(connection: AsyncConnection, event: Event, now: datetime) -> None:
    """Let a sealed event in at this instant, after word of its release, in place of the letter that was held."""
    name = event_name(event.source, event.id)
    await connection.execute(delete(outbox).where(outbox.c.name == name, outbox.c.outcome == "held"))
    await put(connection, [event_row(event, now, n=2)])
