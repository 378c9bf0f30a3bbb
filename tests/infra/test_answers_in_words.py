"""What people answer in words: what our own link wrote is taken, everything else waits with the answer suggested."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import pytest

from handlers.people import derived
from tests.infra.answering import WORKER, Asked, sent_back, told, word
from tests.infra.commands import BY, FAMILY, MEETING, Home, first_evening, home, referred
from tests.infra.returned import calendar, mail

__all__ = ["first_evening", "home", "referred"]


def links(asked: Asked) -> dict[str, str]:
    """The subject that each link of the mail writes, by its first word."""
    page = asked.mail.get_body(("html",))
    assert page is not None
    found = re.findall(r'href="mailto:([^?"]+)\?subject=([^"&]+)"', page.get_content())
    assert {address for address, _ in found} == {asked.organiser}
    return {unquote(subject).partition(",")[0]: unquote(subject) for _, subject in found}


def by_link(asked: Asked, subject: str, words: str = "", **headers: str) -> bytes:
    told = {
        "From": asked.address,
        "To": asked.organiser,
        "Message_ID": f"<{derived(subject, words)}@clearway.example>",
    }
    return mail(subject=subject, words=words, **(told | headers))


@pytest.mark.parametrize(("word_", "reply"), [("Yes", "accepted"), ("No", "declined")])
def test_what_our_own_link_writes_is_an_answer(referred: Home, word_: str, reply: str) -> None:
    asked = Asked(referred)
    [came] = sent_back(referred, by_link(asked, links(asked)[word_], "-- \nBo Green, Clearway"))
    found = word(referred)
    assert (came["state"], came["sentence"]) == ("taken", reply) and told(referred)
    assert found and (found["reply"], found["revision"], found["by"]) == (reply, 1, WORKER)


def test_a_link_says_of_which_time_it_is(referred: Home) -> None:
    before = Asked(referred)
    referred.says("move", FAMILY, MEETING, "--to", "2025-01-09T10:00", "--reason", "a clash", *BY)
    after = Asked(referred)
    old, bare, new = sent_back(
        referred, by_link(before, links(before)["Yes"]), by_link(after, "Yes"), by_link(after, links(after)["Yes"])
    )
    assert "no longer stands" in old["sentence"] and (bare["state"], new["state"]) == ("parked", "taken")
    assert "which of the times" in bare["sentence"] and told(referred)


DOUBTFUL: dict[str, tuple[Callable[[Asked], bytes], str]] = {
    "from another address": (lambda a: by_link(a, "Yes", From="b@else.example"), "another address"),
    "to another address": (lambda a: by_link(a, "Yes", To="meetings@meetings.example.org"), "words alone"),
    "with words that say the opposite": (lambda a: by_link(a, "Yes", "Sorry, I cannot come"), "different things"),
    "of a time that was never asked": (lambda a: by_link(a, "Yes, Friday 1 August 2025, noon"), "which of the times"),
    "words of one's own": (lambda a: by_link(a, "Re: Invitation", "Yes, I'll be there"), "seems to say accepted"),
    "more than the link wrote": (lambda a: by_link(a, "Yes please"), "words alone"),
}


def test_an_answer_in_words_that_could_be_mistaken_waits(referred: Home) -> None:
    before, asked = referred.snapshot(), Asked(referred)
    for doubt, (make, sentence) in DOUBTFUL.items():
        [came] = sent_back(referred, make(asked))
        assert came["state"] == "parked" and sentence in came["sentence"], doubt
    assert referred.snapshot() == before


def test_the_answer_that_words_seem_to_give_is_suggested(referred: Home) -> None:
    [came] = sent_back(referred, by_link(Asked(referred), "Re: Invitation", "Yes, I will come"))
    said = referred.says("replies", "show", came["id"])
    assert f"What records it: quorate replies take {came['id']} accepted --by YOU" in said
    referred.says("replies", "take", came["id"], "accepted", *BY)
    assert told(referred)


def test_somebody_away_is_shown_as_such_with_the_days_that_they_name(referred: Home) -> None:
    away = by_link(Asked(referred), "Automatic reply: Invitation", "I am away until 20 January 2025")
    [came] = sent_back(referred, away)
    assert (came["verdict"], came["state"]) == ("autoreply", "done") and "20 January 2025" in came["sentence"]
    assert not told(referred)


# --- what no invitation names


def test_an_answer_to_one_of_our_letters_says_which(referred: Home) -> None:
    [(name, letter), *_] = referred.sql("SELECT name, letter FROM outbox WHERE letter LIKE '%SendLetter%'")
    duty = re.findall(r"D-[0-9a-f]{12}", letter)[0]
    to = {"To": "meetings@meetings.example.org", "From": "b@else.example"}
    answer = mail(words="It follows.", subject="Re: x", In_Reply_To=f"<{name}@meetings.example.org>", **to)
    quoting = mail(words="It follows soon.", subject=f"Report, {duty}", Message_ID="<2@x.example>", **to)
    first, second = sent_back(referred, answer, quoting)
    assert first["state"] == second["state"] == "parked"
    assert "it answers our letter to w-" in first["sentence"] and duty in first["sentence"]
    assert f"it quotes {duty}" in second["sentence"]


def test_an_unknown_meeting_from_a_worker_whom_the_directory_knows_is_told_as_such(referred: Home) -> None:
    [came] = sent_back(
        referred, mail(calendar(), From="Key Worker <W-Clearway-Key@clearway.example>", To="x@y.example")
    )
    assert came["state"] == "parked" and f"it comes from {WORKER}, whom the directory knows" in came["sentence"]


def test_a_dry_run_says_what_would_become_of_each_and_does_nothing(referred: Home, tmp_path: Path) -> None:
    before, asked = referred.sql("SELECT * FROM outbox"), Asked(referred)
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.eml").write_bytes(asked.reply())
    (folder / "b.eml").write_bytes(by_link(asked, "Re: Invitation", "perhaps", From="b@else.example"))
    first, second = referred.says("replies", "read", str(folder), "--dry-run").splitlines()
    assert first == f"a.eml: reply: {asked.address}, accepted; from {asked.address}; it would be taken: accepted"
    assert "from b@else.example; it would be parked: it answers in words alone, and seems to say tentative" in second
    rows = referred.rows("replies", "read", str(folder), "--dry-run")
    assert [r["would_be"]["state"] for r in rows] == ["taken", "parked"] and rows[0]["would_be"]["person"] == WORKER
    assert referred.sql("SELECT * FROM outbox") == before and not referred.rows("replies", "--all")


def test_an_alias_that_a_person_took_is_remembered_for_that_invitee_alone(referred: Home) -> None:
    asked, hers = Asked(referred), Asked(referred, "w-health@health.example")
    alias = {"From": "bo.green@nhs.example"}
    [first] = sent_back(referred, asked.reply(asked.calendar(partstat="TENTATIVE"), **alias))
    took = referred.says("replies", "take", first["id"], "tentative", "--person", WORKER, *BY)
    assert f"bo.green@nhs.example to an invitation of {WORKER} counts as theirs" in took
    second, another = sent_back(
        referred,
        asked.reply(asked.calendar(at="20250106T190000Z"), Message_ID="<x-2@nhs.example>", **alias),
        hers.reply(Message_ID="<x-3@nhs.example>", **alias),
    )
    assert second["state"] == "taken" and another["state"] == "parked" and "another address" in another["sentence"]
    assert "nhs.example" not in str(referred.sql("SELECT * FROM aliases"))
