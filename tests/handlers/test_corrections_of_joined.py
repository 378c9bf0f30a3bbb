"""What was recorded in error is put right also of a family that merged or split, and of one to which more befell
(decisions 16 and 25)."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from handlers import events as e
from handlers.case_file import CaseFile
from handlers.working_days import in_words
from tests.handlers.hearing import (
    AREA,
    CHILD,
    CONFERENCE,
    FATHER,
    MOTHER,
    Hearing,
    a_conference,
    an_enquiry,
    day,
    there,
)

PLAN = e.Plan(plan="P-1", category="neglect", core_group=("w-social",), children=("son",))
CORE_GROUP = "core-group:P-1:1"
SON = e.Member(person="son", name="S", relation="child")
AUNT = e.Member(person="aunt", name="A", relation="other", cares=True)
TODAY = day("Mon 3 March 2025")
MERGED = e.FamiliesMerged("F-2", "w-coordinator")
SPLIT = e.FamilySplit("F-2", ("father", "son"), "w-coordinator", ("P-1",))


def other(h: Hearing) -> CaseFile:
    file: Any = h.files[AREA.sibling("family", "F-2")]
    assert isinstance(file, CaseFile)
    return file


def wrong(h: Hearing, type_: type[e.Body], of: str = "F-1", said_to: str = "F-2") -> Hearing:
    """The latest record of this type that was told to the one family was wrong, as the other is told."""
    told = next(x for x in reversed(h.told_events) if isinstance(x.body, type_) and x.stream.id == of)
    return h.told(f"family/{said_to}", e.RecordedInError(told.id, "w-social"))


# --- more befell them


def test_who_died_and_who_moved_is_as_it_was_after_a_household_was_taken_out() -> None:
    moved = e.AddressChanged("mother", "mary@new.example", TODAY, "w-social")
    h = Hearing().household(MOTHER, FATHER).family(e.PersonDied("father", TODAY, "w-social"), moved)
    h.household(AUNT).in_error(e.HouseholdRecorded)
    assert set(h.file.members) == {"mother", "child"} and h.file.dead == {"father": TODAY}
    assert h.file.members["mother"].address == "mary@new.example"


def test_a_death_stands_although_the_record_of_who_joined_was_wrong() -> None:
    h = Hearing().household().family(e.MemberJoined(FATHER, TODAY), e.PersonDied("mother", TODAY, "w-social"))
    assert set(h.in_error(e.MemberJoined).file.members) == {"child"} and set(h.file.dead) == {"mother"}


def test_what_was_decided_about_a_plan_since_stands_when_its_conference_is_recorded_anew() -> None:
    h = a_conference(MOTHER, SON).sits(plan=PLAN)
    h.family(e.PlanCategoryChanged("P-1", "emotional", day("Wed 5 March 2025"), "w-chair-1"))
    h.in_error(e.MeetingHeld)
    assert h.file.plan_made_at("P-1") is None
    made = h.held(there("w-social"), plan=PLAN).file.plan_made_at("P-1")
    assert made and (made.category, in_words(made.sat_on)) == ("emotional", "Wed 5 March 2025")


def test_a_placement_is_reviewed_although_the_household_that_named_the_child_was_wrong() -> None:
    h = Hearing().household().family(e.LookedAfterStarted("PLC-1", "child", "w-social", TODAY))
    assert h.in_error(e.HouseholdRecorded).meeting("looked-after-review:PLC-1:1").open


def test_a_later_review_keeps_its_number_although_an_earlier_was_not_held_after_all() -> None:
    h = Hearing().household().worked_with().family(e.LookedAfterStarted("PLC-1", "child", "w-social", TODAY))
    first, second = (f"looked-after-review:PLC-1:{n}" for n in (1, 2))
    h.sits(meeting=first).sits(meeting=second)
    told = next(x for x in h.told_events if isinstance(x.body, e.MeetingHeld) and x.body.meeting == first)
    h.family(e.RecordedInError(told.id, "w-social"))
    assert h.meeting(second).held and "LAC-01b" in h.meeting("looked-after-review:PLC-1:3").due.working


def test_a_death_recorded_in_error_makes_nobody_late_at_once() -> None:
    h = a_conference(MOTHER).family(e.PersonDied("child", TODAY, "w-social"))
    h.at("Wed 26 March 2025 10:00").in_error(e.PersonDied)
    assert {in_words(d.due_at) for d in h.open("hold_meeting")} == {"Thu 27 March 2025 23:59"}


# --- a plan of before the file was kept


def known_before() -> Hearing:
    told = e.PlanStoodBefore("P-0", day("Thu 13 February 2025"), TODAY, "neglect")
    return Hearing().household(MOTHER, SON).worked_with().family(told)


def test_what_is_decided_about_a_plan_of_before_is_its_own_from_then_on() -> None:
    h = known_before().family(
        e.PlanCategoryChanged("P-0", "emotional", TODAY, "w-chair-1"),
        e.CoreGroupNamed("P-0", ("w-health",), TODAY, "w-chair-1"),
    )
    made = h.file.plan_made_at("P-0")
    assert made and (made.category, made.core_group) == ("emotional", ("w-health",)) and not h.parked
    assert {"mother", "w-health"} == set(h.meeting("core-group:P-0:1").invitations)


def test_a_plan_of_before_ends_with_the_last_child() -> None:
    h = known_before().family(e.PersonDied("son", TODAY, "w-social"))
    assert h.meeting("review-conference:P-0:1").open  # the other child lives
    h.family(e.PersonDied("child", TODAY, "w-social"))
    assert h.meeting("review-conference:P-0:1").no_longer_due


def test_a_plan_of_before_goes_on_in_the_family_that_both_became() -> None:
    h = known_before().family(MERGED)
    assert other(h).meetings["review-conference:P-0:1"].open and other(h).known_plans == {"P-0"}
    h.family(e.PlanEnded("P-0", TODAY, "w-chair-1"))
    assert other(h).meetings["review-conference:P-0:1"].no_longer_due


def test_a_plan_of_before_goes_with_those_whom_it_is_about() -> None:
    h = known_before().family(replace(SPLIT, members=("son",), plans=("P-0",)))
    assert other(h).meetings["review-conference:P-0:1"].open and not h.file.known_plans
    assert "review-conference:P-0:1" not in h.file.meetings


# --- merged


def two_records() -> Hearing:
    """F-1: the mother and a child, conferred about; F-2: the mother and her son, later recorded."""
    h = a_conference().sits(plan=replace(PLAN, children=("child",)))
    return h.told("family/F-2", e.HouseholdRecorded((MOTHER, SON)), e.MemberJoined(AUNT, TODAY)).family(MERGED)


@pytest.mark.parametrize("said_to", ["F-1", "F-2"])
def test_a_record_of_the_family_that_ended_can_be_said_to_be_wrong(said_to: str) -> None:
    h = two_records()
    assert set(other(h).members) == {"mother", "child", "son", "aunt"}
    wrong(h, e.HouseholdRecorded, said_to=said_to)
    assert set(other(h).members) == {"mother", "son", "aunt"} and not h.parked
    assert CONFERENCE in other(h).meetings and not h.file.members


def test_a_record_of_the_family_that_goes_on_can_be_said_to_be_wrong() -> None:
    h = wrong(two_records(), e.MemberJoined, of="F-2")
    assert set(other(h).members) == {"mother", "child", "son"} and other(h).meetings[CONFERENCE].held


def test_a_sitting_of_the_family_that_ended_can_be_said_not_to_have_been() -> None:
    h = wrong(two_records(), e.MeetingHeld)
    assert not other(h).meetings[CONFERENCE].held and "P-1" not in other(h).plans
    assert set(other(h).members) == {"mother", "child", "son", "aunt"}


def test_what_was_recorded_after_they_merged_can_be_said_to_be_wrong() -> None:
    h = two_records().told("family/F-2", e.HouseholdRecorded((MOTHER, FATHER)))
    assert set(other(h).members) == {"mother", "father"}
    wrong(h, e.HouseholdRecorded, of="F-2")
    assert set(other(h).members) == {"mother", "child", "son", "aunt"}


def test_of_three_records_of_one_family_each_can_be_said_to_be_wrong() -> None:
    h = two_records().told("family/F-3", e.HouseholdRecorded((FATHER,)))
    h.told("family/F-2", e.FamiliesMerged("F-3", "w-coordinator"))
    third: Any = h.files[AREA.sibling("family", "F-3")]
    assert set(third.members) == {"mother", "child", "son", "aunt", "father"}
    wrong(wrong(h, e.MemberJoined, of="F-2", said_to="F-3"), e.HouseholdRecorded, of="F-1", said_to="F-3")
    third = h.files[AREA.sibling("family", "F-3")]
    assert set(third.members) == {"mother", "son", "father"}


def test_an_error_named_before_they_merged_is_known_to_the_other() -> None:
    h = a_conference().household(AUNT).in_error(e.HouseholdRecorded).family(MERGED)
    assert not wrong(h, e.HouseholdRecorded).parked and set(other(h).members) == {"mother", "child"}


def test_two_differing_records_of_one_sitting_in_two_families_are_a_duty_to_mend() -> None:
    h = a_conference().told("family/F-2", e.HouseholdRecorded((MOTHER, CHILD)), *an_enquiry(TODAY))
    h.at("Thu 6 March 2025 12:00").held(there("w-social"))
    h.told("family/F-2", e.MeetingHeld(CONFERENCE, (there("w-health"),))).family(MERGED)
    (duty,) = [d for d in other(h).duties.values() if d.kind == "mend_record"]
    wrong(h, e.MeetingHeld)
    assert other(h).duties[duty.id].ended
    sitting = other(h).meetings[CONFERENCE].sitting
    assert sitting and [a.person for a in sitting.held.attendance] == ["w-health"]


# --- split


def parted() -> Hearing:
    return a_conference(MOTHER, FATHER, SON).sits(plan=PLAN).family(SPLIT)


def core_group_sat() -> Hearing:
    h = a_conference(MOTHER, FATHER, SON).sits(plan=PLAN)
    return h.sits(meeting=CORE_GROUP).family(SPLIT)


@pytest.mark.parametrize("said_to", ["F-1", "F-2"])
def test_a_sitting_that_went_with_those_who_left_is_put_right_where_it_is(said_to: str) -> None:
    h = core_group_sat()
    assert other(h).meetings[CORE_GROUP].held
    wrong(h, e.MeetingHeld, said_to=said_to)
    assert not other(h).meetings[CORE_GROUP].held and not h.parked and h.meeting().held


def test_who_left_stays_away_when_a_record_of_those_who_stayed_was_wrong() -> None:
    h = parted().family(e.MemberJoined(AUNT, TODAY)).in_error(e.MemberJoined)
    assert set(h.file.members) == {"mother", "child"} and not h.file.plans and CORE_GROUP not in h.file.meetings


def test_who_left_came_from_a_record_that_can_be_said_to_be_wrong_there() -> None:
    h = parted()
    assert set(other(h).members) == {"father", "son"} and other(h).plans == {"P-1": CONFERENCE}
    wrong(h, e.HouseholdRecorded)
    assert not other(h).members and set(h.file.members) == {"mother", "child"}


def test_the_conference_that_made_the_plan_is_put_right_in_each_family() -> None:
    h = wrong(parted(), e.MeetingHeld)
    assert not other(h).plans and h.meeting().held
    h.in_error(e.MeetingHeld)
    assert not h.meeting().held and not h.file.plans


def test_who_left_and_came_back_is_there_after_a_correction() -> None:
    h = parted().family(e.MemberJoined(FATHER, TODAY), e.ProfessionalLeft("w-health", TODAY))
    assert set(h.in_error(e.ProfessionalLeft).file.members) == {"mother", "child", "father"}


# --- a day that a person must set


def test_the_day_of_a_review_of_somebody_who_died_is_not_asked_for() -> None:
    h = Hearing().household().worked_with().episode().fip()
    (duty,) = h.open("set_date")
    h.family(e.PersonDied("mother", TODAY, "w-social"))
    assert h.file.duties[duty.id].ended == "lapse" and not h.open("set_date")


def test_the_day_of_a_placements_review_is_not_asked_for_once_the_child_died() -> None:
    h = Hearing().household().family(e.LookedAfterStarted("PLC-1", "child", "w-social"))
    assert h.open("set_date")
    assert not h.family(e.PersonDied("child", TODAY, "w-social")).open("set_date")


def test_the_day_of_a_joint_review_is_not_asked_for_once_the_family_moved_away() -> None:
    h = Hearing().household().worked_with().episode().fip()
    assert h.open("set_date")
    assert not h.family(e.FamilyMovedOut("MV-1", "Northmoor", TODAY, "w-social")).open("set_date")


def test_a_day_owed_in_the_family_that_ended_is_owed_under_its_name_in_the_other() -> None:
    h = Hearing().household().worked_with().episode().fip()
    (duty,) = h.open("set_date")
    (still,) = [d for d in other(h.family(MERGED)).duties.values() if d.kind == "set_date"]
    assert (still.id, still.due_at, still.ended) == (duty.id, duty.due_at, None)
