"""What may come in: events that can never be decided are refused, those that name something unknown wait for it.

Records of different systems arrive in any order (rules 3.46): what names an unknown episode or meeting is parked
under that name and comes back by itself when the name becomes known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from handlers import arrangements, kept_records, life_file, person_file, records, said
from handlers import events as e
from handlers import facts as f
from handlers.case_file import CaseFile
from handlers.duties import Met, Owed, to_record
from handlers.facts import Fact
from handlers.handover_file import merged_already
from handlers.people import StreamKind
from handlers.protocol import Protocol
from handlers.working_days import in_words, local_day

A_DAY = timedelta(days=1)
EVERYTHING = "*"  # whatever waits at this stream is looked at again

BELONGS: dict[StreamKind, tuple[type[e.Body], ...]] = {
    "person": (
        *(e.EpisodeOpened, e.EpisodeHandedOver, e.EpisodeClosed, e.EpisodeReopened, e.ReferenceRecorded),
        *(e.MembershipBegan, e.MembershipEnded, e.RecordHeld, e.RecordReleased),
    ),
    "diary": (e.RoomRecorded, e.BusyRecorded, e.SeatsSought, e.SeatsReleased, e.SeatsHandedOver),
    "partnership": (
        *(e.AreaRecorded, e.AgencyRecorded, e.WorkerRecorded, e.LeaveRecorded, e.ServiceWatched),
        *(e.StandingMeetingRecorded, e.StandingMeetingHeld, e.SubscriberRecorded, e.SubscriberRemoved),
    ),
}

# Told to more kinds of stream than one: time passes for all, and any may have a record on the held shelf.
ANYWHERE = (e.TimeCame, e.RecordHeld, e.RecordReleased)
ABOUT_RECORDS = (e.RecordedInError,)  # of a family or of an adult

# What may be said to have been recorded in error: records of concern, of sharing, of change, of treatment; of what
# befell somebody; of who is in the family and works with it, of its plans and its meetings.
OF_FAMILIES = (*records.TABLES, *life_file.TABLES, *arrangements.TABLES, *kept_records.TABLES)
CORRECTABLE = (*person_file.TABLES, *OF_FAMILIES)

# event -> (kind of name, its field, the file's table of known names)
NAMES: dict[type[e.Body], tuple[str, str, str]] = {
    **dict.fromkeys(
        (
            *(e.MeetingHeld, e.MinutesRecorded, e.DecisionsRecorded, e.MeetingAdjourned, e.MeetingCancelled),
            *(e.QuorumWaived, e.CallingOffAgreed),
            *(e.AnswerGiven, e.CopyAsked, e.CallLogged, e.ReportReceived, e.SlotsAsked, e.BookingAsked),
            *(e.SeatsTaken, e.NothingFits, e.SlotsFound),
            *(e.AgendaSet, e.PartsAssigned, e.ObjectionRecorded, e.ExclusionAsked, e.ExclusionDecided),
            *(e.SupporterNamed, e.AdvocateOffered, e.ParticipationRecorded),
            *(e.SeatsTaken, e.NothingFits, e.SlotsFound, e.AgreementRecorded, e.ChildDecided),
            *(e.MeetingBroughtForward, e.ChairNamed, e.ReportReadOut, e.IssueRaised),
            *(e.DeputyNamed, e.DeputyApproved, e.DeputyRefused, e.TimeProposed, e.ProposalDeclined, e.ReportPromised),
            *(e.NeedsTold, e.NeedArranged, e.FeedbackGiven),
        ),
        ("meeting", "meeting", "meetings"),
    ),
    e.ConferenceAskedFor: ("discussion", "discussion", "discussions"),
    e.TransferPapersReceived: ("transfer", "transfer", "transfers"),
    e.DutyExcused: ("duty", "duty", "duties"),
    e.DutyAcknowledged: ("duty", "duty", "duties"),
    e.ReferralConfirmed: ("referral", "referral", "referrals"),
    e.ReferralDecided: ("referral", "referral", "referrals"),
    **dict.fromkeys((e.PlanEnded, e.PlanCategoryChanged, e.CoreGroupNamed), ("plan", "plan", "known_plans")),
    e.LookedAfterStarted: ("member", "child", "met"),
    e.LookedAfterEnded: ("placement", "placement", "life.looked_after"),
    e.FipEnded: ("fip", "fip", "fips"),
    **dict.fromkeys((e.ChildBorn, e.PersonDied, e.AddressChanged), ("member", "person", "met")),
    **dict.fromkeys(
        (e.Section47Concluded, e.ConferenceDisputed, e.TreatmentConsidered, e.InterimPlanAgreed),
        ("discussion", "discussion", "discussions"),
    ),
    e.DisputeResolved: ("dispute", "dispute", "life.disputed"),
    e.IssueSettled: ("issue", "issue", "life.raised"),
    **dict.fromkeys((e.AreaNotified, e.ReceivingConferenceHeld), ("move", "move", "life.moves")),
    e.EpisodeHandedOver: ("episode", "episode", "episodes"),
    e.EpisodeClosed: ("episode", "episode", "episodes"),
    e.EpisodeReopened: ("episode", "episode", "episodes"),
    e.StandingMeetingHeld: ("standing", "meeting", "standing"),
}


def check(event: e.Event, file: Any) -> None:
    """Refuse what can never be right. Raises Impossible or NoBasis with one sentence and the mend."""
    body, kind = event.body, event.stream.kind
    named = f"{type(body).__name__} for {event.stream}"
    at_home = homes(type(body))
    if kind not in at_home:
        raise e.Impossible(f"{named}: it belongs to a {at_home[0]} stream; mend its subject and release it")
    if event.happened > event.recorded + A_DAY:
        raise e.Impossible(f"{named}: it happened after it was recorded; mend its time and release it")
    if _needs_basis(body) and getattr(body, "basis", None) is None:
        raise e.NoBasis(
            f"{named}: it names no legal basis; add a basis (consent, life_at_risk, greater_harm or statutory)"
            " and release it"
        )
    for day in _days_past(body):
        if day > local_day(event.recorded):
            raise e.Impossible(
                f"{named}: {in_words(day)} had not come when it was recorded; mend the date and release it"
            )
    if isinstance(body, e.TransferNotified) and not (body.notified_on or body.received_on):
        raise e.Impossible(
            f"{named}: it names neither the day of the notice nor that of the referral's receipt;"
            " add one and release it"
        )
    if isinstance(body, e.PlanStoodBefore):
        _check_plan(body, named)
    if isinstance(body, e.StandingMeetingHeld) and body.next_on and body.next_on <= body.held_on:
        raise e.Impossible(f"{named}: the next one is not after this one; mend next_on and release it")
    if isinstance(file, CaseFile):
        _check_ties(event, file, named)
        _check_birth(body, file, named)
        _check_meeting(body, file, event.recorded, named)
        _check_arrangement(body, file, named)
        said.check(body, file, event.recorded, named)


def homes(body: type[e.Body]) -> list[StreamKind]:
    """The kinds of stream to which this event may be told, its own first."""
    if body in ANYWHERE:
        return ["family", "person", "diary", "partnership"]
    if body in ABOUT_RECORDS:
        return ["family", "person"]
    return [k for k, types in BELONGS.items() if body in types] or ["family"]


def _needs_basis(body: e.Body) -> bool:
    """What says that an adult misuses substances is itself a disclosure (decision 24); that a flag is down is none."""
    return isinstance(body, e.EpisodeOpened | e.FactorsAssessed) or (isinstance(body, e.FlagRecorded) and body.stands)


def _check_ties(event: e.Event, file: CaseFile, named: str) -> None:
    body, into = event.body, getattr(event.body, "into", "")
    if isinstance(body, e.FamilyBrought) and event.source != "quorate":
        raise e.Impossible(f"{named}: only another family says this; record FamiliesMerged there, and discard this")
    if into and into in (file.family, *file.ties.formerly):
        raise e.Impossible(f"{named}: {into} is this family, or goes on as it; name another and release it")
    if isinstance(body, e.FamiliesMerged) and file.ties.merged_into not in ("", into):
        raise e.Impossible(f"{named}: {merged_already(file.family, file.ties.merged_into, into)}")


def _check_birth(body: e.Body, file: CaseFile, named: str) -> None:
    known = file.members.get(body.person) if isinstance(body, e.ChildBorn) else None
    if known and known.relation not in ("unborn", "child"):
        raise e.Impossible(
            f"{named}: {known.person} is on record as {known.relation}, not as an unborn child;"
            " mend whom it names and release it"
        )


def _check_meeting(body: e.Body, file: CaseFile, recorded: datetime, named: str) -> None:
    if isinstance(body, e.MeetingCancelled | e.MeetingAdjourned):
        meeting = file.meetings.get(body.meeting)
        what = "called off" if isinstance(body, e.MeetingCancelled) else "adjourned"
        if meeting and meeting.held:
            raise e.Impossible(f"{named}: {body.meeting} was held, so it cannot be {what}; discard this record")
        if meeting and meeting.booked is None and isinstance(body, e.MeetingAdjourned):
            raise e.Impossible(f"{named}: {body.meeting} has no time, so it cannot break off; discard this record")
    if isinstance(body, e.BookingAsked) and body.starts_at <= recorded:
        raise e.Impossible(f"{named}: {in_words(body.starts_at)} is past; ask for a time to come and release it")
    if isinstance(body, e.MeetingHeld):
        _check_sitting(body, file, recorded, named)


def _check_arrangement(body: e.Body, file: CaseFile, named: str) -> None:
    if isinstance(body, e.AgendaSet):
        if len({p.part for p in body.parts}) < len(body.parts):
            raise e.Impossible(f"{named}: two of its parts have one name; mend one and release it")
        for part in body.parts:
            if part.from_minute >= part.to_minute:
                raise e.Impossible(f"{named}: {part.part} ends before it begins; mend its minutes and release it")
    if isinstance(body, e.KeptApart) and body.first == body.second:
        raise e.Impossible(f"{named}: it names {body.first} twice; mend whom it names and release it")
    if isinstance(body, e.ExclusionAsked | e.ExclusionDecided):
        _check_request(body, file, named)
    if isinstance(body, e.ExclusionDecided):
        _check_verdict(body, file, named)


def _check_request(body: e.ExclusionAsked | e.ExclusionDecided, file: CaseFile, named: str) -> None:
    """What was asked of one meeting's chair about one person is decided by that chair, about that person."""
    known = file.arrangements.exclusions.get(body.exclusion)
    asked = known.asked.body if known else None
    another = isinstance(body, e.ExclusionAsked) and asked and body.person != asked.person
    if asked and (another or body.meeting != asked.meeting):
        raise e.Impossible(
            f"{named}: {body.exclusion} is about {asked.person} at {asked.meeting}; give this one another number,"
            " or mend its meeting, and release it"
        )


