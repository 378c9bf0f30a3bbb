"""Each ledger row's link covers the row before and its own meaning; reckoned here once more, by hand."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from infra.db import chain, tables
from infra.db.engine import transaction
from infra.settings import read
from infra.wiring import house
from streams.intake import take
from streams.wire import write
from tests.journeys.story import a_household, an_enquiry, at

Row = dict[str, Any]
CASE = [*a_household(at("2025-01-06")), *an_enquiry(at("2025-01-06", "10:00"))]
A_ROW: Row = {
    "seq": 7,
    "event": "e-1",
    "source": "lcs.example",
    "type": "CallLogged",
    "body": '{"remark":{"key":"riverside/person/p","digest":"d1","box":"AAAA"},"meeting":"Ä","by":"w"}',
    "because": "told by lcs.example",
    "rule": "",
    "pack": "england 2025-01",
    "happened": "2025-01-06T09:00:00.000000Z",
    "recorded": "2025-01-06T09:00:00.000000Z",
}


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    """The ledger of one family, as the real office wrote it."""

    async def story() -> list[Row]:
        async with house(read({}, home=tmp_path_factory.mktemp("chain"))) as running:
            await take([write(x) for x in CASE], running.office, at("2025-01-06"))
            query = select(tables.ledger).where(tables.ledger.c.stream == "riverside/family/F-1")
            async with transaction(running.engine) as connection:
                return [dict(r._mapping) for r in await connection.execute(query.order_by(tables.ledger.c.seq))]

    return asyncio.run(story())


def holds(rows: list[Row], end: str) -> bool:
    """Whether every link follows from the one before, to the end that the file keeps elsewhere."""
    before = chain.START
    for row in rows:
        if row["link"] != chain.link(before, row):
            return False
        before = row["link"]
    return before == end


def without_box(body: str) -> str:
    """What erasing leaves of every sealed word."""

    def emptied(value: Row) -> Row:
        return {**value, "box": ""} if value.keys() == {"key", "digest", "box"} else value

    return json.dumps(json.loads(body, object_hook=emptied))


def test_the_ledger_of_a_family_holds_together(ledger: list[Row]) -> None:
    assert len(ledger) > len(CASE) and [r["seq"] for r in ledger] == list(range(1, len(ledger) + 1))
    assert holds(ledger, ledger[-1]["link"])
    assert any('"box"' in r["body"] for r in ledger)


def test_a_link_is_what_it_is_by_hand() -> None:
    """SHA-256 over the link before and the row's canonical JSON: keys in order, no space, UTF-8, no boxes."""
    before = "ab" * 32
    body = '{"by":"w","meeting":"Ä","remark":{"digest":"d1","key":"riverside/person/p"}}'
    row = (
        f'{{"because":"told by lcs.example","body":{body},"event":"e-1","happened":"2025-01-06T09:00:00.000000Z",'
        '"pack":"england 2025-01","recorded":"2025-01-06T09:00:00.000000Z","rule":"","seq":7,"source":"lcs.example",'
        '"type":"CallLogged"}'
    )
    assert chain.link(before, A_ROW) == hashlib.sha256((before + row).encode()).hexdigest()


def test_every_link_of_the_ledger_can_be_reckoned_without_our_code(ledger: list[Row]) -> None:
    def sealed(value: Row) -> Row:
        return {k: v for k, v in value.items() if k != "box"} if {"digest", "box"} <= value.keys() else value

    before = "0" * 64
    for row in ledger:
        covered = {name: row[name] for name in A_ROW} | {"body": json.loads(row["body"], object_hook=sealed)}
        canonical = json.dumps(covered, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        before = hashlib.sha256((before + canonical).encode()).hexdigest()
        assert row["link"] == before


@pytest.mark.parametrize("name", A_ROW)
def test_a_changed_field_breaks_the_chain(ledger: list[Row], name: str) -> None:
    nth = 1
    changed = 99 if name == "seq" else '{"x":1}' if name == "body" else f"{ledger[nth][name]}x"
    rows = [*ledger[:nth], {**ledger[nth], name: changed}, *ledger[nth + 1 :]]
    assert not holds(rows, ledger[-1]["link"])


def test_a_changed_sealed_word_breaks_the_chain(ledger: list[Row]) -> None:
    nth = next(n for n, r in enumerate(ledger) if '"digest"' in r["body"])
    for part in ("digest", "key"):
        body = ledger[nth]["body"].replace(f'"{part}":"', f'"{part}":"x', 1)
        assert body != ledger[nth]["body"]
        assert not holds([*ledger[:nth], {**ledger[nth], "body": body}, *ledger[nth + 1 :]], ledger[-1]["link"])


def test_a_swapped_row_breaks_the_chain(ledger: list[Row]) -> None:
    end = ledger[-1]["link"]
    for n in range(len(ledger) - 1):
        assert not holds([*ledger[:n], ledger[n + 1], ledger[n], *ledger[n + 2 :]], end)


def test_a_cut_row_breaks_the_chain_the_last_one_too(ledger: list[Row]) -> None:
    end = ledger[-1]["link"]
    assert not any(holds([*ledger[:n], *ledger[n + 1 :]], end) for n in range(len(ledger)))


def test_a_row_put_in_between_breaks_the_chain(ledger: list[Row]) -> None:
    own = {**ledger[1], "because": "never said"}
    forged = {**own, "link": chain.link(ledger[0]["link"], own)}
    assert not holds([ledger[0], forged, *ledger[1:]], ledger[-1]["link"])


def test_erased_boxes_leave_the_chain_whole(ledger: list[Row]) -> None:
    erased = [{**r, "body": without_box(r["body"])} for r in ledger]
    assert erased != ledger and holds(erased, ledger[-1]["link"])


def test_what_a_body_says_is_told_apart_whatever_its_boxes_look_like() -> None:
    body = A_ROW["body"]
    assert chain.digest(body) == chain.digest(without_box(body)) == chain.digest(body.encode())
    spaced = json.dumps(dict(reversed(json.loads(body).items())), indent=3)
    assert chain.digest(body) == chain.digest(spaced), "nor does the order or the spacing of its JSON matter"
    assert chain.digest(body) != chain.digest(body.replace("d1", "d2"))
    assert chain.digest(body) != chain.digest(body.replace('"w"', '"v"'))


PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
JSON = st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


@given(JSON)
def test_the_chain_covers_json_as_rfc_8785_writes_it(value: Any) -> None:
    assert _or_refused(chain.canonical, value) == _or_refused(rfc8785.dumps, value)


@pytest.mark.parametrize(
    "value", ['\x7f\x00\x1f"\\/', {"\U0001f600": 1, "\uffff": 2}, {"b": 2**53, "a": [-(2**53)]}, 1.0]
)
def test_what_two_writers_might_write_differently_is_written_as_rfc_8785_has_it(value: Any) -> None:
    assert _or_refused(chain.canonical, value) == _or_refused(rfc8785.dumps, value)


def _or_refused(written: Callable[[Any], bytes], value: Any) -> bytes | None:
    try:
        return written(value)
    except rfc8785.CanonicalizationError:
        return None
