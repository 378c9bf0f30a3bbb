"""Commands about who comes to which part of a meeting, who is kept out of it, and who must not meet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Literal

import typer

from handlers import events as e
from handlers.conference.exclusion import GROUNDS
from handlers.duties import duty_of
from handlers.events import Body
from handlers.meeting_file import Meeting
from handlers.working_days import in_words
from infra.cli.acting import By, Family, MeetingName, Person, Reason, known_to, open_meeting
from infra.cli.arranged import own_times
from infra.cli.common import Area, Fault, Json
from infra.cli.stores import Folder, must_know
from infra.cli.telling import Told, duties_opened, tell

A_PART = re.compile(r"([\w-]+):(\d{1,3})-(\d{1,3}):(.+)")
PARTS = "Which parts, by their ids; say --part once for each."
Exclusion = Annotated[str, typer.Argument(help="The request's own number.")]
Parts = Annotated[list[str] | None, typer.Option("--part", help=PARTS)]


def agenda(
    ctx: typer.Context,
    family: Family,
    meeting: MeetingName,
    by: By,
    part: Annotated[
        list[str] | None,
        typer.Option(metavar="ID:FROM-TO:WORDS", help="A part, in minutes from the beginning; none: one whole."),
    ] = None,
    place: Annotated[list[str] | None, typer.Option(metavar="ID=PLACE", help="A part's own place.")] = None,
    link: Annotated[list[str] | None, typer.Option(metavar="ID=LINK", help="A part's own video link, sealed.")] = None,
    area: Area = None,
    json: Json = False,
) -> None:
    """Set the parts of a meeting anew. Say first who is asked to which (quorate parts): whoever is asked to the whole
    of it is told every link."""
    read = [_part(words) for words in part or ()]
    places, links = _by_part(place, read), _by_part(link, read)
    parts = tuple(
        e.AgendaPart(
            part=id_, words=words, from_minute=first, to_minute=last, place=places.get(id_), link=links.get(id_)
        )
        for id_, first, last, words in read
    )

    def make(folder: Folder, now: datetime) -> Body:
        open_meeting(folder.meeting(meeting), "arrange")
        for one in parts:
            _must_fit(one, folder.meeting(meeting), folder)
        if len({p.part for p in parts}) < len(parts):
            raise Fault("two parts have one id: give each its own")
        return e.AgendaSet(meeting, parts, by)

    tell(ctx, family, area, by, json, make, lambda told: _who_hears(told, meeting))


def parts(
    ctx: typer.Context,
    family: Family,
    meeting: MeetingName,
    person: Person,
    by: By,
    part: Parts = None,
    area: Area = None,
    json: Json = False,
) -> None:
    """Ask somebody to parts of a meeting only; without --part to the whole of it. The agenda may follow."""

    def make(folder: Folder, now: datetime) -> Body:
        open_meeting(folder.meeting(meeting), "arrange")
        known_to(folder, meeting, person)
        return e.PartsAssigned(meeting, person, tuple(part or ()), by)

    def said(told: Told) -> list[str]:
        return [*_not_yet(told, meeting, part or []), *_who_hears(told, meeting)]

    tell(ctx, family, area, by, json, make, said)


def objection(
    ctx: typer.Context,
    family: Family,
    meeting: MeetingName,
    person: Annotated[str, typer.Argument(help="Who objects.")],
    objection: Annotated[str, typer.Argument(help="The objection's own number; recorded again it goes on.")],
    against: Annotated[str, typer.Option(help="To whom: a worker, or an agency.")],
    discussion: Annotated[str, typer.Option(help="What was talked over; it is sealed before it is kept.")],
    by: By,
    agreed: Annotated[
        Literal["nothing_yet", "part", "whole"], typer.Option(help="What they then come to.")
    ] = "nothing_yet",
    part: Parts = None,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record that somebody objects to another's being there, and the part of the meeting that was agreed on."""

    def make(folder: Folder, now: datetime) -> Body:
        open_meeting(folder.meeting(meeting), "agree on")
        must_know(person, folder.file.members, f"{person} is not of {family}")
        known = {*folder.directory.workers, *folder.directory.agencies}
        must_know(against, known, f"the directory knows nobody called {against}")
        _part_alone(agreed, part)
        _on_the_agenda(folder, meeting, part or [])
        return e.ObjectionRecorded(objection, meeting, person, against, discussion, by, agreed, tuple(part or ()))

    tell(ctx, family, area, by, json, make, lambda told: [*_who_hears(told, meeting), *duties_opened(told)])


