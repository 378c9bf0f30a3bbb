"""All we know of one family when deciding: `fold(file, fact) -> file`, and never a rule.

Folding is by replacement: the later record of one thing wins, whatever order others came in, so that a file is
a function of what was recorded rather than of the order it arrived in.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Literal

from msgspec import Struct, field
from msgspec.structs import replace

from handlers import events as e
from handlers import facts as f
from handlers.facts import Duty, Fact
from handlers.meeting_file import Invitation, Meeting, Minutes, Receipt, Sitting, Word
from handlers.people import StreamId
from handlers.working_days import local_day

FOLD_VERSION = 1


class Involved(Struct, frozen=True):
    worker: str
    role: str
    on: date


class Episode(Struct, frozen=True):
    """A treatment episode as the person stream last told it; known_at: when we first came to know."""

    told: e.EpisodeTold
    known_at: datetime


class Concern(Struct, frozen=True):
    """The latest assessment's factors; known: since when we have known of each that stands, also from earlier ones."""

    factors: tuple[e.Factor, ...]
    assessed_on: date
    known: dict[str, datetime]

    def known_at(self, factor: e.Factor) -> datetime:
        return self.known[_factor_key(factor)]


def _factor_key(factor: e.Factor) -> str:
    return f"{factor.code}:{factor.person or ''}"


class Sharing(Struct, frozen=True):
    """The last word on sharing for one purpose: given, refused, or overridden on a ground."""

    verdict: Literal["given", "refused", "overridden"]
    by: str
    recorded_at: datetime


class HeldRecord(Struct, frozen=True):
    held_at: datetime
    reason: str
    released: bool = False


class PlanMade(Struct, frozen=True):
    plan: e.Plan
    sat_on: date


class CaseFile(Struct, frozen=True, kw_only=True):
    """One family. Members and professionals are those of now; plans and FIPs carry their end if they have one."""

    stream: StreamId
    members: dict[str, e.Member] = field(default_factory=dict)
    household_at: datetime | None = None
    moves: dict[str, date] = field(default_factory=dict)
    told_members: dict[str, bool] = field(default_factory=dict)
    professionals: dict[str, Involved] = field(default_factory=dict)
    discussions: dict[str, e.StrategyDiscussionHeld] = field(default_factory=dict)
    asked_for: dict[str, e.ConferenceAskedFor] = field(default_factory=dict)
    concern: Concern | None = None
    episodes: dict[str, Episode] = field(default_factory=dict)
    sharing: dict[str, Sharing] = field(default_factory=dict)
    fips: dict[str, e.FipStarted] = field(default_factory=dict)
    fips_ended: dict[str, date] = field(default_factory=dict)
    plans: dict[str, str] = field(default_factory=dict)
    plans_ended: dict[str, date] = field(default_factory=dict)
    meetings: dict[str, Meeting] = field(default_factory=dict)
    duties: dict[str, Duty] = field(default_factory=dict)
    held_records: dict[str, HeldRecord] = field(default_factory=dict)

    @property
    def family(self) -> str:
        return self.stream.id

    def plan_made_at(self, plan: str) -> PlanMade | None:
        """What the conference that made this plan decided, and when it sat; None while it is not known."""
        meeting = self.meetings.get(self.plans.get(plan, ""))
        if meeting is None or meeting.sitting is None or meeting.sitting.held.plan is None:
            return None
        return PlanMade(meeting.sitting.held.plan, local_day(meeting.sitting.started_at))


