"""What invitees said of one meeting besides yes, no and maybe: `fold(wishes, fact) -> wishes`, and who may say it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct, field
from msgspec.structs import replace

from handlers import events as e
from handlers import facts as f
from handlers.facts import Fact
from handlers.records import Kept


def need_key(person: str, need: e.Need | e.NeedArranged) -> str:
    return f"{person}:{need.need}:{need.which}"


Verdict = Literal["", "admitted", "approved", "refused"]


class Sending(Struct, frozen=True):
    """An invitee sends a deputy; verdict "" until somebody answers, or the directory, which admits them."""

    deputy: e.Deputy
    named_at: datetime
    verdict: Verdict = ""
    decided_at: datetime | None = None


class Proposal(Struct, frozen=True):
    """Another time that an invitee asked for, of a meeting at this revision."""

    body: e.TimeProposed
    proposed_at: datetime
    revision: int
    declined_at: datetime | None = None


class Arranged(Struct, frozen=True):
    """What somebody needs was arranged for the time of this revision."""

    body: e.NeedArranged
    revision: int


class Wishes(Struct, frozen=True, kw_only=True):
    """By person; arranged by need_key; feedback by the id of its event. named: every deputy who was ever named,
    by their own id."""

    deputies: dict[str, Sending] = field(default_factory=dict)
    named: dict[str, e.DeputyNamed] = field(default_factory=dict)
    times: dict[str, Proposal] = field(default_factory=dict)
    reports: dict[str, e.ReportPromised] = field(default_factory=dict)
    needs: dict[str, Kept[e.NeedsTold]] = field(default_factory=dict)
    arranged: dict[str, Arranged] = field(default_factory=dict)
    feedback: dict[str, Kept[e.FeedbackGiven]] = field(default_factory=dict)

    def deputy_of(self, person: str) -> str | None:
        """Who comes instead of this invitee, once that is approved."""
        sending = self.deputies.get(person)
        return sending.deputy.person if sending and sending.verdict in ("admitted", "approved") else None

    def sender_of(self, person: str) -> str:
        """The invitee whom this person is, or was, to come for; of anybody else, themselves."""
        return self.named[person].person if person in self.named else person

    def comes_for(self, person: str) -> str | None:
        """The invitee whose approved deputy this person is."""
        sender = self.sender_of(person)
        return sender if sender != person and self.deputy_of(sender) == person else None


def _named(wishes: Wishes, fact: Fact, body: e.DeputyNamed) -> Wishes:
    before = wishes.deputies.get(body.person)
    if before and before.deputy == body.deputy and before.verdict != "refused":
        return wishes
    named = {**wishes.named, body.deputy.person: body}
    sending = Sending(body.deputy, fact.recorded)
    return replace(wishes, deputies={**wishes.deputies, body.person: sending}, named=named)


def _decided(verdict: Verdict) -> Callable[[Wishes, Fact, Any], Wishes]:
    """A verdict on somebody whom another deputy has replaced since says nothing."""

    def fold_one(wishes: Wishes, fact: Fact, body: Any) -> Wishes:
        sending = wishes.deputies.get(body.person)
        if sending is None or sending.deputy.person != body.deputy or sending.verdict == verdict:
            return wishes
        decided = replace(sending, verdict=verdict, decided_at=fact.recorded)
        return replace(wishes, deputies={**wishes.deputies, body.person: decided})

    return fold_one


def _declined(wishes: Wishes, fact: Fact, body: e.ProposalDeclined) -> Wishes:
    proposal = wishes.times.get(body.person)
    if proposal is None or proposal.declined_at:
        return wishes
    return replace(wishes, times={**wishes.times, body.person: replace(proposal, declined_at=fact.recorded)})


def _fed_back(wishes: Wishes, fact: Fact, body: e.FeedbackGiven) -> Wishes:
    return replace(wishes, feedback={**wishes.feedback, fact.event: Kept(body, fact.recorded, fact.happened)})


def _needs(wishes: Wishes, fact: Fact, body: e.NeedsTold) -> Wishes:
    return replace(wishes, needs={**wishes.needs, body.person: Kept(body, fact.recorded, fact.happened)})


def comes_after_all(wishes: Wishes, person: str) -> Wishes:
    """Whoever says that they come themselves sends no deputy."""
    return replace(wishes, deputies={k: s for k, s in wishes.deputies.items() if k != person})


FOLDS: dict[type[e.Body], Callable[[Wishes, Fact, Any], Wishes]] = {
    e.DeputyNamed: _named,
    e.DeputyApproved: _decided("approved"),
    f.DeputyAdmitted: _decided("admitted"),
    e.DeputyRefused: _decided("refused"),
    e.ProposalDeclined: _declined,
    e.ReportPromised: lambda wishes, _, b: replace(wishes, reports={**wishes.reports, b.person: b}),
    e.NeedsTold: _needs,
    e.FeedbackGiven: _fed_back,
}
TOLD: tuple[type[e.Body], ...] = (*FOLDS, e.TimeProposed, e.NeedArranged)

# What shows that an invitee knows of the meeting as it stands, and what they answered by it.
ANSWERS: dict[type[e.Body], str] = {
    e.DeputyNamed: "declined",
    e.TimeProposed: "tentative",
    e.ReportPromised: "promised a report",
}


def fold(wishes: Wishes, fact: Fact, revision: int) -> Wishes:
    """The wishes with one more fact about them. revision: of the meeting's time as it stands."""
    match fact.body:
        case e.TimeProposed() as body:
            return replace(wishes, times={**wishes.times, body.person: Proposal(body, fact.recorded, revision)})
        case e.NeedArranged() as body:
            arranged = {**wishes.arranged, need_key(body.person, body): Arranged(body, revision)}
            return replace(wishes, arranged=arranged)
        case body:
            return FOLDS[type(body)](wishes, fact, body)
