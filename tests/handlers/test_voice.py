"""Who speaks for a service today: key worker, single point of contact, deputy, duty mailbox, nobody (JG T1, F2)."""

import pytest

from handlers import events as e
from handlers.effects import SendInvitation, SendMinutes
from handlers.working_days import in_words
from tests.handlers.hearing import (
    CLEARWAY,
    Hearing,
    a_conference,
    a_worker,
    clearway,
    day,
    there,
)

# --- who speaks for a service


def test_a_key_worker_without_an_address_gives_way_to_the_single_point_of_contact() -> None:
    assert a_conference().unreachable("w-key").episode().duty("tell_treatment").to == "w-spoc"


def test_a_single_point_of_contact_without_an_address_gives_way_to_the_deputy() -> None:
    assert a_conference().unreachable("w-key", "w-spoc").episode().duty("tell_treatment").to == "w-deputy"


def test_where_no_post_can_be_reached_the_key_worker_of_another_episode_at_the_service_speaks() -> None:
    h = a_conference().unreachable("w-key", "w-spoc", "w-deputy")
    h.told("person/mother", e.EpisodeOpened("E-first", "clearway", "w-key-2", h.now.date(), "consent"))
    assert h.episode().duty("tell_treatment", ended=None).to == "w-key-2"
    assert h.sits(there("w-key-2")).duty("tell_treatment").ended == "evidence"


def test_where_nobody_can_be_reached_the_coordinator_owes_a_name_the_same_day() -> None:
    h = a_conference().unreachable("w-key", "w-spoc", "w-deputy").episode()
    duty = h.duty("name_representative", **CLEARWAY)
    assert (duty.owner, duty.to, in_words(duty.due_at)) == ("coordinator", None, "Mon 3 March 2025 23:59")
    assert (duty.closes_on, duty.rule) == ("recorded", "NAME-01")
    about = "Nobody at clearway can be reached about the initial child protection conference, for mother"
    assert duty.sentence.startswith(f"{about}: find somebody. ")
    assert h.duty("tell_treatment", ended=None).to is None  # still owed, to nobody yet
    assert h.meeting().booked  # and the conference goes ahead (decision 14)


def test_a_name_is_owed_from_the_day_the_concern_was_known_or_the_meeting_fixed_whichever_is_later() -> None:
    h = a_conference().unreachable("w-key", "w-spoc", "w-deputy").books("Wed 12 March 2025 10:00")
    h.at("Sat 8 March 2025 11:00").episode()
    assert in_words(h.duty("name_representative").due_at) == "Mon 10 March 2025 23:59"
    moved = h.at("Tue 11 March 2025 09:00").books("Wed 19 March 2025 10:00")
    assert in_words(moved.duty("name_representative").due_at) == "Tue 11 March 2025 23:59"


def test_a_name_is_owed_after_the_meeting_too_while_the_service_lacks_the_papers_and_no_longer() -> None:
    h = a_conference().episode().answers("w-key").sits(there("w-key"))
    gone = h.fork().unreachable("w-key", "w-spoc", "w-deputy")
    assert gone.open("name_representative", **CLEARWAY)
    h.post = "accepted"
    assert not h.minuted().unreachable("w-key", "w-spoc", "w-deputy").open("name_representative")


def test_a_name_found_ends_the_search_and_opens_the_telling() -> None:
    h = a_conference().unreachable("w-key", "w-spoc", "w-deputy").episode()
    h.told("partnership", a_worker("w-deputy", "clearway")).answers("mother")
    assert h.duty("name_representative").ended == "lapse" and h.open("tell_treatment", to="w-deputy")


def test_an_area_without_any_treatment_service_owes_a_name_all_the_same() -> None:
    h = a_conference()
    h.told("partnership", *(e.AgencyRecorded(a, a, "other") for a in ("clearway", "beacon")))
    duty = h.factor("1B", person="mother").duty("name_representative")
    assert duty.service == "" and "Nobody at a treatment service" in duty.sentence
    assert h.duty("tell_treatment").sentence.startswith("Make sure that a treatment service knows of the initial")


def test_an_episode_at_a_service_the_directory_does_not_know_owes_a_name() -> None:
    assert a_conference().episode(service="faraway", worker="").duty("name_representative").service == "faraway"


def test_a_handover_moves_the_duty_and_the_old_workers_answer_no_longer_counts() -> None:
    h = a_conference().episode().answers("w-key")
    h.told("person/mother", e.EpisodeHandedOver("E-mother", "w-key-2", h.now.date()))
    assert h.duty("tell_treatment", **CLEARWAY, to="w-key-2").ended is None
    assert [i.method for i in h.sent(SendInvitation, "w-key")] == ["REQUEST", "CANCEL"]
    assert h.answers("w-key-2").duty("tell_treatment").ended == "evidence"


