"""Invitations by their reply tokens, and what comes back by mail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invitations",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("meeting", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
    )
    op.create_index("invitations_token", "invitations", ["token"])
    op.create_table(
        "replies",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("box", sa.Text(), nullable=False),
        sa.Column("invitation", sa.String()),
        sa.Column("stream", sa.String()),
        sa.Column("meeting", sa.String()),
        sa.Column("person", sa.String()),
        sa.Column("sequence", sa.BigInteger()),
        sa.Column("stamped_at", sa.String()),
        sa.Column("by", sa.String()),
        sa.Column("remark", sa.Text()),
    )
    op.create_index("replies_state", "replies", ["state", "at"])
    op.create_index("replies_invitation", "replies", ["invitation"])


def downgrade() -> None:
    raise NotImplementedError("a ledger is never taken back; restore a backup")
