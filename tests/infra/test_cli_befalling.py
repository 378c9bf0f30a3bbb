"""What befell a family, at the command line: each command publishes one event, and says what came of it."""

from __future__ import annotations

import re

import pytest

from handlers import events as e
from tests.infra.commands import BY, FAMILY, MEETING, Home, first_evening, home, referred
from tests.journeys.story import at, told

__all__ = ["first_evening", "home", "referred"]
ON = ("--on", "2025-01-06")


@pytest.fixture
def expecting(referred: Home) -> Home:
    """A baby is expected in the family, too."""
    unborn = e.Member(person="p-baby", name="Baby Quillfeather", relation="unborn")
    joined = e.MemberJoined(unborn, at("2025-01-06").date())
    referred.publish([told(at("2025-01-06", "17:00"), "family/F-1", joined)])
    referred.says("run", "--until", "2025-01-06")
    return referred


def test_a_birth_is_recorded_and_the_child_is_known_by_its_name(expecting: Home) -> None:
    said = expecting.says("birth", FAMILY, "p-baby", *ON, "--named", "Rowan Quillfeather", *BY)
    assert said.startswith("Rowan Quillfeather was born on Mon 6 January 2025.")
    assert re.search(r"Duty D-\w+ opened: Make sure that clearway knows of the change born:p-baby", said)
    assert "Rowan Quillfeather" in expecting.says("show", FAMILY)


def test_only_an_unborn_child_can_be_born(expecting: Home) -> None:
    assert "p-mother is no unborn child of F-1: there is p-baby" in expecting.fails(
        "birth", FAMILY, "p-mother", *ON, *BY
    )


def test_a_death_calls_invitations_back_without_a_mail_to_the_dead(referred: Home) -> None:
    said = referred.says("death", FAMILY, "p-mother", *ON, *BY)
    assert said.startswith("Mary Quillfeather died on Mon 6 January 2025.")
    assert re.search(r"Duty D-\w+ ended \(lapse: the file\): Make sure that clearway knows", said)
    (off,) = [x for x in referred.rows("sent", FAMILY, "--person", "p-mother") if x["what"] == "cancellation"]
    assert off["fate"] == "not sent (no address)"
    assert "cancellation not sent (no address)" in referred.says("show", FAMILY)
    assert "Mary Quillfeather (p-mother), on Mon 6 January 2025" in referred.says("show", FAMILY)


def test_whoever_is_not_of_the_family_does_not_die_in_it(referred: Home) -> None:
    assert "p-nobody is not of F-1: there is" in referred.fails("death", FAMILY, "p-nobody", *ON, *BY)


@pytest.mark.parametrize(
    "words",
    [
        ("death", FAMILY, "p-mother"),
        ("moved", FAMILY, "p-mother", "--address", "new@home.example"),
        ("moved-out", FAMILY, "MV-1", "--to", "Northmoor"),
    ],
)
def test_what_has_not_come_has_not_happened(referred: Home, words: tuple[str, ...]) -> None:
    sentence = referred.fails(*words, "--on", "2025-01-07", *BY)
    assert sentence.endswith("so give the day on which it happened")


def test_papers_go_to_a_new_address_which_is_sealed_where_it_is_kept(referred: Home) -> None:
    said = referred.says("moved", FAMILY, "p-mother", "--address", "mary@new.example", *ON, *BY)
    assert said.startswith("Papers for Mary Quillfeather go to the new address.")
    said = referred.says("moved", FAMILY, "p-mother", "--address", "9 Mill Row", *ON, *BY)
    assert "go to the new address, which is none for mail: post them, or let them be collected." in said
    assert not referred.sql("SELECT 1 FROM ledger WHERE body LIKE '%mary@new.example%'")


def test_an_empty_address_is_refused(referred: Home) -> None:
    assert "the address is empty" in referred.fails("moved", FAMILY, "p-mother", "--address", " ", *ON, *BY)


def test_a_move_out_of_the_area_is_told_and_handed_over(referred: Home) -> None:
    said = referred.says("moved-out", FAMILY, "MV-1", "--to", "Northmoor", *ON, *BY)
    assert said.startswith("F-1 moved to Northmoor since Mon 6 January 2025.")
    assert re.search(r"Duty D-\w+ opened: Tell Northmoor that the family moved there", said)
    assert re.search(r"Duty D-\w+ ended \(evidence", referred.says("area-told", FAMILY, "MV-1", *ON, *BY))
    over = referred.says("taken-over", FAMILY, "MV-1", *ON, *BY)
    assert "The initial child protection conference is due no longer, since Northmoor held its conference" in over
    assert referred.snapshot()["meetings"][MEETING]["no_longer_due_at"]


def test_a_move_that_nobody_recorded_cannot_be_handed_over(referred: Home) -> None:
    assert "F-1 has no move MV-9" in referred.fails("taken-over", FAMILY, "MV-9", *ON, *BY)


# --- families merged and split


@pytest.fixture
def two_records(referred: Home) -> Home:
    """F-2 is another record of the same mother."""
    mother = e.Member(person="p-mother", name="Mary Quillfeather", relation="parent", cares=True)
    household = e.HouseholdRecorded((mother,))
    referred.publish([told(at("2025-01-06", "17:00"), "family/F-2", household)])
    referred.says("run", "--until", "2025-01-06")
    return referred


