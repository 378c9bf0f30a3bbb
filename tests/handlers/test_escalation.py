"""A late duty climbs its ladder one rung at a time; too late for mail, somebody must ring (decision 13, rules 3.41)."""

from datetime import datetime

import pytest
from msgspec.structs import replace

from handlers import events as e
from handlers import facts as f
from handlers.case_file import CaseFile
from handlers.effects import SendNotice
from handlers.escalation import climbs_at, holder, ladder_of
from handlers.facts import Duty
from handlers.meeting_file import Receipt, Sent
from handlers.protocol import Rung
from handlers.working_days import end_of_day, in_words
from tests.handlers.hearing import (
    CLEARWAY,
    CONFERENCE,
    FAMILY,
    FATHER,
    MOTHER,
    POSTS,
    Hearing,
    a_conference,
    a_worker,
    clearway,
    day,
    england,
    instant,
)

DUTY = Duty(
    id="D-1",
    kind="send_minutes",
    due_at=instant("Fri 11 April 2025 23:59"),
    opened_at=instant("Mon 3 March 2025 10:00"),
    owner="minute_taker",
    closes_on="accepted",
    sentence="Send them.",
    rule="REC-01",
    pack="p",
    ladder="send_minutes",
    to="w-key",
    service="clearway",
)
TOLD = replace(DUTY, kind="tell_change", ladder="tell_change")
NOTHING = CaseFile(stream=FAMILY)
TAKEN = replace(NOTHING, letters={"D-1:w-key": Sent("M")}, receipts={"M": Receipt("accepted", DUTY.opened_at)})


def climbs(duty: Duty, file: CaseFile = TAKEN) -> str | None:
    at = climbs_at(duty, england(), file)
    return in_words(at) if at else None


def climbed(duty: Duty, rung: int, at: str) -> Duty:
    return replace(duty, rung=rung, climbed_at=instant(at), rung_message="N")


def told_late() -> Hearing:
    """Booked for Wed 12 March; told on Mon 3 March, so the telling is late from Wed 5 March 09:00; nothing else is."""
    h = Hearing().household().worked_with().episode().conference().books("Wed 12 March 2025 10:00").relayed("w-key")
    others = (*h.open("send_invitation"), *h.open("ask_report_treatment"))
    return h.family(*(e.DutyExcused(d.id, "By hand.", "w-unit") for d in others))


def rungs(h: Hearing) -> list[tuple[int, str, str | None]]:
    """Of every ladder but that of the other agencies' reports."""
    climbed = (c for c in h.facts(f.RungClimbed) if c.ladder != "report_from_agency")
    return [(c.rung, c.role, c.person) for c in climbed]


# --- when


def test_the_first_rung_is_climbed_when_offices_open_on_the_working_day_after_it_fell_late() -> None:
    assert climbs(DUTY) == "Mon 14 April 2025 09:00"


def test_easter_is_not_a_time_to_climb() -> None:
    assert climbs(replace(DUTY, due_at=instant("Thu 17 April 2025 12:00"))) == "Tue 22 April 2025 09:00"


def test_each_further_rung_waits_as_many_working_days_as_it_says() -> None:
    assert climbs(climbed(DUTY, 0, "Mon 14 April 2025 09:00")) == "Tue 15 April 2025 09:00"
    assert climbs(climbed(TOLD, 2, "Mon 14 April 2025 09:00")) == "Wed 23 April 2025 09:00"  # the board, 5 days


def test_a_correction_gives_time_before_their_manager_hears_only_of_a_meeting_that_has_passed() -> None:
    h = a_conference().books("Wed 12 March 2025 10:00").episode()
    duty, file = replace(h.duty("tell_treatment"), due_at=instant("Thu 13 March 2025 23:59")), h.file
    for not_late_before in (None, "Tue 11 March 2025 23:59", "Wed 12 March 2025 10:00"):
        spared = replace(duty, not_late_before=not_late_before and instant(not_late_before))
        assert climbs(spared, file) == "Tue 11 March 2025 10:00"  # a working day before it begins
    spared = replace(duty, not_late_before=instant("Thu 13 March 2025 23:59"))
    assert climbs(spared, file) == "Fri 14 March 2025 09:00"


