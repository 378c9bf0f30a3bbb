"""A subscriber to try webhooks on: a real HTTP server that keeps what it is told and does as it is bid."""

from __future__ import annotations

import base64
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Manner = int | str  # a status, `silence`, `onwards` or `endless`
WITHIN = {"QUORATE_WEBHOOK_NETWORKS": "127.0.0.0/8"}
SECRET = "whsec_" + base64.b64encode(b"a secret that tests share, 32 by").decode()


@dataclass
class Call:
    """One POST as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.body)
        return told

    def is_signed_with(self, secret: str) -> bool:
        """Reckoned as a reader would by the standard's text, not by our code."""
        key = base64.b64decode(secret.split("_", 1)[1])
        said = f"{self.id}.{self.headers['webhook-timestamp']}.{self.body.decode()}"
        mine = base64.b64encode(hmac.new(key, said.encode(), "sha256").digest()).decode()
        fresh = abs(time.time() - int(self.headers["webhook-timestamp"])) < 300
        return fresh and self.headers["webhook-signature"].split(" ") == [f"v1,{mine}"]


@dataclass
class Hearer:
    """calls: all that arrived; manner: what it does to one."""

    manner: Callable[[Call], Manner] = lambda call: 200
    calls: list[Call] = field(default_factory=list)
    port: int = 0
    leaving: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/quorate"

    @property
    def types(self) -> list[str]:
        return [call.event["type"].removeprefix("uk.quorate.public.").removesuffix(".v1") for call in self.calls]


@contextmanager
def hearing(port: int = 0) -> Iterator[Hearer]:
    """Open until the block ends."""
    hearer = Hearer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            call = Call(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
            hearer.calls.append(call)
            manner = hearer.manner(call)
            if manner == "silence":
                hearer.leaving.wait(30)
                return
            self.send_response(302 if manner == "onwards" else 200 if manner == "endless" else int(manner))
            if manner == "onwards":
                self.send_header("location", "/elsewhere")
            self.end_headers()
            while manner == "endless" and not hearer.leaving.is_set():
                try:
                    self.wfile.write(b"x" * 65536)
                except OSError:
                    break

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    hearer.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield hearer
    finally:
        hearer.leaving.set()
        server.shutdown()
        server.server_close()
        thread.join(10)
