"""The judge's own calendar: working days of England in, days and instants out, by none of the house's code.

It reads the same published table of bank holidays and the numbers of the same rule packs, since those are law and
not logic; what is done with them is done here once more, by other hands.
"""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
PROTOCOLS = Path(__file__).resolve().parents[2] / "infra" / "protocols"
A_DAY = timedelta(days=1)


@cache
def packs() -> tuple[dict[str, Any], ...]:
    """The rule packs of England, the later layer last."""
    names = ("england", "defaults", "england_typical")
    return tuple(tomllib.loads((PROTOCOLS / f"{name}.toml").read_text("utf-8")) for name in names)


@cache
def holidays() -> frozenset[date]:
    table = tomllib.loads((PROTOCOLS / "bank_holidays.toml").read_text("utf-8"))["england"]
    return frozenset(date.fromisoformat(day) for day in table)


@cache
def count(rule: str, fallback: int) -> int:
    """The number of a rule; the fallback where no pack gives it one."""
    found = [p["rules"][rule]["count"] for p in packs() if "count" in p.get("rules", {}).get(rule, {})]
    return int(found[-1]) if found else fallback


@cache
def ladder(name: str) -> tuple[tuple[str, int, bool], ...]:
    """(role, after how many working days, only before the meeting) of each rung; the default ladder if unnamed."""
    merged: dict[str, Any] = {}
    for pack in packs():
        merged |= pack.get("ladders", {})
    rungs = merged.get(name) or merged.get("default") or []
    return tuple((r["role"], int(r.get("after", 0)), bool(r.get("before_meeting", False))) for r in rungs)


@cache
def parsed(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@cache
def local_day(at: datetime) -> date:
    return at.astimezone(LONDON).date()


def works(day: date) -> bool:
    return day.weekday() < 5 and day not in holidays()


@cache
def working_day(day: date, n: int) -> date:
    """The nth working day after (or, below nought, before) this day; the day itself never counts."""
    step = A_DAY if n > 0 else -A_DAY
    for _ in range(abs(n)):
        day += step
        while not works(day):
            day += step
    return day


@cache
def london(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), LONDON).astimezone(UTC)


@cache
def night(day: date) -> datetime:
    """The midnight that ends this day in London: what is due that day is due before it."""
    return london(day + A_DAY, 0)


def end_of_working_day(at: datetime, n: int) -> datetime:
    """The end of the nth working day after that instant's day."""
    return night(working_day(local_day(at), n))


def working_days_before(at: datetime, n: int) -> datetime:
    """The same time of day, that many working days before."""
    there = at.astimezone(LONDON)
    return datetime.combine(working_day(there.date(), -n), there.time(), LONDON).astimezone(UTC)


def morning_after(day: date) -> datetime:
    """09:00 on the next working day."""
    return london(working_day(day, 1), 9)
