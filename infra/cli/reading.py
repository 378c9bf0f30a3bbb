"""Commands that read: one family, duties and their stories, meetings, attendance."""

from __future__ import annotations

from typing import Annotated, Any, get_args

import typer

from handlers.facts import DutyKind
from handlers.working_days import in_words
from infra.cli.attending import CAPTION, COLUMNS, figures
from infra.cli.common import Area, Fault, Json, as_json, first_few, worked
from infra.cli.family import View, view
from infra.cli.moments import day, how_late, iso, words
from infra.cli.paper import listed
from infra.cli.screen import show as show_on_screen
from infra.cli.stores import area_of, case_files, directory_of, folder_of, must_know, present, short, unknown
from infra.cli.story import story
from infra.db import reading
from infra.db.engine import transaction
from infra.db.tables import unstamp
from infra.wiring import House
from streams.wire import stream_id

STATES = ("booked", "being arranged", "no time found", "cancelled", "held", "no longer due")
DUTY_COLUMNS = {
    "duty": "Duty",
    "what": "What",
    "family": "Family",
    "owner": "Owner",
    "due_at": "Due",
    "late": "Late by",
    "rung": "Rung",
    "ended": "Ended",
}
MEETING_COLUMNS = {
    "family": "Family",
    "meeting": "Meeting",
    "state": "State",
    "starts_at": "When",
    "due_on": "Due by",
    "late": "Late",
    "missing": "Not free then",
}


def show(
    ctx: typer.Context,
    family: Annotated[str, typer.Argument(help="The family's id.")],
    area: Area = None,
    json: Json = False,
) -> None:
    """One family on one screen."""

    async def act(house: House) -> View:
        folder = await folder_of(house, family, area)
        async with transaction(house.engine) as connection:
            held = await reading.held_about(connection, folder.file.stream, folder.file.members)
        return view(folder, await present(house), held)

    found = worked(ctx, act)
    as_json(found) if json else show_on_screen(found)


def duties(
    ctx: typer.Context,
    only_open: Annotated[bool, typer.Option("--open/--all", help="Those still open, or all.")] = True,
    late: Annotated[bool, typer.Option("--late", help="Only those that are, or ended, late.")] = False,
    family: Annotated[str | None, typer.Option(help="Only this family's.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only this kind, such as tell_treatment.")] = None,
    explain: Annotated[str | None, typer.Option(metavar="ID", help="The story of one duty.")] = None,
    area: Area = None,
    json: Json = False,
) -> None:
    """The duty ledger: what is owed, by whom, since when, and how it ended."""
    if explain:
        _explain(ctx, explain, json)
        return
    if kind:
        must_know(kind, get_args(DutyKind), f"no duty is of the kind {kind}")

    async def act(house: House) -> list[View]:
        now, protocol = await present(house), house.office.protocol
        async with transaction(house.engine) as connection:
            rows = await reading.duties_of(connection, open_only=only_open, area=area, family=family, kind=kind)
        found = []
        for r in rows:
            lateness = how_late(unstamp(r.due_at), unstamp(r.ended_at) if r.ended_at else now, protocol.holidays)
            rungs = protocol.ladder(r.kind)
            found.append(_duty(r, lateness, rungs[r.rung].role if 0 <= r.rung < len(rungs) else None))
        return [d for d in found if d["late"] or not late]

    listed(worked(ctx, act), DUTY_COLUMNS, json, "No duty is owed." if only_open else "There is no such duty.")


def _duty(r: Any, lateness: str, role: str | None) -> View:
    return {
        "duty": r.id,
        "kind": r.kind,
        "what": short(r.sentence),
        "family": stream_id(r.stream).id,
        "area": stream_id(r.stream).area,
        "meeting": r.meeting,
        "adult": r.adult,
        "service": r.service,
        "to": r.to,
        "owner": r.owner,
        "due_at": iso(unstamp(r.due_at)),
        "_due_at": words(unstamp(r.due_at)),
        "late": lateness,
        "rung": r.rung + 1,
        "rung_role": role,
        "_rung": f"{r.rung + 1} {role}" if role else "",
        "by_telephone": r.by_telephone,
        "ended": r.ended,
        "_ended": f"{r.ended}: {r.ended_by}, {words(unstamp(r.ended_at))}" if r.ended else "",
        "ended_at": iso(unstamp(r.ended_at)) if r.ended_at else None,
        "ended_by": r.ended_by or None,
        "rule": r.rule or None,
    }


def _explain(ctx: typer.Context, duty: str, json: bool) -> None:
    async def act(house: House) -> list[View]:
        async with transaction(house.engine) as connection:
            row = await reading.duty(connection, duty)
            if row is None:
                there = [r.id for r in await reading.duties_of(connection, open_only=False)]
                unknown(duty, there, f"there is no duty {duty}")
            rows = await reading.ledger_of(connection, row.stream)
        return await story(house, duty, rows)

    for step in worked(ctx, act):
        if json:
            as_json(step)
        else:
            typer.echo(f"{words(unstamp(step['at']))}: {step['sentence']}")


def meetings(
    ctx: typer.Context,
    first: Annotated[str | None, typer.Option("--from", metavar="DATE", help="From this day on.")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DATE", help="To this day, included.")] = None,
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
        return [_meeting(r) for r in rows]

    listed(worked(ctx, act), MEETING_COLUMNS, json, "There is no such meeting.")


def _meeting(r: Any) -> View:
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
        "missing": r.missing,
        "working": r.working,
    }


def attendance(
    ctx: typer.Context,
    agency: Annotated[str | None, typer.Option(help="Only this agency, by its id.")] = None,
    area: Area = None,
    json: Json = False,
) -> None:
    """How each agency took part in the meetings that were held."""

    async def act(house: House) -> list[View]:
        where = await area_of(house, area)
        directory = await directory_of(house, where)
        if agency:
            must_know(agency, directory.agencies, f"the directory knows no agency {agency}")
        return figures(await case_files(house, where), directory, agency)

    listed(worked(ctx, act), COLUMNS, json, "No meeting has been held.", CAPTION)
