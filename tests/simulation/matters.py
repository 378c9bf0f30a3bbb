"""What one family's ledger is about, as the judge keeps it: meetings, mails and their fate, words given, duties."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.simulation.calendar_sums import parsed
from tests.simulation.reading import Body, Fact

NEVER = datetime.max.replace(tzinfo=UTC)
FAILED = ("refused", "bounced")


@dataclass(frozen=True)
class Booking:
    seq: int
    at: datetime
    starts_at: datetime
    revision: int


@dataclass
class Sent:
    """One mail that a fact says was written. kind: invitation, cancellation, minutes, decision, letter or notice."""

    id: str
    kind: str
    person: str
    seq: int
    at: datetime
    meeting: str = ""
    duty: str = ""
    revision: int = 0
    mailed: bool = True
    fates: list[tuple[int, datetime, str]] = field(default_factory=list)

    def fate(self, before: int | None = None) -> str:
        """What was last heard of it: accepted, ready, collected, refused, bounced; empty if nothing certain."""
        said = [fate for n, _, fate in self.fates if fate != "unknown" and (before is None or n < before)]
        return said[-1] if said else ""


@dataclass(frozen=True)
class Word:
    """Somebody showed that they know. how: answer, call, acknowledged or attended."""

    seq: int
    at: datetime
    happened: datetime
    person: str
    how: str
    meeting: str = ""
    duty: str = ""


@dataclass
class Meeting:
    """One meeting. off: when a booking fell, and which; sat: when it was held, as recorded; said: every record of what
    came of it; corrected: when one of these was last said to be wrong; joined_at: when another family brought it."""

    id: str
    due: Body
    fell_at: datetime
    seq: int
    no_longer_due: bool = False
    bookings: list[Booking] = field(default_factory=list)
    booked: Booking | None = None
    off: tuple[int, datetime, Booking] | None = None
    sat: Fact | None = None
    minutes: Fact | None = None
    decisions: Fact | None = None
    reports: list[tuple[int, str]] = field(default_factory=list)
    closed_seq: int | None = None
    said: list[Fact] = field(default_factory=list)
    corrected: Fact | None = None
    joined_at: datetime | None = None

    @property
    def kind(self) -> str:
        return str(self.due["kind"])

    @property
    def starts_at(self) -> datetime | None:
        """When it sat, else when it is to sit."""
        told = self.sat.body.get("started_at") if self.sat else None
        if told:
            return parsed(told)
        return self.booked.starts_at if self.booked else None

    @property
    def fixed_at(self) -> datetime | None:
        return self.bookings[0].at if self.bookings else None

    def booking_at(self, at: datetime) -> Booking | None:
        return next((b for b in reversed(self.bookings) if b.at <= at), None)


@dataclass
class Duty:
    """A duty as the facts leave it. turns: opened, moved, ended, reopened, in order; rungs: what the table may say;
    right: who spoke for the service at some time, by the judge's own reading."""

    id: str
    now: dict[str, Any]
    seq: int
    since: Fact
    ended: Fact | None = None
    turns: list[Fact] = field(default_factory=list)
    climbs: list[Fact] = field(default_factory=list)
    calls: list[Fact] = field(default_factory=list)
    owed_to: list[tuple[int, datetime, str | None]] = field(default_factory=list)
    ladder_at: datetime | None = None
    rungs: set[int] = field(default_factory=lambda: {-1})
    right: set[str] = field(default_factory=set)
    amiss_since: datetime | None = None

    @property
    def kind(self) -> str:
        return str(self.now["kind"])

    @property
    def matter(self) -> tuple[str, str, str, str]:
        """What it is about: its kind, meeting, adult and service."""
        return self.kind, *(self.now.get(name) or "" for name in ("meeting", "adult", "service"))  # type: ignore[return-value]

    @property
    def to(self) -> str | None:
        held: str | None = self.now.get("to")
        return held

    @property
    def open(self) -> bool:
        return self.ended is None

    @property
    def due(self) -> datetime:
        """By when; never, where it does not say."""
        return parsed(self.now["due_at"]) if self.now.get("due_at") else NEVER

    def to_at(self, seq: int) -> str | None:
        """To whom it was owed at that row of the ledger."""
        return [to for n, _, to in self.owed_to if n <= seq][-1]

    def to_since(self) -> datetime:
        """Since when it has been owed to whoever it is owed to now."""
        since = self.owed_to[-1][1]
        for _, at, to in reversed(self.owed_to):
            if to != self.to:
                break
            since = at
        return since

    def ever_to(self) -> set[str]:
        return {to for _, _, to in self.owed_to if to}
