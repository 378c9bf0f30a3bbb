"""A meeting is owed, and nobody published by when: its day is the coordinator's to set, never guessed, and never a
reason to hold an event (decision 14). The duty ends when the day is set (`MeetingAskedFor`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from handlers.case_file import CaseFile
from handlers.duties import Met, Owed, duty_of
from handlers.meetings.falling_due import NAMES, Due, Undated, Wanted
from handlers.protocol import Protocol
from handlers.working_days import in_words, local_day


def owed(
    file: CaseFile, due: Iterable[Due | Undated], why_not: Callable[[Wanted], str], protocol: Protocol, now: datetime
) -> Iterator[Owed]:
    """One for each meeting without a day, counted from when it first stood on file, or stood there again; none for a
    meeting that need not sit."""
    undated = (x for x in due if isinstance(x, Undated))
    for meeting in (x for x in undated if not why_not(x)):
        duty = file.duties.get(duty_of(file, "set_date", *meeting.key))
        since = (duty.reopened_at or duty.opened_at) if duty else now
        deadline = protocol.deadline("SET-01", local_day(since))
        what = f"Set the day of the {NAMES[meeting.kind]} {meeting.about}, since {meeting.unknown}."
        day = meeting.set_by
        yield Owed(
            kind="set_date",
            key=meeting.key,
            due_at=deadline.due_at,
            due_again_at=protocol.deadline("SET-01", local_day(now)).due_at,
            owner="coordinator",
            closes_on="recorded",
            sentence=f"{what} {deadline.sentence}",
            rule=meeting.rule,
            adult=meeting.adult,
            service=meeting.service,
            met=Met("recorded", f"{day.by}, who set it for {in_words(day.due_on)}") if day else None,
        )
