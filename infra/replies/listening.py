"""The door that our own mail server hands mails on to, by SMTP or LMTP. It says 250 only once a mail is kept."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from infra.replies.taking import take_in
from infra.replies.verdicts import LIMITS
from infra.wiring import House
from streams.office import CannotNow

log = logging.getLogger(__name__)

LONGEST_LINE = 20_000  # bytes; more than RFC 5321 asks for, since people's programs write longer ones
PATIENCE = 60.0  # seconds for a line that says nothing
NOT_NOW = "451 4.3.0 It cannot be kept now, try again later"


class Door:
    """What the server asks of us. Our own mail server stands before us, so that it decides who may send what."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.rpartition("@")[2].lower() != self.house.settings.domain.lower():
            return "550 5.7.1 There is no such mailbox here"
        if envelope.rcpt_tos and isinstance(server, LMTP):
            return "452 4.5.3 One recipient at a time, please"  # LMTP owes each an answer of its own to DATA
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        try:
            came = await take_in(self.house, envelope.original_content or b"", envelope.rcpt_tos)
        except CannotNow as error:
            log.warning("a mail could not be kept: %s", error)
            return NOT_NOW
        except Exception as error:  # a mail that we cannot bear must stay with whoever has it
            log.error("a mail could not be kept: %s", type(error).__name__)
            return NOT_NOW
        return f"250 2.0.0 OK: kept as {came.id}"


class ByLmtp(LMTP):
    line_length_limit = LONGEST_LINE


class BySmtp(SMTP):
    line_length_limit = LONGEST_LINE


@asynccontextmanager
async def listening(house: House, host: str, port: int, lmtp: bool = False) -> AsyncIterator[int]:
    """Listen for as long as the block runs; the port, also where 0 lets the system choose one."""
    loop, kind = asyncio.get_running_loop(), ByLmtp if lmtp else BySmtp

    def line() -> SMTP:
        return kind(
            Door(house),
            data_size_limit=LIMITS.bytes_,
            hostname=house.settings.domain,
            ident="Quorate",
            timeout=PATIENCE,
            loop=loop,
        )

    server = await loop.create_server(line, host, port)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


async def serve(house: House, host: str, port: int, lmtp: bool, say: Callable[[str], None]) -> None:
    """Listen until SIGINT or SIGTERM."""
    stopped = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stopped.set)
    async with listening(house, host, port, lmtp) as bound:
        say(f"Taking in mails on {host}:{bound}; Ctrl-C stops it.")
        await stopped.wait()
    say("Stopped; nothing is lost.")
