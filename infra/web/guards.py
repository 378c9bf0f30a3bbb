"""What stands before every page: headers, a log that names no link, and refusals of what comes too often or from
elsewhere."""

from __future__ import annotations

import logging
import re
import secrets
from time import monotonic
from urllib.parse import urlsplit

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from infra.papers.words import one_line
from infra.web.pages import sorry

SECRET = re.compile(r"/a/.*|[0-9a-f]{33,}", re.DOTALL)
READS = ("GET", "HEAD")
# Councils and hospitals stand behind one address, so that its limit is wide; nobody answers one invitation so often.
BY_ADDRESS, BY_LINK = RateLimitItemPerMinute(600), RateLimitItemPerHour(30)
CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self' 'nonce-{nonce}'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
A_YEAR = "max-age=31536000"

log = logging.getLogger(__name__)


class Guards:
    """Around the pages. base: the address under which people reach them."""

    def __init__(self, app: ASGIApp, base: str) -> None:
        url = urlsplit(base)
        self.app, self.origin, self.tls = app, f"{url.scheme}://{url.netloc}", url.scheme == "https"
        self.limiter = MovingWindowRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = monotonic(), 0
        scope["nonce"] = secrets.token_urlsafe(16)

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._say(MutableHeaders(scope=message), scope["nonce"])
            await send(message)

        try:
            await self._let_in(scope, receive, answer)
        finally:
            path = SECRET.sub("/a/…", scope["path"])
            log.info("%s %s %d %.0f ms", scope["method"], one_line(path), status, 1000 * (monotonic() - began))

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        app = self.app
        if scope["method"] not in READS and not self._from_here(request.headers):
            app = sorry(request, 403, "elsewhere")
        elif await self._too_often(request):
            app = sorry(request, 429, "often")
            app.headers["retry-after"] = "60"
        await app(scope, receive, send)

    def _say(self, headers: MutableHeaders, nonce: str) -> None:
        headers["content-security-policy"] = CSP.format(nonce=nonce)
        headers.setdefault("cache-control", "no-store")
        for name, value in HEADERS.items():
            headers[name] = value
        if self.tls:
            headers["strict-transport-security"] = A_YEAR

    def _from_here(self, headers: Headers) -> bool:
        """Whether a page of ours sent this: the browser says so, or else at least from which site it is."""
        site = headers.get("sec-fetch-site")
        return site == "same-origin" if site else headers.get("origin") == self.origin

    async def _too_often(self, request: Request) -> bool:
        address = request.client.host if request.client else ""
        counted: list[tuple[RateLimitItem, str]] = [(BY_ADDRESS, address)]
        if request.method not in READS:
            counted.append((BY_LINK, request.url.path))
        return not all([await self.limiter.hit(item, key) for item, key in counted])
