"""One child of the census: what is read of it, and what is refused, value by value, while the rest goes on."""

from __future__ import annotations

from datetime import date

import pytest

from handlers import events as e
from handlers.people import StreamId
from infra.imports.census import Child
from infra.imports.returns import Header
from tests.infra.censuses import a_child, a_plan, an_assessment, an_enquiry, details, element

JUNE_3, JUNE_20 = date(2024, 6, 3), date(2024, 6, 20)
CENSUS_DAY = date(2025, 3, 31)
Refusals = list[tuple[str, str]]


def read(*groups: str, name: str | None = "30117", **identifiers: str | None) -> Child:
    made = a_child(name, *groups, **identifiers)  # type: ignore[arg-type]  # a year is never given here
    return Child(element(made), 1, Header(CENSUS_DAY), "riverside", date(2023, 1, 1))


def said(child: Child, type_: type[e.Body]) -> list[e.Body]:
    return [w.body for w in child.wanted if isinstance(w.body, type_)]


def refused(child: Child) -> Refusals:
    """Without what is said of the child beside, that no review falls due."""
    return [(r.element, r.value) for r in child.refused if r.element != "ChildProtectionPlans"]


def sentence(child: Child) -> str:
    [row] = (r for r in child.refused if r.element != "ChildProtectionPlans")
    return row.sentence


def whole(**plan: str | None) -> str:
    return details(an_assessment(), an_enquiry(), a_plan(**plan))


def test_a_child_is_a_family_named_by_its_id_and_nothing_else() -> None:
    child = read(details())
    [joined] = said(child, e.MemberJoined)
    assert isinstance(joined, e.MemberJoined) and joined.member.born == date(2015, 3, 27)
    assert (joined.member.person, joined.member.name, joined.member.relation) == ("CIN-30117", "30117", "child")
    assert {w.stream for w in child.wanted} == {StreamId("riverside", "family", "CIN-30117")} and not child.refused


def test_a_child_who_is_expected_is_unborn() -> None:
    [joined] = said(read(details(), born=None, expected="2025-06-14"), e.MemberJoined)
    assert isinstance(joined, e.MemberJoined) and joined.member.relation == "unborn"


@pytest.mark.parametrize("name", [None, "Ann Smith", "a/b", "a:b", "x" * 61])
def test_a_record_whose_child_has_no_usable_id_is_refused_whole(name: str | None) -> None:
    child = read(whole(), name=name)
    assert not child.wanted and refused(child) == [("LAchildID", name or "")]
    assert child.refused[0].row == "child number 1"


def test_an_enquiry_its_conference_and_its_plan_are_read() -> None:
    child = read(details(an_enquiry(), a_plan("2024-06-20", "2025-03-06", "2024-09-12", latest="EMO")))
    assert said(child, e.StrategyDiscussionHeld) == [e.StrategyDiscussionHeld("s47-2024-06-03", JUNE_3, True)]
    held = e.ConferenceHeldBefore("initial-conference:s47-2024-06-03", JUNE_20, "s47-2024-06-03")
    assert said(child, e.ConferenceHeldBefore) == [held]
    reviews = (date(2024, 9, 12), date(2025, 3, 6))
    assert said(child, e.PlanStoodBefore) == [
        e.PlanStoodBefore("plan-2024-06-20", JUNE_20, CENSUS_DAY, "emotional", reviews)
    ]
    assert not child.refused and not said(child, e.ConferenceAskedFor)


@pytest.mark.parametrize("group", ["CPPreviewDates", "CPPreviews", "Reviews"])
def test_reviews_are_found_whatever_their_group_is_called(group: str) -> None:
    child = read(details(an_enquiry(), a_plan("2024-06-20", "2024-09-12").replace("Reviews>", f"{group}>")))
    [plan] = said(child, e.PlanStoodBefore)
    assert isinstance(plan, e.PlanStoodBefore) and plan.reviews == (date(2024, 9, 12),)


def test_a_conference_without_an_enquiry_is_read_where_the_layout_has_it() -> None:
    child = read(details("<DateOfInitialCPC>2024-06-20</DateOfInitialCPC>", a_plan()))
    assert said(child, e.ConferenceHeldBefore) == [
        e.ConferenceHeldBefore("initial-conference:cpc-2024-06-20", JUNE_20, None)
    ]
    assert len(said(child, e.PlanStoodBefore)) == 1 and not child.refused


def test_a_plan_of_an_earlier_year_needs_no_conference_in_this_census() -> None:
    child = read(details(a_plan("2023-11-02", "2024-11-04"), referred="2023-10-02"))
    assert len(said(child, e.PlanStoodBefore)) == 1 and not child.refused


