"""What somebody must agree to or answer for: a plan that no quorate review ended, a conference that was called off, a
strategy discussion that lacked somebody (rules RCPC-05, CAN-01, STR-01, STR-03)."""

import pytest
from msgspec.structs import replace

from handlers import events as e
from handlers.events import PlanEnding
from handlers.protocol import Protocol
from handlers.working_days import in_words
from tests.handlers.hearing import (
    AGENCIES,
    CONFERENCE,
    MONDAY,
    REVIEW,
    Hearing,
    a_conference,
    a_project,
    a_worker,
    day,
    england,
    instant,
    there,
)

PLAN = e.Plan(plan="P-1", category="neglect", core_group=("w-social",))
FIRST_REVIEW = "review-conference:P-1:1"
WHOLE = ("w-social", "w-health", "w-teacher")
BORN = e.Member(person="child", name="C", relation="child", born=day("Wed 7 March 2007"))
MOTHER = e.Member(person="mother", name="M", relation="parent", cares=True)


def a_teacher(h: Hearing) -> Hearing:
    h.told("partnership", e.AgencyRecorded("school", "School", "school"), a_worker("w-teacher", "school"))
    return h.family(e.ProfessionalInvolved("w-teacher", "teacher", day("Mon 3 March 2025")))


def planned(h: Hearing | None = None) -> Hearing:
    """A quorate conference of Wed 5 March 2025 made the plan P-1."""
    return a_teacher(h or a_conference()).sits(*map(there, WHOLE), plan=PLAN)


def reviewed(*people: str) -> Hearing:
    """On Fri 7 March 2025."""
    return planned().books("Fri 7 March 2025 10:00", FIRST_REVIEW).sits(*map(there, people), meeting=FIRST_REVIEW)


def ends(h: Hearing, on: str = "Fri 7 March 2025", cause: PlanEnding | None = None) -> Hearing:
    return h.family(e.PlanEnded("P-1", day(on), "w-social", cause))


def without(rule: str) -> Protocol:
    return replace(england(), rules={k: r for k, r in england().rules.items() if k != rule})


# --- the end of a plan (RCPC-05)


def test_a_plan_that_a_quorate_review_ended_owes_nothing() -> None:
    assert not ends(reviewed(*WHOLE)).duties("answer_plan_end")


def test_a_plan_ended_after_an_inquorate_review_is_answered_for_by_the_chair_of_it() -> None:
    duty = ends(reviewed("w-social")).duty("answer_plan_end")
    assert (duty.owner, duty.to, duty.rule, in_words(duty.due_at)) == (
        "chair",
        "w-chair-1",
        "RCPC-05",
        "Mon 10 March 2025 23:59",
    )
    assert "its last review was not quorate, and no ground for that is recorded" in duty.sentence


def test_the_chairs_ground_for_the_review_lets_it_end_the_plan() -> None:
    h = ends(reviewed("w-social")).waived(FIRST_REVIEW)
    assert h.duty("answer_plan_end").ended == "lapse"


def test_a_plan_ended_without_any_review_is_answered_for_by_the_coordinator() -> None:
    duty = ends(planned(), "Wed 5 March 2025").duty("answer_plan_end")
    assert (duty.owner, duty.to) == ("coordinator", None)
    assert (
        "Answer for the end of the plan P-1 on Wed 5 March 2025: no review conference was held of it." in duty.sentence
    )


def test_a_review_after_the_day_of_its_end_did_not_end_it() -> None:
    assert ends(reviewed(*WHOLE), "Thu 6 March 2025").open("answer_plan_end")


def test_of_several_reviews_the_last_counts() -> None:
    h = reviewed("w-social").waived(FIRST_REVIEW).at("Mon 10 March 2025 10:00")
    second = "review-conference:P-1:2"
    h.books("Thu 13 March 2025 10:00", second).sits(*map(there, WHOLE), meeting=second)
    assert not ends(h, "Thu 13 March 2025").duties("answer_plan_end")


