"""One family's ledger, read by the judge: meetings, mails and their fate, words given, duties and what became of them.

Bookings, mails and duties are the engine's own doing, so they are taken from its facts; what they ought to have been
is worked out elsewhere, from what came in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.simulation.calendar_sums import parsed
from tests.simulation.reading import Body, Fact, Household

RECORDS = {
    *("FactorsAssessed", "FactorWithdrawn", "FlagRecorded", "ConsentRecorded", "ConsentOverridden"),
    "SignificantChangeRecorded",
}
FAILED = ("refused", "bounced")


@dataclass(frozen=True)
class Booking:
    seq: int
    at: datetime
    starts_at: datetime
    revision: int


@dataclass
class Sent:
    """One mail that a fact says was written. kind: invitation, cancellation, minutes, decision, letter or notice."""

    id: str
    kind: str
    person: str
    seq: int
    at: datetime
    meeting: str = ""
    duty: str = ""
    revision: int = 0
    mailed: bool = True
    fates: list[tuple[int, datetime, str]] = field(default_factory=list)

    def fate(self, before: int | None = None) -> str:
        """What was last heard of it: accepted, ready, collected, refused, bounced; empty if nothing certain."""
        said = [fate for n, _, fate in self.fates if fate != "unknown" and (before is None or n < before)]
        return said[-1] if said else ""


@dataclass(frozen=True)
class Word:
    """Somebody showed that they know. how: answer, call, acknowledged or attended."""

    seq: int
    at: datetime
    happened: datetime
    person: str
    how: str
    meeting: str = ""
    duty: str = ""


@dataclass
class Meeting:
    """One meeting. off: when a booking fell, and which; sat: when it was held, as recorded."""

    id: str
    due: Body
    fell_at: datetime
    seq: int
    no_longer_due: bool = False
    bookings: list[Booking] = field(default_factory=list)
    booked: Booking | None = None
    off: tuple[int, datetime, Booking] | None = None
    sat: Fact | None = None
    minutes: Fact | None = None
    decisions: Fact | None = None
    reports: list[tuple[int, str]] = field(default_factory=list)
    closed_seq: int | None = None

    @property
    def kind(self) -> str:
        return str(self.due["kind"])

    @property
    def starts_at(self) -> datetime | None:
        """When it sat, else when it is to sit."""
        told = self.sat.body.get("started_at") if self.sat else None
        if told:
            return parsed(told)
        return self.booked.starts_at if self.booked else None

    @property
    def fixed_at(self) -> datetime | None:
        return self.bookings[0].at if self.bookings else None

    def booking_at(self, at: datetime) -> Booking | None:
        return next((b for b in reversed(self.bookings) if b.at <= at), None)


@dataclass
class Duty:
    """A duty as the facts leave it. turns: opened, moved, ended, reopened, in order; rungs: what the table may say;
    right: who spoke for the service at some time, by the judge's own reading."""

    id: str
    now: dict[str, Any]
    seq: int
    since: Fact
    ended: Fact | None = None
    turns: list[Fact] = field(default_factory=list)
    climbs: list[Fact] = field(default_factory=list)
    calls: list[Fact] = field(default_factory=list)
    owed_to: list[tuple[int, datetime, str | None]] = field(default_factory=list)
    ladder_at: datetime | None = None
    rungs: set[int] = field(default_factory=lambda: {-1})
    right: set[str] = field(default_factory=set)

    @property
    def kind(self) -> str:
        return str(self.now["kind"])

    @property
    def to(self) -> str | None:
        held: str | None = self.now.get("to")
        return held

    @property
    def open(self) -> bool:
        return self.ended is None

    @property
    def due(self) -> datetime:
        return parsed(self.now["due_at"])

    def to_at(self, seq: int) -> str | None:
        """To whom it was owed at that row of the ledger."""
        return [to for n, _, to in self.owed_to if n <= seq][-1]

    def to_since(self) -> datetime:
        """Since when it has been owed to whoever it is owed to now."""
        since = self.owed_to[-1][1]
        for _, at, to in reversed(self.owed_to):
            if to != self.to:
                break
            since = at
        return since

    def ever_to(self) -> set[str]:
        return {to for _, _, to in self.owed_to if to}


