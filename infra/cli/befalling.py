"""Commands by which a worker records what befell a family: each publishes one event, and says what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from handlers import events as e
from handlers.events import Body
from handlers.handover_file import merged_already
from handlers.meetings.falling_due import name
from handlers.working_days import in_words
from infra.cli import moments
from infra.cli.acting import By, Family
from infra.cli.common import Area, Fault, Json, counted
from infra.cli.recording import On, happened_on
from infra.cli.stores import Folder, must_know
from infra.cli.telling import Told, duties_opened, tell, time_kept

Move = Annotated[str, typer.Argument(help="The move's own number.")]


def birth(
    ctx: typer.Context,
    family: Family,
    person: Annotated[str, typer.Argument(help="The unborn child's id: it stays the child's.")],
    on: On,
    by: By,
    named: Annotated[str | None, typer.Option(help="The child's name; it is sealed before it is kept.")] = None,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record that an unborn child was born: the plan goes on, by the rules for after a birth."""
    day = moments.day(on)

    def make(folder: Folder, now: datetime) -> Body:
        unborn = [m.person for m in folder.file.members.values() if m.relation == "unborn"]
        must_know(person, unborn, f"{person} is no unborn child of {family}")
        return e.ChildBorn(person, happened_on(on, now), by, named)

    def said(told: Told) -> list[str]:
        return [f"{told.after.name(person)} was born on {in_words(day)}.", *what_changed(told), *duties_opened(told)]

    tell(ctx, family, area, by, json, make, said)


