"""How records of who is in a family, and of who works with it, change its file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from msgspec.structs import replace

from handlers import events as e
from handlers.case_file import Arrival, CaseFile, Involved
from handlers.facts import Fact
from handlers.life_file import Known


def with_one(table: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    return {**table, key: value}


def without(table: dict[str, Any], key: str) -> dict[str, Any]:
    return {k: v for k, v in table.items() if k != key}


def _household(file: CaseFile, fact: Fact, body: e.HouseholdRecorded) -> CaseFile:
    """The later recorded household stands, whichever came in last (rules 3.46)."""
    if file.household_at and file.household_at > fact.recorded:
        return file
    dead = {p: file.household[p] for p in file.dead}  # still to be named in papers of before
    household = {**dead, **{m.person: Known(m, fact.recorded) for m in body.members}}
    return of_members(replace(file, household=household, household_at=fact.recorded), file.household)


def of_members(file: CaseFile, before: dict[str, Known]) -> CaseFile:
    """What belonged to people who left goes with them; whoever comes back is told of anew. before: the household."""
    episodes = {k: x for k, x in file.episodes.items() if x.told.person in file.household}
    left = {**file.left, **{p: known for p, known in before.items() if p not in file.household}}
    return replace(file, episodes=episodes, left=left)


def _joined(file: CaseFile, fact: Fact, body: e.MemberJoined) -> CaseFile:
    if not _latest_move(file, body.member.person, body.on):
        return file
    person = body.member.person
    return replace(
        file,
        household=with_one(file.household, person, Known(body.member, fact.recorded)),
        moves=with_one(file.moves, person, body.on),
        arrivals=with_one(file.arrivals, person, Arrival(body.on, fact.recorded)),
    )


def _left(file: CaseFile, fact: Fact, body: e.MemberLeft) -> CaseFile:
    if not _latest_move(file, body.person, body.on):
        return file
    moves = with_one(file.moves, body.person, body.on)
    arrivals = without(file.arrivals, body.person)
    gone = replace(file, household=without(file.household, body.person), moves=moves, arrivals=arrivals)
    return of_members(gone, file.household)


def _latest_move(file: CaseFile, person: str, on: date) -> bool:
    """Whether nothing later is known of this person's coming and going."""
    before = file.moves.get(person)
    return before is None or before <= on


def _involved(file: CaseFile, fact: Fact, body: e.ProfessionalInvolved) -> CaseFile:
    worker = Involved(body.worker, body.role, body.on)
    return replace(file, professionals=with_one(file.professionals, body.worker, worker))


def _released(file: CaseFile, fact: Fact, body: e.ProfessionalLeft) -> CaseFile:
    return replace(file, professionals=without(file.professionals, body.worker))


FOLDS: dict[type[e.Body], Callable[[CaseFile, Fact, Any], CaseFile]] = {
    e.HouseholdRecorded: _household,
    e.MemberJoined: _joined,
    e.MemberLeft: _left,
    e.ProfessionalInvolved: _involved,
    e.ProfessionalLeft: _released,
}
