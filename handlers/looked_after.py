"""Reviews of a child who is looked after: by regulation, from the day on which that began (rules LAC-01); where nobody
knows the day, or no rule was published, a person must set the review's (decision 14).
"""

from __future__ import annotations

from collections.abc import Iterator

from handlers import events as e
from handlers import facts as f
from handlers.case_file import CaseFile
from handlers.meetings.falling_due import Due, Undated, dated, meeting_id, number_of_next, set_by_a_person
from handlers.protocol import Protocol
from handlers.working_days import local_day

KIND: f.MeetingKind = "looked_after_review"
RULES = ("LAC-01a", "LAC-01b", "LAC-01c")  # the first review, the second, each later one


def due(file: CaseFile, protocol: Protocol) -> Iterator[Due | Undated]:
    """The next review of each placement that lasts."""
    for kept, ended in file.life.looked_after.values():
        if ended is None and f"person:{kept.body.child}" not in file.ties.gone_to:
            yield from _next(file, kept.body, protocol)


def _next(file: CaseFile, started: e.LookedAfterStarted, protocol: Protocol) -> Iterator[Due | Undated]:
    ours = meeting_id(KIND, started.placement)
    held = [m.sitting for m in file.meetings.values() if m.id.rpartition(":")[0] == ours and m.sitting]
    since = max((local_day(s.started_at) for s in held), default=started.on)
    name = f"{started.placement}:{number_of_next(file, KIND, started.placement)}"
    rule = RULES[min(len(held), 2)]
    if since:
        yield from dated(file, KIND, name, rule, since, protocol, child=started.child)
    else:
        unknown = f"nobody has recorded since when {started.child} has been looked after"
        yield from set_by_a_person(file, KIND, name, rule, unknown, protocol, child=started.child)
