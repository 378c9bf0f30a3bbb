"""One rule of a local protocol, and the date that it gives: what each unit means, and how a date explains itself."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from handlers import working_days as wd
from handlers.working_days import Holidays

Unit = Literal["working_days", "months", "calendar_days", "clock_hours", "weeks", "weeks_of_gestation"]
Layer = Literal["national", "typical", "local"]
Count = Annotated[int, Meta(ge=0)]
DAYS_IN_A_WEEK = 7
FULL_TERM_WEEKS = 40


class InstantNeeded(ValueError):
    """The rule counts from a time of day, and only a day was given."""


class WorkedDate(Struct, frozen=True, forbid_unknown_fields=True):
    """One deadline counted by hand, as `Thu 2 January 2025`; amber is checked where it is given."""

    trigger: str
    due: str
    note: str
    amber: str | None = None


class Rule(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`count` units after or before the trigger. names_area: whose habit it is, or "design default".

    meetings: kinds, or "any"; until: the end of that day in London, or the trigger's own time of day;
    rolls_back: a calendar date on a day off becomes the working day before (rules 3.9);
    amber_*: an earlier date to show as a warning (rules 3.1 and 3.6); unknown: nobody published the count;
    stands_for: the id by which the house asks for it, where the nation has its own (W-01 is asked for as ICPC-01).
    """

    id: str
    layer: Layer
    title: str
    meetings: tuple[str, ...]
    unit: Unit
    trigger: str
    source: str
    confidence: str
    count: Count | None = None
    direction: Literal["after", "before"] = "after"
    until: Literal["end_of_day", "same_time"] = "end_of_day"
    rolls_back: bool = True
    amber_inclusive: bool = False
    amber_calendar_days: Count | None = None
    names_area: str = ""
    stands_for: str = ""
    unknown: bool = False
    worked: tuple[WorkedDate, ...] = ()

    def cited(self) -> str:
        """`ICPC-01, national, Working Together`: what stands in brackets behind every date it gives."""
        return ", ".join(part for part in (self.id, self.layer, self.names_area, self.source) if part)


class Deadline(Struct, frozen=True):
    """A date that explains itself. due_at: the last instant in time, UTC; amber_on: from when to warn."""

    due_on: date
    due_at: datetime
    sentence: str
    rule: str
    source: str
    layer: Layer
    amber_on: date | None = None


class Window(Struct, frozen=True):
    """From `opens_on` a review may be held; after `closes_on` it is overdue."""

    opens_on: date
    closes_on: date
    closes_at: datetime
    sentence: str


def reckoned(rule: Rule, trigger: date, holidays: Holidays) -> Deadline:
    instant = trigger if isinstance(trigger, datetime) else None
    if rule.until == "same_time" and instant is None:
        raise InstantNeeded(f"{rule.id} counts by the clock: it needs the time of the trigger, not only its day")
    day = wd.local_day(instant) if instant else trigger
    count = rule.count or 0
    signed = count if rule.direction == "after" else -count
    if rule.unit == "clock_hours" and instant:
        due_at = wd.add_clock_hours(instant, signed)
        due_on, aside = wd.local_day(due_at), ""
    else:
        due_on, aside = _due_day(rule, day, signed, holidays)
        same_time = instant if rule.until == "same_time" else None
        due_at = wd.same_time_on(due_on, same_time) if same_time else wd.end_of_day(due_on)
    start, end = (instant, due_at) if rule.until == "same_time" and instant else (day, due_on)
    sentence = f"{_counted(rule)} {wd.in_words(start)}{aside}: {wd.in_words(end)} ({rule.cited()})"
    amber_on = _amber(rule, day, due_on, holidays)
    return Deadline(due_on, due_at, sentence, rule.id, rule.source, rule.layer, amber_on)


def _due_day(rule: Rule, day: date, signed: int, holidays: Holidays) -> tuple[date, str]:
    """The day, and the clause that says what was left out or rolled back on the way."""
    if rule.unit == "working_days":
        due_on = wd.add_working_days(day, signed, holidays)
        return due_on, _leaving_out(day, due_on, signed, holidays)
    if rule.unit == "months":
        raw = wd.add_months(day, signed)
    elif rule.unit == "weeks_of_gestation":  # the trigger is the day on which the birth is expected (rules 3.57)
        raw = wd.add_calendar_days(day, (abs(signed) - FULL_TERM_WEEKS) * DAYS_IN_A_WEEK)
    else:
        raw = wd.add_calendar_days(day, signed * (DAYS_IN_A_WEEK if rule.unit == "weeks" else 1))
    due_on = wd.roll_back(raw, holidays) if rule.rolls_back else raw
    name = f" ({holidays.days[raw]})" if raw in holidays.days else ""
    return due_on, f", rolled back from {wd.in_words(raw)}{name}" if due_on != raw else ""


def _leaving_out(day: date, due_on: date, signed: int, holidays: Holidays) -> str:
    """Of the days up for counting: the trigger's own is one of them only when the count is nought."""
    first, last = sorted((wd.add_calendar_days(day, (signed > 0) - (signed < 0)), due_on))
    skipped = wd.left_out(first, last, holidays)
    return f", leaving out {wd.listed(skipped)}" if skipped else ""


def _counted(rule: Rule) -> str:
    if rule.count == 0:
        return f"the same {rule.unit.replace('_', ' ').removesuffix('s')} as"
    unit = rule.unit.replace("_", " ")
    if rule.unit == "weeks_of_gestation":
        return f"{rule.count} {unit} of the birth expected on"
    return f"{rule.count} {unit.removesuffix('s') if rule.count == 1 else unit} {rule.direction}"


def _amber(rule: Rule, day: date, due_on: date, holidays: Holidays) -> date | None:
    if rule.amber_calendar_days is not None:
        return min(wd.add_calendar_days(day, rule.amber_calendar_days), due_on)
    return wd.inclusive_working_day(day, rule.count or 0, holidays) if rule.amber_inclusive else None
