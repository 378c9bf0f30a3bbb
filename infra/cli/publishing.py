"""The command that publishes a file of events. No line is ever echoed, since what stands in it is personal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from infra import publishing
from infra.cli.common import Fault, Json, Quiet, as_json, aside, say, worked
from infra.cli.paper import progress
from infra.publishing import Tally
from infra.wiring import House


def publish(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(help="One structured CloudEvent to a line; - reads standard input.")],
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Take in a file of events; what cannot be read goes to the held shelf."""

    async def act(house: House) -> Tally:
        with _opened(file) as (source, size), progress(quiet) as shown:
            bar = shown.add_task("Publishing", total=size)
            return await publishing.publish(house, source, lambda n: shown.update(bar, advance=n))

    _close(worked(ctx, act, founding=True), json)


def _close(tally: Tally, json: bool) -> None:
    for number, id_, reason in tally.held:
        aside(f"Line {number} is held as {id_} ({reason}).")
    if json:
        as_json({"taken": tally.taken, "already_there": tally.known, "held": len(tally.held)})
    else:
        shelf = "; see quorate held" if tally.held else ""
        say(f"{tally.taken} taken, {tally.known} there already, {len(tally.held)} held{shelf}.")
    if tally.held:
        raise typer.Exit(1)


@contextmanager
def _opened(file: str) -> Iterator[tuple[BinaryIO, int | None]]:
    if file == "-":
        yield sys.stdin.buffer, None
        return
    try:
        with Path(file).open("rb") as source:
            yield source, Path(file).stat().st_size
    except OSError as error:
        raise Fault(f"{file} cannot be read ({error.strerror}): name a file of CloudEvents, one to a line") from None
