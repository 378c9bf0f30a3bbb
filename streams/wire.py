"""Event to bytes and back: CloudEvents 1.0, binary mode on Kafka, structured JSON in files.

A body's type on the wire is `uk.quorate.<name in kebab case>.v1`. Additive change only; a breaking change is a
new version, read by an upcaster here (decision 21). Whatever cannot be read raises `Unreadable` with one sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, get_args

import msgspec
from msgspec import Struct

from handlers import announcements, events, facts
from handlers.announcements import Announcement
from handlers.events import Body, Event
from handlers.people import StreamId, StreamKind

PREFIX = "uk.quorate."
VERSION = "v1"
REQUIRED = ("specversion", "id", "source", "type", "subject", "time")
KNOWN = {*REQUIRED, "recordedtime", "datacontenttype", "dataschema", "partitionkey"}
LONGEST = 300  # characters of an attribute: ids and sources are keys of tables, and PostgreSQL's have an end
ATTRIBUTE = re.compile(r"[a-z0-9_]{1,20}")
LARGEST = 2**53 - 1  # beyond it JSON's numbers differ from one reader to another, and the chain could not cover them
UNKNOWN_FIELD = re.compile(r"Object contains unknown field `[a-z_]{1,30}`( - at `\$[][a-z_.0-9]*`)?")
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
# type of an older version -> what turns its body into the present one's
UPCASTERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {}


class Unreadable(ValueError):
    """Not an event that we know; the sentence says what is wrong and how to mend it."""


class Letter(Struct, frozen=True):
    """One record as it travels: the stream's key, CloudEvents attributes as headers, the body's JSON."""

    key: str
    headers: dict[str, str]
    body: bytes


def _kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()


def _bodies(module: Any) -> Iterator[type[Body]]:
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, Body) and value is not Body:
            yield value


EVENT_TYPES: dict[str, type[Body]] = {f"{PREFIX}{_kebab(b.__name__)}.{VERSION}": b for b in _bodies(events)}
PUBLIC_TYPES: dict[str, type[Announcement]] = {
    f"{PREFIX}public.{name}.{VERSION}": said for said, name in announcements.NAMES.items()
}
# What the ledger stores: the events, and the facts decided from them.
BODY_TYPES: dict[str, type[Body]] = {b.__name__: b for b in (*_bodies(events), *_bodies(facts))}
_NAMES = {b: name for name, b in EVENT_TYPES.items()}
_decoders: dict[type[Body], msgspec.json.Decoder[Any]] = {}
NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_encode = msgspec.json.Encoder(order="deterministic").encode


def type_name(body: Body) -> str:
    return _NAMES[type(body)]


def encode_body(body: Struct) -> bytes:
    return _encode(body)


def decode_body(kind: type[Body], raw: bytes) -> Body:
    """Raises msgspec.ValidationError, whose words name the field."""
    if kind not in _decoders:
        _decoders[kind] = msgspec.json.Decoder(kind)
    body: Body = _decoders[kind].decode(raw)
    return body


def instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def write(event: Event) -> Letter:
    """An event as a Kafka record in CloudEvents' binary mode."""
    headers = {
        "ce_specversion": "1.0",
        "ce_id": event.id,
        "ce_source": event.source,
        "ce_type": type_name(event.body),
        "ce_subject": str(event.stream),
        "ce_time": instant(event.happened),
        "ce_recordedtime": instant(event.recorded),
        "content-type": "application/json",
    }
    return Letter(str(event.stream), headers, encode_body(event.body))


def announced(body: Announcement, about: str, id_: str, at: datetime, sequence: int) -> Letter:
    """What others are told about this stream; sequence counts all that they were told of it."""
    headers = {
        "ce_specversion": "1.0",
        "ce_id": id_,
        "ce_source": "quorate",
        "ce_type": f"{PREFIX}public.{announcements.NAMES[type(body)]}.{VERSION}",
        "ce_subject": about,
        "ce_time": instant(at),
        "ce_sequence": f"{sequence:010}",  # CloudEvents' own extension: compared as text
        "content-type": "application/json",
    }
    return Letter(about, headers, encode_body(body))


def as_structured(letter: Letter) -> bytes:
    """A record as one CloudEvent in structured JSON, as a webhook carries it."""
    attributes = {k.removeprefix("ce_"): v for k, v in letter.headers.items() if k.startswith("ce_")}
    return _encode({**attributes, "datacontenttype": "application/json", "data": msgspec.Raw(letter.body)})


def read(letter: Letter, now: datetime) -> Event:
    """The event in a record. `now` stamps one that does not say when it was recorded."""
    attributes = {k.removeprefix("ce_"): v for k, v in letter.headers.items() if k.startswith("ce_")}
    missing = [name for name in REQUIRED if not attributes.get(name)]
    if missing:
        raise Unreadable(f"it lacks {', '.join(missing)}: add {'it' if len(missing) == 1 else 'them'} and release it")
    for name in (*REQUIRED, "recordedtime"):
        if len(value := attributes.get(name, "")) > LONGEST or UNPRINTABLE.search(value):
            raise Unreadable(
                f"its {name} is longer than {LONGEST} characters, or holds some that cannot be printed: mend it and"
                " release it"
            )
    if attributes["specversion"] != "1.0":
        raise Unreadable("its specversion is not 1.0: write it as a CloudEvent 1.0 and release it")
    happened = _instant(attributes["time"], "time")
    recorded = attributes.get("recordedtime")
    return Event(
        id=attributes["id"],
        source=attributes["source"],
        stream=stream_id(attributes["subject"]),
        happened=happened,
        recorded=_instant(recorded, "recordedtime") if recorded else now,
        body=_body(attributes["type"], letter.body),
    )


