"""Answers that are forged, old, wrongly dated or another's: none of them counts as somebody's own."""

from __future__ import annotations

import pytest

from handlers import events as e
from tests.infra.answering import ADDRESS, WORKER, Asked, sent_back, told, word
from tests.infra.commands import BY, FAMILY, MEETING, Home, first_evening, home, referred
from tests.infra.returned import dsn
from tests.journeys.story import at
from tests.journeys.story import told as told_to

__all__ = ["first_evening", "home", "referred"]


def test_no_secret_address_makes_up_for_a_sender_whom_our_mail_server_found_forged(
    referred: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUORATE_AUTHSERV_ID", "relay.example")
    raw = Asked(referred).reply(Authentication_Results="relay.example; dmarc=fail header.from=clearway.example")
    assert sent_back(referred, raw)[0]["state"] == "parked" and not told(referred)


@pytest.mark.parametrize("sender", [f"{ADDRESS}, me@evil.example", "=?utf-8?q?{}=2C?= <me@evil.example>"])
def test_a_sender_is_read_as_a_mail_server_reads_it_and_of_several_none_counts(referred: Home, sender: str) -> None:
    raw = Asked(referred).reply(From=sender.format(ADDRESS.replace("@", "=40")))
    assert "another address" in sent_back(referred, raw)[0]["sentence"] and not told(referred)


def test_a_sender_cannot_write_what_our_mail_server_found_in_its_own_address(
    referred: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUORATE_AUTHSERV_ID", "relay.example")
    found = "relay.example; spf=pass smtp.mailfrom==?utf-8?q?=3Bdmarc=3Dpass=3B?=@evil.example"
    raw = Asked(referred).reply(To="meetings@meetings.example.org", Authentication_Results=found)
    assert "nobody vouches" in sent_back(referred, raw)[0]["sentence"] and not told(referred)


def test_an_old_answer_sent_again_neither_counts_twice_nor_ends_what_a_bounce_reopened(referred: Home) -> None:
    asked = Asked(referred)
    old, again = asked.reply(), asked.reply(Message_ID="<x-2@clearway.example>")
    first, bounce, second = sent_back(referred, old, dsn(recipient=ADDRESS, original=asked.message_id), again)
    assert (first["state"], bounce["state"], second["state"]) == ("taken", "taken", "done")
    assert "taken before" in second["sentence"]


@pytest.mark.parametrize("undated", [False, True])
def test_an_answer_without_a_stamp_of_its_own_is_as_old_as_its_mail(referred: Home, undated: bool) -> None:
    asked = Asked(referred)
    texts = [asked.calendar(partstat=p) for p in ("DECLINED", "ACCEPTED")]
    if undated:
        texts = [t.replace("DTSTAMP", "X-STAMP") for t in texts]
    dates = ("Mon, 6 Jan 2025 18:00:00 +0000", "Mon, 6 Jan 2025 17:00:00 +0000")
    mails = [asked.reply(t, Date=d, Message_ID=f"<{d[-14:-12]}@x.example>") for t, d in zip(texts, dates, strict=True)]
    assert [c["state"] for c in sent_back(referred, *mails)] == (["taken", "done"] if undated else ["taken", "taken"])


@pytest.mark.parametrize("wrong", ["20990101T000000Z", "SEQUENCE"])
def test_a_wrong_clock_or_a_number_of_its_own_does_not_stand_in_the_way_of_later_answers(
    referred: Home, wrong: str
) -> None:
    asked = Asked(referred)
    first = asked.calendar(at=wrong) if wrong != "SEQUENCE" else asked.calendar().replace("SEQUENCE:", "SEQUENCE:9")
    later = asked.reply(asked.calendar(partstat="DECLINED", at="20250107T080000Z"), Message_ID="<x-2@clearway.example>")
    assert [c["state"] for c in sent_back(referred, asked.reply(first), later)] == ["taken", "taken"]
    found = word(referred)
    assert found and found["reply"] == "declined"


def test_whoever_was_written_to_before_the_address_was_mended_answers_for_nobody(referred: Home) -> None:
    stranger = Asked(referred)
    mended = e.WorkerRecorded(WORKER, "clearway", "Kay Key", "kay@clearway.example")
    referred.publish([told_to(at("2025-01-07", "08:00"), "partnership", mended)])
    referred.says("run", "--until", "2025-01-07T09:00")
    referred.says("move", FAMILY, MEETING, "--to", "2025-01-09T10:00", "--reason", "a clash", *BY)
    now = Asked(referred, "kay@clearway.example")
    assert now.organiser == stranger.organiser
    forged = stranger.calendar().replace(f"SEQUENCE:{stranger.sequence}", f"SEQUENCE:{now.sequence}")
    assert sent_back(referred, stranger.reply(forged))[0]["state"] == "parked" and not told(referred)
    assert sent_back(referred, now.reply(Message_ID="<x-2@clearway.example>"))[0]["state"] == "taken"


def test_nobody_answers_before_being_asked(referred: Home) -> None:
    asked = Asked(referred)
    assert sent_back(referred, asked.reply(asked.calendar(at="00010101T000000Z")))[0]["state"] == "taken"
    [(happened,)] = referred.sql("SELECT happened FROM ledger WHERE type = 'AnswerGiven'")
    assert happened.startswith("2025-01-06")


def test_answers_of_one_instant_count_in_the_order_in_which_they_came(referred: Home) -> None:
    asked = Asked(referred)
    said = [("ACCEPTED", "DECLINED")[n % 2] for n in range(9)]
    texts = [asked.calendar(partstat=p, at=f"20250106T18000{n}Z") for n, p in enumerate(said)]
    sent_back(referred, *(asked.reply(t, Message_ID=f"<x-{n}@x.example>") for n, t in enumerate(texts)))
    found = word(referred)
    assert found and found["reply"] == "accepted"
    before = [asked.calendar(partstat="DECLINED", at=f"20250106T19000{n}Z") for n in range(2)]
    sent_back(referred, *(asked.reply(t, Message_ID=f"<y-{n}@x.example>") for n, t in enumerate(before)))
    found = word(referred)
    assert found and found["reply"] == "declined"


def test_an_answer_that_names_none_of_the_times_that_were_asked_is_for_a_person(referred: Home) -> None:
    before = Asked(referred)
    referred.says("move", FAMILY, MEETING, "--to", "2025-01-09T10:00", "--reason", "a clash", *BY)
    unnumbered = before.calendar().replace(f"SEQUENCE:{before.sequence}", "X-SEQUENCE:0")
    assert "which of the times" in sent_back(referred, before.reply(unnumbered))[0]["sentence"] and not told(referred)
