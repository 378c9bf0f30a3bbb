"""Personal words stand sealed wherever they are kept, each under a key of its person; without the key they are gone."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from handlers import events as e
from handlers.people import Sealed, StreamId
from infra import contract
from infra.db import chain, sealing, tables
from infra.db.engine import Engine, connect, transaction
from infra.db.schema import bring_up_to_date
from infra.db.sealing import ERASED, Keyring, WrongKey, keys_in, owners, seal
from streams.wire import EVENT_TYPES, encode_body, from_structured, read
from tests.journeys.story import at

MASTER = secrets.token_bytes(32)
MARY, TOM = "riverside/person/p-mary", "riverside/person/p-tom"
NOW = at("2025-01-06")


@dataclass
class Safe:
    """A database with keys in it, and fresh keyrings to it, as after a restart."""

    engine: Engine

    async def keyring(self, *names: str, master: bytes = MASTER) -> Keyring:
        keyring = Keyring(master)
        async with transaction(self.engine) as connection:
            await keyring.have(names, connection)
        return keyring

    async def loaded(self, *names: str, master: bytes = MASTER) -> Keyring:
        keyring = Keyring(master)
        async with transaction(self.engine) as connection:
            await keyring.load(connection, names)
        return keyring

    async def change(self, statement: Any) -> None:
        async with transaction(self.engine) as connection:
            await connection.execute(statement)


Story = Callable[[Safe], Awaitable[None]]
Run = Callable[[Story], None]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    async def tell(story: Story) -> None:
        engine = connect(f"sqlite+aiosqlite:///{tmp_path / 'keys.db'}")
        try:
            await bring_up_to_date(engine)
            await story(Safe(engine))
        finally:
            await engine.dispose()

    return lambda story: asyncio.run(tell(story))


def sampled(type_: str) -> e.Event:
    return read(from_structured(contract.sample_path(contract.FOLDER, type_).read_bytes()), NOW)


def personal(value: Any, part: dict[str, Any], whole: dict[str, Any]) -> Iterator[Any]:
    """What stands in a body wherever its schema says that the words are personal."""
    if part.get("$ref") == "#/definitions/Text":
        yield value
        return
    if "$ref" in part:
        part = whole["definitions"][part["$ref"].rpartition("/")[2]]
    for choice in part.get("anyOf", []):
        if value is not None and "$ref" in choice:
            yield from personal(value, choice, whole)
    if isinstance(value, list):
        for inner in value:
            yield from personal(inner, part.get("items", {}), whole)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from personal(inner, part.get("properties", {}).get(name, {}), whole)


def words_of(event: e.Event, type_: str) -> list[Any]:
    whole = contract.schema(type_)
    return list(personal(json.loads(encode_body(event.body)), whole, whole))


PERSONAL = [t for t in sorted(EVENT_TYPES) if "Text" in contract.schema(t).get("definitions", {})]


def test_some_events_hold_personal_words() -> None:
    assert len(PERSONAL) >= 10
    assert {"uk.quorate.household-recorded.v1", "uk.quorate.minutes-recorded.v1"} <= set(PERSONAL)


@pytest.mark.parametrize("type_", PERSONAL)
def test_no_personal_word_of_any_event_is_written_in_clear(run: Run, type_: str) -> None:
    async def story(safe: Safe) -> None:
        event = sampled(type_)
        plain = words_of(event, type_)
        assert plain and all(isinstance(word, str) and word for word in plain)
        keyring = await safe.keyring(*owners(event))
        sealed = seal(event, keyring)
        boxes = words_of(sealed, type_)
        assert [set(box) for box in boxes] == [{"key", "digest", "box"}] * len(plain)
        assert {box["key"] for box in boxes} == owners(event) == set(keys_in(sealed.body))
        written = encode_body(sealed.body).decode()
        for word in (w for sentence in plain for w in [sentence, *sentence.split()] if len(w) > 3):
            assert word not in written
        assert [keyring.open_up(Sealed(**box)) for box in boxes] == plain
        assert seal(sealed, keyring) == sealed and owners(sealed) == set(), "what is sealed stays as it is"

    run(story)


def test_whose_words_they_are_decides_the_key() -> None:
    assert owners(sampled("uk.quorate.household-recorded.v1")) == {
        f"riverside/person/{name}" for name in ("p-mary", "p-tom", "p-ann")
    }
    assert owners(sampled("uk.quorate.minutes-recorded.v1")) == {"riverside/family/F-1042"}
    assert owners(sampled("uk.quorate.episode-opened.v1")) == {"riverside/person/p-mary"}, "not the key worker's"
    assert owners(sampled("uk.quorate.episode-told.v1")) == {"riverside/person/p-mary"}
    assert owners(sampled("uk.quorate.worker-recorded.v1")) == {"riverside/worker/w-clearway-key"}
    assert owners(sampled("uk.quorate.time-came.v1")) == set()


def test_the_same_words_under_the_same_key_give_the_same_box(run: Run) -> None:
    """So that a redelivered event is known again, also after a restart."""

    async def story(safe: Safe) -> None:
        first = (await safe.keyring(MARY)).close_up("Mary Quill", MARY)
        again = (await safe.loaded(MARY)).close_up("Mary Quill", MARY)
        assert first == again
        event = sampled("uk.quorate.household-recorded.v1")
        sealed = [seal(event, await safe.keyring(*owners(event))) for _ in range(2)]
        assert chain.digest(encode_body(sealed[0].body)) == chain.digest(encode_body(sealed[1].body))

    run(story)


def test_the_same_words_of_two_people_look_nothing_alike(run: Run) -> None:
    async def story(safe: Safe) -> None:
        keyring = await safe.keyring(MARY, TOM)
        mary, tom = keyring.close_up("yes", MARY), keyring.close_up("yes", TOM)
        assert mary.digest != tom.digest and mary.box != tom.box
        other = keyring.close_up("no!", MARY)
        assert other.digest != mary.digest and other.box[:16] != mary.box[:16], "nor do two words share a nonce"

    run(story)


def test_another_installation_seals_the_same_words_differently(run: Run) -> None:
    async def story(safe: Safe) -> None:
        before = (await safe.keyring(MARY)).close_up("Mary", MARY)
        await safe.change(delete(tables.keys))
        assert (await safe.keyring(MARY)).close_up("Mary", MARY).digest != before.digest

    run(story)


def test_a_wrong_master_key_is_one_sentence(run: Run) -> None:
    async def story(safe: Safe) -> None:
        await safe.keyring(MARY)
        for attempt in (safe.loaded, safe.keyring):
            with pytest.raises(WrongKey) as caught:
                await attempt(MARY, master=secrets.token_bytes(32))
            assert "give the QUORATE_MASTER_KEY that it was made with" in str(caught.value)
            assert caught.value.__suppress_context__ and "\n" not in str(caught.value)

    run(story)


def test_an_erased_key_shows_as_erased(run: Run) -> None:
    async def story(safe: Safe) -> None:
        keyring = await safe.keyring(MARY, TOM)
        mary, tom = keyring.close_up("Mary", MARY), keyring.close_up("Tom", TOM)
        await safe.change(delete(tables.keys).where(tables.keys.c.name == MARY))
        later = await safe.loaded(MARY, TOM)
        assert (later.open_up(mary), later.open_up(tom)) == (ERASED, "Tom")
        assert keyring.open_up(Sealed(TOM, tom.digest, "")) == ERASED, "as does an emptied box"
        anew = await safe.keyring(MARY)
        assert anew.open_up(mary) == ERASED, "a new key for the same person does not bring the old words back"

    run(story)


@pytest.mark.parametrize("box", ["!", "AAAA", "A" * 400, "é"])
def test_what_never_was_a_box_of_ours_does_not_stop_the_reader(run: Run, box: str) -> None:
    async def story(safe: Safe) -> None:
        assert (await safe.keyring(MARY)).open_up(Sealed(MARY, "d", box)) == ERASED

    run(story)


def test_a_box_moved_to_another_name_does_not_open(run: Run) -> None:
    """Even where both names have the same key, as nobody but we could arrange: the name is sealed in."""

    async def story(safe: Safe) -> None:
        keyring = await safe.keyring(MARY, TOM)
        box = keyring.close_up("Mary", MARY)
        assert keyring.open_up(Sealed(TOM, box.digest, box.box)) == ERASED
        keyring._keys[TOM] = keyring._unproven[TOM] = keyring._unproven[MARY]
        assert keyring.open_up(Sealed(TOM, box.digest, box.box)) == ERASED
        assert keyring.open_up(box) == "Mary"

    run(story)


def test_a_key_moved_to_another_name_does_not_open(run: Run) -> None:
    async def story(safe: Safe) -> None:
        await safe.keyring(MARY, TOM)
        wrapped = select(tables.keys.c.wrapped).where(tables.keys.c.name == MARY).scalar_subquery()
        await safe.change(update(tables.keys).where(tables.keys.c.name == TOM).values(wrapped=wrapped))
        with pytest.raises(WrongKey):
            await safe.loaded(TOM)

    run(story)


def test_keys_do_not_stand_in_clear(run: Run) -> None:
    async def story(safe: Safe) -> None:
        keyring = await safe.keyring(MARY)
        async with transaction(safe.engine) as connection:
            stored = (await connection.execute(select(tables.keys.c.wrapped))).scalar_one()
        assert keyring._unproven[MARY] not in bytes(stored) and MASTER not in bytes(stored)

    run(story)


def test_a_key_whose_transaction_was_rolled_back_is_made_again(run: Run) -> None:
    """Else words would be sealed under a key that only this process's memory holds."""

    async def story(safe: Safe) -> None:
        keyring = Keyring(MASTER)
        with pytest.raises(ZeroDivisionError):
            async with transaction(safe.engine) as connection:
                await keyring.have([MARY], connection)
                raise ZeroDivisionError
        assert not keyring.has([MARY])
        async with transaction(safe.engine) as connection:
            await keyring.have([MARY], connection)
        box = keyring.close_up("Mary", MARY)
        assert (await safe.loaded(MARY)).open_up(box) == "Mary"

    run(story)


def test_two_keyrings_that_make_a_key_agree_on_it(run: Run) -> None:
    async def story(safe: Safe) -> None:
        one, other = await asyncio.gather(safe.keyring(MARY), safe.keyring(MARY))
        assert other.open_up(one.close_up("Mary", MARY)) == "Mary"

    run(story)


def test_plain_words_pass_through_and_what_is_not_personal_is_left_alone(run: Run) -> None:
    async def story(safe: Safe) -> None:
        keyring = await safe.keyring(MARY)
        assert keyring.open_up("Room 2") == "Room 2"
        event = e.Event("1", "x", StreamId("riverside", "family", "F"), NOW, NOW, e.MemberLeft("p-mary", NOW.date()))
        assert seal(event, keyring) == event and sealing.owners(event) == set()

    run(story)
