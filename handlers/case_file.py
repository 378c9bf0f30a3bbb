"""All we know of one family when deciding: `fold(file, fact) -> file`, and never a rule.

Folding is by replacement: the later record of one thing wins, whatever order others came in, so that a file is
a function of what was recorded rather than of the order it arrived in.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from handlers import before as earlier
from handlers import duty_file, kept_records, meeting_file
from handlers import events as e
from handlers import facts as f
from handlers.before import Before, PlanMade
from handlers.facts import Duty, Fact
from handlers.kept_records import KeptRecords
from handlers.meeting_file import Meeting, Receipt, Sent, with_receipt
from handlers.people import StreamId
from handlers.records import TABLES, Advice, Episode, Records, keep, take_out
from handlers.working_days import end_of_day, local_day

FOLD_VERSION = 4


class Involved(Struct, frozen=True):
    worker: str
    role: str
    on: date


class HeldRecord(Struct, frozen=True):
    held_at: datetime
    reason: str
    released: bool = False


class Arrival(Struct, frozen=True):
    """Somebody moved in: on which day, and when we came to know."""

    on: date
    recorded: datetime


class Referral(Struct, frozen=True):
    """One referral, from being made to its outcome."""

    made: e.ReferralMade
    made_at: datetime
    recorded_at: datetime
    confirmed_by: str = ""
    decided: e.ReferralDecided | None = None
    decided_at: datetime | None = None


class CaseFile(Struct, frozen=True, kw_only=True):
    """One family. Members and professionals are those of now; plans and FIPs carry their end if they have one.

    letters: by duty and reader; receipts: of letters; failed: when mail to somebody last came to nothing; heard: when
    they last spoke to us; acknowledged: who showed, of which duty, that they know; errors: events recorded in error.
    """

    stream: StreamId
    members: dict[str, e.Member] = field(default_factory=dict)
    household_at: datetime | None = None
    moves: dict[str, date] = field(default_factory=dict)
    told_members: dict[str, bool] = field(default_factory=dict)
    professionals: dict[str, Involved] = field(default_factory=dict)
    discussions: dict[str, e.StrategyDiscussionHeld] = field(default_factory=dict)
    asked_for: dict[str, e.ConferenceAskedFor] = field(default_factory=dict)
    births_due: dict[str, e.PreBirthConferenceAskedFor] = field(default_factory=dict)
    transfers: dict[str, e.TransferNotified] = field(default_factory=dict)
    reviews_asked: dict[str, e.MeetingAskedFor] = field(default_factory=dict)
    records: Records = field(default_factory=Records)
    kept: KeptRecords = field(default_factory=KeptRecords)
    errors: dict[str, datetime] = field(default_factory=dict)
    arrivals: dict[str, Arrival] = field(default_factory=dict)
    episodes: dict[str, Episode] = field(default_factory=dict)
    watched: tuple[str, ...] = ()
    referrals: dict[str, Referral] = field(default_factory=dict)
    advice: dict[str, Advice] = field(default_factory=dict)
    fips: dict[str, e.FipStarted] = field(default_factory=dict)
    fips_ended: dict[str, date] = field(default_factory=dict)
    plans: dict[str, str] = field(default_factory=dict)
    plans_ended: dict[str, date] = field(default_factory=dict)
    before: Before = field(default_factory=Before)
    meetings: dict[str, Meeting] = field(default_factory=dict)
    duties: dict[str, Duty] = field(default_factory=dict)
    letters: dict[str, Sent] = field(default_factory=dict)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    failed: dict[str, datetime] = field(default_factory=dict)
    heard: dict[str, datetime] = field(default_factory=dict)
    acknowledged: dict[str, dict[str, datetime]] = field(default_factory=dict)
    held_records: dict[str, HeldRecord] = field(default_factory=dict)

    @property
    def family(self) -> str:
        return self.stream.id

    @property
    def known_plans(self) -> frozenset[str]:
        return frozenset({*self.plans, *self.before.plans})

    def plan_made_at(self, plan: str) -> PlanMade | None:
        """What the conference that made this plan decided, and when it sat; None while it is not known."""
        meeting = self.meetings.get(self.plans.get(plan, ""))
        if meeting and meeting.sitting and meeting.sitting.held.plan:
            made = meeting.sitting.held.plan
            return PlanMade(local_day(meeting.sitting.started_at), made.category, made.core_group)
        told = self.before.plans[plan].told if plan in self.before.plans else None
        return PlanMade(told.made_on, told.category) if told else None


def _with(table: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    return {**table, key: value}


def _without(table: dict[str, Any], key: str) -> dict[str, Any]:
    return {k: v for k, v in table.items() if k != key}


def _of_meeting(file: CaseFile, fact: Fact, body: Any) -> CaseFile:
    """What a fact changes in its meeting alone."""
    return replace(
        file, meetings=_with(file.meetings, body.meeting, meeting_file.fold(file.meetings[body.meeting], fact))
    )


def _of_duty(file: CaseFile, fact: Fact, body: Any) -> CaseFile:
    """What a fact changes in its duty alone."""
    return replace(file, duties=_with(file.duties, body.duty, duty_file.fold(file.duties[body.duty], fact)))


def _household(file: CaseFile, fact: Fact, body: e.HouseholdRecorded) -> CaseFile:
    """The later recorded household stands, whichever came in last (rules 3.46)."""
    if file.household_at and file.household_at > fact.recorded:
        return file
    members = {m.person: m for m in body.members}
    return _of_members(replace(file, members=members, household_at=fact.recorded))


def _of_members(file: CaseFile) -> CaseFile:
    """What belonged to people who left goes with them; whoever comes back is told of anew."""
    episodes = {k: x for k, x in file.episodes.items() if x.told.person in file.members}
    return replace(file, episodes=episodes)


def _joined(file: CaseFile, fact: Fact, body: e.MemberJoined) -> CaseFile:
    if not _latest_move(file, body.member.person, body.on):
        return file
    person = body.member.person
    return replace(
        file,
        members=_with(file.members, person, body.member),
        moves=_with(file.moves, person, body.on),
        arrivals=_with(file.arrivals, person, Arrival(body.on, fact.recorded)),
    )


def _left(file: CaseFile, fact: Fact, body: e.MemberLeft) -> CaseFile:
    if not _latest_move(file, body.person, body.on):
        return file
    moves = _with(file.moves, body.person, body.on)
    arrivals = _without(file.arrivals, body.person)
    return _of_members(replace(file, members=_without(file.members, body.person), moves=moves, arrivals=arrivals))


def _latest_move(file: CaseFile, person: str, on: date) -> bool:
    """Whether nothing later is known of this person's coming and going."""
    before = file.moves.get(person)
    return before is None or before <= on


