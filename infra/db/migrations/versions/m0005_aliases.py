"""Other addresses from which people answer, as a person took them; which of our mails a report of delivery is of."""

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
    op.add_column("replies", sa.Column("message", sa.String()))


def downgrade() -> None:
    raise NotImplementedError("a ledger is never taken back; restore a backup")
