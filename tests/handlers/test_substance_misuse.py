"""The gate: who at a treatment service must be told of which meeting, by when, and what proves it.

Joint Guidance (2009) paragraphs 11, 21, 28, actions T1, T8, T9, F2, F4, F5; rules 3.17 to 3.22, 3.40 and 3.47.
On Mon 3 March 2025 the diary books the conference for Wed 5 March 09:00, unless somebody is busy.
"""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from handlers import events as e
from handlers import facts as f
from handlers.effects import SendInvitation, SendMinutes
from handlers.facts import DutyKind
from handlers.substance_misuse import representatives
from handlers.working_days import in_words
from tests.handlers.hearing import (
    CHILD,
    CONFERENCE,
    FATHER,
    LODGER,
    MOTHER,
    REVIEW,
    Hearing,
    a_worker,
    busy,
    day,
    england,
    instant,
    there,
)

CLEARWAY = {"adult": "mother", "service": "clearway", "meeting": CONFERENCE}


def a_conference(*members: e.Member) -> Hearing:
    return Hearing().household(*members).worked_with().conference()


def a_project() -> Hearing:
    """The review's window opens on Mon 14 April 2025, six weeks from Mon 3 March."""
    return Hearing().household().worked_with().episode().fip()


# --- when the episode comes to be known


def test_an_episode_known_before_the_booking_is_told_of_the_meeting_by_the_next_working_day() -> None:
    h = Hearing().household().worked_with().episode().conference()
    duty = h.duty("tell_treatment", **CLEARWAY)
    assert (duty.to, duty.closes_on, duty.owner) == ("w-key", "acknowledged", "coordinator")
    assert in_words(duty.due_at) == "Tue 4 March 2025 23:59"
    assert duty.rule == "TELL-01" and not duty.by_telephone
    assert duty.sentence.startswith(
        "Make sure that clearway knows of the initial child protection conference, for mother. 1 working day after"
    )
    assert [i.client_reference for i in h.sent(SendInvitation, "w-key")] == ["CW-7741"]


def test_an_episode_known_after_the_booking_is_told_by_the_working_day_after_it_was_known() -> None:
    h = a_conference().books("Wed 12 March 2025 10:00").at("Fri 7 March 2025 11:00").episode()
    duty = h.duty("tell_treatment", **CLEARWAY)
    assert in_words(duty.due_at) == "Mon 10 March 2025 23:59"
    assert len(h.sent(SendInvitation, "w-key")) == 1


def test_a_duty_to_tell_falls_due_no_later_than_the_meeting_begins() -> None:
    h = a_conference().at("Tue 4 March 2025 16:00").episode()
    assert in_words(h.duty("tell_treatment").due_at) == "Wed 5 March 2025 09:00"


def test_an_episode_known_after_the_meeting_but_before_its_minutes_is_owed_the_minutes_alone() -> None:
    h = a_conference().sits(there("mother")).at("Fri 7 March 2025 10:00").episode()
    assert not h.duties("tell_treatment") and not h.sent(SendInvitation, "w-key")
    duty = h.duty("send_minutes_treatment", **CLEARWAY)
    assert (duty.to, duty.owner, duty.rule, duty.closes_on) == ("w-key", "minute_taker", "REC-01", "accepted")
    assert in_words(duty.due_at) == "Fri 28 March 2025 23:59"  # 15 working days after Fri 7 March
    assert duty.sentence.startswith(
        "Send clearway the minutes of the initial child protection conference, for mother. 15 working days after"
    )
    assert [m.client_reference for m in h.minuted().sent(SendMinutes, "w-key")] == ["CW-7741"]


def test_an_episode_known_once_the_meeting_has_begun_asks_nobody_to_ring_about_it() -> None:
    h = a_conference().at("Wed 5 March 2025 09:00").episode()
    assert not h.duties("tell_treatment")


def test_an_episode_known_in_the_last_minute_before_the_meeting_is_still_told() -> None:
    assert a_conference().at("Wed 5 March 2025 08:59").episode().open("tell_treatment", **CLEARWAY)


def test_an_episode_known_after_the_minutes_opens_nothing_for_that_meeting() -> None:
    h = a_conference().sits(there("mother")).minuted().at("Fri 7 March 2025 10:00").episode()
    assert not [d for d in h.file.duties.values() if d.adult] and h.mailed("w-key") == 0


def test_minutes_recorded_at_the_very_instant_the_episode_became_known_still_go_to_its_service() -> None:
    h = a_conference().sits(there("mother")).episode().minuted()
    assert h.duty("send_minutes_treatment", **CLEARWAY) and h.sent(SendMinutes, "w-key")