def _involved(file: CaseFile, fact: Fact, body: e.ProfessionalInvolved) -> CaseFile:
    worker = Involved(body.worker, body.role, body.on)
    return replace(file, professionals=_with(file.professionals, body.worker, worker))


def _watch_told(file: CaseFile, fact: Fact, body: f.WatchTold) -> CaseFile:
    others = {service for service in file.watched if service != body.service}
    return replace(file, watched=tuple(sorted({*others, body.service} if body.watched else others)))


def _kept(file: CaseFile, fact: Fact, body: e.Body) -> CaseFile:
    return replace(file, records=keep(file.records, fact, TABLES))


def _in_error(file: CaseFile, fact: Fact, body: e.RecordedInError) -> CaseFile:
    errors = _with(file.errors, body.record, fact.recorded)
    file = replace(file, records=take_out(file.records, body.record, TABLES), errors=errors)
    if body.record not in file.kept.order:
        return file
    return _folded_anew(replace(file, kept=kept_records.without(file.kept, body.record)), fact.recorded)


# What is folded from records that may be said to be wrong, and from nothing else.
OF_RECORDS = (
    *("members", "household_at", "moves", "arrivals", "professionals", "discussions", "asked_for", "births_due"),
    *("transfers", "reviews_asked", "fips", "fips_ended", "plans", "plans_ended"),
)


def _folded_anew(file: CaseFile, at: datetime) -> CaseFile:
    """As if what was taken out had never been recorded; what was sent because of it stands (decision 16)."""
    blank = CaseFile(stream=file.stream)
    bare = {id_: meeting_file.unrecorded(m) for id_, m in file.meetings.items()}
    anew = replace(file, **{name: getattr(blank, name) for name in OF_RECORDS}, meetings=bare)
    for record in file.kept.facts():
        anew = FOLDS[type(record.body)](anew, record, record.body)
    meetings = {id_: meeting_file.corrected(m, anew.meetings[id_], at) for id_, m in file.meetings.items()}
    return _of_members(replace(anew, meetings=meetings, episodes=file.episodes))


