"""Reports asked for and owed, decisions and minutes sent: what goes to the treatment service on paper, and by when.

Rules REP-01, ATT-03, DEC-01, REC-01; Joint Guidance (2009) F5, T9. Booked for Wed 19 March 2025 unless said otherwise.
"""

import pytest

from handlers import events as e
from handlers import facts as f
from handlers.effects import SendInvitation, SendLetter, SendMinutes
from handlers.facts import Duty
from handlers.working_days import in_words
from tests.handlers.hearing import (
    CONFERENCE,
    FATHER,
    MOTHER,
    REVIEW,
    Hearing,
    a_conference,
    a_worker,
    day,
    instant,
    there,
)

PLAN = e.Plan(plan="P-1", category="neglect")


def ahead(*members: e.Member) -> Hearing:
    return a_conference(*members).books("Wed 19 March 2025 10:00").episode()


def letters(h: Hearing, to: str) -> list[SendLetter]:
    return [x for x in h.sent(SendLetter, to) if x.occasion == "report_asked"]


def taken(h: Hearing, to: str = "w-key") -> Hearing:
    return h.posted("accepted", letters(h, to)[-1].message, to, "letter", CONFERENCE)


def report(h: Hearing, by: str = "w-key") -> Hearing:
    return h.family(e.ReportReceived(CONFERENCE, by, "w-coordinator"))


# --- asked for


def test_a_report_to_a_conference_is_asked_for_by_the_next_working_day() -> None:
    h = a_conference().books("Wed 19 March 2025 10:00").at("Fri 7 March 2025 10:00").episode()
    duty = h.duty("ask_report_treatment", adult="mother", service="clearway", meeting=CONFERENCE)
    assert (duty.to, duty.owner, duty.closes_on, duty.rule) == ("w-key", "coordinator", "accepted", "TELL-01")
    assert in_words(duty.due_at) == "Mon 10 March 2025 23:59"
    assert duty.sentence.startswith(
        "Ask clearway for a report to the initial child protection conference, for mother. 1 working day after Fri 7 "
    )


def test_the_letter_says_of_which_meeting_and_by_when_and_quotes_the_services_own_reference() -> None:
    (letter,) = letters(ahead(), "w-key")
    assert letter.starts_at == instant("Wed 19 March 2025 10:00") and letter.meeting == CONFERENCE
    assert letter.due_at and in_words(letter.due_at) == "Fri 14 March 2025 23:59"
    assert (letter.client_reference, letter.family) == ("CW-7741", "")


def test_a_single_point_of_contact_who_works_elsewhere_is_quoted_no_reference() -> None:
    h = a_conference().told("partnership", a_worker("w-spoc", "health")).unreachable("w-key").episode()
    assert [x.client_reference for x in letters(h, "w-spoc")] == [None]
    assert [x.client_reference for x in h.sent(SendInvitation, "w-spoc")] == [None]


def test_a_stand_in_of_the_service_is_quoted_its_reference_too_and_nobody_elses_worker_is() -> None:
    h = ahead().unreachable("w-key")
    assert [x.client_reference for x in letters(h, "w-spoc")] == ["CW-7741"]
    h.told("partnership", a_worker("w-spoc", "health"))  # who left the service, and still stands for it on paper
    h.unreachable("w-deputy")
    assert h.duty("ask_report_treatment").to == "w-spoc"
    assert [i.client_reference for i in h.sent(SendLetter, "w-spoc")] == ["CW-7741"]  # before; nothing since


def test_the_asking_ends_when_the_relay_took_the_letter_or_the_report_came_first() -> None:
    assert taken(ahead()).duty("ask_report_treatment").ended_by == "the mail relay"
    unasked = report(ahead())
    assert unasked.duty("ask_report_treatment").ended_by == "the report of w-key"
    assert owed(unasked).ended == "evidence"  # and is on record as the service's report
    assert {x.grade for x in unasked.facts(f.DutyEnded) if x.by == "the report of w-key"} == {"recorded"}


