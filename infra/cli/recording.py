"""Commands by which a worker records what was said, came in or changed: each publishes one event."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
import typer

from handlers import events as e
from handlers.concerns import FAMILY
from handlers.duties import duty_id
from handlers.events import Body
from handlers.meetings.falling_due import ASKED, meeting_id, name
from handlers.people import derived
from handlers.working_days import in_words, local_day
from infra.cli import moments
from infra.cli.acting import By, Family, MeetingName, Person, Reason, known_to, open_meeting, stream_of_duty
from infra.cli.common import Area, Fault, Json, counted
from infra.cli.stores import Folder, must_know, short, unknown
from infra.cli.telling import Told, duties_opened, tell, time_kept

Purpose = Literal["fip", "joint_review", "care_plan", "change"]
PURPOSES: dict[str, str] = {
    "fip": "Family Intervention Project reviews",
    "joint_review": "joint care-plan reviews",
    "care_plan": "care-plan meetings",
    "change": "telling of significant changes",
}
GROUNDS = {
    "life_at_risk": "a life is at risk",
    "greater_harm": "asking would do greater harm",
    "lawful_basis": "there is another lawful basis",
}
CHANGES: dict[str, str] = {
    "child_returned_home": "a child returned home",
    "dependent_person_moved_in": "a substance-dependent person moved in",
    "plan_difficulty": "the plan is hard to carry out",
    "other": "something else that matters",
}
For = Annotated[Purpose, typer.Option(help="What for.")]
Referral = Annotated[str, typer.Argument(help="The referral's own number.")]
On = Annotated[str, typer.Option(metavar="DATE", help="The day on which it happened.")]


def consent(
    ctx: typer.Context,
    family: Family,
    person: Annotated[str, typer.Argument(help="Whose consent: an adult of the family, or family for all of it.")],
    word: Annotated[Literal["given", "refused"], typer.Argument(help="refused also takes back what was given.")],
    purpose: For,
    by: By,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record whether somebody agrees that a treatment service is told."""

    def make(folder: Folder, now: datetime) -> Body:
        _of_the_family(folder, person)
        return e.ConsentRecorded(person, purpose, word == "given", by)

    def report(told: Told) -> list[str]:
        return [f"{told.after.name(person)}: consent {word}, for {PURPOSES[purpose]}.", *duties_opened(told)]

    tell(ctx, family, area, by, json, make, report)


def override(
    ctx: typer.Context,
    family: Family,
    person: Annotated[str, typer.Argument(help="Whose consent is not waited for.")],
    purpose: For,
    ground: Annotated[Literal["life_at_risk", "greater_harm", "lawful_basis"], typer.Option(help="On what ground.")],
    by: By,
    area: Area = None,
    json: Json = False,
) -> None:
    """Let a treatment service be told without consent, on a stated ground, under your name."""

    def make(folder: Folder, now: datetime) -> Body:
        _of_the_family(folder, person)
        return e.ConsentOverridden(person, purpose, ground, by)

    def report(told: Told) -> list[str]:
        why = f"since {GROUNDS[ground]}; {told.after.name(by)} answers for it"
        said = f"{told.after.name(person)}: shared for {PURPOSES[purpose]} without consent, {why}."
        return [said, *duties_opened(told)]

    tell(ctx, family, area, by, json, make, report)


