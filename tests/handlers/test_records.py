"""Records of use: factors and flags that stand, are withdrawn, or were recorded in error, and which services treat the
substance (decisions 16 and 24, rules 3.20, 3.46, 3.64)."""

import pytest

from handlers import events as e
from handlers.working_days import in_words
from tests.handlers.hearing import (
    CLEARWAY,
    CONFERENCE,
    FATHER,
    LODGER,
    MOTHER,
    REVIEW,
    Hearing,
    a_conference,
    clearway,
    day,
    instant,
    there,
)


def flag(
    stands: bool = True, person: str | None = "mother", substance: e.Substance | None = None, by: str = "w-social"
) -> e.Body:
    return e.FlagRecorded(stands, by, person, substance, "statutory" if stands else None)


def told(h: Hearing) -> set[tuple[str | None, str | None]]:
    """The adults and services with an open duty to be told."""
    return {(d.adult, d.service) for d in h.open("tell_treatment")}


BOTH = {("mother", "clearway"), ("mother", "beacon")}


# --- flags


def test_a_flag_on_the_record_makes_every_service_a_party() -> None:
    assert told(a_conference().family(flag())) == BOTH


def test_a_flag_that_names_nobody_counts_for_the_family() -> None:
    assert told(a_conference().family(flag(person=None))) == {("family", "clearway"), ("family", "beacon")}


def test_a_flag_of_somebody_not_in_scope_opens_nothing() -> None:
    h = a_conference(MOTHER, LODGER).family(flag(person="lodger"), flag(person="child"), flag(person="stranger"))
    assert not h.duties("tell_treatment")


def test_a_flag_taken_down_lapses_what_it_opened_and_needs_no_basis() -> None:
    h = a_conference().family(flag()).at("Mon 3 March 2025 11:00").family(flag(stands=False))
    assert {d.ended for d in h.duties("tell_treatment")} == {"lapse"}


def test_a_flag_without_a_basis_is_held() -> None:
    with pytest.raises(e.NoBasis):
        a_conference().family(e.FlagRecorded(True, "w-social", "mother"))


def test_a_flag_put_up_again_is_told_from_when_it_was_put_up_again() -> None:
    h = a_conference().books("Wed 19 March 2025 10:00").family(flag()).at("Tue 4 March 2025 10:00")
    h.family(flag(stands=False)).at("Fri 7 March 2025 10:00").family(flag())
    assert {in_words(d.due_at) for d in h.open("tell_treatment")} == {"Mon 10 March 2025 23:59"}


def test_a_flag_recorded_twice_puts_off_nothing() -> None:
    h = a_conference().books("Wed 19 March 2025 10:00").family(flag()).at("Fri 7 March 2025 10:00").family(flag())
    assert {in_words(d.due_at) for d in h.open("tell_treatment")} == {"Tue 4 March 2025 23:59"}


def test_a_flag_taken_down_before_it_was_put_up_by_another_record_stands_as_the_later_recorded() -> None:
    h = a_conference().at("Mon 3 March 2025 12:00")
    h.deliver(e.Event("up", "a", h.file.stream, h.now, h.now, flag()))
    early = instant("Mon 3 March 2025 11:00")
    h.deliver(e.Event("down", "b", h.file.stream, early, early, flag(stands=False)))
    assert told(h) == BOTH


def test_flags_of_two_substances_stand_and_fall_by_themselves() -> None:
    h = two_services().family(flag(substance="alcohol"), flag(substance="drugs"))
    assert told(h) == BOTH
    assert told(h.at("Mon 3 March 2025 11:00").family(flag(False, substance="drugs"))) == {("mother", "clearway")}


def test_a_flag_is_spoken_for_by_the_adults_own_episode() -> None:
    assert told(a_conference().episode().family(flag())) == {("mother", "clearway")}


# --- which service treats what


def two_services() -> Hearing:
    """Clearway treats alcohol, Beacon drugs."""
    h = a_conference().told("partnership", clearway(treats=("alcohol",)))
    return h.told("partnership", e.AgencyRecorded("beacon", "Beacon", "treatment", "w-beacon", treats=("drugs",)))


@pytest.mark.parametrize(
    ("code", "service"), [("1B", "clearway"), ("1C", "clearway"), ("2B", "beacon"), ("2C", "beacon")]
)
def test_a_factor_goes_to_whoever_treats_its_substance(code: str, service: str) -> None:
    assert told(two_services().factor(code, person="mother")) == {("mother", service)}


@pytest.mark.parametrize(("substance", "service"), [("alcohol", "clearway"), ("drugs", "beacon")])
def test_a_flag_goes_to_whoever_treats_its_substance(substance: e.Substance, service: str) -> None:
    assert told(two_services().family(flag(substance=substance))) == {("mother", service)}


