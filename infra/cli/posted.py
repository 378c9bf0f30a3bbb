"""What was sent to whom, and what became of it: from the outbox, the ledger's receipts, and what had no address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, assert_never

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from handlers import events as e
from handlers import facts as f
from handlers.effects import (
    LetterOccasion,
    Message,
    Occasion,
    SendInvitation,
    SendLetter,
    SendMinutes,
    SendNotice,
    SendReminder,
)
from handlers.facts import DutyKind, Fact
from infra.db import reading, replies
from infra.db.engine import transaction
from infra.db.tables import unstamp
from infra.replies.matching import DELIVERY
from infra.wiring import House

# The fate of a mail in plain words; what had no address never became one.
ON_ITS_WAY = {"waiting": "queued", "published": "queued", "sending": "delayed"}
OUTCOMES = {"accepted": "handed over", "refused": "refused"}
# What mail servers say later, by the sentence that a report of delivery is kept under.
DELIVERED = {said: "delayed" if action == "delayed" else "handed over" for action, said in DELIVERY.items()}
NO_ADDRESS = "not sent (no address)"
NOTICES: dict[Occasion, str] = {"late": "late notice", "telephone": "request to ring"}
LETTERS: dict[LetterOccasion, str] = {
    "report_asked": "request for a report",
    "change": "word of a change",
    "referral_outcome": "outcome of a referral",
    "advice": "request for advice",
    "withdrawn": "word that a paper does not stand",
    "exclusion_asked": "word that the chair is asked to keep somebody out",
    "exclusion_decided": "what the chair decided of keeping somebody out",
    "kept_out": "word of not being asked to all of a meeting",
    "declined": "word that a proposal is declined",
}
# What is mailed for a duty to whoever it is owed to, beside notices and letters, which name their duty.
PAPERS: dict[DutyKind, tuple[str, ...]] = {
    "send_invitation": ("invitation", "new time", "changed invitation"),
    "tell_treatment": ("invitation", "new time", "changed invitation"),
    "send_cancellation": ("cancellation",),
    "tell_treatment_cancelled": ("cancellation",),
    "send_decision": ("decisions",),
    "send_decision_treatment": ("decisions",),
    "send_minutes": ("minutes",),
    "send_minutes_treatment": ("minutes",),
}


class Posting(Struct, frozen=True, kw_only=True):
    """One mail to one person. duty: what a notice or letter is about; fate_at: since when the fate is known;
    paper: of minutes or decisions that are not sent by mail, to be collected or collected; before: its earlier fates,
    each with its hour."""

    message: str
    person: str
    what: str
    at: datetime
    fate: str
    meeting: str = ""
    duty: str = ""
    fate_at: datetime | None = None
    paper: str = ""
    before: tuple[tuple[str, datetime], ...] = ()

    def is_about(self, duty: f.Duty, to: Iterable[str]) -> bool:
        """Whether it was sent for this duty, to one of those whom it was ever owed to."""
        if self.duty:
            return self.duty == duty.id
        about_it = bool(self.meeting) and self.meeting == duty.meeting
        return about_it and self.person in to and self.what in PAPERS.get(duty.kind, ())


async def postings(house: House, stream: str, facts: Sequence[Fact]) -> list[Posting]:
    """All that this family's file had sent, in the order in which it was decided. facts: its whole ledger."""
    async with transaction(house.engine) as connection:
        rows = await reading.messages_of(connection, stream)
        told = await replies.delivery_of(connection, stream)
    sent = {r.name: _posting(r) for r in rows}
    sent |= {p.message: p for p in _unsent(facts) if p.message not in sent}
    words = [*(_Word(r.message, DELIVERED[r.sentence], unstamp(r.at)) for r in told), *_words_of(facts)]
    return sorted(_with_fates(sent, facts, words).values(), key=lambda p: p.at)


def _posting(r: Any) -> Posting:
    message: Message = msgspec.json.decode(r.letter, type=Message)
    fate = OUTCOMES.get(r.outcome or "", "unknown") if r.state == "done" else ON_ITS_WAY[r.state]
    return Posting(
        message=message.message,
        person=message.to.person,
        what=what(message),
        at=message.stamped_at,
        fate=fate,
        meeting=message.meeting,
        duty="" if isinstance(message, SendInvitation | SendReminder | SendMinutes) else message.duty,
    )


def what(message: Message) -> str:
    """What kind of mail this is, as a person would call it."""
    match message:
        case SendInvitation():
            if message.method == "CANCEL":
                return "cancellation"
            if message.copy_of:
                return "invitation once more"
            changed = "changed invitation" if message.sequence else "invitation"
            return "new time" if message.moved_from else changed
        case SendReminder():
            return "reminder"
        case SendMinutes():
            return "decisions" if message.part == "decision" else "minutes"
        case SendNotice():
            return NOTICES[message.occasion]
        case SendLetter():
            return LETTERS[message.occasion]
        case _:
            assert_never(message)


class _Word(Struct, frozen=True):
    message: str
    fate: str
    at: datetime
    paper: str = ""


def _words_of(facts: Iterable[Fact]) -> Iterable[_Word]:
    for fact in facts:
        match fact.body:
            case e.MessageAccepted(message=message):
                paper = "to be collected" if fact.body.ready_to_collect else ""
                yield _Word(message, "handed over", fact.recorded, paper)
            case e.MessageFailed(message=message, how=how):
                yield _Word(message, how, fact.recorded)


def _with_fates(sent: dict[str, Posting], facts: Iterable[Fact], words: Iterable[_Word]) -> dict[str, Posting]:
    """Every word on each, and the latest: a mail that the relay took may still be delayed, come back, or be sent once
    more, and a paper be collected."""
    found = dict(sent)
    for word in sorted(words, key=lambda w: w.at):
        if word.message in found:
            was = found[word.message]
            first = ("queued", was.at) if was.fate_at is None else (was.fate, was.fate_at)
            told = {"fate": word.fate, "fate_at": word.at, "paper": word.paper or was.paper}
            found[word.message] = replace(was, before=(*was.before, first), **told)
    for fact in facts:
        match fact.body:
            case e.CallLogged(meeting=meeting, person=person, outcome="collected"):
                theirs = [p for p in found.values() if (p.meeting, p.person) == (meeting, person) and p.paper]
                found |= {p.message: replace(p, paper="collected") for p in theirs}
    return found


def _unsent(facts: Iterable[Fact]) -> Iterable[Posting]:
    """What was issued to somebody who has no address: it never reached the outbox."""
    for fact in facts:
        match fact.body:
            case f.InvitationIssued(meeting=meeting, person=person, message=message, cancelled=cancelled):
                name = "cancellation" if cancelled else "invitation"
                yield _nowhere(fact, message, person, name, meeting=meeting)
            case f.PaperIssued(meeting=meeting, person=person, message=message, paper=paper):
                name = "decisions" if paper == "decision" else "minutes"
                yield _nowhere(fact, message, person, name, meeting=meeting)
            case f.LetterIssued(duty=duty, person=person, message=message):
                yield _nowhere(fact, message, person, "letter", duty=duty)


def _nowhere(fact: Fact, message: str, person: str, name: str, meeting: str = "", duty: str = "") -> Posting:
    return Posting(
        message=message, person=person, what=name, at=fact.recorded, fate=NO_ADDRESS, meeting=meeting, duty=duty
    )