def test_an_asking_that_came_back_goes_to_the_next_and_lies_before_the_coordinator_when_nobody_is_left() -> None:
    h = ahead()
    h.posted("bounced", letters(h, "w-key")[0].message, "w-key", "letter", CONFERENCE)
    assert h.duty("ask_report_treatment", ended=None).to == "w-spoc" and len(letters(h, "w-spoc")) == 1
    for person in ("w-spoc", "w-deputy"):
        h.posted("bounced", letters(h, person)[0].message, person, "letter", CONFERENCE)
    assert h.duty("ask_report_treatment", ended=None).to is None
    assert h.open("name_representative")


def test_an_asking_that_came_back_from_somebody_who_speaks_to_us_lies_before_the_coordinator_at_once() -> None:
    h = ahead()
    h.posted("bounced", letters(h, "w-key")[0].message, "w-key", "letter", CONFERENCE).answers("w-key")
    duty = h.duty("ask_report_treatment", to="w-key", ended=None)
    assert [c.role for c in h.facts(f.RungClimbed) if c.duty == duty.id] == ["coordinator"]


def test_an_asking_about_a_conference_that_was_off_is_due_from_the_day_it_got_a_time_again() -> None:
    h = ahead().cancels().at("Fri 7 March 2025 10:00").books("Wed 19 March 2025 10:00")
    assert in_words(h.duty("ask_report_treatment").due_at) == "Mon 10 March 2025 23:59"


def test_a_handover_asks_the_new_worker() -> None:
    h = taken(ahead()).told("person/mother", e.EpisodeHandedOver("E-mother", "w-key-2", day("Mon 3 March 2025")))
    assert h.duty("ask_report_treatment", ended=None).to == "w-key-2" and len(letters(h, "w-key-2")) == 1


def test_an_asking_is_due_no_later_than_the_conference_begins() -> None:
    duty = a_conference().at("Tue 4 March 2025 16:00").episode().duty("ask_report_treatment")
    assert in_words(duty.due_at) == "Wed 5 March 2025 09:00"


def test_no_report_is_asked_for_a_core_group_or_a_project_review() -> None:
    h = a_conference().episode().sits(there("w-key"), plan=PLAN).consent(True).fip()
    about = {d.meeting for d in h.open("ask_report_treatment")}
    assert about == {"review-conference:P-1:1"} and h.open("tell_treatment", meeting=REVIEW)


# --- owed


def owed(h: Hearing) -> Duty:
    return h.duty("report_from_treatment")


def test_a_report_is_owed_once_it_was_asked_for_and_not_before() -> None:
    h = ahead()
    assert not h.duties("report_from_treatment")
    duty = owed(taken(h))
    assert (duty.owner, duty.to, duty.closes_on, duty.rule) == ("treatment_worker", "w-key", "recorded", "REP-01a")
    assert (duty.adult, duty.service, duty.meeting) == ("mother", "clearway", CONFERENCE)
    assert in_words(duty.due_at) == "Fri 14 March 2025 23:59"  # three working days before Wed 19 March
    about = "clearway owes a report to the initial child protection conference, for mother. 3 working days before"
    assert duty.sentence.startswith(about)


def test_back_across_easter_it_is_owed_before_good_friday() -> None:
    h = taken(a_conference().books("Wed 23 April 2025 10:00").episode())
    assert in_words(owed(h).due_at) == "Wed 16 April 2025 23:59"


def test_a_report_is_never_owed_before_the_day_after_it_was_asked_for() -> None:
    h = a_conference().books("Wed 19 March 2025 10:00").at("Fri 14 March 2025 10:00").episode()
    assert in_words(owed(taken(h)).due_at) == "Mon 17 March 2025 23:59"


def test_a_report_asked_for_on_the_eve_is_owed_when_the_conference_begins() -> None:
    h = a_conference().at("Tue 4 March 2025 16:00").episode()
    assert in_words(owed(taken(h)).due_at) == "Wed 5 March 2025 09:00"


