"""What became of each mail, recipient by recipient, in five plain words; and what failed can be sent once more."""

from __future__ import annotations

from typing import Any

import pytest

from tests.infra.answering import ADDRESS, WORKER, Asked, sent_back
from tests.infra.commands import BY, FAMILY, MEETING, Home, first_evening, home, referred
from tests.infra.returned import dsn

__all__ = ["first_evening", "home", "referred"]
SEVERAL = (
    b"\r\n\r\nFinal-Recipient: rfc822; b@else.example\r\nAction: delivered\r\nStatus: 2.0.0\r\n"
    b"\r\nFinal-Recipient: rfc822; c@else.example\r\nAction: expanded\r\nStatus: 2.0.0"
)


def report(asked: Asked, action: str, recipient: str = ADDRESS, more: bytes = b"") -> bytes:
    status = {"failed": "5.1.1", "delayed": "4.4.1"}.get(action, "2.0.0")
    raw = dsn(action, status, recipient, asked.message_id).replace(b"bounce-1@", f"{action}-{recipient}@".encode())
    return raw.replace(b"550 no such user", b"550 no such user" + more)


def invitations(home: Home) -> list[dict[str, Any]]:
    return [r for r in home.rows("sent", FAMILY, "--person", WORKER) if r["what"].startswith("invitation")]


def fate(home: Home) -> str:
    """Of the only invitation."""
    [row] = invitations(home)
    return ", then ".join([*(b["fate"] for b in row["before"]), row["fate"]])


@pytest.mark.parametrize(
    ("action", "word"),
    [("delayed", "delayed"), ("relayed", "handed over"), ("delivered", "handed over"), ("expanded", "handed over")],
)
def test_what_a_mail_server_says_later_stands_in_the_history(referred: Home, action: str, word: str) -> None:
    before, asked = referred.snapshot(), Asked(referred)
    assert fate(referred) == "queued, then handed over"
    [came] = sent_back(referred, report(asked, action))
    assert (came["state"], came["person"]) == ("done", WORKER) and referred.snapshot() == before
    assert fate(referred) == f"queued, then handed over, then {word}"


def test_a_mail_delayed_may_still_come_back_and_then_the_duty_stands_open_again(referred: Home) -> None:
    asked = Asked(referred)
    sent_back(referred, report(asked, "delayed"))
    sent_back(referred, report(asked, "failed"))
    assert fate(referred) == "queued, then handed over, then delayed, then bounced"
    assert "then bounced" in referred.says("sent", FAMILY)
    open_ = {d["kind"]: d["to"] for d in referred.rows("duties", "--family", FAMILY)}
    assert open_["send_invitation"] == WORKER
    assert open_["tell_treatment"] == "w-clearway-spoc", "whoever can be reached speaks for the service"


def test_of_several_recipients_ours_counts(referred: Home) -> None:
    asked = Asked(referred)
    [reached] = sent_back(referred, report(asked, "delivered", more=SEVERAL.replace(b"expanded", b"failed")))
    [partly] = sent_back(referred, report(asked, "failed", "d@else.example", SEVERAL))
    assert reached["state"] == "done" and (partly["state"], "not all were reached" in partly["sentence"]) == (
        "parked",
        True,
    )
    [lost] = sent_back(referred, report(asked, "failed", more=SEVERAL))
    assert lost["state"] == "taken" and fate(referred).endswith("bounced")


def test_an_invitation_is_sent_once_more_under_a_coordinators_name(referred: Home) -> None:
    asked = Asked(referred)
    sent_back(referred, report(asked, "failed"))
    assert "once more" in referred.says("resend", FAMILY, MEETING, WORKER, *BY)
    again = Asked(referred)
    assert (again.uid, again.sequence, again.organiser) == (asked.uid, asked.sequence, asked.organiser)
    assert again.message_id != asked.message_id
    first, copy = invitations(referred)
    assert [b["fate"] for b in first["before"]][-1] == "bounced" and first["fate"] == "handed over"
    assert (copy["what"], copy["fate"]) == ("invitation once more", "handed over")
    assert "sent once more by w-coordinator" in str(referred.sql("SELECT letter FROM outbox WHERE kind = 'message'"))


def test_what_cannot_be_sent_once_more_says_why(referred: Home) -> None:
    assert "is not asked to" in referred.fails("resend", FAMILY, MEETING, "p-tom", *BY)
    referred.says("cancel", FAMILY, MEETING, "--reason", "the family moved", *BY)
    assert "no time that is still to come" in referred.fails("resend", FAMILY, MEETING, WORKER, *BY)
