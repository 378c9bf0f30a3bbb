"""The published contract is what the structs say today, reads all that it ever promised, and has a sample of each."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, get_args

import pytest
from msgspec.structs import replace

from handlers import admission
from handlers import announcements as a
from handlers.decide import RULES
from handlers.events import Event, Impossible
from handlers.people import StreamId, StreamKind
from infra import contract, promises
from infra.db.folding import KINDS
from streams.topics import PUBLIC, TOPICS
from streams.wire import EVENT_TYPES, PUBLIC_TYPES, UPCASTERS, announced, from_structured, read, to_structured, write
from tests.journeys.story import at

NOW = at("2025-01-06")
RUN = f"run {contract.COMMAND} and commit what it wrote"
NAMES_ALONE = a.MinutesReady(family="F-1", meeting="core-group:PLAN-1:1", kind="core_group")
TYPES = sorted(EVENT_TYPES)
ALL_TYPES = [*TYPES, *PUBLIC_TYPES]


def sample(type_: str) -> dict[str, Any]:
    path = contract.sample_path(contract.FOLDER, type_)
    assert path.exists(), f"{type_} has no sample: write {path.name}, a CloudEvent in JSON that fills every field"
    told: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return told


def sampled(type_: str) -> Event:
    return read(from_structured(json.dumps(sample(type_)).encode()), NOW)


def resolved(part: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    """The schema itself, or of several the one that is an object or an array."""
    if "$ref" in part:
        return resolved(whole["definitions"][part["$ref"].rpartition("/")[2]], whole)
    choices = [resolved(x, whole) for x in part.get("anyOf", [])]
    return next((x for x in choices if x.get("type") in ("array", "object") and x.get("title") != "Sealed"), part)


def mismatches(value: Any, part: dict[str, Any], whole: dict[str, Any], where: str = "data") -> Iterator[str]:
    """Fields that the schema requires and the value lacks, or that the value has and the schema does not know."""
    shape = resolved(part, whole)
    if isinstance(value, list):
        for n, inner in enumerate(value):
            yield from mismatches(inner, shape["items"], whole, f"{where}[{n}]")
    elif isinstance(value, dict):
        known = shape.get("properties", {})
        yield from (f"{where}.{name} is required" for name in shape.get("required", []) if name not in value)
        for name, inner in value.items():
            if name in known:
                yield from mismatches(inner, known[name], whole, f"{where}.{name}")
            elif "properties" in shape and not isinstance(shape.get("additionalProperties"), dict):
                yield f"{where}.{name} is not in the schema"


def filled(value: Any) -> Iterator[str]:
    """The path of every field that says something: `members.address`."""
    if isinstance(value, list):
        for inner in value:
            yield from filled(inner)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if inner is not None and inner != []:
                yield name
                yield from (f"{name}.{deeper}" for deeper in filled(inner))


def fields(part: dict[str, Any], whole: dict[str, Any]) -> Iterator[str]:
    """The path of every field that there is, in the form of `filled`."""
    shape = resolved(part, whole)
    if "items" in shape:
        yield from fields(shape["items"], whole)
    for name, inner in shape.get("properties", {}).items():
        yield name
        yield from (f"{name}.{deeper}" for deeper in fields(inner, whole))


def walked(value: Any) -> Iterator[dict[str, Any]]:
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from walked(inner)
    if isinstance(value, dict):
        yield value


def test_a_schema_only_ever_gains_what_is_optional() -> None:
    assert not contract.faults(), "a breaking change is a new version of the type"


def test_what_is_committed_is_what_the_structs_say() -> None:
    stale = [
        name
        for name, text in contract.documents().items()
        if not (path := contract.FOLDER / name).exists() or path.read_text("utf-8") != text
    ]
    assert not stale, f"{stale}: {RUN}"


def test_every_event_stands_in_the_map_and_in_the_contract() -> None:
    """An empty tuple of rules is a choice; absence is a fault."""
    assert set(RULES) == set(EVENT_TYPES.values())
    kept = {path.name for path in contract.FOLDER.iterdir()}
    older = {make(contract.FOLDER, t).name for t in UPCASTERS for make in (contract.schema_path, contract.sample_path)}
    of_today = {
        make(contract.FOLDER, t).name for t in ALL_TYPES for make in (contract.schema_path, contract.sample_path)
    }
    assert kept == of_today | older | {"asyncapi.json", contract.LOCK}


@pytest.mark.parametrize("type_", ALL_TYPES)
def test_a_sample_keeps_to_its_schema_and_fills_every_field(type_: str) -> None:
    told, whole = sample(type_), contract.schema(type_)
    assert told["type"] == type_ == whole["title"]
    assert not list(mismatches(told["data"], whole, whole))
    assert not set(fields(whole, whole)) - set(filled(told["data"])), "fill these too"


@pytest.mark.parametrize("type_", TYPES)
def test_a_sample_survives_the_wire_unchanged(type_: str) -> None:
    event = sampled(type_)
    assert type(event.body) is EVENT_TYPES[type_]
    assert read(write(event), NOW) == event
    assert read(from_structured(json.dumps(to_structured(event)).encode()), NOW) == event
    told = sample(type_)
    assert to_structured(event).items() >= {k: told[k] for k in ("id", "source", "subject", "type", "time")}.items()


@pytest.mark.parametrize("type_", TYPES)
def test_a_sample_is_a_record_that_its_stream_would_take(type_: str) -> None:
    assert admits(sampled(type_))


def test_samples_have_names_of_their_own() -> None:
    names = [(s["source"], s["id"]) for s in map(sample, ALL_TYPES)]
    assert len(set(names)) == len(names) == len(ALL_TYPES) > 40


def test_a_schema_says_what_it_is_and_keeps_draft_7() -> None:
    """There, whatever stands beside a $ref goes unread."""
    for type_ in ALL_TYPES:
        whole = contract.schema(type_)
        assert whole["description"] and whole["$id"] == f"urn:quorate:{contract.short(type_)}"
        assert all(set(part) == {"$ref"} for part in walked(whole) if "$ref" in part), type_
        references = {part["$ref"].rpartition("/")[2] for part in walked(whole) if "$ref" in part}
        assert references == set(whole.get("definitions", {})), type_


def test_a_schema_marks_personal_words_and_instants() -> None:
    member = contract.schema("uk.quorate.household-recorded.v1")["definitions"]
    assert member["Member"]["properties"]["name"] == {"$ref": "#/definitions/Text"}
    assert "sealed before it is written" in member["Text"]["description"]
    busy = contract.schema("uk.quorate.busy-recorded.v1")["properties"]
    assert busy["from"]["format"] == busy["to"]["format"] == "date-time"


def test_a_topic_carries_what_its_streams_admit_and_nothing_else() -> None:
    assert {t.kind for t in TOPICS} == set(get_args(StreamKind))
    for topic in TOPICS:
        stream = StreamId("riverside", topic.kind, "x")
        admitted = {type_ for type_ in TYPES if admits(replace(sampled(type_), stream=stream))}
        assert set(contract.carried(topic)) == admitted, topic


def admits(event: Event) -> bool:
    try:
        admission.check(event, KINDS[event.stream.kind](stream=event.stream))
    except Impossible as error:
        assert "it belongs to" in str(error)
        return False
    return True


def test_asyncapi_points_only_at_what_exists() -> None:
    whole = contract.asyncapi()
    assert whole["asyncapi"] == "3.0.0" and set(whole["channels"]) == {t.name for t in (*TOPICS, PUBLIC)}
    for part in walked(whole):
        target = part.get("$ref", "#")
        if target.startswith("./"):
            assert (contract.FOLDER / target).exists(), target
            continue
        place: Any = whole
        for step in filter(None, target.removeprefix("#").split("/")):
            assert step in place, target
            place = place[step]
    of_topics = {contract.short(t) for topic in (*TOPICS, PUBLIC) for t in contract.carried(topic)}
    assert set(whole["components"]["messages"]) == of_topics


def test_asyncapi_names_the_headers_that_records_bear() -> None:
    headers = contract.asyncapi()["components"]["schemas"]["headers"]["schema"]
    for type_ in TYPES:
        borne = write(sampled(type_)).headers
        assert set(headers["required"]) <= set(borne) == set(headers["properties"])
    public = contract.asyncapi()["components"]["schemas"]["publicHeaders"]["schema"]
    told = announced(NAMES_ALONE, "riverside/family/F-1", "x", NOW, 1).headers
    assert set(public["required"]) <= set(told) == set(public["properties"])
    assert re.fullmatch(public["properties"]["ce_sequence"]["pattern"], told["ce_sequence"])


BREACHES = [
    ("it.members[].born is gone", lambda s: s["definitions"]["Member"]["properties"].pop("born")),
    ("it.members[].born has become required", lambda s: s["definitions"]["Member"]["required"].append("born")),
    ("the word partner", lambda s: s["definitions"]["Member"]["properties"]["relation"]["enum"].remove("partner")),
    ("no longer takes null", lambda s: s["definitions"]["Member"]["properties"]["born"]["anyOf"].pop()),
    ("no longer takes boolean", lambda s: s["definitions"]["Member"]["properties"]["cares"].update(type="string")),
    ("it.new has become required", lambda s: (s["properties"].update(new={}), s["required"].append("new"))),
    ("it.members is gone", lambda s: s["properties"].pop("members")),
]


@pytest.mark.parametrize(("sentence", "change"), BREACHES, ids=[b[0] for b in BREACHES])
def test_a_breaking_change_is_named(sentence: str, change: Any) -> None:
    before = contract.schema("uk.quorate.household-recorded.v1")
    now = deepcopy(before)
    change(now)
    assert any(sentence in breach for breach in broken(before, now))


def broken(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    return list(promises.breaches(promises.promised(before), promises.promised(now)))


def test_an_addition_is_no_breach() -> None:
    now = contract.schema("uk.quorate.household-recorded.v1")
    before = deepcopy(now)
    before["definitions"]["Member"]["properties"].pop("address")
    before["definitions"]["Member"]["properties"]["relation"]["enum"].remove("partner")
    assert not broken(before, now) and not broken(now, now)


def test_the_generator_never_touches_a_sample(tmp_path: Path) -> None:
    mine = contract.sample_path(tmp_path, TYPES[0])
    mine.write_text("mine", "utf-8")
    contract.write(tmp_path)
    assert mine.read_text("utf-8") == "mine" and len(list(tmp_path.glob("*.sample.json"))) == 1
