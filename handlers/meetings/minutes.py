"""Minutes: to everyone who was invited, the absent included, each their own copy; owed until each has it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from handlers import events as e
from handlers import facts as f
from handlers.case_file import CaseFile
from handlers.duties import Met, Owed
from handlers.effects import Agreed, Sat, SendMinutes
from handlers.facts import Finding
from handlers.meeting_file import Meeting
from handlers.meetings.falling_due import CHILD_PROTECTION, NAMES, name
from handlers.meetings.inviting import Invitee, known_as
from handlers.partnership import Directory
from handlers.people import Recipient, Text, derived
from handlers.protocol import Protocol
from handlers.working_days import in_words, local_day

CONFERENCES = frozenset({"initial_conference", "review_conference"})


def rule_for(meeting: Meeting) -> str:
    """REC-01 for conferences; the design's default for core groups and FIP reviews (rules 3.23)."""
    return "REC-01" if meeting.due.kind in CONFERENCES else "MIN-CGFIP"


def distribute(
    file: CaseFile, meeting: Meeting, guests: list[Invitee], directory: Directory, now: datetime
) -> Iterator[Finding | SendMinutes]:
    """Send the minutes to whoever should have them and has not been sent them yet."""
    if meeting.sitting is None or meeting.minutes is None:
        return
    for guest in copies_to(file, meeting, guests, directory):
        if guest.person in meeting.papers:
            continue
        message = derived("minutes", str(file.stream), meeting.id, guest.person)
        because = f"minutes of the {name(meeting)} of {in_words(local_day(meeting.sitting.started_at))}"
        yield Finding(f.PaperIssued(meeting.id, guest.person, message, "minutes"), because)
        to = guest.recipient
        if to and to.address:
            yield _paper(file, meeting, guest, to, message, because, directory, now)


def copies_to(file: CaseFile, meeting: Meeting, guests: list[Invitee], directory: Directory) -> list[Invitee]:
    """Everyone invited or recorded in the attendance, and the treatment services' people; each person once."""
    invited = {p for p, i in meeting.invitations.items() if not i.cancelled}
    named = {a.person for a in meeting.sitting.held.attendance} if meeting.sitting else set()
    by_person = {p: known_as(file, p, directory) for p in invited | named}
    by_person |= {g.person: g for g in guests if g.person in by_person or g.must_have_minutes}
    if meeting.due.kind not in CHILD_PROTECTION:  # consent may have been taken back since (rules 3.45)
        permitted = {g.person for g in guests}
        by_person = {p: g for p, g in by_person.items() if p in permitted or not directory.treats(p)}
    return [by_person[p] for p in sorted(by_person)]


def _paper(
    file: CaseFile,
    meeting: Meeting,
    guest: Invitee,
    to: Recipient,
    message: str,
    because: str,
    directory: Directory,
    now: datetime,
) -> SendMinutes:
    assert meeting.sitting is not None and meeting.minutes is not None
    sitting, recorded = meeting.sitting, meeting.minutes.recorded
    return SendMinutes(
        message=message,
        to=to,
        meeting=meeting.id,
        family=file.family,
        kind=meeting.due.kind,
        started_at=sitting.started_at,
        ended_at=sitting.ended_at,
        place=meeting.booked.place if meeting.booked else "",
        attendance=tuple(_line(file, a, directory) for a in sitting.held.attendance),
        decisions=recorded.decisions,
        discussion=recorded.discussion,
        tasks=tuple(Agreed(what=t.what, who=_name(file, t.who, directory), by=t.by) for t in recorded.tasks),
        team=directory.team,
        telephone=directory.telephone,
        stamped_at=now,
        because=because,
        client_reference=guest.client_reference,
        next_meetings=tuple(_next_meetings(file, meeting)),
    )


def _line(file: CaseFile, seat: e.Attendance, directory: Directory) -> Sat:
    return Sat(
        name=_name(file, seat.person, directory),
        role=known_as(file, seat.person, directory).role,
        agency=directory.agency_of(seat.person),
        presence=seat.presence,
        present_from=seat.present_from,
        present_to=seat.present_to,
    )


def _name(file: CaseFile, person: str, directory: Directory) -> Text:
    recipient = known_as(file, person, directory).recipient
    return recipient.name if recipient else person


def _next_meetings(file: CaseFile, meeting: Meeting) -> Iterator[str]:
    """What follows, without places or people: the paper may be read where they are not known."""
    for later in file.meetings.values():
        if later.open and later.fell_due_at >= meeting.fell_due_at:
            when = in_words(later.booked.starts_at) if later.booked else "time to be found"
            yield f"{NAMES[later.due.kind].capitalize()}: {when} (due by {in_words(later.due.due_on)})"


def had(meeting: Meeting, person: str) -> Met | None:
    """Evidence that this person has the minutes: mail taken by the relay, or the paper collected (decision 23)."""
    receipt = meeting.receipts.get(meeting.papers.get(person, ""))
    if receipt and receipt.grade in ("accepted", "collected"):
        return Met("accepted", f"{receipt.grade} {in_words(receipt.at)}")
    return None


def owed(file: CaseFile, guests: dict[str, list[Invitee]], protocol: Protocol, directory: Directory) -> Iterator[Owed]:
    """The minutes of each meeting held, to each person who should have them."""
    for meeting in file.meetings.values():
        if meeting.sitting is None:
            continue
        due = protocol.deadline(rule_for(meeting), local_day(meeting.sitting.started_at))
        for guest in copies_to(file, meeting, guests[meeting.id], directory):
            yield Owed(
                kind="send_minutes",
                key=(meeting.id, guest.person),
                due_at=due.due_at,
                owner="minute_taker",
                closes_on="accepted",
                sentence=f"Send {guest.person} the minutes of the {name(meeting)}. {due.sentence}",
                rule=due.rule,
                meeting=meeting.id,
                to=guest.person,
                met=had(meeting, guest.person),
            )
