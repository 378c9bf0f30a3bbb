"""What an invitee may say of a meeting besides yes, no and maybe, and when: whatever can never be right is refused with
one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from handlers import events as e
from handlers.case_file import CaseFile
from handlers.meeting_file import Meeting
from handlers.working_days import in_words, local_day

SAID = (
    *(e.DeputyNamed, e.DeputyApproved, e.DeputyRefused, e.TimeProposed, e.ProposalDeclined, e.ReportPromised),
    *(e.NeedsTold, e.NeedArranged, e.FeedbackGiven),
)


def check(body: e.Body, file: CaseFile, recorded: datetime, named: str) -> None:
    """Raises Impossible with the mend. What names a meeting that is not known yet waits for it."""
    if not isinstance(body, SAID):
        return
    meeting = file.meetings.get(body.meeting or "")
    faults = _of_the_meeting(body, file, meeting, recorded) if meeting else _of_any_meeting(body, file)
    for fault in faults:
        raise e.Impossible(f"{named}: {fault}")


def _of_any_meeting(body: e.Body, file: CaseFile) -> Iterator[str]:
    if isinstance(body, e.NeedsTold) and not body.meeting and body.person not in {*file.met, *file.professionals}:
        yield f"{body.person} has nothing to do with this family; mend the id and release it"


def _of_the_meeting(body: e.Body, file: CaseFile, meeting: Meeting, recorded: datetime) -> Iterator[str]:
    person = getattr(body, "person", "")
    if not isinstance(body, e.FeedbackGiven):
        yield from _of_the_day(meeting, recorded)
    elif not meeting.held:
        yield f"{meeting.id} has not sat; release it once its sitting is recorded"
    if person not in _concerned(body, file, meeting):
        yield f"{person} is not asked to {meeting.id}; mend the id and release it"
    yield from _of_what_is_said(body, person, file, meeting, recorded)


def _of_the_day(meeting: Meeting, recorded: datetime) -> Iterator[str]:
    booked = meeting.booked
    if meeting.held or (booked and recorded >= booked.starts_at):
        yield f"{meeting.id} is past, so that this comes too late; discard this record"
    if meeting.no_longer_due or (booked is None and meeting.cancelled_at):
        yield f"{meeting.id} was called off; discard this record"


def _of_what_is_said(body: e.Body, person: str, file: CaseFile, meeting: Meeting, recorded: datetime) -> Iterator[str]:
    wishes = meeting.wishes
    match body:
        case e.DeputyNamed():
            yield from _of_the_deputy(body, file, meeting)
        case e.DeputyApproved(deputy=deputy) | e.DeputyRefused(deputy=deputy):
            if person not in wishes.deputies or wishes.deputies[person].deputy.person != deputy:
                yield f"{person} did not name {deputy} as deputy; mend the id and release it"
        case e.TimeProposed(starts_at=starts_at, ends_at=ends_at):
            if starts_at <= recorded or (ends_at and ends_at <= starts_at):
                yield f"{in_words(starts_at)} is past, or ends before it begins; mend the time and release it"
        case e.ProposalDeclined() if person not in wishes.times:
            yield f"{person} proposed no other time; mend the id and release it"
        case e.ReportPromised(on=on) if on < local_day(recorded):
            yield f"{in_words(on)} is past; mend the day and release it"
        case e.NeedArranged():
            yield from _of_the_provider(body, file)


def _concerned(body: e.Body, file: CaseFile, meeting: Meeting) -> set[str]:
    """Whoever was asked; of feedback, also who came unasked; of needs, also whoever may yet be asked."""
    came = meeting.sitting.held.attendance if meeting.sitting else ()
    yet = {*file.met, *file.professionals} if isinstance(body, e.NeedsTold | e.NeedArranged) else set()
    asked = (p for p, sent in meeting.invitations.items() if not sent.cancelled or p in meeting.wishes.deputies)
    return {*asked, *(a.person for a in came), *yet}


def _of_the_deputy(body: e.DeputyNamed, file: CaseFile, meeting: Meeting) -> Iterator[str]:
    """No chains and no loops, as in iTIP's delegation; and nobody takes the chair but whom the diary finds."""
    deputy, sent = body.deputy.person, meeting.wishes.deputies
    others = {s.deputy.person for person, s in sent.items() if person != body.person}
    asked = meeting.invitations.get(deputy)
    mine = body.person in sent and sent[body.person].deputy.person == deputy
    if meeting.chair == body.person:
        yield f"{body.person} chairs {meeting.id} and sends nobody; book a time at which another chair is free"
    if body.person in others:
        yield f"{body.person} is a deputy and sends none; record who comes for the first invitee and release it"
    if deputy == body.person or deputy in others or (asked and not asked.cancelled and not mine):
        yield f"{deputy} is asked to {meeting.id} already; name somebody else and release it"
    named = (m.wishes.named[deputy].deputy for m in file.meetings.values() if deputy in m.wishes.named)
    if deputy in file.met or any(who != body.deputy for who in named):
        yield f"{deputy} is the id of somebody else; give the deputy one of their own and release it"


def _of_the_provider(body: e.NeedArranged, file: CaseFile) -> Iterator[str]:
    if body.need == "interpreter" and body.provider in {*file.met, *file.left}:
        yield (
            f"{body.provider} is of the family, and family, friends and children never interpret (INT-01);"
            " find a professional interpreter, and discard this record"
        )