def test_a_flag_that_names_no_substance_goes_to_all() -> None:
    assert told(two_services().family(flag())) == BOTH


def test_a_service_that_treats_both_or_of_which_nobody_said_is_told_of_either() -> None:
    h = a_conference().told("partnership", clearway(treats=("alcohol", "drugs")))
    assert told(h.fork().factor("1B", person="mother")) == told(h.factor("2C", person="mother")) == BOTH


def test_where_no_service_treats_the_substance_a_name_is_owed() -> None:
    h = a_conference().told("partnership", clearway(treats=("alcohol",)))
    h.told("partnership", e.AgencyRecorded("beacon", "Beacon", "treatment", "w-beacon", treats=("alcohol",)))
    assert told(h.factor("2B", person="mother")) == {("mother", "")}
    assert h.duty("name_representative").service == ""


def test_both_substances_at_one_service_are_one_duty_from_the_first() -> None:
    h = a_conference().books("Wed 19 March 2025 10:00").factor("1B", person="mother").at("Fri 7 March 2025 10:00")
    h.factor("1B", "2B", person="mother")
    assert {in_words(d.due_at) for d in h.open("tell_treatment")} == {"Tue 4 March 2025 23:59"}
    assert len(h.duties("tell_treatment")) == 2


# --- factors that fall


def withdrawn(code: str = "1B", person: str | None = "mother") -> e.Body:
    return e.FactorWithdrawn(code, "w-social", person)


@pytest.mark.parametrize("when", ["Mon 3 March 2025 10:00", "Mon 3 March 2025 11:00"])  # in one delivery, or later
def test_a_factor_that_a_named_person_withdraws_lapses_what_it_opened(when: str) -> None:
    h = a_conference().factor("1B", person="mother").at(when).family(withdrawn())
    assert {d.ended for d in h.duties("tell_treatment")} == {"lapse"}


@pytest.mark.parametrize(("code", "person"), [("1C", "mother"), ("1B", "father"), ("1B", None)])
def test_a_withdrawal_of_another_factor_or_of_another_adult_takes_nothing(code: str, person: str | None) -> None:
    h = a_conference(MOTHER, FATHER).factor("1B", person="mother").at("Mon 3 March 2025 11:00")
    assert told(h.family(withdrawn(code, person))) == BOTH


def test_a_factor_assessed_again_after_its_withdrawal_stands_and_is_known_since_then() -> None:
    h = a_conference().books("Wed 19 March 2025 10:00").factor("1B", person="mother").at("Tue 4 March 2025 10:00")
    h.family(withdrawn()).at("Fri 7 March 2025 10:00").factor("1B", person="mother")
    assert {in_words(d.due_at) for d in h.open("tell_treatment")} == {"Mon 10 March 2025 23:59"}


def test_a_withdrawal_stands_although_it_is_delivered_before_its_assessment() -> None:
    h = a_conference().at("Mon 3 March 2025 12:00").family(withdrawn())
    early = instant("Mon 3 March 2025 11:00")
    assessed = e.FactorsAssessed("A", day("Mon 3 March 2025"), (e.Factor(code="1B", person="mother"),), "statutory")
    h.deliver(e.Event("late", "test", h.file.stream, early, early, assessed))
    assert not told(h)


def test_of_two_assessments_the_later_by_its_day_stands_whichever_was_recorded_last() -> None:
    h = a_conference().at("Tue 4 March 2025 10:00")
    later = e.FactorsAssessed("A-2", day("Tue 4 March 2025"), (), "statutory")
    earlier = e.FactorsAssessed("A-1", day("Mon 3 March 2025"), (e.Factor(code="1B", person="mother"),), "statutory")
    assert not told(h.family(later).family(earlier))


def test_a_factor_omitted_in_between_is_known_anew() -> None:
    h = a_conference().books("Wed 19 March 2025 10:00").factor("1B", person="mother").at("Tue 4 March 2025 10:00")
    h.factor("3A").at("Fri 7 March 2025 10:00").factor("1B", person="mother")
    assert {in_words(d.due_at) for d in h.open("tell_treatment")} == {"Mon 10 March 2025 23:59"}


# --- recorded in error


def test_an_assessment_recorded_in_error_leaves_the_one_before_it_standing() -> None:
    h = a_conference().factor("1B", person="mother").at("Mon 3 March 2025 11:00").factor("3A")
    assert not told(h)
    assert told(h.in_error(e.FactorsAssessed)) == BOTH


def test_a_flag_recorded_in_error_leaves_the_one_before_it_standing() -> None:
    h = a_conference().family(flag()).at("Mon 3 March 2025 11:00").family(flag(stands=False))
    assert not told(h) and told(h.in_error(e.FlagRecorded)) == BOTH


