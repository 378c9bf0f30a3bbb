"""One hash chain per stream (decision 18): each row's link covers the row before and its own meaning, canonically.

Sealed words enter by their salted digest, not by their box, so that erasing a person leaves the chain whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec
import rfc8785

from streams.wire import LARGEST, Letter

START = "0" * 64
_sorted = msgspec.json.Encoder(order="sorted").encode
COVERED = ("seq", "event", "source", "type", "because", "rule", "pack", "happened", "recorded")


def without_boxes(value: Any) -> Any:
    """JSON values with each sealed word reduced to what the chain covers."""
    if isinstance(value, dict):
        if value.keys() == {"key", "digest", "box"}:
            return {"key": value["key"], "digest": value["digest"]}
        return {k: without_boxes(v) for k, v in value.items()}
    if isinstance(value, list):
        return [without_boxes(v) for v in value]
    return value


def canonical(value: Any) -> bytes:
    """JSON as RFC 8785 writes it. Of ordinary values msgspec writes the same, far faster."""
    return _sorted(value) if _is_ordinary(value) else rfc8785.dumps(value)


def _is_ordinary(value: Any) -> bool:
    """Whether two writers cannot differ: keys in ASCII, whole numbers that every reader keeps, no fractions."""
    if isinstance(value, str) or value is None:
        return True
    if isinstance(value, dict):
        return all(k.isascii() for k in value) and all(map(_is_ordinary, value.values()))
    if isinstance(value, list):
        return all(map(_is_ordinary, value))
    return isinstance(value, int) and abs(value) <= LARGEST


def digest(body: bytes | str) -> str:
    """What tells one body from another, whatever its boxes look like."""
    return hashlib.sha256(canonical(without_boxes(msgspec.json.decode(body)))).hexdigest()


def said(letter: Letter) -> str:
    """What a record says, under whatever name: its type and its body."""
    return hashlib.sha256(f"{letter.headers.get('ce_type')} {digest(letter.body)}".encode()).hexdigest()


def link(before: str, row: Mapping[str, Any]) -> str:
    """The link of one ledger row after the row whose link is `before`."""
    covered = {name: row[name] for name in COVERED} | {"body": without_boxes(msgspec.json.decode(row["body"]))}
    return hashlib.sha256(before.encode() + canonical(covered)).hexdigest()
