"""What a mail turned out to be: one closed union, and what stands on the outside of the mail."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

Action = Literal["failed", "delayed", "delivered", "relayed", "expanded"]


class Limits(Struct, frozen=True):
    """How much of a mail is read: what is beyond is refused in one sentence, before any parser sees it."""

    bytes_: int = 5_000_000
    lines: int = 100_000
    containers: int = 60  # multiparts and mails within mails, which cost most when nested
    parts: int = 500
    header_bytes: int = 8_000  # of one header that says how to read a part
    parameters: int = 100  # in one such header; the library's time grows with their square
    hops: int = 50  # as Postfix counts them
    calendars: int = 10
    calendar_bytes: int = 256_000
    components: int = 200


LIMITS = Limits()


class Envelope(Struct, frozen=True, kw_only=True):
    """The outside of a mail. Addresses are in small letters; to: wherever it says that it was sent to; refers_to: the
    Message-IDs that it answers; authentication: each Authentication-Results, as it stands; words: how its text begins.
    """

    message_id: str = ""
    sender: str = ""
    to: tuple[str, ...] = ()
    refers_to: tuple[str, ...] = ()
    subject: str = ""
    sent_at: datetime | None = None
    authentication: tuple[str, ...] = ()
    words: str = ""


class Answer(Struct, frozen=True, kw_only=True):
    """What one event of a calendar says of one ATTENDEE; whatever it leaves out is empty. partstat in small letters,
    recurrence as it stands; starts_at: the event's own time, proposed_at: another that this ATTENDEE would like."""

    uid: str = ""
    organiser: str = ""
    attendee: str = ""
    partstat: str = ""
    sequence: int | None = None
    stamped_at: datetime | None = None
    recurrence: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    proposed_at: datetime | None = None
    comment: str = ""
    delegated_to: tuple[str, ...] = ()
    delegated_from: tuple[str, ...] = ()
    sent_by: str = ""


class Reply(Struct, frozen=True, tag=True):
    """An answer by calendar: one for each event and ATTENDEE, which ought to be one."""

    answers: tuple[Answer, ...]
    method: str = "REPLY"


class Counter(Struct, frozen=True, tag=True):
    """Another time is proposed: by METHOD:COUNTER, in a REPLY, or in words alone."""

    shape: Literal["counter", "reply", "words"]
    answers: tuple[Answer, ...] = ()


class Refresh(Struct, frozen=True, tag=True):
    """Somebody's calendar asks for its invitation once more."""

    answers: tuple[Answer, ...]


class Bounce(Struct, frozen=True, tag=True):
    """A mail server says what became of a mail (RFC 3464, or its own words). message_id: of the mail that we sent;
    each: of every recipient, where it went to several."""

    recipient: str
    action: Action
    status: str = ""
    message_id: str = ""
    said: str = ""
    each: tuple[tuple[str, Action], ...] = ()


class AutoReply(Struct, frozen=True, tag=True):
    """A machine answers for somebody who is away, which is no answer. days: those that it names, as they stand."""

    days: tuple[str, ...] = ()


class Words(Struct, frozen=True, tag=True):
    """No calendar, but words. link: the answer that our own mails' links write as a subject, and of which hour (at);
    seems: what the words themselves seem to say."""

    link: Literal["", "accepted", "declined"] = ""
    at: str = ""
    seems: Literal["", "accepted", "tentative", "declined"] = ""


class Loop(Struct, frozen=True, tag=True):
    """Our own mail came back to us, or one that went round in circles."""

    sentence: str


class Unmatched(Struct, frozen=True, tag=True):
    """It can be read and is no answer that a machine may take. foreign: it is somebody's own calendar."""

    sentence: str
    foreign: bool = False


class Unreadable(Struct, frozen=True, tag=True):
    """It cannot be read, or not by us."""

    sentence: str


Verdict = Reply | Counter | Refresh | Bounce | AutoReply | Words | Loop | Unmatched | Unreadable


class Opened(Struct, frozen=True):
    envelope: Envelope
    verdict: Verdict
