"""Reviews of a child who is looked after: by regulation, from the day on which that began (rules LAC-01); where nobody
knows the day, the coordinator owes finding it out (decision 14).
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from handlers import events as e
from handlers import facts as f
from handlers.case_file import CaseFile
from handlers.duties import Owed
from handlers.meeting_file import Sitting
from handlers.meetings.falling_due import falls_due
from handlers.protocol import Protocol
from handlers.working_days import add_working_days, end_of_day, local_day

RULES = ("LAC-01a", "LAC-01b", "LAC-01c")  # the first review, the second, each later one


def due(file: CaseFile, protocol: Protocol) -> Iterator[tuple[f.MeetingFellDue, str]]:
    """The next review of each placement that lasts."""
    for kept, ended in file.life.looked_after.values():
        started = kept.body
        left = f"person:{started.child}" in file.ties.gone_to
        if ended is None and started.on and not left:
            held = _held(file, started)
            since = local_day(held[-1].started_at) if held else started.on
            deadline = protocol.deadline(RULES[min(len(held), 2)], since)
            name = f"{started.placement}:{len(held) + 1}"
            meeting = falls_due("looked_after_review", name, deadline.due_on, deadline.sentence, protocol)
            yield replace(meeting, child=started.child), deadline.rule


def _held(file: CaseFile, started: e.LookedAfterStarted) -> list[Sitting]:
    """The reviews of this placement that sat, the earliest first."""
    ours = f"looked-after-review:{started.placement}:"
    sat = [m.sitting for m in file.meetings.values() if m.id.startswith(ours) and m.sitting]
    return sorted(sat, key=lambda s: s.started_at)


def owed(file: CaseFile, protocol: Protocol) -> Iterator[Owed]:
    """The day on which a placement began, while nobody has recorded it."""
    for kept, ended in file.life.looked_after.values():
        started = kept.body
        if started.on is None and ended is None:
            yield Owed(
                kind="set_date",
                key=(started.placement,),
                due_at=end_of_day(add_working_days(local_day(kept.recorded), 1, protocol.holidays)),
                owner="coordinator",
                closes_on="recorded",
                sentence=f"Find out since when {started.child} has been looked after ({started.placement}), and record"
                " it: the reviews run from that day.",
                rule="",
            )
