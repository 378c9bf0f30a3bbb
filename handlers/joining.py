"""Families that merge or split: one brings the other all that it must go on with, seats and open duties included.

No transaction touches two streams (decision 6): the old family tells the new one, and the diary, by events.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from handlers import events as e
from handlers import facts as f
from handlers import kept_records
from handlers.before import Before
from handlers.case_file import FOLD_VERSION, CaseFile
from handlers.effects import SendInvitation, TellStream
from handlers.facts import Duty, Finding
from handlers.life_file import Life
from handlers.meetings import inviting
from handlers.meetings.falling_due import ASKED, diary_of
from handlers.partnership import Directory

T = TypeVar("T")


def merge(before: CaseFile, body: e.FamiliesMerged) -> Iterator[TellStream]:
    """The whole file goes to the family that goes on. before: as it was."""
    because = f"{before.family} and {body.into} are one family"
    brought = replace(before, told_members={}, watched=())
    yield from _hand_over(before, brought, body.into, because)


def split(file: CaseFile, body: e.FamilySplit) -> Iterator[Finding | TellStream]:
    """Those who leave go with the plans that are about them: their meetings, and what is owed about these."""
    because = f"{', '.join(body.members)} became a family of their own, {body.into}"
    brought = _part(file, body)
    stays = set(brought.plans.values())  # the conferences that made the plans: both families have had them
    yield from _hand_over(file, brought, body.into, because, but=stays)
    gone: dict[str, Collection[str]] = {
        "meeting": brought.meetings.keys() - stays,
        "plan": brought.known_plans,
        "duty": brought.duties,
        "message": [s.message for s in brought.letters.values()],
        "person": brought.household,
        "review": brought.reviews_asked,
    }
    named = frozenset(f"{kind}:{name}" for kind, names in gone.items() for name in names)
    gone["record"] = brought.kept.known - kept_records.of_who_stay(file.kept, named).known
    parted = tuple(f"{kind}:{name}" for kind, names in gone.items() for name in sorted(names))
    yield Finding(f.FamilyParted(body.into, parted), because)


def _part(file: CaseFile, body: e.FamilySplit) -> CaseFile:
    """What those who leave go on with; what is on record about anybody's use and consent is known to both."""
    plans, stays = _only(file.plans, body.plans), {file.plans[p] for p in body.plans if p in file.plans}
    meetings = {id_: m for id_, m in file.meetings.items() if id_ in stays or _goes(m.due, body)}
    duties = {id_: d for id_, d in file.duties.items() if _is_owed_about(d, meetings.keys() - stays, body.members)}
    letters = {key: sent for key, sent in file.letters.items() if key.partition(":")[0] in duties}
    reviews = {k: r for k, r in file.reviews_asked.items() if {r.adult, r.child} & {*body.members}}
    return replace(
        CaseFile(stream=file.stream, ties=replace(file.ties, referred=tuple(file.records.overrides))),
        household_at=file.household_at,
        household=_only(file.household, body.members),
        left={p: known for p, known in {**file.left, **file.household}.items() if p not in body.members},
        moves=_only(file.moves, body.members),
        arrivals=_only(file.arrivals, body.members),
        professionals=file.professionals,
        records=file.records,
        episodes={k: x for k, x in file.episodes.items() if x.told.person in body.members},
        reviews_asked=reviews,
        arrangements=file.arrangements,
        kept=kept_records.of_who_go(file.kept, body.members, body.plans, meetings, reviews),
        errors=file.errors,
        before=Before(plans=_only(file.before.plans, body.plans)),
        life=_life(file.life, body.members),
        plans=plans,
        plans_ended=_only(file.plans_ended, body.plans),
        meetings=meetings,
        duties=duties,
        letters=letters,
        receipts=file.receipts,
        acknowledged=_only(file.acknowledged, duties),
        failed=file.failed,
        heard=file.heard,
        needs=_only(file.needs, body.members),
    )


def _goes(due: f.MeetingFellDue, body: e.FamilySplit) -> bool:
    """A meeting of a plan that goes, or a review about somebody who leaves."""
    return due.plan in body.plans or (due.kind in ASKED and bool({due.adult, due.child} & {*body.members}))


def _is_owed_about(duty: Duty, meetings: Collection[str], members: Sequence[str]) -> bool:
    """What is owed about these meetings; and, to the services of those who leave, about no meeting at all. A referral
    that was made stays made where it was."""
    if duty.meeting:
        return duty.meeting in meetings
    return duty.adult in members and duty.kind != "make_referral"


def _life(life: Life, members: Sequence[str]) -> Life:
    """Without what the family that stays goes on with: its enquiries, and the placements of its children."""
    started = {k: x for k, x in life.placements.items() if x.body.child in members}
    return replace(life, placements=started, outcomes={}, disputes={}, resolutions={}, issues={})


def _only(table: dict[str, T], names: Iterable[str]) -> dict[str, T]:
    return {name: table[name] for name in names if name in table}


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
