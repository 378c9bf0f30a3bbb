"""What happened, in the past tense: every event that can come in from the river.

Bodies are frozen and typed; `streams/schemas` holds their JSON Schemas and a sample of each. Fields typed
`Text` are personal words and are sealed before anything is written (decision 19). Instants are UTC, days
are days in London.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from handlers.announcements import Announced
from handlers.counting import AgencyKind, Ground
from handlers.people import StreamId, Text

Relation = Literal["child", "unborn", "parent", "carer", "partner", "other"]
Basis = Literal["consent", "life_at_risk", "greater_harm", "statutory"]
Purpose = Literal["fip", "child_in_need", "joint_review", "care_plan", "change"]
Substance = Literal["alcohol", "drugs"]
Change = Literal["child_returned_home", "dependent_person_moved_in", "plan_difficulty", "other"]
Befallen = Literal["child_born", "somebody_died", "moved_home", "child_looked_after"]
Category = Literal["neglect", "physical", "sexual", "emotional", "multiple"]
PlanEnding = Literal["child_eighteen", "child_died", "moved_away", "other"]
PackPaper = Literal[
    "reason_for_moving",
    "plan",
    "conference_reports",
    "assessments",
    "effects_of_the_move",
    "special_needs",
    "chronology",
]
IssueKind = Literal["dissent", "complaint", "recording", "own_recording"]
IssueOutcome = Literal["upheld", "not_upheld", "passed_on", "dealt_with"]
Weekday = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
Matter = Literal["late_conference", "moved_review"]
Capacity = Literal["social_care_manager", "chair", "core_group"]
ChildDecision = Literal["plan", "plan_goes_on", "plan_ended", "child_in_need", "no_plan", "not_considered"]
Section47Outcome = Literal["substantiated_at_risk", "substantiated_not_at_risk", "not_substantiated"]
AskedKind = Literal[
    "joint_care_plan_review",
    "looked_after_review",
    "care_plan_meeting",
    "initial_conference",
    "review_conference",
    "pre_birth_conference",
    "transfer_in_conference",
    "core_group",
    "fip_review",
]
Reply = Literal["accepted", "tentative", "declined"]
Presence = Literal["present", "deputy", "apologies", "report_only", "absent", "excluded", "part"]
StandingKind = Literal["safeguarding_board", "commissioning_group", "steering_group", "carers_forum"]
HeldReason = Literal["no_basis", "unreadable", "impossible", "clash", "rule_failed"]
ExclusionGround = Literal[
    "harm_to_child", "disruption", "child_asks", "silences_another", "confidential", "family_conflict"
]
Supporter = Literal["friend", "relative", "advocate", "solicitor"]
Participation = Literal["PN0", "PN1", "PN2", "PN3", "PN4", "PN5", "PN6", "PN7"]
NeedKind = Literal["interpreter", "advocate", "creche", "transport", "format", "welsh"]
Paper = Literal["invitation", "cancellation", "minutes", "decision", "notice", "letter", "reminder"]


class Body(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one type of event says."""


class Event(Struct, frozen=True):
    """One thing that happened, addressed to the one stream that must decide about it.

    source and id name it for ever; happened is when it was true, recorded when we came to know (decision 16).
    """

    id: str
    source: str
    stream: StreamId
    happened: datetime
    recorded: datetime
    body: Body


class Impossible(ValueError):
    """An event that can never be decided as it stands; the sentence says why, and the mend."""

    reason: HeldReason = "impossible"


class NoBasis(Impossible):
    """It came without a legal basis, and its arrival is itself a disclosure (decision 24)."""

    reason: HeldReason = "no_basis"


# --- family: who is in it, and who works with it


