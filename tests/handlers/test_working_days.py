"""Days are counted as a person with a wall calendar counts them; each date below was, with its weekday."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers import working_days as wd
from handlers.working_days import Holidays, HolidaysUnknown

Drawn = TypeVar("Drawn")


def kept(nation: str, *days: str) -> Holidays:
    """A table of bank holidays written as `Wed 25 December 2024: Christmas Day`."""
    named = dict(day.split(": ") for day in days)
    covers = (date(2024, 1, 1), date(2026, 12, 31))
    return Holidays(nation, {wd.from_words(day): name for day, name in named.items()}, covers)


ENGLAND = kept(
    "england",
    "Mon 1 January 2024: New Year's Day",
    "Fri 29 March 2024: Good Friday",
    "Mon 1 April 2024: Easter Monday",
    "Mon 6 May 2024: Early May bank holiday",
    "Mon 27 May 2024: Spring bank holiday",
    "Mon 26 August 2024: Summer bank holiday",
    "Wed 25 December 2024: Christmas Day",
    "Thu 26 December 2024: Boxing Day",
    "Wed 1 January 2025: New Year's Day",
    "Fri 18 April 2025: Good Friday",
    "Mon 21 April 2025: Easter Monday",
    "Mon 5 May 2025: Early May bank holiday",
    "Mon 26 May 2025: Spring bank holiday",
    "Mon 25 August 2025: Summer bank holiday",
    "Thu 25 December 2025: Christmas Day",
    "Fri 26 December 2025: Boxing Day",
    "Thu 1 January 2026: New Year's Day",
    "Fri 3 April 2026: Good Friday",
    "Mon 6 April 2026: Easter Monday",
    "Mon 4 May 2026: Early May bank holiday",
    "Mon 25 May 2026: Spring bank holiday",
    "Mon 31 August 2026: Summer bank holiday",
    "Fri 25 December 2026: Christmas Day",
    "Mon 28 December 2026: Boxing Day (substitute day)",
)
SCOTLAND = kept("scotland", "Wed 1 January 2025: New Year's Day", "Thu 2 January 2025: 2nd January")

DAYS = st.dates(date(2024, 4, 1), date(2026, 9, 30))
COUNTS = st.integers(1, 60)


def holds(drawn: st.SearchStrategy[Drawn], body: Callable[[Drawn], None]) -> None:
    """Run a property, and make sure that its body ran: a strategy that draws nothing proves nothing."""
    ran = 0

    @settings(derandomize=True, deadline=None, max_examples=200)
    @given(drawn)
    def property_(value: Drawn) -> None:
        nonlocal ran
        ran += 1
        body(value)

    property_()
    assert ran > 0


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("Fri 3 January 2025", True),
        ("Sat 4 January 2025", False),
        ("Sun 5 January 2025", False),
        ("Mon 6 January 2025", True),
        ("Wed 25 December 2024", False),
        ("Fri 27 December 2024", True),
        ("Fri 18 April 2025", False),
        ("Mon 21 April 2025", False),
        ("Thu 29 February 2024", True),
        ("Sat 26 December 2026", False),
        ("Mon 28 December 2026", False),
    ],
)
def test_weekends_and_bank_holidays_are_not_working_days(day: str, works: bool) -> None:
    assert wd.is_working_day(wd.from_words(day), ENGLAND) is works


@pytest.mark.parametrize(
    ("day", "n", "due"),
    [
        ("Mon 9 December 2024", 15, "Thu 2 January 2025"),
        ("Fri 11 April 2025", 15, "Wed 7 May 2025"),
        ("Mon 3 March 2025", 15, "Mon 24 March 2025"),
        ("Fri 7 March 2025", 1, "Mon 10 March 2025"),
        ("Sat 8 March 2025", 1, "Mon 10 March 2025"),
        ("Sun 9 March 2025", 1, "Mon 10 March 2025"),
        ("Thu 17 April 2025", 1, "Tue 22 April 2025"),
        ("Tue 24 December 2024", 1, "Fri 27 December 2024"),
        ("Wed 24 December 2025", 1, "Mon 29 December 2025"),
        ("Thu 24 December 2026", 1, "Tue 29 December 2026"),
        ("Wed 28 February 2024", 1, "Thu 29 February 2024"),
        ("Thu 29 February 2024", 1, "Fri 1 March 2024"),
        ("Fri 28 February 2025", 1, "Mon 3 March 2025"),
        ("Fri 31 January 2025", 1, "Mon 3 February 2025"),
        ("Thu 18 December 2025", 10, "Tue 6 January 2026"),
        ("Fri 28 March 2025", 2, "Tue 1 April 2025"),
        ("Fri 24 October 2025", 2, "Tue 28 October 2025"),
    ],
)
def test_the_day_of_the_trigger_is_not_counted(day: str, n: int, due: str) -> None:
    assert wd.in_words(wd.add_working_days(wd.from_words(day), n, ENGLAND)) == due


@pytest.mark.parametrize(
    ("meeting", "n", "due"),
    [
        ("Wed 9 April 2025", 20, "Wed 12 March 2025"),
        ("Mon 20 January 2025", 20, "Wed 18 December 2024"),
        ("Tue 22 April 2025", 1, "Thu 17 April 2025"),
        ("Mon 6 January 2025", 1, "Fri 3 January 2025"),
        ("Mon 6 January 2025", 3, "Tue 31 December 2024"),
        ("Fri 1 March 2024", 1, "Thu 29 February 2024"),
    ],
)
def test_counting_back_leaves_the_day_of_the_meeting_out(meeting: str, n: int, due: str) -> None:
    assert wd.in_words(wd.add_working_days(wd.from_words(meeting), -n, ENGLAND)) == due


@pytest.mark.parametrize(
    ("day", "counted"),
    [
        ("Mon 6 January 2025", "Mon 6 January 2025"),
        ("Sat 4 January 2025", "Mon 6 January 2025"),
        ("Fri 18 April 2025", "Tue 22 April 2025"),
        ("Thu 25 December 2025", "Mon 29 December 2025"),
    ],
)
def test_the_same_working_day_of_a_day_off_is_the_next_one(day: str, counted: str) -> None:
    assert wd.in_words(wd.add_working_days(wd.from_words(day), 0, ENGLAND)) == counted


def test_each_nation_keeps_its_own_holidays() -> None:
    new_year = wd.from_words("Tue 31 December 2024")
    assert wd.in_words(wd.next_working_day(new_year, ENGLAND)) == "Thu 2 January 2025"
    assert wd.in_words(wd.next_working_day(new_year, SCOTLAND)) == "Fri 3 January 2025"


@pytest.mark.parametrize(
    ("day", "back", "forward"),
    [
        ("Mon 6 January 2025", "Mon 6 January 2025", "Mon 6 January 2025"),
        ("Sun 5 January 2025", "Fri 3 January 2025", "Mon 6 January 2025"),
        ("Mon 21 April 2025", "Thu 17 April 2025", "Tue 22 April 2025"),
        ("Fri 26 December 2025", "Wed 24 December 2025", "Mon 29 December 2025"),
    ],
)
def test_a_date_rolls_only_when_it_is_a_day_off(day: str, back: str, forward: str) -> None:
    assert wd.in_words(wd.roll_back(wd.from_words(day), ENGLAND)) == back
    assert wd.in_words(wd.roll_forward(wd.from_words(day), ENGLAND)) == forward


@pytest.mark.parametrize(
    ("day", "n", "counted"),
    [
        ("Mon 9 December 2024", 15, "Tue 31 December 2024"),
        ("Sat 8 March 2025", 15, "Fri 28 March 2025"),
        ("Mon 3 March 2025", 1, "Mon 3 March 2025"),
    ],
)
def test_an_inclusive_count_starts_on_the_first_working_day(day: str, n: int, counted: str) -> None:
    assert wd.in_words(wd.inclusive_working_day(wd.from_words(day), n, ENGLAND)) == counted


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        ("Mon 9 December 2024", "Thu 2 January 2025", 15),
        ("Thu 2 January 2025", "Mon 9 December 2024", -15),
        ("Fri 3 January 2025", "Sun 5 January 2025", 0),
        ("Thu 17 April 2025", "Tue 22 April 2025", 1),
    ],
)
def test_the_days_between_are_those_that_a_count_would_take(first: str, last: str, days: int) -> None:
    assert wd.working_days_between(wd.from_words(first), wd.from_words(last), ENGLAND) == days


@pytest.mark.parametrize(
    ("day", "n", "due"),
    [
        ("Thu 9 January 2025", 3, "Wed 9 April 2025"),
        ("Fri 31 January 2025", 1, "Fri 28 February 2025"),
        ("Wed 31 January 2024", 1, "Thu 29 February 2024"),
        ("Thu 29 February 2024", 12, "Fri 28 February 2025"),
        ("Thu 29 February 2024", 6, "Thu 29 August 2024"),
        ("Fri 29 November 2024", 3, "Fri 28 February 2025"),
        ("Sat 31 May 2025", 1, "Mon 30 June 2025"),
        ("Fri 31 October 2025", 2, "Wed 31 December 2025"),
        ("Mon 31 March 2025", -1, "Fri 28 February 2025"),
        ("Wed 15 January 2025", -1, "Sun 15 December 2024"),
        ("Wed 15 January 2025", 0, "Wed 15 January 2025"),
    ],
)
def test_months_are_clipped_to_the_end_of_a_shorter_month(day: str, n: int, due: str) -> None:
    assert wd.in_words(wd.add_months(wd.from_words(day), n)) == due


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("Fri 3 January 2025 16:30", 48, "Sun 5 January 2025 16:30"),
        ("Fri 28 March 2025 16:30", 48, "Sun 30 March 2025 17:30"),
        ("Fri 24 October 2025 16:30", 48, "Sun 26 October 2025 15:30"),
        ("Mon 6 January 2025 09:00", -24, "Sun 5 January 2025 09:00"),
    ],
)
def test_clock_hours_really_pass_also_when_the_clocks_change(start: str, hours: int, end: str) -> None:
    begun = wd.from_words(start)
    assert isinstance(begun, datetime)
    assert wd.in_words(wd.add_clock_hours(begun, hours)) == end


@pytest.mark.parametrize(
    ("day", "opens", "ends"),
    [
        ("Thu 2 January 2025", "2025-01-02T09:00:00+00:00", "2025-01-02T23:59:59+00:00"),
        ("Sat 29 March 2025", "2025-03-29T09:00:00+00:00", "2025-03-29T23:59:59+00:00"),
        ("Sun 30 March 2025", "2025-03-30T08:00:00+00:00", "2025-03-30T22:59:59+00:00"),
        ("Sat 25 October 2025", "2025-10-25T08:00:00+00:00", "2025-10-25T22:59:59+00:00"),
        ("Sun 26 October 2025", "2025-10-26T09:00:00+00:00", "2025-10-26T23:59:59+00:00"),
    ],
)
def test_a_day_opens_and_ends_in_london_on_both_sides_of_each_change(day: str, opens: str, ends: str) -> None:
    assert wd.start_of_business(wd.from_words(day)).isoformat() == opens
    assert wd.end_of_day(wd.from_words(day)).isoformat() == ends


def test_the_offices_may_open_at_another_time() -> None:
    assert wd.start_of_business(date(2025, 7, 1), time(8, 30)) == datetime(2025, 7, 1, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2025, 6, 30, 23, 0, tzinfo=UTC), "Tue 1 July 2025"),
        (datetime(2025, 6, 30, 22, 59, tzinfo=UTC), "Mon 30 June 2025"),
        (datetime(2025, 1, 1, 0, 0, tzinfo=UTC), "Wed 1 January 2025"),
        (datetime(2025, 1, 1, 3, 0, tzinfo=timezone(timedelta(hours=5))), "Tue 31 December 2024"),
    ],
)
def test_an_instant_belongs_to_its_day_in_london(instant: datetime, day: str) -> None:
    assert wd.in_words(wd.local_day(instant)) == day


def test_an_instant_without_a_time_zone_is_refused() -> None:
    nowhere = datetime(2025, 1, 1, 9)  # noqa: DTZ001  # the very thing that must be refused
    with pytest.raises(ValueError, match="has no time zone"):
        wd.local_day(nowhere)
    with pytest.raises(ValueError, match="has no time zone"):
        wd.same_time_on(date(2025, 1, 2), nowhere)


def test_the_same_time_stays_the_same_on_the_wall_when_the_clocks_change() -> None:
    monday = wd.from_words("Mon 31 March 2025 09:30")
    assert isinstance(monday, datetime)
    friday = wd.same_time_on(date(2025, 3, 28), monday)
    assert wd.in_words(friday) == "Fri 28 March 2025 09:30"
    assert monday - friday == timedelta(days=3, hours=-1)


@pytest.mark.parametrize("day", ["Sun 31 December 2023", "Fri 1 January 2027"])
def test_a_day_outside_the_known_holidays_is_refused_and_never_guessed(day: str) -> None:
    with pytest.raises(HolidaysUnknown) as refused:
        wd.is_working_day(wd.from_words(day), ENGLAND)
    assert str(refused.value) == (
        "the bank holidays of england are known from Mon 1 January 2024 to Thu 31 December 2026, "
        f"and {day} lies outside: add that year to the table of bank holidays"
    )


def test_a_count_that_runs_out_of_the_known_holidays_is_refused() -> None:
    with pytest.raises(HolidaysUnknown):
        wd.add_working_days(date(2026, 12, 29), 3, ENGLAND)
    with pytest.raises(HolidaysUnknown):
        wd.left_out(date(2026, 12, 29), date(2027, 1, 4), ENGLAND)


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("Tue 10 December 2024", "Thu 2 January 2025", "weekends, 25 and 26 December and 1 January"),
        ("Sat 12 April 2025", "Wed 7 May 2025", "weekends, 18 and 21 April and 5 May"),
        ("Fri 18 April 2025", "Fri 18 April 2025", "18 April"),
        ("Fri 3 January 2025", "Sat 4 January 2025", "weekends"),
        ("Sat 4 January 2025", "Mon 6 January 2025", "weekends"),
        ("Mon 6 January 2025", "Fri 10 January 2025", ""),
        ("Mon 6 January 2025", "Sun 5 January 2025", ""),
        ("Thu 24 December 2026", "Tue 29 December 2026", "weekends and 25 and 28 December"),
        (
            "Thu 19 December 2024",
            "Fri 19 December 2025",
            (
                "weekends, 25 and 26 December 2024, 1 January 2025, 18 and 21 April 2025, 5 and 26 May 2025 "
                "and 25 August 2025"
            ),
        ),
    ],
)
def test_the_days_left_out_are_told_in_words(first: str, last: str, said: str) -> None:
    assert wd.listed(wd.left_out(wd.from_words(first), wd.from_words(last), ENGLAND)) == said


@pytest.mark.parametrize(
    "text",
    [
        "Tue 9 December 2024",
        "Mon 9 Dec 2024",
        "Mon 09 December 2024",
        "Mon 31 November 2024",
        "Mon x December 2024",
        "Sun 30 March 2025 01:30",
        "Mon 9 December 2024 9:00",
        "Mon  9 December 2024",
        "",
    ],
)
def test_a_date_whose_words_do_not_agree_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        wd.from_words(text)


def test_the_nth_working_day_has_n_working_days_up_to_it() -> None:
    def body(drawn: tuple[date, int]) -> None:
        day, n = drawn
        due = wd.add_working_days(day, n, ENGLAND)
        passed = [day + timedelta(days=i) for i in range(1, (due - day).days + 1)]
        worked = [each for each in passed if each.weekday() not in (5, 6) and each not in ENGLAND.days]
        assert (len(worked), worked[-1]) == (n, due)
        assert wd.working_days_between(day, due, ENGLAND) == n

    holds(st.tuples(DAYS, COUNTS), body)


def test_counting_back_undoes_counting_forward() -> None:
    def body(drawn: tuple[date, int]) -> None:
        day, n = wd.roll_forward(drawn[0], ENGLAND), drawn[1]
        assert wd.add_working_days(wd.add_working_days(day, n, ENGLAND), -n, ENGLAND) == day
        assert wd.working_days_between(day, wd.add_working_days(day, -n, ENGLAND), ENGLAND) == -n

    holds(st.tuples(DAYS, COUNTS), body)


def test_a_later_trigger_never_falls_due_sooner() -> None:
    def body(drawn: tuple[date, date, int]) -> None:
        first, last = sorted(drawn[:2])
        n = drawn[2]
        assert wd.add_working_days(first, n, ENGLAND) <= wd.add_working_days(last, n, ENGLAND)
        assert wd.add_months(first, n) <= wd.add_months(last, n)

    holds(st.tuples(DAYS, DAYS, COUNTS), body)


def test_a_date_lies_between_its_rolls_and_they_are_working_days() -> None:
    def body(day: date) -> None:
        back, forward = wd.roll_back(day, ENGLAND), wd.roll_forward(day, ENGLAND)
        assert back <= day <= forward
        assert wd.is_working_day(back, ENGLAND) and wd.is_working_day(forward, ENGLAND)

    holds(DAYS, body)


def test_a_day_ends_one_second_before_the_next_begins() -> None:
    def body(day: date) -> None:
        end = wd.end_of_day(day)
        assert wd.local_day(end) == day
        assert wd.local_day(end + timedelta(seconds=1)) == day + timedelta(days=1)

    holds(DAYS, body)


def test_words_and_days_say_the_same() -> None:
    def body(day: date) -> None:
        assert wd.from_words(wd.in_words(day)) == day

    holds(st.dates(date(1900, 1, 1), date(2999, 12, 31)), body)


def test_months_keep_the_day_of_the_month_where_there_is_one() -> None:
    def body(drawn: tuple[date, int]) -> None:
        day, n = drawn
        due = wd.add_months(day, n)
        assert (due.year * 12 + due.month) - (day.year * 12 + day.month) == n
        assert due.day == day.day or (due.day < day.day and (due + timedelta(days=1)).day == 1)

    holds(st.tuples(DAYS, st.integers(-24, 24)), body)
