"""The leak scan: does a mail say, anywhere at all, a name that its reader should not learn?

It reads a mail as a curious person would: every header, part, file name and attribute, unfolded, unescaped
and decoded as often as it can be, so that a name is found however it was wrapped.
"""

import base64
import binascii
import html
import quopri
import re
import unicodedata
from collections.abc import Iterable, Iterator
from email.header import decode_header
from email.message import EmailMessage, Message
from urllib.parse import unquote

DEPTH = 4  # wrappings within wrappings
BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}(?:\s+[A-Za-z0-9+/_-]{4,})*={0,2}")


def found(names: Iterable[str], message: EmailMessage) -> list[str]:
    """Each planted name that the mail gives away, with the place; an empty list if there is none.

    Names are compared without regard to case, spacing or how accents are composed. Choose distinctive ones:
    a name is looked for inside longer words too.
    """
    wanted = [(name, _bare(name)) for name in names]
    if not all(bare for _, bare in wanted):
        raise ValueError("an empty name would be found everywhere")
    return sorted(
        {
            f"{name!r} in {place}"
            for place, text in _places(message)
            for reading in _readings(text)
            for seen in (_bare(reading),)
            for name, bare in wanted
            if bare in seen
        }
    )


def _bare(text: str) -> str:
    """Without case, spacing, hyphens or anything unseen: `07700 900-123` is `07700900123`."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s\-\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]", "", folded)


def _places(message: Message, where: str = "mail") -> Iterator[tuple[str, str]]:
    """Every stretch of text in the mail, with a word for where it stands."""
    for header, value in message.items():
        yield f"{where}: header {header}", str(value)
    for header, value in message.raw_items() if isinstance(message, EmailMessage) else ():
        yield f"{where}: header {header}", str(value)
    yield f"{where}: file name", str(message.get_filename() or "")
    yield from ((f"{where}: beside the parts", text or "") for text in (message.preamble, message.epilogue))
    if message.is_multipart():
        yield f"{where}: boundary", str(message.get_boundary() or "")
        for number, part in enumerate(message.get_payload()):
            yield from _places(part, f"{where} > {number + 1} {part.get_content_type()}")
        return
    body = message.get_payload(decode=True)
    if isinstance(body, bytes):
        for charset in {message.get_content_charset() or "utf-8", "utf-8", "latin-1"}:
            yield where, body.decode(charset, "replace")


def _readings(text: str) -> set[str]:
    """The text as it stands, and each way of unwrapping it, and of unwrapping that."""
    seen = {text}
    fresh = {text}
    for _ in range(DEPTH):
        fresh = {reading for known in fresh for reading in _unwrapped(known)} - seen
        seen |= fresh
    return seen


def _unwrapped(text: str) -> Iterator[str]:
    yield html.unescape(text)
    yield re.sub(r"<[^>]*>", "", text)
    yield unquote(text)
    unfolded = re.sub(r"\r?\n[ \t]", "", text)
    yield re.sub(r"\\([\\;,nN])", lambda m: " " if m[1] in "nN" else m[1], unfolded)
    if re.search(r"=[0-9A-Fa-f]{2}|=\r?\n", text):
        yield quopri.decodestring(text.encode("utf-8", "replace")).decode("utf-8", "replace")
    if "=?" in text:
        yield _encoded_words(text)
    for run in BASE64.findall(text):
        yield from _from_base64(run)


def _encoded_words(text: str) -> str:
    try:
        parts = decode_header(text)
    except (ValueError, binascii.Error):
        return ""
    return "".join(p if isinstance(p, str) else p.decode(c or "utf-8", "replace") for p, c in parts)


def _from_base64(run: str) -> Iterator[str]:
    """The run as one whole, and each of its words alone; only what decodes to text."""
    for piece in {re.sub(r"\s", "", run), *run.split()}:
        plain = piece.rstrip("=").translate(str.maketrans("-_", "+/"))
        try:
            yield base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True).decode("utf-8")
        except (ValueError, binascii.Error):
            continue
