"""By when a conference must be held: the initial one, and each review while a plan lasts.

Initial: 15 working days from the strategy discussion at which section 47 was initiated; a later discussion
does not start the clock anew (rules ICPC-01, 3.2). Reviews: RCPC-01, from the day the last one was held (3.7).
"""

from __future__ import annotations

from collections.abc import Iterator

from handlers import facts as f
from handlers.case_file import CaseFile
from handlers.meetings import falling_due
from handlers.protocol import Protocol


def due(file: CaseFile, protocol: Protocol) -> Iterator[tuple[f.MeetingFellDue, str]]:
    """Every conference that should have been or should be held, with the rule that dates it."""
    for discussion in file.asked_for:
        initiating = file.discussions.get(discussion)
        if initiating is None or not initiating.section_47:
            continue
        deadline = protocol.deadline("ICPC-01", initiating.held_on)
        meeting = f.MeetingFellDue(
            meeting=f"initial-conference:{discussion}",
            kind="initial_conference",
            due_on=deadline.due_on,
            not_before=initiating.held_on,
            working=deadline.sentence,
        )
        yield meeting, deadline.rule
    yield from falling_due.of_each_plan(file, "review_conference", "RCPC-01a", "RCPC-01b", protocol)
