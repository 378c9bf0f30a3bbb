"""What a row of a file comes to: something to record, or a refusal with its reason and the mend."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from handlers.events import Body
from handlers.people import StreamId


class NotReadable(Exception):
    """The file as a whole cannot be used: one sentence, with the mend."""


class Wanted(Struct, frozen=True):
    """What a row says. given: the fields that it speaks of; others stay as they are known. on: when it happened, None
    for now.
    """

    stream: StreamId
    name: str
    body: Body
    row: str
    on: date | None = None
    given: frozenset[str] = frozenset()


class Refused(Struct, frozen=True):
    """What could not be used: of which child or line, in which element or column; value where it is not personal."""

    row: str
    element: str
    value: str
    sentence: str
