"""Topics as code: made as `streams/topics` describes them, with kafka-python's administrator.

Auto-creation stays off on the broker, since a topic made by a typing mistake would swallow events in silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kafka import TopicPartition
from kafka.admin import KafkaAdminClient, OffsetSpec
from kafka.errors import KafkaError, TopicAlreadyExistsError
from msgspec import Struct

from streams.office import CannotNow
from streams.topics import PUBLIC, TOPICS, Topic

PATIENCE_MS = 10_000
THREE_BROKERS = 3


class Behind(Struct, frozen=True):
    """How far one partition's group has come: records committed, records there are."""

    topic: str
    partition: int
    committed: int
    end: int

    @property
    def lag(self) -> int:
        return self.end - self.committed


@contextmanager
def administrator(bootstrap: str) -> Iterator[KafkaAdminClient]:
    """A connection to the broker's administration. Raises CannotNow with one sentence."""
    try:
        admin = KafkaAdminClient(bootstrap_servers=bootstrap, bootstrap_timeout_ms=PATIENCE_MS)
    except (KafkaError, OSError) as error:
        raise CannotNow(f"no Kafka broker answers at {bootstrap} ({error}): start it or mend QUORATE_KAFKA") from error
    try:
        yield admin
    finally:
        admin.close()


def apply(bootstrap: str, replication: int) -> list[str]:
    """Create the topics that are missing; the names of those created. Existing ones stay as they are."""
    with administrator(bootstrap) as admin:
        there = set(admin.list_topics())
        created = []
        for topic in (t for t in (*TOPICS, PUBLIC) if t.name not in there):
            try:
                admin.create_topics({topic.name: _described(topic, replication)})
                created.append(topic.name)
            except TopicAlreadyExistsError:
                continue  # another process was quicker
            except KafkaError as error:
                raise CannotNow(f"the broker refused to make {topic.name}: {error}") from error
        return created


def _described(topic: Topic, replication: int) -> dict[str, Any]:
    settings = {"retention.ms": str(topic.retention_ms), "cleanup.policy": "delete"}
    if replication >= THREE_BROKERS:
        settings["min.insync.replicas"] = "2"
    return {"num_partitions": topic.partitions, "replication_factor": replication, "configs": settings}


def lag(bootstrap: str, group: str) -> list[Behind]:
    """Every partition of ours: how far the group has committed, and how many records there are."""
    with administrator(bootstrap) as admin:
        committed = admin.list_group_offsets(group).get(group, {})
        places = {TopicPartition(t.name, p): OffsetSpec.LATEST for t in TOPICS for p in range(t.partitions)}
        ends = admin.list_partition_offsets(places)
        return [
            Behind(place.topic, place.partition, committed[place].offset if place in committed else 0, end.offset)
            for place, end in sorted(ends.items())
        ]
