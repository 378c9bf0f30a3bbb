"""The invented quarter, and the summary that closes it, which any area may ask for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from infra.cli.common import settings_of, worked
from infra.demo.command import run_demo
from infra.demo.summary import screen, summary
from infra.wiring import House


def demo(
    ctx: typer.Context,
    engine: Annotated[
        str, typer.Option(help="local: one process; kafka: a real broker, worker and PostgreSQL.")
    ] = "local",
) -> None:
    """Play a quarter of a year in an invented area, and say how it stands."""
    home: Path | None = ctx.obj.home
    raise typer.Exit(run_demo(engine, home or Path(".quorate" if engine == "local" else ".quorate-kafka")))


def summarise(ctx: typer.Context) -> None:
    """How the area stands: meetings, invitations, minutes, treatment services told, what is overdue."""
    settings_of(ctx)

    async def act(house: House) -> None:
        await summary(house, screen())

    worked(ctx, act)
