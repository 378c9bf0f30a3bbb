"""What can never be right is refused with its mend; what names something unknown waits for it (decision 24, 3.46)."""

from datetime import timedelta

import pytest

from handlers import admission
from handlers import events as e
from handlers.decide import RULES, decide
from handlers.facts import Fact
from handlers.working_days import HolidaysUnknown, in_words
from tests.handlers.hearing import CONFERENCE, FAMILY, Hearing, an_enquiry, day, instant

NOW = instant("Mon 3 March 2025 10:00")
A_WEEK_AGO = instant("Mon 24 February 2025 09:00"), instant("Mon 24 February 2025 11:00")
LATE, EARLY = instant("Fri 7 March 2025 11:00"), instant("Fri 7 March 2025 09:00")


def refused(body: e.Body, subject: str = "family/F-1", h: Hearing | None = None) -> str:
    with pytest.raises(e.Impossible) as caught:
        (h or Hearing()).told(subject, body)
    return str(caught.value)


# --- refused


@pytest.mark.parametrize(
    "body",
    [
        e.EpisodeOpened("E-1", "clearway", "w-key", day("Mon 3 March 2025")),
        e.FactorsAssessed("A-1", day("Mon 3 March 2025"), ()),
    ],
)
def test_an_episode_or_a_concern_without_a_basis_is_held(body: e.Body) -> None:
    subject = "person/mother" if isinstance(body, e.EpisodeOpened) else "family/F-1"
    with pytest.raises(e.NoBasis, match="it names no legal basis; add a basis") as caught:
        Hearing().told(subject, body)
    assert caught.value.reason == "no_basis"


def test_an_event_for_the_wrong_kind_of_stream_is_refused_with_the_right_one() -> None:
    assert "EpisodeClosed for riverside/family/F-1: it belongs to a person stream" in refused(
        e.EpisodeClosed("E-1", day("Mon 3 March 2025"))
    )
    assert "belongs to a family stream" in refused(e.MemberLeft("mother", day("Mon 3 March 2025")), "person/mother")
    assert "belongs to a diary stream" in refused(e.RoomRecorded("r", "R", "here", 3))
    assert "belongs to a partnership stream" in refused(e.AgencyRecorded("a", "A", "other"), "diary")


@pytest.mark.parametrize("subject", ["family/F-1", "person/mother", "diary", "partnership"])
def test_time_and_the_held_shelf_concern_every_kind_of_stream(subject: str) -> None:
    h = Hearing().told(subject, e.TimeCame(), e.RecordHeld("H-1", "clash"), e.RecordReleased("H-1"))
    assert len(h.decisions) >= 3


@pytest.mark.parametrize(
    "body",
    [
        e.StrategyDiscussionHeld("SD-1", day("Tue 4 March 2025"), True),
        e.FactorsAssessed("A-1", day("Tue 4 March 2025"), (), "statutory"),
    ],
)
def test_what_is_said_to_have_happened_tomorrow_is_refused(body: e.Body) -> None:
    assert "Tue 4 March 2025 had not come when it was recorded; mend the date" in refused(body)


def test_an_episode_opened_tomorrow_is_refused_and_one_opened_today_is_not() -> None:
    opened = e.EpisodeOpened("E-1", "clearway", "w-key", day("Tue 4 March 2025"), "consent")
    assert "had not come" in refused(opened, "person/mother")
    assert Hearing("Tue 4 March 2025 00:01").told("person/mother", opened).decisions


def test_what_happened_more_than_a_day_after_it_was_recorded_is_refused() -> None:
    h = Hearing().household()

    def told(ahead: timedelta) -> None:
        event = e.Event("x", "test", FAMILY, NOW + ahead, NOW, e.TimeCame())
        decide(event, h.file, h.protocol, h.directory, NOW)

    told(timedelta(days=1))
    with pytest.raises(e.Impossible, match="happened after it was recorded; mend its time"):
        told(timedelta(days=1, seconds=1))


