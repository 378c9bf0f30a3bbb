"""The calendar says each person's own hours: of a part, of two with a gap, and across both changes of the clocks."""

from datetime import UTC, datetime

import pytest
from icalendar import Calendar

from handlers import events as e
from handlers.effects import SendInvitation
from handlers.facts import Hours
from tests.handlers.hearing import Hearing
from tests.handlers.test_parts import agenda, asked_to
from tests.infra.mails import calendar_of, composed, html, invitation, text
from tests.leaks import found

LATER = e.AgendaPart(part="later", words="Something private", from_minute=120, to_minute=150)
FIRST = e.AgendaPart(part="first", words="Something private", from_minute=0, to_minute=30)


def written(h: Hearing, person: str) -> tuple[str, str]:
    """DTSTART and DTEND of the latest invitation, as they stand in the file."""
    lines = calendar_of(composed(h.sent(SendInvitation, person)[-1])).decode().split("\r\n")
    start, end = (
        next(line for line in lines if line.startswith(name) and "1970" not in line and "RRULE" not in line)
        for name in ("DTSTART", "DTEND")
    )
    return start, end


@pytest.mark.parametrize(
    ("now", "booked", "start", "end", "instants"),
    [
        (
            "Mon 3 March 2025 10:00",
            "Sun 30 March 2025 00:30",  # 02:30 by the wall is one hour later, not two
            "DTSTART;TZID=Europe/London:20250330T033000",
            "DTEND;TZID=Europe/London:20250330T040000",
            ((2025, 3, 30, 2, 30), (2025, 3, 30, 3)),
        ),
        (
            "Mon 6 October 2025 10:00",
            "Sun 26 October 2025 00:30",  # the hour from one to two comes twice, so that it is told in UTC
            "DTSTART:20251026T013000Z",
            "DTEND;TZID=Europe/London:20251026T020000",
            ((2025, 10, 26, 1, 30), (2025, 10, 26, 2)),
        ),
    ],
)
def test_a_part_begins_so_many_minutes_into_the_meeting_whatever_the_clocks_do(
    now: str, booked: str, start: str, end: str, instants: tuple[tuple[int, ...], ...]
) -> None:
    h = Hearing(now).household().worked_with().conference().books(booked)
    h.family(asked_to("w-health", "later"), agenda(FIRST, LATER))
    assert written(h, "w-health") == (start, end)
    event = Calendar.from_ical(calendar_of(composed(h.sent(SendInvitation, "w-health")[-1]))).events[0]
    read = [moment.astimezone(UTC) for moment in (event.start, event.end) if isinstance(moment, datetime)]
    assert read == [datetime(*at, tzinfo=UTC) for at in instants]  # type: ignore[misc, arg-type]


def test_a_gap_is_told_in_text_html_and_calendar_and_what_the_parts_are_about_nowhere() -> None:
    h = Hearing().household().worked_with().conference()
    h.family(asked_to("w-health", "first", "later"), agenda(FIRST, LATER))
    mail = composed(h.sent(SendInvitation, "w-health")[-1])
    description = str(Calendar.from_ical(calendar_of(mail)).events[0]["DESCRIPTION"])
    for words in (text(mail), html(mail), description):
        assert "9:00 in the morning to 9:30 in the morning: Room 1, Civic Centre" in words
        assert "11:00 in the morning to 11:30 in the morning: Room 1, Civic Centre" in words
    assert not found(["Something private"], mail)


def test_a_video_link_stands_in_text_html_and_calendar() -> None:
    starts_at, ends_at = datetime(2026, 1, 15, 10, tzinfo=UTC), datetime(2026, 1, 15, 11, tzinfo=UTC)
    for mail in (
        composed(invitation(link="https://video.example/<7>")),
        composed(invitation(stretches=(Hours(starts_at, ends_at, "Room 2", "https://video.example/<7>"),))),
    ):
        description = str(Calendar.from_ical(calendar_of(mail)).events[0]["DESCRIPTION"])
        assert all("https://video.example/<7>" in words for words in (text(mail), description))
        assert "https://video.example/&lt;7&gt;" in html(mail)
