"""Importing at the command line: what went before opens nothing about the past, and twice is once."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from handlers import events as e
from infra.imports import directory
from streams.wire import Letter
from tests.infra.censuses import a_census, a_child, a_plan, an_assessment, an_enquiry, details
from tests.infra.commands import FAMILY, Home, home, referral
from tests.journeys.story import at, told

__all__ = ["home"]
APRIL = ("--recorded", "2025-04-10T10:00", "--area", "riverside")
TABLE = ("--recorded", "2025-04-10T10:00", "--area", "vale")
STANDING = a_child("1", details(an_assessment("2024-06-30", "1B"), an_enquiry(), a_plan("2024-06-20", "2025-03-06")))
ENDED = a_child("2", details(an_enquiry(), a_plan("2024-06-20", "2024-09-12", ended="2025-03-20")))
IN_NEED = a_child("3", details())
REVIEW, CORE_GROUP = "review-conference:plan-2024-06-20:1", "core-group:plan-2024-06-20:1"
WORKERS = "worker,agency,name,mail\nw-1,council,Zoë O'Neill,zoe@council.example\n"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """An area with a directory that has been played to Thursday 10 April 2025; only to be copied."""
    home = Home(tmp_path_factory.mktemp("played") / "home")
    home.publish(referral())
    home.says("run", "--until", "2025-04-10T10:00")
    return home


@pytest.fixture
def in_april(home: Home, played: Home) -> Home:
    """That area, to be one's own."""
    shutil.copytree(played.folder, home.folder)
    return home


def census(
    home: Home, *children: str, year: int = 2025, code: int = 0, more: Sequence[str] = ()
) -> list[dict[str, Any]]:
    file = written(home, a_census(*children, year=year), "census.xml")
    return home.rows("import", "census", str(file), "--area", "riverside", *more, code=code)


def counts(rows: list[dict[str, Any]]) -> tuple[int, int, int, int]:
    return tuple(rows[-1][x] for x in ("new", "changed", "same", "refused"))


def written(home: Home, raw: bytes | str, name: str) -> Path:
    file = home.folder.with_name(name)
    file.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    return file


def table(home: Home, name: str, text: bytes | str, *more: str, code: int = 0) -> list[dict[str, Any]]:
    return home.rows("import", name, str(written(home, text, f"{name}.csv")), *TABLE, *more, code=code)


def ran(home: Home, until: str = "2025-04-11") -> Home:
    home.says("run", "--until", until)
    return home


def everything(home: Home) -> list[Any]:
    return [
        home.sql(f"SELECT count(*) FROM {t}")[0][0] for t in ("ledger", "outbox", "inbox", "held", "parked", "keys")
    ]


def ledger(home: Home, type_: type[e.Body]) -> int:
    return int(home.sql("SELECT count(*) FROM ledger WHERE type = ?", type_.__name__)[0][0])


# --- the census


def test_what_went_before_opens_nothing_about_the_past_and_what_lies_ahead_falls_due(in_april: Home) -> None:
    assert counts(census(in_april, STANDING, ENDED, IN_NEED)) == (10, 0, 0, 0)
    ran(in_april)
    meetings = {m["meeting"]: m for m in in_april.rows("meetings") if m["family"] == "CIN-1"}
    assert {m: x["due_on"] for m, x in meetings.items()} == {REVIEW: "2025-09-05", CORE_GROUP: "2025-04-17"}
    duties = [d for d in in_april.rows("duties", "--all") if d["family"].startswith("CIN-")]
    assert {d["family"] for d in duties} == {"CIN-1"} and {d["meeting"] for d in duties} == {REVIEW, CORE_GROUP}
    assert not {d["kind"] for d in duties} & {"send_minutes", "send_decision", "tell_treatment_cancelled"}
    told_of = {d["meeting"] for d in duties if d["kind"] == "tell_treatment" and d["service"] == "clearway"}
    assert told_of == {REVIEW, CORE_GROUP} and not in_april.rows("held")


def test_no_mail_goes_to_anybody_about_the_past(in_april: Home) -> None:
    census(in_april, ENDED, IN_NEED)
    ran(in_april, "2025-05-30")
    query = "SELECT count(*) FROM outbox WHERE kind = 'message' AND stream LIKE ?"
    assert in_april.sql(query, "%/CIN-%") == [(0,)] and in_april.sql(query, "%/F-1")[0][0] > 0


