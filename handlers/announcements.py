"""What others are told, in the past tense: ids, codes and hours, and never who, where or why (decisions/0013).

Nothing here names a person, an agency or a treatment service, nor lets one be inferred. `revision` counts the times
that seats were sought for a meeting; a reader must bear fields and words that a later version adds.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from msgspec import Struct

# The kinds that have a lawful basis of their own; where sharing hangs on an adult's consent, others are told nothing.
ToldKind = Literal[
    "initial_conference",
    "review_conference",
    "pre_birth_conference",
    "transfer_in_conference",
    "core_group",
    "looked_after_review",
]
LateKind = Literal[
    "hold_meeting",
    "find_a_time",
    "set_date",
    "send_invitation",
    "send_cancellation",
    "send_decision",
    "send_minutes",
    "withdraw_paper",
    "notify_area",
    "resolve_dispute",
]
Announced = Literal[
    "meeting-booked",
    "meeting-moved",
    "meeting-cancelled",
    "meeting-passed-on",
    "meeting-held",
    "minutes-ready",
    "record-withdrawn",
    "duty-late",
    "webhook-tested",
]


class Announcement(Struct, frozen=True, kw_only=True):
    """What one public event says."""


class MeetingBooked(Announcement, frozen=True):
    """A time was found; it should take place by the end of due_on."""

    family: str
    meeting: str
    kind: ToldKind
    revision: int
    starts_at: datetime
    ends_at: datetime
    due_on: date


class MeetingMoved(Announcement, frozen=True):
    """The meeting has another time than the one last told, moved_from."""

    family: str
    meeting: str
    kind: ToldKind
    revision: int
    starts_at: datetime
    ends_at: datetime
    due_on: date
    moved_from: datetime


class MeetingCancelled(Announcement, frozen=True):
    """The time last told stands no more; still_due: another is to be found."""

    family: str
    meeting: str
    kind: ToldKind
    revision: int
    was_to_start_at: datetime
    still_due: bool


class MeetingPassedOn(Announcement, frozen=True):
    """The families were merged or split: the meeting goes on, unchanged, as one of `to`."""

    family: str
    meeting: str
    kind: ToldKind
    to: str


class MeetingHeld(Announcement, frozen=True):
    """The meeting sat; corrects: an earlier record of it had other times."""

    family: str
    meeting: str
    kind: ToldKind
    started_at: datetime
    ended_at: datetime
    corrects: bool = False


class MinutesReady(Announcement, frozen=True):
    """Its minutes are recorded; corrects: they take the place of others."""

    family: str
    meeting: str
    kind: ToldKind
    corrects: bool = False


class RecordWithdrawn(Announcement, frozen=True):
    """What was told of a meeting had been recorded in error, and nothing takes its place yet."""

    family: str
    meeting: str
    kind: ToldKind
    what: Literal["held", "minutes"]


class DutyLate(Announcement, frozen=True):
    """A duty is late and was put before the next person of its ladder. Never one that is about a treatment service."""

    family: str
    duty: str
    kind: LateKind
    due_at: datetime
    rung: int
    meeting: str | None = None


class WebhookTested(Announcement, frozen=True):
    """Somebody tried whether this subscriber can be reached; it comes by webhook alone."""

    subscriber: str


NAMES: dict[type[Announcement], Announced] = {
    MeetingBooked: "meeting-booked",
    MeetingMoved: "meeting-moved",
    MeetingCancelled: "meeting-cancelled",
    MeetingPassedOn: "meeting-passed-on",
    MeetingHeld: "meeting-held",
    MinutesReady: "minutes-ready",
    RecordWithdrawn: "record-withdrawn",
    DutyLate: "duty-late",
    WebhookTested: "webhook-tested",
}
