"""Commands about an enquiry: what it came to, who disputes whether to confer, and how that was settled."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from handlers import events as e
from handlers.conference import convening
from handlers.events import Body
from handlers.meetings.falling_due import meeting_id, name
from handlers.standing import plan_ended_on
from handlers.working_days import in_words, local_day
from infra.cli.acting import By, Family, Reason, Why
from infra.cli.befalling import what_changed
from infra.cli.common import Area, Fault, Json
from infra.cli.recording import On, happened_on
from infra.cli.stores import Folder, known_discussion, must_know
from infra.cli.telling import Told, duties_opened, tell

Discussion = Annotated[str, typer.Argument(help="The strategy discussion that began the enquiry.")]
Dispute = Annotated[str, typer.Argument(help="The dispute's own number.")]
Conference = Annotated[bool, typer.Option("--conference/--no-conference", help="Whether a conference is to be held.")]
OUTCOMES: dict[e.Section47Outcome, str] = {
    "substantiated_at_risk": "concerns substantiated, and the child is at risk",
    "substantiated_not_at_risk": "concerns substantiated, and the child is not at continuing risk",
    "not_substantiated": "concerns not substantiated",
}


def outcome(
    ctx: typer.Context,
    family: Family,
    discussion: Discussion,
    found: Annotated[e.Section47Outcome, typer.Argument(help="What the enquiry found.")],
    conference: Conference,
    on: On,
    by: By,
    reason: Why = None,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record what a section 47 enquiry came to, and whether a conference is required."""

    def make(folder: Folder, now: datetime) -> Body:
        known_discussion(folder, discussion)
        return e.Section47Concluded(discussion, found, conference, happened_on(on, now), by, reason)

    def said(told: Told) -> list[str]:
        held = [] if conference else _held_already(told, discussion)
        return [f"{discussion}: {OUTCOMES[found]}.", *held, *_whether(told, discussion), *duties_opened(told)]

    tell(ctx, family, area, by, json, make, said)


def interim_plan(
    ctx: typer.Context,
    family: Family,
    discussion: Discussion,
    role: Annotated[
        list[str], typer.Option(metavar="PERSON=WHAT", help="Who does what; give it once for each. What is sealed.")
    ],
    on: On,
    by: By,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record the interim plan that is in force until the conference, and who does what in it."""

    def make(folder: Folder, now: datetime) -> Body:
        known_discussion(folder, discussion)
        known = {*folder.directory.workers, *folder.file.members}
        for person, _, does in (one.partition("=") for one in role):
            must_know(person, known, f"{person} is neither in the directory nor of {family}")
            if not does.strip():
                raise Fault(f"it does not say what {person} does: give --role {person}=WHAT")
        roles = tuple(e.Role(person=person, does=does) for person, _, does in (one.partition("=") for one in role))
        return e.InterimPlanAgreed(discussion, roles, happened_on(on, now), by)

    def said(told: Told) -> list[str]:
        who = ", ".join(told.after.name(one.partition("=")[0]) for one in role)
        return [f"An interim plan after {discussion} is in force, with {who}.", *duties_opened(told)]

    tell(ctx, family, area, by, json, make, said)


def dispute(
    ctx: typer.Context,
    family: Family,
    discussion: Discussion,
    dispute: Dispute,
    reason: Reason,
    by: By,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record that somebody disputes whether to confer: the conference stays due until managers settle it."""

    def make(folder: Folder, now: datetime) -> Body:
        known_discussion(folder, discussion)
        if dispute in folder.file.life.disputed:
            raise Fault(f"there is a dispute {dispute} already: give this one a number of its own")
        return e.ConferenceDisputed(dispute, discussion, by, reason)

    def said(told: Told) -> list[str]:
        return [f"{told.after.name(by)} disputes it.", *_whether(told, discussion), *duties_opened(told)]

    tell(ctx, family, area, by, json, make, said)


def settle(
    ctx: typer.Context,
    family: Family,
    dispute: Dispute,
    conference: Conference,
    reason: Reason,
    by: By,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record how a dispute was settled: --by answers for it."""

    def make(folder: Folder, now: datetime) -> Body:
        must_know(dispute, folder.file.life.disputed, f"{family} has no dispute {dispute}")
        return e.DisputeResolved(dispute, conference, by, reason)

    def said(told: Told) -> list[str]:
        raised, _ = told.after.file.life.disputed[dispute]
        held = [] if conference else _held_already(told, raised.body.discussion)
        return [f"The dispute {dispute} is settled.", *held, *_whether(told, raised.body.discussion)]

    tell(ctx, family, area, by, json, make, said)


def _whether(told: Told, discussion: str) -> list[str]:
    """Whether a conference is due now, and what changed by that."""
    meeting = told.after.file.meetings.get(meeting_id("initial_conference", discussion))
    if meeting is None or meeting.held or meeting.no_longer_due:
        return what_changed(told)
    return [*what_changed(told), f"The initial conference is due by {in_words(meeting.due.due_on)}."]


def _held_already(told: Told, discussion: str) -> list[str]:
    """That it came too late to spare a conference; a plan is ended by a review conference alone (rules RCPC-05)."""
    file = told.after.file
    meeting = convening.of_enquiry(file, discussion, told.after.protocol)
    if meeting is None or meeting.sitting is None:
        return []
    plans = [plan for plan, made_at in file.plans.items() if made_at == meeting.id and not plan_ended_on(file, plan)]
    stands = f" ({' and '.join(plans)} until a review conference ends it)" if plans else ""
    held = f"the {name(meeting)} was held on {in_words(local_day(meeting.sitting.started_at))}"
    wrong = f"If one of the two is in error: quorate records {file.family}"
    return [f"Recorded, yet {held}, and what it decided stands{stands}. {wrong}."]
