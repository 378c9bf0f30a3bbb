"""Fetches the protocol from its files: a nation's packs, an overlay of the local authority, bank holidays.

What the files mean is decided in handlers/protocol.py; here they are only found, opened and put in order.
"""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path
from typing import Any
from typing import Protocol as Shape

from handlers.protocol import Protocol, ProtocolFaults, read

BANK_HOLIDAYS = "bank_holidays.toml"
DEFAULTS = "defaults.toml"


class Readable(Shape):
    """A file on disk or inside the installed package."""

    @property
    def name(self) -> str: ...

    def read_text(self, encoding: str) -> str: ...


def protocol(nation: str = "england", overlay: Path | None = None) -> Protocol:
    """The rules of a nation, with those of a local authority over them.

    Raises ProtocolFaults: one sentence for each fault, naming file, rule and mend.
    """
    room = resources.files(__name__.rpartition(".")[0])
    own = nation.replace("-", "_")
    names = (f"{own}.toml", DEFAULTS, f"{own}_typical.toml")
    packs = [_opened(room / name) for name in names if (room / name).is_file()]
    if not (room / names[0]).is_file():
        raise ProtocolFaults([f"{nation}.toml: there is no such pack; write it, or name a nation that has one"])
    packs[0].setdefault("holidays", bank_holidays(nation))
    if overlay is not None:
        packs.append(_opened(overlay))
    return read(packs)


def bank_holidays(nation: str) -> dict[str, Any]:
    """One nation's part of the dated table, in the shape of `handlers.working_days.Holidays`."""
    table = _opened(resources.files(__name__.rpartition(".")[0]) / BANK_HOLIDAYS)
    if nation not in table:
        raise ProtocolFaults([f"{BANK_HOLIDAYS}: no days for {nation}; add a table of that name"])
    return {"nation": nation, "days": table[nation], "covers": table["covers"]}


def _opened(file: Readable) -> dict[str, Any]:
    try:
        return {**tomllib.loads(file.read_text(encoding="utf-8")), "file": file.name}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ProtocolFaults([f"{file.name}: it cannot be read ({error}); mend or replace the file"]) from error
