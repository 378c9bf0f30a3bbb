"""From an effect to its mail: sealed words are opened here, for the one person who may read them.

One mail has one recipient and says nothing of any other. The same effect gives the same bytes, boundaries
and all, so that a repeat is the same mail.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from email.headerregistry import Address, BaseHeader, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP
from typing import assert_never
from urllib.parse import quote

from msgspec import Struct

from handlers.effects import (
    LetterOccasion,
    Message,
    Sat,
    SendInvitation,
    SendLetter,
    SendMinutes,
    SendNotice,
    SendReminder,
)
from handlers.facts import Hours
from handlers.meetings.falling_due import NAMES
from handlers.people import Text, derived
from infra.papers.calendars import Wording, calendar, invitation_name
from infra.papers.render import Letter, headed, letter, rendered
from infra.papers.words import (
    CHANGES,
    OUTCOMES,
    PRESENCE,
    address,
    clock,
    day,
    for_header,
    moment_in_words,
    one_line,
    paragraphs,
    when,
)

Read = Callable[[Text], str]
NOTICES = {"late": "notices/late", "telephone": "notices/telephone"}
LETTERS: dict[LetterOccasion, str] = {
    "report_asked": "letters/report_asked",
    "change": "letters/change",
    "referral_outcome": "letters/referral_outcome",
    "advice": "letters/advice",
    "withdrawn": "letters/withdrawn",
    "exclusion_asked": "letters/exclusion_asked",
    "exclusion_decided": "letters/exclusion_decided",
    "kept_out": "letters/kept_out",
    "declined": "letters/declined",
}
TITLES = {"minutes": "Minutes of the {}", "decision": "Decisions of the {}"}
FILES = {"minutes": "minutes.html", "decision": "decisions.html"}


class Letterhead(Struct, frozen=True):
    """Whose mail this is: our domain, and the reply token of an invitation by its name.

    The token is an HMAC in lower-case letters and digits: it becomes a mailbox, and some servers fold case.
    """

    domain: str
    token: Callable[[str], str]

    def organiser(self, invitation: str) -> str:
        """The mailbox that the answers to one invitation come back to."""
        return f"r-{self.token(invitation)}@{self.domain}"

    @property
    def desk(self) -> str:
        """Where minutes and notices come from."""
        return f"meetings@{self.domain}"


class Headers(HeaderRegistry):
    """Makes the class of each header once; the library makes it anew for every header of every mail."""

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, type[BaseHeader]] = {}

    def __getitem__(self, name: str) -> type[BaseHeader]:
        if name not in self._made:
            self._made[name] = super().__getitem__(name)
        return self._made[name]


POLICY = SMTP.clone(header_factory=Headers())


def compose(message: Message, letterhead: Letterhead, read: Read, link: str = "") -> EmailMessage:
    """The whole mail. link: where an invitation may be answered. Raises Unaddressable if no mail can reach the
    recipient."""
    match message:
        case SendInvitation():
            mail = _invitation(message, letterhead, read, link)
        case SendReminder():
            mail = _reminder(message, letterhead, read)
        case SendMinutes():
            mail = _minutes(message, letterhead, read)
        case SendNotice():
            mail = _notice(message, letterhead, read)
        case SendLetter():
            mail = _letter(message, letterhead, read)
        case _:
            assert_never(message)
    return _bounded(mail, message.message)


def _invitation(message: SendInvitation, letterhead: Letterhead, read: Read, link: str) -> EmailMessage:
    """The link stands in the letter alone: a calendar is read by more people than a mailbox."""
    organiser = letterhead.organiser(invitation_name(message))
    variables = _time_and_place(message, organiser, read)
    name = "invites/cancel" if message.method == "CANCEL" else "invites/request"
    mail = _mail(message, letterhead, read, organiser, letter(name, {**variables, "answer_link": link}))
    summary, description = headed("invites/calendar", variables)
    wording = Wording(
        uid=f"{invitation_name(message)}@{letterhead.domain}",
        organiser=organiser,
        name=read(message.to.name),
        address=_address(message, read),
        summary=summary,
        description=description,
    )
    body = calendar(message, wording)
    method = {"method": message.method, "charset": "UTF-8"}
    mail.add_alternative(body, maintype="text", subtype="calendar", cte="base64", params=method)
    named = {"name": "invite.ics"}
    mail.add_attachment(body, maintype="application", subtype="ics", filename="invite.ics", params=named)
    return mail


def _time_and_place(message: SendInvitation, organiser: str, read: Read) -> dict[str, object]:
    return {
        **_greeting(message, read),
        "organiser": organiser,
        "day": day(message.starts_at),
        "when": when(message.starts_at, message.ends_at),
        **_links(message.starts_at),
        "place": one_line(message.place),
        "link": one_line(read(message.link)) if message.link else None,
        "stretches": [_stretch(own, read) for own in message.stretches],
        "reference": _reference(message.client_reference, read),
        "moved_from": moment_in_words(message.moved_from) if message.moved_from else None,
        "report_due": day(message.report_due_at) if message.report_due_at else None,
        "renewed": message.sequence > 0,
        "cancelled": message.method == "CANCEL",
        "goes_on": message.goes_on,
    }


def _links(starts_at: datetime) -> dict[str, object]:
    """What the subject of an answer says, by which it is known again (replies/words.py)."""
    return {word.lower(): quote(f"{word}, {moment_in_words(starts_at)}") for word in ("Yes", "No")}


def _reminder(message: SendReminder, letterhead: Letterhead, read: Read) -> EmailMessage:
    organiser = letterhead.organiser(invitation_name(message))
    variables = {
        **_greeting(message, read),
        **_links(message.starts_at),
        "organiser": organiser,
        "day": day(message.starts_at),
        "when": moment_in_words(message.starts_at),
        "place": one_line(message.place),
        "reference": _reference(message.client_reference, read),
    }
    return _mail(message, letterhead, read, organiser, letter("invites/reminder", variables))


def _stretch(own: Hours, read: Read) -> str:
    """`10:00 in the morning to 10:30 in the morning, Room 2`, and the link that is used then."""
    where = [one_line(own.place), *([one_line(read(own.link))] if own.link else [])]
    return f"{clock(own.starts_at)} to {clock(own.ends_at)}: {', '.join(where)}"


def _minutes(message: SendMinutes, letterhead: Letterhead, read: Read) -> EmailMessage:
    """The whole paper to an accredited address; to any other, only word that it is ready (decision 23)."""
    variables = {
        **_greeting(message, read),
        "day": day(message.started_at),
        "when": when(message.started_at, message.ended_at),
        "reference": _reference(message.client_reference, read),
        "part": message.part,
        "corrects": message.corrects,
    }
    name = "minutes/covering" if message.to.secure else "minutes/ready_to_collect"
    mail = _mail(message, letterhead, read, letterhead.desk, letter(name, variables))
    if message.to.secure:
        paper = rendered("minutes/paper.html.j2", {**variables, **_paper(message, read)})
        mail.add_attachment(
            paper.encode(),
            maintype="text",
            subtype="html",
            filename=FILES[message.part],
            params={"charset": "utf-8", "name": FILES[message.part]},
        )
    return mail


def _paper(message: SendMinutes, read: Read) -> dict[str, object]:
    return {
        "title": TITLES[message.part].format(NAMES[message.kind]),
        "family": one_line(message.family),
        "place": one_line(message.place),
        "attendance": [_sat(line, read) for line in message.attendance],
        "decisions": [one_line(read(decision)) for decision in message.decisions],
        "discussion": [
            {"heading": one_line(read(block.heading)), "paragraphs": paragraphs(read(block.text))}
            for block in message.discussion
        ],
        "tasks": [
            {
                "what": one_line(read(task.what)),
                "who": one_line(read(task.who)),
                "by": day(task.by) if task.by else None,
            }
            for task in message.tasks
        ],
        "next_meetings": [one_line(line) for line in message.next_meetings],
    }


def _sat(line: Sat, read: Read) -> dict[str, str | None]:
    return {
        "name": one_line(read(line.name)),
        "role": one_line(line.role).replace("_", " "),
        "agency": one_line(line.agency),
        "presence": PRESENCE.get(line.presence, one_line(line.presence)),
        "from": _clock(line.present_from),
        "to": _clock(line.present_to),
    }


def _notice(message: SendNotice, letterhead: Letterhead, read: Read) -> EmailMessage:
    """To somebody of a treatment service, whom no family is named to, a notice bears that service's own reference
    and nothing else: what is owed says whose parent it is about (decision 22)."""
    theirs = message.client_reference is not None or not message.family
    name = "notices/treatment" if theirs and message.occasion == "late" else NOTICES[message.occasion]
    variables = {
        **_greeting(message, read),
        "family": one_line(message.family),
        "sentence": one_line(message.sentence),
        "due": moment_in_words(message.due_at),
        "past": message.due_at <= message.stamped_at,
        "duty": one_line(message.duty),
        "reference": _reference(message.client_reference, read),
        "ring": message.ring and one_line(message.ring),
        "meeting": bool(message.meeting),
    }
    return _mail(message, letterhead, read, letterhead.desk, letter(name, variables))


def _letter(message: SendLetter, letterhead: Letterhead, read: Read) -> EmailMessage:
    """What has changed is said to an accredited address alone; whoever has another rings to hear it (decision 23)."""
    due_at = message.due_at
    variables = {
        **_greeting(message, read),
        "duty": one_line(message.duty),
        "family": one_line(message.family),
        "starts": moment_in_words(message.starts_at) if message.starts_at else None,
        "due": day(due_at) if due_at and due_at > message.stamped_at else None,
        "what": CHANGES.get(message.what, CHANGES["other"]) if message.to.secure else None,
        "outcome": OUTCOMES.get(message.what, one_line(message.what).replace("_", " ")),
        "reference": _reference(message.client_reference, read),
        "paper": one_line(message.what),
        "sat_on": day(message.starts_at) if message.starts_at else None,
    }
    return _mail(message, letterhead, read, letterhead.desk, letter(LETTERS[message.occasion], variables))


def _greeting(message: Message, read: Read) -> dict[str, str]:
    return {
        "name": one_line(read(message.to.name)),
        "team": one_line(message.team),
        "telephone": one_line(message.telephone),
    }


def _reference(reference: Text | None, read: Read) -> str | None:
    """The treatment service's own reference; the caller sets it for that service alone (decision 22)."""
    return one_line(read(reference)) if reference is not None else None


def _clock(instant: datetime | None) -> str | None:
    return clock(instant) if instant else None


def _address(message: Message, read: Read) -> str:
    return address(read(message.to.address) if message.to.address is not None else None)


def _mail(message: Message, letterhead: Letterhead, read: Read, sender: str, words: Letter) -> EmailMessage:
    """Headers, text and HTML. To bears no name: a long one could fold into a second address."""
    mail = EmailMessage(policy=POLICY)
    mail["From"] = Address(for_header(message.team), addr_spec=sender)
    mail["To"] = Address(addr_spec=_address(message, read))
    mail["Subject"] = for_header(words.subject)
    mail["Date"] = message.stamped_at
    mail["Message-ID"] = f"<{message.message}@{letterhead.domain}>"
    mail.set_content(words.text, cte="quoted-printable")
    mail.add_alternative(words.html, subtype="html", cte="quoted-printable")
    return mail


def _bounded(mail: EmailMessage, name: str) -> EmailMessage:
    """Boundaries that follow from the effect, so that the same effect is the same mail, byte for byte."""
    folders = [part for part in mail.walk() if part.is_multipart()]
    for number, part in enumerate(folders):
        part.set_boundary(f"=_{derived('boundary', name, str(number))}")
    return mail
