"""What a process needs before it can work, and in one sentence what is not there."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from infra.db.engine import Engine, transaction
from infra.db.schema import HEAD, version
from infra.settings import Settings
from streams.office import CannotNow

PATIENCE_SECONDS = 5.0


async def database_lacks(engine: Engine) -> str:
    """Why the database cannot be worked with; empty if it can."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), transaction(engine) as connection:
            there = await connection.run_sync(version)
    except CannotNow as away:
        return str(away)
    except TimeoutError:
        return f"the database does not answer within {PATIENCE_SECONDS:.0f} seconds"
    if there == HEAD:
        return ""
    mend = "let its owner run quorate doctor" if (there or "") < HEAD else "start a newer Quorate here"
    return f"the tables of the database are at {there or 'nothing'}, and this Quorate needs {HEAD}: {mend}"


async def broker_lacks(settings: Settings) -> str:
    """Why no server of the broker can be reached; empty if one can, or if there is none to reach."""
    servers = [server.rpartition(":") for server in settings.kafka.split(",") if server]
    for host, _, port in servers:
        if port.isdigit() and await answers(host, int(port)):
            return ""
    return f"no Kafka broker answers at {settings.kafka}: start it, or mend QUORATE_KAFKA" if servers else ""


async def answers(host: str, port: int) -> bool:
    """Whether somebody listens there."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True