def test_importing_twice_changes_nothing(in_april: Home) -> None:
    census(in_april, STANDING, ENDED)
    waiting = everything(in_april)
    assert counts(census(in_april, STANDING, ENDED)) == (0, 0, 9, 0)  # also before anything was decided
    assert everything(in_april) == waiting
    decided = everything(ran(in_april, "2025-04-20"))
    assert counts(census(in_april, STANDING, ENDED)) == (0, 0, 9, 0)
    assert everything(ran(in_april, "2025-04-20")) == decided


def test_the_census_of_next_year_adds_only_what_is_new(in_april: Home) -> None:
    census(in_april, STANDING, ENDED)
    ran(in_april, "2026-04-10")
    held = a_plan("2024-06-20", "2025-03-06", "2025-09-04")
    next_year = a_child("1", details(an_enquiry(), held, referred="2024-06-01"), year=2026)
    rows = census(in_april, next_year, a_child("4", details(), year=2026), year=2026)
    assert counts(rows) == (
        1,
        1,
        3,
        0,
    )  # a child, and a review of a known plan; enquiry, conference and child are known
    ran(in_april, "2026-04-11")
    [review] = [m for m in in_april.rows("meetings") if m["family"] == "CIN-1" and m["kind"] == "review_conference"]
    assert (review["meeting"], review["due_on"]) == (REVIEW, "2026-03-04")


def test_last_years_census_imported_late_undoes_nothing(in_april: Home) -> None:
    census(in_april, a_child("1", details(a_plan("2023-11-02", "2025-02-03"), referred="2023-10-02")))
    ran(in_april)
    old = a_child(
        "1",
        details(a_plan("2023-11-02", "2024-01-30"), an_enquiry("2023-10-10", "2023-11-02"), referred="2023-10-02"),
        year=2024,
    )
    assert counts(census(in_april, old, year=2024)) == (2, 0, 2, 0)
    ran(in_april, "2025-04-12")
    assert in_april.snapshot("riverside/family/CIN-1")["before"]["plans"]["plan-2023-11-02"]["told"]["reviews"] == [
        "2025-02-03"
    ]


def test_a_record_that_was_corrected_and_corrected_back_is_recorded_each_time(in_april: Home) -> None:
    open_, closed = (a_child("1", details(an_enquiry(), a_plan(ended=ended))) for ended in (None, "2025-03-20"))
    for n, child in enumerate((open_, closed, open_, closed)):
        _, changed, same, _ = counts(census(in_april, child, more=("--recorded", f"2025-04-1{n}T10:00")))
        assert (changed, same) == ((1, 3) if n else (0, 0))
    ran(in_april, "2025-04-14")
    assert ledger(in_april, e.PlanStoodBefore) == 4
    assert {m["state"] for m in in_april.rows("meetings") if m["family"] == "CIN-1"} == {"no longer due"}


def test_factors_that_were_corrected_and_corrected_back_are_recorded_each_time(in_april: Home) -> None:
    with_it, without = (a_child("1", details(an_assessment("2024-06-30", *codes))) for codes in (("1B", "3A"), ("3A",)))
    for n, child in enumerate((with_it, without, with_it)):
        census(in_april, child, more=("--recorded", f"2025-04-1{n}T10:00"))
    ran(in_april, "2025-04-13")
    assert ledger(in_april, e.FactorsAssessed) == 3


def test_the_name_that_a_coordinator_recorded_is_kept_when_the_census_corrects_a_birthday(in_april: Home) -> None:
    census(in_april, a_child("1", details()))
    named = e.Member(person="CIN-1", name="Rosa Quillfeather", relation="child")
    in_april.publish([told(at("2025-04-10", "11:00"), "family/CIN-1", e.MemberJoined(named, at("2025-04-10").date()))])
    ran(in_april)
    assert counts(census(in_april, a_child("1", details(), born="2015-03-28"))) == (0, 1, 0, 0)
    ran(in_april, "2025-04-12")
    shown = in_april.says("show", "CIN-1")
    assert "Rosa Quillfeather (CIN-1): child, born Sat 28 March 2015" in shown


