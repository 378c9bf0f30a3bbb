"""One family while it is told of: who is in it, and how its social workers write down what happens to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from handlers import events as e
from handlers.people import derived
from tests.simulation.area import SOCIAL, Area, chance


@dataclass
class Life:
    """A family while it is told of. adults are those in scope; born: the day on which it began here."""

    area: Area
    family: str
    rng: Random
    born: int
    days: int
    adults: list[str] = field(default_factory=list)
    members: dict[str, e.Member] = field(default_factory=dict)
    discussions: int = 0

    @property
    def subject(self) -> str:
        return f"family/{self.family}"

    def day(self, early: float = 0.0, late: float = 1.0) -> int:
        """Some day of this life between two shares of it."""
        return self.born + int(self.days * (early + (late - early) * self.rng.random()))

    def tell(self, day: int, body: e.Body, *, source: str = SOCIAL, subject: str = "", late: float = 0.2) -> datetime:
        """It happened; mostly it is written down within hours, now and then days later. When it was recorded."""
        recorded = self.area.at(day, self.rng)
        lag = timedelta(days=self.rng.randrange(1, 9)) if chance(self.rng, late) else timedelta(hours=1)
        self.area.says(subject or self.subject, body, recorded, recorded - lag, source)
        return recorded

    def on(self, day: int, back: int = 0) -> date:
        """A date that has certainly come by any hour of that day."""
        return self.area.first_on + timedelta(days=day - back)

    def name(self, person: str) -> str:
        return self.area.names.of(person)

    def child_name(self) -> str:
        """A child's name, to be let slip in a remark."""
        children = [m for m in self.members.values() if m.relation == "child"]
        return str(self.rng.choice(children).name) if children else "the baby"

    def social_worker(self) -> str:
        return f"w-social-{int(derived(self.family)[:2], 16) % 3}"


def member(life: Life, suffix: str, relation: e.Relation, *, cares: bool = False) -> e.Member:
    person = f"p-{life.family[2:]}-{suffix}"
    address = None
    name = life.name(person)
    if cares and chance(life.rng, 0.92):
        address = life.area.names.address(person, "home.example")
    born = life.on(0) - timedelta(days=life.rng.randrange(300, 5000)) if relation == "child" else None
    made = e.Member(person=person, name=name, relation=relation, cares=cares, born=born, address=address)
    life.members[person] = made
    if cares and relation not in ("child", "unborn"):
        life.adults.append(person)
    return made


def error(life: Life, subject: str, day: int, source: str = SOCIAL) -> None:
    """The record told last was wrong, as is found out days later."""
    told = life.area.ops[-1].event
    assert told
    wrong = e.RecordedInError(record=str(told["id"]), by=life.social_worker(), reason=f"Not {life.child_name()}.")
    later = day + life.rng.choice((1, 3, 10))
    life.tell(later, wrong, source=source, subject=subject)
