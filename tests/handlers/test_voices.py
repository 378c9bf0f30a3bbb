"""Children are offered an advocate, how they took part is recorded, and parents bring whom they like (CHD, SUP-01)."""

from datetime import date

import pytest
from msgspec.structs import replace

from handlers import events as e
from handlers.protocol import Protocol
from handlers.working_days import local_day
from infra.protocols.packs import protocol
from tests.handlers.hearing import CONFERENCE, MOTHER, Hearing, day, england, there

REVIEW = "review-conference:PLAN-1:1"
CHILDREN = (
    e.Member(person="five", name="A", relation="child", born=date(2019, 3, 4)),  # five until tomorrow
    e.Member(person="six", name="B", relation="child", born=date(2019, 3, 3)),  # six today
    e.Member(person="unknown", name="C", relation="child"),
    e.Member(person="unborn", name="D", relation="unborn"),
)


def asking() -> Protocol:
    """An area that offers an advocate above five, and wants codes within a working day."""
    chd = replace(england().rules["CHD-01"], id="CHD-02")
    rules, answers = {**england().rules, "CHD-02": chd}, {**england().answers, "CHD-02": "CHD-02"}
    return replace(england(), advocate_above_age=5, rules=rules, answers=answers)


def family_of(children: tuple[e.Member, ...] = CHILDREN, protocol: Protocol | None = None) -> Hearing:
    h = Hearing(protocol=protocol or asking()).family(e.HouseholdRecorded((MOTHER, *children)))
    return h.worked_with().conference()


def reviewed() -> Hearing:
    h = family_of(CHILDREN[:2]).sits(there("mother"), plan=e.Plan(plan="PLAN-1", category="neglect"))
    return h.books("Thu 10 April 2025 10:00", REVIEW).sits(there("mother"), meeting=REVIEW)


def test_a_child_above_the_areas_age_is_offered_an_advocate_by_the_working_day_after_it_was_asked_for() -> None:
    (duty,) = family_of().duties("offer_advocate")
    assert duty.owner == "coordinator" and duty.sentence.startswith("Offer six an advocate")
    assert (duty.rule, local_day(duty.due_at)) == ("CHD-01", day("Tue 4 March 2025"))


@pytest.mark.parametrize("outcome", ["wanted", "not_wanted"])
def test_the_offer_ends_it_whatever_the_child_says(outcome: str) -> None:
    h = family_of().family(e.AdvocateOffered(CONFERENCE, "six", outcome, "w-social"))  # type: ignore[arg-type]
    assert h.duty("offer_advocate").ended_by == f"w-social: {outcome}"


def test_while_no_pack_says_an_age_nobody_owes_an_offer_or_a_code() -> None:
    h = family_of(protocol=england())
    assert england().advocate_above_age is None and not h.duties("offer_advocate")
    assert "CHD-02" not in england().rules


def test_a_dead_child_is_offered_nothing() -> None:
    h = family_of().family(e.PersonDied("six", day("Mon 3 March 2025"), "w-social"))
    assert h.duty("offer_advocate").ended == "lapse"


def test_after_a_review_that_sat_it_is_owed_to_record_how_each_child_took_part() -> None:
    h = reviewed()
    assert {d.sentence.split()[2] for d in h.open("record_participation")} == {"five", "six"}
    h.family(e.ParticipationRecorded(REVIEW, "five", "PN1", "w-social"))
    assert [d.ended_by for d in h.duties("record_participation", ended="evidence")] == ["w-social: PN1"]
    h.in_error(e.ParticipationRecorded)
    assert len(h.open("record_participation")) == 2


def test_a_code_for_a_review_that_has_not_sat_waits_for_it() -> None:
    h = family_of(CHILDREN[:2]).sits(there("mother"), plan=e.Plan(plan="PLAN-1", category="neglect"))
    h.family(e.ParticipationRecorded(REVIEW, "six", "PN4", "w-social"))
    assert [p[1] for p in h.parked] == [f"held:{REVIEW}"]


def test_whoever_is_brought_along_is_kept_until_they_do_not_come_and_is_sent_nothing() -> None:
    h = family_of()
    before = len(h.messages)
    named = e.SupporterNamed("SUP-1", CONFERENCE, "mother", "friend", "Jo Reed", "w-social")
    assert h.family(named).file.arrangements.supporters_at(CONFERENCE) == [named]
    h.at("Mon 3 March 2025 10:01").family(replace(named, comes=False))
    assert not h.file.arrangements.supporters_at(CONFERENCE) and len(h.messages) == before


def test_whether_supporters_speak_is_the_areas_choice() -> None:
    assert england().supporters_speak and not protocol("wales").supporters_speak