class Member(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One person of a household. `cares`: has care of a child here, or a significant relationship with
    those who do (Joint Guidance paragraph 11)."""

    person: str
    name: Text
    relation: Relation
    cares: bool = False
    born: date | None = None
    address: Text | None = None


class HouseholdRecorded(Body, frozen=True):
    """The household as it stands: members not named here are no longer in it."""

    members: tuple[Member, ...]


class MemberJoined(Body, frozen=True):
    member: Member
    on: date


class MemberLeft(Body, frozen=True):
    person: str
    on: date


class ChildBorn(Body, frozen=True):
    """An unborn member of the family is born, and is a child of it from then on, under the same id."""

    person: str
    on: date
    by: str
    name: Text | None = None


class PersonDied(Body, frozen=True):
    person: str
    on: date
    by: str


class AddressChanged(Body, frozen=True):
    """One person's address is another from that day: papers go to the new one."""

    person: str
    address: Text
    on: date
    by: str


class Hours(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Between two times of a day of the week, in London."""

    day: Weekday
    starts: time
    ends: time


class HoursSuit(Body, frozen=True):
    """What hours suit the family, by its own word (rules ATT-02); recorded again they replace those known, and none
    means that any do."""

    hours: tuple[Hours, ...]
    by: str


class ProfessionalInvolved(Body, frozen=True):
    """A worker of the directory works with the family; role is the field's word: social_worker, health_visitor."""

    worker: str
    role: str
    on: date


class ProfessionalLeft(Body, frozen=True):
    worker: str
    on: date


# --- family: enquiries, factors, consent, the Family Intervention Project


class FamiliesMerged(Body, frozen=True):
    """Two records were of one family: this one goes on as `into`, with all that is owed (decision 25)."""

    into: str
    by: str


class FamilySplit(Body, frozen=True):
    """These members became a family of their own, and go with the plans that are about them."""

    into: str
    members: tuple[str, ...]
    by: str
    plans: tuple[str, ...] = ()


class FamilyBrought(Body, frozen=True):
    """What a family goes on with that was another's: its file, as its own fold left it, words sealed."""

    from_family: str
    file: dict[str, Any]
    fold_version: int


class StrategyDiscussionHeld(Body, frozen=True):
    """attendance: who took part, for which agency as the directory knows (rules STR-01)."""

    discussion: str
    held_on: date
    section_47: bool
    attendance: tuple[Attendance, ...] = ()


class TreatmentConsidered(Body, frozen=True):
    """Whether a treatment service should have a part in a strategy discussion was considered (rules STR-03)."""

    discussion: str
    involved: bool
    by: str
    reason: Text | None = None


class ConferenceAskedFor(Body, frozen=True):
    discussion: str
    by: str


class Section47Concluded(Body, frozen=True):
    """What the enquiry that a strategy discussion began came to; without need of a conference none is due."""

    discussion: str
    outcome: Section47Outcome
    conference_required: bool
    concluded_on: date
    by: str
    reason: Text | None = None


class Role(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one person does under an interim plan."""

    person: str
    does: Text


class InterimPlanAgreed(Body, frozen=True):
    """What is done to keep the children safe until the conference, and by whom (rules ICPC-03)."""

    discussion: str
    roles: Annotated[tuple[Role, ...], Meta(min_length=1)]
    on: date
    by: str


class ConferenceDisputed(Body, frozen=True):
    """A worker of any agency holds that a conference is needed, or is not (rules ICPC-07)."""

    dispute: str
    discussion: str
    by: str
    reason: Text


class DisputeResolved(Body, frozen=True):
    """Managers agreed whether the conference is held."""

    dispute: str
    conference: bool
    by: str
    reason: Text


class Factor(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A DfE factor; 1B 1C alcohol, 2B 2C drugs are the ones the gate reads. Naming no adult counts for the family."""

    code: str
    person: str | None = None


class FactorsAssessed(Body, frozen=True):
    assessment: str
    assessed_on: date
    factors: tuple[Factor, ...]
    basis: Basis | None = None


class FactorWithdrawn(Body, frozen=True):
    """A named person takes back one factor of the latest assessment (decision 24)."""

    code: str
    by: str
    person: str | None = None


class FlagRecorded(Body, frozen=True):
    """The family's record says, or says no longer, that an adult misuses substances (Joint Guidance F1)."""

    stands: bool
    by: str
    person: str | None = None
    substance: Substance | None = None
    basis: Basis | None = None


class InducedIllnessRecorded(Body, frozen=True):
    """The family's record says, or says no longer, that a child's illness may be fabricated or induced (rules Q-06)."""

    stands: bool
    by: str
    child: str | None = None


class ConsentRecorded(Body, frozen=True):
    """Given or refused; a refusal after consent withdraws it."""

    person: str
    purpose: Purpose
    given: bool
    by: str


class ConsentOverridden(Body, frozen=True):
    """Sharing without consent, on a ground of JG T6 or with a stated lawful basis, by a named person."""

    person: str
    purpose: Purpose
    ground: Literal["life_at_risk", "greater_harm", "lawful_basis"]
    by: str


class FipStarted(Body, frozen=True):
    fip: str
    started_on: date
    worker: str
    plan_agreed_on: date | None = None


class FipEnded(Body, frozen=True):
    fip: str
    ended_on: date


# --- family: referrals, changes, advice; and what was recorded in error


class ReferralMade(Body, frozen=True):
    """A worker refers the family; a verbal referral is confirmed in writing within 48 hours (Joint Guidance 25)."""

    referral: str
    made_by: str
    how: Literal["verbal", "written"]
    person: str | None = None


class ReferralConfirmed(Body, frozen=True):
    referral: str
    by: str


class ReferralDecided(Body, frozen=True):
    """The outcome, which whoever referred is told (Joint Guidance T5)."""

    referral: str
    outcome: Literal["no_further_action", "early_help", "assessment", "strategy_discussion"]
    decided_on: date
    by: str


class SignificantChangeRecorded(Body, frozen=True):
    """What alters an adult's or a child's needs, as a worker records it (Joint Guidance F7, rules 3.37);
    plan_difficulty: the plan cannot be carried out, which its chair alone is told (RCPC-04)."""

    change: str
    what: Change
    on: date
    by: str
    remark: Text | None = None


class AdviceAsked(Body, frozen=True):
    """Informal advice of a treatment service about a family that is not named to it (Joint Guidance T10, F8)."""

    advice: str
    by: str
    service: str | None = None


class RecordedInError(Body, frozen=True):
    """The record of this event id was wrong: it leaves the file, never the ledger (decision 16)."""

    record: str
    by: str
    reason: Text | None = None


# --- family: meetings and what comes of them


class PreBirthConferenceAskedFor(Body, frozen=True):
    """A conference about an unborn child, expected on that day (rules PB-01)."""

    conference: str
    unborn: str
    expected_on: date
    by: str


class TransferNotified(Body, frozen=True):
    """A family with a plan moved in: its old area's notice was written, or its referral received, on these days.

    social_worker: the old area's, who is asked to the conference (rules TRF-02). temporary: they are to stay for a
    while only, which calls for no conference.
    """

    transfer: str
    from_area: str
    notified_on: date | None = None
    received_on: date | None = None
    social_worker: str | None = None
    temporary: bool = False


class TransferPapersReceived(Body, frozen=True):
    """Papers that the old area sent about a family which moved in, or said that there are none of (rules TRF-03)."""

    transfer: str
    papers: Annotated[tuple[PackPaper, ...], Meta(min_length=1)]
    on: date
    by: str


class FamilyMovedOut(Body, frozen=True):
    """The family moved to another area; temporary: for a while only, so that it is told and nothing else changes."""

    move: str
    to_area: str
    on: date
    by: str
    temporary: bool = False


class AreaNotified(Body, frozen=True):
    """The receiving area was told of the move."""

    move: str
    on: date
    by: str


class ReceivingConferenceHeld(Body, frozen=True):
    """The receiving area held its conference: it answers for the family from then on (rules TRF-02)."""

    move: str
    on: date
    by: str


class MeetingAskedFor(Body, frozen=True):
    """Somebody sets the date by which a meeting is due that no published rule dates (decision 14).

    review: its own number; of the kinds that rules date elsewhere, the meeting's name without its kind.
    adult, service: whose care plan it is about; child: whose looked-after review. with_treatment: the plan says so
    (looked-after reviews).
    """

    review: str
    kind: AskedKind
    due_on: date
    by: str
    adult: str | None = None
    service: str | None = None
    with_treatment: bool = True
    child: str | None = None


class Attendance(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one person took part; a deputy sits for `deputy_for`."""

    person: str
    presence: Presence
    present_from: datetime | None = None
    present_to: datetime | None = None
    deputy_for: str | None = None


class Plan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A child protection plan made at a conference; core_group: the workers whom the chair named.

    children: whom it is about, if not all children of the family.
    """

    plan: str
    category: Category
    core_group: tuple[str, ...] = ()
    children: tuple[str, ...] = ()


class MeetingHeld(Body, frozen=True):
    """The meeting sat; without times it sat as booked."""

    meeting: str
    attendance: tuple[Attendance, ...]
    started_at: datetime | None = None
    ended_at: datetime | None = None
    plan: Plan | None = None


class QuorumWaived(Body, frozen=True):
    """The chair goes on, or went on, without a quorum, on one of the listed grounds (rules Q-04)."""

    meeting: str
    ground: Ground
    by: str
    reason: Text


class CallingOffAgreed(Body, frozen=True):
    """The service manager agrees that this conference is called off, or broke off (rules CAN-01)."""

    meeting: str
    by: str
    reason: Text | None = None


class MeetingAdjourned(Body, frozen=True):
    """It sat and broke off, or could not proceed: its clock is not met, and it needs a new time (rules 3.13)."""

    meeting: str
    by: str
    reason: Text
    started_at: datetime | None = None
    attendance: tuple[Attendance, ...] = ()


class DecisionsRecorded(Body, frozen=True):
    """The decisions alone, ahead of the minutes: what the decision letter says (rules DEC-01)."""

    meeting: str
    by: str
    decisions: tuple[Text, ...]


class ReportReceived(Body, frozen=True):
    """Somebody's written report for a conference came in."""

    meeting: str
    person: str
    by: str


class Block(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    heading: Text
    text: Text


class Task(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An action agreed in the minutes."""

    what: Text
    who: str
    by: date | None = None


class MinutesRecorded(Body, frozen=True):
    meeting: str
    by: str
    decisions: tuple[Text, ...]
    discussion: tuple[Block, ...] = ()
    tasks: tuple[Task, ...] = ()


class MeetingBroughtForward(Body, frozen=True):
    """A review, as its chair decides, or a core group, as any member may call it, is to be held by an earlier day;
    without one it was considered and stays (rules RCPC-04, CG-05). plan_change: a significant change of the plan is
    expected, so that a team manager must chair the core group."""

    meeting: str
    by: str
    reason: Text
    due_on: date | None = None
    plan_change: bool = False


class ChairNamed(Body, frozen=True):
    """Who chairs a core group, and is asked to it."""

    meeting: str
    chair: str
    by: str


class ChildDecided(Body, frozen=True):
    """What a conference decided of these children; not_considered: it was not about them, for the reason given (rules
    ICPC-08). The plan that a conference makes says it of the children whom it is about."""

    meeting: str
    children: Annotated[tuple[str, ...], Meta(min_length=1)]
    decision: ChildDecision
    by: str
    reason: Text | None = None


class ReportReadOut(Body, frozen=True):
    """The report of somebody who was not there was read out and summed up at the conference (rules REP-03)."""

    meeting: str
    person: str
    by: str


class IssueRaised(Body, frozen=True):
    """Somebody dissents from a conference, or complains of it (rules DIS-01, COM-01); or it was recorded, by one who
    took part, who may not, or by the authority itself (REC-03). What was decided stands meanwhile."""

    issue: str
    kind: IssueKind
    meeting: str
    person: str
    by: str
    reason: Text | None = None


class IssueSettled(Body, frozen=True):
    """How it was answered; passed_on: to the agency whose conduct it is about (rules COM-02)."""

    issue: str
    outcome: IssueOutcome
    by: str
    reason: Text


class AgreementRecorded(Body, frozen=True):
    """Somebody agreed, as what they are, where a rule asks for the agreement of several: why an initial conference is
    late (rules ICPC-04), that a review is moved to that day (RCPC-03; as the core group: it was consulted)."""

    meeting: str
    matter: Matter
    capacity: Capacity
    by: str
    reason: Text
    to: date | None = None


class PlanEnded(Body, frozen=True):
    """cause: what ended it, where that was no review (rules RCPC-05)."""

    plan: str
    ended_on: date
    by: str
    cause: PlanEnding | None = None


class PlanCategoryChanged(Body, frozen=True):
    plan: str
    category: Category
    on: date
    by: str


class CoreGroupNamed(Body, frozen=True):
    """The core group of a plan from that day, as the chair names it: nobody else is of it any more."""

    plan: str
    core_group: tuple[str, ...]
    on: date
    by: str


class LookedAfterStarted(Body, frozen=True):
    """A child became looked after; without the day, somebody must find it out, since its reviews run from there."""

    placement: str
    child: str
    by: str
    on: date | None = None


class LookedAfterEnded(Body, frozen=True):
    """The child is looked after no longer; returned_home: to this family (Joint Guidance F7)."""

    placement: str
    on: date
    by: str
    returned_home: bool = True


class ConferenceHeldBefore(Body, frozen=True):
    """An initial conference that sat before this file was kept, as a return tells of it: never ours to tell of."""

    conference: str
    held_on: date
    discussion: str | None = None


class PlanStoodBefore(Body, frozen=True):
    """A plan that was made before this file was kept: its reviews so far, and its end if it has ended.

    known_on: the day of which the return speaks; of two records of one plan the later one stands.
    """

    plan: str
    made_on: date
    known_on: date
    category: Category | None = None
    reviews: tuple[date, ...] = ()
    ended_on: date | None = None


# --- family: who comes to which part of a meeting, who is kept out of it or apart


class AgendaPart(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One part of an agenda, in minutes from the beginning of its meeting; place and link: its own, if it has any."""

    part: str
    words: Text
    from_minute: Annotated[int, Meta(ge=0)]
    to_minute: Annotated[int, Meta(gt=0)]
    place: str | None = None
    link: Text | None = None


class AgendaSet(Body, frozen=True):
    """The parts of a meeting as they stand from now on; without any it is one whole."""

    meeting: str
    parts: tuple[AgendaPart, ...]
    by: str


class PartsAssigned(Body, frozen=True):
    """The parts that this person is asked to; none named: the whole meeting."""

    meeting: str
    person: str
    parts: tuple[str, ...]
    by: str


class ObjectionRecorded(Body, frozen=True):
    """Somebody objects to another's being at a meeting, what was talked over, and what came of it (Joint Guidance T9).

    against: a worker or an agency of the directory; parts: those that were agreed on, where part of it was.
    """

    objection: str
    meeting: str
    person: str
    against: str
    discussion: Text
    by: str
    agreed: Literal["nothing_yet", "part", "whole"] = "nothing_yet"
    parts: tuple[str, ...] = ()


class ExclusionAsked(Body, frozen=True):
    """An agency asks the chair to keep somebody of the family out of a conference (rules EXC-01, EXC-02)."""

    exclusion: str
    meeting: str
    person: str
    ground: ExclusionGround
    evidence: Text
    by: str


class ExclusionDecided(Body, frozen=True):
    """What the chair decided, who alone may (rules EXC-03). parts: those that are left to whoever is kept out of part.

    represented_by, views: who speaks for them, and how what they think is heard; withheld: why they are not even sent
    the decisions (rules 3.31).
    """

    exclusion: str
    meeting: str
    outcome: Literal["whole", "part", "refused"]
    reason: Text
    by: str
    parts: tuple[str, ...] = ()
    represented_by: Text | None = None
    views: Text | None = None
    withheld: Text | None = None


class KeptApart(Body, frozen=True):
    """Two people must not meet; or, where it does not stand, may again. The first comes and goes before the second."""

    apart: str
    first: str
    second: str
    reason: Text
    by: str
    stands: bool = True


class SupporterNamed(Body, frozen=True):
    """Somebody of the family brings a supporter to a meeting; or, where they do not come, brings them no more (rules
    SUP-01). Recorded again under its number it replaces what was known."""

    support: str
    meeting: str
    person: str
    supporter: Supporter
    name: Text
    by: str
    comes: bool = True


class AdvocateOffered(Body, frozen=True):
    """A child was offered an advocate for a conference, and wants one or not (rules CHD-01)."""

    meeting: str
    child: str
    outcome: Literal["wanted", "not_wanted"]
    by: str


class ParticipationRecorded(Body, frozen=True):
    """How a child took part in a review that was held, by the code of the census (rules CHD-02)."""

    meeting: str
    child: str
    code: Participation
    by: str


class SlotsAsked(Body, frozen=True):
    """A coordinator wants to see times that would suit; nothing is booked."""

    meeting: str
    by: str


class BookingAsked(Body, frozen=True):
    """A coordinator fixes the time; also the way to move a meeting that is booked already."""

    meeting: str
    starts_at: datetime
    by: str
    room: str | None = None
    reason: Text | None = None


class MeetingCancelled(Body, frozen=True):
    """The booking falls; what made the meeting due stands until somebody says otherwise."""

    meeting: str
    by: str
    reason: Text


class AnswerGiven(Body, frozen=True):
    """revision: of the meeting's booking that the invitation so answered was to, where an answer by mail says it."""

    meeting: str
    person: str
    reply: Reply
    by: str
    revision: int | None = None


class CopyAsked(Body, frozen=True):
    """Somebody asks for the invitation that they hold once more, since their calendar lost it; by: or a coordinator
    does for them."""

    meeting: str
    person: str
    by: str | None = None


class CallLogged(Body, frozen=True):
    """A coordinator spoke with somebody about a meeting, or saw a paper collected."""

    meeting: str
    person: str
    outcome: Literal["spoke", "no_answer", "collected"]
    by: str
    remark: Text | None = None


class DutyAcknowledged(Body, frozen=True):
    """Whoever was to be told showed that they know: they rang back, or wrote."""

    duty: str
    person: str
    by: str


class DutyExcused(Body, frozen=True):
    """A named, accountable person ends a duty without evidence, and says why."""

    duty: str
    reason: Text
    by: str


# --- family: what an invitee may say besides yes, no and maybe


class Deputy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who comes instead: a worker of the directory by id, or somebody else under an id of their own, with name and
    address. domain: the address's, in clear, since a rule asks whose it is."""

    person: str
    name: Text | None = None
    address: Text | None = None
    domain: str = ""


class DeputyNamed(Body, frozen=True):
    """An invitee does not come and sends a deputy of the same agency."""

    meeting: str
    person: str
    deputy: Deputy
    by: str


class DeputyApproved(Body, frozen=True):
    """A coordinator agrees to the deputy whom this invitee sends."""

    meeting: str
    person: str
    deputy: str
    by: str


class DeputyRefused(Body, frozen=True):
    meeting: str
    person: str
    deputy: str
    by: str
    reason: Text


class TimeProposed(Body, frozen=True):
    """An invitee asks for another time, and may come to the one that stands meanwhile."""

    meeting: str
    person: str
    starts_at: datetime
    by: str
    ends_at: datetime | None = None
    remark: Text | None = None


class ProposalDeclined(Body, frozen=True):
    """The meeting stays at its time, whatever this invitee proposed."""

    meeting: str
    person: str
    by: str
    reason: Text | None = None


class ReportPromised(Body, frozen=True):
    """An invitee says on which day their written report comes."""

    meeting: str
    person: str
    on: date
    by: str


class Need(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """which: the language of an interpreter, or the format: large_print, easy_read, braille."""

    need: NeedKind
    which: str = ""


class NeedsTold(Body, frozen=True):
    """What somebody needs to take part: at this meeting, or without one at each. The later record stands."""

    person: str
    needs: tuple[Need, ...]
    by: str
    meeting: str | None = None
    remark: Text | None = None


class NeedArranged(Body, frozen=True):
    """provider: who interprets, drives or stands by, by an id: never a name. which: as the need says."""

    meeting: str
    person: str
    need: NeedKind
    provider: str
    by: str
    which: str = ""


class FeedbackGiven(Body, frozen=True):
    """How a meeting was for somebody who was asked to it."""

    meeting: str
    person: str
    words: Text
    by: str
    reply_wanted: bool = False


# --- family: what the diary, the person streams, the post and the clock answer


class SeatsTaken(Body, frozen=True):
    """The diary keeps a time. `missing` are the wanted people who are not free then."""

    meeting: str
    revision: int
    starts_at: datetime
    ends_at: datetime
    room: str
    place: str
    chair: str | None
    missing: tuple[str, ...] = ()


class NothingFits(Body, frozen=True):
    meeting: str
    revision: int
    reasons: tuple[str, ...]


class Slot(Struct, frozen=True, kw_only=True):
    """suits: it lies within the hours that suit the family, if any are known."""

    starts_at: datetime
    ends_at: datetime
    room: str
    chair: str | None
    missing: tuple[str, ...] = ()
    suits: bool = True


class SlotsFound(Body, frozen=True):
    meeting: str
    slots: tuple[Slot, ...]
    reasons: tuple[str, ...] = ()


class EpisodeTold(Body, frozen=True):
    """A person stream tells a family in which the adult is in scope (decision 7)."""

    person: str
    episode: str
    service: str
    workers: tuple[str, ...]
    basis: Basis
    opened_on: date
    ended_on: date | None = None
    client_reference: Text | None = None
    alongside: str | None = None
    alongside_until: date | None = None


class EpisodeWithdrawn(Body, frozen=True):
    """A person stream takes back an episode that it told a family of: it had been recorded in error."""

    person: str
    episode: str


class DirectoryChanged(Body, frozen=True):
    """The directory tells a family that somebody of a service, or a worker, with whom it reckons changed."""

    service: str


class MessageAccepted(Body, frozen=True):
    """The relay took the mail: SMTP's 250, which is not knowing (decision 13)."""

    message: str
    meeting: str
    person: str
    paper: Paper
    revision: int = 0
    ready_to_collect: bool = False


class MessageFailed(Body, frozen=True):
    """The mail was refused, or came back; or nobody can tell, since the reply to DATA was lost."""

    message: str
    meeting: str
    person: str
    paper: Paper
    how: Literal["refused", "bounced", "unknown"]
    revision: int = 0


class RecordHeld(Body, frozen=True):
    """Something about this stream lies on the held shelf until a person mends it. person: the adult in scope here
    whom it is about, if it is not the family's own."""

    record: str
    reason: HeldReason
    person: str | None = None


class RecordReleased(Body, frozen=True):
    record: str


class TimeCame(Body, frozen=True):
    """The instant at which this stream wanted to look again (decision 15)."""


# --- person: what one adult's own stream knows


class EpisodeOpened(Body, frozen=True):
    """Treatment began. Without a basis the event is held: its arrival is itself a disclosure (decision 24)."""

    episode: str
    service: str
    worker: str
    opened_on: date
    basis: Basis | None = None
    client_reference: Text | None = None


class EpisodeHandedOver(Body, frozen=True):
    """The key worker changes; with `until`, the old one stays alongside until that day."""

    episode: str
    worker: str
    on: date
    until: date | None = None


class EpisodeClosed(Body, frozen=True):
    episode: str
    ended_on: date


class EpisodeReopened(Body, frozen=True):
    """Treatment goes on after all, under the same episode."""

    episode: str
    on: date


class ReferenceRecorded(Body, frozen=True):
    """Another system knows this person under a reference of its own."""

    system: str
    reference: str


class MembershipBegan(Body, frozen=True):
    """A family tells a person stream that this adult is in scope there (Joint Guidance F7)."""

    family: str


class MembershipEnded(Body, frozen=True):
    family: str


# --- diary: the area's time


class RoomRecorded(Body, frozen=True):
    room: str
    name: str
    place: str
    seats: int


class BusyRecorded(Body, frozen=True):
    """Somebody or some room is not free; why is nobody's business here."""

    person: str
    from_at: datetime = field(name="from")
    to_at: datetime = field(name="to")


class SeatsSought(Body, frozen=True):
    """A family asks for time. `needed` must sit, `wanted` should; if `presided`, one of `chairs` must preside.

    With `at` that instant or nothing. The search may go past due_on, up to latest_on. suits: the family's own hours,
    kept to where a time in time can be found within them (rules ATT-02).
    """

    family: str
    meeting: str
    revision: int
    minutes: int
    needed: tuple[str, ...]
    wanted: tuple[str, ...]
    chairs: tuple[str, ...]
    head_count: int
    not_before: date
    due_on: date
    latest_on: date
    presided: bool = False
    prefer_chair: str | None = None
    room: str | None = None
    at: datetime | None = None
    only_look: bool = False
    suits: tuple[Hours, ...] = ()


class SeatsHandedOver(Body, frozen=True):
    """These meetings of one family are another's now, at the times they have."""

    family: str
    to: str
    meetings: tuple[str, ...]


class SeatsReleased(Body, frozen=True):
    family: str
    meeting: str
    revision: int


# --- partnership: who is who in the area


class AreaRecorded(Body, frozen=True):
    """The area itself. team: the organiser's name in people's calendars; roles: who holds each post of the ladders."""

    name: str
    team: str
    telephone: str
    roles: dict[str, str]


class AgencyRecorded(Body, frozen=True):
    """An agency of the area. duty_mailbox: the worker id under which a mailbox or rota stands in the directory;
    treats: which substances a treatment service treats, empty if nobody said; domains: of its people's addresses."""

    agency: str
    name: str
    kind: AgencyKind
    single_point_of_contact: str | None = None
    deputy: str | None = None
    duty_mailbox: str | None = None
    service_manager: str | None = None
    treats: tuple[Substance, ...] = ()
    domains: tuple[str, ...] = ()


class ServiceWatched(Body, frozen=True):
    """A family asks to hear when somebody of this treatment service changes, or this worker; or asks no more."""

    family: str
    service: str
    watched: bool


class LeaveRecorded(Body, frozen=True):
    """A worker is away, both days included; the same leave recorded again replaces it."""

    leave: str
    worker: str
    first_on: date
    last_on: date
    cancelled: bool = False


class WorkerRecorded(Body, frozen=True):
    """A professional in the directory. secure: the address is accredited for case papers (decision 23)."""

    worker: str
    agency: str
    name: Text
    address: Text | None = None
    telephone: Text | None = None
    secure: bool = False
    chairs: bool = False


class StandingMeetingRecorded(Body, frozen=True):
    """A meeting of the area that stands: its members (agencies or workers), its rhythm and what is always on its agenda
    (Joint Guidance T7, F6). Recorded again it replaces what was known."""

    meeting: str
    kind: StandingKind
    name: str
    next_on: date
    every_months: Annotated[int, Meta(ge=1, le=24)]
    by: str
    members: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    ended_on: date | None = None


class StandingMeetingHeld(Body, frozen=True):
    """It met; without next_on the next one follows its rhythm."""

    meeting: str
    held_on: date
    by: str
    attendance: tuple[Attendance, ...] = ()
    next_on: date | None = None


class SubscriberRecorded(Body, frozen=True):
    """Another system hears of meetings and late duties by webhook, of all or of those it wants; recorded again it
    replaces what was known. secret: what the webhooks are signed with."""

    subscriber: str
    url: Text
    secret: Text
    by: str
    wants: tuple[Announced, ...] = ()


class SubscriberRemoved(Body, frozen=True):
    subscriber: str
    by: str