def test_where_one_service_knows_an_adult_twice_the_episode_that_stands_has_the_last_word() -> None:
    again = e.EpisodeOpened("E-0", "clearway", "w-key-2", day("Mon 3 March 2025"), "consent")
    h = a_conference().told("person/mother", again).episode()  # the older one is heard of last
    h.told("person/mother", e.EpisodeClosed("E-mother", day("Mon 3 March 2025")))
    assert h.duty("tell_treatment").to == "w-key-2"


def test_the_duty_mailbox_is_told_where_neither_post_has_an_address() -> None:
    h = a_conference().told("partnership", a_worker("w-duty", "clearway"), clearway(duty_mailbox="w-duty"))
    h.unreachable("w-key", "w-spoc").episode()
    assert h.duty("tell_treatment").to == "w-deputy"
    assert h.unreachable("w-deputy").duty("tell_treatment").to == "w-duty"
    assert not h.duties("name_representative")


def test_somebody_the_directory_does_not_know_is_passed_over() -> None:
    h = a_conference().episode(worker="w-gone")
    assert h.duty("tell_treatment").to == "w-spoc"
    h.posted("bounced", "M-1", "w-gone", "letter")  # mail that somebody else may have sent
    assert h.duty("tell_treatment").to == "w-spoc"


# --- leave


def weeks_ahead() -> Hearing:
    """Booked for Wed 12 March; the key worker is w-key."""
    return a_conference().books("Wed 12 March 2025 10:00").episode()


def test_a_key_worker_on_leave_today_gives_way_until_they_are_back() -> None:
    h = weeks_ahead().leave("w-key", "Tue 4 March 2025", "Thu 6 March 2025")
    assert h.at("Tue 4 March 2025 08:59").duty("tell_treatment").to == "w-key"
    assert h.at("Tue 4 March 2025 09:00").duty("tell_treatment").to == "w-spoc"
    assert h.at("Thu 6 March 2025 23:00").duty("tell_treatment").to == "w-spoc"
    assert h.at("Fri 7 March 2025 09:00").duty("tell_treatment").to == "w-key"


def test_leave_that_begins_or_ends_on_a_day_off_moves_the_duty_that_day() -> None:
    h = weeks_ahead().leave("w-key", "Sat 8 March 2025", "Sat 8 March 2025")
    assert h.at("Sat 8 March 2025 09:00").duty("tell_treatment").to == "w-spoc"
    assert h.at("Sun 9 March 2025 09:00").duty("tell_treatment").to == "w-key"


def test_leave_recorded_today_moves_the_duty_today() -> None:
    assert weeks_ahead().leave("w-key", "Mon 3 March 2025", "Mon 3 March 2025").duty("tell_treatment").to == "w-spoc"


@pytest.mark.parametrize(
    ("first", "last", "to"),
    [
        ("Wed 12 March 2025", "Wed 12 March 2025", "w-spoc"),
        ("Mon 10 March 2025", "Wed 12 March 2025", "w-spoc"),
        ("Wed 12 March 2025", "Fri 14 March 2025", "w-spoc"),
        ("Mon 10 March 2025", "Tue 11 March 2025", "w-key"),
        ("Thu 13 March 2025", "Fri 14 March 2025", "w-key"),
    ],
)
def test_a_key_worker_on_leave_on_the_day_of_the_meeting_gives_way_at_once(first: str, last: str, to: str) -> None:
    h = weeks_ahead().leave("w-key", first, last)
    assert h.duty("tell_treatment").to == to
    assert not h.meeting().invitations["w-key"].cancelled  # and keeps a seat


def test_a_stand_in_need_only_be_there_today() -> None:
    h = weeks_ahead().leave("w-spoc", "Wed 12 March 2025", "Wed 12 March 2025")
    assert h.leave("w-key", "Mon 3 March 2025", "Mon 3 March 2025").duty("tell_treatment").to == "w-spoc"
    assert h.leave("w-spoc", "Mon 3 March 2025", "Mon 3 March 2025").duty("tell_treatment").to == "w-deputy"


def test_leave_that_is_cancelled_or_changed_no_longer_moves_the_duty() -> None:
    h = weeks_ahead().leave("w-key", "Wed 12 March 2025", "Wed 12 March 2025")
    assert h.fork().leave("w-key", "Wed 12 March 2025", "Wed 12 March 2025", cancelled=True).duty(
        "tell_treatment"
    ).to == ("w-key")
    assert h.leave("w-key", "Thu 13 March 2025", "Thu 13 March 2025").duty("tell_treatment").to == "w-key"


