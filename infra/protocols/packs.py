"""Fetches the protocol from its files: a nation's packs, an overlay of the local authority, bank holidays.

What the files mean is decided in handlers/protocol.py; here they are only found, opened and put in order.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib import resources
from pathlib import Path
from typing import Any
from typing import Protocol as Shape

from handlers.protocol import Protocol, ProtocolFaults, read

ROOM = resources.files(__name__.rpartition(".")[0])
BANK_HOLIDAYS = "bank_holidays.toml"
DEFAULTS = "defaults.toml"
BEGINS_RULE = re.compile(r'\s*\[\s*rules\s*\.\s*"?([^\s"\]]+)"?\s*\]')


class Readable(Shape):
    """A file on disk or inside the installed package."""

    @property
    def name(self) -> str: ...

    def read_text(self, encoding: str) -> str: ...


@dataclass(frozen=True)
class Protocols:
    """The rules of each area: its own where it has a pack, else those that all go by. refused: areas whose pack has
    faults, and goes by nothing until they are mended."""

    common: Protocol
    areas: Mapping[str, Protocol] = field(default_factory=dict)
    refused: Mapping[str, ProtocolFaults] = field(default_factory=dict)

    def of(self, area: str) -> Protocol:
        """Raises ProtocolFaults where the area's own pack has some."""
        if area in self.refused:
            raise self.refused[area]
        return self.areas.get(area, self.common)

    @property
    def all(self) -> list[Protocol]:
        return [self.common, *self.areas.values()]


def protocols(nation: str, overlay: Path | None, all_sound: bool = True) -> Protocols:
    """overlay: one local pack for all, or a folder with one for each area that has rules of its own, `<area>.toml`.

    A pack of the folder may name another nation, whose packs and bank holidays then lie under it.
    Raises ProtocolFaults with the faults of every file; those of one area's alone only if all_sound: whoever decides
    needs every area's, whoever reads does not.
    """
    if overlay is None or not overlay.is_dir():
        return Protocols(protocol(nation, overlay))
    areas, refused = {}, {}
    for file in sorted(overlay.glob("*.toml")):
        try:
            areas[file.stem] = read(lying(nation, overlay, file.stem))
        except ProtocolFaults as faulty:
            refused[file.stem] = ProtocolFaults(of_file(file.name, faulty))
    if not areas and not refused and all_sound:
        none = f"{overlay}: no pack lies in this folder; name each one after its area, for instance my-area.toml"
        raise ProtocolFaults([none])
    if refused and all_sound:
        raise ProtocolFaults([fault for faulty in refused.values() for fault in faulty.faults])
    return Protocols(protocol(nation), areas, refused)


def of_file(name: str, refused: ProtocolFaults) -> list[str]:
    """Its faults, each with the file's name before it."""
    return [fault if fault.startswith(name) else f"{name}: {fault}" for fault in refused.faults]


def protocol(nation: str = "england", overlay: Path | None = None) -> Protocol:
    """The rules of a nation, with those of a local authority over them.

    Raises ProtocolFaults: one sentence for each fault, naming file, rule and mend.
    """
    return read(lying(nation, overlay))


def lying(nation: str, overlay: Path | None, area: str | None = None) -> list[dict[str, Any]]:
    """The packs by which this area goes, in their order; of a folder, the area's own if it has one."""
    folder = overlay is not None and overlay.is_dir()
    file = overlay / f"{area}.toml" if overlay and folder else overlay
    if file is None or (folder and not file.is_file()):
        return national(nation)
    pack = {"nation": nation, **opened(file)}
    return [*national(str(pack["nation"]) if folder else nation), pack]


def national(nation: str) -> list[dict[str, Any]]:
    """A nation's packs as they lie in this room, with its bank holidays. Raises ProtocolFaults."""
    if not ships(nation):
        raise ProtocolFaults([_no_packs_for(nation)])
    packs = [opened(ROOM / name) for name in _names(nation) if (ROOM / name).is_file()]
    packs[0].setdefault("holidays", bank_holidays(nation))
    return packs


def _no_packs_for(nation: str) -> str:
    there = nations()
    near = get_close_matches(nation.lower(), there, 1)
    meant = f"did you mean {near[0]}?" if near else f"there are packs for {', '.join(there)}"
    return f"no packs are here for the nation {nation}; {meant}"


def _names(nation: str) -> tuple[str, str, str]:
    """Its packs' files, the national one first, and between them our defaults for every nation."""
    stem = nation.replace("-", "_")
    return f"{stem}.toml", DEFAULTS, f"{stem}_typical.toml"


def ships(nation: str) -> bool:
    """Whether the packs of this nation lie here."""
    return (ROOM / _names(nation)[0]).is_file()


def nations() -> list[str]:
    """Those with packs here."""
    known = opened(ROOM / BANK_HOLIDAYS)
    return [name for name, days in known.items() if isinstance(days, dict) and ships(name)]


def given() -> dict[str, set[str]]:
    """Every rule of the packs that lie here, and the files that give it."""
    found: dict[str, set[str]] = {}
    for pack in (pack for nation in nations() for pack in national(nation)):
        for rule_id in pack.get("rules", {}):
            found.setdefault(rule_id, set()).add(pack["file"])
    return found


def bank_holidays(nation: str) -> dict[str, Any]:
    """One nation's part of the dated table, in the shape of `handlers.working_days.Holidays`."""
    table = opened(ROOM / BANK_HOLIDAYS)
    if nation not in table:
        raise ProtocolFaults([f"{BANK_HOLIDAYS}: no days for {nation}; add a table of that name"])
    return {"nation": nation, "days": table[nation], "covers": table["covers"]}


def opened(file: Readable) -> dict[str, Any]:
    """A pack as `handlers.protocol.read` wants it, with the line on which each of its rules begins."""
    try:
        text = file.read_text(encoding="utf-8")
        pack = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ProtocolFaults([f"{file.name}: it cannot be read ({error}); mend or replace the file"]) from error
    begins = {m[1]: n for n, line in enumerate(text.splitlines(), 1) if (m := BEGINS_RULE.match(line))}
    return {**pack, "file": file.name} | ({"lines": begins} if begins else {})
