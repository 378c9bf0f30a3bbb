"""A meeting that moves, falls, is booked again or is no longer due: each is told, and an old answer counts no more."""

from handlers import events as e
from handlers.effects import SendInvitation
from handlers.working_days import in_words
from tests.handlers.hearing import (
    CLEARWAY,
    CONFERENCE,
    REVIEW,
    a_conference,
    a_project,
    day,
    instant,
)

# --- a meeting that moves or falls


def test_a_move_reopens_the_duty_and_the_old_answer_does_not_count() -> None:
    h = a_conference().episode().answers("w-key").at("Mon 3 March 2025 12:00").books("Wed 12 March 2025 10:00")
    (duty,) = h.duties("tell_treatment")
    assert duty.ended is None
    assert h.answers("w-key").duty("tell_treatment").ended == "evidence"


def test_a_move_is_told_by_the_working_day_after_it_to_whoever_knew_of_the_old_time() -> None:
    h = a_conference().episode().answers("w-key").at("Fri 7 March 2025 12:00").books("Wed 19 March 2025 10:00")
    assert in_words(h.duty("tell_treatment", ended=None).due_at) == "Mon 10 March 2025 23:59"


def test_a_move_puts_off_nothing_that_nobody_had_met() -> None:
    h = a_conference().episode().books("Wed 12 March 2025 10:00").at("Fri 7 March 2025 12:00")
    rung = h.duty("tell_treatment").rung
    duty = h.books("Wed 19 March 2025 10:00").duty("tell_treatment")
    assert rung >= 0 and (duty.ended, duty.rung) == (None, rung)
    assert in_words(duty.due_at) == "Tue 4 March 2025 23:59"


def test_a_cancellation_is_told_by_the_working_day_after_it() -> None:
    h = a_conference().episode().at("Tue 4 March 2025 08:00").cancels()
    duty = h.duty("tell_treatment_cancelled", **CLEARWAY)
    assert (duty.to, duty.closes_on, duty.owner) == ("w-key", "accepted", "coordinator")
    assert (in_words(duty.due_at), duty.rule) == ("Wed 5 March 2025 23:59", "TELL-01")
    assert duty.sentence.startswith(
        "Tell clearway that the initial child protection conference is off, for mother. 1 working day after"
    )
    assert h.duty("tell_treatment").ended == "lapse"


def test_a_cancellation_is_told_once_the_relay_took_it_or_somebody_spoke() -> None:
    h = a_conference().episode().at("Mon 3 March 2025 11:00").cancels().at("Mon 3 March 2025 12:00")
    spoken = h.fork().family(e.CallLogged(CONFERENCE, "w-key", "spoke", "w-coordinator"))
    assert spoken.duty("tell_treatment_cancelled").ended == "evidence"
    off = h.meeting().invitations["w-key"].message
    mailed = h.fork().family(e.MessageAccepted(off, CONFERENCE, "w-key", "cancellation"))
    assert mailed.duty("tell_treatment_cancelled").ended == "evidence"


def test_a_cancellation_that_came_back_is_owed_until_whoever_can_be_reached_now_was_rung() -> None:
    h = a_conference().factor("1B", person="mother").at("Mon 3 March 2025 11:00").cancels()
    off = h.meeting().invitations["w-spoc"].message
    h.posted("accepted", off, "w-spoc", "cancellation", CONFERENCE)
    assert h.duty("tell_treatment_cancelled", service="clearway").ended == "evidence"
    h.at("Mon 3 March 2025 12:00").posted("bounced", off, "w-spoc", "cancellation", CONFERENCE)
    duty = h.duty("tell_treatment_cancelled", service="clearway")
    assert (duty.ended, duty.to, duty.at_once) == (None, "w-spoc", True)
    h.at("Mon 3 March 2025 13:00").family(e.CallLogged(CONFERENCE, "w-deputy", "spoke", "w-coordinator"))
    assert h.duty("tell_treatment_cancelled", service="clearway").ended_by == "spoken with, recorded by w-coordinator"


def test_a_cancellation_of_which_nobody_knows_whether_it_arrived_has_its_day() -> None:
    h = a_conference().episode().cancels()
    h.posted("unknown", h.meeting().invitations["w-key"].message, "w-key", "cancellation", CONFERENCE)
    duty = h.duty("tell_treatment_cancelled")
    assert (duty.ended, duty.at_once) == (None, False)


def test_neither_the_invitations_receipt_nor_an_earlier_answer_shows_that_a_cancellation_is_known() -> None:
    h = a_conference().episode().answers("w-key")
    first = h.meeting().invitations["w-key"].message
    h.family(e.MessageAccepted(first, CONFERENCE, "w-key", "invitation")).at("Mon 3 March 2025 11:00").cancels()
    assert h.open("tell_treatment_cancelled")


def test_a_service_that_was_never_asked_need_not_hear_that_it_is_off() -> None:
    assert not a_conference().cancels().episode().duties("tell_treatment_cancelled")


def test_a_new_time_ends_the_telling_of_the_old_ones_fall() -> None:
    h = a_conference().episode().cancels().books("Wed 12 March 2025 10:00")
    assert h.duty("tell_treatment_cancelled").ended == "lapse" and h.open("tell_treatment")


def test_a_meeting_that_was_held_after_all_is_not_told_as_off() -> None:
    h = a_conference().episode().cancels().at("Thu 6 March 2025 12:00")
    sat = e.MeetingHeld(CONFERENCE, (), instant("Thu 6 March 2025 09:00"), instant("Thu 6 March 2025 11:00"))
    assert h.family(sat).duty("tell_treatment_cancelled").ended == "lapse"


def test_a_booked_meeting_that_is_no_longer_due_is_told_as_off() -> None:
    h = a_project().consent(True).family(e.FipEnded("FIP-1", day("Mon 3 March 2025")))
    assert h.duty("tell_treatment_cancelled", meeting=REVIEW, to="w-key").ended is None
    assert [i.method for i in h.sent(SendInvitation, "w-key")] == ["REQUEST", "CANCEL"]


def test_a_meeting_no_longer_due_asks_for_no_consent_and_no_name() -> None:
    h = a_project().unreachable("w-key", "w-spoc", "w-deputy").family(e.FipEnded("FIP-1", day("Mon 3 March 2025")))
    assert h.duty("seek_consent").ended == "lapse" and not h.consent(True).open("name_representative")
