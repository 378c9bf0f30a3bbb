"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "clock",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("played_to", sa.String(), nullable=False),
    )
    op.create_table(
        "duties",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("meeting", sa.String()),
        sa.Column("adult", sa.String()),
        sa.Column("service", sa.String()),
        sa.Column("to", sa.String()),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("due_at", sa.String(), nullable=False),
        sa.Column("opened_at", sa.String(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("by_telephone", sa.Boolean(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("ended", sa.String()),
        sa.Column("ended_at", sa.String()),
        sa.Column("ended_by", sa.String()),
    )
    op.create_index("duties_open", "duties", ["ended", "due_at"])
    op.create_index("duties_stream", "duties", ["stream"])
    op.create_table(
        "files",
        sa.Column("stream", sa.String(), primary_key=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("link", sa.String(), nullable=False),
        sa.Column("decided_at", sa.String()),
        sa.Column("fold_version", sa.Integer(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
    )
    op.create_table(
        "held",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("box", sa.Text(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
    )
    op.create_index("held_stream", "held", ["stream", "state"])
    op.create_table(
        "inbox",
        sa.Column("source", sa.String(), primary_key=True),
        sa.Column("event", sa.String(), primary_key=True),
        sa.Column("digest", sa.String(), nullable=False),
    )
    op.create_table(
        "keys",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "ledger",
        sa.Column("stream", sa.String(), primary_key=True),
        sa.Column("seq", sa.Integer(), primary_key=True),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("pack", sa.String(), nullable=False),
        sa.Column("happened", sa.String(), nullable=False),
        sa.Column("recorded", sa.String(), nullable=False),
        sa.Column("link", sa.String(), nullable=False),
    )
    op.create_table(
        "meetings",
        sa.Column("stream", sa.String(), primary_key=True),
        sa.Column("meeting", sa.String(), primary_key=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("due_on", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("starts_at", sa.String()),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("missing", sa.Text(), nullable=False),
        sa.Column("working", sa.Text(), nullable=False),
    )
    op.create_index("meetings_due", "meetings", ["due_on"])
    op.create_table(
        "outbox",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("letter", sa.Text(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("cause", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("place", sa.BigInteger()),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("published_at", sa.String()),
        sa.Column("outcome", sa.String()),
    )
    op.create_index("outbox_place", "outbox", ["place"])
    op.create_index("outbox_stream", "outbox", ["stream"])
    op.create_index("outbox_waiting", "outbox", ["state", "at"])
    op.create_table(
        "parked",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("awaits", sa.String(), nullable=False),
        sa.Column("letter", sa.Text(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
    )
    op.create_index("parked_awaits", "parked", ["awaits"])
    op.create_table(
        "references_known",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("stream", sa.String(), nullable=False),
    )
    op.create_table(
        "seats",
        sa.Column("area", sa.String(), primary_key=True),
        sa.Column("who", sa.String(), primary_key=True),
        sa.Column("grain", sa.BigInteger(), primary_key=True),
        sa.Column("meeting", sa.String(), nullable=False),
    )
    op.create_index("seats_meeting", "seats", ["area", "meeting"])
    op.create_table(
        "wakeups",
        sa.Column("stream", sa.String(), primary_key=True),
        sa.Column("at", sa.String(), nullable=False),
    )
    op.create_index("wakeups_at", "wakeups", ["at"])


def downgrade() -> None:
    raise NotImplementedError("a ledger is never taken back; restore a backup")
