"""One suite for both engines: whatever is shown on one machine holds on Kafka and PostgreSQL too (decision 10)."""
