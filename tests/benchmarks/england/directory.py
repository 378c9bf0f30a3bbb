"""An area's directory: who works there, as many as its families need, its rooms; their leave and what keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from math import ceil
from random import Random

from handlers import events as e
from handlers.people import StreamId, StreamKind
from tests.benchmarks.england.volume import FIRST_ON, LAST_ON, Area
from tests.simulation.area import local

SERVICES = ("clearway", "turning")
POSTS = ("coordinator", "minute_taker", "conference_unit_manager", "head_of_service", "service_manager", "board")
KINDS = {"council": "social_care", "health": "health", "school": "school", "police": "police", "fip": "fip"}
# How many families with a conference or plan there are to one of each: design defaults.
FAMILIES_TO_EACH = {"social": 14, "health": 30, "school": 20, "police": 200, "fip": 100, "chair": 70, "clearway": 60}
AGENCY_OF = {"social": "council", "chair": "council", "turning": "turning"}
MEETINGS_TO_A_ROOM = 700  # a year


@dataclass(frozen=True)
class Staff:
    """Who is there, by trade."""

    workers: dict[str, tuple[str, ...]]

    def one(self, trade: str, rng: Random) -> str:
        return rng.choice(self.workers[trade])


def staff(area: Area) -> Staff:
    families = area.conferences + area.standing
    each = {**FAMILIES_TO_EACH, "turning": FAMILIES_TO_EACH["clearway"]}
    least = {"social": 3, "chair": 3}
    return Staff(
        {
            trade: tuple(f"w-{trade}-{n}" for n in range(1, max(least.get(trade, 2), ceil(families / of)) + 1))
            for trade, of in each.items()
        }
    )


def directory(area: Area, there: Staff, rng: Random) -> Iterator[e.Event]:
    """What the area's own systems tell in a year: all that is there on the first morning, and what changes."""
    n = 0
    opened_at = local(FIRST_ON, time(6))
    for body in (*_people(area, there), *_rooms(area)):
        n += 1
        yield _told(area, n, opened_at, body)
    for at, body in sorted(_changes(there, rng), key=lambda x: x[0]):
        n += 1
        yield _told(area, n, at, body)


def _told(area: Area, n: int, at: datetime, body: e.Body) -> e.Event:
    kind: StreamKind = "diary" if isinstance(body, e.RoomRecorded | e.BusyRecorded) else "partnership"
    return e.Event(f"D-{n}", f"directory.{area.name}.example", StreamId(area.name, kind, area.name), at, at, body)


def _people(area: Area, there: Staff) -> Iterator[e.Body]:
    posts = {post: f"w-{post.replace('_', '-')}" for post in POSTS}
    yield e.AreaRecorded(area.name.title(), "Conference Team", "01632 960 100", posts)
    for agency, kind in KINDS.items():
        yield e.AgencyRecorded(agency, f"The {agency} of {area.name}", kind)  # type: ignore[arg-type]  # one of these
    for service in SERVICES:
        spoc, manager = f"w-{service}-spoc", f"w-{service}-manager"
        yield e.AgencyRecorded(service, service.title(), "treatment", spoc, there.workers[service][0], None, manager)
        yield from (_worker(w, service) for w in (spoc, manager))
    yield from (_worker(w, "council") for w in posts.values())
    for trade, workers in there.workers.items():
        yield from (_worker(w, AGENCY_OF.get(trade, trade), chairs=trade == "chair") for w in workers)


def _worker(id_: str, agency: str, *, chairs: bool = False) -> e.WorkerRecorded:
    name = f"{id_.removeprefix('w-').title()} Surname"
    return e.WorkerRecorded(id_, agency, name, f"{id_}@{agency}.example", secure=agency != "school", chairs=chairs)


def _rooms(area: Area) -> Iterator[e.Body]:
    meetings = 10 * (area.conferences + area.standing)  # a year, core groups and all
    for n in range(1, max(3, ceil(meetings / MEETINGS_TO_A_ROOM)) + 1):
        yield e.RoomRecorded(f"room-{n}", f"Room {n}", "Civic Centre", 10 + n % 3 * 4)


def _changes(there: Staff, rng: Random) -> Iterator[tuple[datetime, e.Body]]:
    """Each worker is away twice; chairs and social workers are kept by courts and training besides."""
    days = (LAST_ON - FIRST_ON).days
    for trade, workers in there.workers.items():
        for worker in workers:
            for n in (1, 2):
                told = FIRST_ON + timedelta(days=rng.randrange(days))
                first = told + timedelta(days=rng.randrange(28))
                leave = e.LeaveRecorded(f"L-{worker}-{n}", worker, first, first + timedelta(days=rng.randrange(12)))
                yield local(told, time(8, 15)), leave
            for _ in range(6 if trade in ("chair", "social") else 0):
                told = FIRST_ON + timedelta(days=rng.randrange(days))
                since = local(told + timedelta(days=rng.randrange(5, 40)), rng.choice((time(9), time(13))))
                yield local(told, time(8, 40)), e.BusyRecorded(worker, since, since + timedelta(hours=4))
