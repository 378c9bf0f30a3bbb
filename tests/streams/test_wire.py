"""Event to bytes and back; and what is said, in one sentence without anybody's words, of what cannot be read."""

import json
import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import events as e
from handlers.people import Sealed, StreamId
from streams import wire
from streams.wire import Letter, Unreadable, from_structured, read, to_structured, write

NOW = datetime(2025, 1, 6, 9, 30, tzinfo=UTC)
FAMILY = StreamId("riverside", "family", "F-1")
# CloudEvents 1.0: an attribute's name is of lower-case letters and digits; Kafka's binary mode puts ce_ before it.
SPEC_HEADER = re.compile(r"ce_[a-z0-9]{1,20}")
SECRETS = ("Quillfeather", "Mary", "mary", "hungry", "Mill Lane")


def event(body: e.Body, stream: StreamId = FAMILY) -> e.Event:
    return e.Event("id-1", "lcs.example", stream, NOW - timedelta(hours=1), NOW, body)


LEFT = event(e.MemberLeft("p-1", date(2025, 1, 6)))


def letter(body: bytes | None = None, headers: dict[str, str | None] | None = None) -> Letter:
    """A good record, but for the attributes given here; None takes one away."""
    good = write(LEFT)
    changed = {**good.headers, **{f"ce_{k}": v for k, v in (headers or {}).items()}}
    return Letter(good.key, {k: v for k, v in changed.items() if v is not None}, good.body if body is None else body)


def refusal(record: Letter) -> str:
    with pytest.raises(Unreadable) as caught:
        read(record, NOW)
    return str(caught.value)


def is_one_clear_sentence(sentence: str) -> bool:
    """It ends with the mend, stands on one line, is short, and quotes nobody."""
    clear = sentence.isprintable() and len(sentence) < 400 and sentence.endswith("release it")
    return clear and not [word for word in SECRETS if word in sentence]


def test_a_record_is_a_cloud_event_in_binary_mode() -> None:
    assert write(LEFT) == Letter(
        key="riverside/family/F-1",
        headers={
            "ce_specversion": "1.0",
            "ce_id": "id-1",
            "ce_source": "lcs.example",
            "ce_type": "uk.quorate.member-left.v1",
            "ce_subject": "riverside/family/F-1",
            "ce_time": "2025-01-06T08:30:00Z",
            "ce_recordedtime": "2025-01-06T09:30:00Z",
            "content-type": "application/json",
        },
        body=b'{"person":"p-1","on":"2025-01-06"}',
    )


def test_header_names_are_those_of_the_specification() -> None:
    names = set(write(LEFT).headers) - {"content-type"}
    assert {f"ce_{name}" for name in ("specversion", "id", "source", "type")} <= names, "the four that are required"
    assert all(SPEC_HEADER.fullmatch(name) for name in names)
    assert all(isinstance(value, str) and value for value in write(LEFT).headers.values())


@pytest.mark.parametrize("type_", sorted(wire.EVENT_TYPES))
def test_a_type_is_named_in_kebab_case_with_its_version(type_: str) -> None:
    assert re.fullmatch(r"uk\.quorate\.[a-z0-9]+(-[a-z0-9]+)*\.v1", type_)


def test_what_comes_without_recordedtime_is_recorded_at_the_door() -> None:
    assert read(letter(headers={"recordedtime": None}), NOW).recorded == NOW
    assert wire.recorded_at(letter(headers={"recordedtime": "yesterday"}), NOW) == NOW


def test_an_offset_is_understood_and_kept_as_utc() -> None:
    read_ = read(letter(headers={"time": "2025-07-06T10:30:00+01:00"}), NOW)
    assert wire.instant(read_.happened) == "2025-07-06T09:30:00Z" and read_.happened.tzinfo is UTC


def test_headers_of_others_are_neither_read_nor_in_the_way() -> None:
    """Only ce_ makes an attribute: a tracer's own `id` is not the event's."""
    good = write(LEFT)
    headers = {**good.headers, "id": "span-9", "type": "x", "traceparent": "00-abc", "ce_traceparent": "00-abc"}
    assert read(Letter(good.key, headers, good.body), NOW) == LEFT
    bare = Letter(good.key, {k.removeprefix("ce_"): v for k, v in good.headers.items()}, good.body)
    assert "it lacks specversion, id, source, type, subject, time" in refusal(bare)