def exclude(
    ctx: typer.Context,
    family: Family,
    meeting: MeetingName,
    person: Annotated[str, typer.Argument(help="Who is to be kept out: somebody of the family.")],
    exclusion: Exclusion,
    ground: Annotated[e.ExclusionGround, typer.Argument(help="On what ground.")],
    evidence: Annotated[str, typer.Option(help="What shows it; it is sealed before it is kept.")],
    by: By,
    area: Area = None,
    json: Json = False,
) -> None:
    """Ask the chair to keep somebody out of a meeting. Until the chair decides they stay asked."""

    def make(folder: Folder, now: datetime) -> Body:
        open_meeting(folder.meeting(meeting), "keep anybody out of")
        must_know(person, folder.file.members, f"{person} is not of {family}")
        if exclusion in folder.file.arrangements.exclusions:
            raise Fault(f"there is a request {exclusion} already: give this one a number of its own")
        return e.ExclusionAsked(exclusion, meeting, person, ground, evidence, by)

    def said(told: Told) -> list[str]:
        file = told.after.file
        duty = file.duties[duty_of(file, "decide_exclusion", exclusion)]
        chair = f", {told.after.name(duty.to)}," if duty.to else ""
        late = f"ASKED LATE{duty.sentence.partition('ASKED LATE')[2]}"
        asked = f"The chair{chair} is asked, since {GROUNDS[ground]}."
        return [asked, *([late] if "ASKED LATE" in duty.sentence else []), *duties_opened(told)]

    tell(ctx, family, area, by, json, make, said)


