"""No mail says what its reader may not learn: a child's or another's name or address, another service's reference.

Every mail is read by a quick reading of our own, which unwraps what a mail can be wrapped in; whatever it suspects, and
one mail in a hundred besides, is read by tests.leaks, which unwraps everything again and again and takes its time.
"""

from __future__ import annotations

import base64
import binascii
import html
import quopri
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from email.header import decode_header
from email.message import Message
from email.policy import default
from typing import Any, cast
from urllib.parse import unquote
from zlib import crc32

from tests.leaks import found
from tests.simulation.evidence import Delivered, Row, Violation
from tests.simulation.reading import Directory

SLOWLY = 128  # one mail in this many is read by tests.leaks as well
UNSEEN = re.compile(r"[\s\-\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
FOLDS = re.compile(r"\r?\n[ \t]")
QUOTED = re.compile(r"=[0-9A-Fa-f]{2}")
TAGS = re.compile(r"<[^>]*>")
RUNS = re.compile(r"[A-Za-z0-9+/_-]{12,}(?:\s+[A-Za-z0-9+/_-]{4,}){0,40}={0,2}")
PLAIN = str.maketrans("-_", "+/")
MESSAGE_ID = re.compile(rb"^message-id:\s*<([^@>\s]+)", re.IGNORECASE | re.MULTILINE)


def message_id(raw: bytes) -> str:
    """The name under which the ledger knows this mail."""
    named = MESSAGE_ID.search(raw)
    return named[1].decode("ascii", "replace") if named else ""


def bare(text: str) -> str:
    """Without case, spacing, hyphens or anything unseen, as tests.leaks compares names."""
    folded = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return UNSEEN.sub("", folded.casefold())


def texts(raw: bytes) -> str:
    """All that a mail says, each part decoded as its reader's program would."""
    return "\n".join(_pieces(message_from_bytes(raw)))


def _pieces(mail: Message) -> Iterator[str]:
    for name, value in mail.items():
        yield f"{name}: {value}"
    named = mail.get_filename()
    if named:
        yield named
    yield from (beside for beside in (mail.preamble, mail.epilogue) if beside)
    if mail.is_multipart():
        for part in cast("list[Message]", mail.get_payload()):
            yield from _pieces(part)
        return
    body = mail.get_payload(decode=True)
    if isinstance(body, bytes):
        charset = mail.get_content_charset() or "utf-8"
        yield body.decode("utf-8", "replace")
        if charset not in ("utf-8", "us-ascii"):
            yield body.decode("latin-1")


def unwrapped(text: str) -> str:
    """The text, and what it says once folds, escapes, tags, per cents and encoded words are undone."""
    plain = FOLDS.sub("", text)
    said = [text]
    if "\\" in plain:
        said.append(plain.replace("\\n", " ").replace("\\", ""))
    if "=?" in plain:
        plain += "\n" + "\n".join(_words(plain))
    turned = unquote(html.unescape(plain))
    said.append(turned)
    if "<" in turned:
        said += [TAGS.sub("", turned), html.unescape(TAGS.sub("", unquote(plain)))]
    if QUOTED.search(plain):
        said.append(html.unescape(quopri.decodestring(text.encode("utf-8", "replace")).decode("utf-8", "replace")))
    return "\n".join(dict.fromkeys(said))


def _words(text: str) -> Iterator[str]:
    for run in re.findall(r"=\?[^?\s]+\?[bBqQ]\?[^?]*\?=(?:\s*=\?[^?\s]+\?[bBqQ]\?[^?]*\?=)*", text):
        try:
            yield "".join(p if isinstance(p, str) else p.decode(c or "utf-8", "replace") for p, c in decode_header(run))
        except (ValueError, LookupError, binascii.Error):
            continue


def _from_base64(text: str) -> Iterator[str]:
    """What decodes to text; a word all in small letters is taken for a word."""
    for run in RUNS.findall(text):
        for piece in {UNSEEN.sub("", run), *(w for w in run.split() if len(w) >= 12)}:
            if piece.islower() or piece.isdecimal():
                continue
            plain = piece.rstrip("=").translate(PLAIN)
            try:
                yield base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True).decode("utf-8")
            except (ValueError, binascii.Error):
                continue


def readings(text: str) -> str:
    """Everything that the quick reading sees in it, bare."""
    seen = unwrapped(text)
    hidden = "\n".join(_from_base64(text))
    if hidden:
        seen += "\n" + unwrapped(hidden)
    return bare(seen)


