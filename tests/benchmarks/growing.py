"""Whether an event costs the same however many families the database knows, and which index each list goes by."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from statistics import median

from infra.db import overview, reading
from infra.db.engine import transaction
from infra.wiring import House
from tests.benchmarks import bare
from tests.benchmarks.filling import fill
from tests.benchmarks.river import END, River, opened
from tests.benchmarks.settling import WARM, batches, settled
from tests.benchmarks.table import Line, Watch, interleaved, ratio
from tests.simulation.houses import DATABASE

TIMES = 100  # how many times more families the larger database knows
SIZE = 50  # records settled together
AGAIN = 20  # times that a list is asked for under one watch, since once is too short to measure


async def _late(house: House) -> None:
    """As `quorate duties --late` asks."""
    async with transaction(house.engine) as connection:
        rows = await reading.duties_of(connection, open_only=True, due_before=END)
        await overview.rungs(connection, rows)


async def _due(house: House) -> None:
    await house.office.due(END)


async def _next_instant(house: House) -> None:
    await house.office.next_instant(END)


async def _wave(house: House) -> None:
    await house.office.wave(END)


LISTS: dict[str, Callable[[House], Awaitable[None]]] = {
    "clock: due": _due,
    "clock: next instant": _next_instant,
    "outbox: wave": _wave,
    "duties --late": _late,
}


def filled(river: River, families: int) -> Path:
    folder = river.folder / f"of-{families}"
    folder.mkdir()
    shutil.copyfile(river.before / DATABASE, folder / DATABASE)
    fill(folder / DATABASE, river.lived / DATABASE, families)
    return folder


def plans(folder: Path) -> dict[str, list[str]]:
    """Of each list, how SQLite goes about its statements."""

    async def asked() -> dict[str, list[bare.Step]]:
        found = {}
        async with opened(folder) as house:
            for name, ask in LISTS.items():
                with bare.written_down(house.engine) as steps:
                    await ask(house)
                found[name] = [s for s in steps if s[0].lstrip().startswith(("SELECT", "UPDATE"))]
        return found

    connection = bare.opened(folder / DATABASE)
    try:
        return {
            name: [p for s in steps for p in bare.plan(connection, s)] for name, steps in asyncio.run(asked()).items()
        }
    finally:
        connection.close()


def whole_readings(plan: Sequence[str]) -> list[str]:
    """The steps of a plan that read a whole table, or all of an index."""
    return [step for step in plan if step.startswith("SCAN") and "CONSTANT" not in step]


def measure(river: River, families: int, rounds: int) -> list[Line]:
    """Each round settles the next records of the river, the same in both databases; the first warms both."""
    small, large = filled(river, families), filled(river, TIMES * families)
    turns = batches(river.letters, len(river.letters) // (rounds + 1))

    def settling(folder: Path) -> Callable[[Watch], None]:
        left = iter(turns)

        def one_turn(watch: Watch) -> None:
            async def life() -> None:
                turn = next(left)
                async with opened(folder) as house:
                    await settled(house, turn[:WARM], SIZE)
                    with watch.running():
                        await settled(house, turn[WARM:], SIZE)

            asyncio.run(life())

        return one_turn

    seconds = interleaved(rounds + 1, {"small": settling(small), "large": settling(large)})
    each = {name: 1e3 * median(s) / (len(turns[0]) - WARM) for name, s in seconds.items()}
    numbers = (
        f"{each['small']:.2f} ms an event among {families:,} families, {each['large']:.2f} among {TIMES * families:,}"
    )
    first = Line(
        "cost of an event",
        ratio(seconds["large"][1:], seconds["small"][1:]),
        f"with {TIMES} times the families",
        numbers,
    )
    return [first, *_of_lists(small, large, families, rounds)]


def _of_lists(small: Path, large: Path, families: int, rounds: int) -> list[Line]:
    found = []
    planned = plans(large)
    for name, ask in LISTS.items():
        seconds = interleaved(rounds, {"small": _asking(small, ask), "large": _asking(large, ask)})
        whole = whole_readings(planned[name])
        by = f"READS ALL OF IT: {'; '.join(whole)}" if whole else "each statement by an index"
        times = (
            f"{1e3 * median(seconds['small']) / AGAIN:.1f} and {1e3 * median(seconds['large']) / AGAIN:.1f} ms; {by}"
        )
        found.append(Line(name, ratio(seconds["large"], seconds["small"]), f"with {TIMES} times the families", times))
    return found


def _asking(folder: Path, ask: Callable[[House], Awaitable[None]]) -> Callable[[Watch], None]:
    def asking(watch: Watch) -> None:
        async def life() -> None:
            async with opened(folder) as house:
                await ask(house)
                with watch.running():
                    for _ in range(AGAIN):
                        await ask(house)

        asyncio.run(life())

    return asking
