"""What the simulator lays before the judge: what came in, what was kept, what was delivered, and nothing of our code.

Everything is plain: rows as dictionaries, bodies as decoded JSON, mails as the bytes that the post was given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Delivered:
    """One mail given to the post. at: the played instant; fate: accepted, unknown (kept, reply lost) or refused."""

    at: datetime
    to: str
    raw: bytes
    fate: str


@dataclass(frozen=True)
class Evidence:
    """One area at one instant.

    history: every CloudEvent let in so far, in the structured JSON form in which it was published, in the order of
    its being let in (`recordedtime` says when); names are in clear. ledger, files, duties, meetings, seats, held,
    parked: the tables' rows; the body of a ledger row is decoded. canaries: of each person (member or worker), the
    unique words that no other reader may learn: name, address. touched: the streams settled since the last look
    (None: look at all). rebuilt: of each stream, the snapshot that a fresh process made from the ledger's bytes alone
    (only at the end of a day on which that was done).
    """

    now: datetime
    history: Sequence[Row]
    ledger: Sequence[Row]
    files: Sequence[Row]
    duties: Sequence[Row]
    meetings: Sequence[Row]
    seats: Sequence[Row]
    held: Sequence[Row]
    parked: Sequence[Row]
    mails: Sequence[Delivered]
    canaries: Mapping[str, Sequence[str]]
    touched: frozenset[str] | None = None
    rebuilt: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Violation:
    """One thing that must never be. name: short and stable, such as `untold` or `double-booked`."""

    name: str
    sentence: str