def death(
    ctx: typer.Context,
    family: Family,
    person: Annotated[str, typer.Argument(help="Who died.")],
    on: On,
    by: By,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record that somebody of the family died: they are asked to nothing more, and no mail goes to them."""
    day = moments.day(on)

    def make(folder: Folder, now: datetime) -> Body:
        _of_the_family(folder, person)
        return e.PersonDied(person, happened_on(on, now), by)

    def said(told: Told) -> list[str]:
        return [f"{told.before.name(person)} died on {in_words(day)}.", *what_changed(told), *duties_opened(told)]

    tell(ctx, family, area, by, json, make, said)


def moved(
    ctx: typer.Context,
    family: Family,
    person: Annotated[str, typer.Argument(help="Whose address is another now.")],
    address: Annotated[str, typer.Option(help="The new address; it is sealed before it is kept.")],
    on: On,
    by: By,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record that somebody moved home: papers go to the new address, and what had come back goes again."""

    def make(folder: Folder, now: datetime) -> Body:
        _of_the_family(folder, person)
        if not address.strip():
            raise Fault("the address is empty: say it with --address")
        return e.AddressChanged(person, address, happened_on(on, now), by)

    def said(told: Told) -> list[str]:
        how = "" if "@" in address else ", which is none for mail: post them, or let them be collected"
        return [f"Papers for {told.after.name(person)} go to the new address{how}.", *duties_opened(told)]

    tell(ctx, family, area, by, json, make, said)


def moved_out(
    ctx: typer.Context,
    family: Family,
    move: Move,
    to: Annotated[str, typer.Option(metavar="AREA", help="The area that they moved to.")],
    on: On,
    by: By,
    temporary: Annotated[bool, typer.Option(help="They are to stay there for a while only.")] = False,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record that the family moved to another area, which must be told."""
    day = moments.day(on)

    def make(folder: Folder, now: datetime) -> Body:
        return e.FamilyMovedOut(move, to, happened_on(on, now), by, temporary)

    def said(told: Told) -> list[str]:
        stay = "stays in" if temporary else "moved to"
        return [f"{family} {stay} {to} since {in_words(day)}.", *what_changed(told), *duties_opened(told)]

    tell(ctx, family, area, by, json, make, said)


def area_told(
    ctx: typer.Context, family: Family, move: Move, on: On, by: By, area: Area = None, json: Json = False
) -> None:
    """Record that the receiving area was told of a move."""

    def make(folder: Folder, now: datetime) -> Body:
        _known_move(folder, move)
        return e.AreaNotified(move, happened_on(on, now), by)

    tell(ctx, family, area, by, json, make, lambda told: [f"It is on record that the area of move {move} was told."])


def taken_over(
    ctx: typer.Context, family: Family, move: Move, on: On, by: By, area: Area = None, json: Json = False
) -> None:
    """Record that the receiving area held its conference: it answers for the family from then on."""
    day = moments.day(on)

    def make(folder: Folder, now: datetime) -> Body:
        _known_move(folder, move)
        return e.ReceivingConferenceHeld(move, happened_on(on, now), by)

    def said(told: Told) -> list[str]:
        return [f"The receiving area answers for {family} since {in_words(day)}.", *what_changed(told)]

    tell(ctx, family, area, by, json, make, said)


def merge(
    ctx: typer.Context,
    family: Annotated[str, typer.Argument(help="The family whose record ends.")],
    into: Annotated[str, typer.Option(metavar="FAMILY", help="The family that goes on.")],
    by: By,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record that two families are one: all that is owed goes on in the other, and nobody is written to."""

    def make(folder: Folder, now: datetime) -> Body:
        goes_on_as = folder.file.family
        if goes_on_as not in (family, into):
            raise Fault(merged_already(family, goes_on_as, into))
        if goes_on_as == into != family:
            raise Fault(f"{family} goes on as {into} already")
        _goes_on_elsewhere(folder, into)
        return e.FamiliesMerged(into, by)

    def said(told: Told) -> list[str]:
        file = told.after.file
        meetings = counted(sum(m.open for m in file.meetings.values()), "meeting")
        duties = counted(sum(d.ended is None for d in file.duties.values()), "duty", "duties")
        return [f"{family} goes on as {into}, with {meetings} ahead and {duties} open."]

    tell(ctx, family, area, by, json, make, said)


def split(
    ctx: typer.Context,
    family: Family,
    into: Annotated[str, typer.Option(metavar="FAMILY", help="The new family's id.")],
    member: Annotated[list[str], typer.Option(help="Who leaves; give it once for each.")],
    by: By,
    plan: Annotated[list[str] | None, typer.Option(help="A plan about them alone, which goes with them.")] = None,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record that part of a family is a family of its own now."""

    def make(folder: Folder, now: datetime) -> Body:
        _goes_on_elsewhere(folder, into)
        for person in member:
            _of_the_family(folder, person)
        for one in plan or ():
            must_know(one, folder.file.plans, f"{family} has no plan {one}")
        return e.FamilySplit(into, tuple(member), by, tuple(plan or ()))

    def said(told: Told) -> list[str]:
        who = ", ".join(told.before.name(p) for p in member)
        return [f"{who} became a family of their own, {into}: see quorate show {into}."]

    tell(ctx, family, area, by, json, make, said)


def what_changed(told: Told) -> list[str]:
    """Meetings that are due no longer, due by another day, or booked to another time."""
    sentences = []
    for id_, after in told.after.file.meetings.items():
        before = told.before.file.meetings.get(id_)
        if before is None or (before.due, before.booked, before.open) == (after.due, after.booked, after.open):
            continue
        if not after.open:
            why = f", since {after.ended_since}" if after.ended_since else ""
            sentences.append(f"The {name(after)} is due no longer{why}.")
        else:
            sentences.append(f"{id_} is due by {in_words(after.due.due_on)}. {time_kept(told.after, after)}")
    return sentences


def _of_the_family(folder: Folder, person: str) -> None:
    must_know(person, folder.file.members, f"{person} is not of {folder.file.family}")


def _goes_on_elsewhere(folder: Folder, into: str) -> None:
    if into in (folder.file.family, *folder.file.ties.formerly):
        raise Fault(f"{into} is {folder.file.family} itself: name another family with --into")


def _known_move(folder: Folder, move: str) -> None:
    must_know(move, folder.file.life.moves, f"{folder.file.family} has no move {move}")
