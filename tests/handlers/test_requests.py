"""What invitees propose, promise and ask for: another time, a reply to what they said of a meeting."""

import pytest

from handlers import events as e
from handlers.effects import SendInvitation, SendLetter
from handlers.working_days import in_words
from tests.handlers.hearing import CONFERENCE, Hearing, a_conference, day, instant, there

FRIDAY = "Fri 21 March 2025 14:00"


def ahead() -> Hearing:
    """A conference on Wed 19 March 10:00; it is Mon 3 March."""
    return a_conference().books("Wed 19 March 2025 10:00")


def proposes(h: Hearing, person: str = "w-health", at: str = FRIDAY) -> Hearing:
    return h.family(e.TimeProposed(CONFERENCE, person, instant(at), person, remark="I am in court."))


def declines(h: Hearing, person: str = "w-health") -> Hearing:
    return h.family(e.ProposalDeclined(CONFERENCE, person, "w-coordinator"))


def says(h: Hearing, reply_wanted: bool, person: str = "mother") -> Hearing:
    return h.family(e.FeedbackGiven(CONFERENCE, person, "Nobody listened.", person, reply_wanted))


# --- another time


def test_a_proposal_owes_an_answer_by_the_next_working_day_and_names_who_and_when() -> None:
    duty = proposes(ahead()).duty("answer_proposal", ended=None)
    assert (duty.owner, in_words(duty.due_at)) == ("coordinator", "Tue 4 March 2025 23:59")
    assert "to Fri 21 March 2025 14:00, which w-health proposes" in duty.sentence


def test_moving_the_meeting_answers_it_and_whoever_proposed_hears_by_a_new_invitation() -> None:
    h = proposes(ahead()).at("Tue 4 March 2025 09:00").books(FRIDAY)
    assert h.duty("answer_proposal").ended == "evidence"
    assert in_words(h.sent(SendInvitation, "w-health")[-1].starts_at) == FRIDAY
    assert not h.sent(SendLetter, "w-health")


def test_declining_it_answers_it_and_whoever_proposed_hears_by_letter_and_nobody_else() -> None:
    h = declines(proposes(ahead()))
    assert h.duty("answer_proposal").ended == "evidence"
    (letter,) = h.sent(SendLetter)
    assert (letter.to.person, letter.occasion, letter.what) == ("w-health", "declined", "time")
    assert letter.starts_at == instant("Wed 19 March 2025 10:00")
    assert h.duty("tell_declined", ended=None).to == "w-health"
    assert h.posted("accepted", letter.message, "w-health", "letter").duty("tell_declined").ended == "evidence"


def test_whoever_was_rung_since_needs_no_letter_any_more() -> None:
    h = declines(proposes(ahead())).at("Tue 4 March 2025 09:00")
    assert h.family(e.CallLogged(CONFERENCE, "w-health", "spoke", "w-coordinator")).duty("tell_declined").ended


def test_who_proposes_again_has_an_answer_again() -> None:
    h = proposes(declines(proposes(ahead())).at("Tue 4 March 2025 09:00"), at="Mon 24 March 2025 14:00")
    assert len(h.duties("answer_proposal")) == 2 and len(h.open("answer_proposal")) == 1


def test_a_proposal_lapses_with_the_meeting() -> None:
    assert proposes(ahead()).cancels().duty("answer_proposal").ended == "lapse"


def test_a_proposal_of_the_treatment_service_shows_that_it_knows() -> None:
    h = ahead().episode()
    assert h.open("tell_treatment") and proposes(h, "w-key").duty("tell_treatment").ended == "evidence"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (e.TimeProposed(CONFERENCE, "w-health", instant("Mon 3 March 2025 09:00"), "w-health"), "is past"),
        (e.TimeProposed(CONFERENCE, "w-fip", instant(FRIDAY), "w-fip"), "w-fip is not asked to"),
        (e.ProposalDeclined(CONFERENCE, "w-health", "w-coordinator"), "w-health proposed no other time"),
        (e.FeedbackGiven(CONFERENCE, "mother", "Good.", "mother"), "has not sat"),
        (e.ReportPromised(CONFERENCE, "w-health", day("Sun 2 March 2025"), "w-health"), "Sun 2 March 2025 is past"),
    ],
)
def test_what_makes_no_sense_is_refused_with_one_sentence(body: e.Body, why: str) -> None:
    with pytest.raises(e.Impossible, match=why):
        ahead().family(body)


def test_what_names_a_meeting_that_is_not_known_yet_waits_for_it() -> None:
    h = Hearing().household().worked_with()
    h.family(e.TimeProposed(CONFERENCE, "w-health", instant(FRIDAY), "w-health"))
    assert len(h.parked) == 1


# --- feedback


def test_feedback_is_kept_and_owes_nothing_unless_it_asks_for_a_reply() -> None:
    h = says(ahead().sits(there("mother")), reply_wanted=False)
    (kept,) = h.meeting().wishes.feedback.values()
    assert (kept.body.person, kept.body.words) == ("mother", "Nobody listened.")
    assert not h.duties("reply_to_feedback")


def test_who_asks_for_a_reply_is_rung_by_the_next_working_day() -> None:
    h = says(ahead().sits(there("mother")), reply_wanted=True)
    assert in_words(h.duty("reply_to_feedback", ended=None).due_at) == "Thu 20 March 2025 23:59"
    h.at("Thu 20 March 2025 09:00").family(e.CallLogged(CONFERENCE, "mother", "no_answer", "w-coordinator"))
    assert h.open("reply_to_feedback")
    h.family(e.CallLogged(CONFERENCE, "mother", "spoke", "w-coordinator"))
    assert h.duty("reply_to_feedback").ended == "evidence"


def test_a_stranger_to_the_meeting_says_nothing_of_it() -> None:
    with pytest.raises(e.Impossible, match="w-fip is not asked to"):
        says(ahead().sits(there("mother")), False, "w-fip")


def test_who_came_unasked_may_say_how_it_was() -> None:
    assert says(ahead().sits(there("w-fip")), False, "w-fip").meeting().wishes.feedback
