"""All we know of one family when deciding. How each fact changes it stands in case_folds.

Folding is by replacement: the later record of one thing wins, whatever order others came in, so that a file is
a function of what was recorded rather than of the order it arrived in.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import cached_property

from msgspec import Struct, field

from handlers import events as e
from handlers.arrangements import Arrangements
from handlers.before import Before, PlanMade
from handlers.facts import Duty
from handlers.handover_file import Ties
from handlers.kept_records import KeptRecords
from handlers.life_file import Known, Life
from handlers.meeting_file import Meeting, Receipt, Sent
from handlers.people import Recipient, StreamId
from handlers.records import Episode, Kept, Records
from handlers.referral_file import Advice, Referral
from handlers.working_days import local_day

FOLD_VERSION = 9


class Involved(Struct, frozen=True):
    worker: str
    role: str
    on: date


class HeldRecord(Struct, frozen=True):
    """person: the adult whose own stream it waits to enter."""

    held_at: datetime
    reason: str
    released: bool = False
    person: str | None = None


class Arrival(Struct, frozen=True):
    """Somebody moved in: on which day, and when we came to know."""

    on: date
    recorded: datetime


class CaseFile(Struct, frozen=True, kw_only=True, dict=True):
    """One family. Members and professionals are those of now; plans and FIPs carry their end if they have one.

    household: those of now as they were recorded, and whoever of them died; members: as they stand; left: whoever went,
    as they were known: what called them to a meeting must be called back.

    letters: by duty and reader; receipts: of letters; failed: when mail to somebody last came to nothing; heard: when
    they last spoke to us; acknowledged: who showed, of which duty, that they know; errors: events recorded in error;
    needs: by person, at each meeting.
    """

    stream: StreamId
    ties: Ties = field(default_factory=Ties)
    household: dict[str, Known] = field(default_factory=dict)
    left: dict[str, Known] = field(default_factory=dict)
    life: Life = field(default_factory=Life)
    household_at: datetime | None = None
    moves: dict[str, date] = field(default_factory=dict)
    told_members: dict[str, bool] = field(default_factory=dict)
    professionals: dict[str, Involved] = field(default_factory=dict)
    discussions: dict[str, e.StrategyDiscussionHeld] = field(default_factory=dict)
    asked_for: dict[str, e.ConferenceAskedFor] = field(default_factory=dict)
    asked_at: dict[str, datetime] = field(default_factory=dict)
    births_due: dict[str, e.PreBirthConferenceAskedFor] = field(default_factory=dict)
    transfers: dict[str, e.TransferNotified] = field(default_factory=dict)
    reviews_asked: dict[str, e.MeetingAskedFor] = field(default_factory=dict)
    records: Records = field(default_factory=Records)
    kept: KeptRecords = field(default_factory=KeptRecords)
    arrangements: Arrangements = field(default_factory=Arrangements)
    errors: dict[str, datetime] = field(default_factory=dict)
    arrivals: dict[str, Arrival] = field(default_factory=dict)
    episodes: dict[str, Episode] = field(default_factory=dict)
    watched: tuple[str, ...] = ()
    referrals: dict[str, Referral] = field(default_factory=dict)
    advice: dict[str, Advice] = field(default_factory=dict)
    fips: dict[str, e.FipStarted] = field(default_factory=dict)
    fips_ended: dict[str, date] = field(default_factory=dict)
    plans: dict[str, str] = field(default_factory=dict)
    plans_ended: dict[str, date] = field(default_factory=dict)
    before: Before = field(default_factory=Before)
    meetings: dict[str, Meeting] = field(default_factory=dict)
    duties: dict[str, Duty] = field(default_factory=dict)
    letters: dict[str, Sent] = field(default_factory=dict)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    failed: dict[str, datetime] = field(default_factory=dict)
    heard: dict[str, datetime] = field(default_factory=dict)
    acknowledged: dict[str, dict[str, datetime]] = field(default_factory=dict)
    needs: dict[str, Kept[e.NeedsTold]] = field(default_factory=dict)
    held_records: dict[str, HeldRecord] = field(default_factory=dict)

    @property
    def family(self) -> str:
        return self.stream.id

    @cached_property
    def members(self) -> dict[str, e.Member]:
        """The living."""
        return {p: member for p, member in self._everybody.items() if p not in self.dead}

    @cached_property
    def _everybody(self) -> dict[str, e.Member]:
        return {p: self.life.as_it_stands(known) for p, known in self.household.items()}

    @cached_property
    def dead(self) -> dict[str, date]:
        """Of the household, and the day of each death."""
        deaths = {p: self.life.death_of(p) for p in self.household} if self.life.deaths else {}
        return {p: death.body.on for p, death in deaths.items() if death}

    def has_died(self, person: str) -> bool:
        """Also somebody who was no longer of the household."""
        return bool(self.life.deaths) and self.life.death_of(person) is not None

    def known(self, person: str) -> e.Member | None:
        """Somebody of the household, dead or alive."""
        return self._everybody.get(person)

    @cached_property
    def deputies(self) -> dict[str, Recipient]:
        """Those named by invitees, whom the directory need not know."""
        named = (x.deputy for m in self.meetings.values() for x in m.wishes.named.values())
        return {d.person: Recipient(d.person, d.name, d.address) for d in named if d.name is not None}

    @property
    def met(self) -> set[str]:
        """Everybody who was ever of this family, as far as we know."""
        return {*self.household, *self.moves, *self.told_members}

    @property
    def known_plans(self) -> frozenset[str]:
        return frozenset({*self.plans, *self.before.plans})

    def plan_made_at(self, plan: str) -> PlanMade | None:
        """What the conference that made this plan decided, and when it sat; None while it is not known."""
        meeting = self.meetings.get(self.plans.get(plan, ""))
        if meeting and meeting.sitting and meeting.sitting.held.plan:
            said, sat_on = meeting.sitting.held.plan, local_day(meeting.sitting.started_at)
            made = PlanMade(sat_on, said.category, said.core_group, said.children)
        elif plan in self.before.plans:
            told = self.before.plans[plan].told
            made = PlanMade(told.made_on, told.category)
        else:
            return None
        return self.life.plan_as_it_stands(plan, made)


def letter_key(duty: str, person: str) -> str:
    return f"{duty}:{person}"
