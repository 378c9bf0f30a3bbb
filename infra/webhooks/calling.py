"""One POST to an address that somebody else chose: never inwards unless we are told that it may be, never onwards.

The only room that knows aiohttp. The address is judged where the socket is made, after the name was looked up, so
that no name and no way of writing a number leads anywhere else.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

PATIENCE_SECONDS = 5.0
LONGEST_URL = 2000
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")

Network = IPv4Network | IPv6Network

# What the library takes for public, some of it only in some versions: old site-local addresses, documentation, the way
# of 6to4, the local way from IPv6 to IPv4, and addresses of a protocol's own.
INWARDS = tuple(map(ip_network, ("fec0::/10", "3fff::/20", "192.88.99.0/24", "64:ff9b:1::/48", "192.0.0.0/24")))
ISATAP = 0xFDFFFFFF  # all but the bit that says whether the IPv4 address within is public


class Heard(Struct, frozen=True):
    """It answered with a 2xx: it has the event."""


class Refused(Struct, frozen=True):
    """It answered otherwise, or may not be called."""

    sentence: str


class Silent(Struct, frozen=True):
    """It could not be reached, or did not answer in time."""

    sentence: str


Answer = Heard | Refused | Silent


class _NotOutside(OSError):
    """An address that lies within."""


def fault_of(url: str) -> str:
    """Why this may be no subscriber's address, in one clause; empty if it may."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return "it is not a URL"
    if not url.isascii() or not url.isprintable() or " " in url or len(url) > LONGEST_URL:
        return f"it is longer than {LONGEST_URL} characters, or has some that a URL has not"
    if parts.scheme != "https" and not (parts.scheme == "http" and host in THIS_MACHINE):
        return "it does not begin with https://, and only this machine may be called without"
    if not host or parts.username is not None or parts.password is not None or parts.fragment:
        return "it must name a host, and neither a user nor a fragment"
    return ""


def lies_within(url: str, within: Iterable[Network]) -> bool:
    """Whether this URL plainly names an address that may not be called; what a host's name leads to is seen later."""
    host = urlsplit(url).hostname or ""
    try:
        return not is_outside("127.0.0.1" if host == "localhost" else host, within)
    except ValueError:
        return False


def is_outside(address: str, within: Iterable[Network]) -> bool:
    """Whether this address may be called: a public one, or one of the networks that were named."""
    ip = ip_address(address)
    if any(ip in network for network in within):
        return True
    inwards = any(ip in network for network in INWARDS) or _carries_another(ip)
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or inwards)


def _carries_another(ip: IPv4Address | IPv6Address) -> bool:
    """An IPv6 address in which an IPv4 address travels, inwards perhaps."""
    if not isinstance(ip, IPv6Address):
        return False
    return bool(ip.ipv4_mapped or ip.sixtofour or ip.teredo) or int(ip) >> 32 & ISATAP == 0x5EFE


async def call(url: str, headers: Mapping[str, str], body: bytes, within: tuple[Network, ...]) -> Answer:
    """Post this once. Redirections are not followed, nothing of the answer but its status is read."""
    if fault := fault_of(url):
        return Refused(f"its address may not be called: {fault}")
    import aiohttp  # takes longer to import than everything else here, and most homes have no subscriber

    def outside(info: Any) -> socket.socket:
        family, kind, proto, _, address = info
        if not is_outside(address[0].partition("%")[0], within):
            raise _NotOutside(f"{address[0]} lies within: name its network in QUORATE_WEBHOOK_NETWORKS if it may be")
        return socket.socket(family, kind, proto)

    connector = aiohttp.TCPConnector(socket_factory=outside, use_dns_cache=False, force_close=True)
    patience = aiohttp.ClientTimeout(total=PATIENCE_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(
                connector=connector, timeout=patience, cookie_jar=aiohttp.DummyCookieJar()
            ) as session,
            session.post(url, data=body, headers=headers, allow_redirects=False) as answer,
        ):
            status = answer.status
    except aiohttp.ClientConnectorError as error:
        if isinstance(error.os_error, _NotOutside):
            return Refused(f"its address may not be called: {error.os_error}")
        return Silent(f"it cannot be reached ({type(error).__name__})")
    except aiohttp.InvalidURL:
        return Refused("its address may not be called: it is not a URL")
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
        return Silent(f"it cannot be reached ({type(error).__name__})")
    return Heard() if 200 <= status < 300 else Refused(f"it answered {status}")
