"""Who must have a part in a strategy discussion: social care, police and health (rules STR-01), and, where a parent's
drug or alcohol use is known, the treatment service, or a word on why not (rules STR-03).

Where nobody wrote down who took part, nothing is said to be missing: `quorate show` says that it is not on record.
"""

from __future__ import annotations

from collections.abc import Iterator

from handlers import events as e
from handlers.case_file import CaseFile
from handlers.concerns import Concern
from handlers.conference.quorum import COMES, TREATMENT
from handlers.duties import Met, Owed, deadline_if_any, duty_of, to_record
from handlers.facts import DutyKind
from handlers.partnership import Directory
from handlers.protocol import Protocol
from handlers.records import Kept
from handlers.rule import Deadline
from handlers.working_days import in_words, listed, local_day

MUST_TAKE_PART = ("social_care", "police", "health")


def owed(file: CaseFile, protocol: Protocol, directory: Directory, concerns: list[Concern]) -> Iterator[Owed]:
    """The later record of one discussion is the one that counts."""
    latest = {kept.body.discussion: kept for kept in file.kept.table("discussions").values()}
    for kept in latest.values():
        if kept.body.attendance:
            yield from _complete(file, kept, protocol, directory)
            yield from _treatment(file, kept, protocol, directory, concerns)


def missing(said: e.StrategyDiscussionHeld, directory: Directory) -> tuple[str, ...]:
    """Which agencies took no part, in words."""
    there = _kinds(said, directory)
    return tuple(kind.replace("_", " ") for kind in MUST_TAKE_PART if kind not in there)


def _kinds(said: e.StrategyDiscussionHeld, directory: Directory) -> set[str]:
    return {directory.agency_kinds.get(a.person, "") for a in said.attendance if a.presence in COMES}


def _complete(
    file: CaseFile, kept: Kept[e.StrategyDiscussionHeld], protocol: Protocol, directory: Directory
) -> Iterator[Owed]:
    lacks, due = missing(kept.body, directory), deadline_if_any(protocol, "STR-01", local_day(kept.recorded))
    what = f"Say why {listed(lacks)} had no part in {_name(kept.body)}, or record that they did."
    met = None if lacks else Met("recorded", "the record of the discussion")
    yield from _owed(file, "complete_discussion", kept.body, due, what, met)


def _treatment(
    file: CaseFile,
    kept: Kept[e.StrategyDiscussionHeld],
    protocol: Protocol,
    directory: Directory,
    concerns: list[Concern],
) -> Iterator[Owed]:
    """Only of use that was known by the day of the discussion."""
    if not any(local_day(c.known_at) <= kept.body.held_on for c in concerns):
        return
    word = [k.body for k in file.records.considered.values() if k.body.discussion == kept.body.discussion]
    met = Met("recorded", word[-1].by) if word else None
    if TREATMENT in _kinds(kept.body, directory):
        met = Met("attended", "the treatment service")
    due = deadline_if_any(protocol, "STR-03", local_day(kept.recorded))
    what = f"Record whether the treatment service was considered for {_name(kept.body)}."
    yield from _owed(file, "consider_treatment", kept.body, due, what, met)


def _owed(
    file: CaseFile,
    kind: DutyKind,
    said: e.StrategyDiscussionHeld,
    due: Deadline | None,
    what: str,
    met: Met | None,
) -> Iterator[Owed]:
    """Nothing was ever owed about a discussion that was complete when it came in."""
    key = (said.discussion,)
    if due and (met is None or duty_of(file, kind, *key) in file.duties):
        yield to_record(kind, key, what, due, "coordinator", met)


def _name(said: e.StrategyDiscussionHeld) -> str:
    return f"the strategy discussion {said.discussion} of {in_words(said.held_on)}"
