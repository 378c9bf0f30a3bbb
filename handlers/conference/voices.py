"""How children are heard: an advocate is offered before an initial conference, and after a review it is recorded how
each child took part (rules CHD-01, CHD-02).

From which age an advocate is offered, areas say for themselves; while no pack of an area does, nothing is owed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date

from handlers import standing
from handlers.case_file import CaseFile
from handlers.duties import Owed, to_record
from handlers.meeting_file import Meeting
from handlers.meetings.falling_due import name
from handlers.protocol import Protocol, RuleUnknown
from handlers.working_days import local_day


def owed(file: CaseFile, protocol: Protocol) -> Iterator[Owed]:
    """For each child: the offer of an advocate, and the record of how they took part."""
    with suppress(RuleUnknown):  # nobody asks for it here
        for meeting in file.meetings.values():
            if meeting.due.kind == "initial_conference" and not meeting.no_longer_due:
                yield from _advocates(file, meeting, protocol)
    with suppress(RuleUnknown):
        for meeting in file.meetings.values():
            if meeting.due.kind == "review_conference" and meeting.held:
                yield from _participation(file, meeting, protocol)


def _advocates(file: CaseFile, meeting: Meeting, protocol: Protocol) -> Iterator[Owed]:
    """Nobody's age is guessed: a child whose birthday is not on record is left out."""
    asked_on, offers = local_day(meeting.fell_due_at), file.arrangements.advocates_of(meeting.id)
    for child in _living(file, standing.children(file)):
        member, above = file.members[child], protocol.advocate_above_age
        if above is None or member.born is None or _age(member.born, asked_on) <= above:
            continue
        deadline = protocol.deadline("CHD-01", asked_on)
        offer = offers.get(child)
        what, key = f"Offer {child} an advocate for the {name(meeting)}.", (meeting.id, child)
        by = f"{offer.by}: {offer.outcome}" if offer else None
        yield to_record("offer_advocate", key, what, deadline, "coordinator", by, meeting=meeting.id)


def _participation(file: CaseFile, meeting: Meeting, protocol: Protocol) -> Iterator[Owed]:
    assert meeting.sitting
    codes = file.arrangements.participation_in(meeting.id)
    deadline = protocol.deadline("CHD-02", local_day(meeting.sitting.started_at))
    for child in _living(file, standing.children_of(file, meeting.due.plan or "")):
        what, key = f"Record how {child} took part in the {name(meeting)}.", (meeting.id, child)
        by = f"{codes[child].by}: {codes[child].code}" if child in codes else None
        yield to_record("record_participation", key, what, deadline, "coordinator", by, meeting=meeting.id)


def _living(file: CaseFile, children: tuple[str, ...]) -> list[str]:
    return [c for c in children if c in file.members and file.members[c].relation == "child"]


def _age(born: date, on: date) -> int:
    """In full years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
