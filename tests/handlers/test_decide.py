"""The map as a whole: by level and never by edge, so that no duty depends on which event came first (decision 12)."""

from datetime import datetime, timedelta
from itertools import permutations
from math import factorial

import pytest
from msgspec.structs import replace

from handlers import events as e
from handlers import facts as f
from handlers.case_file import CaseFile
from handlers.decide import Decision, _owed, decide
from handlers.desk import OF_DUTIES_ALONE, Desk, fold
from handlers.duties import Owed
from handlers.effects import TellStream
from handlers.meeting_file import Meeting
from handlers.people import StreamId
from handlers.working_days import in_words
from tests.handlers.hearing import (
    AREA,
    CHILD,
    CONFERENCE,
    FAMILY,
    FATHER,
    MOTHER,
    Hearing,
    a_conference,
    an_enquiry,
    day,
    there,
)

MONDAY = day("Mon 3 March 2025")
Owing = set[tuple[str | None, ...]]


def recorded(order: int, kind: str, id_: str, body: e.Body, day_: str = "Mon 3 March 2025") -> e.Event:
    """An event of that day with its own hour of recording, whenever it may be delivered."""
    at = Hearing(f"{day_} 09:00").now + timedelta(minutes=order)
    stream = AREA.sibling(kind, id_)  # type: ignore[arg-type]
    return e.Event(f"e-{order}", "test", stream, at, at, body)


def owing(h: Hearing) -> Owing:
    """The open duties by what they are about."""
    return {
        (d.kind, d.adult, d.service, d.meeting, d.to, in_words(d.due_at)) for d in h.file.duties.values() if not d.ended
    }


def standing(h: Hearing) -> dict[str, object]:
    def about(m: Meeting) -> object:
        return m.due, m.booked and (m.booked.starts_at, m.booked.room, m.booked.chair), sorted(asked(m))

    return {id_: about(m) for id_, m in h.file.meetings.items()}


def asked(meeting: Meeting) -> list[str]:
    return [p for p, i in meeting.invitations.items() if not i.cancelled]


def every_order(events: list[e.Event], start: Hearing) -> list[Hearing]:
    """One hearing for each order of delivery; orders that begin alike share their beginning."""
    if not events:
        return [start]
    ended = []
    for n, event in enumerate(events):
        hearing = start.fork()
        hearing.deliver(event)
        ended += every_order(events[:n] + events[n + 1 :], hearing)
    return ended


DISCUSSION, REQUEST = an_enquiry(MONDAY)
EPISODE = e.EpisodeOpened("E-1", "clearway", "w-key", MONDAY, "consent", "CW-7741")
HOUSEHOLD = recorded(1, "family", "F-1", e.HouseholdRecorded((MOTHER, FATHER, CHILD)))
CONCERN = e.FactorsAssessed("A", MONDAY, (e.Factor(code="2B", person="father"),), "statutory")
TREATMENT = recorded(2, "person", "mother", EPISODE)
FACTOR = recorded(3, "family", "F-1", CONCERN)
ENQUIRY = [recorded(4, "family", "F-1", DISCUSSION), recorded(5, "family", "F-1", REQUEST)]
WORKER = recorded(6, "family", "F-1", e.ProfessionalInvolved("w-social", "social_worker", MONDAY))


# --- whichever came first


@pytest.mark.parametrize(
    "events",
    [[HOUSEHOLD, TREATMENT, FACTOR, *ENQUIRY], [HOUSEHOLD, TREATMENT, WORKER, *ENQUIRY], [FACTOR, WORKER, *ENQUIRY]],
    ids=["with a factor", "with a worker", "without household"],
)
def test_independent_events_end_in_the_same_duties_and_meetings_in_every_order(events: list[e.Event]) -> None:
    hearings = every_order(events, Hearing("Mon 3 March 2025 09:00"))
    assert len(hearings) == factorial(len(events)) and not any(h.parked for h in hearings)
    owed, stood = owing(hearings[0]), standing(hearings[0])
    assert {kind for kind, *_ in owed} >= {"hold_meeting", "send_invitation"} and len(stood) == 1
    assert ("tell_treatment" in {kind for kind, *_ in owed}) is (HOUSEHOLD in events)
    assert [h for h in hearings if owing(h) != owed or standing(h) != stood] == []


def test_six_events_end_alike_whichever_came_first_and_whichever_last() -> None:
    six = [HOUSEHOLD, TREATMENT, FACTOR, *ENQUIRY, WORKER]
    hearings = [x for n in range(6) for x in _turned(six[n:] + six[:n])]
    owed, stood = owing(hearings[0]), standing(hearings[0])
    assert len(hearings) == 12 and [h for h in hearings if owing(h) != owed or standing(h) != stood] == []


def _turned(events: list[e.Event]) -> list[Hearing]:
    ended = []
    for order in (events, events[::-1]):
        hearing = Hearing("Mon 3 March 2025 09:00")
        for event in order:
            hearing.deliver(event)
        ended.append(hearing)
    return ended


