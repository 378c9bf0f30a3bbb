"""One hash chain per stream (decision 18): each row's link covers the row before and its own meaning, canonically.

Sealed words enter by their salted digest, not by their box, so that erasing a person leaves the chain whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec
import rfc8785

from streams.wire import Letter

START = "0" * 64
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


def digest(body: bytes | str) -> str:
    """What tells one body from another, whatever its boxes look like."""
    return hashlib.sha256(rfc8785.dumps(without_boxes(msgspec.json.decode(body)))).hexdigest()


def said(letter: Letter) -> str:
    """What a record says, under whatever name: its type and its body."""
    return hashlib.sha256(f"{letter.headers.get('ce_type')} {digest(letter.body)}".encode()).hexdigest()


def link(before: str, row: Mapping[str, Any]) -> str:
    """The link of one ledger row after the row whose link is `before`."""
    covered = {name: row[name] for name in COVERED} | {"body": without_boxes(msgspec.json.decode(row["body"]))}
    return hashlib.sha256(before.encode() + rfc8785.dumps(covered)).hexdigest()
