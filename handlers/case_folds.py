"""How each fact changes a family's file: `fold(file, fact) -> file`, and never a rule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgspec import convert
from msgspec.structs import replace

from handlers import arrangements, duty_file, household_folds, kept_records, life_file, meeting_file, referral_file
from handlers import before as earlier
from handlers import events as e
from handlers import facts as f
from handlers.case_file import CaseFile, HeldRecord, letter_key
from handlers.facts import Fact
from handlers.handover_file import joined, of_both, parted
from handlers.household_folds import of_members
from handlers.household_folds import with_one as _with
from handlers.household_folds import without as _without
from handlers.kept_records import KeptRecords
from handlers.meeting_file import Meeting, Receipt, Sent, fallen_due, with_receipt
from handlers.records import TABLES, Episode, Kept, keep, take_out
from handlers.referral_file import Advice
from handlers.wishes import ANSWERS


def _of_meeting(file: CaseFile, fact: Fact, body: Any) -> CaseFile:
    """What a fact changes in its meeting alone."""
    return replace(
        file, meetings=_with(file.meetings, body.meeting, meeting_file.fold(file.meetings[body.meeting], fact))
    )


def _of_referral(file: CaseFile, fact: Fact, body: Any) -> CaseFile:
    return replace(file, referrals=referral_file.fold(file.referrals, fact))


def _of_duty(file: CaseFile, fact: Fact, body: Any) -> CaseFile:
    """What a fact changes in the duties alone."""
    return replace(file, duties=duty_file.fold(file.duties, fact))


def _watch_told(file: CaseFile, fact: Fact, body: f.WatchTold) -> CaseFile:
    others = {service for service in file.watched if service != body.service}
    return replace(file, watched=tuple(sorted({*others, body.service} if body.watched else others)))


def _kept(file: CaseFile, fact: Fact, body: e.Body) -> CaseFile:
    return replace(file, records=keep(file.records, fact, TABLES))


def _befell(file: CaseFile, fact: Fact, body: e.Body) -> CaseFile:
    return replace(file, life=keep(file.life, fact, life_file.TABLES))


def _arranged(file: CaseFile, fact: Fact, body: e.Body) -> CaseFile:
    return replace(file, arrangements=keep(file.arrangements, fact, arrangements.TABLES))


def _merged(file: CaseFile, fact: Fact, body: e.FamiliesMerged) -> CaseFile:
    ties = replace(file.ties, merged_into=body.into)
    return CaseFile(stream=file.stream, ties=ties, told_members=file.told_members, watched=file.watched)


def _brought(file: CaseFile, fact: Fact, body: e.FamilyBrought) -> CaseFile:
    theirs = convert(body.file, CaseFile)
    formerly = {*file.ties.formerly, *theirs.ties.formerly, body.from_family} - {file.family}
    referred = tuple(sorted({*file.ties.referred, *theirs.ties.referred}))
    came = {"formerly": tuple(sorted(formerly)), "joined_at": fact.recorded, "referred": referred}
    return replace(
        joined(file, theirs),
        ties=replace(file.ties, merged_into="", **came),
        household_at=_later(file, theirs),
        records=joined(file.records, theirs.records),
        life=joined(file.life, theirs.life),
        arrangements=joined(file.arrangements, theirs.arrangements),
        kept=kept_records.of_both(file.kept, theirs.kept),
        before=joined(file.before, theirs.before),
        meetings=of_both(file.meetings, theirs.meetings, body.from_family),
        told_members=file.told_members,
        watched=file.watched,
    )


def _parted(file: CaseFile, fact: Fact, body: f.FamilyParted) -> CaseFile:
    gone = frozenset(body.names)
    kept = kept_records.of_who_stay(file.kept, gone)
    plans = {plan: x for plan, x in file.before.plans.items() if f"plan:{plan}" not in gone}
    rest = replace(parted(file, file.ties, body), kept=kept, before=replace(file.before, plans=plans))
    return of_members(rest, file.household)


def _in_error(file: CaseFile, fact: Fact, body: e.RecordedInError) -> CaseFile:
    errors = _with(file.errors, body.record, fact.recorded)
    life = take_out(file.life, body.record, life_file.TABLES)
    arranged = take_out(file.arrangements, body.record, arrangements.TABLES)
    records = take_out(file.records, body.record, TABLES)
    file = replace(file, records=records, life=life, arrangements=arranged, errors=errors)
    if not file.kept.has(body.record):
        return file
    return _folded_anew(replace(file, kept=kept_records.without(file.kept, body.record)), fact.recorded)


# What is folded from records that may be said to be wrong, and from nothing else.
OF_RECORDS = (
    *("household", "household_at", "moves", "arrivals", "professionals", "discussions", "asked_for", "asked_at"),
    *("births_due", "transfers", "reviews_asked", "fips", "fips_ended", "plans", "plans_ended"),
)


def _folded_anew(file: CaseFile, at: datetime) -> CaseFile:
    """As if what was taken out had never been recorded; what was sent because of it stands (decision 16)."""
    anew = of_records_alone(file)
    meetings = {id_: meeting_file.corrected(m, anew.meetings[id_], at) for id_, m in file.meetings.items()}
    return of_members(replace(anew, meetings=meetings, episodes=file.episodes), file.household)


def of_records_alone(file: CaseFile) -> CaseFile:
    """What is folded from records, folded again from those that stand."""
    blank = CaseFile(stream=file.stream)
    bare = {id_: meeting_file.unrecorded(m) for id_, m in file.meetings.items()}
    return _recorded(replace(file, **{name: getattr(blank, name) for name in OF_RECORDS}, meetings=bare), file.kept)


def _recorded(bare: CaseFile, kept: KeptRecords) -> CaseFile:
    """What each of the families that became this one had on record, and what was recorded since."""
    file = bare
    for n, family in enumerate(kept.families):
        theirs = _recorded(bare, family)
        file = _of_both_records(file, theirs) if n else theirs
    for record in kept.facts():
        file = FOLDS[type(record.body)](file, record, record.body)
    return file


def _of_both_records(ours: CaseFile, theirs: CaseFile) -> CaseFile:
    tables = {name: getattr(ours, name) for name in OF_RECORDS if name != "household_at"}
    of_either = {name: {**getattr(theirs, name), **table} for name, table in tables.items()}
    meetings = {id_: meeting_file.either(m, theirs.meetings[id_]) for id_, m in ours.meetings.items()}
    return replace(ours, **of_either, household_at=_later(ours, theirs), meetings=meetings)


def _later(ours: CaseFile, theirs: CaseFile) -> datetime | None:
    return max((at for at in (ours.household_at, theirs.household_at) if at), default=None)


def _episode(file: CaseFile, fact: Fact, body: e.EpisodeTold) -> CaseFile:
    known = file.episodes.get(body.episode, Episode(body, fact.recorded))
    moved = known.told.workers != body.workers
    before = (*known.before, (known.told.workers, fact.recorded)) if moved else known.before
    episode = Episode(body, known.known_at, before)
    return replace(file, episodes=_with(file.episodes, body.episode, episode))


def _transfer(file: CaseFile, fact: Fact, body: e.TransferNotified) -> CaseFile:
    """Notice and receipt may be recorded one by one: a day that the later record does not name stands."""
    before = file.transfers.get(body.transfer, body)
    notified_on, received_on = body.notified_on or before.notified_on, body.received_on or before.received_on
    worker = body.social_worker or before.social_worker
    known = replace(body, notified_on=notified_on, received_on=received_on, social_worker=worker)
    return replace(file, transfers=_with(file.transfers, body.transfer, known))


def _fell_due(file: CaseFile, fact: Fact, body: f.MeetingFellDue) -> CaseFile:
    before = file.meetings.get(body.meeting)
    new = Meeting(due=body, fell_due_at=fact.recorded, dated_at=fact.recorded)
    meeting = fallen_due(before, fact, body) if before else new
    return replace(file, meetings=_with(file.meetings, body.meeting, meeting))


def _letter(file: CaseFile, fact: Fact, body: f.LetterIssued) -> CaseFile:
    key = letter_key(body.duty, body.person)
    return replace(file, letters=_with(file.letters, key, Sent(body.message, body.mailed)))


def _posted(file: CaseFile, fact: Fact, body: e.MessageAccepted | e.MessageFailed) -> CaseFile:
    """Of a paper about a meeting, kept with the meeting; of a letter or a notice, with the family.

    What was refused or came back says that this person cannot be reached there; what is unknown says nothing.
    """
    grade = body.how if isinstance(body, e.MessageFailed) else "accepted"
    receipt = Receipt(grade, fact.recorded)
    if body.meeting in file.meetings and body.paper not in ("letter", "notice", "reminder"):
        file = _of_meeting(file, fact, body)
    else:
        file = replace(file, receipts=with_receipt(file.receipts, body.message, receipt))
    if not receipt.failed:
        return file
    if file.heard.get(body.person, fact.recorded) <= fact.recorded:
        file = replace(file, failed=_latest(file.failed, body.person, fact.recorded))
    return replace(file, duties=duty_file.notice_failed(file.duties, body.message))


def _latest(table: dict[str, datetime], key: str, at: datetime) -> dict[str, datetime]:
    return _with(table, key, max(at, table.get(key, at)))


def _heard_from(file: CaseFile, person: str, at: datetime) -> CaseFile:
    """Whoever speaks to us can be reached after all."""
    failed = {k: failed_at for k, failed_at in file.failed.items() if k != person or failed_at > at}
    return replace(file, failed=failed, heard=_latest(file.heard, person, at))


def _needs(file: CaseFile, fact: Fact, body: e.NeedsTold) -> CaseFile:
    """At one meeting, or at each."""
    if body.meeting:
        return _of_meeting(file, fact, body)
    return replace(file, needs=_with(file.needs, body.person, Kept(body, fact.recorded, fact.happened)))


def _word(file: CaseFile, fact: Fact, body: Any) -> CaseFile:
    silent = isinstance(body, e.CallLogged) and body.outcome != "spoke"
    return _of_meeting(file if silent else _heard_from(file, body.person, fact.recorded), fact, body)


def _held(file: CaseFile, fact: Fact, body: e.MeetingHeld) -> CaseFile:
    """Of two records of one sitting the first stands until it is said to have been made in error."""
    if file.meetings[body.meeting].held:
        return file
    file = _of_meeting(file, fact, body)
    if body.plan is None or f"plan:{body.plan.plan}" in file.ties.gone_to:
        return file
    return replace(file, plans=_with(file.plans, body.plan.plan, body.meeting))


def _went_before(file: CaseFile, fact: Fact, body: e.Body) -> CaseFile:
    return replace(file, before=earlier.fold(file.before, fact))


def _acknowledged(file: CaseFile, fact: Fact, body: e.DutyAcknowledged) -> CaseFile:
    known = _with(file.acknowledged.get(body.duty, {}), body.person, fact.recorded)
    file = _heard_from(file, body.person, fact.recorded)
    return replace(file, acknowledged=_with(file.acknowledged, body.duty, known))


def _record_held(file: CaseFile, fact: Fact, body: e.RecordHeld) -> CaseFile:
    record = HeldRecord(fact.recorded, body.reason, person=body.person)
    return replace(file, held_records=_with(file.held_records, body.record, record))


def _membership(file: CaseFile, fact: Fact, body: f.MembershipTold) -> CaseFile:
    """Held records of somebody no longer in scope are nobody's here; with whoever comes back they are told of anew."""
    still = {k: x for k, x in file.held_records.items() if body.in_scope or x.person != body.person}
    return replace(file, told_members=_with(file.told_members, body.person, body.in_scope), held_records=still)


