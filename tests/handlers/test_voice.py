"""Who speaks for a service today: key worker, single point of contact, deputy, duty mailbox, nobody (JG T1, F2)."""

from handlers import events as e
from handlers.effects import SendInvitation
from handlers.working_days import in_words
from tests.handlers.hearing import (
    CLEARWAY,
    a_conference,
    a_worker,
    day,
)

# --- who speaks for a service


def test_a_key_worker_without_an_address_gives_way_to_the_single_point_of_contact() -> None:
    assert a_conference().unreachable("w-key").episode().duty("tell_treatment").to == "w-spoc"


def test_a_single_point_of_contact_without_an_address_gives_way_to_the_deputy() -> None:
    assert a_conference().unreachable("w-key", "w-spoc").episode().duty("tell_treatment").to == "w-deputy"


def test_where_nobody_can_be_reached_the_coordinator_owes_a_name_the_same_day() -> None:
    h = a_conference().unreachable("w-key", "w-spoc", "w-deputy").episode()
    duty = h.duty("name_representative", **CLEARWAY)
    assert (duty.owner, duty.to, in_words(duty.due_at)) == ("coordinator", None, "Mon 3 March 2025 23:59")
    assert (duty.closes_on, duty.rule) == ("recorded", "TELL-01")
    about = "Nobody at clearway can be reached about the initial child protection conference, for mother"
    assert duty.sentence == f"{about}: find somebody."
    assert h.duty("tell_treatment", ended=None).to is None  # still owed, to nobody yet
    assert h.meeting().booked  # and the conference goes ahead (decision 14)


def test_a_name_is_owed_from_the_day_the_concern_was_known_or_the_meeting_fixed_whichever_is_later() -> None:
    h = a_conference().unreachable("w-key", "w-spoc", "w-deputy").books("Wed 12 March 2025 10:00")
    h.at("Sat 8 March 2025 11:00").episode()
    assert in_words(h.duty("name_representative").due_at) == "Mon 10 March 2025 23:59"
    moved = h.at("Tue 11 March 2025 09:00").books("Wed 19 March 2025 10:00")
    assert in_words(moved.duty("name_representative").due_at) == "Tue 11 March 2025 23:59"


def test_a_name_found_ends_the_search_and_opens_the_telling() -> None:
    h = a_conference().unreachable("w-key", "w-spoc", "w-deputy").episode()
    h.told("partnership", a_worker("w-deputy", "clearway")).answers("mother")
    assert h.duty("name_representative").ended == "lapse" and h.open("tell_treatment", to="w-deputy")


def test_an_area_without_any_treatment_service_owes_a_name_all_the_same() -> None:
    h = a_conference()
    h.told("partnership", *(e.AgencyRecorded(a, a, "other") for a in ("clearway", "beacon")))
    duty = h.factor("1B", person="mother").duty("name_representative")
    assert duty.service == "" and "Nobody at a treatment service" in duty.sentence


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
