"""Commands that read: one family, meetings, attendance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from handlers.working_days import in_words
from infra.cli.attending import CAPTION, COLUMNS, figures
from infra.cli.common import Area, Fault, Json, as_json, first_few, worked
from infra.cli.family import AsOf, On, View, looked_back
from infra.cli.moments import day, iso, words
from infra.cli.paper import listed
from infra.cli.screen import show as show_on_screen
from infra.cli.stores import areas_meant, case_files, directory_of, must_know
from infra.db import reading
from infra.db.engine import transaction
from infra.db.tables import unstamp
from infra.wiring import House
from streams.wire import stream_id

STATES = ("booked", "being arranged", "no time found", "cancelled", "held", "no longer due")
From = Annotated[str | None, typer.Option("--from", metavar="DATE", help="From this day on.")]
To = Annotated[str | None, typer.Option("--to", metavar="DATE", help="To this day, included.")]
MEETING_COLUMNS = {
    "family": "Family",
    "meeting": "Meeting",
    "state": "State",
    "starts_at": "When",
    "due_on": "Due by",
    "late": "Late",
    "treatment": "Treatment service",
    "quorum": "Quorum",
    "missing": "Not free then",
}


def show(
    ctx: typer.Context,
    family: Annotated[str, typer.Argument(help="The family's id.")],
    as_of: AsOf = None,
    on: On = None,
    area: Area = None,
    json: Json = False,
) -> None:
    """One family on one screen: as it is, as it was known on a day (--as-of), or as it was on a day (--on)."""
    found = worked(ctx, lambda house: looked_back(house, family, area, as_of, on))
    as_json(found) if json else show_on_screen(found)


def meetings(
    ctx: typer.Context,
    first: From = None,
    last: To = None,
    state: Annotated[str | None, typer.Option(help=f"One of: {', '.join(STATES)}.")] = None,
    area: Area = None,
    json: Json = False,
) -> None:
    """Meetings by the day on which they take place, or are due while no time is fixed."""
    if state and state not in STATES:
        raise Fault(f"no meeting is ever {state!r}: it is one of {first_few(STATES)}")
    span = (day(first) if first else None, day(last) if last else None)

    async def act(house: House) -> list[View]:
        async with transaction(house.engine) as connection:
            rows = await reading.meetings_of(connection, area=area, first=span[0], last=span[1], state=state)
            owed = await reading.duties_of(connection, open_only=True, area=area)
        return [_meeting(r, owed) for r in rows]

    listed(worked(ctx, act), MEETING_COLUMNS, json, "There is no such meeting.")


UNTOLD = {
    "tell_treatment": "{} NOT TOLD",
    "name_representative": "NOBODY at {}",
    "seek_consent": "{} not asked: no consent",
}


def _untold(r: Any, owed: Sequence[Any]) -> str:
    """Which treatment services do not know of this meeting yet, loudly."""
    mine = _owes(r, owed, *UNTOLD)
    return ", ".join(sorted({UNTOLD[d.kind].format(d.service or "any service") for d in mine}))


def _owes(r: Any, owed: Sequence[Any], *kinds: str) -> list[Any]:
    return [d for d in owed if (d.stream, d.meeting) == (r.stream, r.meeting) and d.kind in kinds]


def _meeting(r: Any, owed: Sequence[Any]) -> View:
    starts_at = unstamp(r.starts_at) if r.starts_at else None
    return {
        "family": stream_id(r.stream).id,
        "area": stream_id(r.stream).area,
        "meeting": r.meeting,
        "kind": r.kind,
        "state": r.state,
        "starts_at": iso(starts_at),
        "_starts_at": words(starts_at),
        "due_on": r.due_on,
        "_due_on": in_words(day(r.due_on)),
        "late": r.late,
        "treatment": _untold(r, owed),
        "quorum": "NOT QUORATE, no ground recorded" if _owes(r, owed, "record_ground") else "",
        "missing": r.missing,
        "working": r.working,
    }


def attendance(
    ctx: typer.Context,
    agency: Annotated[str | None, typer.Option(help="Only this agency, by its id.")] = None,
    first: From = None,
    last: To = None,
    area: Area = None,
    json: Json = False,
) -> None:
    """How each agency took part in the meetings held that it was told of in time; beside them, those it was not."""
    span = (day(first) if first else None, day(last) if last else None)

    async def act(house: House) -> list[View]:
        directories = [await directory_of(house, where) for where in await areas_meant(house, area)]
        if agency:
            must_know(agency, {x for d in directories for x in d.agencies}, f"the directory knows no agency {agency}")
        rows = [figures(await case_files(house, d.stream.area), d, agency, *span) for d in directories]
        return [row for of_area in rows for row in of_area]

    listed(worked(ctx, act), COLUMNS, json, "No meeting has been held.", CAPTION)