def test_a_meeting_that_ends_before_it_starts_is_refused() -> None:
    h = Hearing().household().conference()
    assert "it ends before it starts" in refused(e.MeetingHeld(CONFERENCE, (), LATE, EARLY), h=h)
    assert "it ends before it starts" in refused(e.MeetingHeld(CONFERENCE, (), EARLY, EARLY), h=h)


def test_a_meeting_is_not_held_before_it_begins() -> None:
    h = Hearing().household().worked_with().conference()
    assert "which had not come when it was recorded" in refused(e.MeetingHeld(CONFERENCE, ()), h=h)
    assert "which had not come when it was recorded" in refused(e.MeetingHeld(CONFERENCE, (), EARLY, LATE), h=h)


def test_a_time_that_is_past_cannot_be_asked_for() -> None:
    assert "is past" in refused(e.BookingAsked("M-9", NOW, "w"))


def test_a_meeting_held_without_a_booking_must_say_when() -> None:
    h = Hearing().household().conference().cancels()
    assert "was not booked, so say when it sat" in refused(e.MeetingHeld(CONFERENCE, ()), h=h)
    assert h.at("Fri 7 March 2025 12:00").family(e.MeetingHeld(CONFERENCE, (), EARLY, LATE)).meeting().held


def test_a_meeting_that_was_held_cannot_be_called_off() -> None:
    h = Hearing().household().conference().sits()
    off = e.MeetingCancelled(CONFERENCE, "w-coordinator", "Nobody came.")
    assert "was held, so it cannot be called off" in refused(off, h=h)


def test_a_day_outside_the_bank_holidays_we_know_is_refused_never_guessed() -> None:
    with pytest.raises(HolidaysUnknown):
        Hearing("Thu 2 January 2020 10:00").family(*an_enquiry(day("Thu 2 January 2020")))


# --- parked


@pytest.mark.parametrize(
    ("body", "awaited"),
    [
        (e.AnswerGiven("M-9", "mother", "accepted", "w"), "meeting:M-9"),
        (e.CallLogged("M-9", "mother", "spoke", "w"), "meeting:M-9"),
        (e.MeetingHeld("M-9", (), *A_WEEK_AGO), "meeting:M-9"),
        (e.MinutesRecorded("M-9", "w", ()), "meeting:M-9"),
        (e.SlotsAsked("M-9", "w"), "meeting:M-9"),
        (e.BookingAsked("M-9", LATE, "w"), "meeting:M-9"),
        (e.MeetingCancelled("M-9", "w", "?"), "meeting:M-9"),
        (e.DutyExcused("D-9", "?", "w"), "duty:D-9"),
        (e.PlanEnded("P-9", day("Mon 3 March 2025"), "w"), "plan:P-9"),
        (e.FipEnded("F-9", day("Mon 3 March 2025")), "fip:F-9"),
    ],
)
def test_what_names_something_unknown_waits_and_nothing_is_decided(body: e.Body, awaited: str) -> None:
    h = Hearing().household()
    before = len(h.decisions)
    assert [p[1] for p in h.family(body).parked] == [awaited] and len(h.decisions) == before


def test_minutes_wait_for_the_meeting_and_then_for_its_being_held() -> None:
    h = Hearing().household().minuted()
    assert [p[1] for p in h.parked] == [f"meeting:{CONFERENCE}"]
    assert [p[1] for p in h.conference().parked] == [f"held:{CONFERENCE}"]
    assert not h.sits().parked and h.meeting().minutes


def test_whatever_names_a_meeting_that_nobody_knows_waits_for_it() -> None:
    naming = [body for body in RULES if "meeting" in body.__struct_fields__ and admission.homes(body) == ["family"]]
    posted = {e.MessageAccepted, e.MessageFailed}  # of any paper: a letter is about no meeting
    assert {*naming} - posted == {body for body, name in admission.NAMES.items() if name[0] == "meeting"}


