"""How fast the office settles, beside a bare loop of the same SQL, and where the rest of the time goes."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from statistics import median
from types import SimpleNamespace
from typing import Any, TypeVar

import msgspec

from handlers.desk import File
from handlers.people import StreamId
from infra.db import chain, tables
from infra.db.engine import transaction
from infra.office import Office, Sitting
from infra.wiring import House
from streams.intake import take
from streams.office import Settlement
from streams.wire import Letter, read, stream_id
from tests.benchmarks import bare
from tests.benchmarks.deciding import cases, decided
from tests.benchmarks.river import START, River, opened
from tests.benchmarks.table import Line, Watch, interleaved, ratio
from tests.simulation.houses import DATABASE

T = TypeVar("T")
Files = dict[StreamId, File]
BATCHES = (1, 50, 200)
WARM = 8  # records settled before the watch runs, since SQLAlchemy compiles each statement once


class Nowhere:
    """A connection that executes nothing: what the office does besides SQL."""

    dialect = SimpleNamespace(name="sqlite")

    async def execute(self, statement: Any, parameters: Any = None) -> list[Any]:
        return []


def batches(of: Sequence[T], size: int) -> list[Sequence[T]]:
    return [of[first : first + size] for first in range(0, len(of), size)]


async def settled(house: House, letters: Sequence[Letter], size: int) -> None:
    for batch in batches(letters, size):
        await take(batch, house.office, START)


def settled_in_a_copy(river: River, letters: Sequence[Letter], size: int, watch: Watch) -> None:
    """Settle these records in a copy of the database, as a worker does that has settled the first of them already."""

    async def life() -> None:
        async with opened(river.copy(river.before)) as house:
            await settled(house, letters[:WARM], size)
            with watch.running():
                await settled(house, letters[WARM:], size)

    asyncio.run(life())


async def files_in(house: House) -> Files:
    async with transaction(house.engine) as connection:
        streams = [stream_id(r.stream) for r in await connection.execute(tables.files.select())]
        opened_ = await Sitting(house.office, connection).open(streams)
    return {stream: desk.file for stream, desk in opened_.items()}


def written_down(river: River, letters: Sequence[Letter], size: int) -> tuple[list[bare.Step], list[bare.Step]]:
    """What the office says in SQL for the first of these records, and for the others."""

    async def life() -> tuple[list[bare.Step], list[bare.Step]]:
        async with opened(river.copy(river.before)) as house:
            with bare.written_down(house.engine) as first:
                await settled(house, letters[:WARM], size)
            with bare.written_down(house.engine) as steps:
                await settled(house, letters[WARM:], size)
        return first, steps

    return asyncio.run(life())


def said_again(river: River, first: Sequence[bare.Step], steps: Sequence[bare.Step], watch: Watch) -> None:
    connection = bare.opened(river.copy(river.before) / DATABASE)
    bare.said_again(connection, first)
    with watch.running():
        bare.said_again(connection, steps)
    connection.close()


def coded(office: Office, letters: Sequence[Letter], settlements: Sequence[Settlement], size: int) -> None:
    """All that is read, sealed, hashed and encoded for these records in batches of this size; nothing is stored."""

    async def life() -> None:
        for batch, done in zip(batches(letters, size), batches(settlements, size), strict=True):
            await office.seal([read(letter, START) for letter in batch])
            for file in {s.event.stream: s.decision.file for s in done}.values():
                msgspec.json.decode(msgspec.json.encode(file), type=type(file))  # as it is opened
            sitting = Sitting(office, Nowhere())  # type: ignore[arg-type]  # it executes nothing
            sitting.rows = defaultdict(lambda: (0, chain.START))
            await sitting.settle(done)

    asyncio.run(life())


def measure(river: River, files: Files, office: Office, rounds: int) -> Iterator[list[Line]]:
    """The bare loop's time over ours: 1 would mean that nothing is done but SQL. One by one, a quarter is enough."""
    for size in BATCHES:
        letters = river.letters[: max(2 * WARM, len(river.letters) // (4 if size == 1 else 1))]
        yield _of_batches(size, letters, river, files, office, rounds)


def _of_batches(
    size: int, letters: list[Letter], river: River, files: Files, office: Office, rounds: int
) -> list[Line]:
    known = cases(letters, dict(files))[WARM:]
    first, steps = written_down(river, letters, size)

    def ours(watch: Watch) -> None:
        settled_in_a_copy(river, letters, size, watch)

    def again(watch: Watch) -> None:
        said_again(river, first, steps, watch)

    def deciding(watch: Watch) -> None:
        with watch.running():
            decided([case for case, _ in known])

    def coding(watch: Watch) -> None:
        with watch.running():
            coded(office, letters[WARM:], [s for _, s in known], size)

    seconds = interleaved(rounds, {"ours": ours, "bare": again, "decide": deciding, "code": coding})
    return _lines(size, seconds, len(known), len(steps))


def _lines(size: int, seconds: dict[str, list[float]], events: int, statements: int) -> list[Line]:
    ours, again, decide, code = (seconds[k] for k in ("ours", "bare", "decide", "code"))
    rest = [a - b - c - d for a, b, c, d in zip(ours, again, decide, code, strict=True)]
    name, rate = f"settle, batch {size}", f"{events / median(ours):.0f} events/s, bare {events / median(again):.0f}"
    shares = {"decide": decide, "read, seal, hash, encode": code, "SQLAlchemy, asyncio": rest}
    return [
        Line(name, ratio(again, ours), "bare loop / ours", f"{rate}; {statements / events:.1f} statements an event"),
        *(
            Line(f"  of it: {share}", ratio(of, ours), "share of ours", f"{1e3 * median(of) / events:.2f} ms an event")
            for share, of in shares.items()
        ),
    ]
