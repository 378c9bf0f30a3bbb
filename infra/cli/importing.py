"""Commands that take in files of other systems: the children in need census, and tables of the directory.

What cannot be used is listed row by row with its mend, and the rest goes on. Cells of tables are never repeated.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from handlers import events as e
from handlers.partnership import Directory
from handlers.people import StreamId
from handlers.working_days import in_words, local_day
from infra.cli.common import Fault, Json, Quiet, as_json, aside, counted, first_few, say, worked
from infra.cli.health import empty_posts
from infra.cli.moments import by
from infra.cli.paper import progress
from infra.cli.stores import present
from infra.db import reading
from infra.db.engine import transaction
from infra.imports import directory, letting_in
from infra.imports.census import Child
from infra.imports.letting_in import Weighed
from infra.imports.returns import Seen, children
from infra.imports.rows import NotReadable, Refused, Wanted
from infra.imports.tables import text_of
from infra.wiring import House

BATCH = 400
NOBODY = (
    "A census names no adults and no workers, so nobody is invited to what follows from it but the chair and, where a"
    " factor tells of a parent's drugs or alcohol, the treatment service's contact: for each"
    " family publish who works with it (ProfessionalInvolved) and its household (MemberJoined), and import agencies,"
    " workers and posts"
)
DIRECTORY = (e.AreaRecorded, e.AgencyRecorded, e.WorkerRecorded)
AREA = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")

File = Annotated[Path, typer.Argument(help="The file.")]
Area = Annotated[str | None, typer.Option(help="Whose it is; default: the only area in the database.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]
Recorded = Annotated[
    str | None,
    typer.Option(metavar="DATE|INSTANT", help="When it was recorded; default: now, or where played time stands."),
]


class Report:
    """What became of the rows; refusals are told as they come, so that none is kept."""

    def __init__(self, json: bool, dry_run: bool, named: bool) -> None:
        """named: whether each record that is new or changed is told too."""
        self.json, self.dry_run, self.named = json, dry_run, named
        self.counts: Counter[str] = Counter()

    def refused(self, row: Refused) -> None:
        self.counts["refused"] += 1
        if self.json:
            as_json(
                {"what": "refused", "row": row.row, "element": row.element, "value": row.value, "why": row.sentence}
            )
            return
        at = " ".join(filter(None, (row.element, row.value)))
        aside(f"{row.row[:1].upper()}{row.row[1:]}{f', {at}' if at else ''}: {row.sentence}.")

    def weighed(self, rows: Sequence[Weighed]) -> None:
        for row in rows:
            if row.refused:
                self.refused(row.refused)
                continue
            self.counts[row.verdict] += 1
            if self.named and row.verdict != "same":
                if self.json:
                    as_json({"what": row.verdict, "name": row.wanted.name})
                else:
                    say(f"{row.verdict}: {row.wanted.name}")

    def close(self, area: str, **more: int) -> None:
        kinds = ("new", "changed", "same", "refused")
        if self.json:
            counts = {kind: self.counts[kind] for kind in kinds}
            as_json({"what": "sum", "area": area, "dry_run": self.dry_run, **more, **counts})
        else:
            said = ", ".join(f"{self.counts[kind]} {'the same' if kind == 'same' else kind}" for kind in kinds)
            of = f" of {counted(more['children'], 'child', 'children')}" if more else ""
            then = "; nothing was done" if self.dry_run else "; quorate run decides them" if self._fresh else ""
            say(f"{area}{of}: {said}{then}.")
        if self.counts["refused"]:
            raise typer.Exit(1)

    @property
    def _fresh(self) -> int:
        return self.counts["new"] + self.counts["changed"]


class Door:
    """Where rows go in, a batch at a time."""

    def __init__(self, house: House, recorded: datetime, report: Report) -> None:
        self.house, self.recorded, self.report = house, recorded, report
        self.waiting: list[Wanted] = []
        self.gone: int | None = None

    async def take(self, rows: Iterable[Wanted]) -> None:
        self.waiting += rows
        while len(self.waiting) >= BATCH:
            await self.close()

    async def close(self) -> None:
        if self.gone is None:
            async with transaction(self.house.engine) as connection:
                self.gone = await reading.last_place(connection)
        batch, self.waiting = self.waiting[:BATCH], self.waiting[BATCH:]
        if self.report.dry_run:
            weighed = await letting_in.weigh(self.house, batch, self.recorded)
        else:
            weighed = await letting_in.let_in(self.house, batch, self.recorded, first=self.gone + 1)
        self.gone += len(batch)
        self.report.weighed(weighed)


def census(
    ctx: typer.Context,
    file: File,
    area: Area = None,
    dry_run: DryRun = False,
    recorded: Recorded = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Take in a children in need census (DfE's XML of 2024, 2025 or 2026): children, section 47 enquiries, conferences,
    plans, reviews and factors, backdated and without names. Nothing is owed about what was held before; what lies
    ahead falls due."""
    report = Report(json, dry_run, named=False)

    async def act(house: House) -> tuple[str, int]:
        where, at = await _place(house, area), await _instant(house, recorded)
        door = Door(house, at, report)
        with _opened(file) as source, progress(quiet) as shown:
            bar = shown.add_task("Importing", total=file.stat().st_size)
            found = 0
            for child in _children(source, where, at, house, report):
                found += 1
                await door.take(child.wanted)
                if found % BATCH == 0:
                    shown.update(bar, completed=source.tell())
            await door.close()
        if found:
            aside(f"{NOBODY}.")
        return where, found

    where, found = worked(ctx, act, founding=True)
    report.close(where, children=found)


