"""Commands by which a coordinator acts: each publishes one event and says what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Annotated, Literal

import typer

from handlers import events as e
from handlers.events import Body
from handlers.meeting_file import Meeting
from handlers.meetings.falling_due import name
from handlers.people import StreamId
from handlers.working_days import in_words
from infra.cli.common import Area, Fault, Json, worked
from infra.cli.moments import moment
from infra.cli.stores import Folder, must_know, unknown
from infra.cli.telling import Told, duties_opened, tell, time_kept
from infra.db import reading
from infra.db.engine import transaction
from infra.wiring import House
from streams.wire import stream_id

Family = Annotated[str, typer.Argument(help="The family's id.")]
MeetingName = Annotated[str, typer.Argument(metavar="MEETING", help="As quorate show names it.")]
Person = Annotated[str, typer.Argument(help="A worker's or family member's id.")]
By = Annotated[str, typer.Option(metavar="WORKER", help="Who answers for this: a worker of the directory.")]
Reason = Annotated[str, typer.Option(help="Why; it is sealed before it is kept.")]
Why = Annotated[str | None, typer.Option(help="Why; it is sealed before it is kept.")]
Outcome = Literal["spoke", "no_answer", "collected"]


def propose(
    ctx: typer.Context, family: Family, meeting: MeetingName, by: By, area: Area = None, json: Json = False
) -> None:
    """Ask the diary for times that would suit; nothing is booked."""

    def make(folder: Folder, now: datetime) -> Body:
        open_meeting(folder.meeting(meeting), "look for")
        return e.SlotsAsked(meeting, by)

    def report(told: Told) -> list[str]:
        offered = told.meeting(meeting).offered
        if offered is None or not offered.slots:
            return ["No time fits: " + ("; ".join(offered.reasons) if offered else "the diary has not answered") + "."]
        return [_offer(told, slot) for slot in offered.slots]

    tell(ctx, family, area, by, json, make, report)


def _offer(told: Told, slot: e.Slot) -> str:
    chair = f", chair {told.after.name(slot.chair)}" if slot.chair else ""
    missing = f"; not free then: {', '.join(map(told.after.name, slot.missing))}" if slot.missing else ""
    hours = "" if slot.suits else "; not within the hours that suit the family"
    return f"{in_words(slot.starts_at)}, {slot.room}{chair}{missing}{hours}"


def book(
    ctx: typer.Context,
    family: Family,
    meeting: MeetingName,
    at: Annotated[str, typer.Option(metavar="INSTANT", help="Such as 2025-01-14T10:00, in London.")],
    by: By,
    room: Annotated[str | None, typer.Option(help="This room and no other.")] = None,
    area: Area = None,
    json: Json = False,
) -> None:
    """Fix the time of a meeting."""
    _fix(ctx, family, meeting, by, area, json, e.BookingAsked(meeting, moment(at), by, room))


def move(
    ctx: typer.Context,
    family: Family,
    meeting: MeetingName,
    to: Annotated[str, typer.Option(metavar="INSTANT", help="Such as 2025-01-14T10:00, in London.")],
    reason: Reason,
    by: By,
    area: Area = None,
    json: Json = False,
) -> None:
    """Move a meeting that is booked to another time."""

    def booked(found: Meeting) -> None:
        if found.booked is None:
            raise Fault(f"{meeting} is not booked, so it cannot be moved: fix a time with quorate book")

    _fix(ctx, family, meeting, by, area, json, e.BookingAsked(meeting, moment(to), by, None, reason), booked)


def _fix(
    ctx: typer.Context,
    family: str,
    meeting: str,
    by: str,
    area: str | None,
    json: bool,
    asked: e.BookingAsked,
    check: Callable[[Meeting], None] = lambda _: None,
) -> None:
    def make(folder: Folder, now: datetime) -> Body:
        found = open_meeting(folder.meeting(meeting), "book")
        check(found)
        if asked.starts_at <= now:
            raise Fault(f"{in_words(asked.starts_at)} is past: it is {in_words(now)} now, so give a later instant")
        return asked

    def report(told: Told) -> list[str]:
        after = told.meeting(meeting)
        if after.booked and after.booked.revision == after.revision:
            return [time_kept(told.after, after), *duties_opened(told)]
        why = "; ".join(after.failed.reasons) if after.failed else "the diary has not answered"
        still = f" {time_kept(told.after, after)}" if after.booked else ""
        return [f"Nothing fits at {in_words(asked.starts_at)}: {why}.{still}"]

    tell(ctx, family, area, by, json, make, report)


def cancel(
    ctx: typer.Context,
    family: Family,
    meeting: MeetingName,
    reason: Reason,
    by: By,
    area: Area = None,
    json: Json = False,
) -> None:
    """Cancel a meeting's booking; what made the meeting due stands."""

    def make(folder: Folder, now: datetime) -> Body:
        if open_meeting(folder.meeting(meeting), "cancel").booked is None:
            raise Fault(f"{meeting} is not booked, so there is nothing to cancel: see quorate show {family}")
        return e.MeetingCancelled(meeting, by, reason)

    def report(told: Told) -> list[str]:
        after, before = told.meeting(meeting), told.before.meeting(meeting).booked
        off = sum(1 for i in after.invitations.values() if i.cancelled)
        when = in_words(before.starts_at) if before else ""
        return [
            f"The {name(after)} of {when} is off; {off} people are told so.",
            f"It is still due by {in_words(after.due.due_on)}.",
        ]

    tell(ctx, family, area, by, json, make, report)