def test_a_review_of_another_plan_ends_nothing_here() -> None:
    h = reviewed(*WHOLE).family(e.PlanStoodBefore("P-2", day("Mon 6 January 2025"), day("Wed 5 March 2025")))
    h.family(e.PlanEnded("P-2", day("Fri 7 March 2025"), "w-social"))
    assert "P-2" in h.duty("answer_plan_end").sentence


def test_a_core_group_is_no_review() -> None:
    h = (
        planned()
        .books("Fri 7 March 2025 10:00", "core-group:P-1:1")
        .sits(there("w-social"), meeting="core-group:P-1:1")
    )
    assert ends(h).open("answer_plan_end")


def test_a_review_without_a_chair_leaves_the_answer_to_the_coordinator() -> None:
    h = planned().books("Fri 7 March 2025 10:00", FIRST_REVIEW).cancels(FIRST_REVIEW).at("Fri 7 March 2025 12:00")
    began, over = instant("Fri 7 March 2025 09:00"), instant("Fri 7 March 2025 10:00")
    h.family(e.MeetingHeld(FIRST_REVIEW, (there("w-social"),), began, over))
    assert ends(h).duty("answer_plan_end").owner == "coordinator"


def test_a_plan_reviewed_before_our_time_is_not_answered_for() -> None:
    reviews = (day("Mon 3 February 2025"),)
    told = e.PlanStoodBefore("P-2", day("Mon 6 January 2025"), day("Mon 3 March 2025"), reviews=reviews)
    h = Hearing().household().family(told, e.PlanEnded("P-2", day("Mon 3 March 2025"), "w-social"))
    assert not h.duties("answer_plan_end")


@pytest.mark.parametrize("cause", ["child_eighteen", "child_died", "moved_away", "other"])
def test_a_plan_that_ended_by_something_else_is_not_answered_for(cause: PlanEnding) -> None:
    assert not ends(planned(), "Wed 5 March 2025", cause).duties("answer_plan_end")


def test_the_death_of_its_only_child_ended_it() -> None:
    h = planned().family(e.PersonDied("child", day("Wed 5 March 2025"), "w-social"))
    assert not ends(h, "Wed 5 March 2025").duties("answer_plan_end")


@pytest.mark.parametrize(("on", "owed"), [("Thu 6 March 2025", True), ("Fri 7 March 2025", False)])
def test_from_its_eighteenth_birthday_on_a_child_has_no_plan(on: str, owed: bool) -> None:
    h = Hearing().family(e.HouseholdRecorded((MOTHER, BORN))).worked_with().conference()
    assert bool(ends(planned(h).at("Fri 7 March 2025 12:00"), on).duties("answer_plan_end")) is owed


def test_while_one_of_the_children_is_not_of_age_a_review_must_end_it() -> None:
    younger = replace(BORN, person="younger", born=None)
    h = Hearing().family(e.HouseholdRecorded((MOTHER, BORN, younger))).worked_with().conference()
    assert ends(planned(h).at("Fri 7 March 2025 12:00")).open("answer_plan_end")


def test_a_family_that_had_moved_away_to_stay_has_no_plan_here() -> None:
    moved = e.FamilyMovedOut("MV-1", "Northmoor", day("Thu 6 March 2025"), "w-social")
    h = planned().at("Fri 7 March 2025 12:00")
    assert not ends(h.fork().family(moved)).duties("answer_plan_end")
    assert ends(h.fork().family(replace(moved, temporary=True))).open("answer_plan_end")
    assert ends(h.family(moved), "Wed 5 March 2025").open("answer_plan_end")


def test_a_child_of_the_plan_whom_nobody_knows_is_not_of_age() -> None:
    h = a_teacher(a_conference()).sits(*map(there, WHOLE), plan=replace(PLAN, children=("stranger",)))
    assert ends(h, "Wed 5 March 2025").open("answer_plan_end")


def test_a_plan_about_no_child_did_not_end_because_all_came_of_age() -> None:
    h = Hearing().family(e.HouseholdRecorded((MOTHER,))).worked_with().conference()
    assert ends(planned(h), "Wed 5 March 2025").open("answer_plan_end")


def test_a_plan_that_was_never_made_has_no_end_to_answer_for() -> None:
    assert ends(planned(), "Wed 5 March 2025").in_error(e.MeetingHeld).duty("answer_plan_end").ended == "lapse"


