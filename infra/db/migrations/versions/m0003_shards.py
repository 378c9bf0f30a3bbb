"""Each stream belongs to a shard, which one relay holds at a time; what waits and what has left is found by it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from infra.db.shards import shard_of

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WAITING, LEFT = sa.text("state = 'waiting'"), sa.text("state IN ('published', 'sending')")


def upgrade() -> None:
    for table in ("outbox", "wakeups"):
        op.add_column(table, sa.Column("shard", sa.Integer(), nullable=False, server_default="0"))
        streams = op.get_bind().execute(sa.text(f"SELECT DISTINCT stream FROM {table}")).scalars().all()
        rows = [{"of": stream, "shard": shard_of(stream)} for stream in streams]
        if rows:
            op.get_bind().execute(sa.text(f"UPDATE {table} SET shard = :shard WHERE stream = :of"), rows)
    op.create_index("outbox_shard", "outbox", ["shard", "at"], postgresql_where=WAITING, sqlite_where=WAITING)
    op.create_index("outbox_left", "outbox", ["place", "name"], postgresql_where=LEFT, sqlite_where=LEFT)


def downgrade() -> None:
    raise NotImplementedError("a ledger is never taken back; restore a backup")
