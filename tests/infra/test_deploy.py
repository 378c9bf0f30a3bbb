"""The real servers start, keep what they were given through a SIGKILL, and leave nothing behind."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import KafkaError

from infra.deploy import asking, ical4j, parts
from infra.deploy.broker import Broker
from infra.deploy.leash import NotStarted, free_port
from infra.deploy.postgres import Postgres, for_libpq
from infra.deploy.server import Server

pytestmark = pytest.mark.timeout(600)  # the first run on a machine fetches the parts

GOOD = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Quorate//Test//EN
METHOD:REQUEST
BEGIN:VEVENT
UID:one@quorate.example
DTSTAMP:20261120T090000Z
SEQUENCE:0
DTSTART:20261201T090000Z
DTEND:20261201T100000Z
SUMMARY:Meeting
ORGANIZER:mailto:meetings@quorate.example
ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:worker@service.example
END:VEVENT
END:VCALENDAR
"""

ORPHAN = """\
import os, signal, sys
from pathlib import Path
from infra.deploy.{module} import {name}
server = {name}.started(Path(sys.argv[1]))
os.write(1, str(server.pid).encode())
os.kill(os.getpid(), signal.SIGKILL)
"""


def records(broker: Broker, topic: str, wanted: int) -> list[bytes]:
    consumer = KafkaConsumer(
        topic,
        bootstrap_servers=broker.bootstrap,
        group_id=None,
        auto_offset_reset="earliest",
        consumer_timeout_ms=20_000,
    )
    try:
        return [record.value for _, record in zip(range(wanted), consumer, strict=False)]
    finally:
        consumer.close()


def put(broker: Broker, topic: str, value: bytes) -> None:
    producer = KafkaProducer(bootstrap_servers=broker.bootstrap, max_block_ms=5_000)
    try:
        producer.send(topic, value).get(20)
    finally:
        producer.close()


def rows(dsn: str) -> list[tuple[int]]:
    with psycopg.connect(for_libpq(dsn)) as line:
        return line.execute("SELECT n FROM t ORDER BY n").fetchall()


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@contextlib.contextmanager
def admin(broker: Broker) -> Iterator[KafkaAdminClient]:
    """Closed before the broker is killed: kafka-python leaves a socket open for each refused connection."""
    client = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
    try:
        yield client
    finally:
        client.close()


@pytest.fixture
def topic(broker: Broker) -> Iterator[str]:
    with admin(broker) as client:
        client.create_topics([NewTopic("deploy-test", num_partitions=1, replication_factor=1)])
    yield "deploy-test"
    with admin(broker) as client:
        client.delete_topics(["deploy-test"])


def test_a_record_survives_the_killing_of_the_broker(broker: Broker, topic: str) -> None:
    address, first = broker.bootstrap, broker.pid
    put(broker, topic, b"before")
    assert records(broker, topic, 1) == [b"before"]
    broker.kill()
    assert not is_running(first)
    broker.restart()
    assert broker.bootstrap == address
    put(broker, topic, b"after")
    assert records(broker, topic, 2) == [b"before", b"after"]


def test_the_broker_makes_no_topic_by_itself(broker: Broker) -> None:
    with pytest.raises(KafkaError):
        put(broker, "never-declared", b"lost")
    with admin(broker) as client:
        assert "never-declared" not in str(client.list_topics())


def test_a_row_survives_the_killing_of_postgres(postgres: Postgres) -> None:
    dsn = postgres.create("deploy_survival")
    with psycopg.connect(for_libpq(dsn)) as line:
        assert line.execute("SHOW fsync").fetchone() == ("on",)
        line.execute("CREATE TABLE t (n integer)")
        line.execute("INSERT INTO t VALUES (7)")
    with pytest.raises(psycopg.OperationalError), psycopg.connect(for_libpq(dsn)) as open_line:
        open_line.execute("DELETE FROM t")  # never committed; its process holds the old memory a little longer
        postgres.kill()
        postgres.restart()
    assert postgres.dsn("deploy_survival") == dsn
    assert rows(dsn) == [(7,)]


def test_a_database_is_made_once_and_only_under_a_plain_name(postgres: Postgres) -> None:
    assert not postgres.has("deploy_once")
    postgres.create("deploy_once")
    assert postgres.has("deploy_once")
    with pytest.raises(asking.Refused, match="already exists"):
        postgres.create("deploy_once")
    with pytest.raises(ValueError, match="Not a name"):
        postgres.create('x"; DROP DATABASE postgres; --')


def test_a_folder_keeps_what_it_holds_between_two_runs(server_folder: Path) -> None:
    with Postgres.started(server_folder, fsync=False) as first:
        first.create("kept")
    with Postgres.started(server_folder, fsync=False) as second:
        assert second.has("kept")


