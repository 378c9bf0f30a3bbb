"""One mail to one person, by SMTP, and an honest word about what became of it.

Lines to the relay are kept and used again. The only room that knows aiosmtplib. What the relay said for certain is a
value; what can be tried again is an error; what nobody can know is Unknown, and is never repeated blindly by this room
(design, section 2: the lost reply after DATA).
"""

from __future__ import annotations

import re
import time
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP as SMTP_LINES
from email.utils import parseaddr
from pathlib import Path
from types import TracebackType

import aiosmtplib
from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPTimeoutError,
)
from msgspec import Struct

MAILBOX = re.compile(r"[!-;=?A-~]+@[!-;=?A-~]+")  # printable ASCII without < > @ or a space
ADDRESS = re.compile(r"[^\s<>@]+@[^\s<>@:;,]+")
TOO_LARGE = 552
BRIEFLY = 2.0  # seconds to wait for the answer to NOOP or QUIT, which change nothing
RESTED = 10.0  # seconds after which a line that was used before is asked whether it still stands
LINES = 8  # kept open at most
# The relay complains of our own manners or password, not of the recipient.
OUR_FAULT = frozenset({500, 502, 503, 504, 530, 534, 535, 538})


class Accepted(Struct, frozen=True, tag=True):
    """The relay took the mail, which is not knowing that it arrived (decision 13)."""


class Refused(Struct, frozen=True, tag=True):
    """The relay will never take this mail for this recipient; the reason names no address."""

    reason: str


class Unknown(Struct, frozen=True, tag=True):
    """The line went dead after DATA began: the mail may have gone or not."""


Sent = Accepted | Refused | Unknown


class PostUnavailable(Exception):
    """The mail cannot go now, and certainly has not gone; one sentence says why."""


@dataclass(frozen=True, kw_only=True)
class Relay:
    """The mail server that we hand mail to. A password is only ever told under STARTTLS, certificate checked.

    patience: seconds to wait for each answer; ca_file: the authority's own certificate, if not a public one.
    """

    host: str
    port: int = 25
    starttls: bool = False
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    patience: float = 30.0

    def __post_init__(self) -> None:
        if self.user is not None and not self.starttls:
            raise ValueError("a mail password may only travel under STARTTLS: set starttls, or leave the user out")


class PutOff(PostUnavailable):
    """The relay will take this mail later, and others meanwhile."""


class _Dropped(PostUnavailable):
    """The relay ended the line before it was told the mail."""


