"""Why a meeting need not sit any more, though what made it due stands on record: whoever it is about has died."""

from __future__ import annotations

from collections.abc import Iterator

from handlers import facts as f
from handlers import standing
from handlers.case_file import CaseFile
from handlers.meetings.falling_due import CONFERENCES, Wanted
from handlers.working_days import in_words

# About the children: without any child left there is nothing to confer about.
OF_CHILDREN: frozenset[f.MeetingKind] = CONFERENCES | {"core_group", "looked_after_review"}


def why_not(file: CaseFile, meeting: Wanted) -> str:
    """One clause, or none where the meeting is due all the same."""
    return next(_reasons(file, meeting), "")


def _reasons(file: CaseFile, meeting: Wanted) -> Iterator[str]:
    about = [p for p in (meeting.adult, meeting.child) if p and file.has_died(p)]
    yield from (died(file, p) for p in about)
    if meeting.kind in OF_CHILDREN:
        children = standing.children_of(file, meeting.plan) if meeting.plan else standing.children(file)
        if standing.last_died_on(file, children):
            yield " and ".join(died(file, child) for child in children)


def died(file: CaseFile, person: str) -> str:
    death = file.life.death_of(person)
    assert death is not None
    return f"{person} died on {in_words(death.body.on)}"


def by_name(file: CaseFile) -> dict[str, str]:
    """Person or meeting → why nothing is owed to or about them any more."""
    ended = {m.id: m.ended_since for m in file.meetings.values() if m.no_longer_due and m.ended_since}
    return {**ended, **{person: died(file, person) for person in file.dead}}
