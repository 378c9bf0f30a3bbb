"""Whether one chain of the ledger is as it was written, and in a sentence where it is not."""

from __future__ import annotations

from typing import Any

import msgspec

from handlers.working_days import in_words
from infra.db import chain, reading
from infra.db.engine import Engine, transaction
from infra.db.tables import unstamp


class Head(msgspec.Struct, frozen=True):
    """The end of one stream's chain."""

    stream: str
    seq: int
    link: str


async def verified(engine: Engine, stream: str, kept: Head | None = None) -> tuple[int, str]:
    """How long this chain is, and its first fault. A fault is looked at twice: somebody may be writing meanwhile."""
    for _ in range(2):
        async with transaction(engine) as connection:
            end = await reading.chain_end(connection, stream)
            rows = await reading.ledger_of(connection, stream)
        fault = broken(stream, rows, end, kept)
        if not fault:
            break
    return len(rows), fault


def broken(stream: str, rows: Any, end: tuple[int, str] | None, kept: Head | None) -> str:
    """The first fault of one chain in a sentence, with what it means; empty if it is whole."""
    link = chain.START
    for seq, r in enumerate(rows, 1):
        if r.seq != seq:
            return f"{stream}: row {seq} is missing: restore the ledger from a backup that verifies"
        link = chain.link(link, r._mapping)
        if link != r.link:
            return (
                f"{stream}: row {seq} ({r.type}, recorded {in_words(unstamp(r.recorded))}) is not as it was written:"
                " restore the ledger from a backup that verifies"
            )
        if kept and kept.seq == seq and kept.link != link:
            return f"{stream}: up to row {seq} the chain was written anew since its head was signed: find out by whom"
    if kept and kept.seq > len(rows):
        return f"{stream}: its tail is cut: it had {kept.seq} rows when its head was signed, and has {len(rows)}"
    if end is None:
        return f"{stream}: its file is gone: restore it from a backup that verifies"
    if end != (len(rows), link):
        return f"{stream}: its tail is cut: its file ends with row {end[0]}, the ledger with row {len(rows)}"
    return ""