def test_the_minutes_of_a_meeting_are_due_from_the_day_it_sat_if_the_episode_was_known() -> None:
    h = Hearing().household().worked_with().episode().conference().sits(there("w-key"))
    assert in_words(h.duty("send_minutes_treatment").due_at) == "Wed 26 March 2025 23:59"


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
    assert h.meeting().booked and not h.duties("tell_treatment")  # and the conference goes ahead (decision 14)


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
    message = h.meeting().papers["w-key"]
    assert h.duty("send_minutes_treatment").ended == "evidence"
    assert h.family(e.MessageFailed(message, CONFERENCE, "w-key", "minutes", "bounced")).open("send_minutes_treatment")


# --- one duty per adult, service and meeting


def two_of_each(setting: Hearing) -> Hearing:
    """Two parents whose use is known, two services, a conference and a project review."""
    factors = tuple(e.Factor(code="1B", person=p) for p in ("mother", "father"))
    assessed = e.FactorsAssessed("A", day("Mon 3 March 2025"), factors, "statutory")
    return setting.household(MOTHER, FATHER).worked_with().family(assessed).conference().fip()


def agreed(setting: Hearing) -> Hearing:
    return two_of_each(setting.consent(True).consent(True, "father"))


KINDS_OF_TELLING: list[tuple[DutyKind, Callable[[Hearing], Hearing]]] = [
    ("tell_treatment", agreed),
    ("tell_treatment_cancelled", lambda h: agreed(h).cancels().cancels(REVIEW)),
    ("send_minutes_treatment", lambda h: agreed(h).sits().sits(meeting=REVIEW)),
    ("name_representative", lambda h: agreed(h.unreachable("w-spoc", "w-deputy", "w-beacon"))),
]


@pytest.mark.parametrize(("kind", "told"), KINDS_OF_TELLING, ids=[kind for kind, _ in KINDS_OF_TELLING])
def test_each_adult_service_and_meeting_has_a_duty_of_its_own(
    kind: DutyKind, told: Callable[[Hearing], Hearing]
) -> None:
    found = told(Hearing()).open(kind)
    assert len({(d.adult, d.service, d.meeting) for d in found}) == len(found) == 8


def test_consent_is_asked_for_each_adult_service_and_review() -> None:
    h = two_of_each(Hearing()).family(e.FipStarted("FIP-2", day("Mon 3 March 2025"), "w-fip"))
    assert len({(d.adult, d.service, d.meeting) for d in h.open("seek_consent")}) == 8


def test_a_second_cancellation_is_told_anew() -> None:
    h = a_conference().episode().cancels().books("Wed 12 March 2025 10:00").cancels()
    assert [d.ended for d in h.duties("tell_treatment_cancelled")] == ["lapse", None]


def test_of_two_workers_of_one_episode_the_first_is_told_and_either_may_answer() -> None:
    both = ("w-key", "w-key-2")
    told = e.EpisodeTold("mother", "E-1", "clearway", both, "consent", day("Mon 3 March 2025"))
    h = a_conference().family(told)
    assert h.duty("tell_treatment").to == "w-key" and set(both) <= set(h.meeting().invitations)
    assert h.fork().answers("w-key-2").duty("tell_treatment").ended == "evidence"
    assert [d.to for d in h.fork().cancels().duties("tell_treatment_cancelled")] == ["w-key"]
    assert h.sits(there("w-key-2")).duty("send_minutes_treatment").to == "w-key"


def test_of_two_standing_episodes_at_one_service_the_later_opened_speaks_and_then_the_later_named() -> None:
    def speaks(*opened: tuple[str, str, str]) -> str | None:
        h = a_conference()
        for name, worker, on in opened:
            h.told("person/mother", e.EpisodeOpened(name, "clearway", worker, day(on), "consent"))
        return h.duty("tell_treatment").to

    monday, sunday = "Mon 3 March 2025", "Sun 2 March 2025"
    assert speaks(("E-1", "w-key", monday), ("E-2", "w-key-2", sunday)) == "w-key"
    assert speaks(("E-2", "w-key", monday), ("E-1", "w-key-2", monday)) == "w-key"


def test_whoever_a_service_sends_sits_as_its_treatment_worker() -> None:
    h = a_conference().episode()
    (sent,) = representatives(h.file, h.meeting(), h.directory, h.protocol, lambda file, adult: True)
    assert (sent.person, sent.role, sent.must_have_minutes) == ("w-key", "treatment_worker", True)


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


def test_an_adult_who_leaves_the_household_takes_the_duty_away() -> None:
    h = a_conference(MOTHER, FATHER).episode("father").family(e.MemberLeft("father", day("Mon 3 March 2025")))
    assert h.duty("tell_treatment").ended == "lapse" and h.meeting().invitations["w-key"].cancelled


# --- outside child protection


