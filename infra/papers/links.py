"""The link by which one person answers one invitation: made again from the server's key, so that it is kept nowhere.

It is the invitation's name and a seal over it (decision 22): HMAC(server key, invitation, generation). Raising the
generation revokes it. In hex alone, since programs that find addresses in a text let go of a closing dash.
"""

from __future__ import annotations

import hmac
import re

from msgspec import Struct

SEAL_DIGITS = 32  # 128 bits
TOKEN = re.compile(rf"([0-9a-f]{{32}})([0-9a-f]{{{SEAL_DIGITS}}})")


class Links(Struct, frozen=True):
    """base: where the pages are asked for, without a closing slash; empty: no mail bears a link."""

    base: str
    key: bytes

    def url(self, invitation: str, generation: int) -> str:
        return f"{self.base}/a/{invitation}{self.seal(invitation, generation)}"

    def seal(self, invitation: str, generation: int) -> str:
        said = f"{invitation} {generation}".encode()
        return hmac.digest(self.key, said, "sha256").hex()[:SEAL_DIGITS]

    def opens(self, seal: str, invitation: str, generation: int) -> bool:
        return hmac.compare_digest(seal.encode(), self.seal(invitation, generation).encode())
