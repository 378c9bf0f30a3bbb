"""What goes wrong at the ports: crashes, a database away, a post that refuses, delays, loses the line or mails back.

Whether a fault strikes follows from the seed and the place alone, never from the order of asking; each that struck is
kept under its place's name, so that a replay strikes there and nowhere else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

from infra.mail.mailbox import Manner
from streams.office import CannotNow
from tests.simulation.cases import Fault

CRASH, AWAY, BOUNCE = "crash", "database-away", "bounce"
RATES: dict[str, float] = {
    CRASH: 0.0007,
    AWAY: 0.0005,
    "refuse": 0.012,  # of an address, for a week
    "refuse_content": 0.002,
    "greylist": 0.008,
    "hang_up": 0.005,
    "cut": 0.006,
    BOUNCE: 0.02,
}


BEFORE = datetime(2000, 1, 1, tzinfo=UTC)


class Crash(BaseException):
    """The process died here: no handler of ours may catch it, nothing is tidied up."""


class Faults:
    """scripted: the faults of a replay; None draws them from the seed. Now is set by whoever plays."""

    def __init__(self, seed: str, scripted: Sequence[Fault] | None = None) -> None:
        self.seed, self.now = seed, BEFORE
        self.scripted = None if scripted is None else set(scripted)
        self.struck: dict[Fault, None] = {}
        self._crossed: dict[str, int] = {}

    def strikes(self, fault: str, where: str) -> bool:
        here = Fault(fault=fault, where=where)
        if self.scripted is not None:
            hit = here in self.scripted
        else:
            hit = share(f"{self.seed} {fault} {where}") < RATES[fault]
        if hit:
            self.struck[here] = None
        return hit

    def __call__(self, crossing: str) -> None:
        """A port is crossed: the nth time at this instant, however often the house was opened anew."""
        place = f"{self.now.isoformat()} {crossing}"
        nth = self._crossed[place] = self._crossed.get(place, 0) + 1
        if self.strikes(CRASH, f"{place} {nth}"):
            raise Crash(crossing)
        if self.strikes(AWAY, f"{place} {nth}"):
            raise CannotNow("the database is away for a moment")

    def manner(self, name: str, to: str, attempt: int) -> Manner:
        """What the relay does with this mail."""
        week = "-".join(map(str, self.now.isocalendar()[:2]))
        if self.strikes("refuse", f"{to} {week}"):
            return "refuse"
        if self.strikes("refuse_content", name):
            return "refuse_content"
        manners: tuple[Manner, ...] = ("greylist", "hang_up", "cut")
        return next((m for m in manners if self.strikes(m, f"{name} {attempt}")), "accept")

    def bounces(self, message: str) -> bool:
        return self.strikes(BOUNCE, message)


def share(name: str) -> float:
    """A number from 0 up to 1 that follows from the name."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=6).digest(), "big") / 2**48