def test_a_report_to_a_review_is_owed_five_working_days_before() -> None:
    h = a_conference().episode().sits(there("w-key"), plan=PLAN)
    review = "review-conference:P-1:1"
    h.books("Wed 23 April 2025 10:00", review)
    (letter,) = [x for x in letters(h, "w-key") if x.meeting == review][-1:]
    h.posted("accepted", letter.message, "w-key", "letter", review)
    duty = h.duty("report_from_treatment", meeting=review)
    assert (duty.rule, in_words(duty.due_at)) == ("REP-01b", "Mon 14 April 2025 23:59")  # back across Easter


@pytest.mark.parametrize("by", ["w-key", "w-spoc", "w-key-2"])
def test_a_report_of_anybody_at_the_service_is_its_report(by: str) -> None:
    assert owed(report(taken(ahead()), by)).ended_by == f"the report of {by}"


def test_a_report_of_somebody_else_is_not() -> None:
    for stranger in ("w-health", "mother"):
        assert owed(report(taken(ahead()), stranger)).ended is None


def test_a_report_of_a_key_worker_whom_the_directory_does_not_know_is_the_services() -> None:
    h = taken(a_conference().books("Wed 19 March 2025 10:00").episode(worker="w-gone"), "w-spoc")
    assert owed(report(h, "w-gone")).ended_by == "the report of w-gone"


def test_the_report_of_one_parents_service_is_not_the_others() -> None:
    h = ahead(MOTHER, FATHER).episode("father", "beacon", "w-beacon-key")
    h = report(taken(taken(h), "w-beacon-key"))
    assert [d.adult for d in h.open("report_from_treatment")] == ["father"]


def test_a_late_report_lies_before_the_worker_and_then_their_own_service() -> None:
    h = taken(ahead().answers("w-key")).at("Tue 18 March 2025 12:00")
    climbed = [(c.role, c.person) for c in h.facts(f.RungClimbed) if c.duty == owed(h).id]
    assert climbed == [
        ("treatment_worker", "w-key"),
        ("single_point_of_contact", "w-spoc"),
        ("service_manager", "w-manager"),
    ]
    assert owed(report(h)).ended == "evidence"


@pytest.mark.parametrize("how", ["held", "off"])
def test_a_report_is_owed_no_more_once_the_conference_sat_or_is_off(how: str) -> None:
    h = taken(ahead())
    h = h.cancels() if how == "off" else h.sits(there("w-key"))
    assert owed(h).ended == "lapse"
    reasons = [x.because for d in h.decisions for x in d.facts if getattr(x.body, "duty", "") == owed(h).id]
    assert "the meeting has sat, was moved or called off, or this service is no longer to be asked" in reasons


def test_a_conference_that_moves_moves_the_day_of_its_report() -> None:
    assert in_words(owed(taken(ahead()).books("Wed 26 March 2025 10:00")).due_at) == "Fri 21 March 2025 23:59"


# --- the decision letter


def decided(h: Hearing, meeting: str = CONFERENCE) -> Hearing:
    return h.family(e.DecisionsRecorded(meeting, "w-chair-1", ("A plan is made.",)))


def test_the_decision_is_owed_to_the_service_by_the_working_day_after_the_conference() -> None:
    h = ahead().books("Thu 17 April 2025 10:00").sits(there("w-key"))
    duty = h.duty("send_decision_treatment", adult="mother", service="clearway", meeting=CONFERENCE)
    assert (duty.to, duty.owner, duty.closes_on, duty.rule) == ("w-key", "minute_taker", "accepted", "DEC-01")
    assert in_words(duty.due_at) == "Tue 22 April 2025 23:59"  # across Easter
    assert duty.sentence.startswith(
        "Send clearway the decisions of the initial child protection conference, for mother. 1 working day after"
    )


def test_a_concern_known_after_the_conference_owes_the_decision_from_that_day() -> None:
    h = a_conference().sits(there("mother")).at("Fri 7 March 2025 10:00").episode()
    assert in_words(h.duty("send_decision_treatment").due_at) == "Mon 10 March 2025 23:59"


