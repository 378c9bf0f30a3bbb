"""The relay's producer: records into the topics, idempotent, acknowledged by every replica in sync, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import TracebackType

from kafka import KafkaProducer
from kafka.errors import KafkaError

from infra.kafka.login import for_kafka_python, let_in, may_not
from infra.settings import Login
from streams.office import CannotNow
from streams.topics import PUBLIC, topic_for
from streams.wire import PUBLIC_TYPES, Letter, stream_id

PATIENCE_MS = 10_000
LINGER_MS = 0


class River:
    """One producer to one broker. Its own thread does the talking; `publish` may be awaited from any loop."""

    def __init__(self, bootstrap: str, login: Login | None = None) -> None:
        self._bootstrap, self._login = bootstrap, login
        self._producer, self._refused = self._opened(), False

    def _opened(self) -> KafkaProducer:
        with let_in(self._bootstrap, self._login):
            return KafkaProducer(
                bootstrap_servers=self._bootstrap,
                acks="all",
                linger_ms=LINGER_MS,
                max_block_ms=PATIENCE_MS,
                bootstrap_timeout_ms=PATIENCE_MS,
                **for_kafka_python(self._login),
            )

    def __enter__(self) -> River:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._producer.close(timeout=PATIENCE_MS / 1000)

    async def publish(self, letters: Sequence[Letter]) -> None:
        """Returns once every record is acknowledged; raises CannotNow if any is not, and then all may be sent again."""
        await asyncio.to_thread(self._publish, letters)

    def _publish(self, letters: Sequence[Letter]) -> None:
        topic = ""
        if self._refused:  # a producer that was refused once never tries again, whatever is granted meanwhile
            self._producer.close(timeout=0)
            self._producer, self._refused = self._opened(), False
        try:
            futures = [
                self._producer.send(
                    _topic_of(letter),
                    key=letter.key.encode(),
                    value=letter.body,
                    headers=[(name, value.encode()) for name, value in letter.headers.items()],
                )
                for letter in letters
            ]
            self._producer.flush(timeout=PATIENCE_MS / 1000)
            for letter, future in zip(letters, futures, strict=True):
                topic = topic_for(stream_id(letter.key).kind)
                future.get(timeout=PATIENCE_MS / 1000)
        except KafkaError as error:
            if "AuthorizationFailed" in repr(error):  # the library wraps some of these in an error of no kind
                self._refused = True
                raise CannotNow(may_not(self._login, f"write {topic}")) from error
            raise CannotNow(f"the broker did not take a record: {error!r}") from error


def _topic_of(letter: Letter) -> str:
    return PUBLIC.name if letter.headers["ce_type"] in PUBLIC_TYPES else topic_for(stream_id(letter.key).kind)