def acknowledge(
    ctx: typer.Context,
    duty: Annotated[str, typer.Argument(help="The duty's id, which the letter asked them to quote.")],
    person: Person,
    by: By,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record that whoever had to be told showed that they know: they rang, or wrote."""
    stream = stream_of_duty(ctx, duty, area)

    def make(folder: Folder, now: datetime) -> Body:
        kept = folder.file.duties[duty]
        if kept.closes_on != "acknowledged":
            raise Fault(f"{duty} does not end by somebody's word, but when it is {kept.closes_on}: see quorate close")
        known = {*folder.directory.workers, *folder.file.members}
        must_know(person, known, f"{person} is neither in the directory nor of {folder.file.family}")
        return e.DutyAcknowledged(duty, person, by)

    def report(told: Told) -> list[str]:
        kept = told.after.file.duties[duty]
        still = (
            [] if kept.ended else [f"Duty {duty} stays open: it is owed to {kept.to or 'somebody'}, not to {person}."]
        )
        return [f"{told.after.name(person)} knows: {short(kept.sentence)}.", *still]

    tell(ctx, stream.id, stream.area, by, json, make, report)


def adjourn(
    ctx: typer.Context,
    family: Family,
    meeting: MeetingName,
    reason: Reason,
    by: By,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record that a meeting broke off, or could not proceed: a new time is sought at once."""

    def make(folder: Folder, now: datetime) -> Body:
        booked = open_meeting(folder.meeting(meeting), "adjourn").booked
        if booked is None:
            raise Fault(f"{meeting} is not booked, so it cannot break off: see quorate show {family}")
        if booked.starts_at > now:
            when = in_words(booked.starts_at)
            raise Fault(
                f"{meeting} begins only on {when}: move it with quorate move, or call it off with quorate cancel"
            )
        return e.MeetingAdjourned(meeting, by, reason)

    def report(told: Told) -> list[str]:
        after = told.meeting(meeting)
        if after.booked:
            return [f"Adjourned. {time_kept(told.after, after)}"]
        why = "; ".join(after.failed.reasons) if after.failed else "the diary has not answered yet"
        return [f"Adjourned. No new time yet ({why}): see quorate propose {family} {meeting}."]

    tell(ctx, family, area, by, json, make, report)


def report(
    ctx: typer.Context,
    family: Family,
    meeting: MeetingName,
    person: Person,
    by: By,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record that somebody's written report for a conference came in."""

    def make(folder: Folder, now: datetime) -> Body:
        asked = {d.to for d in folder.file.duties.values() if d.meeting == meeting and d.to}
        known_to(folder, meeting, person, asked)
        return e.ReportReceived(meeting, person, by)

    def said(told: Told) -> list[str]:
        return [f"The report of {told.after.name(person)} for the {name(told.meeting(meeting))} came in."]

    tell(ctx, family, area, by, json, make, said)


def decisions(
    ctx: typer.Context,
    family: Family,
    meeting: MeetingName,
    decision: Annotated[list[str], typer.Option(help="One decision; give it once for each. Sealed before it is kept.")],
    by: By,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record a meeting's decisions ahead of its minutes: everybody who should have them is sent them."""

    def make(folder: Folder, now: datetime) -> Body:
        if not folder.meeting(meeting).held:
            raise Fault(f"{meeting} has not been recorded as held: its decisions come after that")
        if not all(text.strip() for text in decision):
            raise Fault("a decision is empty: say each one with --decision")
        return e.DecisionsRecorded(meeting, by, tuple(decision))

    def said(told: Told) -> list[str]:
        papers = told.meeting(meeting).decision_papers
        what = f"{counted(len(decision), 'decision')} of the {name(told.meeting(meeting))}"
        return [f"{what} recorded; {counted(len(papers), 'person', 'people')} to have them."]

    tell(ctx, family, area, by, json, make, said)


def change(
    ctx: typer.Context,
    family: Family,
    what: Annotated[e.Change, typer.Argument(help="What changed.")],
    on: On,
    by: By,
    remark: Annotated[str | None, typer.Option(help="Anything more; it is sealed before it is kept.")] = None,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record a significant change, of which each parent's treatment service must be told."""
    day = moments.day(on)

    def make(folder: Folder, now: datetime) -> Body:
        happened_on(on, now)
        id_ = "CH-" + derived("change", str(folder.file.stream), what, on, by, now.isoformat())[:12]
        return e.SignificantChangeRecorded(id_, what, day, by, remark)

    def said(told: Told) -> list[str]:
        opened = duties_opened(told)
        nobody = "No treatment service has to be told: nobody in scope was in treatment that day."
        whom = [*opened, *([] if what == "plan_difficulty" or _tells(told) else [nobody])]
        return [f"Recorded, {CHANGES[what]}, on {in_words(day)}.", *whom]

    tell(ctx, family, area, by, json, make, said)


def _tells(told: Told) -> bool:
    new = (d for id_, d in told.after.file.duties.items() if id_ not in told.before.file.duties)
    return any(d.kind in ("tell_change", "seek_consent") for d in new)


def hours(
    ctx: typer.Context,
    family: Family,
    by: By,
    suit: Annotated[
        list[str] | None, typer.Option(metavar="DAY=HH:MM-HH:MM", help="Once for each; leave out where any hour does.")
    ] = None,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record what hours suit the family: times are sought within them where they can be found in time."""

    def make(folder: Folder, now: datetime) -> Body:
        return e.HoursSuit(tuple(_hours(one) for one in suit or ()), by)

    def said(told: Told) -> list[str]:
        return ["Times are sought first where it suits the family." if suit else "Any hour suits the family."]

    tell(ctx, family, area, by, json, make, said)


def _hours(words: str) -> e.Hours:
    """Raises Fault for anything but `Tuesday=09:30-12:00`."""
    day, _, between = words.partition("=")
    starts, _, ends = between.partition("-")
    try:
        told = msgspec.convert({"day": day.capitalize(), "starts": f"{starts}:00", "ends": f"{ends}:00"}, e.Hours)
    except msgspec.ValidationError:
        raise Fault(f"{words} are no hours of a working day: say them as Tuesday=09:30-12:00") from None
    if told.ends <= told.starts:
        raise Fault(f"{words} ends before it starts: say it as Tuesday=09:30-12:00")
    return told


def refer(
    ctx: typer.Context,
    family: Family,
    referral: Referral,
    how: Annotated[Literal["verbal", "written"], typer.Argument(help="A verbal one is confirmed within 48 hours.")],
    by: By,
    person: Annotated[str | None, typer.Option(help="The member of the family whom it is about.")] = None,
    area: Area = None,
    json: Json = False,
) -> None:
    """Record that a worker refers the family; --by is whoever refers."""

    def make(folder: Folder, now: datetime) -> Body:
        if referral in folder.file.referrals:
            raise Fault(f"there is a referral {referral} already: give this one a number of its own")
        if person:
            _of_the_family(folder, person)
        return e.ReferralMade(referral, by, how, person)

    def said(told: Told) -> list[str]:
        return [f"{told.after.name(by)} made the {how} referral {referral}.", *duties_opened(told)]

    tell(ctx, family, area, by, json, make, said)


def confirm_referral(
    ctx: typer.Context, family: Family, referral: Referral, by: By, area: Area = None, json: Json = False
) -> None:
    """Record that a verbal referral was confirmed in writing."""

    def make(folder: Folder, now: datetime) -> Body:
        there = sorted(folder.file.referrals)
        if referral not in there:
            unknown(referral, there, f"{family} has no referral {referral}")
        return e.ReferralConfirmed(referral, by)

    tell(ctx, family, area, by, json, make, lambda told: [f"The referral {referral} is confirmed in writing."])


def ask_meeting(
    ctx: typer.Context,
    family: Family,
    kind: Annotated[e.AskedKind, typer.Argument(help="What kind of meeting.")],
    review: Annotated[str, typer.Argument(help="Its own number, or the rest of its name, such as PLAN-1:1.")],
    due: Annotated[str, typer.Option(metavar="DATE", help="The day by which it must sit.")],
    by: By,
    adult: Annotated[str | None, typer.Option(help="Whose care plan it is about.")] = None,
    service: Annotated[str | None, typer.Option(help="Which treatment service's plan.")] = None,
    without_treatment: Annotated[bool, typer.Option(help="No treatment service has a part in it.")] = False,
    area: Area = None,
    json: Json = False,
) -> None:
    """Ask for a meeting whose day no published rule sets."""
    day = moments.day(due)
    meeting = meeting_id(kind, review)

    def make(folder: Folder, now: datetime) -> Body:
        if day < local_day(now):
            raise Fault(f"{in_words(day)} is past: it is {in_words(now)} now, so give a later day")
        if kind not in ASKED and duty_id(folder.file.stream, "set_date", meeting) not in folder.file.duties:
            raise Fault(f"nobody is asked to set the day of {meeting}: a rule dates it, or the name is another one")
        if adult:
            _of_the_family(folder, adult)
        if service:
            services = folder.directory.treatment_services()
            must_know(service, services, f"the directory knows no treatment service {service}")
        return e.MeetingAskedFor(review, kind, day, by, adult, service, not without_treatment)

    def said(told: Told) -> list[str]:
        after = told.after.file.meetings.get(meeting)
        if after is None:
            return [f"{meeting} is asked for by {in_words(day)}: see quorate show {family}."]
        return [
            f"{meeting} is due by {in_words(after.due.due_on)}. {time_kept(told.after, after)}",
            *duties_opened(told),
        ]

    tell(ctx, family, area, by, json, make, said)


def happened_on(on: str, now: datetime) -> date:
    """That day. Raises Fault where it has not come."""
    day = moments.day(on)
    if day > local_day(now):
        raise Fault(f"{in_words(day)} has not come: it is {in_words(now)} now, so give the day on which it happened")
    return day


def _of_the_family(folder: Folder, person: str) -> None:
    known = {*folder.file.members, FAMILY}
    must_know(person, known, f"{person} is not of {folder.file.family}")