def _children(source: BinaryIO, area: str, at: datetime, house: House, report: Report) -> Iterator[Child]:
    """Each child that can be read, its refusals told; a file that breaks off is told too."""
    known_from = house.office.protocols.of(area).holidays.covers[0]
    number, seen = 0, Seen()
    try:
        for header, element in children(source):
            number += 1
            if header.known_on > local_day(at):
                raise Fault(
                    f"the census day {in_words(header.known_on)} has not come here, where it is {in_words(at)}:"
                    " play to it first, or say with --recorded when the file came"
                )
            child = Child(element, number, header, area, known_from)
            if child.name and (first := seen.first(child.name, number)) != number:
                child.stood_before(element, first, number)
            for row in child.refused:
                report.refused(row)
            yield child
    except NotReadable as error:
        if not number:
            raise Fault(f"the file cannot be used: {error}") from None
        report.refused(Refused("file", "", "", str(error)))


def _table(name: str) -> Callable[..., None]:
    columns = directory.TABLES[name].columns

    def take(
        ctx: typer.Context,
        file: File,
        area: Area = None,
        dry_run: DryRun = False,
        recorded: Recorded = None,
        json: Json = False,
    ) -> None:
        report = Report(json, dry_run, named=dry_run)

        async def act(house: House) -> str:
            where, at = await _place(house, area), await _instant(house, recorded)
            door = Door(house, at, report)
            with _opened(file) as source:
                try:
                    text, remark = text_of(source.read())
                    if remark:
                        aside(f"{file.name}: {remark}.")
                    for row in directory.read(name, text, where):
                        if isinstance(row, Refused):
                            report.refused(row)
                        else:
                            await door.take([row])
                except NotReadable as error:
                    raise Fault(f"the file cannot be used: {error}") from None
            await door.close()
            if not dry_run and issubclass(directory.TABLES[name].body, DIRECTORY):
                await _say_what_lacks(house, where)
            return where

        report.close(worked(ctx, act, founding=True))

    needed = ", ".join(f"{c.name} ({c.what})" for c in columns if c.needed)
    others = ", ".join(f"{c.name} ({c.what})" for c in columns if not c.needed)
    may = (
        f" It may have: {others}; a column that is left out changes nothing, an empty cell empties it."
        if others
        else ""
    )
    take.__doc__ = (
        f"Take in a CSV file of {name}. Its header row names the columns, in any order: {needed}.{may}"
        " Recorded again, the same changes nothing, and what differs is recorded anew."
    )
    return take


TABLES = ("area", "agencies", "workers", "chairs", "posts", "rooms", "leave")
area, agencies, workers, chairs, posts, rooms, leave = map(_table, TABLES)


async def _say_what_lacks(house: House, area: str) -> None:
    stream = StreamId(area, "partnership", area)
    file = (await letting_in.as_they_will_be(house, (stream,)))[stream]
    if not isinstance(file, Directory):
        return
    if empty := empty_posts(house.office.protocols.of(area), file):
        aside(f"Nobody with an address holds {', '.join(empty)}: name them with quorate import posts.")
    if strange := sorted({w.agency for w in file.workers.values()} - file.agencies.keys()):
        aside(f"No agency on record is called {first_few(strange)}: name them with quorate import agencies.")
    if file.telephone == Directory(stream=stream).telephone:
        aside("Letters have no number to ring: give one with quorate import area.")


async def _place(house: House, area: str | None) -> str:
    """The area meant, which need not exist yet. Raises Fault."""
    if area is None:
        async with transaction(house.engine) as connection:
            there = await reading.areas(connection) or await reading.areas_on_their_way(connection)
        if len(there) == 1:
            return there[0]
        if not there:
            raise Fault("this home knows no area yet, so say whose it is: add --area, as --area harrow-vale")
        raise Fault(f"there is more than one area, so say which with --area: there are {first_few(there)}")
    if not AREA.fullmatch(area):
        raise Fault("an area is written in small letters, digits and hyphens: give it as harrow-vale")
    return area


async def _instant(house: House, recorded: str | None) -> datetime:
    return by(recorded) if recorded else await present(house)


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    try:
        with file.open("rb") as source:
            yield source
    except OSError as error:
        raise Fault(f"{file} cannot be read ({error.strerror}): name a file") from None
