"""A small driver for the rules: one invented area in memory, one instant at a time, nothing but values.

Events go to `decide`; what it tells other streams follows breadth first, as the engine carries it; time moves only
by `at`, which wakes each stream when it wanted to be woken; what waits for a name is parked until it is known.
"""

from __future__ import annotations

from collections import deque
from copy import copy
from datetime import date, datetime, time
from functools import cache
from typing import Any, Literal, TypeVar

from msgspec.structs import replace

from handlers import case_file, case_folds, diary_file, kept_records, partnership, person_file
from handlers import events as e
from handlers import facts as f
from handlers.admission import EVERYTHING
from handlers.announcements import Announcement
from handlers.case_file import CaseFile
from handlers.counting import Ground
from handlers.decide import Decision, decide
from handlers.desk import File
from handlers.effects import Announce, Message, SendInvitation, SendLetter, SendMinutes, TellStream
from handlers.facts import Duty, DutyKind
from handlers.meeting_file import Meeting
from handlers.people import StreamId, derived
from handlers.protocol import Protocol
from handlers.working_days import at_local_time, from_words, in_words
from infra.protocols.packs import protocol

AREA = StreamId("riverside", "family", "")
FAMILY = AREA.sibling("family", "F-1")
KINDS: dict[str, type[Any]] = {
    "family": case_file.CaseFile,
    "person": person_file.PersonFile,
    "diary": diary_file.DiaryFile,
    "partnership": partnership.Directory,
}
MOTHER = e.Member(person="mother", name="M", relation="parent", cares=True, address="m@home.example")
FATHER = e.Member(person="father", name="F", relation="partner", cares=True)
LODGER = e.Member(person="lodger", name="L", relation="other")
CHILD = e.Member(person="child", name="C", relation="child")
CONFERENCE = "initial-conference:SD-1"
REVIEW = "fip-review:FIP-1:1"
MONDAY = "Mon 3 March 2025 10:00"
CLEARWAY = {"adult": "mother", "service": "clearway", "meeting": CONFERENCE}

Found = TypeVar("Found")
Fate = Literal["accepted", "refused", "bounced", "unknown"]


@cache
def england() -> Protocol:
    return protocol()


def instant(words: str) -> datetime:
    """`Mon 3 March 2025 10:00`, in UTC; a wrong weekday is refused."""
    moment = from_words(words)
    assert isinstance(moment, datetime), words
    return moment


def day(words: str) -> date:
    return from_words(words)


