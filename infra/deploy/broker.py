"""A real Apache Kafka broker on this machine: KRaft, broker and controller in one process; alone or one of three.

For tests and the Kafka demo. It listens on 127.0.0.1 only, makes no topic by itself, keeps all it knows in
one folder, and can be killed and started again on the same folder and port, which is what the fault tests are
about.
"""

from __future__ import annotations

import base64
import contextlib
import signal
import subprocess
import time
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from infra.deploy import asking, parts
from infra.deploy.leash import Leashed, NotStarted, free_port
from infra.deploy.server import Server, TryAgain

JVM = ("-Xms256m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData")

# After SIGKILL the controller refuses the broker until its old session is over: 9 s unless said otherwise.
SETTINGS = """\
process.roles=broker,controller
node.id={id}
controller.quorum.voters={voters}
listeners=CLIENTS://127.0.0.1:{port},QUORUM://127.0.0.1:{inner}
advertised.listeners=CLIENTS://127.0.0.1:{port}
listener.security.protocol.map=CLIENTS:PLAINTEXT,QUORUM:PLAINTEXT
controller.listener.names=QUORUM
inter.broker.listener.name=CLIENTS
log.dirs={kept}
auto.create.topics.enable=false
default.replication.factor={copies}
min.insync.replicas={insync}
offsets.topic.replication.factor={copies}
offsets.topic.num.partitions=4
transaction.state.log.replication.factor={copies}
transaction.state.log.min.isr={insync}
transaction.state.log.num.partitions=2
share.coordinator.state.topic.replication.factor={copies}
share.coordinator.state.topic.min.isr={insync}
group.initial.rebalance.delay.ms=0
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
log.cleaner.dedupe.buffer.size=16777216
"""

LOGGING = """\
rootLogger.level=INFO
rootLogger.appenderRef.out.ref=OUT
appender.out.type=Console
appender.out.name=OUT
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d{ISO8601} %p %m (%c)%n
"""


class Broker(Server):
    """One broker on one folder: `with Broker.started(folder) as broker: … broker.bootstrap …`."""

    UP = "Kafka Server started"
    TAKEN = ("Address already in use",)
    FAREWELL = signal.SIGTERM

    def __init__(self, folder: Path, number: int = 1) -> None:
        """Only remembers the folder and the broker's number; use `started`."""
        super().__init__(folder, "broker.log")
        self.number = number
        self._kept = self.folder / "kept"
        self._settings = self.folder / "server.properties"
        self._port = 0

    @classmethod
    def started(cls, folder: Path) -> Self:
        """A broker that answers, on free ports; what the folder holds from an earlier run is kept.

        Raises PartMissing or NotStarted.
        """
        broker = cls(folder)
        broker._start_somewhere()
        return broker

    @property
    def bootstrap(self) -> str:
        """What a client needs to know: "127.0.0.1:PORT". The same after every restart."""
        return f"127.0.0.1:{self._port}"

    def knows(self) -> int:
        """How many live brokers it knows of, itself included; 0 while it does not answer."""
        return asking.brokers(self._port)

    def prepare(self, inner: Mapping[int, int], cluster: str) -> None:
        """Take a free port and write the settings. inner: the port of each voting controller, by broker number."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "log4j2.properties").write_text(LOGGING)
        self._port = free_port()
        self._settings.write_text(
            SETTINGS.format(
                id=self.number,
                voters=",".join(f"{number}@127.0.0.1:{port}" for number, port in inner.items()),
                port=self._port,
                inner=inner[self.number],
                kept=self._kept,
                copies=len(inner),
                insync=len(inner) // 2 + 1,
            )
        )
        if not (self._kept / "meta.properties").exists():
            self._format(cluster)

    def _choose_ports(self) -> None:
        self.prepare({self.number: free_port()}, _new_cluster())

    def _launched(self) -> Leashed:
        return Leashed(self._java("kafka.Kafka", str(self._settings)), self.log)

    def _answers(self) -> bool:
        return self.knows() > 0

    def _java(self, main: str, *words: str) -> list[str]:
        logging = f"-Dlog4j2.configurationFile={(self.folder / 'log4j2.properties').as_uri()}"
        return [parts.java(), *JVM, logging, "-cp", f"{parts.kafka_libs()}/*", main, *words]

    def _format(self, cluster: str) -> None:
        tool = self._java("kafka.tools.StorageTool", "format", "--ignore-formatted", "-t", cluster)
        done = subprocess.run([*tool, "-c", str(self._settings)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise NotStarted(f"Kafka could not format {self._kept}: {(done.stderr or done.stdout).strip()[-500:]}")


class Cluster:
    """Three brokers, each with a copy of every record: `with Cluster.started(folder) as cluster: … cluster[2].kill()`.

    A record is acknowledged when two have it, so one of them may be killed at any time, and restarted.
    """

    def __init__(self, folder: Path) -> None:
        """Only remembers the folder; use `started`."""
        self.brokers = {number: Broker(folder / str(number), number) for number in (1, 2, 3)}

    @classmethod
    def started(cls, folder: Path) -> Self:
        """Three brokers that know one another, on free ports and an empty folder. Raises PartMissing or NotStarted."""
        cluster = cls(folder)
        name = _new_cluster()
        for _ in range(4):
            inner = {number: free_port() for number in cluster.brokers}
            with contextlib.suppress(TryAgain):
                cluster._start(inner, name)
                return cluster
        raise NotStarted("Three brokers found no free ports in four tries.")

    @property
    def bootstrap(self) -> str:
        """The addresses of all three, with commas between; the same after every restart."""
        return ",".join(broker.bootstrap for broker in self.brokers.values())

    def __getitem__(self, number: int) -> Broker:
        return self.brokers[number]

    def stop(self) -> None:
        """An orderly end, all at once: a broker left alone would wait for the others."""
        with ThreadPoolExecutor() as pool:
            list(pool.map(Broker.stop, self.brokers.values()))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _t: type[BaseException] | None, _e: BaseException | None, _b: TracebackType | None) -> None:
        self.stop()

    def _start(self, inner: Mapping[int, int], name: str) -> None:
        """Together, since none is up before two of them can vote."""

        def start(broker: Broker) -> None:
            broker.prepare(inner, name)
            broker._start()

        try:
            with ThreadPoolExecutor() as pool:
                list(pool.map(start, self.brokers.values()))
            self.wait_for_all()
        except BaseException:
            self.stop()
            raise

    def wait_for_all(self, seconds: float = 30.0) -> None:
        """Return when each of the three knows that all are live. Raises NotStarted after so many seconds."""
        until = time.monotonic() + seconds
        while any(broker.knows() < len(self.brokers) for broker in self.brokers.values()):
            if time.monotonic() > until:
                raise NotStarted(f"The three brokers do not know one another after {seconds:.0f} s.")
            time.sleep(0.1)


def _new_cluster() -> str:
    return base64.urlsafe_b64encode(b"q" + uuid.uuid4().bytes[1:]).rstrip(b"=").decode()
