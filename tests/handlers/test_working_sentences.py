"""Whatever is owed says by which rule, of which layer, from which source its date was reckoned."""

import re
from typing import get_args

import pytest

from handlers import events as e
from handlers import facts as f
from handlers.facts import Duty, DutyKind
from handlers.partnership import A_DAY
from tests.handlers.hearing import CONFERENCE, FATHER, MOTHER, REVIEW, Hearing, a_worker, day, there

# `(ICPC-01, national, Working Together, …)` behind the date; of a day that a person set, who wrote no rule for it.
CITED = re.compile(r": \w{3} \d+ \w+ \d{4}( \d\d:\d\d)? \([A-Z][\w-]+, (national|typical|local), .{4,}\)$")
SET_BY_HAND = re.compile(r" set it for \w{3} \d+ \w+ \d{4}, since ")


def a_long_story() -> Hearing:
    """A family to which nearly everything happens, so that nearly everything comes to be owed."""
    h = Hearing().household(MOTHER, FATHER).worked_with().episode().fip().conference()
    h.family(
        e.ReferralMade("R-1", "w-health", "verbal", "mother"),
        e.ReferralDecided("R-1", "strategy_discussion", day("Mon 3 March 2025"), "w-social"),
        e.AdviceAsked("A-1", "w-social"),
        e.ConsentOverridden("father", "fip", "life_at_risk", "w-unit"),
        e.RecordHeld("H-1", "unreadable"),
        e.SignificantChangeRecorded("C-1", "other", day("Mon 3 March 2025"), "w-social"),
        e.ConferenceDisputed("DP-1", "SD-1", "w-health", "The aunt drinks too."),
        e.FamilyMovedOut("MV-1", "Northmoor", day("Mon 3 March 2025"), "w-social", temporary=True),
        e.MeetingAskedFor("LR-1", "looked_after_review", day("Mon 24 March 2025"), "w-social"),
    )
    h.books("Wed 12 March 2025 10:00").at("Tue 4 March 2025 10:00").cancels()
    h.at("Wed 5 March 2025 10:00").books("Thu 13 March 2025 10:00").unreachable("w-key", "w-spoc", "w-deputy")
    booked = h.meeting().booked
    assert booked and booked.chair
    h.family(
        e.ObjectionRecorded("OB-1", CONFERENCE, "mother", "clearway", "Not before the school.", "w-social"),
        e.ExclusionAsked("EX-1", CONFERENCE, "father", "disruption", "He shouted.", "w-health"),
        e.ExclusionDecided("EX-1", CONFERENCE, "whole", "The child must be heard.", booked.chair),
    )
    h.sits(there("w-key"), plan=e.Plan(plan="PLAN-1", category="neglect", core_group=("w-social",)))
    h.family(e.DecisionsRecorded(CONFERENCE, "w-minutes", ("A plan is made.",))).minuted()
    return h


def a_corrected_story() -> Hearing:
    """Minutes went out of a meeting that never sat, and another sat twice, by what was recorded."""
    h = Hearing().household(MOTHER).worked_with().episode().conference()
    h.post = "accepted"
    h.sits(there("w-key"), plan=e.Plan(plan="PLAN-1", category="neglect", core_group=("w-social",))).minuted()
    h.held(there("w-social")).in_error(e.MinutesRecorded)
    return h


def a_story_of_wishes() -> Hearing:
    """Invitees ask for more than yes or no, and are refused."""
    h = Hearing().household(MOTHER).worked_with().conference().books("Wed 12 March 2025 10:00")
    deputy = e.Deputy(person="dep-1", name="D", address="d@else.example")
    h.family(
        e.DeputyNamed(CONFERENCE, "w-health", deputy, "w-health"),
        e.DeputyRefused(CONFERENCE, "w-health", "dep-1", "w-coordinator", "Nobody knows them."),
        e.TimeProposed(CONFERENCE, "w-social", h.now + 3 * A_DAY, "w-social"),
        e.NeedsTold("mother", (e.Need(need="interpreter", which="pl"),), "w-social"),
    )
    return h.sits(there("mother")).family(e.FeedbackGiven(CONFERENCE, "mother", "Good.", "mother", reply_wanted=True))