def test_a_rung_that_waits_no_day_still_waits_for_the_next_morning() -> None:
    ladder = (*england().ladder("send_minutes")[:1], replace(england().ladder("send_minutes")[1], after=0))
    protocol = replace(england(), ladders={"default": ladder})
    at = climbs_at(climbed(DUTY, 0, "Mon 14 April 2025 09:00"), protocol, NOTHING)
    assert at and in_words(at) == "Tue 15 April 2025 09:00"


def test_at_the_top_of_the_ladder_or_once_ended_it_climbs_no_more() -> None:
    assert climbs(climbed(DUTY, 1, "Mon 14 April 2025 09:00")) == "Tue 15 April 2025 09:00"
    assert climbs(climbed(DUTY, 2, "Mon 14 April 2025 09:00")) is None
    assert climbs(replace(DUTY, ended="evidence")) is None


def test_what_was_put_off_after_it_climbed_waits_until_it_is_late_again() -> None:
    moved = replace(climbed(DUTY, 0, "Mon 14 April 2025 09:00"), due_at=instant("Wed 30 April 2025 23:59"))
    assert climbs(moved) == "Thu 1 May 2025 09:00"


def test_a_rung_climbed_before_the_new_hour_is_not_one_climbed_because_of_it() -> None:
    put_off = replace(climbed(TOLD, 2, "Mon 14 April 2025 09:00"), due_at=instant("Mon 14 April 2025 09:00"))
    assert climbs(put_off) == "Tue 15 April 2025 09:00"  # as late as on the first day, not the board's five days


def test_what_was_late_when_it_came_to_be_known_has_the_next_working_day_first() -> None:
    known = replace(DUTY, opened_at=instant("Mon 14 April 2025 10:00"))
    assert climbs(known) == "Wed 16 April 2025 09:00"
    assert climbs(replace(known, opened_at=known.due_at)) == "Tue 15 April 2025 09:00"


def test_what_climbed_and_then_failed_has_its_turn_on_our_ladder_the_next_morning() -> None:
    failed = replace(climbed(TOLD, 0, "Mon 14 April 2025 09:00"), at_once=True)
    assert climbs(failed, NOTHING) == "Tue 15 April 2025 09:00"
    assert climbs(replace(TOLD, at_once=True), NOTHING) == "Mon 3 March 2025 10:00"  # whereas what never climbed


def ours(h: Hearing) -> list[str]:
    """Who heard, in turn, that a service was not told."""
    return [r.role for r in h.facts(f.RungClimbed) if r.ladder == "send_treatment"]


@pytest.mark.parametrize("known", ["Tue 4 March 2025 09:00", "Tue 4 March 2025 17:00"])
def test_what_came_to_be_known_too_late_for_mail_climbs_an_hour_before_the_meeting(known: str) -> None:
    h = a_conference().at(known).episode().at("Wed 5 March 2025 07:59")
    assert not ours(h)
    h.at("Wed 5 March 2025 08:00")
    assert ours(h) == ["coordinator", "conference_unit_manager", "service_manager"]  # theirs hears in time


def test_once_the_meeting_has_sat_no_rung_must_hear_before_it() -> None:
    h = told_late().sits().relayed("w-key", "bounced")  # from here the failure is ours
    assert ours(h) == ["coordinator"]
    assert ours(h.at("Thu 13 March 2025 09:00")) == ["coordinator", "conference_unit_manager"]


# --- whose ladder


def test_what_can_be_sent_to_nobody_is_our_failure() -> None:
    h = a_conference().books("Wed 12 March 2025 10:00").unreachable("w-key", "w-spoc", "w-deputy").episode()
    assert ladder_of(h.duty("tell_treatment", to=None), h.file) == "send_treatment"


