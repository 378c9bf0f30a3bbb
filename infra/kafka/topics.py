"""Topics as code: made as `streams/topics` describes them, with kafka-python's administrator.

Auto-creation stays off on the broker, since a topic made by a typing mistake would swallow events in silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from kafka import TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient, OffsetSpec
from kafka.errors import KafkaError, TopicAlreadyExistsError
from msgspec import Struct

from streams.office import CannotNow
from streams.topics import TOPICS, Topic

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


class Look(Struct, frozen=True):
    """One topic beside its description. state `refused`: no command of ours may mend it."""

    topic: Topic
    state: Literal["make", "keep", "differs", "refused"]
    sentence: str


def apply(bootstrap: str, replication: int | None = None) -> list[str]:
    """Create the topics that are missing and set what differs; the names of those touched.

    Raises CannotNow, and does nothing, where one is refused.

    replication: copies of each record; None: as many as the cluster has brokers, up to three.
    """
    with administrator(bootstrap) as admin:
        replication = replication or _allowed(admin)
        looks = _looks(admin, replication)
        for look in looks:
            if look.state == "refused":
                raise CannotNow(look.sentence)
        touched = [look for look in looks if look.state != "keep"]
        for look in touched:
            try:
                _do(admin, look, replication)
            except TopicAlreadyExistsError:
                continue  # another process was quicker
            except KafkaError as error:
                raise CannotNow(f"the broker refused to {look.sentence}: {error}") from error
        return [look.topic.name for look in touched]


def looks(bootstrap: str, replication: int | None = None) -> list[Look]:
    """What `apply` would do to each topic; changes nothing."""
    with administrator(bootstrap) as admin:
        return _looks(admin, replication or _allowed(admin))


def _allowed(admin: KafkaAdminClient) -> int:
    return min(THREE_BROKERS, len(admin.describe_cluster()["brokers"]))


def _looks(admin: KafkaAdminClient, replication: int) -> list[Look]:
    there = set(admin.list_topics())
    return [
        _look(admin, t, replication)
        if t.name in there
        else Look(t, "make", f"make {t.name}: {t.partitions} partitions, {replication} copies of each record")
        for t in TOPICS
    ]


def _look(admin: KafkaAdminClient, topic: Topic, replication: int) -> Look:
    partitions = len(admin.describe_topics([topic.name])[0]["partitions"])
    if partitions != topic.partitions:
        return Look(
            topic,
            "refused",
            f"{topic.name} has {partitions} partitions and {topic.partitions} are described: a change would send a"
            " stream's records to another partition, out of order, so let the workers settle all that waits"
            " (quorate lag), stop them, delete the topic and apply again; quorate relay sends what was not settled",
        )
    found = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic.name)], config_filter="all")
    has = {
        key: str(of["value"]) for names in found.values() for of_topic in names.values() for key, of in of_topic.items()
    }
    wanted = _described(topic, replication)["configs"]
    other = [f"{key} from {has.get(key)} to {value}" for key, value in wanted.items() if has.get(key) != value]
    if other:
        return Look(topic, "differs", f"set in {topic.name} {', '.join(other)}")
    return Look(topic, "keep", f"keep {topic.name}")


def _do(admin: KafkaAdminClient, look: Look, replication: int) -> None:
    described = _described(look.topic, replication)
    if look.state == "make":
        admin.create_topics({look.topic.name: described})
    else:
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, look.topic.name, described["configs"])])


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
