"""A mail taken apart within limits: what stands on its outside, and its parts as text.

The standard library's parser is fed only what its cost is bounded for. Headers are taken raw, since it would otherwise
take them apart by rules that some of them break.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses, parsedate_to_datetime

from infra.papers.words import one_line
from infra.replies.verdicts import Envelope, Limits
from infra.replies.words import out_of_html

Part = Message
CONTAINER = re.compile(rb"multipart/|message/", re.IGNORECASE)
CONTENT_HEADER = re.compile(rb"(?im)^(?:content-[a-z-]+|mime-version):[^\n]*(?:\n[ \t][^\n]*)*")
MESSAGE_ID = re.compile(r"<([^<>\s]{1,250})>")
ENCODED = re.compile(r"=\?[^?\s]{1,40}\?[bqBQ]\?[^?\s]*\?=")
# Encodings of text alone: the library knows others, some of which cost time that grows with the square.
CHARSETS = re.compile(r"(utf|iso|cp|koi8|ascii|us-ascii|big5|gb|hz|shift|euc|mac|tis|johab|ptcp)[a-z0-9_-]*")
SHIFTING = re.compile(r"iso2022|hz|utf-7", re.IGNORECASE)  # written in ASCII, so that it would pass for UTF-8
KIND = re.compile(rb"(?im)^content-type:\s*([a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,60})")
FILE_NAME = re.compile(rb"(?i)\bfilename=\"?([^\"\r\n;]{1,80})")
LONGEST_HEADER = 4_000
HEAD = 100_000  # bytes in which the headers of a mail beyond the limits are looked for
WORDS = 4_000
MOST = 50  # addresses or references that are looked at


def plain_lines(raw: bytes) -> bytes:
    """The same with every line ended alike, whichever way it came; UTF-16 as UTF-8, no mark of order, no NUL."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raw = raw.decode("utf-16", "replace").encode("utf-8", "replace")
    raw = raw.removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"")
    return raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def beyond(raw: bytes, limits: Limits) -> str:
    """Which limit this mail breaks, in one sentence; empty if none."""
    if len(raw) > limits.bytes_:
        return f"it is larger than {limits.bytes_} bytes"
    lines = plain_lines(raw)
    if lines.count(b"\n") > limits.lines:
        return f"it has more than {limits.lines} lines"
    if sum(1 for _ in CONTAINER.finditer(lines)) > limits.containers:
        return f"it holds more than {limits.containers} mails or multiparts within each other"
    if lines.count(b"\n--") > 3 * limits.parts:
        return f"it has more than {limits.parts} parts"
    for found in CONTENT_HEADER.finditer(lines):
        if len(found[0]) > limits.header_bytes or found[0].count(b";") > limits.parameters:
            return f"one of its headers is longer than {limits.header_bytes} bytes or {limits.parameters} parameters"
    return ""


def outside(raw: bytes) -> Part:
    """The headers alone of a mail that is beyond the limits, without those that say how to read it."""
    head = plain_lines(raw[:HEAD]).lstrip(b"\n").partition(b"\n\n")[0]
    return message_from_bytes(CONTENT_HEADER.sub(b"X-Left-Out:", head) + b"\n\n", policy=compat32)


def in_short(raw: bytes) -> str:
    """What kind of file a mail beyond the limits is, and what it holds, as far as it can be told."""
    kind = KIND.search(raw[:HEAD])
    names = [as_text(name, "") for name in FILE_NAME.findall(raw)[:3]]
    told = one_line(f"it says that it is {kind[1].decode()}" if kind else "it does not say what it is")
    return f"{told} with {one_line(', '.join(names))}" if names else told


def parsed(raw: bytes) -> Part:
    """The mail as the library's parser sees it; it must not be beyond the limits."""
    return message_from_bytes(plain_lines(raw).lstrip(b"\n"), policy=compat32)


def header(part: Part, name: str) -> str:
    """One header on one line, encoded words opened; empty where there is none."""
    return next(iter(headers(part, name)), "")


def headers(part: Part, name: str) -> list[str]:
    return [_opened(value) for value in as_written(part, name)]