def test_an_episode_handed_over_or_closed_before_it_was_opened_comes_back_by_itself() -> None:
    h = Hearing().household()
    h.told("person/mother", e.EpisodeHandedOver("E-mother", "w-key-2", day("Mon 3 March 2025")))
    h.told("person/mother", e.EpisodeClosed("E-mother", day("Mon 3 March 2025")))
    assert [p[1] for p in h.parked] == ["episode:E-mother"] * 2
    told = h.episode().file.episodes["E-mother"].told
    assert not h.parked and (told.workers, told.ended_on) == (("w-key-2",), day("Mon 3 March 2025"))


def test_a_plan_ended_before_its_conference_was_recorded_comes_back_by_itself() -> None:
    h = Hearing().household().worked_with().conference().at("Wed 5 March 2025 12:00")
    h.family(e.PlanEnded("P-1", day("Wed 5 March 2025"), "w-chair-1")).held(plan=e.Plan(plan="P-1", category="neglect"))
    assert not h.parked and h.meeting("core-group:P-1:1").no_longer_due


def test_a_project_ended_before_it_began_comes_back_by_itself() -> None:
    h = Hearing().family(e.FipEnded("FIP-1", day("Mon 3 March 2025"))).fip()
    assert not h.parked and h.file.fips_ended and not [m for m in h.file.meetings.values() if m.open]


def test_an_excuse_for_a_duty_still_to_be_opened_comes_back_by_itself() -> None:
    later = Hearing().household().conference().duty("hold_meeting").id
    h = Hearing().household().family(e.DutyExcused(later, "The family has left the country.", "w-head"))
    assert h.parked and h.conference().duty("hold_meeting").ended == "reason" and not h.parked


def test_a_reference_becomes_known_with_the_name_that_it_had_outside() -> None:
    def known(body: e.Body) -> list[str]:
        return list(admission.made_known(Fact(body, "told", *(instant("Mon 3 March 2025 10:00"),) * 2, "e-1")))

    assert known(e.ReferenceRecorded("clearway", "CW-7741")) == ["reference:clearway:CW-7741"]
    assert known(e.FactorWithdrawn("1B", "w-social")) == ["record:e-1"]
    assert not known(e.TimeCame())


# --- held records


def test_a_held_record_is_the_coordinators_to_mend_by_the_next_working_day() -> None:
    h = Hearing().household().at("Fri 7 March 2025 15:00").family(e.RecordHeld("H-1", "no_basis"))
    duty = h.duty("mend_record")
    assert (duty.owner, duty.closes_on, duty.rule) == ("coordinator", "released", "HELD-01")
    assert in_words(duty.due_at) == "Mon 10 March 2025 23:59"
    assert duty.sentence.startswith("Mend and release the held record H-1 (no_basis).")


def test_a_held_record_is_mended_before_any_fixed_meeting() -> None:
    h = Hearing().household().conference().at("Tue 4 March 2025 15:00").family(e.RecordHeld("H-1", "clash"))
    assert in_words(h.duty("mend_record").due_at) == "Wed 5 March 2025 09:00"


def test_a_meeting_already_past_or_held_hastens_nothing() -> None:
    h = Hearing().household().conference().at("Wed 5 March 2025 09:00").family(e.RecordHeld("H-1", "clash"))
    assert in_words(h.duty("mend_record").due_at) == "Thu 6 March 2025 23:59"
    held = Hearing().household().conference().sits().family(e.RecordHeld("H-1", "clash"))
    assert in_words(held.duty("mend_record").due_at) == "Thu 6 March 2025 23:59"


def test_a_released_record_ends_the_duty_and_another_one_stands() -> None:
    h = Hearing().household().family(e.RecordHeld("H-1", "clash"), e.RecordHeld("H-2", "clash"))
    h.family(e.RecordReleased("H-1"))
    assert [d.ended for d in h.duties("mend_record")] == ["evidence", None]


def test_a_record_released_before_its_holding_was_heard_of_is_no_fault() -> None:
    assert Hearing().household().family(e.RecordReleased("H-1")).duty("mend_record").ended == "evidence"
