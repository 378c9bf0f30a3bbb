"""Letters, decisions and notices to a treatment service: what they must say, and what they must not."""

import re
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from msgspec.structs import fields

from handlers.effects import LetterOccasion, Message, SendLetter, SendNotice
from handlers.events import Befallen, Change, ReferralDecided
from handlers.people import Recipient
from infra.dispatch import may_repeat, paper_of
from infra.papers.compose import LETTERS
from infra.papers.words import CHANGES, OUTCOMES
from tests.infra.mails import composed, html, invitation, letter, minutes, notice, part, reminder, reread, text
from tests.leaks import found

SECURE = Recipient("person-7", "Alex Green", "alex@clearway.example", secure=True)
ORDINARY = Recipient("person-7", "Alex Green", "alex@clearway.example")
RING = "01632 960001"
OF_THE_CASE = ["child", "protect", "drug", "alcohol", "F-0001", "CW-7741", "home", "moved in", "Jo Reed", "jo@home"]


def said(message: Message) -> tuple[str, str]:
    """The words of the text, and those of the HTML without its marks."""
    mail = composed(message)
    return " ".join(text(mail).split()), " ".join(re.sub("<[^>]+>", " ", html(mail)).split())


def subject(message: Message) -> str:
    return str(composed(message)["Subject"])


def a_change(**changes: Any) -> SendLetter:
    return letter(occasion="change", client_reference="CW-7741", **changes)


def test_every_letter_has_its_words() -> None:
    assert set(LETTERS) == set(get_args(LetterOccasion))
    assert set(CHANGES) == {*get_args(Change), *get_args(Befallen)}
    [outcome] = [field.type for field in fields(ReferralDecided) if field.name == "outcome"]
    assert set(OUTCOMES) == set(get_args(outcome))


@pytest.mark.parametrize("occasion", get_args(LetterOccasion))
def test_a_letter_says_whom_to_ring_and_what_to_quote(occasion: LetterOccasion) -> None:
    for words in said(letter(occasion=occasion)):
        assert RING in words and "quote D-0a1b2c3d4e5f" in words
    assert "D-0a1b2c3d4e5f" in subject(letter(occasion=occasion))
    assert not [word for word in OF_THE_CASE if word.lower() in subject(letter(occasion=occasion)).lower()]


def test_a_report_is_asked_for_with_the_hour_of_the_meeting_and_the_day_it_is_due() -> None:
    for words in said(letter(client_reference="CW-7741")):
        assert "Meeting: Tuesday 16 June 2026, 10:00 in the morning (UK time)" in words
        assert "Report due: Thursday 11 June 2026" in words
        assert "whether or not you can come" in words and "Your reference: CW-7741" in words
    for words in said(letter(due_at=datetime(2026, 5, 29, tzinfo=UTC))):
        assert "Report due: as soon as you can" in words and "whom it is about" in words
    assert not found(["F-0001", "protect", "child", "drug", "alcohol"], composed(letter()))


@pytest.mark.parametrize(("what", "phrase"), CHANGES.items())
def test_only_an_accredited_address_reads_what_has_changed(what: str, phrase: str) -> None:
    for words in said(a_change(to=SECURE, what=what)):
        assert f"What has changed: {phrase}" in words
    for words in said(a_change(to=ORDINARY, what=what)):
        assert "Something has changed" in words and "What has changed" not in words
    assert not found([phrase, what], composed(a_change(to=ORDINARY, what=what)))


@pytest.mark.parametrize("to", [SECURE, ORDINARY])
def test_whoever_is_told_of_a_change_is_asked_to_show_that_they_know(to: Recipient) -> None:
    for words in said(a_change(to=to)):
        assert f"ring us on {RING} by Thursday 11 June 2026, or answer this mail, and quote D-0a1b2c3d4e5f" in words
        assert "We must know that you know" in words and "Your reference: CW-7741" in words
    assert "whom it is about" in said(letter(occasion="change", to=to))[0]
    assert not found(["F-0001"], composed(a_change(to=to)))


