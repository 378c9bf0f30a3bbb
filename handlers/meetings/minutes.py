"""Minutes, and ahead of them the decisions: to everyone who was invited, the absent included, each their own copy;
owed until each has it. Whom the chair kept out is sent the decisions alone (rules EXC-03, 3.31)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time

from handlers import events as e
from handlers import facts as f
from handlers import letters
from handlers.case_file import CaseFile
from handlers.duties import Letter, Met, Owed, duty_of
from handlers.effects import Agreed, Part, Sat, SendMinutes
from handlers.facts import Finding
from handlers.meeting_file import Meeting, Sent
from handlers.meeting_pieces import Superseded
from handlers.meetings import parts
from handlers.meetings.falling_due import CONFERENCES, NAMES, PURPOSES, name
from handlers.meetings.inviting import Invitee, known_as
from handlers.partnership import Directory
from handlers.people import Recipient, Text, derived
from handlers.protocol import Protocol
from handlers.working_days import at_local_time, in_words, local_day, next_working_day

PARTS: tuple[Part, ...] = ("decision", "minutes")


def rule_for(meeting: Meeting) -> str:
    """REC-01 for conferences; the design's default for every other kind (rules 3.23)."""
    return "REC-01" if meeting.due.kind in CONFERENCES else "MIN-CGFIP"


def issued(meeting: Meeting, part: Part) -> dict[str, Sent]:
    """The copies of this part that went out, by person."""
    return meeting.papers if part == "minutes" else meeting.decision_papers


Said = e.MinutesRecorded | e.DecisionsRecorded


def recorded(meeting: Meeting, part: Part, barred: bool = False) -> Said | None:
    """What there is to send; the decisions alone no more once the minutes are there, but to whoever is barred."""
    minutes = meeting.minutes.recorded if meeting.minutes else None
    decisions = meeting.decisions.recorded if meeting.decisions else None
    if part == "minutes":
        return minutes
    return (decisions or minutes) if barred or minutes is None else None


def distribute(
    file: CaseFile, meeting: Meeting, guests: list[Invitee], directory: Directory, now: datetime, cause: str
) -> Iterator[Finding | SendMinutes]:
    """Send the decisions, and the minutes, to whoever should have them and has not been sent them yet.

    cause: the event decided about, since a record may be put right twice at one instant.
    """
    barred = parts.barred(file, meeting)
    for part in PARTS:
        if meeting.sitting is None or recorded(meeting, part, bool(barred)) is None:
            continue
        for guest in copies_to(file, meeting, part, guests, directory):
            said = recorded(meeting, part, guest.person in barred)
            sent = issued(meeting, part).get(guest.person)
            to = guest.recipient
            if said is None or (sent and not letters.must_repeat(file, sent, to, directory, meeting.receipt_of(sent))):
                continue
            message = derived(part, str(file.stream), meeting.id, guest.person)
            # one that was refused is no copy to be corrected, though its name is gone
            if sent or _corrects(meeting, part, guest.person) or message in meeting.receipts:
                message = derived(part, str(file.stream), meeting.id, guest.person, now.isoformat(), cause)
            because = f"{part} of the {name(meeting)} of {in_words(local_day(meeting.sitting.started_at))}"
            mailed = to is not None and to.address is not None
            yield Finding(f.PaperIssued(meeting.id, guest.person, message, part, mailed), because)
            if to and mailed:
                yield _paper(file, meeting, part, said, guest, to, message, because, directory, now)


def copies_to(
    file: CaseFile, meeting: Meeting, part: Part, guests: list[Invitee], directory: Directory
) -> list[Invitee]:
    """Everyone who should have it, each person once; of those kept out of the meeting who is sent the decisions."""
    barred = parts.barred(file, meeting)
    by_person = {p: g for p, g in _readers(file, meeting, guests, directory).items() if p not in barred}
    if part == "decision":
        by_person |= {p: known_as(file, p, directory) for p in parts.sent_decisions(file, meeting)}
    return [by_person[p] for p in sorted(by_person) if not file.has_died(p)]


