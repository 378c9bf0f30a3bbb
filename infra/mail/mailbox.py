"""The local mailbox: a real SMTP server on this machine alone, which keeps each mail as a file.

The local engine and the tests send here. A mail is on the disk before the server says that it took it. What
the server should do to a recipient is a word, so that refusals, greylisting and dead lines can be played
for real.
"""

from __future__ import annotations

import asyncio
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Literal

from aiosmtpd.smtp import SMTP, Envelope, Session

# cut: the mail is kept, then the line goes dead without an answer. hang_up: the line goes dead before DATA.
Manner = Literal["accept", "refuse", "refuse_content", "greylist", "hang_up", "cut"]
Hook = Callable[[str], Manner]

BY_LOCAL_PART: dict[str, Manner] = {
    "refuse": "refuse",
    "refuse-content": "refuse_content",
    "greylist": "greylist",
    "hang-up": "hang_up",
    "cut": "cut",
}
PATIENCE = 10.0  # seconds for the server's thread to open or to close


def by_local_part(address: str) -> Manner:
    """`refuse@…` or `refuse.anything@…` is refused, and so on; anybody else's mail is accepted."""
    return BY_LOCAL_PART.get(address.partition("@")[0].partition(".")[0], "accept")


class Mailbox:
    """An open mailbox: its `port` on 127.0.0.1, and the mails in its `folder` as they came."""

    def __init__(self, folder: Path, hook: Hook) -> None:
        self.folder = folder
        self.port = 0
        self.hook = hook
        self._last = max((int(path.name.partition("-")[0]) for path in self.mails()), default=0)

    @classmethod
    @contextmanager
    def opened(cls, folder: Path, hook: Hook = by_local_part) -> Iterator[Mailbox]:
        """Serve from a thread of its own until the block ends; what the folder holds already stays."""
        folder.mkdir(parents=True, exist_ok=True)
        mailbox = cls(folder, hook)
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, name="mailbox", daemon=True)
        thread.start()
        try:
            server = asyncio.run_coroutine_threadsafe(mailbox._serve(loop), loop).result(PATIENCE)
            try:
                yield mailbox
            finally:
                asyncio.run_coroutine_threadsafe(_shut(server), loop).result(PATIENCE)
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join(PATIENCE)
            loop.close()

    def mails(self) -> list[Path]:
        """The `.eml` files, first come first."""
        return sorted(self.folder.glob("*.eml"))

    async def _serve(self, loop: asyncio.AbstractEventLoop) -> asyncio.Server:
        def line() -> SMTP:
            return SMTP(self, hostname="mailbox.localhost", ident="Quorate local mailbox", loop=loop)

        server = await loop.create_server(line, host="127.0.0.1", port=0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        match self.hook(address):
            case "refuse":
                return f"550 5.1.1 <{address}>: there is no such mailbox here"
            case "greylist":
                return "451 4.7.1 Greylisted, please try again later"
            case "hang_up":
                _hang_up(server)
                return "421 4.3.0 Closing"
            case _:
                envelope.rcpt_tos.append(address)
                return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        manners = {self.hook(address) for address in envelope.rcpt_tos}
        if "refuse_content" in manners:
            return "550 5.7.1 This mail is not wanted here"
        self._keep(envelope.original_content or b"")
        if "cut" in manners:
            _hang_up(server)
        return "250 2.0.0 OK: kept"

    def _keep(self, content: bytes) -> None:
        """Write beside, fsync, rename, fsync the folder: a mail is whole or is not there."""
        self._last += 1
        name = str(message_from_bytes(content, policy=default)["Message-ID"] or "no-message-id")
        path = self.folder / f"{self._last:06}-{re.sub(r'[^A-Za-z0-9@._-]', '', name)[:120]}.eml"
        beside = path.with_suffix(".part")
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _hang_up(server: SMTP) -> None:
    if isinstance(server.transport, asyncio.WriteTransport):
        server.transport.abort()


async def _shut(server: asyncio.Server) -> None:
    """Close the door, and let go of the lines that are still open, so that nothing is left pending."""
    server.close()
    await server.wait_closed()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