def _episode(file: CaseFile, fact: Fact, body: e.EpisodeTold) -> CaseFile:
    known = file.episodes.get(body.episode, Episode(body, fact.recorded))
    moved = known.told.workers != body.workers
    before = (*known.before, (known.told.workers, fact.recorded)) if moved else known.before
    episode = Episode(body, known.known_at, before)
    return replace(file, episodes=_with(file.episodes, body.episode, episode))


def _referred(file: CaseFile, fact: Fact, body: e.ReferralMade) -> CaseFile:
    if body.referral in file.referrals:
        return file
    referral = Referral(body, fact.happened, fact.recorded)
    return replace(file, referrals=_with(file.referrals, body.referral, referral))


def _referral(file: CaseFile, id_: str, **changes: Any) -> CaseFile:
    return replace(file, referrals=_with(file.referrals, id_, replace(file.referrals[id_], **changes)))


def _transfer(file: CaseFile, fact: Fact, body: e.TransferNotified) -> CaseFile:
    """Notice and receipt may be recorded one by one: a day that the later record does not name stands."""
    before = file.transfers.get(body.transfer, body)
    notified_on, received_on = body.notified_on or before.notified_on, body.received_on or before.received_on
    known = replace(body, notified_on=notified_on, received_on=received_on)
    return replace(file, transfers=_with(file.transfers, body.transfer, known))


def _fell_due(file: CaseFile, fact: Fact, body: f.MeetingFellDue) -> CaseFile:
    """Whoever is late already is not forgiven because the day changed."""
    before = file.meetings.get(body.meeting)
    if before is None:
        meeting = Meeting(due=body, fell_due_at=fact.recorded, dated_at=fact.recorded)
    else:
        late = not before.no_longer_due and fact.recorded > end_of_day(before.due.due_on)
        dated_at = before.dated_at if late else fact.recorded
        meeting = replace(before, due=body, no_longer_due_at=None, dated_at=dated_at)
    return replace(file, meetings=_with(file.meetings, body.meeting, meeting))


def _letter(file: CaseFile, fact: Fact, body: f.LetterIssued) -> CaseFile:
    key = letter_key(body.duty, body.person)
    return replace(file, letters=_with(file.letters, key, Sent(body.message, body.mailed)))


def letter_key(duty: str, person: str) -> str:
    return f"{duty}:{person}"


def _posted(file: CaseFile, fact: Fact, body: e.MessageAccepted | e.MessageFailed) -> CaseFile:
    """Of a paper about a meeting, kept with the meeting; of a letter or a notice, with the family.

    What was refused or came back says that this person cannot be reached there; what is unknown says nothing.
    """
    grade = body.how if isinstance(body, e.MessageFailed) else "accepted"
    receipt = Receipt(grade, fact.recorded)
    if body.meeting in file.meetings and body.paper not in ("letter", "notice"):
        file = _of_meeting(file, fact, body)
    else:
        file = replace(file, receipts=with_receipt(file.receipts, body.message, receipt))
    if not receipt.failed:
        return file
    if file.heard.get(body.person, fact.recorded) <= fact.recorded:
        file = replace(file, failed=_latest(file.failed, body.person, fact.recorded))
    rung = next((d for d in file.duties.values() if d.rung_message == body.message), None)
    if rung is None:
        return file
    return replace(file, duties=_with(file.duties, rung.id, replace(rung, rung_failed=True)))


def _latest(table: dict[str, datetime], key: str, at: datetime) -> dict[str, datetime]:
    return _with(table, key, max(at, table.get(key, at)))


def _heard_from(file: CaseFile, person: str, at: datetime) -> CaseFile:
    """Whoever speaks to us can be reached after all."""
    failed = {k: failed_at for k, failed_at in file.failed.items() if k != person or failed_at > at}
    return replace(file, failed=failed, heard=_latest(file.heard, person, at))


def _word(file: CaseFile, fact: Fact, body: e.AnswerGiven | e.CallLogged) -> CaseFile:
    silent = isinstance(body, e.CallLogged) and body.outcome != "spoke"
    return _of_meeting(file if silent else _heard_from(file, body.person, fact.recorded), fact, body)


def _held(file: CaseFile, fact: Fact, body: e.MeetingHeld) -> CaseFile:
    """Of two records of one sitting the first stands until it is said to have been made in error."""
    if file.meetings[body.meeting].held:
        return file
    file = _of_meeting(file, fact, body)
    return replace(file, plans=_with(file.plans, body.plan.plan, body.meeting)) if body.plan else file


