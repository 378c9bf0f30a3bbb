"""Three brokers: one of them may be killed and come back, and no record is lost."""

from __future__ import annotations

import pytest
from kafka import KafkaConsumer, KafkaProducer

from infra.deploy.broker import Cluster
from infra.kafka import topics
from streams.topics import TOPICS

pytestmark = pytest.mark.timeout(600)  # the first run on a machine fetches the parts


def test_three_brokers_keep_every_record_when_one_is_killed(cluster: Cluster) -> None:
    topics.apply(cluster.bootstrap)
    topic = TOPICS[0].name
    with topics.administrator(cluster.bootstrap) as admin:
        copies = {len(p["replica_nodes"]) for t in admin.describe_topics([topic]) for p in t["partitions"]}
    assert copies == {3}
    producer = KafkaProducer(bootstrap_servers=cluster.bootstrap, acks="all")
    for n in range(20):
        producer.send(topic, str(n).encode(), partition=0).get(20)
        if n == 5:
            cluster[2].kill()
    producer.close()
    reader = KafkaConsumer(
        topic,
        bootstrap_servers=cluster.bootstrap,
        group_id=None,
        auto_offset_reset="earliest",
        consumer_timeout_ms=20_000,
    )
    found = [record.value for _, record in zip(range(20), reader, strict=False)]
    reader.close()
    assert found == [str(n).encode() for n in range(20)]
    cluster[2].restart()
    cluster.wait_for_all()
