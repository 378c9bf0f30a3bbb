"""Records of who is in a family, of its plans and of its meetings, each kept by the id of its event, in the order in
which they came: when one was made in error, the file is folded anew from those that stand (decision 16)."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from handlers import events as e
from handlers.facts import Fact
from handlers.records import Kept, keep, take_out


class KeptRecords(Struct, frozen=True, kw_only=True):
    """order: the table of each record by the id of its event, the first that came first; families: what those that
    became this one had on record by then, ours first."""

    order: dict[str, str] = field(default_factory=dict)
    households: dict[str, Kept[e.HouseholdRecorded]] = field(default_factory=dict)
    joinings: dict[str, Kept[e.MemberJoined]] = field(default_factory=dict)
    leavings: dict[str, Kept[e.MemberLeft]] = field(default_factory=dict)
    involvements: dict[str, Kept[e.ProfessionalInvolved]] = field(default_factory=dict)
    departures: dict[str, Kept[e.ProfessionalLeft]] = field(default_factory=dict)
    discussions: dict[str, Kept[e.StrategyDiscussionHeld]] = field(default_factory=dict)
    conferences: dict[str, Kept[e.ConferenceAskedFor]] = field(default_factory=dict)
    pre_births: dict[str, Kept[e.PreBirthConferenceAskedFor]] = field(default_factory=dict)
    transfers: dict[str, Kept[e.TransferNotified]] = field(default_factory=dict)
    reviews: dict[str, Kept[e.MeetingAskedFor]] = field(default_factory=dict)
    fips: dict[str, Kept[e.FipStarted]] = field(default_factory=dict)
    fips_ended: dict[str, Kept[e.FipEnded]] = field(default_factory=dict)
    plans_ended: dict[str, Kept[e.PlanEnded]] = field(default_factory=dict)
    sittings: dict[str, Kept[e.MeetingHeld]] = field(default_factory=dict)
    decisions: dict[str, Kept[e.DecisionsRecorded]] = field(default_factory=dict)
    minutes: dict[str, Kept[e.MinutesRecorded]] = field(default_factory=dict)
    reports: dict[str, Kept[e.ReportReceived]] = field(default_factory=dict)
    waivers: dict[str, Kept[e.QuorumWaived]] = field(default_factory=dict)

    families: tuple[KeptRecords, ...] = ()

    @property
    def known(self) -> frozenset[str]:
        """The events of all records."""
        return frozenset({*self.order, *(event for family in self.families for event in family.known)})

    def has(self, event: str) -> bool:
        return event in self.order or any(family.has(event) for family in self.families)

    def table(self, name: str) -> dict[str, Kept[Any]]:
        """All records of one kind, by their events."""
        of_families = (family.table(name) for family in self.families)
        own: dict[str, Kept[Any]] = getattr(self, name)
        return {k: x for table in (*of_families, own) for k, x in table.items()}

    def facts(self) -> Iterator[Fact]:
        """Each record as it came in, but for those of the families."""
        for event, table in self.order.items():
            kept: Kept[Any] = getattr(self, table)[event]
            yield Fact(kept.body, "", kept.happened, kept.recorded, event)


TABLES: dict[type[e.Body], str] = {
    e.HouseholdRecorded: "households",
    e.MemberJoined: "joinings",
    e.MemberLeft: "leavings",
    e.ProfessionalInvolved: "involvements",
    e.ProfessionalLeft: "departures",
    e.StrategyDiscussionHeld: "discussions",
    e.ConferenceAskedFor: "conferences",
    e.PreBirthConferenceAskedFor: "pre_births",
    e.TransferNotified: "transfers",
    e.MeetingAskedFor: "reviews",
    e.FipStarted: "fips",
    e.FipEnded: "fips_ended",
    e.PlanEnded: "plans_ended",
    e.MeetingHeld: "sittings",
    e.DecisionsRecorded: "decisions",
    e.MinutesRecorded: "minutes",
    e.ReportReceived: "reports",
    e.QuorumWaived: "waivers",
}


def with_record(kept: KeptRecords, fact: Fact, taken: Container[str]) -> KeptRecords:
    """The same with this record as the latest. Two sources may use one id: the later then goes by another."""
    event = fact.event
    while kept.has(event) or event in taken:
        event += "'"
    order = {**kept.order, event: TABLES[type(fact.body)]}
    return replace(keep(kept, replace(fact, event=event), TABLES), order=order)


def without(kept: KeptRecords, event: str) -> KeptRecords:
    """The same without the record of this event."""
    order = {k: v for k, v in kept.order.items() if k != event}
    families = tuple(without(family, event) for family in kept.families)
    return replace(take_out(kept, event, TABLES), order=order, families=families)


def of_both(ours: KeptRecords, theirs: KeptRecords) -> KeptRecords:
    """Of two families that became one."""
    if ours.known and theirs.known:
        return KeptRecords(families=(ours, theirs))
    return ours if ours.known else theirs


def of_who_stay(kept: KeptRecords, gone: Container[str]) -> KeptRecords:
    """Without what went on in another family, as `plan:PLAN-1`."""
    return _only(kept, lambda body: _but_for(body, gone))


def of_who_go(
    kept: KeptRecords, members: Container[str], plans: Container[str], meetings: Container[str], reviews: Container[str]
) -> KeptRecords:
    """What those who leave must be able to put right: who they are, who works with them, and what goes with them."""
    return _only(kept, lambda body: _about(body, members, plans, meetings, reviews))


def _only(kept: KeptRecords, part: Callable[[e.Body], e.Body | None]) -> KeptRecords:
    """part: as much of a record as remains, or nothing."""
    families = tuple(_only(family, part) for family in kept.families)
    tables: dict[str, dict[str, Kept[Any]]] = {name: {} for name in TABLES.values()}
    for event, name in kept.order.items():
        record: Kept[Any] = getattr(kept, name)[event]
        body = part(record.body)
        if body is not None:
            tables[name][event] = replace(record, body=body)
    order = {event: name for event, name in kept.order.items() if event in tables[name]}
    return KeptRecords(order=order, families=families, **tables)


def _but_for(body: e.Body, gone: Container[str]) -> e.Body | None:
    match body:
        case e.HouseholdRecorded():
            return replace(body, members=tuple(m for m in body.members if f"person:{m.person}" not in gone))
        case e.MemberJoined():
            return None if f"person:{body.member.person}" in gone else body
        case e.MemberLeft():
            return None if f"person:{body.person}" in gone else body
        case e.MeetingHeld() | e.DecisionsRecorded() | e.MinutesRecorded() | e.ReportReceived() | e.QuorumWaived():
            return None if f"meeting:{body.meeting}" in gone else body
        case e.PlanEnded():
            return None if f"plan:{body.plan}" in gone else body
        case e.MeetingAskedFor():
            return None if f"review:{body.review}" in gone else body
        case _:
            return body


def _about(
    body: e.Body, members: Container[str], plans: Container[str], meetings: Container[str], reviews: Container[str]
) -> e.Body | None:
    match body:
        case e.HouseholdRecorded():
            return replace(body, members=tuple(m for m in body.members if m.person in members))
        case e.MemberJoined():
            return body if body.member.person in members else None
        case e.MemberLeft():
            return body if body.person in members else None
        case e.ProfessionalInvolved() | e.ProfessionalLeft():
            return body
        case e.PlanEnded():
            return body if body.plan in plans else None
        case e.MeetingAskedFor():
            return body if body.review in reviews else None
        case e.MeetingHeld() | e.DecisionsRecorded() | e.MinutesRecorded() | e.ReportReceived() | e.QuorumWaived():
            return body if body.meeting in meetings else None
        case _:
            return None
