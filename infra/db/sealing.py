"""Personal words under a key per person (decision 19): AES-256-GCM, each key wrapped by the master key.

Sealing is deterministic: the same words under the same key give the same box, so a redelivered event is known
again. The digest is salted by the person's own key, so erasing that key erases the words and still lets the
ledger's chain verify.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Iterable, Iterator
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.events import Event
from handlers.people import Sealed, StreamId, Text
from infra.db import tables

NONCE = 12
ERASED = "[erased]"
HELD_SHELF = "held shelf"
REPLIES = "replies"


class WrongKey(Exception):
    """The master key does not open this database's keys; the sentence says so."""


class Keyring:
    """The keys of people and streams, unwrapped in memory as they are needed."""

    def __init__(self, master: bytes) -> None:
        self._master = AESGCM(master)
        self._keys: dict[str, bytes] = {}
        self._unproven: dict[str, bytes] = {}

    def has(self, names: Iterable[str]) -> bool:
        """Whether all these keys are loaded already."""
        return self._keys.keys() >= set(names)

    async def have(self, names: Iterable[str], connection: AsyncConnection) -> None:
        """Load these keys, making those that do not exist yet.

        A key made here is asked for again until a later transaction finds it: had this one been rolled back, the key
        would live on in memory alone, and words sealed under it would be lost with the process.
        """
        wanted = sorted(set(names) - self._keys.keys())
        if not wanted:
            return
        await self.load(connection, wanted)
        new = [n for n in wanted if n not in self._keys]
        if new:
            rows = [{"name": n, "wrapped": self._wrap(n, secrets.token_bytes(32))} for n in new]
            await connection.execute(insert_if_absent(connection, tables.keys), rows)
            self._unproven |= await self._stored(connection, new)

    async def load(self, connection: AsyncConnection, names: Iterable[str]) -> None:
        """Load these keys, so far as they exist."""
        wanted = sorted(set(names) - self._keys.keys())
        if wanted:
            self._keys |= await self._stored(connection, wanted)

    def forget(self) -> None:
        """Let go of every key in memory; each is loaded again when it is needed."""
        self._keys.clear()
        self._unproven.clear()

    async def _stored(self, connection: AsyncConnection, names: Iterable[str]) -> dict[str, bytes]:
        query = select(tables.keys).where(tables.keys.c.name.in_(list(names)))
        return {name: self._unwrap(name, bytes(wrapped)) for name, wrapped in await connection.execute(query)}

    def _wrap(self, name: str, key: bytes) -> bytes:
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._master.encrypt(nonce, key, name.encode())

    def _unwrap(self, name: str, wrapped: bytes) -> bytes:
        try:
            return self._master.decrypt(wrapped[:NONCE], wrapped[NONCE:], name.encode())
        except InvalidTag:
            raise WrongKey(
                "the master key does not open this database: give the QUORATE_MASTER_KEY that it was made with"
            ) from None

    def close_up(self, text: str, name: str) -> Sealed:
        """These words under that key."""
        key, words = self._keys.get(name) or self._unproven[name], text.encode()
        nonce = hmac.digest(key, b"nonce" + words, "sha256")[:NONCE]
        box = nonce + AESGCM(hmac.digest(key, b"box", "sha256")).encrypt(nonce, words, name.encode())
        digest = hmac.digest(key, b"digest" + words, "sha256")[:16].hex()
        return Sealed(name, digest, base64.b64encode(box).decode())

    def open_up(self, text: Text) -> str:
        """The words themselves; `[erased]` once the key or the box is gone."""
        if isinstance(text, str):
            return text
        key = self._keys.get(text.key) or self._unproven.get(text.key)
        if key is None or not text.box:
            return ERASED
        cipher = AESGCM(hmac.digest(key, b"box", "sha256"))
        try:
            box = base64.b64decode(text.box)
            return cipher.decrypt(box[:NONCE], box[NONCE:], text.key.encode()).decode()
        except (InvalidTag, ValueError):  # somebody erased and then recorded anew has another key; or no box of ours
            return ERASED


