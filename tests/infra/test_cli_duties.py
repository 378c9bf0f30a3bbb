"""What a manager asks: what is late and whose, how old, before whom; the whole story of one duty; what was sent."""

from __future__ import annotations

import re
from typing import Any, get_args

import pytest

from handlers import events as e
from handlers.facts import Duty, Grade
from infra.cli.causes import CLAUSES, CLOSES, since
from infra.cli.posted import NO_ADDRESS, Posting
from streams.wire import EVENT_TYPES
from tests.infra.commands import BY, FAMILY, MEETING, Home, first_evening, home, in_april, referred
from tests.journeys.story import at, told

__all__ = ["first_evening", "home", "in_april", "referred"]
KEY = "w-clearway-key"
FAMILY_STREAM = "family/F-1"


@pytest.fixture
def silent(referred: Home) -> Home:
    """Wednesday 8 January 2025, ten in the evening: the worker never answered."""
    referred.says("run", "--until", "2025-01-08T22:00")
    return referred


def tell(home: Home) -> dict[str, Any]:
    [row] = [d for d in home.rows("duties", "--all", "--kind", "tell_treatment") if d["meeting"] == MEETING]
    return row


def explained(home: Home) -> str:
    return home.says("duties", "--explain", tell(home)["duty"])


def sent(home: Home, what: str, person: str) -> dict[str, Any]:
    [row] = [r for r in home.rows("sent", FAMILY, "--person", person) if r["what"] == what and r["meeting"] == MEETING]
    return row


def test_every_event_has_a_clause_and_every_grade_says_what_ends_a_duty() -> None:
    assert set(CLAUSES) == set(EVENT_TYPES.values()) and set(CLOSES) == set(get_args(Grade))
    assert since(e.SeatsTaken, "quorate") == "since a time was found"
    assert since(e.MeetingHeld, "lcs.example") == "since the meeting was recorded as held (told by lcs.example)"


def test_a_manager_sees_whose_a_late_duty_is_how_old_and_before_whom(silent: Home) -> None:
    row = tell(silent)
    assert (row["owner"], row["owner_person"], row["owner_name"]) == (
        "coordinator",
        "w-coordinator",
        "W-COORDINATOR Surname",
    )
    assert (row["to"], row["to_name"]) == (KEY, "W-CLEARWAY-KEY Surname")
    assert row["opened_at"].startswith("2025-01-06") and row["open_working_days"] == 2
    assert row["late_working_days"] == 1 and row["late"] == "1 working day"
    assert row["rung"] >= 1 and row["rung_person"] and row["rung_name"].endswith(" Surname")
    table = silent.says("duties", "--late")
    for words in (
        "coordinator:",
        "6 Jan 2025",
        "(2 working",
        "7 Jan 2025",
        "(1 working",
        "day late)",
        f"{row['rung']}: ",
        "In brackets:",
    ):
        assert words in table, words
    assert max(len(line.rstrip()) for line in table.splitlines()) <= 100


def test_an_empty_post_is_said_loudly(referred: Home) -> None:
    roles = {"conference_unit_manager": "w-unit-manager"}
    area = e.AreaRecorded("Riverside", "Team", "01632 960000", roles)
    referred.publish([told(at("2025-01-07"), "partnership", area)])
    referred.says("run", "--until", "2025-01-07")
    assert tell(referred)["owner_person"] is None
    assert "NOBODY, the" in referred.says("duties", "--kind", "tell_treatment")


def test_the_story_of_a_duty_is_told_in_words_that_a_person_reads(silent: Home) -> None:
    story = explained(silent)
    for words in (
        "opened, since a time was found: Make sure that clearway knows of the initial child protection conference",
        f"it is the coordinator's, to W-CLEARWAY-KEY Surname ({KEY}), due Tue 7 January 2025 23:59 under TELL-01",
        "a mail sent is not enough",
        f"invitation to W-CLEARWAY-KEY Surname ({KEY}): handed over",
        "it is too late for mail: W-COORDINATOR Surname (w-coordinator) must ring",
        "request to ring to W-COORDINATOR Surname (w-coordinator): handed over",
        "rung 1, since it is due Tue 7 January 2025 23:59: put before the treatment worker, W-CLEARWAY-KEY Surname",
        "put before the single point of contact, W-CLEARWAY-SPOC Surname (w-clearway-spoc)",
    ):
        assert words in story, words
    assert not re.search(r"\b[A-Z][a-z]+[A-Z]\w+\b", story), "a class's name is no word"
    hours = [line.partition(": ")[0] for line in story.splitlines()]
    assert hours[0].startswith("Mon 6 January 2025") and hours[-1].startswith("Wed 8 January 2025")


def test_a_story_tells_calls_answers_and_how_it_ended(referred: Home) -> None:
    referred.says("call", FAMILY, MEETING, KEY, "--outcome", "no_answer", *BY)
    referred.says("answer", FAMILY, MEETING, KEY, "accepted", *BY)
    story = explained(referred)
    assert f"W-COORDINATOR Surname (w-coordinator) rang W-CLEARWAY-KEY Surname ({KEY}) and got no answer" in story
    assert "answered yes, recorded by W-COORDINATOR Surname (w-coordinator)" in story
    ended = "ended by evidence, since somebody answered an invitation (said at the command line): accepted"
    assert ended in story.splitlines()[-1]