def exclusion_decided(
    ctx: typer.Context,
    family: Family,
    exclusion: Exclusion,
    outcome: Annotated[Literal["whole", "part", "refused"], typer.Argument(help="From how much they are kept out.")],
    reason: Reason,
    by: Annotated[str, typer.Option(metavar="WORKER", help="The chair of that meeting, and nobody else.")],
    part: Parts = None,
    represented_by: Annotated[str | None, typer.Option(help="Who speaks for them; sealed.")] = None,
    views: Annotated[str | None, typer.Option(help="How what they think is heard; sealed.")] = None,
    withhold: Annotated[str | None, typer.Option(help="Why they are not sent the decisions either; sealed.")] = None,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record what the chair decided on a request. --part: what is left to them, where it is part of the meeting."""

    def make(folder: Folder, now: datetime) -> Body:
        there = folder.file.arrangements.exclusions
        must_know(exclusion, there, f"{family} has no request {exclusion}")
        meeting = folder.meeting(there[exclusion].asked.body.meeting)
        chair = meeting.chair
        if by != chair:
            raise Fault(f"only the chair of {meeting.id} decides on it: {chair or 'it has none yet, so book it'}")
        _part_alone(outcome, part)
        _on_the_agenda(folder, meeting.id, part or [])
        words = (tuple(part or ()), represented_by, views, withhold)
        return e.ExclusionDecided(exclusion, meeting.id, outcome, reason, by, *words)

    def said(told: Told) -> list[str]:
        asked = told.after.file.arrangements.exclusions[exclusion].asked.body
        return [*_who_hears(told, asked.meeting), *duties_opened(told)]

    tell(ctx, family, area, by, json, make, said)


def apart(
    ctx: typer.Context,
    family: Family,
    apart: Annotated[str, typer.Argument(help="A number of its own.")],
    first: Annotated[str, typer.Argument(help="Who comes and goes first.")],
    second: Annotated[str, typer.Argument(help="Who must not meet them.")],
    reason: Reason,
    by: By,
    ended: Annotated[bool, typer.Option("--ended", help="They may meet again.")] = False,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record that two people must not meet: each is asked to come, and go, at another time, and told of no other."""

    def make(folder: Folder, now: datetime) -> Body:
        for person in (first, second):
            known = {*folder.file.members, *folder.directory.workers}
            must_know(person, known, f"{person} is neither in the directory nor of {family}")
        if first == second:
            raise Fault(f"{first} is named twice: name two people")
        return e.KeptApart(apart, first, second, reason, by, not ended)

    def said(told: Told) -> list[str]:
        return [line for meeting in told.after.file.meetings for line in _who_hears(told, meeting)]

    tell(ctx, family, area, by, json, make, said)


def _part(words: str) -> tuple[str, int, int, str]:
    found = A_PART.fullmatch(words)
    if found is None:
        raise Fault(f"a part is written as family:0-30:'what the family thinks', not {words}")
    return found[1], int(found[2]), int(found[3]), found[4]


def _by_part(given: list[str] | None, parts: list[tuple[str, int, int, str]]) -> dict[str, str]:
    pairs = {word.partition("=")[0]: word.partition("=")[2] for word in given or ()}
    for id_ in pairs:
        must_know(id_, [p[0] for p in parts], f"no --part is called {id_}")
    return pairs


def _must_fit(part: e.AgendaPart, meeting: Meeting, folder: Folder) -> None:
    if part.from_minute >= part.to_minute:
        raise Fault(f"the part {part.part} ends before it begins: mend its minutes")
    minutes = folder.protocol.seats[meeting.due.kind].minutes
    if meeting.booked:
        minutes = int((meeting.booked.ends_at - meeting.booked.starts_at).total_seconds() // 60)
    if part.to_minute > minutes:
        raise Fault(f"the part {part.part} ends after {part.to_minute} minutes, and the meeting after {minutes}")


def _part_alone(said: str, part: list[str] | None) -> None:
    if (said == "part") != bool(part):
        raise Fault("name the parts with --part where it is part of the meeting, and only there")


def _on_the_agenda(folder: Folder, meeting: str, parts: list[str]) -> None:
    for one in parts:
        there = [p.part for p in folder.file.arrangements.agenda(meeting)]
        if not there:
            raise Fault(f"{meeting} has no agenda yet: set its parts with quorate agenda")
        must_know(one, there, f"{meeting} has no part {one}")


def _not_yet(told: Told, meeting: str, parts: list[str]) -> list[str]:
    there = [p.part for p in told.after.file.arrangements.agenda(meeting)]
    return [f"{p} is not on the agenda yet: until then it asks to nothing less." for p in parts if p not in there]


def _who_hears(told: Told, meeting: str) -> list[str]:
    """Whom this sent another invitation, and to what hours."""
    before, after = told.before.meeting(meeting).invitations, told.after.meeting(meeting).invitations
    changed = [p for p, sent in sorted(after.items()) if sent != before.get(p)]
    return [*_heard(told, meeting, changed)] or [f"Nobody's hours at {meeting} change."]


def _heard(told: Told, meeting: str, changed: list[str]) -> Iterator[str]:
    for person in changed:
        sent = told.after.meeting(meeting).invitations[person]
        if sent.cancelled:
            yield f"{told.after.name(person)} is not asked to {meeting} any more."
        else:
            when = own_times(told.after.meeting(meeting), person) or f"{in_words(sent.starts_at)}, to the whole of it"
            yield f"{told.after.name(person)} is asked to {meeting} for {when}."
