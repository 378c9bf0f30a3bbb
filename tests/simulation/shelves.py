"""The coordinator at the held shelf: adds the basis that a record lacked and lets it in, as `quorate held` does."""

from __future__ import annotations

from datetime import datetime

import msgspec

from handlers.events import RecordReleased
from infra.db import reading, shelf
from infra.db.engine import transaction
from infra.db.sealing import HELD_SHELF
from infra.publishing import as_event
from infra.wiring import House
from streams.wire import Letter


async def let_out(house: House, record: str, by: str, now: datetime) -> None:
    """Mend it with a basis and release it; nothing if it does not lie there (any more)."""
    async with transaction(house.engine) as connection:
        row = await reading.held_row(connection, record)
        await house.keyring.have([HELD_SHELF], connection)
    if row is None or row.state != "open":
        return
    letter = shelf.letter_in(row.box, house.keyring)
    assert letter is not None
    mended = _with_basis(letter)
    async with transaction(house.engine) as connection:
        await shelf.replace(connection, record, mended, house.keyring)
    [event] = await house.office.seal([as_event(mended)])
    async with house.office.sitting() as sitting:
        await shelf.release(sitting.connection, record)
        await sitting.tell_stream(row.stream, RecordReleased(record), mended, now, f"desk.sim/{by}")
        await shelf.let_in_again(sitting.connection, event, now)


def _with_basis(letter: Letter) -> Letter:
    body = msgspec.json.decode(letter.body)
    body["basis"] = "statutory"
    return msgspec.structs.replace(letter, body=msgspec.json.encode(body))
