"""Watching the whole house from outside: health and metrics, without the key that opens names."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from infra.cli.common import Fault, aside, settings_of
from infra.worker import GROUP


def watch(
    ctx: typer.Context,
    port: Annotated[int | None, typer.Option(help="Where to be asked, default QUORATE_WATCH_PORT.")] = None,
    once: Annotated[bool, typer.Option("--once", help="Look once, print the metrics, and stop.")] = False,
) -> None:
    """Tell health and metrics of database and topics at /health/ready and /metrics, until Ctrl-C."""
    from infra.watch.whole import watch as whole  # here, since its libraries take long to import

    settings = settings_of(ctx, keyed=False)
    given = settings.watch_port if port is None else port
    if given is None and not once:
        raise Fault("no port is given: say --port 9108, set QUORATE_WATCH_PORT, or look --once")
    told = asyncio.run(whole(settings, GROUP, None if once else given, lambda at: aside(f"Watching at {at}.")))
    if once:
        typer.echo(told, nl=False)
