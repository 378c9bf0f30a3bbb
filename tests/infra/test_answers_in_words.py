"""What people answer in words: what our own link wrote is taken, everything else waits with the answer suggested."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

import pytest

from handlers.people import derived
from tests.infra.answering import WORKER, Asked, sent_back, told, word
from tests.infra.commands import BY, FAMILY, MEETING, Home, first_evening, home, referred
from tests.infra.returned import mail

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
        "Message_ID": f"<{len(subject)}{len(words)}@clearway.example>",
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