def test_what_cannot_be_used_is_listed_with_its_mend_and_the_rest_goes_on(in_april: Home) -> None:
    bad = a_child("9", details(an_enquiry(), a_plan("2024-06-20", "2024-02-30", latest="XXX")))
    *refused, total = census(in_april, bad, IN_NEED, code=1)
    assert [(r["row"], r["element"], r["value"]) for r in refused] == [
        ("child 9", "LatestCategoryOfAbuse", "XXX"),
        ("child 9", "CPPreviewDate", "2024-02-30"),
    ]
    assert all(": " in r["why"] for r in refused) and (total["new"], total["children"]) == (5, 2)
    ran(in_april)
    assert ledger(in_april, e.PlanStoodBefore) == 1 and in_april.rows("held") == []


def test_the_same_is_said_to_people_in_sentences(in_april: Home) -> None:
    file = written(in_april, a_census(a_child("9", details(an_assessment("2024-06-30", "9Z"))), IN_NEED), "census.xml")
    result = in_april.run("import", "census", str(file), "--area", "riverside")
    assert result.exit_code == 1
    row, nobody = result.stderr.splitlines()
    assert row == "Child 9, AssessmentFactors 9Z: no factor of the census is called so: mend the code."
    assert nobody.startswith(
        "A census names no adults and no workers, so nobody is invited to what follows from it but the chair"
    )
    assert (
        result.stdout == "riverside of 2 children: 2 new, 0 changed, 0 the same, 1 refused; quorate run decides them.\n"
    )


def test_a_child_who_is_in_a_return_twice_is_used_once_and_said(in_april: Home) -> None:
    *refused, total = census(in_april, IN_NEED, ENDED, a_child("3", details(an_enquiry(), a_plan())), code=1)
    assert [(r["row"], r["element"]) for r in refused] == [
        ("child 3", "LAchildID"),
        ("child 3", "ChildProtectionPlans"),
    ]
    assert "child number 1 of the file is the same, so none of child number 3 is used: put both" in refused[0]["why"]
    assert total["children"] == 3
    assert counts(census(in_april, IN_NEED, ENDED)) == (0, 0, total["new"], 0)


def test_a_dry_run_says_what_would_be_done_and_does_nothing(in_april: Home) -> None:
    before = everything(in_april)
    assert counts(census(in_april, STANDING, ENDED, more=("--dry-run",))) == (9, 0, 0, 0)
    assert everything(in_april) == before
    census(in_april, STANDING)
    assert counts(census(in_april, STANDING, ENDED, more=("--dry-run",))) == (4, 0, 5, 0)


def test_a_file_that_breaks_off_is_taken_as_far_as_it_goes_and_says_where_it_broke(in_april: Home) -> None:
    broken = a_census(IN_NEED, a_child("4", details())).replace(b"</Children></Message>", b"<Child>")
    file = written(in_april, broken, "census.xml")
    refused, total = in_april.rows("import", "census", str(file), "--area", "riverside", code=1)
    assert (total["new"], total["children"]) == (2, 2) and "not well-formed XML at line" in refused["why"]


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"<!DOCTYPE Message><Message/>", "declares a document type"),
        (b"not xml", "not well-formed XML at line 1"),
        (a_census(IN_NEED, year=2023), "layouts of 2024 to 2026 are read"),
        (a_census(IN_NEED, year=2026), "has not come here, where it is Thu 10 April 2025"),
    ],
)
def test_a_file_that_is_no_census_of_ours_fails_in_one_sentence(in_april: Home, raw: bytes, sentence: str) -> None:
    before = everything(in_april)
    file = written(in_april, raw, "census.xml")
    assert sentence in in_april.fails("import", "census", str(file), "--area", "riverside")
    assert everything(in_april) == before


def test_a_conference_still_to_come_is_due_unless_the_family_is_worked_with_here(in_april: Home) -> None:
    pending = details(an_enquiry("2025-03-24", None, "2025-04-14"), referred="2025-03-20")
    assert counts(census(in_april, a_child("5", pending))) == (3, 0, 0, 0)
    ran(in_april)
    [meeting] = [m for m in in_april.rows("meetings") if m["family"] == "CIN-5"]
    assert (meeting["meeting"], meeting["due_on"]) == ("initial-conference:s47-2025-03-24", "2025-04-14")
    ours = e.StrategyDiscussionHeld("SD-6", at("2025-03-24").date(), True)
    in_april.publish([told(at("2025-04-11", "11:00"), "family/CIN-6", ours)])
    ran(in_april, "2025-04-12")
    assert counts(census(in_april, a_child("6", pending))) == (2, 0, 1, 0)


