"""The lives that the judge is tested on, in January 2025: a conference of which the treatment service is told in time.

Each part is a function that adds its steps, so that a test takes the parts it needs and spoils one step of them.
"""

from __future__ import annotations

from tests.simulation.stories import DIARY, FAMILY, MUM, PARTNERSHIP, Story

ICPC, FIP = "initial-conference:SD-1", "fip-review:FIP-1:1"
MUM_AT = {"adult": "p-mum", "service": "clearway"}


def area() -> Story:
    """The directory of the area, and where it keeps its time."""
    story, when = Story(), "2 07:00"
    roles = {
        "coordinator": "w-co",
        "conference_unit_manager": "w-cum",
        "head_of_service": "w-hos",
        "board": "w-board",
        "minute_taker": "w-co",
    }
    story.told("area", when, "AreaRecorded", PARTNERSHIP, name="Vale", team="Desk", telephone="1", roles=roles)
    posts = {"single_point_of_contact": "w-spoc", "service_manager": "w-sm", "deputy": None, "duty_mailbox": None}
    story.told(
        "clearway",
        when,
        "AgencyRecorded",
        PARTNERSHIP,
        agency="clearway",
        name="C",
        kind="treatment",
        treats=[],
        **posts,
    )
    story.told("haven", when, "AgencyRecorded", PARTNERSHIP, agency="haven", name="H", kind="treatment", treats=[])
    for worker in ("w-co", "w-cum", "w-hos", "w-board"):
        worker_recorded(story, worker, "council", secure=True)
    for worker in ("w-key", "w-spoc", "w-sm"):
        worker_recorded(story, worker, "clearway")
    return worker_recorded(story, "w-other", "haven")


def worker_recorded(story: Story, worker: str, agency: str, when: str = "2 07:00", secure: bool = False) -> Story:
    address = f"{worker}@mail.example"
    body = {"worker": worker, "agency": agency, "name": worker, "address": address, "secure": secure}
    return story.told(worker, when, "WorkerRecorded", PARTNERSHIP, **body)


def family(story: Story) -> Story:
    """A mother in treatment, a father, and their child."""
    members = [
        {"person": "p-mum", "relation": "parent", "cares": True},
        {"person": "p-dad", "relation": "parent", "cares": True},
        {"person": "p-kid", "relation": "child", "cares": False},
    ]
    story.told("household", "3 09:00", "HouseholdRecorded", members=members)
    return episode(story, "mum", MUM, "p-mum", "clearway", "w-key")


def episode(
    story: Story, name: str, stream: str, person: str, service: str, worker: str, when: str = "3 10:00"
) -> Story:
    body = {"episode": f"E-{person}", "service": service, "worker": worker, "opened_on": "2025-01-01"}
    story.told(
        f"episode {name}", when, "EpisodeOpened", stream, **body, basis="consent", client_reference=f"REF-{person}"
    )
    told = {"person": person, "episode": f"E-{person}", "service": service, "workers": [worker]}
    return story.heard(f"told of {name}", when, "EpisodeTold", **told, basis="consent", opened_on="2025-01-01")


def held(stream: str = FAMILY) -> Story:
    """A record of this stream on the shelf since the 6th, and the family's to mend."""
    story = family(area())
    if ":" in stream:
        story.told("reference", "6 09:00", "ReferenceRecorded", MUM, system="cw", reference="1")
    story.heard("on the shelf", "6 09:00", "RecordHeld", record="H-1", reason="no_basis")
    story.duty("mend", "6 09:00", "mend_record", "20 13:00", key=("H-1",))
    row = {"id": "H-1", "stream": stream, "reason": "no_basis", "state": "open", "at": "2025-01-06T09:00:00.000000Z"}
    story.spoil = lambda laid: laid["held"].append(row)
    return story


def held_of_a_person() -> Story:
    return held(MUM)


def held_under_another_name() -> Story:
    return held("vale/person/cw:1")


