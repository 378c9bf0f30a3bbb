"""What went before this file was kept, as a return such as the children in need census tells of it.

No meeting of that time stands among the file's own: nobody was to be told of it by us, nor owed its minutes. Only what
follows from it for the time to come is read off here.
"""

from __future__ import annotations

from collections.abc import Container
from datetime import date, datetime
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from handlers import events as e
from handlers.facts import Fact


class PlanMade(Struct, frozen=True):
    """A plan as it stands, as far as it is known; sat_on: the day of the conference that made it."""

    sat_on: date
    category: e.Category | None
    core_group: tuple[str, ...] = ()
    children: tuple[str, ...] = ()


class PlanBefore(Struct, frozen=True):
    """A plan as it was last told; known_at: when we first came to know of it."""

    told: e.PlanStoodBefore
    known_at: datetime
    recorded: datetime


class Before(Struct, frozen=True, kw_only=True):
    """Conferences and plans by their names."""

    conferences: dict[str, e.ConferenceHeldBefore] = field(default_factory=dict)
    plans: dict[str, PlanBefore] = field(default_factory=dict)

    def standing(self, ended: Container[str], ours: Container[date]) -> PlanBefore | None:
        """The plan that has not ended: a child has one at a time (rules D-03), so the latest told. One made on the day
        of a conference of ours is ours.
        """
        found = (
            p
            for p in self.plans.values()
            if p.told.ended_on is None and p.told.plan not in ended and p.told.made_on not in ours
        )
        return max(found, key=lambda p: (p.told.known_on, p.recorded, p.told.made_on), default=None)


def fold(before: Before, fact: Fact) -> Before:
    """The same with one more record in it."""
    body: Any = fact.body
    if isinstance(body, e.ConferenceHeldBefore):
        return replace(before, conferences={**before.conferences, body.conference: body})
    known = before.plans.get(body.plan)
    plan = PlanBefore(body, fact.recorded, fact.recorded)
    if known:
        later = max(plan, known, key=lambda p: (p.told.known_on, p.recorded))
        plan = replace(later, known_at=min(known.known_at, plan.known_at))
    return replace(before, plans={**before.plans, body.plan: plan})