def _record_released(file: CaseFile, fact: Fact, body: e.RecordReleased) -> CaseFile:
    before = file.held_records.get(body.record, HeldRecord(fact.recorded, ""))
    return replace(file, held_records=_with(file.held_records, body.record, replace(before, released=True)))


def _asked_for(file: CaseFile, fact: Fact, body: e.ConferenceAskedFor) -> CaseFile:
    asked_at = _latest(file.asked_at, body.discussion, fact.recorded)
    return replace(file, asked_for=_with(file.asked_for, body.discussion, body), asked_at=asked_at)


def _keyed(table: str, key: str) -> Callable[[CaseFile, Fact, Any], CaseFile]:
    """A fold that files the body under one of its own fields."""

    def fold_one(file: CaseFile, fact: Fact, body: Any) -> CaseFile:
        return replace(file, **{table: _with(getattr(file, table), getattr(body, key), body)})

    return fold_one


FOLDS: dict[type[e.Body], Callable[[CaseFile, Fact, Any], CaseFile]] = {
    **dict.fromkeys(meeting_file.FOLDS, _of_meeting),
    **dict.fromkeys(duty_file.FOLDS, _of_duty),
    **dict.fromkeys(referral_file.FOLDS, _of_referral),
    **dict.fromkeys(TABLES, _kept),
    **dict.fromkeys(life_file.TABLES, _befell),
    **dict.fromkeys(arrangements.TABLES, _arranged),
    e.FamiliesMerged: _merged,
    e.FamilyBrought: _brought,
    f.FamilyParted: _parted,
    **household_folds.FOLDS,
    e.StrategyDiscussionHeld: _keyed("discussions", "discussion"),
    e.ConferenceAskedFor: _asked_for,
    e.PreBirthConferenceAskedFor: _keyed("births_due", "conference"),
    e.TransferNotified: _transfer,
    e.MeetingAskedFor: _keyed("reviews_asked", "review"),
    e.RecordedInError: _in_error,
    e.EpisodeTold: _episode,
    e.EpisodeWithdrawn: lambda file, _, b: replace(file, episodes=_without(file.episodes, b.episode)),
    e.AdviceAsked: lambda file, fact, b: replace(file, advice=_with(file.advice, b.advice, Advice(b, fact.recorded))),
    e.FipStarted: _keyed("fips", "fip"),
    e.FipEnded: lambda file, _, b: replace(file, fips_ended=_with(file.fips_ended, b.fip, b.ended_on)),
    e.ConferenceHeldBefore: _went_before,
    e.PlanStoodBefore: _went_before,
    e.PlanEnded: lambda file, _, b: replace(file, plans_ended=_with(file.plans_ended, b.plan, b.ended_on)),
    e.MeetingHeld: _held,
    **dict.fromkeys((e.AnswerGiven, e.CallLogged, *ANSWERS), _word),
    e.NeedsTold: _needs,
    e.MessageAccepted: _posted,
    e.MessageFailed: _posted,
    e.DutyAcknowledged: _acknowledged,
    e.RecordHeld: _record_held,
    e.RecordReleased: _record_released,
    f.WatchTold: _watch_told,
    f.MembershipTold: _membership,
    f.MeetingFellDue: _fell_due,
    f.LetterIssued: _letter,
}


def fold(file: CaseFile, fact: Fact) -> CaseFile:
    """The file with one more fact in it; a fact that says nothing of the file's state leaves it as it was."""
    elsewhere = file.ties.sent_on(file.family, fact.body)
    if elsewhere and (file.ties.merged_into or not isinstance(fact.body, e.PersonDied)):  # nobody here writes to them
        return file
    step = FOLDS.get(type(fact.body))
    file = step(file, fact, fact.body) if step else file
    if type(fact.body) not in kept_records.TABLES:
        return file
    return replace(file, kept=kept_records.with_record(file.kept, fact, file.errors))