def test_a_withdrawal_recorded_in_error_gives_the_factor_back() -> None:
    h = a_conference().factor("1B", person="mother").at("Mon 3 March 2025 11:00").family(withdrawn())
    assert told(h.in_error(e.FactorWithdrawn)) == BOTH


def test_a_refusal_recorded_in_error_leaves_the_consent_before_it_standing() -> None:
    h = Hearing().household().worked_with().episode().fip().consent(True).at("Mon 3 March 2025 11:00").consent(False)
    assert h.duty("tell_treatment").ended == "lapse"
    h.in_error(e.ConsentRecorded)
    assert h.duty("tell_treatment", meeting=REVIEW).ended is None and not h.open("seek_consent")


def test_an_override_recorded_in_error_takes_the_basis_away() -> None:
    h = Hearing().household().worked_with().episode().fip()
    h.family(e.ConsentOverridden("mother", "fip", "lawful_basis", "w-head"))
    assert h.open("tell_treatment")
    assert h.in_error(e.ConsentOverridden).open("seek_consent") and not h.open("tell_treatment")


def test_an_episode_recorded_in_error_lapses_its_duties_and_calls_its_worker_off() -> None:
    h = a_conference().episode().in_error(e.EpisodeOpened)
    assert h.duty("tell_treatment", **CLEARWAY).ended == "lapse" and h.meeting().invitations["w-key"].cancelled


def test_a_closing_recorded_in_error_leaves_the_episode_open() -> None:
    h = Hearing().household().worked_with().episode().at("Wed 5 March 2025 09:00")
    h.told("person/mother", e.EpisodeClosed("E-mother", day("Tue 4 March 2025"))).conference()
    assert not h.duties("tell_treatment")
    assert h.in_error(e.EpisodeClosed).open("tell_treatment", to="w-key")


def test_a_reopening_recorded_in_error_leaves_the_episode_closed() -> None:
    h = Hearing().household().worked_with().episode().at("Wed 5 March 2025 09:00")
    h.told("person/mother", e.EpisodeClosed("E-mother", day("Tue 4 March 2025"))).at("Wed 5 March 2025 10:00")
    h.told("person/mother", e.EpisodeReopened("E-mother", day("Wed 5 March 2025"))).conference()
    assert h.open("tell_treatment", to="w-key")
    assert not h.in_error(e.EpisodeReopened).open("tell_treatment")


def test_what_is_said_to_be_wrong_may_be_said_twice_and_before_the_record_itself_comes() -> None:
    h = a_conference().factor("1B", person="mother")
    wrong = h.told_events[-1]
    twice = h.fork().in_error(e.FactorsAssessed).at("Mon 3 March 2025 11:00").in_error(e.FactorsAssessed)
    assert not told(twice) and not twice.parked
    early = a_conference().family(e.RecordedInError(wrong.id, "w-social"))
    assert len(early.parked) == 1
    early.deliver(wrong)
    assert not told(early) and not early.parked


def test_an_episode_withdrawn_after_the_meeting_lapses_what_is_still_owed_and_keeps_what_was_shown() -> None:
    h = a_conference().episode().answers("w-key").sits(there("w-key")).in_error(e.EpisodeOpened)
    assert h.duty("tell_treatment").ended == "evidence" and h.duty("send_minutes_treatment").ended == "lapse"
    assert "w-key" in {m.to.person for m in h.minuted().messages if m.meeting == CONFERENCE}  # who was in the room


# --- the same thing told twice


def test_a_record_told_twice_under_two_names_is_one_concern() -> None:
    once = a_conference().factor("1B", person="mother")
    before = {d.id: d for d in once.file.duties.values()}
    assert {d.id: d for d in once.factor("1B", person="mother").file.duties.values()} == before


def test_an_episode_told_twice_is_one_and_the_later_record_wins() -> None:
    h = a_conference().episode().at("Mon 3 March 2025 11:00").episode(worker="w-key-2")
    assert h.duty("tell_treatment").to == "w-key-2"


def test_an_episode_closed_and_reopened_is_told_as_if_it_had_never_closed() -> None:
    h = Hearing().household().worked_with().episode().at("Wed 5 March 2025 09:00")
    h.told("person/mother", e.EpisodeClosed("E-mother", day("Tue 4 March 2025"))).at("Thu 6 March 2025 10:00")
    h.conference().told("person/mother", e.EpisodeReopened("E-mother", day("Thu 6 March 2025")))
    assert h.open("tell_treatment", to="w-key")


def test_an_episode_recorded_late_with_a_past_day_is_told_from_its_record() -> None:
    h = a_conference().books("Wed 19 March 2025 10:00").at("Fri 7 March 2025 10:00")
    h.told("person/mother", e.EpisodeOpened("E-1", "clearway", "w-key", day("Mon 6 January 2025"), "consent"))
    assert in_words(h.duty("tell_treatment").due_at) == "Mon 10 March 2025 23:59"
