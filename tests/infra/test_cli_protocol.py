"""The local protocol at the command line: checked, read, compared, counted, for whoever never saw it before."""

import ast
import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from infra.protocols import packs
from infra.protocols.checking import COUNTED_BY, DATING, MAY_BE_MISSING
from infra.protocols.packs import nations, protocol
from tests.house.tree import parsed, python_files
from tests.infra.commands import BY, FAMILY, Home, first_evening, home, referred

__all__ = ["first_evening", "home", "referred"]

HEAD = 'version = "borough-1"\nlayer = "local"\nin_force_from = 2026-09-01\n'
SOONER = """
[rules.ICPC-01]
title = "Initial conference"
meetings = ["initial_conference"]
count = 10
unit = "working_days"
trigger = "initiating strategy discussion"
source = "the borough's procedures, page 3"
confidence = "local V"
worked = [
  { trigger = "Mon 3 March 2025", due = "Mon 17 March 2025", note = "two plain weeks" },
  { trigger = "Thu 17 April 2025", due = "Tue 6 May 2025", note = "across Easter and the early May holiday" },
]
"""
SHIPPED = protocol().version


def pack(folder: Path, text: str = SOONER, name: str = "borough.toml", head: str = HEAD) -> str:
    file = folder / name
    file.write_text(head + text, encoding="utf-8")
    return str(file)


def refusals(home: Home, *typed: str) -> list[str]:
    """What check says against these, each line begun with NO."""
    lines = home.says("protocol", "check", *typed, code=1).splitlines()
    assert all(line.startswith("NO ") for line in lines)
    return [line.removeprefix("NO ") for line in lines]


# --- check


def test_check_says_how_many_rules_and_worked_dates_it_ran(home: Home, tmp_path: Path) -> None:
    shipped = protocol()
    rules, worked = len(shipped.rules), 0
    for name in ("england.toml", "defaults.toml", "england_typical.toml"):
        table = tomllib.loads((Path(packs.__file__).parent / name).read_text("utf-8"))["rules"]
        worked += sum(len(rule.get("worked", ())) for rule in table.values())
    said = home.one("protocol", "check", pack(tmp_path))
    assert (said["version"], said["rules"], said["worked_dates"]) == (f"{SHIPPED}+borough-1", rules, worked + 2)
    words = home.says("protocol", "check", pack(tmp_path))
    assert words.startswith(f"OK {SHIPPED}+borough-1: {rules} rules, ")
    assert words.endswith(f"{worked + 2} worked dates, each as counted by hand")


