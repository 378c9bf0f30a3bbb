"""What surrounds one meeting: answers, calls and reports before it, now and then a cancellation and another time; who
sat, what was decided, the minutes, and who came to collect them. The shares are design defaults."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from handlers import events as e
from handlers.facts import MeetingKind
from handlers.meetings.falling_due import CONFERENCES, meeting_id
from tests.benchmarks.england.telling import DESK, ENDS, REPLIES, Told, at, working
from tests.simulation.area import local

COORDINATOR, MINUTE_TAKER = "w-coordinator", "w-minute-taker"
CANCELLED = 0.06
MINUTES_WITHIN = {True: (3, 14), False: (2, 8)}  # working days, of conferences and of the others


def sitting(told: Told, kind: MeetingKind, name: str, day: date, plan: e.Plan | None = None) -> datetime | None:
    """All of it; when it was recorded as held, None if that lies beyond the year."""
    meeting, full = meeting_id(kind, name), kind in CONFERENCES
    starts_at = local(day, time(9 + told.rng.randrange(6), told.rng.choice((0, 15, 30, 45))))
    ends_at = starts_at + timedelta(minutes=110 if full else 55)
    held_at = ends_at + timedelta(minutes=told.rng.randrange(5, 45))
    if held_at > ENDS:
        return None
    _before(told, meeting, day, full)
    if told.chance(CANCELLED):
        _another_time(told, meeting, day, starts_at)
    told.says(held_at, e.MeetingHeld(meeting, _who_came(told, full), starts_at, ends_at, plan))
    _afterwards(told, meeting, day, full)
    return held_at


def _before(told: Told, meeting: str, day: date, full: bool) -> None:
    """Answers, mostly to say yes; treatment workers who do not answer are mostly rung; reports for conferences."""
    rng = told.rng
    for worker in dict.fromkeys(told.team.values()) if full else [told.social_worker]:
        if told.chance(0.75):
            _answers(told, meeting, worker, day)
    for _, worker in told.using.values():
        if told.chance(0.8):
            _answers(told, meeting, worker, day)
        elif told.chance(0.7):
            told.on(working(day, -1), e.CallLogged(meeting, worker, "spoke", COORDINATOR), DESK)
        if full and told.chance(0.7):
            told.on(working(day, -1), e.ReportReceived(meeting, worker, COORDINATOR), DESK)
    if full:
        outcome = rng.choice(("spoke", "spoke", "no_answer"))
        told.on(working(day, -1), e.CallLogged(meeting, told.adults[0], outcome, told.social_worker), DESK)  # type: ignore[arg-type]


def _answers(told: Told, meeting: str, worker: str, day: date) -> None:
    reply = told.rng.choices(("accepted", "tentative", "declined"), (88, 4, 8))[0]
    body = e.AnswerGiven(meeting, worker, reply, worker)  # type: ignore[arg-type]  # one of the three
    told.says(at(working(day, -told.rng.choice((1, 2, 2, 3))), told.rng), body, REPLIES)


def _another_time(told: Told, meeting: str, day: date, starts_at: datetime) -> None:
    """Called off some days before, and fixed anew by a coordinator."""
    told.says(local(working(day, -3), time(17, 5)), e.MeetingCancelled(meeting, COORDINATOR, "The chair is ill."), DESK)
    booked = e.BookingAsked(meeting, starts_at, COORDINATOR, reason="The first time that suits everybody.")
    told.says(local(working(day, -2), time(8, 45)), booked, DESK)


def _who_came(told: Told, full: bool) -> tuple[e.Attendance, ...]:
    came = [e.Attendance(person=told.staff.one("chair", told.rng), presence="present")] if full else []
    for role, worker in told.team.items():
        there = role == "social_worker" or told.chance(0.85)
        came.append(e.Attendance(person=worker, presence="present" if there else "apologies"))
    for service, worker in told.using.values():
        deputy = told.staff.one(service, told.rng)
        if deputy != worker and told.chance(0.08):
            came.append(e.Attendance(person=deputy, presence="deputy", deputy_for=worker))
        else:
            came.append(e.Attendance(person=worker, presence="present" if told.chance(0.8) else "apologies"))
    for adult in told.adults:
        if told.chance(0.7):
            came.append(e.Attendance(person=adult, presence="present"))
    return tuple({a.person: a for a in came}.values())


def _afterwards(told: Told, meeting: str, day: date, full: bool) -> None:
    """Decisions and minutes; who has no secure address comes for theirs, mostly."""
    if full:
        decided = e.DecisionsRecorded(meeting, MINUTE_TAKER, ("The children need a child protection plan.",))
        told.on(working(day, 1), decided, DESK)
        _collected(told, meeting, working(day, 2))
    written_on = working(day, told.rng.randrange(*MINUTES_WITHIN[full]))
    blocks = (e.Block(heading="Health", text="The children were seen."), e.Block(heading="Home", text="It is cold."))
    task = e.Task(what="Visit the family at home.", who=told.social_worker, by=day + timedelta(days=14))
    minutes = e.MinutesRecorded(meeting, MINUTE_TAKER, ("The plan goes on.",), blocks[: 2 if full else 1], (task,))
    told.on(written_on, minutes, DESK)
    _collected(told, meeting, working(written_on, 2))


def _collected(told: Told, meeting: str, day: date) -> None:
    for person in (*told.adults, *(w for role, w in told.team.items() if role == "school")):
        if told.chance(0.85):
            told.on(day, e.CallLogged(meeting, person, "collected", COORDINATOR), DESK)