@dataclass
class Readers:
    """Whose address is whose, by all that was ever told; and which client reference is whose."""

    canaries: Mapping[str, Iterable[str]]
    owners: dict[str, set[str]] = field(default_factory=dict)
    references: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    _bare: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    _read: int = 0
    _clean: set[tuple[str, str]] = field(default_factory=set)
    _any: re.Pattern[str] | None = None

    def learn(self, history: list[Row]) -> None:
        for event in history[self._read :]:
            for one in _addressed(event.get("data") or {}):
                person = one.get("worker") or one.get("person")
                self.owners.setdefault(one["address"].casefold(), set()).add(str(person))
            body = event.get("data") or {}
            if body.get("client_reference") and "service" in body:
                place = (body["service"], body.get("worker", ""))
                self.references.setdefault(body["client_reference"], set()).add(place)
        self._read = len(history)
        known = {who: [(name, bare(name)) for name in names] for who, names in self.canaries.items()}
        if known != self._bare:
            self._bare, self._clean = known, set()
            self._any = any_of({name for names in known.values() for _, name in names})

    def own(self, address: str) -> set[str]:
        return self.owners.get(address.casefold(), set())

    def suspects(self, text: str, own: set[str]) -> list[tuple[str, str]]:
        """(person, name) of each name of another that stands there. Two lines that give nobody away are remembered:
        most lines of a mail stand in many."""
        lines = text.splitlines()
        fresh = [pair for pair in zip(["", *lines], [*lines, ""], strict=True) if pair not in self._clean]
        mine = {known for who in own for _, known in self._bare.get(who, ())}
        words = [name.casefold() for who in own for name in self.canaries.get(who, ())]
        greeted = {line for line in lines if any(word in line.casefold() for word in words)}
        greeting = [pair for pair in fresh if not greeted.isdisjoint(pair)]
        others = [pair for pair in fresh if greeted.isdisjoint(pair)]
        named = self._named(others)
        if not named:
            self._clean.update(others)
        named += self._named(greeting)
        return [(who, name) for who, name, known in named if who not in own and known not in mine]

    def _named(self, pairs: list[tuple[str, str]]) -> list[tuple[str, str, str]]:
        seen = readings("\n".join(f"{a}\n{b}\n" for a, b in pairs))
        if self._any is None or not self._any.search(seen):
            return []
        return [(who, name, known) for who, names in self._bare.items() for name, known in names if known in seen]


def any_of(names: set[str]) -> re.Pattern[str] | None:
    """One pattern for all these names, branching letter by letter: most places are left behind at the first."""
    if not names:
        return None
    tree: dict[str, Any] = {}
    for name in names:
        branch = tree
        for letter in name:
            branch = branch.setdefault(letter, {})
        branch[""] = {}
    return re.compile(_pattern(tree))


def _pattern(tree: dict[str, Any]) -> str:
    ways = [re.escape(letter) + _pattern(branch) for letter, branch in sorted(tree.items()) if letter]
    if "" in tree or not ways:
        return ""
    return ways[0] if len(ways) == 1 else f"(?:{'|'.join(ways)})"


def _addressed(body: Row) -> Iterator[Row]:
    if isinstance(body.get("address"), str):
        yield body
    for inner in (*body.get("members", ()), body.get("member")):
        if isinstance(inner, Mapping) and isinstance(inner.get("address"), str):
            yield inner


def is_address(readers: Readers, person: str, name: str) -> bool:
    """Whether this word of the person's is an address of theirs, or a piece of one, and no name."""
    known = name.casefold()
    return "@" in name or any(known in address for address, who in readers.owners.items() if person in who)


def look(mail: Delivered, readers: Readers, papers: Mapping[str, str], directories: list[Directory]) -> list[Violation]:
    """papers: the message ids of minutes and decision letters, and what they are."""
    own, id_, text = readers.own(mail.to), message_id(mail.raw), texts(mail.raw)
    paper, secure = papers.get(id_), any(_secure(d, own) for d in directories)
    given = readers.suspects(text, own)
    if paper and secure:
        given = [(who, name) for who, name in given if is_address(readers, who, name)]
    violations = [
        Violation("leak", f"the mail {id_} to {', '.join(sorted(own)) or mail.to} names {who}, by {name!r}")
        for who, name in given
    ]
    if crc32(mail.raw) % SLOWLY == 0 and not given:
        violations += _slowly(mail, readers, own, bool(paper and secure), id_)
    if paper and not secure and _has_file(mail.raw):
        violations.append(Violation("wrong-reader", f"the {paper} {id_} went whole to {mail.to}, which is not secure"))
    return violations + _references(mail, text, readers, own, directories, id_)


def _slowly(mail: Delivered, readers: Readers, own: set[str], whole: bool, id_: str) -> list[Violation]:
    parsed = message_from_bytes(mail.raw, policy=default)
    mine = {name for who in own for name in readers.canaries.get(who, ())}
    names = {
        name
        for who, names in readers.canaries.items()
        if who not in own
        for name in names
        if name not in mine and (not whole or is_address(readers, who, name))
    }
    return [Violation("leak", f"the mail {id_} to {mail.to} says {place}") for place in found(names, parsed)]


def _secure(directory: Directory, own: set[str]) -> bool:
    return any(directory.workers[w].body.get("secure") for w in own if w in directory.workers)


def _has_file(raw: bytes) -> bool:
    return any(part.get_filename() for part in message_from_bytes(raw).walk())


def _references(
    mail: Delivered, text: str, readers: Readers, own: set[str], directories: list[Directory], id_: str
) -> list[Violation]:
    """A client reference is the service's own, and quoted to nobody else."""
    quoted = [reference for reference in readers.references if reference in text]
    agencies = {directory.agency_of(who) for directory in directories for who in own} if quoted else set()
    return [
        Violation("wrong-reader", f"the mail {id_} to {mail.to} quotes {reference}, of {sorted(places)}")
        for reference in quoted
        for places in (readers.references[reference],)
        if re.search(rf"(?<![\w-]){re.escape(reference)}(?![\w-])", text)
        and not any(service in agencies or worker in own for service, worker in places)
    ]
