"""One family's records, as its area's systems tell them: who is told of, and the hours at which it is written down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from handlers import events as e
from handlers.people import StreamId, StreamKind
from handlers.working_days import add_months, add_working_days, roll_forward
from tests.benchmarks.england.directory import Staff
from tests.benchmarks.england.volume import FIRST_ON, LAST_ON
from tests.simulation.area import local
from tests.simulation.houses import rules

SOCIAL, DESK, REPLIES = "social-care", "coordinators", "replies"
BEGINS, ENDS = local(FIRST_ON, time(7)), local(LAST_ON, time(23))


def working(day: date, on: int = 0) -> date:
    """So many working days later, or earlier; nought is the same day, or the next that is worked."""
    return add_working_days(day, on, rules().holidays)


def later(day: date, months: int = 0, weeks: int = 0) -> date:
    return roll_forward(add_months(day, months) + timedelta(weeks=weeks), rules().holidays)


def at(day: date, rng: Random) -> datetime:
    """Some minute of an office's day."""
    return local(day, time(9 + rng.randrange(8), rng.randrange(60)))


@dataclass
class Told:
    """A family, and what is told of it. adults: those in its scope; using: whom treatment services know, with service
    and worker; team: each role's worker."""

    area: str
    family: str
    rng: Random
    staff: Staff
    adults: list[str] = field(default_factory=list)
    children: list[str] = field(default_factory=list)
    using: dict[str, tuple[str, str]] = field(default_factory=dict)
    team: dict[str, str] = field(default_factory=dict)
    events: list[e.Event] = field(default_factory=list)

    def says(
        self, when: datetime, body: e.Body, source: str = SOCIAL, kind: StreamKind = "family", of: str = ""
    ) -> None:
        """Told at that hour; what lies outside the year is left to its own year."""
        if BEGINS <= when <= ENDS:
            stream = StreamId(self.area, kind, of or self.family)
            id_ = f"{self.family}-{len(self.events) + 1}"
            self.events.append(e.Event(id_, f"{source}.{self.area}.example", stream, when, when, body))

    def on(self, day: date, body: e.Body, source: str = SOCIAL) -> None:
        self.says(at(day, self.rng), body, source)

    def chance(self, of: float) -> bool:
        return self.rng.random() < of

    def in_order(self) -> Iterator[e.Event]:
        return iter(sorted(self.events, key=lambda x: x.recorded))

    @property
    def social_worker(self) -> str:
        return self.team["social_worker"]