def recorded_at(letter: Letter, now: datetime) -> datetime:
    """When this record says that it was recorded; now, if it does not say so legibly."""
    try:
        return _instant(letter.headers["ce_recordedtime"], "recordedtime")
    except (KeyError, Unreadable):
        return now


def _body(type_: str, raw: bytes) -> Body:
    known = EVENT_TYPES.get(type_)
    if known is None:
        raise Unreadable(
            f"no event is called {type_!r}: see streams/schemas for those that are, mend its type and release it"
        )
    try:
        body = decode_body(known, raw)
    except msgspec.ValidationError as error:
        raise Unreadable(f"the data of {type_} is not right: {_said(error)}; mend it and release it") from None
    except NOT_JSON as error:
        raise Unreadable(f"the data of {type_} is not JSON ({_said(error)}); mend it and release it") from None
    for name, number in _numbers(body, ""):
        if abs(number) > LARGEST:
            raise Unreadable(f"the data of {type_} is not right: {name} is too large a number; mend it and release it")
    for name, at in _instants(body, ""):
        if not _placed(at):
            raise Unreadable(
                f"the data of {type_} is not right: {name} is no instant with a time zone; write it like"
                " 2025-01-06T14:00:00Z and release it"
            )
    return body


def _said(error: Exception) -> str:
    """What the decoder says, which names the field, without the words of the record that it may quote."""
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    said = str(error)
    if "unknown field" in said and not UNKNOWN_FIELD.fullmatch(said):
        return "it contains a field that nobody reads"
    return re.sub("value .*(?= - at)", "value, none of the words that streams/schemas allows", said, flags=re.DOTALL)


def _instants(value: Any, name: str) -> Iterator[tuple[str, datetime]]:
    """Every instant in a body, and the name of its field."""
    yield from ((shown, x) for shown, x in _leaves(value, name) if isinstance(x, datetime))


def _numbers(value: Any, name: str) -> Iterator[tuple[str, int]]:
    """Every whole number in a body, and the name of its field."""
    yield from ((shown, x) for shown, x in _leaves(value, name) if isinstance(x, int))


def _leaves(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Every plain value in a body, and the name of the field it stands in."""
    if isinstance(value, Struct):
        for field, shown in zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True):
            yield from _leaves(getattr(value, field), shown)
    elif isinstance(value, tuple):
        for inner in value:
            yield from _leaves(inner, name)
    else:
        yield name, value


def _placed(at: datetime) -> bool:
    """Whether this is one moment of our calendar, wherever it is read."""
    try:
        return at.tzinfo is not None and at.astimezone(UTC) is not None
    except OverflowError:
        return False


def _instant(text: str, name: str) -> datetime:
    try:
        at = msgspec.convert(text, datetime)
    except msgspec.ValidationError:
        raise Unreadable(f"its {name} {text!r} is not an instant: write 2025-01-06T14:00:00Z and release it") from None
    if at.tzinfo is None:
        raise Unreadable(f"its {name} {text!r} has no time zone: add Z or an offset and release it")
    if not _placed(at):
        raise Unreadable(f"its {name} {text!r} lies outside the calendar: mend it and release it")
    return at.astimezone(UTC)


def stream_id(subject: str) -> StreamId:
    """`area/kind/id`, as a stream. Raises Unreadable."""
    parts = subject.split("/")
    if len(parts) != 3 or not all(parts) or parts[1] not in get_args(StreamKind) or UNPRINTABLE.search(subject):
        raise Unreadable(
            f"its subject {subject!r} names no stream: write area/family/ID, area/person/ID, area/diary/area"
            " or area/partnership/area, and release it"
        )
    area, kind, id_ = parts
    return StreamId(area, msgspec.convert(kind, StreamKind), id_)


def from_structured(line: bytes) -> Letter:
    """One CloudEvent in structured JSON, as the record that binary mode would make of it. Raises Unreadable."""
    try:
        told = msgspec.json.decode(line)
    except NOT_JSON as error:
        raise Unreadable(f"it is not JSON ({_said(error)}); mend the line and release it") from None
    if not isinstance(told, dict):
        raise Unreadable("it is not a JSON object; write one CloudEvent to a line and release it")
    if isinstance(told.get("type"), str) and told["type"] in PUBLIC_TYPES:
        raise Unreadable(
            f"{told['type']} is what Quorate tells other systems, not what it is told: if something like it happened,"
            " give it that event's type and release it"
        )
    body = told.pop("data", None)
    strange = sorted(set(told) - KNOWN)
    if strange:
        shown = ", ".join(x for x in strange if ATTRIBUTE.fullmatch(x)) or "names that are none"
        raise Unreadable(f"it has attributes that nobody reads ({shown}); take them out and release it")
    if not all(isinstance(v, str) for v in told.values()):
        raise Unreadable("its attributes must all be text; mend it and release it")
    headers = {f"ce_{k}": v for k, v in told.items() if k != "datacontenttype"}
    headers["content-type"] = told.get("datacontenttype", "application/json")
    return Letter(str(told.get("subject", "")), headers, msgspec.json.encode(body))


def to_structured(event: Event) -> dict[str, Any]:
    """The event as a structured CloudEvent, for files that people read."""
    return {
        "specversion": "1.0",
        "id": event.id,
        "source": event.source,
        "type": type_name(event.body),
        "subject": str(event.stream),
        "time": instant(event.happened),
        "recordedtime": instant(event.recorded),
        "data": msgspec.json.decode(encode_body(event.body)),
    }
