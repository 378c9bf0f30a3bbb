"""Commands for whoever owns the database."""

from __future__ import annotations

from typing import Annotated

import typer

from infra.cli.common import Fault, say, worked
from infra.db import roles as rights
from infra.wiring import House


def roles(
    ctx: typer.Context,
    show: Annotated[bool, typer.Option("--show", help="Print the SQL and change nothing.")] = False,
) -> None:
    """Make a PostgreSQL role for worker, relay, watch and web, each with the rights it needs and no others."""
    if show:
        for statement in rights.statements():
            typer.echo(f"{statement};")
        return

    async def act(house: House) -> None:
        if house.engine.dialect.name != "postgresql":
            raise Fault("SQLite knows no roles: set QUORATE_DATABASE to a PostgreSQL, as its owner")
        await rights.apply(house.engine)

    worked(ctx, act, founding=True)
    say(f"{', '.join(rights.RIGHTS)} have their rights and no others; give each a password (\\password in psql).")
