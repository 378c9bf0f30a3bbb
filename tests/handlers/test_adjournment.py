"""A meeting that breaks off, or cannot proceed: its duty to be held stands, a new time is sought at once, and everybody
is told anew (rules Q-03, 3.13)."""

from handlers import events as e
from handlers import facts as f
from handlers.effects import SendInvitation
from handlers.working_days import in_words
from tests.handlers.hearing import CONFERENCE, POSTS, Hearing, a_conference, busy, day, instant, there


def adjourned(h: Hearing, at: str = "Wed 5 March 2025 10:00") -> Hearing:
    h.at(at)
    sat = (there("w-key"),)
    return h.family(e.MeetingAdjourned(CONFERENCE, "w-chair-1", "The school did not come.", h.now, sat))


def nobody_free(h: Hearing) -> Hearing:
    """So that the diary finds no time before June."""
    return h.told("diary", busy("w-social", "Wed 5 March 2025", "Sat 31 May 2025"))


def test_a_new_time_is_sought_at_once_and_everybody_is_asked_to_it() -> None:
    h = adjourned(a_conference().episode())
    booked = h.meeting().booked
    assert booked and in_words(booked.starts_at) == "Fri 7 March 2025 09:00" and not h.meeting().held
    requests = h.sent(SendInvitation, "w-key")
    assert [(i.method, i.sequence) for i in requests] == [("REQUEST", 0), ("REQUEST", 1)]
    assert requests[1].moved_from == instant("Wed 5 March 2025 09:00")


def test_the_seats_of_the_broken_sitting_go_back() -> None:
    h = adjourned(a_conference())
    assert [s.starts_at for s in h.diary.seats.values()] == [instant("Fri 7 March 2025 09:00")]


def test_it_must_sit_again_within_ten_working_days_even_where_the_conference_is_not_due_so_soon() -> None:
    h = a_conference().told("diary", busy("w-social", "Thu 6 March 2025", "Mon 17 March 2025"))
    sought = [x.body for x in adjourned(h).tellings if isinstance(x.body, e.SeatsSought)][-1]
    assert in_words(sought.due_on) == "Wed 19 March 2025"  # ten working days after Wed 5 March
    assert in_words(h.meeting().due.due_on) == "Mon 24 March 2025"
    assert h.meeting().booked and in_words(h.meeting().booked.starts_at) == "Tue 18 March 2025 09:00"  # type: ignore[union-attr]


def test_after_a_late_adjournment_it_may_be_sought_past_the_day_on_which_it_was_due() -> None:
    h = a_conference().books("Mon 24 March 2025 10:00")
    sought = [x.body for x in adjourned(h, "Mon 24 March 2025 11:00").tellings if isinstance(x.body, e.SeatsSought)][-1]
    assert in_words(sought.due_on) == "Mon 7 April 2025"


def test_the_conference_is_still_owed_and_its_clock_is_not_met() -> None:
    duty = adjourned(a_conference()).duty("hold_meeting")
    assert duty.ended is None and in_words(duty.due_at) == "Mon 24 March 2025 23:59"


def test_whoever_knew_of_the_old_time_is_told_of_the_new_by_the_working_day_after_it_was_found() -> None:
    h = adjourned(a_conference().episode().answers("w-key"))
    duty = h.duty("tell_treatment", ended=None)
    assert in_words(duty.due_at) == "Thu 6 March 2025 23:59"
    assert h.answers("w-key").duty("tell_treatment").ended == "evidence"


def test_having_sat_in_the_broken_meeting_shows_nothing_of_the_new_time() -> None:
    assert adjourned(a_conference().episode()).open("tell_treatment")


def test_an_adjourned_meeting_has_no_decision_and_no_minutes_to_send() -> None:
    h = adjourned(a_conference().episode())
    assert not h.duties("send_minutes_treatment") and not h.duties("send_decision_treatment")


def test_where_no_time_is_found_the_coordinator_owes_one_by_the_next_working_day() -> None:
    h = adjourned(nobody_free(a_conference().episode()))
    duty = h.duty("find_a_time", ended=None)
    assert in_words(duty.due_at) == "Thu 6 March 2025 23:59"
    assert not h.meeting().booked and h.duty("tell_treatment").ended == "lapse"
    assert h.at("Thu 6 March 2025 10:00").books("Mon 2 June 2025 10:00").duty("find_a_time").ended == "evidence"


