"""What comes back is matched to whom we asked, recorded where it is certain, and else kept for a person."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.db.engine import transaction
from infra.db.replies import opened
from infra.db.sealing import REPLIES
from infra.papers.words import UNSEEN
from infra.replies.listening import listening
from infra.replies.matching import vouched_for
from infra.replies.verdicts import Envelope
from infra.settings import read
from infra.wiring import house
from tests.infra.answering import ADDRESS, SPEAKS_FOR_HIM, WORKER, Asked, sent_back, told, word
from tests.infra.commands import BY, FAMILY, MEETING, Home, first_evening, home, referred
from tests.infra.returned import calendar, dsn, mail, tnef

__all__ = ["first_evening", "home", "referred"]

# --- what is taken


@pytest.mark.parametrize(
    ("partstat", "reply"), [("ACCEPTED", "accepted"), ("TENTATIVE", "tentative"), ("DECLINED", "declined")]
)
def test_an_answer_by_calendar_shows_that_the_service_knows(referred: Home, partstat: str, reply: str) -> None:
    asked = Asked(referred)
    assert not told(referred)
    [came] = sent_back(referred, asked.reply(asked.calendar(partstat=partstat)))
    assert (came["verdict"], came["state"], came["person"]) == ("reply", "taken", WORKER)
    found = word(referred)
    assert found and (found["reply"], found["by"], found["revision"]) == (reply, WORKER, 1) and told(referred)
    assert f"{reply} (recorded by" in referred.says("show", FAMILY)


def test_the_same_mail_twice_changes_nothing_by_whatever_way_it_came(referred: Home) -> None:
    raw = Asked(referred).reply()
    sent_back(referred, raw)
    before = referred.sql("SELECT * FROM outbox"), referred.snapshot()
    [again] = sent_back(referred, b"Received: from elsewhere\r\n" + raw)
    assert again["again"] and (referred.sql("SELECT * FROM outbox"), referred.snapshot()) == before


def test_a_reply_without_attendee_or_organiser_is_its_senders_own(referred: Home) -> None:
    asked = Asked(referred)
    bare = asked.calendar("ATTENDEE;PARTSTAT=DECLINED:invalid:nomail").replace("ORGANIZER", "X-ORGANIZER")
    assert sent_back(referred, asked.reply(bare))[0]["state"] == "taken"


def test_of_two_replies_in_the_wrong_order_the_later_stands(referred: Home) -> None:
    asked = Asked(referred)
    late = asked.reply(asked.calendar(partstat="DECLINED", at="20250106T190000Z"))
    early = asked.reply(asked.calendar(at="20250106T180000Z"), Message_ID="<x-2@clearway.example>")
    assert [c["state"] for c in sent_back(referred, late, early)] == ["taken", "done"]
    found = word(referred)
    assert found and found["reply"] == "declined"


def test_an_answer_to_a_time_that_no_longer_stands_is_recorded_and_counts_for_nothing(referred: Home) -> None:
    before = Asked(referred)
    referred.says("move", FAMILY, MEETING, "--to", "2025-01-09T10:00", "--reason", "a clash", *BY)
    after = Asked(referred)
    assert (before.organiser, before.uid, before.sequence + 1) == (after.organiser, after.uid, after.sequence)
    [came] = sent_back(referred, before.reply(before.calendar(at="20250107T180000Z")))
    assert came["state"] == "taken" and "no longer stands" in came["sentence"]
    found = word(referred)
    assert found and found["revision"] == 1 and not told(referred)
    fresh = after.reply(after.calendar(at="20250101T000000Z"), Message_ID="<x-2@clearway.example>")
    assert sent_back(referred, fresh)[0]["state"] == "taken" and told(referred)


def test_an_answer_to_an_invitation_called_back_does_not_show_that_it_is_known_to_be_off(referred: Home) -> None:
    asked = Asked(referred)
    referred.says("cancel", FAMILY, MEETING, "--reason", "the family moved", *BY)
    assert sent_back(referred, asked.reply())[0]["state"] == "taken" and word(referred) is None


def test_a_mail_that_came_back_is_a_bounce_and_reopens_what_it_had_closed(referred: Home) -> None:
    asked = Asked(referred)
    sent_back(referred, asked.reply())
    assert told(referred)
    [came] = sent_back(referred, dsn(recipient=ADDRESS, original=asked.message_id))
    assert (came["verdict"], came["state"], came["person"]) == ("bounce", "taken", WORKER)
    receipt = referred.snapshot()["meetings"][MEETING]["receipts"][asked.message_id.partition("@")[0]]
    assert receipt["grade"] == "bounced" and "bounced" in referred.says("sent", FAMILY, "--person", WORKER)


def test_a_bounce_that_names_no_mail_is_of_the_address_it_came_to(referred: Home) -> None:
    asked = Asked(referred)
    raw = mail(From="mailer-daemon@x.example", To=asked.organiser, subject="Undelivered mail", words="no such user")
    assert sent_back(referred, raw)[0]["state"] == "taken"


# --- what a person must look at


def not_his_own(asked: Asked) -> bytes:
    return asked.reply(asked.calendar("ATTENDEE;PARTSTAT=ACCEPTED:mailto:w-health@health.example"))


DOUBTFUL: dict[str, tuple[Callable[[Asked], bytes], str]] = {
    "about another meeting": (lambda a: a.reply(a.calendar().replace(a.uid, "another@x.example")), "another meeting"),
    "from another address": (lambda a: a.reply(From="somebody@else.example"), "another address"),
    "for another invitee": (not_his_own, "somebody else"),
    "without the secret address": (lambda a: a.reply(To="meetings@meetings.example.org"), "nobody vouches"),
    "to another's address": (lambda a: a.reply(To=f"{a.organiser}, {a.organiser}".replace("r-", "r-0")), "vouches"),
    "another time": (
        lambda a: a.reply(a.calendar("DTSTART:20250108T140000Z", f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{a.address}")),
        "another time",
    ),
    "a counter-proposal": (lambda a: a.reply(a.calendar("DTSTART:20250108T140000Z", method="COUNTER")), "another time"),
    "a copy asked for by another": (
        lambda a: a.reply(a.calendar(method="REFRESH"), From="b@x.example"),
        "another address",
    ),
    "a deputy": (
        lambda a: a.reply(
            a.calendar(f'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:b@x.example":mailto:{a.address}')
        ),
        "deputy",
    ),
    "an assistant": (
        lambda a: a.reply(a.calendar(f'ATTENDEE;PARTSTAT=ACCEPTED;SENT-BY="mailto:pa@x.example":mailto:{a.address}')),
        "answers for whoever",
    ),
    "one day of a series": (
        lambda a: a.reply(
            a.calendar(f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{a.address}", "RECURRENCE-ID:20250108T090000Z")
        ),
        "one day",
    ),
    "no word": (lambda a: a.reply(a.calendar(partstat="NEEDS-ACTION")), "neither yes"),
    "words alone": (lambda a: mail(From=a.address, To=a.organiser, words="I will come"), "words alone"),
    "Outlook's own form": (lambda a: tnef(), "winmail.dat"),
}


def test_what_is_not_certain_waits_for_a_person_and_changes_nothing(referred: Home) -> None:
    before, asked = referred.snapshot(), Asked(referred)
    raws = [
        make(asked).replace(b"Message-ID: <", b"Message-ID: <%d" % n) for n, (make, _) in enumerate(DOUBTFUL.values())
    ]
    came = sent_back(referred, *raws)
    for (doubt, (_, sentence)), each in zip(DOUBTFUL.items(), came, strict=True):
        assert each["state"] == "parked" and sentence in each["sentence"], doubt
    rows = {row["reply"]: row["sentence"] for row in referred.rows("replies")}
    assert rows == {each["id"]: each["sentence"] for each in came} and referred.snapshot() == before


def test_an_address_of_one_invitation_with_the_meeting_of_another_is_for_a_person(referred: Home) -> None:
    his, hers = Asked(referred), Asked(referred, "w-health@health.example")
    [came] = sent_back(referred, his.reply(To=hers.organiser))
    assert came["state"] == "parked" and "two invitations" in came["sentence"] and word(referred) is None


def test_what_is_none_of_ours_is_kept_and_bothers_nobody(referred: Home) -> None:
    strange = [
        mail(calendar()),
        mail(calendar(method="CANCEL")),
        dsn(original="nobody@meetings.example.org"),
        mail(calendar(), To="r-0123456789abcdef01234567@meetings.example.org", Message_ID="<x-2@x.example>"),
    ]
    assert {each["state"] for each in sent_back(referred, *strange)} == {"not_ours"} and not referred.rows("replies")
    assert len(referred.rows("replies", "--all")) == len(strange)


def test_somebody_away_a_mail_delayed_and_one_of_our_own_change_nothing(referred: Home) -> None:
    asked, before = Asked(referred), referred.snapshot()
    away = mail(From=ADDRESS, To=asked.organiser, subject="Automatic reply: away")
    our_own = mail(From=asked.organiser, To="meetings@meetings.example.org")
    came = sent_back(referred, away, dsn("delayed", "4.4.1", ADDRESS, asked.message_id), our_own)
    assert [c["state"] for c in came] == ["done", "done", "done"] and referred.snapshot() == before


@pytest.mark.parametrize(
    ("results", "vouched"),
    [
        ((f"relay.example; {SPEAKS_FOR_HIM}",), True),
        (("Relay.Example 1; spf=fail; dkim=pass (2048 bit) header.d=clearway.example header.s=x",), True),
        (("relay.example; dkim=pass header.d=example",), True),
        (("relay.example; dkim=pass header.d=evil.example",), False),
        (("relay.example; dmarc=pass header.from=evil.example",), False),
        (("relay.example; spf=pass smtp.mailfrom=clearway.example",), False),
        (("relay.example; none", f"relay.example; {SPEAKS_FOR_HIM}"), False),
        ((f"evil.example; {SPEAKS_FOR_HIM}",), False),
        ((f"relay.example; spf=fail (he says (so) ; {SPEAKS_FOR_HIM} )",), False),
        ((f'relay.example; spf=fail smtp.helo="x ; {SPEAKS_FOR_HIM}',), False),
        ((f"evil.example; (relay.example;) {SPEAKS_FOR_HIM}",), False),
        ((f'relay.example; spf=pass smtp.mailfrom="; {SPEAKS_FOR_HIM} "@evil.example',), False),
        ((f"relay.example; spf=fail (; {SPEAKS_FOR_HIM} )",), False),
        ((), False),
    ],
)
def test_only_our_own_mail_server_is_believed_about_senders(results: tuple[str, ...], vouched: bool) -> None:
    envelope = Envelope(sender=ADDRESS, authentication=results)
    assert vouched_for(envelope, "relay.example") is vouched and not vouched_for(envelope, "")


def test_an_answer_that_our_mail_server_vouches_for_is_taken(referred: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUORATE_AUTHSERV_ID", "relay.example")
    raw = Asked(referred).reply(
        To="meetings@meetings.example.org", Authentication_Results=f"relay.example; {SPEAKS_FOR_HIM}"
    )
    assert sent_back(referred, raw)[0]["state"] == "taken" and told(referred)


# --- what a person does with it


def test_a_person_records_what_a_parked_mail_answers(referred: Home) -> None:
    asked = Asked(referred)
    [came] = sent_back(referred, asked.reply(From="alias@clearway.example"))
    refused = referred.fails("replies", "take", came["id"], "accepted", *BY)
    assert "it comes from another address" in refused and refused.endswith(f"as --person {WORKER}")
    assert not told(referred)
    assert "accepted, from P-" in referred.says("replies", "take", came["id"], "accepted", "--person", WORKER, *BY)
    found = word(referred)
    assert found and (found["reply"], found["by"]) == ("accepted", "w-coordinator") and told(referred)
    assert not referred.rows("replies") and "taken already" in referred.fails(
        "replies", "take", came["id"], "declined", *BY
    )


def test_a_mail_that_names_no_meeting_is_recorded_for_the_one_that_is_said(referred: Home) -> None:
    [came] = sent_back(
        referred, mail(words="I will be there", From="w-health@health.example", To="meetings@meetings.example.org")
    )
    assert "add --family, --meeting, --person" in referred.fails("replies", "take", came["id"], "accepted", *BY)
    which = ("--family", FAMILY, "--meeting", MEETING, "--person", "w-health")
    referred.says("replies", "take", came["id"], "accepted", *which, *BY)
    assert word(referred, "w-health")


def test_a_mail_is_set_aside_under_a_name_and_for_a_reason(referred: Home) -> None:
    [came] = sent_back(referred, Asked(referred).reply(From="alias@clearway.example"))
    assert "no reason is given" in referred.fails("replies", "aside", came["id"], "--reason", " ", *BY)
    assert "knows nobody called w-nobody" in referred.fails(
        "replies", "aside", came["id"], "--reason", "rang", "--by", "w-nobody"
    )
    referred.says("replies", "aside", came["id"], "--reason", "rang him", *BY)
    assert not referred.rows("replies") and "Set aside: rang him" in referred.says("replies", "show", came["id"])


def test_what_a_sender_wrote_is_shown_without_what_could_deceive(referred: Home) -> None:
    words = "Yes \x1b[2J\x1b[31mred\u202egpj.exe\x07\u2066 <script>\nsecond line\n"
    raw = mail(From=ADDRESS, To=Asked(referred).organiser, words=words, subject="=?utf-8?q?a=1b[2Jb=e2=80=aec?=")
    [came] = sent_back(referred, raw)
    said = referred.says("replies", "show", came["id"])
    assert not UNSEEN.search(said) and "| second line" in said and "<script>" in said
    assert referred.one("replies", "show", came["id"])["envelope"]["sender"] == ADDRESS
    assert "those that wait are P-" in referred.fails("replies", "show", "P-nobody")


def test_words_that_are_no_characters_are_shown_all_the_same(referred: Home) -> None:
    raw = mail(From=ADDRESS, words="+2AA- +AAA- hello").replace(b"charset=utf-8", b"charset=utf-7")
    [came] = sent_back(referred, raw)
    assert "hello" in referred.one("replies", "show", came["id"])["envelope"]["words"]


def test_what_came_back_is_kept_whole_and_sealed(referred: Home) -> None:
    raw = Asked(referred).reply(From="Zoë Quill <alias@clearway.example>", Subject="Quillfeather \u00e9")
    sent_back(referred, raw)
    kept = " ".join(map(str, referred.sql("SELECT * FROM replies")))
    assert "Quill" not in kept and "clearway.example" not in kept
    [(box,)] = referred.sql("SELECT box FROM replies")

    async def opened_again() -> str:
        async with house(read({}, referred.folder)) as ours:
            async with transaction(ours.engine) as connection:
                await ours.keyring.load(connection, [REPLIES])
            return opened(box, ours.keyring)

    assert asyncio.run(opened_again()).encode("latin-1") == raw


def test_a_folder_is_read_file_by_file_also_without_a_home(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "came back"
    folder.mkdir()
    for name, raw in {"1.eml": mail(calendar()), "2.ics": calendar().encode(), "3.txt": b"\xff"}.items():
        (folder / name).write_bytes(raw)
    lines = home.says("replies", "read", str(folder), "--dry-run").splitlines()
    assert [line.split(":")[1].strip() for line in lines] == [
        "reply",
        "reply",
        "unreadable",
    ] and not home.folder.exists()
    assert [r["state"] for r in home.rows("replies", "read", str(folder))] == ["not_ours", "not_ours", "parked"]
    assert "name a mail, or a folder" in home.fails("replies", "read", str(folder / "none"))


# --- the door for our own mail server


def handed_over(referred: Home, *mails: bytes, lmtp: bool = False, to: str = "", away: bool = False) -> list[str]:
    """What the door says to each of these mails."""

    async def story() -> list[str]:
        async with house(read({}, referred.folder)) as ours, listening(ours, "127.0.0.1", 0, lmtp) as port:
            if away:
                async with ours.engine.begin() as connection:
                    await connection.exec_driver_sql("ALTER TABLE replies RENAME TO gone")
            return [await _hand_over(port, raw, to or Asked(referred).organiser, lmtp) for raw in mails]

    return asyncio.run(story())


async def _hand_over(port: int, raw: bytes, to: str, lmtp: bool) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    said = (await reader.readline()).decode()
    assert said.startswith("220")
    for line in (
        b"LHLO x" if lmtp else b"EHLO x",
        b"MAIL FROM:<>",
        b"RCPT TO:<%s>" % to.encode(),
        b"DATA",
        raw + b"\r\n.",
    ):
        writer.write(line + b"\r\n")
        await writer.drain()
        while (said := (await reader.readline()).decode())[3:4] == "-":
            pass
        if not said.startswith(("2", "3")):
            break
    writer.close()
    await writer.wait_closed()
    return said


@pytest.mark.parametrize("lmtp", [False, True])
def test_a_mail_is_kept_before_our_mail_server_is_told_so(referred: Home, lmtp: bool) -> None:
    raw = Asked(referred).reply(To="undisclosed-recipients:;")  # the secret address stands in the envelope alone
    first, again = handed_over(referred, raw, raw, lmtp=lmtp)
    [row] = referred.rows("replies", "--all")
    assert first.startswith("250") and row["reply"] in first and row["state"] == "taken" and again == first


def test_a_mail_stays_with_our_mail_server_while_the_database_is_away(referred: Home) -> None:
    [said] = handed_over(referred, Asked(referred).reply(), away=True)
    assert said.startswith("451")


@pytest.mark.parametrize("end", [b"\n.\n", b"\n.\r\n", b"\r.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\n.\r"])
def test_no_mail_is_hidden_in_another(referred: Home, end: bytes) -> None:
    asked = Asked(referred)
    inner = b"MAIL FROM:<>\r\nRCPT TO:<%b>\r\nDATA\r\n" % asked.organiser.encode() + asked.reply()
    [said] = handed_over(referred, b"From: a@x.example\r\n\r\nx" + end + inner)
    [row] = referred.rows("replies", "--all")
    assert said.startswith("250") and row["reply"] in said and row["state"] == "parked" and not told(referred)


def test_the_door_takes_no_mail_for_others_and_none_beyond_its_size(referred: Home) -> None:
    assert handed_over(referred, b"x", to="a@elsewhere.example")[0].startswith("550")
    assert handed_over(referred, mail(words="x" * 900 + "\r\n" + ("y" * 900 + "\r\n") * 6_000))[0].startswith("552")