class Family:
    """One family's stream so far."""

    def __init__(self, stream: str) -> None:
        self.stream, self.area, self.id = stream, stream.split("/")[0], stream.split("/")[-1]
        self.at: datetime | None = None
        self.rows = 0
        self.household = Household()
        self.records: list[Fact] = []
        self.errors: dict[str, int] = {}
        self.told: dict[tuple[str, str], datetime] = {}
        self.meetings: dict[str, Meeting] = {}
        self.mails: dict[str, Sent] = {}
        self.words: list[Word] = []
        self.fates: dict[str, list[tuple[int, datetime, str]]] = {}
        self.duties: dict[str, Duty] = {}
        self.by_kind: dict[str, dict[str, Duty]] = {}
        self.by_matter: dict[tuple[str, str, str, str], list[Duty]] = {}
        self.excused: set[str] = set()
        self.plans: dict[str, int] = {}
        self.plans_ended: dict[str, int] = {}
        self.referrals: dict[str, Fact] = {}
        self.confirmed: dict[str, Fact] = {}
        self.decided: dict[str, Fact] = {}
        self.advice: dict[str, Fact] = {}
        self.professionals: dict[str, str] = {}
        self.fresh: list[Fact] = []

    def take(self, fact: Fact) -> None:
        self.at = fact.at
        self.rows += 1
        if fact.type in RECORDS:
            self.records.append(fact)
        step = STEPS.get(fact.type)
        if step:
            step(self, fact)
        self.fresh.append(fact)

    def standing(self, *types: str, before: int | None = None) -> list[Fact]:
        """Records of these types that were not made in error, as of a row of the ledger."""
        return [
            f
            for f in self.records
            if f.type in types
            and (before is None or f.seq <= before)
            and (f.event not in self.errors or (before is not None and self.errors[f.event] > before))
        ]

    def invitation(self, meeting: str, person: str, before: int | None = None) -> Sent | None:
        """The latest invitation or cancellation to this person."""
        own = (
            m
            for m in reversed(self.mails.values())
            if m.meeting == meeting and m.person == person and m.kind in ("invitation", "cancellation")
        )
        return next((m for m in own if before is None or m.seq < before), None)


def _household(family: Family, fact: Fact) -> None:
    family.household.take(fact)
    adults = set(family.household.adults())
    family.told = {k: at for k, at in family.told.items() if k[0] in adults}


def _told(family: Family, fact: Fact) -> None:
    family.told.setdefault((fact.body["person"], fact.body["episode"]), fact.at)


def _withdrawn(family: Family, fact: Fact) -> None:
    family.told.pop((fact.body["person"], fact.body["episode"]), None)


def _fell_due(family: Family, fact: Fact) -> None:
    before = family.meetings.get(fact.body["meeting"])
    if before:
        before.due, before.no_longer_due, before.closed_seq = fact.body, False, None
    else:
        family.meetings[fact.body["meeting"]] = Meeting(fact.body["meeting"], fact.body, fact.at, fact.seq)


def _booked(family: Family, fact: Fact) -> None:
    meeting = family.meetings[fact.body["meeting"]]
    meeting.booked = Booking(fact.seq, fact.at, parsed(fact.body["starts_at"]), fact.body["revision"])
    meeting.bookings.append(meeting.booked)
    meeting.off = None


def _off(family: Family, fact: Fact) -> None:
    meeting = family.meetings.get(fact.body["meeting"])
    if meeting is None:
        return
    if meeting.booked and fact.type != "MeetingAdjourned":
        meeting.off = (fact.seq, fact.at, meeting.booked)
    if fact.type == "MeetingNoLongerDue":
        meeting.no_longer_due, meeting.closed_seq = True, fact.seq
    meeting.booked = None


def _held(family: Family, fact: Fact) -> None:
    meeting = family.meetings.get(fact.body["meeting"])
    if meeting is None:
        return
    meeting.sat, meeting.closed_seq = fact, fact.seq
    if fact.body.get("plan"):
        family.plans.setdefault(fact.body["plan"]["plan"], fact.seq)
    for line in fact.body["attendance"]:
        if line["presence"] in ("present", "part", "deputy", "apologies", "report_only", "excluded"):
            for person in filter(None, (line["person"], line.get("deputy_for"))):
                family.words.append(Word(fact.seq, fact.at, fact.happened, person, "attended", meeting.id))


def _of_meeting(name: str) -> Callable[[Family, Fact], None]:
    def step(family: Family, fact: Fact) -> None:
        if fact.body["meeting"] in family.meetings:
            setattr(family.meetings[fact.body["meeting"]], name, fact)

    return step


def _report(family: Family, fact: Fact) -> None:
    if fact.body["meeting"] in family.meetings:
        family.meetings[fact.body["meeting"]].reports.append((fact.seq, fact.body["person"]))


def _word(how: str) -> Callable[[Family, Fact], None]:
    def step(family: Family, fact: Fact) -> None:
        body = fact.body
        if how == "call" and body["outcome"] != "spoke":
            if body["outcome"] == "collected":
                _collected(family, fact)
            return
        word = Word(
            fact.seq, fact.at, fact.happened, body["person"], how, body.get("meeting", ""), body.get("duty", "")
        )
        family.words.append(word)
        family.fates.setdefault(body["person"], []).append((fact.seq, fact.at, "word"))

    return step


def _collected(family: Family, fact: Fact) -> None:
    for mail in family.mails.values():
        same = mail.meeting == fact.body["meeting"] and mail.person == fact.body["person"]
        if same and mail.kind in ("minutes", "decision"):
            mail.fates.append((fact.seq, fact.at, "collected"))


