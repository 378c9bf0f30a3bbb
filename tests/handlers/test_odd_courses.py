"""Courses of events that nobody plans for: people who left, families that share an adult, one worker for two, meetings
cancelled and booked again, episodes that end or are taken back when all is over."""

from handlers import events as e
from handlers.effects import SendInvitation, SendMinutes
from handlers.working_days import in_words
from tests.handlers.hearing import (
    CLEARWAY,
    CONFERENCE,
    FATHER,
    MOTHER,
    Hearing,
    a_conference,
    a_worker,
    an_enquiry,
    clearway,
    day,
    there,
)

MONDAY = day("Mon 3 March 2025")


# --- episodes that end when all is over


def test_an_episode_that_closes_after_the_meeting_makes_no_other_service_a_party_to_it() -> None:
    h = a_conference().factor("1B", person="mother").episode().answers("w-key").sits(there("w-key")).minuted()
    h.at("Mon 7 April 2025 10:00").told("person/mother", e.EpisodeClosed("E-mother", day("Mon 7 April 2025")))
    assert {d.service for d in h.open("tell_treatment")} == set()
    assert not h.sent(SendMinutes, "w-beacon")


def test_an_episode_that_closes_before_the_meeting_sits_gives_its_factor_back_to_every_service() -> None:
    h = a_conference().books("Wed 19 March 2025 10:00").factor("1B", person="mother").episode()
    h.told("person/mother", e.EpisodeClosed("E-mother", MONDAY))
    assert {(d.service, d.to) for d in h.open("tell_treatment")} == {("clearway", "w-key"), ("beacon", "w-beacon")}


# --- people who left


def test_what_is_recorded_of_somebody_who_left_touches_nothing_until_they_are_back() -> None:
    h = a_conference(MOTHER, FATHER).family(e.MemberLeft("father", MONDAY)).episode("father")
    h.factor("2B", person="father")
    assert not h.duties("tell_treatment")
    h.at("Tue 4 March 2025 08:00").family(e.MemberJoined(FATHER, day("Tue 4 March 2025")))
    assert [(d.adult, d.to) for d in h.open("tell_treatment")] == [("father", "w-key")]


def test_consent_of_somebody_who_left_stands_when_they_come_back() -> None:
    h = Hearing().household(MOTHER, FATHER).worked_with().consent(True, "father").episode("father").fip()
    h.family(e.MemberLeft("father", MONDAY))
    assert not h.open("tell_treatment")
    h.at("Tue 4 March 2025 10:00").family(e.MemberJoined(FATHER, day("Tue 4 March 2025")))
    assert h.open("tell_treatment", adult="father")


def test_an_adult_who_comes_into_scope_is_told_of_like_any_other() -> None:
    lodger = e.Member(person="father", name="L", relation="other")
    h = a_conference(MOTHER, lodger).episode("father").at("Mon 3 March 2025 12:00")
    assert not h.duties("tell_treatment")
    assert h.household(MOTHER, FATHER).open("tell_treatment", adult="father")


# --- families that share an adult


def the_other_family(h: Hearing) -> Hearing:
    other = (e.HouseholdRecorded((MOTHER,)), e.ProfessionalInvolved("w-social", "social_worker", MONDAY))
    return h.told("family/F-2", *other, *an_enquiry(MONDAY))


def test_each_family_of_one_adult_has_its_own_duties() -> None:
    h = the_other_family(a_conference().episode())
    files = [h.file, h.files[h.file.stream.sibling("family", "F-2")]]
    told = [{(d.kind, d.to) for d in x.duties.values() if d.kind == "tell_treatment"} for x in files]  # type: ignore[union-attr]
    assert told == [{("tell_treatment", "w-key")}] * 2
    ids = [set(x.duties) for x in files]  # type: ignore[union-attr]
    assert not ids[0] & ids[1]


def test_an_answer_to_one_familys_meeting_is_none_to_the_others() -> None:
    h = the_other_family(a_conference().episode())
    h.told("family/F-2", e.AnswerGiven(CONFERENCE, "w-key", "accepted", "w-coordinator"))
    assert h.open("tell_treatment")


def test_a_handover_reaches_every_family_of_the_adult() -> None:
    h = the_other_family(a_conference().episode())
    h.told("person/mother", e.EpisodeHandedOver("E-mother", "w-key-2", MONDAY))
    other = h.files[h.file.stream.sibling("family", "F-2")]
    assert {d.to for d in other.duties.values() if d.kind == "tell_treatment"} == {"w-key-2"}  # type: ignore[union-attr]
    assert h.duty("tell_treatment").to == "w-key-2"


# --- one worker for two adults


def test_one_worker_of_both_parents_gets_one_copy_of_the_minutes_and_ends_both_duties() -> None:
    h = Hearing()
    h.post = "accepted"
    h.household(MOTHER, FATHER).worked_with().episode().episode("father").conference().sits(there("w-key")).minuted()
    assert len(h.sent(SendMinutes, "w-key")) == 1
    assert {(d.adult, d.ended) for d in h.duties("send_minutes_treatment")} == {
        ("mother", "evidence"),
        ("father", "evidence"),
    }


