"""The courses that families take: an enquiry that ends without a conference; an initial conference and, most times, a
plan with its core groups and reviews; a plan that stood before the year; a Family Intervention Project beside some.

How long plans last is set so that a year has the reviews that it should (`volume.py`); the other shares are design
defaults. Meetings are held near the first time that the house can find, as most are.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from random import Random

from handlers import events as e
from tests.benchmarks.england.households import changes, household
from tests.benchmarks.england.sittings import COORDINATOR, sitting
from tests.benchmarks.england.telling import DESK, Told, at, later, working
from tests.benchmarks.england.volume import FIRST_ON, WEEKS
from tests.simulation.area import local

CATEGORIES: tuple[e.Category, ...] = ("neglect", "emotional", "physical", "sexual", "multiple")
TREATED = 0.35
MAKES_A_PLAN = 0.88
LAST_REVIEW = {1: 35, 2: 35, 3: 17, 4: 9, 5: 4}  # at which review a plan ends, of a hundred
# Of section 47 enquiries that led to a conference, after how many working days (DfE 2023, as above), of a hundred.
CONFERENCE_AFTER = {8: 9, 12: 23, 13: 23, 14: 23, 18: 10, 24: 12}
PROJECT = 0.12


def _drawn(rng: Random, of: dict[int, int]) -> int:
    return rng.choices(list(of), list(of.values()))[0]


def enquiry(told: Told, nth: float) -> None:
    """A section 47 enquiry that needs no conference. nth: how far into the year, from 0 to 1."""
    day = working(FIRST_ON + timedelta(days=int(nth * (7 * WEEKS - 3))))
    household(told, at(day, told.rng), TREATED / 2, everybody=False)
    _discussed(told, day)
    outcome: e.Section47Outcome = told.rng.choice(("not_substantiated", "substantiated_not_at_risk"))
    _concluded(told, working(day, told.rng.randrange(5, 15)), outcome)


def _discussed(told: Told, day: date) -> None:
    told.says(local(day, time(18, 10)), e.StrategyDiscussionHeld(f"SD-{told.family[2:]}", day, True))


def _concluded(told: Told, day: date, outcome: e.Section47Outcome) -> None:
    conference = outcome == "substantiated_at_risk"
    body = e.Section47Concluded(f"SD-{told.family[2:]}", outcome, conference, day, told.social_worker)
    told.says(local(day, time(8, 50)), body)


def conference(told: Told, nth: float) -> None:
    """An enquiry, the initial conference, and a plan if one is made."""
    rng = told.rng
    sits_on = working(working(FIRST_ON, 26) + timedelta(days=int(nth * (7 * WEEKS - 41))))
    discussed_on = working(sits_on, -_drawn(rng, CONFERENCE_AFTER))
    began = at(discussed_on, rng)
    household(told, began, TREATED)
    changes(told, began)
    _discussed(told, discussed_on)
    asked_on = working(sits_on, -4)
    _concluded(told, asked_on, "substantiated_at_risk")
    told.says(local(asked_on, time(8, 55)), e.ConferenceAskedFor(f"SD-{told.family[2:]}", told.social_worker))
    makes_one = told.chance(MAKES_A_PLAN)
    plan = (
        e.Plan(plan=_plan(told), category=rng.choice(CATEGORIES), core_group=_core_group(told)) if makes_one else None
    )
    held_at = sitting(told, "initial_conference", f"SD-{told.family[2:]}", sits_on, plan)
    if plan and held_at:
        _plan_from(told, sits_on, _drawn(rng, LAST_REVIEW), from_on=sits_on, first=1)


def _plan(told: Told) -> str:
    return f"PLAN-{told.family[2:]}"


def _core_group(told: Told) -> tuple[str, ...]:
    return (*dict.fromkeys((*told.team.values(), *(worker for _, worker in told.using.values()))),)


def standing(told: Told, nth: float) -> None:
    """A plan that was made before the year, some way through: those that last long stand more often."""
    rng = told.rng
    last = _drawn(rng, {n: share * (6 * n - 3) for n, share in LAST_REVIEW.items()})
    age = int((nth * 7919 % 1) * 30 * (6 * last - 4))
    made_on = FIRST_ON - timedelta(days=age + 3)
    held = [day for day in _reviews(rng, made_on, last) if day < FIRST_ON]
    if len(held) == last:
        held.pop()  # its last one is still to come, and late
    when = local(FIRST_ON, time(7, 30 + int(nth * 25)))
    household(told, when, TREATED)
    changes(told, when)
    category = rng.choice(CATEGORIES)
    body = e.PlanStoodBefore(_plan(told), made_on, FIRST_ON, category, tuple(held))
    told.says(when + timedelta(minutes=60), body)
    named = e.CoreGroupNamed(_plan(told), _core_group(told), FIRST_ON, COORDINATOR)
    told.says(when + timedelta(minutes=61), named, DESK)
    _plan_from(told, max([made_on, *held]), last, FIRST_ON, first=len(held) + 1)


def _reviews(rng: Random, since: date, count: int, first: int = 1) -> Iterator[date]:
    """The days of its reviews, some weeks before each is due (RCPC-01), where the house looks for a time."""
    for n in range(first, count + 1):
        since = later(since, months=3 if n == 1 else 6) - timedelta(days=rng.randrange(21, 27))
        yield since


def _plan_from(told: Told, since: date, last: int, from_on: date, first: int) -> None:
    """A plan from that day on: since when its next review is reckoned, its last one, and the number of its next."""
    plan, ends_on = _plan(told), from_on
    for n, due in enumerate(_reviews(told.rng, since, last, first), first):
        ends_on = working(max(due, working(from_on, 4)))
        sat = sitting(told, "review_conference", f"{plan}:{n - first + 1}", ends_on)
        if sat and n == last:
            told.says(sat + timedelta(minutes=30), e.PlanEnded(plan, ends_on, told.staff.one("chair", told.rng)), DESK)
    _core_groups(told, plan, from_on, ends_on, soon=first == 1 and from_on == since)
    project_on = working(from_on, told.rng.randrange(10, 40))
    if project_on < ends_on and told.chance(PROJECT):
        _project(told, project_on, ends_on)


def _core_groups(told: Told, plan: str, from_on: date, ends_on: date, soon: bool) -> None:
    """The first within ten working days of the conference (CG-01), then within six weeks (CG-02)."""
    day = working(from_on, told.rng.randrange(4, 8) if soon else told.rng.randrange(4, 28))
    n = 1
    while day < ends_on:
        sitting(told, "core_group", f"{plan}:{n}", day)
        n, day = n + 1, working(later(day, weeks=6), -told.rng.randrange(4, 8))


def _project(told: Told, began_on: date, ends_on: date) -> None:
    """A Family Intervention Project: whoever is in treatment says yes or no, reviews from the sixth week (FIP-01)."""
    fip, worker = f"FIP-{told.family[2:]}", told.staff.one("fip", told.rng)
    told.team["fip_worker"] = worker
    told.on(began_on, e.FipStarted(fip, began_on, worker))
    for adult in told.using:
        told.on(working(began_on, 2), e.ConsentRecorded(adult, "fip", told.chance(0.8), worker))
    day, n = later(began_on, weeks=6), 1
    while day < ends_on:
        sitting(told, "fip_review", f"{fip}:{n}", working(day, 1))
        n, day = n + 1, later(working(day, 1), weeks=6)
    told.says(local(working(ends_on, 2), time(12)), e.FipEnded(fip, working(ends_on, 2)))
