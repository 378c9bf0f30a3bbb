"""The watch beside a worker or a relay: in a thread and a loop of its own, to notice when theirs stands still."""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import os
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import AsyncExitStack, contextmanager, suppress
from functools import partial

from infra.db.engine import connect
from infra.pulse import Pulse
from infra.settings import Settings
from infra.watch.dog import Watchdog
from infra.watch.questions import Questions
from infra.watch.supervisor import notify, patience
from streams.agents import LOST

LOOKS_A_LIMIT = 10
LEAST_SECONDS = 0.2
PARTING_SECONDS = 2.0

log = logging.getLogger(__name__)


@contextmanager
def beside(settings: Settings, pulse: Pulse, questions: Questions) -> Iterator[None]:
    """Watch while in here. Raises SettingsFault where the port cannot be had."""
    begun: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    def run() -> None:
        try:
            asyncio.run(_watch(settings, pulse, questions, begun))
        except Exception as error:
            if begun.done():
                raise
            begun.set_exception(error)

    thread = threading.Thread(target=run, name="watch", daemon=True)
    thread.start()
    loop, stopped = begun.result()
    try:
        yield
    finally:
        with suppress(RuntimeError):  # the loop ended already
            loop.call_soon_threadsafe(stopped.set)
        thread.join(PARTING_SECONDS)


async def _watch(
    settings: Settings,
    pulse: Pulse,
    questions: Questions,
    begun: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]],
) -> None:
    stopped = asyncio.Event()
    async with AsyncExitStack() as open_:
        engine = connect(settings.database)
        open_.push_async_callback(engine.dispose)
        if settings.watch_port is not None:
            # Here, since both libraries take long to import, and most processes open no door.
            from infra.watch.door import door
            from infra.watch.measures import of_process

            registry = of_process(pulse)
            lacks = partial(questions.lacks, engine)
            await open_.enter_async_context(door(settings.watch_host, settings.watch_port, lacks, registry))
        notify("READY=1")
        begun.set_result((asyncio.get_running_loop(), stopped))
        dog = Watchdog(pulse, lambda: questions.work(engine), settings.stuck_seconds)
        pause = max(LEAST_SECONDS, min(settings.stuck_seconds / LOOKS_A_LIMIT or 30, (patience() or 90) / 3))
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(stopped.wait(), pause)
                break
            await _look(dog, settings)


async def _look(dog: Watchdog, settings: Settings) -> None:
    try:
        still = await dog.stuck()
    except Exception:
        log.exception("the watch could not look whether there is work")
        still = ""
    if still:
        log.critical(
            "STUCK: %s waits, and nothing has moved for %s seconds although nothing is away;"
            " ending this process so that its supervisor starts a fresh one. It stood here:",
            still,
            settings.stuck_seconds,
        )
        faulthandler.dump_traceback()
        os._exit(LOST)
    notify("WATCHDOG=1")
