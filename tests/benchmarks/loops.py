"""The loops that are set side by side on a real broker and a real PostgreSQL, each in a process of its own.

`python -m tests.benchmarks.loops ours|aiokafka|kafka-python SIZE GROUP BROKER DATABASE STEPS` takes the records of
every topic from their beginning, SIZE together. Ours is the worker. The others decide nothing: at each batch they say
the SQL that ours says at one of that size, written down before in the file STEPS, with prepared statements; then they
commit the offsets.
"""

from __future__ import annotations

import asyncio
import pickle
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
from aiokafka import AIOKafkaConsumer
from kafka import KafkaConsumer

from infra import worker
from infra.settings import read
from streams import agents
from streams.topics import TOPICS
from tests.benchmarks.bare import Step

NAMES = [topic.name for topic in TOPICS]
FROM_THE_START = {"auto_offset_reset": "earliest", "enable_auto_commit": False}


def ours(size: int, group: str) -> None:
    """`quorate worker`, with batches of this size and a group of its own."""
    agents.BATCH, worker.GROUP = size, group
    worker.main(read())


async def by_aiokafka(size: int, group: str, broker: str, database: str, steps: list[Sequence[Step]]) -> None:
    consumer = AIOKafkaConsumer(*NAMES, bootstrap_servers=broker, group_id=group, **FROM_THE_START)
    await consumer.start()
    async with await psycopg.AsyncConnection.connect(database, prepare_threshold=0) as connection:
        waiting = 0
        for batch in steps:
            while waiting < size and (waiting == 0 or batch is not steps[-1]):
                found = await consumer.getmany(timeout_ms=200, max_records=size - waiting)
                waiting += sum(map(len, found.values()))
            waiting = 0
            async with connection.cursor() as cursor:
                for statement, parameters, many in batch:
                    if statement == "COMMIT":
                        await connection.commit()
                    elif many:
                        await cursor.executemany(statement, parameters)
                    else:
                        await cursor.execute(statement, parameters, prepare=True)
                        if cursor.description:
                            await cursor.fetchall()
            await consumer.commit()
    await consumer.stop()


def by_kafka_python(size: int, group: str, broker: str, database: str, steps: list[Sequence[Step]]) -> None:
    consumer = KafkaConsumer(*NAMES, bootstrap_servers=broker, group_id=group, **FROM_THE_START)
    with psycopg.connect(database, prepare_threshold=0) as connection, connection.cursor() as cursor:
        waiting = 0
        for batch in steps:
            while waiting < size and (waiting == 0 or batch is not steps[-1]):
                found = consumer.poll(timeout_ms=200, max_records=size - waiting)
                waiting += sum(map(len, found.values()))
            waiting = 0
            for statement, parameters, many in batch:
                if statement == "COMMIT":
                    connection.commit()
                elif many:
                    cursor.executemany(statement, parameters)
                else:
                    cursor.execute(statement, parameters, prepare=True)
                    if cursor.description:
                        cursor.fetchall()
            consumer.commit()
    consumer.close()


def of_batches(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """Each batch ends with its COMMIT."""
    batch: list[Step] = []
    for step in steps:
        batch.append(step)
        if step[0] == "COMMIT":
            yield batch
            batch = []


def main(arguments: Sequence[str]) -> None:
    which, size, group, broker, database, file = arguments
    if which == "ours":
        ours(int(size), group)
        return
    steps: Any = list(of_batches(pickle.loads(Path(file).read_bytes())))
    plain = database.replace("+psycopg", "")
    with suppress(KeyboardInterrupt):
        if which == "aiokafka":
            asyncio.run(by_aiokafka(int(size), group, broker, plain, steps))
        else:
            by_kafka_python(int(size), group, broker, plain, steps)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    main(sys.argv[1:])