def test_an_invitation_that_was_called_back_hands_nothing_over_though_the_relay_took_the_call() -> None:
    h = a_conference()
    h.post = "accepted"
    h.factor("1B", person="mother").episode().sits()  # w-spoc was asked, and then only w-key
    assert ladder_of(h.duty("tell_treatment", **CLEARWAY, to="w-key"), h.file) == "tell_treatment"
    h.leave("w-key", "Wed 5 March 2025", "Wed 5 March 2025")
    assert ladder_of(h.duty("tell_treatment", **CLEARWAY, to="w-spoc"), h.file) == "send_treatment"


# --- who


def test_a_service_that_has_a_manager_of_its_own_is_put_before_that_one() -> None:
    own = Hearing().told("partnership", a_worker("w-lead", "clearway"), clearway(service_manager="w-lead")).directory
    found = [holder("service_manager", replace(DUTY, service=service), own) for service in ("clearway", "beacon")]
    assert [x.person if x else None for x in found] == ["w-lead", "w-manager"]


def test_a_rung_is_a_post_of_the_area_or_somebody_of_the_service_concerned() -> None:
    directory = Hearing().directory
    roles = ("treatment_worker", "single_point_of_contact", "service_manager", "head_of_service")
    found = [holder(role, DUTY, directory) for role in roles]
    assert [x.person if x else None for x in found] == ["w-key", "w-spoc", "w-manager", "w-head"]


def test_an_empty_post_is_nobody() -> None:
    directory = Hearing().directory
    nobody = replace(DUTY, to=None, service=None)
    assert holder("treatment_worker", nobody, directory) is holder("single_point_of_contact", nobody, directory) is None
    assert holder("chief_executive", DUTY, directory) is None
    without = replace(directory.agencies["clearway"], single_point_of_contact=None)
    assert holder("single_point_of_contact", DUTY, replace(directory, agencies={"clearway": without})) is None


# --- climbing


def test_a_late_telling_climbs_the_services_own_ladder_a_notice_for_each_rung() -> None:
    h = told_late().at("Wed 5 March 2025 08:59")
    assert rungs(h) == [] and not h.sent(SendNotice)
    h.at("Wed 5 March 2025 09:00")
    assert rungs(h) == [(0, "treatment_worker", "w-key")]
    h.at("Fri 7 March 2025 10:00")
    assert rungs(h)[1:] == [(1, "single_point_of_contact", "w-spoc"), (2, "service_manager", "w-manager")]
    assert [n.to.person for n in h.sent(SendNotice)] == ["w-key", "w-spoc", "w-manager"]


def test_a_notice_says_what_is_late_and_how_to_reach_the_team() -> None:
    (notice,) = told_late().at("Wed 5 March 2025 09:00").sent(SendNotice)
    assert (notice.occasion, notice.rung, notice.meeting, notice.ring) == ("late", 0, CONFERENCE, None)
    assert (notice.team, notice.telephone) == ("Riverside Conference Team", "01632 960 100")
    assert in_words(notice.due_at) == "Tue 4 March 2025 23:59" and notice.because == "the duty is late"
    assert notice.stamped_at == instant("Wed 5 March 2025 09:00")


def test_a_notice_names_the_family_to_our_own_people_and_to_the_service_its_own_reference_alone() -> None:
    notices = {n.to.person: n for n in told_late().at("Fri 7 March 2025 09:00").sent(SendNotice)}
    assert {who: (n.family, n.client_reference) for who, n in notices.items()} == {
        "w-key": ("", "CW-7741"),
        "w-spoc": ("", "CW-7741"),
        "w-manager": ("F-1", None),
    }


def test_the_reference_in_a_notice_is_that_of_the_adult_it_is_about() -> None:
    h = a_conference(MOTHER, FATHER).books("Wed 12 March 2025 10:00").episode()
    for episode, reference in (("E-1", None), ("E-2", "CW-8800"), ("E-3", None)):
        opened = e.EpisodeOpened(episode, "clearway", "w-key-2", day("Mon 3 March 2025"), "consent", reference)
        h.told("person/father", opened)
    h.relayed("w-key").relayed("w-key-2").at("Wed 5 March 2025 09:00")
    about = {d.id: d.adult for d in h.duties("tell_treatment")}
    assert {about[n.duty]: n.client_reference for n in h.sent(SendNotice) if n.duty in about} == {
        "mother": "CW-7741",
        "father": "CW-8800",
    }