def _readers(file: CaseFile, meeting: Meeting, guests: list[Invitee], directory: Directory) -> dict[str, Invitee]:
    """Everyone invited or recorded in the attendance, whoever sent a deputy or had a copy that was wrong, and the
    treatment services' people."""
    invited = {p for p, i in meeting.invitations.items() if not i.cancelled or meeting.wishes.deputy_of(p)}
    invited |= {key.partition(":")[2] for key in meeting.superseded}
    named = {a.person for a in meeting.sitting.held.attendance} if meeting.sitting else set()
    by_person = {p: known_as(file, p, directory) for p in invited | named}
    by_person |= {g.person: g for g in guests if g.person in by_person or g.must_have_minutes}
    if meeting.due.kind in PURPOSES:  # consent may have been taken back since (rules 3.45)
        permitted = {g.person for g in guests}
        by_person = {p: g for p, g in by_person.items() if p in permitted or not _treats(meeting, p, directory)}
    return by_person


def _treats(meeting: Meeting, person: str, directory: Directory) -> bool:
    """A deputy whom the directory does not know is of the service that sent them."""
    return directory.treats(person) or directory.treats(meeting.wishes.sender_of(person))


def _paper(
    file: CaseFile,
    meeting: Meeting,
    part: Part,
    said: Said,
    guest: Invitee,
    to: Recipient,
    message: str,
    because: str,
    directory: Directory,
    now: datetime,
) -> SendMinutes:
    sitting, apart = meeting.sitting, file.arrangements.apart_from(guest.person)
    assert sitting is not None
    whole = said if part == "minutes" and isinstance(said, e.MinutesRecorded) else None
    there = [seat for seat in sitting.held.attendance if whole and seat.person not in apart]
    return SendMinutes(
        message=message,
        to=to,
        meeting=meeting.id,
        family=file.family,
        kind=meeting.due.kind,
        started_at=sitting.started_at,
        ended_at=sitting.ended_at,
        place=meeting.booked.place if meeting.booked else "",
        attendance=tuple(_line(file, seat, directory) for seat in there),
        decisions=said.decisions,
        discussion=whole.discussion if whole else (),
        tasks=tuple(
            Agreed(what=t.what, who=_name(file, t.who, directory), by=t.by) for t in (whole.tasks if whole else ())
        ),
        team=directory.team,
        telephone=directory.telephone,
        stamped_at=now,
        because=because,
        client_reference=guest.client_reference,
        next_meetings=tuple(_next_meetings(file, meeting, guest.person)),
        part=part,
        corrects=_corrects(meeting, part, guest.person),
    )


def _corrects(meeting: Meeting, part: Part, person: str) -> bool:
    """Whether this person had a copy that was made of a record in error."""
    return f"{part}:{person}" in meeting.superseded


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


def _next_meetings(file: CaseFile, meeting: Meeting, person: str) -> Iterator[str]:
    """What follows, at this person's own hour, without places or people: the paper may be read where they are not
    known."""
    for later in file.meetings.values():
        if later.open and later.fell_due_at >= meeting.fell_due_at and person not in parts.barred(file, later):
            asked = later.invitations.get(person)
            starts_at = asked.starts_at if asked else later.booked and later.booked.starts_at
            when = in_words(starts_at) if starts_at and later.booked else "time to be found"
            yield f"{NAMES[later.due.kind].capitalize()}: {when} (due by {in_words(later.due.due_on)})"


def had(meeting: Meeting, person: str, part: Part = "minutes") -> Met | None:
    """Evidence that this person has the paper: mail taken by the relay, or the paper collected (decision 23).

    Whoever has the minutes has the decisions too.
    """
    for papers in (meeting.papers,) if part == "minutes" else (meeting.papers, meeting.decision_papers):
        receipt = meeting.receipt_of(papers.get(person))
        if receipt and receipt.grade in ("accepted", "collected"):
            return Met("accepted", f"{receipt.grade} {in_words(receipt.at)}")
    return None


