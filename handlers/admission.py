"""What may come in: events that can never be decided are refused, those that name something unknown wait for it.

Records of different systems arrive in any order (rules 3.46): what names an unknown episode or meeting is parked
under that name and comes back by itself when the name becomes known.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from handlers import events as e
from handlers import facts as f
from handlers.case_file import CaseFile
from handlers.duties import Met, Owed
from handlers.people import StreamKind
from handlers.protocol import Protocol
from handlers.working_days import in_words, local_day

A_DAY = timedelta(days=1)

BELONGS: dict[StreamKind, tuple[type[e.Body], ...]] = {
    "person": (
        *(e.EpisodeOpened, e.EpisodeHandedOver, e.EpisodeClosed, e.ReferenceRecorded),
        *(e.MembershipBegan, e.MembershipEnded, e.RecordHeld, e.RecordReleased),
    ),
    "diary": (e.RoomRecorded, e.BusyRecorded, e.SeatsSought, e.SeatsReleased),
    "partnership": (e.AreaRecorded, e.AgencyRecorded, e.WorkerRecorded),
}

# event -> (kind of name, its field, the file's table of known names)
NAMES: dict[type[e.Body], tuple[str, str, str]] = {
    e.MeetingHeld: ("meeting", "meeting", "meetings"),
    e.MinutesRecorded: ("meeting", "meeting", "meetings"),
    e.AnswerGiven: ("meeting", "meeting", "meetings"),
    e.CallLogged: ("meeting", "meeting", "meetings"),
    e.SlotsAsked: ("meeting", "meeting", "meetings"),
    e.BookingAsked: ("meeting", "meeting", "meetings"),
    e.MeetingCancelled: ("meeting", "meeting", "meetings"),
    e.ConferenceAskedFor: ("discussion", "discussion", "discussions"),
    e.DutyExcused: ("duty", "duty", "duties"),
    e.PlanEnded: ("plan", "plan", "plans"),
    e.FipEnded: ("fip", "fip", "fips"),
    e.EpisodeHandedOver: ("episode", "episode", "episodes"),
    e.EpisodeClosed: ("episode", "episode", "episodes"),
}


def check(event: e.Event, file: Any) -> None:
    """Refuse what can never be right. Raises Impossible or NoBasis with one sentence and the mend."""
    body, kind = event.body, event.stream.kind
    named = f"{type(body).__name__} for {event.stream}"
    at_home = [k for k, types in BELONGS.items() if type(body) in types] or ["family"]
    if kind not in at_home and not isinstance(body, e.TimeCame | e.RecordHeld | e.RecordReleased):
        raise e.Impossible(f"{named}: it belongs to a {at_home[0]} stream; mend its subject and release it")
    if event.happened > event.recorded + A_DAY:
        raise e.Impossible(f"{named}: it happened after it was recorded; mend its time and release it")
    if isinstance(body, e.EpisodeOpened | e.FactorsAssessed) and body.basis is None:
        raise e.NoBasis(
            f"{named}: it names no legal basis; add a basis (consent, life_at_risk, greater_harm or statutory)"
            " and release it"
        )
    for day in _days_past(body):
        if day > local_day(event.recorded):
            raise e.Impossible(
                f"{named}: {in_words(day)} had not come when it was recorded; mend the date and release it"
            )
    if isinstance(body, e.MeetingCancelled) and body.meeting in file.meetings and file.meetings[body.meeting].held:
        raise e.Impossible(f"{named}: {body.meeting} was held, so it cannot be called off; discard this record")
    if isinstance(body, e.BookingAsked) and body.starts_at <= event.recorded:
        raise e.Impossible(f"{named}: {in_words(body.starts_at)} is past; ask for a time to come and release it")
    if isinstance(body, e.MeetingHeld) and isinstance(file, CaseFile):
        _check_sitting(body, file, event.recorded, named)
    if isinstance(body, e.MinutesRecorded) and isinstance(file, CaseFile):
        _check_minutes(body, file, named)


def _days_past(body: e.Body) -> Iterator[Any]:
    for name in ("held_on", "assessed_on", "opened_on"):
        if hasattr(body, name):
            yield getattr(body, name)
    if isinstance(body, e.FipEnded | e.PlanEnded):
        yield body.ended_on


def _check_sitting(body: e.MeetingHeld, file: CaseFile, recorded: datetime, named: str) -> None:
    meeting = file.meetings.get(body.meeting)
    if meeting and meeting.sitting and meeting.sitting.held != body:
        raise e.Impossible(
            f"{named}: {body.meeting} was recorded as held before, and its plan and minutes rest on that;"
            " a correction cannot be taken yet, so close the duty that this record opens, with the reason"
        )
    if body.started_at and body.ended_at and body.ended_at <= body.started_at:
        raise e.Impossible(f"{named}: it ends before it starts; mend its times and release it")
    starts_at = body.started_at or (meeting.booked.starts_at if meeting and meeting.booked else None)
    if starts_at and starts_at > recorded:
        raise e.Impossible(
            f"{named}: {body.meeting} is to start on {in_words(starts_at)}, which had not come when it was recorded;"
            " say when it sat, or release it afterwards"
        )
    if meeting and meeting.booked is None and body.started_at is None:
        raise e.Impossible(
            f"{named}: {body.meeting} was not booked, so say when it sat: add started_at and ended_at, and release it"
        )


def _check_minutes(body: e.MinutesRecorded, file: CaseFile, named: str) -> None:
    meeting = file.meetings.get(body.meeting)
    if meeting and meeting.minutes and meeting.minutes.recorded != body:
        raise e.Impossible(
            f"{named}: the minutes of {body.meeting} were recorded before and have been sent;"
            " a correction cannot be taken yet, so close the duty that this record opens, with the reason"
        )


def awaits(body: e.Body, file: Any) -> str:
    """The name that must become known before this event can be decided; empty when it can be decided now."""
    if type(body) not in NAMES:
        return ""
    what, field, table = NAMES[type(body)]
    name = getattr(body, field)
    if name not in getattr(file, table):
        return f"{what}:{name}"
    if isinstance(body, e.MinutesRecorded) and not file.meetings[name].held:
        return f"held:{name}"
    return ""


def made_known(body: e.Body) -> Iterator[str]:
    """The names that this fact makes known."""
    match body:
        case f.MeetingFellDue():
            yield f"meeting:{body.meeting}"
        case e.StrategyDiscussionHeld():
            yield f"discussion:{body.discussion}"
        case e.MeetingHeld():
            yield f"held:{body.meeting}"
            if body.plan:
                yield f"plan:{body.plan.plan}"
        case e.FipStarted():
            yield f"fip:{body.fip}"
        case f.DutyOpened():
            yield f"duty:{body.duty.id}"
        case e.EpisodeOpened():
            yield f"episode:{body.episode}"
        case e.ReferenceRecorded():
            yield f"reference:{body.system}:{body.reference}"


def owed(file: CaseFile, protocol: Protocol) -> Iterator[Owed]:
    """A record on the held shelf is the coordinator's to mend, by the next working day and before any fixed meeting
    (rules 3.43)."""
    fixed = [m.booked.starts_at for m in file.meetings.values() if m.booked and m.open]
    for id_, record in file.held_records.items():
        deadline = protocol.deadline("HELD-01", local_day(record.held_at))
        coming = [at for at in fixed if at > record.held_at]
        yield Owed(
            kind="mend_record",
            key=(id_,),
            due_at=min([deadline.due_at, *coming]),
            owner="coordinator",
            closes_on="released",
            sentence=f"Mend and release the held record {id_} ({record.reason}). {deadline.sentence}",
            rule=deadline.rule,
            met=Met("released", "the held shelf") if record.released else None,
        )
