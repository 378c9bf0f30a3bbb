"""What the contract promised, field by field, and whether a schema still keeps it.

A field's promise is all that it takes, by kind: a type with its format, or one word of an enumeration; and whether it
must be there. Writers are promised that what was taken is taken for ever; readers of public events moreover that what
was always there stays there, and is of no other kind. New words of an enumeration are an addition to both.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct, convert, to_builtins

Schema = dict[str, Any]
WHOLE = "it"
OTHER_NAMES = "fields of other names"


class Field(Struct, frozen=True):
    takes: tuple[str, ...]
    required: bool = False


Promise = dict[str, Field]  # by the field's path: `it.members[].born`
Lock = dict[str, Promise]


def promised(schema: Schema) -> Promise:
    """Every field of this schema."""
    return dict(_fields(WHOLE, schema, schema, True))


def _fields(path: str, part: Schema, whole: Schema, required: bool) -> Iterator[tuple[str, Field]]:
    choices = _choices(part, whole)
    shape = choices.get("object", {})
    rest = shape.get("additionalProperties", True)
    others = [OTHER_NAMES] if "object" in choices and rest is not False else []
    yield path, Field((*sorted(choices), *others), required)
    for name, inner in shape.get("properties", {}).items():
        yield from _fields(f"{path}.{name}", inner, whole, name in shape.get("required", []))
    if isinstance(rest, dict):
        yield from _fields(f"{path}.*", rest, whole, False)
    if "items" in choices.get("array", {}):
        yield from _fields(f"{path}[]", choices["array"]["items"], whole, False)


def _choices(part: Schema, whole: Schema) -> dict[str, Schema]:
    """What this schema takes, by kind: a type with its format, or one word of an enumeration."""
    if "$ref" in part:
        return _choices(whole["definitions"][part["$ref"].rpartition("/")[2]], whole)
    if "anyOf" in part:
        return {kind: inner for choice in part["anyOf"] for kind, inner in _choices(choice, whole).items()}
    if "enum" in part:
        return {f"the word {word}": {} for word in part["enum"]}
    return {" ".join(filter(None, (part.get("type"), part.get("format")))): part}


def breaches(before: Promise, now: Promise, *, to_readers: bool = False) -> Iterator[str]:
    """Each way in which `now` would refuse what `before` took or, to readers, not say what was promised."""
    for path, old in before.items():
        new = now.get(path)
        if new is None:
            yield f"{path} is gone"
            continue
        yield from (f"{path} no longer takes {kind}" for kind in old.takes if not _taken(kind, new))
        if new.required and not old.required:
            yield f"{path} has become required"
        if to_readers:
            yield from (f"{path} may now be {kind}" for kind in new.takes if kind not in old.takes and not _word(kind))
            if old.required and not new.required:
                yield f"{path} may now be left out"
    for path, new in now.items():
        if path not in before and new.required and not to_readers and path.rpartition(".")[0] in before:
            yield f"{path} has become required"


def _taken(kind: str, now: Field) -> bool:
    return kind in now.takes or (_word(kind) and "string" in now.takes)


def _word(kind: str) -> bool:
    return kind.startswith("the word ")


def kept(path: Path) -> Lock:
    """The lock in this file; nothing was promised where there is none."""
    return convert(json.loads(path.read_text("utf-8")), Lock) if path.exists() else {}


def written(lock: Lock) -> str:
    """The lock as it is committed: one field to a line, so that a change is read at a glance."""
    types = []
    for type_, promise in sorted(lock.items()):
        fields = ",\n".join(f"  {json.dumps(path)}: {json.dumps(to_builtins(x))}" for path, x in promise.items())
        types.append(f" {json.dumps(type_)}: {{\n{fields}\n }}")
    return "{\n" + ",\n".join(types) + "\n}\n"