def came_to_nothing(meeting: Meeting, person: str, part: Part) -> bool:
    """Whether the copy that went out was refused or came back."""
    receipt = meeting.receipt_of(issued(meeting, part).get(person))
    return receipt is not None and receipt.failed


def owed(
    file: CaseFile, guests: dict[str, list[Invitee]], protocol: Protocol, directory: Directory, now: datetime
) -> Iterator[Owed]:
    """The minutes of each meeting held, to each person who should have them; the decisions once they are recorded; and
    to whoever has a copy of what was recorded in error, and is to have no other, word that it does not stand."""
    for meeting in file.meetings.values():
        if meeting.sitting is None and not meeting.superseded:
            continue
        # They differ only where somebody was kept out, and this is asked at each decision.
        which = PARTS if parts.barred(file, meeting) else ("minutes",)
        named = {p: [g.person for g in copies_to(file, meeting, p, guests[meeting.id], directory)] for p in which}
        copies: dict[Part, list[str]] = {"decision": named["minutes"], **named}
        yield from _withdrawals(file, meeting, copies, protocol, now)
        if meeting.sitting is None:
            continue
        for person in copies["minutes"]:
            yield _owed_to(meeting, person, "minutes", meeting.sitting.started_at, protocol)
        for person in copies["decision"]:
            if person in meeting.decision_papers or person not in copies["minutes"]:
                yield _owed_to(meeting, person, "decision", meeting.sitting.started_at, protocol)


def _owed_to(meeting: Meeting, person: str, part: Part, sat_at: datetime, protocol: Protocol) -> Owed:
    due = protocol.deadline(rule_for(meeting) if part == "minutes" else "DEC-01", sat_at)  # Scotland: by the hour
    what = "minutes" if part == "minutes" else "decisions"
    return Owed(
        kind="send_minutes" if part == "minutes" else "send_decision",
        key=(meeting.id, person),
        due_at=due.due_at,
        owner="minute_taker",
        closes_on="accepted",
        sentence=f"Send {person} the {what} of the {name(meeting)}. {due.sentence}",
        rule=due.rule,
        meeting=meeting.id,
        to=person,
        at_once=came_to_nothing(meeting, person, part),
        met=had(meeting, person, part),
    )


def _withdrawals(
    file: CaseFile, meeting: Meeting, copies: dict[Part, list[str]], protocol: Protocol, now: datetime
) -> Iterator[Owed]:
    for key, old in meeting.superseded.items():
        part, _, person = key.partition(":")
        which: Part = "minutes" if part == "minutes" else "decision"
        barred = person in parts.barred(file, meeting)
        another = meeting.held and recorded(meeting, which, barred) is not None and person in copies[which]
        if another or person in issued(meeting, which) or file.has_died(person):
            continue
        named = (meeting.id, key, old.at.isoformat())
        duty = duty_of(file, "withdraw_paper", *named)
        first_post, due = _first_post(old, protocol), protocol.deadline("TELL-01", local_day(old.at))
        what = "minutes" if which == "minutes" else "decisions"
        letter = Letter(occasion="withdrawn", meeting=meeting.id, what=what, starts_at=old.sat_at)
        yield Owed(
            kind="withdraw_paper",
            key=named,
            due_at=due.due_at,
            owner="minute_taker",
            closes_on="accepted",
            sentence=f"Tell {person} that the {what} of the {name(meeting)} do not stand: they were recorded in error."
            f" {due.sentence}",
            rule=due.rule,
            letter=letter if now >= first_post else None,
            at_once=letters.came_to_nothing(file, duty, person),
            met=letters.went(file, duty, person),
            meeting=meeting.id,
            to=person,
        )


def _first_post(old: Superseded, protocol: Protocol) -> datetime:
    """The right record mostly follows within the day, and a corrected copy then says all: else word goes out next
    morning."""
    return at_local_time(next_working_day(local_day(old.at), protocol.holidays), time(9))


def turns(file: CaseFile, protocol: Protocol) -> Iterator[datetime]:
    """The mornings on which word goes out that a paper does not stand."""
    return (_first_post(old, protocol) for m in file.meetings.values() for old in m.superseded.values())
