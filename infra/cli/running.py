"""Commands that let time run: played from one instant to the next, or by the wall."""

from __future__ import annotations

import asyncio
import signal
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from handlers.working_days import in_words, local_day
from infra.cli.common import Fault, Json, Quiet, as_json, aside, counted, say, worked
from infra.cli.moments import by, iso
from infra.cli.paper import progress
from infra.db import played, reading
from infra.db.engine import transaction
from infra.db.shards import Hold
from infra.db.tables import unstamp
from infra.wiring import House, carrier
from streams.clock import live, play, wall

Until = Annotated[
    str | None, typer.Option(metavar="DATE|INSTANT", help="Play time to the end of that day, or to that instant.")
]
Mailbox = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="Keep all mail in this folder instead of sending it to a relay."),
]


def run(
    ctx: typer.Context,
    until: Until = None,
    mailbox: Mailbox = None,
    leave_played: Annotated[bool, typer.Option("--live", help="Leave played time for good; go by the wall.")] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Let the events in and time run: to a day (--until), or by the wall clock until Ctrl-C."""
    end = by(until) if until else None

    async def act(house: House) -> None:
        if end is not None:
            for protocol in house.office.protocols.all:
                protocol.holidays.must_cover(local_day(end))
        if end is not None:
            await _play(house, end, json, quiet)
        elif house.settings.embedded:
            await by_the_wall(house, leave_played)
        else:
            raise Fault("QUORATE_KAFKA is set, so quorate relay and quorate worker carry the events: start those")

    worked(ctx, act, founding=True, mails=True, mailbox=mailbox)


async def _play(house: House, end: datetime, json: bool, quiet: bool) -> None:
    start = await _start(house, end)
    carried = 0
    reached = start
    with progress(quiet) as shown:
        bar = shown.add_task(in_words(start), total=(end - start).total_seconds() or 1)

        def told(now: datetime, handled: int) -> None:
            nonlocal carried, reached
            carried, reached = carried + handled, now
            _move(shown, bar, now, start)

        hold = Hold(house.engine)
        try:
            async with carrier(house, played=True) as carrying:
                reached = await play(house.office, carrying, start, end, told, hold.alone)
        finally:
            await hold.let_go()
            async with transaction(house.engine) as connection:
                await played.keep(connection, reached)
    await _closing(house, reached, carried, json)


def _move(shown: Progress, bar: object, now: datetime, start: datetime) -> None:
    shown.update(bar, completed=(now - start).total_seconds(), description=in_words(now))  # type: ignore[arg-type]


async def _start(house: House, end: datetime) -> datetime:
    """Where to play from. Raises Fault when that lies after the end: time never runs back."""
    async with transaction(house.engine) as connection:
        position = await played.played_to(connection)
        decided = await reading.latest_decision(connection)
        waiting = await reading.earliest_waiting(connection)
    if position is None and decided is not None and decided > end:
        raise Fault(f"time never runs back: something was decided on {in_words(decided)}, so give a later instant")
    if position is not None and position > end:
        raise Fault(f"time never runs back: it was played to {in_words(position)}, so give a later instant")
    return min(position or decided or waiting or end, end)


async def _closing(house: House, reached: datetime, carried: int, json: bool) -> None:
    async with transaction(house.engine) as connection:
        held = len(await reading.held_rows(connection))
        late = sum(1 for d in await reading.duties_of(connection, open_only=True) if unstamp(d.due_at) < reached)
        coming, _last = await reading.yet_to_come(connection, reached)
    if coming and not carried:
        aside(
            f"Nothing waited for this: {counted(coming, 'event')} recorded later than {in_words(reached)}; a table that"
            " should count by then is imported with --recorded DATE."
        )
    if json:
        as_json({"played_to": iso(reached), "carried": carried, "held_open": held, "duties_late": late})
        return
    say(
        f"Played to {in_words(reached)}: {carried} events and mails carried;"
        f" {counted(late, 'open duty', 'open duties')} late, {counted(held, 'record')} held."
    )


async def by_the_wall(house: House, leave_played: bool) -> None:
    """Carry what waits, whenever it waits, until Ctrl-C or SIGTERM. Raises Fault in an area of played time."""
    async with transaction(house.engine) as connection:
        position = await played.played_to(connection)
        if position and leave_played and position <= wall():
            await played.leave(connection)
        elif position:
            raise Fault(
                f"this area goes by played time, which stands at {in_words(position)}: play on with --until DATE,"
                " or leave played time for good with --live once it is past"
            )
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stopped.set)
    aside("Running by the wall clock; Ctrl-C stops it.")
    hold = Hold(house.engine)
    house.dispatch.counter.still_ours = hold.still_ours
    try:
        async with carrier(house, played=False) as carrying:
            await live(house.office, carrying, stopped.is_set, hold.fair_share, house.pulse.beat)
    finally:
        await hold.let_go()
    aside("Stopped; nothing is lost.")