def test_when_one_of_two_clients_is_handed_over_the_worker_keeps_the_seat_for_the_other() -> None:
    h = a_conference(MOTHER, FATHER).episode().episode("father")
    h.told("person/mother", e.EpisodeHandedOver("E-mother", "w-key-2", MONDAY))
    assert not h.meeting().invitations["w-key"].cancelled
    assert {(d.adult, d.to) for d in h.open("tell_treatment")} == {("mother", "w-key-2"), ("father", "w-key")}


def test_two_services_without_any_episode_are_two_duties_and_each_answers_for_itself() -> None:
    h = a_conference().factor("2B", person="mother").answers("w-beacon")
    assert {(d.service, d.ended) for d in h.duties("tell_treatment")} == {("clearway", None), ("beacon", "evidence")}


def test_one_adult_in_two_services_is_two_duties() -> None:
    h = a_conference().episode()
    h.told("person/mother", e.EpisodeOpened("E-2", "beacon", "w-beacon-key", MONDAY, "consent"))
    assert {(d.service, d.to) for d in h.open("tell_treatment")} == {("clearway", "w-key"), ("beacon", "w-beacon-key")}


# --- cancelled and booked again


def test_a_meeting_cancelled_and_booked_again_is_told_anew_and_its_old_answer_counts_no_more() -> None:
    h = a_conference().episode().answers("w-key").at("Tue 4 March 2025 08:00").cancels().at("Thu 6 March 2025 10:00")
    assert h.duty("tell_treatment_cancelled").ended is None
    h.books("Wed 19 March 2025 10:00")
    duty = h.duty("tell_treatment", ended=None)
    assert in_words(duty.due_at) == "Fri 7 March 2025 23:59" and h.duty("tell_treatment_cancelled").ended == "lapse"
    assert [i.method for i in h.sent(SendInvitation, "w-key")] == ["REQUEST", "CANCEL", "REQUEST"]


def test_a_meeting_cancelled_twice_calls_nobody_back_twice() -> None:
    h = a_conference().episode().cancels().at("Mon 3 March 2025 11:00").cancels()
    assert [i.method for i in h.sent(SendInvitation, "w-key")] == ["REQUEST", "CANCEL"]
    assert len(h.open("tell_treatment_cancelled")) == 1


def test_who_was_called_back_from_an_earlier_time_need_not_hear_that_a_later_one_is_off() -> None:
    h = a_conference().unreachable("w-spoc").factor("1B", person="mother")
    h.told("partnership", a_worker("w-spoc", "clearway"))
    assert [i.method for i in h.sent(SendInvitation, "w-deputy")] == ["REQUEST", "CANCEL"]
    h.books("Wed 19 March 2025 10:00").cancels().relayed("w-deputy").relayed("w-spoc")
    assert h.duty("tell_treatment_cancelled", **CLEARWAY).ended == "evidence"
    h.told("partnership", clearway(single_point_of_contact=None))
    assert [d.to for d in h.duties("tell_treatment_cancelled", **CLEARWAY)] == ["w-spoc"]


def test_a_concern_that_ends_and_begins_again_asks_the_same_worker_again() -> None:
    h = a_conference().books("Wed 19 March 2025 10:00").episode().in_error(e.EpisodeOpened)
    h.at("Tue 4 March 2025 10:00").episode()
    assert h.duty("tell_treatment", ended=None).to == "w-key"
    assert [i.method for i in h.sent(SendInvitation, "w-key")] == ["REQUEST", "CANCEL", "REQUEST"]


# --- records that come after all is over


def test_a_word_for_somebody_never_asked_changes_nothing() -> None:
    h = a_conference().episode()
    before = {d.id: d.ended for d in h.file.duties.values()}
    h.family(e.DutyAcknowledged(h.duty("tell_treatment").id, "stranger", "w-coordinator"))
    h.family(e.CallLogged(CONFERENCE, "stranger", "spoke", "w-coordinator"))
    assert {d.id: d.ended for d in h.file.duties.values()} == before


def test_a_family_with_nobody_in_it_any_more_owes_nothing_new_to_any_service() -> None:
    h = a_conference().episode().family(e.HouseholdRecorded(()))
    assert {d.ended for d in h.duties("tell_treatment")} == {"lapse"} and not h.open("ask_report_treatment")


def test_the_plan_that_ended_takes_its_meetings_and_their_duties_with_it() -> None:
    h = a_conference().episode().sits(there("w-key"), plan=e.Plan(plan="P-1", category="neglect"))
    assert len(h.open("tell_treatment")) == 2
    h.family(e.PlanEnded("P-1", day("Wed 5 March 2025"), "w-social"))
    assert not h.open("tell_treatment") and len(h.open("tell_treatment_cancelled")) == 2