def test_an_end_recorded_in_error_is_answered_for_no_more() -> None:
    assert ends(planned(), "Wed 5 March 2025").in_error(e.PlanEnded).duty("answer_plan_end").ended == "lapse"


def test_where_the_protocol_has_no_such_rule_the_end_of_a_plan_owes_nothing() -> None:
    h = planned()
    h.protocol = without("RCPC-05")
    assert not ends(h, "Wed 5 March 2025").duties("answer_plan_end")


# --- a conference called off (CAN-01)


def agrees(h: Hearing, by: str = "w-manager") -> Hearing:
    return h.family(e.CallingOffAgreed(CONFERENCE, by, "The reports were not shared."))


def breaks_off(h: Hearing) -> Hearing:
    return h.at("Wed 5 March 2025 10:00").family(e.MeetingAdjourned(CONFERENCE, "w-chair-1", "Nobody came."))


def test_a_conference_called_off_asks_for_the_service_managers_agreement() -> None:
    duty = a_conference().cancels().duty("agree_calling_off")
    assert (duty.owner, duty.to, duty.rule, in_words(duty.due_at)) == (
        "coordinator",
        None,
        "CAN-01",
        "Tue 4 March 2025 23:59",
    )
    assert "conference was called off on Mon 3 March 2025 10:00." in duty.sentence


def test_so_does_one_that_broke_off() -> None:
    assert (
        "conference broke off on Wed 5 March 2025 10:00."
        in breaks_off(a_conference()).duty("agree_calling_off").sentence
    )


def test_whoever_manages_social_care_is_named_and_not_the_treatment_services_manager() -> None:
    council = next(a for a in AGENCIES if a.agency == "council")
    clearway = next(a for a in AGENCIES if a.agency == "clearway")
    h = a_conference().told(
        "partnership",
        e.AgencyRecorded("allotment", "Allotment Council", "social_care"),
        replace(council, service_manager="w-head"),
        replace(clearway, service_manager="w-spoc"),
    )
    assert h.cancels().duty("agree_calling_off").to == "w-head"


def test_the_agreement_ends_it() -> None:
    duty = agrees(a_conference().cancels()).duty("agree_calling_off")
    assert (duty.ended, duty.ended_by) == ("evidence", "w-manager")


def test_an_agreement_given_beforehand_counts() -> None:
    h = agrees(a_conference()).at("Tue 4 March 2025 09:00").cancels()
    assert h.duty("agree_calling_off").ended == "evidence"


def test_an_agreement_to_the_fall_of_an_earlier_booking_is_none_to_this_one() -> None:
    h = agrees(a_conference().cancels()).at("Tue 4 March 2025 09:00").books("Fri 7 March 2025 10:00")
    h.at("Wed 5 March 2025 09:00").cancels()
    assert [d.ended for d in h.duties("agree_calling_off")] == ["evidence", None]


def test_nobody_but_social_care_can_agree() -> None:
    assert agrees(a_conference().cancels(), "w-health").open("agree_calling_off")


def test_a_conference_that_had_no_time_cannot_fall_again() -> None:
    assert len(a_conference().cancels().at("Tue 4 March 2025 09:00").cancels().duties("agree_calling_off")) == 1


def test_one_that_is_due_no_longer_needs_no_agreement() -> None:
    h = a_conference().cancels()
    none = e.Section47Concluded("SD-1", "not_substantiated", False, day("Mon 3 March 2025"), "w-social")
    assert h.family(none).duty("agree_calling_off").ended == "lapse"


def test_where_no_rule_asks_for_it_no_agreement_is_needed() -> None:
    h = a_conference()
    h.protocol = without("CAN-01")
    assert not h.cancels().duties("agree_calling_off")


def test_no_agreement_is_needed_for_a_meeting_that_is_no_conference() -> None:
    h = a_project().consent(True).at("Tue 15 April 2025 09:00")
    assert not h.cancels(REVIEW).duties("agree_calling_off") and h.meeting(REVIEW).fallen


# --- a strategy discussion (STR-01, STR-03)

TOOK_PART = ("w-social", "w-health", "w-officer")


