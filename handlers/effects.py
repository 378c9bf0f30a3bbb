"""What must be done, in the imperative: values that only `infra/dispatch` turns into acts.

Every effect says because of what. Its id is derived from its place in the ledger, so that a crash, a replay and
both engines name the same act alike; personal words inside stay sealed until the paper is composed.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from handlers.announcements import Announcement
from handlers.events import Block, Body
from handlers.facts import Hours, MeetingKind
from handlers.people import Recipient, StreamId, Text

Occasion = Literal["late", "telephone"]
LetterOccasion = Literal[
    "report_asked",
    "change",
    "referral_outcome",
    "advice",
    "withdrawn",
    "declined",
    "exclusion_asked",
    "exclusion_decided",
    "kept_out",
]
Part = Literal["minutes", "decision"]


class TellStream(Struct, frozen=True, tag=True, kw_only=True):
    """Publish an event to another stream of the river (decision 6: the only way that streams talk)."""

    stream: StreamId
    body: Body
    because: str


class Announce(Struct, frozen=True, tag=True, kw_only=True):
    """Tell others: on the public topic, and by webhook those subscribers who want to hear of it."""

    body: Announcement
    to: tuple[str, ...]
    because: str


class SendInvitation(Struct, frozen=True, tag=True, kw_only=True):
    """One person's own iMIP REQUEST or CANCEL. stamped_at is iCalendar's DTSTAMP: nothing later reads a clock.

    client_reference: the treatment service's own, quoted to that service alone (decision 22).
    report_due_at: by when the reader's agency is asked for a report. goes_on: a CANCEL to somebody who is no longer
    asked to a meeting that takes place; copy_of: the message that this one repeats, so that what becomes of it counts
    for that one. link, stretches: as facts.OwnHours says.
    """

    message: str
    to: Recipient
    meeting: str
    family: str
    area: str
    kind: MeetingKind
    method: Literal["REQUEST", "CANCEL"]
    sequence: int
    revision: int
    starts_at: datetime
    ends_at: datetime
    place: str
    team: str
    telephone: str
    stamped_at: datetime
    because: str
    client_reference: Text | None = None
    moved_from: datetime | None = None
    goes_on: bool = False
    copy_of: str = ""
    link: Text | None = None
    stretches: tuple[Hours, ...] = ()
    report_due_at: datetime | None = None


class Sat(Struct, frozen=True, kw_only=True):
    """One line of the minutes' attendance list."""

    name: Text
    role: str
    agency: str
    presence: str
    present_from: datetime | None = None
    present_to: datetime | None = None


class Agreed(Struct, frozen=True, kw_only=True):
    """A task agreed in the minutes, with the name of whoever took it."""

    what: Text
    who: Text
    by: date | None = None


class SendMinutes(Struct, frozen=True, tag=True, kw_only=True):
    """The minutes, or ahead of them the decisions alone, to one person: the whole paper to a secure address, else
    word that it is ready to collect. corrects: it takes the place of a copy whose record was in error."""

    message: str
    to: Recipient
    meeting: str
    family: str
    kind: MeetingKind
    started_at: datetime
    ended_at: datetime
    place: str
    attendance: tuple[Sat, ...]
    decisions: tuple[Text, ...]
    discussion: tuple[Block, ...]
    tasks: tuple[Agreed, ...]
    team: str
    telephone: str
    stamped_at: datetime
    because: str
    client_reference: Text | None = None
    next_meetings: tuple[str, ...] = ()
    part: Part = "minutes"
    corrects: bool = False


class SendNotice(Struct, frozen=True, tag=True, kw_only=True):
    """A duty put before a named person: it is late, or it is now a telephone call. No family member is named.

    client_reference: only to the treatment service whose reference it is. ring: the id of whom
    a caller must ring, since no mail names another invitee (decision 22).
    """

    message: str
    to: Recipient
    meeting: str
    family: str
    occasion: Occasion
    duty: str
    sentence: str
    due_at: datetime
    rung: int
    team: str
    telephone: str
    stamped_at: datetime
    because: str
    client_reference: Text | None = None
    ring: str | None = None


class SendReminder(Struct, frozen=True, tag=True, kw_only=True):
    """One person's reminder of a meeting that they hold an invitation to; it says no more than that did."""

    message: str
    to: Recipient
    meeting: str
    family: str
    area: str
    starts_at: datetime
    place: str
    team: str
    telephone: str
    stamped_at: datetime
    because: str
    client_reference: Text | None = None


class SendLetter(Struct, frozen=True, tag=True, kw_only=True):
    """A letter that a duty asks for. No family member is named; advice is asked without any reference at all.

    what: the change, the outcome or the paper, as its event names it; of what is declined, the time or the deputy.
    starts_at: of the meeting that it is about; due_at: by when a report must come. family is empty where the reader
    must not learn which it is.
    """

    message: str
    to: Recipient
    occasion: LetterOccasion
    duty: str
    team: str
    telephone: str
    stamped_at: datetime
    because: str
    meeting: str = ""
    family: str = ""
    what: str = ""
    starts_at: datetime | None = None
    due_at: datetime | None = None
    client_reference: Text | None = None


Message = SendInvitation | SendReminder | SendMinutes | SendNotice | SendLetter
Effect = TellStream | Announce | Message
