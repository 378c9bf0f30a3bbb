"""Watching the whole house: a look every few seconds, told over HTTP until it is stopped."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress

from prometheus_client import CollectorRegistry, generate_latest

from infra.db.engine import connect
from infra.settings import Settings
from infra.watch.chains import Chains
from infra.watch.door import door
from infra.watch.look import look
from infra.watch.measures import OfDatabase
from infra.watch.supervisor import notify

ROUND_SECONDS = 15.0


async def watch(settings: Settings, group: str, port: int | None, opened: Callable[[str], None]) -> str:
    """The metrics after one look, where no port is given; else look on until SIGTERM. opened: hears the address."""
    engine, chains, found, registry = connect(settings.database), Chains(), OfDatabase(), CollectorRegistry()
    registry.register(found)

    async def lacks() -> str:
        return found.look.lacks

    try:
        found.look = await look(settings, group, engine, chains)
        if port is not None:
            async with door(settings.watch_host, port, lacks, registry) as bound:
                opened(f"http://{settings.watch_host}:{bound}/metrics")
                notify("READY=1")
                stopped = _stopped()
                while True:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(stopped.wait(), ROUND_SECONDS)
                        break
                    found.look = await look(settings, group, engine, chains)
                    notify("WATCHDOG=1")
        return generate_latest(registry).decode()
    finally:
        await engine.dispose()


def _stopped() -> asyncio.Event:
    stopped = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stopped.set)
    return stopped
