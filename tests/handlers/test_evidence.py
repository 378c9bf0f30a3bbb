"""What proves that a service knows, and what does not: mail that the relay took is not knowing (decision 13)."""

import pytest

from handlers import events as e
from handlers import facts as f
from handlers.effects import SendMinutes
from tests.handlers.hearing import (
    CONFERENCE,
    Hearing,
    a_conference,
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