def as_written(part: Part, name: str) -> list[str]:
    """These headers with their encoded words closed, as whoever checks a mail on its way reads its addresses."""
    found = [str(value)[:LONGEST_HEADER] for key, value in part.raw_items() if key.lower() == name.lower()]
    return [one_line(as_text(value.encode("utf-8", "surrogateescape"), "")) for value in found[:MOST]]


def _opened(value: str) -> str:
    try:
        told = [
            text if isinstance(text, str) else as_text(text, charset or "")
            for text, charset in (decode_header(value) if ENCODED.search(value) else [(value, None)])
        ]
    except (ValueError, LookupError):  # of its base64
        told = [value]
    return one_line("".join(told))


def addresses(part: Part, *names: str) -> tuple[str, ...]:
    """Every address in these headers, in small letters, each once."""
    try:
        pairs = getaddresses([value for name in names for value in as_written(part, name)])
    except (ValueError, IndexError, RecursionError):
        return ()
    return tuple({a.strip().lower(): None for _, a in pairs[:MOST] if "@" in a})


def media(part: Part) -> str:
    return part.get_content_type().lower()


def parameter(part: Part, name: str, of: str = "content-type") -> str:
    """A parameter of a header, in small letters."""
    try:
        told = part.get_param(name, "", header=of)
    except (ValueError, LookupError):
        return ""
    return one_line(told[2] if isinstance(told, tuple) else str(told or "")).lower()


def file_name(part: Part) -> str:
    return parameter(part, "filename", "content-disposition") or parameter(part, "name")


def leaves(part: Part) -> Iterator[Part]:
    """Every part that holds something itself; a mail within the mail is one of them, and is not looked into."""
    if part.is_multipart() and not media(part).startswith("message/"):
        for inner in part.get_payload():
            yield from leaves(inner)  # type: ignore[arg-type]
    else:
        yield part


def content(part: Part) -> bytes:
    """What a part holds, out of base64 or quoted-printable as far as that can be."""
    try:
        body = part.get_payload(decode=True)
    except (ValueError, LookupError):
        body = None
    return body if isinstance(body, bytes) else b""


def text_of(part: Part) -> str:
    return as_text(content(part), parameter(part, "charset"))


def as_text(body: bytes, charset: str) -> str:
    """The text, whichever charset it says it is in: UTF-8 where it can be that, else what it says, else Windows'. What
    is no character, as UTF-7 may write, is a question mark."""
    return _decoded(body, charset).encode("utf-8", "replace").decode("utf-8")


def _decoded(body: bytes, charset: str) -> str:
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return body.decode("utf-16", "replace")
    if b"\0" in body[:100]:
        return body.decode("utf-16-be" if body[:1] == b"\0" else "utf-16-le", "replace")
    said = charset if CHARSETS.fullmatch(charset) else ""
    for name in (said, "utf-8") if SHIFTING.match(said) else ("utf-8", said):
        try:
            if name:
                return body.decode(codecs.lookup(name).name).removeprefix("\ufeff")
        except (ValueError, LookupError):
            continue
    return body.decode("cp1252", "replace")


def envelope_of(mail: Part, raw: bytes) -> Envelope:
    """What stands on the outside of a mail. One without a Message-ID is named by what it says."""
    texts = {media(p): p for p in reversed(list(leaves(mail))) if media(p) in ("text/plain", "text/html")}
    plain = text_of(texts["text/plain"]) if "text/plain" in texts else ""
    words = plain if plain.strip() or "text/html" not in texts else out_of_html(text_of(texts["text/html"]))
    named = MESSAGE_ID.search(header(mail, "message-id"))
    senders = addresses(mail, "from")
    references = [r for value in headers(mail, "in-reply-to") + headers(mail, "references") for r in _ids(value)]
    return Envelope(
        message_id=named[1] if named else hashlib.sha256(raw).hexdigest()[:32],
        sender=senders[0] if len(senders) == 1 else "",  # of several, each reader believes another
        to=addresses(mail, "to", "cc", "delivered-to", "x-original-to", "envelope-to"),
        refers_to=tuple(dict.fromkeys(references))[-MOST:],
        subject=header(mail, "subject")[:300],
        sent_at=_date(header(mail, "date")),
        authentication=tuple(as_written(mail, "authentication-results")),
        words=words.strip()[:WORDS],
    )


def _ids(value: str) -> list[str]:
    return MESSAGE_ID.findall(value)


def _date(value: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(value[:100])
        return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
