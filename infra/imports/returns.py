"""A census return as a stream: one child at a time, each freed when the next is read, however large the file is.

A document type is refused before anything is read, since that is where entities are declared that grow without end.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from datetime import date
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError, iterparse
from xml.parsers import expat

from msgspec import Struct

from infra.imports.rows import NotReadable

DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(T00:00:00(\.0+)?)?Z?")
YEARS = ("2024", "2025", "2026")
DEEPEST = 20
LARGEST_CHILD = 20_000  # elements: a child known since birth has some hundreds
LONGEST_TEXT = 1_000_000  # bytes without an element beginning or ending
PROLOG, SIP = 64_000, 64
NO_CENSUS = "it is no children in need census: give the XML file that goes to COLLECT, with its Header"


class Header(Struct, frozen=True):
    """known_on: the census day, of which all that follows speaks."""

    known_on: date

    @property
    def begins_on(self) -> date:
        """The first day of the census year."""
        return date(self.known_on.year - (self.known_on.month < 4), 4, 1)


class _RootReached(Exception):
    """No document type stands before the root element."""


def children(source: BinaryIO) -> Iterator[tuple[Header, Element]]:
    """Each child, after the header. Raises NotReadable, after the children that could be read."""
    _refuse_document_type(source)
    source.seek(0)
    header: Header | None = None
    try:
        for path, element in _ended(source):
            if path == ["Message", "Header"]:
                header = _header(element)
            elif path == ["Message", "Children", "Child"]:
                if header is None:
                    raise NotReadable(NO_CENSUS)
                yield header, element
    except ParseError as error:
        line, column = error.position
        raise NotReadable(
            f"it is not well-formed XML at line {line}, column {column}, and nothing after that can be read:"
            " write the file anew and import it again; what was taken before changes nothing then"
        ) from None
    except (ValueError, LookupError):  # an encoding that nobody knows
        raise NotReadable("its encoding is not known here: write the file in UTF-8") from None
    if header is None:
        raise NotReadable(NO_CENSUS)


def _ended(source: BinaryIO) -> Iterator[tuple[list[str], Element]]:
    """The header, each child and whatever stands beside them, when it ends; with the names that lead to it."""
    path: list[Element] = []
    names: list[str] = []
    parts = 0
    watched = _Watched(source)
    for what, element in iterparse(watched, ("start", "end")):
        watched.silent = 0
        if what == "start":
            element.tag = element.tag.rpartition("}")[2]
            path.append(element)
            names.append(element.tag)
            whole = len(path) <= 3 and names[1:2] != ["Header"]
            parts = 0 if whole else parts + 1
            if len(path) > DEEPEST or parts > LARGEST_CHILD:
                raise NotReadable("one of its elements is far larger than any child's record: mend it")
            continue
        if len(path) == 2 or (len(path) == 3 and names[1] != "Header"):
            yield names, element
            path[-2].clear()  # it is not needed any more, nor is it kept there
        path.pop()
        names.pop()


class _Watched:
    """A source that stops where one text would fill the memory. silent: bytes read since an element began or ended."""

    def __init__(self, source: BinaryIO) -> None:
        self.source, self.silent = source, 0

    def read(self, size: int = -1, /) -> bytes:
        self.silent += size
        if self.silent > LONGEST_TEXT:
            raise NotReadable("one of its texts is far longer than any of a child's record: mend it")
        return self.source.read(size)


def _header(element: Element) -> Header:
    """Raises NotReadable for another collection, or a year whose layout is not read here."""
    said = {x.tag: (x.text or "").strip() for x in element.iter()}
    if said.get("Collection") != "CIN":
        raise NotReadable(NO_CENSUS)
    known_on = as_day(said.get("ReferenceDate", ""))
    if known_on is None:
        raise NotReadable("its Header names no ReferenceDate: add the census day, as 2025-03-31")
    year = said.get("Year") or str(known_on.year)
    if year not in YEARS:
        raise NotReadable(
            f"it is the census of {year[:20]}, and the layouts of {YEARS[0]} to {YEARS[-1]} are read: give one of those"
        )
    if year != str(known_on.year):
        raise NotReadable(f"its Header names the year {year} and the census day {known_on}: mend either")
    return Header(known_on)


class Seen:
    """Where in the file each child stood first; on disk, since a large return names more than memory should hold."""

    def __init__(self) -> None:
        self.kept = sqlite3.connect("")
        self.kept.execute("CREATE TABLE seen (child TEXT PRIMARY KEY, number INTEGER) WITHOUT ROWID")

    def first(self, child: str, number: int) -> int:
        """The number of the first child of this name; this one's, if there was none."""
        said = self.kept.execute("INSERT INTO seen VALUES (?, ?) ON CONFLICT DO NOTHING", (child, number))
        if said.rowcount:
            return number
        return int(self.kept.execute("SELECT number FROM seen WHERE child = ?", (child,)).fetchone()[0])


def as_day(text: str) -> date | None:
    """`2025-03-31`; None for anything else."""
    found = DAY.fullmatch(text)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def _refuse_document_type(source: BinaryIO) -> None:
    def refuse(*_: object) -> None:
        raise NotReadable("it declares a document type, which a census never does: take <!DOCTYPE …> out of it")

    def reached(*_: object) -> None:
        raise _RootReached

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = reached
    try:
        for _ in range(PROLOG // SIP):  # in sips, so that nothing declared in it is expanded before it is refused
            if not (sip := source.read(SIP)):
                break
            parser.Parse(sip)
    except (_RootReached, expat.ExpatError, ValueError, LookupError):
        return  # what is wrong with it is said when it is read
    raise NotReadable(NO_CENSUS)
