"""Outside child protection nothing goes to a service without consent or an override; a refusal stays visible (3.22)."""

from handlers import events as e
from handlers import facts as f
from handlers.effects import SendMinutes
from handlers.working_days import in_words
from tests.handlers.hearing import (
    FATHER,
    MOTHER,
    REVIEW,
    Hearing,
    a_conference,
    a_project,
    day,
    there,
)

# --- outside child protection


def test_a_project_review_without_consent_tells_the_service_nothing_and_owes_the_question() -> None:
    h = a_project()
    duty = h.duty("seek_consent", adult="mother", service="clearway", meeting=REVIEW)
    assert (duty.owner, duty.closes_on, duty.to) == ("coordinator", "recorded", None)
    assert (in_words(duty.due_at), duty.rule) == ("Tue 4 March 2025 23:59", "ASK-01")
    about = "clearway may be told of the Family Intervention Project review, for mother"
    assert duty.sentence.startswith(f"Ask whether {about}, or record an override. ")
    assert h.mailed("w-key") == 0 and not h.duties("tell_treatment") and "w-key" not in h.meeting(REVIEW).invitations


def test_the_question_of_consent_is_asked_also_where_the_area_has_no_service_to_name() -> None:
    h = Hearing().told("partnership", *(e.AgencyRecorded(a, a, "other") for a in ("clearway", "beacon")))
    duty = h.household().factor("1B", person="mother").fip().duty("seek_consent")
    assert duty.service == "" and duty.sentence.startswith("Ask whether a treatment service may be told of the Family")


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


# --- when it was permitted


def test_a_review_is_told_by_the_working_day_after_consent_and_not_late_from_the_start() -> None:
    h = a_project().at("Fri 7 March 2025 10:00").consent(True)
    assert in_words(h.duty("tell_treatment").due_at) == "Mon 10 March 2025 23:59"


def test_consent_said_again_puts_off_nothing_and_an_override_beside_it_neither() -> None:
    h = a_project().consent(True).at("Fri 7 March 2025 10:00").consent(True)
    h.at("Fri 7 March 2025 11:00").family(e.ConsentOverridden("mother", "fip", "lawful_basis", "w-head"))
    assert in_words(h.duty("tell_treatment").due_at) == "Tue 4 March 2025 23:59"


def test_consent_given_again_after_a_refusal_is_told_from_then() -> None:
    h = a_project().consent(True).at("Tue 4 March 2025 10:00").consent(False)
    h.at("Fri 7 March 2025 10:00").consent(True)
    assert in_words(h.duty("tell_treatment").due_at) == "Mon 10 March 2025 23:59"


def test_consent_given_only_after_the_review_sat_owes_its_minutes_and_no_telling() -> None:
    h = a_project().sits(there("mother"), meeting=REVIEW).at("Thu 17 April 2025 10:00").consent(True)
    assert not [d for d in h.open("tell_treatment") if d.meeting == REVIEW]
    assert h.duty("send_minutes_treatment", meeting=REVIEW).ended is None


def test_consent_taken_back_between_the_review_and_its_minutes_keeps_them_from_the_service() -> None:
    h = a_project().consent(True).sits(there("w-key"), meeting=REVIEW)
    assert h.open("send_minutes_treatment")
    h.at("Thu 17 April 2025 10:00").consent(False).minuted(REVIEW)
    assert h.duty("send_minutes_treatment").ended == "lapse" and not h.sent(SendMinutes, "w-key")


def test_a_change_that_consent_permits_is_told_by_the_working_day_after_it() -> None:
    h = Hearing().household().worked_with().episode()
    h.family(e.SignificantChangeRecorded("C-1", "other", day("Mon 3 March 2025"), "w-social")).at(
        "Fri 7 March 2025 10:00"
    )
    h.family(e.ConsentRecorded("mother", "change", True, "w-social"))
    assert in_words(h.duty("tell_change").due_at) == "Mon 10 March 2025 23:59"


def test_a_refusal_that_is_overridden_was_answered_and_asks_no_more() -> None:
    h = a_project().consent(False).at("Tue 4 March 2025 10:00")
    h.family(e.ConsentOverridden("mother", "fip", "lawful_basis", "w-head"))
    assert h.duty("seek_consent").ended == "evidence" and h.open("tell_treatment")


def test_consent_withdrawn_is_on_record_as_such() -> None:
    h = a_project().consent(True).at("Tue 4 March 2025 10:00").consent(False)
    assert h.duty("seek_consent").ended_by == "consent was withdrawn, so the service is not told"


def test_a_refusal_recorded_in_error_asks_again() -> None:
    h = a_project().consent(False).in_error(e.ConsentRecorded)
    assert h.duty("seek_consent").ended is None
