"""What is owed beside meetings' times: minutes and decisions, significant changes, referrals and their outcome."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tests.simulation.calendar_sums import (
    count,
    end_of_working_day,
    local_day,
    night,
    working_day,
    works,
)
from tests.simulation.desk import Desk
from tests.simulation.family_reading import Family
from tests.simulation.matters import Duty, Meeting
from tests.simulation.reading import Fact
from tests.simulation.touching import CONFERENCES, Concern, anybody, basis, concerns, lawful_now, signs, standing_basis

PAPERS = (
    ("minutes-unsent", "send_minutes_treatment", "minutes"),
    ("decision-unsent", "send_decision_treatment", "decision"),
)


def after_meetings(desk: Desk) -> None:
    """Once a meeting sat, its minutes are owed to whoever speaks for each concern; after conferences, the decision."""
    for meeting in desk.family.meetings.values():
        if meeting.sat is None:
            continue
        for concern in desk.touched_by(meeting):
            if standing_basis(desk.family, concern, meeting) != "yes":
                continue
            for name, kind, _ in PAPERS:
                if kind == "send_minutes_treatment" or meeting.kind in CONFERENCES:
                    _paper_owed(desk, meeting, concern, name, kind)


def _paper_owed(desk: Desk, meeting: Meeting, concern: Concern, name: str, kind: str) -> None:
    assert meeting.sat is not None
    duty = desk.about(kind, meeting.id, concern)
    what = f"{kind} of {meeting.id} to {concern.service or 'nobody'}, for {concern.adult}"
    if duty is None:
        desk.say(name, f"{what}: is owed by nobody")
    elif duty.ended and duty.ended.body["how"] == "lapse":
        desk.say(name, f"{what}: lapsed, though it is owed")
    elif duty.open:
        if duty.to is not None and duty.to not in _right_people(desk, concern, duty):
            desk.say(name, f"{what}: is owed to {duty.to}, who has no part in it")
        if duty.due > _paper_due(desk, meeting, concern, kind):
            desk.say(name, f"{what}: is due too late, {duty.due:%d %b %H:%M}")


def _right_people(desk: Desk, concern: Concern, duty: Duty) -> set[str]:
    told = desk.about("tell_treatment", duty.now["meeting"], concern)
    return anybody(desk.directory, concern.service, concern.episode) | (told.ever_to() if told else set())


def _paper_due(desk: Desk, meeting: Meeting, concern: Concern, kind: str) -> datetime:
    assert meeting.sat is not None
    days = count("DEC-01", 1)
    if kind == "send_minutes_treatment":
        days = count("MIN-CGFIP", 10) if meeting.kind in ("core_group", "fip_review") else count("REC-01", 15)
    started = meeting.starts_at or meeting.sat.happened
    known = end_of_working_day(max(meeting.sat.at, concern.known_at), 1)
    duty = desk.about(kind, meeting.id, concern)
    again = [end_of_working_day(duty.since.at, days)] if duty and duty.since.type == "DutyReopened" else []
    return max(night(working_day(max(local_day(started), local_day(concern.known_at)), days)), known, *again)


def papers_by_the_clock(desk: Desk) -> None:
    """The paper is there, the reader can be reached, and a working day has gone by: it must have left."""
    for name, kind, paper in PAPERS:
        for duty in desk.duties(kind):
            meeting = desk.family.meetings.get(duty.now["meeting"])
            record = (meeting.minutes if paper == "minutes" else meeting.decisions) if meeting else None
            corrected = meeting.corrected if meeting else None
            since = max(record, corrected or record, key=lambda fact: fact.seq) if record else None
            if duty.ended or since is None or not _may_go(desk, duty, since.at):
                continue
            sent = [m for m in desk.family.mails_of.get(duty.now["meeting"], ()) if m.person == duty.to]
            if not any(m.kind in (paper, "minutes") for m in sent):
                desk.say(name, f"{duty.to} was sent no {paper} of {duty.now['meeting']}")
    for duty in desk.duties("ask_report_treatment", "feed_back_outcome", "ask_for_advice"):
        if duty.ended or not _may_go(desk, duty, duty.since.at):
            continue
        if not any(m.person == duty.to for m in desk.family.mails_of.get(duty.id, ()) if m.kind == "letter"):
            desk.say("not-sent", f"{duty.to} was sent no letter for {duty.kind} {duty.id}")


def _may_go(desk: Desk, duty: Duty, record_at: datetime) -> bool:
    known = desk.directory.workers.get(duty.to or "")
    if known is None or not desk.reachable(duty.to):
        return False
    words = [at for _, at, _ in desk.family.fates.get(known.body["worker"], ())]
    base = max([record_at, duty.since.at, duty.to_since(), known.at, *words])
    return desk.now > end_of_working_day(base, 1)


# --- significant changes (Joint Guidance F7)


@dataclass(frozen=True)
class Change:
    id: str
    on: date
    known_at: datetime


def changes(desk: Desk) -> None:
    """Whoever treats an adult on the day of a change is told of it."""
    if desk.family.formerly:
        return  # of families that joined not read yet: who was to be told of what each knew apart
    known = concerns(desk.area, desk.family)
    for change in _changes(desk):
        for concern in known:
            episode = concern.episode
            if episode and episode.stood_on(change.on) and (episode.ended_on is None or episode.ended_on > change.on):
                _told_of_change(desk, change, concern)
    for person, change in _moves_in(desk, known):
        for concern in known:
            episode = concern.episode
            if concern.adult != person and episode and episode.opened_on < change.on and episode.ended_on is None:
                _told_of_change(desk, change, concern)


def _changes(desk: Desk) -> Iterator[Change]:
    latest: dict[str, Fact] = {}
    for fact in desk.family.standing("SignificantChangeRecorded"):
        before = latest.get(fact.body["change"])
        if before is None or fact.recorded >= before.recorded:
            latest[fact.body["change"]] = fact
    for id_, fact in (*latest.items(), *_befallen(desk.family)):
        yield Change(id_, date.fromisoformat(fact.body["on"]), fact.at)


def _befallen(family: Family) -> Iterator[tuple[str, Fact]]:
    """A birth, a death, a child looked after: what changes who is there for a child is significant (rules 3.37)."""
    for fact in family.standing("ChildBorn"):
        if fact.body["person"] in family.household.members:
            yield f"born:{fact.body['person']}", fact
    for person, fact in family.household.dead.items():
        if person in family.household.members:
            yield f"died:{person}", fact
    for fact in family.standing("LookedAfterStarted"):
        if fact.body.get("on"):
            yield f"looked-after:{fact.body['placement']}", fact


def _moves_in(desk: Desk, known: list[Concern]) -> Iterator[tuple[str, Change]]:
    """An adult whose drinking or drug use is known moves in: a change for whoever is treated here already."""
    named = {s.person for s in signs(desk.family)}
    for person, (on, at) in desk.family.household.joined.items():
        own = [c for c in known if c.adult == person and c.episode and c.episode.ended_on is None]
        since = [c.known_at for c in own]
        if person in named and person in desk.family.household.adults():
            since += [s.known_at for s in signs(desk.family) if s.person == person]
        if since and all(c.episode is None or c.episode.opened_on <= on for c in own):
            yield person, Change(f"moved-in:{person}:{on}", on, max(at, *since))


def _told_of_change(desk: Desk, change: Change, concern: Concern) -> None:
    family, key = desk.family, (concern.adult, concern.service, change.id)
    what = f"{concern.service} of the change {change.id}, for {concern.adult}"
    duty = desk.duty("tell_change", *key)
    if not lawful_now(family) and (has := basis(family, concern.adult, "change")) != "yes":
        if duty is None and has == "none" and desk.duty("seek_consent", *key) is None:
            desk.say("change-untold", f"nobody tells {what}, nor seeks consent to")
        return
    ended = family.standing("ReceivingConferenceHeld") or family.household.dead  # and perhaps the plan with it
    if duty is None and not (ended and desk.duty("seek_consent", *key)):
        desk.say("change-untold", f"nobody owes it to tell {what}")
    elif duty is None:
        return
    elif duty.ended and duty.ended.body["how"] == "lapse":
        desk.say("change-untold", f"to tell {what} lapsed, though it is owed")
    elif duty.open:
        _change_in_order(desk, change, concern, duty, what)


def _change_in_order(desk: Desk, change: Change, concern: Concern, duty: Duty, what: str) -> None:
    since = max(change.known_at, concern.known_at, duty.since.at)
    first = max(local_day(since), change.on)
    if duty.due > night(working_day(first, count("F7-01", 1))):
        desk.say("change-untold", f"to tell {what} is due too late, {duty.due:%d %b %H:%M}")
    if concern.episode and concern.episode.ended_on is None and duty.to not in desk.people(concern):
        desk.say("change-untold", f"to tell {what} is owed to {duty.to}, who does not speak for it")


# --- referrals, and advice


def referrals(desk: Desk) -> None:
    for id_, made in desk.family.referrals.items():
        if made.body["how"] == "verbal":
            due = made.happened + timedelta(hours=count("VERBAL-01", 48))
            _recorded_duty(desk, "referral-unconfirmed", "confirm_referral", id_, due, id_ in desk.family.confirmed)
        if decided := desk.family.decided.get(id_):
            first = max(date.fromisoformat(decided.body["decided_on"]), local_day(decided.at))
            due = night(working_day(first, count("FEED-01", 5)))
            _recorded_duty(desk, "outcome-not-fed-back", "feed_back_outcome", id_, due, None)
    for id_, asked in desk.family.advice.items():
        if not any(d.since.seq >= asked.seq for d in desk.duties("ask_for_advice")):
            desk.say("advice-not-asked", f"nobody owes the question {id_} to a service")
    _after_overrides(desk)


def _recorded_duty(desk: Desk, name: str, kind: str, key: str, due: datetime, met: bool | None) -> None:
    """met: whether what ends it was recorded; None if something else ends it."""
    duty = desk.duty(kind, key)
    if duty is None:
        if not met:
            desk.say(name, f"{kind} for {key} is owed by nobody")
    elif duty.open:
        wrong = duty.due != due if kind == "confirm_referral" and duty.since.type == "DutyOpened" else duty.due > due
        if wrong and not (duty.since.type == "DutyReopened" and duty.due > due):
            desk.say(name, f"{kind} for {key} is due {duty.due:%d %b %H:%M}, not {due:%d %b %H:%M}")
    elif duty.ended and duty.ended.body["how"] == "lapse" and not met:
        desk.say(name, f"{kind} for {key} lapsed, though it is owed")
    elif duty.ended and duty.ended.body["how"] == "evidence" and met is False:
        desk.say("ended-without-evidence", f"{kind} for {key} ended, and nobody confirmed it")


def _after_overrides(desk: Desk) -> None:
    """Sharing without consent for a child's life or safety makes a referral mandatory, that day (T6)."""
    for fact in desk.family.standing("ConsentOverridden"):
        if fact.body["ground"] not in ("life_at_risk", "greater_harm") or fact.event in desk.family.referred:
            continue
        if (gone := desk.family.parted.get(fact.body["person"])) and fact.at >= gone:
            continue  # sent on to the family that they went with
        referred = any(made.at >= fact.at for made in desk.family.referrals.values())
        duty = desk.duty("make_referral", fact.body["person"], fact.body["purpose"])
        if referred or (duty and duty.ended and duty.ended.body["how"] == "reason"):
            continue
        if duty is None or duty.ended:
            desk.say("referral-not-made", f"nobody owes the referral after the override for {fact.body['person']}")
        elif duty.due > max(_same_day(fact.at), _same_day(duty.since.at)):
            desk.say("referral-not-made", f"the referral after the override for {fact.body['person']} is due too late")


def _same_day(at: datetime) -> datetime:
    day = local_day(at)
    return night(day if works(day) else working_day(day, 1))