def _went_before(file: CaseFile, fact: Fact, body: e.Body) -> CaseFile:
    return replace(file, before=earlier.fold(file.before, fact))


def _acknowledged(file: CaseFile, fact: Fact, body: e.DutyAcknowledged) -> CaseFile:
    known = _with(file.acknowledged.get(body.duty, {}), body.person, fact.recorded)
    file = _heard_from(file, body.person, fact.recorded)
    return replace(file, acknowledged=_with(file.acknowledged, body.duty, known))


def _record_held(file: CaseFile, fact: Fact, body: e.RecordHeld) -> CaseFile:
    record = HeldRecord(fact.recorded, body.reason)
    return replace(file, held_records=_with(file.held_records, body.record, record))


def _record_released(file: CaseFile, fact: Fact, body: e.RecordReleased) -> CaseFile:
    before = file.held_records.get(body.record, HeldRecord(fact.recorded, ""))
    return replace(file, held_records=_with(file.held_records, body.record, replace(before, released=True)))


def _keyed(table: str, key: str) -> Callable[[CaseFile, Fact, Any], CaseFile]:
    """A fold that files the body under one of its own fields."""

    def fold_one(file: CaseFile, fact: Fact, body: Any) -> CaseFile:
        return replace(file, **{table: _with(getattr(file, table), getattr(body, key), body)})

    return fold_one


FOLDS: dict[type[e.Body], Callable[[CaseFile, Fact, Any], CaseFile]] = {
    **dict.fromkeys(meeting_file.FOLDS, _of_meeting),
    **dict.fromkeys(duty_file.FOLDS, _of_duty),
    **dict.fromkeys(TABLES, _kept),
    e.HouseholdRecorded: _household,
    e.MemberJoined: _joined,
    e.MemberLeft: _left,
    e.ProfessionalInvolved: _involved,
    e.ProfessionalLeft: lambda file, _, b: replace(file, professionals=_without(file.professionals, b.worker)),
    e.StrategyDiscussionHeld: _keyed("discussions", "discussion"),
    e.ConferenceAskedFor: _keyed("asked_for", "discussion"),
    e.PreBirthConferenceAskedFor: _keyed("births_due", "conference"),
    e.TransferNotified: _transfer,
    e.MeetingAskedFor: _keyed("reviews_asked", "review"),
    e.RecordedInError: _in_error,
    e.EpisodeTold: _episode,
    e.EpisodeWithdrawn: lambda file, _, b: replace(file, episodes=_without(file.episodes, b.episode)),
    e.ReferralMade: _referred,
    e.ReferralConfirmed: lambda file, _, b: _referral(file, b.referral, confirmed_by=b.by),
    e.ReferralDecided: lambda file, fact, b: _referral(file, b.referral, decided=b, decided_at=fact.recorded),
    e.AdviceAsked: lambda file, fact, b: replace(file, advice=_with(file.advice, b.advice, Advice(b, fact.recorded))),
    e.FipStarted: _keyed("fips", "fip"),
    e.FipEnded: lambda file, _, b: replace(file, fips_ended=_with(file.fips_ended, b.fip, b.ended_on)),
    e.ConferenceHeldBefore: _went_before,
    e.PlanStoodBefore: _went_before,
    e.PlanEnded: lambda file, _, b: replace(file, plans_ended=_with(file.plans_ended, b.plan, b.ended_on)),
    e.MeetingHeld: _held,
    e.AnswerGiven: _word,
    e.CallLogged: _word,
    e.MessageAccepted: _posted,
    e.MessageFailed: _posted,
    e.DutyAcknowledged: _acknowledged,
    e.RecordHeld: _record_held,
    e.RecordReleased: _record_released,
    f.WatchTold: _watch_told,
    f.MembershipTold: lambda file, _, b: replace(file, told_members=_with(file.told_members, b.person, b.in_scope)),
    f.MeetingFellDue: _fell_due,
    f.LetterIssued: _letter,
    f.DutyOpened: lambda file, _, b: replace(file, duties=_with(file.duties, b.duty.id, b.duty)),
}


def fold(file: CaseFile, fact: Fact) -> CaseFile:
    """The file with one more fact in it; a fact that says nothing of the file's state leaves it as it was."""
    step = FOLDS.get(type(fact.body))
    file = step(file, fact, fact.body) if step else file
    if type(fact.body) not in kept_records.TABLES:
        return file
    return replace(file, kept=kept_records.with_record(file.kept, fact, file.errors))