@pytest.mark.parametrize("made", ["2024-06-21", "2024-04-01"])
def test_a_plan_of_this_year_without_a_conference_is_refused(made: str) -> None:
    child = read(details(an_enquiry(), a_plan(made)))
    assert refused(child) == [("CPPstartDate", made)] and "add DateOfInitialCPC" in sentence(child)
    assert not said(child, e.PlanStoodBefore) and said(child, e.StrategyDiscussionHeld)


@pytest.mark.parametrize(
    ("group", "refusals"),
    [
        (an_enquiry("2024-06-31", None, None, "true"), [("S47ActualStartDate", "2024-06-31")]),
        (an_enquiry(None, None, None, "true"), [("S47ActualStartDate", "")]),
        (an_enquiry("2024-05-31", None, None, "true"), [("S47ActualStartDate", "2024-05-31")]),
        (an_enquiry(sat="2024-06-02"), [("DateOfInitialCPC", "2024-06-02")]),
        (an_enquiry(sat="2025-04-02"), [("DateOfInitialCPC", "2025-04-02")]),
        (an_enquiry(sat=None), [("InitialCPCtarget", "2024-06-24")]),
        (an_enquiry(sat=None, not_required="perhaps"), [("ICPCnotRequired", "perhaps")]),
        (an_assessment("2024-06-01", "1B"), [("AssessmentAuthorisationDate", "2024-06-01")]),
        (an_assessment("soon", "1B", begun=None), [("AssessmentAuthorisationDate", "soon")] * 2),
        (an_assessment("2024-06-30", "1B", "9Z", "2c"), [("AssessmentFactors", "9Z")]),
        (an_assessment("2024-06-30"), [("AssessmentFactors", "")]),
        ("<DateOfInitialCPC>2024-05-31</DateOfInitialCPC>", [("DateOfInitialCPC", "2024-05-31")]),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_and_the_child_is_recorded(group: str, refusals: Refusals) -> None:
    child = read(details(group))
    assert refused(child) == refusals and len(said(child, e.MemberJoined)) == 1


@pytest.mark.parametrize(
    ("plan", "refusals"),
    [
        (a_plan(ended="2024-06-19"), [("CPPendDate", "2024-06-19")]),
        (a_plan(ended="2024-06-31"), [("CPPendDate", "2024-06-31"), ("CPPstartDate", "2024-06-20")]),
        (a_plan(made=None), [("CPPstartDate", "")]),
        (a_plan(made="1899-01-01"), [("CPPstartDate", "1899-01-01")]),
        (a_plan(made="2025-04-01"), [("CPPstartDate", "2025-04-01")]),
    ],
)
def test_a_plan_whose_days_cannot_be_right_is_refused(plan: str, refusals: Refusals) -> None:
    child = read(details(an_enquiry(), plan))
    assert refused(child) == refusals and not said(child, e.PlanStoodBefore)


@pytest.mark.parametrize("review", ["2024-06-20", "2024-06-01", "2025-03-21", "2025-04-01", "2025-02-30"])
def test_a_review_whose_day_cannot_be_right_is_refused_and_its_plan_stays(review: str) -> None:
    child = read(details(an_enquiry(), a_plan("2024-06-20", "2024-09-12", review, ended="2025-03-20")))
    [plan] = said(child, e.PlanStoodBefore)
    assert refused(child) == [("CPPreviewDate", review)]
    assert isinstance(plan, e.PlanStoodBefore) and plan.reviews == (date(2024, 9, 12),)


@pytest.mark.parametrize(
    ("first", "latest", "category", "refusals"),
    [
        ("NEG", "XXX", "neglect", [("LatestCategoryOfAbuse", "XXX")]),
        ("XXX", "PHY", "physical", [("InitialCategoryOfAbuse", "XXX")]),
        ("XXX", None, None, [("InitialCategoryOfAbuse", "XXX")]),
        (None, "sab", "sexual", []),
        ("EMO", "MUL", "multiple", []),
    ],
)
def test_a_bad_category_is_refused_and_its_plan_stays(
    first: str | None, latest: str | None, category: str | None, refusals: Refusals
) -> None:
    child = read(details(an_enquiry(), a_plan(first=first, latest=latest)))
    [plan] = said(child, e.PlanStoodBefore)
    assert isinstance(plan, e.PlanStoodBefore) and plan.category == category and refused(child) == refusals


def test_a_plan_without_an_end_in_a_closed_case_is_refused() -> None:
    child = read(details(an_enquiry(), a_plan(), closed="2025-01-09"))
    assert refused(child) == [("CPPendDate", "")] and "closed on 2025-01-09" in sentence(child)


def test_no_plan_is_taken_to_stand_for_a_child_who_died() -> None:
    child = read(details(an_enquiry(), a_plan()), died="2025-01-09")
    assert refused(child) == [("CPPendDate", "")] and not said(child, e.PlanStoodBefore)


def test_a_child_has_one_plan_at_a_time() -> None:
    later = details(an_enquiry("2024-11-04", "2024-11-20"), a_plan("2024-11-20"))
    child = read(details(an_enquiry(), a_plan()), later)
    assert [w.body.plan for w in child.wanted if isinstance(w.body, e.PlanStoodBefore)] == ["plan-2024-11-20"]
    assert "the plan of 2024-06-20 has no end" in sentence(child)


def test_a_standing_plan_of_which_nothing_is_told_since_holidays_are_known_is_refused() -> None:
    child = read(details(a_plan("2022-02-17"), referred="2022-02-01"))
    assert refused(child) == [("CPPreviewDate", "2022-02-17")] and "add its later reviews" in sentence(child)


def test_an_enquiry_before_holidays_are_known_is_left_out_and_its_conference_stays() -> None:
    child = read(details(an_enquiry("2022-12-20", "2023-01-10"), referred="2022-12-01"))
    assert refused(child) == [("S47ActualStartDate", "2022-12-20")]
    assert said(child, e.ConferenceHeldBefore) == [
        e.ConferenceHeldBefore("initial-conference:cpc-2023-01-10", date(2023, 1, 10), None)
    ]


@pytest.mark.parametrize(
    ("enquiry", "closed", "asked"),
    [
        (an_enquiry("2025-03-24", None, "2025-04-14"), None, True),
        (an_enquiry("2025-03-10", None, "2025-03-31", None), None, True),
        (an_enquiry("2025-03-24", None, "2025-04-14", "true"), None, False),
        (an_enquiry("2025-03-24", None, "2025-04-14", "1"), None, False),
        (an_enquiry("2025-03-24", None, None), None, False),
        (an_enquiry("2025-03-24", None, "2025-04-14"), "2025-03-28", False),
    ],
)
def test_a_conference_that_is_still_to_come_is_asked_for(enquiry: str, closed: str | None, asked: bool) -> None:
    child = read(details(enquiry, closed=closed))
    assert bool(said(child, e.ConferenceAskedFor)) is asked and not child.refused


def test_the_factors_of_one_day_are_one_record_under_the_statutory_basis() -> None:
    child = read(details(an_assessment("2024-06-30", "1B", "3A")), details(an_assessment("2024-06-30", "2C", "1B")))
    [assessed] = said(child, e.FactorsAssessed)
    assert isinstance(assessed, e.FactorsAssessed) and assessed.basis == "statutory"
    assert [(x.code, x.person) for x in assessed.factors] == [("1B", None), ("3A", None), ("2C", None)]
    assert assessed.assessed_on == date(2024, 6, 30)


def test_an_assessment_that_goes_on_counts_from_the_day_it_began() -> None:
    [assessed] = said(read(details(an_assessment(None, "2B"))), e.FactorsAssessed)
    assert isinstance(assessed, e.FactorsAssessed) and assessed.assessed_on == date(2024, 6, 2)


def test_what_each_event_happened_on_is_its_own_day() -> None:
    child = read(details(an_assessment("2024-06-30", "1B"), an_enquiry(), a_plan()))
    assert [(type(w.body).__name__, str(w.on)) for w in child.wanted] == [
        ("MemberJoined", "2024-06-01"),
        ("StrategyDiscussionHeld", "2024-06-03"),
        ("ConferenceHeldBefore", "2024-06-20"),
        ("FactorsAssessed", "2024-06-30"),
        ("PlanStoodBefore", "2024-06-20"),
    ]


@pytest.mark.parametrize(
    "child",
    [
        read(details(an_enquiry(), a_plan(None))),
        read(details(an_enquiry(), a_plan("2024-02-30"))),
        read(details(an_enquiry(sat=None), a_plan())),
        read(details(an_enquiry(), a_plan(ended="2025-02-30"))),
        read(whole(), name=None),
    ],
)
def test_a_child_on_a_plan_that_cannot_be_used_is_said_to_have_no_review_falling_due(child: Child) -> None:
    last = child.refused[-1]
    assert len(child.refused) > 1 and "NO REVIEW OF IT FALLS DUE HERE: mend it and import again, or" in last.sentence


@pytest.mark.parametrize("child", [read(whole()), read(whole(made=None, ended="2025-03-20")), read(details())])
def test_nothing_is_said_of_reviews_where_the_plan_is_used_has_ended_or_is_none(child: Child) -> None:
    assert "ChildProtectionPlans" not in {r.element for r in child.refused}


def test_a_death_before_the_birth_is_refused() -> None:
    assert refused(read(details(), died="2015-03-26")) == [("PersonDeathDate", "2015-03-26")]
    assert not refused(read(details(), died="2015-03-27"))
