"""What a worker records at the command line: each command publishes one event, and says what came of it."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from handlers import events as e
from infra.cli import recording
from tests.infra.commands import BY, FAMILY, MEETING, Home, first_evening, home, referred
from tests.journeys.story import at, told

__all__ = ["first_evening", "home", "referred"]
KEY = "w-clearway-key"


@pytest.fixture
def after_it_began(referred: Home) -> Home:
    """Wednesday 8 January 2025 at noon: the conference should have sat, and nobody has recorded it."""
    referred.says("run", "--until", "2025-01-08T12:00")
    return referred


def events_of(home: Home, type_: type[e.Body]) -> int:
    [(n,)] = home.sql("SELECT count(*) FROM ledger WHERE type = ?", type_.__name__)
    return int(n)


def duty(home: Home, kind: str) -> str:
    return str(home.rows("duties", "--all", "--kind", kind)[0]["duty"])


def test_every_purpose_ground_and_change_has_its_words() -> None:
    assert set(recording.PURPOSES) == set(get_args(recording.Purpose)) < set(get_args(e.Purpose))
    assert set(recording.CHANGES) == set(get_args(e.Change))


@pytest.mark.parametrize("word", ["given", "refused"])
def test_consent_is_recorded_for_one_purpose(referred: Home, word: str) -> None:
    said = referred.says("consent", FAMILY, "p-mother", word, "--purpose", "joint_review", *BY)
    assert said.startswith(f"Mary Quillfeather: consent {word}, for joint care-plan reviews.")
    assert events_of(referred, e.ConsentRecorded) == 1


def test_an_override_says_its_ground_and_what_it_makes_owed(referred: Home) -> None:
    asked = ("override", FAMILY, "p-mother", "--purpose", "fip", "--ground", "life_at_risk", "--by", "w-unit-manager")
    said = referred.says(*asked)
    assert "since a life is at risk; W-UNIT-MANAGER Surname answers for it" in said
    assert re.search(r"Duty D-\w+ opened: Refer the family", said)


def test_hours_that_suit_the_family_are_looked_for_first(referred: Home) -> None:
    said = referred.says("hours", FAMILY, "--suit", "thursday=13:00-15:30", *BY)
    assert said == "Times are sought first where it suits the family."
    offered = referred.says("propose", FAMILY, MEETING, *BY).splitlines()
    assert offered[0].startswith("Thu 9 January 2025 13:00") and "that suit the family" not in offered[0]
    assert referred.says("hours", FAMILY, *BY) == "Any hour suits the family."
    for wrong, sentence in (("Sunday=09:00-10:00", "are no hours"), ("Monday=11:00-10:00", "ends before it starts")):
        assert sentence in referred.fails("hours", FAMILY, "--suit", wrong, *BY)


def test_a_report_that_came_in_ends_the_duty_to_send_it(referred: Home) -> None:
    said = referred.says("report", FAMILY, MEETING, KEY, *BY)
    assert "The report of W-CLEARWAY-KEY Surname for the initial child protection conference came in." in said
    assert re.search(r"Duty D-\w+ ended \(evidence: .*report", said)


def test_whoever_shows_that_they_know_ends_the_duty_to_tell_them(referred: Home) -> None:
    said = referred.says("acknowledge", duty(referred, "tell_treatment"), KEY, *BY)
    assert said.startswith("W-CLEARWAY-KEY Surname knows: Make sure that clearway knows")
    assert re.search(r"Duty D-\w+ ended \(evidence: ", said)


def test_the_word_of_another_leaves_the_duty_open_and_says_so(referred: Home) -> None:
    said = referred.says("acknowledge", duty(referred, "tell_treatment"), "w-health", *BY)
    assert f"stays open: it is owed to {KEY}, not to w-health" in said and "ended" not in said


def test_a_duty_that_no_word_can_end_is_not_acknowledged(referred: Home) -> None:
    sentence = referred.fails("acknowledge", duty(referred, "hold_meeting"), KEY, *BY)
    assert "does not end by somebody's word" in sentence and "quorate close" in sentence


def test_a_significant_change_makes_it_owed_to_tell_the_service(referred: Home) -> None:
    remark = ("--remark", "Tom Quillfeather is back from his aunt")
    said = referred.says("change", FAMILY, "child_returned_home", "--on", "2025-01-06", *remark, *BY)
    assert said.startswith("Recorded, a child returned home, on Mon 6 January 2025.")
    assert re.search(r"Duty D-\w+ opened: Make sure that clearway knows of the change CH-\w+.*to W-CLEARWAY-KEY", said)
    assert "his aunt" not in " ".join(str(r) for r in referred.sql("SELECT * FROM outbox, ledger LIMIT 5000"))
    acknowledged = referred.says("acknowledge", duty(referred, "tell_change"), KEY, *BY)
    assert re.search(r"Duty D-\w+ ended \(evidence: ", acknowledged)


def test_a_change_before_treatment_began_is_owed_to_nobody(referred: Home) -> None:
    assert "No treatment service has to be told" in referred.says("change", FAMILY, "other", "--on", "2020-01-06", *BY)


def test_a_verbal_referral_is_owed_in_writing_until_it_is_confirmed(referred: Home) -> None:
    said = referred.says("refer", FAMILY, "REF-1", "verbal", "--by", "w-health")
    assert re.search(
        r"W-HEALTH Surname made the verbal referral REF-1\.\nDuty D-\w+ opened: w-health must confirm", said
    )
    assert "number of its own" in referred.fails("refer", FAMILY, "REF-1", "written", *BY)
    confirmed = referred.says("confirm-referral", FAMILY, "REF-1", "--by", "w-health")
    assert re.search(r"confirmed in writing\.\nDuty D-\w+ ended \(evidence: ", confirmed)


def test_a_meeting_is_asked_for_by_a_day_and_for_whose_plan(referred: Home) -> None:
    asked = ("ask-meeting", FAMILY, "joint_care_plan_review", "JR-1", "--due", "2025-02-14", "--adult", "p-mother")
    said = referred.says(*asked, "--service", "clearway", *BY)
    assert said.startswith("joint-care-plan-review:JR-1 is due by Fri 14 February 2025.")
    assert "Ask whether clearway may be told" in said  # nobody has consented to joint reviews


def test_an_adjourned_conference_seeks_a_new_time_at_once(after_it_began: Home) -> None:
    said = after_it_began.says("adjourn", FAMILY, MEETING, "--reason", "the chair was taken ill", *BY)
    assert said.startswith("Adjourned. The initial child protection conference is booked for ")
    assert "Wed 8 January 2025 09:00" not in said


def test_what_has_not_begun_is_moved_and_not_adjourned(referred: Home) -> None:
    assert "quorate move" in referred.fails("adjourn", FAMILY, MEETING, "--reason", "x", *BY)
    referred.says("cancel", FAMILY, MEETING, "--reason", "snow", *BY)
    assert "is not booked" in referred.fails("adjourn", FAMILY, MEETING, "--reason", "x", *BY)


def test_decisions_are_recorded_only_of_a_meeting_that_sat(after_it_began: Home) -> None:
    asked = (
        "decisions",
        FAMILY,
        MEETING,
        "--decision",
        "A plan is made.",
        "--decision",
        "Core group in ten days.",
        *BY,
    )
    assert "has not been recorded as held" in after_it_began.fails(*asked)


def test_decisions_are_sent_ahead_of_the_minutes_to_whoever_should_have_them(after_it_began: Home) -> None:
    seats = (e.Attendance(person="w-social", presence="present"), e.Attendance(person="p-mother", presence="present"))
    after_it_began.publish([told(at("2025-01-08", "12:30"), "family/F-1", e.MeetingHeld(MEETING, seats))])
    after_it_began.says("run", "--until", "2025-01-08T13:00")
    said = after_it_began.says("decisions", FAMILY, MEETING, "--decision", "Ann Quillfeather has a plan.", *BY)
    assert re.match(r"1 decision of the initial child protection conference recorded; \d people to have them\.", said)
    assert re.search(r"Duty D-\w+ ended \(evidence: .*Send clearway the decisions", said)
    assert {r["fate"] for r in after_it_began.rows("sent", FAMILY) if r["what"] == "decisions"} == {"handed over"}
    assert "has a plan" not in " ".join(str(r) for r in after_it_began.sql("SELECT * FROM outbox, ledger LIMIT 9000"))


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        (("consent", FAMILY, "p-nobody", "given", "--purpose", "fip", *BY), "p-mother"),
        (("consent", FAMILY, "p-mother", "perhaps", "--purpose", "fip", *BY), "refused"),
        (("consent", FAMILY, "p-mother", "given", "--purpose", "party", *BY), "joint_review"),
        (("override", FAMILY, "p-mother", "--purpose", "fip", "--ground", "haste", *BY), "life_at_risk"),
        (("acknowledge", "D-0", KEY, *BY), "D-"),
        (("adjourn", "F-9", MEETING, "--reason", "x", *BY), "F-1"),
        (("report", FAMILY, MEETING, "w-nobody", *BY), KEY),
        (("decisions", FAMILY, MEETING, *BY), "--help"),
        (("change", FAMILY, "other", "--on", "2025-02-01", *BY), "has not come"),
        (("change", FAMILY, "other", "--on", "soon", *BY), "2025-01-14"),
        (("confirm-referral", FAMILY, "REF-9", *BY), "no referral REF-9"),
        (("ask-meeting", FAMILY, "looked_after_review", "LR-1", "--due", "2024-12-01", *BY), "is past"),
        (
            ("ask-meeting", FAMILY, "care_plan_meeting", "C-1", "--due", "2025-02-01", "--service", "x", *BY),
            "clearway",
        ),
        (
            ("ask-meeting", FAMILY, "initial_conference", "SD-1", "--due", "2025-02-01", *BY),
            "nobody is asked to set the day of initial-conference:SD-1: a rule dates it",
        ),
        (("sent", FAMILY, "--person", "w-nobody"), KEY),
    ],
)
def test_what_is_unknown_is_said_with_what_there_is(referred: Home, typed: tuple[str, ...], named: str) -> None:
    before = referred.sql("SELECT count(*) FROM outbox")
    assert named in referred.fails(*typed)
    assert referred.sql("SELECT count(*) FROM outbox") == before