def a_story_of_conferences_that_lacked_somebody() -> Hearing:
    """A discussion without police or health; a conference called off, then without a quorum, and so was its review,
    after which the plan ended."""
    h = Hearing().household(MOTHER).worked_with().episode()
    today, plan = h.now.date(), e.Plan(plan="PLAN-1", category="neglect")
    h.family(
        e.StrategyDiscussionHeld("SD-1", today, True, (there("w-social"),)), e.ConferenceAskedFor("SD-1", "w-social")
    )
    h.family(e.InducedIllnessRecorded(True, "w-social")).cancels().books("Wed 5 March 2025 10:00")
    h.sits(there("w-social"), plan=plan).waived(ground="local_attendance_difficulty")
    review = "review-conference:PLAN-1:1"
    h.books("Fri 7 March 2025 10:00", review).sits(there("w-social"), meeting=review)
    return h.family(e.PlanEnded("PLAN-1", h.now.date(), "w-chair-1"))


def a_story_by_the_book() -> Hearing:
    """A conference that procedure looks at closely: it comes late."""
    h = Hearing().household(MOTHER).worked_with().conference().books("Wed 26 March 2025 10:00")
    h.family(e.Section47Concluded("SD-1", "substantiated_at_risk", True, day("Mon 3 March 2025"), "w-unit"))
    h.told("partnership", a_worker("w-probation", "council"), a_worker("w-police", "police"))
    h.told("partnership", e.AgencyRecorded("police", "Police", "police"))
    h.post = "accepted"
    h.family(
        e.ProfessionalInvolved("w-probation", "probation_officer", day("Mon 3 March 2025")),
        e.TransferNotified("TR-1", "Northmoor", notified_on=day("Mon 3 March 2025")),
        e.ReportReceived(CONFERENCE, "w-police", "w-social"),
    )
    h.sits(there("w-social"), plan=e.Plan(plan="PLAN-1", category="neglect", children=("other",)))
    h.at("Mon 31 March 2025 10:00").family(
        e.IssueRaised("IS-1", "dissent", CONFERENCE, "w-health", "w-social"),
        e.MeetingBroughtForward("core-group:PLAN-1:1", "w-social", "It cannot wait.", plan_change=True),
        e.SignificantChangeRecorded("C-1", "plan_difficulty", day("Mon 31 March 2025"), "w-social"),
    )
    return h.books("Thu 5 June 2025 10:00", "review-conference:PLAN-1:1")


STORY = a_long_story()
LACKING = a_story_of_conferences_that_lacked_somebody()
STORIES = (STORY, a_corrected_story(), a_story_of_wishes(), LACKING, a_story_by_the_book())
OWED = [d for story in STORIES for d in story.file.duties.values()]


@pytest.mark.parametrize("duty", OWED, ids=[f"{d.kind} {n}" for n, d in enumerate(OWED)])
def test_every_duty_cites_the_rule_its_layer_and_its_source(duty: Duty) -> None:
    assert CITED.search(duty.sentence) or SET_BY_HAND.search(duty.sentence), duty.sentence


def test_the_story_owes_nearly_every_kind_of_duty() -> None:
    never = {"report_from_treatment", "send_decision", "send_minutes", "send_cancellation", "tell_treatment_cancelled"}
    never |= {"offer_advocate", "record_participation"}  # owed where an area's pack asks for them
    assert set(get_args(DutyKind)) - {d.kind for d in OWED} <= never


def test_every_meeting_that_fell_due_explains_its_day() -> None:
    fell_due = STORY.facts(f.MeetingFellDue)
    assert {x.kind for x in fell_due} >= {"initial_conference", "core_group", "review_conference", "fip_review"}
    assert all(CITED.search(x.working) or SET_BY_HAND.search(x.working) for x in fell_due)


def test_a_day_that_is_reckoned_by_two_rules_cites_both() -> None:
    working = STORY.meeting(REVIEW).due.working
    assert "(FIP-01-open, national, " in working and "(FIP-01-close, national, " in working
