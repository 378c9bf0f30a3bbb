"""What a meeting's file holds of its sitting, its minutes, and what was agreed or went otherwise."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from handlers import events as e


class Waived(Struct, frozen=True):
    """The chair's ground for going on without a quorum, and when we came to know of it."""

    body: e.QuorumWaived
    recorded_at: datetime


class Fallen(Struct, frozen=True):
    """A booking that was called off, or broke off: when, since when it had stood, and what sat of it."""

    at: datetime
    booked_at: datetime
    sat: e.MeetingAdjourned | None = None


class Agreed(Struct, frozen=True):
    body: e.CallingOffAgreed
    recorded_at: datetime


class Minutes(Struct, frozen=True):
    recorded: e.MinutesRecorded
    recorded_at: datetime


class Decisions(Struct, frozen=True):
    recorded: e.DecisionsRecorded
    recorded_at: datetime


class Superseded(Struct, frozen=True):
    """A copy that somebody has and that no longer stands: since when, and when its meeting was said to have sat."""

    at: datetime
    sat_at: datetime


class Move(Struct, frozen=True):
    """Somebody asked for another day than the one that was fixed: who, to be booked at which revision; chair: whose
    day was given up."""

    by: str
    revision: int
    chair: str | None


class Sitting(Struct, frozen=True):
    held: e.MeetingHeld
    started_at: datetime
    ended_at: datetime
    recorded_at: datetime
