"""What invitees ask of the coordinator, by level: that a deputy may come, that the meeting moves, a reply to what they
said of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from handlers import events as e
from handlers.case_file import CaseFile
from handlers.duties import Letter, Met, Owed, duty_of, to_record
from handlers.facts import DutyKind
from handlers.letters import came_to_nothing, went
from handlers.meeting_file import SPOKEN, Meeting
from handlers.meetings.falling_due import name
from handlers.protocol import Protocol
from handlers.records import Kept
from handlers.working_days import in_words, local_day


def owed(file: CaseFile, protocol: Protocol) -> Iterator[Owed]:
    """Whoever asks for something has an answer by the next working day and before the meeting; and whoever is refused a
    deputy or another time is told so."""
    for meeting in file.meetings.values():
        if meeting.open and meeting.booked:
            yield from _about_deputies(file, meeting, protocol)
            yield from _about_times(file, meeting, protocol)
        for event, kept in meeting.wishes.feedback.items():
            if kept.body.reply_wanted:
                yield _reply(meeting, event, kept, protocol)


def _about_deputies(file: CaseFile, meeting: Meeting, protocol: Protocol) -> Iterator[Owed]:
    for person, sending in meeting.wishes.deputies.items():
        if sending.verdict == "admitted":
            continue
        deputy, since = sending.deputy.person, sending.named_at
        met = Met("recorded", f"the deputy was {sending.verdict}") if sending.verdict else None
        words = f"Say whether {deputy} may come to the {name(meeting)} for {person}."
        key = (meeting.id, person, deputy, since.isoformat())
        yield _to_answer("approve_deputy", key, meeting, words, since, met, protocol)
        if sending.verdict == "refused" and sending.decided_at:
            yield _word_of_no(file, meeting, person, "deputy", sending.decided_at, protocol)


def _about_times(file: CaseFile, meeting: Meeting, protocol: Protocol) -> Iterator[Owed]:
    """Ended by a move, wherever to: whoever proposed another time is asked anew."""
    for person, proposal in meeting.wishes.times.items():
        since, at = proposal.proposed_at, proposal.body.starts_at
        moved = meeting.booked is not None and meeting.booked.revision != proposal.revision
        answered = "declined" if proposal.declined_at else "answered by another time" if moved else ""
        met = Met("recorded", f"the proposal was {answered}") if answered else None
        words = f"Move the {name(meeting)} to {in_words(at)}, which {person} proposes, or decline it."
        key = (meeting.id, person, since.isoformat())
        yield _to_answer("answer_proposal", key, meeting, words, since, met, protocol)
        if proposal.declined_at:
            yield _word_of_no(file, meeting, person, "time", proposal.declined_at, protocol)


def _reply(meeting: Meeting, event: str, kept: Kept[e.FeedbackGiven], protocol: Protocol) -> Owed:
    """By ringing them: no mail could say it safely."""
    person, since = kept.body.person, kept.recorded
    word = meeting.words.get(person)
    spoken = word and word.reply == SPOKEN and word.at >= since
    met = Met("acknowledged", f"{word.reply}, recorded by {word.by}") if word and spoken else None
    words = f"Ring {person}, who asks for a reply to what they said of the {name(meeting)}."
    return _to_answer("reply_to_feedback", (meeting.id, person, event), meeting, words, since, met, protocol)


def _to_answer(
    kind: DutyKind,
    key: tuple[str, ...],
    meeting: Meeting,
    words: str,
    since: datetime,
    met: Met | None,
    protocol: Protocol,
) -> Owed:
    deadline = protocol.deadline("ASKED-01", local_day(since))
    due_at = _before_it_begins(deadline.due_at, meeting)
    return to_record(kind, key, words, deadline, "coordinator", met, meeting=meeting.id, due_at=due_at)


def _word_of_no(file: CaseFile, meeting: Meeting, person: str, what: str, at: datetime, protocol: Protocol) -> Owed:
    """By letter, or by having been spoken to since."""
    deadline = protocol.deadline("ASKED-01", local_day(at))
    key, meant = (meeting.id, person, what, at.isoformat()), name(meeting)
    duty = duty_of(file, "tell_declined", *key)
    word = meeting.words.get(person)
    spoken = Met("acknowledged", f"{word.reply}, recorded by {word.by}") if word and word.at > at else None
    letter = Letter(
        occasion="declined",
        meeting=meeting.id,
        what=what,
        starts_at=meeting.booked.starts_at if meeting.booked else None,
    )
    return Owed(
        kind="tell_declined",
        key=key,
        due_at=_before_it_begins(deadline.due_at, meeting),
        owner="coordinator",
        closes_on="accepted",
        sentence=f"Tell {person} that the {what} they proposed for the {meant} is declined. {deadline.sentence}",
        rule=deadline.rule,
        meeting=meeting.id,
        to=person,
        letter=letter,
        at_once=came_to_nothing(file, duty, person),
        met=spoken or went(file, duty, person),
    )


def _before_it_begins(due_at: datetime, meeting: Meeting) -> datetime:
    return min(due_at, meeting.booked.starts_at) if meeting.booked and not meeting.held else due_at