def test_two_records_become_one_family_and_the_old_name_leads_to_it(two_records: Home) -> None:
    owed = {row["duty"] for row in two_records.rows("duties")}
    said = two_records.says("merge", FAMILY, "--into", "F-2", *BY)
    assert re.match(r"F-1 goes on as F-2, with 1 meeting ahead and \d+ duties open\.", said)
    assert {row["family"] for row in two_records.rows("duties")} == {"F-2"}
    assert {row["duty"] for row in two_records.rows("duties")} == owed
    assert [row["family"] for row in two_records.rows("meetings")] == ["F-2"]
    assert "Goes on with what was F-1" in two_records.says("show", FAMILY)


def test_a_family_that_merged_takes_no_other_along_into_a_third(two_records: Home) -> None:
    two_records.says("merge", FAMILY, "--into", "F-2", *BY)
    refused = two_records.fails("merge", FAMILY, "--into", "F-3", *BY)
    assert refused == "F-1 already goes on as F-2; if they are one family too: quorate merge F-2 --into F-3"
    assert two_records.fails("merge", FAMILY, "--into", "F-2", *BY) == "F-1 goes on as F-2 already"
    assert two_records.one("show", FAMILY)["family"] == "F-2"


def test_what_is_recorded_under_the_old_name_reaches_the_family_that_goes_on(two_records: Home) -> None:
    ended = told(at("2025-01-06", "18:00"), "family/F-1", e.PlanEnded("PLAN-9", at("2025-01-06").date(), "w-chair-1"))
    two_records.publish([ended])
    two_records.says("run", "--until", "2025-01-06")
    two_records.says("merge", FAMILY, "--into", "F-2", *BY)
    answer = two_records.says("answer", FAMILY, MEETING, "w-clearway-key", "accepted", *BY)
    assert re.search(r"Duty D-\w+ ended \(evidence", answer)
    assert [(row["stream"], row["awaits"]) for row in two_records.rows("parked")] == [
        ("riverside/family/F-2", "plan:PLAN-9")
    ]


def test_after_merging_the_files_are_still_the_fold_of_their_ledgers(two_records: Home) -> None:
    two_records.says("merge", FAMILY, "--into", "F-2", *BY)
    kept = [two_records.one("show", f) for f in (FAMILY, "F-2")]
    two_records.sql("UPDATE files SET fold_version = 0")
    assert [two_records.one("show", f) for f in (FAMILY, "F-2")] == kept
    assert two_records.says("ledger", "verify")


def test_a_record_of_the_family_that_ended_is_listed_and_put_right_under_either_name(two_records: Home) -> None:
    two_records.says("merge", FAMILY, "--into", "F-2", *BY)
    [record] = [r for r in two_records.rows("records", "F-2") if r["type"] == "StrategyDiscussionHeld"]
    said = two_records.says("in-error", FAMILY, record["record"], "--reason", "it was another family", *BY)
    assert said.startswith("Recorded in error: a strategy discussion was held.")
    assert [(m["family"], m["state"]) for m in two_records.rows("meetings")] == [("F-2", "no longer due")]
    assert record["record"] not in two_records.says("records", FAMILY)
    assert "each is as it is kept" in two_records.says("replay")


def test_a_death_is_listed_among_the_records_and_can_be_put_right(referred: Home) -> None:
    referred.says("death", FAMILY, "p-mother", *ON, *BY)
    [record] = [r for r in referred.rows("records", FAMILY) if r["type"] == "PersonDied"]
    referred.says("in-error", FAMILY, record["record"], "--reason", "it was a namesake", *BY)
    assert not referred.one("show", FAMILY)["died"]
    again = referred.fails("in-error", FAMILY, record["record"], "--reason", "it was a namesake", *BY)
    assert "was recorded in error on Mon 6 January 2025" in again and again.endswith("there is nothing more to do")


def test_the_duty_that_was_brought_tells_its_story(two_records: Home) -> None:
    two_records.says("merge", FAMILY, "--into", "F-2", *BY)
    [duty] = [row["duty"] for row in two_records.rows("duties", "--kind", "tell_treatment")]
    assert "since another family's file was brought here" in two_records.says("duties", "--explain", duty)


def test_part_of_a_family_becomes_a_family_of_its_own(referred: Home) -> None:
    said = referred.says("split", FAMILY, "--into", "F-3", "--member", "p-tom", *BY)
    assert said.startswith("Tom Quillfeather became a family of their own, F-3")
    assert [m["person"] for m in referred.one("show", "F-3")["members"]] == ["p-tom"]
    assert "p-tom" not in [m["person"] for m in referred.one("show", FAMILY)["members"]]
    assert "each is as it is kept" in referred.says("replay")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("merge", FAMILY, "--into", FAMILY), "F-1 is F-1 itself: name another family with --into"),
        (("split", FAMILY, "--into", "F-3", "--member", "p-x"), "p-x is not of F-1"),
        (("split", FAMILY, "--into", "F-3", "--member", "p-tom", "--plan", "P-9"), "F-1 has no plan P-9"),
    ],
)
def test_a_slip_of_the_hand_is_named_with_its_mend(referred: Home, words: tuple[str, ...], sentence: str) -> None:
    assert sentence in referred.fails(*words, *BY)
