"""The worker's door: one process of Faust agents that settles what the topics bring, until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import tempfile

from faust import SASLCredentials
from faust.types.auth import CredentialsT as Credentials

from infra.kafka.login import MECHANISM, trust
from infra.kafka.rights import must_read
from infra.settings import Login, Settings, read
from infra.watch.beside import beside
from infra.watch.questions import of_worker
from infra.wiring import house
from streams.agents import LOST, app, attach
from streams.clock import wall

GROUP = "quorate-settle"
WATCH_SECONDS = 0.5

log = logging.getLogger(__name__)


async def work(settings: Settings) -> None:
    """Settle until SIGTERM or SIGINT. A Faust that died inside ends the process with exit code 70."""
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    with tempfile.TemporaryDirectory(prefix="quorate-worker-") as folder:
        async with house(settings) as open_house:
            faust_app = app(GROUP, settings.kafka, folder, _credentials(settings.kafka_login))
            attach(faust_app, lambda: open_house.office, wall, open_house.pulse)
            started = asyncio.Event()
            questions = of_worker(
                settings,
                GROUP,
                open_house.pulse,
                lambda: faust_app.consumer.assignment() if started.is_set() else (),
            )
            with beside(settings, open_house.pulse, questions):
                await faust_app.start()
                started.set()
                log.warning("worker ready")
                while not stopped.is_set():
                    if faust_app.crashed or faust_app.should_stop:
                        log.error("faust died (%r); ending this process", faust_app.crash_reason)
                        os._exit(LOST)
                    await asyncio.wait([asyncio.ensure_future(stopped.wait())], timeout=WATCH_SECONDS)
                await faust_app.stop()


def _credentials(login: Login | None) -> Credentials | None:
    if login is None:
        return None
    return SASLCredentials(username=login.user, password=login.password, ssl_context=trust(login), mechanism=MECHANISM)


def main(settings: Settings) -> None:
    """One worker; what a supervisor starts. Raises CannotNow where the broker would refuse it."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    if settings.kafka_login:
        must_read(settings.kafka, settings.kafka_login, GROUP)
    asyncio.run(work(settings))


if __name__ == "__main__":
    main(read())
