"""Commands about whom somebody brings to a meeting, and how children are heard there."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import typer

from handlers import events as e
from handlers.events import Body
from infra.cli.acting import By, Family, MeetingName, open_meeting
from infra.cli.common import Area, Fault, Json
from infra.cli.stores import Folder, must_know
from infra.cli.telling import Told, tell

Child = Annotated[str, typer.Argument(help="The child's id.")]
CODES: dict[e.Participation, str] = {
    "PN0": "under four years old",
    "PN1": "came and spoke",
    "PN2": "came, and an advocate spoke",
    "PN3": "came, and showed it by signs or symbols",
    "PN4": "came, and added nothing",
    "PN5": "did not come, and an advocate spoke",
    "PN6": "did not come, and sent what they think",
    "PN7": "did not come, and sent nothing",
}


def supporter(
    ctx: typer.Context,
    family: Family,
    meeting: MeetingName,
    person: Annotated[str, typer.Argument(help="Who brings them: somebody of the family.")],
    support: Annotated[str, typer.Argument(help="A number of its own; recorded again it replaces what was known.")],
    supporter: Annotated[e.Supporter, typer.Argument(help="What they are to them.")],
    named: Annotated[str, typer.Option(help="The supporter's name; it is sealed before it is kept.")],
    by: By,
    off: Annotated[bool, typer.Option("--off", help="They do not come after all.")] = False,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record whom somebody of the family brings to a meeting: a friend, a relative, an advocate or a solicitor."""

    def make(folder: Folder, now: datetime) -> Body:
        open_meeting(folder.meeting(meeting), "bring anybody to")
        must_know(person, folder.file.members, f"{person} is not of {family}")
        return e.SupporterNamed(support, meeting, person, supporter, named, by, not off)

    def said(told: Told) -> list[str]:
        may = "may say what they think" if told.after.protocol.supporters_speak else "gives no opinion"
        if off:
            return [f"{told.after.name(person)} does not bring {named}."]
        return [f"{told.after.name(person)} brings {named}, who {may} and takes no part in decisions."]

    tell(ctx, family, area, by, json, make, said)


def advocate(
    ctx: typer.Context,
    family: Family,
    meeting: MeetingName,
    child: Child,
    outcome: Annotated[Literal["wanted", "not_wanted"], typer.Argument(help="What the child said to it.")],
    by: By,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record that a child was offered an advocate for a conference."""

    def make(folder: Folder, now: datetime) -> Body:
        folder.meeting(meeting)
        _a_child(folder, child)
        return e.AdvocateOffered(meeting, child, outcome, by)

    def said(told: Told) -> list[str]:
        return [f"{told.after.name(child)}: an advocate is {outcome.replace('_', ' ')}."]

    tell(ctx, family, area, by, json, make, said)


def participation(
    ctx: typer.Context,
    family: Family,
    meeting: MeetingName,
    child: Child,
    code: Annotated[
        e.Participation, typer.Argument(help="; ".join(f"{code}: {what}" for code, what in CODES.items()) + ".")
    ],
    by: By,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record how a child took part in a review that was held."""

    def make(folder: Folder, now: datetime) -> Body:
        if not folder.meeting(meeting).held:
            raise Fault(f"{meeting} has not been held, so nobody took part in it yet")
        _a_child(folder, child)
        return e.ParticipationRecorded(meeting, child, code, by)

    tell(ctx, family, area, by, json, make, lambda told: [f"{told.after.name(child)} {CODES[code]} ({code})."])


def _a_child(folder: Folder, child: str) -> None:
    children = [m.person for m in folder.file.members.values() if m.relation == "child"]
    must_know(child, children, f"{child} is no child of {folder.file.family}")
