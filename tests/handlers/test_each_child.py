"""A conference decides of each child (rules ICPC-08)."""

from handlers import events as e
from handlers.working_days import in_words
from tests.handlers.hearing import CHILD, CONFERENCE, MOTHER, Hearing, a_conference, day, there

SIBLING = e.Member(person="sibling", name="S", relation="child")
REVIEW = "review-conference:PLAN-1:1"


def two_children() -> Hearing:
    return a_conference(MOTHER, SIBLING)


def a_plan(*children: str) -> e.Plan:
    return e.Plan(plan="PLAN-1", category="neglect", core_group=("w-social",), children=children)


def asked_about(h: Hearing, meeting: str = CONFERENCE) -> set[str]:
    return {d.sentence.split(" decided of ")[1].split(".")[0] for d in h.open("decide_child", meeting=meeting)}


def decided(decision: e.ChildDecision, *children: str, meeting: str = CONFERENCE) -> e.ChildDecided:
    return e.ChildDecided(meeting, children, decision, "w-chair-1")


def test_a_conference_that_made_no_plan_still_says_what_it_decided_of_each_child() -> None:
    h = two_children()
    assert not h.duties("decide_child")
    h.sits(there("w-social"))
    assert asked_about(h) == {"child", "sibling"}
    booked, (duty, _) = h.meeting().booked, h.open("decide_child")
    assert booked and (duty.owner, duty.to) == ("chair", booked.chair)
    assert in_words(duty.due_at) == "Thu 6 March 2025 23:59"


def test_a_plan_for_all_children_says_it_of_each() -> None:
    assert not asked_about(two_children().sits(plan=a_plan()))


def test_a_child_whom_the_plan_does_not_name_is_asked_about() -> None:
    h = two_children().sits(plan=a_plan("child"))
    assert asked_about(h) == {"sibling"}
    assert not asked_about(h.family(decided("no_plan", "sibling")))


def test_a_child_may_be_said_not_to_have_been_considered() -> None:
    h = two_children().sits(plan=a_plan("child")).family(decided("not_considered", "sibling"))
    assert h.duty("decide_child", ended="evidence", ended_by="w-chair-1")


def test_whoever_came_after_the_conference_or_died_is_not_asked_about() -> None:
    h = two_children().sits().at("Mon 10 March 2025 10:00")
    late = e.Member(person="late", name="L", relation="child")
    h.family(e.MemberJoined(late, day("Mon 10 March 2025")), e.PersonDied("sibling", day("Mon 10 March 2025"), "w"))
    assert asked_about(h) == {"child"}


def test_a_review_says_of_each_child_of_its_plan_that_it_goes_on_or_ends() -> None:
    h = two_children().sits(plan=a_plan("child")).at("Mon 12 May 2025 10:00").sits(meeting=REVIEW)
    assert asked_about(h, REVIEW) == {"child"}
    assert not asked_about(h.fork().family(decided("plan_goes_on", "child", meeting=REVIEW)), REVIEW)
    sat_on = h.meeting(REVIEW).sitting.started_at.date()  # type: ignore[union-attr]
    assert not asked_about(h.family(e.PlanEnded("PLAN-1", sat_on, "w-chair-1")), REVIEW)


def test_a_decision_recorded_in_error_is_asked_for_again() -> None:
    h = two_children().sits(plan=a_plan(CHILD.person)).family(decided("no_plan", "sibling"))
    assert asked_about(h.in_error(e.ChildDecided)) == {"sibling"}
