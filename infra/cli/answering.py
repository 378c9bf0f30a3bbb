"""What somebody asked to a meeting says besides yes, no and maybe, and what the coordinator does about it: each command
publishes one event."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from handlers import events as e
from handlers import needs
from handlers.events import Body
from handlers.meeting_file import Meeting
from handlers.meetings.deputies import next_id
from handlers.people import domain_of
from handlers.working_days import in_words
from infra.cli import moments
from infra.cli.acting import By, Family, MeetingName, Person, Reason, known_to, open_meeting
from infra.cli.common import Area, Fault, Json, first_few
from infra.cli.moments import moment
from infra.cli.stores import Folder, must_know
from infra.cli.telling import Told, duties_opened, tell

Invitee = Annotated[str, typer.Argument(help="Who was asked to it.")]
Need = Annotated[e.NeedKind, typer.Option(help="What is needed.")]
Which = Annotated[str, typer.Option(help="The language of an interpreter, such as pl, or the format, as large_print.")]


def deputy(
    ctx: typer.Context,
    family: Family,
    meeting: MeetingName,
    person: Invitee,
    by: By,
    worker: Annotated[str | None, typer.Option(metavar="WORKER", help="Who comes: a worker of the directory.")] = None,
    named: Annotated[str | None, typer.Option(metavar="NAME", help="Who comes, if the directory has no such.")] = None,
    address: Annotated[str | None, typer.Option(help="Their mail address; sealed, as the name is.")] = None,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record that an invitee sends a deputy of the same agency: a WORKER, or a NAME with an address."""
    if bool(worker) == bool(named) or bool(named) != bool(address):
        raise Fault("say who comes: either --worker WORKER, or --named NAME and --address ADDRESS")
    if address and "@" not in address:
        raise Fault("the address is none for mail: say where the deputy's own invitation goes with --address")

    def make(folder: Folder, now: datetime) -> Body:
        found = _asked(folder, meeting, person)
        if worker:
            must_know(worker, folder.directory.workers, f"the directory knows nobody called {worker}")
        mine, theirs = folder.directory.agency_id(person), folder.directory.agency_id(worker or person)
        if not mine or mine != theirs:
            raise Fault(f"{worker or person} is of {theirs or 'no agency'}: a deputy is of the invitee's agency")
        return e.DeputyNamed(meeting, person, _who(found, person, worker, named, address), by)

    def report(told: Told) -> list[str]:
        wishes = told.meeting(meeting).wishes
        who, comes = wishes.deputies[person].deputy.person, wishes.deputy_of(person)
        whom = told.after.name(person)
        if comes:
            return [f"{told.after.name(comes)} comes for {whom}, and is sent an invitation of their own."]
        agree = f"quorate agree-deputy {family} {meeting} {person} --by {by}"
        return [f"{told.after.name(who)} ({who}) may come for {whom} once you agree: {agree}", *duties_opened(told)]

    tell(ctx, family, area, by, json, make, report)


def _who(meeting: Meeting, person: str, worker: str | None, named: str | None, address: str | None) -> e.Deputy:
    if worker or not named or not address:
        return e.Deputy(person=worker or "")
    id_ = next_id(meeting, person)
    return e.Deputy(person=id_, name=named, address=address, domain=domain_of(address))


def agree(
    ctx: typer.Context,
    family: Family,
    meeting: MeetingName,
    person: Invitee,
    by: By,
    area: Area = None,
    json: Json = False,
) -> None:
    """Agree to the deputy whom an invitee sends: they are sent an invitation, and the invitee's is called back."""

    def make(folder: Folder, now: datetime) -> Body:
        return e.DeputyApproved(meeting, person, _named_by(folder, meeting, person), by)

    def report(told: Told) -> list[str]:
        comes = told.meeting(meeting).wishes.deputy_of(person)
        return [f"{told.after.name(comes or '')} comes for {told.after.name(person)}, and is sent an invitation."]

    tell(ctx, family, area, by, json, make, report)


