"""Records of who is in a family, of its plans and of its meetings, each kept by the id of its event, in the order in
which they came: when one was made in error, the file is folded anew from those that stand (decision 16)."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from handlers import events as e
from handlers.facts import Fact
from handlers.records import Kept, keep, take_out


class KeptRecords(Struct, frozen=True, kw_only=True):
    """order: the table of each record by the id of its event, the first that came first."""

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

    def facts(self) -> Iterator[Fact]:
        """Each record as it came in."""
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
}


def with_record(kept: KeptRecords, fact: Fact, taken: Container[str]) -> KeptRecords:
    """The same with this record as the latest. Two sources may use one id: the later then goes by another."""
    event = fact.event
    while event in kept.order or event in taken:
        event += "'"
    order = {**kept.order, event: TABLES[type(fact.body)]}
    return replace(keep(kept, replace(fact, event=event), TABLES), order=order)


def without(kept: KeptRecords, event: str) -> KeptRecords:
    """The same without the record of this event."""
    order = {k: v for k, v in kept.order.items() if k != event}
    return replace(take_out(kept, event, TABLES), order=order)
