"""One invented area: its agencies and who works there, its chairs and rooms, and the posts of the ladders.

Each area lacks something: a post nobody holds, a service without deputy or mailbox, a worker without an address.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from handlers import events as e
from handlers.people import StreamId, derived
from tests.simulation.cases import Op, an_event, said
from tests.simulation.names import Names

LONDON = ZoneInfo("Europe/London")
SLOTS = (time(9, 40), time(13, 10), time(16, 30))
ODD = (time(6, 5), time(20, 15), time(23, 45), time(11, 11))
SOCIAL, DESK, DIARY, DIRECTORY = "social-care.sim", "desk.sim", "diary.sim", "directory.sim"
FIRST_DAYS = tuple(date(2025, month, 1) + timedelta(days=d) for month in range(1, 13) for d in (0, 9, 18))


def local(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, LONDON).astimezone(UTC)


def chance(rng: Random, of: float) -> bool:
    return rng.random() < of


@dataclass
class Area:
    """What the lives of an area share. ops: the directory and the diary, as they come in."""

    name: str
    rng: Random
    first_on: date
    days: int
    names: Names = field(default_factory=Names)
    ops: list[Op] = field(default_factory=list)
    agencies: dict[str, e.AgencyRecorded] = field(default_factory=dict)
    workers: dict[str, e.WorkerRecorded] = field(default_factory=dict)

    def stream(self, subject: str) -> StreamId:
        kind, _, id_ = subject.partition("/")
        return StreamId(self.name, kind, id_ or self.name)  # type: ignore[arg-type]  # a wrong kind fails at once

    def at(self, day: int, rng: Random) -> datetime:
        """One of the hours at which offices write things down, that many days on; weekends seldom."""
        on = self.first_on + timedelta(days=day)
        if on.weekday() > 4 and chance(rng, 0.85):
            on += timedelta(days=7 - on.weekday())
        return local(on, rng.choice(ODD) if chance(rng, 0.04) else rng.choice(SLOTS))

    def says(
        self, subject: str, body: e.Body, recorded: datetime, happened: datetime | None = None, source: str = SOCIAL
    ) -> Op:
        stream = self.stream(subject)
        happened = happened or recorded
        id_ = derived(str(stream), repr(body), recorded.isoformat(), source)[:16]
        op = said(an_event(source, id_, stream, happened, recorded, body))
        self.ops.append(op)
        return op

    @property
    def services(self) -> list[str]:
        return sorted(a for a, x in self.agencies.items() if x.kind == "treatment")

    def staff(self, agency: str) -> list[str]:
        return sorted(w for w, x in self.workers.items() if x.agency == agency and not x.chairs)

    def worker(self, id_: str, agency: str, *, chairs: bool = False, address: bool = True) -> e.WorkerRecorded:
        mail = self.names.address(id_, f"{agency}.example") if address else None
        secure = agency not in ("school", "police") and chance(self.rng, 0.95)
        self.workers[id_] = e.WorkerRecorded(
            worker=id_, agency=agency, name=self.names.of(id_), address=mail, secure=secure, chairs=chairs
        )
        return self.workers[id_]


POSTS = ("coordinator", "minute_taker", "conference_unit_manager", "head_of_service", "service_manager", "board")
OTHERS = {"health": ("health", 2), "school": ("school", 2), "police": ("police", 1), "fip": ("fip", 2)}
CALLED = {"ash": "Ash House", "birch": "Birch Lane", "cedar": "Cedar Street"}


def an_area(seed: str, days: int, *, calm: bool = False) -> Area:
    """The area as its directory knows it on the first morning."""
    rng = Random(f"area {seed}")
    name = f"sim-{derived(seed)[:6]}"
    area = Area(name, rng, rng.choice(FIRST_DAYS), days)
    opened_at = local(area.first_on, time(7))
    area.agencies["council"] = e.AgencyRecorded(agency="council", name="The Council", kind="social_care")
    for agency, (kind, people) in OTHERS.items():
        area.agencies[agency] = e.AgencyRecorded(agency=agency, name=f"The {agency}", kind=kind)  # type: ignore[arg-type]
        for n in range(people):
            area.worker(f"w-{agency}-{n}", agency, address=chance(rng, 0.97))
    for n in range(3):
        area.worker(f"w-social-{n}", "council", address=chance(rng, 0.97))
    for n in range(6 if calm else rng.choice((1, 2, 2, 3))):
        area.worker(f"w-chair-{n}", "council", chairs=True)
    for service in rng.sample(sorted(CALLED), rng.choice((1, 2, 2, 3))):
        _a_service(area, service)
    roles = {}
    for post in POSTS:
        if chance(rng, 0.98 if post == "coordinator" else 0.88):
            roles[post] = f"w-{post}"
            area.worker(f"w-{post}", "council", address=chance(rng, 0.95))
    recorded = e.AreaRecorded(name=name.title(), team="Conference Team", telephone="01632 960 100", roles=roles)
    for body in (recorded, *area.agencies.values(), *area.workers.values()):
        area.says("partnership", body, opened_at, source=DIRECTORY)
    for n in range(8 if calm else rng.choice((1, 2, 3))):
        room = e.RoomRecorded(
            room=f"room-{n}", name=f"Room {n}", place="Civic Centre", seats=30 if calm else 12 + 6 * n
        )
        area.says("diary", room, opened_at, source=DIARY)
    return area


def _a_service(area: Area, service: str) -> None:
    rng = area.rng
    posts = {
        "single_point_of_contact": chance(rng, 0.85),
        "deputy": chance(rng, 0.6),
        "duty_mailbox": chance(rng, 0.5),
        "service_manager": chance(rng, 0.8),
    }
    for n in range(rng.choice((1, 2, 3))):
        area.worker(f"w-{service}-{n}", service, address=chance(rng, 0.94))
    for post, there in posts.items():
        if there:
            area.worker(f"w-{service}-{post}", service, address=chance(rng, 0.9))
    held = {post: f"w-{service}-{post}" for post, there in posts.items() if there}
    treats: tuple[e.Substance, ...] = rng.choice(((), ("alcohol",), ("drugs",), ("alcohol", "drugs")))
    agency = e.AgencyRecorded(agency=service, name=CALLED[service], kind="treatment", treats=treats)
    area.agencies[service] = replace(agency, **held)


def goings_on(area: Area, *, calm: bool = False) -> None:
    """What changes in an area while families live there: leave, lost and new addresses, people engaged elsewhere."""
    rng = area.rng
    for _ in range(max(2, area.days // 12)):
        day = rng.randrange(1, area.days)
        step = rng.choice((_leave, _leave, _lost, _post_changes, _service_changes, _busy, _busy, _busy))
        if step is not _busy or not calm:
            step(area, day)


def _leave(area: Area, day: int) -> None:
    rng = area.rng
    worker = rng.choice(sorted(area.workers))
    recorded = area.at(day, rng)
    first = recorded.date() + timedelta(days=rng.choice((-2, 0, 1, 3, 7)))
    leave = e.LeaveRecorded(
        leave=f"L-{day}-{worker}", worker=worker, first_on=first, last_on=first + timedelta(days=rng.randrange(0, 12))
    )
    area.says("partnership", leave, recorded, source=DIRECTORY)
    if chance(rng, 0.2):
        off = e.LeaveRecorded(leave=leave.leave, worker=worker, first_on=first, last_on=leave.last_on, cancelled=True)
        area.says("partnership", off, area.at(day + 1, rng), source=DIRECTORY)


def _lost(area: Area, day: int) -> None:
    rng = area.rng
    known = area.workers[rng.choice(sorted(area.workers))]
    lost = e.WorkerRecorded(
        worker=known.worker, agency=known.agency, name=known.name, secure=known.secure, chairs=known.chairs
    )
    area.says("partnership", lost, area.at(day, rng), source=DIRECTORY)
    if chance(rng, 0.7):
        area.says("partnership", again(area, known.worker), area.at(day + rng.randrange(1, 15), rng), source=DIRECTORY)


def again(area: Area, worker: str) -> e.WorkerRecorded:
    """The worker with an address anew."""
    known = area.workers[worker]
    return e.WorkerRecorded(
        worker=worker,
        agency=known.agency,
        name=known.name,
        address=known.address or area.names.address(worker, f"{known.agency}.example"),
        secure=known.secure,
        chairs=known.chairs,
    )


def _busy(area: Area, day: int) -> None:
    rng = area.rng
    who = rng.choice([*sorted(area.workers), "room-0"])
    recorded = area.at(day, rng)
    since = local(recorded.date() + timedelta(days=rng.randrange(1, 15)), rng.choice((time(9), time(13))))
    until = since + timedelta(hours=rng.choice((3, 8, 30, 100)))
    area.says("diary", e.BusyRecorded(person=who, from_at=since, to_at=until), recorded, source=DIARY)


def _post_changes(area: Area, day: int) -> None:
    rng = area.rng
    roles = {post: f"w-{post}" for post in POSTS if f"w-{post}" in area.workers}
    roles[rng.choice(POSTS)] = rng.choice(area.staff("council"))
    body = e.AreaRecorded(name=area.name.title(), team="Conference Team", telephone="01632 960 100", roles=roles)
    area.says("partnership", body, area.at(day, rng), source=DIRECTORY)


def _service_changes(area: Area, day: int) -> None:
    """Another single point of contact, or none."""
    rng = area.rng
    known = area.agencies[rng.choice(area.services)]
    body = e.AgencyRecorded(
        agency=known.agency,
        name=known.name,
        kind=known.kind,
        single_point_of_contact=rng.choice([None, *area.staff(known.agency)]),
        deputy=known.deputy,
        duty_mailbox=known.duty_mailbox,
        service_manager=known.service_manager,
        treats=known.treats,
    )
    area.says("partnership", body, area.at(day, rng), source=DIRECTORY)
