"""The real servers: what `make test` and `make demo ENGINE=kafka` start on this machine, without containers.

Kafka, PostgreSQL and ical4j are fetched by Maven into a cache folder (`parts`), started as child processes
that cannot outlive us (`leash`), asked whether they answer (`asking`), and stopped by their own id (`broker`,
`postgres`). Standard library only; Linux only.
"""
