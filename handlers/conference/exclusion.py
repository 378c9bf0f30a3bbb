"""Keeping somebody of the family out of a conference: any agency may ask, the chair alone decides, and both whoever
asked and whoever is kept out are told (rules EXC-01, EXC-02, EXC-03). What becomes of invitations: meetings/parts.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from handlers import letters
from handlers.arrangements import Exclusion
from handlers.case_file import CaseFile
from handlers.duties import Letter, Owed, deadline_if_any, duty_of, to_record
from handlers.effects import LetterOccasion
from handlers.meeting_file import Meeting
from handlers.meetings import parts
from handlers.meetings.falling_due import name
from handlers.protocol import Protocol
from handlers.rule import Deadline
from handlers.working_days import local_day

GROUNDS = {
    "harm_to_child": "their being there would gravely harm the child",
    "disruption": "they may gravely disrupt it",
    "child_asks": "the child asks for it",
    "silences_another": "somebody could not speak before them",
    "confidential": "there is something that they may not hear",
    "family_conflict": "there is conflict within the family",
}


def owed(file: CaseFile, protocol: Protocol) -> Iterator[Owed]:
    """The chair's decision on each request before the meeting begins, and then word of it."""
    for meeting in file.meetings.values():
        for exclusion in file.arrangements.exclusions_from(meeting.id).values():
            if meeting.no_longer_due:
                continue
            yield _decision(file, meeting, exclusion, protocol)
            if exclusion.decided:
                yield from _word(file, meeting, exclusion, protocol)


def _decision(file: CaseFile, meeting: Meeting, exclusion: Exclusion, protocol: Protocol) -> Owed:
    asked, verdict, booked = exclusion.asked.body, exclusion.decided, meeting.booked
    deadline, notice = protocol.deadline("EXC-03", parts.begins_at(meeting)), _notice(meeting, protocol)
    late = notice is not None and local_day(exclusion.asked.recorded) > notice.due_on
    told_late = f" ASKED LATE, and to be decided all the same. {notice.sentence}." if notice and late else ""
    letter = Letter(
        occasion="exclusion_asked",
        family=file.family,
        meeting=meeting.id,
        what="late" if late else "",
        starts_at=booked.starts_at if booked else None,
    )
    # A part that is no longer on the agenda leaves them nothing, which the chair did not decide.
    lost = verdict and verdict.body.outcome == "part" and asked.person in parts.barred(file, meeting)
    return to_record(
        "decide_exclusion",
        (asked.exclusion,),
        f"Decide whether {asked.person} is kept out of the {name(meeting)}, all or part of it, as {asked.by} asks,"
        f" since {GROUNDS[asked.ground]}.{told_late}",
        deadline,
        "chair",
        f"{verdict.body.by}: {verdict.body.outcome}" if verdict and not lost else None,
        meeting=meeting.id,
        to=meeting.chair,
        letter=letter if meeting.chair else None,
    )


def _notice(meeting: Meeting, protocol: Protocol) -> Deadline | None:
    """By when a request should have come, where somebody published it and the meeting has a time."""
    return deadline_if_any(protocol, "EXC-01", local_day(meeting.booked.starts_at)) if meeting.booked else None


def _word(file: CaseFile, meeting: Meeting, exclusion: Exclusion, protocol: Protocol) -> Iterator[Owed]:
    """To whoever asked; and, if they are kept out, to whom it is about, who is not told who asked or why."""
    assert exclusion.decided
    asked, verdict = exclusion.asked.body, exclusion.decided.body
    readers: dict[str, LetterOccasion] = {asked.by: "exclusion_decided"}
    if verdict.outcome != "refused" and not file.has_died(asked.person):
        readers[asked.person] = "kept_out"
    deadline = protocol.deadline("TELL-01", local_day(exclusion.decided.recorded))
    for person, occasion in readers.items():
        key = (asked.exclusion, person)
        duty = duty_of(file, "feed_back_exclusion", *key)
        letter = Letter(
            occasion=occasion,
            family=file.family if occasion == "exclusion_decided" else "",
            meeting=meeting.id,
            what="withheld" if verdict.withheld and verdict.outcome == "whole" else verdict.outcome,
        )
        yield Owed(
            kind="feed_back_exclusion",
            key=key,
            due_at=deadline.due_at,
            owner="coordinator",
            closes_on="accepted",
            sentence=f"Tell {person} what the chair decided of the request {asked.exclusion}. {deadline.sentence}",
            rule=deadline.rule,
            meeting=meeting.id,
            to=person,
            letter=letter,
            at_once=letters.came_to_nothing(file, duty, person),
            met=letters.went(file, duty, person),
        )
