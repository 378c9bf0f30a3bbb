"""What cannot be read or decided lies on the shelf with a sentence; mended and released, it is as if right at first."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from handlers import events as e
from infra.deploy.postgres import Postgres
from streams.wire import to_structured
from tests.infra.commands import (
    BY,
    FAMILY,
    MEETING,
    Home,
    assessment,
    changed,
    first_evening,
    home,
    line_of,
    referral,
    referred,
)
from tests.journeys.story import at, the_whole_journey, told

__all__ = ["first_evening", "home", "referred"]

GOOD = told(at("2025-01-06", "09:20"), "family/F-1", e.ConsentRecorded("p-mother", "fip", True, "w-fip"))
BAD: dict[str, bytes] = {
    "no JSON": b'{"specversion": "1.0", "data": Mary Quillfeather',
    "no object": b'["Mary Quillfeather"]',
    "no id": changed(GOOD, id=None),
    "no time": changed(GOOD, time=None),
    "another specversion": changed(GOOD, specversion="0.3"),
    "an unknown type": changed(GOOD, type="uk.quorate.nobody-knows.v1"),
    "an unknown field": changed(GOOD, data={"person": "Mary Quillfeather", "shoe_size": 4}),
    "a wrong value": changed(GOOD, data={"person": "p-mother", "purpose": "Quillfeather", "given": True, "by": "x"}),
    "no data": changed(GOOD, data=None),
    "an unknown attribute": changed(GOOD, remark="Mary Quillfeather"),
    "an attribute that is no text": changed(GOOD, id=7),
    "a subject that names no stream": changed(GOOD, subject="riverside/pony/F-1"),
    "a time that is none": changed(GOOD, time="Tuesday"),
    "a time without a zone": changed(GOOD, time="2025-01-06T09:00:00"),
    "a recordedtime that is none": changed(GOOD, recordedtime="later"),
    "a time beyond the calendar": changed(GOOD, time="0001-01-01T00:00:00+23:59", recordedtime=None),
    "bytes that are no text": b'{"id": "\xff\xfeQuillfeather"}',
    "a deep hole": b'{"data": ' + b"[" * 100_000,
    "an id with an unprintable character": changed(GOOD, id="a\u0000b"),
}


def test_bad_lines_of_every_kind_are_held_with_a_sentence_and_the_rest_goes_on(home: Home) -> None:
    said = home.publish([*BAD.values(), GOOD, *referral()], code=1)
    assert f"{len(referral()) + 1} taken, 0 there already, {len(BAD)} held; see quorate held." in said
    assert "Quillfeather" not in said and "Line 1 is held as H-" in said
    rows = home.rows("held")
    assert len(rows) == len(BAD) and all(r["reason"] == "unreadable" and len(r["sentence"]) > 10 for r in rows)
    home.says("run", "--until", "2025-01-06")
    file = home.snapshot()
    assert file["records"]["consents"] and file["meetings"][MEETING]["booked"]
    owed = [d for d in file["duties"].values() if d["kind"] == "mend_record"]
    assert len(owed) == sum(1 for r in rows if r["stream"] == "riverside/family/F-1")
    assert f"Decided without {len(owed)} held events" in home.says("show", FAMILY)
    assert "Quillfeather" not in " ".join(str(r) for r in home.sql("SELECT * FROM held"))


def test_bad_lines_published_twice_are_held_once(home: Home) -> None:
    home.publish(BAD.values(), code=1)
    before = home.sql("SELECT * FROM outbox")
    assert f"0 there already, {len(BAD)} held" in home.publish(BAD.values(), code=1)
    assert len(home.rows("held")) == len(BAD) and home.sql("SELECT * FROM outbox") == before


def test_a_bad_line_under_a_good_events_name_does_not_take_it_away(home: Home) -> None:
    home.publish([GOOD, BAD["an unknown field"]], code=1)
    home.says("run", "--until", "2025-01-06")
    assert home.snapshot()["records"]["consents"]


@pytest.mark.parametrize("in_one_file", [True, False])
def test_another_event_under_the_same_id_is_held(home: Home, in_one_file: bool) -> None:
    other = replace(GOOD, body=e.ConsentRecorded("p-mother", "fip", False, "w-fip"))
    if not in_one_file:
        home.publish([GOOD])
    home.publish([GOOD, other], code=1)
    [row] = home.rows("held")
    assert row["reason"] == "clash" and "its own id" in row["sentence"]
    assert GOOD.id in home.fails("held", "release", row["record"], code=1)
    own = home.folder.with_name("own.json")
    own.write_bytes(line_of(replace(other, id="another")))
    home.says("held", "mend", row["record"], str(own))
    home.says("held", "release", row["record"])
    home.says("run", "--until", "2025-01-06")
    assert not home.rows("held")
    assert home.sql("SELECT count(*) FROM ledger WHERE type = 'ConsentRecorded'") == [(2,)]


def test_a_person_streams_held_record_shows_on_the_family(referred: Home) -> None:
    opened = e.EpisodeOpened("E-9", "clearway", "w-clearway-key", at("2025-01-07").date(), None)
    referred.publish([told(at("2025-01-07", "09:00"), "person/p-mother", opened, "clearway.example")])
    referred.says("run", "--until", "2025-01-07")
    assert "Decided without 1 held event:" in referred.says("show", FAMILY)
    assert referred.one("show", FAMILY)["held_events"] == [referred.rows("held")[0]["record"]]


STRANGER = "person/clearway:CW-1"
KNOWN_AS = told(at("2025-01-08", "09:00"), "person/p-mother", e.ReferenceRecorded("clearway", "CW-1"), "crosswalk")


def of_a_stranger(basis: e.Basis | None = "statutory") -> e.Event:
    """An episode of somebody given under another system's name."""
    opened = e.EpisodeOpened("E-9", "clearway", "w-clearway-key", at("2025-01-07").date(), basis)
    return told(at("2025-01-07", "09:00"), STRANGER, opened, "clearway.example", "stranger")