ATTRIBUTES: list[tuple[dict[str, str | None], str]] = [
    ({"id": "", "source": None}, "it lacks id, source: add them and release it"),
    ({"specversion": "0.3"}, "its specversion is not 1.0"),
    ({"type": "uk.quorate.member-gone.v1"}, "no event is called 'uk.quorate.member-gone.v1': see streams/schemas"),
    ({"type": "uk.quorate.member-left.v9"}, "no event is called"),
    ({"time": "6 January 2025"}, "its time '6 January 2025' is not an instant: write 2025-01-06T14:00:00Z"),
    ({"time": "2025-02-30T10:00:00Z"}, "is not an instant"),
    ({"time": "2025-01-06T10:00:00"}, "its time '2025-01-06T10:00:00' has no time zone: add Z or an offset"),
    ({"recordedtime": "2025-01-06T10:00:00"}, "its recordedtime '2025-01-06T10:00:00' has no time zone"),
    ({"time": "9999-12-31T23:59:59-12:00"}, "lies outside the calendar"),
    (
        {"subject": "riverside/household/F-1"},
        "its subject 'riverside/household/F-1' names no stream: write area/family",
    ),
    ({"subject": "riverside/family"}, "names no stream"),
    ({"subject": "riverside/family/F-1/F-2"}, "names no stream"),
    ({"subject": "/family/F-1"}, "names no stream"),
    ({"id": "a\x00b"}, "its id is longer than 300 characters, or holds some that cannot be printed"),
    ({"subject": "riverside/family/F\n1"}, "cannot be printed"),
    ({"source": "x" * 301}, "its source is longer than 300 characters"),
]


@pytest.mark.parametrize("name", wire.REQUIRED)
def test_a_missing_attribute_is_named(name: str) -> None:
    assert refusal(letter(headers={name: None})) == f"it lacks {name}: add it and release it"


@pytest.mark.parametrize(("headers", "said"), ATTRIBUTES)
def test_a_wrong_attribute_is_named_with_its_mend(headers: dict[str, str | None], said: str) -> None:
    sentence = refusal(letter(headers=headers))
    assert said in sentence and is_one_clear_sentence(sentence), sentence


MEMBER = b'{"member":{"person":"p","name":"Mary Quillfeather","relation":"%s"%s},"on":"2025-01-06"}'
BOOKING = b'{"meeting":"m","by":"w","reason":"Tom Quillfeather comes hungry","starts_at":%s}'
BODIES: list[tuple[str, bytes, str]] = [
    ("member-left", b"{not json: Mary Quillfeather", "the data of uk.quorate.member-left.v1 is not JSON"),
    ("member-left", b"", "is not JSON"),
    ("member-left", b'{"person":"Mary Quillfeather', "is not JSON"),
    ("member-left", b'{"person":"Mary \xff Quillfeather","on":"2025-01-06"}', "is not JSON (it is not UTF-8)"),
    ("member-left", b"null", "is not right: Expected `object`, got `null`"),
    ("member-left", b'"Mary Quillfeather"', "is not right: Expected `object`, got `str`"),
    ("member-left", b'["Mary Quillfeather"]', "is not right: Expected `object`, got `array`"),
    ("member-left", b'{"person":"Mary Quillfeather"}', "missing required field `on`"),
    ("member-left", b'{"person":"Mary Quillfeather","on":5}', "got `int` - at `$.on`"),
    ("member-left", b'{"person":"Mary Quillfeather","on":"2025-02-30"}', "Invalid RFC3339 encoded date - at `$.on`"),
    ("member-left", b'{"person":"p","on":"2025-01-06","adress":"Mill Lane"}', "unknown field `adress`"),
    ("member-left", b'{"person":"p","on":"2025-01-06","Mary Quillfeather":1}', "a field that nobody reads"),
    ("member-left", b'{"person":"p","on":"2025-01-06","x` - at `$.Mary":1}', "a field that nobody reads"),
    ("member-joined", MEMBER % (b"Mary's mother", b""), "streams/schemas allows - at `$.member.relation`"),
    ("member-joined", MEMBER % (b"x' - at `$.Mary", b""), "streams/schemas allows - at `$.member.relation`"),
    ("member-joined", MEMBER % (b"child", b',"Mary Quillfeather":1'), "a field that nobody reads"),
    ("member-joined", MEMBER % (b"child", b',"adress":1'), "unknown field `adress` - at `$.member`"),
    ("member-joined", MEMBER % (b"child", b',"address":{"key":"Mary Quillfeather"}'), "`$.member.address`"),
    ("booking-asked", BOOKING % b'"2025-01-06T10:00:00"', "starts_at is no instant with a time zone"),
    ("booking-asked", BOOKING % b'"9999-12-31T23:59:59-12:00"', "starts_at is no instant"),
    ("booking-asked", BOOKING % b'"Mary, at ten"', "Invalid RFC3339 encoded datetime - at `$.starts_at`"),
    (
        "area-recorded",
        b'{"name":"","team":"","telephone":"","roles":{"Mary Quillfeather":5}}',
        "got `int` - at `$.roles[...]`",
    ),
    (
        "slots-found",
        b'{"meeting":"m","slots":[{"x":' + b"[" * 99_999 + b"]" * 99_999 + b"}]}",
        "is not JSON (it is nested too deeply)",
    ),
]


