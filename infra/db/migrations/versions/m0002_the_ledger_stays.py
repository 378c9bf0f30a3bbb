"""The database itself refuses whatever would change or empty the ledger."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SENTENCE = "the ledger is never changed: record what was wrong as recorded in error"

ON_POSTGRESQL = f"""
CREATE FUNCTION ledger_stays() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{SENTENCE}'; END $$;
CREATE TRIGGER ledger_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_stays();
"""

# INSERT OR REPLACE deletes without telling a trigger on DELETE.
THERE = "SELECT 1 FROM ledger WHERE rowid = NEW.rowid OR (stream = NEW.stream AND seq = NEW.seq)"
ON_SQLITE = [
    f"CREATE TRIGGER ledger_stays_{number} BEFORE {what} BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
    for number, what in enumerate(("UPDATE ON ledger", "DELETE ON ledger", f"INSERT ON ledger WHEN EXISTS ({THERE})"))
]


def upgrade() -> None:
    for statement in [ON_POSTGRESQL] if op.get_bind().dialect.name == "postgresql" else ON_SQLITE:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a ledger is never taken back; restore a backup")
