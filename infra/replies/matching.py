"""Whose answer it is, and whether a machine may take it: whatever is not certain is for a person, never guessed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from handlers.effects import SendInvitation
from handlers.events import Reply as Said
from infra.papers.words import moment_in_words
from infra.replies.verdicts import (
    Action,
    Answer,
    AutoReply,
    Bounce,
    Counter,
    Envelope,
    Loop,
    Opened,
    Refresh,
    Reply,
    Unmatched,
    Unreadable,
    Words,
)

State = Literal["taken", "parked", "not_ours", "done"]
SAID: dict[str, Said] = {"accepted": "accepted", "tentative": "tentative", "declined": "declined"}
AN_HOUR = timedelta(hours=1)
QUOTED, COMMENT = re.compile(r'"(?:[^"\\]|\\.)*"'), re.compile(r"\([^()]*\)")  # where a sender has a say
MORE_OF_IT = re.compile(r'[()"\\]')  # comments within comments, quotations never ended

TWO_INVITATIONS = "the address that it was sent to and the meeting that it names belong to two invitations"
ANOTHER_MEETING = "its calendar is about another meeting than the one whose address it was sent to"
ANOTHER_ANSWERS = "it speaks for somebody else than whoever was asked under this invitation"
ANOTHER_SENDS = "it comes from another address than we wrote to: whoever was asked has an alias, or passed it on"
NOBODY_VOUCHES = "nobody vouches that it comes from whoever its sender's address is of"
SEVERAL = "it answers for several people, or several times"
DEPUTY = "it hands the invitation on to a deputy, whom a person must approve and invite"
SENT_BY = "somebody answers for whoever was asked, which nobody can check"
ONE_DAY = "it answers for one day of a series, and we ask to no series"
NO_WORD = "it says neither yes, nor no, nor perhaps"
WHICH_TIME = "it does not say which of the times that were asked it answers: ring, and record what it says"
ANOTHER_TIME = "another time is proposed: fix it with quorate move, or answer by telephone"
A_COPY = "the invitation is asked for once more, and there is none to send: ring whoever asks"
COPY_SENT = "the invitation is asked for once more, and sent"
COPY_WENT = "the invitation is asked for once more, and went less than an hour ago"
NOT_OURS = "it names no meeting and no mail of ours"
AGAIN = "the same answer was taken before"
OLDER = "a later answer to the same invitation was taken before"
AWAY = "an automatic answer, which is none"
WORDS_ALONE = "it answers in words alone, if it answers: read it, and record what it says"
SEEMS = "it answers in words alone, and seems to say {}: read it, and record what it says"
TWO_WORDS = "its subject and its words seem to say different things: read it, and record what it says"
# Why it is not known who answered, so that a person must say it.
WHOSE_WORD = (ANOTHER_ANSWERS, ANOTHER_SENDS, NOBODY_VOUCHES, DEPUTY, SENT_BY)
DELIVERY: dict[Action, str] = {
    "failed": "a mail of ours came back",
    "delayed": "a mail of ours is delayed, and is tried again by itself",
    "delivered": "a mail of ours was delivered, which is not knowing that it was read",
    "relayed": "a mail of ours was passed on, which is not knowing that it was read",
    "expanded": "a mail of ours went to several people behind its address",
}
ONE_OF_SEVERAL = "a mail of ours went to several people behind its address, and not all were reached"


class Asked(Struct, frozen=True):
    """An invitation that a mail points at. sent: every time that it went out, by SEQUENCE; addresses: where to at last,
    opened; by_token: the mail was sent to its own reply address."""

    name: str
    stream: str
    meeting: str
    person: str
    sent: tuple[SendInvitation, ...]
    addresses: frozenset[str]
    by_token: bool

    def of(self, sequence: int | None) -> SendInvitation | None:
        """What went out under this SEQUENCE."""
        return next((s for s in self.sent if s.sequence == sequence), None)


class Outcome(Struct, frozen=True):
    """What becomes of a mail. reply and revision: of the answer that is taken."""

    state: State
    sentence: str
    reply: Said | None = None
    revision: int | None = None


def judged(opened: Opened, asked: Sequence[Asked], authserv_id: str, now: datetime) -> Outcome:
    """What becomes of a mail that points at these invitations. A report of delivery is not judged here."""
    match opened.verdict:
        case Unreadable(sentence):
            return Outcome("parked", sentence)
        case Loop(sentence):
            return Outcome("done", sentence)
        case AutoReply(days):
            return Outcome("done", f"{AWAY}; it names {', '.join(days)}" if days else AWAY)
        case Words() as said:
            return _in_words(said, opened.envelope, asked, authserv_id)
        case Unmatched(sentence, foreign):
            return Outcome("not_ours" if foreign and not asked else "parked", sentence)
        case Bounce():
            return Outcome("not_ours", NOT_OURS)
        case Counter() | Refresh() | Reply() as verdict:
            return _answer(verdict, opened.envelope, asked, authserv_id, now)


def _answer(
    verdict: Counter | Refresh | Reply, envelope: Envelope, asked: Sequence[Asked], authserv_id: str, now: datetime
) -> Outcome:
    if not asked:
        return Outcome("parked" if isinstance(verdict, Counter) and verdict.shape == "words" else "not_ours", NOT_OURS)
    if len(asked) > 1:
        return Outcome("parked", TWO_INVITATIONS)
    if doubt := _doubt(asked[0], envelope, verdict.answers, authserv_id):
        return Outcome("parked", doubt)
    if isinstance(verdict, Refresh):
        return _copy(asked[0].sent[-1], now)
    if isinstance(verdict, Counter):
        return Outcome("parked", ANOTHER_TIME)
    return _taken(verdict.answers, asked[0])


def _in_words(said: Words, envelope: Envelope, asked: Sequence[Asked], authserv_id: str) -> Outcome:
    """Only what our own link wrote, sent to the invitation's own address, is an answer."""
    if len(asked) > 1:
        return Outcome("parked", TWO_INVITATIONS)
    if not said.link or not asked or not asked[0].by_token:
        return Outcome("parked", SEEMS.format(said.seems) if said.seems else WORDS_ALONE)
    [alone] = asked
    if doubt := _doubt(alone, envelope, (), authserv_id):
        return Outcome("parked", doubt)
    if said.seems not in ("", said.link):
        return Outcome("parked", TWO_WORDS)
    times = [s for s in alone.sent if said.at.lower() in ("", moment_in_words(s.starts_at).lower())]
    if len({s.revision for s in times}) != 1:
        return Outcome("parked", WHICH_TIME)
    return _recorded(said.link, times[-1], alone)