def test_a_home_that_is_new_takes_a_census_too(home: Home) -> None:
    file = written(home, a_census(STANDING), "census.xml")
    assert counts(home.rows("import", "census", str(file), *APRIL)) == (5, 0, 0, 0)
    ran(home)
    assert FAMILY not in home.says("show", "CIN-1")


# --- tables


def test_a_row_recorded_again_changes_nothing_and_what_differs_is_recorded_anew(home: Home) -> None:
    assert counts(table(home, "workers", WORKERS)) == (1, 0, 0, 0)
    assert counts(table(home, "workers", WORKERS)) == (0, 0, 1, 0)  # nothing was decided yet
    ran(home)
    assert counts(table(home, "workers", WORKERS)) == (0, 0, 1, 0)
    moved = WORKERS.replace("zoe@", "zoe.oneill@")
    later = ("--recorded", "2025-04-11T10:00")
    assert counts(table(home, "workers", moved, *later)) == (0, 1, 0, 0)
    assert counts(table(home, "workers", WORKERS, "--recorded", "2025-04-11T11:00")) == (0, 1, 0, 0)
    ran(home, "2025-04-12")
    assert ledger(home, e.WorkerRecorded) == 3


@pytest.mark.parametrize("run_between", [False, True])
def test_corrections_back_and_forth_at_one_instant_end_with_the_last(home: Home, run_between: bool) -> None:
    there = WORKERS.replace("zoe@", "zoe.oneill@")
    for n, text in enumerate((WORKERS, there, WORKERS, there, WORKERS, there)):
        assert counts(table(home, "workers", text)) == ((0, 1, 0, 0) if n else (1, 0, 0, 0))
        if run_between:
            ran(home)
        assert counts(table(home, "workers", text)) == (0, 0, 1, 0)
    ran(home)
    assert counts(table(home, "workers", there)) == (0, 0, 1, 0) and ledger(home, e.WorkerRecorded) == 6


def test_a_census_corrected_back_and_forth_at_one_instant_ends_with_the_last(in_april: Home) -> None:
    born = ("2015-03-27", "2015-03-28") * 3
    for day in born:
        census(in_april, a_child("1", details(), born=day))
    ran(in_april)
    assert counts(census(in_april, a_child("1", details(), born=born[-1]))) == (0, 0, 1, 0)
    assert ledger(in_april, e.MemberJoined) >= len(born)


def test_a_column_that_is_left_out_changes_nothing_and_an_empty_cell_empties_it(home: Home) -> None:
    table(home, "chairs", WORKERS)
    ran(home)
    assert counts(table(home, "workers", "worker,agency,name\nw-1,council,Zoë O'Neill\n")) == (0, 0, 1, 0)
    empty = "worker,agency,name,mail\nw-1,council,Zoë O'Neill,\n"
    assert counts(table(home, "workers", empty, "--recorded", "2025-04-11T10:00")) == (0, 1, 0, 0)
    ran(home, "2025-04-12")
    worker = home.snapshot("vale/partnership/vale")["workers"]["w-1"]
    assert worker["chairs"] is True and worker["address"] is None


def test_names_of_people_are_sealed_before_they_are_written(home: Home) -> None:
    table(home, "workers", WORKERS)
    [(letter,)] = home.sql("SELECT letter FROM outbox")
    said = msgspec.json.decode(letter, type=Letter).body.decode()
    assert "Zoë" not in said and "zoe@council" not in said and '"worker":"w-1"' in said


def test_a_dry_run_names_what_is_new_and_changed_and_keeps_nothing(home: Home) -> None:
    table(home, "workers", WORKERS)
    before = everything(home)
    more = WORKERS.replace("zoe@", "z@") + "w-2,council,Yves,\nw 3,council,Xan,\n"
    rows = table(home, "workers", more, "--dry-run", code=1)
    assert [(r["what"], r.get("name"), r.get("row")) for r in rows[:-1]] == [
        ("refused", None, "line 4"),
        ("changed", "w-1", None),
        ("new", "w-2", None),
    ]
    assert counts(rows) == (1, 1, 0, 1) and everything(home) == before


