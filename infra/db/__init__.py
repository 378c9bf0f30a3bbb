"""Everything that is kept: tables and migrations, sealing, the ledger, the outbox, and what screens read."""
