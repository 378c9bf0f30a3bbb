"""Invitations as calendars read them: two parsers, both seasons and changeovers, every kind of name."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
import vobject
from icalendar import Calendar, Event

from handlers.people import Recipient
from infra.papers.calendars import ZONE
from tests.infra.mails import DOMAIN, HOSTILE, NAMES_OF_ALL_KINDS, calendar_of, composed, invitation

BOTH = ("REQUEST", "CANCEL")
TEN_IN_LONDON = {
    "January": datetime(2026, 1, 15, 10, tzinfo=UTC),
    "June": datetime(2026, 6, 16, 9, tzinfo=UTC),
    "the day the clocks go forward": datetime(2026, 3, 29, 9, tzinfo=UTC),
    "the day the clocks go back": datetime(2026, 10, 25, 10, tzinfo=UTC),
}
CHANGEOVERS = (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC))
# Control characters, line and paragraph separators, bidirectional overrides and marks.
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def written(**changes: Any) -> bytes:
    return calendar_of(composed(invitation(**changes)))


def event_of(calendar: bytes) -> Any:
    (event,) = Calendar.from_ical(calendar).walk("VEVENT")
    assert isinstance(event, Event) and not event.errors
    return event


def instants(calendar: bytes) -> tuple[datetime, datetime]:
    """When it starts, as icalendar and as vobject understand it."""
    theirs = vobject.readOne(calendar.decode()).vevent.dtstart.value
    return event_of(calendar)["DTSTART"].dt.astimezone(UTC), theirs.astimezone(UTC)


def under_another_name(calendar: bytes, zone: str) -> bytes:
    """With a zone that no parser knows by itself, so that ours is the one that is read."""
    return calendar.replace(b"Europe/London", zone.encode())


def properties(calendar: bytes) -> list[str]:
    """The name of every property, so that one too many is seen."""
    return sorted(re.split("[:;]", line)[0] for line in unfolded(calendar))


def unfolded(calendar: bytes) -> list[str]:
    return calendar.decode().replace("\r\n ", "").split("\r\n")


@pytest.mark.parametrize("method", BOTH)
def test_two_parsers_read_the_invitation_without_a_fault(method: str) -> None:
    calendar = written(method=method)
    parsed = Calendar.from_ical(calendar)
    assert not parsed.errors and event_of(calendar)
    assert vobject.readOne(calendar.decode()).validate(raiseException=True)
    assert parsed["METHOD"] == method and [c.name for c in parsed.subcomponents] == ["VTIMEZONE", "VEVENT"]


@pytest.mark.parametrize("season", TEN_IN_LONDON)
def test_ten_in_london_is_ten_in_london_in_every_season(season: str) -> None:
    at = TEN_IN_LONDON[season]
    calendar = written(starts_at=at, ends_at=at + timedelta(hours=2))
    assert instants(calendar) == (at, at)
    assert instants(under_another_name(calendar, f"Test/{at:%m%d}")) == (at, at)
    assert f"DTSTART;TZID=Europe/London:{at:%Y%m%d}T100000" in unfolded(calendar)


def around_changeovers() -> Iterator[datetime]:
    for change in CHANGEOVERS:
        yield from (change + timedelta(minutes=15 * quarter) for quarter in range(-10, 10))


def test_no_quarter_of_an_hour_moves_around_either_changeover() -> None:
    for at in around_changeovers():
        calendar = written(starts_at=at, ends_at=at + timedelta(minutes=15))
        assert instants(calendar)[0] == at
        assert instants(under_another_name(calendar, "Test/Around"))[1] == at


def test_the_zone_has_rules_and_right_onsets_and_is_the_only_one_used() -> None:
    zone = ZONE.decode()
    assert "RDATE" not in zone and zone.count("RRULE") == 2
    assert "DTSTART:19700329T010000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU" in zone
    assert "DTSTART:19701025T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU" in zone
    assert set(re.findall(r"TZID[=:]([^:\r]+)", written().decode())) == {"Europe/London"}


@pytest.mark.parametrize("method", BOTH)
@pytest.mark.parametrize("name", (*NAMES_OF_ALL_KINDS, *HOSTILE))
def test_lines_are_short_and_clean_whatever_people_are_called(name: str, method: str) -> None:
    hard = invitation(
        to=Recipient("person-1", name, "alex@health.example"),
        method=method,
        place=name,
        team=name,
        telephone=name,
        client_reference=name,
    )
    calendar = calendar_of(composed(hard))
    lines = calendar.split(b"\r\n")
    assert lines.pop() == b"" and all(0 < len(line) <= 75 for line in lines)
    assert calendar.count(b"\n") == calendar.count(b"\r") == len(lines)
    assert not UNSEEN.search(calendar.decode().replace("\r\n", ""))
    assert properties(calendar) == properties(written(method=method))
    assert "^'" not in calendar.decode()  # RFC 6868's quotation mark, which older clients show as it stands


@pytest.mark.parametrize("name", NAMES_OF_ALL_KINDS)
def test_a_name_arrives_as_it_was_given(name: str) -> None:
    event = event_of(written(to=Recipient("person-1", name, "alex@health.example"), place=name))
    assert event["ATTENDEE"].params["CN"] == event["LOCATION"] == name.strip()


def test_the_recipient_is_the_only_attendee_and_is_asked_to_answer() -> None:
    attendee = event_of(written())["ATTENDEE"]
    assert attendee == "mailto:alex@health.example"  # a list, were there two
    assert attendee.params == {
        "CN": "Alex Green",
        "CUTYPE": "INDIVIDUAL",
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": "NEEDS-ACTION",
        "RSVP": "TRUE",
    }


def test_a_request_is_confirmed_private_and_neutral() -> None:
    event = event_of(written(sequence=3, client_reference="TS-100"))
    assert (event["SEQUENCE"], event["STATUS"], event["TRANSP"], event["CLASS"]) == (
        3,
        "CONFIRMED",
        "OPAQUE",
        "PRIVATE",
    )
    assert event["SUMMARY"] == "Multi-agency meeting" and event["LOCATION"] == "Room 2, Town Hall"
    assert event["DTSTAMP"].dt == datetime(2026, 1, 2, 9, 30, tzinfo=UTC)
    assert event["ORGANIZER"].params["CN"] == "Northmere conference team"
    assert "Your reference: TS-100" in event["DESCRIPTION"] and "reference" not in event_of(written())["DESCRIPTION"]
    assert "conference" not in event["DESCRIPTION"].replace("Northmere conference team", "")


def test_a_cancellation_is_the_same_event_called_off() -> None:
    request, cancel = event_of(written()), event_of(written(method="CANCEL", sequence=1))
    assert cancel["STATUS"] == "CANCELLED" and cancel["SEQUENCE"] > request["SEQUENCE"]
    assert cancel["UID"] == request["UID"] and cancel["ORGANIZER"] == request["ORGANIZER"]
    assert "off" in cancel["DESCRIPTION"] and "RSVP" not in cancel["ATTENDEE"].params


def test_uid_and_organiser_outlast_three_moves() -> None:
    moves = [invitation(sequence=n, revision=n + 1, message=f"message{n}", place=f"Room {n}") for n in range(4)]
    events = [event_of(calendar_of(composed(move))) for move in moves]
    assert len({event["UID"] for event in events}) == len({event["ORGANIZER"] for event in events}) == 1
    assert [event["SEQUENCE"] for event in events] == [0, 1, 2, 3]


def test_two_people_with_one_mailbox_hold_two_invitations() -> None:
    events = [event_of(written(to=Recipient(person, person, "home@family.example"))) for person in ("Ada", "Ben")]
    assert len({event["UID"] for event in events}) == len({event["ORGANIZER"] for event in events}) == 2


@pytest.mark.parametrize("method", BOTH)
def test_the_same_effect_is_the_same_mail_to_the_byte(method: str) -> None:
    first, second = (composed(invitation(method=method)).as_bytes() for _ in range(2))
    assert first == second
    assert calendar_of(message_from_bytes(first, policy=default)).count(b"\r\nUID:") == 1  # none on the VCALENDAR
    assert calendar_of(composed(invitation())).count(DOMAIN.encode())


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        written(starts_at=datetime(2026, 1, 15, 10))  # noqa: DTZ001 - the point of it
