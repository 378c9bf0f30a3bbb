"""Everybody of one area, as far as they react: what they know of meetings and duties, and how they write it down.

Whatever somebody does follows from the seed and from what it is about, not from the order in which it was noticed.
A step is asked for when its hour has come, and looks then whether there is still anything to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from handlers import events as e
from handlers.people import derived
from tests.simulation.area import DESK, LONDON, SLOTS, Area, chance, local
from tests.simulation.cases import Op, an_event, said

Later = Callable[[datetime], Iterable[Op]]
Planned = tuple[datetime, Later]
COORDINATOR = "w-coordinator"


@dataclass
class Known:
    """A meeting as people see it. guests: whom it is fixed with; sat: what became of it is written down."""

    stream: str
    meeting: str
    kind: str = ""
    revision: int = 0
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    guests: dict[str, bool] = field(default_factory=dict)
    sat: bool = False
    off: bool = False


class People:
    """Everybody of one area. names: children's names by family, to be let slip."""

    def __init__(
        self, area: Area, seed: str, names: dict[str, list[str]], bounces: Callable[[str], bool], calm: bool
    ) -> None:
        self.area, self.seed, self.names, self.bounces, self.calm = area, seed, names, bounces, calm
        self.meetings: dict[tuple[str, str], Known] = {}
        self.duties: dict[str, dict[str, Any]] = {}
        self.mended: set[str] = set()

    # --- what every step needs

    def rng(self, *parts: object) -> Random:
        return Random(derived(self.seed, *map(str, parts)))

    def soon(self, now: datetime, rng: Random, *days: int) -> datetime:
        """An hour of one of so many days from now, after now and on a working day."""
        on = now.astimezone(LONDON).date() + timedelta(days=rng.choice(days))
        while True:
            if on.weekday() < 5:
                for slot in SLOTS:
                    if (at := local(on, slot)) > now and (on > now.astimezone(LONDON).date() or chance(rng, 0.6)):
                        return at
            on += timedelta(days=1)

    def meeting(self, stream: str, id_: str) -> Known:
        return self.meetings.setdefault((stream, id_), Known(stream, id_, id_.partition(":")[0].replace("-", "_")))

    def op(self, stream: str, body: e.Body, now: datetime, source: str = DESK, happened: datetime | None = None) -> Op:
        _, kind, id_ = stream.split("/")
        to = self.area.stream(f"{kind}/{id_ if id_ != self.area.name else ''}")
        name = derived(stream, repr(body), now.isoformat(), source)[:16]
        return said(an_event(source, name, to, happened or now, now, body))

    def child(self, stream: str, rng: Random) -> str:
        return rng.choice(self.names.get(stream) or ["the child"])

    def treats(self, person: str) -> bool:
        known = self.area.workers.get(person)
        return known is not None and known.agency in self.area.services