class Hearing:
    """The area, its files, and everything decided so far. post: what becomes of each mail; None is silence."""

    def __init__(self, now: str = MONDAY, protocol: Protocol | None = None) -> None:
        self.protocol = protocol or england()
        self.now = instant(now)
        self.files: dict[StreamId, File] = dict(the_area())
        self.decided_at: dict[StreamId, datetime] = {}
        self.wakes: dict[StreamId, datetime] = {}
        self.parked: list[tuple[StreamId, str, e.Event]] = []
        self.decisions: list[Decision] = []
        self.told_events: list[e.Event] = []
        self.post: Literal["accepted", "refused"] | None = None

    def fork(self) -> Hearing:
        """Another hearing that shares the past; files are values, so that nothing need be copied deeply."""
        twin = copy(self)
        twin.files, twin.decided_at, twin.wakes = dict(self.files), dict(self.decided_at), dict(self.wakes)
        twin.parked, twin.decisions = list(self.parked), list(self.decisions)
        twin.told_events = list(self.told_events)
        return twin

    # --- telling

    def at(self, words: str) -> Hearing:
        """Let time pass until then, waking each stream at the instant it asked for."""
        until = instant(words)
        while due := sorted((at, s) for s, at in self.wakes.items() if at <= until):
            self.now, stream = due[0]
            del self.wakes[stream]
            self.deliver(e.Event(f"time {self.now} {stream}", "clock", stream, *(self.now,) * 2, e.TimeCame()))
        self.now = until
        return self

    def told(self, subject: str, *bodies: e.Body) -> Hearing:
        """`person/mother`, `family/F-1` or `diary`: these happened, and were recorded, now."""
        kind, _, id_ = subject.partition("/")
        for body in bodies:
            stream = AREA.sibling(kind, id_)  # type: ignore[arg-type]  # a wrong kind fails at once
            name = derived(subject, repr(body), str(self.now), str(len(self.decisions)))
            event = e.Event(name, "test", stream, self.now, self.now, body)
            self.told_events.append(event)
            self.deliver(event)
        return self

    def in_error(self, type_: type[e.Body], by: str = "w-social") -> Hearing:
        """The latest record of this type was wrong."""
        wrong = next(x for x in reversed(self.told_events) if isinstance(x.body, type_))
        kind = "family/F-1" if wrong.stream.kind == "family" else f"person/{wrong.stream.id}"
        return self.told(kind, e.RecordedInError(wrong.id, by))

    def family(self, *bodies: e.Body) -> Hearing:
        return self.told("family/F-1", *bodies)

    def deliver(self, event: e.Event) -> None:
        """One event, and all that follows from it."""
        waiting = deque([event])
        while waiting:
            waiting += self._decided(waiting.popleft())

    def _decided(self, event: e.Event) -> list[e.Event]:
        stream = event.stream
        file = self.files.get(stream) or KINDS[stream.kind](stream=stream)
        now = max(event.recorded, self.decided_at.get(stream, event.recorded))
        decision = decide(event, file, self.protocol, self.directory, now)
        if decision.awaits:
            self.parked.append((stream, decision.awaits, event))
            return []
        self.decisions.append(decision)
        assert_correctable(file, decision)
        self.files[stream], self.decided_at[stream] = decision.file, now
        self.wakes.pop(stream, None)
        if decision.wake_at:
            self.wakes[stream] = decision.wake_at
        names = decision.makes_known
        known = [p for p in self.parked if p[0] == stream and (p[1] in names or EVERYTHING in names)]
        self.parked = [p for p in self.parked if p not in known]
        return [*self._carried(event, decision, now), *(p[2] for p in known)]

    def _carried(self, event: e.Event, decision: Decision, now: datetime) -> list[e.Event]:
        following = []
        for n, effect in enumerate(decision.effects):
            if isinstance(effect, TellStream):
                name = derived(event.id, str(effect.stream), repr(effect.body), str(n))
                happened = min(event.happened, now)
                following.append(e.Event(name, "quorate", effect.stream, happened, now, effect.body))
            elif self.post and not isinstance(effect, Announce):
                name = f"receipt {effect.message}"
                following.append(e.Event(name, "post", event.stream, now, now, self._fate(effect)))
        return following

    def _fate(self, sent: Message) -> e.Body:
        about = (sent.message, sent.meeting, sent.to.person, paper_of(sent))
        if self.post == "accepted":
            ready = isinstance(sent, SendMinutes) and not sent.to.secure
            return e.MessageAccepted(*about, ready_to_collect=ready)
        return e.MessageFailed(*about, "refused")

    # --- asking

    @property
    def directory(self) -> partnership.Directory:
        file = self.files[AREA.sibling("partnership")]
        assert isinstance(file, partnership.Directory)
        return file

    @property
    def file(self) -> CaseFile:
        file = self.files[FAMILY]
        assert isinstance(file, CaseFile)
        return file

    @property
    def diary(self) -> diary_file.DiaryFile:
        file = self.files[AREA.sibling("diary")]
        assert isinstance(file, diary_file.DiaryFile)
        return file

    def meeting(self, id_: str = CONFERENCE) -> Meeting:
        return self.file.meetings[id_]

    def duties(self, kind: DutyKind, **like: object) -> list[Duty]:
        """Every duty of this kind, ended or not, that is `like` this."""
        found = (d for d in self.file.duties.values() if d.kind == kind)
        return [d for d in found if all(getattr(d, name) == value for name, value in like.items())]

    def open(self, kind: DutyKind, **like: object) -> list[Duty]:
        return self.duties(kind, ended=None, **like)

    def duty(self, kind: DutyKind, **like: object) -> Duty:
        """The one duty like this."""
        (found,) = self.duties(kind, **like)
        return found

    def facts(self, type_: type[Found]) -> list[Found]:
        return [x.body for d in self.decisions for x in d.facts if isinstance(x.body, type_)]

    def sent(self, type_: type[Found], to: str = "") -> list[Found]:
        """The messages of this type, to this person if one is named."""
        mine = [x for x in self.messages if not to or x.to.person == to]
        return [x for x in mine if isinstance(x, type_)]

    @property
    def messages(self) -> list[Message]:
        return [x for d in self.decisions for x in d.effects if not isinstance(x, TellStream | Announce)]

    @property
    def tellings(self) -> list[TellStream]:
        """What was told to other streams."""
        return [x for d in self.decisions for x in d.effects if isinstance(x, TellStream)]

    @property
    def announced(self) -> list[Announcement]:
        """What others were told."""
        return [x.body for d in self.decisions for x in d.effects if isinstance(x, Announce)]

    def mailed(self, person: str) -> int:
        """How many messages of any kind went to this person."""
        return sum(x.to.person == person for x in self.messages)

    # --- what stories begin with

    def household(self, *members: e.Member) -> Hearing:
        return self.family(e.HouseholdRecorded((*(members or (MOTHER,)), CHILD)))

    def worked_with(self) -> Hearing:
        on = self.now.date()
        social, health = ("w-social", "social_worker"), ("w-health", "health_visitor")
        return self.family(*(e.ProfessionalInvolved(w, role, on) for w, role in (social, health)))

    def episode(self, person: str = "mother", service: str = "clearway", worker: str = "w-key") -> Hearing:
        opened = e.EpisodeOpened(f"E-{person}", service, worker, self.now.date(), "consent", "CW-7741")
        return self.told(f"person/{person}", opened)

    def factor(self, *codes: str, person: str | None = None) -> Hearing:
        factors = tuple(e.Factor(code=c, person=person) for c in codes)
        return self.family(e.FactorsAssessed(f"A-{self.now}", self.now.date(), factors, "statutory"))

    def conference(self) -> Hearing:
        """A strategy discussion today, and the conference asked for: the diary books it at once."""
        return self.family(*an_enquiry(self.now.date()))

    def fip(self) -> Hearing:
        return self.family(e.FipStarted("FIP-1", self.now.date(), "w-fip"))

    def books(self, words: str, meeting: str = CONFERENCE) -> Hearing:
        """The coordinator fixes, or moves, the time."""
        return self.family(e.BookingAsked(meeting, instant(words), "w-coordinator"))

    def cancels(self, meeting: str = CONFERENCE) -> Hearing:
        return self.family(e.MeetingCancelled(meeting, "w-coordinator", "The school is closed."))

    def consent(self, given: bool, person: str = "mother") -> Hearing:
        return self.family(e.ConsentRecorded(person, "fip", given, "w-fip"))

    def leave(self, worker: str, first: str, last: str, cancelled: bool = False) -> Hearing:
        """Away on both days and all between, as `Mon 3 March 2025`."""
        return self.told("partnership", e.LeaveRecorded(f"L-{worker}", worker, day(first), day(last), cancelled))

    def unreachable(self, *workers: str, agency: str = "clearway") -> Hearing:
        """The directory loses these addresses."""
        return self.told("partnership", *(a_worker(w, agency, address=False) for w in workers))

    def held(self, *attendance: e.Attendance, meeting: str = CONFERENCE, plan: e.Plan | None = None) -> Hearing:
        return self.family(e.MeetingHeld(meeting, attendance, plan=plan))

    def sits(self, *attendance: e.Attendance, meeting: str = CONFERENCE, plan: e.Plan | None = None) -> Hearing:
        """Time passes until the meeting as booked has ended, and its record comes in."""
        booked = self.meeting(meeting).booked
        assert booked
        self.until(booked.ends_at)
        return self.held(*attendance, meeting=meeting, plan=plan)

    def waived(self, meeting: str = CONFERENCE, ground: Ground = "contact_with_fewer_agencies") -> Hearing:
        """The chair says on which ground it went on without a quorum."""
        return self.family(e.QuorumWaived(meeting, ground, "w-chair-1", "Nobody else knows the child."))

    def until(self, moment: datetime) -> Hearing:
        return self.at(in_words(moment))

    def minuted(self, meeting: str = CONFERENCE) -> Hearing:
        return self.family(e.MinutesRecorded(meeting, "w-coordinator", ("A plan is made.",)))

    def relayed(self, person: str, how: Fate = "accepted", meeting: str = CONFERENCE) -> Hearing:
        """What became of this person's present invitation, or its calling back."""
        sent = self.meeting(meeting).invitations[person]
        paper: e.Paper = "cancellation" if sent.cancelled else "invitation"
        return self.posted(how, sent.message, person, paper, meeting)

    def posted(self, how: Fate, message: str, person: str, paper: e.Paper, meeting: str = "") -> Hearing:
        """What became of one message."""
        if how == "accepted":
            return self.family(e.MessageAccepted(message, meeting, person, paper))
        return self.family(e.MessageFailed(message, meeting, person, paper, how))

    def answers(self, person: str, meeting: str = CONFERENCE, reply: e.Reply = "accepted") -> Hearing:
        return self.family(e.AnswerGiven(meeting, person, reply, "w-coordinator"))


