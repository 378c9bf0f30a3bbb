"""The watch's door: health and metrics over HTTP, in one sentence or in Prometheus's own form."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from infra.settings import SettingsFault

Asked = Callable[[], Awaitable[str]]  # what is lacking, in one sentence; empty if nothing is


@asynccontextmanager
async def door(host: str, port: int, lacks: Asked, registry: CollectorRegistry) -> AsyncIterator[int]:
    """Open while in here, at the port that is yielded (0 takes a free one). Raises SettingsFault."""

    async def live(_: web.Request) -> web.Response:
        return web.Response(text="yes\n")

    async def ready(_: web.Request) -> web.Response:
        lacking = await lacks()
        return web.Response(text=f"{lacking or 'yes'}\n", status=503 if lacking else 200)

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.add_routes([web.get("/health/live", live), web.get("/health/ready", ready), web.get("/metrics", metrics)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except (OSError, OverflowError) as error:
            raise SettingsFault(
                f"nobody can listen at {host}:{port} ({error}): give another QUORATE_WATCH_PORT"
            ) from None
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
