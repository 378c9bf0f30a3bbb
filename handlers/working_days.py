"""The only date sums in the house: the bank holidays of one nation in, days out.

A day begins and ends in London; instants are stored as UTC. The day of the trigger (or of the meeting, when
counting back) is never counted. A day outside the bank holidays we know is refused, never guessed.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from msgspec import Struct

LONDON = ZoneInfo("Europe/London")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
SATURDAY = 5
ONE_DAY = timedelta(days=1)
LAST_SECOND = time(23, 59, 59)
NINE = time(9)


class HolidaysUnknown(LookupError):
    """Nobody told us the bank holidays around that day."""


class Holidays(Struct, frozen=True):
    """The bank holidays of one nation: each day's name, and the first and last day that the table covers."""

    nation: str
    days: dict[date, str]
    covers: tuple[date, date]

    def __hash__(self) -> int:
        return hash((self.nation, self.covers))  # so that sums by it can be remembered

    def must_cover(self, day: date) -> None:
        first, last = self.covers
        if not first <= day <= last:
            raise HolidaysUnknown(
                f"the bank holidays of {self.nation} are known from {in_words(first)} to {in_words(last)}, "
                f"and {in_words(day)} lies outside: add that year to the table of bank holidays"
            )


def is_working_day(day: date, holidays: Holidays) -> bool:
    """Monday to Friday, less the bank holidays of the nation that owns the case (rules 3.3)."""
    holidays.must_cover(day)
    return day.weekday() < SATURDAY and day not in holidays.days


def roll_forward(day: date, holidays: Holidays) -> date:
    """The day itself if it is a working day, else the first one after it."""
    return day if is_working_day(day, holidays) else next_working_day(day, holidays)


def roll_back(day: date, holidays: Holidays) -> date:
    """The day itself if it is a working day, else the last one before it (rules 3.9)."""
    return day if is_working_day(day, holidays) else previous_working_day(day, holidays)


def next_working_day(day: date, holidays: Holidays) -> date:
    return add_working_days(day, 1, holidays)


def previous_working_day(day: date, holidays: Holidays) -> date:
    return add_working_days(day, -1, holidays)


@lru_cache(50_000)
def add_working_days(day: date, n: int, holidays: Holidays) -> date:
    """The nth working day after `day`, or before it when n is negative; `day` itself is not counted.

    Nought is "the same working day": a day that is none counts as the next (rules 3.47).
    """
    if n == 0:
        return roll_forward(day, holidays)
    step = ONE_DAY if n > 0 else -ONE_DAY
    left = abs(n)
    while left:
        day += step
        left -= is_working_day(day, holidays)
    return day


def inclusive_working_day(day: date, n: int, holidays: Holidays) -> date:
    """The nth working day, the first on or after `day` being day 1: the amber date of rules 3.1 and 3.53."""
    return add_working_days(roll_forward(day, holidays), n - 1, holidays) if n > 1 else roll_forward(day, holidays)


def working_days_between(first: date, last: date, holidays: Holidays) -> int:
    """How many working days `last` comes after `first`, which is not counted; negative when before it."""
    if last < first:
        return -sum(is_working_day(last + ONE_DAY * i, holidays) for i in range((first - last).days))
    return sum(is_working_day(last - ONE_DAY * i, holidays) for i in range((last - first).days))


def add_calendar_days(day: date, n: int) -> date:
    return day + ONE_DAY * n


def add_months(day: date, n: int) -> date:
    """Calendar months, clipped to the end of a shorter month (rules 3.6)."""
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (following - ONE_DAY).day))


def add_clock_hours(instant: datetime, n: int) -> datetime:
    """Hours that really pass, also over a change of the clocks (rules 3.10); in UTC."""
    local_day(instant)
    return instant.astimezone(UTC) + timedelta(hours=n)


@lru_cache(50_000)
def local_day(instant: datetime) -> date:
    """The date in London at that instant; an instant without a time zone is refused."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant.isoformat()} has no time zone, so nobody knows which instant it is")
    return instant.astimezone(LONDON).date()


@lru_cache(50_000)
def at_local_time(day: date, clock: time) -> datetime:
    """That time of day in London, in UTC."""
    return datetime.combine(day, clock, tzinfo=LONDON).astimezone(UTC)


@lru_cache(50_000)
def end_of_day(day: date) -> datetime:
    """23:59:59 in London, in UTC: when whatever is due that day falls late (rules 3.36)."""
    return at_local_time(day, LAST_SECOND)


def start_of_business(day: date, opens: time = NINE) -> datetime:
    """When the offices open in London, in UTC."""
    return at_local_time(day, opens)


def same_time_on(day: date, instant: datetime) -> datetime:
    """The London time of day of `instant`, on another day, in UTC."""
    local_day(instant)
    return at_local_time(day, instant.astimezone(LONDON).time())


@lru_cache(50_000)
def in_words(moment: date) -> str:
    """`Thu 2 January 2025`; an instant is told in London's time, as `Thu 2 January 2025 16:30`."""
    if isinstance(moment, datetime):
        return f"{_day_in_words(local_day(moment))} {moment.astimezone(LONDON):%H:%M}"
    return _day_in_words(moment)


def _day_in_words(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def from_words(text: str) -> date:
    """The day that `in_words` wrote, or the instant in UTC if a time of day follows.

    A wrong weekday or a time that the clocks skip raises ValueError: the text must be what `in_words` writes.
    """
    parts = text.split()
    if len(parts) not in (4, 5) or parts[2] not in MONTHS or not (parts[1] + parts[3]).isdecimal():
        raise ValueError(f"{text!r} is not a day such as 'Thu 2 January 2025'")
    _, day, month, year, *clock = parts
    moment: date = date(int(year), MONTHS.index(month) + 1, int(day))
    if clock:
        moment = at_local_time(moment, time.fromisoformat(clock[0]))
    if in_words(moment) != text:
        raise ValueError(f"{text!r} is in truth {in_words(moment)}")
    return moment


def listed(parts: tuple[str, ...]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(part for part in (", ".join(parts[:-1]), *parts[-1:]) if part)


def left_out(first: date, last: date, holidays: Holidays) -> tuple[str, ...]:
    """What a count from `first` to `last`, both included, skips: weekends as one word, bank holidays by date.

    ("weekends", "25 and 26 December", "1 January"); the year is told only when the span is a year or longer.
    """
    holidays.must_cover(first)
    holidays.must_cover(last)
    span = (last - first).days
    weekends = any((first + ONE_DAY * i).weekday() >= SATURDAY for i in range(min(span + 1, 7)))
    months: dict[str, list[str]] = {}
    for day in sorted(d for d in holidays.days if first <= d <= last and d.weekday() < SATURDAY):
        month = MONTHS[day.month - 1] + (f" {day.year}" if span >= 365 else "")
        months.setdefault(month, []).append(str(day.day))
    dated = tuple(f"{listed(tuple(days))} {month}" for month, days in months.items())
    return ("weekends", *dated) if weekends else dated
