"""What came in, read once more by the judge: the directory over time, each adult's treatment, and who lives where.

Rows are taken in the order of the ledger, stream by stream; the instant of a row is when it was decided, which is
never before the row above it. Nothing of the house's code is used: bodies are plain JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from tests.simulation.calendar_sums import local_day, parsed

Body = Mapping[str, Any]
FAMILY = "family"  # stands for an adult whom a factor does not name


class Fact(NamedTuple):
    """One ledger row. at: the instant of the decision; recorded: what the record itself says."""

    seq: int
    at: datetime
    type: str
    body: Body
    event: str
    happened: datetime
    recorded: datetime
    fresh: bool  # the first row of its decision: the event itself


@dataclass(frozen=True)
class Known:
    """A worker of the directory, and when it was last recorded."""

    body: Body
    at: datetime

    @property
    def mailed(self) -> bool:
        return self.body.get("address") is not None

    @property
    def agency(self) -> str:
        return str(self.body["agency"])


@dataclass(frozen=True)
class Directory:
    """The area's directory at one moment; every change makes another."""

    workers: Mapping[str, Known] = field(default_factory=dict)
    agencies: Mapping[str, Body] = field(default_factory=dict)
    leave: Mapping[str, Body] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)

    def after(self, fact: Fact) -> Directory:
        body = fact.body
        match fact.type:
            case "WorkerRecorded":
                workers = {**self.workers, body["worker"]: Known(body, fact.at)}
                return Directory(workers, self.agencies, self.leave, self.roles)
            case "AgencyRecorded":
                return Directory(self.workers, {**self.agencies, body["agency"]: body}, self.leave, self.roles)
            case "LeaveRecorded":
                return Directory(self.workers, self.agencies, {**self.leave, body["leave"]: body}, self.roles)
            case "AreaRecorded":
                return Directory(self.workers, self.agencies, self.leave, dict(body["roles"]))
            case _:
                return self

    def mailed(self, worker: str | None) -> bool:
        known = self.workers.get(worker or "")
        return known is not None and known.mailed

    def agency_of(self, worker: str | None) -> str:
        known = self.workers.get(worker or "")
        return known.agency if known else ""

    def treats(self, worker: str | None) -> bool:
        return self.agencies.get(self.agency_of(worker), {}).get("kind") == "treatment"

    def post(self, service: str | None, name: str) -> str | None:
        held: str | None = self.agencies.get(service or "", {}).get(name)
        return held

    def holder(self, role: str) -> str | None:
        """Who holds this post of the area; somebody whom the directory does not know holds none."""
        held = self.roles.get(role)
        return held if held in self.workers else None

    def away(self, worker: str, day: date) -> bool:
        return any(
            x["worker"] == worker
            and not x.get("cancelled")
            and date.fromisoformat(x["first_on"]) <= day <= date.fromisoformat(x["last_on"])
            for x in self.leave.values()
        )

    def services(self, substance: str | None) -> list[str]:
        """The treatment services that treat this substance; one of which nobody said what it treats counts for any."""
        own = [a for a in self.agencies.values() if a.get("kind") == "treatment"]
        return sorted(a["agency"] for a in own if not substance or not a.get("treats") or substance in a["treats"])

    def has_services(self) -> bool:
        return any(a.get("kind") == "treatment" for a in self.agencies.values())


@dataclass(frozen=True)
class Episode:
    """One treatment episode as its records leave it. workers: whoever may pass for its key worker by some reading."""

    id: str
    service: str
    workers: frozenset[str]
    former: frozenset[str]
    opened_on: date
    ended_on: date | None
    ended_ever: bool
    reference: Any
    recorded: datetime

    def stood_on(self, day: date) -> bool:
        return self.opened_on <= day and (self.ended_on is None or day <= self.ended_on)


@dataclass
class Person:
    """One adult's own stream."""

    records: list[Fact] = field(default_factory=list)
    errors: set[str] = field(default_factory=set)
    at: datetime | None = None
    _read: list[Episode] | None = None

    def take(self, fact: Fact) -> None:
        self.at = fact.at
        if fact.type in ("EpisodeOpened", "EpisodeHandedOver", "EpisodeClosed", "EpisodeReopened"):
            self.records.append(fact)
        elif fact.type == "RecordedInError":
            self.errors.add(fact.body["record"])
        self._read = None

    def episodes(self) -> list[Episode]:
        if self._read is None:
            standing = [f for f in self.records if f.event not in self.errors]
            ids = dict.fromkeys(f.body["episode"] for f in standing if f.type == "EpisodeOpened")
            self._read = [_episode(id_, [f for f in standing if f.body["episode"] == id_]) for id_ in ids]
        return self._read


