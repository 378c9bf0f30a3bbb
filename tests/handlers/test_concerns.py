"""Whose use is the family's business, and which services it makes a party: episodes, factors, flags (3.20, 3.64)."""

import pytest
from msgspec.structs import replace

from handlers import events as e
from handlers.effects import SendInvitation
from handlers.working_days import in_words
from tests.handlers.hearing import (
    CLEARWAY,
    CONFERENCE,
    FATHER,
    LODGER,
    MOTHER,
    Hearing,
    a_conference,
    busy,
    day,
    instant,
)

# --- who is in scope


def test_an_adult_without_care_of_a_child_is_not_in_scope() -> None:
    h = a_conference(MOTHER, LODGER).episode("lodger").factor("1C", person="lodger")
    assert not [d for d in h.file.duties.values() if d.adult]


def test_a_child_is_never_an_adult_in_scope() -> None:
    carer = e.Member(person="teen", name="T", relation="child", cares=True)
    unborn = e.Member(person="bump", name="B", relation="unborn", cares=True)
    h = a_conference(MOTHER, carer, unborn).factor("1B", person="teen").factor("1B", person="bump")
    assert not [d for d in h.file.duties.values() if d.adult]


def test_an_adult_close_to_the_carers_is_in_scope_whatever_the_relation() -> None:
    h = a_conference(MOTHER, FATHER).episode("father")
    assert h.duty("tell_treatment").adult == "father"


def test_an_adult_who_no_longer_has_care_of_a_child_leaves_the_scope_with_their_episode() -> None:
    h = a_conference(MOTHER, FATHER).episode("father").household(MOTHER, replace(FATHER, cares=False))
    assert h.duty("tell_treatment").ended == "lapse"


def test_two_parents_in_two_services_are_two_duties() -> None:
    h = a_conference(MOTHER, FATHER).episode().episode("father", "beacon", "w-beacon-key")
    told = {(d.adult, d.service, d.to) for d in h.open("tell_treatment")}
    assert told == {("mother", "clearway", "w-key"), ("father", "beacon", "w-beacon-key")}


def test_two_parents_with_one_worker_are_two_duties_and_one_invitation() -> None:
    h = a_conference(MOTHER, FATHER).episode().episode("father")
    assert {d.adult for d in h.open("tell_treatment", to="w-key")} == {"mother", "father"}
    assert len(h.sent(SendInvitation, "w-key")) == 1


# --- factors


@pytest.mark.parametrize("code", ["1B", "1C", "2B", "2C"])
def test_a_factor_of_an_adult_without_an_episode_tells_every_services_single_point_of_contact(code: str) -> None:
    h = a_conference().factor(code, person="mother")
    told = {(d.adult, d.service, d.to) for d in h.open("tell_treatment")}
    assert told == {("mother", "clearway", "w-spoc"), ("mother", "beacon", "w-beacon")}


@pytest.mark.parametrize("code", ["1A", "2A", "3B"])
def test_a_childs_own_use_and_other_factors_are_not_the_gates_business(code: str) -> None:
    assert not a_conference().factor(code, person="mother").factor(code).duties("tell_treatment")


def test_a_factor_that_names_nobody_counts_for_the_family() -> None:
    h = a_conference().factor("2B")
    assert {(d.adult, d.service) for d in h.open("tell_treatment")} == {("family", "clearway"), ("family", "beacon")}


def test_factors_that_name_somebody_and_nobody_stand_beside_each_other() -> None:
    factors = (e.Factor(code="1B", person="mother"), e.Factor(code="2B"), e.Factor(code="1C"))
    h = a_conference().family(e.FactorsAssessed("A", day("Mon 3 March 2025"), factors, "statutory"))
    assert [d.adult for d in h.open("tell_treatment", service="beacon")] == ["family", "mother"]


def test_where_no_episode_is_known_there_is_no_client_reference_to_quote() -> None:
    h = a_conference().factor("1B", person="mother")
    assert [i.client_reference for i in h.sent(SendInvitation, "w-spoc")] == [None]


def test_a_factor_is_spoken_for_by_the_open_episode_of_its_adult() -> None:
    h = a_conference().factor("1B", person="mother").episode()
    assert {(d.service, d.to) for d in h.open("tell_treatment")} == {("clearway", "w-key")}


def test_a_factor_that_names_nobody_is_spoken_for_by_any_open_episode() -> None:
    h = a_conference().factor("1B").episode()
    assert {(d.adult, d.service) for d in h.open("tell_treatment")} == {("mother", "clearway")}


def test_an_episode_of_one_parent_does_not_speak_for_a_factor_of_the_other() -> None:
    h = a_conference(MOTHER, FATHER).episode().factor("1B", person="father")
    assert {d.service for d in h.open("tell_treatment", adult="father")} == {"clearway", "beacon"}


def test_a_factor_of_somebody_no_longer_in_the_household_opens_nothing() -> None:
    assert not a_conference().factor("1B", person="father").duties("tell_treatment")


def test_a_later_assessment_that_omits_the_factor_lapses_what_it_opened() -> None:
    h = a_conference().factor("1B", person="mother").at("Mon 3 March 2025 15:00").factor("3A")
    assert {d.ended for d in h.duties("tell_treatment")} == {"lapse"}


def test_a_factor_known_after_the_booking_is_told_from_the_day_it_was_known() -> None:
    h = a_conference().books("Wed 12 March 2025 10:00").at("Fri 7 March 2025 11:00").factor("1B", person="mother")
    assert {in_words(d.due_at) for d in h.open("tell_treatment")} == {"Mon 10 March 2025 23:59"}