def test_a_project_review_without_consent_tells_the_service_nothing_and_owes_the_question() -> None:
    h = a_project()
    duty = h.duty("seek_consent", adult="mother", service="clearway", meeting=REVIEW)
    assert (duty.owner, duty.closes_on, duty.to) == ("coordinator", "recorded", None)
    assert (in_words(duty.due_at), duty.rule) == ("Tue 4 March 2025 23:59", "TELL-01")
    about = "clearway may be told of the Family Intervention Project review, for mother"
    assert duty.sentence == f"Ask whether {about}, or record an override."
    assert h.mailed("w-key") == 0 and not h.duties("tell_treatment") and "w-key" not in h.meeting(REVIEW).invitations


def test_the_question_of_consent_runs_from_when_the_episode_was_known() -> None:
    h = Hearing().household().fip().at("Fri 7 March 2025 11:00").episode()
    assert in_words(h.duty("seek_consent").due_at) == "Mon 10 March 2025 23:59"


def test_the_question_of_consent_runs_from_when_the_review_fell_due_if_that_was_later() -> None:
    h = Hearing().household().episode().at("Fri 7 March 2025 11:00").fip()
    assert in_words(h.duty("seek_consent").due_at) == "Mon 10 March 2025 23:59"


def test_a_refusal_answers_the_question_and_the_service_is_not_told() -> None:
    h = a_project().consent(False)
    (ended,) = [x for x in h.facts(f.DutyEnded) if x.duty == h.duty("seek_consent").id]
    assert (ended.how, ended.grade) == ("evidence", "recorded") and h.mailed("w-key") == 0
    assert ended.by == "consent was refused, so the service is not told"


def test_consent_given_lets_the_service_be_told() -> None:
    h = a_project().consent(True)
    assert h.duty("seek_consent").ended == "lapse" and h.open("tell_treatment", meeting=REVIEW)
    assert h.mailed("w-key") == 1


def test_a_recorded_override_lets_the_service_be_told() -> None:
    h = a_project().consent(False).family(e.ConsentOverridden("mother", "fip", "greater_harm", "w-head"))
    assert h.open("tell_treatment", meeting=REVIEW) and h.mailed("w-key") == 1


def test_consent_taken_back_calls_the_service_off_again() -> None:
    h = a_project().consent(True).consent(False)
    assert h.duty("tell_treatment").ended == "lapse" and h.meeting(REVIEW).invitations["w-key"].cancelled


def test_one_parents_consent_is_not_the_others() -> None:
    h = Hearing().household(MOTHER, FATHER).episode().episode("father", "beacon", "w-beacon-key").fip()
    h.consent(True)
    assert h.duty("tell_treatment").adult == "mother" and h.open("seek_consent", adult="father")
    assert h.mailed("w-beacon-key") == 0


def test_without_consent_the_minutes_of_a_project_review_stay_away_from_the_service() -> None:
    h = a_project().sits(there("mother"), meeting=REVIEW).minuted(REVIEW)
    assert not h.duties("send_minutes_treatment") and h.mailed("w-key") == 0


def test_a_child_protection_meeting_needs_no_consent() -> None:
    h = a_conference().episode().consent(False)
    assert h.open("tell_treatment") and not h.duties("seek_consent")


def test_every_core_group_and_review_conference_is_told_while_the_plan_stands() -> None:
    h = a_conference().episode().sits(there("w-key"), plan=e.Plan(plan="P-1", category="neglect"))
    assert {d.meeting for d in h.open("tell_treatment")} == {"core-group:P-1:1", "review-conference:P-1:1"}
    assert not h.duties("seek_consent")


# --- too late for mail


def test_with_less_than_a_working_day_to_go_the_duty_is_a_telephone_call_at_once() -> None:
    assert a_conference().at("Tue 4 March 2025 09:00").episode().duty("tell_treatment").by_telephone


def test_with_a_working_day_to_go_mail_will_do() -> None:
    assert not a_conference().at("Tue 4 March 2025 08:59").episode().duty("tell_treatment").by_telephone


def test_an_area_may_ask_for_more_notice_by_mail() -> None:
    rule = replace(england().rule("CALL-01"), count=2)
    h = Hearing(protocol=replace(england(), rules={**england().rules, "CALL-01": rule}))
    h.household().worked_with().conference().books("Wed 12 March 2025 10:00").at("Mon 10 March 2025 09:59").episode()
    assert not h.duty("tell_treatment").by_telephone
    assert h.at("Mon 10 March 2025 10:00").duty("tell_treatment").by_telephone


def test_over_a_weekend_the_call_is_due_from_the_working_day_before() -> None:
    h = a_conference().books("Mon 10 March 2025 10:00").at("Fri 7 March 2025 09:59").episode()
    assert not h.duty("tell_treatment").by_telephone
    assert h.at("Fri 7 March 2025 10:00").duty("tell_treatment").by_telephone


def test_the_household_of_the_children_alone_is_nobodys_duty() -> None:
    assert not Hearing().family(e.HouseholdRecorded((CHILD,))).conference().episode().duties("tell_treatment")
