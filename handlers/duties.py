"""The duty: something owed to somebody by a time, because of a rule (decision 11).

Subjects say, by level, all that is owed now and what evidence there is for it; here that full set is held
against the duties on file, and whatever differs becomes a fact. So no duty depends on which event came first,
nor on a rule author remembering to open or close it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from handlers import events as e
from handlers import facts as f
from handlers.case_file import CaseFile
from handlers.effects import LetterOccasion
from handlers.facts import Duty, DutyKind, Finding, Grade
from handlers.people import StreamId, Text, derived
from handlers.protocol import Protocol, RuleUnknown
from handlers.rule import Deadline


class Met(Struct, frozen=True):
    """Evidence that something owed was done: its grade, and who or what shows it."""

    grade: Grade
    by: str


class Letter(Struct, frozen=True, kw_only=True):
    """What a letter must say that a duty asks for; effects.SendLetter says what each field is."""

    occasion: LetterOccasion
    family: str = ""
    meeting: str = ""
    what: str = ""
    starts_at: datetime | None = None
    due_at: datetime | None = None
    client_reference: Text | None = None


class Owed(Struct, frozen=True, kw_only=True):
    """One thing owed now. key names it within its family for ever; met is the evidence, if there is any.

    due_again_at: by when, should it be reopened now; at_once: what was sent for it failed, or nobody can be sent it.
    letter: what is to be written to whoever it is owed to, while it is not met.
    """

    kind: DutyKind
    key: tuple[str, ...]
    due_at: datetime
    owner: str
    closes_on: Grade
    sentence: str
    rule: str
    due_again_at: datetime | None = None
    at_once: bool = False
    letter: Letter | None = None
    met: Met | None = None
    meeting: str | None = None
    adult: str | None = None
    service: str | None = None
    to: str | None = None
    revision: int = 0
    telephone_from: datetime | None = None

    def id_of(self, file: CaseFile) -> str:
        return duty_of(file, self.kind, *self.key)

    def by_telephone(self, now: datetime) -> bool:
        return self.telephone_from is not None and now >= self.telephone_from


def to_record(
    kind: DutyKind, key: tuple[str, ...], what: str, deadline: Deadline, owner: str, by: str | Met | None, **about: Any
) -> Owed:
    """Something that a person must do and that a record shows. by: who did, if it is recorded, or what else shows it;
    about: whatever else Owed says of it."""
    base = Owed(
        kind=kind,
        key=key,
        due_at=deadline.due_at,
        owner=owner,
        closes_on="recorded",
        sentence=f"{what} {deadline.sentence}",
        rule=deadline.rule,
        met=by if isinstance(by, Met) else Met("recorded", by) if by else None,
    )
    return replace(base, **about)


def deadline_if_any(protocol: Protocol, rule: str, trigger: date) -> Deadline | None:
    """Nothing is owed by a rule that this nation's packs do not have, or to which nobody published a number."""
    with suppress(RuleUnknown):
        return protocol.deadline(rule, trigger)
    return None


@lru_cache(50_000)
def duty_id(family: StreamId, kind: DutyKind, *key: str) -> str:
    """A duty is named by its family, kind and key alone, whatever comes of it."""
    return "D-" + derived("duty", str(family), kind, *key)[:12]


def duty_of(file: CaseFile, kind: DutyKind, *key: str) -> str:
    """Its name in this family; what was brought from another keeps the one it had there."""
    own = duty_id(file.stream, kind, *key)
    if own in file.duties or not file.ties.formerly:
        return own
    brought = (duty_id(file.stream.sibling("family", x), kind, *key) for x in file.ties.formerly)
    return next((name for name in brought if name in file.duties), own)


