"""By when a conference must be held: the initial one, that before a birth, that of a family which moved in, and each
review while a plan lasts.

Initial: 15 working days from the strategy discussion at which section 47 was initiated; a later discussion
does not start the clock anew (rules ICPC-01, 3.2). Reviews: RCPC-01, from the day the last one was held (3.7).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from handlers import events as e
from handlers import facts as f
from handlers.case_file import CaseFile
from handlers.meetings.falling_due import Due, Undated, dated, of_each_plan
from handlers.protocol import Protocol, RuleUnknown
from handlers.working_days import local_day


def due(file: CaseFile, protocol: Protocol) -> Iterator[Due | Undated]:
    """Every conference that should have been or should be held, with the rule that dates it."""
    yield from _initial(file, protocol)
    yield from _pre_birth(file, protocol)
    yield from _transfer_in(file, protocol)
    yield from of_each_plan(file, "review_conference", "RCPC-01a", "RCPC-01b", protocol)


def _initial(file: CaseFile, protocol: Protocol) -> Iterator[Due | Undated]:
    """One for each enquiry, under the name of the first discussion that one was asked for after."""
    begun: set[str] = set()
    for named in (d for d in _enquiries(file) if d.discussion in file.asked_for):
        initiating = _initiating(file, named, protocol)
        if initiating.discussion in begun or _was_held_before(file, named):
            continue
        begun.add(initiating.discussion)
        begun_on = initiating.held_on
        kind: f.MeetingKind = "initial_conference"
        yield from dated(file, kind, named.discussion, "ICPC-01", begun_on, protocol, not_before=begun_on)


def _pre_birth(file: CaseFile, protocol: Protocol) -> Iterator[Due | Undated]:
    """Early enough before the birth that is expected (rules PB-01)."""
    for asked in file.births_due.values():
        yield from dated(file, "pre_birth_conference", asked.conference, "PB-01", asked.expected_on, protocol)


def _transfer_in(file: CaseFile, protocol: Protocol) -> Iterator[Due | Undated]:
    """From the earlier of the written notice and the referral's receipt (rules TRF-01, 3.28)."""
    for transfer in file.transfers.values():
        told_on = min(filter(None, (transfer.notified_on, transfer.received_on)))
        yield from dated(file, "transfer_in_conference", transfer.transfer, "TRF-01", told_on, protocol)


def _enquiries(file: CaseFile) -> list[e.StrategyDiscussionHeld]:
    """The discussions that decided on section 47, the earliest first."""
    found = (d for d in file.discussions.values() if d.section_47)
    return sorted(found, key=lambda d: (d.held_on, d.discussion))


def _initiating(file: CaseFile, named: e.StrategyDiscussionHeld, protocol: Protocol) -> e.StrategyDiscussionHeld:
    """The earliest discussion of the same enquiry: the conference it called for was neither held nor overdue when
    the named one took place (rules 3.2, 3.54)."""
    sat_on = [
        local_day(m.sitting.started_at)
        for m in file.meetings.values()
        if m.sitting and m.due.kind == "initial_conference"
    ] + [c.held_on for c in file.before.conferences.values()]
    return next(d for d in _enquiries(file) if d is named or _still_open(d, named, sat_on, protocol))


def _was_held_before(file: CaseFile, named: e.StrategyDiscussionHeld) -> bool:
    """Whether a return tells that it was held. One that ever had a time with us is ours, and ours to record."""
    meeting = file.meetings.get(f"initial-conference:{named.discussion}")
    returned = any(c.discussion == named.discussion for c in file.before.conferences.values())
    return returned and not (meeting and meeting.fixed_at)


def _still_open(
    earlier: e.StrategyDiscussionHeld, named: e.StrategyDiscussionHeld, sat_on: list[date], protocol: Protocol
) -> bool:
    if any(earlier.held_on <= on < named.held_on for on in sat_on):
        return False
    try:
        return named.held_on <= protocol.deadline("ICPC-01", earlier.held_on).due_on
    except RuleUnknown:
        return True  # where nobody says by when, it is open until its conference has sat