def due(story: Story, meeting: str = ICPC, kind: str = "initial_conference", when: str = "6 09:00") -> Story:
    story.told(f"asked {meeting}", when, "ConferenceAskedFor", discussion=meeting, by="w-co")
    body = {"meeting": meeting, "kind": kind, "due_on": "2025-01-24", "not_before": "2025-01-06", "working": "so"}
    return story.fact(f"due {meeting}", when, "MeetingFellDue", **body)


def booking(story: Story, when: str, revision: int, starts: str, meeting: str = ICPC) -> Story:
    body = {"meeting": meeting, "revision": revision, "starts_at": f"2025-01-{starts}:00Z", "ends_at": "", "room": "r"}
    story.heard(f"taken {revision}", when, "SeatsTaken", meeting=meeting, revision=revision)
    return story.fact(f"booked {revision}", when, "MeetingBooked", **body, place="", chair=None)


def invited(
    story: Story,
    when: str,
    revision: int,
    starts: str,
    meeting: str = ICPC,
    person: str = "w-key",
    cancelled: bool = False,
) -> Story:
    """An invitation, or its cancellation, and the relay's word that it took it."""
    message = f"m-{person}-{meeting[:4]}-{revision}{'-off' if cancelled else ''}"
    body = {"meeting": meeting, "person": person, "message": message, "revision": revision}
    sent = {"sequence": revision, "starts_at": f"2025-01-{starts}:00Z", "cancelled": cancelled, "mailed": True}
    story.fact(f"invitation {message}", when, "InvitationIssued", **body, **sent)
    paper = {"paper": "cancellation" if cancelled else "invitation", "ready_to_collect": False}
    return story.heard(f"accepted {message}", when, "MessageAccepted", **body, **paper)


def answer(story: Story, when: str, name: str = "answer", person: str = "w-key", meeting: str = ICPC) -> Story:
    return story.told(name, when, "AnswerGiven", meeting=meeting, person=person, reply="accepted", by="w-co")


def letter(story: Story, when: str, duty: str, person: str = "w-key", name: str = "letter") -> Story:
    message = f"m-{name}"
    story.fact(name, when, "LetterIssued", duty=story.id(duty), person=person, message=message, mailed=True)
    body = {"message": message, "meeting": "", "person": person, "paper": "letter"}
    return story.heard(f"{name} accepted", when, "MessageAccepted", **body, revision=0, ready_to_collect=False)


def told_in_time() -> Story:
    """Fixed on Monday 6 for Tuesday 14; the worker is invited, asked for a report, and answers on the 7th."""
    story = booking(due(family(area())), "6 09:00", 1, "14T10:00")
    story.duty("tell", "6 09:00", "tell_treatment", "7", meeting=ICPC, to="w-key", **MUM_AT)
    story.duty("ask", "6 09:00", "ask_report_treatment", "7", meeting=ICPC, to="w-key", **MUM_AT)
    letter(invited(story, "6 09:00", 1, "14T10:00"), "6 09:00", "ask")
    story.end("asked", "6 09:00", "ask", by="the relay")
    story.duty("report", "6 09:00", "report_from_treatment", "9", meeting=ICPC, to="w-key", **MUM_AT)
    answer(story, "7 11:00").end("told", "7 11:00", "tell")
    story.told("report came", "8 12:00", "ReportReceived", meeting=ICPC, person="w-key", by="w-co")
    return story.end("reported", "8 12:00", "report")


def sat() -> Story:
    """The conference sat on the 14th; decisions came on the 15th, the minutes on the 16th, and both were collected."""
    story = told_in_time()
    there = [{"person": "w-key", "presence": "present", "deputy_for": None}]
    story.told("held", "14 13:00", "MeetingHeld", meeting=ICPC, attendance=there, started_at=None, plan=None)
    story.duty("decision owed", "14 13:00", "send_decision_treatment", "15", meeting=ICPC, to="w-key", **MUM_AT)
    story.duty("minutes owed", "14 13:00", "send_minutes_treatment", "28", meeting=ICPC, to="w-key", **MUM_AT)
    story.told("decisions", "15 09:00", "DecisionsRecorded", meeting=ICPC, by="w-co", decisions=["A plan is made."])
    paper(story, "15 09:00", "decision")
    story.told("minutes", "16 09:00", "MinutesRecorded", meeting=ICPC, by="w-co", decisions=["A plan is made."])
    paper(story, "16 09:00", "minutes")
    body = {"meeting": ICPC, "person": "w-key", "outcome": "collected", "by": "w-co"}
    story.told("collected", "16 12:00", "CallLogged", **body)
    return story.end("decision sent", "16 12:00", "decision owed").end("minutes sent", "16 12:00", "minutes owed")