def test_what_was_due_already_is_asked_for_today() -> None:
    for words in said(a_change(due_at=datetime(2026, 6, 1, 8, tzinfo=UTC))):
        assert f"ring us on {RING} today" in words


def test_whoever_referred_reads_the_outcome_in_words() -> None:
    for words in said(letter(occasion="referral_outcome", what="no_further_action")):
        assert "What happens now: we do nothing more for now" in words and "Family reference: F-0001" in words
    for words in said(letter(occasion="referral_outcome", what="assessment", family="")):
        assert "assesses what the family needs" in words and "reference:" not in words


def test_advice_is_asked_for_without_anything_that_identifies() -> None:
    """Not even where an effect would carry it (Joint Guidance T10, F8)."""
    asked = letter(occasion="advice", client_reference="CW-7741", to=SECURE)
    for words in said(asked):
        assert f"ring us on {RING} by Thursday 11 June 2026" in words and "Please name nobody" in words
    assert not found(["F-0001", "CW-7741", "meeting-1", "come home", "reference", "16 June"], composed(asked))


def test_the_decisions_go_ahead_of_the_minutes_with_what_comes_next_and_nothing_more() -> None:
    mail = reread(composed(minutes(part="decision")))
    assert mail["Subject"] == "Decisions of the meeting on Tuesday 16 June 2026"
    paper = " ".join(re.sub("<[^>]+>", " ", part(mail, "text/html", "decisions.html").decode()).split())
    for needed in (
        "Decisions of the review child protection conference",
        "Tuesday 16 June 2026, 10:00 in the morning",
        "Kestrel stays on the plan.",
        "Core group on Thursday 25 June 2026",
        "Copy for Alex Green.",
    ):
        assert needed in paper, needed
    for kept_back in ("Priya Quill", "Home is calm", "Visit Kestrel", "Room 2", "Tasks", "Attendance"):
        assert kept_back not in paper, kept_back
    for covering in (text(mail), html(mail)):
        assert "decisions.html" in covering and "The minutes come later." in covering and "Kestrel" not in covering


def test_an_ordinary_address_gets_word_that_the_decisions_are_ready() -> None:
    mail = composed(minutes(part="decision", to=ORDINARY))
    assert "The decisions of the meeting on" in text(mail) and "are ready for you" in text(mail)
    assert not found(["Kestrel", "child protection", "F-0001", "25 June", "minutes"], mail)


@pytest.mark.parametrize("effect", [notice(client_reference="CW-7741"), notice(family="")])
def test_a_late_notice_to_a_treatment_service_carries_nothing_but_its_own_reference(effect: SendNotice) -> None:
    mail = composed(effect)
    assert not found(["F-0001", "review conference", "Tell the treatment", "child", "drug", "alcohol"], mail)
    for words in said(effect):
        assert f"ring us on {RING} and quote {effect.duty}" in words and "answer the mail that we sent" in words
        assert ("Your reference: CW-7741" in words) == bool(effect.client_reference)
        assert "It was due on Tuesday 16 June 2026, 5:00 in the afternoon." in words


def test_our_own_late_notice_says_which_duty_and_the_three_ways_to_end_it() -> None:
    for words in said(notice()):
        assert f"Duty: {notice().duty}" in words and f"ring us and quote {notice().duty}" in words
        assert "record, in your name, why it will not be done" in words


def test_only_an_invitation_may_be_sent_twice() -> None:
    kinds: dict[str, Message] = {
        "reminder": reminder(),
        "minutes": minutes(),
        "decision": minutes(part="decision"),
        "notice": notice(),
        "letter": letter(),
    }
    assert {name: paper_of(effect) for name, effect in kinds.items()} == {name: name for name in kinds}
    assert may_repeat(invitation()) and not any(map(may_repeat, kinds.values()))
