"""Publishing a file of CloudEvents: what can be read enters the river, what cannot goes to the held shelf.

Empty lines and those that begin with # are for people. A file published twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from handlers.events import Event
from infra.office import Office
from streams.office import Refusal
from streams.wire import Letter, Unreadable, from_structured, read

BATCH = 500


class Published(Struct):
    """How many events went in, how many lines were held, and when the first and last event were recorded."""

    events: int = 0
    held: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None


async def publish_file(path: Path, office: Office, now: datetime) -> Published:
    """Let the events of this file in. now stamps what does not say when it was recorded. Raises OSError, CannotNow."""
    published = Published()
    batch: list[Event] = []
    for line in _lines(path):
        letter = Letter("", {}, line)
        try:
            letter = from_structured(line)
            batch.append(read(letter, now))
        except Unreadable as error:
            async with office.sitting() as sitting:
                await sitting.hold(Refusal(letter, "unreadable", str(error), now))
            published.held += 1
        if len(batch) == BATCH:
            await _let_in(batch, office, published)
            batch = []
    await _let_in(batch, office, published)
    return published


async def _let_in(batch: list[Event], office: Office, published: Published) -> None:
    await office.submit(batch, first=published.events)
    instants = [at for at in (published.first_at, published.last_at, *(e.recorded for e in batch)) if at]
    published.events += len(batch)
    published.first_at, published.last_at = min(instants, default=None), max(instants, default=None)


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        for raw in file:
            line = raw.strip()
            if line and not line.startswith(b"#"):
                yield line