def test_every_table_is_taken_in_and_reaches_the_directory_or_the_diary(home: Home) -> None:
    table(
        home, "agencies", "agency;name;kind;single_point_of_contact;treats\r\nclearway;Clearway;treatment;w-1;drugs\r\n"
    )
    table(home, "workers", "\ufeffworker,agency,name,mail\nw-1,clearway,Zoë,zoe@clearway.example\n")
    table(home, "chairs", "worker,agency,name\nw-2,clearway,Yves\n")
    table(home, "rooms", "room,name,place,seats\nr-1,Oak,Civic Centre,12\n")
    table(home, "leave", "worker,first_day,last_day\nw-1,14/04/2025,17/04/2025\n")
    ran(home)
    who, diary = home.snapshot("vale/partnership/vale"), home.snapshot("vale/diary/vale")
    assert who["agencies"]["clearway"]["single_point_of_contact"] == "w-1" and who["workers"]["w-2"]["chairs"]
    assert who["leave"]["w-1-2025-04-14"]["last_on"] == "2025-04-17" and diary["rooms"]["r-1"]["seats"] == 12


@pytest.mark.parametrize(
    ("name", "text", "column"),
    [
        ("leave", "worker,first_day,last_day\nw-9,2025-04-14,2025-04-17\n", "worker"),
        ("workers", "worker,agency,name\nw-3,clearwaY,Yves\n", "agency"),
    ],
)
def test_a_row_that_names_somebody_unknown_is_refused(home: Home, name: str, text: str, column: str) -> None:
    table(home, "agencies", "agency,name,kind\ncouncil,Council,social care\n")
    table(home, "workers", WORKERS)
    refused, total = table(home, name, text, code=1)
    assert (refused["row"], refused["element"], total["refused"]) == ("line 2", column, 1)


def test_windows_1252_is_read_and_said(home: Home) -> None:
    file = written(home, WORKERS.encode("cp1252"), "workers.csv")
    result = home.run("import", "workers", str(file), *TABLE)
    assert result.exit_code == 0 and "was read as Windows-1252" in result.stderr
    ran(home)
    assert counts(table(home, "workers", WORKERS)) == (0, 0, 1, 0)  # the same words


def test_a_table_that_calls_itself_utf_8_and_is_not_is_told_on_which_line(home: Home) -> None:
    file = written(home, b"\xef\xbb\xbf" + WORKERS.encode("cp1252"), "workers.csv")
    assert "it says that it is UTF-8 and line 2 is not" in home.fails("import", "workers", str(file), *TABLE)


def test_the_area_of_what_waits_is_known(home: Home) -> None:
    table(home, "workers", WORKERS)
    assert home.one("import", "workers", str(home.folder.with_name("workers.csv")))["area"] == "vale"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("workers", "nowhere.csv", "--area", "vale"), "nowhere.csv cannot be read (No such file or directory)"),
        (("workers", "{}", "--area", "The Vale"), "small letters, digits and hyphens"),
        (("workers", "{}"), "this home knows no area yet, so say whose it is: add --area"),
        (("workers", "{}", "--dry-run"), "this home knows no area yet"),
        (("rooms", "{}", "--area", "vale"), "a column called worker, which nobody reads"),
        (("workers", "{}", "--area", "vale", "--recorded", "soon"), "is not an instant"),
    ],
)
def test_what_cannot_be_done_fails_in_one_sentence(home: Home, arguments: tuple[str, ...], sentence: str) -> None:
    file = written(home, WORKERS, "workers.csv")
    assert sentence in home.fails("import", *(a.format(file) for a in arguments))


@pytest.mark.parametrize("text", ["", "\n \n", "\ufeff"])
def test_an_empty_table_is_told_which_columns_it_needs(home: Home, text: str) -> None:
    said = home.fails("import", "workers", str(written(home, text, "workers.csv")), *TABLE)
    assert "it is empty: give it a header row that names at least worker, agency, name" in said


def test_the_help_names_every_column(home: Home) -> None:
    said = re.sub(r"[\s│]+", " ", home.says("import", "--help"))
    for name, kind in directory.TABLES.items():
        assert name in said and all(column.name in said for column in kind.columns)