def test_a_story_tells_that_a_duty_changed_and_lapsed(referred: Home) -> None:
    referred.says("cancel", FAMILY, MEETING, "--reason", "snow", *BY)
    assert "lapsed, since a meeting was called off (said at the command line)" in explained(referred)
    referred.says("book", FAMILY, MEETING, "--at", "2025-01-14T10:00", *BY)
    assert "reopened, since a time was found" in explained(referred)


def test_a_story_as_json_keeps_row_and_rule(silent: Home) -> None:
    steps = silent.rows("duties", "--explain", tell(silent)["duty"])
    assert all(set(s) == {"duty", "seq", "at", "what", "sentence", "rule"} for s in steps)
    assert steps[0]["what"] == "DutyOpened" and steps[0]["rule"] == "TELL-01" and steps[0]["seq"] > 0
    assert {s["seq"] for s in steps if s["what"] == "Mail"} == {None}


def test_each_person_sees_what_they_were_sent_and_what_became_of_it(silent: Home) -> None:
    rows = silent.rows("sent", FAMILY)
    assert {r["fate"] for r in rows} == {"handed over"}
    assert {r["what"] for r in rows} >= {"invitation", "request for a report", "late notice", "request to ring"}
    assert {r["person"] for r in silent.rows("sent", FAMILY, "--person", KEY)} == {KEY}
    duties = [r["duty"] for r in silent.rows("sent", FAMILY, "--person", "w-clearway-spoc")]
    assert tell(silent)["duty"] in duties
    table = silent.says("sent", FAMILY, "--person", "p-mother")
    assert "Mary Quillfeather (p-mother)" in table and "which is not knowing" in table


@pytest.mark.parametrize("how", ["bounced", "refused", "unknown"])
def test_a_mail_that_came_to_nothing_says_so(referred: Home, how: Any) -> None:
    message = sent(referred, "invitation", KEY)["message"]
    body = e.MessageFailed(message, MEETING, KEY, "invitation", how, 1)
    referred.publish([told(at("2025-01-07", "08:00"), FAMILY_STREAM, body)])
    referred.says("run", "--until", "2025-01-07T08:30")
    row = sent(referred, "invitation", KEY)
    assert (row["fate"], row["fate_at"]) == (how, "2025-01-07T08:00:00Z")
    assert f"invitation to W-CLEARWAY-KEY Surname ({KEY}): {how} (known Tue 7 January 2025 08:00)" in explained(
        referred
    )


@pytest.mark.parametrize(
    ("state", "fate"), [("waiting", "queued"), ("published", "queued"), ("sending", "delayed"), ("done", "handed over")]
)
def test_a_mail_that_has_not_left_is_queued_or_delayed(referred: Home, state: str, fate: str) -> None:
    message = sent(referred, "invitation", KEY)["message"]
    if state != "done":
        receipts = "type = 'MessageAccepted' AND body LIKE ?"
        referred.sql(f"DELETE FROM ledger WHERE {receipts}", f"%{message}%")
        referred.sql("UPDATE outbox SET state = ?, outcome = NULL WHERE name = ?", state, message)
    assert sent(referred, "invitation", KEY)["fate"] == fate


def test_whoever_has_no_address_is_shown_as_not_sent(referred: Home) -> None:
    worker = e.WorkerRecorded("w-new", "school", "Nia New")
    joins = e.ProfessionalInvolved("w-new", "teacher", at("2025-01-07").date())
    referred.publish(
        [
            told(at("2025-01-07", "08:00"), "partnership", worker),
            told(at("2025-01-07", "08:05"), FAMILY_STREAM, joins),
        ]
    )
    referred.says("run", "--until", "2025-01-07T08:30")
    assert sent(referred, "invitation", "w-new")["fate"] == NO_ADDRESS


def test_papers_to_collect_are_told_apart_from_papers_sent(in_april: Home) -> None:
    rows = [r for r in in_april.rows("sent", FAMILY) if r["what"] in ("minutes", "decisions")]
    assert {r["paper"] for r in rows} <= {None, "to be collected", "collected"}
    assert any(r["paper"] == "to be collected" for r in rows) and any(r["paper"] is None for r in rows)


def test_a_mail_is_about_the_duty_that_it_serves_and_no_other() -> None:
    duty = Duty(
        id="D-1",
        kind="tell_treatment",
        due_at=at("2025-01-07"),
        opened_at=at("2025-01-06"),
        owner="coordinator",
        closes_on="acknowledged",
        sentence="",
        rule="",
        pack="",
        ladder="",
        meeting="m-1",
        to="w-1",
    )
    mail: dict[str, Any] = {"message": "m", "at": at("2025-01-06"), "fate": "queued"}
    assert Posting(person="w-1", what="invitation", meeting="m-1", **mail).is_about(duty, ["w-1"])
    assert Posting(person="w-9", what="late notice", meeting="m-1", duty="D-1", **mail).is_about(duty, ["w-1"])
    for other in (
        Posting(person="w-2", what="invitation", meeting="m-1", **mail),
        Posting(person="w-1", what="invitation", meeting="m-2", **mail),
        Posting(person="w-1", what="minutes", meeting="m-1", **mail),
        Posting(person="w-1", what="late notice", meeting="m-1", duty="D-2", **mail),
    ):
        assert not other.is_about(duty, ["w-1"])
