"""The demo, played once: what it shows must be true of the policy, and nothing personal may leak on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import Struct

from handlers import events as e
from handlers.events import Event
from infra.db.sealing import seal
from infra.demo.command import run_demo
from infra.demo.play import QUARTERS, NotADemoHome, set_up
from streams.wire import from_structured, read
from tests.infra.commands import Home
from tests.journeys.conftest import Played, played_in
from tests.journeys.story import at
from tests.leaks import found

pytestmark = pytest.mark.timeout(600)
CHILD_PROTECTION = ("initial_conference", "review_conference", "core_group")


def the_file() -> list[Event]:
    lines = [x.strip() for quarter in QUARTERS for x in quarter.read_bytes().splitlines()]
    return [read(from_structured(x), at("2025-01-06")) for x in lines if x and not x.startswith(b"#")]


class Plain:
    """A keyring that seals nothing and remembers every personal word that it is shown."""

    def __init__(self) -> None:
        self.words: set[str] = set()

    def close_up(self, text: str, name: str) -> str:
        self.words.add(text)
        return text


def personal_words() -> set[str]:
    keyring = Plain()
    for event in the_file():
        seal(event, keyring)  # type: ignore[arg-type]  # it stands in for the real keyring
    return keyring.words


def everybody() -> dict[str, set[str]]:
    """Name and address of every person of the file, by the person's id."""
    people: dict[str, set[str]] = {}
    for body in _inside(x.body for x in the_file()):
        if isinstance(body, e.Member | e.WorkerRecorded):
            who = body.person if isinstance(body, e.Member) else body.worker
            people[who] = {str(word) for word in (body.name, body.address) if word}
        if isinstance(body, e.AddressChanged):
            people[body.person].add(str(body.address))
    return people


def children() -> set[str]:
    members = [b for b in _inside(x.body for x in the_file()) if isinstance(b, e.Member)]
    return {str(m.name) for m in members if m.relation in ("child", "unborn")}


def _inside(values: Iterable[Any]) -> Iterator[Struct]:
    for value in values:
        if isinstance(value, Struct):
            yield value
            yield from _inside(getattr(value, name) for name in value.__struct_fields__)
        elif isinstance(value, tuple):
            yield from _inside(value)


def test_exactly_one_meeting_finds_no_time_at_first_and_it_is_held_late(demo: Played) -> None:
    failed = demo.rows("SELECT stream, body FROM ledger WHERE type = 'BookingFailed'")
    (stream, meeting) = {(r["stream"], msgspec.json.decode(r["body"])["meeting"]) for r in failed}.pop()
    assert len(failed) == 1
    (row,) = [r for r in demo.rows("SELECT * FROM meetings") if (r["stream"], r["meeting"]) == (stream, meeting)]
    assert (row["state"], row["late"]) == ("held", 1)


def test_every_meeting_of_the_file_sat_when_the_diary_had_booked_it(demo: Played) -> None:
    """The file's days were written down from the diary's answers: a finder that answers otherwise shows here."""
    sat = {(f.family, m.id): m.sitting.ended_at for f in demo.families() for m in f.meetings.values() if m.sitting}
    said = {(x.stream.id, x.body.meeting): x.happened for x in the_file() if isinstance(x.body, e.MeetingHeld)}
    assert len(said) > 100 and sat == said


def test_each_area_goes_by_its_own_rules(demo: Played) -> None:
    """Working Together gives ten working days for the first core group, Lakeside seven."""
    rows = demo.rows("SELECT * FROM meetings WHERE kind = 'core_group' AND meeting LIKE '%:1'")
    told = {(r["stream"].partition("/")[0], r["working"].partition(" working days")[0]) for r in rows}
    assert told == {("harrow-vale", "10"), ("lakeside", "7")}


def test_about_forty_families_live_in_two_areas(demo: Played) -> None:
    areas = [file.stream.area for file in demo.families()]
    assert (areas.count("harrow-vale"), areas.count("lakeside")) == (12, 28)


def test_some_meetings_find_only_a_late_time(demo: Played) -> None:
    assert len(demo.rows("SELECT 1 FROM meetings WHERE late AND state = 'held'")) >= 2


def test_the_service_is_told_of_every_child_protection_meeting_or_somebody_owes_it(demo: Played) -> None:
    """Reckoned here from the families themselves, not from the gate."""
    directories = demo.directories()
    checked = 0
    for file in demo.families():
        posts = directories[file.stream.area].area
        assert posts
        rows = demo.rows(f"SELECT * FROM duties WHERE kind = 'tell_treatment' AND stream = '{file.stream}'")
        carers = {m.person for m in file.members.values() if m.cares}
        for episode in (x for x in file.episodes.values() if x.told.person in carers):
            for meeting in file.meetings.values():
                booked = meeting.booked
                if meeting.due.kind not in CHILD_PROTECTION or not booked or booked.starts_at < episode.known_at:
                    continue
                about = [r for r in rows if r["meeting"] == meeting.id and r["adult"] == episode.told.person]
                standing = [r for r in about if r["ended"] != "lapse"]
                assert standing, (file.family, meeting.id)
                assert all(r["ended"] == "evidence" or posts.roles[r["owner"]] for r in standing)
                checked += 1
    assert checked > 80


