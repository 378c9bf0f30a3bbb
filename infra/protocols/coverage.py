"""What became of every rule that was ever read about: encoded in a pack, only recorded, or unknown to everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

import handlers
from handlers.protocol import ProtocolFaults
from infra.protocols import packs

FILE = "coverage.toml"
ONE_RULE = re.compile(r'\s*(?:\[rules\.)?"?([\w-]+)"?(?:\]|\s*=\s*\{)')
STATES = ("encoded", "recorded", "unknown")


class Covered(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """where: the pack that gives it, as a part of it that is no rule, or the handler that does it; why: what keeps it
    from being encoded, or from being asked for."""

    state: Literal["encoded", "recorded", "unknown"]
    where: str = ""
    part: str = ""
    why: str = ""


class _Table(Struct):
    rules: dict[str, dict[str, Any]]


def coverage() -> dict[str, Covered]:
    """Every rule of the table, held against the packs that lie here. Raises ProtocolFaults with every fault found."""
    raw = packs.opened(packs.ROOM / FILE)
    text = (packs.ROOM / FILE).read_text(encoding="utf-8")
    lines = {m[1]: n for n, line in enumerate(text.splitlines(), 1) if (m := ONE_RULE.match(line))}
    try:
        table = msgspec.convert(raw, _Table).rules
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
            faults += [f"{where}: {fault}" for fault in _faults(found[rule_id], rule_id in given)]
    faults += [
        f"{', '.join(sorted(files))}, rule {rule_id}: {FILE} does not name it; add [rules.{rule_id}] with its state"
        for rule_id, files in given.items()
        if rule_id not in table
    ]
    if faults:
        raise ProtocolFaults(faults)
    return found


def _faults(entry: Covered, in_packs: bool) -> Iterator[str]:
    if entry.state == "encoded":
        if not (in_packs or _stands(entry)):
            yield "it is said to be encoded, and no pack has a rule of this name; encode it, or say 'recorded' and why"
    elif not entry.why.strip():
        yield f"it is {entry.state} and nobody says why it is not encoded; add why"


def _stands(entry: Covered) -> bool:
    """Whether the handler is there that is said to do it, or the part of a pack."""
    if entry.where.startswith("handlers/"):
        return (Path(handlers.__file__).parents[1] / entry.where).is_file()
    if not (entry.part and (packs.ROOM / entry.where).is_file()):
        return False
    found: Any = packs.opened(packs.ROOM / entry.where)
    for step in entry.part.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found is not None