def _issued(family: Family, fact: Fact) -> None:
    body = fact.body
    match fact.type:
        case "InvitationIssued":
            kind = "cancellation" if body.get("cancelled") else "invitation"
        case "PaperIssued":
            kind = body["paper"]
        case "LetterIssued":
            kind = "letter"
        case _:
            kind = "notice"
    family.mails[body["message"]] = Sent(
        id=body["message"],
        kind=kind,
        person=body["person"],
        seq=fact.seq,
        at=fact.at,
        meeting=body.get("meeting", ""),
        duty=body.get("duty", ""),
        revision=body.get("revision", 0),
        mailed=body.get("mailed", True),
    )


def _fate(family: Family, fact: Fact) -> None:
    body = fact.body
    fate = body["how"] if fact.type == "MessageFailed" else "ready" if body.get("ready_to_collect") else "accepted"
    if body["message"] in family.mails:
        family.mails[body["message"]].fates.append((fact.seq, fact.at, fate))
    if fate != "unknown":
        family.fates.setdefault(body["person"], []).append((fact.seq, fact.at, fate))


def _opened(family: Family, fact: Fact) -> None:
    body = dict(fact.body["duty"])
    duty = Duty(body["id"], body, fact.seq, fact)
    duty.turns, duty.owed_to, duty.ladder_at = [fact], [(fact.seq, fact.at, body.get("to"))], fact.at
    matter = tuple(body.get(name) or "" for name in ("kind", "meeting", "adult", "service"))
    known = [d for d in family.by_matter.get(matter, ()) if d.id != duty.id]
    family.by_matter[matter] = [*known, duty]
    family.duties[body["id"]] = duty
    family.by_kind.setdefault(body["kind"], {})[body["id"]] = duty


def _moved(family: Family, fact: Fact) -> None:
    duty = family.duties.get(fact.body["duty"])
    if duty is None:
        return
    told = {k: v for k, v in fact.body.items() if k in ("to", "due_at", "by_telephone", "sentence", "at_once")}
    if fact.body.get("ladder") and fact.body["ladder"] != duty.now.get("ladder"):
        told["ladder"], duty.ladder_at = fact.body["ladder"], fact.at
        duty.rungs |= {-1}
    if told.get("to") != duty.to:
        duty.calls = []
    duty.now |= told
    duty.owed_to.append((fact.seq, fact.at, duty.to))
    duty.turns.append(fact)


def _ended(family: Family, fact: Fact) -> None:
    duty = family.duties.get(fact.body["duty"])
    if duty:
        duty.ended = fact
        duty.turns.append(fact)


def _reopened(family: Family, fact: Fact) -> None:
    duty = family.duties.get(fact.body["duty"])
    if duty:
        duty.ended, duty.since, duty.climbs, duty.calls, duty.ladder_at = None, fact, [], [], fact.at
        duty.rungs |= {-1}
        duty.turns.append(fact)


def _climbed(family: Family, fact: Fact) -> None:
    duty = family.duties.get(fact.body["duty"])
    if duty:
        duty.climbs.append(fact)
        duty.rungs = {fact.body["rung"]}
    if fact.body.get("message"):
        _issued(family, fact)


def _called(family: Family, fact: Fact) -> None:
    if fact.body["duty"] in family.duties:
        family.duties[fact.body["duty"]].calls.append(fact)


def _filed(table: str, key: str) -> Callable[[Family, Fact], None]:
    def step(family: Family, fact: Fact) -> None:
        getattr(family, table).setdefault(fact.body[key], fact)

    return step


STEPS: dict[str, Callable[[Family, Fact], None]] = {
    "HouseholdRecorded": _household,
    "MemberJoined": _household,
    "MemberLeft": _household,
    "ProfessionalInvolved": lambda family, fact: family.professionals.update({fact.body["worker"]: fact.body["role"]}),
    "RecordedInError": lambda family, fact: family.errors.update({fact.body["record"]: fact.seq}),
    "EpisodeTold": _told,
    "EpisodeWithdrawn": _withdrawn,
    "MeetingFellDue": _fell_due,
    "MeetingBooked": _booked,
    "MeetingCancelled": _off,
    "MeetingAdjourned": _off,
    "MeetingNoLongerDue": _off,
    "MeetingHeld": _held,
    "MinutesRecorded": _of_meeting("minutes"),
    "DecisionsRecorded": _of_meeting("decisions"),
    "ReportReceived": _report,
    "AnswerGiven": _word("answer"),
    "CallLogged": _word("call"),
    "DutyAcknowledged": _word("acknowledged"),
    "DutyExcused": lambda family, fact: family.excused.add(fact.body["duty"]),
    "InvitationIssued": _issued,
    "PaperIssued": _issued,
    "LetterIssued": _issued,
    "MessageAccepted": _fate,
    "MessageFailed": _fate,
    "DutyOpened": _opened,
    "DutyMoved": _moved,
    "DutyEnded": _ended,
    "DutyReopened": _reopened,
    "RungClimbed": _climbed,
    "CallAskedFor": _called,
    "PlanEnded": lambda family, fact: family.plans_ended.update({fact.body["plan"]: fact.seq}),
    "ReferralMade": _filed("referrals", "referral"),
    "ReferralConfirmed": _filed("confirmed", "referral"),
    "ReferralDecided": _filed("decided", "referral"),
    "AdviceAsked": _filed("advice", "advice"),
}
