"""One person's own invitation as an iCalendar object (iTIP, RFC 5546): the only room that knows icalendar.

The same effect gives the same bytes, so that a repeat after a crash is no news to a calendar. One zone is
shipped, written out by hand: the library's own puts winter meetings an hour off in some clients (itip.md,
finding 3).
"""

from __future__ import annotations

from datetime import UTC, datetime

from icalendar import Calendar, Event, Timezone, vCalAddress
from msgspec import Struct

from handlers.effects import SendInvitation, SendReminder
from handlers.people import derived
from handlers.working_days import LONDON, local_day
from infra.papers.words import for_header, one_line, paragraphs

ZONE = (
    b"BEGIN:VTIMEZONE\r\nTZID:Europe/London\r\n"
    b"BEGIN:DAYLIGHT\r\nDTSTART:19700329T010000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n"
    b"TZNAME:BST\r\nTZOFFSETFROM:+0000\r\nTZOFFSETTO:+0100\r\nEND:DAYLIGHT\r\n"
    b"BEGIN:STANDARD\r\nDTSTART:19701025T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\n"
    b"TZNAME:GMT\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0000\r\nEND:STANDARD\r\n"
    b"END:VTIMEZONE\r\n"
)
LONDON_ZONE = Timezone.from_ical(ZONE)


class Wording(Struct, frozen=True, kw_only=True):
    """What the calendar says beside the times: two mailboxes, the recipient's name, neutral words."""

    uid: str
    organiser: str
    name: str
    address: str
    summary: str
    description: str


def invitation_name(invitation: SendInvitation | SendReminder) -> str:
    """This person's invitation to this meeting, for life; its UID and reply token grow from it."""
    return derived("invitation", invitation.area, invitation.family, invitation.meeting, invitation.to.person)


def calendar(invitation: SendInvitation, wording: Wording) -> bytes:
    """A VCALENDAR of one zone and one event, REQUEST or CANCEL, with the recipient as its only ATTENDEE."""
    book = Calendar()
    book.add("prodid", "-//Quorate//Invitations//EN")
    book.add("version", "2.0")
    book.add("calscale", "GREGORIAN")
    book.add("method", invitation.method)
    book.add_component(LONDON_ZONE)
    book.add_component(_event(invitation, wording))
    return bytes(book.to_ical())


def _event(invitation: SendInvitation, wording: Wording) -> Event:
    cancelled = invitation.method == "CANCEL"
    event = Event()
    event.add("uid", wording.uid)
    event.add("sequence", invitation.sequence)
    event.add("dtstamp", invitation.stamped_at.astimezone(UTC))
    event.add("dtstart", _in_london(invitation.starts_at))
    event.add("dtend", _in_london(invitation.ends_at))
    event.add("summary", one_line(wording.summary))
    event.add("location", one_line(invitation.place))
    event.add("description", "\n".join(paragraphs(wording.description)))
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if cancelled else "OPAQUE")
    event.add("class", "PRIVATE")
    event.add("organizer", _person(wording.organiser, invitation.team))
    event.add("attendee", _invited(wording, cancelled))
    return event


def _invited(wording: Wording, cancelled: bool) -> vCalAddress:
    person = _person(wording.address, wording.name)
    person.params["CUTYPE"] = "INDIVIDUAL"
    person.params["ROLE"] = "REQ-PARTICIPANT"
    if not cancelled:
        person.params["PARTSTAT"] = "NEEDS-ACTION"
        person.params["RSVP"] = "TRUE"
    return person


def _person(address: str, name: str) -> vCalAddress:
    person = vCalAddress(f"mailto:{address}")
    person.params["CN"] = for_header(name)
    return person


def _in_london(instant: datetime) -> datetime:
    """London's wall clock; in UTC for the hour that comes twice, since a calendar takes it for the first."""
    local_day(instant)  # refuses an instant without a zone
    local = instant.astimezone(LONDON)
    return instant.astimezone(UTC) if local.fold else local