def answer(
    ctx: typer.Context,
    family: Family,
    meeting: MeetingName,
    person: Person,
    reply: Annotated[e.Reply, typer.Argument(help="What they answered.")],
    by: By,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record somebody's answer to an invitation."""

    def make(folder: Folder, now: datetime) -> Body:
        known_to(folder, meeting, person)
        return e.AnswerGiven(meeting, person, reply, by)

    def report(told: Told) -> list[str]:
        return [f"{told.after.name(person)}: {reply}, for the {_when(told.meeting(meeting))}."]

    tell(ctx, family, area, by, json, make, report)


def resend(
    ctx: typer.Context,
    family: Family,
    meeting: MeetingName,
    person: Person,
    by: By,
    area: Area = None,
    json: Json = False,
) -> None:
    """Send somebody's invitation once more, as it stands."""

    def make(folder: Folder, now: datetime) -> Body:
        known_to(folder, meeting, person)
        booked, sent = folder.meeting(meeting).booked, folder.meeting(meeting).invitations.get(person)
        if booked is None or now >= booked.starts_at:
            raise Fault(f"{meeting} has no time that is still to come: there is nothing to ask {person} to")
        if sent is None or sent.cancelled:
            raise Fault(f"{person} is not asked to {meeting}: see quorate show {family}")
        if not sent.mailed:
            raise Fault(f"{person} has no address: record it, and the invitation goes by itself")
        return e.CopyAsked(meeting, person, by)

    def report(told: Told) -> list[str]:
        return [f"{told.after.name(person)} is sent the invitation to the {_when(told.meeting(meeting))} once more."]

    tell(ctx, family, area, by, json, make, report)


def call(
    ctx: typer.Context,
    family: Family,
    meeting: MeetingName,
    person: Person,
    outcome: Annotated[Outcome, typer.Option(help="What came of it; collected: saw the paper collected.")],
    by: By,
    remark: Annotated[str | None, typer.Option(help="Anything more; it is sealed before it is kept.")] = None,
    area: Area = None,
    json: Json = False,
) -> None:
    """Log a telephone call about a meeting, or a paper collected."""

    def make(folder: Folder, now: datetime) -> Body:
        known_to(folder, meeting, person)
        return e.CallLogged(meeting, person, outcome, by, remark)

    def report(told: Told) -> list[str]:
        said = {"spoke": "was spoken to", "no_answer": "did not answer", "collected": "collected the paper"}
        return [f"{told.after.name(person)} {said[outcome]} about the {_when(told.meeting(meeting))}."]

    tell(ctx, family, area, by, json, make, report)


def close(
    ctx: typer.Context,
    duty: Annotated[str, typer.Argument(help="The duty's id, such as D-1a2b3c4d5e6f.")],
    reason: Reason,
    by: By,
    area: Area = None,
    json: Json = False,
) -> None:
    """End a duty without evidence, under your name and for a reason."""
    if not reason.strip():
        raise Fault("no reason is given, and somebody must answer for one: say it with --reason")

    stream = stream_of_duty(ctx, duty, area)
    tell(ctx, stream.id, stream.area, by, json, lambda *_: e.DutyExcused(duty, reason, by), lambda told: [])


def stream_of_duty(ctx: typer.Context, duty: str, area: str | None) -> StreamId:
    """Whose duty this is, while it is open. Raises Fault, naming those that are."""

    async def find(house: House) -> str:
        async with transaction(house.engine) as connection:
            row = await reading.duty(connection, duty)
            there = [r.id for r in await reading.duties_of(connection, open_only=True, area=area)]
        if row is None:
            unknown(duty, there, f"there is no duty {duty}; of those open")
        if row.ended:
            raise Fault(f"{duty} has ended already ({row.ended}: {row.ended_by}): see quorate duties --explain {duty}")
        return str(row.stream)

    return stream_id(worked(ctx, find))


def open_meeting(meeting: Meeting, wish: str) -> Meeting:
    """The meeting, if it is still to come. Raises Fault."""
    if meeting.held:
        sat = in_words(meeting.sitting.started_at) if meeting.sitting else ""
        raise Fault(f"{meeting.id} was held on {sat}: there is nothing to {wish}")
    if meeting.no_longer_due:
        raise Fault(f"{meeting.id} is no longer due: there is nothing to {wish}")
    return meeting


def known_to(folder: Folder, meeting: str, person: str, others: Iterable[str] = ()) -> None:
    """Raises Fault for somebody who has nothing to do with this meeting or family."""
    invited = folder.meeting(meeting).invitations
    known = {*invited, *folder.file.members, *folder.file.professionals, *others}
    must_know(person, known, f"{person} is neither invited to {meeting} nor known to {folder.file.family}")


def _when(meeting: Meeting) -> str:
    return f"{name(meeting)}" + (f" of {in_words(meeting.booked.starts_at)}" if meeting.booked else "")
