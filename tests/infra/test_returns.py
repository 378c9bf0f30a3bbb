"""A census is read child by child in bounded memory, and nothing in it can make the reader grow or look elsewhere."""

from __future__ import annotations

import tracemalloc
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest

from infra.imports.census import Child
from infra.imports.returns import Header, as_day, children
from infra.imports.rows import NotReadable
from tests.infra.censuses import HEAD, TAIL, a_census, a_child, many, write

LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE lol [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><Message>&c;</Message>"""
OUTSIDE = b"""<!DOCTYPE Message [<!ENTITY x SYSTEM "file:///etc/passwd">]><Message>&x;</Message>"""


def names(raw: bytes) -> list[str | None]:
    return [child.findtext("ChildIdentifiers/LAchildID") for _, child in children(BytesIO(raw))]


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_the_layouts_of_three_years_are_read(year: int) -> None:
    raw = a_census(a_child("1", year=year), a_child("2", year=year), year=year)
    found = list(children(BytesIO(raw)))
    assert [header.known_on for header, _ in found] == [date(year, 3, 31)] * 2
    assert names(raw) == ["1", "2"]


@pytest.mark.parametrize("year", [2016, 2023, 2027])
def test_the_census_of_another_year_is_refused_by_name(year: int) -> None:
    with pytest.raises(NotReadable, match=f"census of {year}, and the layouts of 2024 to 2026"):
        names(a_census(a_child("1"), year=year))


@pytest.mark.parametrize("raw", [LAUGHS, OUTSIDE, b"\xef\xbb\xbf<!DOCTYPE x>" + a_census(a_child("1"))[38:]])
def test_a_document_type_is_refused_before_anything_is_read(raw: bytes) -> None:
    with pytest.raises(NotReadable, match="document type, which a census never does: take"):
        names(raw)


@pytest.mark.parametrize(
    "raw",
    [b"", b"  ", b"<a/>", b"not xml", b"<Message><Children><Child/></Children></Message>", b"<!--" + b"x" * 70_000],
)
def test_what_is_no_census_is_refused(raw: bytes) -> None:
    with pytest.raises(NotReadable, match=r"no children in need census|not well-formed"):
        names(raw)


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (b"<Collection>CIN", b"<Collection>CLA", "no children in need census"),
        (b"<ReferenceDate>2025-03-31", b"<ReferenceDate>31/03/2025", "names no ReferenceDate"),
        (b"<Year>2025", b"<Year>2023", "it is the census of 2023, and the layouts of 2024 to 2026 are read"),
        (b"<Year>2025", b"<Year>2024", "names the year 2024 and the census day 2025-03-31: mend either"),
        (b'encoding="UTF-8"', b'encoding="KOI-99"', r"encoding is not known|not well-formed"),
    ],
)
def test_a_header_that_is_not_right_is_refused_with_the_mend(before: bytes, after: bytes, sentence: str) -> None:
    with pytest.raises(NotReadable, match=sentence):
        names(a_census(a_child("1")).replace(before, after))


def test_children_before_a_break_in_the_file_are_read_and_the_place_is_told() -> None:
    stream = children(BytesIO(a_census(a_child("1"), a_child("2"), "<Child><oops></Child>")))
    assert [next(stream)[1].findtext("ChildIdentifiers/LAchildID") for _ in "12"] == ["1", "2"]
    with pytest.raises(NotReadable, match=r"not well-formed XML at line 2, column \d+"):
        next(stream)


def test_a_text_that_never_ends_is_refused() -> None:
    with pytest.raises(NotReadable, match="one of its texts is far longer than any of a child's record: mend it"):
        names(a_census(a_child("1"), a_child("2").replace("WBRI", "x" * 1_100_000)))


def test_a_namespace_changes_nothing() -> None:
    assert names(a_census(a_child("1")).replace(b"<Message>", b'<Message xmlns="urn:dfe">')) == ["1"]


@pytest.mark.parametrize("part", ["<x>" * 40 + "</x>" * 40, "<x/>" * 20_100])
def test_an_element_that_never_ends_is_refused(part: str) -> None:
    with pytest.raises(NotReadable, match="far larger than any child"):
        names(a_census(a_child("1", part)))


def test_each_child_is_freed_before_the_next_is_read(tmp_path: Path) -> None:
    peaks = [peak(write(tmp_path / f"{size}.xml", many(size))) for size in (500_000, 2_500_000)]
    assert peaks[1] < peaks[0] * 2, peaks


def test_what_stands_beside_the_children_is_freed_too(tmp_path: Path) -> None:
    peaks = [peak(write(tmp_path / f"{n}.xml", ["<Strange>x</Strange>"] * n)) for n in (10_000, 50_000)]
    assert peaks[1] < peaks[0] * 2, peaks


def peak(path: Path) -> int:
    """The most bytes held at once while the whole file was read."""
    header: Header | None = None
    tracemalloc.start()
    try:
        with path.open("rb") as source:
            for n, (header, element) in enumerate(children(source)):
                assert Child(element, n, header, "riverside", date(2023, 1, 1)).wanted
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_the_census_year_begins_on_the_first_of_april() -> None:
    assert Header(date(2025, 3, 31)).begins_on == date(2024, 4, 1)


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("2025-03-31", date(2025, 3, 31)),
        ("2025-03-31T00:00:00", date(2025, 3, 31)),
        ("2025-02-29", None),
        ("31/03/2025", None),
        ("", None),
    ],
)
def test_a_day_is_read_as_xml_writes_it(text: str, on: date | None) -> None:
    assert as_day(text) == on


def test_an_empty_census_is_a_census() -> None:
    assert names(f"{HEAD.format(year=2025)}{TAIL}".encode()) == []
