"""One meeting as a family's file keeps it: from falling due to its minutes."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct, field

from handlers import events as e
from handlers import facts as f


class Invitation(Struct, frozen=True):
    message: str
    sequence: int
    revision: int
    starts_at: datetime
    issued_at: datetime
    cancelled: bool = False


class Receipt(Struct, frozen=True):
    """The fate of one message."""

    grade: Literal["accepted", "ready", "refused", "bounced", "unknown", "collected"]
    at: datetime


class Word(Struct, frozen=True):
    """Somebody answered, or was spoken to, when the meeting stood at this revision."""

    reply: str
    by: str
    at: datetime
    revision: int


class Sitting(Struct, frozen=True):
    held: e.MeetingHeld
    started_at: datetime
    ended_at: datetime
    recorded_at: datetime


class Minutes(Struct, frozen=True):
    recorded: e.MinutesRecorded
    recorded_at: datetime


class Meeting(Struct, frozen=True, kw_only=True):
    """One meeting from falling due to its minutes. revision counts the times that seats were sought;
    fixed_at is when it first had a time, booked_at when it got the present one."""

    due: f.MeetingFellDue
    fell_due_at: datetime
    revision: int = 0
    booked: f.MeetingBooked | None = None
    booked_at: datetime | None = None
    fixed_at: datetime | None = None
    cancelled: f.MeetingBooked | None = None
    cancelled_at: datetime | None = None
    failed: f.BookingFailed | None = None
    failed_at: datetime | None = None
    offered: f.SlotsOffered | None = None
    no_longer_due: bool = False
    invitations: dict[str, Invitation] = field(default_factory=dict)
    papers: dict[str, str] = field(default_factory=dict)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    words: dict[str, Word] = field(default_factory=dict)
    sitting: Sitting | None = None
    minutes: Minutes | None = None

    @property
    def id(self) -> str:
        return self.due.meeting

    @property
    def held(self) -> bool:
        return self.sitting is not None

    @property
    def open(self) -> bool:
        return not self.held and not self.no_longer_due
