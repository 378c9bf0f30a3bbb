"""A conference at the command line that was not quorate or was called off, and who has a part in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from handlers import events as e
from tests.infra.commands import BY, FAMILY, MEETING, Home, first_evening, home, referred
from tests.journeys.story import at, told, took_part

__all__ = ["first_evening", "home", "referred"]
WAIVE = ("waive-quorum", FAMILY, MEETING, "--ground", "delay_detrimental", "--reason", "Tom cannot wait.")
CHAIR, PLAN = ("--by", "w-chair-1"), e.Plan(plan="PLAN-1", category="neglect", core_group=("w-social",))


@pytest.fixture
def inquorate(referred: Home) -> Home:
    """Wednesday 8 January 2025 at noon: only the social worker and the health visitor came, and made a plan."""
    held = e.MeetingHeld(MEETING, took_part("w-social", "w-health"), plan=PLAN)
    referred.publish([told(at("2025-01-08", "11:30"), f"family/{FAMILY}", held)])
    referred.says("run", "--until", "2025-01-08T12:00")
    return referred


def test_show_says_in_words_who_counted_and_what_was_missing(inquorate: Home) -> None:
    shown = " ".join(inquorate.says("show", FAMILY).split())
    assert (
        "quorum: not quorate; counted: social care (w-social) and health visitor (w-health); missing: one more" in shown
    )
    assert "; no ground for going on is on record" in shown
    assert "SD-1, Mon 6 January 2025: who took part is not on record" in shown


def test_the_list_of_meetings_says_it_loudly_until_the_ground_is_recorded(inquorate: Home) -> None:
    def quorum() -> str:
        return str(next(m for m in inquorate.rows("meetings") if m["meeting"] == MEETING)["quorum"])

    assert quorum() == "NOT QUORATE, no ground recorded"
    said = inquorate.says(*WAIVE, *CHAIR)
    assert said.startswith(
        "W-CHAIR-1 Surname answers for going on without a quorum, on the ground of delay detrimental."
    )
    assert re.search(r"Duty D-\w+ ended \(evidence: w-chair-1, on the ground of delay detrimental\)", said)
    assert quorum() == "" and "Surname went on, on the ground of" in " ".join(inquorate.says("show", FAMILY).split())


def test_before_it_sits_show_foretells_the_quorum(referred: Home) -> None:
    shown = " ".join(referred.says("show", FAMILY).split())
    assert "quorum: not yet quorate by the answers so far: missing social care and 2 more agencies" in shown


@pytest.mark.parametrize(
    ("asked", "mend"),
    [
        ((*WAIVE, *BY), "w-coordinator does not preside: only its chair may go on without a quorum; one of w-chair-1"),
        (
            ("waive-quorum", FAMILY, "core-group:PLAN-1:1", *WAIVE[3:], *CHAIR),
            "no pack gives a quorum for a core group",
        ),
        (("agree-off", FAMILY, MEETING, "--by", "w-health"), "w-health is not of social care"),
        (("agree-off", FAMILY, "core-group:PLAN-1:1", *BY), "a core group is no conference"),
        (("considered", FAMILY, "SD-9", "--involved", *BY), "F-1 has had no strategy discussion SD-9"),
        (("induced-illness", FAMILY, "--stands", "--child", "p-mother", *BY), "p-mother is no child of F-1"),
        (("end-plan", FAMILY, "PLAN-9", "--on", "2025-01-08", *BY), "F-1 has no plan PLAN-9"),
        (("end-plan", FAMILY, "PLAN-1", "--on", "2025-01-09", *BY), "Thu 9 January 2025 has not come"),
    ],
)
def test_what_cannot_be_is_refused_with_the_mend(inquorate: Home, asked: tuple[str, ...], mend: str) -> None:
    assert mend in inquorate.fails(*asked)


def test_a_ground_that_the_area_does_not_list_is_refused(home: Home, inquorate: Home) -> None:
    pack = home.folder / "protocols" / "riverside.toml"
    pack.parent.mkdir()
    pack.write_text(LOCAL, "utf-8")
    sentence = inquorate.fails(*WAIVE, *CHAIR)
    assert sentence.startswith("delay_detrimental is no ground in this area: give one of enough_information")


def test_the_service_managers_agreement_ends_the_duty_to_ask_for_it(referred: Home) -> None:
    said = referred.says("cancel", FAMILY, MEETING, "--reason", "the chair is ill", *BY)
    assert "is off" in said
    agreed = referred.says("agree-off", FAMILY, MEETING, "--by", "w-head")
    assert agreed.startswith("W-HEAD Surname agrees that the initial child protection conference is called off.")
    assert re.search(r"Duty D-\w+ ended \(evidence: w-head\): Ask the service manager", agreed)


def test_a_discussion_says_who_was_missing_and_whether_treatment_was_considered(referred: Home) -> None:
    held = e.StrategyDiscussionHeld("SD-1", at("2025-01-06").date(), True, took_part("w-social", "w-health"))
    referred.publish([told(at("2025-01-06", "17:00"), f"family/{FAMILY}", held)])
    referred.says("run", "--until", "2025-01-07T09:30")
    assert "SD-1, Mon 6 January 2025: without police" in referred.says("show", FAMILY)
    said = referred.says("considered", FAMILY, "SD-1", "--not-involved", "--reason", "not in treatment then", *BY)
    assert said.startswith("SD-1: the treatment service was considered, and had no part.")
    assert "none is on record of police." in said
    assert re.search(r"Duty D-\w+ ended \(evidence: w-coordinator\): Record whether the treatment service", said)


def test_a_suspected_induced_illness_asks_for_a_paediatrician(referred: Home) -> None:
    said = referred.says("induced-illness", FAMILY, "--stands", *BY)
    assert re.search(r"^Recorded\.\nDuty D-\w+ opened: Find a paediatrician for the initial", said)
    said = referred.says("induced-illness", FAMILY, "--withdrawn", *BY)
    assert said.startswith("Recorded: it stands no longer.") and "ended (lapse" in said


def test_a_plan_that_no_review_ended_is_to_be_answered_for(inquorate: Home) -> None:
    said = inquorate.says("end-plan", FAMILY, "PLAN-1", "--on", "2025-01-08", "--cause", "child_eighteen", *BY)
    assert said.startswith("PLAN-1 ended on Wed 8 January 2025.") and "Answer for the end" not in said
    sentence = inquorate.fails("end-plan", FAMILY, "PLAN-1", "--on", "2025-01-08", *BY)
    assert sentence == "PLAN-1 ended on Wed 8 January 2025 already: if that is wrong, see quorate records F-1"


def test_without_a_cause_its_end_is_put_to_the_coordinator(inquorate: Home) -> None:
    said = inquorate.says("end-plan", FAMILY, "PLAN-1", "--on", "2025-01-08", *BY)
    assert re.search(r"Duty D-\w+ opened: Answer for the end of the plan PLAN-1 on Wed 8 January 2025", said)


def written(folder: Path, nation: str = "england") -> str:
    file = folder / "borough.toml"
    file.write_text(LOCAL.replace("england", nation), "utf-8")
    return str(file)


def test_the_page_for_a_committee_says_who_makes_a_quorum(home: Home) -> None:
    said = home.says("protocol", "show")
    assert "There must be: social care, and 2 more agencies or disciplines in direct contact" in said
    assert "Health counts one by one, by discipline. The treatment service counts like any other agency." in said
    assert "local attendance difficulty (reported to: head of service, board)" in said


def test_a_quorum_of_ones_own_is_told_apart_from_the_shipped_one(home: Home, tmp_path: Path) -> None:
    said = home.says("protocol", "diff", written(tmp_path))
    assert (
        "the quorum: layer typical meetings initial_conference" in said and "health as_one grounds enough_info" in said
    )


def test_a_quorum_is_refused_where_no_rule_would_hold_anybody_to_it(home: Home, tmp_path: Path) -> None:
    assert home.says("protocol", "check", written(tmp_path)).startswith("OK")
    said = home.says("protocol", "check", written(tmp_path, "wales"), code=1)
    for rule in ("Q-04", "Q-05"):
        assert f"a pack gives a quorum, and none a rule {rule}; add it, since nobody could be held to it" in said


LOCAL = """version = "riverside-1"
layer = "local"
nation = "england"
in_force_from = 2025-01-01

[quorum]
meetings = ["initial_conference"]
needed = ["social_care"]
others = 2
health = "as_one"
source = "the borough's procedures, page 4"
confidence = "local V"
worked = [
  { there = ["social_care: social_worker", "school: teacher", "police: police"], quorate = true, note = "two others" },
  { there = ["social_care: social_worker", "health: health_visitor", "health: gp"], quorate = false, note = "once" },
]

[quorum.grounds]
enough_information = []
"""
