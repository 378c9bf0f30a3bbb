"""Mails that ask for something else than an answer does: a copy, another time; and our own, fed in."""

from __future__ import annotations

import shlex

import pytest

from tests.infra.answering import Asked, sent_back, told
from tests.infra.commands import BY, FAMILY, MEETING, Home, first_evening, home, referred
from tests.infra.returned import dsn

__all__ = ["first_evening", "home", "referred"]


def test_whoever_asks_for_the_invitation_again_is_sent_it_at_most_once_an_hour(referred: Home) -> None:
    before, mails = Asked(referred), list((referred.folder / "mail").glob("*"))
    raws = [before.reply(before.calendar(method="REFRESH"), Message_ID=f"<{n}@x.example>") for n in range(3)]
    assert [c["state"] for c in sent_back(referred, *raws[:2])] == ["taken", "taken"]
    again = Asked(referred)
    assert (again.uid, again.sequence, again.organiser) == (before.uid, before.sequence, before.organiser)
    assert again.message_id != before.message_id and len(list((referred.folder / "mail").glob("*"))) == len(mails) + 1
    assert sent_back(referred, raws[2])[0]["state"] == "done" and not told(referred)
    assert sent_back(referred, again.reply())[0]["state"] == "taken" and told(referred)
    sent_back(referred, dsn(recipient=again.address, original=again.message_id))
    receipts = referred.snapshot()["meetings"][MEETING]["receipts"]
    assert receipts[before.message_id.partition("@")[0]]["grade"] == "bounced"


def test_nobody_is_sent_an_invitation_again_that_was_called_back(referred: Home) -> None:
    asked = Asked(referred)
    referred.says("cancel", FAMILY, MEETING, "--reason", "the family moved", *BY)
    [came] = sent_back(referred, asked.reply(asked.calendar(method="REFRESH")))
    assert came["state"] == "parked" and "none to send" in came["sentence"]


def test_whatever_we_sent_is_told_apart_as_our_own_when_it_is_fed_in(referred: Home) -> None:
    mails, before = str(referred.folder / "mail"), referred.snapshot()
    for come in (referred.rows("replies", "read", mails, "--dry-run"), referred.rows("replies", "read", mails)):
        assert len(come) > 4 and {c["verdict"] for c in come} == {"loop"}
    assert referred.snapshot() == before


@pytest.mark.parametrize("client", ["a COUNTER", "Google's", "iOS's"])
def test_a_time_that_is_proposed_is_shown_with_what_moves_the_meeting_there(referred: Home, client: str) -> None:
    asked = Asked(referred)
    his, new = f"mailto:{asked.address}", "20250108T140000Z"
    text = {
        "a COUNTER": asked.calendar(f"DTSTART:{new}", f"ATTENDEE;PARTSTAT=TENTATIVE:{his}", method="COUNTER"),
        "Google's": asked.calendar(f"DTSTART:{new}", f"ATTENDEE;PARTSTAT=ACCEPTED:{his}"),
        "iOS's": asked.calendar(f"ATTENDEE;PARTSTAT=TENTATIVE;TO-ALL-PROPOSED-NEW-TIME={new}:{his}"),
    }[client]
    [came] = sent_back(referred, asked.reply(text))
    assert "They propose Wed 8 January 2025 14:00 instead" in referred.says("replies", "show", came["id"])
    [proposed] = referred.one("replies", "show", came["id"])["proposed"]
    assert proposed["at"] == "2025-01-08T14:00:00Z"
    command = shlex.split(proposed["command"])
    assert command[0] == "quorate" and command[-2:] == ["--by", "YOU"]
    referred.says(*command[1:-1], "w-coordinator")
    assert referred.snapshot()["meetings"][MEETING]["booked"]["starts_at"] == proposed["at"]
