"""What others are told, by level: each meeting as it stood before the decision, held against how it stands after it.

So no author of a rule can forget it, and a correction is told like anything else. What may leave at all stands in the
two tables below, and why in infra/decisions/0013.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from msgspec import convert

from handlers import announcements as a
from handlers import events as e
from handlers import facts as f
from handlers.announcements import Announcement, LateKind, ToldKind
from handlers.case_file import CaseFile
from handlers.effects import Announce
from handlers.facts import DutyKind, Fact, MeetingKind
from handlers.meeting_file import Meeting
from handlers.meeting_pieces import Sitting
from handlers.partnership import Directory

# Not here: what is shared by an adult's consent alone (falling_due.PURPOSES), which says that somebody is in treatment.
KINDS: dict[MeetingKind, ToldKind] = {
    "initial_conference": "initial_conference",
    "review_conference": "review_conference",
    "pre_birth_conference": "pre_birth_conference",
    "transfer_in_conference": "transfer_in_conference",
    "core_group": "core_group",
    "looked_after_review": "looked_after_review",
}
# Not here: every duty that is owed about, to or by a treatment service, or may be (health: Article 9 of the UK GDPR).
DUTIES: dict[DutyKind, LateKind] = {
    "hold_meeting": "hold_meeting",
    "find_a_time": "find_a_time",
    "set_date": "set_date",
    "send_invitation": "send_invitation",
    "send_cancellation": "send_cancellation",
    "send_decision": "send_decision",
    "send_minutes": "send_minutes",
    "withdraw_paper": "withdraw_paper",
    "notify_area": "notify_area",
    "resolve_dispute": "resolve_dispute",
}


def announce(before: CaseFile, file: CaseFile, facts: Sequence[Fact], directory: Directory) -> Iterator[Announce]:
    """Everything that this decision has to tell others, each to the subscribers who want it."""
    wanted = directory.subscribers.values()
    for body, because in _all(before, file, facts, directory):
        name = a.NAMES[type(body)]
        to = sorted(s.subscriber for s in wanted if not s.wants or name in s.wants)
        yield Announce(body=body, to=tuple(to), because=because)


def _all(
    before: CaseFile, file: CaseFile, facts: Sequence[Fact], directory: Directory
) -> Iterator[tuple[Announcement, str]]:
    bodies = [fact.body for fact in facts]
    known = _known_before(before, bodies)
    for id_, meeting in file.meetings.items():
        was = known.get(id_)
        if was is not meeting and meeting.due.kind in KINDS:
            yield from _of_its_time(file.family, was, meeting)
            yield from _of_its_records(file.family, was, meeting)
    yield from _passed_on(before, file, bodies)
    for fact in facts:
        if isinstance(fact.body, f.RungClimbed):
            yield from _late(file, fact, fact.body, directory)


def _known_before(before: CaseFile, bodies: list[e.Body]) -> dict[str, Meeting]:
    """What a family that was merged or split brought was told under its own name already."""
    brought = [convert(b.file, CaseFile).meetings for b in bodies if isinstance(b, e.FamilyBrought)]
    return {id_: meeting for meetings in (*brought, before.meetings) for id_, meeting in meetings.items()}


def _passed_on(before: CaseFile, file: CaseFile, bodies: list[e.Body]) -> Iterator[tuple[Announcement, str]]:
    into = next((b.into for b in bodies if isinstance(b, e.FamiliesMerged | f.FamilyParted)), "")
    for id_, gone in before.meetings.items() if into else ():
        if id_ not in file.meetings and gone.due.kind in KINDS and (gone.held or _time(gone)):
            yield a.MeetingPassedOn(**_about(file.family, gone), to=into), "the families were merged or split"


def _about(family: str, meeting: Meeting) -> dict[str, Any]:
    return {"family": family, "meeting": meeting.id, "kind": KINDS[meeting.due.kind]}


def _time(meeting: Meeting | None) -> f.MeetingBooked | None:
    """The booking that people reckon with: one that was adjourned stands until it is moved or called off."""
    if meeting is None:
        return None
    return meeting.booked or (None if meeting.cancelled else meeting.broke_off)


def _of_its_time(family: str, was: Meeting | None, now: Meeting) -> Iterator[tuple[Announcement, str]]:
    old, new, about = _time(was), _time(now), _about(family, now)
    if new and (old is None or (old.starts_at, old.ends_at) != (new.starts_at, new.ends_at)):
        time: dict[str, Any] = {
            "revision": new.revision,
            "starts_at": new.starts_at,
            "ends_at": new.ends_at,
            "due_on": now.due.due_on,
        }
        if old is None:
            yield a.MeetingBooked(**about, **time), "a time was found"
        else:
            yield a.MeetingMoved(**about, **time, moved_from=old.starts_at), "the time changed"
    elif old and not new:
        still_due, revision = not now.no_longer_due, now.revision
        cancelled = a.MeetingCancelled(**about, revision=revision, was_to_start_at=old.starts_at, still_due=still_due)
        yield cancelled, "its time fell"


def _of_its_records(family: str, was: Meeting | None, now: Meeting) -> Iterator[tuple[Announcement, str]]:
    about = _about(family, now)
    sat_before, sat = was.sitting if was else None, now.sitting
    if sat and (sat_before is None or _hours(sat_before) != _hours(sat)):
        corrects = sat_before is not None
        held = a.MeetingHeld(**about, started_at=sat.started_at, ended_at=sat.ended_at, corrects=corrects)
        yield held, "it was recorded as held"
    elif sat_before and sat is None:
        yield a.RecordWithdrawn(**about, what="held"), "it was recorded in error"
    minutes_before, minutes = was.minutes if was else None, now.minutes
    if minutes and (minutes_before is None or minutes_before.recorded != minutes.recorded):
        yield a.MinutesReady(**about, corrects=minutes_before is not None), "its minutes were recorded"
    elif minutes_before and minutes is None:
        yield a.RecordWithdrawn(**about, what="minutes"), "they were recorded in error"


def _hours(sitting: Sitting) -> tuple[datetime, datetime]:
    return sitting.started_at, sitting.ended_at


def _late(
    file: CaseFile, fact: Fact, climbed: f.RungClimbed, directory: Directory
) -> Iterator[tuple[Announcement, str]]:
    """A duty put before somebody at once, since a mail failed, is not late yet."""
    duty = file.duties[climbed.duty]
    meeting = file.meetings.get(duty.meeting or "")
    about_treatment = duty.adult or duty.service or directory.treats(duty.to or "")
    untold = meeting and meeting.due.kind not in KINDS
    if duty.kind not in DUTIES or about_treatment or untold or fact.recorded <= duty.due_at:
        return
    late = a.DutyLate(
        family=file.family,
        duty=duty.id,
        kind=DUTIES[duty.kind],
        due_at=duty.due_at,
        rung=climbed.rung,
        meeting=duty.meeting,
    )
    yield late, fact.because
