"""Telling a story as CloudEvents: the events of one invented case, with the hours at which they were recorded."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace

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
    mother = "p-mother"
    members = (
        e.Member(person=mother, name="Mary Quillfeather", relation="parent", cares=True, address="mary@home.example"),
        e.Member(person="p-tom", name="Tom Quillfeather", relation="child", born=date(2018, 5, 1)),
        e.Member(person="p-ann", name="Ann Quillfeather", relation="child", born=date(2021, 3, 9)),
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


def took_part(*people: str, deputies: tuple[tuple[str, str], ...] = ()) -> tuple[e.Attendance, ...]:
    present = tuple(e.Attendance(person=p, presence="present") for p in people)
    return present + tuple(e.Attendance(person=d, presence="deputy", deputy_for=f) for d, f in deputies)


def minutes_of(meeting: str) -> e.MinutesRecorded:
    return e.MinutesRecorded(
        meeting=meeting,
        by="w-coordinator",
        decisions=("Tom and Ann Quillfeather need a plan.",),
        discussion=(e.Block(heading="School", text="Tom Quillfeather comes to school hungry."),),
        tasks=(e.Task(what="Visit Mary Quillfeather at home.", who="w-social", by=date(2025, 1, 17)),),
    )


CONFERENCE, CORE_GROUP, REVIEW = "initial-conference:SD-1", "core-group:PLAN-1:1", "fip-review:FIP-1:1"


def the_conference() -> list[e.Event]:
    """Asked for on Monday 6 January 2025, held on Wednesday 8th, minuted on Monday 13th."""
    family = "family/F-1"
    coming = e.AnswerGiven(CONFERENCE, "w-clearway-key", "accepted", "w-coordinator")
    plan = e.Plan(plan="PLAN-1", category="neglect", core_group=("w-social", "w-health", "w-clearway-key"))
    everybody = took_part("w-chair-1", "w-social", "w-health", "w-clearway-key", "p-mother")
    absent = e.Attendance(person="w-teacher", presence="apologies")
    return [
        *the_area(at("2025-01-06", "08:00")),
        *a_household(at("2025-01-06", "09:05")),
        an_episode(at("2025-01-06", "09:10")),
        *an_enquiry(at("2025-01-06", "10:00")),
        told(at("2025-01-06", "15:00"), family, coming),
        told(at("2025-01-07", "10:00"), family, e.CallLogged(CONFERENCE, "p-mother", "spoke", "w-social")),
        told(at("2025-01-08", "12:00"), family, e.MeetingHeld(CONFERENCE, (*everybody, absent), plan=plan)),
        told(at("2025-01-13", "10:00"), family, minutes_of(CONFERENCE)),
        told(at("2025-01-14", "16:00"), family, e.CallLogged(CONFERENCE, "p-mother", "collected", "w-social")),
    ]


def the_whole_journey() -> list[e.Event]:
    """From referral to the end of the plan: a conference, a core group, a partner who moves in, a FIP review."""
    family = "family/F-1"
    partner = e.Member(person="p-partner", name="Paul Planted", relation="partner", cares=True)
    his = e.EpisodeOpened("E-2", "clearway", "w-clearway-spoc", date(2024, 11, 4), "consent", "CW-9002")
    sat = took_part("w-social", "w-health", "w-clearway-key", "p-mother")
    at_review = took_part("w-fip", "w-social", deputies=(("w-clearway-spoc", "w-clearway-key"),))
    return [
        *the_conference(),
        told(at("2025-01-10", "13:00"), family, e.MeetingHeld(CORE_GROUP, sat)),
        told(at("2025-01-15", "09:30"), family, minutes_of(CORE_GROUP)),
        told(at("2025-01-16", "09:00"), "person/p-partner", his, "clearway.example"),
        told(at("2025-01-20", "09:00"), family, e.MemberJoined(partner, date(2025, 1, 18))),
        told(at("2025-01-21", "09:00"), family, e.FipStarted("FIP-1", date(2025, 1, 21), "w-fip")),
        told(at("2025-01-21", "11:00"), family, e.ConsentRecorded("p-mother", "fip", True, "w-fip")),
        told(at("2025-01-22", "11:00"), family, e.ConsentRecorded("p-partner", "fip", False, "w-fip")),
        told(at("2025-03-04", "12:30"), family, e.MeetingHeld(REVIEW, at_review)),
        told(at("2025-03-06", "12:30"), family, minutes_of(REVIEW)),
        told(at("2025-03-20", "10:00"), family, e.PlanEnded("PLAN-1", date(2025, 3, 20), "w-chair-1")),
    ]


def in_area(events: list[e.Event], area: str) -> list[e.Event]:
    """The same story in another area, under names of its own."""
    return [
        replace(x, id=derived(area, x.id)[:16], stream=StreamId(area, x.stream.kind, _moved(x.stream, area)))
        for x in events
    ]


def _moved(stream: StreamId, area: str) -> str:
    return area if stream.id == stream.area else stream.id
