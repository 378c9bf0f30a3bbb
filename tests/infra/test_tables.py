"""Tables are read as spreadsheets save them; a row that cannot be used is told by its line and column, never by its
words."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from handlers import events as e
from handlers.people import StreamId
from infra.imports import directory
from infra.imports.rows import NotReadable, Refused, Wanted
from infra.imports.tables import WINDOWS, a_day, plain, text_of

WORKERS = "worker,agency,name,mail,telephone,secure,chairs\n"
A_WORKER = "w-1,council,Zoë O'Neill,zoe@council.example,01632 960 100,yes,no\n"


def read(table: str, text: str) -> list[Wanted | Refused]:
    return list(directory.read(table, text, "riverside"))


def one(table: str, text: str) -> Wanted:
    [row] = read(table, text)
    assert isinstance(row, Wanted), row
    return row


def refused(table: str, text: str) -> list[tuple[str, str]]:
    return [(row.row, row.element) for row in read(table, text) if isinstance(row, Refused)]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators_and_line_ends_are_whatever_the_spreadsheet_wrote(separator: str, end: str) -> None:
    text = (WORKERS + A_WORKER).replace(",", separator).replace("\n", end)
    wanted = one("workers", text)
    assert wanted.body == e.WorkerRecorded(
        "w-1", "council", "Zoë O'Neill", "zoe@council.example", "01632 960 100", secure=True, chairs=False
    )
    assert wanted.stream == StreamId("riverside", "partnership", "riverside") and wanted.name == "w-1"


@pytest.mark.parametrize(
    ("encoding", "remark"), [("utf-8", ""), ("utf-8-sig", ""), ("cp1252", WINDOWS)], ids=["plain", "marked", "windows"]
)
def test_the_encoding_is_told_apart_and_a_guess_is_said(encoding: str, remark: str) -> None:
    text, said = text_of((WORKERS + A_WORKER).encode(encoding))
    assert (text, said) == (WORKERS + A_WORKER, remark)


@pytest.mark.parametrize("raw", ["worker".encode("utf-16"), b"a\x00b", b"\x81\x8d"])
def test_what_is_no_text_is_refused(raw: bytes) -> None:
    with pytest.raises(NotReadable, match="save it as CSV UTF-8"):
        text_of(raw)


def test_columns_stand_in_any_order_and_are_named_as_people_type_them() -> None:
    text = "Name;E-mail;WORKER;Agency\nZoë;zoe@council.example;w-1;council\n"
    wanted = one("workers", text)
    assert wanted.body == e.WorkerRecorded("w-1", "council", "Zoë", "zoe@council.example")
    assert wanted.given == {"worker", "agency", "name", "address"}  # of telephone and the rest nothing is said


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ("worker,agency,name,telefone", "did you mean telephone"),
        ("worker,agency,name,shoe size", "a column called shoe_size, which nobody reads: its columns are"),
        ("worker,agency", "lacks name: the first row must name the columns"),
        ("worker,agency,name,name", "names a column twice"),
        ("", "it is empty: give it a header row that names at least worker, agency, name"),
        ('worker,agency,"name', "header row cannot be read"),
    ],
)
def test_a_header_that_cannot_be_read_is_refused_with_the_mend(header: str, sentence: str) -> None:
    with pytest.raises(NotReadable, match=sentence):
        read("workers", header + "\n")


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("w-1,council,Zoë,,,,\n", None),
        (",council,Zoë,,,,\n", "worker"),
        ("w 1,council,Zoë,,,,\n", "worker"),
        ("w-1,council,,,,,\n", "name"),
        ("w-1,council,Zoë,nowhere,,,\n", "mail"),
        ("w-1,council,Zoë,,,perhaps,\n", "secure"),
        ("w-1,council,Zo\x07ë,,,,\n", "name"),
        (f"w-1,council,{'x' * 301},,,,\n", "name"),
        ("w-1,council,Zoë\n", ""),
        ('w-1,council,"Zoë" O,,,,\n', ""),
    ],
)
def test_a_row_that_cannot_be_used_is_told_by_line_and_column(row: str, column: str | None) -> None:
    found = read("workers", WORKERS + row + "w-2,council,Yves,,,,\n")
    assert [(x.row, x.element) for x in found if isinstance(x, Refused)] == (
        [] if column is None else [("line 2", column)]
    )
    assert any(isinstance(x, Wanted) and x.name == "w-2" for x in found), "the rest goes on"


def test_no_cell_is_repeated_in_a_refusal() -> None:
    [row] = read("workers", WORKERS + "w-1,council,Zoë,secret-nowhere,,,\n")
    assert isinstance(row, Refused) and "secret" not in f"{row.sentence}{row.value}" and row.sentence.endswith("empty")


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    text = WORKERS + '\nw-1,council,"Zoë\nO\'Neill",,,,\n\nw-2,council,,,,,\n'
    assert refused("workers", text) == [("line 3", "name"), ("line 6", "name")]  # a name of two lines is none


def test_of_two_rows_about_the_same_the_later_is_refused() -> None:
    text = WORKERS + "w-1,council,Zoë,,,,\nw-1,health,Zoë,,,,\n"
    [kept, twice] = read("workers", text)
    assert isinstance(kept, Wanted) and isinstance(twice, Refused)
    assert (twice.row, twice.sentence) == ("line 3", "line 2 is about the same worker: keep one of the two")


def test_an_agency_says_who_speaks_for_it_and_what_it_treats() -> None:
    header = "agency,name,kind,single_point_of_contact,deputy,duty_mailbox,service_manager,treats,domains\n"
    row = "clearway,Clearway,Treatment,w-spoc,w-deputy,w-box,w-boss,alcohol and drugs,Clearway.example @nhs.example\n"
    posts = ("w-spoc", "w-deputy", "w-box", "w-boss")
    of = ("clearway.example", "nhs.example")
    told = e.AgencyRecorded("clearway", "Clearway", "treatment", *posts, ("alcohol", "drugs"), of)
    assert one("agencies", header + row).body == told


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("x,X,social work,alcohol,", "kind"),
        ("x,X,treatment,alcohol and sugar,", "treats"),
        ("x,X,treatment,alcohol,everybody", "domains"),
    ],
)
def test_an_agency_of_an_unknown_kind_is_refused(row: str, column: str) -> None:
    assert refused("agencies", f"agency,name,kind,treats,domains\n{row}\n") == [("line 2", column)]


def test_a_chair_is_a_worker_who_presides() -> None:
    wanted = one("chairs", "worker,agency,name\nw-chair,council,Zoë\n")
    assert wanted.body == e.WorkerRecorded("w-chair", "council", "Zoë", chairs=True) and "chairs" in wanted.given


def test_a_room_is_the_diarys() -> None:
    wanted = one("rooms", "room,name,place,seats\nr-1,Oak,Civic Centre,12\n")
    assert wanted.body == e.RoomRecorded("r-1", "Oak", "Civic Centre", 12) and wanted.stream.kind == "diary"


@pytest.mark.parametrize("seats", ["0", "-1", "many", "10000", "²"])
def test_a_room_holds_a_number_of_people(seats: str) -> None:
    assert refused("rooms", f"room,name,place,seats\nr-1,Oak,Civic Centre,{seats}\n") == [("line 2", "seats")]


def test_leave_is_named_by_its_worker_and_first_day_unless_it_has_an_id() -> None:
    text = "worker,first_day,last_day,leave,cancelled\nw-1,2025-03-03,07/03/2025,,\nw-1,2025-04-01,2025-04-02,L-9,yes\n"
    first, second = (row.body for row in read("leave", text) if isinstance(row, Wanted))
    assert first == e.LeaveRecorded("w-1-2025-03-03", "w-1", date(2025, 3, 3), date(2025, 3, 7))
    assert second == e.LeaveRecorded("L-9", "w-1", date(2025, 4, 1), date(2025, 4, 2), cancelled=True)


def test_leave_that_ends_before_it_begins_is_refused() -> None:
    text = "worker,first_day,last_day\nw-1,2025-03-07,2025-03-03\n"
    assert refused("leave", text) == [("line 2", "last_day")]


@pytest.mark.parametrize(("cell", "on"), [("2025-01-14", date(2025, 1, 14)), ("14/01/2025", date(2025, 1, 14))])
def test_a_day_is_read_as_people_and_spreadsheets_write_it(cell: str, on: date) -> None:
    assert a_day(cell) == on


@pytest.mark.parametrize(
    ("typed", "name"), [("Single point of contact", "single_point_of_contact"), (" E-Mail ", "mail")]
)
def test_a_columns_name_is_plain(typed: str, name: str) -> None:
    assert plain(typed) == name


# Of posts each row becomes one entry of the area's own record, not a record of its own.
@pytest.mark.parametrize("table", sorted(directory.TABLES.keys() - {"posts", "area"}))
def test_every_column_of_a_table_fills_a_field_that_its_record_has(table: str) -> None:
    kind = directory.TABLES[table]
    fields: tuple[Any, ...] = kind.body.__struct_fields__
    assert {c.key for c in kind.columns} <= set(fields) and len({c.key for c in kind.columns}) == len(kind.columns)