def _check_verdict(body: e.ExclusionDecided, file: CaseFile, named: str) -> None:
    """Nobody but the chair of the meeting decides (rules EXC-01)."""
    meeting = file.meetings.get(body.meeting)
    chair = meeting.chair if meeting else None
    if meeting and chair is None:
        raise e.Impossible(f"{named}: {body.meeting} has no chair yet; book it, let its chair decide and release this")
    if meeting and body.by != chair:
        raise e.Impossible(
            f"{named}: only the chair, {chair}, decides on it; let the chair record it, and discard this"
        )
    if (body.outcome == "part") != bool(body.parts):
        raise e.Impossible(f"{named}: parts are named where somebody is kept out of part alone; mend it and release it")


def _days_past(body: e.Body) -> Iterator[Any]:
    for name in (
        *("held_on", "assessed_on", "opened_on", "decided_on", "notified_on", "received_on", "concluded_on"),
        *("made_on", "known_on"),
    ):
        if getattr(body, name, None) is not None:
            yield getattr(body, name)
    if isinstance(body, e.SignificantChangeRecorded | e.FamilyMovedOut | e.AreaNotified | e.ReceivingConferenceHeld):
        yield body.on
    if isinstance(body, e.ChildBorn | e.PersonDied | e.AddressChanged | e.PlanCategoryChanged | e.CoreGroupNamed):
        yield body.on
    if isinstance(body, e.InterimPlanAgreed | e.TransferPapersReceived):
        yield body.on
    if isinstance(body, e.LookedAfterStarted | e.LookedAfterEnded) and body.on:
        yield body.on
    if isinstance(body, e.FipEnded | e.PlanEnded | e.PlanStoodBefore) and body.ended_on:
        yield body.ended_on
    if isinstance(body, e.PlanStoodBefore):
        yield from body.reviews