def test_a_held_record_under_another_systems_name_is_owed_by_the_family_once_it_is_known_whose_it_is(
    referred: Home,
) -> None:
    unreadable = changed(of_a_stranger(), data={"shoe_size": 4})
    referred.publish([unreadable, replace(of_a_stranger(None), id="no basis")], code=1)
    referred.says("run", "--until", "2025-01-07")
    assert [r["reason"] for r in referred.rows("held")] == ["unreadable"]
    assert {r["awaits"] for r in referred.rows("parked")} == {"reference:clearway:CW-1"}
    assert not referred.rows("duties", "--kind", "mend_record")
    referred.publish([KNOWN_AS])
    referred.says("run", "--until", "2025-01-08")
    held = referred.rows("held")
    assert {r["reason"] for r in held} == {"unreadable", "no_basis"} and not referred.rows("parked")
    assert {r["stream"] for r in held} == {f"riverside/{STRANGER}"}
    assert set(referred.one("show", FAMILY)["held_events"]) == {r["record"] for r in held}
    assert [d["owner"] for d in referred.rows("duties", "--kind", "mend_record")] == ["coordinator"] * 2


@pytest.mark.parametrize("mended_on", ["2025-01-06", "2025-01-07T09:00", "2025-01-07", "2025-01-09"])
def test_one_that_is_mended_before_or_after_it_is_known_whose_it_is_is_owed_no_more(
    referred: Home, mended_on: str
) -> None:
    """Also where it was held and released at one instant, or before the hour that its line names."""
    referred.publish([changed(of_a_stranger(), data={"shoe_size": 4})], code=1)
    known_before = [KNOWN_AS] if mended_on > "2025-01-08" else []
    referred.publish(known_before)
    referred.says("run", "--until", mended_on)
    [row] = referred.rows("held")
    referred.says("held", "mend", row["record"], mended(referred, of_a_stranger()))
    referred.says("held", "release", row["record"])
    referred.publish([] if known_before else [KNOWN_AS])
    referred.says("run", "--until", "2025-01-09")
    assert not referred.rows("held") and not referred.rows("parked")
    assert "E-9" in referred.snapshot()["episodes"]
    assert not referred.rows("duties", "--kind", "mend_record") and not referred.one("show", FAMILY)["held_events"]


