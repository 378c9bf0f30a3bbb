"""Whatever is put into either door is kept, gets its verdict, and changes nothing that it should not."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from infra.replies.reading import opened
from tests.house.tree import ROOT
from tests.infra.answering import Asked, sent_back, told
from tests.infra.commands import Home, first_evening, home, referred
from tests.infra.hostile import HOSTILE, eml
from tests.infra.returned import IN_CALENDAR, WHO, calendar, mail
from tests.infra.test_reading_replies import mutated
from tests.infra.test_replies import handed_over

__all__ = ["first_evening", "home", "referred"]
DAMAGED = 300
STATES = {"parked", "not_ours", "done"}


@pytest.mark.parametrize("case", HOSTILE)
def test_each_kind_of_file_is_told_for_what_it_is(case: str) -> None:
    raw, kind, sentence = HOSTILE[case]
    begun = time.perf_counter()
    found = opened(raw, domain="meetings.example").verdict
    assert type(found).__name__.lower() == kind and sentence in getattr(found, "sentence", ""), found
    assert time.perf_counter() - begun < 2


def damaged() -> list[bytes]:
    rng = Random("damaged on the way")
    whole = [raw for raw, _, _ in HOSTILE.values() if len(raw) < 100_000] + [mail(t) for t in IN_CALENDAR.values()]
    return [mutated(rng.choice(whole), rng.getrandbits(32)) for _ in range(DAMAGED)]


def test_nothing_that_is_put_into_a_folder_is_lost_or_changes_a_file(referred: Home, tmp_path: Path) -> None:
    before = referred.snapshot()
    mails = [*(raw for raw, _, _ in HOSTILE.values()), *damaged()]
    came = sent_back(referred, *mails)
    assert {each["file"].partition(".")[0] for each in came} == {f"{n:03}" for n in range(len(mails))}
    assert {each["state"] for each in came} <= STATES and all(each["sentence"] for each in came)
    assert len(referred.rows("replies", "--all")) == len({each["id"] for each in came}) and len(mails) > DAMAGED
    assert referred.snapshot() == before


def test_nothing_that_our_mail_server_hands_over_is_refused_for_what_it_holds(referred: Home) -> None:
    mails = [raw.replace(b"\n.", b"\n..") for raw, _, _ in HOSTILE.values() if len(raw) < 100_000]
    said = handed_over(referred, *mails, lmtp=True)
    assert [s[:3] for s in said] == ["250"] * len(mails)


def test_a_mail_too_large_to_be_read_says_whose_it_is_and_what_it_holds(referred: Home) -> None:
    raw = mail(
        "x" * 6_000_000, mime="application/pdf", subject="The report", Content_Type="multipart/mixed; boundary=b"
    )
    named = raw.replace(b"Content-Type: application/pdf", b"Content-Disposition: attachment; filename=report.pdf")
    [came] = sent_back(referred, named)
    shown = referred.says("replies", "show", came["id"])
    assert came["state"] == "parked" and "multipart/mixed with report.pdf" in came["sentence"]
    assert f"From {WHO}: The report" in shown


def test_nothing_that_a_calendar_names_is_opened_or_fetched() -> None:
    away = ("ATTACH:file:///etc/hostname", "URL:http://127.0.0.1:1/x", "IMAGE;VALUE=URI:cid:x", "SOURCE:/etc/hostname")
    raws = [
        mail(calendar(*away, f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{WHO}")),
        b"/etc/hostname",
        eml("text/calendar", "/etc/hostname"),
    ]
    assert all(opened(raw) for raw in raws)  # whatever is imported on the way is imported now
    used, watching = list[str](), list[bool]()
    watched = ("open", "socket.connect", "socket.getaddrinfo", "subprocess.Popen")
    sys.addaudithook(lambda name, _: used.append(name) if watching and name in watched else None)
    watching.append(True)
    found = [opened(raw).verdict for raw in raws]
    watching.clear()
    assert not used and [type(f).__name__ for f in found] == ["Reply", "Unreadable", "Unreadable"]


def test_no_command_runs_under_python_dash_o(tmp_path: Path) -> None:
    command = [sys.executable, "-O", "-c", "from infra.cli import app; app()", "--home", str(tmp_path), "doctor"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=250, check=False)
    assert ran.returncode == 2 and "started with -O" in ran.stderr and len(ran.stderr.splitlines()) == 1


MBOX = b"From a@x.example Mon Jan  5 10:00:00 2026\n"


def test_each_mail_of_a_mailbox_file_is_taken_in(referred: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUORATE_AUTHSERV_ID", "relay.example")
    asked = Asked(referred)
    pretended = asked.reply(To="x@y.example", Authentication_Results="relay.example; dmarc=pass")
    pages = [eml("text/plain", "From here on\n\nFrom us all\n"), mail(calendar()), pretended]
    came = sent_back(referred, b"\n".join(MBOX + page.replace(b"\r\n", b"\n") for page in pages))
    assert [each["file"] for each in came] == ["000.eml (mail 1)", "000.eml (mail 2)", "000.eml (mail 3)"]
    assert [each["state"] for each in came] == ["parked", "not_ours", "parked"], "a mail may end in lines like these"
    assert "nobody vouches" in came[2]["sentence"] and not told(referred)


def test_a_file_that_cannot_be_opened_keeps_back_no_other(referred: Home, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "b.eml").write_bytes(mail(calendar()))
    (tmp_path / "in" / "a.eml").symlink_to("/proc/self/mem")  # which can be opened and not read
    assert "a.eml cannot be read" in referred.fails("replies", "read", str(tmp_path / "in"))
    assert len(referred.rows("replies", "--all")) == 1


@pytest.mark.parametrize(
    ("subject", "read"),
    [
        ("Zoë’s answer".encode("cp1252"), "Zoë’s answer"),
        ("Zoë’s answer".encode(), "Zoë’s answer"),
        (b"=?windows-1252?Q?Zo=EB=92s_answer?=", "Zoë’s answer"),
        (b"=?no-such?Q?Zo=EB?=", "Zoë"),
    ],
)
def test_a_subject_is_read_in_whichever_charset_it_was_written(subject: bytes, read: str) -> None:
    assert opened(eml("text/plain").replace(b"about the meeting", subject)).envelope.subject == read
