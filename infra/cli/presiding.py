"""Commands about a conference that was not quorate or was called off, and about who has a part in it: each publishes
one event."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from handlers import events as e
from handlers.conference import calling_off, discussing, quorum
from handlers.counting import Ground
from handlers.events import Body
from handlers.meetings.falling_due import CONFERENCES, name
from handlers.standing import plan_ended_on
from handlers.working_days import in_words
from infra.cli import moments
from infra.cli.acting import By, Family, MeetingName, Reason, Why
from infra.cli.common import Area, Fault, Json, first_few
from infra.cli.planning import Plan
from infra.cli.recording import On, happened_on
from infra.cli.stores import Folder, known_discussion, must_know
from infra.cli.telling import Told, duties_opened, tell

Discussion = Annotated[str, typer.Argument(help="The strategy discussion.")]


def waive_quorum(
    ctx: typer.Context,
    family: Family,
    meeting: MeetingName,
    ground: Annotated[Ground, typer.Option(help="On which of the area's grounds.")],
    reason: Reason,
    by: By,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record that the chair goes on, or went on, without a quorum; --by is the chair."""

    def make(folder: Folder, now: datetime) -> Body:
        found = folder.meeting(meeting)
        rule = quorum.quorum_of(found, folder.protocol)
        if rule is None:
            raise Fault(f"no pack gives a quorum for a {name(found)}: there is nothing to go on without")
        if ground not in rule.grounds:
            raise Fault(f"{ground} is no ground in this area: give one of {first_few(sorted(rule.grounds))}")
        if not quorum.may_waive(by, found, folder.directory):
            chairs = first_few(folder.directory.chairs())
            raise Fault(f"{by} does not preside: only its chair may go on without a quorum; one of {chairs}")
        return e.QuorumWaived(meeting, ground, by, reason)

    def said(told: Told) -> list[str]:
        on = ground.replace("_", " ")
        went = f"{told.after.name(by)} answers for going on without a quorum, on the ground of {on}."
        return [went, *duties_opened(told)]

    tell(ctx, family, area, by, json, make, said)


def agree_off(
    ctx: typer.Context,
    family: Family,
    meeting: MeetingName,
    by: By,
    reason: Why = None,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record that the service manager agrees that a conference is called off or broke off; --by is that manager."""

    def make(folder: Folder, now: datetime) -> Body:
        found = folder.meeting(meeting)
        if found.due.kind not in CONFERENCES:
            raise Fault(f"a {name(found)} is no conference: nobody need agree to call it off")
        if not calling_off.may_agree(by, folder.directory):
            raise Fault(f"{by} is not of social care: its service manager agrees, so give that worker with --by")
        return e.CallingOffAgreed(meeting, by, reason)

    def said(told: Told) -> list[str]:
        return [f"{told.after.name(by)} agrees that the {name(told.meeting(meeting))} is called off."]

    tell(ctx, family, area, by, json, make, said)


def considered(
    ctx: typer.Context,
    family: Family,
    discussion: Discussion,
    involved: Annotated[bool, typer.Option("--involved/--not-involved", help="Whether the service had a part in it.")],
    by: By,
    reason: Why = None,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record that it was considered whether the treatment service has a part in a strategy discussion."""

    def make(folder: Folder, now: datetime) -> Body:
        known_discussion(folder, discussion)
        return e.TreatmentConsidered(discussion, involved, by, reason)

    def said(told: Told) -> list[str]:
        had = "had a part" if involved else "had no part"
        lacks = discussing.missing(told.after.file.discussions[discussion], told.after.directory)
        still = [f"Of those who must take part, none is on record of {' or '.join(lacks)}."] if lacks else []
        return [f"{discussion}: the treatment service was considered, and {had}.", *still]

    tell(ctx, family, area, by, json, make, said)


def induced_illness(
    ctx: typer.Context,
    family: Family,
    stands: Annotated[bool, typer.Option("--stands/--withdrawn", help="Whether it is suspected, or no longer.")],
    by: By,
    child: Annotated[str | None, typer.Option(help="Whose illness; all children, if nobody is named.")] = None,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record that a child's illness may be fabricated or induced: a paediatrician should be at its conferences."""

    def make(folder: Folder, now: datetime) -> Body:
        if child:
            children = [m.person for m in folder.file.members.values() if m.relation == "child"]
            must_know(child, children, f"{child} is no child of {family}")
        return e.InducedIllnessRecorded(stands, by, child)

    def said(told: Told) -> list[str]:
        return ["Recorded." if stands else "Recorded: it stands no longer.", *duties_opened(told)]

    tell(ctx, family, area, by, json, make, said)


def end_plan(
    ctx: typer.Context,
    family: Family,
    plan: Plan,
    on: On,
    by: By,
    cause: Annotated[e.PlanEnding | None, typer.Option(help="What ended it, where that was no review.")] = None,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record that a child protection plan ended; by itself only a quorate review conference ends one."""

    def make(folder: Folder, now: datetime) -> Body:
        must_know(plan, folder.file.known_plans, f"{family} has no plan {plan}")
        ended_on = plan_ended_on(folder.file, plan)
        if ended_on:
            raise Fault(f"{plan} ended on {in_words(ended_on)} already: if that is wrong, see quorate records {family}")
        return e.PlanEnded(plan, happened_on(on, now), by, cause)

    def said(told: Told) -> list[str]:
        return [f"{plan} ended on {in_words(moments.day(on))}.", *duties_opened(told)]

    tell(ctx, family, area, by, json, make, said)