def mended(home: Home, event: e.Event | None = None, **changes: Any) -> str:
    """A file with this event (or the assessment) set right, without its source and id."""
    told = to_structured(event or assessment("statutory")) | changes
    file = home.folder.with_name("mended.json")
    file.write_text(json.dumps({k: v for k, v in told.items() if k not in ("id", "source", "recordedtime")}))
    return str(file)


def what_counts(home: Home) -> tuple[Any, Any]:
    """The case file's meetings, and its duties apart from that of mending."""
    file = home.snapshot()
    return file["meetings"], {k: v for k, v in file["duties"].items() if v["kind"] != "mend_record"}


@pytest.mark.parametrize("raw", [True, False], ids=["held at the door", "held by a rule"])
def test_a_mended_and_released_event_leaves_the_file_as_if_it_had_been_right_at_first(
    home: Home, tmp_path: Path, raw: bool
) -> None:
    events = [x for x in the_whole_journey() if x.recorded < at("2025-01-07")]
    right = Home(tmp_path / "right")
    right.publish([*events, assessment("statutory")])
    right.says("run", "--until", "2025-01-08")

    bad = changed(assessment("statutory"), time="Monday") if raw else line_of(assessment(None))
    home.publish([*events, bad], code=int(raw))
    home.says("run", "--until", "2025-01-06T09:45")
    [row] = home.rows("held")
    shown = home.one("held", "show", row["record"])
    assert shown["event"]["id"] == "assessed" and shown["event"]["data"]["factors"]
    home.says("held", "mend", row["record"], mended(home))
    assert "released" in home.says("held", "release", row["record"], *BY)
    assert "already" in home.fails("held", "release", row["record"])
    home.says("run", "--until", "2025-01-08")

    assert what_counts(home) == what_counts(right)
    [(recorded, source)] = home.sql("SELECT recorded, source FROM ledger WHERE event = 'assessed'LIMIT 1")
    assert (recorded, source) == ("2025-01-06T09:30:00.000000Z", "lcs.example")
    [duty] = [d for d in home.rows("duties", "--all") if d["kind"] == "mend_record"]
    assert duty["ended"] == "evidence" and not home.rows("held")
    assert home.sql("SELECT source FROM ledger WHERE type = 'RecordReleased'") == [("quorate/cli/w-coordinator",)]
    home.says("replay")
    home.says("ledger", "verify")
    assert home.publish([bad]) == "0 taken, 1 there already, 0 held.\n" if raw else True


def test_an_event_released_after_the_meeting_was_booked_owes_what_it_would_have_owed(
    home: Home, tmp_path: Path
) -> None:
    right = Home(tmp_path / "right")
    events = [x for x in referral() if not isinstance(x.body, e.EpisodeOpened)]
    right.publish([*events, assessment("statutory")])
    right.says("run", "--until", "2025-01-06T20:00")
    home.publish([*events, assessment(None)])
    home.says("run", "--until", "2025-01-06T20:00")
    [row] = home.rows("held")
    home.says("held", "mend", row["record"], mended(home))
    home.says("held", "release", row["record"])
    duties = [{(k, d["kind"], d["ended"]) for k, d in what_counts(h)[1].items()} for h in (home, right)]
    assert duties[0] == duties[1]


def test_what_is_still_bad_comes_back_with_a_new_reason(home: Home) -> None:
    home.publish([*referral(), assessment(None)])
    home.says("run", "--until", "2025-01-06")
    [row] = home.rows("held")
    for _ in range(2):  # at one played instant
        assert "held again" in home.fails("held", "release", row["record"], code=1)
        assert [r["record"] for r in home.rows("held")] == [row["record"]]
        assert home.one("show", FAMILY)["held_events"] == [row["record"]]
        [duty] = home.rows("duties", "--kind", "mend_record")
        assert duty["ended"] is None
    home.says("held", "mend", row["record"], mended(home))
    home.says("held", "release", row["record"])
    assert not home.rows("held") and not home.rows("duties", "--kind", "mend_record")