def paper(story: Story, when: str, kind: str, ready: bool = True) -> Story:
    """A paper, or word that it is ready, taken by the relay."""
    body = {"meeting": ICPC, "person": "w-key", "message": f"m-{kind}", "paper": kind}
    story.fact(f"{kind} issued", when, "PaperIssued", **body, mailed=True)
    story.heard(f"{kind} accepted", when, "MessageAccepted", **body, revision=0, ready_to_collect=ready)
    return story


def silent() -> Story:
    """Nobody answers: it climbs their ladder, and the day before somebody is asked to ring."""
    story = told_in_time().without("answer", "told")
    for rung, (when, role, person) in enumerate(
        [
            ("8 09:00", "treatment_worker", "w-key"),
            ("9 09:00", "single_point_of_contact", "w-spoc"),
            ("10 09:00", "service_manager", "w-sm"),
        ]
    ):
        climb(story, when, "tell", rung, role, person)
    story.heard("turn", "13 10:00", "TimeCame").fact(
        "call", "13 10:00", "CallAskedFor", duty=story.id("tell"), caller="w-co"
    )
    story.until = story.steps[-1].at.replace(day=15)
    return story


def climb(story: Story, when: str, duty: str, rung: int, role: str, person: str | None) -> Story:
    story.heard(f"woken {role}", when, "TimeCame")
    message = f"n-{rung}" if person else ""
    body = {"duty": story.id(duty), "rung": rung, "role": role, "person": person, "message": message}
    return story.fact(f"rung {role}", when, "RungClimbed", **body)


def called_off() -> Story:
    """Called off on the 9th, and the worker is told that it is."""
    story = told_in_time()
    story.told("cancelled", "9 09:00", "MeetingCancelled", meeting=ICPC, by="w-co", reason="ill")
    story.end("lapsed", "9 09:00", "tell", "lapse")
    story.duty("off", "9 09:00", "tell_treatment_cancelled", "10", meeting=ICPC, to="w-key", revision=2, **MUM_AT)
    invited(story, "9 09:00", 1, "14T10:00", cancelled=True)
    return story.end("off told", "9 09:00", "off", by="the relay")


def moved() -> Story:
    """Moved on the 9th to the 16th; the worker is invited and asked anew, and answers anew."""
    story = booking(told_in_time(), "9 09:00", 2, "16T10:00")
    invited(story, "9 09:00", 2, "16T10:00")
    story.fact("reopened", "9 09:00", "DutyReopened", duty=story.id("tell"))
    story.fact("renewed", "9 09:00", "DutyMoved", duty=story.id("tell"), to="w-key", due_at="2025-01-10T23:59:59Z")
    answer(story, "10 09:00", "second answer")
    return story.end("told again", "10 09:00", "tell")


def consented() -> Story:
    """A Family Intervention Project review, of which the service may be told since the mother agreed."""
    story = due(family(area()), FIP, "fip_review")
    story.told("consent", "6 09:00", "ConsentRecorded", person="p-mum", purpose="fip", given=True, by="w-co")
    booking(story, "6 10:00", 1, "14T10:00", FIP)
    story.duty("tell", "6 10:00", "tell_treatment", "7", meeting=FIP, to="w-key", **MUM_AT)
    invited(story, "6 10:00", 1, "14T10:00", FIP)
    answer(story, "7 11:00", meeting=FIP).end("told", "7 11:00", "tell")
    return story


