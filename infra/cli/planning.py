"""Commands about a plan that lasts, and about a child who is looked after: each publishes one event."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from handlers import events as e
from handlers.before import PlanMade
from handlers.events import Body
from handlers.meetings.falling_due import name
from handlers.standing import plan_ended_on
from handlers.working_days import in_words, local_day
from infra.cli import moments
from infra.cli.acting import By, Family, MeetingName, Reason, open_meeting
from infra.cli.befalling import what_changed
from infra.cli.common import Area, Fault, Json
from infra.cli.recording import On, happened_on
from infra.cli.stores import Folder, must_know
from infra.cli.telling import Told, duties_opened, tell

Plan = Annotated[str, typer.Argument(help="The plan's id, as quorate show names it.")]
Placement = Annotated[str, typer.Argument(help="The placement's own number.")]


def category(
    ctx: typer.Context,
    family: Family,
    plan: Plan,
    category: Annotated[e.Category, typer.Argument(help="The category from that day on.")],
    on: On,
    by: By,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record that the category of a child protection plan changed."""
    day = moments.day(on)

    def make(folder: Folder, now: datetime) -> Body:
        if _standing(folder, plan).category == category:
            raise Fault(f"{plan} is of the category {category} already: there is nothing to change")
        return e.PlanCategoryChanged(plan, category, happened_on(on, now), by)

    def said(told: Told) -> list[str]:
        return [f"{plan} is of the category {category} since {in_words(day)}.", *duties_opened(told)]

    tell(ctx, family, area, by, json, make, said)


def core_group(
    ctx: typer.Context,
    family: Family,
    plan: Plan,
    member: Annotated[list[str], typer.Option(metavar="WORKER", help="Who is of it; give it once for each.")],
    on: On,
    by: By,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record who is of a plan's core group from that day: nobody else is of it any more."""
    day = moments.day(on)

    def make(folder: Folder, now: datetime) -> Body:
        _standing(folder, plan)
        for worker in member:
            must_know(worker, folder.directory.workers, f"the directory knows nobody called {worker}")
        return e.CoreGroupNamed(plan, tuple(dict.fromkeys(member)), happened_on(on, now), by)

    def said(told: Told) -> list[str]:
        who = ", ".join(map(told.after.name, dict.fromkeys(member)))
        said = f"The core group of {plan} is {who}, since {in_words(day)}."
        return [said, *what_changed(told), *duties_opened(told)]

    tell(ctx, family, area, by, json, make, said)


def forward(
    ctx: typer.Context,
    family: Family,
    meeting: MeetingName,
    reason: Reason,
    by: By,
    due: Annotated[
        str | None, typer.Option(metavar="DATE", help="By which day; leave it out where it stays as it is.")
    ] = None,
    plan_change: Annotated[bool, typer.Option(help="A core group at which the plan is to change.")] = False,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record that a review comes forward, or does not, or that a member calls a core group earlier."""

    def make(folder: Folder, now: datetime) -> Body:
        found = open_meeting(folder.meeting(meeting), "bring forward")
        if found.due.kind not in ("review_conference", "core_group"):
            raise Fault(f"{meeting} is neither a review conference nor a core group: set its day with ask-meeting")
        if found.due.kind == "review_conference":
            unit = folder.directory.post("conference_unit_manager")
            heads = {*folder.directory.chairs(), *([unit.worker] if unit else ())}
            must_know(by, heads, f"only its chair brings a review forward, and {by} chairs no conferences")
        day = moments.day(due) if due else None
        if day and not local_day(now) <= day < found.due.due_on:
            raise Fault(f"{meeting} is due by {in_words(found.due.due_on)}: give an earlier day, from today on")
        return e.MeetingBroughtForward(meeting, by, reason, day, plan_change)

    def said(told: Told) -> list[str]:
        stays = [] if due else [f"The {name(told.meeting(meeting))} stays as it is."]
        return [*stays, *what_changed(told), *duties_opened(told)]

    tell(ctx, family, area, by, json, make, said)


def chair(
    ctx: typer.Context,
    family: Family,
    meeting: MeetingName,
    worker: Annotated[str, typer.Argument(metavar="WORKER", help="Who chairs it.")],
    by: By,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record who chairs a core group: they are invited to it."""

    def make(folder: Folder, now: datetime) -> Body:
        if open_meeting(folder.meeting(meeting), "name a chair for").due.kind != "core_group":
            raise Fault(f"{meeting} is no core group: the diary finds the chair of a conference")
        must_know(worker, folder.directory.workers, f"the directory knows nobody called {worker}")
        return e.ChairNamed(meeting, worker, by)

    tell(ctx, family, area, by, json, make, lambda told: [f"{told.after.name(worker)} chairs {meeting}."])


def looked_after(
    ctx: typer.Context,
    family: Family,
    placement: Placement,
    child: Annotated[str, typer.Argument(help="Who is looked after.")],
    by: By,
    on: Annotated[str | None, typer.Option(metavar="DATE", help="Since when; find it out, if you do not know.")] = None,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record that a child became looked after; say it again with --on once the day is known."""

    def make(folder: Folder, now: datetime) -> Body:
        children = [m.person for m in folder.file.members.values() if m.relation == "child"]
        must_know(child, children, f"{child} is no child of {family}")
        known = folder.file.life.looked_after.get(placement)
        if known and known[0].body.child != child:
            raise Fault(f"{placement} is the placement of {known[0].body.child}: give this one a number of its own")
        return e.LookedAfterStarted(placement, child, by, happened_on(on, now) if on else None)

    def said(told: Told) -> list[str]:
        since = f"since {in_words(moments.day(on))}" if on else "since a day that is still to be found out"
        return [f"{told.after.name(child)} is looked after, {since}.", *what_changed(told), *duties_opened(told)]

    tell(ctx, family, area, by, json, make, said)


def looked_after_ended(
    ctx: typer.Context,
    family: Family,
    placement: Placement,
    on: On,
    by: By,
    home: Annotated[bool, typer.Option("--home/--elsewhere", help="Whether the child came home to this family.")],
    area: Area = None,
    json: Json = False,
) -> None:
    """Record that a child is looked after no longer: one who came home is a change that services are told of."""
    day = moments.day(on)

    def make(folder: Folder, now: datetime) -> Body:
        must_know(placement, folder.file.life.looked_after, f"{family} has no placement {placement}")
        started = folder.file.life.looked_after[placement][0].body
        if started.on and day < started.on:
            raise Fault(f"{placement} began on {in_words(started.on)}: give the day on which it ended, with --on")
        return e.LookedAfterEnded(placement, happened_on(on, now), by, home)

    def said(told: Told) -> list[str]:
        child = told.after.file.life.looked_after[placement][0].body.child
        ended = f"{told.after.name(child)} is looked after no longer, since {in_words(day)}."
        return [ended, *what_changed(told), *duties_opened(told)]

    tell(ctx, family, area, by, json, make, said)


def _standing(folder: Folder, plan: str) -> PlanMade:
    """The plan as it stands. Raises Fault where there is none, or none any more."""
    file = folder.file
    must_know(plan, file.known_plans, f"{file.family} has no plan {plan}")
    ended_on = plan_ended_on(file, plan)
    if ended_on:
        raise Fault(f"{plan} ended on {in_words(ended_on)}: there is nothing to change")
    made = file.plan_made_at(plan)
    if made is None:
        raise Fault(f"nobody has recorded yet what was decided of {plan}: see quorate show {file.family}")
    return made