def test_every_nations_packs_as_shipped_stand_the_test(home: Home) -> None:
    assert len(home.rows("protocol", "check")) == len(nations()) == 4


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "Mon 17 March 2025",
            "Tue 18 March 2025",
            (
                "borough.toml, line 5, rule ICPC-01: the worked date for Mon 3 March 2025 says due Tue 18 March 2025, "
                "but the rule gives Mon 17 March 2025; count again by hand and mend whichever is wrong"
            ),
        ),
        (
            'source = "the borough\'s procedures, page 3"',
            'source = ""',
            "borough.toml, line 5, rule ICPC-01: no source is given; say where it is written or who decided it",
        ),
        (
            "count = 10\n",
            "",
            "borough.toml, line 5, rule ICPC-01: no count is given; give one, or unknown = true if nobody published it",
        ),
        (
            "count = 10\n",
            "count = 10\ncount = 11\n",
            "borough.toml: it cannot be read (Cannot overwrite a value (at line 9, column 11)); mend or replace the fi",
        ),
        (
            "[rules.ICPC-01]",
            "[rules.TELL-01]\nunknown = true\n[rules.ICPC-01]",
            "borough.toml, line 5, rule TELL-01: Object missing required field `title`; mend that entry",
        ),
    ],
)
def test_a_fault_is_refused_with_its_file_its_line_its_rule_and_the_mend(
    home: Home, tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    assert old in SOONER
    (said,) = refusals(home, pack(tmp_path, SOONER.replace(old, new)))
    assert said.startswith(sentence)


def test_a_rule_that_the_house_counts_by_may_not_be_left_unknown(home: Home, tmp_path: Path) -> None:
    unknown = """
[rules.TELL-01]
title = "Told"
meetings = ["any"]
unit = "working_days"
trigger = "meeting fixed"
source = "nowhere"
confidence = "unknown"
unknown = true
"""
    assert refusals(home, pack(tmp_path, unknown)) == [
        (
            "borough.toml: every pack leaves without a number the rule TELL-01, by which the house counts; "
            "give it a count, its source and two worked dates"
        )
    ]


def test_a_rule_that_dates_a_meeting_may_be_unknown_since_a_person_then_sets_the_day(
    home: Home, tmp_path: Path
) -> None:
    text = SOONER[: SOONER.index("worked")].replace("count = 10", "unknown = true")
    unknown = sum(rule.unknown for rule in protocol().rules.values())
    assert home.one("protocol", "check", pack(tmp_path, text))["unknown"] == unknown + 1


def test_two_rules_that_say_the_same_overlap(home: Home, tmp_path: Path) -> None:
    twice = SOONER + SOONER.replace("ICPC-01", "ICPC-1")
    assert refusals(home, pack(tmp_path, twice)) == [
        (
            "borough.toml: rule ICPC-01 (local) says the same of the same meeting as rule ICPC-1"
            " (local: Initial conference); take one out, or say in its title what it is for"
        )
    ]


def test_a_local_rule_that_says_what_a_national_one_does_is_told_how_to_replace_it(home: Home, tmp_path: Path) -> None:
    national = protocol().rules["ICPC-01"]
    same = SOONER.replace("[rules.ICPC-01]", "[rules.LV-1]").replace("Initial conference", national.title)
    assert refusals(home, pack(tmp_path, same)) == [
        (
            "borough.toml: rule LV-1 (local) says the same of the same meeting as rule ICPC-01 (national: "
            f"{national.title}); call it [rules.ICPC-01], so that it replaces that one, or say in its title"
            " what it is for"
        )
    ]


@pytest.mark.parametrize(
    ("nation", "mend"),
    [
        ("England", "did you mean england?"),
        ("atlantis", "there are packs for england, wales, scotland, northern-ireland"),
    ],
)
def test_a_pack_for_a_nation_without_packs_is_refused_by_its_own_name(
    home: Home, tmp_path: Path, nation: str, mend: str
) -> None:
    head = HEAD + f'nation = "{nation}"\n'
    assert refusals(home, pack(tmp_path, head=head)) == [
        f"borough.toml: no packs are here for the nation {nation}; {mend}"
    ]


def test_two_packs_of_one_layer_overlap(home: Home, tmp_path: Path) -> None:
    head = HEAD.replace('"local"', '"typical"').replace("\nin_force", '\nnation = "england"\nin_force')
    area = SOONER.replace("count = 10", 'names_area = "Tees"\ncount = 10')
    one, other = (pack(tmp_path, area, name, head) for name in ("one.toml", "other.toml"))
    assert "other.toml gives rule ICPC-01, and so does one.toml of the same layer: take one of the two out" in refusals(
        home, one, other
    )


def test_a_role_both_needed_and_wanted_overlaps(home: Home, tmp_path: Path) -> None:
    seats = """
[seats.core_group]
minutes = 60
lead_working_days = 2
opens_working_days_before = 8
needed = ["social_worker", "school"]
wanted = ["school"]
"""
    assert refusals(home, pack(tmp_path, seats)) == [
        "borough.toml: seats.core_group: school is both needed and wanted; take it out of one of the two"
    ]


def test_a_mistyped_name_is_remarked_on_since_nothing_would_go_by_it(home: Home, tmp_path: Path) -> None:
    assert home.one("protocol", "check", pack(tmp_path, SOONER.replace("ICPC-01", "ICPC-1")))["remarks"] == [
        "borough.toml, rule ICPC-1: no other pack knows this name, so nothing goes by it; did you mean ICPC-01?"
    ]


def test_several_packs_are_each_checked_and_every_fault_is_told_at_once(home: Home, tmp_path: Path) -> None:
    good = pack(tmp_path, name="hillside.toml")
    wrong = pack(tmp_path, SOONER.replace('"local V"', '""'), "riverside.toml")
    (said,) = refusals(home, good, wrong)
    assert said.startswith("riverside.toml, line 5, rule ICPC-01: no confidence is given")
    rows = home.rows("protocol", "check", str(tmp_path), code=1)
    assert [row["ok"] for row in rows] == [False, True]


def test_without_files_the_packs_in_use_are_checked(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUORATE_OVERLAY", pack(tmp_path))
    assert home.rows("protocol", "check")[0]["version"] == f"{SHIPPED}+borough-1"


def test_a_pack_may_take_the_place_of_the_nations_own(home: Home, tmp_path: Path) -> None:
    text = (Path(packs.__file__).parent / "england.toml").read_text("utf-8")
    (tmp_path / "next.toml").write_text(text.replace("england-2026.1", "england-2027.1"), encoding="utf-8")
    assert home.one("protocol", "check", str(tmp_path / "next.toml"))["version"] == SHIPPED.replace(
        "england-2026", "england-2027"
    )


def test_a_folder_without_packs_and_a_file_that_is_not_there_are_said_plainly(home: Home, tmp_path: Path) -> None:
    assert refusals(home, str(tmp_path))[0].endswith(
        "no pack lies in this folder; name a folder with .toml files, or a file"
    )
    assert refusals(home, str(tmp_path / "no.toml"))[0].startswith("no.toml: it cannot be read (")


def test_the_check_knows_every_rule_that_decisions_count_by() -> None:
    """A rule's id in handlers is one of those that the check asks for, and it asks for no other."""
    named = {
        node.value
        for path in python_files("handlers")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if re.fullmatch(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)+[a-z]?(-open|-close)?", node.value)
    }
    assert named == {*COUNTED_BY, *DATING, *MAY_BE_MISSING}


def test_a_pack_whose_rules_are_no_table_is_refused_like_any_other(home: Home, tmp_path: Path) -> None:
    assert refusals(home, pack(tmp_path, "rules = 3\n")) == [
        "borough.toml: Expected `object`, got `int` - at `$.rules`; mend that entry"
    ]


# --- show


def test_the_page_says_each_rule_in_words_with_its_layer_its_source_and_its_confidence(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUORATE_OVERLAY", pack(tmp_path))
    said = home.says("protocol", "show", "--on", "2026-10-01")
    assert said.startswith("The protocol of every area on Thu 1 October 2026\n")
    assert "borough-1, local, in force from Tue 1 September 2026 (borough.toml)" in said
    assert (
        "ICPC-01  Initial conference\n"
        "    By when: 10 working days after: initiating strategy discussion.\n"
        "    For: initial child protection conference.\n"
        "    Layer: local. Source: the borough's procedures, page 3. Confidence: local V.\n"
    ) in said
    assert "Layer: typical (Tees). Source: Tees core group procedure 2. Confidence: local V." in said
    assert "core group: 60 minutes, between 09:00 and 17:00\n    Must sit: social worker." in said
    assert (
        "tell treatment: treatment worker, then single point of contact (1 working day), then service manager" in said
    )


def test_what_nobody_published_stands_under_a_heading_of_its_own(home: Home) -> None:
    known, unknown = home.says("protocol", "show").split("UNKNOWN: WHAT NOBODY PUBLISHED")
    assert "JG-20" in unknown.split("WHO MUST SIT")[0] and "JG-20" not in known


def test_a_pack_that_is_not_yet_in_force_is_left_out_and_said_to_be(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUORATE_OVERLAY", pack(tmp_path))
    said = home.says("protocol", "show", "--on", "2026-08-31")
    assert "borough-1 (borough.toml) is left out here: it is in force only from Tue 1 September 2026." in said
    assert "By when: 15 working days after: initiating strategy discussion" in said


def test_each_area_is_shown_its_own_protocol(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pack(tmp_path, name="hillside.toml")
    monkeypatch.setenv("QUORATE_OVERLAY", str(tmp_path))

    def conference(*typed: str) -> Any:
        rows = home.rows("protocol", "show", "--on", "2026-10-01", *typed)
        return next(row["count"] for row in rows if row.get("id") == "ICPC-01")

    assert (conference("--area", "hillside"), conference("--area", "riverside"), conference()) == (10, 15, 15)
    assert "riverside, which has no pack of its own, on" in home.says("protocol", "show", "--area", "riverside")


# --- diff


IN_FORCE = HEAD.replace("2026-09-01", "2025-01-06")  # the day of the strategy discussion


def test_the_difference_names_each_rule_and_the_open_duties_with_both_dates(referred: Home, tmp_path: Path) -> None:
    [hold] = [d for d in referred.rows("duties") if d["kind"] == "hold_meeting"]
    new = pack(tmp_path, head=IN_FORCE)
    rows = referred.rows("protocol", "diff", new)
    [change] = [r for r in rows if r["part"] == "change"]
    assert (change["what"], change["how"]) == ("rule ICPC-01", "changed")
    assert change["sentence"].startswith("rule ICPC-01: 15 working days after: initiating strategy discussion")
    [duty] = [r for r in rows if r["part"] == "duty" and r["kind"] == "hold_meeting"]
    assert (duty["duty"], duty["rule"], duty["how"]) == (hold["duty"], "ICPC-01", "moves")
    assert (duty["due_before"], duty["due_after"]) == (hold["due_at"], "2025-01-20T23:59:59Z")
    said = referred.says("protocol", "diff", new)
    assert "1 hold_meeting moves, by rule ICPC-01" in said
    assert f"F-1 {hold['duty']}: due Mon 27 January 2025 23:59, then Mon 20 January 2025 23:59" in said


def test_what_was_triggered_before_a_pack_is_in_force_does_not_move_and_nothing_does_until_it_is_adopted(
    referred: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = referred.rows("meetings")
    new = pack(tmp_path, head=HEAD.replace("2026-09-01", "2025-01-07"))
    assert referred.says("protocol", "diff", new).splitlines()[1:] == [
        "Until borough.toml is adopted (QUORATE_OVERLAY names it), nothing moves.",
        "It is in force from Tue 7 January 2025: what was triggered before that day keeps the date it has.",
        "Once it is, no open duty on file would be touched.",
    ]
    monkeypatch.setenv("QUORATE_OVERLAY", new)
    referred.says("consent", FAMILY, "p-mother", "given", "--purpose", "fip", *BY)
    assert referred.rows("meetings") == before


def test_to_compare_changes_nothing_on_file(referred: Home, tmp_path: Path) -> None:
    before = referred.sql("SELECT count(*) FROM ledger")
    referred.says("protocol", "diff", pack(tmp_path))
    assert referred.sql("SELECT count(*) FROM ledger") == before


def test_two_packs_are_held_against_each_other_also_without_a_home(home: Home, tmp_path: Path) -> None:
    one, other = pack(tmp_path), pack(tmp_path, SOONER.replace("page 3", "page 4"), "next.toml")
    said = home.says("protocol", "diff", one, other)
    assert "rule ICPC-01 counts as before: " in said and "page 4) becomes" not in said and "page 4" in said
    assert "No home is here, so no duty is on file" in said
    assert home.says("protocol", "diff", one, one).startswith("Nothing changes: ")


def test_a_pack_that_changes_no_number_touches_no_duty(referred: Home, tmp_path: Path) -> None:
    one, other = pack(tmp_path), pack(tmp_path, SOONER.replace("page 3", "page 4"), "next.toml")
    assert referred.says("protocol", "diff", one, other).endswith("Once it is, no open duty on file would be touched.")


def test_an_area_with_a_pack_of_its_own_must_be_named(
    referred: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = pack(tmp_path, name="riverside.toml")
    monkeypatch.setenv("QUORATE_OVERLAY", str(tmp_path))
    assert "say with --area against whose" in referred.fails("protocol", "diff", new)
    assert referred.says("protocol", "diff", new, "--area", "riverside").startswith("Nothing changes: ")


# --- coverage


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of packs like the one that is shipped, where each rule is said to be encoded and one is unknown."""
    folder = tmp_path / "room"
    shutil.copytree(Path(packs.__file__).parent, folder)
    monkeypatch.setattr(packs, "ROOM", folder)
    listed = [f'[rules.{rule}]\nstate = "encoded"\nwhere = "a pack"\n' for rule in packs.given()]
    listed.append('[rules.CG-07]\nstate = "unknown"\nwhy = "nobody published a quorum of core groups"\n')
    (folder / "coverage.toml").write_text("".join(listed), encoding="utf-8")
    return folder


def test_coverage_prints_every_rule_and_how_many_are_encoded(home: Home, room: Path) -> None:
    rows = home.rows("protocol", "coverage")
    assert {r["rule"] for r in rows} == {*packs.given(), "CG-07"}
    said = home.says("protocol", "coverage")
    assert said.endswith(f"{len(rows)} rules: {len(rows) - 1} encoded, 0 recorded, 1 unknown")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            '[rules.CG-07]\nstate = "unknown"',
            '[rules.CG-07]\nstate = "encoded"',
            "rule CG-07: it is said to be encoded, and no pack has a rule of this name; encode it, or say 'recorded'",
        ),
        (
            "[rules.CG-01]",
            "[rules.CG-9]",
            "england.toml, rule CG-01: coverage.toml does not name it; add [rules.CG-01]",
        ),
        (
            'why = "nobody',
            'where = "nobody',
            "rule CG-07: it is unknown and nobody says why it is not encoded; add why",
        ),
        ('state = "unknown"', 'state = "unknwon"', "rule CG-07: Invalid enum value 'unknwon'"),
        ("[rules.CG-07]", "[rules.CG-07", "coverage.toml: it cannot be read ("),
    ],
)
def test_coverage_that_does_not_tell_the_truth_is_refused(
    home: Home, room: Path, old: str, new: str, sentence: str
) -> None:
    text = (room / "coverage.toml").read_text("utf-8")
    assert old in text
    (room / "coverage.toml").write_text(text.replace(old, new), encoding="utf-8")
    assert sentence in home.says("protocol", "coverage", code=2)


def test_a_home_with_packs_of_its_own_goes_by_them(home: Home) -> None:
    (home.folder / "protocols").mkdir(parents=True)
    shutil.copy(Path(packs.__file__).parent / "example_overlay.toml", home.folder / "protocols" / "lakeside.toml")
    asked = ("protocol", "show", "--on", "2026-09-01", "--area")
    assert "Lakeside procedures 4.2" in home.says(*asked, "lakeside")
    assert "Lakeside procedures" not in home.says(*asked, "riverside")
