"""Who is asked to which part of a meeting, who is kept out of it or brought to it, who must not meet, and how children
are heard: each record kept by its own name, so that one made in error can be taken out again (decision 16). Of those
about one thing the later one stands.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, field

from handlers import events as e
from handlers.records import Kept, in_order


class Exclusion(Struct, frozen=True):
    """What the chair was asked, and what came of it."""

    asked: Kept[e.ExclusionAsked]
    decided: Kept[e.ExclusionDecided] | None = None


class Arrangements(Struct, frozen=True, kw_only=True):
    """Every record by the id of its event."""

    agendas: dict[str, Kept[e.AgendaSet]] = field(default_factory=dict)
    assignments: dict[str, Kept[e.PartsAssigned]] = field(default_factory=dict)
    objections: dict[str, Kept[e.ObjectionRecorded]] = field(default_factory=dict)
    requests: dict[str, Kept[e.ExclusionAsked]] = field(default_factory=dict)
    verdicts: dict[str, Kept[e.ExclusionDecided]] = field(default_factory=dict)
    apart: dict[str, Kept[e.KeptApart]] = field(default_factory=dict)
    supporters: dict[str, Kept[e.SupporterNamed]] = field(default_factory=dict)
    advocates: dict[str, Kept[e.AdvocateOffered]] = field(default_factory=dict)
    participations: dict[str, Kept[e.ParticipationRecorded]] = field(default_factory=dict)

    def has(self, event: str) -> bool:
        return any(event in getattr(self, table) for table in TABLES.values())

    def agenda(self, meeting: str) -> tuple[e.AgendaPart, ...]:
        """The parts of this meeting; none if it is one whole."""
        set_ = [k.body.parts for k in in_order(self.agendas.values()) if k.body.meeting == meeting]
        return set_[-1] if set_ else ()

    def assigned(self, meeting: str) -> dict[str, tuple[str, ...]]:
        """Person → the parts that they are asked to, by name."""
        return {k.body.person: k.body.parts for k in in_order(self.assignments.values()) if k.body.meeting == meeting}

    def objections_to(self, meeting: str) -> list[Kept[e.ObjectionRecorded]]:
        """Each objection about this meeting, as it was last recorded."""
        latest = {k.body.objection: k for k in in_order(self.objections.values())}
        return [k for k in latest.values() if k.body.meeting == meeting]

    @property
    def exclusions(self) -> dict[str, Exclusion]:
        """Each request to keep somebody out, and the chair's decision if there is one."""
        decided = {k.body.exclusion: k for k in in_order(self.verdicts.values())}
        latest = {k.body.exclusion: k for k in in_order(self.requests.values())}
        return {name: Exclusion(k, decided.get(name)) for name, k in latest.items()}

    def exclusions_from(self, meeting: str) -> dict[str, Exclusion]:
        return {name: x for name, x in self.exclusions.items() if x.asked.body.meeting == meeting}

    @property
    def pairs(self) -> Iterator[tuple[str, str]]:
        """Who must not meet; the first of each comes and goes before the second."""
        latest = {k.body.apart: k.body for k in in_order(self.apart.values())}
        return ((x.first, x.second) for x in latest.values() if x.stands)

    def apart_from(self, person: str) -> set[str]:
        """Whom this person must not meet."""
        return {other for pair in self.pairs if person in pair for other in pair} - {person}

    def supporters_at(self, meeting: str) -> list[e.SupporterNamed]:
        """Who is brought to this meeting."""
        latest = {k.body.support: k.body for k in in_order(self.supporters.values())}
        return [x for x in latest.values() if x.meeting == meeting and x.comes]

    def advocates_of(self, meeting: str) -> dict[str, e.AdvocateOffered]:
        """Child → what came of the offer."""
        return {k.body.child: k.body for k in in_order(self.advocates.values()) if k.body.meeting == meeting}

    def participation_in(self, meeting: str) -> dict[str, e.ParticipationRecorded]:
        """Child → how they took part."""
        return {k.body.child: k.body for k in in_order(self.participations.values()) if k.body.meeting == meeting}


TABLES: dict[type[e.Body], str] = {
    e.AgendaSet: "agendas",
    e.PartsAssigned: "assignments",
    e.ObjectionRecorded: "objections",
    e.ExclusionAsked: "requests",
    e.ExclusionDecided: "verdicts",
    e.KeptApart: "apart",
    e.SupporterNamed: "supporters",
    e.AdvocateOffered: "advocates",
    e.ParticipationRecorded: "participations",
}
