"""What proves that a service knows, and what does not: mail that the relay took is not knowing (decision 13)."""

import pytest

from handlers import events as e
from handlers import facts as f
from handlers.effects import SendMinutes
from handlers.working_days import in_words
from tests.handlers.hearing import (
    CONFERENCE,
    FATHER,
    MOTHER,
    Hearing,
    a_conference,
    busy,
    instant,
    there,
)

# --- what proves it


def test_mail_taken_by_the_relay_is_not_knowing() -> None:
    h = Hearing()
    h.post = "accepted"
    h.household().worked_with().episode().conference()
    assert h.duty("send_invitation", to="w-key").ended == "evidence"
    assert h.duty("tell_treatment").ended is None


@pytest.mark.parametrize("reply", ["accepted", "tentative", "declined"])
def test_any_answer_of_the_worker_shows_that_the_service_knows(reply: e.Reply) -> None:
    h = a_conference().episode().answers("w-key", reply=reply)
    duty = h.duty("tell_treatment")
    assert [x.grade for x in h.facts(f.DutyEnded) if x.duty == duty.id] == ["acknowledged"]
    assert (duty.ended, duty.ended_by) == ("evidence", f"{reply}, recorded by w-coordinator")


def test_an_answer_by_mail_counts_for_the_time_that_it_names_and_for_no_other() -> None:
    h = a_conference().episode().books("Wed 12 March 2025 10:00")
    now, before = h.meeting().invitations["w-key"].revision, 1
    assert before < now
    h.family(e.AnswerGiven(CONFERENCE, "w-key", "accepted", "w-key", before))
    assert h.meeting().words["w-key"].revision == before and h.open("tell_treatment")
    h.family(e.AnswerGiven(CONFERENCE, "w-key", "accepted", "w-key", now))
    assert h.duty("tell_treatment", ended="evidence").ended_by == "accepted, recorded by w-key"


def test_an_answer_by_mail_to_an_invitation_called_back_does_not_show_that_it_is_known_to_be_off() -> None:
    h = a_conference().episode()
    revision = h.meeting().invitations["w-key"].revision
    h.cancels().at("Mon 3 March 2025 11:00").family(e.AnswerGiven(CONFERENCE, "w-key", "accepted", "w-key", revision))
    assert h.duty("send_cancellation", to="w-key").ended is None
    assert h.answers("w-key").duty("send_cancellation", to="w-key").ended == "evidence"


def test_a_telephone_call_in_which_they_spoke_shows_it_and_one_unanswered_does_not() -> None:
    h = a_conference().episode().family(e.CallLogged(CONFERENCE, "w-key", "no_answer", "w-coordinator"))
    assert h.open("tell_treatment")
    assert h.family(e.CallLogged(CONFERENCE, "w-key", "spoke", "w-coordinator")).duties(
        "tell_treatment", ended="evidence"
    )


def test_an_answer_of_somebody_else_shows_nothing() -> None:
    assert a_conference().episode().answers("mother").answers("w-spoc").open("tell_treatment")


def test_having_attended_shows_it() -> None:
    assert a_conference().episode().sits(there("w-key")).duty("tell_treatment").ended == "evidence"


def test_a_deputy_who_sat_for_the_worker_shows_it() -> None:
    h = a_conference().episode().sits(there("w-spoc", "deputy", deputy_for="w-key"))
    assert h.duty("tell_treatment").ended == "evidence"


def test_a_colleague_who_sat_there_for_another_adult_shows_nothing_of_this_one() -> None:
    h = a_conference(MOTHER, FATHER).factor("1B", person="mother").episode("father").sits(there("w-key"))
    assert h.duty("tell_treatment", adult="father").ended == "evidence"
    assert h.duty("tell_treatment", adult="mother", service="clearway").ended is None


@pytest.mark.parametrize("presence", ["absent", "report_only"])
def test_having_stayed_away_without_a_word_shows_nothing(presence: e.Presence) -> None:
    h = a_conference().episode().sits(there("w-key", presence))
    assert h.open("tell_treatment") and not h.open("tell_treatment", by_telephone=True)


def test_the_minutes_are_had_when_the_relay_took_them_and_owed_again_when_they_bounce() -> None:
    h = a_conference().episode().sits(there("w-key"))
    h.post = "accepted"
    h.minuted()
    message = h.meeting().papers["w-key"].message
    assert h.duty("send_minutes_treatment").ended == "evidence"
    h.post = None
    h.family(e.MessageFailed(message, CONFERENCE, "w-key", "minutes", "bounced"))
    assert h.duty("send_minutes_treatment", ended=None).to == "w-spoc"  # nothing reaches the key worker there
    assert [m.to.person for m in h.sent(SendMinutes)][-1] == "w-spoc"


def test_apologies_show_that_the_service_knows() -> None:
    h = a_conference().episode().sits(there("w-key", "apologies"))
    assert h.duty("tell_treatment").ended_by == "took part, or sent word"


