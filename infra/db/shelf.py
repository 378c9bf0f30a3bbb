"""The held shelf: what lies there is mended in place, and let into the river again under its own name."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.events import Event
from infra.db.outbox import event_name, event_row, put
from infra.db.sealing import HELD_SHELF, Keyring
from infra.db.tables import held, outbox
from streams.wire import Letter

STRUCTURED = "application/cloudevents+json"


def close_up(letter: Letter, keyring: Keyring) -> str:
    """A held letter as its row keeps it; the shelf's key must have been loaded."""
    box = keyring.close_up(msgspec.json.encode(letter).decode(), HELD_SHELF)
    return msgspec.json.encode(box).decode()


async def replace(connection: AsyncConnection, id_: str, letter: Letter, keyring: Keyring) -> None:
    """Put a mended letter in place of the one that lies there."""
    box = close_up(letter, keyring)
    await connection.execute(update(held).where(held.c.id == id_).values(box=box))


async def set_state(connection: AsyncConnection, id_: str, state: str) -> None:
    await connection.execute(update(held).where(held.c.id == id_).values(state=state))


async def let_in_again(connection: AsyncConnection, event: Event, now: datetime) -> None:
    """Let a sealed event in at this instant, in place of the letter of that name that was held."""
    name = event_name(event.source, event.id)
    await connection.execute(delete(outbox).where(outbox.c.name == name, outbox.c.outcome == "held"))
    await put(connection, [event_row(event, now, n=1)])
