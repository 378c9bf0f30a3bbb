"""The judge's desk: one family, one instant, and what is found amiss; each check takes it and says what it sees."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from tests.simulation import touching
from tests.simulation.calendar_sums import local_day, morning_after, working_day
from tests.simulation.evidence import Violation
from tests.simulation.family_reading import Family
from tests.simulation.matters import Duty, Meeting
from tests.simulation.reading import FAMILY, Area, Directory
from tests.simulation.touching import Concern


@dataclass
class Desk:
    """touched: the family was decided about at this very instant. posted: the message ids that the post was given."""

    area: Area
    family: Family
    now: datetime
    touched: bool
    posted: Mapping[str, object] = field(default_factory=dict)
    found: list[Violation] = field(default_factory=list)
    pending: bool = False
    _touched: dict[str, list[Concern]] = field(default_factory=dict)

    def say(self, name: str, sentence: str) -> None:
        self.found.append(Violation(name, f"{self.family.id}: {sentence}"))

    def say_in_time(self, duty: Duty, amiss: bool, name: str, sentence: str) -> None:
        """What a change of the directory brings need not be done at once, but by the next working morning."""
        if not amiss:
            duty.amiss_since = None
            return
        duty.amiss_since = duty.amiss_since or self.now
        if self.touched or self.now > morning_after(local_day(duty.amiss_since)):
            self.say(name, sentence)
        else:
            self.pending = True

    @property
    def directory(self) -> Directory:
        return self.area.directory

    def touched_by(self, meeting: Meeting) -> list[Concern]:
        """Whose concerns this meeting certainly touches, whichever directory was read."""
        if meeting.id not in self._touched:
            readings = [
                {(c.adult, c.service): c for c in touching.touched(self.area, self.family, meeting, directory)}
                for directory in self.area.directories()
            ]
            certain = [c for key, c in readings[0].items() if all(key in other for other in readings)]
            self._touched[meeting.id] = certain
        return self._touched[meeting.id]

    def people(self, concern: Concern, sits_on: date | None = None) -> set[str | None]:
        """Everybody who may be the one to be told just now; of a meeting that day, no key worker on leave then."""
        found: set[str | None] = set()
        for directory in self.area.directories():
            there = frozenset(w for w in concern.workers if not (sits_on and directory.away(w, sits_on)))
            for day in self.days():
                found |= touching.people(self.family, directory, replace(concern, workers=there), day)
        return found

    def days(self) -> set[date]:
        """The day by which the engine went. A family that was not decided about today may not know of today's leave."""
        today = local_day(self.now)
        if self.touched or (self.family.at and local_day(self.family.at) == today):
            return {today}
        return {today, working_day(today, -1)}

    def reachable(self, who: str | None) -> bool:
        """Certainly, on each day and by each directory that may count."""
        return all(
            touching.reachable(self.family, directory, who, day) is True
            for directory in self.area.directories()
            for day in self.days()
        )

    def duty(self, kind: str, *key: str) -> Duty | None:
        return named(self.family, kind, *key)

    def duties(self, *kinds: str) -> Iterator[Duty]:
        return (d for kind in kinds for d in self.family.by_kind.get(kind, {}).values())

    def speakers(self, duty: Duty) -> set[str]:
        """Whoever may speak just now for the service that this duty is about."""
        adult, service = duty.now.get("adult") or FAMILY, duty.now.get("service") or ""
        found: set[str] = set()
        for concern in touching.concerns(self.area, self.family):
            if (concern.adult, concern.service) == (adult, service):
                found |= concern.workers | {who for who in self.people(concern) if who}
        return found | {who for who in self.people(Concern(adult, service, self.now)) if who}

    def posts(self, duty: Duty) -> set[str]:
        """Whoever holds a post of this service: if they took part, the service did, though they be away today."""
        names = ("single_point_of_contact", "deputy", "duty_mailbox")
        held = (d.post(duty.now.get("service"), name) for d in self.area.directories() for name in names)
        return {who for who in held if who}

    def colleagues_there(self, duty: Duty) -> set[str]:
        """Whoever of this service took part, and speaks there for no other adult: by them the service knew."""
        service, adult = duty.now.get("service"), duty.now.get("adult") or FAMILY
        others = (c.episode for c in touching.concerns(self.area, self.family) if c.adult != adult)
        elsewhere = {w for episode in others if episode for w in episode.workers | episode.former}
        here = (w.person for w in self.family.words if w.how == "attended" and w.meeting == duty.now["meeting"])
        return {who for who in here if who not in elsewhere and self.directory.agency_of(who) == service}

    def about(self, kind: str, meeting: str, concern: Concern) -> Duty | None:
        """The duty of this kind to this concern about this meeting; the latest of several."""
        for adult in (concern.adult, "") if concern.adult == FAMILY else (concern.adult,):
            if found := self.family.by_matter.get((kind, meeting, adult, concern.service)):
                return found[-1]
        return None


def named(family: Family, kind: str, *key: str) -> Duty | None:
    """The duty of that name; what another family brought has the name that it had there."""
    streams = (family.stream, *(f"{family.area}/family/{former}" for former in family.formerly))
    found = (family.duties.get(duty_id(stream, kind, *key)) for stream in streams)
    return next((duty for duty in found if duty), None)


def duty_id(stream: str, kind: str, *key: str) -> str:
    """The name that a duty is given by what it is about (design, decision 17)."""
    return "D-" + hashlib.sha256("\x1f".join(("duty", stream, kind, *key)).encode()).hexdigest()[:12]
