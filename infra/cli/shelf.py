"""The held shelf at the command line: what lies there, mending it, releasing it; and what waits for a name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from handlers.admission import check
from handlers.events import Event, Impossible, RecordReleased
from handlers.people import Sealed
from infra.cli.common import Fault, Json, as_json, first_few, say, worked
from infra.cli.moments import iso, words
from infra.cli.paper import listed
from infra.cli.stores import directory_of, file_of, has_begun, must_know, present
from infra.cli.telling import SOURCE, carried
from infra.db import announced, chain, reading, shelf
from infra.db.engine import transaction
from infra.db.outbox import event_name
from infra.db.sealing import HELD_SHELF
from infra.db.shelf import STRUCTURED
from infra.db.tables import unstamp
from infra.delivery import UNDELIVERED
from infra.publishing import CLASH, as_event, attributes_of, from_line, instant_in
from infra.wiring import House
from streams.wire import Letter, Unreadable, stream_id, write

HELD_COLUMNS = {
    "record": "Record",
    "at": "Held since",
    "stream": "Stream",
    "reason": "Reason",
    "sentence": "What is wrong",
}
PARKED_COLUMNS = {"awaits": "Waits for", "stream": "Stream", "type": "Event", "source": "From", "at": "Recorded"}
Record = Annotated[str, typer.Argument(metavar="ID", help="As quorate held lists it, such as H-1a2b3c4d5e6f.")]


def held(ctx: typer.Context, json: Json = False) -> None:
    """List what lies on the held shelf, oldest first."""
    if ctx.invoked_subcommand is not None:
        return

    async def act(house: House) -> list[dict[str, Any]]:
        async with transaction(house.engine) as connection:
            return [_row(r) for r in await reading.held_rows(connection)]

    listed(worked(ctx, act), HELD_COLUMNS, json, "Nothing is held.")


def _row(r: Any) -> dict[str, Any]:
    at = unstamp(r.at)
    told = {"record": r.id, "at": iso(at), "_at": words(at), "stream": r.stream or None}
    return told | {"reason": r.reason, "sentence": r.sentence, "state": r.state}


def held_show(ctx: typer.Context, record: Record, json: Json = False) -> None:
    """One held record: why it is held, and the event itself, opened."""

    async def act(house: House) -> dict[str, Any]:
        row = await _found(house, record)
        letter = await _letter(house, row)
        return {k: v for k, v in _row(row).items() if not k.startswith("_")} | {"event": await _as_told(house, letter)}

    told = worked(ctx, act)
    if json:
        as_json(told)
        return
    say(f"{record} ({told['reason']}, {told['state']}), held since {told['at']}: {told['sentence']}")
    if isinstance(told["event"], str):
        say(told["event"])
    else:
        typer.echo(msgspec.json.format(msgspec.json.encode(told["event"]), indent=2).decode())


def held_mend(
    ctx: typer.Context,
    record: Record,
    file: Annotated[Path, typer.Argument(help="One structured CloudEvent; source and id are kept unless given.")],
    json: Json = False,
) -> None:
    """Put a mended event in place of a held one; its recordedtime stays as it was."""
    try:
        text = file.read_bytes()
    except OSError as error:
        raise Fault(f"{file} cannot be read ({error.strerror}): name a file with one CloudEvent in it") from None

    async def act(house: House) -> None:
        row = await _found(house, record, must_be_open=True)
        if row.reason == UNDELIVERED:
            raise Fault(
                "no event is held here: mend the subscriber's address with quorate webhooks add, and release it"
            )
        mended = _mended(text, _attributes(await _letter(house, row)), unstamp(row.at))
        await _would_be_let_in(house, as_event(mended))
        async with transaction(house.engine) as connection:
            await shelf.replace(connection, record, mended, house.keyring)

    worked(ctx, act)
    sentence = f"{record} is mended: let it in with quorate held release {record}."
    as_json({"record": record, "state": "open", "mended": True}) if json else say(sentence)


def _mended(text: bytes, before: dict[str, str], held_at: datetime) -> Letter:
    """The letter that stands in place of one with those attributes. Raises Fault, and then nothing has changed."""
    try:
        told = msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.MsgspecError, RecursionError):
        raise Fault("the mended event is not one JSON object: write one structured CloudEvent") from None
    told |= {name: before[name] for name in ("id", "source") if name not in told and name in before}
    recorded = [before.get("recordedtime"), before.get("time"), told.get("recordedtime"), iso(held_at)]
    told["recordedtime"] = next(at for at in recorded if instant_in(at))
    try:
        letter = from_line(msgspec.json.encode(told))
        as_event(letter)
    except Unreadable as error:
        raise Fault(f"the mended event is not right yet: {error}") from None
    return letter


async def _would_be_let_in(house: House, event: Event) -> None:
    """Raises Fault with what it still lacks, where it would only be held again."""
    async with house.office.sitting() as sitting:
        resolved = await sitting.resolve(event)
    event = event if isinstance(resolved, str) else resolved
    try:
        check(event, await file_of(house, event.stream))
    except Impossible as error:
        raise Fault(f"the mended event is not right yet: {error}") from None


def held_release(
    ctx: typer.Context,
    record: Record,
    by: Annotated[str | None, typer.Option(metavar="WORKER", help="Who releases it; kept in the ledger.")] = None,
    json: Json = False,
) -> None:
    """Let a held event in again, mended or as it was; what is still bad comes back with a new reason."""
    again = worked(ctx, lambda house: _release(house, record, by), mails=True)
    if json:
        as_json({"record": record, "state": "open" if again else "released", "held_again_as": again and again[0]})
    elif again is None:
        say(f"{record} is released.")
    if again is not None:
        raise Fault(f"{record} is held again as {again[0]}: {again[1]}", 1)


async def _release(house: House, record: str, by: str | None) -> tuple[str, str] | None:
    """Release it; the name and the sentence under which it is held again, if it is."""
    row = await _found(house, record, must_be_open=True)
    letter = await _letter(house, row)
    if row.reason == UNDELIVERED:
        await _deliver_again(house, record, attributes_of(letter.body)["subject"])
        return None
    try:
        event = as_event(from_line(letter.body) if letter.headers.get("content-type") == STRUCTURED else letter)
        [event] = await house.office.seal([event])
        entered = await _entered(house, event)
    except Unreadable as error:
        async with transaction(house.engine) as connection:
            await shelf.still_bad(connection, record, "unreadable", str(error))
        return record, str(error)
    if by:
        area = stream_id(row.stream).area if row.stream else event.stream.area
        must_know(by, (await directory_of(house, area)).workers, f"the directory knows nobody called {by}")
    begun = await has_begun(house)
    here = await present(house) if begun else event.recorded
    now = max(unstamp(row.at), here)  # a played clock may stand before the hour at which the record was found
    async with house.office.sitting() as sitting:
        await shelf.release(sitting.connection, record)
        teller = f"{SOURCE}/{by}" if by else SOURCE
        await sitting.tell_stream(row.stream, RecordReleased(record), letter, now, teller)
        if not entered:
            await shelf.let_in_again(sitting.connection, event, now)
    if begun and house.settings.embedded:
        await carried(house, here)
    return await _held_again(house, event)


async def _deliver_again(house: House, record: str, stream: str) -> None:
    """Let everything wait again that a subscriber did not get."""
    now = await present(house)
    async with transaction(house.engine) as connection:
        await shelf.release(connection, record)
        await announced.resume(connection, stream, now)
    if house.settings.embedded:
        await carried(house, now)


async def _entered(house: House, event: Event) -> bool:
    """Whether this very event is in already. Raises Unreadable if another one is, under its name."""
    name = event_name(event.source, event.id)
    async with transaction(house.engine) as connection:
        if await reading.fate(connection, name) == "held":
            return False
        known = (await reading.known(connection, [(event.source, event.id)])).values()
    if any(digest != chain.said(write(event)) for digest in known):
        raise Unreadable(CLASH.format(event.source, event.id))
    return bool(known)


async def _held_again(house: House, event: Event) -> tuple[str, str] | None:
    async with transaction(house.engine) as connection:
        if await reading.fate(connection, event_name(event.source, event.id)) != "held":
            return None
        again = await reading.held_row(connection, shelf.held_as(write(event)))
    return (again.id, again.sentence) if again else None


async def _found(house: House, record: str, must_be_open: bool = False) -> Any:
    """The row of this record. Raises Fault, naming those that lie there."""
    async with transaction(house.engine) as connection:
        row = await reading.held_row(connection, record)
        there = [r.id for r in await reading.held_rows(connection)]
        await house.keyring.have([HELD_SHELF], connection)
    if row is None:
        raise Fault(f"no record is called {record}: those held are {first_few(there)}")
    if must_be_open and row.state != "open":
        raise Fault(f"{record} was released already: those held are {first_few(there)}")
    return row


async def _letter(house: House, row: Any) -> Letter:
    letter = shelf.letter_in(row.box, house.keyring)
    if letter is None:
        raise Fault(f"what {row.id} said is erased: nobody can read or release it", 1)
    return letter


def _attributes(letter: Letter) -> dict[str, str]:
    if letter.headers.get("content-type") == STRUCTURED:
        return attributes_of(letter.body)
    return {k.removeprefix("ce_"): v for k, v in letter.headers.items() if k.startswith("ce_")}


async def _as_told(house: House, letter: Letter) -> Any:
    """The event as its source wrote it, words opened; text where it is not even JSON."""
    try:
        body = msgspec.json.decode(letter.body)
    except (ValueError, RecursionError):
        return letter.body.decode("utf-8", "replace")
    async with transaction(house.engine) as connection:
        await house.keyring.load(connection, {s.key for s in _sealed_in(body)})
    opened = _opened(body, house)
    return opened if letter.headers.get("content-type") == STRUCTURED else _attributes(letter) | {"data": opened}


def _sealed_in(value: Any) -> Iterator[Sealed]:
    if isinstance(value, dict) and value.keys() == set(Sealed.__struct_fields__):
        yield Sealed(**value)
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _sealed_in(inner)


def _opened(value: Any, house: House) -> Any:
    if isinstance(value, dict) and value.keys() == set(Sealed.__struct_fields__):
        return house.keyring.open_up(Sealed(**value))
    if isinstance(value, dict):
        return {k: _opened(v, house) for k, v in value.items()}
    return [_opened(v, house) for v in value] if isinstance(value, list) else value


def parked(ctx: typer.Context, json: Json = False) -> None:
    """List what waits for a name to become known, and for which."""

    async def act(house: House) -> list[dict[str, Any]]:
        async with transaction(house.engine) as connection:
            return [_parked(r) for r in await reading.parked_rows(connection)]

    listed(worked(ctx, act), PARKED_COLUMNS, json, "Nothing waits for a name.")


def _parked(r: Any) -> dict[str, Any]:
    headers = msgspec.json.decode(r.letter, type=Letter).headers
    at = unstamp(r.at)
    told = {"awaits": r.awaits.partition(" ")[2], "stream": r.stream, "type": headers.get("ce_type")}
    return told | {"id": headers.get("ce_id"), "source": headers.get("ce_source"), "at": iso(at), "_at": words(at)}
