"""How fast files are rebuilt from the ledger, and how long one with a thousand facts takes to open."""

from __future__ import annotations

import asyncio
import sqlite3
from statistics import median

import msgspec
from msgspec.structs import replace

from handlers import events as e
from handlers.people import StreamId, derived
from infra.db.engine import transaction
from infra.db.folding import refold
from infra.office import Sitting
from infra.wiring import House
from streams.intake import take
from streams.wire import stream_id, write
from tests.benchmarks.river import END, River, opened
from tests.benchmarks.table import Line, Watch, interleaved, ratio
from tests.journeys.story import CONFERENCE, told
from tests.simulation.houses import DATABASE

FULL = 1000  # facts in the file that is opened
LONG = StreamId("area-0", "family", "F-1")


async def lengthened(house: House, facts: int) -> int:
    """Calls are logged about one family until its ledger has so many rows; how many it has."""
    async with transaction(house.engine) as connection:
        sitting = Sitting(house.office, connection)
        await sitting.open([LONG])
        seq = sitting.rows[LONG][0]
    call = told(END, "family/F-1", e.CallLogged(CONFERENCE, "p-mother", "no_answer", "w-social"))
    missing = range(max(0, facts - seq))
    calls = [replace(call, id=derived("call", str(n)), stream=LONG) for n in missing]
    await take([write(x) for x in calls], house.office, END)
    return max(facts, seq)


def measure(river: River, facts: int, rounds: int) -> list[Line]:
    return asyncio.run(_measured(river, facts, rounds))


async def _measured(river: River, facts: int, rounds: int) -> list[Line]:
    async with opened(river.lived) as house:
        length = await lengthened(house, facts)
    with sqlite3.connect(river.lived / DATABASE) as connection:
        rows = connection.execute("SELECT count(*) FROM ledger").fetchone()[0]
        streams = [r[0] for r in connection.execute("SELECT stream FROM files WHERE seq > 0 ORDER BY stream")]
    seconds = await asyncio.to_thread(_timed, river, streams, rounds)
    rebuilt, read, snapshot, refolded = (seconds[k] for k in ("rebuild", "read", "snapshot", "refold"))
    return [
        Line(
            "rebuild every file",
            ratio(rebuilt, read),
            "time of refold / of reading and decoding the same rows",
            f"{rows / median(rebuilt):.0f} facts/s, {len(streams)} files of {rows} facts",
        ),
        Line(
            "open a long file",
            ratio(snapshot, refolded),
            "time from its snapshot / from its facts",
            f"{length} facts: {1e3 * median(snapshot):.1f} ms, refolded in {1e3 * median(refolded):.1f} ms",
        ),
    ]


def _timed(river: River, streams: list[str], rounds: int) -> dict[str, list[float]]:
    def rebuild(watch: Watch) -> None:
        asyncio.run(_refolded(river, streams, watch))

    def read(watch: Watch) -> None:
        connection = sqlite3.connect(river.lived / DATABASE)
        with watch.running():
            for stream in streams:
                query = "SELECT * FROM ledger WHERE stream = ? ORDER BY seq"
                for r in connection.execute(query, (stream,)).fetchall():
                    msgspec.json.decode(r[5])
        connection.close()

    def snapshot(watch: Watch) -> None:
        asyncio.run(_opened(river, watch))

    def refold_one(watch: Watch) -> None:
        asyncio.run(_refolded(river, [str(LONG)], watch))

    return interleaved(rounds, {"rebuild": rebuild, "read": read, "snapshot": snapshot, "refold": refold_one})


async def _refolded(river: River, streams: list[str], watch: Watch) -> None:
    async with opened(river.lived) as house, transaction(house.engine) as connection:
        with watch.running():
            for stream in streams:
                await refold(connection, stream_id(stream))


async def _opened(river: River, watch: Watch) -> None:
    async with opened(river.lived) as house, house.office.sitting() as sitting:
        with watch.running():
            await sitting.open([LONG])