def discussed(*people: str, h: Hearing | None = None, presence: e.Presence = "present") -> Hearing:
    h = h or Hearing().household()
    h.told("partnership", e.AgencyRecorded("police", "Police", "police"), a_worker("w-officer", "police"))
    seats = tuple(there(p, presence) for p in people)
    return h.family(e.StrategyDiscussionHeld("SD-1", day("Mon 3 March 2025"), True, seats))


def test_a_discussion_with_social_care_police_and_health_owes_nothing() -> None:
    assert not discussed(*TOOK_PART).duties("complete_discussion")


@pytest.mark.parametrize(("person", "kind"), [*zip(TOOK_PART, ("social care", "health", "police"), strict=True)])
def test_a_discussion_without_one_of_them_is_asked_about(person: str, kind: str) -> None:
    duty = discussed(*(p for p in TOOK_PART if p != person)).duty("complete_discussion")
    assert duty.sentence.startswith(f"Say why {kind} had no part in the strategy discussion SD-1 of Mon 3 March 2025")
    assert (duty.owner, duty.rule, in_words(duty.due_at)) == ("coordinator", "STR-01", "Tue 4 March 2025 23:59")


def test_apologies_are_no_part_in_it() -> None:
    assert (
        "social care, police and health"
        in discussed(*TOOK_PART, presence="apologies").duty("complete_discussion").sentence
    )


def test_where_nobody_wrote_down_who_took_part_nothing_is_said_to_be_missing() -> None:
    h = Hearing().household().episode()
    assert not discussed(h=h).duties("complete_discussion") and not h.duties("consider_treatment")


def test_a_fuller_record_of_the_same_discussion_ends_it() -> None:
    duty = discussed(*TOOK_PART, h=discussed("w-social", "w-health").at("Mon 3 March 2025 11:00"))
    assert duty.duty("complete_discussion").ended == "evidence"


def test_where_use_is_known_it_is_asked_whether_the_treatment_service_was_considered() -> None:
    duty = discussed(*TOOK_PART, h=Hearing().household().episode()).duty("consider_treatment")
    assert (duty.owner, duty.rule, in_words(duty.due_at)) == ("coordinator", "STR-03", "Tue 4 March 2025 23:59")


def test_a_treatment_service_that_took_part_need_not_be_considered() -> None:
    h = Hearing().household().episode()
    assert not discussed(*TOOK_PART, "w-key", h=h).duties("consider_treatment")


def test_a_word_on_it_ends_it_whichever_way_it_went() -> None:
    for involved in (True, False):
        h = discussed(*TOOK_PART, h=Hearing().household().episode())
        h.family(e.TreatmentConsidered("SD-1", involved, "w-social", "She left a year ago."))
        assert h.duty("consider_treatment").ended_by == "w-social"


def test_a_word_on_another_discussion_is_none_on_this_one() -> None:
    h = discussed(*TOOK_PART, h=Hearing().household().episode())
    h.family(e.StrategyDiscussionHeld("SD-2", day("Mon 3 March 2025"), True))
    assert h.family(e.TreatmentConsidered("SD-2", False, "w-social")).open("consider_treatment")


def test_use_that_became_known_only_after_the_day_could_not_be_considered() -> None:
    h = discussed(*TOOK_PART)
    assert not h.at("Tue 4 March 2025 10:00").episode().duties("consider_treatment")
    assert discussed(*TOOK_PART, h=Hearing(MONDAY).household()).episode().open("consider_treatment")


def test_where_no_rule_asks_for_it_nothing_is_said_to_be_missing() -> None:
    h = Hearing().household().episode()
    h.protocol = without("STR-01")
    assert not discussed("w-social", h=h).duties("complete_discussion") and h.open("consider_treatment")


def test_without_use_nobody_is_asked() -> None:
    assert not discussed(*TOOK_PART).duties("consider_treatment")


def test_a_discussion_recorded_late_is_asked_about_from_then() -> None:
    h = Hearing("Thu 6 March 2025 10:00").household()
    assert in_words(discussed("w-social", h=h).duty("complete_discussion").due_at) == "Fri 7 March 2025 23:59"