def _check_plan(body: e.PlanStoodBefore, named: str) -> None:
    """Its reviews lie after the conference that made it, and none after its end."""
    last_on = body.ended_on or body.known_on
    if not all(body.made_on < on <= last_on for on in body.reviews) or body.made_on > last_on:
        raise e.Impossible(f"{named}: its days are out of order; mend its conference, reviews or end and release it")


def _check_sitting(body: e.MeetingHeld, file: CaseFile, recorded: datetime, named: str) -> None:
    meeting = file.meetings.get(body.meeting)
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


def awaits(body: e.Body, file: Any) -> str:
    """The name that must become known before this event can be decided; empty when it can be decided now."""
    if isinstance(body, e.RecordedInError):
        return "" if body.record in _records(file) else f"record:{body.record}"
    if isinstance(body, e.FamilySplit):
        wanted = [("member", x, file.household) for x in body.members] + [
            ("plan", x, file.known_plans) for x in body.plans
        ]
        return next((f"{what}:{name}" for what, name, table in wanted if name not in table), "")
    if type(body) not in NAMES:
        return ""
    what, field, table = NAMES[type(body)]
    name = getattr(body, field)
    if name is None:
        return ""  # needs at whatever meeting
    if name not in attrgetter(table)(file):
        return f"{what}:{name}"
    if (
        isinstance(body, e.MinutesRecorded | e.DecisionsRecorded | e.ParticipationRecorded)
        and not file.meetings[name].held
    ):
        return f"held:{name}"
    return _about_exclusion(body, file)