def refuse(
    ctx: typer.Context,
    family: Family,
    meeting: MeetingName,
    person: Invitee,
    reason: Reason,
    by: By,
    area: Area = None,
    json: Json = False,
) -> None:
    """Refuse the deputy whom an invitee sends: the invitee stays asked, and is told by letter."""

    def make(folder: Folder, now: datetime) -> Body:
        return e.DeputyRefused(meeting, person, _named_by(folder, meeting, person), by, reason)

    tell(ctx, family, area, by, json, make, lambda told: _told_by_letter(told, person))


def _told_by_letter(told: Told, person: str) -> list[str]:
    return [f"{told.after.name(person)} is told so by letter.", *duties_opened(told)]


def decline_time(
    ctx: typer.Context,
    family: Family,
    meeting: MeetingName,
    person: Invitee,
    reason: Reason,
    by: By,
    area: Area = None,
    json: Json = False,
) -> None:
    """Leave the meeting at its time, whatever this invitee proposed: they are told by letter."""

    def make(folder: Folder, now: datetime) -> Body:
        if person not in _asked(folder, meeting, person).wishes.times:
            raise Fault(f"{person} proposed no other time for {meeting}: see quorate show {family}")
        return e.ProposalDeclined(meeting, person, by, reason)

    tell(ctx, family, area, by, json, make, lambda told: _told_by_letter(told, person))