def refused() -> Story:
    """The same review, and the mother refused: nothing is mailed, and a duty says so."""
    story = booking(due(family(area()), FIP, "fip_review"), "6 10:00", 1, "14T10:00", FIP)
    story.duty("seek", "6 10:00", "seek_consent", "7", meeting=FIP, **MUM_AT)
    story.told("consent", "7 09:00", "ConsentRecorded", person="p-mum", purpose="fip", given=False, by="w-co")
    return story.end("sought", "7 09:00", "seek", by="consent was refused, so the service is not told")


def changed() -> Story:
    """A child came home while a conference is due; the service is told, and says so."""
    story = told_in_time()
    body = {"change": "CH-1", "what": "child_returned_home", "on": "2025-01-08", "by": "w-co", "remark": None}
    story.told("change", "9 09:00", "SignificantChangeRecorded", **body)
    story.duty("tell change", "9 09:00", "tell_change", "10", to="w-key", key=("p-mum", "clearway", "CH-1"), **MUM_AT)
    letter(story, "9 09:00", "tell change", name="change letter")
    story.told("acknowledged", "9 12:00", "DutyAcknowledged", duty=story.id("tell change"), person="w-key", by="w-co")
    return story.end("change told", "9 12:00", "tell change")


def referred() -> Story:
    """A verbal referral, confirmed in time, and its outcome fed back."""
    story = family(area())
    body = {"referral": "R-1", "made_by": "w-key", "how": "verbal", "person": "p-mum"}
    story.told("referral", "6 16:00", "ReferralMade", happened="6 15:00", **body)
    story.duty("confirm", "6 16:00", "confirm_referral", "8 15:00", to="w-key", key=("R-1",))
    story.told("confirmed", "7 09:00", "ReferralConfirmed", referral="R-1", by="w-key").end("c", "7 09:00", "confirm")
    decided = {"referral": "R-1", "outcome": "assessment", "decided_on": "2025-01-08", "by": "w-co"}
    story.told("decided", "8 12:00", "ReferralDecided", **decided)
    story.duty("feed back", "8 12:00", "feed_back_outcome", "15", to="w-key", key=("R-1",))
    return letter(story, "8 12:00", "feed back").end("fed back", "8 12:00", "feed back", by="the relay")


def advised() -> Story:
    story = family(area()).told("advice", "6 09:00", "AdviceAsked", advice="A-1", by="w-co", service="clearway")
    story.duty("advise", "6 09:00", "ask_for_advice", "7", to="w-spoc", service="clearway", key=("A-1", "clearway"))
    return letter(story, "6 09:00", "advise", "w-spoc").end("advised", "6 09:00", "advise", by="the relay")


def overridden() -> Story:
    story = family(area())
    body = {"person": "p-mum", "purpose": "fip", "ground": "life_at_risk", "by": "w-co"}
    story.told("override", "6 09:00", "ConsentOverridden", **body)
    story.duty("refer", "6 09:00", "make_referral", "6", key=("p-mum", "fip"), adult="p-mum")
    made = {"referral": "R-2", "made_by": "w-co", "how": "written", "person": "p-mum"}
    return story.told("referral", "6 12:00", "ReferralMade", **made).end("referred", "6 12:00", "refer")


def seated() -> Story:
    """Two meetings in one room, one after the other."""
    story = area()
    for n, (since, until) in enumerate([("14T09:00", "14T10:00"), ("14T10:00", "14T11:00")]):
        body = {"family": f"F-{n}", "meeting": "core-group:P:1", "revision": 1, "people": [f"w-{n}"], "room": "beech"}
        times = {"starts_at": f"2025-01-{since}:00Z", "ends_at": f"2025-01-{until}:00Z", "chair": None}
        story.fact(f"seats {n}", "6 09:00", "SeatsKept", DIARY, **body, **times)
    story.spoil = lambda shown: shown.update(seats=seats())
    return story


def seats() -> list[dict[str, object]]:
    first = 1736845200 // 900
    return [
        {"area": "vale", "who": who, "grain": first + 4 * n + quarter, "meeting": f"F-{n}/core-group:P:1"}
        for n in (0, 1)
        for who in ("beech", f"w-{n}")
        for quarter in range(4)
    ]
