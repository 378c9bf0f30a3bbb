"""Cases that once went wrong: each was found by attacking the rules, and touches more than one subject."""

from handlers import events as e
from handlers import facts as f
from handlers.effects import SendMinutes
from handlers.working_days import in_words
from tests.handlers.hearing import CONFERENCE, FATHER, MOTHER, REVIEW, Hearing, day, there

PROJECT = e.FipStarted("FIP-1", day("Mon 3 March 2025"), "w-fip")


def a_conference(*members: e.Member) -> Hearing:
    return Hearing().household(*members).worked_with().conference()


def test_a_factor_assessed_again_does_not_put_off_what_is_owed() -> None:
    h = a_conference().books("Wed 12 March 2025 10:00").factor("1B", person="mother")
    h.at("Mon 10 March 2025 10:00").factor("1B", person="mother")
    assert {in_words(d.due_at) for d in h.open("tell_treatment")} == {"Tue 4 March 2025 23:59"}


def test_a_factor_assessed_again_after_the_minutes_takes_nothing_away() -> None:
    h = a_conference().factor("1B", person="mother").sits(there("mother")).minuted()
    assert h.open("send_minutes_treatment")
    assert h.at("Fri 7 March 2025 10:00").factor("1B", person="mother").open("send_minutes_treatment")


def test_a_new_worker_is_rung_though_the_old_one_was() -> None:
    h = a_conference().at("Tue 4 March 2025 10:00").episode()
    h.told("person/mother", e.EpisodeHandedOver("E-mother", "w-key-2", h.now.date()))
    assert len(h.facts(f.CallAskedFor)) == 2


def test_a_meeting_that_moves_after_the_episode_closed_is_still_told() -> None:
    h = a_conference().episode().told("person/mother", e.EpisodeClosed("E-mother", day("Mon 3 March 2025")))
    h.at("Tue 4 March 2025 08:00").books("Wed 12 March 2025 10:00")
    assert h.open("tell_treatment") and not h.meeting().invitations["w-key"].cancelled


def test_a_treatment_worker_recorded_as_involved_is_not_asked_to_a_project_review_without_consent() -> None:
    h = Hearing().household().family(e.ProfessionalInvolved("w-key", "drug_worker", day("Mon 3 March 2025"))).episode()
    assert h.family(PROJECT).mailed("w-key") == 0


def test_consent_taken_back_after_a_project_review_keeps_its_minutes_from_the_service() -> None:
    h = Hearing().household().episode().consent(True).family(PROJECT).sits(there("w-key"), meeting=REVIEW)
    assert not h.consent(False).minuted(REVIEW).sent(SendMinutes, "w-key")


def test_a_family_that_the_adult_joins_later_hears_of_a_record_held_before() -> None:
    h = Hearing().told("person/mother", e.RecordHeld("H-1", "no_basis")).household()
    assert h.open("mend_record")


def test_minutes_of_a_meeting_held_while_the_adult_was_away_are_not_sent_on_return() -> None:
    h = a_conference(MOTHER, FATHER).episode("father").family(e.MemberLeft("father", day("Mon 3 March 2025")))
    h.sits(there("mother")).minuted().at("Fri 7 March 2025 10:00").household(MOTHER, FATHER)
    assert not h.sent(SendMinutes, "w-key")


def test_the_service_manager_has_been_told_before_the_meeting_begins() -> None:
    h = a_conference().episode().at("Wed 5 March 2025 08:59")
    assert "service_manager" in {c.role for c in h.facts(f.RungClimbed) if c.duty == h.duty("tell_treatment").id}


def test_of_two_words_on_consent_the_later_recorded_wins() -> None:
    h = Hearing().household().family(PROJECT)
    given, refused = (e.ConsentRecorded("mother", "fip", x, "w-fip") for x in (True, False))
    later, earlier = h.fork().at("Tue 4 March 2025 10:00").now, h.now
    for at, body in ((later, refused), (earlier, given)):
        h.deliver(e.Event(f"c {at}", "test", h.file.stream, at, at, body))
    assert h.file.records.sharing["mother:fip"].verdict == "withdrawn"


def test_a_service_that_registers_the_adult_after_the_minutes_takes_no_open_duty_away() -> None:
    h = a_conference().factor("2B", person="mother").sits(there("w-social")).minuted()
    open_ = {(d.kind, d.service) for d in h.duties("tell_treatment") if d.ended is None}
    h.at("Fri 28 March 2025 10:00").episode()
    assert open_ and {(d.kind, d.service) for d in h.duties("tell_treatment") if d.ended is None} == open_


def test_a_word_about_one_parent_is_not_about_the_other_who_was_not_known_of_then() -> None:
    h = a_conference(MOTHER, FATHER).episode("mother").answers("w-key").at("Tue 4 March 2025 10:00")
    assert h.episode("father").open("tell_treatment", adult="father")


def test_an_answer_given_before_the_move_is_about_the_old_time() -> None:
    h = a_conference().episode()
    early = h.now
    h.at("Mon 3 March 2025 14:00").books("Wed 12 March 2025 10:00").at("Mon 3 March 2025 16:00")
    answer = e.AnswerGiven(CONFERENCE, "w-key", "accepted", "w-coordinator")
    h.deliver(e.Event("late word", "test", h.file.stream, early, h.now, answer))
    assert h.open("tell_treatment")


def test_an_older_household_released_late_takes_nobody_out() -> None:
    h = Hearing().household(MOTHER)
    early = h.now
    h.at("Tue 4 March 2025 10:00").household(MOTHER, FATHER)
    h.deliver(e.Event("mended", "test", h.file.stream, early, early, e.HouseholdRecorded((MOTHER,))))
    assert FATHER.person in h.file.members


def test_an_old_discussion_that_led_to_no_conference_does_not_date_a_new_one() -> None:
    h = Hearing().family(e.StrategyDiscussionHeld("SD-0", day("Tue 5 March 2024"), True)).household().conference()
    assert in_words(h.meeting().due.due_on) == "Mon 24 March 2025"