def _about_exclusion(body: e.Body, file: CaseFile) -> str:
    """Whom it is about must be of the family, and the chair decides on what was asked."""
    if isinstance(body, e.ExclusionAsked) and body.person not in file.met:
        return f"member:{body.person}"
    if isinstance(body, e.ExclusionDecided) and body.exclusion not in file.arrangements.exclusions:
        return f"exclusion:{body.exclusion}"
    return ""


def _records(file: Any) -> frozenset[str]:
    """The events that may be said to be wrong, and those that were."""
    if isinstance(file, CaseFile):
        rooms = ((file.life, life_file), (file.records, records), (file.arrangements, arrangements))
        tables = (getattr(kept, table) for kept, room in rooms for table in room.TABLES.values())
        return frozenset({*file.errors, *file.kept.known, *(event for table in tables for event in table)})
    known: frozenset[str] = file.records
    return known


# fact -> the names that it makes known
MAKES_KNOWN: dict[type[e.Body], Callable[[Any], Iterable[str]]] = {
    e.HouseholdRecorded: lambda body: [f"member:{m.person}" for m in body.members],
    e.LookedAfterStarted: lambda body: [f"placement:{body.placement}"],
    e.ExclusionAsked: lambda body: [f"exclusion:{body.exclusion}"],
    e.ConferenceDisputed: lambda body: [f"dispute:{body.dispute}"],
    e.IssueRaised: lambda body: [f"issue:{body.issue}"],
    e.FamilyMovedOut: lambda body: [f"move:{body.move}"],
    e.MemberJoined: lambda body: [f"member:{body.member.person}"],
    f.MeetingFellDue: lambda body: [f"meeting:{body.meeting}"],
    e.StrategyDiscussionHeld: lambda body: [f"discussion:{body.discussion}"],
    e.MeetingHeld: lambda body: [f"held:{body.meeting}", *([f"plan:{body.plan.plan}"] if body.plan else [])],
    e.PlanStoodBefore: lambda body: [f"plan:{body.plan}"],
    e.TransferNotified: lambda body: [f"transfer:{body.transfer}"],
    e.FipStarted: lambda body: [f"fip:{body.fip}"],
    e.ReferralMade: lambda body: [f"referral:{body.referral}"],
    f.DutyOpened: lambda body: [f"duty:{body.duty.id}"],
    e.StandingMeetingRecorded: lambda body: [f"standing:{body.meeting}"],
    e.EpisodeOpened: lambda body: [f"episode:{body.episode}"],
    e.ReferenceRecorded: lambda body: [f"reference:{body.system}:{body.reference}"],
}


def made_known(fact: Fact) -> Iterator[str]:
    """The names that this fact makes known."""
    if isinstance(fact.body, CORRECTABLE):
        yield f"record:{fact.event}"
    if isinstance(fact.body, e.FamiliesMerged | e.FamilyBrought | f.FamilyParted):
        yield EVERYTHING
    yield from MAKES_KNOWN[type(fact.body)](fact.body) if type(fact.body) in MAKES_KNOWN else ()


def known_again(before: CaseFile, after: CaseFile) -> Iterator[str]:
    """The names that taking a record out made known: of what the next record of the same thing says."""
    yield from (f"plan:{plan}" for plan in after.plans if plan not in before.plans)
    yield from (f"held:{id_}" for id_, m in after.meetings.items() if m.held and not before.meetings[id_].held)


def owed(file: CaseFile, protocol: Protocol) -> Iterator[Owed]:
    """What a person must set right about the records themselves."""
    yield from _held(file, protocol)
    for what, first, rival, recorded in _rivals(file):
        deadline = protocol.deadline("HELD-01", local_day(recorded))
        wanted = f"Say which of two records of {what} is in error: {first}, which stands, or {rival}."
        yield to_record("mend_record", (rival,), wanted, deadline, "coordinator", None)


def _rivals(file: CaseFile) -> Iterator[tuple[str, str, str, datetime]]:
    """What two records tell differently: which stands, and the later one that waits, until one is said to be wrong."""
    for what in ("sittings", "decisions", "minutes"):
        first: dict[str, tuple[str, Any]] = {}
        for event, record in file.kept.table(what).items():
            stands, body = first.setdefault(record.body.meeting, (event, record.body))
            if body != record.body:
                name = "the sitting" if what == "sittings" else f"the {what}"
                yield f"{name} of {record.body.meeting}", stands, event, record.recorded


def _held(file: CaseFile, protocol: Protocol) -> Iterator[Owed]:
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
