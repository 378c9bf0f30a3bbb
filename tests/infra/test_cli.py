"""The command line over a real database and a real mailbox: what a coordinator types, and what comes of it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from handlers import events as e
from tests.infra.commands import BY, FAMILY, MEETING, Home, first_evening, home, in_april, line_of, referral, referred
from tests.infra.test_post import free_port
from tests.journeys.story import at, the_whole_journey, told

__all__ = ["first_evening", "home", "in_april", "referred"]


def test_publishing_twice_changes_nothing(home: Home) -> None:
    events = referral()
    assert home.publish(events) == f"{len(events)} taken, 0 there already, 0 held.\n"
    home.says("run", "--until", "2025-01-06")
    before = home.sql("SELECT count(*) FROM outbox"), home.sql("SELECT * FROM files")
    assert home.publish(events) == f"0 taken, {len(events)} there already, 0 held.\n"
    home.says("run", "--until", "2025-01-06")
    assert (home.sql("SELECT count(*) FROM outbox"), home.sql("SELECT * FROM files")) == before


def test_events_of_one_instant_keep_the_order_of_a_long_file(home: Home) -> None:
    rooms = [told(at("2025-01-06"), "diary", e.RoomRecorded(f"r-{n}", "", "", n)) for n in range(1100)]
    home.publish(rooms)
    home.says("run", "--until", "2025-01-06")
    assert list(home.snapshot("riverside/diary/riverside")["rooms"]) == [f"r-{n}" for n in range(1100)]


def test_standard_input_can_be_published(home: Home) -> None:
    text = "# a remark\n\n" + "\r\n".join(line_of(x).decode() for x in referral())
    assert home.run("publish", "-", stdin=text).stdout.startswith(f"{len(referral())} taken")


def test_time_is_played_to_the_end_of_a_day_and_never_back(referred: Home) -> None:
    assert home_clock(referred) == "2025-01-06T23:59:59.000000Z"
    assert "time never runs back" in referred.fails("run", "--until", "2025-01-05")
    assert referred.one("run", "--until", "2025-01-07T12:00")["played_to"] == "2025-01-07T12:00:00Z"
    assert "2025-01-14T10:00" in referred.fails("run", "--until", "Tuesday")
    assert "--until" in referred.fails("run")


def test_played_time_that_finds_all_that_waits_recorded_later_says_so(home: Home) -> None:
    events = referral()
    home.publish(events)
    said = home.run("run", "--until", "2025-01-03").stderr
    assert f"{len(events)} events recorded later than Fri 3 January 2025" in said and "--recorded DATE" in said
    assert "recorded later" not in home.run("run", "--until", "2025-01-06").stderr


def test_a_database_whose_key_is_missing_gets_no_other(referred: Home) -> None:
    key = referred.folder / "master.key"
    key.unlink()
    assert "is missing: restore it" in referred.fails("run", "--until", "2025-01-07")
    assert "is missing: restore it" in referred.fails("duties") and not key.exists()


def home_clock(home: Home) -> str:
    [(at,)] = home.sql("SELECT played_to FROM clock")
    return str(at)


def test_mail_is_kept_in_the_home_or_in_a_folder_of_ones_own(referred: Home, tmp_path: Path) -> None:
    assert len(list((referred.folder / "mail").glob("*.eml"))) == 7
    other = Home(tmp_path / "other")
    other.publish(referral())
    other.says("run", "--until", "2025-01-06", "--mailbox", str(tmp_path / "box"))
    assert len(list((tmp_path / "box").glob("*.eml"))) == 7


def test_a_relay_that_is_away_is_said_and_costs_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.publish(referral())
    monkeypatch.setenv("QUORATE_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("QUORATE_SMTP_PORT", "9")
    assert "nothing is lost" in home.fails("run", "--until", "2025-01-06", code=75)
    monkeypatch.delenv("QUORATE_SMTP_HOST")
    monkeypatch.delenv("QUORATE_SMTP_PORT")
    home.says("run", "--until", "2025-01-06")
    assert len(list((home.folder / "mail").glob("*.eml"))) == 7


def test_times_are_proposed_and_nothing_is_booked(referred: Home) -> None:
    before = referred.snapshot()["meetings"][MEETING]["booked"]
    assert "Wed 8 January 2025" in referred.says("propose", FAMILY, MEETING, *BY)
    assert referred.snapshot()["meetings"][MEETING]["booked"] == before


def test_a_time_is_fixed_where_the_coordinator_wants_it(referred: Home) -> None:
    said = referred.says("book", FAMILY, MEETING, "--at", "2025-01-14T10:00", "--room", "room-2", *BY)
    assert "Tue 14 January 2025 10:00 to 12:00, Room 2" in said and "chair W-CHAIR-" in said
    assert "everybody asked for is free" in said
    with_offset = referred.says("book", FAMILY, MEETING, "--at", "2025-01-14T12:00:00+01:00", *BY)
    assert "Tue 14 January 2025 11:00" in with_offset


def test_where_nothing_fits_the_reasons_are_said_and_the_booking_stands(referred: Home) -> None:
    said = referred.says("book", FAMILY, MEETING, "--at", "2025-01-14T10:00", "--room", "room-9", *BY)
    assert said.startswith("Nothing fits at Tue 14 January 2025 10:00: ")
    assert "is booked for Wed 8 January 2025 09:00" in said


def test_an_answer_from_before_a_move_is_told_apart_from_one_to_the_new_time(referred: Home) -> None:
    for person in ("w-clearway-key", "p-mother"):
        referred.says("answer", FAMILY, MEETING, person, "accepted", *BY)
    referred.says("move", FAMILY, MEETING, "--to", "2025-01-15T14:00", "--reason", "snow", *BY)
    referred.says("answer", FAMILY, MEETING, "p-mother", "declined", *BY)
    shown = referred.says("show", FAMILY)
    assert "accepted (to an earlier time, recorded by" in shown and "declined (recorded by" in shown


def test_a_booked_meeting_is_moved_and_the_reason_is_sealed(referred: Home) -> None:
    said = referred.says(
        *("move", FAMILY, MEETING, "--to", "2025-01-15T14:00"),
        *("--reason", "Mary Quillfeather is ill", *BY),
    )
    assert "Wed 15 January 2025 14:00" in said
    everything = " ".join(str(r) for r in referred.sql("SELECT * FROM outbox, ledger, files LIMIT 5000"))
    assert "is ill" not in everything


def test_minutes_that_find_the_mail_relay_away_are_never_in_doubt(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.publish(the_whole_journey())
    home.says("run", "--until", "2025-01-14")
    with monkeypatch.context() as away:
        away.setenv("QUORATE_SMTP_PORT", str(free_port()))
        for _ in range(2):
            assert "nothing is lost" in home.fails("run", "--until", "2025-01-16", code=75)
    home.says("run", "--until", "2025-01-17")
    outcomes = dict(
        home.sql("SELECT outcome, count(*) FROM outbox WHERE kind = 'message' AND state = 'done' GROUP BY 1")
    )
    assert set(outcomes) == {"accepted"}, "a mail that certainly had not gone was taken for one that may have"


def test_a_cancelled_meeting_is_still_due(referred: Home) -> None:
    said = referred.says("cancel", FAMILY, MEETING, "--reason", "snow", *BY)
    assert "is off; 6 people are told so" in said and "still due by Mon 27 January 2025" in said
    assert "nothing to cancel" in referred.fails("cancel", FAMILY, MEETING, "--reason", "snow", *BY)
    assert "quorate book" in referred.fails("move", FAMILY, MEETING, "--to", "2025-01-20T10:00", "--reason", "x", *BY)


def test_an_answer_ends_the_duty_to_tell_the_treatment_service(referred: Home) -> None:
    said = referred.says("answer", FAMILY, MEETING, "w-clearway-key", "accepted", *BY)
    assert "W-CLEARWAY-KEY Surname: accepted" in said
    assert re.search(r"Duty D-\w+ ended \(evidence: accepted, recorded by w-coordinator\)", said)


def test_a_call_ends_it_only_if_somebody_spoke(referred: Home) -> None:
    call = ("call", FAMILY, MEETING, "w-clearway-key", *BY, "--outcome")
    assert "ended" not in referred.says(*call, "no_answer", "--remark", "engaged")
    assert "(evidence: spoken with" in referred.says(*call, "spoke")


def test_a_duty_is_closed_for_a_reason_by_a_named_person(referred: Home) -> None:
    duty = referred.rows("duties", "--kind", "tell_treatment")[0]["duty"]
    said = referred.says("close", duty, "--reason", "told in person", "--by", "w-unit-manager")
    assert f"Duty {duty} ended (reason: w-unit-manager)" in said
    assert "ended already" in referred.fails("close", duty, "--reason", "x", *BY)
    story = referred.says("duties", "--explain", duty)
    assert "opened, since a time was found: " in story and "“told in person”" in story and "w-unit-manager" in story


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        (("show", "F-2"), "F-1"),
        (("propose", FAMILY, "core-group:9", *BY), MEETING),
        (("propose", "F-9", MEETING, *BY), "F-1"),
        (("propose", FAMILY, MEETING, "--by", "w-coordinater"), "w-coordinator"),
        (("answer", FAMILY, MEETING, "w-nobody", "accepted", *BY), "w-health"),
        (("answer", FAMILY, MEETING, "w-health", "perhaps", *BY), "tentative"),
        (("call", FAMILY, MEETING, "w-nobody", "--outcome", "spoke", *BY), "p-mother"),
        (("close", "D-0", "--reason", "x", *BY), "D-"),
        (("book", FAMILY, MEETING, "--at", "2025-01-06T10:00", *BY), "is past"),
        (("book", FAMILY, MEETING, "--at", "tomorrow", *BY), "2025-01-14T10:00"),
        (("show", FAMILY, "--area", "hillside"), "riverside"),
        (("duties", "--kind", "tell_treatments"), "tell_treatment"),
        (("duties", "--explain", "D-0"), "D-"),
        (("meetings", "--state", "x"), "booked"),
        (("meetings", "--from", "x"), "2025-01-14"),
        (("attendance", "--agency", "x"), "clearway"),
        (("publish", "/nowhere.jsonl"), "CloudEvents"),
        (("book", FAMILY, MEETING, *BY), "--help"),
    ],
)
def test_what_is_unknown_is_said_with_what_there_is(referred: Home, typed: tuple[str, ...], named: str) -> None:
    before = referred.sql("SELECT count(*) FROM outbox")
    assert named in referred.fails(*typed)
    assert referred.sql("SELECT count(*) FROM outbox") == before


def test_reading_makes_no_home_where_there_is_none(home: Home) -> None:
    assert "quorate publish" in home.fails("show", FAMILY)
    assert not home.folder.exists()


def test_a_family_is_shown_on_one_screen(in_april: Home) -> None:
    home = in_april
    screen = home.says("show", FAMILY)
    for word in (
        "Mary Quillfeather (p-mother): parent, has care of a child",
        "initial child protection conference (initial-conference:SD-1): held",
        "15 working days after Mon 6 January 2025",
        "attendance: present",
        "minutes handed over",
        "Child protection plan PLAN-1 (neglect), made Wed 8 January 2025, ended Thu 20 March 2025",
        "Family Intervention Project FIP-1",
        "Make sure that clearway knows",
        "Duties open",
        "Duties ended",
    ):
        assert word in screen, word
    assert "held event" not in screen
    attended = {r["agency"]: r for r in home.rows("attendance")}
    assert attended["clearway"]["deputy"] == 1 and attended["clearway"]["attended"] == 2
    assert attended["school"]["apologies"] == 1
    hows = ("attended", "deputy", "report_only", "apologies", "absent", "not_recorded")
    assert all(r["told"] == sum(r[how] for how in hows) == r["involved"] - r["not_told"] for r in attended.values())
    january = home.one("attendance", "--agency", "clearway", "--from", "2025-01-01", "--to", "2025-01-31")
    assert 0 < january["involved"] < attended["clearway"]["involved"]
    assert {r["state"] for r in home.rows("meetings", "--from", "2025-01-08", "--to", "2025-01-10")} == {"held"}
    assert home.rows("duties", "--late", "--all")


def test_the_fate_of_a_mail_has_one_name_wherever_it_is_told(in_april: Home) -> None:
    sent = {(r["meeting"], r["person"], r["what"]): r["fate"] for r in in_april.rows("sent", FAMILY)}
    shown = {
        (m["meeting"], p["person"], "minutes"): p["minutes"].partition(";")[0]
        for m in in_april.one("show", FAMILY)["meetings"]
        for p in m["invited"]
        if p["minutes"]
    }
    assert "handed over" in shown.values() and shown.items() <= sent.items()


KEYS = {
    ("show", FAMILY): "family area as_of on held_events members died brought_from professionals meetings discussions"
    " treatment plans fips duties",
    ("duties",): "duty kind what sentence family area meeting adult service to to_name owner owner_person owner_name"
    " opened_at open_working_days due_at late late_working_days rung rung_ladder rung_role rung_person rung_name"
    " by_telephone ended ended_at ended_by rule",
    ("sent", FAMILY): "family person name meeting duty what at fate fate_at before paper message",
    ("meetings",): "family area meeting kind state starts_at due_on late treatment missing quorum working",
    ("doctor",): "check ok sentence",
    ("ledger", "verify"): "streams rows ok fault",
    ("replay",): "streams ok differing",
    ("run", "--until", "2025-01-07"): "played_to carried held_open duties_late",
    ("propose", FAMILY, MEETING, *BY): "event type family fate sentences",
}


@pytest.mark.parametrize("typed", KEYS)
def test_json_has_stable_keys(referred: Home, typed: tuple[str, ...]) -> None:
    rows = referred.rows(*typed)
    assert rows and [*map(set, rows)] == [set(KEYS[typed].split())] * len(rows)


def test_every_command_has_help_with_an_example() -> None:
    home = Home(Path("/nonexistent"))
    commands = home.says("--help")
    names = re.findall(r"^│ (\w+) ", commands, re.MULTILINE)
    assert {"publish", "run", "show", "duties", "held", "ledger", "doctor"} <= set(names)
    for name in names:
        helped = home.says(name, "--help")
        assert "Example:" in helped or name in ("ledger", "topics", "protocol"), name


def test_no_failure_is_a_traceback(referred: Home) -> None:
    (referred.folder / "quorate.db").write_bytes(b"this is no database" * 100)
    done = subprocess.run(
        [sys.executable, "-c", "from infra.cli import app; app()", "--home", str(referred.folder), "show", "F-1"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0 and "Traceback" not in done.stderr and done.stderr.count("\n") == 1


def test_live_time_runs_until_it_is_stopped(home: Home) -> None:
    home.publish(referral())
    running = subprocess.Popen(
        [sys.executable, "-c", "from infra.cli import app; app()", "--home", str(home.folder), "run"],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stderr is not None and "Ctrl-C" in running.stderr.readline()
    running.send_signal(signal.SIGINT)
    assert "nothing is lost" in running.communicate(timeout=30)[1] and running.returncode == 0


def test_the_doctor_says_what_to_do(referred: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(row["ok"] for row in referred.rows("doctor"))
    monkeypatch.setenv("QUORATE_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("QUORATE_SMTP_PORT", "9")
    assert "NO mail: 127.0.0.1:9 does not answer" in referred.run("doctor").stdout
