"""The mailbox that our mails are left in, read by IMAP: each is moved out of the way only once it is kept.

Nothing is remembered of the mailbox: whatever lies in the folder is still to be taken in. So its numbers may change
(UIDVALIDITY) and the line may drop at any moment; a mail that is met twice is known by its name and counts once.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from infra.replies.taking import Came, take_in
from infra.replies.verdicts import LIMITS
from infra.settings import Imap
from infra.wiring import House
from streams.office import CannotNow

log = logging.getLogger(__name__)

PAGE = 50  # mails between two moves
PATIENCE = 60.0  # seconds for a server that says nothing
BODY = b"BODY[]<0>"
WHOLE = f"BODY.PEEK[]<0.{LIMITS.bytes_ + 1}>"  # one byte more than is read, so that a larger one is known to be


async def poll(house: House, imap: Imap, said: Callable[[Came], None]) -> list[int]:
    """Take in every mail of the folder, a page at a time; the server's numbers of those that have to stay there.

    Raises CannotNow; whatever was kept until then stays so."""
    box, left = _Box(imap), list[int]()
    try:
        with _in_one_sentence(imap):
            numbers = await asyncio.to_thread(box.open)
        for first in range(0, len(numbers), PAGE):
            kept: list[int] = []
            for number in numbers[first : first + PAGE]:
                with _in_one_sentence(imap):
                    raw = await asyncio.to_thread(box.mail, number)
                came = await _taken_in(house, raw) if raw is not None else None
                if came is None:
                    left.append(number)
                    continue
                kept.append(number)
                said(came)
            with _in_one_sentence(imap):
                await asyncio.to_thread(box.put_away, kept)
    finally:
        await asyncio.to_thread(box.close)
    return left


async def _taken_in(house: House, raw: bytes) -> Came | None:
    try:
        return await take_in(house, raw)
    except CannotNow:
        raise
    except Exception as error:  # a mail that we cannot bear keeps back no other
        log.error("a mail could not be kept: %s", type(error).__name__)
        return None


@contextmanager
def _in_one_sentence(imap: Imap) -> Iterator[None]:
    where = f"the mailbox {imap.user} at {imap.host}:{imap.port}"
    try:
        yield
    except LoginError:
        raise CannotNow(f"{where} does not let us in: set QUORATE_IMAP_USER and QUORATE_IMAP_PASSWORD") from None
    except (IMAPClientError, OSError) as error:
        raise CannotNow(f"{where} cannot be read now ({error})") from None


class _Box:
    """The line to one folder; each call waits for the server."""

    def __init__(self, imap: Imap) -> None:
        self.imap = imap
        self.line: Any = None

    def open(self) -> Sequence[int]:
        """Its mails by the server's numbers, oldest first. Never without TLS, and a certificate that is checked."""
        imap = self.imap
        trusted = ssl.create_default_context(cafile=imap.ca)
        self.line = IMAPClient(imap.host, imap.port, ssl_context=trusted, timeout=PATIENCE)
        self.line.login(imap.user, imap.password)
        if not self.line.folder_exists(imap.kept):
            self.line.create_folder(imap.kept)
        self.line.select_folder(imap.folder)
        return sorted(self.line.search("UNDELETED"))

    def mail(self, number: int) -> bytes | None:
        """One mail as it stands; None where the server does not give it, though the line still stands."""
        try:
            raw = self.line.fetch([number], [WHOLE]).get(number, {}).get(BODY)
        except IMAPClientAbortError:
            raise
        except IMAPClientError:
            self.line.noop()
            return None
        return raw if isinstance(raw, bytes) else None

    def put_away(self, numbers: Sequence[int]) -> None:
        """Into the folder of what was kept. Where the server cannot move, a copy is made and the mail marked."""
        if not numbers:
            return
        if self.line.has_capability("MOVE"):
            self.line.move(numbers, self.imap.kept)
            return
        self.line.copy(numbers, self.imap.kept)
        self.line.delete_messages(numbers)
        if self.line.has_capability("UIDPLUS"):
            self.line.uid_expunge(numbers)

    def close(self) -> None:
        if self.line is not None:
            self.line.__exit__(None, None, None)  # logs out where the line still stands, and never raises
