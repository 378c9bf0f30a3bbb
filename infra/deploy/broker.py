"""A real Apache Kafka broker on this machine: one node, KRaft, broker and controller in one process.

For tests and the Kafka demo. It listens on 127.0.0.1 only, makes no topic by itself, keeps all it knows in
one folder, and can be killed and started again on the same folder and port, which is what the fault tests are
about.
"""

from __future__ import annotations

import base64
import signal
import subprocess
import uuid
from pathlib import Path
from typing import Self

from infra.deploy import asking, parts
from infra.deploy.leash import Leashed, NotStarted, free_port
from infra.deploy.server import Server

JVM = ("-Xms256m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData")

# After SIGKILL the controller refuses the broker until its old session is over: 9 s unless said otherwise.
SETTINGS = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{inner}
listeners=CLIENTS://127.0.0.1:{port},QUORUM://127.0.0.1:{inner}
advertised.listeners=CLIENTS://127.0.0.1:{port}
listener.security.protocol.map=CLIENTS:PLAINTEXT,QUORUM:PLAINTEXT
controller.listener.names=QUORUM
inter.broker.listener.name=CLIENTS
log.dirs={kept}
auto.create.topics.enable=false
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=2
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
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

    def __init__(self, folder: Path) -> None:
        """Only remembers the folder; use `started`."""
        super().__init__(folder, "broker.log")
        self._kept = self.folder / "kept"
        self._settings = self.folder / "server.properties"
        self._port = 0

    @classmethod
    def started(cls, folder: Path) -> Self:
        """A broker that answers, on free ports; what the folder holds from an earlier run is kept.

        Raises PartMissing or NotStarted.
        """
        broker = cls(folder)
        broker.folder.mkdir(parents=True, exist_ok=True)
        (broker.folder / "log4j2.properties").write_text(LOGGING)
        broker._start_somewhere()
        return broker

    @property
    def bootstrap(self) -> str:
        """What a client needs to know: "127.0.0.1:PORT". The same after every restart."""
        return f"127.0.0.1:{self._port}"

    def _choose_ports(self) -> None:
        self._port = free_port()
        self._settings.write_text(SETTINGS.format(port=self._port, inner=free_port(), kept=self._kept))
        if not (self._kept / "meta.properties").exists():
            self._format()

    def _launched(self) -> Leashed:
        return Leashed(self._java("kafka.Kafka", str(self._settings)), self.log)

    def _answers(self) -> bool:
        return asking.brokers(self._port) > 0

    def _java(self, main: str, *words: str) -> list[str]:
        logging = f"-Dlog4j2.configurationFile={(self.folder / 'log4j2.properties').as_uri()}"
        return [parts.java(), *JVM, logging, "-cp", f"{parts.kafka_libs()}/*", main, *words]

    def _format(self) -> None:
        cluster = base64.urlsafe_b64encode(b"q" + uuid.uuid4().bytes[1:]).rstrip(b"=").decode()
        tool = self._java("kafka.tools.StorageTool", "format", "--ignore-formatted", "-t", cluster)
        done = subprocess.run([*tool, "-c", str(self._settings)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise NotStarted(f"Kafka could not format {self._kept}: {(done.stderr or done.stdout).strip()[-500:]}")
