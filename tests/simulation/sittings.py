"""What people do about meetings: sit, move, cancel, adjourn or forget them; write minutes early, late or never."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from random import Random
from typing import get_args

from handlers import events as e
from handlers.counting import Ground
from handlers.people import derived
from tests.simulation import corrections
from tests.simulation.area import LONDON, SLOTS, SOCIAL, chance, local
from tests.simulation.book import Row
from tests.simulation.cases import Op
from tests.simulation.people import COORDINATOR, Known, Later, People, Planned


def _fell_due(people: People, row: Row, now: datetime) -> Iterator[Planned]:
    known = people.meeting(row["stream"], row["body"]["meeting"])
    known.kind, known.off = row["body"]["kind"], False
    yield from ()


def _off(people: People, row: Row, now: datetime) -> Iterator[Planned]:
    people.meeting(row["stream"], row["body"]["meeting"]).off = True
    yield from ()


def _booked(people: People, row: Row, now: datetime) -> Iterator[Planned]:
    """It will sit, unless it is moved or cancelled before, adjourned, or nobody ever says what became of it."""
    body = row["body"]
    known = people.meeting(row["stream"], body["meeting"])
    known.revision = body["revision"]
    known.starts_at, known.ends_at = _instant(body["starts_at"]), _instant(body["ends_at"])
    if body.get("chair"):
        known.guests[body["chair"]] = True
    rng = people.rng(known.stream, known.meeting, known.revision)
    revision, drawn = known.revision, rng.random()

    def still(step: Callable[[datetime], Iterator[Op]]) -> Later:
        """Only if it stands at this time and has not sat."""
        return lambda at: step(at) if (known.revision == revision and not known.sat and not known.off) else ()

    before = known.starts_at - timedelta(days=rng.choice((1, 2, 4)))
    if revision < 4 and drawn < 0.13:
        yield people.soon(max(now, before), rng, 0), still(lambda at: _move(people, known, at))
    elif revision < 4 and drawn < 0.2:
        yield people.soon(max(now, before), rng, 0), still(lambda at: _cancel(people, known, at))
    end = known.ends_at
    if drawn > 0.97:
        return
    if drawn > 0.89:
        yield people.soon(end, rng, 0, 0, 1), still(lambda at: _adjourn(people, known, at))
        return
    yield people.soon(end, rng, 0, 0, 0, 1, 3), still(lambda at: _sit(people, known, at))


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _some_time(people: People, rng: Random, now: datetime) -> datetime:
    on = now.astimezone(LONDON).date() + timedelta(days=rng.choice((2, 3, 5, 8)))
    while on.weekday() > 4:
        on += timedelta(days=1)
    hour = rng.choice((9, 10, 11, 13, 14, 15))
    return local(on, SLOTS[0].replace(hour=hour, minute=rng.choice((0, 15, 30, 45))))


def _move(people: People, known: Known, now: datetime) -> Iterator[Op]:
    rng = people.rng("move", known.stream, known.meeting, known.revision)
    reason = f"{people.child(known.stream, rng)} is ill." if chance(rng, 0.5) else None
    at = _some_time(people, rng, now)
    if chance(rng, 0.12):
        at = now + timedelta(hours=rng.choice((2, 5, 20)))
    yield people.op(known.stream, e.BookingAsked(known.meeting, at, COORDINATOR, reason=reason), now)


def _cancel(people: People, known: Known, now: datetime) -> Iterator[Op]:
    rng = people.rng("cancel", known.stream, known.meeting, known.revision)
    reason = f"{people.child(known.stream, rng)}'s school is closed."
    yield people.op(known.stream, e.MeetingCancelled(known.meeting, COORDINATOR, reason), now)


def _no_time(people: People, row: Row, now: datetime) -> Iterator[Planned]:
    """Cancelled, adjourned with no time found, or nothing fitted: the coordinator asks for a time, mostly."""
    known = people.meeting(row["stream"], row["body"]["meeting"])
    rng = people.rng("time", row["type"], row["stream"], known.meeting, known.revision, row["seq"])
    if row["type"] == "MeetingCancelled":
        known.revision += 1000  # nothing planned for the old time comes about
        if "conference" in known.kind and chance(people.rng("agreed", row["stream"], row["seq"]), 0.6):
            agreed = e.CallingOffAgreed(known.meeting, "w-social-0", "The reports were not shared.")
            yield now + timedelta(hours=30), lambda at: [people.op(known.stream, agreed, at)]
    if chance(rng, 0.8) and row["body"].get("revision", 0) < 7:
        yield people.soon(now, rng, 0, 1, 2), lambda at: () if known.sat or known.off else _ask(people, known, at, rng)


def _ask(people: People, known: Known, now: datetime, rng: Random) -> Iterator[Op]:
    if chance(rng, 0.4):
        yield people.op(known.stream, e.SlotsAsked(known.meeting, COORDINATOR), now)
    yield people.op(known.stream, e.BookingAsked(known.meeting, _some_time(people, rng, now), COORDINATOR), now)


# --- sitting


def _attendance(people: People, known: Known, rng: Random) -> tuple[e.Attendance, ...]:
    """Who came, who sent somebody, who sent word, who did not."""
    there = []
    for person in sorted(p for p, wanted in known.guests.items() if wanted):
        drawn = rng.random()
        known_as = people.area.workers.get(person)
        colleagues = [w for w in people.area.staff(known_as.agency) if w != person] if known_as else []
        if drawn < 0.12 and colleagues:
            there.append(e.Attendance(person=rng.choice(colleagues), presence="deputy", deputy_for=person))
        elif drawn < 0.22:
            there.append(e.Attendance(person=person, presence="apologies"))
        elif drawn < 0.36:
            there.append(e.Attendance(person=person, presence="absent"))
        elif drawn > 0.97:
            there.append(e.Attendance(person=person, presence="report_only"))
        else:
            there.append(e.Attendance(person=person, presence="present"))
    seen: dict[str, e.Attendance] = {}
    for seat in there:
        seen.setdefault(seat.person, seat)
    return tuple(seen.values())


def _sit(people: People, known: Known, now: datetime) -> Iterator[Op]:
    rng = people.rng("sit", known.stream, known.meeting)
    known.sat = True
    plan = None
    if known.kind.endswith("conference") and known.kind != "review_conference" and chance(rng, 0.45):
        workers = [p for p in known.guests if p in people.area.workers and not people.area.workers[p].chairs]
        core = tuple(sorted(rng.sample(sorted(workers), min(len(workers), rng.choice((1, 2, 3))))))
        name = f"PLAN-{derived(known.stream, known.meeting)[:6]}"
        plan = e.Plan(plan=name, category=rng.choice(("neglect", "emotional", "multiple")), core_group=core)
    timed = people.calm or chance(rng, 0.6)
    body = e.MeetingHeld(
        meeting=known.meeting,
        attendance=_attendance(people, known, rng),
        started_at=known.starts_at if timed else None,
        ended_at=known.ends_at if timed else None,
        plan=plan,
    )
    yield people.op(known.stream, body, now, happened=known.ends_at)


def _adjourn(people: People, known: Known, now: datetime) -> Iterator[Op]:
    rng = people.rng("adjourn", known.stream, known.meeting, known.revision)
    sat = chance(rng, 0.6)
    reason = f"{people.child(known.stream, rng)} was taken to hospital."
    body = e.MeetingAdjourned(
        meeting=known.meeting,
        by=COORDINATOR,
        reason=reason,
        started_at=known.starts_at if sat else None,
        attendance=_attendance(people, known, rng) if sat else (),
    )
    yield people.op(known.stream, body, now, happened=known.ends_at)


def _held(people: People, row: Row, now: datetime) -> Iterator[Planned]:
    """The decision letter next, minutes early, late or never; and a plan made ends after a while, perhaps."""
    body, stream = row["body"], row["stream"]
    known = people.meeting(stream, body["meeting"])
    known.sat = True
    rng = people.rng("after", stream, known.meeting)
    child = people.child(stream, rng)
    if "conference" in known.kind and chance(rng, 0.7):
        words = (f"A plan for {child}.",)
        decided = e.DecisionsRecorded(meeting=known.meeting, by=COORDINATOR, decisions=words)
        yield people.soon(now, rng, 0, 1, 2), lambda at: [people.op(stream, decided, at)]
    chairs = [p for p in known.guests if p in people.area.workers and people.area.workers[p].chairs]
    own = people.rng("ground", stream, known.meeting)
    if "conference" in known.kind and chairs and chance(own, 0.6):
        ground = own.choice(get_args(Ground))
        waived = e.QuorumWaived(known.meeting, ground, chairs[-1], f"{child} cannot wait.")
        yield people.soon(now, own, 0, 0, 1, 3), lambda at: [people.op(stream, waived, at)]
    if chance(rng, 0.95):
        minutes = e.MinutesRecorded(
            meeting=known.meeting,
            by=COORDINATOR,
            decisions=(f"{child} needs a plan.",),
            discussion=(e.Block(heading=f"School and {child}", text=f"{child} comes to school hungry."),),
            tasks=(e.Task(what=f"Visit {child} at home.", who="w-social-0"),),
        )
        yield people.soon(now, rng, 0, 0, 0, 1, 1, 2, 3, 3, 8, 22), lambda at: [people.op(stream, minutes, at)]
    if (plan := body.get("plan")) and chance(rng, 0.25):
        at = people.soon(now, rng, 30, 50)
        ended = e.PlanEnded(plan=plan["plan"], ended_on=at.astimezone(LONDON).date(), by=COORDINATOR)
        yield at, lambda at: [people.op(stream, ended, at, SOCIAL)]
    yield from corrections.after_a_sitting(people, row, now)


Step = Callable[[People, Row, datetime], Iterator[Planned]]
STEPS: dict[str, Step] = {
    "MeetingFellDue": _fell_due,
    "MeetingNoLongerDue": _off,
    "MeetingBooked": _booked,
    "BookingFailed": _no_time,
    "MeetingCancelled": _no_time,
    "MeetingHeld": _held,
    "MinutesRecorded": corrections.of_minutes,
}
