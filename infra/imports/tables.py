"""Tables of who is who, as a spreadsheet saves them: a header row of plain column names, then a row for each.

Commas, semicolons or tabs; UTF-8, with or without its mark, or Windows-1252, which is said. No cell is ever repeated
in a fault, since what stands in it may be personal.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from io import StringIO
from typing import Any

from msgspec import Struct

from infra.imports.rows import NotReadable, Refused

LONGEST = 300  # characters, as in an event's own attributes
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
MAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+")
YES_NO = {**dict.fromkeys(("yes", "y", "true", "1"), True), **dict.fromkeys(("no", "n", "false", "0"), False)}
WINDOWS = "it is not UTF-8, so it was read as Windows-1252: look whether the names are right, or save it as CSV UTF-8"


class Unusable(ValueError):
    """A cell that cannot be used: the end of the sentence, with the mend."""


class Column(Struct, frozen=True):
    """One column: its name, what it is, and how a cell that is not empty is read. field: the event's, if not the name.

    needed: no row can do without it.
    """

    name: str
    what: str
    read: Callable[[str], Any]
    needed: bool = False
    field: str = ""

    @property
    def key(self) -> str:
        return self.field or self.name


class Line(Struct, frozen=True):
    """One row that can be used: by field, with None for an empty cell; a column that is not there says nothing."""

    number: int
    cells: dict[str, Any]


def text_of(raw: bytes) -> tuple[str, str]:
    """The file's words, and a remark where they were not UTF-8. Raises NotReadable."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in raw:
        raise NotReadable("it is UTF-16 or no text at all: save it as CSV UTF-8")
    try:
        return raw.decode("utf-8-sig"), ""
    except UnicodeDecodeError as error:
        if raw.startswith(b"\xef\xbb\xbf"):
            line = error.object[: error.start].count(b"\n") + 1
            raise NotReadable(f"it says that it is UTF-8 and line {line} is not: save it as CSV UTF-8 anew") from None
    try:
        return raw.decode("cp1252"), WINDOWS
    except UnicodeDecodeError:
        raise NotReadable("it is neither UTF-8 nor Windows-1252: save it as CSV UTF-8") from None


def lines(text: str, columns: Sequence[Column]) -> Iterator[Line | Refused]:
    """Each row, usable or not. Raises NotReadable where the header cannot be read."""
    rows = _rows(text)
    number, header = next(rows, (0, []))
    if not number:
        needed = ", ".join(c.name for c in columns if c.needed)
        raise NotReadable(f"it is empty: give it a header row that names at least {needed}, and a row for each")
    if isinstance(header, str):
        raise NotReadable(f"its header row cannot be read ({header}): mend its quotation marks")
    shown = _shown(header, {c.name: c for c in columns})
    for number, cells in rows:
        if isinstance(cells, str):
            yield _refused(number, "", f"the row cannot be read ({cells}): mend its quotation marks")
        elif len(cells) != len(shown):
            found = f"it has {len(cells)} cells and the header {len(shown)}"
            yield _refused(number, "", f"{found}: give it as many, and quote what holds a separator")
        else:
            yield from _line(number, dict(zip((c.name for c in shown), cells, strict=True)), shown)


def _rows(text: str) -> Iterator[tuple[int, list[str] | str]]:
    """Each row that is not empty with the number of its first line; the fault in place of a row that has one."""
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        number = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield number, str(error)
            continue
        if any(cell.strip() for cell in row):
            yield number, row


def plain(name: str) -> str:
    """A column's name however it was typed: `Single point of contact` is single_point_of_contact."""
    typed = re.sub(r"[\s_-]+", "_", name.strip().lower())
    return "mail" if typed in ("email", "e_mail", "address", "mail_address") else typed


def _shown(header: Sequence[str], known: Mapping[str, Column]) -> list[Column]:
    names = [plain(x) for x in header]
    strange = [x for x in names if x not in known]
    if strange:
        near = get_close_matches(strange[0], known, 1)
        mean = f"did you mean {near[0]}?" if near else f"its columns are {', '.join(known)}"
        which = f"a column called {strange[0]}" if ID.fullmatch(strange[0]) else "a column without a plain name"
        raise NotReadable(f"its header has {which}, which nobody reads: {mean}")
    missing = [c.name for c in known.values() if c.needed and c.name not in names]
    if missing:
        raise NotReadable(f"its header lacks {', '.join(missing)}: the first row must name the columns")
    if len(set(names)) < len(names):
        raise NotReadable("its header names a column twice: take one out")
    return [known[x] for x in names]


def _line(number: int, cells: Mapping[str, str], shown: Sequence[Column]) -> Iterator[Line | Refused]:
    found: dict[str, Any] = {}
    faults: list[Line | Refused] = []
    for column in shown:
        try:
            found[column.key] = _cell(cells[column.name], column)
        except Unusable as error:
            faults.append(_refused(number, column.name, str(error)))
    yield from faults or [Line(number, found)]


def _cell(cell: str, column: Column) -> Any:
    words = cell.strip()
    if not words:
        if column.needed:
            raise Unusable("it is empty, and nothing can be done without it: fill it in")
        return None
    if len(words) > LONGEST or not words.isprintable():
        raise Unusable(f"it is longer than {LONGEST} characters, or holds some that cannot be printed: mend it")
    return column.read(words)


def _refused(number: int, column: str, sentence: str) -> Refused:
    return Refused(f"line {number}", column, "", sentence)


# --- what cells hold


def words(cell: str) -> str:
    return cell


def an_id(cell: str) -> str:
    if not ID.fullmatch(cell):
        raise Unusable("an id is letters, digits, dots and hyphens without spaces: mend it")
    return cell


def yes_or_no(cell: str) -> bool:
    if cell.lower() not in YES_NO:
        raise Unusable("it is neither yes nor no: write one of them")
    return YES_NO[cell.lower()]


def a_mail_address(cell: str) -> str:
    if not MAIL.fullmatch(cell):
        raise Unusable("it is no mail address: write one, as name@agency.example, or leave it empty")
    return cell


def a_number(cell: str) -> int:
    if not (cell.isascii() and cell.isdecimal() and 0 < int(cell) < 10_000):
        raise Unusable("it is no number from 1 to 9999: mend it")
    return int(cell)


def a_day(cell: str) -> date:
    """`2025-01-14`, or as spreadsheets write it here, `14/01/2025`."""
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(cell, form).date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
    raise Unusable("it is no day: write 2025-01-14 or 14/01/2025")


def one_of(*choices: str) -> Callable[[str], str]:
    """One of these words, however its spaces and capitals were typed."""

    def read(cell: str) -> str:
        if plain(cell) not in choices:
            raise Unusable(f"it is none of {', '.join(choices)}: write one of them")
        return plain(cell)

    return read


def domains(cell: str) -> tuple[str, ...]:
    """Names of mail domains, with anything but letters, digits, dots and dashes between them."""
    found = [w for w in re.split(r"[^a-z0-9.-]+", cell.lower()) if w]
    if not found or any("." not in w.strip(".") for w in found):
        raise Unusable("it holds something that is no domain: write domains alone, such as nhs.example")
    return tuple(found)


def some_of(*choices: str) -> Callable[[str], tuple[str, ...]]:
    """Some of these words, with anything between them."""

    def read(cell: str) -> tuple[str, ...]:
        found = [w for w in re.split(r"[^a-z]+", cell.lower()) if w and w != "and"]
        if any(w not in choices for w in found):
            raise Unusable(f"it names something that is none of {', '.join(choices)}: write these alone")
        return tuple(w for w in choices if w in found)

    return read
