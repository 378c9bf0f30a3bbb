"""Other addresses from which people answer, as a person took them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "aliases",
        sa.Column("area", sa.String(), primary_key=True),
        sa.Column("person", sa.String(), primary_key=True),
        sa.Column("box", sa.String(), primary_key=True),
        sa.Column("by", sa.String(), nullable=False),
    )


def downgrade() -> None:
    raise NotImplementedError("a ledger is never taken back; restore a backup")
