"""What the house decided, in the past tense: the facts that a file is the fold of, beside the events themselves.

A fact is never edited. `because` is one sentence for a person; `rule` names the protocol's rule, if one spoke.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from handlers.events import Body, Event, Slot
from handlers.people import Text

MeetingKind = Literal[
    "initial_conference",
    "review_conference",
    "pre_birth_conference",
    "transfer_in_conference",
    "core_group",
    "fip_review",
    "joint_care_plan_review",
    "looked_after_review",
    "care_plan_meeting",
]
Grade = Literal["accepted", "acknowledged", "attended", "booked", "held", "answered", "recorded", "released"]
DutyKind = Literal[
    "hold_meeting",
    "find_a_time",
    "send_invitation",
    "send_cancellation",
    "tell_treatment",
    "tell_treatment_cancelled",
    "ask_report_treatment",
    "report_from_treatment",
    "tell_change",
    "name_representative",
    "seek_consent",
    "send_decision",
    "send_decision_treatment",
    "send_minutes",
    "send_minutes_treatment",
    "confirm_referral",
    "feed_back_outcome",
    "make_referral",
    "ask_for_advice",
    "mend_record",
    "notify_area",
    "resolve_dispute",
    "set_date",
    "withdraw_paper",
    "agree_part",
    "decide_exclusion",
    "feed_back_exclusion",
    "offer_advocate",
    "record_participation",
    "approve_deputy",
    "answer_proposal",
    "tell_declined",
    "report_from_agency",
    "arrange_need",
    "reply_to_feedback",
    "record_ground",
    "report_ground",
    "answer_inquorate_again",
    "name_paediatrician",
    "answer_plan_end",
    "agree_calling_off",
    "complete_discussion",
    "consider_treatment",
    "agree_late_conference",
    "settle_issue",
    "read_out_report",
    "report_asked_for",
    "ask_report",
    "transfer_papers",
    "name_chair",
    "decide_coming_forward",
    "agree_moved_review",
    "decide_child",
    "agree_interim_plan",
]


class Fact(Struct, frozen=True):
    """One row of the ledger: an event taken in (rule empty), or what was decided from it."""

    body: Body
    because: str
    happened: datetime
    recorded: datetime
    event: str
    rule: str = ""


class Finding(Struct, frozen=True):
    """What a rule finds: a fact to be, with its reason; `decide` gives it its times and its cause."""

    body: Body
    because: str
    rule: str = ""


def taken_in(event: Event) -> Fact:
    """The event itself, as the first fact of the decision about it."""
    return Fact(event.body, f"told by {event.source}", event.happened, event.recorded, event.id)


class MeetingFellDue(Body, frozen=True):
    """A meeting must take place by the end of due_on; `working` is the date explaining itself."""

    meeting: str
    kind: MeetingKind
    due_on: date
    not_before: date
    working: str
    plan: str | None = None
    fip: str | None = None
    adult: str | None = None
    service: str | None = None
    with_treatment: bool = True
    child: str | None = None


class MeetingNoLongerDue(Body, frozen=True):
    """why: in one clause, where somebody's death, a move or an outcome ended it."""

    meeting: str
    why: str = ""


class SeatsAsked(Body, frozen=True):
    meeting: str
    revision: int


class MeetingBooked(Body, frozen=True):
    meeting: str
    revision: int
    starts_at: datetime
    ends_at: datetime
    room: str
    place: str
    chair: str | None
    missing: tuple[str, ...] = ()


class BookingFailed(Body, frozen=True):
    meeting: str
    revision: int
    reasons: tuple[str, ...]


class SlotsOffered(Body, frozen=True):
    meeting: str
    slots: tuple[Slot, ...]
    reasons: tuple[str, ...] = ()


class Hours(Struct, frozen=True):
    """A stretch of a meeting, and where it is."""

    starts_at: datetime
    ends_at: datetime
    place: str
    link: Text | None = None


class OwnHours(Hours, frozen=True):
    """When and where one person is asked to come; stretches: one by one, where there is a gap between them or they are
    in several places."""

    stretches: tuple[Hours, ...] = ()


class InvitationIssued(Body, frozen=True):
    """One person's own invitation, or its change; sequence is iCalendar's. mailed: False where no address is known;
    own: where it is not to the whole meeting in its room."""

    meeting: str
    person: str
    message: str
    sequence: int
    revision: int
    starts_at: datetime
    cancelled: bool = False
    mailed: bool = True
    own: OwnHours | None = None