def test_an_episode_recorded_after_the_factor_stays_as_late_as_the_factor_was() -> None:
    h = a_conference().books("Wed 12 March 2025 10:00").factor("1B", person="mother").at("Fri 7 March 2025 11:00")
    assert in_words(h.episode().duty("tell_treatment", to="w-key").due_at) == "Tue 4 March 2025 23:59"


@pytest.mark.parametrize(
    ("ended", "told"), [("Tue 4 March 2025", {"clearway", "beacon"}), ("Wed 5 March 2025", {"clearway"})]
)
def test_only_an_episode_that_stood_on_the_day_it_sat_speaks_for_the_factor_afterwards(
    ended: str, told: set[str]
) -> None:
    h = a_conference().factor("1B", person="mother").episode().sits()
    h.told("person/mother", e.EpisodeClosed("E-mother", day(ended)))
    assert {d.service for d in h.open("send_minutes_treatment")} == told


@pytest.mark.parametrize(
    ("known", "told"),
    [
        ("Wed 5 March 2025 08:29", {"clearway"}),
        ("Wed 5 March 2025 08:30", {"clearway", "beacon"}),
        ("Wed 5 March 2025 08:45", {"clearway", "beacon"}),
    ],
)
def test_only_an_episode_known_before_it_sat_speaks_for_the_factor_also_where_it_sat_early(
    known: str, told: set[str]
) -> None:
    h = a_conference().factor("1B", person="mother").at(known).episode().at("Wed 5 March 2025 11:00")
    h.family(e.MeetingHeld(CONFERENCE, (), started_at=instant("Wed 5 March 2025 08:30")))  # booked for 09:00
    assert {d.service for d in h.open("send_minutes_treatment")} == told


def test_when_the_episode_ends_its_worker_stays_the_one_to_tell_though_the_factor_stands() -> None:
    h = a_conference().factor("1B", person="mother").episode().answers("w-key")
    h.told("person/mother", e.EpisodeClosed("E-mother", h.now.date()))
    assert h.duty("tell_treatment", **CLEARWAY, to="w-key").ended == "evidence"
    assert h.meeting().invitations["w-spoc"].cancelled  # asked before the episode was known, and not again


def test_an_episode_that_ended_before_the_meeting_was_fixed_no_longer_speaks_for_the_factor() -> None:
    h = Hearing().household().worked_with().episode().at("Wed 5 March 2025 09:00").factor("1B", person="mother")
    h.told("person/mother", e.EpisodeClosed("E-mother", day("Tue 4 March 2025"))).conference()
    assert {(d.service, d.to) for d in h.open("tell_treatment")} == {("clearway", "w-spoc"), ("beacon", "w-beacon")}


def test_duties_about_several_adults_are_opened_in_one_settled_order() -> None:
    adults = "fbdaec"
    members = [e.Member(person=x, name=x, relation="carer", cares=True) for x in adults]
    factors = tuple(e.Factor(code="1B", person=x) for x in adults)
    h = a_conference(*members).family(e.FactorsAssessed("A", day("Mon 3 March 2025"), factors, "statutory"))
    assert [d.adult for d in h.duties("tell_treatment", service="beacon")] == sorted(adults)


# --- an episode that ends


def test_an_episode_closed_after_the_booking_lapses_nothing() -> None:
    h = a_conference().episode().told("person/mother", e.EpisodeClosed("E-mother", day("Mon 3 March 2025")))
    assert h.open("tell_treatment", **CLEARWAY) and not h.meeting().invitations["w-key"].cancelled


def test_an_episode_closed_before_the_booking_is_told_of_nothing() -> None:
    h = Hearing().household().worked_with().episode().at("Wed 5 March 2025 09:00")
    h.told("person/mother", e.EpisodeClosed("E-mother", day("Tue 4 March 2025"))).conference()
    assert not h.duties("tell_treatment") and h.mailed("w-key") == 0


def test_an_episode_closed_before_a_time_was_found_lapses() -> None:
    h = Hearing().told("diary", busy("w-social", "Mon 3 March 2025", "Wed 30 April 2025"))
    h.household().worked_with().episode().unreachable("w-key", "w-spoc", "w-deputy").conference()
    assert h.open("name_representative")
    h.told("person/mother", e.EpisodeClosed("E-mother", day("Mon 3 March 2025")))
    assert h.duty("name_representative").ended == "lapse"


def test_an_episode_that_ends_after_a_meeting_sat_that_was_never_booked_still_has_its_minutes() -> None:
    h = Hearing().told("diary", busy("w-social", "Mon 3 March 2025", "Wed 30 April 2025"))
    h.household().worked_with().episode().conference().at("Wed 5 March 2025 12:00")
    h.family(e.MeetingHeld(CONFERENCE, (), started_at=instant("Wed 5 March 2025 09:00")))
    h.told("person/mother", e.EpisodeClosed("E-mother", day("Wed 5 March 2025")))
    assert h.open("send_minutes_treatment", to="w-key")


def test_an_adult_who_leaves_the_household_takes_the_duty_away() -> None:
    h = a_conference(MOTHER, FATHER).episode("father").family(e.MemberLeft("father", day("Mon 3 March 2025")))
    assert h.duty("tell_treatment").ended == "lapse" and h.meeting().invitations["w-key"].cancelled