def _episode(id_: str, records: list[Fact]) -> Episode:
    ordered = sorted(records, key=lambda f: (f.recorded, f.seq))
    opened = [f for f in ordered if f.type == "EpisodeOpened"]
    handed = [f for f in ordered if f.type == "EpisodeHandedOver"]
    turns = [f for f in ordered if f.type in ("EpisodeClosed", "EpisodeReopened")]
    ended = turns[-1].body["ended_on"] if turns and turns[-1].type == "EpisodeClosed" else None
    # Handovers told out of their order: the later recorded, or the later day, may be meant; either will do.
    latest = {handed[-1].body["worker"], max(handed, key=lambda f: f.body["on"]).body["worker"]} if handed else set()
    if not handed or opened[-1].recorded > handed[-1].recorded:
        latest.add(opened[-1].body["worker"])
    everybody = {f.body["worker"] for f in (*opened, *handed)}
    return Episode(
        id=id_,
        service=opened[-1].body["service"],
        workers=frozenset(latest),
        former=frozenset(everybody - latest),
        opened_on=date.fromisoformat(opened[-1].body["opened_on"]),
        ended_on=date.fromisoformat(ended) if ended else None,
        ended_ever=any(f.type == "EpisodeClosed" for f in turns),
        reference=opened[-1].body.get("client_reference"),
        recorded=min(f.at for f in opened),
    )


@dataclass
class Household:
    """Who lives in one family, as told. since: when each adult last came in scope; joined: who moved in, and when."""

    members: dict[str, Body] = field(default_factory=dict)
    since: dict[str, datetime] = field(default_factory=dict)
    joined: dict[str, tuple[date, datetime]] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    anew: datetime | None = None
    dead: dict[str, Fact] = field(default_factory=dict)

    def take(self, fact: Fact) -> None:
        body = fact.body
        if fact.type == "HouseholdRecorded":
            if self.anew is None or fact.recorded >= self.anew:
                self.members, self.anew = {m["person"]: m for m in body["members"]}, fact.recorded
        elif fact.type == "MemberJoined":
            person = body["member"]["person"]
            if self._latest(person, body["on"]):
                self.members[person] = body["member"]
                self.joined[person] = (date.fromisoformat(body["on"]), fact.at)
        elif self._latest(body["person"], body["on"]):
            self.members.pop(body["person"], None)
            self.joined.pop(body["person"], None)
        self.since = {p: self.since.get(p, fact.at) for p in self.adults()}

    def bury(self, deaths: dict[str, Fact], at: datetime) -> None:
        """Those who died, by the records that stand at that instant."""
        self.dead = deaths
        self.since = {p: self.since.get(p, at) for p in self.adults()}

    def _latest(self, person: str, on: str) -> bool:
        if self.moved.get(person, on) > on:
            return False
        self.moved[person] = on
        return True

    def adults(self) -> list[str]:
        """Whoever has care of a child here or a significant relationship with those who do (paragraph 11)."""
        living = ((p, m) for p, m in self.members.items() if p not in self.dead)
        return [p for p, m in living if m.get("cares") and m["relation"] not in ("child", "unborn")]


@dataclass
class Area:
    """All that the judge has read so far. before: the directory as it stood before this look; references: whom another
    system means by `system:reference`; standing: what was told of each standing meeting."""

    directory: Directory = field(default_factory=Directory)
    before: Directory = field(default_factory=Directory)
    changes: int = 0
    persons: dict[str, Person] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    standing: dict[str, list[Fact]] = field(default_factory=dict)

    def learn(self, fact: Fact) -> None:
        """One row of the partnership's stream."""
        self.directory = self.directory.after(fact)
        self.changes += 1
        if fact.type in ("StandingMeetingRecorded", "StandingMeetingHeld"):
            self.standing.setdefault(fact.body["meeting"], []).append(fact)

    def take(self, person: str, fact: Fact) -> None:
        """One row of this adult's own stream."""
        self.persons.setdefault(person, Person()).take(fact)
        if fact.type == "ReferenceRecorded":
            self.references.setdefault(f"{fact.body['system']}:{fact.body['reference']}", person)

    def directories(self) -> list[Directory]:
        """Either may have been read by what was decided at this instant."""
        return [self.directory] if self.before is self.directory else [self.directory, self.before]

    def episodes(self, adult: str) -> list[Episode]:
        return self.persons[adult].episodes() if adult in self.persons else []


def as_fact(row: Mapping[str, Any], at: datetime, fresh: bool, number: int = 0) -> Fact:
    """number: its place among all rows read, so that rows of two streams have an order."""
    return Fact(
        seq=number or row["seq"],
        at=at,
        type=row["type"],
        body=row["body"],
        event=row["event"],
        happened=parsed(row["happened"]),
        recorded=parsed(row["recorded"]),
        fresh=fresh,
    )


def day_of(at: datetime) -> date:
    return local_day(at)
