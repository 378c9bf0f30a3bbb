"""Every table. SQL is the truth (decision 4); personal words stand here only as ciphertext (decision 19).

Instants are text in one fixed UTC form, so that they sort alike and read alike on SQLite and PostgreSQL.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text, text

metadata = MetaData()


def stamp(at: datetime) -> str:
    # Not strftime, which writes the year 999 in three digits: such a row would sort last and read as nothing.
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def unstamp(stamped: str) -> datetime:
    return datetime.fromisoformat(stamped)


# One row for each event taken in and each fact decided from it; never updated, never deleted.
ledger = Table(
    "ledger",
    metadata,
    Column("stream", String, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("event", String, nullable=False),
    Column("source", String, nullable=False),
    Column("type", String, nullable=False),
    Column("body", Text, nullable=False),
    Column("because", Text, nullable=False),
    Column("rule", String, nullable=False),
    Column("pack", String, nullable=False),
    Column("happened", String, nullable=False),
    Column("recorded", String, nullable=False),
    Column("link", String, nullable=False),
)

# The fold of each stream so far, its writer's lock, and the end of its chain.
files = Table(
    "files",
    metadata,
    Column("stream", String, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("link", String, nullable=False),
    Column("decided_at", String),
    Column("fold_version", Integer, nullable=False),
    Column("snapshot", Text, nullable=False),
)

# Each event settled, by the name its source gave it; digest tells a repeat from a clash.
inbox = Table(
    "inbox",
    metadata,
    Column("source", String, primary_key=True),
    Column("event", String, primary_key=True),
    Column("digest", String, nullable=False),
)

# What must leave, or come in again: events for the river, messages for the post.
# state: waiting, published (events) or sending (messages), done. place: when it left, in the order of leaving;
# cause and n: the place of what caused it, and which of its effects it is. shard: see infra.db.shards.
WAITING, LEFT = text("state = 'waiting'"), text("state IN ('published', 'sending')")
outbox = Table(
    "outbox",
    metadata,
    Column("name", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("stream", String, nullable=False),
    Column("letter", Text, nullable=False),
    Column("at", String, nullable=False),
    Column("cause", BigInteger, nullable=False),
    Column("n", Integer, nullable=False),
    Column("place", BigInteger),
    Column("state", String, nullable=False),
    Column("published_at", String),
    Column("outcome", String),
    Column("shard", Integer, nullable=False),
    Index("outbox_waiting", "state", "at"),
    Index("outbox_shard", "shard", "at", postgresql_where=WAITING, sqlite_where=WAITING),
    Index("outbox_left", "place", "name", postgresql_where=LEFT, sqlite_where=LEFT),
    Index("outbox_place", "place"),
    Index("outbox_stream", "stream"),
)

wakeups = Table(
    "wakeups",
    metadata,
    Column("stream", String, primary_key=True),
    Column("at", String, nullable=False),
    Column("shard", Integer, nullable=False),
    Index("wakeups_at", "at"),
)

# What could not be decided as it stands, for a person to mend and release.
held = Table(
    "held",
    metadata,
    Column("id", String, primary_key=True),
    Column("stream", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("box", Text, nullable=False),
    Column("at", String, nullable=False),
    Column("state", String, nullable=False),
    Index("held_stream", "stream", "state"),
)

# What waits for a name to become known.
parked = Table(
    "parked",
    metadata,
    Column("name", String, primary_key=True),
    Column("stream", String, nullable=False),
    Column("awaits", String, nullable=False),
    Column("letter", Text, nullable=False),
    Column("at", String, nullable=False),
    Index("parked_awaits", "awaits"),
)

# Another system's name for one of our people.
references = Table(
    "references_known",
    metadata,
    Column("name", String, primary_key=True),
    Column("stream", String, nullable=False),
)

# One key per person or stream, wrapped by the master key; without its row the words are gone for good.
keys = Table(
    "keys",
    metadata,
    Column("name", String, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
)

# Behind the diary: nobody and no room can be taken twice for one quarter of an hour.
seats = Table(
    "seats",
    metadata,
    Column("area", String, primary_key=True),
    Column("who", String, primary_key=True),
    Column("grain", BigInteger, primary_key=True),
    Column("meeting", String, nullable=False),
    Index("seats_meeting", "area", "meeting"),
)

# What lists and summaries read; each row is written from the file in the same transaction.
meetings = Table(
    "meetings",
    metadata,
    Column("stream", String, primary_key=True),
    Column("meeting", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("due_on", String, nullable=False),
    Column("state", String, nullable=False),
    Column("starts_at", String),
    Column("late", Boolean, nullable=False),
    Column("missing", Text, nullable=False),
    Column("working", Text, nullable=False),
    Index("meetings_due", "due_on"),
)

duties = Table(
    "duties",
    metadata,
    Column("id", String, primary_key=True),
    Column("stream", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("meeting", String),
    Column("adult", String),
    Column("service", String),
    Column("to", String),
    Column("owner", String, nullable=False),
    Column("due_at", String, nullable=False),
    Column("opened_at", String, nullable=False),
    Column("rung", Integer, nullable=False),
    Column("by_telephone", Boolean, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("rule", String, nullable=False),
    Column("ended", String),
    Column("ended_at", String),
    Column("ended_by", String),
    Index("duties_open", "ended", "due_at"),
    Index("duties_stream", "stream"),
)

# Each invitation that was mailed, by its name for life and by the token in its reply address.
invitations = Table(
    "invitations",
    metadata,
    Column("name", String, primary_key=True),
    Column("token", String, nullable=False),
    Column("stream", String, nullable=False),
    Column("meeting", String, nullable=False),
    Column("person", String, nullable=False),
    Index("invitations_token", "token"),
)

# Each invitation whose link was revoked, and how often.
links = Table(
    "links",
    metadata,
    Column("invitation", String, primary_key=True),
    Column("generation", Integer, nullable=False),
)

# What came back by mail, whole and sealed. state: taken (an event was made of it), parked (for a person), not_ours,
# done (nothing to do), aside (a person says why in remark).
replies = Table(
    "replies",
    metadata,
    Column("id", String, primary_key=True),
    Column("at", String, nullable=False),
    Column("verdict", String, nullable=False),
    Column("state", String, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("box", Text, nullable=False),
    Column("invitation", String),
    Column("stream", String),
    Column("meeting", String),
    Column("person", String),
    Column("message", String),
    Column("sequence", BigInteger),
    Column("stamped_at", String),
    Column("by", String),
    Column("remark", Text),
    Index("replies_state", "state", "at"),
    Index("replies_invitation", "invitation"),
)

# Another address from which somebody answers, sealed, as whoever took such an answer said.
aliases = Table(
    "aliases",
    metadata,
    Column("area", String, primary_key=True),
    Column("person", String, primary_key=True),
    Column("box", String, primary_key=True),
    Column("by", String, nullable=False),
)

# A played area's own clock; a live area has no row here and goes by the wall.
clock = Table("clock", metadata, Column("id", Integer, primary_key=True), Column("played_to", String, nullable=False))