def insert_if_absent(connection: AsyncConnection, table: Any) -> Any:
    """INSERT that leaves an existing row as it is, on either database."""
    return _insert_if_absent(connection.dialect.name, table)


@cache
def _insert_if_absent(dialect: str, table: Any) -> Any:
    return (postgresql if dialect == "postgresql" else sqlite).insert(table).on_conflict_do_nothing()


def put_in_place(connection: AsyncConnection, table: Any) -> Any:
    """INSERT that takes the place of a row of that key, on either database."""
    return _put_in_place(connection.dialect.name, table)


@cache
def _put_in_place(dialect: str, table: Any) -> Any:
    put = (postgresql if dialect == "postgresql" else sqlite).insert(table)
    key = [c.name for c in table.primary_key]
    return put.on_conflict_do_update(
        index_elements=key, set_={c.name: put.excluded[c.name] for c in table.c if c.name not in key}
    )


def owners(event: Event) -> set[str]:
    """The names of the keys that this event's personal words need."""
    return {name for _, name in _texts(event.body, event.stream, str(event.stream))}


def seal(event: Event, keyring: Keyring) -> Event:
    """The event with every plain personal word sealed; what is sealed already stays as it is."""
    return msgspec.structs.replace(event, body=_sealed(event.body, event.stream, str(event.stream), keyring))


def _owner(value: Struct, stream: StreamId, default: str) -> str:
    """Whose words stand in this struct: the person it is about, in the directory the worker, else the stream.

    Elsewhere a worker only has a part in it: an episode's client reference is the adult's own, not the key worker's.
    """
    for kind in ("person", "worker") if stream.kind == "partnership" else ("person",):
        named = getattr(value, kind, None)
        if isinstance(named, str):
            return f"{stream.area}/{kind}/{named}"
    return default


def _texts(value: Any, stream: StreamId, owner: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Struct):
        owner = _owner(value, stream, owner)
        for name, is_text in _fields(type(value)):
            inner = getattr(value, name)
            if is_text:
                yield from ((t, owner) for t in _each(inner) if isinstance(t, str))
            else:
                yield from _texts(inner, stream, owner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from _texts(inner, stream, owner)


def _each(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _sealed(value: Any, stream: StreamId, owner: str, keyring: Keyring) -> Any:
    if isinstance(value, tuple):
        return tuple(_sealed(inner, stream, owner, keyring) for inner in value)
    if not isinstance(value, Struct):
        return value
    owner = _owner(value, stream, owner)

    def box(text: Any) -> Any:
        return keyring.close_up(text, owner) if isinstance(text, str) else text

    changes = {}
    for name, is_text in _fields(type(value)):
        inner = getattr(value, name)
        if is_text:
            changes[name] = tuple(map(box, inner)) if isinstance(inner, tuple) else box(inner)
        else:
            changes[name] = _sealed(inner, stream, owner, keyring)
    return msgspec.structs.replace(value, **changes)


@cache
def _fields(kind: type[Struct]) -> tuple[tuple[str, bool], ...]:
    """Each field that may hold personal words, directly (True) or further down (False)."""
    hints = get_type_hints(kind)
    return tuple((n, _is_text(hints[n])) for n in kind.__struct_fields__ if hints[n] not in (str, int, bool))


def _is_text(hint: Any) -> bool:
    if get_origin(hint) in (UnionType, Union, tuple):
        return any(_is_text(part) for part in get_args(hint))
    return hint is Sealed


def keys_in(value: Any) -> Iterator[str]:
    """The names of the keys that open what is sealed in here."""
    if isinstance(value, Sealed):
        yield value.key
    elif isinstance(value, Struct):
        for name in value.__struct_fields__:
            yield from keys_in(getattr(value, name))
    elif isinstance(value, tuple):
        for inner in value:
            yield from keys_in(inner)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from keys_in(inner)
