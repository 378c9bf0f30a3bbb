"""Word to systemd, as sd_notify sends it: one datagram; none where nobody supervises us so."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress

MICROSECONDS = 1_000_000


def notify(word: str, environment: Mapping[str, str] = os.environ) -> None:
    """`READY=1` once, and `WATCHDOG=1` for as long as all is well; one who does not listen is not waited for."""
    address = environment.get("NOTIFY_SOCKET")
    if address:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line, suppress(OSError):
            line.setblocking(False)
            line.connect("\0" + address[1:] if address[0] == "@" else address)
            line.send(word.encode())


def patience(environment: Mapping[str, str] = os.environ) -> float | None:
    """Seconds within which the supervisor wants to hear from us again; None: it does not."""
    text = environment.get("WATCHDOG_USEC")
    return int(text) / MICROSECONDS if text else None