def assert_correctable(before: File, decision: Decision) -> None:
    """What is folded anew when a record is taken out comes of records that are kept (handlers/kept_records), and of
    nothing else: else it would be lost then. Of families that merge or split, as much as stands is kept."""
    joining = (e.FamiliesMerged, e.FamilyBrought, f.FamilyParted)
    kept = {*kept_records.TABLES, e.RecordedInError, *joining}
    after = decision.file
    if isinstance(before, CaseFile) and not any(type(x.body) in kept for x in decision.facts):
        changed = [n for n in case_folds.OF_RECORDS if getattr(before, n) != getattr(after, n)]
        assert not changed, (
            f"{changed} changed by {type(decision.facts[0].body).__name__}, which handlers.kept_records does not keep"
        )
    if isinstance(after, CaseFile) and any(isinstance(x.body, joining) for x in decision.facts):
        anew = case_folds.of_records_alone(after)
        lost = [n for n in case_folds.OF_RECORDS if getattr(anew, n) != getattr(after, n)]
        assert not lost and anew.meetings == after.meetings, f"{lost} does not stand on the records that are kept"


def a_conference(*members: e.Member) -> Hearing:
    """Booked for Wed 5 March 09:00; no use is on record yet."""
    return Hearing().household(*members).worked_with().conference()


