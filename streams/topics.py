"""Each topic of the river as data: one per kind of stream, keyed by the stream, so that each has one writer; and the
public one, which only leads out."""

from __future__ import annotations

from msgspec import Struct

from handlers.people import StreamKind

# Fixed at creation: adding partitions later would send a stream's records to another one out of order.
PARTITIONS = 12
FOREVER = -1


class Topic(Struct, frozen=True):
    """retention_ms -1 keeps records for ever; the ledger, not the topic, is the truth."""

    name: str
    kind: StreamKind
    partitions: int = PARTITIONS
    retention_ms: int = FOREVER
    carries: str = ""


TOPICS: tuple[Topic, ...] = (
    Topic(
        "quorate.family",
        "family",
        carries="all that concerns one family: records, meetings, answers, receipts",
    ),
    Topic("quorate.person", "person", carries="one adult's treatment episodes and references"),
    Topic("quorate.diary", "diary", carries="rooms, busy times, seats sought and released; one stream an area"),
    Topic("quorate.partnership", "partnership", carries="agencies, workers and posts; one stream an area"),
)

# What others may read: ids, codes and hours alone. Keyed by the family, and read by no worker of ours.
PUBLIC = Topic(
    "quorate.public",
    "family",
    retention_ms=90 * 24 * 3600 * 1000,
    carries="meetings booked, moved, cancelled, held and minuted, and duties that are late, for other systems",
)


def topic_for(kind: StreamKind) -> str:
    """The topic that carries this kind of stream."""
    return next(t.name for t in TOPICS if t.kind == kind)