def other_time(
    ctx: typer.Context,
    family: Family,
    meeting: MeetingName,
    person: Invitee,
    at: Annotated[str, typer.Option(metavar="INSTANT", help="Such as 2025-01-14T10:00, in London.")],
    by: By,
    remark: Annotated[str | None, typer.Option(help="Why; it is sealed before it is kept.")] = None,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record that an invitee proposes another time: move the meeting there, or refuse."""

    def make(folder: Folder, now: datetime) -> Body:
        _asked(folder, meeting, person)
        if moment(at) <= now:
            raise Fault(f"{in_words(moment(at))} is past: it is {in_words(now)} now, so give a later instant")
        return e.TimeProposed(meeting, person, moment(at), by, remark=remark)

    def report(told: Told) -> list[str]:
        move = f"quorate move {family} {meeting} --to {at} --reason '{person} proposes it' --by {by}"
        said = f"{told.after.name(person)} proposes {in_words(moment(at))}"
        return [f"{said}. To move it there: {move}", *duties_opened(told)]

    tell(ctx, family, area, by, json, make, report)


def promise(
    ctx: typer.Context,
    family: Family,
    meeting: MeetingName,
    person: Invitee,
    on: Annotated[str, typer.Option(metavar="DATE", help="By which day it comes.")],
    by: By,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record by which day an invitee's report comes: it is chased when that day has passed."""
    day = moments.day(on)

    def make(folder: Folder, now: datetime) -> Body:
        _asked(folder, meeting, person)
        return e.ReportPromised(meeting, person, day, by)

    def report(told: Told) -> list[str]:
        return [f"The report of {told.after.name(person)} comes by {in_words(day)}."]

    tell(ctx, family, area, by, json, make, report)


def told_needs(
    ctx: typer.Context,
    family: Family,
    person: Person,
    by: By,
    need: Annotated[
        list[str] | None,
        typer.Option(help="interpreter=pl, advocate, creche, transport, format=large_print or welsh; none: no need."),
    ] = None,
    meeting: Annotated[str | None, typer.Option(help="At this meeting alone; without it, at each.")] = None,
    remark: Annotated[str | None, typer.Option(help="Anything more; it is sealed before it is kept.")] = None,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record what somebody needs to take part; it replaces what was recorded of them before."""

    def make(folder: Folder, now: datetime) -> Body:
        if meeting:
            open_meeting(folder.meeting(meeting), "arrange")
            known_to(folder, meeting, person)
        known = {*folder.file.met, *folder.file.professionals, *_invited(folder)}
        must_know(person, known, f"{person} has nothing to do with {folder.file.family}")
        return e.NeedsTold(person, tuple(map(_need, need or ())), by, meeting, remark)

    def report(told: Told) -> list[str]:
        what = ", ".join(need or ()) or "nothing"
        return [f"{told.after.name(person)} needs {what}, at {meeting or 'each meeting'}.", *duties_opened(told)]

    tell(ctx, family, area, by, json, make, report)


def _need(words: str) -> e.Need:
    """`interpreter=pl`. Raises Fault."""
    kind, _, which = words.partition("=")
    if kind not in needs.WORDS:
        raise Fault(f"{kind} is none of the needs that are kept: there is {first_few(list(needs.WORDS))}")
    if kind in ("interpreter", "format") and not which:
        raise Fault(f"say which {'language' if kind == 'interpreter' else kind}: --need {kind}=…")
    return e.Need(need=kind, which=which)


def arrange(
    ctx: typer.Context,
    family: Family,
    meeting: MeetingName,
    person: Person,
    need: Need,
    provider: Annotated[str, typer.Option(help="Who does it, by an id: language-line, w-advocate.")],
    by: By,
    which: Which = "",
    area: Area = None,
    json: Json = False,
) -> None:
    """Record that what somebody needs at a meeting is arranged, and with whom; no relative ever interprets."""

    def make(folder: Folder, now: datetime) -> Body:
        found = open_meeting(folder.meeting(meeting), "arrange")
        kept = needs.told(folder.file, found, person)
        there = [n for n in (kept.body.needs if kept else ()) if n.need == need and which in ("", n.which)]
        if not there:
            raise Fault(f"{person} told of no such need for {meeting}: record it first with quorate needs")
        if need == "interpreter" and provider.casefold() in _of_the_family(folder):
            raise Fault(f"{provider} is of the family: family, friends and children never interpret; find another")
        return e.NeedArranged(meeting, person, need, provider, by, there[0].which)

    def report(told: Told) -> list[str]:
        return [f"{provider} is arranged for {told.after.name(person)}."]

    tell(ctx, family, area, by, json, make, report)


def _of_the_family(folder: Folder) -> set[str]:
    """By id and by name, as somebody may type either."""
    people = {*folder.file.met, *folder.file.left}
    return {x.casefold() for p in people for x in (p, folder.name(p))}


def feedback(
    ctx: typer.Context,
    family: Family,
    meeting: MeetingName,
    person: Invitee,
    words: Annotated[str, typer.Option(help="What they said; it is sealed before it is kept.")],
    by: By,
    reply: Annotated[bool, typer.Option("--reply", help="They ask for a reply.")] = False,
    area: Area = None,
    json: Json = False,
) -> None:
    """Keep what somebody who was asked to a meeting said of it afterwards."""

    def make(folder: Folder, now: datetime) -> Body:
        if not folder.meeting(meeting).held:
            raise Fault(f"{meeting} has not sat as far as is known: record its sitting first")
        known_to(folder, meeting, person)
        return e.FeedbackGiven(meeting, person, words, by, reply)

    def report(told: Told) -> list[str]:
        return [f"Kept: what {told.after.name(person)} said of {meeting}.", *duties_opened(told)]

    tell(ctx, family, area, by, json, make, report)


def _asked(folder: Folder, meeting: str, person: str) -> Meeting:
    """The meeting, if it is to come and this person was asked to it. Raises Fault."""
    found = open_meeting(folder.meeting(meeting), "answer")
    must_know(person, found.invitations, f"{person} was never asked to {meeting}")
    return found


def _named_by(folder: Folder, meeting: str, person: str) -> str:
    sending = _asked(folder, meeting, person).wishes.deputies.get(person)
    if sending is None:
        raise Fault(f"{person} sends no deputy to {meeting}: see quorate show {folder.file.family}")
    return sending.deputy.person


def _invited(folder: Folder) -> set[str]:
    return {p for m in folder.file.meetings.values() for p in m.invitations}
