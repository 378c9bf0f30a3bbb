"""What became of every rule that was ever read about: encoded in a pack, only recorded, or unknown to everybody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import msgspec
from msgspec import Struct

from handlers.protocol import ProtocolFaults
from infra.protocols import packs

FILE = "coverage.toml"
STATES = ("encoded", "recorded", "unknown")


class Covered(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """where: the pack that gives it, or the file that reckons with it; part: what of the pack, where it is no rule
    of its own; why: what keeps it from being encoded, or from being asked for."""

    state: Literal["encoded", "recorded", "unknown"]
    where: str = ""
    part: str = ""
    why: str = ""


class _Table(Struct, forbid_unknown_fields=True):
    rules: dict[str, dict[str, Any]]


def coverage() -> dict[str, Covered]:
    """Every rule of the table, held against the packs that lie here. Raises ProtocolFaults with every fault found."""
    raw = packs.opened(packs.ROOM / FILE)
    lines: dict[str, int] = raw.pop("lines", {})
    try:
        table = msgspec.convert({k: v for k, v in raw.items() if k != "file"}, _Table).rules
    except msgspec.ValidationError as error:
        raise ProtocolFaults([f"{FILE}: {error}; mend that entry"]) from None
    given = packs.given()
    found: dict[str, Covered] = {}
    faults: list[str] = []
    for rule_id, entry in table.items():
        where = f"{FILE}, line {lines[rule_id]}, rule {rule_id}" if rule_id in lines else f"{FILE}, rule {rule_id}"
        try:
            found[rule_id] = msgspec.convert(entry, Covered)
        except msgspec.ValidationError as error:
            faults.append(f"{where}: {error}; mend that entry")
        else:
            faults += [f"{where}: {fault}" for fault in _faults(found[rule_id], given.get(rule_id, set()))]
    faults += [
        f"{', '.join(sorted(files))}, rule {rule_id}: {FILE} does not name it; add [rules.{rule_id}] with its state"
        for rule_id, files in given.items()
        if rule_id not in table
    ]
    if faults:
        raise ProtocolFaults(faults)
    return found


def _faults(entry: Covered, files: set[str]) -> Iterator[str]:
    if entry.state == "encoded":
        if entry.where.endswith(".toml") and not entry.part and entry.where not in files:
            yield "it is said to be encoded, and no pack of that name gives it; encode it, or say 'recorded' and why"
    elif not entry.why.strip():
        yield f"it is {entry.state} and nobody says why it is not encoded; add why"
