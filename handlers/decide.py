"""The map: every event, and what we do about it, on one page. A handler is a judge, not a runner.

`decide` takes one event and what is known, and returns a value: the facts, what must be done, and when to look
again. Nothing is done here. First the event itself becomes a fact; then its own rules speak (RULES); then those
that read the whole file anew (EVERY_TIME); what is owed comes last, and the substance misuse gate last of that,
so that no author of a rule can forget it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from msgspec import Struct

from handlers import (
    admission,
    announcing,
    concerns,
    consent,
    core_group,
    duties,
    endings,
    escalation,
    fip_review,
    joining,
    letters,
    looked_after,
    moving,
    needs,
    person,
    referrals,
    reviews,
    setting_dates,
    substance_misuse,
    watching,
)
from handlers import events as e
from handlers.case_file import CaseFile
from handlers.conference import agreeing, convening, exclusion, quorum, voices
from handlers.conference import owing as conference
from handlers.desk import Desk, File
from handlers.diary import keeping
from handlers.diary_file import DiaryFile
from handlers.duties import Owed
from handlers.effects import Effect
from handlers.facts import Fact, Finding, taken_in
from handlers.meeting_file import Meeting
from handlers.meetings import deputies, falling_due, inviting, minutes, parts, reminding, reports, requests, seats
from handlers.meetings.falling_due import Due, Undated, Wanted
from handlers.meetings.inviting import Invitee
from handlers.partnership import Directory
from handlers.person_file import PersonFile
from handlers.protocol import Protocol
from handlers.working_days import add_working_days, end_of_day, local_day


class Decision(Struct, frozen=True):
    """facts and effects in order; file as it stands after them; wake_at: when to look again, if ever.

    awaits: what must become known first (nothing is decided then); makes_known: what this decision made known.
    """

    file: File
    facts: tuple[Fact, ...] = ()
    effects: tuple[Effect, ...] = ()
    wake_at: datetime | None = None
    awaits: str = ""
    makes_known: tuple[str, ...] = ()


Rule = Callable[[Any, Desk], Iterable[Finding | Effect]]

RULES: dict[type[e.Body], tuple[Rule, ...]] = {
    # who is in the family, and who works with it: what follows is read off the file
    e.HouseholdRecorded: (),
    e.MemberJoined: (),
    e.MemberLeft: (),
    e.FamiliesMerged: (lambda body, desk: joining.merge(desk.before, body),),
    e.FamilySplit: (lambda body, desk: joining.split(desk.case, body),),
    e.FamilyBrought: (lambda body, desk: joining.take_in(desk.before, desk.case, body, desk.directory, desk.now),),
    e.ChildBorn: (),
    e.PersonDied: (),
    e.AddressChanged: (),
    e.ProfessionalInvolved: (),
    e.ProfessionalLeft: (),
    # enquiries, concerns, consent, plans, the Family Intervention Project: likewise
    e.StrategyDiscussionHeld: (),
    e.TreatmentConsidered: (),
    e.ConferenceAskedFor: (),
    e.Section47Concluded: (),
    e.ConferenceDisputed: (),
    e.DisputeResolved: (),
    e.FactorsAssessed: (),
    e.FactorWithdrawn: (),
    e.FlagRecorded: (),
    e.InducedIllnessRecorded: (),
    e.ConsentRecorded: (),
    e.ConsentOverridden: (),
    e.FipStarted: (),
    e.FipEnded: (),
    e.PlanEnded: (),
    e.PlanCategoryChanged: (),
    e.CoreGroupNamed: (),
    e.LookedAfterStarted: (),
    e.LookedAfterEnded: (),
    e.ConferenceHeldBefore: (),
    e.PlanStoodBefore: (),
    e.EpisodeTold: (),
    e.EpisodeWithdrawn: (),
    e.DirectoryChanged: (),
    # referrals, changes, advice; what was recorded in error leaves the file
    e.ReferralMade: (),
    e.ReferralConfirmed: (),
    e.ReferralDecided: (),
    e.SignificantChangeRecorded: (),
    e.AdviceAsked: (),
    e.RecordedInError: (),
    # meetings
    e.PreBirthConferenceAskedFor: (),
    e.TransferNotified: (),
    e.FamilyMovedOut: (),
    e.AreaNotified: (),
    e.ReceivingConferenceHeld: (),
    e.MeetingAskedFor: (),
    # who comes to which part of a meeting, who is kept out, who must not meet, who is heard: read off the file
    e.AgendaSet: (),
    e.PartsAssigned: (),
    e.ObjectionRecorded: (),
    e.ExclusionAsked: (),
    e.ExclusionDecided: (),
    e.KeptApart: (),
    e.SupporterNamed: (),
    e.AdvocateOffered: (),
    e.ParticipationRecorded: (),
    e.SlotsAsked: (lambda body, desk: _look(body, desk),),
    e.BookingAsked: (lambda body, desk: _book(body, desk),),
    e.SeatsTaken: (lambda body, desk: seats.take(desk.case, body),),
    e.NothingFits: (lambda body, desk: seats.fail(desk.case, body),),
    e.SlotsFound: (lambda body, desk: seats.offer(body),),
    e.MeetingCancelled: (lambda body, desk: seats.cancel(desk.case, body),),
    e.MeetingAdjourned: (lambda body, desk: _adjourn(body, desk),),
    e.MeetingHeld: (),
    e.QuorumWaived: (),
    e.CallingOffAgreed: (),
    e.DecisionsRecorded: (),
    e.MinutesRecorded: (),
    e.ReportReceived: (),
    e.AgreementRecorded: (),
    e.HoursSuit: (),
    e.IssueSettled: (),
    e.IssueRaised: (),
    e.ReportReadOut: (),
    e.TransferPapersReceived: (),
    e.ChairNamed: (),
    e.MeetingBroughtForward: (),
    e.ChildDecided: (),
    e.InterimPlanAgreed: (),
    # what people, the post and the clock tell us
    e.AnswerGiven: (),
    e.DeputyNamed: (lambda body, desk: deputies.admit(desk.case, body, desk.directory),),
    e.DeputyApproved: (),
    e.DeputyRefused: (),
    e.TimeProposed: (),
    e.ProposalDeclined: (),
    e.ReportPromised: (),
    e.NeedsTold: (),
    e.NeedArranged: (),
    e.FeedbackGiven: (),
    e.CopyAsked: (lambda body, desk: inviting.send_again(desk.case, body, _guests(desk), desk.directory, desk.now),),
    e.CallLogged: (),
    e.MessageAccepted: (),
    e.MessageFailed: (),
    e.DutyAcknowledged: (),
    e.DutyExcused: (lambda body, desk: duties.excuse(desk.case.duties, body),),
    e.RecordHeld: (),
    e.RecordReleased: (),
    e.TimeCame: (),
    # one adult's own stream
    e.EpisodeOpened: (),
    e.EpisodeHandedOver: (),
    e.EpisodeClosed: (),
    e.EpisodeReopened: (),
    e.ReferenceRecorded: (),
    e.MembershipBegan: (),
    e.MembershipEnded: (),
    # the area's diary
    e.RoomRecorded: (),
    e.BusyRecorded: (),
    e.SeatsSought: (lambda body, desk: keeping.answer(desk.file, body, desk.protocol),),
    e.SeatsHandedOver: (lambda body, desk: keeping.hand_over(desk.file, body),),
    e.SeatsReleased: (lambda body, desk: keeping.give_back(desk.file, body),),
    # the area's directory
    e.AreaRecorded: (),
    e.AgencyRecorded: (lambda body, desk: watching.tell_watchers(desk.before, desk.file, body),),
    e.WorkerRecorded: (lambda body, desk: watching.tell_watchers(desk.before, desk.file, body),),
    e.LeaveRecorded: (lambda body, desk: watching.tell_watchers(desk.before, desk.file, body),),
    e.StandingMeetingRecorded: (),
    e.StandingMeetingHeld: (),
    e.SubscriberRecorded: (),
    e.SubscriberRemoved: (),
    e.ServiceWatched: (lambda body, desk: watching.begin(desk.file, body),),
}

EVERY_TIME: dict[type[File], tuple[Callable[[Desk], Iterable[Finding | Effect]], ...]] = {
    CaseFile: (
        lambda desk: person.tell_person_streams(desk.case),
        lambda desk: watching.watch(desk.case, _reckoned_with(desk)),
        lambda desk: falling_due.reconcile(desk.case, _due(desk), lambda due: _why_not(desk, due)),
        lambda desk: seats.seek_unsought(desk.case, _guests(desk), desk.protocol, desk.directory, desk.now),
        lambda desk: _invite(desk),
        lambda desk: _remind(desk),
        lambda desk: _distribute_minutes(desk),
        lambda desk: _settle_duties(desk),
        lambda desk: letters.send(desk.case, _owed(desk), desk.directory, desk.now),
        lambda desk: escalation.ask_for_calls(desk.case, desk.protocol, desk.directory, desk.now, desk.event.id),
        lambda desk: escalation.climb(desk.case, desk.protocol, desk.directory, desk.now, desk.event.id),
        lambda desk: announcing.announce(desk.before, desk.case, desk.facts, desk.directory),
    ),
    PersonFile: (lambda desk: person.tell_families(desk.file),),
    DiaryFile: (),
    Directory: (),
}


def decide(event: e.Event, file: File, protocol: Protocol, directory: Directory, now: datetime) -> Decision:
    """The decision about one event, as a value.

    Raises events.Impossible, working_days.HolidaysUnknown and the like, each with one sentence, for an event that
    can never be decided as it stands; the caller sets it on the held shelf.
    """
    admission.check(event, file)
    to = file.ties.sent_on(file.family, event.body) if isinstance(file, CaseFile) else ""
    awaited = "" if to else admission.awaits(event.body, file)
    if awaited:
        return Decision(file, awaits=awaited)
    desk = Desk(event, file, protocol, directory, now)
    desk.note(taken_in(event))
    if to:
        desk.hear([joining.sent_on(desk.case, event.body, to)])
    for rule in () if to else RULES[type(event.body)]:
        desk.hear(rule(event.body, desk))
    for reading in EVERY_TIME[type(file)]:
        desk.hear(reading(desk))
    known = [k for fact in desk.facts for k in admission.made_known(fact)]
    if isinstance(desk.file, CaseFile) and isinstance(file, CaseFile) and isinstance(event.body, e.RecordedInError):
        known += admission.known_again(file, desk.file)
    return Decision(desk.file, tuple(desk.facts), tuple(desk.effects), _wake_at(desk), makes_known=tuple(known))


def _reckoned_with(desk: Desk) -> set[str]:
    services = concerns.reckoned_with(desk.case, desk.gate.concerns)
    return services | referrals.out_of_reach(desk.case, desk.directory)


def _due(desk: Desk) -> list[Due | Undated]:
    """Every meeting that should be held, by its day; and those whose day a person must set."""
    subjects = (convening, core_group, fip_review, reviews, looked_after)
    due: list[Due | Undated] = desk.once(
        "due", lambda desk: [x for subject in subjects for x in subject.due(desk.case, desk.protocol)]
    )
    return due


def _why_not(desk: Desk, due: Wanted) -> str:
    """Why a meeting that a subject says is due need not sit, in one clause."""
    file = desk.case
    return endings.why_not(file, due) or moving.why_not(file, due) or convening.why_not(file, due, desk.protocol)


def _owed(desk: Desk) -> list[Owed]:
    """Everything owed now. The gate stays last."""
    owed: list[Owed] = desk.once("owed", lambda desk: list(_all_owed(desk)))
    return owed


def _settle_duties(desk: Desk) -> Iterator[Finding]:
    """Nothing is late before the end of the working day after a record was corrected (decision 16), or after what two
    families knew apart came together."""
    case, before, body = desk.case, desk.before, desk.event.body
    assert isinstance(before, CaseFile)
    rooms = (before.kept, before.life, before.arrangements)
    corrected = isinstance(body, e.RecordedInError) and any(room.has(body.record) for room in rooms)
    anew = corrected or isinstance(body, e.FamilyBrought)
    grace = end_of_day(add_working_days(local_day(desk.now), 1, desk.protocol.holidays)) if anew else None
    return duties.settle(case, _owed(desk), desk.now, desk.protocol.version, endings.by_name(case), grace)


def _all_owed(desk: Desk) -> Iterator[Owed]:
    file, protocol, directory = desk.case, desk.protocol, desk.directory
    yield from falling_due.owed(file, protocol, lambda m: quorum.may_proceed(file, m, directory, protocol))
    yield from seats.owed(file, protocol)
    yield from inviting.owed(file, protocol)
    yield from requests.owed(file, protocol)
    yield from reports.owed(file, protocol, desk.directory)
    yield from needs.owed(file, protocol)
    yield from minutes.owed(file, _guests(desk), protocol, desk.directory, desk.now)
    yield from admission.owed(file, protocol)
    yield from referrals.owed(file, desk.directory, protocol, desk.now)
    yield from consent.owed(file, protocol)
    yield from setting_dates.owed(file, _due(desk), lambda due: _why_not(desk, due), protocol, desk.now)
    yield from moving.owed(file, protocol)
    yield from parts.owed(file, protocol)
    yield from exclusion.owed(file, protocol)
    yield from voices.owed(file, protocol)
    yield from conference.owed(file, desk.gate.concerns, protocol, desk.directory, desk.now)
    yield from core_group.owed(file, protocol)
    yield from substance_misuse.owed(desk.gate)


def _guests(desk: Desk) -> dict[str, list[Invitee]]:
    """Whom each meeting should have: its own people, and those whom the gate adds."""
    guests: dict[str, list[Invitee]] = desk.once("guests", _all_guests)
    return guests


def _all_guests(desk: Desk) -> dict[str, list[Invitee]]:
    gate, case = desk.gate, desk.case
    meetings = case.meetings.values()
    own = {m.id: deputies.seated(case, m, _own_guests(desk, m), desk.directory) for m in meetings}
    asked = {m.id: reports.ask(m, own[m.id], desk.protocol, desk.directory) for m in meetings}
    everybody = {m.id: [*asked[m.id], *substance_misuse.representatives(gate, m)] for m in meetings}
    out = {m.id: parts.barred(case, m) for m in meetings}
    return {id_: [g for g in guests if g.person not in out[id_]] for id_, guests in everybody.items()}


def _own_guests(desk: Desk, meeting: Meeting) -> list[Invitee]:
    match meeting.due.kind:
        case "core_group":
            return core_group.members(desk.case, meeting, desk.directory)
        case "fip_review":
            return fip_review.members(desk.case, meeting, desk.directory)
        case "joint_care_plan_review" | "care_plan_meeting" | "looked_after_review":
            return reviews.members(desk.case, meeting, desk.directory, desk.gate.permits)
        case _:
            ours = [*inviting.parents(desk.case), *inviting.professionals(desk.case, desk.directory)]
            return [*ours, *convening.from_the_old_area(desk.case, meeting, desk.directory)]


def _invite(desk: Desk) -> Iterator[Finding | Effect]:
    guests = _guests(desk)
    for meeting in desk.case.meetings.values():
        yield from inviting.reconcile(
            desk.case, meeting, guests[meeting.id], desk.directory, desk.now, desk.protocol.apart_minutes
        )


def _remind(desk: Desk) -> Iterator[Finding | Effect]:
    guests = _guests(desk)
    for meeting in desk.case.meetings.values():
        yield from reminding.remind(desk.case, meeting, guests[meeting.id], desk.protocol, desk.directory, desk.now)


def _distribute_minutes(desk: Desk) -> Iterator[Finding | Effect]:
    guests = _guests(desk)
    for meeting in desk.case.meetings.values():
        yield from minutes.distribute(desk.case, meeting, guests[meeting.id], desk.directory, desk.now, desk.event.id)


def _look(body: e.SlotsAsked, desk: Desk) -> Iterator[Finding | Effect]:
    meeting = desk.case.meetings[body.meeting]
    return seats.look(desk.case, meeting, _guests(desk)[meeting.id], desk.protocol, desk.directory, desk.now)


def _book(body: e.BookingAsked, desk: Desk) -> Iterator[Finding | Effect]:
    meeting = desk.case.meetings[body.meeting]
    return seats.seek(desk.case, meeting, _guests(desk)[meeting.id], desk.protocol, desk.directory, desk.now, body)


def _adjourn(body: e.MeetingAdjourned, desk: Desk) -> Iterator[Finding | Effect]:
    """A new time is sought at once; the seats of the old one go back."""
    meeting = desk.case.meetings[body.meeting]
    yield falling_due.release(desk.case, meeting, "the meeting was adjourned")
    yield from seats.seek(desk.case, meeting, _guests(desk)[meeting.id], desk.protocol, desk.directory, desk.now)


def _wake_at(desk: Desk) -> datetime | None:
    """The next instant at which this file would decide something by itself (decision 15)."""
    if not isinstance(desk.file, CaseFile):
        return None
    climbs = (escalation.climbs_at(d, desk.protocol, desk.file) for d in desk.file.duties.values() if d.ended is None)
    calls = duties.telephone_turns(_owed(desk))
    leave = concerns.turns(desk.gate.concerns, desk.directory)
    post, late = minutes.turns(desk.file, desk.protocol), agreeing.turns(desk.file, desk.protocol)
    turns = (*climbs, *calls, *leave, *post, *late, *reminding.turns(desk.file, desk.protocol))
    return min((at for at in turns if at and at > desk.now), default=None)
