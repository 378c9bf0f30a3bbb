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
    *("SignificantChangeRecorded", "ChildBorn", "PersonDied", "AddressChanged", "FamilyMovedOut", "AreaNotified"),
    *("ReceivingConferenceHeld", "LookedAfterStarted", "LookedAfterEnded", "Section47Concluded"),
    *("ConferenceDisputed", "DisputeResolved", "StrategyDiscussionHeld", "ConferenceAskedFor", "TransferNotified"),
}


class Family:
    """One family's stream so far. formerly: families whose duties go on here; elsewhere: duties that ended while they
    were another's, or went to another; awaited: those that were brought open, and by when each was due; made: of each
    plan, the meeting that made it; referred: overrides after which another family refers; parted: who left with another
    family, and since when."""

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
        self.merged_into = ""
        self.formerly: tuple[str, ...] = ()
        self.elsewhere: set[str] = set()
        self.awaited: dict[str, datetime] = {}
        self.made: dict[str, str] = {}
        self.referred: set[str] = set()
        self.parted: dict[str, datetime] = {}

    def take(self, fact: Fact) -> None:
        self.at = fact.at
        self.rows += 1
        if self.merged_into:
            return
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

    def adopt(self, duty: Duty) -> None:
        """A duty is this family's."""
        self.duties[duty.id] = duty
        self.by_kind.setdefault(duty.kind, {})[duty.id] = duty
        self.by_matter[duty.matter] = [*(d for d in self.by_matter.get(duty.matter, ()) if d.id != duty.id), duty]

    def forget(self, duty: Duty) -> None:
        """It is another's now."""
        self.duties.pop(duty.id)
        self.by_kind[duty.kind].pop(duty.id)
        self.by_matter[duty.matter] = [d for d in self.by_matter[duty.matter] if d.id != duty.id]
        self.elsewhere.add(duty.id)

    def who_died(self, at: datetime) -> None:
        """A death recorded in error is none."""
        self.household.bury({f.body["person"]: f for f in self.standing("PersonDied")}, at)

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
    _say_of(family, meeting, fact)
    if fact.body.get("plan"):
        family.plans.setdefault(fact.body["plan"]["plan"], fact.seq)
        family.made.setdefault(fact.body["plan"]["plan"], meeting.id)
    for line in fact.body["attendance"]:
        if line["presence"] in ("present", "part", "deputy", "apologies", "report_only", "excluded"):
            for person in filter(None, (line["person"], line.get("deputy_for"))):
                family.words.append(Word(fact.seq, fact.at, fact.happened, person, "attended", meeting.id))


def _of_meeting(family: Family, fact: Fact) -> None:
    if fact.body["meeting"] in family.meetings:
        _say_of(family, family.meetings[fact.body["meeting"]], fact)


def _say_of(family: Family, meeting: Meeting, *facts: Fact) -> None:
    """Of two records of one sitting, of its decisions or minutes, the first stands until it is said to be wrong."""
    meeting.said += facts
    first: dict[str, Fact] = {}
    for fact in meeting.said:
        if fact.event not in family.errors:
            first.setdefault(fact.type, fact)
    meeting.sat, meeting.minutes = first.get("MeetingHeld"), first.get("MinutesRecorded")
    meeting.decisions = first.get("DecisionsRecorded")
    meeting.closed_seq = meeting.sat.seq if meeting.sat else None


def _in_error(family: Family, fact: Fact) -> None:
    """Dates are reckoned anew; what was said of a sitting by the record that was wrong is no word of anybody's."""
    wrong = fact.body["record"]
    family.errors[wrong] = fact.seq
    family.who_died(fact.at)
    for meeting in family.meetings.values():
        for said in [x for x in meeting.said if x.event == wrong]:
            meeting.corrected = fact
            _say_of(family, meeting)
            family.words = [w for w in family.words if w.how != "attended" or w.seq != said.seq]
            plan = (said.body.get("plan") or {}).get("plan")
            if plan and not any((x.body.get("plan") or {}).get("plan") == plan for x in (meeting.sat,) if x):
                family.plans.pop(plan, None)


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
    if body["id"] in family.awaited and family.awaited[body["id"]] == parsed(body["due_at"]):
        del family.awaited[body["id"]]
        return  # brought as it was
    duty = Duty(body["id"], body, fact.seq, fact)
    duty.turns, duty.owed_to, duty.ladder_at = [fact], [(fact.seq, fact.at, body.get("to"))], fact.at
    family.elsewhere.discard(duty.id)
    family.adopt(duty)


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
        family.elsewhere.discard(duty.id)
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
    "RecordedInError": _in_error,
    "PersonDied": lambda family, fact: family.who_died(fact.at),
    "EpisodeTold": _told,
    "EpisodeWithdrawn": _withdrawn,
    "MeetingFellDue": _fell_due,
    "MeetingBooked": _booked,
    "MeetingCancelled": _off,
    "MeetingAdjourned": _off,
    "MeetingNoLongerDue": _off,
    "MeetingHeld": _held,
    "MinutesRecorded": _of_meeting,
    "DecisionsRecorded": _of_meeting,
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