def test_a_deputy_who_stayed_away_shows_nothing() -> None:
    h = a_conference().episode().sits(there("w-spoc", "absent", deputy_for="w-key"))
    assert h.open("tell_treatment")


def test_saying_so_about_the_duty_itself_shows_it() -> None:
    h = a_conference().episode()
    h.family(e.DutyAcknowledged(h.duty("tell_treatment").id, "w-key", "w-coordinator"))
    assert h.duty("tell_treatment").ended_by == "w-key, who said so"


def test_an_answer_is_what_the_record_shows_though_they_said_so_as_well() -> None:
    h = a_conference().books("Wed 12 March 2025 10:00").episode().answers("w-key")
    h.family(e.DutyAcknowledged(h.duty("tell_treatment").id, "w-key", "w-coordinator"))
    h.leave("w-key", "Mon 3 March 2025", "Mon 3 March 2025").at("Tue 4 March 2025 09:00")
    assert h.duty("tell_treatment").ended_by == "accepted, recorded by w-coordinator"


def test_what_was_said_about_the_duty_before_the_meeting_moved_shows_nothing_of_the_new_time() -> None:
    h = a_conference().episode()
    h.family(e.DutyAcknowledged(h.duty("tell_treatment").id, "w-key", "w-coordinator"))
    h.at("Mon 3 March 2025 11:00").books("Wed 12 March 2025 10:00")
    assert h.open("tell_treatment")
    h.family(e.DutyAcknowledged(h.duty("tell_treatment").id, "w-key", "w-coordinator"))
    assert h.duty("tell_treatment").ended == "evidence"


def test_what_somebody_else_said_about_the_duty_shows_nothing() -> None:
    h = a_conference().episode()
    for person in ("w-spoc", "w-coordinator", "mother"):
        h.family(e.DutyAcknowledged(h.duty("tell_treatment").id, person, "w-coordinator"))
    assert h.open("tell_treatment")


def test_what_was_said_of_one_parents_duty_is_not_said_of_the_others() -> None:
    h = a_conference(MOTHER, FATHER).episode().episode("father")
    h.family(e.DutyAcknowledged(h.duty("tell_treatment", adult="mother").id, "w-key", "w-coordinator"))
    assert [d.adult for d in h.open("tell_treatment")] == ["father"]


def test_one_answer_of_the_worker_of_both_parents_is_about_both() -> None:
    h = a_conference(MOTHER, FATHER).episode().episode("father").at("Mon 3 March 2025 11:00").answers("w-key")
    assert not h.open("tell_treatment")


def test_the_same_answer_told_twice_changes_nothing() -> None:
    once = a_conference().episode().answers("w-key")
    ended_at = once.duty("tell_treatment").ended_at
    assert once.at("Mon 3 March 2025 11:00").answers("w-key").duty("tell_treatment").ended_at == ended_at


def test_an_answer_that_was_taken_back_still_shows_that_they_know() -> None:
    h = a_conference().episode().answers("w-key").at("Mon 3 March 2025 11:00").answers("w-key", reply="declined")
    assert h.duty("tell_treatment").ended == "evidence"


# --- told after all


def test_a_service_of_a_meeting_that_sat_without_a_booking_should_have_been_told_before() -> None:
    h = Hearing().told("diary", busy("w-social", "Mon 3 March 2025", "Wed 30 April 2025"))
    h.household().worked_with().episode().conference().at("Thu 6 March 2025 12:00")
    assert not h.duties("tell_treatment")  # there was no time to tell of
    sat = e.MeetingHeld(CONFERENCE, (), instant("Thu 6 March 2025 09:00"), instant("Thu 6 March 2025 11:00"))
    duty = h.fork().family(sat).duty("tell_treatment", ended=None)
    assert in_words(duty.due_at) == "Thu 6 March 2025 09:00" and not duty.by_telephone
    late = h.fork().family(sat)
    late.family(e.DutyAcknowledged(duty.id, "w-key", "w-coordinator"))
    assert late.duty("tell_treatment").ended_by == "w-key, who said so"
    there_ = e.MeetingHeld(CONFERENCE, (there("w-key"),), *(sat.started_at, sat.ended_at))
    assert h.family(there_).duty("tell_treatment").ended == "evidence"


def test_what_was_known_only_after_such_a_sitting_owes_no_telling() -> None:
    h = Hearing().told("diary", busy("w-social", "Mon 3 March 2025", "Wed 30 April 2025"))
    h.household().worked_with().conference().at("Thu 6 March 2025 12:00")
    h.family(e.MeetingHeld(CONFERENCE, (), instant("Thu 6 March 2025 09:00"), instant("Thu 6 March 2025 11:00")))
    assert not h.episode().duties("tell_treatment") and h.open("send_minutes_treatment")


def test_a_worker_spoken_to_after_the_meeting_is_told_late_but_told() -> None:
    h = a_conference().episode().sits().at("Thu 6 March 2025 10:00")
    assert h.open("tell_treatment")
    h.family(e.CallLogged(CONFERENCE, "w-key", "spoke", "w-coordinator"))
    assert h.duty("tell_treatment").ended == "evidence"
