"""What befell a family and its people, and what an enquiry came to: each record kept by its own name, so that one made
in error can be taken out again, and what stands is read off the rest (decision 16). Of those about one thing the later
recorded stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from handlers import events as e
from handlers.before import PlanMade
from handlers.records import Kept, in_order

B = TypeVar("B", bound=e.Body)


class Known(Struct, frozen=True):
    """Somebody of the household as recorded, and when that came to be known."""

    member: e.Member
    recorded: datetime


class Life(Struct, frozen=True, kw_only=True):
    """Every record by the id of its event."""

    births: dict[str, Kept[e.ChildBorn]] = field(default_factory=dict)
    deaths: dict[str, Kept[e.PersonDied]] = field(default_factory=dict)
    addresses: dict[str, Kept[e.AddressChanged]] = field(default_factory=dict)
    outcomes: dict[str, Kept[e.Section47Concluded]] = field(default_factory=dict)
    disputes: dict[str, Kept[e.ConferenceDisputed]] = field(default_factory=dict)
    resolutions: dict[str, Kept[e.DisputeResolved]] = field(default_factory=dict)
    categories: dict[str, Kept[e.PlanCategoryChanged]] = field(default_factory=dict)
    core_groups: dict[str, Kept[e.CoreGroupNamed]] = field(default_factory=dict)
    placements: dict[str, Kept[e.LookedAfterStarted]] = field(default_factory=dict)
    placements_ended: dict[str, Kept[e.LookedAfterEnded]] = field(default_factory=dict)
    moves_out: dict[str, Kept[e.FamilyMovedOut]] = field(default_factory=dict)
    areas_told: dict[str, Kept[e.AreaNotified]] = field(default_factory=dict)
    conferences_elsewhere: dict[str, Kept[e.ReceivingConferenceHeld]] = field(default_factory=dict)
    interim_plans: dict[str, Kept[e.InterimPlanAgreed]] = field(default_factory=dict)
    child_decisions: dict[str, Kept[e.ChildDecided]] = field(default_factory=dict)
    brought_forward: dict[str, Kept[e.MeetingBroughtForward]] = field(default_factory=dict)
    chairs: dict[str, Kept[e.ChairNamed]] = field(default_factory=dict)
    transfer_papers: dict[str, Kept[e.TransferPapersReceived]] = field(default_factory=dict)
    readings: dict[str, Kept[e.ReportReadOut]] = field(default_factory=dict)
    issues: dict[str, Kept[e.IssueRaised]] = field(default_factory=dict)
    settlements: dict[str, Kept[e.IssueSettled]] = field(default_factory=dict)
    hours: dict[str, Kept[e.HoursSuit]] = field(default_factory=dict)
    agreements: dict[str, Kept[e.AgreementRecorded]] = field(default_factory=dict)

    def has(self, event: str) -> bool:
        return any(event in getattr(self, table) for table in TABLES.values())

    def birth_of(self, person: str) -> Kept[e.ChildBorn] | None:
        return _latest(in_order(self.births.values()), person)

    def death_of(self, person: str) -> Kept[e.PersonDied] | None:
        return _latest(in_order(self.deaths.values()), person)

    def address_of(self, person: str) -> Kept[e.AddressChanged] | None:
        """Of several moves the latest made counts, however late an earlier one was recorded."""
        return _latest(sorted(self.addresses.values(), key=lambda k: (k.body.on, k.recorded)), person)

    @property
    def moves(self) -> dict[str, Kept[e.FamilyMovedOut]]:
        """Each move out of the area, as it was last recorded."""
        return {k.body.move: k for k in in_order(self.moves_out.values())}

    def forward(self, meeting: str) -> e.MeetingBroughtForward | None:
        """What was said last of bringing it forward."""
        said = reversed(in_order(self.brought_forward.values()))
        return next((k.body for k in said if k.body.meeting == meeting), None)

    def chair_of(self, meeting: str) -> str | None:
        """Whom somebody named to chair a core group."""
        return next((k.body.chair for k in reversed(in_order(self.chairs.values())) if k.body.meeting == meeting), None)

    @property
    def hours_that_suit(self) -> tuple[e.Hours, ...]:
        """By the family's latest word."""
        return next((k.body.hours for k in reversed(in_order(self.hours.values()))), ())

    @property
    def raised(self) -> dict[str, tuple[Kept[e.IssueRaised], e.IssueSettled | None]]:
        """Each dissent, complaint and recording, and how it was settled."""
        ends = {k.body.issue: k.body for k in in_order(self.settlements.values())}
        return {k.body.issue: (k, ends.get(k.body.issue)) for k in in_order(self.issues.values())}

    @property
    def looked_after(self) -> dict[str, tuple[Kept[e.LookedAfterStarted], Kept[e.LookedAfterEnded] | None]]:
        """Each placement, and its end if it has one."""
        ends = {k.body.placement: k for k in in_order(self.placements_ended.values())}
        return {k.body.placement: (k, ends.get(k.body.placement)) for k in in_order(self.placements.values())}

    def plan_as_it_stands(self, plan: str, made: PlanMade) -> PlanMade:
        """The plan as its conference made it, but for what was decided since."""
        for category in sorted(self.categories.values(), key=lambda k: (k.body.on, k.recorded)):
            if category.body.plan == plan:
                made = replace(made, category=category.body.category)
        for named in sorted(self.core_groups.values(), key=lambda k: (k.body.on, k.recorded)):
            if named.body.plan == plan:
                made = replace(made, core_group=named.body.core_group)
        return made

    @property
    def disputed(self) -> dict[str, tuple[Kept[e.ConferenceDisputed], e.DisputeResolved | None]]:
        """Each dispute, and what came of it."""
        ends = {k.body.dispute: k.body for k in in_order(self.resolutions.values())}
        return {k.body.dispute: (k, ends.get(k.body.dispute)) for k in in_order(self.disputes.values())}

    def area_told(self, move: str) -> e.AreaNotified | None:
        return next((k.body for k in reversed(in_order(self.areas_told.values())) if k.body.move == move), None)

    def taken_over(self, move: str) -> e.ReceivingConferenceHeld | None:
        held = reversed(in_order(self.conferences_elsewhere.values()))
        return next((k.body for k in held if k.body.move == move), None)

    def as_it_stands(self, known: Known) -> e.Member:
        """This person, after all that befell them. An address that the household gave later stands."""
        member = known.member
        birth, moved = self.birth_of(member.person), self.address_of(member.person)
        if birth:
            member = replace(member, relation="child", born=birth.body.on, name=birth.body.name or member.name)
        if moved and (member.address is None or moved.recorded >= known.recorded):
            member = replace(member, address=moved.body.address)
        return member