def test_the_decision_goes_to_everybody_at_once_and_the_minutes_follow() -> None:
    h = Hearing()
    h.post = "accepted"
    h.household().worked_with().episode().conference().sits(there("w-key"))
    decided(h)
    assert [m.part for m in h.sent(SendMinutes, "w-key")] == ["decision"]
    assert h.duty("send_decision_treatment").ended == "evidence" and h.open("send_minutes_treatment")
    h.minuted()
    assert [m.part for m in h.sent(SendMinutes, "w-key")] == ["decision", "minutes"]
    assert h.duty("send_minutes_treatment").ended == "evidence"


def test_whoever_has_the_minutes_has_the_decision() -> None:
    h = Hearing()
    h.post = "accepted"
    h.household().worked_with().episode().conference().sits(there("w-key")).minuted()
    assert h.duty("send_decision_treatment").ended == "evidence"
    decided(h)
    assert [m.part for m in h.sent(SendMinutes, "w-key")] == ["minutes"]  # there is nothing new in it


def test_a_decision_that_comes_back_is_owed_again_to_whoever_can_be_reached() -> None:
    h = decided(ahead().sits(there("w-key")))
    paper = h.meeting().decision_papers["w-key"].message
    h.posted("accepted", paper, "w-key", "decision", CONFERENCE)
    assert h.duty("send_decision_treatment").ended == "evidence"
    h.at("Wed 19 March 2025 15:00").posted("bounced", paper, "w-key", "decision", CONFERENCE)
    assert h.duty("send_decision_treatment", ended=None).to == "w-spoc"
    assert [m.part for m in h.sent(SendMinutes, "w-spoc")] == ["decision"]


def test_a_project_review_owes_no_decision_letter() -> None:
    h = Hearing().household().worked_with().episode().consent(True).fip().sits(there("w-key"), meeting=REVIEW)
    assert not h.duties("send_decision_treatment") and h.open("send_minutes_treatment")


def test_decisions_that_come_before_the_record_of_the_conference_wait_for_it() -> None:
    h = decided(ahead().at("Wed 19 March 2025 13:00"))
    assert len(h.parked) == 1 and not h.sent(SendMinutes)
    assert h.held(there("w-key")).sent(SendMinutes, "w-key")


# --- when the paper is late


def test_minutes_that_came_back_from_somebody_who_speaks_to_us_lie_before_the_coordinator_at_once() -> None:
    h = ahead().sits(there("w-key")).minuted()
    h.posted("bounced", h.meeting().papers["w-key"].message, "w-key", "minutes", CONFERENCE).answers("w-key")
    duty = h.duty("send_minutes_treatment", to="w-key", ended=None)
    assert [c.role for c in h.facts(f.RungClimbed) if c.duty == duty.id] == ["coordinator"]


def test_of_people_who_were_never_asked_only_the_stand_in_is_sent_the_minutes_and_has_had_them_since() -> None:
    h = a_conference()
    h.post = "accepted"
    h.sits(there("mother")).leave("w-key", "Wed 5 March 2025", "Wed 5 March 2025").episode().minuted()
    assert h.sent(SendMinutes, "w-spoc") and not h.sent(SendMinutes, "w-key")
    assert h.duty("send_minutes", to="w-spoc").ended == "evidence"


def test_minutes_owed_again_have_their_days_from_then() -> None:
    h = ahead().sits(there("w-key")).minuted()
    paper = h.meeting().papers["w-key"].message
    h.posted("accepted", paper, "w-key", "minutes", CONFERENCE).at("Tue 1 April 2025 10:00")
    h.posted("bounced", paper, "w-key", "minutes", CONFERENCE)
    assert in_words(h.duty("send_minutes_treatment", ended=None).due_at) == "Thu 24 April 2025 23:59"  # 15, over Easter


def test_lateness_that_nobody_met_stands_though_the_reader_changes() -> None:
    h = ahead().sits(there("w-key")).at("Tue 15 April 2025 10:00")
    assert in_words(h.duty("send_minutes_treatment").due_at) == "Wed 9 April 2025 23:59"
    h.told("person/mother", e.EpisodeHandedOver("E-mother", "w-key-2", day("Tue 15 April 2025")))
    duty = h.duty("send_minutes_treatment", ended=None)
    assert (duty.to, in_words(duty.due_at)) == ("w-key-2", "Wed 9 April 2025 23:59") and duty.rung >= 0
