"""The Faust engine: agents that carry records into the intake, inside the strict wrapper that loses nothing.

Plain Faust acknowledges a record whose agent raised, was cancelled or was still busy. So here: raw bytes, no
automatic acknowledgement, one record stream at a time per topic, acknowledged only after the commit and in offset
order; what cannot be done now is waited for in place; and whatever else goes wrong ends the process unacknowledged,
to be started again by its supervisor. Nothing is created at import.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any
from typing import Protocol as Port

import faust
from faust.types import EventT
from faust.types.auth import CredentialsT

from streams.intake import take
from streams.office import CannotNow, Office
from streams.topics import TOPICS
from streams.wire import Letter

BATCH = 200
WITHIN_SECONDS = 0.01
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 30.0
# After a SIGKILL its partitions stand still for this long: the least that a broker allows unless told otherwise (0011).
SESSION_SECONDS = 6.0
CLOCKS_DIFFER = timedelta(days=1)  # a record from further ahead than this has a wrong date
LOST = 70  # the exit code that asks the supervisor for a fresh process

log = logging.getLogger(__name__)


def app(name: str, broker: str, folder: str, credentials: CredentialsT | None = None) -> faust.App:
    """A Faust app that listens to nobody, declares nothing and keeps nothing: SQL is the truth."""
    return faust.App(
        name,
        broker=f"kafka://{broker}",
        broker_credentials=credentials,
        datadir=folder,
        stream_wait_empty=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
        broker_session_timeout=SESSION_SECONDS,
        broker_heartbeat_interval=SESSION_SECONDS / 4,
        broker_commit_interval=0.5,
        stream_recovery_delay=0.0,
        consumer_auto_offset_reset="earliest",
        autodiscover=False,
    )


class Pulse(Port):
    """Who hears that a batch of that kind of stream is being settled, and why one waits."""

    def settling(self, kind: str) -> AbstractContextManager[None]: ...

    def beat(self, why: str) -> None: ...


def attach(to: faust.App, office: Callable[[], Office], now: Callable[[], datetime], pulse: Pulse) -> None:
    """One agent for each topic. The office is asked for inside the running loop, never before."""
    for topic in TOPICS:
        channel = to.topic(topic.name, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")
        to.agent(channel, name=f"settle.{topic.kind}", concurrency=1)(_settler(office, now, topic.kind, pulse))


def _settler(
    office: Callable[[], Office], now: Callable[[], datetime], kind: str, pulse: Pulse
) -> Callable[[faust.StreamT[Any]], Awaitable[None]]:
    async def settle(stream: Any) -> None:  # faust's own StreamT does not know noack_take
        async for events in stream.noack().noack_take(BATCH, within=WITHIN_SECONDS):
            with pulse.settling(kind):
                await _until_settled(events, office(), now, pulse)
            for event in events:
                event.ack()

    return settle


async def _until_settled(
    events: Sequence[EventT[Any]], office: Office, now: Callable[[], datetime], pulse: Pulse
) -> None:
    """Settle the batch, waiting as long as it takes. Nothing but cancellation ever leaves here."""
    letters = [letter_of(event) for event in events]
    pause = FIRST_PAUSE_SECONDS
    while True:
        try:
            await take(letters, office, now(), now() + CLOCKS_DIFFER)
            return
        except CannotNow as away:
            log.warning("waiting: %s", away)
            pulse.beat(str(away))
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
        except Exception:
            log.exception("the intake itself failed; leaving the records unacknowledged and ending this process")
            os._exit(LOST)


def letter_of(event: EventT[Any]) -> Letter:
    """A record as it came; headers or keys that are no text are shown, not lost."""
    message = event.message
    headers = dict(message.headers or ())
    return Letter(_text(message.key), {_text(k): _text(v) for k, v in headers.items()}, message.value or b"")


def _text(value: object) -> str:
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value or "")
