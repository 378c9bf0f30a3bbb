"""The story of one duty, told from the ledger in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from handlers import events as e
from handlers import facts as f
from handlers.facts import Fact
from handlers.people import Text
from handlers.working_days import in_words
from infra.cli.moments import iso
from infra.db.engine import transaction
from infra.db.sealing import keys_in
from infra.office import as_fact
from infra.wiring import House


async def story(house: House, duty: str, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Each step in the order of the ledger: its hour, what it was, and a sentence."""
    facts = [(r.seq, as_fact(r)) for r in rows]
    ours = [(seq, fact) for seq, fact in facts if _about(fact.body) == duty]
    async with transaction(house.engine) as connection:
        await house.keyring.load(connection, {k for _, fact in ours for k in keys_in(fact.body)})
    causes = {r.event: r for r in reversed(rows)}
    steps = []
    for seq, fact in ours:
        for sentence in _sentence(fact, house, causes[fact.event]):
            step = {"duty": duty, "seq": seq, "at": iso(fact.recorded), "what": type(fact.body).__name__}
            steps.append(step | {"sentence": sentence, "rule": fact.rule or None})
    return steps


def _about(body: e.Body) -> str | None:
    if isinstance(body, f.DutyOpened):
        return body.duty.id
    return getattr(body, "duty", None)


def _sentence(fact: Fact, house: House, cause: Any) -> Iterator[str]:
    by_rule = f", under {fact.rule}" if fact.rule else ""
    match fact.body:
        case f.DutyOpened(duty):
            yield f"opened because of {cause.type} from {cause.source}{by_rule}: {duty.sentence.strip()}"
            yield f"it is the {duty.owner}'s, due {in_words(duty.due_at)}, and closes on {duty.closes_on}"
        case f.DutyMoved():
            how = ", by telephone now" if fact.body.by_telephone else ""
            to = f" to {fact.body.to}" if fact.body.to else ""
            yield f"moved{to}, due {in_words(fact.body.due_at)}{how}: {fact.body.sentence.strip()}"
        case f.RungClimbed():
            who = fact.body.person or "nobody, since the post is empty"
            yield f"climbed to rung {fact.body.rung + 1}, {fact.body.role} ({who}): {fact.because}"
        case f.CallAskedFor():
            yield f"{fact.because} ({fact.body.caller or 'the post is empty'})"
        case f.DutyReopened():
            yield f"reopened: {fact.because}"
        case f.DutyEnded():
            yield f"ended by {fact.body.how}, {fact.body.by}: {fact.because}{_reason(fact.body.reason, house)}"
        case e.DutyExcused():
            yield f"{fact.body.by} asked to end it without evidence"


def _reason(reason: Text | None, house: House) -> str:
    return f" (“{house.keyring.open_up(reason)}”)" if reason else ""
