"""The story of one duty, told from the ledger and the outbox in sentences that a manager reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from handlers import events as e
from handlers import facts as f
from handlers.facts import Duty, Fact
from handlers.people import Text
from handlers.working_days import in_words
from infra.cli.causes import CLOSES, since
from infra.cli.moments import iso
from infra.cli.posted import Posting, postings
from infra.cli.stores import Folder
from infra.db.engine import transaction
from infra.db.folding import as_fact
from infra.db.sealing import keys_in
from streams.wire import BODY_TYPES

REPLIES = {"accepted": "yes", "tentative": "perhaps", "declined": "no"}
CALLS = {"spoke": "{} rang {} and spoke with them", "no_answer": "{} rang {} and got no answer"}
COLLECTED = "{} saw {} collect the paper"
AFTER_ALL_FACTS = 1_000_000_000
Word = e.AnswerGiven | e.CallLogged | e.ReportReceived


class Step(Struct, frozen=True, kw_only=True):
    """One step: seq is its row in the ledger, None for a mail; what names the fact, or the mail."""

    at: datetime
    seq: int | None
    what: str
    sentence: str
    rule: str | None = None


async def story(folder: Folder, duty: str, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Each step in order. rows: the whole ledger of the family."""
    facts = [as_fact(r) for r in rows]
    ours = [x for x in zip(rows, facts, strict=True) if _about(x[1].body) == duty]
    async with transaction(folder.house.engine) as connection:
        await folder.house.keyring.load(connection, {k for _, fact in ours for k in keys_in(fact.body)})
    opened = next(fact.body.duty for _, fact in ours if isinstance(fact.body, f.DutyOpened))
    to = _ever_owed_to(opened, [fact for _, fact in ours])
    mails = [p for p in await postings(folder.house, str(folder.file.stream), facts) if p.is_about(opened, to)]
    telling = _Telling(folder, {r.event: r for r in reversed(rows)}, mails)
    steps = [*telling.of_facts(ours), *telling.of_words(zip(rows, facts, strict=True), opened, to), *telling.of_mails()]
    steps.sort(key=lambda s: (s.at, s.seq or AFTER_ALL_FACTS))
    return [
        {"duty": duty, "seq": s.seq, "at": iso(s.at), "what": s.what, "sentence": s.sentence, "rule": s.rule}
        for s in steps
    ]


def _about(body: e.Body) -> str | None:
    if isinstance(body, f.DutyOpened):
        return body.duty.id
    return getattr(body, "duty", None)


def _ever_owed_to(opened: Duty, facts: Sequence[Fact]) -> set[str]:
    moved = {fact.body.to for fact in facts if isinstance(fact.body, f.DutyMoved)}
    return {person for person in (opened.to, *moved) if person}