def test_concern_consent_and_project_end_in_the_same_duties_in_every_order() -> None:
    events = [
        HOUSEHOLD,
        recorded(2, "person", "mother", EPISODE),
        recorded(3, "family", "F-1", e.ConsentRecorded("mother", "fip", True, "w-fip")),
        recorded(4, "family", "F-1", e.FipStarted("FIP-1", MONDAY, "w-fip")),
        recorded(5, "person", "father", e.EpisodeOpened("E-2", "beacon", "w-beacon-key", MONDAY, "consent")),
    ]
    hearings = every_order(events, Hearing("Mon 3 March 2025 09:00"))
    owed, stood = owing(hearings[0]), standing(hearings[0])
    assert {(k, a) for k, a, *_ in owed} >= {("tell_treatment", "mother"), ("seek_consent", "father")}
    assert [h for h in hearings if owing(h) != owed or standing(h) != stood] == []


def test_what_follows_the_meeting_may_come_in_every_order_too() -> None:
    before = Hearing().household().worked_with().episode().conference().at("Wed 5 March 2025 12:00")
    on = "Wed 5 March 2025"
    plan = e.Plan(plan="P-1", category="neglect", core_group=("w-social",))
    events = [
        recorded(301, "family", "F-1", e.MeetingHeld(CONFERENCE, (there("w-key"),), plan=plan), on),
        recorded(302, "family", "F-1", e.MinutesRecorded(CONFERENCE, "w-minutes", ("A plan.",)), on),
        recorded(303, "family", "F-1", e.PlanEnded("P-1", day(on), "w-chair-1"), on),
        recorded(304, "person", "mother", e.EpisodeClosed("E-mother", day(on)), on),
    ]
    hearings = every_order(events, before)
    assert not any(h.parked for h in hearings) and all(h.meeting().minutes for h in hearings)
    still = [{o for o in owing(h) if "cancel" not in str(o[0])} for h in hearings]  # nor can what was sent be unsent
    assert still == [still[0]] * 24


def test_an_event_in_the_wrong_order_is_parked_decides_nothing_and_comes_back() -> None:
    h = Hearing().household().answers("mother")
    assert [(s, name) for s, name, _ in h.parked] == [(FAMILY, f"meeting:{CONFERENCE}")]
    h.worked_with().conference()
    assert not h.parked and h.duty("send_invitation", to="mother").ended is None  # there was no booking yet to answer
    assert h.meeting().words["mother"].reply == "accepted"


# --- what a decision is


def decided(h: Hearing, body: e.Body, stream: StreamId = FAMILY) -> Decision:
    event = e.Event("e-9", "lcs", stream, h.now - timedelta(days=1), h.now, body)
    return decide(event, h.files[stream], h.protocol, h.directory, h.now)


def test_the_first_fact_of_a_decision_is_the_event_itself_and_the_file_is_the_fold_of_all() -> None:
    h = Hearing().household().worked_with()
    h.family(DISCUSSION)
    decision = decided(h, REQUEST)
    first, *others = decision.facts
    assert (first.body, first.because, first.rule) == (REQUEST, "told by lcs", "")
    assert {type(x.body) for x in others} == {f.MeetingFellDue, f.SeatsAsked, f.DutyOpened}
    assert all((x.happened, x.recorded, x.event) == (h.now - timedelta(days=1), h.now, "e-9") for x in decision.facts)
    file = h.files[FAMILY]
    for fact in decision.facts:
        file = fold(file, fact)
    assert file == decision.file


def test_deciding_is_a_function_and_says_the_same_twice() -> None:
    h = Hearing().household().worked_with().episode().conference()
    assert decided(h, e.TimeCame()) == decided(h, e.TimeCame())


def test_when_nothing_changed_looking_again_finds_nothing() -> None:
    h = Hearing().household().worked_with().episode().conference().fip()
    decision = decided(h, e.TimeCame())
    assert [type(x.body) for x in decision.facts] == [e.TimeCame] and not decision.effects


def test_every_fact_and_every_effect_says_because_of_what() -> None:
    h = Hearing()
    h.post = "accepted"
    h.household().worked_with().episode().conference().sits(there("w-key")).minuted().at("Mon 7 April 2025 09:00")
    assert all(x.because for d in h.decisions for x in (*d.facts, *d.effects))


def test_a_decision_says_what_it_made_known() -> None:
    h = Hearing().household().family(DISCUSSION)
    known = decided(h, REQUEST).makes_known
    assert f"meeting:{CONFERENCE}" in known and any(k.startswith("duty:") for k in known)


def test_what_waits_for_a_name_leaves_the_file_as_it_was() -> None:
    h = Hearing().household()
    decision = decided(h, e.AnswerGiven("M-9", "mother", "accepted", "w"))
    assert decision == Decision(h.files[FAMILY], awaits="meeting:M-9")


# --- when to look again


def wakes(h: Hearing) -> str | None:
    at = h.wakes.get(FAMILY)
    return in_words(at) if at else None


