"""A treatment service is told of each meeting, in time: from the booking or the concern, whichever is known later.

Joint Guidance (2009) paragraphs 11, 21, 28; rules 3.17 to 3.22, 3.40 and 3.47.
On Mon 3 March 2025 the diary books the conference for Wed 5 March 09:00, unless somebody is busy.
"""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from handlers import consent
from handlers import events as e
from handlers.effects import SendInvitation, SendMinutes
from handlers.facts import DutyKind
from handlers.substance_misuse import Desk, representatives
from handlers.working_days import in_words
from tests.handlers.hearing import (
    CHILD,
    CLEARWAY,
    FATHER,
    MOTHER,
    REVIEW,
    Hearing,
    a_conference,
    day,
    england,
    there,
)

# --- when the episode comes to be known


def test_an_episode_known_before_the_booking_is_told_of_the_meeting_by_the_next_working_day() -> None:
    h = Hearing().household().worked_with().episode().conference()
    duty = h.duty("tell_treatment", **CLEARWAY)
    assert (duty.to, duty.closes_on, duty.owner) == ("w-key", "acknowledged", "coordinator")
    assert in_words(duty.due_at) == "Tue 4 March 2025 23:59"
    assert duty.rule == "TELL-01" and not duty.by_telephone
    assert duty.sentence.startswith(
        "Make sure that clearway knows of the initial child protection conference, for mother. 1 working day after"
    )
    assert [i.client_reference for i in h.sent(SendInvitation, "w-key")] == ["CW-7741"]


def test_an_episode_known_after_the_booking_is_told_by_the_working_day_after_it_was_known() -> None:
    h = a_conference().books("Wed 12 March 2025 10:00").at("Fri 7 March 2025 11:00").episode()
    duty = h.duty("tell_treatment", **CLEARWAY)
    assert in_words(duty.due_at) == "Mon 10 March 2025 23:59"
    assert len(h.sent(SendInvitation, "w-key")) == 1


def test_a_duty_to_tell_falls_due_no_later_than_the_meeting_begins() -> None:
    h = a_conference().at("Tue 4 March 2025 16:00").episode()
    assert in_words(h.duty("tell_treatment").due_at) == "Wed 5 March 2025 09:00"


def test_an_episode_known_after_the_meeting_but_before_its_minutes_is_owed_the_minutes_alone() -> None:
    h = a_conference().sits(there("mother")).at("Fri 7 March 2025 10:00").episode()
    assert not h.duties("tell_treatment") and not h.sent(SendInvitation, "w-key")
    duty = h.duty("send_minutes_treatment", **CLEARWAY)
    assert (duty.to, duty.owner, duty.rule, duty.closes_on) == ("w-key", "minute_taker", "REC-01", "accepted")
    assert in_words(duty.due_at) == "Fri 28 March 2025 23:59"  # 15 working days after Fri 7 March
    assert duty.sentence.startswith(
        "Send clearway the minutes of the initial child protection conference, for mother. 15 working days after"
    )
    assert [m.client_reference for m in h.minuted().sent(SendMinutes, "w-key")] == ["CW-7741"]


def test_an_episode_known_once_the_meeting_has_begun_asks_nobody_to_ring_about_it() -> None:
    h = a_conference().at("Wed 5 March 2025 09:00").episode()
    assert not h.duties("tell_treatment")


def test_an_episode_known_in_the_last_minute_before_the_meeting_is_still_told() -> None:
    assert a_conference().at("Wed 5 March 2025 08:59").episode().open("tell_treatment", **CLEARWAY)


def test_an_episode_known_after_the_minutes_opens_nothing_for_that_meeting() -> None:
    h = a_conference().sits(there("mother")).minuted().at("Fri 7 March 2025 10:00").episode()
    assert not [d for d in h.file.duties.values() if d.adult] and h.mailed("w-key") == 0


def test_minutes_recorded_at_the_very_instant_the_episode_became_known_still_go_to_its_service() -> None:
    h = a_conference().sits(there("mother")).episode().minuted()
    assert h.duty("send_minutes_treatment", **CLEARWAY) and h.sent(SendMinutes, "w-key")


def test_the_minutes_of_a_meeting_are_due_from_the_day_it_sat_if_the_episode_was_known() -> None:
    h = Hearing().household().worked_with().episode().conference().sits(there("w-key"))
    assert in_words(h.duty("send_minutes_treatment").due_at) == "Wed 26 March 2025 23:59"


# --- one duty per adult, service and meeting


def two_of_each(setting: Hearing) -> Hearing:
    """Two parents whose use is known, two services, a conference and a project review."""
    factors = tuple(e.Factor(code="1B", person=p) for p in ("mother", "father"))
    assessed = e.FactorsAssessed("A", day("Mon 3 March 2025"), factors, "statutory")
    return setting.household(MOTHER, FATHER).worked_with().family(assessed).conference().fip()