class _Telling:
    """Whoever tells one story: what they know of names, causes and mails, and how the duty stands so far."""

    def __init__(self, folder: Folder, causes: dict[str, Any], mails: Sequence[Posting]) -> None:
        self.folder, self.causes, self.mails = folder, causes, mails
        self.duty: Duty | None = None
        self.rungs: list[f.RungClimbed] = []

    def of_facts(self, ours: Sequence[tuple[Any, Fact]]) -> Iterator[Step]:
        for row, fact in ours:
            for sentence in self._sentences(fact):
                yield _step(row, fact, sentence)

    def of_words(self, everything: Any, duty: Duty, to: set[str]) -> Iterator[Step]:
        """What was heard about its meeting from those whom it was ever owed to."""
        for row, fact in everything:
            body = fact.body
            if isinstance(body, Word) and body.person in to and duty.meeting == body.meeting:
                yield _step(row, fact, self._word(body))

    def of_mails(self) -> Iterator[Step]:
        climbed = {x.message for x in self.rungs}  # these are told with their rung
        for mail in (m for m in self.mails if m.message not in climbed):
            yield Step(
                at=mail.at, seq=None, what="Mail", sentence=f"{mail.what} to {self.who(mail.person)}: {_fate(mail)}"
            )

    def who(self, person: str | None) -> str:
        """`Grace Adeyemi (w-clearway-key)`."""
        if person is None:
            return "nobody"
        name = self.folder.name(person)
        return f"{name} ({person})" if name != person else person

    def _sentences(self, fact: Fact) -> Iterator[str]:
        match fact.body:
            case f.DutyOpened(duty):
                self.duty = duty
                yield from self._opened(fact, duty)
            case f.DutyMoved() as moved:
                yield self._moved(fact, moved)
            case f.RungClimbed() as rung:
                yield self._climbed(fact, rung)
            case f.CallAskedFor(caller=caller):
                yield "it is too late for mail: " + (
                    f"{self.who(caller)} must ring" if caller else "somebody must ring, and the post is empty"
                )
            case f.DutyReopened():
                yield f"reopened, {self._since(fact)}: {fact.because}"
            case f.DutyEnded() as ended:
                yield self._ended(fact, ended)
            case e.DutyExcused(by=by):
                yield f"{self.who(by)} asked to end it without evidence"
            case e.DutyAcknowledged(person=person, by=by):
                yield f"{self.who(person)} showed that they know, recorded by {self.who(by)}"

    def _since(self, fact: Fact) -> str:
        cause = self.causes[fact.event]
        return since(BODY_TYPES[cause.type], cause.source)

    def _opened(self, fact: Fact, duty: Duty) -> Iterator[str]:
        yield f"opened, {self._since(fact)}: {duty.sentence.strip()}"
        to = f", to {self.who(duty.to)}" if duty.to else ""
        by_rule = f" under {duty.rule}" if duty.rule else ""
        yield f"it is the {_post(duty.owner)}'s{to}, due {in_words(duty.due_at)}{by_rule}; {CLOSES[duty.closes_on]}"

    def _moved(self, fact: Fact, moved: f.DutyMoved) -> str:
        before, changes = self.duty, []
        assert before is not None
        if moved.to != before.to:
            changes.append(f"it is owed to {self.who(moved.to)} now" if moved.to else "nobody can be told at present")
        if moved.due_at != before.due_at:
            changes.append(f"it is due {in_words(moved.due_at)} now")
        if moved.by_telephone != before.by_telephone:
            changes.append(
                "it must be told by telephone now" if moved.by_telephone else "no call is asked for any more"
            )
        if moved.at_once != before.at_once:
            failed = "what was sent for it came to nothing, or nobody can be sent it"
            changes.append(failed if moved.at_once else "what had failed is mended: it can be sent again")
        stands = {"to": moved.to, "due_at": moved.due_at, "by_telephone": moved.by_telephone}
        self.duty = replace(before, **stands, at_once=moved.at_once)
        return f"changed, {self._since(fact)}: {'; '.join(changes) or moved.sentence.strip()}"

    def _climbed(self, fact: Fact, rung: f.RungClimbed) -> str:
        self.rungs.append(rung)
        notice = next((p for p in self.mails if p.message == rung.message), None)
        who = self.who(rung.person) if rung.person else "which is empty"
        heard = f"the notice was {_fate(notice)}" if notice else "no notice could go"
        because = fact.because.partition(";")[0]
        return f"rung {rung.rung + 1}, since {because}: put before the {_post(rung.role)}, {who}; {heard}"

    def _ended(self, fact: Fact, ended: f.DutyEnded) -> str:
        match ended.how:
            case "evidence":
                return f"ended by evidence, {self._since(fact)}: {ended.by}"
            case "reason":
                return f"ended by {self.who(ended.by)}, who answers for it: {self._open(ended.reason)}"
            case _:
                return f"lapsed, {self._since(fact)}: {fact.because}"

    def _open(self, reason: Text | None) -> str:
        return f"“{self.folder.opened(reason)}”" if reason else "no reason is on record"

    def _word(self, body: Word) -> str:
        match body:
            case e.AnswerGiven():
                return f"{self.who(body.person)} answered {REPLIES[body.reply]}, recorded by {self.who(body.by)}"
            case e.CallLogged():
                return CALLS.get(body.outcome, COLLECTED).format(self.who(body.by), self.who(body.person))
            case _:
                return f"the report of {self.who(body.person)} came in, recorded by {self.who(body.by)}"


def _step(row: Any, fact: Fact, sentence: str) -> Step:
    return Step(at=fact.recorded, seq=row.seq, what=type(fact.body).__name__, sentence=sentence, rule=fact.rule or None)


def _post(role: str) -> str:
    return role.replace("_", " ")


def _fate(mail: Posting) -> str:
    failed = mail.fate in ("refused", "bounced", "unknown")
    known = f" (known {in_words(mail.fate_at)})" if failed and mail.fate_at else ""
    return f"{mail.fate}{known}" + (f"; the paper is {mail.paper}" if mail.paper == "to be collected" else "")
