"""A time that somebody proposes is the hour that they meant, in summer, in winter and on the days between."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.replies.reading import read
from infra.replies.verdicts import Answer, Counter, Refresh, Reply
from infra.replies.zones import own_zones
from tests.infra.returned import calendar, mail

OUTLOOK = """BEGIN:VTIMEZONE
TZID:{}
BEGIN:STANDARD
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T010000
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT"""
BY_DATES = """BEGIN:VTIMEZONE
TZID:{}
BEGIN:STANDARD
DTSTART:20251026T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
RDATE:20261025T020000
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:20250330T010000
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
RDATE:20260329T010000
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT"""
HOURS = [
    ("20260615T110000", datetime(2026, 6, 15, 10, tzinfo=UTC)),
    ("20260115T100000", datetime(2026, 1, 15, 10, tzinfo=UTC)),
    ("20260329T003000", datetime(2026, 3, 29, 0, 30, tzinfo=UTC)),
    ("20260329T093000", datetime(2026, 3, 29, 8, 30, tzinfo=UTC)),
    ("20261025T003000", datetime(2026, 10, 24, 23, 30, tzinfo=UTC)),
    ("20261025T093000", datetime(2026, 10, 25, 9, 30, tzinfo=UTC)),
]
OWN = "(UTC+00:00) Dublin, Edinburgh, London"


def proposed(zone: str, at: str, definition: str = "") -> datetime | None:
    """When a proposal under this zone would start."""
    text = calendar(f'DTSTART;TZID="{zone}":{at}', method="COUNTER")
    text = text.replace("BEGIN:VEVENT", definition.format(zone).replace("\n", "\r\n") or "BEGIN:VEVENT")
    verdict = read(mail(text))
    assert isinstance(verdict, Counter | Reply | Refresh)
    [answer] = verdict.answers
    assert isinstance(answer, Answer)
    return answer.starts_at


@pytest.mark.parametrize(("at", "instant"), HOURS)
@pytest.mark.parametrize("definition", [OUTLOOK, BY_DATES])
def test_a_zone_that_a_calendar_defines_itself_is_worked_out(definition: str, at: str, instant: datetime) -> None:
    assert proposed(OWN, at, definition) == instant


@pytest.mark.parametrize(("at", "instant"), HOURS)
@pytest.mark.parametrize("zone", ["GMT Standard Time", "Europe/London", "/citadel.org/20210210_1/Europe/London"])
def test_a_zone_that_everybody_knows_is_that_whatever_the_calendar_says(zone: str, at: str, instant: datetime) -> None:
    wrong = OUTLOOK.replace("+0100", "+0500")
    assert proposed(zone, at) == proposed(zone, at, wrong) == instant


def test_a_zone_across_the_sea_is_mapped_from_its_windows_name() -> None:
    assert proposed("Pacific Standard Time", "20260615T030000") == datetime(2026, 6, 15, 10, tzinfo=UTC)
    assert proposed("W. Europe Standard Time", "20260115T110000") == datetime(2026, 1, 15, 10, tzinfo=UTC)


STANDARD = "DTSTART:{}\nTZOFFSETFROM:+0000\nTZOFFSETTO:+0100\n{}"
BOMBS = [
    STANDARD.format("00010101T000000", "RRULE:FREQ=SECONDLY"),
    STANDARD.format("16010101T000000", "RRULE:FREQ=YEARLY;BYMINUTE=0,1,2,3;BYSECOND=0,1,2"),
    STANDARD.format("16010101T000000", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),
    STANDARD.format("00010101T000000", "RRULE:FREQ=YEARLY;BYDAY=5SU;BYMONTH=2"),
    STANDARD.format("16010101T000000", "RDATE:" + ",".join(["20260101T000000"] * 1_500)),
    STANDARD.format("99991231T235959", "RRULE:FREQ=YEARLY"),
    "TZOFFSETFROM:+9999\nTZOFFSETTO:x",
    "DTSTART:20260101\nTZOFFSETFROM:+0000\nTZOFFSETTO:+0100",
]


@pytest.mark.parametrize("body", BOMBS)
def test_a_zone_made_to_hurt_costs_little(body: str) -> None:
    one = f"BEGIN:STANDARD\n{body}\nEND:STANDARD\n"
    begun = time.perf_counter()
    found = proposed(OWN, "20260115T100000", f"BEGIN:VTIMEZONE\nTZID:{{}}\n{one * 10}END:VTIMEZONE\nBEGIN:VEVENT")
    assert time.perf_counter() - begun < 8
    assert found is None or abs(found - datetime(2026, 1, 15, 10, tzinfo=UTC)).total_seconds() <= 3600


@given(st.text(alphabet="BEGIN:VTZOFSTARDLYUQ=;-+0129\n", max_size=300))
def test_no_definition_is_too_broken_to_be_read(text: str) -> None:
    for block in (text, f"TZID:Q\n{text}", f"TZID:Q\nBEGIN:STANDARD\n{text}\nEND:STANDARD\n"):
        assert isinstance(own_zones(f"BEGIN:VTIMEZONE\n{block}END:VTIMEZONE\n"), dict)
