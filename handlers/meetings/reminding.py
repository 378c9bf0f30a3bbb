"""Reminders, by level: whoever holds an invitation that stands is reminded on the mornings that the protocol names.

They move with the meeting, and fall away where it is off or somebody will not come.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from handlers import facts as f
from handlers.case_file import CaseFile
from handlers.effects import SendReminder
from handlers.facts import Finding
from handlers.meeting_file import Invitation, Meeting
from handlers.meetings.falling_due import name
from handlers.meetings.inviting import Invitee, with_chair
from handlers.partnership import Directory
from handlers.people import derived
from handlers.protocol import Protocol
from handlers.working_days import local_day, start_of_business


def remind(
    file: CaseFile,
    meeting: Meeting,
    guests: list[Invitee],
    protocol: Protocol,
    directory: Directory,
    now: datetime,
) -> Iterator[Finding | SendReminder]:
    """Of several mornings that passed unseen the last alone; and no reminder of what was sent only since."""
    turn = max((at for at in _turns(meeting, protocol) if at <= now), default=None)
    if turn is None or meeting.held:
        return
    for guest in with_chair(meeting, guests, directory):
        sent = meeting.invitations.get(guest.person)
        if sent and _is_owed(meeting, guest, sent, turn, now):
            yield from _issue(file, meeting, guest, sent, directory, turn, now)


def turns(file: CaseFile, protocol: Protocol) -> Iterator[datetime]:
    """The mornings on which somebody may have to be reminded."""
    for meeting in file.meetings.values():
        if not meeting.held:
            yield from _turns(meeting, protocol)


def _turns(meeting: Meeting, protocol: Protocol) -> Iterator[datetime]:
    if meeting.booked:
        day = local_day(meeting.booked.starts_at)
        yield from (start_of_business(protocol.deadline(rule, day).due_on) for rule in protocol.reminders)


def _is_owed(meeting: Meeting, guest: Invitee, sent: Invitation, turn: datetime, now: datetime) -> bool:
    booked, to, word = meeting.booked, guest.recipient, meeting.words.get(guest.person)
    if booked is None or to is None or to.address is None or now >= sent.starts_at:
        return False
    if sent.cancelled or sent.revision != booked.revision or sent.issued_at >= turn:
        return False
    receipt, before = meeting.receipt_of(sent), meeting.reminded.get(guest.person)
    if (receipt and receipt.failed) or (before and before >= turn):
        return False
    return word is None or (word.reply, word.revision) != ("declined", booked.revision)


def _issue(
    file: CaseFile,
    meeting: Meeting,
    guest: Invitee,
    sent: Invitation,
    directory: Directory,
    turn: datetime,
    now: datetime,
) -> Iterator[Finding | SendReminder]:
    message = derived("reminder", str(file.stream), meeting.id, guest.person, sent.message, turn.isoformat())
    because = f"the {name(meeting)} is near"
    yield Finding(f.ReminderIssued(meeting.id, guest.person, message, turn), because)
    if guest.recipient and meeting.booked:
        yield SendReminder(
            message=message,
            to=guest.recipient,
            meeting=meeting.id,
            family=meeting.in_calendars_of or file.family,
            area=file.stream.area,
            starts_at=sent.starts_at,
            place=sent.own.place if sent.own else meeting.booked.place,
            team=directory.team,
            telephone=directory.telephone,
            stamped_at=now,
            because=because,
            client_reference=guest.client_reference,
        )
