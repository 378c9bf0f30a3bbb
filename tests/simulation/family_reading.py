"""One family's ledger, read by the judge: meetings, mails and their fate, words given, duties and what became of them.

Bookings, mails and duties are the engine's own doing, so they are taken from its facts; what they ought to have been
is worked out elsewhere, from what came in.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tests.simulation.calendar_sums import parsed
from tests.simulation.matters import Booking, Duty, Meeting, Sent, Word
from tests.simulation.reading import Fact, Household

RECORDS = {
    *("FactorsAssessed", "FactorWithdrawn", "FlagRecorded", "ConsentRecorded", "ConsentOverridden"),
    "SignificantChangeRecorded",
}


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
        self.mails_of: dict[str, list[Sent]] = {}
        self.named_twice: list[Sent] = []
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
            for m in reversed(self.mails_of.get(meeting, ()))
            if m.person == person and m.kind in ("invitation", "cancellation")
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
    # Whether a report shows that mail arrives may be read both ways.
    family.fates.setdefault(fact.body["person"], []).append((fact.seq, fact.at, "report"))


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
    for mail in family.mails_of.get(fact.body["meeting"], ()):
        if mail.person == fact.body["person"] and mail.kind in ("minutes", "decision"):
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
    before = family.mails.get(body["message"])
    if before and before.mailed:
        family.named_twice.append(before)
    mail = family.mails[body["message"]] = Sent(
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
    family.mails_of.setdefault(mail.meeting or mail.duty, []).append(mail)


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
    matter = (body["kind"], body.get("meeting") or "", body.get("adult") or "", body.get("service") or "")
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
