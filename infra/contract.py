"""The published contract: a JSON Schema for each event, AsyncAPI for the topics, all from the structs (decision 21).

`.venv/bin/python -m infra.contract` writes them into `streams/schemas`, and refuses a change that is no addition.
The samples beside them are written by hand, kept for ever, and never touched here.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import msgspec

from handlers import events as e
from handlers import people
from handlers.admission import homes
from handlers.people import StreamKind
from streams.topics import TOPICS, Topic
from streams.wire import EVENT_TYPES, PREFIX, UPCASTERS

FOLDER = Path(__file__).parents[1] / "streams" / "schemas"
COMMAND = ".venv/bin/python -m infra.contract"
DIALECT = "http://json-schema.org/draft-07/schema#"
DRAFT = "application/schema+json;version=draft-07"  # the same, as AsyncAPI calls it
PERSONAL = "string, personal: sealed before it is written"
INSTANT = {"type": "string", "format": "date-time"}

Schema = dict[str, Any]


class NotAdditive(Exception):
    """The structs no longer read all that the committed schemas promised; the sentence names each breach."""


def short(type_: str) -> str:
    """`uk.quorate.member-left.v1` as files and messages are named: `member-left.v1`."""
    return type_.removeprefix(PREFIX)


def schema_path(folder: Path, type_: str) -> Path:
    return folder / f"{short(type_)}.schema.json"


def sample_path(folder: Path, type_: str) -> Path:
    return folder / f"{short(type_)}.sample.json"


def schema(type_: str) -> Schema:
    """The JSON Schema (draft 7, which AsyncAPI's tools read) of this event's data."""
    body = EVENT_TYPES[type_]
    _, parts = msgspec.json.schema_components([body], ref_template="#/definitions/{name}")
    shaped = {name: _shaped(_struct(name), part) for name, part in parts.items()}
    own = shaped.pop(body.__name__)
    if "Sealed" in shaped:
        text = [{"type": "string"}, {"$ref": "#/definitions/Sealed"}]
        shaped["Text"] = {"description": PERSONAL, "anyOf": text}
    whole = {"$schema": DIALECT, "$id": f"urn:quorate:{short(type_)}", **own, "title": type_}
    whole.setdefault("description", _in_words(type_))
    return {**whole, "definitions": dict(sorted(shaped.items()))} if shaped else whole


def _struct(name: str) -> type[msgspec.Struct]:
    struct: type[msgspec.Struct] = getattr(e, name, None) or getattr(people, name)
    return struct


def _in_words(type_: str) -> str:
    return short(type_).partition(".")[0].replace("-", " ").capitalize() + "."


def _shaped(struct: type[msgspec.Struct], part: Schema) -> Schema:
    """One struct's schema: instants marked as such, personal words pointed at in one place, docstrings unwrapped."""
    fields = {field.encode_name: field.type for field in msgspec.structs.fields(struct)}
    properties = {name: _property(fields[name], inner) for name, inner in part["properties"].items()}
    shaped = {**part, "properties": properties}
    if "description" in part:
        shaped["description"] = " ".join(inspect.cleandoc(part["description"]).split())
    return shaped


def _property(hint: Any, inner: Schema) -> Schema:
    if hint is datetime:
        return {**inner, **INSTANT}
    if datetime in get_args(hint):
        return {**inner, "anyOf": [INSTANT if x == {"type": "string"} else x for x in inner["anyOf"]]}
    if "items" in inner:
        return {**inner, "items": _property(None, inner["items"])}
    choices = inner.get("anyOf", [])
    if {"$ref": "#/definitions/Sealed"} not in choices:
        return inner
    others = [x for x in choices if x not in ({"type": "string"}, {"$ref": "#/definitions/Sealed"})]
    text = {"$ref": "#/definitions/Text"}
    return {**inner, "anyOf": [text, *others]} if others else text


def carried(kind: StreamKind) -> list[str]:
    """The types of event that the topic of this kind of stream may carry."""
    return [t for t, body in EVENT_TYPES.items() if kind in homes(body)]


def asyncapi() -> Schema:
    """The river as AsyncAPI 3: a channel for each topic, a message for each event it may carry."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Quorate",
            "version": "1",
            "description": "Multi-agency meetings about children and families. Every record is a CloudEvent 1.0 in"
            " binary mode, keyed by its stream, area/kind/id; what cannot be read is held, never dropped.",
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": dict(x for topic in TOPICS for x in _operations(topic)),
        "components": {
            "messages": {short(t): _message(t) for t in EVENT_TYPES},
            "schemas": {"headers": {"schemaFormat": DRAFT, "schema": _headers()}},
        },
    }


def _channel(topic: Topic) -> Schema:
    kafka = {
        "topic": topic.name,
        "partitions": topic.partitions,
        "topicConfiguration": {"retention.ms": topic.retention_ms},
        "bindingVersion": "0.5.0",
    }
    return {
        "address": topic.name,
        "title": f"Streams of kind {topic.kind}",
        "description": topic.carries,
        "messages": {short(t): {"$ref": f"#/components/messages/{short(t)}"} for t in carried(topic.kind)},
        "bindings": {"kafka": kafka},
    }


def _operations(topic: Topic) -> Iterator[tuple[str, Schema]]:
    channel = {"$ref": f"#/channels/{topic.name}"}
    for name, action, summary in (
        ("settle", "receive", "Workers settle each event once."),
        ("relay", "send", "The relay publishes what leaves the outbox."),
    ):
        yield f"{topic.kind}.{name}", {"action": action, "channel": channel, "summary": summary}


def _message(type_: str) -> Schema:
    described = schema(type_)
    told_apart = {"type": "object", "properties": {"ce_type": {"const": type_}}}
    headers = {"allOf": [{"$ref": "#/components/schemas/headers/schema"}, told_apart]}
    return {
        "name": type_,
        "title": _in_words(type_).rstrip("."),
        "summary": described["description"],
        "contentType": "application/json",
        "headers": {"schemaFormat": DRAFT, "schema": headers},
        "payload": {"schemaFormat": DRAFT, "schema": {"$ref": f"./{schema_path(Path(), type_).name}"}},
        "bindings": {"kafka": {"key": {"type": "string", "description": "the stream"}, "bindingVersion": "0.5.0"}},
    }


def _headers() -> Schema:
    """CloudEvents' own attributes in Kafka's binary mode, and ours: recordedtime."""
    text = {"type": "string", "minLength": 1}
    kinds = "|".join(get_args(StreamKind))
    properties = {
        "ce_specversion": {"const": "1.0"},
        "ce_id": {**text, "description": "given once for ever by the source; the same id with another body is held"},
        "ce_source": {**text, "format": "uri-reference"},
        "ce_type": text,
        "ce_subject": {**text, "pattern": f"^[^/]+/({kinds})/[^/]+$", "description": "the stream, as in the key"},
        "ce_time": {**INSTANT, "description": "when it happened, with its time zone"},
        "ce_recordedtime": {**INSTANT, "description": "when it was recorded; without it, when it arrived"},
        "content-type": {"const": "application/json"},
    }
    required = [name for name in properties if name not in ("ce_recordedtime", "content-type")]
    return {"type": "object", "properties": properties, "required": required}


def breaches(before: Schema, now: Schema) -> list[str]:
    """Each way in which the schema `now` would refuse what `before` took."""
    return list(_breaches(before, now, before, now, "it"))


def _breaches(old: Schema, new: Schema, before: Schema, now: Schema, where: str) -> Iterator[str]:
    takes, taken = _choices(old, before), _choices(new, now)
    for kind, part in takes.items():
        if kind not in taken:
            if not (kind.startswith("the word") and "string" in taken):
                yield f"{where} no longer takes {kind}"
        elif kind == "array":
            yield from _breaches(part.get("items", {}), taken[kind].get("items", {}), before, now, f"{where}[]")
        elif kind == "object":
            yield from _object_breaches(part, taken[kind], before, now, where)


def _object_breaches(old: Schema, new: Schema, before: Schema, now: Schema, where: str) -> Iterator[str]:
    olds, news = old.get("properties", {}), new.get("properties", {})
    for name in sorted(set(new.get("required", [])) - set(old.get("required", []))):
        yield f"{where}.{name} has become required"
    for name, part in olds.items():
        if name not in news:
            yield f"{where}.{name} is gone"
        else:
            yield from _breaches(part, news[name], before, now, f"{where}.{name}")
    rest, rest_now = old.get("additionalProperties", True), new.get("additionalProperties", True)
    if rest_now is False and rest is not False:
        yield f"{where} no longer takes fields of other names"
    elif isinstance(rest, dict) and isinstance(rest_now, dict):
        yield from _breaches(rest, rest_now, before, now, f"{where}.*")


def _choices(part: Schema, whole: Schema) -> dict[str, Schema]:
    """What this schema takes, by kind: a type with its format, or one word of an enumeration."""
    if "$ref" in part:
        return _choices(whole["definitions"][part["$ref"].rpartition("/")[2]], whole)
    if "anyOf" in part:
        return {kind: inner for choice in part["anyOf"] for kind, inner in _choices(choice, whole).items()}
    if "enum" in part:
        return {f"the word {word}": {} for word in part["enum"]}
    return {" ".join(filter(None, (part.get("type"), part.get("format")))): part}


def documents() -> dict[str, str]:
    """Every file that is generated, by its name in the folder."""
    made = {schema_path(Path(), t).name: schema(t) for t in EVENT_TYPES} | {"asyncapi.json": asyncapi()}
    return {name: json.dumps(value, indent=2, ensure_ascii=False) + "\n" for name, value in made.items()}


def faults(folder: Path) -> list[str]:
    """How the structs of today break what the schemas in this folder promise; empty when they only add to it."""
    found = []
    for path in sorted(folder.glob("*.schema.json")):
        before = json.loads(path.read_text("utf-8"))
        type_ = before["title"]
        if type_ in EVENT_TYPES:
            found += [f"{type_}: {breach}" for breach in breaches(before, schema(type_))]
        elif type_ not in UPCASTERS:
            found.append(f"{type_}: nobody reads it any more; keep its struct, or give it an upcaster in streams/wire")
    return found


def write(folder: Path = FOLDER) -> list[str]:
    """Write the schemas and asyncapi.json; returns the names of those that changed. Samples stay as they are.

    Raises NotAdditive, and writes nothing, where a change would refuse what was taken before.
    """
    if breaking := faults(folder):
        raise NotAdditive(f"additive change only, else a new version of the type: {'; '.join(breaking)}")
    folder.mkdir(parents=True, exist_ok=True)
    changed = []
    for name, text in documents().items():
        path = folder / name
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            changed.append(name)
    return changed


if __name__ == "__main__":
    try:
        sys.stdout.write("".join(f"{name}\n" for name in write()) or "nothing changed\n")
    except NotAdditive as breach:
        sys.exit(str(breach))