def mended_body(day: str, basis: str | None) -> dict[str, Any]:
    return {"assessment": "A-1", "assessed_on": day, "factors": [], "basis": basis}


@pytest.mark.parametrize(
    ("day", "basis", "lacks"),
    [("2025-01-06", None, "it names no legal basis; add a basis"), ("2025-02-01", "statutory", "had not come when")],
)
def test_a_mend_that_would_only_be_held_again_is_refused_with_what_it_still_lacks(
    home: Home, day: str, basis: str | None, lacks: str
) -> None:
    home.publish([*referral(), assessment(None)])
    home.says("run", "--until", "2025-01-06")
    [row] = home.rows("held")
    before = [home.sql(f"SELECT * FROM {table}") for table in ("held", "outbox", "keys", "ledger")]
    refused = home.fails("held", "mend", row["record"], mended(home, data=mended_body(day, basis)))
    assert refused.startswith("the mended event is not right yet: FactorsAssessed") and lacks in refused
    assert before == [home.sql(f"SELECT * FROM {table}") for table in ("held", "outbox", "keys", "ledger")]


def test_a_mend_under_another_systems_name_needs_its_basis_too(referred: Home) -> None:
    referred.publish([changed(of_a_stranger(), data={"shoe_size": 4})], code=1)
    [row] = referred.rows("held")
    assert "no legal basis" in referred.fails("held", "mend", row["record"], mended(referred, of_a_stranger(None)))


def test_a_mend_that_is_not_right_changes_nothing(home: Home) -> None:
    home.publish([*referral(), assessment(None)])
    home.says("run", "--until", "2025-01-06")
    [row] = home.rows("held")
    before = home.sql("SELECT * FROM held")
    assert "not right yet" in home.fails("held", "mend", row["record"], mended(home, data={"shoe_size": 4}))
    assert "cannot be read" in home.fails("held", "mend", row["record"], "/nowhere.json")
    assert "H-" in home.fails("held", "mend", "H-0", mended(home))
    assert home.sql("SELECT * FROM held") == before


def test_what_is_parked_says_for_which_name_it_waits(referred: Home) -> None:
    held = e.MeetingHeld("core-group:PLAN-1:1", ())
    early = told(at("2025-01-06", "20:00"), "family/F-1", held)
    stranger = told(at("2025-01-06", "20:00"), "person/clearway:CW-1", e.EpisodeClosed("E-1", at("2025-01-06").date()))
    referred.publish([early, stranger])
    referred.says("run", "--until", "2025-01-07")
    assert {r["awaits"] for r in referred.rows("parked")} == {
        "meeting:core-group:PLAN-1:1",
        "reference:clearway:CW-1",
    }


def test_every_command_works_over_postgresql_as_well(
    home: Home, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUORATE_DATABASE", postgres.create("cli"))
    monkeypatch.setenv("QUORATE_MASTER_KEY", "0123456789abcdef" * 4)
    home.folder.mkdir()
    home.publish([*referral(), BAD["an unknown field"], assessment(None)], code=1)
    home.publish(referral())
    home.says("run", "--until", "2025-01-06")
    home.says("book", FAMILY, MEETING, "--at", "2025-01-14T10:00", *BY)
    assert len(home.rows("held")) == 2 and home.one("show", FAMILY)["meetings"][0]["state"] == "booked"
    record = next(r["record"] for r in home.rows("held") if r["reason"] == "no_basis")
    assert "held again" in home.fails("held", "release", record, code=1)
    home.says("held", "mend", record, mended(home))
    home.says("held", "release", record, *BY)
    assert len(home.rows("held")) == 1
    for command in (("duties", "--late"), ("meetings", "--from", "2025-01-01"), ("attendance",), ("parked",)):
        home.rows(*command)
    assert home.one("ledger", "verify")["ok"] and home.one("replay")["ok"]
    home.rows("doctor", code=1)