def test_a_concern_known_during_the_adjournment_is_told_of_the_time_that_is_found() -> None:
    h = adjourned(nobody_free(a_conference())).at("Thu 6 March 2025 10:00").episode()
    assert not h.duties("tell_treatment")
    h.at("Fri 14 March 2025 10:00").books("Mon 2 June 2025 10:00")
    duty = h.duty("tell_treatment", ended=None)
    assert (duty.to, in_words(duty.due_at)) == ("w-key", "Mon 17 March 2025 23:59")


def test_a_concern_known_while_a_booking_had_fallen_is_told_of_the_time_that_is_found() -> None:
    h = a_conference().cancels().at("Tue 4 March 2025 10:00").episode().at("Fri 14 March 2025 10:00")
    assert in_words(h.books("Wed 19 March 2025 10:00").duty("tell_treatment").due_at) == "Mon 17 March 2025 23:59"


def test_a_concern_known_before_the_adjournment_and_an_episode_that_ends_during_it_lapse_nothing() -> None:
    h = adjourned(nobody_free(a_conference().episode()))
    h.told("person/mother", e.EpisodeClosed("E-mother", day("Wed 5 March 2025"))).at("Thu 6 March 2025 10:00")
    assert h.books("Mon 2 June 2025 10:00").duty("tell_treatment", ended=None).to == "w-key"


def test_a_meeting_may_break_off_twice() -> None:
    h = adjourned(adjourned(a_conference().episode().answers("w-key")).answers("w-key"), "Fri 7 March 2025 10:00")
    assert h.meeting().booked and in_words(h.meeting().booked.starts_at) == "Tue 11 March 2025 09:00"  # type: ignore[union-attr]
    assert h.open("tell_treatment") and [i.sequence for i in h.sent(SendInvitation, "w-key")] == [0, 1, 2]
    h.sits(there("w-key")).minuted()
    assert h.duty("tell_treatment").ended == "evidence" and h.open("send_minutes_treatment")


def test_an_adjourned_meeting_that_is_then_called_off_is_told_as_off_to_everybody_asked() -> None:
    h = adjourned(nobody_free(a_conference().episode())).at("Thu 6 March 2025 10:00").cancels()
    assert [i.method for i in h.sent(SendInvitation, "w-key")] == ["REQUEST", "CANCEL"]
    duty = h.duty("tell_treatment_cancelled", ended=None)
    assert (duty.to, in_words(duty.due_at)) == ("w-key", "Fri 7 March 2025 23:59")
    assert h.relayed("w-key").duty("tell_treatment_cancelled").ended == "evidence"


def test_a_meeting_that_cannot_proceed_and_finds_no_time_is_called_back_before_anybody_comes() -> None:
    h = adjourned(nobody_free(a_conference().episode()), "Tue 4 March 2025 10:00")
    assert [i.method for i in h.sent(SendInvitation, "w-key")] == ["REQUEST", "CANCEL"]
    assert h.open("tell_treatment_cancelled", to="w-key")
    h.books("Mon 2 June 2025 10:00")
    assert h.duty("tell_treatment_cancelled").ended == "lapse" and h.open("tell_treatment")


def test_a_meeting_that_cannot_proceed_and_has_a_new_time_is_simply_moved() -> None:
    h = adjourned(a_conference().episode(), "Tue 4 March 2025 10:00")
    assert [i.method for i in h.sent(SendInvitation, "w-key")] == ["REQUEST", "REQUEST"]


def test_a_sitting_never_told_of_is_owed_by_telephone_again_when_the_new_time_is_near() -> None:
    h = a_conference().episode().at("Tue 4 March 2025 10:00")
    adjourned(h)
    assert not h.open("tell_treatment", by_telephone=True)
    h.at("Thu 6 March 2025 09:00")
    assert h.open("tell_treatment", by_telephone=True)
    calls = [c for c in h.facts(f.CallAskedFor) if c.duty == h.duty("tell_treatment").id]
    assert [c.caller for c in calls] == [POSTS["coordinator"]] * 2