@pytest.mark.parametrize(("name", "body", "said"), BODIES, ids=[f"{b[0]}-{n}" for n, b in enumerate(BODIES)])
def test_a_wrong_body_is_named_with_its_mend_and_quotes_nobody(name: str, body: bytes, said: str) -> None:
    sentence = refusal(letter(body, {"type": f"uk.quorate.{name}.v1"}))
    assert said in sentence and is_one_clear_sentence(sentence), sentence


LINES: list[tuple[bytes, str]] = [
    (b"{Mary Quillfeather", "it is not JSON"),
    (b"", "it is not JSON"),
    (b'{"id":"Mary \xff"}', "it is not JSON (it is not UTF-8)"),
    (b"[" * 99_999, "it is not JSON (it is nested too deeply)"),
    (b'["Mary Quillfeather"]', "it is not a JSON object; write one CloudEvent to a line"),
    (b"null", "it is not a JSON object"),
    (
        b'{"id":"1","colour":"Quillfeather","Datacontenttype":"x"}',
        "attributes that nobody reads (colour)",
    ),
    (b'{"id":"1","data_base64":"TWFyeQ=="}', "attributes that nobody reads (data_base64)"),
    (b'{"id":1,"data":{"name":"Mary Quillfeather"}}', "its attributes must all be text"),
    (b'{"subject":null}', "its attributes must all be text"),
    (b'{"type":"uk.quorate.public.meeting-booked.v1","sequence":1}', "is what Quorate tells other systems"),
]


@pytest.mark.parametrize(("line", "said"), LINES)
def test_a_wrong_line_of_a_file_is_named_with_its_mend(line: bytes, said: str) -> None:
    with pytest.raises(Unreadable) as caught:
        from_structured(line)
    assert said in str(caught.value) and is_one_clear_sentence(str(caught.value)), str(caught.value)


def test_a_line_without_data_is_refused_as_the_record_that_it_makes() -> None:
    told = to_structured(LEFT)
    del told["data"]
    assert "Expected `object`, got `null`" in refusal(from_structured(json.dumps(told).encode()))


def test_a_line_makes_the_very_record_that_binary_mode_makes() -> None:
    assert from_structured(json.dumps(to_structured(LEFT)).encode()) == write(LEFT)
    polite = {**to_structured(LEFT), "datacontenttype": "application/json", "dataschema": "urn:x", "partitionkey": "k"}
    assert read(from_structured(json.dumps(polite).encode()), NOW) == LEFT


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
texts = words | st.builds(Sealed, words, words, words)
zones = st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))
instants = st.builds(
    lambda hours, zone: (NOW + timedelta(hours=hours, microseconds=hours)).astimezone(zone),
    st.integers(-200_000, 500_000),
    zones,
)
days = st.dates()
members = st.builds(
    e.Member,
    person=words,
    name=texts,
    relation=st.sampled_from(["child", "parent", "unborn"]),
    cares=st.booleans(),
    born=st.none() | days,
    address=st.none() | texts,
)
bodies: list[st.SearchStrategy[Any]] = [
    st.builds(e.HouseholdRecorded, st.lists(members, max_size=3).map(tuple)),
    st.builds(e.BusyRecorded, words, instants, instants),
    st.builds(e.AreaRecorded, words, words, words, st.dictionaries(words, words, max_size=3)),
    st.builds(e.MinutesRecorded, words, words, st.lists(texts, max_size=3).map(tuple)),
    st.builds(e.BookingAsked, words, instants, words, st.none() | words, st.none() | texts),
    st.builds(e.SeatsTaken, words, st.integers(0, 10**6), instants, instants, words, words, st.none() | words),
    st.just(e.TimeCame()),
]


@given(st.one_of(bodies), instants, instants)
def test_whatever_is_written_is_read_back_as_it_was(body: e.Body, happened: datetime, recorded: datetime) -> None:
    told = e.Event("id-1", "lcs.example", FAMILY, happened, recorded, body)
    assert read(write(told), NOW) == told
    assert read(from_structured(json.dumps(to_structured(told)).encode()), NOW) == told
    assert write(read(write(told), NOW)) == write(told), "and to the same bytes"


@given(st.binary(max_size=200), st.sampled_from(sorted(wire.EVENT_TYPES)))
def test_whatever_comes_in_is_read_or_refused_and_never_breaks_the_reader(body: bytes, type_: str) -> None:
    try:
        read(letter(body, {"type": type_}), NOW)
    except Unreadable as error:
        assert str(error).endswith("release it")


odd: list[Any] = [None, True, 7, 1.5, "", "x", "1.0", [], ["x"], {}, {"x": [{}]}, "2025-01-06T10:00:00Z", "a/family/b"]
names = sorted(wire.KNOWN | {"data", "x"})


@given(st.dictionaries(st.sampled_from(names), st.sampled_from(odd) | st.sampled_from(sorted(wire.EVENT_TYPES))))
def test_whatever_stands_on_a_line_is_read_or_refused(told: dict[str, Any]) -> None:
    try:
        read(from_structured(json.dumps(told).encode()), NOW)
    except Unreadable as error:
        assert str(error).endswith("release it")