class Post:
    """Hands mails to one relay; many may be under way at once, each on a line of its own."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._resting: list[tuple[float, SMTP]] = []

    async def __aenter__(self) -> Post:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        while self._resting:
            await self._leave(self._resting.pop()[1])

    async def send(self, message: EmailMessage, to: str) -> Sent:
        """Hand over one mail. The envelope's sender is the mail's From, so that bounces find their way.

        Raises PostUnavailable if it has certainly not gone and may be tried again.
        """
        if not MAILBOX.fullmatch(to):
            return Refused("no mail can be sent to an address like that")
        return await self.hand_over(message.as_bytes(policy=SMTP_LINES), parseaddr(message["From"])[1], to)

    async def hand_over(self, content: bytes, sender: str, to: str) -> Sent:
        """The same of a mail's bytes."""
        while line := await self._rested():
            try:
                return await self._by(line, sender, to, content)
            except _Dropped:  # a relay may end a line that rests, or after so many mails: this says nothing of the mail
                continue
        return await self._by(await self._connected(), sender, to, content)

    async def _by(self, line: SMTP, sender: str, to: str, content: bytes) -> Sent:
        """Over this line, which is kept if the relay has said all that it will say about this mail."""
        sent: Sent | None = None
        try:
            sent = await self._handed_over(line, sender, to, content)
            return sent
        finally:
            await self._put_back(line, sent)

    async def _rested(self) -> SMTP | None:
        """A line that was used before and still stands."""
        while self._resting:
            since, line = self._resting.pop()
            try:
                if time.monotonic() - since > RESTED:
                    await line.noop(timeout=min(self._relay.patience, BRIEFLY))
            except (SMTPException, OSError):
                line.close()
            if line.is_connected:
                return line
            line.close()
        return None

    async def _put_back(self, line: SMTP, sent: Sent | None) -> None:
        if isinstance(sent, Unknown):
            line.close()
        try:
            if line.is_connected and not isinstance(sent, Accepted):
                await line.rset(timeout=min(self._relay.patience, BRIEFLY))
        except (SMTPException, OSError):
            line.close()
        if line.is_connected and len(self._resting) < LINES:
            self._resting.append((time.monotonic(), line))
        else:
            await self._leave(line)

    async def _leave(self, line: SMTP) -> None:
        if line.is_connected:
            with suppress(SMTPException, OSError):
                await line.quit(timeout=min(self._relay.patience, BRIEFLY))
        line.close()

    async def _connected(self) -> SMTP:
        relay = self._relay
        line = SMTP(
            hostname=relay.host,
            port=relay.port,
            start_tls=relay.starttls,
            cert_bundle=str(relay.ca_file) if relay.ca_file else None,
            username=relay.user,
            password=relay.password,
            timeout=relay.patience,
        )
        try:
            await line.connect()
        except (SMTPException, OSError) as fault:
            raise PostUnavailable(f"The mail server {relay.host} cannot be used now: {_said(fault)}.") from fault
        return line

    async def _handed_over(self, line: SMTP, sender: str, to: str, content: bytes) -> Sent:
        try:
            size = [f"SIZE={len(content)}"] if line.supports_extension("size") else []
            await line.mail(sender, options=size)
            await line.rcpt(to)
        except SMTPResponseException as fault:
            if isinstance(fault, SMTPRecipientRefused) and _for_good(fault):
                return Refused(_said(fault))
            if isinstance(fault, SMTPSenderRefused) and fault.code == TOO_LARGE:
                return Refused(_said(fault))
            raise _not_now(fault, line) from fault
        except SMTPTimeoutError as fault:
            line.close()  # else what it says too late would answer the next mail
            raise PostUnavailable(f"The mail server is silent: {_said(fault)}.") from fault
        except (SMTPException, OSError) as fault:
            raise _Dropped(f"The line to the mail server broke: {_said(fault)}.") from fault
        return await self._said_to_content(line, content)

    async def _said_to_content(self, line: SMTP, content: bytes) -> Sent:
        if not line.is_connected:
            raise _Dropped("The line to the mail server broke before the mail was handed over.")
        try:
            await line.data(content)
        except aiosmtplib.SMTPDataError as fault:
            if _for_good(fault):
                return Refused(_said(fault))
            if 400 <= fault.code < 600:
                raise _not_now(fault, line) from fault
            return Unknown()
        except (SMTPException, OSError):
            return Unknown()
        return Accepted()


def _for_good(fault: SMTPResponseException) -> bool:
    return 500 <= fault.code < 600 and fault.code not in OUR_FAULT


def _not_now(fault: SMTPResponseException, line: SMTP) -> PostUnavailable:
    """421 ends the line; any other 4xx is about this mail, since the relay goes on to talk."""
    kind = _Dropped if not line.is_connected else PutOff if 400 <= fault.code < 500 else PostUnavailable
    return kind(f"The mail server does not take the mail now: {_said(fault)}.")


def _said(fault: Exception) -> str:
    """What the server or the system said, on one line, without an address: not even the sender's, which is a secret."""
    said = f"{fault.code} {fault.message}" if isinstance(fault, SMTPResponseException) else str(fault)
    said = ADDRESS.sub("that address", "".join(c if c.isprintable() else " " for c in said[:2000]))
    return " ".join(said.split())[:300].rstrip(".")
