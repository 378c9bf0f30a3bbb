"""The signature of a webhook, by Standard Webhooks 1.0: HMAC-SHA256 over id, second and body, under a shared secret.

A reader takes the bytes after `whsec_` as base64, reckons the HMAC over `<webhook-id>.<webhook-timestamp>.<body>` and
compares it with the base64 after `v1,` in webhook-signature; whatever is older than five minutes was recorded by
somebody and is played back. tests/infra/test_webhooks.py reckons the standard's own example.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets

PREFIX = "whsec_"
SHORTEST, LONGEST = 24, 64  # bytes, as the standard wants


class NoSecret(ValueError):
    """Not a secret to sign with; the sentence says what one looks like."""


def fresh() -> str:
    """A secret of 32 random bytes."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def key_of(secret: str) -> bytes:
    """The bytes of a secret. Raises NoSecret."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(PREFIX) or not SHORTEST <= len(key) <= LONGEST:
        raise NoSecret(f"it is no secret: write {PREFIX} and {SHORTEST} to {LONGEST} random bytes in base64")
    return key


def signed(secret: str, id_: str, second: int, body: bytes) -> dict[str, str]:
    """The three headers of one webhook. Raises NoSecret."""
    said = b".".join((id_.encode(), str(second).encode(), body))
    signature = base64.b64encode(hmac.digest(key_of(secret), said, "sha256")).decode()
    return {"webhook-id": id_, "webhook-timestamp": str(second), "webhook-signature": f"v1,{signature}"}