class DeputyAdmitted(Body, frozen=True):
    """The directory speaks for whom this invitee sends, so that nobody need approve them."""

    meeting: str
    person: str
    deputy: str


class ReminderIssued(Body, frozen=True):
    """Somebody was reminded of a meeting; turn_at: the morning on which that was due."""

    meeting: str
    person: str
    message: str
    turn_at: datetime


class PaperIssued(Body, frozen=True):
    meeting: str
    person: str
    message: str
    paper: Literal["minutes", "decision"]
    mailed: bool = True


class LetterIssued(Body, frozen=True):
    """A letter that a duty asks for went to whoever it is owed to."""

    duty: str
    person: str
    message: str
    mailed: bool = True


class WatchTold(Body, frozen=True):
    """The directory was told that this family reckons, or no longer reckons, with that treatment service."""

    service: str
    watched: bool


class MembershipTold(Body, frozen=True):
    """The person stream of this adult was told that the family is in, or out of, its scope."""

    person: str
    in_scope: bool


class FamilyParted(Body, frozen=True):
    """What went on in another family, as `plan:PLAN-1`: it is this one's no more."""

    into: str
    names: tuple[str, ...]


class Duty(Struct, frozen=True, kw_only=True):
    """Something owed to somebody by a time, because of a rule (decision 11).

    owner: the post that must act; to: who must be told or sent something; adult and service: whose treatment
    the duty is about; by_telephone: too late for mail. ladder: whose silence or failure it is now; at_once: what was
    sent for it failed, so that its first rung does not wait. rung_message: the notice to the latest rung;
    rung_failed: it reached nobody. ended says how: evidence, reason or lapse. not_late_before: it is owed, or owed so
    early, because a record was corrected, and nobody is late with that at once (decision 16).
    """

    id: str
    kind: DutyKind
    due_at: datetime
    opened_at: datetime
    owner: str
    closes_on: Grade
    sentence: str
    rule: str
    pack: str
    ladder: str
    meeting: str | None = None
    adult: str | None = None
    service: str | None = None
    to: str | None = None
    revision: int = 0
    by_telephone: bool = False
    caller_asked: bool = False
    at_once: bool = False
    rung: int = -1
    climbed_at: datetime | None = None
    rung_message: str = ""
    rung_failed: bool = False
    reopened_at: datetime | None = None
    ended: Literal["evidence", "reason", "lapse"] | None = None
    ended_at: datetime | None = None
    ended_by: str = ""
    not_late_before: datetime | None = None


class DutyOpened(Body, frozen=True):
    duty: Duty


class DutyMoved(Body, frozen=True):
    """The duty stands, but who must act or be told, or by when, changed; at_once: what was sent for it failed."""

    duty: str
    to: str | None
    due_at: datetime
    by_telephone: bool
    sentence: str
    at_once: bool = False
    not_late_before: datetime | None = None


class DutyEnded(Body, frozen=True):
    duty: str
    how: Literal["evidence", "reason", "lapse"]
    by: str
    grade: Grade | None = None
    reason: Text | None = None


class DutyReopened(Body, frozen=True):
    duty: str


class RungClimbed(Body, frozen=True):
    """A late duty was put before the next person of its ladder; person None means the post is empty, loudly.

    ladder: whose, since the failure to send and the silence of those told climb different ones (rules 3.41).
    message: the notice; empty if none could be sent, and the next rung follows at once.
    """

    duty: str
    rung: int
    role: str
    person: str | None
    ladder: str = ""
    message: str = ""


class CallAskedFor(Body, frozen=True):
    """Too late for mail: this person must ring; None means that the caller's post is empty."""

    duty: str
    caller: str | None


class PassedOn(Body, frozen=True):
    """A person stream told this family of an episode or a held record; `digest` names the state that was told."""

    family: str
    what: str
    digest: str


class SeatsKept(Body, frozen=True):
    """The diary's own record of a seat: these people, this room, these instants."""

    family: str
    meeting: str
    revision: int
    starts_at: datetime
    ends_at: datetime
    people: tuple[str, ...]
    room: str
    chair: str | None


class SeatsGivenBack(Body, frozen=True):
    family: str
    meeting: str
