"""Records that were made in error: which there are, and saying of one that it was wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

import typer

from handlers import arrangements, kept_records, life_file, records
from handlers import events as e
from handlers.case_file import CaseFile
from handlers.events import Body
from handlers.meetings.falling_due import name
from handlers.working_days import in_words
from infra.cli.acting import By, Family, Reason
from infra.cli.causes import CLAUSES
from infra.cli.common import Area, Fault, Json, first_few, worked
from infra.cli.moments import iso, words
from infra.cli.paper import listed
from infra.cli.stores import Folder, folder_of, must_know
from infra.cli.telling import Told, tell
from infra.wiring import House

COLUMNS = {"record": "Record", "recorded": "Recorded", "what": "What it says"}
CAPTION = "Of two records of one meeting the first stands: say with quorate in-error which is wrong."


def kept(ctx: typer.Context, family: Family, area: Area = None, json: Json = False) -> None:
    """A family's records that can be corrected, the latest last."""

    async def act(house: House) -> list[dict[str, Any]]:
        return sorted(_kept((await folder_of(house, family, area)).file), key=lambda r: str(r["recorded"]))

    listed(worked(ctx, act), COLUMNS, json, "There is no such record.", CAPTION)


def in_error(
    ctx: typer.Context,
    family: Family,
    record: Annotated[str, typer.Argument(help="The record's id, as quorate records lists it.")],
    reason: Reason,
    by: By,
    area: Area = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would come of it, and do nothing.")] = False,
    json: Json = False,
) -> None:
    """Say that a record was made in error: dates are reckoned anew, and whoever had papers of it hears. Record first
    what is right, so that nobody is called off in between."""

    def make(folder: Folder, now: datetime) -> Body:
        if since := folder.file.errors.get(record):
            raise Fault(f"{record} was recorded in error on {in_words(since)}: there is nothing more to do")
        there = [r["record"] for r in _kept(folder.file)]
        must_know(record, there, f"{family} has no record {record} that can be corrected")
        return e.RecordedInError(record, by, reason)

    def report(told: Told) -> list[str]:
        before = told.before.file.duties
        owed = [d for d in told.after.file.duties.values() if d.ended is None]
        anew = [d for d in owed if d.id not in before or before[d.id].ended]
        said = f"Recorded in error: {next(r['what'] for r in _kept(told.before.file) if r['record'] == record)}."
        return [said, *_called_off(told), *(f"Duty {d.id} is owed now: {d.sentence}" for d in anew)]

    tell(ctx, family, area, by, json, make, report, dry_run)


def _called_off(told: Told) -> Iterator[str]:
    """Each meeting that has lost its time, and who is asked off."""
    for id_, meeting in told.before.file.meetings.items():
        after = told.after.file.meetings.get(id_)
        if meeting.booked is None or not meeting.open or (after and (after.booked or after.held)):
            continue
        asked = [told.before.name(p) for p, sent in meeting.invitations.items() if not sent.cancelled]
        yield (
            f"The {name(meeting)} of {in_words(meeting.booked.starts_at)} is called off;"
            f" {first_few(asked) if asked else 'nobody'} {'are' if len(asked) > 1 else 'is'} asked off."
        )


def _kept(file: CaseFile) -> Iterator[dict[str, Any]]:
    for body, event, record in _all_kept(file):
        about = getattr(record.body, "meeting", "")
        what = f"{CLAUSES[body]}{f' ({about})' if about else ''}"
        recorded = {"recorded": iso(record.recorded), "_recorded": words(record.recorded)}
        yield {"family": file.family, "record": event, "type": body.__name__, "what": what, **recorded}


def _all_kept(file: CaseFile) -> Iterator[tuple[type[Body], str, records.Kept[Any]]]:
    """Also those of the families that became this one."""
    rooms = ((file.records, records), (file.life, life_file), (file.arrangements, arrangements))
    for home, tables in ((home, room.TABLES) for home, room in rooms):
        for body, table in tables.items():
            yield from ((body, event, record) for event, record in getattr(home, table).items())
    for body, table in kept_records.TABLES.items():
        yield from ((body, event, record) for event, record in file.kept.table(table).items())
