"""Alembic calls this: run the migrations on the connection it was handed, inside the caller's transaction."""

from alembic import context

from infra.db.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