def test_a_meeting_that_moves_out_of_the_leave_is_told_to_the_key_worker_again() -> None:
    h = weeks_ahead().leave("w-key", "Wed 12 March 2025", "Wed 12 March 2025").books("Wed 19 March 2025 10:00")
    assert h.duty("tell_treatment").to == "w-key"


def test_a_stand_in_on_leave_who_was_never_asked_is_given_no_seat() -> None:
    h = a_conference().books("Wed 12 March 2025 10:00").leave("w-spoc", "Mon 3 March 2025", "Mon 3 March 2025")
    h.factor("1B", person="mother")
    assert h.duty("tell_treatment", service="clearway").to == "w-deputy"
    assert "w-deputy" in h.meeting().invitations and "w-spoc" not in h.meeting().invitations


def test_on_leave_the_duty_moves_to_a_stand_in_and_back_with_the_key_worker_whose_word_stands() -> None:
    h = weeks_ahead().answers("w-key").leave("w-key", "Mon 3 March 2025", "Tue 4 March 2025")
    assert h.duty("tell_treatment", ended=None).to == "w-spoc"
    assert h.fork().at("Wed 5 March 2025 09:00").duty("tell_treatment").ended == "evidence"
    assert h.answers("w-spoc").duty("tell_treatment").ended == "evidence"


def test_on_leave_on_the_day_only_the_stand_ins_word_counts() -> None:
    away = weeks_ahead().answers("w-key").leave("w-key", "Wed 12 March 2025", "Wed 12 March 2025")
    assert away.duty("tell_treatment", ended=None).to == "w-spoc"
    assert away.answers("w-spoc").duty("tell_treatment").ended == "evidence"


def test_a_single_point_of_contact_on_leave_passes_the_duty_to_the_deputy() -> None:
    h = a_conference().books("Wed 12 March 2025 10:00").factor("1B", person="mother").answers("w-spoc")
    away = h.leave("w-spoc", "Tue 4 March 2025", "Tue 4 March 2025").at("Tue 4 March 2025 09:00")
    assert away.duty("tell_treatment", service="clearway", ended=None).to == "w-deputy"
    assert away.at("Wed 5 March 2025 09:00").duty("tell_treatment", service="clearway").ended == "evidence"


def test_a_stand_in_who_answered_is_asked_no_more_though_they_go_on_leave_once_the_meeting_sat() -> None:
    h = a_conference().factor("1B", person="mother").answers("w-spoc").sits()
    h.leave("w-spoc", "Mon 10 March 2025", "Fri 14 March 2025").at("Mon 10 March 2025 09:00")
    assert h.duty("tell_treatment", service="clearway").ended == "evidence"


def test_what_a_stand_in_showed_stands_when_the_key_worker_is_back_after_the_meeting() -> None:
    h = weeks_ahead().leave("w-key", "Wed 12 March 2025", "Wed 12 March 2025").answers("w-spoc").sits()
    h.at("Thu 13 March 2025 09:00").family(e.TimeCame())
    assert h.duty("tell_treatment").ended == "evidence"
    assert h.duty("send_minutes_treatment").to == "w-key"  # whose leave on the day no longer matters


def test_whoever_was_called_back_before_the_meeting_shows_nothing_of_the_service() -> None:
    h = a_conference().factor("1B", person="mother").answers("w-spoc").episode().sits()
    assert h.duty("tell_treatment", service="clearway", ended=None).to == "w-key"


def test_what_a_deputy_said_shows_nothing_while_the_single_point_of_contact_can_be_reached() -> None:
    h = a_conference().books("Wed 12 March 2025 10:00").factor("1B", person="mother").answers("w-deputy")
    assert h.duty("tell_treatment", service="clearway", ended=None).to == "w-spoc"


def test_a_deputy_gets_no_minutes_that_the_single_point_of_contact_has() -> None:
    h = Hearing()
    h.post = "accepted"
    h.household().worked_with().factor("1B", person="mother").conference().sits(there("w-spoc")).minuted()
    h.leave("w-spoc", "Mon 10 March 2025", "Fri 14 March 2025").at("Mon 10 March 2025 09:00")
    assert h.mailed("w-deputy") == 0
    assert not h.open("send_minutes_treatment", service="clearway")


# --- addresses


def test_a_key_worker_without_an_address_is_kept_no_seat() -> None:
    assert "w-key" not in a_conference().unreachable("w-key").episode().meeting().invitations