def a_project() -> Hearing:
    """The review's window opens on Mon 14 April 2025, six weeks from Mon 3 March."""
    return Hearing().household().worked_with().episode().fip()


def paper_of(sent: Message) -> e.Paper:
    match sent:
        case SendInvitation():
            return "invitation" if sent.method == "REQUEST" else "cancellation"
        case SendMinutes():
            return sent.part
        case SendLetter():
            return "letter"
        case _:
            return "notice"


def clearway(**changes: Any) -> e.AgencyRecorded:
    """The treatment service as the directory knows it, but for these changes."""
    return replace(next(a for a in AGENCIES if a.agency == "clearway"), **changes)


def an_enquiry(on: date) -> tuple[e.Body, e.Body]:
    return e.StrategyDiscussionHeld("SD-1", on, True), e.ConferenceAskedFor("SD-1", "w-social")


def there(person: str, presence: e.Presence = "present", deputy_for: str | None = None) -> e.Attendance:
    return e.Attendance(person=person, presence=presence, deputy_for=deputy_for)


def busy(person: str, first: str, last: str) -> e.BusyRecorded:
    """Not free from the first minute of one day to the last of another, both as `Mon 3 March 2025`."""
    return e.BusyRecorded(person, at_local_time(day(first), time()), at_local_time(day(last), time(23, 59)))


POSTS = {
    "coordinator": "w-coordinator",
    "minute_taker": "w-minutes",
    "conference_unit_manager": "w-unit",
    "head_of_service": "w-head",
    "service_manager": "w-manager",
    "board": "w-board",
}
AGENCIES = (
    e.AgencyRecorded("council", "Riverside Council", "social_care"),
    e.AgencyRecorded("clearway", "Clearway", "treatment", "w-spoc", "w-deputy"),
    e.AgencyRecorded("beacon", "Beacon", "treatment", "w-beacon"),
    e.AgencyRecorded("health", "Riverside Health", "health"),
    e.AgencyRecorded("fip", "Riverside FIP", "fip"),
)
WORKERS = {
    "council": (*POSTS.values(), "w-social", "w-chair-1", "w-chair-2"),
    "clearway": ("w-key", "w-key-2", "w-spoc", "w-deputy"),
    "beacon": ("w-beacon", "w-beacon-key"),
    "health": ("w-health",),
    "fip": ("w-fip",),
}


def a_worker(worker: str, agency: str, address: bool = True, secure: bool = True) -> e.WorkerRecorded:
    mail = f"{worker}@{agency}.example" if address else None
    return e.WorkerRecorded(worker, agency, worker.upper(), mail, secure=secure, chairs="chair" in worker)


@cache
def the_area() -> tuple[tuple[StreamId, File], ...]:
    """The directory and two rooms; built once, since files are values."""
    records: dict[StreamId, list[e.Body]] = {
        AREA.sibling("partnership"): [
            e.AreaRecorded("Riverside", "Riverside Conference Team", "01632 960 100", POSTS),
            *AGENCIES,
            *(a_worker(w, agency) for agency, workers in WORKERS.items() for w in workers),
        ],
        AREA.sibling("diary"): [
            e.RoomRecorded("room-1", "Room 1", "Civic Centre", 10),
            e.RoomRecorded("room-2", "Room 2", "Civic Centre", 20),
        ],
    }
    files: dict[StreamId, File] = {s: KINDS[s.kind](stream=s) for s in records}
    directory = partnership.Directory(stream=AREA.sibling("partnership"))
    then = instant("Thu 2 January 2025 09:00")
    for stream, bodies in records.items():
        for n, body in enumerate(bodies):
            event = e.Event(f"{stream} {n}", "directory", stream, then, then, body)
            files[stream] = decide(event, files[stream], england(), directory, then).file
    return tuple(files.items())
