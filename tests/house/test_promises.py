"""Only additions leave the house: every other change to a struct is refused, with the event, the field and the mend."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import pytest
from msgspec import NODEFAULT, Struct, defstruct, structs

from handlers.people import Text
from infra import contract
from streams.wire import EVENT_TYPES, PREFIX, PUBLIC_TYPES, UPCASTERS

ADDRESS, MOVED, LATE = "address-changed.v1", "public.meeting-moved.v1", "public.duty-late.v1"
MEMBER, FLAG = "member-left.v1", "flag-recorded.v1"


def changed(type_: str, **fields: Any) -> type[Struct]:
    """The struct of this type with some fields otherwise: None takes one out, (type, default) makes one optional."""
    table: dict[str, Any] = EVENT_TYPES | PUBLIC_TYPES
    before = table[PREFIX + type_]
    kept: dict[str, Any] = {}
    for name, hint, default in ((f.name, f.type, f.default) for f in structs.fields(before)):
        kept[name] = (name, hint) if default is NODEFAULT else (name, hint, default)
    for name, what in fields.items():
        kept[name] = (name, *what) if isinstance(what, tuple) else (name, what)
    given = [x for name, x in kept.items() if fields.get(name, "") is not None]
    return defstruct(before.__name__, given, kw_only=True, frozen=True, forbid_unknown_fields=type_[0] != "p")


BREACHES = {
    "a field is taken out": (MEMBER, {"on": None}, "it.on is gone"),
    "a type is narrowed": (ADDRESS, {"by": (Literal["w-1"],)}, "it.by no longer takes string"),
    "a type is another": (MEMBER, {"on": (datetime,)}, "it.on no longer takes string date"),
    "an optional field must be there": (FLAG, {"person": (str | None,)}, "it.person has become required"),
    "an optional field may not be null": (FLAG, {"person": (str, "x")}, "it.person no longer takes null"),
    "a word is taken out": (FLAG, {"substance": (Literal["drugs"] | None, None)}, "no longer takes the word alcohol"),
    "a new field must be there": (MEMBER, {"why": (Text,)}, "it.why has become required"),
    "readers may miss a field": (MOVED, {"moved_from": (datetime, None)}, "it.moved_from may now be left out"),
    "readers may find nothing": (MOVED, {"revision": (int | None,)}, "it.revision may now be null"),
    "readers miss a field": (LATE, {"rung": None}, "it.rung is gone"),
    "readers find another type": (LATE, {"rung": (str,)}, "it.rung may now be string"),
    "readers miss a word": (LATE, {"kind": (Literal["hold_meeting"],)}, "no longer takes the word find_a_time"),
}
ADDITIONS = {
    "an optional field": (MEMBER, {"why": (Text | None, None)}),
    "a word": (FLAG, {"substance": (Literal["alcohol", "drugs", "other"] | None, None)}),
    "a field for readers": (LATE, {"opened_on": (date,)}),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The contract as it is today, of which every struct is changed in turn."""
    contract.write(tmp_path)
    return tmp_path


def put(monkeypatch: pytest.MonkeyPatch, type_: str, struct: type[Struct] | None) -> None:
    table: dict[str, Any] = PUBLIC_TYPES if type_.startswith("public.") else EVENT_TYPES
    if struct is None:
        monkeypatch.delitem(table, PREFIX + type_)
    else:
        monkeypatch.setitem(table, PREFIX + type_, struct)


@pytest.mark.parametrize(("type_", "fields", "sentence"), BREACHES.values(), ids=BREACHES)
def test_a_change_that_is_no_addition_is_refused_with_its_mend(
    folder: Path, monkeypatch: pytest.MonkeyPatch, type_: str, fields: dict[str, Any], sentence: str
) -> None:
    before = {path: path.read_text("utf-8") for path in folder.iterdir()}
    put(monkeypatch, type_, changed(type_, **fields))
    with pytest.raises(contract.NotAdditive) as refused:
        contract.write(folder)
    said, name = str(refused.value), type_.removesuffix(".v1")
    assert f"{type_}: {sentence.partition(' ')[0]}" in said or sentence in said
    assert sentence in said and f"make {name}.v2 and" in said
    assert {path: path.read_text("utf-8") for path in folder.iterdir()} == before, "nothing is written"


@pytest.mark.parametrize("type_", [MEMBER, LATE])
def test_a_type_is_never_dropped(folder: Path, monkeypatch: pytest.MonkeyPatch, type_: str) -> None:
    put(monkeypatch, type_, None)
    assert any(fault.startswith(f"{type_}: it is gone") for fault in contract.faults(folder))


def test_an_upcaster_keeps_an_older_version_alive(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, MEMBER, None)
    monkeypatch.setitem(UPCASTERS, PREFIX + MEMBER, dict)
    assert not contract.faults(folder)


@pytest.mark.parametrize(("type_", "fields"), ADDITIONS.values(), ids=ADDITIONS)
def test_an_addition_is_taken_and_then_promised_for_ever(
    folder: Path, monkeypatch: pytest.MonkeyPatch, type_: str, fields: dict[str, Any]
) -> None:
    with monkeypatch.context() as later:
        put(later, type_, changed(type_, **fields))
        assert contract.LOCK in contract.write(folder)
    assert any(fault.startswith(type_) for fault in contract.faults(folder)), "it cannot be taken back"


def test_deleting_a_schema_hides_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    contract.schema_path(folder, PREFIX + MEMBER).unlink()
    put(monkeypatch, MEMBER, changed(MEMBER, on=None))
    assert contract.faults(folder)


def test_the_lock_holds_every_field_of_every_schema_that_is_committed() -> None:
    """Counted over the schemas themselves, so that the lock cannot have forgotten one."""
    lock = json.loads((contract.FOLDER / contract.LOCK).read_text("utf-8"))
    for path in contract.FOLDER.glob("*.schema.json"):
        schema = json.loads(path.read_text("utf-8"))
        assert {f"it.{name}" for name in schema.get("properties", {})} <= set(lock[schema["title"]]), path.name