def agreed(setting: Hearing) -> Hearing:
    return two_of_each(setting.consent(True).consent(True, "father"))


KINDS_OF_TELLING: list[tuple[DutyKind, Callable[[Hearing], Hearing]]] = [
    ("tell_treatment", agreed),
    ("tell_treatment_cancelled", lambda h: agreed(h).cancels().cancels(REVIEW)),
    ("send_minutes_treatment", lambda h: agreed(h).sits().sits(meeting=REVIEW)),
    ("name_representative", lambda h: agreed(h.unreachable("w-spoc", "w-deputy", "w-beacon"))),
]


@pytest.mark.parametrize(("kind", "told"), KINDS_OF_TELLING, ids=[kind for kind, _ in KINDS_OF_TELLING])
def test_each_adult_service_and_meeting_has_a_duty_of_its_own(
    kind: DutyKind, told: Callable[[Hearing], Hearing]
) -> None:
    found = told(Hearing()).open(kind)
    assert len({(d.adult, d.service, d.meeting) for d in found}) == len(found) == 8


def test_consent_is_asked_for_each_adult_service_and_review() -> None:
    h = two_of_each(Hearing()).family(e.FipStarted("FIP-2", day("Mon 3 March 2025"), "w-fip"))
    assert len({(d.adult, d.service, d.meeting) for d in h.open("seek_consent")}) == 8


def test_a_second_cancellation_is_told_anew() -> None:
    h = a_conference().episode().cancels().books("Wed 12 March 2025 10:00").cancels()
    assert [d.ended for d in h.duties("tell_treatment_cancelled")] == ["lapse", None]


def test_of_two_workers_of_one_episode_the_first_is_told_and_either_may_answer() -> None:
    both = ("w-key", "w-key-2")
    told = e.EpisodeTold("mother", "E-1", "clearway", both, "consent", day("Mon 3 March 2025"))
    h = a_conference().family(told)
    assert h.duty("tell_treatment").to == "w-key" and set(both) <= set(h.meeting().invitations)
    assert h.fork().answers("w-key-2").duty("tell_treatment").ended == "evidence"
    assert [d.to for d in h.fork().cancels().duties("tell_treatment_cancelled")] == ["w-key"]
    assert h.sits(there("w-key-2")).duty("send_minutes_treatment").to == "w-key"


def test_of_two_standing_episodes_at_one_service_the_later_opened_speaks_and_then_the_later_named() -> None:
    def speaks(*opened: tuple[str, str, str]) -> str | None:
        h = a_conference()
        for name, worker, on in opened:
            h.told("person/mother", e.EpisodeOpened(name, "clearway", worker, day(on), "consent"))
        return h.duty("tell_treatment").to

    monday, sunday = "Mon 3 March 2025", "Sun 2 March 2025"
    assert speaks(("E-1", "w-key", monday), ("E-2", "w-key-2", sunday)) == "w-key"
    assert speaks(("E-2", "w-key", monday), ("E-1", "w-key-2", monday)) == "w-key"


def test_whoever_a_service_sends_sits_as_its_treatment_worker() -> None:
    h = a_conference().episode()
    desk = Desk(h.file, h.directory, h.protocol, h.now, consent.permitted, consent.said)
    (sent,) = representatives(desk, h.meeting())
    assert (sent.person, sent.role, sent.must_have_minutes) == ("w-key", "treatment_worker", True)


# --- too late for mail


def test_with_less_than_a_working_day_to_go_the_duty_is_a_telephone_call_at_once() -> None:
    assert a_conference().at("Tue 4 March 2025 09:00").episode().duty("tell_treatment").by_telephone


def test_with_a_working_day_to_go_mail_will_do() -> None:
    assert not a_conference().at("Tue 4 March 2025 08:59").episode().duty("tell_treatment").by_telephone


def test_an_area_may_ask_for_more_notice_by_mail() -> None:
    rule = replace(england().rule("CALL-01"), count=2)
    h = Hearing(protocol=replace(england(), rules={**england().rules, "CALL-01": rule}))
    h.household().worked_with().conference().books("Wed 12 March 2025 10:00").at("Mon 10 March 2025 09:59").episode()
    assert not h.duty("tell_treatment").by_telephone
    assert h.at("Mon 10 March 2025 10:00").duty("tell_treatment").by_telephone


def test_over_a_weekend_the_call_is_due_from_the_working_day_before() -> None:
    h = a_conference().books("Mon 10 March 2025 10:00").at("Fri 7 March 2025 09:59").episode()
    assert not h.duty("tell_treatment").by_telephone
    assert h.at("Fri 7 March 2025 10:00").duty("tell_treatment").by_telephone


def test_the_household_of_the_children_alone_is_nobodys_duty() -> None:
    assert not Hearing().family(e.HouseholdRecorded((CHILD,))).conference().episode().duties("tell_treatment")
