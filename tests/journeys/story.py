"""Telling a story as CloudEvents: the events of one invented case, with the hours at which they were recorded."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from handlers import events as e
from handlers.people import StreamId, derived

AREA = "riverside"
LONDON = ZoneInfo("Europe/London")


def at(day: str, clock: str = "09:00") -> datetime:
    """`2025-01-06`, `14:30` in London, as UTC."""
    hour, minute = map(int, clock.split(":"))
    on = date.fromisoformat(day)
    return datetime(on.year, on.month, on.day, hour, minute, tzinfo=LONDON).astimezone(UTC)


def told(when: datetime, subject: str, body: e.Body, source: str = "lcs.example", id_: str = "") -> e.Event:
    kind, _, name = subject.partition("/")
    stream = StreamId(AREA, kind, name or AREA)  # type: ignore[arg-type]  # a wrong kind fails at once
    name = id_ or derived(str(stream), repr(body), when.isoformat())[:16]
    return e.Event(name, source, stream, when, when, body)


def the_area(when: datetime) -> list[e.Event]:
    """A directory with every agency that the story needs, three rooms, and two chairs."""
    posts = {
        "coordinator": "w-coordinator",
        "minute_taker": "w-coordinator",
        "conference_unit_manager": "w-unit-manager",
        "head_of_service": "w-head",
        "service_manager": "w-clearway-manager",
        "board": "w-board",
    }
    agencies = [
        e.AgencyRecorded("council", "Riverside Council", "social_care"),
        e.AgencyRecorded("clearway", "Clearway Drug and Alcohol Service", "treatment", "w-clearway-spoc"),
        e.AgencyRecorded("health", "Riverside Health", "health"),
        e.AgencyRecorded("school", "Mill Lane School", "school"),
        e.AgencyRecorded("fip", "Riverside Family Intervention Project", "fip"),
    ]
    workers = [
        ("w-coordinator", "council", False),
        ("w-unit-manager", "council", False),
        ("w-head", "council", False),
        ("w-board", "council", False),
        ("w-social", "council", False),
        ("w-clearway-key", "clearway", False),
        ("w-clearway-spoc", "clearway", False),
        ("w-clearway-manager", "clearway", False),
        ("w-health", "health", False),
        ("w-teacher", "school", False),
        ("w-fip", "fip", False),
        ("w-chair-1", "council", True),
        ("w-chair-2", "council", True),
    ]
    area = e.AreaRecorded("Riverside", "Riverside Conference Team", "01632 960 100", posts)
    known: list[e.Body] = [area, *agencies]
    known += [
        e.WorkerRecorded(w, a, f"{w.upper()} Surname", f"{w}@{a}.example", secure=a != "school", chairs=chairs)
        for w, a, chairs in workers
    ]
    rooms = [e.RoomRecorded(f"room-{n}", f"Room {n}", "Civic Centre, Mill Lane", 12 + n) for n in (1, 2, 3)]
    return [told(when, "partnership", x, "directory.example") for x in known] + [
        told(when, "diary", x, "rooms.example") for x in rooms
    ]


def a_household(when: datetime, family: str = "F-1") -> list[e.Event]:
    """A mother who cares for two children, and four professionals."""
    members = (
        e.Member(person="p-mother", name="Mary Canary", relation="parent", cares=True, address="mary@home.example"),
        e.Member(person="p-tom", name="Tom Canary", relation="child", born=date(2018, 5, 1)),
        e.Member(person="p-ann", name="Ann Canary", relation="child", born=date(2021, 3, 9)),
    )
    on = when.date()
    workers = [("w-social", "social_worker"), ("w-health", "health_visitor"), ("w-teacher", "teacher")]
    return [
        told(when, f"family/{family}", e.HouseholdRecorded(members)),
        *(told(when, f"family/{family}", e.ProfessionalInvolved(w, r, on)) for w, r in workers),
    ]


def an_episode(when: datetime, worker: str = "w-clearway-key") -> e.Event:
    opened = e.EpisodeOpened("E-1", "clearway", worker, when.date(), "consent", "CW-7741")
    return told(when, "person/p-mother", opened, "clearway.example")


def an_enquiry(when: datetime, family: str = "F-1") -> list[e.Event]:
    """A strategy discussion that starts section 47, and a conference asked for."""
    later = when + timedelta(hours=1)
    return [
        told(when, f"family/{family}", e.StrategyDiscussionHeld("SD-1", when.date(), True)),
        told(later, f"family/{family}", e.ConferenceAskedFor("SD-1", "w-social")),
    ]