@pytest.mark.parametrize(("module", "name"), [("postgres", "Postgres"), ("broker", "Broker")])
def test_a_server_does_not_outlive_whoever_started_it(server_folder: Path, module: str, name: str) -> None:
    script = ORPHAN.format(module=module, name=name)
    done = subprocess.run([sys.executable, "-c", script, str(server_folder)], capture_output=True, check=False)
    assert done.returncode < 0, done.stderr.decode()
    until = time.monotonic() + 10
    while is_running(int(done.stdout)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not is_running(int(done.stdout))


@pytest.mark.parametrize("kind", [Postgres, Broker])
def test_a_server_whose_port_was_taken_finds_another(
    server_folder: Path, monkeypatch: pytest.MonkeyPatch, kind: type[Postgres] | type[Broker]
) -> None:
    with socket.create_server(("127.0.0.1", free_port())) as taken:
        ports = iter([taken.getsockname()[1]])
        monkeypatch.setattr(f"{kind.__module__}.free_port", lambda: next(ports, None) or free_port())
        with kind.started(server_folder) as server:
            assert isinstance(server, Server) and is_running(server.pid)


def test_a_server_that_cannot_start_says_why_and_where_to_read_on(server_folder: Path) -> None:
    with Postgres.started(server_folder, fsync=False) as postgres:
        postgres.stop()
        with (server_folder / "kept" / "postgresql.conf").open("a") as settings:
            settings.write("shared_buffers = nonsense\n")
        with pytest.raises(NotStarted, match=r"Postgres: .*postgres\.log"):
            postgres.restart()


def test_root_is_told_which_folder_nobody_can_enter(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    told = pytest.raises(NotStarted, match=r"the user nobody cannot enter /\S+: give it a folder")
    with told if os.geteuid() == 0 else Postgres.started(tmp_path / "ours", fsync=False):
        Postgres.started(tmp_path / "inner").stop()


def test_ical4j_finds_the_planted_fault_and_none_in_a_good_calendar(tmp_path: Path) -> None:
    good, bad, torn = tmp_path / "good ü.ics", tmp_path / "bad.ics", tmp_path / "torn.ics"
    good.write_bytes(GOOD.replace("\n", "\r\n").encode())
    bad.write_bytes(GOOD.replace("ORGANIZER:mailto:meetings@quorate.example\n", "").replace("\n", "\r\n").encode())
    torn.write_bytes(GOOD[:200].replace("\n", "\r\n").encode())
    found = ical4j.faults([good, bad, torn])
    assert found[str(good)] == []
    assert [fault for fault in found[str(bad)] if "ORGANIZER" in fault]
    assert found[str(torn)][0].startswith("UNREADABLE")


def test_without_maven_the_reason_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUORATE_PARTS", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(parts.PartMissing) as missing:
        parts.kafka_libs(may_install=False)
    assert str(missing.value) == "Java and Maven are needed: apt-get install default-jre-headless maven"


def test_missing_tools_are_installed_where_that_is_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make = f"for t in mvn java; do echo '#!/bin/sh' > {tmp_path}/$t; /bin/chmod 755 {tmp_path}/$t; done"
    apt = tmp_path / "apt-get"
    apt.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\ncase "$*" in *install*) {make};; esac\n')
    apt.chmod(0o755)
    monkeypatch.setenv("QUORATE_PARTS", str(tmp_path / "parts"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert parts.java(may_install=True) == str(tmp_path / "java")
    update, install = (tmp_path / "asked").read_text().splitlines()
    assert update.endswith(" update")
    assert install.endswith(" default-jre-headless maven")


def test_when_maven_fails_the_reason_names_a_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for tool in ("mvn", "java"):
        (tmp_path / tool).write_text("#!/bin/sh\necho no network here\nexit 1\n")
        (tmp_path / tool).chmod(0o755)
    monkeypatch.setenv("QUORATE_PARTS", str(tmp_path / "parts"))
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(parts.PartMissing, match=r"Maven could not fetch pom\.xml \(exit 1\)") as missing:
        parts.kafka_libs()
    log = Path(str(missing.value).rsplit(" ", 1)[1])
    assert log.read_text() == "no network here\n"
    assert not [left for left in log.parent.iterdir() if left.is_dir()]


def test_two_processes_that_fetch_at_once_both_get_a_whole_part(tmp_path: Path) -> None:
    script = "from infra.deploy import parts; import os; os.write(1, str(parts.ical4j_libs()).encode())"
    surroundings = os.environ | {"QUORATE_PARTS": str(tmp_path)}
    command = [sys.executable, "-c", script]
    both = [subprocess.Popen(command, env=surroundings, stdout=subprocess.PIPE) for _ in range(2)]
    one, other = (Path(process.communicate()[0].decode()) for process in both)
    assert one == other
    assert len(list(one.glob("*.jar"))) == 5
    assert [left for left in tmp_path.iterdir() if left.is_dir()] == [one]
