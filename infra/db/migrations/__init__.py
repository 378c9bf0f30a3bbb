"""Alembic's home: each change to the tables, in order; a test proves that all of them together equal tables.py."""
