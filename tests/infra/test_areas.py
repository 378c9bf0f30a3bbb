"""Each area goes by its own rules: a folder of local packs, one file for each area, also of another nation."""

from pathlib import Path

import pytest

from handlers.protocol import ProtocolFaults
from infra.protocols.packs import protocol, protocols
from tests.infra.commands import BY, FAMILY, Home, home, referral
from tests.journeys.story import in_area

__all__ = ["home"]

SOONER = """
version = "hillside-1"
layer = "local"
in_force_from = 2024-09-01
{nation}
[rules.ICPC-01]
title = "Initial conference"
meetings = ["initial_conference"]
count = {count}
unit = "working_days"
trigger = "initiating strategy discussion"
source = "Hillside's own procedures, page 3"
confidence = "local V"
worked = [
  {{ trigger = "Mon 3 March 2025", due = "Mon 17 March 2025", note = "two plain weeks" }},
  {{ trigger = "Thu 17 April 2025", due = "Tue 6 May 2025", note = "across Easter and the early May holiday" }},
]
"""
ICPC = "initial-conference:SD-1"
ENGLAND = protocol("england").version


def folder(at: Path, nation: str = "", count: int = 10, name: str = "hillside.toml") -> Path:
    at.mkdir(exist_ok=True)
    (at / name).write_text(SOONER.format(nation=nation, count=count), encoding="utf-8")
    return at


@pytest.fixture
def two_areas(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Riverside by the nation's rules and Hillside by its own, with the same referral, in one home."""
    monkeypatch.setenv("QUORATE_OVERLAY", str(folder(tmp_path / "packs")))
    home.publish([*referral(), *in_area(referral(), "hillside")])
    home.says("run", "--until", "2025-01-06")
    return home


def test_two_areas_of_one_home_go_by_different_rules(two_areas: Home) -> None:
    due = {m["area"]: m["due_on"] for m in two_areas.rows("meetings") if m["meeting"] == ICPC}
    assert due == {"riverside": "2025-01-27", "hillside": "2025-01-20"}


def test_each_areas_ledger_names_the_packs_that_it_went_by(two_areas: Home) -> None:
    packs_of = "SELECT DISTINCT pack FROM ledger WHERE stream LIKE ?"
    assert two_areas.sql(packs_of, "riverside/%") == [(ENGLAND,)]
    assert two_areas.sql(packs_of, "hillside/%") == [(f"{ENGLAND}+hillside-1",)]


def test_doctor_says_by_which_packs_each_area_goes(two_areas: Home) -> None:
    lines = [r["sentence"] for r in two_areas.rows("doctor") if r["check"] == "protocol"]
    assert lines == [
        f"hillside goes by {ENGLAND}+hillside-1",
        f"riverside goes by {ENGLAND}",
    ]


def test_doctor_finds_a_pack_that_no_area_is_called_after(
    two_areas: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUORATE_OVERLAY", str(folder(tmp_path / "other", name="hilside.toml")))
    [line] = [r for r in two_areas.rows("doctor", code=1) if r["check"] == "protocol" and not r["ok"]]
    assert line["sentence"] == (
        "no area is called hilside, so that nobody goes by hilside.toml: "
        "call it after one of hillside, riverside, or take it out of QUORATE_OVERLAY"
    )


def test_an_area_may_be_of_another_nation_whose_packs_and_holidays_lie_under_its_own(tmp_path: Path) -> None:
    """Its worked dates are run by that nation's holidays: in Belfast, St Patrick's Day is one."""
    overlay = folder(tmp_path / "packs", 'nation = "northern-ireland"')
    with pytest.raises(ProtocolFaults, match="says due Mon 17 March 2025, but the rule gives Tue 18 March 2025"):
        protocols("england", overlay)
    text = (overlay / "hillside.toml").read_text("utf-8").replace("Mon 17 March 2025", "Tue 18 March 2025")
    (overlay / "hillside.toml").write_text(text, encoding="utf-8")
    found = protocols("england", overlay)
    assert found.of("riverside") == protocol("england")
    hillside = found.of("hillside")
    assert (hillside.nation, hillside.holidays.nation) == ("northern-ireland", "northern-ireland")
    assert hillside.version == f"{protocol('northern-ireland').version}+hillside-1"


def test_a_faulty_pack_is_refused_at_the_start_in_one_sentence(two_areas: Home, tmp_path: Path) -> None:
    folder(tmp_path / "packs", count=11)
    sentence = two_areas.fails("book", FAMILY, ICPC, "--area", "riverside", "--at", "2025-01-14T10:00", *BY)
    assert sentence.startswith(
        "hillside.toml, line 6, rule ICPC-01: the worked date for Mon 3 March 2025 says due Mon 17 March 2025, "
        "but the rule gives Tue 18 March 2025"
    )
    assert two_areas.fails("run", "--until", "2025-01-07") == sentence


def test_a_faulty_pack_of_one_area_leaves_the_others_readable_and_the_doctor_names_it(
    two_areas: Home, tmp_path: Path
) -> None:
    folder(tmp_path / "packs", count=11)
    assert two_areas.says("show", FAMILY, "--area", "riverside")
    checks = [r for r in two_areas.rows("doctor", code=1) if r["check"] == "protocol"]
    assert [r["ok"] for r in checks] == [True, False, False], checks
    assert checks[1]["sentence"].startswith("hillside.toml, line 6") and "nothing is decided" in checks[1]["sentence"]


@pytest.mark.parametrize(
    ("nation", "sentence"),
    [
        (
            'nation = "atlantis"',
            "hillside.toml: no packs are here for the nation atlantis; there are packs for england",
        ),
        ("nation = 7", "hillside.toml: no packs are here for the nation 7; there are packs for england, wales"),
    ],
)
def test_a_nation_without_packs_is_refused_by_the_name_of_the_areas_file(
    tmp_path: Path, nation: str, sentence: str
) -> None:
    with pytest.raises(ProtocolFaults) as refused:
        protocols("england", folder(tmp_path / "packs", nation))
    assert refused.value.faults[0].startswith(sentence)


def test_a_folder_without_packs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProtocolFaults, match="no pack lies in this folder; name each one after its area"):
        protocols("england", tmp_path)