def test_a_family_to_whom_nothing_is_owed_sleeps() -> None:
    assert wakes(Hearing().household().worked_with()) is None


def test_a_family_wakes_when_mail_becomes_too_late_or_a_duty_climbs_whichever_is_first() -> None:
    h = Hearing()
    h.post = "accepted"
    h.household().worked_with().episode().conference()
    assert wakes(h) == "Tue 4 March 2025 09:00"  # a working day before the conference
    assert wakes(h.at("Tue 4 March 2025 09:00")) == "Wed 5 March 2025 09:00"  # telling and report are late
    came = [e.ReportReceived(CONFERENCE, w, "w-coordinator") for w in ("w-key", "w-social", "w-health")]
    h.answers("w-key").family(*came)
    assert wakes(h) == "Tue 25 March 2025 09:00"  # the conference itself is late


def test_only_families_are_woken() -> None:
    h = Hearing().household().worked_with().episode().conference()
    assert {s.kind for s in h.wakes} == {"family"}


def test_a_wake_up_is_never_in_the_past() -> None:
    h = Hearing().household().worked_with().episode().conference().fip()
    wake_ups: list[tuple[datetime, datetime]] = []
    while FAMILY in h.wakes and len(wake_ups) < 40:
        at = h.wakes[FAMILY]
        h.until(at)
        wake_ups.append((at, h.wakes.get(FAMILY, at + timedelta(1))))
    assert len(wake_ups) > 5 and all(before < after for before, after in wake_ups)


# --- from the first concern to the end


def test_a_case_from_enquiry_to_the_end_of_its_plan_leaves_nothing_owed() -> None:
    h = Hearing()
    h.post = "accepted"
    plan = e.Plan(plan="P-1", category="neglect", core_group=("w-social", "w-health"))
    h.household(e.Member(person="mother", name="M", relation="parent", cares=True, address="m@home.example"))
    h.worked_with().episode().conference().sits(there("w-key"), there("mother"), plan=plan).minuted().waived()
    h.family(e.CallLogged(CONFERENCE, "mother", "collected", "w-coordinator"))
    h.family(e.PlanEnded("P-1", day("Wed 5 March 2025"), "w-chair-1", cause="child_eighteen"))
    assert owing(h) == set() and not h.diary.seats.keys() - {f"F-1/{CONFERENCE}"}


@pytest.mark.parametrize("kind", ["person", "diary", "partnership"])
def test_looking_again_at_any_other_stream_changes_nothing(kind: str) -> None:
    h = Hearing().household().episode()
    stream = AREA.sibling(kind, "mother" if kind == "person" else "")  # type: ignore[arg-type]
    decision = decided(h, e.TimeCame(), stream)
    assert decision.file == h.files[stream] and len(decision.facts) == 1 and decision.wake_at is None


def test_no_letter_reaches_the_service_of_an_adult_out_of_scope_in_any_order() -> None:
    events = [
        recorded(1, "family", "F-1", e.HouseholdRecorded((CHILD,))),
        recorded(2, "person", "mother", EPISODE),
        recorded(3, "family", "F-1", DISCUSSION),
        recorded(4, "family", "F-1", REQUEST),
    ]
    for order in permutations(events):
        h = Hearing("Mon 3 March 2025 09:00")
        for event in order:
            h.deliver(event)
        assert h.mailed("w-key") == 0
        assert not any(isinstance(x, TellStream) and x.stream.kind == "person" for d in h.decisions for x in d.effects)


# --- what a reading of the file looks at


def test_what_is_owed_does_not_ask_how_far_a_duty_has_come() -> None:
    """Which is why a reading outlives the facts about duties alone (handlers.desk.OF_DUTIES_ALONE)."""
    hearing = a_conference().episode().factor("2B", person="mother").answers("w-key").relayed("w-key", "bounced")
    hearing.books("Thu 6 March 2025 10:00").at("Mon 10 March 2025 10:00").held(there("w-social"), there("mother"))
    hearing.minuted().at("Mon 14 April 2025 10:00")
    assert {type(x.body) for d in hearing.decisions for x in d.facts} >= {*OF_DUTIES_ALONE, f.DutyReopened}
    files = [d.file for d in hearing.decisions if isinstance(d.file, CaseFile)]
    assert any(file.duties for file in files)
    for file in files:
        begun = {d.id: replace(NO_DUTY, reopened_at=d.reopened_at) for d in file.duties.values() if d.reopened_at}
        assert _owed_by(hearing, file) == _owed_by(hearing, replace(file, duties=begun))


NO_DUTY = f.Duty(
    id="",
    kind="hold_meeting",
    due_at=Hearing().now,
    opened_at=Hearing().now,
    owner="",
    closes_on="recorded",
    sentence="",
    rule="",
    pack="",
    ladder="",
)


def _owed_by(hearing: Hearing, file: CaseFile) -> list[Owed]:
    return _owed(Desk(HOUSEHOLD, file, hearing.protocol, hearing.directory, hearing.now))
