"""The duty ledger at the command line: what is owed, whose it is, how old it is and before whom it lies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, get_args

import typer

from handlers.facts import DutyKind, RungClimbed
from handlers.partnership import Directory
from handlers.working_days import (
    LONDON,
    Holidays,
    HolidaysUnknown,
    end_of_day,
    in_words,
    local_day,
    working_days_between,
)
from infra.cli.common import Area, Json, as_json, counted, say, worked
from infra.cli.family import View
from infra.cli.moments import how_late, iso, words
from infra.cli.paper import listed
from infra.cli.stores import directory_of, folder_of, must_know, present, short, unknown
from infra.cli.story import story
from infra.db import overview, reading
from infra.db.engine import transaction
from infra.db.tables import unstamp
from infra.wiring import House
from streams.wire import stream_id

COLUMNS = {
    "duty": "Duty, family",
    "what": "What is owed",
    "owner": "Whose it is",
    "due_at": "Due",
    "opened_at": "Open since",
    "rung": "Lies before",
}
CAPTION = "In brackets: how long it has been open, and how late it is."
WIDTH, WIDTH_OF_ALL = 100, 130
WIDTHS = {"duty": 14, "owner": 14, "due_at": 11, "opened_at": 11, "rung": 14}
# Posts that no area fills: whoever it is owed by is the person whom the duty names.
THEIR_OWN = ("referrer", "treatment_worker", "invitee", "chair")
NOBODY = "NOBODY, the post is empty"


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
    """The duty ledger: what is owed, by whom, since when, before whom it lies, and how it ended."""
    if explain:
        _explain(ctx, explain, json)
        return
    if kind:
        must_know(kind, get_args(DutyKind), f"no duty is of the kind {kind}")

    async def act(house: House) -> list[View]:
        now = await present(house)
        async with transaction(house.engine) as connection:
            which = {"area": area, "family": family, "kind": kind}
            before = now if late and only_open else None  # one that has ended may have been late earlier
            rows = await reading.duties_of(connection, open_only=only_open, due_before=before, **which)
            climbed = await overview.rungs(connection, rows)
        where = {stream_id(r.stream).area for r in rows}
        desks = {a: _Desk(house, await directory_of(house, a), now) for a in where}
        found = [desks[stream_id(r.stream).area].line(r, climbed.get(r.id)) for r in rows]
        return [d for d in found if d["late"] or not late]

    columns, width = (COLUMNS, WIDTH) if only_open else (COLUMNS | {"ended": "Ended"}, WIDTH_OF_ALL)
    nothing = "No duty is owed." if only_open else "There is no such duty."
    listed(worked(ctx, act), columns, json, nothing, CAPTION, width=width, widths=WIDTHS)


class _Desk:
    """What one area's lines are written from: its directory, and the hour."""

    def __init__(self, house: House, directory: Directory, now: datetime) -> None:
        self.house, self.directory, self.now = house, directory, now

    def line(self, r: Any, climbed: RungClimbed | None) -> View:
        """One row of the ledger, with all that --json tells; keys that begin with _ are the table's cells."""
        rung = climbed if r.rung >= 0 else None
        return {
            "duty": r.id,
            "_duty": f"{r.id} {stream_id(r.stream).id}",
            "kind": r.kind,
            "what": short(r.sentence),
            "sentence": r.sentence,
            "family": stream_id(r.stream).id,
            "area": stream_id(r.stream).area,
            "meeting": r.meeting,
            "adult": r.adult,
            "service": r.service,
            "to": r.to,
            "to_name": self.name(r.to),
            **self._whose(r),
            **self._when(r),
            **self._before_whom(r, rung),
            "by_telephone": r.by_telephone,
            "ended": r.ended,
            "_ended": f"{r.ended}: {r.ended_by}, {words(unstamp(r.ended_at))}" if r.ended else "",
            "ended_at": iso(unstamp(r.ended_at)) if r.ended_at else None,
            "ended_by": r.ended_by or None,
            "rule": r.rule or None,
        }

    def name(self, worker: str | None) -> str | None:
        """A worker's name; None for a family member and for whom the directory does not know."""
        known = self.directory.workers.get(worker or "")
        return self.house.keyring.open_up(known.name) if known else None

    def _whose(self, r: Any) -> View:
        """The post that must act, and the person who holds it today."""
        post = self.directory.post(r.owner)
        person = r.to if r.owner in THEIR_OWN else post.worker if post else None
        cell = f"{r.owner.replace('_', ' ')}: {self._person(person)}"
        return {"owner": r.owner, "owner_person": person, "owner_name": self.name(person), "_owner": cell}

    def _person(self, person: str | None) -> str:
        return self.name(person) or person or NOBODY

    def _when(self, r: Any) -> View:
        """When it was opened and is due, and how many working days it is old and late."""
        opened_at, due_at = unstamp(r.opened_at), unstamp(r.due_at)
        until = unstamp(r.ended_at) if r.ended_at else self.now
        late, age = self._days(due_at, until), self._days(opened_at, until)
        how = how_late(due_at, until, self._holidays)
        return {
            "opened_at": iso(opened_at),
            "_opened_at": _bracketed(_day(opened_at), "long" if age is None else counted(age, "working day")),
            "open_working_days": age,
            "due_at": iso(due_at),
            "_due_at": _bracketed(_briefly(due_at), f"{how} late" if how else ""),
            "late": how,
            "late_working_days": late if how else 0,
        }

    @property
    def _holidays(self) -> Holidays:
        return self.house.office.protocols.of(self.directory.stream.area).holidays

    def _days(self, first: datetime, last: datetime) -> int | None:
        """None where the table of bank holidays does not reach."""
        try:
            return max(0, working_days_between(local_day(first), local_day(last), self._holidays))
        except HolidaysUnknown:
            return None

    def _before_whom(self, r: Any, rung: RungClimbed | None) -> View:
        cell = f"rung {r.rung + 1}: {rung.role.replace('_', ' ')}, {self._person(rung.person)}" if rung else ""
        return {
            "rung": r.rung + 1,
            "rung_ladder": rung.ladder or r.kind if rung else None,
            "rung_role": rung.role if rung else None,
            "rung_person": rung.person if rung else None,
            "rung_name": self.name(rung.person) if rung else None,
            "_rung": cell,
        }


def _day(at: datetime) -> str:
    """`8 Jan 2025`."""
    _, number, month, year = in_words(local_day(at)).split()
    return f"{number} {month[:3]} {year}"


def _briefly(at: datetime) -> str:
    """The day, with the hour where it is not the day's end."""
    return _day(at) if at == end_of_day(local_day(at)) else f"{_day(at)} {at.astimezone(LONDON):%H:%M}"


def _bracketed(text: str, inner: str) -> str:
    return f"{text} ({inner})" if inner else text


def _explain(ctx: typer.Context, duty: str, json: bool) -> None:
    async def act(house: House) -> list[View]:
        async with transaction(house.engine) as connection:
            row = await reading.duty(connection, duty)
            if row is None:
                there = [r.id for r in await reading.duties_of(connection, open_only=False)]
                unknown(duty, there, f"there is no duty {duty}")
            rows: Sequence[Any] = await reading.ledger_of(connection, row.stream)
        stream = stream_id(row.stream)
        return await story(await folder_of(house, stream.id, stream.area), duty, rows)

    for step in worked(ctx, act):
        if json:
            as_json(step)
        else:
            say(f"{words(unstamp(step['at']))}: {step['sentence']}")