def test_mail_that_comes_back_the_moment_the_address_was_recorded_came_back() -> None:
    h = weeks_ahead().told("partnership", a_worker("w-key", "clearway")).relayed("w-key", "bounced")
    assert h.duty("tell_treatment").to == "w-spoc"


def test_a_key_worker_who_loses_the_address_gives_way_and_comes_back_with_a_new_one() -> None:
    h = weeks_ahead().unreachable("w-key")
    assert h.duty("tell_treatment").to == "w-spoc"
    h.told("partnership", a_worker("w-key", "clearway"))
    assert h.duty("tell_treatment").to == "w-key"


# --- handing over


def hands_over(h: Hearing, until: str | None = None, to: str = "w-key-2") -> Hearing:
    on = h.now.date()
    return h.told("person/mother", e.EpisodeHandedOver("E-mother", to, on, day(until) if until else None))


def seats(h: Hearing) -> set[str]:
    return {p for p, i in h.meeting().invitations.items() if not i.cancelled and p.startswith("w-key")}


def test_a_handover_without_a_last_day_takes_the_old_workers_seat_away_at_once() -> None:
    assert seats(hands_over(weeks_ahead())) == {"w-key-2"}


def test_in_a_handover_the_old_worker_keeps_a_seat_until_the_last_day_and_not_a_day_longer() -> None:
    h = hands_over(weeks_ahead(), until="Fri 7 March 2025")
    assert seats(h) == {"w-key", "w-key-2"} and h.duty("tell_treatment").to == "w-key-2"
    assert seats(h.at("Fri 7 March 2025 23:00").family(e.TimeCame())) == {"w-key", "w-key-2"}
    assert seats(h.at("Sat 8 March 2025 09:00")) == {"w-key-2"}


def test_in_a_handover_only_the_new_workers_word_counts() -> None:
    h = hands_over(weeks_ahead().answers("w-key"), until="Fri 14 March 2025")
    assert h.answers("w-key").open("tell_treatment", to="w-key-2")
    assert h.fork().answers("w-key-2").duty("tell_treatment").ended == "evidence"
    assert h.sits().open("tell_treatment", to="w-key-2")


def test_of_two_handovers_the_later_by_its_day_stands_whichever_was_recorded_last() -> None:
    h = weeks_ahead()
    for worker, on in (("w-deputy", "Mon 3 March 2025"), ("w-key-2", "Sun 2 March 2025")):
        h.told("person/mother", e.EpisodeHandedOver("E-mother", worker, day(on)))
    assert h.duty("tell_treatment").to == "w-deputy"


def test_a_handover_back_is_told_to_the_first_worker_again() -> None:
    h = hands_over(hands_over(weeks_ahead()).at("Tue 4 March 2025 10:00"), to="w-key")
    assert h.duty("tell_treatment").to == "w-key" and seats(h) == {"w-key"}


def test_a_handover_recorded_in_error_gives_the_duty_back() -> None:
    h = hands_over(weeks_ahead()).in_error(e.EpisodeHandedOver)
    assert h.duty("tell_treatment").to == "w-key"


def test_what_was_shown_before_the_meeting_sat_stands_when_the_episode_is_handed_over_afterwards() -> None:
    h = hands_over(weeks_ahead().answers("w-key").sits())
    assert h.duty("tell_treatment").ended == "evidence"
    assert h.duty("send_minutes_treatment", ended=None).to == "w-key-2"  # who is told what the old one knew


@pytest.mark.parametrize(
    ("handed_over", "shown"),
    [("Tue 11 March 2025 10:00", False), ("Wed 12 March 2025 10:00", False), ("Wed 12 March 2025 10:01", True)],
)
def test_whose_episode_it_was_when_the_meeting_began_spoke_for_the_service_there(handed_over: str, shown: bool) -> None:
    h = hands_over(weeks_ahead().at(handed_over)).sits(there("w-key"))
    assert (h.duty("tell_treatment").ended == "evidence") is shown


def test_what_a_worker_of_the_time_showed_stands_after_the_episode_went_back() -> None:
    h = hands_over(weeks_ahead()).sits(there("w-key-2"))
    assert hands_over(h.at("Thu 13 March 2025 10:00"), to="w-key").duty("tell_treatment").ended == "evidence"


def test_a_new_worker_is_sent_the_minutes_that_the_old_one_had() -> None:
    h = weeks_ahead()
    h.post = "accepted"
    h.sits(there("w-key")).minuted()
    assert h.duty("send_minutes_treatment").ended == "evidence" and len(h.sent(SendMinutes, "w-key")) == 1
    assert len(hands_over(h.at("Mon 31 March 2025 10:00")).sent(SendMinutes, "w-key-2")) == 1