@pytest.mark.parametrize("now", [instant("Mon 3 March 2025 10:00"), end_of_day(day("Mon 3 March 2025"))], ids=in_words)
def test_what_climbs_before_its_time_is_not_said_to_be_late(now: datetime) -> None:
    h = a_conference().books("Wed 12 March 2025 10:00").unreachable("w-key", "w-spoc", "w-deputy")
    h.now = now  # up to the very last second
    h.episode()
    because = [x.because for d in h.decisions for x in d.facts if isinstance(x.body, f.RungClimbed)]
    assert because == ["it is due Mon 3 March 2025 23:59; put before coordinator (w-coordinator)"]


def test_every_notice_has_a_name_of_its_own() -> None:
    names = [n.message for n in told_late().at("Fri 14 March 2025 10:00").sent(SendNotice)]
    assert len(set(names)) == len(names) > 4


def test_a_duty_that_begins_anew_in_the_same_minute_is_put_before_its_owner_again_by_a_notice_of_its_own() -> None:
    h = a_conference().unreachable("w-key", "w-spoc", "w-deputy").episode()
    h.told("partnership", a_worker("w-deputy", "clearway")).unreachable("w-deputy")
    duty = h.duty("name_representative", **CLEARWAY)
    names = [n.message for n in h.sent(SendNotice, "w-coordinator") if n.duty == duty.id]
    assert duty.reopened_at == duty.opened_at and len(set(names)) == len(names) == 2


def test_a_call_asked_for_again_in_the_same_minute_has_a_notice_of_its_own() -> None:
    h = Hearing().household().worked_with().conference().at("Tue 4 March 2025 10:00").episode()
    h.answers("w-key").books("Wed 5 March 2025 09:00")
    names = [n.message for n in h.sent(SendNotice, "w-coordinator") if n.occasion == "telephone"]
    assert len(set(names)) == len(names) == 2


def test_an_answer_stops_the_climb() -> None:
    h = told_late().at("Wed 5 March 2025 10:00").answers("w-key").at("Mon 10 March 2025 10:00")
    assert len(rungs(h)) == 1


def test_a_ladder_with_an_empty_post_is_climbed_all_the_same_and_says_so_loudly() -> None:
    h = told_late()
    posts = {role: w for role, w in POSTS.items() if role != "service_manager"}
    h.told("partnership", e.AreaRecorded("Riverside", "Team", "1", posts)).at("Fri 7 March 2025 10:00")
    assert rungs(h)[2:] == [(2, "service_manager", None), (3, "board", "w-board")]  # who hears of it at once
    assert [n.to.person for n in h.sent(SendNotice)] == ["w-key", "w-spoc", "w-board"]
    because = [x.because for d in h.decisions for x in d.facts if isinstance(x.body, f.RungClimbed)]
    assert because[2] == "it was due Tue 4 March 2025 23:59; put before service_manager (nobody: the post is empty)"
    assert because[0].endswith("put before treatment_worker (w-key)")


def test_a_rung_without_an_address_is_climbed_without_mail_and_the_next_at_once() -> None:
    h = told_late().unreachable("w-spoc").at("Thu 6 March 2025 10:00")
    assert [who for _, _, who in rungs(h)] == ["w-key", "w-spoc", "w-manager"]
    assert [n.to.person for n in h.sent(SendNotice)] == ["w-key", "w-manager"]


def test_after_a_long_silence_a_duty_climbs_one_rung_at_once_not_all() -> None:
    h = told_late()
    h.wakes.clear()  # as if nothing ran for a week
    assert len(rungs(h.at("Tue 11 March 2025 09:00").family(e.TimeCame()))) == 2 - 1


# --- too late for mail