def settle(
    file: CaseFile,
    owed: Iterable[Owed],
    now: datetime,
    pack: str,
    endings: Mapping[str, str],
    grace: datetime | None = None,
) -> Iterator[Finding]:
    """What must be opened, moved, ended or reopened so that the file's duties are those owed.

    endings: of people and meetings, why nothing is owed about them any more. grace: what would be late at once, and
    was not before a record was corrected, is not late before then.
    """
    on_file, wanted = file.duties, {o.id_of(file): o for o in owed}
    for id_, thing in wanted.items():
        duty = on_file.get(id_)
        if duty is None:
            duty = _opened(id_, thing, now, pack, grace if thing.due_at <= now else None)
            yield Finding(f.DutyOpened(duty), thing.sentence, thing.rule)
        yield from _brought_up_to_date(duty, thing, now, grace)
    for id_, duty in on_file.items():
        if id_ not in wanted and duty.ended is None:
            yield Finding(f.DutyEnded(id_, "lapse", "the file"), _why_lapsed(duty, endings), duty.rule)


def excuse(on_file: dict[str, Duty], body: e.DutyExcused) -> Iterator[Finding]:
    """A named, accountable person ends an open duty by a reason (decision 11)."""
    if on_file[body.duty].ended is None:
        ended = f.DutyEnded(body.duty, "reason", body.by, reason=body.reason)
        yield Finding(ended, f"ended by {body.by}, who answers for the reason given")


def _opened(id_: str, thing: Owed, now: datetime, pack: str, grace: datetime | None) -> Duty:
    return Duty(
        id=id_,
        kind=thing.kind,
        due_at=_not_before(grace, thing.due_at),
        not_late_before=grace,
        opened_at=now,
        owner=thing.owner,
        closes_on=thing.closes_on,
        sentence=thing.sentence,
        rule=thing.rule,
        pack=pack,
        ladder=thing.kind,
        meeting=thing.meeting,
        adult=thing.adult,
        service=thing.service,
        to=thing.to,
        revision=thing.revision,
        by_telephone=thing.by_telephone(now),
        at_once=thing.at_once,
    )


def _brought_up_to_date(duty: Duty, thing: Owed, now: datetime, grace: datetime | None) -> Iterator[Finding]:
    if thing.met:
        if duty.ended is None or duty.ended == "lapse":
            ended = f.DutyEnded(duty.id, "evidence", thing.met.by, thing.met.grade)
            yield Finding(ended, f"{thing.met.grade}: {thing.met.by}", duty.rule)
        return
    if duty.ended == "reason":
        return
    due_at, by_telephone = thing.due_at, thing.by_telephone(now)
    if duty.ended is not None:
        yield Finding(f.DutyReopened(duty.id), "it is owed again: what had ended it no longer stands", duty.rule)
        due_at = thing.due_again_at or due_at
    spared = grace and due_at <= now and (duty.ended or now < duty.due_at)  # what was late before stays late
    grace = grace if spared else duty.not_late_before
    stands = (thing.to, _not_before(grace, due_at), by_telephone, thing.at_once, grace)
    if (duty.to, duty.due_at, duty.by_telephone, duty.at_once, duty.not_late_before) != stands:
        moved = f.DutyMoved(duty.id, *stands[:3], thing.sentence, *stands[3:])
        yield Finding(moved, thing.sentence, duty.rule)


def _not_before(grace: datetime | None, due_at: datetime) -> datetime:
    return max(due_at, grace) if grace else due_at


def _why_lapsed(duty: Duty, endings: Mapping[str, str]) -> str:
    """The reason for the duty ended; say which (decision 11)."""
    named = (endings.get(x) for x in (duty.to, duty.adult, duty.meeting) if x)
    if ended := next(filter(None, named), None):
        return ended
    match duty.kind:
        case "hold_meeting" | "find_a_time":
            return "the meeting is no longer due"
        case "ask_report_treatment" | "report_from_treatment":
            return "the meeting has sat, was moved or called off, or this service is no longer to be asked"
        case "send_invitation" | "tell_treatment":
            return "the meeting was moved, called off or held, or this person is no longer to be told of it"
        case "name_representative":
            return "a representative can be reached, or none is needed any more"
        case "seek_consent":
            return "consent or an override was recorded, or there is nothing to ask for any more"
        case _:
            return "what made it owed no longer stands"


def telephone_turns(owed: Iterable[Owed]) -> Iterator[datetime]:
    """The instants at which something unmet becomes a telephone call."""
    return (o.telephone_from for o in owed if o.met is None and o.telephone_from is not None)
