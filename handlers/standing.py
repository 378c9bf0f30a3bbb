"""What stands of a family today, read off its file: whom a plan is about, when it ended, where the family is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from handlers import events as e
from handlers.case_file import CaseFile


def children(file: CaseFile) -> tuple[str, ...]:
    """Every child of the household, the unborn and the dead among them."""
    return tuple(p for p in file.household if (m := file.known(p)) and m.relation in ("child", "unborn"))


def children_of(file: CaseFile, plan: str) -> tuple[str, ...]:
    """Whom a plan is about: those it names, the unborn child of its conference, else every child."""
    made, meeting = file.plan_made_at(plan), file.meetings.get(file.plans.get(plan, ""))
    unborn = meeting.due.child if meeting else None
    return (made.children if made else ()) or ((unborn,) if unborn else children(file))


def last_died_on(file: CaseFile, people: Iterable[str]) -> date | None:
    """The day on which the last of these died; None while one of them lives, or if there is nobody."""
    days = [file.dead.get(p) for p in people]
    return max((d for d in days if d), default=None) if all(days) else None


def plan_ended_on(file: CaseFile, plan: str) -> date | None:
    """The day that was recorded, or that on which the last child it is about died, or another area took over."""
    taken = next((t.on for left in moves_out(file) if (t := file.life.taken_over(left.move))), None)
    told = file.before.plans[plan].told.ended_on if plan in file.before.plans else None
    return file.plans_ended.get(plan) or told or last_died_on(file, children_of(file, plan)) or taken


def moves_out(file: CaseFile) -> list[e.FamilyMovedOut]:
    """Out of the area to stay, and not back since."""
    told = (min(filter(None, (t.notified_on, t.received_on))) for t in file.transfers.values())
    back_on = max(told, default=date.min)
    moves = (k.body for k in file.life.moves.values())
    return [m for m in moves if not m.temporary and m.on > back_on]
