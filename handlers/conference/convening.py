"""By when a conference must be held: the initial one, that before a birth, that of a family which moved in, and each
review while a plan lasts.

Initial: 15 working days from the strategy discussion at which section 47 was initiated; a later discussion
does not start the clock anew (rules ICPC-01, 3.2). Reviews: RCPC-01, from the day the last one was held (3.7).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from msgspec.structs import replace

from handlers import events as e
from handlers import facts as f
from handlers import standing
from handlers.case_file import CaseFile
from handlers.duties import Owed, deadline_if_any, to_record
from handlers.meeting_file import Meeting
from handlers.meetings import falling_due, inviting
from handlers.meetings.falling_due import Due, Undated, Wanted, dated, falls_due, of_each_plan
from handlers.meetings.inviting import Invitee
from handlers.partnership import Directory
from handlers.protocol import Protocol, RuleUnknown
from handlers.records import in_order
from handlers.working_days import in_words, local_day

UNBORN = "RCPC-02"


def due(file: CaseFile, protocol: Protocol) -> Iterator[Due | Undated]:
    """Every conference that should have been or should be held, with the rule that dates it."""
    yield from _initial(file, protocol)
    yield from _pre_birth(file, protocol)
    yield from _transfer_in(file, protocol)
    for wanted in of_each_plan(file, "review_conference", "RCPC-01a", "RCPC-01b", protocol):
        yield (_after_a_birth(file, wanted[0], protocol) if isinstance(wanted, tuple) else None) or wanted


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


def why_not(file: CaseFile, due: Wanted, protocol: Protocol) -> str:
    """Why the initial conference of an enquiry need not sit: its outcome says so and nobody disputes it, or the
    dispute came to that. Whoever asks for one after the outcome disputes it; while they differ it stays due (rules
    ICPC-07)."""
    named = file.discussions.get(due.meeting.partition(":")[2]) if due.kind == "initial_conference" else None
    if named is None or not named.section_47:
        return ""
    of_enquiry = {d.discussion for d in _of_the_same(file, named, protocol)}
    disputes = [(k.body.dispute, end) for k, end in file.life.disputed.values() if k.body.discussion in of_enquiry]
    if disputes:
        dispute, end = disputes[-1]
        against = end is not None and not end.conference
        return f"{end.by} resolved the dispute {dispute}: no conference" if end and against else ""
    found = [k for k in in_order(file.life.outcomes.values()) if k.body.discussion in of_enquiry]
    if not found or found[-1].body.conference_required:
        return ""
    if any(file.asked_at[d] > found[-1].recorded for d in of_enquiry & file.asked_at.keys()):
        return ""
    said = found[-1].body
    return f"{said.by} concluded on {in_words(said.concluded_on)} that no conference is required"


def of_enquiry(file: CaseFile, discussion: str, protocol: Protocol) -> Meeting | None:
    """The initial conference of the enquiry to which this discussion belongs."""
    same = _of_the_same(file, file.discussions[discussion], protocol)
    named = (file.meetings.get(falling_due.meeting_id("initial_conference", d.discussion)) for d in same)
    return next(filter(None, named), None)


def enquiry(file: CaseFile, discussion: str, protocol: Protocol) -> set[str]:
    """The discussions of this one's enquiry."""
    return {d.discussion for d in _of_the_same(file, file.discussions[discussion], protocol)}


def owed(file: CaseFile, protocol: Protocol) -> Iterator[Owed]:
    """Each dispute whether to confer is the managers' to resolve (rules ICPC-07, ESC-01)."""
    for dispute, (kept, end) in file.life.disputed.items():
        deadline = protocol.deadline("ESC-01", local_day(kept.recorded))
        raised = kept.body
        what = f"Resolve the dispute {dispute} of {raised.by}, whether to confer after {raised.discussion}."
        by = f"{end.by}: {'a' if end.conference else 'no'} conference" if end else None
        yield to_record("resolve_dispute", (dispute,), what, deadline, "conference_unit_manager", by)


def _after_a_birth(file: CaseFile, meeting: f.MeetingFellDue, protocol: Protocol) -> Due | None:
    """The first review of a plan made while its child was unborn: sooner, if the birth asks for it (rules RCPC-02,
    3.30 and 3.55)."""
    plan = meeting.plan or ""
    made = file.plan_made_at(plan)
    if made is None or not meeting.meeting.endswith(f":{plan}:1"):
        return None
    births = [file.life.birth_of(child) for child in standing.children_of(file, plan)]
    since = min((b.body.on for b in births if b and b.body.on > made.sat_on), default=None)
    deadline = deadline_if_any(protocol, UNBORN, since) if since else None
    if deadline is None or deadline.due_on >= meeting.due_on:
        return None
    sooner = falls_due(meeting.kind, f"{plan}:1", deadline.due_on, deadline.sentence, protocol)
    return replace(sooner, plan=plan), deadline.rule


def _pre_birth(file: CaseFile, protocol: Protocol) -> Iterator[Due | Undated]:
    """Early enough before the birth that is expected (rules PB-01)."""
    for asked in file.births_due.values():
        yield from dated(
            file, "pre_birth_conference", asked.conference, "PB-01", asked.expected_on, protocol, child=asked.unborn
        )


def _transfer_in(file: CaseFile, protocol: Protocol) -> Iterator[Due | Undated]:
    """From the earlier of the written notice and the referral's receipt (rules TRF-01, 3.28)."""
    for transfer in (t for t in file.transfers.values() if not t.temporary):
        told_on = min(filter(None, (transfer.notified_on, transfer.received_on)))
        yield from dated(file, "transfer_in_conference", transfer.transfer, "TRF-01", told_on, protocol)


def from_the_old_area(file: CaseFile, meeting: Meeting, directory: Directory) -> Iterator[Invitee]:
    """The social worker of the area that the family came from, which answers for it until the conference (TRF-02)."""
    for transfer in file.transfers.values():
        named = falling_due.meeting_id("transfer_in_conference", transfer.transfer)
        if named == meeting.id and transfer.social_worker:
            yield inviting.worker(transfer.social_worker, "originating_social_worker", directory)


def _enquiries(file: CaseFile) -> list[e.StrategyDiscussionHeld]:
    """The discussions that decided on section 47, the earliest first."""
    found = (d for d in file.discussions.values() if d.section_47)
    return sorted(found, key=lambda d: (d.held_on, d.discussion))


def _of_the_same(file: CaseFile, named: e.StrategyDiscussionHeld, protocol: Protocol) -> list[e.StrategyDiscussionHeld]:
    """The discussions of this one's enquiry."""
    begun = _initiating(file, named, protocol)
    return [d for d in _enquiries(file) if _initiating(file, d, protocol) is begun]


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