def test_a_concern_without_an_episode_reaches_the_single_point_of_contact(demo: Played) -> None:
    rows = demo.rows("SELECT * FROM duties WHERE kind = 'tell_treatment' AND stream LIKE '%/F-104'")
    assert rows and {r["to"] for r in rows} == {"w-clearway-spoc"}


def test_refused_consent_keeps_a_project_review_from_the_service(demo: Played) -> None:
    rows = demo.rows("SELECT * FROM duties WHERE stream LIKE '%/F-111'")
    assert not [r for r in rows if r["kind"] in ("tell_treatment", "send_minutes_treatment")]
    assert {r["ended"] for r in rows if r["kind"] == "seek_consent"} == {"evidence"}


def test_a_record_of_each_area_stays_held_for_want_of_a_basis_and_none_stays_parked(demo: Played) -> None:
    held = demo.rows("SELECT * FROM held WHERE state = 'open'")
    assert [r["reason"] for r in held] == ["no_basis"] * 2 and not demo.rows("SELECT * FROM parked")
    owed = demo.rows("SELECT * FROM duties WHERE kind = 'mend_record' AND ended IS NULL")
    assert owed and all(r["owner"] == "coordinator" for r in owed)


def test_a_plan_that_ends_lets_what_is_no_longer_owed_lapse(demo: Played) -> None:
    rows = demo.rows("SELECT state FROM meetings WHERE stream LIKE '%/F-106' AND meeting LIKE 'review%'")
    assert [r["state"] for r in rows] == ["no longer due"]
    open_duties = demo.rows("SELECT * FROM duties WHERE stream LIKE '%/F-106' AND ended IS NULL")
    assert not [d for d in open_duties if d["kind"] in ("hold_meeting", "tell_treatment", "find_a_time")]


def test_no_mail_but_the_minutes_names_a_child_or_anybody_but_its_reader(demo: Played) -> None:
    people = everybody()
    looked_at = 0
    for name, mail in demo.mails()[::5]:  # each takes a while; the simulator's judge reads every mail
        if any(part.get_filename() == "minutes.html" for part in mail.walk()):
            continue
        reader = next(words for words in people.values() if str(mail["To"]) in words)
        others = {word for words in people.values() for word in words} - reader
        assert not found(others | children(), mail), name
        looked_at += 1
    assert looked_at > 400


def test_full_minutes_name_no_child_and_go_to_accredited_addresses_alone(demo: Played) -> None:
    accredited = {x.body.address for x in the_file() if isinstance(x.body, e.WorkerRecorded) and x.body.secure}
    papers = [m for _, m in demo.mails()[::3] if any(p.get_filename() == "minutes.html" for p in m.walk())]
    assert len(papers) > 100
    for mail in papers:
        assert str(mail["To"]) in accredited and not found(children(), mail)


def test_the_leak_scan_would_see_a_child_in_these_mails(demo: Played) -> None:
    name, mail = demo.mails()[0]
    child = sorted(children())[0]
    mail.add_attachment(f"about {child}", subtype="plain")
    assert found([child], mail), name


def test_no_personal_word_of_the_file_stands_in_clear_in_the_database(demo: Played) -> None:
    kept = [p for p in demo.home.iterdir() if p.name.startswith("quorate.db")]
    stored = b"".join(p.read_bytes() for p in kept)
    words = personal_words()
    assert len(words) > 200 and b"p-101a" in stored
    assert not [w for w in words if w.encode() in stored or msgspec.json.encode(w)[1:-1] in stored]


def test_the_summary_says_who_was_told_and_what_is_late_on_one_screen(demo: Played) -> None:
    assert len(demo.printed.splitlines()) <= 50  # the path of a test is long
    assert max(map(len, demo.printed.splitlines()[:-1])) <= 100
    for words in (
        "Harrow Vale and Lakeside",
        "CG-01",
        "F-101",
        "answered yes",
        "by telephone",
        "NOT YET",
        "consent was refused",
    ):
        assert words in demo.printed
    for words in ("board: w-board", "no basis", ".venv/bin/quorate --home", " show F-", " duties ", str(demo.home)):
        assert words in demo.printed.replace("\n", "")


def test_a_family_is_found_and_every_area_counted_without_naming_one(demo: Played) -> None:
    home = Home(demo.home)
    assert "PLAN-201" in home.says("show", "F-201") and "PLAN-101" in home.says("show", "F-101")
    assert {row["area"] for row in home.rows("attendance")} == {"harrow-vale", "lakeside"}


def test_playing_it_again_sends_nothing_and_changes_no_ledger_row(demo: Played) -> None:
    before = ([tuple(r) for r in demo.rows("SELECT * FROM ledger ORDER BY stream, seq")], len(demo.mails()))
    printed = played_in(demo.home)
    after = ([tuple(r) for r in demo.rows("SELECT * FROM ledger ORDER BY stream, seq")], len(demo.mails()))
    assert before == after and "played before" in printed


def test_a_folder_that_holds_something_else_is_refused_and_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "quorate.db").write_text("somebody's")
    with pytest.raises(NotADemoHome, match="QUORATE_HOME"):
        set_up(tmp_path)
    assert run_demo("local", tmp_path) == 2
    assert [p.name for p in tmp_path.iterdir()] == ["quorate.db"]
    assert "QUORATE_HOME" in capsys.readouterr().err


def test_an_unknown_engine_is_named_with_those_there_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_demo("steam", tmp_path / "home") == 2
    assert "local" in capsys.readouterr().err and not (tmp_path / "home").exists()
