"""Calendars as other people's programs write them: line by line, so that one bad line costs only itself.

icalendar takes a line apart; where it refuses one, so do we less strictly. Nothing recurs or is expanded here, and
nothing that it points to is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from quopri import decodestring
from typing import Any
from urllib.parse import unquote

from icalendar.parser import Contentline
from msgspec import Struct
from msgspec.structs import replace

from infra.papers.words import one_line
from infra.replies.mails import as_text
from infra.replies.verdicts import Answer, Limits
from infra.replies.zones import known_zone, own_zones

OURS = "-//Quorate//"
ABOUT = ("UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "RECURRENCE-ID", "ORGANIZER", "ATTENDEE")
ORIGINAL_TIME = "X-MS-OLK-ORIGINALSTART"
COMMENTS = ("COMMENT", "X-CALENDARSERVER-PRIVATE-COMMENT")
READ = frozenset(("METHOD", "PRODID", *ABOUT, ORIGINAL_TIME, *COMMENTS))
LONGEST = 2_000  # characters of a comment or an id that are kept
QUOTED = "PARTSTAT=3D"
FOLDED_AT = 60  # no program folds a line shorter than this
PROPERTY = re.compile(r"(?!mailto:)[A-Za-z][A-Za-z0-9-]*[ \t]*[;:]", re.IGNORECASE)
TO_MAILBOX = re.compile(r":[ \t]*(?=mailto:)", re.IGNORECASE)
PARAMETER = re.compile(r';([A-Za-z0-9-]+)=("[^"]*"|[^;]*)')
INSTANT = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)?(Z?)")
MAILBOX = re.compile(r"[^\s<>@\"]+@[^\s<>@\"]+")

Line = tuple[str, Mapping[str, Any], str]


class Calendar(Struct, frozen=True):
    """One calendar. methods: every METHOD that it names; kinds: of component that it holds; moved: it says itself that
    its time is another than the one it was asked to."""

    methods: tuple[str, ...]
    kinds: tuple[str, ...]
    answers: tuple[Answer, ...]
    ours: bool = False
    moved: bool = False


def read_calendar(text: str, method: str, limits: Limits) -> Calendar | str:
    """The calendar in a text, or one sentence why there is none to read. method: what its part of the mail says that it
    is, which counts where the calendar itself says nothing."""
    if "BEGIN:VCALENDAR" not in text[: limits.calendar_bytes].upper():
        return "it has a calendar part that holds no calendar"
    if len(text) > limits.calendar_bytes:
        return f"its calendar is longer than {limits.calendar_bytes} characters"
    if text.upper().count("BEGIN:") > limits.components:
        return f"its calendar holds more than {limits.components} components"
    if QUOTED in text[: limits.calendar_bytes].upper():  # its encoding was left on it
        text = as_text(decodestring(text.encode()), "")
    outside, components = _sorted_out(_zoned(_lines(text), own_zones(re.sub(r"\n[ \t]", "", text))))
    return _calendar(outside, method, [c for c in components if c[0] not in ("VCALENDAR", "VTIMEZONE")])


def _zoned(lines: Iterator[Line], zones: Mapping[str, tzinfo]) -> Iterator[Line]:
    """The zones that the calendar defines, in place of their names."""
    for name, parameters, value in lines:
        zone = zones.get(_first(parameters.get("TZID")))
        yield name, {**parameters, "TZID": zone} if zone else parameters, value


def _sorted_out(lines: Iterator[Line]) -> tuple[list[Line], list[tuple[str, list[Line]]]]:
    """What stands in the calendar itself, and in each of its components; what lies deeper is left out."""
    outside: list[Line] = []
    components: list[tuple[str, list[Line]]] = []
    open_: list[tuple[str, list[Line]]] = []
    for name, parameters, value in lines:
        kind = value.strip().upper()
        if name == "BEGIN":
            open_.append((kind, []))
            if len(open_) == 1 or open_[-2][0] == "VCALENDAR":
                components.append(open_[-1])
        elif name == "END":
            while any(k == kind for k, _ in open_) and open_.pop()[0] != kind:
                pass
        elif open_ and open_[-1][0] != "VCALENDAR":
            open_[-1][1].append((name, parameters, value))
        else:
            outside.append((name, parameters, value))
    return outside, components


def _calendar(outside: list[Line], method: str, components: list[tuple[str, list[Line]]]) -> Calendar:
    methods = {value.strip().upper(): None for name, _, value in outside if name == "METHOD"} or {method: None}
    events = [lines for kind, lines in components if kind == "VEVENT"]
    asking = not methods.keys() & {"COUNTER", "REFRESH"}
    return Calendar(
        tuple(methods),
        tuple({kind: None for kind, _ in components}),
        tuple(dict.fromkeys(answer for lines in events for answer in _answers(lines, asking))),
        any(name == "PRODID" and value.startswith(OURS) for name, _, value in outside),
        any(_is_moved(lines) for lines in events),
    )


def _lines(text: str) -> Iterator[Line]:
    """Whole lines, taken apart. One that names no property goes on where a long one broke off, or is an address that
    somebody folded without a space; else it says nothing."""
    whole = [""]
    for line in text.split("\n"):
        if line[:1] in (" ", "\t"):
            whole.append(line[1:])
        elif not PROPERTY.match(line):
            if line[:7].lower() == "mailto:" or len(whole[-1]) >= FOLDED_AT:
                whole.append(line)
        else:
            yield from _taken_apart("".join(whole))
            whole = [line]
    yield from _taken_apart("".join(whole))


def _taken_apart(line: str) -> Iterator[Line]:
    name = re.split(r"[;:]", line, maxsplit=1)[0].strip().upper()
    if name in ("BEGIN", "END"):
        yield name, {}, line.partition(":")[2]
    elif name in READ:
        line = "".join(c for c in line if c.isprintable() or c == "\t")
        try:
            _, parameters, value = Contentline(line).parts()  # type: ignore[no-untyped-call]
            yield name, parameters, value
        except ValueError:
            head, *rest = TO_MAILBOX.split(line, maxsplit=1)
            head, value = (head, rest[0]) if rest else (line.partition(":")[0], line.partition(":")[2])
            yield name, {key.upper(): told.strip('"') for key, told in PARAMETER.findall(head)}, value


def _answers(lines: list[Line], asking: bool) -> Iterator[Answer]:
    """One for each ATTENDEE who answers. asking: whoever is named in a proposal or a request for a copy answers
    nothing, unless alone."""
    first: dict[str, tuple[Mapping[str, Any], str]] = {}
    for name, parameters, value in lines:
        first.setdefault(name, (parameters, value))
    comments = [_unescaped(v) for n, _, v in lines if n in COMMENTS]
    about = Answer(
        uid=_text(first.get("UID")),
        organiser=_mailbox(first.get("ORGANIZER")),
        sequence=_number(_text(first.get("SEQUENCE"))),
        stamped_at=_instant(first.get("DTSTAMP"), floating=True),
        recurrence=_text(first.get("RECURRENCE-ID")),
        starts_at=_instant(first.get("DTSTART")),
        ends_at=_instant(first.get("DTEND")),
        comment=next(filter(None, comments), ""),
    )
    named = [(parameters, value) for name, parameters, value in lines if name == "ATTENDEE"]
    said = [a for a in named if _partstat(a[0]) not in ("", "needs-action")]
    who = (said or named) if asking else named if len(named) == 1 else []
    yield from (_of_attendee(about, *a) for a in who) if who else [about]


def _of_attendee(about: Answer, parameters: Mapping[str, Any], value: str) -> Answer:
    proposed = [v for k, v in parameters.items() if k.upper().endswith("PROPOSED-NEW-TIME")]
    comment = about.comment or one_line(_first(parameters.get("X-RESPONSE-COMMENT")))[:LONGEST]
    return replace(
        about,
        attendee=_mailbox((parameters, value)),
        partstat=_partstat(parameters),
        proposed_at=_instant(({}, _first(proposed[0]))) if proposed else None,
        comment=comment,
        delegated_to=_mailboxes(parameters.get("DELEGATED-TO")),
        delegated_from=_mailboxes(parameters.get("DELEGATED-FROM")),
        sent_by=next(iter(_mailboxes(parameters.get("SENT-BY"))), ""),
    )


def _is_moved(lines: list[Line]) -> bool:
    """Outlook names the time that it was asked to beside the one that it proposes."""
    first = {name: (parameters, value) for name, parameters, value in lines}
    was, now = _instant(first.get(ORIGINAL_TIME)), _instant(first.get("DTSTART"))
    proposed = any(k.upper().endswith("PROPOSED-NEW-TIME") for n, p, _ in lines if n == "ATTENDEE" for k in p)
    return proposed or (was is not None and now is not None and was != now)


def _unescaped(text: str) -> str:
    return one_line(re.sub(r"\\([nN,;\\])", lambda m: " " if m[1] in "nN" else m[1], text))[:LONGEST]


def _first(value: Any) -> str:
    return str(value[0] if isinstance(value, list) and value else value or "")


def _partstat(parameters: Mapping[str, Any]) -> str:
    return one_line(_first(parameters.get("PARTSTAT"))).lower()[:40]


def _text(told: tuple[Mapping[str, Any], str] | None) -> str:
    return one_line(told[1])[:LONGEST] if told else ""


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else None


def _mailboxes(value: Any) -> tuple[str, ...]:
    told = value if isinstance(value, list) else [value] if value else []
    return tuple(box for v in told[:10] if (box := _mailbox(({}, str(v)))))


def _mailbox(told: tuple[Mapping[str, Any], str] | None) -> str:
    """The address in a CAL-ADDRESS, in small letters: what follows mailto: in any case, else its EMAIL."""
    if told is None:
        return ""
    parameters, value = told
    bare = re.sub(r"^mailto:/*", "", value.strip().strip('"<> '), flags=re.IGNORECASE)
    for said in (bare.partition("?")[0], _first(parameters.get("EMAIL"))):
        if found := MAILBOX.fullmatch(unquote(said[:320]).strip().strip('"<> ')):
            return found[0].lower()
    return ""


def _instant(told: tuple[Mapping[str, Any], str] | None, floating: bool = False) -> datetime | None:
    """The instant in UTC; None for a day, for a zone that nobody knows, and where no zone is named unless floating,
    which then is UTC."""
    found = INSTANT.search(told[1][:100]) if told else None
    if told is None or found is None:
        return None
    *numbers, utc = found.groups(default="0")
    named = told[0].get("TZID")
    zone = named if isinstance(named, tzinfo) else known_zone(_first(named))
    try:
        at = datetime(*map(int, numbers), tzinfo=UTC)  # type: ignore[arg-type, misc]
        if utc == "Z" or (floating and not named):
            return at
        return at.replace(tzinfo=zone).astimezone(UTC) if zone else None
    except (ValueError, OverflowError, OSError, LookupError):
        return None
