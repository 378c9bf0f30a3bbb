"""A post for played lives: the interface of infra.mail.post.Post, the manners of infra.mail.mailbox, and no network.

One suite (test_simulation) holds it against the real Post with the real mailbox, manner by manner.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP as SMTP_LINES

from infra.mail.mailbox import Manner
from infra.mail.post import MAILBOX, Accepted, Post, PostUnavailable, Refused, Sent, Unknown
from tests.simulation.evidence import Delivered

# (message id, address, which attempt at this message) -> what the relay does
Asked = Callable[[str, str, int], Manner]


class PlayedPost(Post):
    """Keeps each mail that a relay would have kept. now is set by whoever plays."""

    def __init__(self, manner: Asked, mails: list[Delivered], now: datetime) -> None:
        self.manner, self.mails, self.now = manner, mails, now
        self._attempts: dict[str, int] = {}
        self._resting = []  # no line is ever open

    async def send(self, message: EmailMessage, to: str) -> Sent:
        if not MAILBOX.fullmatch(to):
            return Refused("no mail can be sent to an address like that")
        content = message.as_bytes(policy=SMTP_LINES)
        name = str(message["Message-ID"])
        attempt = self._attempts[name] = self._attempts.get(name, 0) + 1
        match self.manner(name, to, attempt):
            case "refuse":
                return self._kept(Refused("550 5.1.1 there is no such mailbox here"), to, content, "refused")
            case "refuse_content":
                return self._kept(Refused("550 5.7.1 This mail is not wanted here"), to, content, "refused")
            case "greylist":
                raise PostUnavailable("The mail server does not take the mail now: 451 4.7.1 Greylisted.")
            case "hang_up":
                raise PostUnavailable("The line to the mail server broke.")
            case "cut":
                return self._kept(Unknown(), to, content, "unknown")
            case _:
                return self._kept(Accepted(), to, content, "accepted")

    def _kept(self, sent: Sent, to: str, content: bytes, fate: str) -> Sent:
        self.mails.append(Delivered(self.now, to, content, fate))
        return sent