def _latest(records: Iterable[Kept[B]], person: str) -> Kept[B] | None:
    return next((k for k in reversed([*records]) if getattr(k.body, "person", None) == person), None)


TABLES: dict[type[e.Body], str] = {
    e.ChildBorn: "births",
    e.PersonDied: "deaths",
    e.AddressChanged: "addresses",
    e.Section47Concluded: "outcomes",
    e.ConferenceDisputed: "disputes",
    e.DisputeResolved: "resolutions",
    e.PlanCategoryChanged: "categories",
    e.CoreGroupNamed: "core_groups",
    e.LookedAfterStarted: "placements",
    e.LookedAfterEnded: "placements_ended",
    e.FamilyMovedOut: "moves_out",
    e.AreaNotified: "areas_told",
    e.ReceivingConferenceHeld: "conferences_elsewhere",
    e.AgreementRecorded: "agreements",
    e.HoursSuit: "hours",
    e.IssueSettled: "settlements",
    e.IssueRaised: "issues",
    e.ReportReadOut: "readings",
    e.TransferPapersReceived: "transfer_papers",
    e.ChairNamed: "chairs",
    e.MeetingBroughtForward: "brought_forward",
    e.ChildDecided: "child_decisions",
    e.InterimPlanAgreed: "interim_plans",
}
