"""Who is who in one area: agencies, workers, and the posts that ladders climb. One stream an area, read by all.

The directory is data that partners keep; a rule asks it for somebody by post, agency or name and must be ready
for None.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from msgspec import Struct, field
from msgspec.structs import replace

from handlers import events as e
from handlers import standing_meetings
from handlers.facts import Fact
from handlers.people import Recipient, StreamId
from handlers.standing_meetings import StandingMeeting

A_DAY = timedelta(days=1)
ANY = "any"


class Directory(Struct, frozen=True, kw_only=True):
    """agencies and workers by their ids; area None until the area itself is recorded.

    recorded_at: when each worker was last recorded; watchers: by treatment service, the families that reckon with it,
    under ANY those that would reckon with any; standing: the area's standing meetings; subscribers: who hears by
    webhook.
    """

    stream: StreamId
    area: e.AreaRecorded | None = None
    agencies: dict[str, e.AgencyRecorded] = field(default_factory=dict)
    workers: dict[str, e.WorkerRecorded] = field(default_factory=dict)
    recorded_at: dict[str, datetime] = field(default_factory=dict)
    leave: dict[str, e.LeaveRecorded] = field(default_factory=dict)
    watchers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    standing: dict[str, StandingMeeting] = field(default_factory=dict)
    subscribers: dict[str, e.SubscriberRecorded] = field(default_factory=dict)

    @property
    def team(self) -> str:
        return self.area.team if self.area else "Conference team"

    @property
    def telephone(self) -> str:
        return self.area.telephone if self.area else "no number recorded"

    def post(self, role: str) -> e.WorkerRecorded | None:
        """Who holds this post: coordinator, conference_unit_manager, head_of_service and the like."""
        return self.workers.get(self.area.roles.get(role, "")) if self.area else None

    def recipient(self, worker: str) -> Recipient | None:
        """Where papers for this worker go; None for somebody the directory does not know."""
        known = self.workers.get(worker)
        return Recipient(worker, known.name, known.address, known.secure) if known else None

    def agency_of(self, worker: str) -> str:
        known = self.workers.get(worker)
        agency = self.agencies.get(known.agency) if known else None
        return agency.name if agency else ""

    def agency_id(self, worker: str) -> str:
        known = self.workers.get(worker)
        return known.agency if known else ""

    @property
    def agency_kinds(self) -> dict[str, str]:
        """Of what kind each agency is, and that of each worker."""
        kinds: dict[str, str] = {a.agency: a.kind for a in self.agencies.values()}
        return kinds | {w.worker: kinds.get(w.agency, "") for w in self.workers.values()}

    def treats(self, worker: str) -> bool:
        """Whether this worker is a treatment service's, and so comes only through the gate where consent is needed."""
        known = self.workers.get(worker)
        return known is not None and known.agency in self.treatment_services()

    def has_address(self, worker: str | None) -> bool:
        known = self.workers.get(worker or "")
        return known is not None and known.address is not None

    def away(self, worker: str, day: date) -> bool:
        """Whether this worker is on leave that day."""
        return any(x.first_on <= day <= x.last_on for x in self._leave_of(worker))

    def comings_and_goings(self, worker: str) -> Iterator[date]:
        """The days on which this worker goes on leave, and is back."""
        for leave in self._leave_of(worker):
            yield leave.first_on
            yield leave.last_on + A_DAY

    def _leave_of(self, worker: str) -> Iterator[e.LeaveRecorded]:
        return (x for x in self.leave.values() if x.worker == worker and not x.cancelled)

    def treatment_services(self, substance: e.Substance | None = None) -> tuple[str, ...]:
        """Those that treat this substance; one of which nobody said what it treats may treat any (rules 3.64)."""
        found = (a for a in self.agencies.values() if a.kind == "treatment")
        return tuple(sorted(a.agency for a in found if not (substance and a.treats) or substance in a.treats))

    def chairs(self) -> tuple[str, ...]:
        return tuple(sorted(w.worker for w in self.workers.values() if w.chairs))


def fold(directory: Directory, fact: Fact) -> Directory:
    """The directory with one more record in it; the later record of one agency or worker wins."""
    match fact.body:
        case e.AreaRecorded() as area:
            return replace(directory, area=area)
        case e.AgencyRecorded() as agency:
            return replace(directory, agencies={**directory.agencies, agency.agency: agency})
        case e.WorkerRecorded() as worker:
            recorded_at = {**directory.recorded_at, worker.worker: fact.recorded}
            return replace(directory, workers={**directory.workers, worker.worker: worker}, recorded_at=recorded_at)
        case e.LeaveRecorded() as leave:
            return replace(directory, leave={**directory.leave, leave.leave: leave})
        case e.ServiceWatched(family, service, watched):
            others = {x for x in directory.watchers.get(service, ()) if x != family}
            families = tuple(sorted({*others, family} if watched else others))
            return replace(directory, watchers={**directory.watchers, service: families})
        case e.StandingMeetingRecorded() as recorded:
            meeting = standing_meetings.recorded(directory.standing.get(recorded.meeting), recorded)
            return replace(directory, standing={**directory.standing, recorded.meeting: meeting})
        case e.StandingMeetingHeld() as held:
            meeting = standing_meetings.held(directory.standing[held.meeting], held)
            return replace(directory, standing={**directory.standing, held.meeting: meeting})
        case e.SubscriberRecorded() as subscriber:
            return replace(directory, subscribers={**directory.subscribers, subscriber.subscriber: subscriber})
        case e.SubscriberRemoved(name):
            return replace(directory, subscribers={k: v for k, v in directory.subscribers.items() if k != name})
        case _:
            return directory