def _recorded(reply: Said, to: SendInvitation, asked: Asked) -> Outcome:
    old = to.revision != asked.sent[-1].revision
    when = " to a time that no longer stands" if old else ""
    return Outcome("taken", f"{reply}{when}", reply, to.revision)


def _copy(last: SendInvitation, now: datetime) -> Outcome:
    """Whoever asks is sent it at most once an hour."""
    if last.method == "CANCEL" or last.starts_at <= now:
        return Outcome("parked", A_COPY)
    return Outcome("done", COPY_WENT) if now < last.stamped_at + AN_HOUR else Outcome("taken", COPY_SENT)


def _doubt(asked: Asked, envelope: Envelope, answers: Sequence[Answer], authserv_id: str) -> str:
    """Why it is not certain that whoever was asked says this; empty if it is."""
    if any(a.uid and a.uid.lower().partition("@")[0] != asked.name for a in answers):
        return ANOTHER_MEETING
    if any(a.attendee and a.attendee not in asked.addresses for a in answers):
        return ANOTHER_ANSWERS
    if envelope.sender not in asked.addresses:
        return ANOTHER_SENDS
    if disowned(envelope, authserv_id) or not (asked.by_token or vouched_for(envelope, authserv_id)):
        return NOBODY_VOUCHES
    return ""


def _taken(answers: Sequence[Answer], asked: Asked) -> Outcome:
    if len(answers) != 1:
        return Outcome("parked", SEVERAL)
    [answer] = answers
    if answer.partstat == "delegated" or answer.delegated_to or answer.delegated_from:
        return Outcome("parked", DEPUTY)
    if answer.sent_by or answer.recurrence:
        return Outcome("parked", SENT_BY if answer.sent_by else ONE_DAY)
    reply = SAID.get(answer.partstat)
    if reply is None:
        return Outcome("parked", NO_WORD)
    to = asked.of(answer.sequence)
    about = to or asked.sent[-1]
    if answer.starts_at and answer.starts_at != about.starts_at:
        return Outcome("parked", ANOTHER_TIME)
    if to is None and not answer.starts_at and len({s.revision for s in asked.sent}) > 1:
        return Outcome("parked", WHICH_TIME)
    return _recorded(reply, to, asked) if to else Outcome("taken", reply, reply)


def proposed_in(opened: Opened, sentence: str) -> list[datetime]:
    """The other times that a mail proposes, of which this sentence was said."""
    verdict = opened.verdict
    if not isinstance(verdict, Counter | Reply) or (isinstance(verdict, Reply) and sentence != ANOTHER_TIME):
        return []
    return list(dict.fromkeys(at for a in verdict.answers if (at := a.proposed_at or a.starts_at)))


def is_older(answer: Answer, sequence: int | None, stamped_at: datetime | None) -> bool:
    """Whether an answer that was taken before stands in its way (RFC 5546, 2.1.5): SEQUENCE first, then DTSTAMP."""
    if answer.sequence is not None and sequence is not None and answer.sequence != sequence:
        return answer.sequence < sequence
    return answer.stamped_at is not None and stamped_at is not None and answer.stamped_at < stamped_at


def vouched_for(envelope: Envelope, authserv_id: str) -> bool:
    """Whether our own mail server found that the mail comes from its sender's domain: DMARC, or DKIM of that domain."""
    domain = envelope.sender.rpartition("@")[2]
    return bool(domain) and any(_passes(result, domain) for result in _found(envelope, authserv_id))


def disowned(envelope: Envelope, authserv_id: str) -> bool:
    """Whether our own mail server found that it does not: then no secret address makes up for it."""
    return any("dmarc=fail" in result for result in _found(envelope, authserv_id))


def _found(envelope: Envelope, authserv_id: str) -> list[list[str]]:
    """What our own mail server found. Only its first header counts, since a sender may have written more beneath it."""
    for value in envelope.authentication if authserv_id else ():
        plain = COMMENT.sub("", QUOTED.sub("", value)).lower()
        name, *results = plain.split(";")
        if name.split()[:1] == [authserv_id.lower()]:
            return [] if MORE_OF_IT.search(plain) else [result.split() for result in results]
    return []


def _passes(result: list[str], domain: str) -> bool:
    named = dict(part.split("=", 1) for part in result if "=" in part)
    if named.get("dmarc") == "pass":
        return named.get("header.from", domain) == domain
    if named.get("dkim") != "pass":
        return False
    signed = named.get("header.d") or named.get("header.i", "").rpartition("@")[2]
    return bool(signed) and (domain == signed or domain.endswith(f".{signed}"))
