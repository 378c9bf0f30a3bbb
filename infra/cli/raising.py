"""Commands about papers of a conference, and about what somebody raises after it: each publishes one event."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from handlers import events as e
from handlers.conference.papers import PACK
from handlers.events import Body
from handlers.meetings.falling_due import name
from infra.cli.acting import By, Family, MeetingName, Person, Reason, known_to
from infra.cli.common import Area, Fault, Json, counted
from infra.cli.recording import On, happened_on
from infra.cli.stores import Folder, held_conference, must_know
from infra.cli.telling import Told, duties_opened, tell

Issue = Annotated[str, typer.Argument(help="The number by which it is known.")]
KINDS: dict[e.IssueKind, str] = {
    "dissent": "dissents from",
    "complaint": "complains of",
    "recording": "recorded, though not allowed to,",
    "own_recording": "recorded, for the authority,",
}
OUTCOMES: dict[e.IssueOutcome, str] = {
    "upheld": "upheld",
    "not_upheld": "not upheld",
    "passed_on": "passed on to the agency that it is about",
    "dealt_with": "dealt with",
}


def pack(
    ctx: typer.Context,
    family: Family,
    transfer: Annotated[str, typer.Argument(help="The transfer's own number.")],
    paper: Annotated[
        list[str], typer.Option(metavar="|".join(PACK), help="What came, or is said not to exist; once for each.")
    ],
    on: On,
    by: By,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record which papers the old area sent about a family that moved in."""

    def make(folder: Folder, now: datetime) -> Body:
        must_know(transfer, folder.file.transfers, f"{family} has no transfer {transfer}")
        for one in paper:
            must_know(one, PACK, f"{one} is no paper of the pack")
        return e.TransferPapersReceived(transfer, tuple(p for p in PACK if p in paper), happened_on(on, now), by)

    def said(told: Told) -> list[str]:
        kept = (k.body for k in told.after.file.life.transfer_papers.values() if k.body.transfer == transfer)
        came = {one for sent in kept for one in sent.papers}
        lacking = [one.replace("_", " ") for one in PACK if one not in came]
        return [f"{counted(len(came), 'paper')} of the pack came; lacking: {', '.join(lacking) or 'nothing'}."]

    tell(ctx, family, area, by, json, make, said)


def read_out(
    ctx: typer.Context,
    family: Family,
    meeting: MeetingName,
    person: Person,
    by: By,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record that the report of somebody who was not there was read out at the conference."""

    def make(folder: Folder, now: datetime) -> Body:
        found = held_conference(folder, meeting)
        must_know(person, found.reports, f"no report of {person} for {meeting} is on record")
        return e.ReportReadOut(meeting, person, by)

    def said(told: Told) -> list[str]:
        return [f"The report of {told.after.name(person)} was read out at the {name(told.meeting(meeting))}."]

    tell(ctx, family, area, by, json, make, said)


def raised(
    ctx: typer.Context,
    family: Family,
    issue: Issue,
    kind: Annotated[e.IssueKind, typer.Argument(help="A worker dissents, the family complains.")],
    meeting: MeetingName,
    person: Person,
    by: By,
    reason: Annotated[str | None, typer.Option(help="What it is about; it is sealed before it is kept.")] = None,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record that somebody dissents from a conference, complains of it, or recorded it: what it decided stands."""

    def make(folder: Folder, now: datetime) -> Body:
        held_conference(folder, meeting)
        known_to(folder, meeting, person)
        if issue in folder.file.life.raised:
            raise Fault(f"there is {issue} already: give this one a number of its own")
        if (kind == "dissent") != (person in folder.directory.workers) and kind in ("dissent", "complaint"):
            raise Fault(f"a worker dissents and somebody of the family complains: {person} cannot raise a {kind}")
        return e.IssueRaised(issue, kind, meeting, person, by, reason)

    def said(told: Told) -> list[str]:
        who = f"{told.after.name(person)} {KINDS[kind]} the {name(told.meeting(meeting))}"
        return [f"{who}; what it decided stands.", *duties_opened(told)]

    tell(ctx, family, area, by, json, make, said)


def answered(
    ctx: typer.Context,
    family: Family,
    issue: Issue,
    outcome: Annotated[e.IssueOutcome, typer.Argument(help="What came of it.")],
    reason: Reason,
    by: By,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record how a dissent, a complaint or a recording was answered."""

    def make(folder: Folder, now: datetime) -> Body:
        must_know(issue, folder.file.life.raised, f"nobody raised {issue} of {family}")
        return e.IssueSettled(issue, outcome, by, reason)

    tell(ctx, family, area, by, json, make, lambda told: [f"{issue} is {OUTCOMES[outcome]}."])
