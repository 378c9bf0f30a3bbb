"""Several relays of one database: they share the shards, and of one that is killed the others take over all it held.

Real relays, each a process, on a real broker and a real PostgreSQL; no worker settles what they publish.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import msgspec
import psycopg
import pytest
from kafka import KafkaConsumer

from handlers import events as e
from handlers.people import Recipient
from infra.db import outbox
from infra.db.engine import transaction
from infra.db.shards import SHARD
from infra.deploy.broker import Broker
from infra.deploy.postgres import Postgres, for_libpq
from infra.dispatch import AT_ONCE
from infra.kafka import topics
from infra.mail.mailbox import Mailbox, Manner
from infra.settings import read
from infra.wiring import house
from streams.topics import topic_for
from tests.faults.doors import RUN
from tests.infra.mails import letter
from tests.journeys.story import at, told
from tests.office.engines import ROOT

pytestmark = pytest.mark.timeout(600)  # the first run on a machine fetches the parts
FAMILIES, OF_EACH = 30, 8
NUMBERS = range(FAMILIES * OF_EACH)
PATIENCE_SECONDS = 90.0
HELD = f"SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = {SHARD} AND granted"
OPEN = "SELECT count(*) FROM outbox WHERE kind = 'message' AND state <> 'done'"
UNKNOWN = "SELECT name FROM outbox WHERE kind = 'message' AND outcome = 'unknown'"


def slowly(address: str) -> Manner:
    time.sleep(0.01)
    return "accept"


async def let_in(settings: dict[str, str]) -> None:
    """To each of many families a run of letters, which may not be repeated, and a run of events, by number."""
    rows, now = [], at("2025-01-06")
    for n in NUMBERS:
        family, when = f"F-{n % FAMILIES}", now + timedelta(seconds=n)
        mail = letter(message=f"letter-{n}", to=Recipient(f"p-{n}", "Alex", f"alex-{n}@clearway.example"))
        stream = f"riverside/family/{family}"
        rows.append(outbox.row(mail.message, "message", stream, msgspec.json.encode(mail), when, 0, n))
        body = e.ProfessionalInvolved(f"w-{n}", "teacher", now.date())
        rows.append(outbox.event_row(told(when, f"family/{family}", body, id_=f"event-{n}"), when, n=n))
    async with house(read(settings)) as open_house, transaction(open_house.engine) as connection:
        await outbox.put(connection, rows)


@contextmanager
def relay(settings: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-c", RUN, "relay"]
    with log.open("ab") as sink:
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **settings}, stdout=sink, stderr=sink)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def until(there: Callable[[], bool], what: str) -> None:
    since = time.monotonic()
    while not there():
        assert time.monotonic() - since < PATIENCE_SECONDS, f"waited in vain until {what}"
        time.sleep(0.05)


def in_runs(numbers: list[int]) -> bool:
    """Whether those of each family come in their order."""
    runs: dict[int, list[int]] = defaultdict(list)
    for n in numbers:
        runs[n % FAMILIES].append(n)
    return all(run == sorted(run) for run in runs.values())


def published(bootstrap: str) -> list[int]:
    """The numbers of the events in the topic, each where it came first."""
    reader = KafkaConsumer(
        topic_for("family"), bootstrap_servers=bootstrap, auto_offset_reset="earliest", consumer_timeout_ms=2000
    )
    ids = [dict(record.headers)["ce_id"].decode() for record in reader]
    reader.close()
    return list(dict.fromkeys(int(i.removeprefix("event-")) for i in ids if i.startswith("event-")))


def test_relays_share_the_work_and_one_that_is_killed_loses_repeats_and_misplaces_nothing(
    own_broker: Broker, postgres: Postgres, tmp_path: Path
) -> None:
    topics.apply(own_broker.bootstrap)
    dsn = postgres.create(f"relays_{secrets.token_hex(4)}")
    with ExitStack() as stack:
        mailbox = stack.enter_context(Mailbox.opened(tmp_path / "mail", slowly))
        settings = {
            "QUORATE_HOME": str(tmp_path),
            "QUORATE_SMTP_HOST": "127.0.0.1",
            "QUORATE_SMTP_PORT": str(mailbox.port),
            "QUORATE_KAFKA": own_broker.bootstrap,
            "QUORATE_DATABASE": dsn,
            "QUORATE_MASTER_KEY": secrets.token_hex(32),
        }
        bystander = stack.enter_context(psycopg.connect(for_libpq(dsn), autocommit=True))

        def shared(*shares: int) -> None:
            def there() -> bool:
                held = Counter(pid for (pid,) in bystander.execute(HELD.encode()))
                return sorted(held.values()) == list(shares)

            until(there, f"the shares are {shares}")

        def started() -> subprocess.Popen[bytes]:
            return stack.enter_context(relay(settings, tmp_path / "relay.log"))

        first, second = started(), started()
        shared(6, 6)
        third = started()
        shared(4, 4, 4)
        asyncio.run(let_in(settings))
        until(lambda: len(mailbox.mails()) > 40, "mails arrive")
        first.send_signal(signal.SIGKILL)
        shared(6, 6)
        assert len(mailbox.mails()) < len(NUMBERS), "all was sent before the kill could do harm"
        until(lambda: bystander.execute(OPEN.encode()).fetchall() == [(0,)], "no mail is open")
        second.send_signal(signal.SIGTERM)
        assert second.wait(60) == 0
        shared(12)
        third.send_signal(signal.SIGTERM)
        assert third.wait(60) == 0
        unknown = {int(name.removeprefix("letter-")) for (name,) in bystander.execute(UNKNOWN.encode())}
        arrived = [int(path.name.split("@")[0].rsplit("-", 1)[1]) for path in mailbox.mails()]
    assert len(arrived) == len(set(arrived)), "a letter was sent twice"
    assert set(NUMBERS) - set(arrived) <= unknown, "a letter was lost"
    assert len(unknown) <= AT_ONCE and in_runs(arrived)
    events = published(own_broker.bootstrap)
    assert set(events) == set(NUMBERS) and in_runs(events)
