"""An interim plan from the outcome of an enquiry to its conference (rules ICPC-03)."""

from handlers import events as e
from handlers.working_days import in_words
from tests.handlers.hearing import Hearing, a_conference, day

PLAN = e.InterimPlanAgreed(
    "SD-1", (e.Role(person="w-social", does="visits each day"),), day("Mon 3 March 2025"), "w-social"
)


def concluded(required: bool = True, discussion: str = "SD-1") -> e.Section47Concluded:
    return e.Section47Concluded(discussion, "substantiated_at_risk", required, day("Mon 3 March 2025"), "w-unit")


def before_a_conference() -> Hearing:
    return a_conference().books("Wed 19 March 2025 10:00").family(concluded())


def test_without_an_outcome_no_interim_plan_is_owed() -> None:
    assert not a_conference().duties("agree_interim_plan")


def test_from_the_outcome_on_the_social_worker_owes_an_interim_plan_by_the_next_working_day() -> None:
    duty = before_a_conference().duty("agree_interim_plan")
    assert (duty.owner, duty.to, in_words(duty.due_at)) == ("social_worker", "w-social", "Tue 4 March 2025 23:59")
    assert duty.sentence.startswith("Agree an interim plan, and who does what in it, until the initial child")


def test_a_plan_with_named_roles_ends_it_whenever_it_was_agreed() -> None:
    assert before_a_conference().family(PLAN).duty("agree_interim_plan").ended == "evidence"
    h = a_conference().books("Wed 19 March 2025 10:00").family(PLAN, concluded())
    assert h.duty("agree_interim_plan").ended_by == "w-social"


def test_it_is_late_like_any_duty_while_the_conference_is_ahead_and_lapses_when_it_sits() -> None:
    h = before_a_conference().at("Wed 12 March 2025 10:00")
    assert h.duty("agree_interim_plan").rung == 2
    assert h.sits().duty("agree_interim_plan").ended == "lapse"


def test_where_no_conference_is_required_after_all_none_is_owed() -> None:
    h = before_a_conference().at("Tue 4 March 2025 10:00").family(concluded(required=False))
    assert h.duty("agree_interim_plan").ended == "lapse"


def test_a_plan_after_a_later_discussion_of_the_same_enquiry_counts() -> None:
    h = before_a_conference().at("Tue 4 March 2025 10:00")
    h.family(e.StrategyDiscussionHeld("SD-2", day("Tue 4 March 2025"), True))
    assert h.family(e.InterimPlanAgreed("SD-2", PLAN.roles, PLAN.on, "w-health")).duty("agree_interim_plan").ended


def test_a_plan_recorded_in_error_is_owed_again() -> None:
    assert before_a_conference().family(PLAN).in_error(e.InterimPlanAgreed).open("agree_interim_plan")
