"""The tables of an area's directory and diary: which columns each has, and what a row records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal, get_args

from msgspec import Struct, structs

from handlers import events as e
from handlers.partnership import Directory
from handlers.people import StreamId
from infra.imports.rows import Refused, Wanted
from infra.imports.tables import (
    Column,
    Line,
    a_day,
    a_mail_address,
    a_number,
    an_id,
    domains,
    lines,
    one_of,
    plain,
    some_of,
    words,
    yes_or_no,
)

KINDS = get_args(next(f.type for f in structs.fields(e.AgencyRecorded) if f.name == "kind"))


def a_post(cell: str) -> str:
    return an_id(plain(cell))


WHO = (
    Column("worker", "the worker's id", an_id, needed=True),
    Column("agency", "the id of their agency", an_id, needed=True),
    Column("name", "as papers should call them", words, needed=True),
    Column("mail", "their mail address", a_mail_address, field="address"),
    Column("telephone", "their number", words),
    Column("secure", "yes if the address is accredited for case papers", yes_or_no),
)


class Kind(Struct, frozen=True):
    """One kind of table: its columns, what a row records, in which stream of the area."""

    columns: Sequence[Column]
    body: type[e.Body]
    stream: Literal["partnership", "diary"] = "partnership"


TABLES: dict[str, Kind] = {
    "agencies": Kind(
        (
            Column("agency", "the agency's id", an_id, needed=True),
            Column("name", "as papers should call it", words, needed=True),
            Column("kind", f"one of {', '.join(KINDS)}", one_of(*KINDS), needed=True),
            Column("single_point_of_contact", "the id of the worker who speaks for it", an_id),
            Column("deputy", "of whoever speaks for it when they cannot", an_id),
            Column("duty_mailbox", "the id under which its mailbox or rota stands among the workers", an_id),
            Column("service_manager", "the id of whoever manages it", an_id),
            Column("treats", "alcohol, drugs, or both: of a treatment service", some_of("alcohol", "drugs")),
            Column("domains", "what follows the at sign in its people's addresses; of several, with spaces", domains),
        ),
        e.AgencyRecorded,
    ),
    "workers": Kind((*WHO, Column("chairs", "yes if they preside over conferences", yes_or_no)), e.WorkerRecorded),
    "chairs": Kind(WHO, e.WorkerRecorded),
    "posts": Kind(
        (
            Column("post", "as ladders name it, so conference unit manager or board", a_post, needed=True),
            Column("worker", "the id of whoever holds it", an_id, needed=True),
        ),
        e.AreaRecorded,
    ),
    "area": Kind(
        (
            Column("team", "what people's calendars call whoever invites", words, needed=True),
            Column("telephone", "the number that letters ask to be rung", words, needed=True),
        ),
        e.AreaRecorded,
    ),
    "rooms": Kind(
        (
            Column("room", "the room's id", an_id, needed=True),
            Column("name", "as papers should call it", words, needed=True),
            Column("place", "where it is", words, needed=True),
            Column("seats", "how many it holds", a_number, needed=True),
        ),
        e.RoomRecorded,
        "diary",
    ),
    "leave": Kind(
        (
            Column("worker", "the worker's id", an_id, needed=True),
            Column("first_day", "the first day away", a_day, needed=True, field="first_on"),
            Column("last_day", "the last day away", a_day, needed=True, field="last_on"),
            Column("leave", "the leave's own id, so that it can be changed later", an_id),
            Column("cancelled", "yes if it was cancelled", yes_or_no),
        ),
        e.LeaveRecorded,
    ),
}


def read(table: str, text: str, area: str) -> Iterator[Wanted | Refused]:
    """Each row of this kind of table, as what it records. Raises NotReadable."""
    kind = TABLES[table]
    stream = StreamId(area, kind.stream, area)
    if table == "area":
        yield from _area(text, stream)
        return
    if table == "posts":
        yield from _posts(text, stream)
        return
    seen: dict[str, int] = {}
    for line in lines(text, kind.columns):
        if isinstance(line, Refused):
            yield line
        elif table == "leave" and line.cells["last_on"] < line.cells["first_on"]:
            yield Refused(f"line {line.number}", "last_day", "", "it lies before the first day: mend either")
        else:
            wanted = _wanted(table, kind, stream, line)
            first = seen.setdefault(wanted.name, line.number)
            what = kind.body.__struct_fields__[0]
            same = f"line {first} is about the same {what}: keep one of the two"
            yield wanted if first == line.number else Refused(wanted.row, what, "", same)


def _area(text: str, stream: StreamId) -> Iterator[Wanted | Refused]:
    """One row, of the area itself; who holds its posts stays as it is."""
    taken = False
    for line in lines(text, TABLES["area"].columns):
        if isinstance(line, Refused):
            yield line
        elif taken:
            yield Refused(f"line {line.number}", "team", "", "an area has one team and number: keep one line")
        else:
            taken = True
            area = e.AreaRecorded(stream.area, **line.cells, roles={})
            yield Wanted(stream, f"area {stream.area}", area, f"line {line.number}", given=frozenset(line.cells))


def _posts(text: str, stream: StreamId) -> Iterator[Wanted | Refused]:
    """All rows are one record: that of the area, which names who holds each post."""
    roles: dict[str, str] = {}
    for line in lines(text, TABLES["posts"].columns):
        if isinstance(line, Refused):
            yield line
        elif line.cells["post"] in roles:
            yield Refused(
                f"line {line.number}", "post", "", "an earlier line is about the same post: keep one of the two"
            )
        else:
            roles[line.cells["post"]] = line.cells["worker"]
    if roles:
        unknown = Directory(stream=stream)
        area = e.AreaRecorded(stream.area, unknown.team, unknown.telephone, roles)
        yield Wanted(stream, f"posts {', '.join(roles)}", area, "the posts", given=frozenset({"roles"}))


def _wanted(table: str, kind: Kind, stream: StreamId, line: Line) -> Wanted:
    said = line.cells
    if table == "chairs":
        said = said | {"chairs": True}
    if table == "leave":
        said = said | {"leave": said.get("leave") or f"{said['worker']}-{said['first_on']}"}
    defaults = {f.name: f.default for f in structs.fields(kind.body) if not f.required}
    filled = {name: defaults[name] if value is None else value for name, value in said.items()}
    body: Any = kind.body(**filled)
    return Wanted(stream, _name(body), body, f"line {line.number}", given=frozenset(filled))


def _name(body: e.Body) -> str:
    """The id under which the record stands."""
    return str(getattr(body, body.__struct_fields__[0]))
