"""Each nation opens its meetings by its own clock, under its own rules' names; the same story, told four times."""

from functools import cache

import pytest

from handlers import events as e
from handlers.protocol import Protocol
from handlers.working_days import in_words
from infra.protocols.packs import protocol
from tests.handlers.hearing import CONFERENCE, Hearing, day, there

FIRST, SECOND = "core-group:P-1:1", "core-group:P-1:2"
REVIEW, LATER_REVIEW = "review-conference:P-1:1", "review-conference:P-1:2"
PLAN = e.Plan(plan="P-1", category="neglect", core_group=("w-social", "w-health"))
NATIONS = ("england", "wales", "scotland", "northern-ireland")


@cache
def of(nation: str) -> Protocol:
    return protocol(nation)


def conferred(nation: str) -> Hearing:
    """Discussed on Mon 3 March 2025; the conference made a plan on Wed 5 March."""
    h = Hearing(protocol=of(nation)).household().worked_with().episode().conference()
    return h.books("Wed 5 March 2025 14:00").sits(there("w-key"), plan=PLAN)


@pytest.mark.parametrize(
    ("nation", "rule", "due"),
    [
        ("england", "ICPC-01, national", "Mon 24 March 2025"),
        ("wales", "W-01, typical, Conwy", "Mon 24 March 2025"),
        ("scotland", "S-01, national", "Mon 31 March 2025"),  # 28 calendar days
        ("northern-ireland", "N-05a, typical, design default", "Tue 25 March 2025"),  # St Patrick's Day left out
    ],
)
def test_the_first_conference_is_due_by_the_nations_own_rule(nation: str, rule: str, due: str) -> None:
    meeting = Hearing(protocol=of(nation)).household().worked_with().conference().meeting(CONFERENCE)
    assert in_words(meeting.due.due_on) == due
    assert f": {due} ({rule}" in meeting.due.working


@pytest.mark.parametrize(
    ("nation", "rule", "due"),
    [
        ("england", "CG-01", "Wed 19 March 2025"),
        ("wales", "W-02a", "Wed 19 March 2025"),
        ("scotland", "S-06", "Wed 26 March 2025"),  # 15 working days
        ("northern-ireland", "N-05b", "Thu 20 March 2025"),  # St Patrick's Day left out
    ],
)
def test_the_first_core_group_follows_the_nations_own_rule(nation: str, rule: str, due: str) -> None:
    meeting = conferred(nation).meeting(FIRST)
    assert in_words(meeting.due.due_on) == due and f"({rule}, " in meeting.due.working


@pytest.mark.parametrize(
    ("nation", "rule", "due"),
    [
        ("england", "RCPC-01a", "Thu 5 June 2025"),
        ("wales", "W-03a", "Thu 5 June 2025"),
        ("scotland", "S-08a", "Fri 5 September 2025"),  # six months
        ("northern-ireland", "N-01a", "Thu 5 June 2025"),
    ],
)
def test_the_first_review_follows_the_nations_own_rule(nation: str, rule: str, due: str) -> None:
    meeting = conferred(nation).meeting(REVIEW)
    assert in_words(meeting.due.due_on) == due and f"({rule}, " in meeting.due.working


@pytest.mark.parametrize(
    ("nation", "decision", "minutes"),
    [
        ("england", "DEC-01: Thu 6 March 2025 23:59", "REC-01: Wed 26 March 2025 23:59"),
        ("wales", "W-04a: Wed 12 March 2025 23:59", "W-04b: Wed 2 April 2025 23:59"),
        ("scotland", "S-05b: Fri 7 March 2025 14:00", "S-05a: Wed 19 March 2025 23:59"),  # 48 hours by the clock
        ("northern-ireland", "DEC-01: Thu 6 March 2025 23:59", "N-05d: Thu 27 March 2025 23:59"),
    ],
)
def test_decisions_and_record_reach_the_service_by_the_nations_own_rules(
    nation: str, decision: str, minutes: str
) -> None:
    h = conferred(nation)
    owed = [h.duty(kind, meeting=CONFERENCE) for kind in ("send_decision_treatment", "send_minutes_treatment")]
    assert [f"{duty.rule}: {in_words(duty.due_at)}" for duty in owed] == [decision, minutes]


def test_a_family_across_a_border_meets_monthly_in_wales_and_six_weekly_in_england() -> None:
    """The first core group sat on Wed 12 March: one month on is Sat 12 April, six weeks on is Wed 23 April."""
    for nation, rule, due in (("wales", "W-02b", "Fri 11 April 2025"), ("england", "CG-02", "Wed 23 April 2025")):
        h = conferred(nation).books("Wed 12 March 2025 10:00", FIRST).sits(meeting=FIRST)
        meeting = h.meeting(SECOND)
        assert in_words(meeting.due.due_on) == due and f"({rule}, " in meeting.due.working


def test_scotland_meets_before_a_birth_by_the_week_of_the_pregnancy() -> None:
    """28 weeks of 40 is 12 weeks before the expected day; three months before it is Sun 2 March."""
    asked = e.PreBirthConferenceAskedFor("PB-1", "unborn", day("Mon 2 June 2025"), "w-social")
    for nation, rule, due in (("scotland", "S-03b", "Mon 10 March 2025"), ("england", "PB-01", "Fri 28 February 2025")):
        meeting = (
            Hearing(protocol=of(nation)).household().worked_with().family(asked).meeting("pre-birth-conference:PB-1")
        )
        assert in_words(meeting.due.due_on) == due and f"({rule}, " in meeting.due.working


def test_scotland_tells_of_easter_monday_as_a_working_day_and_the_others_do_not() -> None:
    easter = {nation: in_words(of(nation).deadline("TELL-01", day("Thu 17 April 2025")).due_on) for nation in NATIONS}
    assert easter.pop("scotland") == "Mon 21 April 2025"
    assert set(easter.values()) == {"Tue 22 April 2025"}
