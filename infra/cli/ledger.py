"""The ledger at the command line: its chains recomputed, its heads signed, its files rebuilt."""

from __future__ import annotations

import hmac
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from handlers.desk import File
from handlers.people import StreamId
from infra.cli.common import Area, Fault, Json, Quiet, as_json, say, worked
from infra.cli.family import AsOf, On, looked_back
from infra.cli.moments import iso
from infra.cli.paper import progress
from infra.cli.screen import show as show_on_screen
from infra.cli.stores import file_of, folder_of
from infra.db import reading
from infra.db.engine import transaction
from infra.db.folding import refold
from infra.db.verifying import Head, verified
from infra.settings import Settings
from infra.wiring import House
from streams.clock import wall
from streams.wire import stream_id

BROKEN = 1
ALGORITHM = "Ed25519"


class Heads(msgspec.Struct, frozen=True):
    """The ends of all chains at one instant, under a signature that only the master key can make."""

    signed_at: str
    heads: tuple[Head, ...]
    algorithm: str
    public_key: str
    signature: str


def verify(
    ctx: typer.Context,
    against: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also check that these heads still stand on their chains.")
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Recompute every chain from the ledger's rows; say the first row that is not as it was written."""

    async def act(house: House) -> tuple[int, int, str]:
        kept = _kept_heads(against, house.settings) if against else {}
        async with transaction(house.engine) as connection:
            every = sorted({*await reading.ledger_streams(connection), *kept})
        rows = 0
        with progress(quiet) as shown:
            for stream in shown.track(every, description="Verifying"):
                length, fault = await verified(house.engine, stream, kept.get(stream))
                rows += length
                if fault:
                    return len(every), rows, fault
        return len(every), rows, ""

    streams, rows, fault = worked(ctx, act)
    if json:
        as_json({"streams": streams, "rows": rows, "ok": not fault, "fault": fault or None})
    if fault:
        raise Fault(fault, BROKEN)
    if not json:
        say(
            f"{streams} streams, {rows} rows: OK" + (f", and every head of {against} still stands." if against else ".")
        )


def heads(
    ctx: typer.Context,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write them there; keep that file elsewhere.")
    ] = None,
) -> None:
    """Print the end of every chain, signed under the master key, to be kept where nobody can change it."""

    async def act(house: House) -> Heads:
        async with transaction(house.engine) as connection:
            ends = await reading.ledger_streams(connection)
        return signed(tuple(Head(s, *end) for s, end in ends.items() if end), iso(wall()) or "", house.settings)

    made = worked(ctx, act)
    text = msgspec.json.encode(made).decode()
    if out is None:
        say(text)
        return
    try:
        out.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise Fault(f"{out} cannot be written ({error.strerror}): name another file") from None
    say(f"{len(made.heads)} heads signed into {out}: keep it away from this machine.")


def _key(settings: Settings) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hmac.digest(settings.master_key, b"ledger heads", "sha256"))


def signed(ends: tuple[Head, ...], at: str, settings: Settings) -> Heads:
    """These heads, with the instant and a signature over both."""
    key = _key(settings)
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    return Heads(at, ends, ALGORITHM, public, key.sign(_covered(at, ends)).hex())


def _covered(at: str, ends: tuple[Head, ...]) -> bytes:
    return msgspec.json.encode((at, ends))


def _kept_heads(file: Path, settings: Settings) -> dict[str, Head]:
    """The heads in a file that we signed. Raises Fault."""
    try:
        kept = msgspec.json.decode(file.read_bytes(), type=Heads)
        _key(settings).public_key().verify(bytes.fromhex(kept.signature), _covered(kept.signed_at, kept.heads))
    except OSError as error:
        raise Fault(f"{file} cannot be read ({error.strerror}): name a file made by quorate ledger heads") from None
    except ValueError:
        raise Fault(f"{file} holds no heads: name a file made by quorate ledger heads --out FILE") from None
    except InvalidSignature:
        raise Fault(
            f"{file} was not signed under this master key, or was changed since: use another copy", BROKEN
        ) from None
    return {head.stream: head for head in kept.heads}


def replay(
    ctx: typer.Context,
    as_of: AsOf = None,
    on: On = None,
    family: Annotated[str | None, typer.Option(help="Only this family; --as-of and --on show one.")] = None,
    area: Area = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Rebuild files from the ledger alone; compare them with what is kept, or show one as it was (known) then."""
    if as_of or on:
        if family is None:
            raise Fault("--as-of and --on show one family as it was then: say which with --family")
        found = worked(ctx, lambda house: looked_back(house, family, area, as_of, on))
        as_json(found) if json else show_on_screen(found)
        return

    count, differing = worked(ctx, lambda house: _differing(house, family, area, quiet))
    if json:
        as_json({"streams": count, "ok": not differing, "differing": differing})
    if differing:
        raise Fault(
            f"{len(differing)} of {count} files differ from their ledger, {differing[0]} first: run it again", BROKEN
        )
    if not json:
        say(f"{count} files rebuilt from the ledger: each is as it is kept.")


async def _differing(house: House, family: str | None, area: str | None, quiet: bool) -> tuple[int, list[str]]:
    """How many files were rebuilt, and which differ; a difference is looked at twice, as somebody may be writing."""
    async with transaction(house.engine) as connection:
        streams = await reading.streams(connection)
    if family:
        streams = [str((await folder_of(house, family, area)).file.stream)]
    found = []
    with progress(quiet) as shown:
        for name in shown.track(streams, description="Replaying"):
            stream = stream_id(name)
            if not await _same(house, stream) and not await _same(house, stream):
                found.append(name)
    return len(streams), found


async def _same(house: House, stream: StreamId) -> bool:
    """Whether the file kept is the one that the ledger's rows make."""
    kept = await file_of(house, stream)
    async with transaction(house.engine) as connection:
        rebuilt: File = await refold(connection, stream)
    return kept == rebuilt
