"""One mail to one person, by SMTP, and an honest word about what became of it.

The only room that knows aiosmtplib. What the relay said for certain is a value; what can be tried again is
an error; what nobody can know is Unknown, and is never repeated blindly by this room (design, section 2:
the lost reply after DATA).
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP as SMTP_LINES
from email.utils import parseaddr
from pathlib import Path

import aiosmtplib
from aiosmtplib import SMTP, SMTPException, SMTPRecipientRefused, SMTPResponseException, SMTPSenderRefused
from msgspec import Struct

MAILBOX = re.compile(r"[!-;=?A-~]+@[!-;=?A-~]+")  # printable ASCII without < > @ or a space
TOO_LARGE = 552
GOODBYE = 2.0  # seconds to wait for the answer to QUIT, which changes nothing
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


class Post:
    """Hands mails to one relay; each on a connection of its own, so that many may be under way at once."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay

    async def send(self, message: EmailMessage, to: str) -> Sent:
        """Hand over one mail. The envelope's sender is the mail's From, so that bounces find their way.

        Raises PostUnavailable if it has certainly not gone and may be tried again.
        """
        if not MAILBOX.fullmatch(to):
            return Refused("no mail can be sent to an address like that")
        content = message.as_bytes(policy=SMTP_LINES)
        line = await self._connected()
        try:
            return await self._handed_over(line, parseaddr(message["From"])[1], to, content)
        finally:
            with suppress(SMTPException, OSError):
                await line.quit(timeout=min(self._relay.patience, GOODBYE))
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
                return Refused(_said(fault, to))
            if isinstance(fault, SMTPSenderRefused) and fault.code == TOO_LARGE:
                return Refused(_said(fault, to))
            raise PostUnavailable(f"The mail server does not take the mail now: {_said(fault, to)}.") from fault
        except (SMTPException, OSError) as fault:
            raise PostUnavailable(f"The line to the mail server broke: {_said(fault, to)}.") from fault
        return await self._said_to_content(line, to, content)

    async def _said_to_content(self, line: SMTP, to: str, content: bytes) -> Sent:
        if not line.is_connected:
            raise PostUnavailable("The line to the mail server broke before the mail was handed over.")
        try:
            await line.data(content)
        except aiosmtplib.SMTPDataError as fault:
            if _for_good(fault):
                return Refused(_said(fault, to))
            if 400 <= fault.code < 600:
                raise PostUnavailable(f"The mail server does not take the mail now: {_said(fault, to)}.") from fault
            return Unknown()
        except (SMTPException, OSError):
            return Unknown()
        return Accepted()


def _for_good(fault: SMTPResponseException) -> bool:
    return 500 <= fault.code < 600 and fault.code not in OUR_FAULT


def _said(fault: Exception, to: str = "") -> str:
    """What the server or the system said, on one line, without the recipient's address."""
    said = f"{fault.code} {fault.message}" if isinstance(fault, SMTPResponseException) else str(fault)
    if to:
        said = re.sub(re.escape(to), "that address", said, flags=re.IGNORECASE)
    return " ".join("".join(c if c.isprintable() else " " for c in said).split())[:300].rstrip(".")
