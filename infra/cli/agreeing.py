"""Commands about what one person's word does not settle: each publishes one event."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from handlers import events as e
from handlers import standing
from handlers.conference.agreeing import WHO
from handlers.events import Body
from handlers.meetings.falling_due import name
from infra.cli import moments
from infra.cli.acting import By, Family, MeetingName, Reason, Why
from infra.cli.common import Area, Fault, Json
from infra.cli.stores import Folder, held_conference, must_know
from infra.cli.telling import Told, duties_opened, tell

MATTERS: dict[e.Matter, str] = {
    "late_conference": "why it is late",
    "moved_review": "that it is moved",
}
DECISIONS: dict[e.ChildDecision, str] = {
    "plan": "a child protection plan",
    "plan_goes_on": "the plan goes on",
    "plan_ended": "the plan has ended",
    "child_in_need": "help as a child in need",
    "no_plan": "no plan",
    "not_considered": "not considered",
}


def decided(
    ctx: typer.Context,
    family: Family,
    meeting: MeetingName,
    decision: Annotated[e.ChildDecision, typer.Argument(help="What the conference decided.")],
    child: Annotated[list[str], typer.Option(help="Of whom; give it once for each.")],
    by: By,
    reason: Why = None,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record what a conference decided of one child, or of several."""

    def make(folder: Folder, now: datetime) -> Body:
        held_conference(folder, meeting)
        for one in child:
            must_know(one, standing.children(folder.file), f"{one} is no child of {family}")
        if decision == "not_considered" and not reason:
            raise Fault("say with --reason why the conference was not about them")
        return e.ChildDecided(meeting, tuple(dict.fromkeys(child)), decision, by, reason)

    def said(told: Told) -> list[str]:
        who = ", ".join(map(told.after.name, dict.fromkeys(child)))
        return [f"{who}: {DECISIONS[decision]}, by the {name(told.meeting(meeting))}."]

    tell(ctx, family, area, by, json, make, said)


def agree(
    ctx: typer.Context,
    family: Family,
    meeting: MeetingName,
    matter: Annotated[e.Matter, typer.Argument(help="What is agreed.")],
    capacity: Annotated[e.Capacity, typer.Option("--as", help="As what --by agrees.")],
    reason: Reason,
    by: By,
    to: Annotated[str | None, typer.Option(metavar="DATE", help="Of a review that is moved, to which day.")] = None,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record that somebody agreed to what a rule asks several to agree: one record each."""
    day = moments.day(to) if to else None

    def make(folder: Folder, now: datetime) -> Body:
        kind = "initial_conference" if matter == "late_conference" else "review_conference"
        if folder.meeting(meeting).due.kind != kind:
            only = "an initial conference" if matter == "late_conference" else "a review conference"
            raise Fault(f"{matter} is asked of {only} alone, and {meeting} is none")
        if (matter == "moved_review") != bool(to):
            raise Fault("say with --to to which day a review is moved, and leave it out of anything else")
        if capacity == "chair":
            unit = folder.directory.post("conference_unit_manager")
            heads = {*folder.directory.chairs(), *([unit.worker] if unit and matter == "moved_review" else ())}
            must_know(by, heads, f"{by} chairs no conferences, so cannot agree as the chair")
        for kept in folder.file.life.agreements.values():
            said = kept.body
            same = (said.meeting, said.by) == (meeting, by) and said.capacity != capacity
            if same and said.matter == matter == "late_conference":
                raise Fault(f"{by} agreed already, as {WHO[said.capacity]}: it takes two people")
        return e.AgreementRecorded(meeting, matter, capacity, by, reason, day)

    def said(told: Told) -> list[str]:
        who = f"{told.after.name(by)}, as {WHO[capacity]}"
        return [f"{who}, agreed of the {name(told.meeting(meeting))} {MATTERS[matter]}.", *duties_opened(told)]

    tell(ctx, family, area, by, json, make, said)
