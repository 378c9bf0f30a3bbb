"""The published contract: a JSON Schema for each event, AsyncAPI for the topics, all from the structs (decision 21).

`.venv/bin/python -m infra.contract` writes them into `streams/schemas`, and refuses a change that is no addition to
what `contract.lock.json` keeps: all that was ever promised, which only grows. The samples beside them are written by
hand, kept for ever, and never touched here.
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

from handlers import announcements as a
from handlers import events as e
from handlers import people
from handlers.admission import homes
from handlers.people import StreamKind
from infra import promises
from streams.topics import PUBLIC, TOPICS, Topic
from streams.wire import EVENT_TYPES, PREFIX, PUBLIC_TYPES, UPCASTERS

FOLDER = Path(__file__).parents[1] / "streams" / "schemas"
LOCK = "contract.lock.json"
COMMAND = ".venv/bin/python -m infra.contract"
DIALECT = "http://json-schema.org/draft-07/schema#"
DRAFT = "application/schema+json;version=draft-07"  # the same, as AsyncAPI calls it
PERSONAL = "string, personal: sealed before it is written"
INSTANT = {"type": "string", "format": "date-time"}

Schema = dict[str, Any]


class NotAdditive(Exception):
    """The structs no longer keep all that was promised; the sentence names each breach, and the mend."""


def short(type_: str) -> str:
    """`uk.quorate.member-left.v1` as files and messages are named: `member-left.v1`."""
    return type_.removeprefix(PREFIX)


def schema_path(folder: Path, type_: str) -> Path:
    return folder / f"{short(type_)}.schema.json"


def sample_path(folder: Path, type_: str) -> Path:
    return folder / f"{short(type_)}.sample.json"


def schema(type_: str) -> Schema:
    """The JSON Schema (draft 7, which AsyncAPI's tools read) of this event's data."""
    body: type[msgspec.Struct] = (EVENT_TYPES | PUBLIC_TYPES)[type_]
    _, parts = msgspec.json.schema_components([body], ref_template="#/definitions/{name}")
    shaped = {n: _shaped(body if n == body.__name__ else _struct(n), part) for n, part in parts.items()}
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


def carried(topic: Topic) -> list[str]:
    """The types of event that this topic may carry; what is a webhook's alone is on none."""
    if topic == PUBLIC:
        return [t for t, body in PUBLIC_TYPES.items() if body is not a.WebhookTested]
    return [t for t, body in EVENT_TYPES.items() if topic.kind in homes(body)]


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
        "channels": {topic.name: _channel(topic) for topic in (*TOPICS, PUBLIC)},
        "operations": dict(x for topic in (*TOPICS, PUBLIC) for x in _operations(topic)),
        "components": {
            "messages": {short(t): _message(t) for t in (*EVENT_TYPES, *carried(PUBLIC))},
            "schemas": {
                "headers": {"schemaFormat": DRAFT, "schema": _headers()},
                "publicHeaders": {"schemaFormat": DRAFT, "schema": _public_headers()},
            },
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
        "title": "For other systems" if topic == PUBLIC else f"Streams of kind {topic.kind}",
        "description": topic.carries,
        "messages": {short(t): {"$ref": f"#/components/messages/{short(t)}"} for t in carried(topic)},
        "bindings": {"kafka": kafka},
    }


def _operations(topic: Topic) -> Iterator[tuple[str, Schema]]:
    channel = {"$ref": f"#/channels/{topic.name}"}
    if topic == PUBLIC:
        told = "The relay publishes what others are told, keyed by family; at least once, each under one ce_id."
        yield "public.relay", {"action": "send", "channel": channel, "summary": told}
        return
    for name, action, summary in (
        ("settle", "receive", "Workers settle each event once."),
        ("relay", "send", "The relay publishes what leaves the outbox."),
    ):
        yield f"{topic.kind}.{name}", {"action": action, "channel": channel, "summary": summary}


def _message(type_: str) -> Schema:
    described = schema(type_)
    told_apart = {"type": "object", "properties": {"ce_type": {"const": type_}}}
    own = "publicHeaders" if type_ in PUBLIC_TYPES else "headers"
    headers = {"allOf": [{"$ref": f"#/components/schemas/{own}/schema"}, told_apart]}
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


def _public_headers() -> Schema:
    """As above; instead of recordedtime a sequence, counting what was told of one family."""
    told = _headers()
    properties = {k: v for k, v in told["properties"].items() if k != "ce_recordedtime"}
    sequence = {"type": "string", "pattern": "^[0-9]{10}$", "description": "the order within one subject, as text"}
    properties["ce_id"] = {
        **properties["ce_id"],
        "description": "the same whenever it is told again: seen once is enough",
    }
    return {
        **told,
        "properties": properties | {"ce_sequence": sequence},
        "required": [*told["required"], "ce_sequence"],
    }


def documents(folder: Path = FOLDER) -> dict[str, str]:
    """Every file that is generated, by its name in the folder; the lock goes on from the one that lies there."""
    made = {schema_path(Path(), t).name: schema(t) for t in (*EVENT_TYPES, *PUBLIC_TYPES)} | {
        "asyncapi.json": asyncapi()
    }
    texts = {name: json.dumps(value, indent=2, ensure_ascii=False) + "\n" for name, value in made.items()}
    return texts | {LOCK: promises.written(promises.kept(folder / LOCK) | _promised())}


def _promised() -> promises.Lock:
    return {type_: promises.promised(schema(type_)) for type_ in (*EVENT_TYPES, *PUBLIC_TYPES)}


def faults(folder: Path = FOLDER) -> list[str]:
    """How the structs of today break what the lock in this folder promises; empty when they only add to it."""
    now, found = _promised(), []
    for type_, before in promises.kept(folder / LOCK).items():
        public = type_.startswith(f"{PREFIX}public.")
        if type_ in now:
            broken = list(promises.breaches(before, now[type_], to_readers=public))
        else:
            broken = [] if type_ in UPCASTERS else ["it is gone"]
        found += [f"{short(type_)}: {breach}; {_mend(type_, public)}" for breach in broken]
    return found


def _mend(type_: str, public: bool) -> str:
    """`make MemberLeft a v2 and …`"""
    name, _, version = short(type_).rpartition(".v")
    also = "say both until nobody reads the old one" if public else "give it an upcaster in streams/wire"
    return f"leave {name}.v{version} as it was, make {name}.v{int(version) + 1} and {also}"


def write(folder: Path = FOLDER) -> list[str]:
    """Write the schemas, asyncapi.json and the lock; returns the names of those that changed. Samples stay as they are.

    Raises NotAdditive, and writes nothing, where a change would break what was promised.
    """
    if breaking := faults(folder):
        raise NotAdditive(f"additive change only: {'. '.join(breaking)}")
    folder.mkdir(parents=True, exist_ok=True)
    changed = []
    for name, text in documents(folder).items():
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
