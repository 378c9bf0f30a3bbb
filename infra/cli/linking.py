"""Answers by link: the pages that people answer on, and links that must open nothing any more."""

from __future__ import annotations

from typing import Annotated

import typer

from infra.cli.acting import By, Family, MeetingName, Person
from infra.cli.common import Area, Fault, Json, as_json, say, settings_of, worked
from infra.cli.stores import folder_of, must_know
from infra.db import links, replies
from infra.db.engine import transaction
from infra.wiring import House


def serve(
    ctx: typer.Context,
    host: Annotated[str | None, typer.Option(help="Where to listen, default QUORATE_WEB_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Likewise, default QUORATE_WEB_PORT.")] = None,
) -> None:
    """Serve the pages on which people answer by link, until Ctrl-C; quorate run or worker decides what they say."""
    from infra.web.serving import serve as pages  # here, since its libraries take long to import

    settings = settings_of(ctx)
    if not settings.web_url:
        raise Fault("QUORATE_WEB_URL is not set, so no mail bears a link: give the address under which people reach us")
    at = host or settings.web_host, settings.web_port if port is None else port

    async def act(house: House) -> None:
        try:
            await pages(house, *at, say)
        except (OSError, OverflowError) as error:
            raise Fault(f"nobody can listen at {at[0]}:{at[1]} ({error}): name another --port") from None

    worked(ctx, act)


def revoke(
    ctx: typer.Context,
    family: Family,
    meeting: MeetingName,
    person: Person,
    by: By,
    area: Area = None,
    json: Json = False,
) -> None:
    """Let the link that somebody was sent open nothing any more; the next mail to them bears a new one."""

    async def act(house: House) -> tuple[str, int]:
        folder = await folder_of(house, family, area)
        must_know(by, folder.directory.workers, f"the directory knows nobody called {by}")
        invited = folder.meeting(meeting).invitations
        must_know(person, invited, f"{person} was not asked to {meeting}")
        async with transaction(house.engine) as connection:
            names = await replies.invitations_of(connection, str(folder.file.stream), meeting, person)
            revoked = [await links.revoke(connection, name) for name in names]
        return folder.name(person), len(revoked)

    name, revoked = worked(ctx, act)
    if not revoked:
        raise Fault(f"{name} was mailed no invitation yet, so there is no link to revoke")
    as_json({"person": person, "revoked": True}) if json else say(f"The link of {name} opens nothing any more.")