def _with(table: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    return {**table, key: value}


def _without(table: dict[str, Any], key: str) -> dict[str, Any]:
    return {k: v for k, v in table.items() if k != key}


def _meeting(file: CaseFile, id_: str, **changes: Any) -> CaseFile:
    return replace(file, meetings=_with(file.meetings, id_, replace(file.meetings[id_], **changes)))


def _duty(file: CaseFile, id_: str, **changes: Any) -> CaseFile:
    return replace(file, duties=_with(file.duties, id_, replace(file.duties[id_], **changes)))


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
    moves = _with(file.moves, body.member.person, body.on)
    return replace(file, members=_with(file.members, body.member.person, body.member), moves=moves)


def _left(file: CaseFile, fact: Fact, body: e.MemberLeft) -> CaseFile:
    if not _latest_move(file, body.person, body.on):
        return file
    moves = _with(file.moves, body.person, body.on)
    return _of_members(replace(file, members=_without(file.members, body.person), moves=moves))


def _latest_move(file: CaseFile, person: str, on: date) -> bool:
    """Whether nothing later is known of this person's coming and going."""
    before = file.moves.get(person)
    return before is None or before <= on


def _involved(file: CaseFile, fact: Fact, body: e.ProfessionalInvolved) -> CaseFile:
    worker = Involved(body.worker, body.role, body.on)
    return replace(file, professionals=_with(file.professionals, body.worker, worker))


def _uninvolved(file: CaseFile, fact: Fact, body: e.ProfessionalLeft) -> CaseFile:
    return replace(file, professionals=_without(file.professionals, body.worker))


def _factors(file: CaseFile, fact: Fact, body: e.FactorsAssessed) -> CaseFile:
    before = file.concern
    if before and before.assessed_on > body.assessed_on:
        return file
    since = before.known if before else {}
    known = {_factor_key(x): since.get(_factor_key(x), fact.recorded) for x in body.factors}
    return replace(file, concern=Concern(body.factors, body.assessed_on, known))


def _consent(file: CaseFile, fact: Fact, body: e.ConsentRecorded) -> CaseFile:
    return _shared(file, body, Sharing("given" if body.given else "refused", body.by, fact.recorded))


def _override(file: CaseFile, fact: Fact, body: e.ConsentOverridden) -> CaseFile:
    return _shared(file, body, Sharing("overridden", body.by, fact.recorded))


def _shared(file: CaseFile, body: e.ConsentRecorded | e.ConsentOverridden, sharing: Sharing) -> CaseFile:
    """The later recorded word stands, whichever came in last (rules 3.46)."""
    key = f"{body.person}:{body.purpose}"
    before = file.sharing.get(key)
    if before and before.recorded_at > sharing.recorded_at:
        return file
    return replace(file, sharing=_with(file.sharing, key, sharing))


def _episode(file: CaseFile, fact: Fact, body: e.EpisodeTold) -> CaseFile:
    before = file.episodes.get(body.episode)
    episode = Episode(body, before.known_at if before else fact.recorded)
    return replace(file, episodes=_with(file.episodes, body.episode, episode))


def _fell_due(file: CaseFile, fact: Fact, body: f.MeetingFellDue) -> CaseFile:
    before = file.meetings.get(body.meeting)
    if before:
        return _meeting(file, body.meeting, due=body, no_longer_due=False)
    meeting = Meeting(due=body, fell_due_at=fact.recorded)
    return replace(file, meetings=_with(file.meetings, body.meeting, meeting))


def _booked(file: CaseFile, fact: Fact, body: f.MeetingBooked) -> CaseFile:
    fixed_at = file.meetings[body.meeting].fixed_at or fact.recorded
    return _meeting(file, body.meeting, booked=body, booked_at=fact.recorded, fixed_at=fixed_at, offered=None)


def _cancelled(file: CaseFile, fact: Fact, body: e.MeetingCancelled) -> CaseFile:
    return _unbooked(file, body.meeting, fact.recorded)


def _unbooked(file: CaseFile, id_: str, at: datetime) -> CaseFile:
    meeting = file.meetings[id_]
    return _meeting(
        file,
        id_,
        booked=None,
        cancelled=meeting.booked or meeting.cancelled,
        cancelled_at=at,
        revision=meeting.revision + 1,
    )


def _no_longer_due(file: CaseFile, fact: Fact, body: f.MeetingNoLongerDue) -> CaseFile:
    return _meeting(_unbooked(file, body.meeting, fact.recorded), body.meeting, no_longer_due=True)


def _invited(file: CaseFile, fact: Fact, body: f.InvitationIssued) -> CaseFile:
    invitation = Invitation(body.message, body.sequence, body.revision, body.starts_at, fact.recorded, body.cancelled)
    invitations = _with(file.meetings[body.meeting].invitations, body.person, invitation)
    return _meeting(file, body.meeting, invitations=invitations)


def _paper(file: CaseFile, fact: Fact, body: f.PaperIssued) -> CaseFile:
    papers = _with(file.meetings[body.meeting].papers, body.person, body.message)
    return _meeting(file, body.meeting, papers=papers)


def _receipt(file: CaseFile, meeting: str, message: str, receipt: Receipt) -> CaseFile:
    before = file.meetings[meeting].receipts.get(message) if meeting in file.meetings else None
    if meeting not in file.meetings or (before and before.at > receipt.at):
        return file
    return _meeting(file, meeting, receipts=_with(file.meetings[meeting].receipts, message, receipt))


def _accepted(file: CaseFile, fact: Fact, body: e.MessageAccepted) -> CaseFile:
    grade: Literal["accepted", "ready"] = "ready" if body.ready_to_collect else "accepted"
    return _receipt(file, body.meeting, body.message, Receipt(grade, fact.recorded))


def _failed(file: CaseFile, fact: Fact, body: e.MessageFailed) -> CaseFile:
    return _receipt(file, body.meeting, body.message, Receipt(body.how, fact.recorded))


def _answer(file: CaseFile, fact: Fact, body: e.AnswerGiven) -> CaseFile:
    return _word(file, fact, body.meeting, body.person, body.reply, body.by)


def _call(file: CaseFile, fact: Fact, body: e.CallLogged) -> CaseFile:
    meeting = file.meetings[body.meeting]
    if body.outcome == "collected" and body.person in meeting.papers:
        receipt = Receipt("collected", fact.recorded)
        return _receipt(file, body.meeting, meeting.papers[body.person], receipt)
    if body.outcome == "spoke":
        return _word(file, fact, body.meeting, body.person, "spoken with", body.by)
    return file


def _word(file: CaseFile, fact: Fact, meeting: str, person: str, reply: str, by: str) -> CaseFile:
    """A word given before the meeting had its present time was about another (revision 0)."""
    booked, booked_at = file.meetings[meeting].booked, file.meetings[meeting].booked_at
    about_this = booked is not None and booked_at is not None and fact.happened >= booked_at
    before = file.meetings[meeting].words.get(person)
    if before and before.at > fact.recorded:
        return file
    word = Word(reply, by, fact.recorded, booked.revision if booked and about_this else 0)
    return _meeting(file, meeting, words=_with(file.meetings[meeting].words, person, word))


def _held(file: CaseFile, fact: Fact, body: e.MeetingHeld) -> CaseFile:
    meeting = file.meetings[body.meeting]
    started = body.started_at or (meeting.booked.starts_at if meeting.booked else fact.happened)
    ended = body.ended_at or (meeting.booked.ends_at if meeting.booked else started)
    file = _meeting(file, body.meeting, sitting=Sitting(body, started, ended, fact.recorded))
    if body.plan:
        file = replace(file, plans=_with(file.plans, body.plan.plan, body.meeting))
    return file


def _minutes(file: CaseFile, fact: Fact, body: e.MinutesRecorded) -> CaseFile:
    return _meeting(file, body.meeting, minutes=Minutes(body, fact.recorded))


def _record_held(file: CaseFile, fact: Fact, body: e.RecordHeld) -> CaseFile:
    record = HeldRecord(fact.recorded, body.reason)
    return replace(file, held_records=_with(file.held_records, body.record, record))


def _record_released(file: CaseFile, fact: Fact, body: e.RecordReleased) -> CaseFile:
    before = file.held_records.get(body.record, HeldRecord(fact.recorded, ""))
    return replace(file, held_records=_with(file.held_records, body.record, replace(before, released=True)))


def _ended(file: CaseFile, fact: Fact, body: f.DutyEnded) -> CaseFile:
    return _duty(file, body.duty, ended=body.how, ended_at=fact.recorded, ended_by=body.by)


def _moved(file: CaseFile, fact: Fact, body: f.DutyMoved) -> CaseFile:
    asked = file.duties[body.duty].caller_asked and file.duties[body.duty].to == body.to
    return _duty(
        file,
        body.duty,
        to=body.to,
        due_at=body.due_at,
        by_telephone=body.by_telephone,
        caller_asked=asked,
        sentence=body.sentence,
    )


def _climbed(file: CaseFile, fact: Fact, body: f.RungClimbed) -> CaseFile:
    return _duty(file, body.duty, rung=body.rung, climbed_at=fact.recorded)


def _keyed(table: str, key: str) -> Callable[[CaseFile, Fact, Any], CaseFile]:
    """A fold that files the body under one of its own fields."""

    def fold_one(file: CaseFile, fact: Fact, body: Any) -> CaseFile:
        return replace(file, **{table: _with(getattr(file, table), getattr(body, key), body)})

    return fold_one


FOLDS: dict[type[e.Body], Callable[[CaseFile, Fact, Any], CaseFile]] = {
    e.HouseholdRecorded: _household,
    e.MemberJoined: _joined,
    e.MemberLeft: _left,
    e.ProfessionalInvolved: _involved,
    e.ProfessionalLeft: _uninvolved,
    e.StrategyDiscussionHeld: _keyed("discussions", "discussion"),
    e.ConferenceAskedFor: _keyed("asked_for", "discussion"),
    e.FactorsAssessed: _factors,
    e.ConsentRecorded: _consent,
    e.ConsentOverridden: _override,
    e.EpisodeTold: _episode,
    e.FipStarted: _keyed("fips", "fip"),
    e.FipEnded: lambda file, _, b: replace(file, fips_ended=_with(file.fips_ended, b.fip, b.ended_on)),
    e.PlanEnded: lambda file, _, b: replace(file, plans_ended=_with(file.plans_ended, b.plan, b.ended_on)),
    e.MeetingHeld: _held,
    e.MinutesRecorded: _minutes,
    e.MeetingCancelled: _cancelled,
    e.AnswerGiven: _answer,
    e.CallLogged: _call,
    e.MessageAccepted: _accepted,
    e.MessageFailed: _failed,
    e.RecordHeld: _record_held,
    e.RecordReleased: _record_released,
    f.MembershipTold: lambda file, _, b: replace(file, told_members=_with(file.told_members, b.person, b.in_scope)),
    f.MeetingFellDue: _fell_due,
    f.MeetingNoLongerDue: _no_longer_due,
    f.SeatsAsked: lambda file, _, b: _meeting(file, b.meeting, revision=b.revision),
    f.MeetingBooked: _booked,
    f.BookingFailed: lambda file, fact, b: _meeting(file, b.meeting, failed=b, failed_at=fact.recorded),
    f.SlotsOffered: lambda file, _, b: _meeting(file, b.meeting, offered=b),
    f.InvitationIssued: _invited,
    f.PaperIssued: _paper,
    f.DutyOpened: lambda file, _, b: replace(file, duties=_with(file.duties, b.duty.id, b.duty)),
    f.DutyMoved: _moved,
    f.DutyEnded: _ended,
    f.DutyReopened: lambda file, _, b: _duty(file, b.duty, ended=None, ended_at=None, ended_by=""),
    f.RungClimbed: _climbed,
    f.CallAskedFor: lambda file, _, b: _duty(file, b.duty, caller_asked=True),
}


def fold(file: CaseFile, fact: Fact) -> CaseFile:
    """The file with one more fact in it; a fact that says nothing of the file's state leaves it as it was."""
    step = FOLDS.get(type(fact.body))
    return step(file, fact, fact.body) if step else file
