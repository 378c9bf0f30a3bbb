"""The public topic holds each event that others are told, once, and nothing of what they are not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
import pytest
from kafka import KafkaConsumer, TopicPartition

from handlers import events as e
from infra.db import tables
from streams.topics import PUBLIC
from streams.wire import PUBLIC_TYPES, Letter
from tests.journeys.story import CONFERENCE, at, in_area, the_conference, told
from tests.office.engines import Engine, Running

pytestmark = pytest.mark.timeout(300)
SECRETS = (
    "Quillfeather",
    "mother",
    "clearway",
    "w-social",
    "W-SOCIAL",
    "CW-7741",
    "CW-9002",
    "Civic",
    "treatment",
    "box",
)


@dataclass
class Record:
    key: str
    headers: dict[str, str]
    value: bytes


def on_the_topic(bootstrap: str) -> Iterator[Record]:
    """Every record there is, as any reader would find it."""
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    try:
        places = [TopicPartition(PUBLIC.name, n) for n in range(PUBLIC.partitions)]
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        ends = consumer.end_offsets(places)
        while any(consumer.position(place) < end for place, end in ends.items()):
            for records in consumer.poll(timeout_ms=200).values():
                for r in records:
                    yield Record(r.key.decode(), {k: v.decode() for k, v in r.headers}, r.value)
    finally:
        consumer.close()


def test_the_public_topic_holds_each_event_of_the_story_once_and_no_secret(on_kafka: Engine, area: str) -> None:
    events = the_conference()
    held = next(x for x in events if isinstance(x.body, e.MeetingHeld) and x.body.meeting == CONFERENCE)
    wrong = told(at("2025-01-15", "10:00"), "family/F-1", e.RecordedInError(in_area([held], area)[0].id, "w-social"))

    async def story(running: Running) -> list[Letter]:
        await running.play(in_area([*events, wrong], area), "2025-01-15")
        rows = await running.of_area(tables.outbox, area)
        kept = [r for r in rows if r.kind == "announcement"]
        assert {r.state for r in kept} == {"done"}
        return [msgspec.json.decode(r.letter, type=Letter) for r in kept]

    letters = on_kafka.run(story)
    wanted = sorted((x.headers["ce_sequence"], x.headers["ce_id"]) for x in letters)
    types = [x.headers["ce_type"].split(".")[3] for x in sorted(letters, key=lambda x: x.headers["ce_sequence"])]
    of_meetings = [x for x in types if x != "duty-late"]
    assert of_meetings[:2] == ["meeting-booked", "meeting-held"] and of_meetings.count("meeting-held") == 1
    assert of_meetings.count("record-withdrawn") == 1, "the correction is told as well"
    assert [int(sequence) for sequence, _ in wanted] == list(range(1, len(wanted) + 1))
    there = [r for r in on_the_topic(on_kafka.settings.kafka) if r.key == f"{area}/family/F-1"]
    assert [(r.headers["ce_sequence"], r.headers["ce_id"]) for r in there] == wanted, "each once, in order"
    for record in there:
        msgspec.json.decode(record.value, type=PUBLIC_TYPES[record.headers["ce_type"]])
        said = record.value.decode() + str(record.headers)
        assert not [word for word in SECRETS if word in said]
