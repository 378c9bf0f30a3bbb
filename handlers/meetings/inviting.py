"""Invitations, by level: whoever should hold one and does not is sent it; whoever should no longer, a cancellation.

Each person's invitation is composed for that person alone (decision 22), so only people whom a change touches
hear of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from handlers import events as e
from handlers import facts as f
from handlers.case_file import CaseFile
from handlers.duties import Met, Owed
from handlers.effects import SendInvitation
from handlers.facts import Finding, OwnHours
from handlers.letters import must_repeat, recipient
from handlers.meeting_file import Invitation, Meeting
from handlers.meetings.falling_due import name
from handlers.meetings.parts import own_hours
from handlers.partnership import Directory
from handlers.people import Recipient, Text, derived
from handlers.protocol import Protocol
from handlers.working_days import in_words, local_day

FAMILY_RELATIONS = frozenset({"parent", "carer"})


class Invitee(Struct, frozen=True):
    """Somebody who should be in the room. recipient None: the directory does not know this worker.

    client_reference is the treatment service's own name for its client, for that service's eyes alone.
    must_have_minutes: also when they came to be known only after the meeting (Joint Guidance F5, T9).
    report_due_at: by when their agency is asked for a report.
    """

    person: str
    role: str
    recipient: Recipient | None
    client_reference: Text | None = None
    must_have_minutes: bool = False
    report_due_at: datetime | None = None


def worker(person: str, role: str, directory: Directory) -> Invitee:
    return Invitee(person, role, directory.recipient(person))


def professionals(file: CaseFile, directory: Directory) -> list[Invitee]:
    """Everybody who works with the family."""
    return [worker(p.worker, p.role, directory) for p in file.professionals.values()]


def parents(file: CaseFile) -> list[Invitee]:
    """Parents and carers are invited unless an exclusion is justified (rules PAR-01)."""
    return [
        Invitee(m.person, m.relation, Recipient(m.person, m.name, m.address))
        for m in file.members.values()
        if m.relation in FAMILY_RELATIONS
    ]


def known_as(file: CaseFile, person: str, directory: Directory) -> Invitee:
    """Somebody met by id in a record: a worker of the directory, a member of the family, a deputy, or unknown."""
    member = file.known(person)
    involved = file.professionals.get(person)
    role = involved.role if involved else member.relation if member else "deputy" if person in file.deputies else ""
    return Invitee(person, role, recipient(file, person, directory))


def _was_asked(file: CaseFile, person: str, directory: Directory) -> Invitee:
    """Somebody who holds an invitation; also who left the family since, but nobody writes to the dead."""
    guest, left = known_as(file, person, directory), file.left.get(person)
    if guest.recipient or left is None or file.has_died(person):
        return guest
    member = file.life.as_it_stands(left)
    return Invitee(person, member.relation, Recipient(person, member.name, member.address))


def with_chair(meeting: Meeting, guests: list[Invitee], directory: Directory) -> list[Invitee]:
    """The guests, and the chair whom the diary found; each person once, in a settled order."""
    chair = meeting.chair
    everyone = [*guests, worker(chair, "chair", directory)] if chair else guests
    return sorted({g.person: g for g in everyone}.values(), key=lambda g: g.person)


def reconcile(
    file: CaseFile, meeting: Meeting, guests: list[Invitee], directory: Directory, now: datetime, apart: int
) -> Iterator[Finding | SendInvitation]:
    """Invitations to issue, to issue anew since the meeting or this person's part of it moved, or to cancel. Nothing
    once the meeting has begun. apart: by how many minutes those come apart who must not meet."""
    booked = meeting.booked
    if meeting.held or (booked and now >= booked.starts_at):
        return
    wanted = {g.person: g for g in with_chair(meeting, guests, directory)} if booked else {}
    hours = own_hours(file, meeting, booked, wanted, directory, apart) if booked else {}
    for guest in wanted.values():
        own = hours.get(guest.person)
        if booked and _is_owed(file, meeting, booked, guest, own, directory):
            yield from _issue(file, meeting, booked, guest, "REQUEST", directory, now, own)
    was = booked or meeting.cancelled
    for person, sent in meeting.invitations.items():
        if was and person not in wanted and not sent.cancelled:
            guest = _was_asked(file, person, directory)
            yield from _issue(file, meeting, was, guest, "CANCEL", directory, now, sent.own)


def call_back(file: CaseFile, meeting: Meeting, directory: Directory, now: datetime) -> Iterator[SendInvitation]:
    """A CANCEL to whoever holds an invitation to this meeting, which goes on under another name."""
    was = meeting.booked or meeting.cancelled
    for person, sent in meeting.invitations.items():
        if was and not sent.cancelled:
            guest = _was_asked(file, person, directory)
            issued = _issue(file, meeting, was, guest, "CANCEL", directory, now, sent.own)
            yield from (x for x in issued if isinstance(x, SendInvitation))


def send_again(
    file: CaseFile, body: e.CopyAsked, guests: Mapping[str, list[Invitee]], directory: Directory, now: datetime
) -> Iterator[SendInvitation]:
    """The invitation that somebody holds, as it stands, to whoever asked for it once more."""
    meeting = file.meetings[body.meeting]
    sent, booked = meeting.invitations.get(body.person), meeting.booked
    if not sent or not booked or (sent.cancelled, sent.revision) != (False, booked.revision):
        return
    if meeting.held or now >= booked.starts_at:
        return
    message = derived("invitation", str(file.stream), meeting.id, body.person, now.isoformat())
    copy = {"message": message, "copy_of": sent.message, "sequence": sent.sequence, "because": _asked_by(body)}
    for guest in with_chair(meeting, guests[meeting.id], directory):
        if guest.person == body.person:
            issued = _issue(file, meeting, booked, guest, "REQUEST", directory, now, sent.own)
            yield from (replace(x, **copy) for x in issued if isinstance(x, SendInvitation))


def _asked_by(body: e.CopyAsked) -> str:
    return f"sent once more by {body.by}" if body.by else "asked for once more"


def _is_owed(
    file: CaseFile,
    meeting: Meeting,
    booked: f.MeetingBooked,
    guest: Invitee,
    own: OwnHours | None,
    directory: Directory,
) -> bool:
    """No invitation, one that was called back, one to another time; or one that went nowhere and can go now."""
    sent = meeting.invitations.get(guest.person)
    if sent is None or sent.cancelled or sent.revision != booked.revision or sent.own != own:
        return True
    return must_repeat(file, sent, guest.recipient, directory, meeting.receipt_of(sent))


def _issue(
    file: CaseFile,
    meeting: Meeting,
    booked: f.MeetingBooked,
    guest: Invitee,
    method: Literal["REQUEST", "CANCEL"],
    directory: Directory,
    now: datetime,
    own: OwnHours | None,
) -> Iterator[Finding | SendInvitation]:
    at = own or OwnHours(booked.starts_at, booked.ends_at, booked.place)
    sent = meeting.invitations.get(guest.person)
    sequence = sent.sequence + 1 if sent else 0
    message = derived("invitation", str(file.stream), meeting.id, guest.person, str(sequence))
    because = _why(file, meeting, guest.person, sent, method)
    cancelled = method == "CANCEL"
    stands = (meeting.id, guest.person, message, sequence, booked.revision, at.starts_at)
    mailed = guest.recipient is not None and guest.recipient.address is not None
    yield Finding(f.InvitationIssued(*stands, cancelled, mailed, own), because)
    if guest.recipient is None or not mailed:
        return
    moved = sent is not None and not sent.cancelled and sent.starts_at != at.starts_at and not cancelled
    yield SendInvitation(
        message=message,
        to=guest.recipient,
        meeting=meeting.id,
        family=meeting.in_calendars_of or file.family,
        area=file.stream.area,
        kind=meeting.due.kind,
        method=method,
        sequence=sequence,
        revision=booked.revision,
        starts_at=at.starts_at,
        ends_at=at.ends_at,
        place=at.place,
        link=at.link,
        stretches=at.stretches,
        team=directory.team,
        telephone=directory.telephone,
        stamped_at=now,
        because=because,
        client_reference=guest.client_reference,
        report_due_at=None if cancelled else guest.report_due_at,
        goes_on=cancelled and meeting.booked is not None,
        moved_from=sent.starts_at if sent and moved else None,
    )


def _why(file: CaseFile, meeting: Meeting, person: str, sent: Invitation | None, method: str) -> str:
    if person in file.dead:
        return f"{person} died on {in_words(file.dead[person])}: no mail goes"
    if method == "CANCEL":
        return f"the {name(meeting)} is off, or this person is no longer asked to it"
    if sent and not sent.cancelled:
        return f"the {name(meeting)} was moved"
    return f"invited to the {name(meeting)}"


def acknowledged(meeting: Meeting, person: str, since: datetime | None = None) -> str | None:
    """How this person showed that they know of the meeting as it stands: by taking part, an answer, a call.

    since: a word spoken earlier cannot have been about what was known only then.
    """
    for seat in meeting.sitting.held.attendance if meeting.sitting else ():
        sat = (seat.person, seat.deputy_for, meeting.wishes.comes_for(seat.person))
        if person in sat and seat.presence not in ("absent", "report_only"):
            return "took part, or sent word"
    word = meeting.words.get(person)
    about_this = word and meeting.booked and word.revision == meeting.booked.revision
    sent = meeting.invitations.get(person)
    if word and sent and sent.retimed_at and word.at < sent.retimed_at:
        return None  # it was about other hours
    if word and about_this and (since is None or word.at >= since) and not _came_back_since(meeting, person, word.at):
        return f"{word.reply}, recorded by {word.by}"
    return None


def _came_back_since(meeting: Meeting, person: str, at: datetime) -> bool:
    """A bounce reopens what a word had closed: whoever spoke may not have been whom we wrote to (decision 13)."""
    receipt = meeting.receipt_of(meeting.invitations.get(person))
    return receipt is not None and receipt.failed and receipt.at > at


def knows_it_is_off(meeting: Meeting, person: str, since: datetime) -> Met | None:
    """Evidence that this person heard of the cancellation: a word since it was issued, or mail taken by the relay.

    since: from when a word counts of somebody who holds no cancellation.
    """
    off = meeting.invitations.get(person)
    if off is not None and not off.cancelled:
        return None
    word = meeting.words.get(person)
    if word and word.at > (off.issued_at if off else since):
        return Met("acknowledged", f"{word.reply}, recorded by {word.by}")
    return taken_by_the_relay(meeting, off) if off else None


def taken_by_the_relay(meeting: Meeting, invitation: Invitation) -> Met | None:
    receipt = meeting.receipt_of(invitation)
    return Met("accepted", "the mail relay") if receipt and receipt.grade == "accepted" else None


def owed(file: CaseFile, protocol: Protocol) -> Iterator[Owed]:
    """Each invitation issued is owed its sending on the working day on which the time was fixed (rules 3.24, 3.47)."""
    for meeting in file.meetings.values():
        for person, invitation in meeting.invitations.items():
            if file.has_died(person):
                continue
            yield _owed_to(meeting, person, invitation, protocol)


def _owed_to(meeting: Meeting, person: str, invitation: Invitation, protocol: Protocol) -> Owed:
    deadline = protocol.deadline("INV-01", local_day(invitation.issued_at))
    receipt = meeting.receipt_of(invitation)
    if invitation.cancelled:
        met, what = knows_it_is_off(meeting, person, invitation.issued_at), "cancellation of"
    else:
        heard = acknowledged(meeting, person)
        met = Met("acknowledged", heard) if heard else taken_by_the_relay(meeting, invitation)
        what = "invitation to"
    return Owed(
        kind="send_cancellation" if invitation.cancelled else "send_invitation",
        key=(meeting.id, person, str(invitation.sequence)),
        due_at=deadline.due_at,
        owner="coordinator",
        closes_on="accepted",
        sentence=f"Send {person} the {what} the {name(meeting)}. {deadline.sentence}",
        rule=deadline.rule,
        meeting=meeting.id,
        to=person,
        revision=invitation.revision,
        at_once=receipt is not None and receipt.failed,
        met=met,
    )
