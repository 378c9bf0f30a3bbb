"""What an invitee says on a page besides yes, no and perhaps is an event of theirs; what cannot be is said at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.infra.answering import told, word
from tests.infra.commands import FAMILY, MEETING, Home, home
from tests.web.homes import linked, mailed
from tests.web.visiting import Visitor, link_of, settings_of, settled, visited

__all__ = ["home", "linked", "mailed"]

HEALTH, MOTHER, CHAIR = "w-health@health.example", "mary@home.example", "w-chair-1@council.example"
DAY = {"on-day": "9", "on-month": "1", "on-year": "2025"}


@pytest.fixture
def visitor(linked: Home) -> Iterator[Visitor]:
    with visited(settings_of(linked)) as visitor:
        yield visitor


def wishes(home: Home) -> dict[str, Any]:
    found: dict[str, Any] = home.snapshot()["meetings"][MEETING]["wishes"]
    return found


def clear_text(home: Home) -> str:
    """All that stands in the database as anybody could read it."""
    return json.dumps([home.sql(f"SELECT * FROM {t}") for t in ("outbox", "ledger", "files")], default=repr)


def test_another_time_is_asked_for_and_shows_that_the_service_knows(linked: Home, visitor: Visitor) -> None:
    where = visitor.enter(link_of(linked))
    form = DAY | {"clock": "2.30pm", "remark": "Zebrafinch is in court"}
    assert visitor.send(f"{where}/time", **form).where == f"{where}/done"
    settled(linked)
    proposed = wishes(linked)["times"]["w-clearway-key"]["body"]
    assert proposed["starts_at"] == "2025-01-09T14:30:00Z" and told(linked)
    assert "Zebrafinch" not in clear_text(linked), "words that somebody typed are sealed"


def test_a_deputy_whom_the_directory_knows_is_named_by_address(linked: Home, visitor: Visitor) -> None:
    where = visitor.enter(link_of(linked))
    colleague = {"name": "Any Name", "address": "W-Clearway-Manager@clearway.example"}
    assert visitor.send(f"{where}/deputy", **colleague).status == 303
    settled(linked)
    assert wishes(linked)["deputies"]["w-clearway-key"]["deputy"]["person"] == "w-clearway-manager"
    found = word(linked)
    assert found and found["reply"] == "declined"


def test_a_deputy_whom_nobody_knows_waits_for_a_coordinator_under_sealed_words(linked: Home, visitor: Visitor) -> None:
    where = visitor.enter(link_of(linked))
    visitor.send(f"{where}/deputy", name="Zebra Finch", address="zebra@finch.example")
    settled(linked)
    sending = wishes(linked)["deputies"]["w-clearway-key"]
    assert sending["deputy"]["person"].startswith("dep-") and sending["deputy"]["domain"] == "finch.example"
    assert not sending.get("verdict") and "Zebra" not in clear_text(linked)


def test_a_report_is_promised_by_a_day(linked: Home, visitor: Visitor) -> None:
    where = visitor.enter(link_of(linked, HEALTH))
    visitor.send(f"{where}/report", **DAY)
    settled(linked)
    assert wishes(linked)["reports"]["w-health"]["on"] == "2025-01-09"


def test_a_parent_says_what_she_needs(linked: Home, visitor: Visitor) -> None:
    where = visitor.enter(link_of(linked, MOTHER))
    page = visitor.ask(where).text
    assert f"{where}/needs" in page and f"{where}/deputy" not in page and f"{where}/report" not in page
    needs = ["interpreter", "creche", "format"]
    sent = visitor.send(f"{where}/needs", needs=needs, language="Polish", paper="easy_read", remark="my Zebrafinch")
    assert sent.status == 303
    settled(linked)
    told = wishes(linked)["needs"]["p-mother"]["body"]["needs"]
    assert [(n["need"], n.get("which", "")) for n in told] == [
        ("interpreter", "Polish"),
        ("creche", ""),
        ("format", "easy_read"),
    ]
    assert "Zebrafinch" not in clear_text(linked)


def test_feedback_is_given_once_the_meeting_has_sat(linked: Home, visitor: Visitor) -> None:
    where = visitor.enter(link_of(linked, MOTHER))
    assert "How was" not in visitor.ask(f"{where}/feedback").text
    linked.says("run", "--until", "2025-01-08T13:00")
    assert "This meeting has been" in visitor.ask(where).text
    seats = [{"person": "p-mother", "presence": "present"}, {"person": "w-health", "presence": "present"}]
    held = {"specversion": "1.0", "id": "held", "source": "lcs.example", "type": "uk.quorate.meeting-held.v1"}
    held |= {"subject": f"riverside/family/{FAMILY}", "time": "2025-01-08T12:00:00Z"}
    linked.publish([json.dumps(held | {"data": {"meeting": MEETING, "attendance": seats}})])
    linked.says("run", "--until", "2025-01-08T13:00")
    assert f"{where}/feedback" in visitor.ask(where).text
    assert visitor.send(f"{where}/feedback", words="I was heard, Zebrafinch", reply_wanted="yes").status == 303
    linked.says("run", "--until", "2025-01-08T13:00")
    [given] = wishes(linked)["feedback"].values()
    assert given["body"]["person"] == "p-mother" and given["body"]["reply_wanted"]
    assert "Zebrafinch" not in clear_text(linked)
    linked.says("run", "--until", "2025-01-22T12:00")
    assert visitor.ask(where).status == 404, "a fortnight after, the link is done with"


WRONG = [
    ("time", DAY | {"clock": "soon"}, "Give a time, such as"),
    ("time", DAY | {"clock": "25:00"}, "Give a time, such as"),
    ("time", DAY | {"clock": "13pm"}, "Give a time, such as"),
    ("time", {"clock": "10:00"}, "Give a day in figures"),
    ("time", DAY | {"on-year": "99999999999999999999", "clock": "9"}, "Give a day in figures"),
    ("time", DAY | {"on-year": "2024", "clock": "9"}, "from today on"),
    ("time", DAY | {"on-day": "6", "clock": "1am"}, "has not passed"),
    ("time", DAY | {"clock": "9", "remark": "x" * 4001}, "4000 characters or fewer"),
    ("deputy", {"address": "a@b.example"}, "Give the name"),
    ("deputy", {"name": "A", "address": "a@b\r\nBcc: c@d.example"}, "Give an e-mail address"),
    ("deputy", {"name": "A", "address": "w-clearway-key@clearway.example"}, "Please ring us"),
    ("report", {}, "Give a day in figures"),
    ("needs", {"needs": "a horse"}, "Choose what you need"),
    ("needs", {"needs": "interpreter", "language": "<script>"}, "for which language"),
    ("needs", {"needs": "format", "paper": "gold"}, "Choose the format"),
]


def test_what_cannot_be_taken_is_said_beside_what_was_typed_and_nothing_is_recorded(
    linked: Home, visitor: Visitor
) -> None:
    where = visitor.enter(link_of(linked))
    before = linked.sql("SELECT * FROM outbox")
    for form, fields, sentence in WRONG:
        answer = visitor.send(f"{where}/{form}", **fields)
        assert answer.status == 422 and sentence in answer.text, (form, fields)
        assert "<title>Error: " in answer.text and "<script>" not in answer.text.replace("<script ", "")
        for typed in fields.values():
            assert "<" in typed or "\n" in typed or typed in answer.text or form == "needs", "nothing typed is lost"
    assert linked.sql("SELECT * FROM outbox") == before


def test_a_form_that_is_not_open_to_somebody_leads_back_and_records_nothing(linked: Home, visitor: Visitor) -> None:
    before = linked.sql("SELECT * FROM outbox")
    for address, closed in ((MOTHER, ("deputy", "report")), (CHAIR, ("deputy",)), (HEALTH, ("feedback", "nothing"))):
        where = visitor.enter(link_of(linked, address))
        for form in closed:
            said = visitor.send(f"{where}/{form}", name="A", address="a@b.example", words="x", **DAY)
            assert "Can you come to this meeting?" in said.text, (address, form)
    assert linked.sql("SELECT * FROM outbox") == before
