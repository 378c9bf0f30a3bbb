"""Why an initial conference is late, its manager and its chair must agree (rules ICPC-04)."""

from handlers import events as e
from handlers.working_days import in_words
from tests.handlers.hearing import CONFERENCE, Hearing, a_conference, there

LATE = "Wed 26 March 2025 10:00"  # it is due by Mon 24 March


def agreed(capacity: e.Capacity, by: str) -> e.AgreementRecorded:
    return e.AgreementRecorded(CONFERENCE, "late_conference", capacity, by, "No interpreter before.")


def owners(h: Hearing) -> set[str]:
    return {d.owner for d in h.open("agree_late_conference")}


def test_a_conference_in_time_asks_for_no_agreement() -> None:
    h = a_conference()
    assert not h.duties("agree_late_conference")
    assert not h.sits(there("w-social")).at("Wed 26 March 2025 12:00").duties("agree_late_conference")


def test_why_a_conference_is_booked_late_is_for_manager_and_chair_to_agree_by_the_next_working_day() -> None:
    h = a_conference().books(LATE)
    assert owners(h) == {"social_care_manager", "chair"}
    duty = h.duty("agree_late_conference", owner="chair")
    assert (duty.to, in_words(duty.due_at)) == (h.meeting().booked.chair, "Tue 4 March 2025 23:59")  # type: ignore[union-attr]
    assert "Record that the chair agreed why the initial child protection conference, due Mon 24" in duty.sentence


def test_one_agreement_leaves_the_other_owed_and_two_end_both() -> None:
    h = a_conference().books(LATE).family(agreed("chair", "w-chair-1"))
    assert owners(h) == {"social_care_manager"}
    h.family(agreed("social_care_manager", "w-unit"))
    assert not owners(h) and {d.ended for d in h.duties("agree_late_conference")} == {"evidence"}


def test_one_person_does_not_agree_twice_over() -> None:
    h = a_conference().books(LATE).family(*(agreed(c, "w-chair-1") for c in ("chair", "social_care_manager")))
    assert owners(h) == {"social_care_manager"}


def test_a_conference_whose_day_passed_unheld_asks_for_it_the_next_morning_though_its_duty_was_excused() -> None:
    h = a_conference().cancels()
    h.family(e.DutyExcused(h.duty("hold_meeting").id, "The family is abroad.", "w-unit"))
    assert not h.at("Mon 24 March 2025 23:00").duties("agree_late_conference")
    assert owners(h.at("Tue 25 March 2025 09:00")) == {"social_care_manager", "chair"}


def test_a_late_booking_that_comes_forward_again_asks_for_nothing_any_more() -> None:
    h = a_conference().books(LATE).books("Thu 20 March 2025 10:00")
    assert {d.ended for d in h.duties("agree_late_conference")} == {"lapse"}


def test_a_late_sitting_is_still_to_be_agreed_after_it_was_held() -> None:
    h = a_conference().books(LATE).sits(there("w-social"))
    assert h.meeting().held and owners(h) == {"social_care_manager", "chair"}


def test_an_agreement_recorded_in_error_is_owed_again() -> None:
    h = a_conference().books(LATE).family(agreed("chair", "w-chair-1")).in_error(e.AgreementRecorded)
    assert owners(h) == {"social_care_manager", "chair"}
