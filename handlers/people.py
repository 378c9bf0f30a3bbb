"""Who people are to the house: names of streams, sealed words, and whom a paper goes to.

Nothing here knows a rule. Personal words travel as `Text`: plain at the very edge, `Sealed` everywhere
else, so that a rule can carry a name to a letter without ever being able to read it.
"""

from __future__ import annotations

import hashlib
from typing import Literal

from msgspec import Struct

StreamKind = Literal["family", "person", "diary", "partnership"]


class Sealed(Struct, frozen=True):
    """Personal words under somebody's own key; only the doors where people read can open the box.

    key: whose key (a person's or a stream's id); digest: salted, what the ledger's chain covers;
    box: ciphertext, empty once the person is erased.
    """

    key: str
    digest: str
    box: str


Text = str | Sealed


class StreamId(Struct, frozen=True, order=True):
    """area/kind/id: one writer, one chain, one locked row; the record key on every topic."""

    area: str
    kind: StreamKind
    id: str

    def __str__(self) -> str:
        return f"{self.area}/{self.kind}/{self.id}"

    def sibling(self, kind: StreamKind, id_: str = "") -> StreamId:
        """Another stream of the same area; the diary and the partnership are one per area."""
        return StreamId(self.area, kind, id_ or self.area)


class Recipient(Struct, frozen=True):
    """Where one paper goes; `address` None means that nobody can be reached by mail."""

    person: str
    name: Text
    address: Text | None = None
    secure: bool = False


def domain_of(address: str) -> str:
    """What follows the at sign, as directories compare it."""
    return address.rpartition("@")[2].strip().lower()


def derived(*parts: str) -> str:
    """Name a thing by what caused it (decision 17): 32 hex digits, the same on every engine and replay."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
