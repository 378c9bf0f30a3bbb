"""Days and instants as people type and read them: London's time unless an offset says otherwise."""

from __future__ import annotations

from datetime import UTC, date, datetime

from handlers.working_days import (
    Holidays,
    HolidaysUnknown,
    at_local_time,
    end_of_day,
    in_words,
    local_day,
    working_days_between,
)
from infra.cli.common import Fault
from streams.wire import instant


def day(text: str) -> date:
    """`2025-01-14`. Raises Fault."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Fault(f"{text!r} is not a day: write it like 2025-01-14") from None


def moment(text: str) -> datetime:
    """`2025-01-14T10:00` in London, or with an offset; in UTC. Raises Fault."""
    try:
        at = datetime.fromisoformat(text)
        if "T" not in text.upper() and " " not in text:
            raise ValueError
        return at.astimezone(UTC) if at.tzinfo else at_local_time(at.date(), at.time())
    except (ValueError, OverflowError):
        raise Fault(f"{text!r} is not an instant: write it like 2025-01-14T10:00 (London's time)") from None


def by(text: str) -> datetime:
    """An instant, or the last second of a day. Raises Fault."""
    return end_of_day(day(text)) if len(text) == len("2025-01-14") else moment(text)


def words(at: datetime | None) -> str:
    return in_words(at) if at else ""


def iso(at: datetime | None) -> str | None:
    return instant(at) if at else None


def how_late(due_at: datetime, until: datetime, holidays: Holidays) -> str:
    """Empty when it is not late; else in working days of the nation, under one day as `today`."""
    if until <= due_at:
        return ""
    try:
        days = working_days_between(local_day(due_at), local_day(until), holidays)
    except HolidaysUnknown:
        return f"{(until - due_at).days} days"
    return f"{days} working day{'' if days == 1 else 's'}" if days else "under a working day"