def test_too_late_for_mail_the_named_caller_is_asked_to_ring_once() -> None:
    h = Hearing()
    h.post = "accepted"
    h.household().worked_with().conference().at("Tue 4 March 2025 10:00").episode().answers("mother")
    (notice,) = h.sent(SendNotice)
    assert (notice.to.person, notice.occasion, notice.rung) == ("w-coordinator", "telephone", -1)
    assert notice.because == "it is too late for mail" and notice.ring == "w-key"
    assert [c.caller for c in h.facts(f.CallAskedFor)] == ["w-coordinator"]


def test_time_alone_turns_the_duty_into_a_call_when_nobody_answers() -> None:
    h = Hearing().household().worked_with().episode().conference().at("Tue 4 March 2025 08:59")
    assert not h.facts(f.CallAskedFor)
    h.at("Tue 4 March 2025 09:00")
    assert h.duty("tell_treatment").by_telephone and len(h.facts(f.CallAskedFor)) == 1
    asked = [x for d in h.decisions for x in d.facts if isinstance(x.body, f.CallAskedFor)]
    assert [(x.because, x.rule) for x in asked] == [("it is too late for mail: w-coordinator must ring", "CALL-01")]


def test_whoever_answered_in_time_is_not_rung() -> None:
    h = Hearing().household().worked_with().episode().conference().answers("w-key").at("Wed 5 March 2025 08:00")
    assert not h.facts(f.CallAskedFor)


def test_nobody_rings_about_what_was_known_before_it_was_owed() -> None:
    h = Hearing().household().worked_with().conference().at("Tue 4 March 2025 10:00").answers("w-key").episode()
    assert h.duty("tell_treatment").by_telephone and h.duty("tell_treatment").ended == "evidence"
    assert not h.facts(f.CallAskedFor)


def test_an_empty_post_of_caller_is_on_record_and_loud() -> None:
    h = Hearing().told("partnership", e.AreaRecorded("Riverside", "Team", "1", {}))
    h.household().worked_with().episode().conference().at("Tue 4 March 2025 09:00")
    assert [c.caller for c in h.facts(f.CallAskedFor)] == [None]
    assert "telephone" not in {n.occasion for n in h.sent(SendNotice)}
    because = [x.because for d in h.decisions for x in d.facts if isinstance(x.body, f.CallAskedFor)]
    assert because == ["it is too late for mail: nobody (the post is empty) must ring"]


def callers(
    *without_address: str, ladders: dict[str, tuple[Rung, ...]] | None = None
) -> tuple[list[str | None], list[str]]:
    """Who must ring, and who is mailed about it."""
    protocol = replace(england(), ladders={**england().ladders, **(ladders or {})})
    h = Hearing(protocol=protocol).unreachable(*without_address, agency="council")
    h.household().worked_with().episode().conference().at("Tue 4 March 2025 09:00")
    asked = [n.to.person for n in h.sent(SendNotice) if n.occasion == "telephone"]
    return [c.caller for c in h.facts(f.CallAskedFor)], asked


def test_where_the_caller_has_no_address_the_next_up_our_ladder_must_ring() -> None:
    assert callers() == (["w-coordinator"], ["w-coordinator"])
    assert callers("w-coordinator") == (["w-unit"], ["w-unit"])
    assert callers("w-coordinator", "w-unit") == (["w-head"], ["w-head"])


def test_where_none_of_them_has_an_address_the_caller_is_named_and_not_mailed() -> None:
    nobody = ("w-coordinator", "w-unit", "w-head")
    assert callers(*nobody) == (["w-coordinator"], [])
    higher = {"default": england().ladder("default")[1:]}  # in an area whose own ladder begins above the coordinator
    assert callers(*nobody, ladders=higher) == (["w-coordinator"], [])


def test_a_late_duty_that_is_about_no_meeting_is_put_before_the_coordinator_as_such() -> None:
    h = Hearing().household().family(e.RecordHeld("H-1", "clash")).at("Wed 5 March 2025 09:00")
    (notice,) = h.sent(SendNotice)
    assert (notice.to.person, notice.meeting, notice.duty) == ("w-coordinator", "", h.duty("mend_record").id)
