"""Serving the site over HTTP until a signal comes; TLS is for whatever stands before us."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn

from infra.web.site import site
from infra.wiring import House

LONGEST_HEAD = 16_384  # bytes of a request's lines before its body
AT_ONCE = 200  # requests; beyond these we say that we are busy
PATIENCE = 5  # seconds for requests under way once we stop


class Server(uvicorn.Server):
    """Its signals are ours to hear."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(house: House, host: str, port: int) -> AsyncIterator[int]:
    """Serve for as long as the block runs; the port, also where 0 lets the system choose one. Raises OSError."""
    bound = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    server = Server(
        uvicorn.Config(
            site(house),
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            ws="none",
            limit_concurrency=AT_ONCE,
            h11_max_incomplete_event_size=LONGEST_HEAD,
            timeout_graceful_shutdown=PATIENCE,
        )
    )
    logging.getLogger("uvicorn.access").disabled = True  # it would write links out, whoever sets up the logs
    running = asyncio.create_task(server.serve([bound]))
    try:
        yield bound.getsockname()[1]
    finally:
        server.should_exit = True
        await running


async def serve(house: House, host: str, port: int, say: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM, with a line on stderr for each request. Raises OSError where nobody can listen."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("infra.web").setLevel(logging.INFO)
    stopped = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stopped.set)
    async with serving(house, host, port) as bound:
        say(f"Serving {house.settings.web_url} at {host}:{bound}; Ctrl-C stops it.")
        await stopped.wait()
    say("Stopped; nothing is lost.")
