"""Families that merge or split: one brings the other all that it must go on with, seats and open duties included.

No transaction touches two streams (decision 6): the old family tells the new one, and the diary, by events.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec
from msgspec.structs import replace

from handlers import events as e
from handlers import facts as f
from handlers.case_file import FOLD_VERSION, CaseFile, letter_key
from handlers.effects import SendInvitation, TellStream
from handlers.facts import Finding
from handlers.meetings import inviting
from handlers.meetings.falling_due import diary_of
from handlers.partnership import Directory


def merge(before: CaseFile, body: e.FamiliesMerged) -> Iterator[TellStream]:
    """The whole file goes to the family that goes on. before: as it was."""
    because = f"{before.family} and {body.into} are one family"
    brought = replace(before, told_members={}, watched=())
    yield from _hand_over(before, brought, body.into, because)


def split(file: CaseFile, body: e.FamilySplit) -> Iterator[Finding | TellStream]:
    """Those who leave go with the plans that are about them: their meetings, and what is owed about these."""
    because = f"{', '.join(body.members)} became a family of their own, {body.into}"
    meetings = {id_: m for id_, m in file.meetings.items() if m.due.plan in body.plans}
    duties = {id_: d for id_, d in file.duties.items() if d.meeting in meetings}
    letters = {k: x for k, x in file.letters.items() if k in {letter_key(d.id, d.to or "") for d in duties.values()}}
    made_by = {file.plans[p] for p in body.plans if p in file.plans}
    brought = replace(
        CaseFile(stream=file.stream, ties=file.ties),
        household={p: k for p, k in file.household.items() if p in body.members},
        moves={p: on for p, on in file.moves.items() if p in body.members},
        arrivals={p: a for p, a in file.arrivals.items() if p in body.members},
        professionals=file.professionals,
        records=file.records,
        life=file.life,
        plans={p: m for p, m in file.plans.items() if p in body.plans},
        plans_ended={p: on for p, on in file.plans_ended.items() if p in body.plans},
        meetings={**meetings, **{m: file.meetings[m] for m in made_by}},
        duties=duties,
        letters=letters,
        acknowledged={d: told for d, told in file.acknowledged.items() if d in duties},
        failed=file.failed,
        heard=file.heard,
    )
    yield from _hand_over(file, brought, body.into, because, but=made_by)
    kept = {"meeting": meetings, "plan": body.plans, "duty": duties, "person": body.members}
    messages = [s.message for s in letters.values()]
    names = [f"{kind}:{name}" for kind, named in {**kept, "message": messages}.items() for name in named]
    yield Finding(f.FamilyParted(body.into, tuple(names)), because)


def _hand_over(
    file: CaseFile, brought: CaseFile, into: str, because: str, but: set[str] | None = None
) -> Iterator[TellStream]:
    """The seats first, so that the diary knows whose they are by the time the other family asks. but: whose seats
    stay."""
    seats = tuple(m.id for m in brought.meetings.values() if m.revision and not m.held and m.id not in (but or ()))
    if seats:
        body = e.SeatsHandedOver(file.family, into, seats)
        yield TellStream(stream=diary_of(file.stream), body=body, because=because)
    told = e.FamilyBrought(file.family, msgspec.to_builtins(brought), FOLD_VERSION)
    yield TellStream(stream=file.stream.sibling("family", into), body=told, because=because)


def take_in(
    before: CaseFile, file: CaseFile, body: e.FamilyBrought, directory: Directory, now: datetime
) -> Iterator[Finding | SendInvitation]:
    """Each duty that was open there is opened here, under the id it had. Of a meeting that both had booked, people
    keep one invitation."""
    theirs = msgspec.convert(body.file, CaseFile)
    for duty in theirs.duties.values():
        if duty.ended is None:
            yield Finding(f.DutyOpened(duty), f"brought from family {body.from_family}", duty.rule)
    for id_ in sorted(before.meetings.keys() & theirs.meetings.keys()):
        ours, other = before.meetings[id_], theirs.meetings[id_]
        dropped = replace(other, in_calendars_of=body.from_family) if file.meetings[id_].held == ours.held else ours
        yield from inviting.call_back(file, dropped, directory, now)


def sent_on(file: CaseFile, body: e.Body, to: str) -> TellStream:
    """What was told to this family goes to the one that goes on with it."""
    because = f"{file.family} goes on as {to}"
    return TellStream(stream=file.stream.sibling("family", to), body=body, because=because)
