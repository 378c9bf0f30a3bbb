"""Whatever comes back gets a verdict: every client's way of answering, what machines write, and what is broken."""

from __future__ import annotations

import base64
import time
from datetime import UTC, datetime
from quopri import encodestring
from random import Random
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from infra.replies.reading import opened, read
from infra.replies.verdicts import (
    LIMITS,
    Answer,
    AutoReply,
    Bounce,
    Counter,
    Loop,
    Refresh,
    Reply,
    Unmatched,
    Unreadable,
    Verdict,
    Words,
)
from tests.infra.returned import IN_CALENDAR, ORGANISER, UID, WHO, calendar, dsn, mail, tnef

TEN = datetime(2026, 1, 15, 10, tzinfo=UTC)


def the_answer(verdict: Verdict) -> Answer:
    assert isinstance(verdict, Reply | Counter | Refresh), verdict
    [answer] = verdict.answers
    return answer


@pytest.mark.parametrize("client", IN_CALENDAR)
@pytest.mark.parametrize("form", ["mail", "file"])
def test_every_clients_acceptance_is_read(client: str, form: str) -> None:
    text = IN_CALENDAR[client]
    answer = the_answer(read(mail(text) if form == "mail" else text.encode()))
    assert (answer.uid, answer.attendee, answer.partstat) == (UID, WHO, "accepted")
    assert answer.sequence == 2 and answer.stamped_at == datetime(2026, 1, 5, 9, 15, tzinfo=UTC)


FORMS = {
    "8bit": mail(calendar(), cte="8bit"),
    "quoted-printable": mail(encodestring(calendar().encode()), cte="quoted-printable"),
    "base64 with rubbish between": mail(calendar()).replace(b"TEND", b"TE!!ND"),
    "UTF-16": mail(calendar().encode("utf-16")),
    "UTF-16 without a mark": mail(calendar().encode("utf-16-le")),
    "a charset that nobody knows": mail(calendar(), mime="text/calendar; charset=x-none; method=REPLY"),
    "a charset that is a compression": mail(calendar(), mime="text/calendar; charset=zlib; method=REPLY"),
    "an attachment alone": mail(calendar(), mime="application/ics; name=invite.ics"),
    "a nameless type": mail(calendar(), mime='application/octet-stream; name="meeting.ics"'),
    "as text": mail(calendar(), mime="text/plain"),
    "the method in the type alone": mail(calendar(method=""), mime="text/calendar; method=reply"),
    "the method in the calendar alone": mail(calendar(), mime="text/calendar"),
    "lines ended by LF": mail(calendar()).replace(b"\r\n", b"\n"),
    "submitted by a machine, as Google does": mail(
        calendar(), Auto_Submitted="auto-generated", Sender="x@google.example"
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_calendar_is_found_however_it_is_carried(form: str) -> None:
    assert the_answer(read(FORMS[form])).partstat == "accepted"


@pytest.mark.parametrize(
    ("said", "found"),
    [("ACCEPTED", "accepted"), ("declined", "declined"), ("Tentative", "tentative"), ("X-MAYBE", "x-maybe"), ("", "")],
)
def test_what_is_answered_is_read_as_it_stands(said: str, found: str) -> None:
    assert the_answer(read(mail(calendar(partstat=said)))).partstat == found


def test_a_comment_and_a_delegation_are_read() -> None:
    lines = (
        f'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:Bo@x.example";SENT-BY="mailto:pa@x.example":mailto:{WHO}',
        "COMMENT:I am away\\, ask Bo\\nshe knows",
        "RECURRENCE-ID:20260115T100000Z",
    )
    answer = the_answer(read(mail(calendar(*lines))))
    assert answer.delegated_to == ("bo@x.example",) and answer.sent_by == "pa@x.example"
    assert answer.comment == "I am away, ask Bo she knows" and answer.recurrence == "20260115T100000Z"
    assert answer.organiser == ORGANISER


@pytest.mark.parametrize("left_out", ["DTSTAMP", "SEQUENCE", "UID", "ATTENDEE", "ORGANIZER"])
def test_whatever_is_left_out_is_empty(left_out: str) -> None:
    kept = "\r\n".join(line for line in calendar().split("\r\n") if not line.startswith(left_out))
    answer = the_answer(read(mail(kept)))
    empty = {"DTSTAMP": answer.stamped_at, "SEQUENCE": answer.sequence, "UID": answer.uid, "ATTENDEE": answer.attendee}
    assert not (empty | {"ORGANIZER": answer.organiser})[left_out]


def test_two_who_answer_in_one_mail_are_two_answers() -> None:
    verdict = read(
        mail(
            calendar("ATTENDEE;PARTSTAT=DELEGATED:mailto:a@x.example", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:b@x.example")
        )
    )
    assert isinstance(verdict, Reply) and [a.attendee for a in verdict.answers] == ["a@x.example", "b@x.example"]


def test_a_zone_is_known_by_its_windows_name_and_by_its_vendors() -> None:
    summer = "20260615T110000"
    for zone in ("GMT Standard Time", "Europe/London", "/citadel.org/20210210_1/Europe/London"):
        answer = the_answer(
            read(mail(calendar(f"DTSTART;TZID={zone}:{summer}", f"ATTENDEE;PARTSTAT=DECLINED:mailto:{WHO}")))
        )
        assert answer.starts_at == datetime(2026, 6, 15, 10, tzinfo=UTC), zone
    for zone in ("Customized Time Zone", "../../etc/passwd", "Europe", "a" * 5_000):
        assert the_answer(read(mail(calendar(f"DTSTART;TZID={zone}:{summer}")))).starts_at is None


PROPOSALS = {
    "the standard's": (mail(calendar("DTSTART:20260115T100000Z", method="COUNTER")), "counter"),
    "Google's, in a part that says REPLY": (
        mail(calendar(f"ATTENDEE;PARTSTAT=TENTATIVE:mailto:{WHO}", "DTSTART:20260115T100000Z", method="COUNTER")),
        "counter",
    ),
    "Outlook's": (
        mail(calendar(f"ATTENDEE:mailto:{WHO}", "DTSTART:20260115T100000Z", "X-MS-OLK-ORIGINALSTART:20260115T090000Z")),
        "reply",
    ),
}


@pytest.mark.parametrize("shape", PROPOSALS)
def test_another_time_proposed_is_no_acceptance(shape: str) -> None:
    raw, expected = PROPOSALS[shape]
    verdict = read(raw)
    assert isinstance(verdict, Counter) and verdict.shape == expected and the_answer(verdict).starts_at == TEN


def test_an_iphones_proposal_stands_in_its_own_parameter() -> None:
    line = f"ATTENDEE;PARTSTAT=TENTATIVE;TO-ALL-PROPOSED-NEW-TIME=20260115T100000Z:mailto:{WHO}"
    verdict = read(mail(calendar(line, "X-CALENDARSERVER-PRIVATE-COMMENT:after nine")))
    assert isinstance(verdict, Counter) and verdict.shape == "reply"
    assert the_answer(verdict).proposed_at == TEN and the_answer(verdict).comment == "after nine"


def test_a_proposal_in_words_is_one() -> None:
    assert read(mail(subject="New Time Proposed: Meeting")) == Counter("words")


def test_a_refresh_asks_for_a_copy() -> None:
    assert isinstance(read(mail(calendar(method="REFRESH"))), Refresh)


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL", "ADD", "PUBLISH", "DECLINECOUNTER"])
def test_a_calendar_from_outside_changes_nothing_of_ours(method: str) -> None:
    verdict = read(mail(calendar(method=method)))
    assert isinstance(verdict, Unmatched) and method.lower() in verdict.sentence


@pytest.mark.parametrize("kind", ["VTODO", "VJOURNAL", "VFREEBUSY"])
def test_an_answer_about_something_else_than_a_meeting_is_none(kind: str) -> None:
    assert isinstance(read(mail(calendar(kind=kind))), Unmatched)


def test_calendars_that_disagree_are_for_a_person_and_copies_are_one() -> None:
    both = mail(calendar()).replace(b"--b--", b"--b\r\nContent-Type: text/calendar\r\n\r\n%s\r\n--b--")
    assert the_answer(read(both.replace(b"%s", calendar().encode()))).partstat == "accepted"
    disagreeing = read(both.replace(b"%s", calendar(partstat="DECLINED").encode()))
    assert isinstance(disagreeing, Unmatched) and "different" in disagreeing.sentence


@pytest.mark.parametrize(
    ("action", "status"), [("failed", "5.1.1"), ("delayed", "4.4.1"), ("delivered", "2.0.0"), ("relayed", "2.0.0")]
)
def test_a_report_of_delivery_is_read(action: str, status: str) -> None:
    found = read(dsn(action, status))
    assert found == Bounce(WHO, action, status, "m-1@meetings.example", "smtp; 550 no such user")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "raw",
    [
        mail(
            subject="Undeliverable: Meeting",
            From="postmaster@x.example",
            words=f"{WHO}\nRemote Server returned '550 5.1.1'",
        ),
        mail(subject="Mail delivery failed", From="Mailer-Daemon@x.example", X_Failed_Recipients=WHO, words="5.1.1"),
        mail(subject="failure notice", Return_Path="<>", words=f"Hi. This is the qmail-send program.\n<{WHO}>:\n5.1.1"),
    ],
)
def test_a_bounce_in_its_servers_own_words_is_one(raw: bytes) -> None:
    found = read(raw.replace(b"Alex <alex@health.example>", b"mailer-daemon@x.example"))
    assert isinstance(found, Bounce) and (found.recipient, found.action, found.status) == (WHO, "failed", "5.1.1")


def test_a_bounce_names_our_mail_wherever_it_stands() -> None:
    words = f"{WHO}: no such user\n\n> Message-ID: <m-7@meetings.example>\n"
    found = read(mail(subject="Undelivered", From="mailer-daemon@x.example", words=words))
    assert isinstance(found, Bounce) and found.message_id == "m-7@meetings.example"


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Auto_Submitted", "auto-replied (vacation)"),
        ("Precedence", "auto_reply"),
        ("X_Autoreply", "yes"),
        ("Subject", "Automatic reply: Meeting"),
        ("Subject", "=?utf-8?q?Out_of_Office=3A_Meeting?="),
        ("Subject", "Ateb awtomatig: Cyfarfod"),
    ],
)
def test_somebody_away_has_not_answered(header: str, value: str) -> None:
    assert read(mail(subject="Re: Meeting", **{header: value})) == AutoReply()


@pytest.mark.parametrize(("header", "value"), [("Auto_Submitted", "auto-replied"), ("Subject", "Automatic reply: x")])
def test_an_answer_that_a_machine_gives_is_not_anybodys_own(header: str, value: str) -> None:
    found = read(mail(calendar(), **{header: value}))
    assert isinstance(found, Unmatched) and "machine" in found.sentence
    assert isinstance(read(mail(calendar(), Auto_Submitted="auto-generated")), Reply), "as Google marks every answer"


def test_what_is_ours_or_goes_in_circles_is_a_loop() -> None:
    assert isinstance(read(mail(calendar(method="REQUEST").replace("Somebody", "Quorate"))), Loop)
    assert isinstance(read(b"Received: by x\r\n" * 60 + mail(calendar())), Loop)


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({"From": "Team <Meetings@Meetings.example>"}, True),
        ({"From": ORGANISER}, True),
        ({"Message_ID": f"<{'0a' * 16}@meetings.example>"}, True),
        ({"From": "alex@meetings.example", "Message_ID": "<a-1@meetings.example>"}, False),
        ({"From": "meetings@else.example", "Message_ID": f"<{'0a' * 16}@else.example>"}, False),
    ],
)
def test_a_mail_of_our_own_is_known_by_its_mailbox_or_its_name(headers: dict[str, str], ours: bool) -> None:
    assert isinstance(read(mail(words="The minutes.", **headers), domain="Meetings.example"), Loop) is ours


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (tnef(), "winmail.dat"),
        (mail("x", mime="application/pkcs7-mime"), "S/MIME"),
        (mail("no calendar", mime="text/calendar"), "no calendar"),
        (b"", "neither a mail nor a calendar"),
        (b"\xff\xd8\xff\xe0 a picture", "neither a mail nor a calendar"),
    ],
)
def test_what_cannot_be_read_says_so_in_one_sentence(raw: bytes, word: str) -> None:
    found = read(raw)
    assert isinstance(found, Unreadable) and word in found.sentence and "\n" not in found.sentence


@pytest.mark.parametrize(
    ("words", "seems"),
    [
        ("Yes, I will be there", "accepted"),
        ("Hi team\n\nI'll come. Bo", "accepted"),
        ("Byddaf yno", "accepted"),
        ("Sorry, I can’t make it", "declined"),
        ("No", "declined"),
        ("I might come, not sure", "tentative"),
        ("Yes, but I cannot stay", ""),
        ("Thank you.\n> Can you come?\n> yes or no", ""),
        ("Thank you\n\nOn Monday Bo wrote:\nyes", ""),
        ("", ""),
    ],
)
def test_what_words_seem_to_say_is_only_suggested(words: str, seems: str) -> None:
    assert read(mail(words=words, subject="Re: Invitation: meeting")) == Words(seems=seems)  # type: ignore[arg-type]


def test_a_subject_that_our_own_link_wrote_is_known() -> None:
    assert read(mail(words="", subject="Yes")) == Words("accepted")
    link = "No, Tuesday 14 January 2025, 10:00 in the morning"
    assert read(mail(words="", subject=link)) == Words("declined", link[4:])
    assert read(mail(words="", subject="Re: Yes")) == read(mail(words="", subject="Yes please")) == Words()


def test_a_page_is_shown_without_its_tags() -> None:
    raw = mail(words="<style>p{x}</style><p>Yes,<br>I&nbsp;will be there</p>").replace(b"text/plain", b"text/html")
    assert read(raw) == Words(seems="accepted") and "<" not in opened(raw).envelope.words


def test_somebody_away_says_until_when() -> None:
    away = mail(words="I am away from 5th May 2026 to 2026-05-12, back on June 1", subject="Automatic reply: x")
    assert read(away) == AutoReply(("5th May 2026", "2026-05-12", "June 1"))


def test_the_outside_of_a_mail_is_read() -> None:
    raw = mail(
        calendar(),
        To=f'"Team, The" <{ORGANISER.upper()}>, bo@x.example',
        Subject="=?utf-8?q?Accepted=0d=0aBcc:_e@evil.example?=",
        In_Reply_To="<m-1@meetings.example>",
        Date="Mon, 5 Jan 2026 10:15:00 +0100",
        Authentication_Results="relay.example; dmarc=pass header.from=health.example",
    )
    envelope = opened(raw).envelope
    assert envelope.sender == WHO and envelope.to == (ORGANISER, "bo@x.example")
    assert envelope.subject == "Accepted Bcc: e@evil.example" and envelope.refers_to == ("m-1@meetings.example",)
    assert envelope.sent_at == datetime(2026, 1, 5, 9, 15, tzinfo=UTC) and len(envelope.authentication) == 1


def nested(depth: int) -> bytes:
    layers = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(depth))
    return b"From: a@x.example\n" + layers + b"Content-Type: text/plain\n\nx\n"


def mails_within(depth: int) -> bytes:
    return b"From: a@x.example\n" + b"Content-Type: message/rfc822\n\n" * depth


BOMBS = {
    "50 MB": mail(words="x" * 50_000_000),
    "lines without end": mail(words="\n" * 400_000),
    "10,000 parts": mail(calendar()).replace(b"--b--", b"--b\r\n\r\nx\r\n" * 10_000 + b"--b--"),
    "1,000 deep": nested(1_000),
    "1,000 mails within mails": mails_within(1_000),
    "a header without end": b"Content-Type: text/plain; " + b'a="; ' * 500_000 + b"\n\n",
    "encoded words without end": b"Subject: " + b"=?utf-8?q?" * 300_000 + b"\n\n",
    "a To without end": b"To: " + b"(" * 1_000_000 + b"\n\n",
    "a To of 100,000": b"To: " + b"a@x.example, " * 100_000 + b"\n\n",
    "200,000 EXDATEs": mail(calendar("EXDATE:" + "20260115T100000Z," * 200_000)),
    "an ATTENDEE without end": mail(calendar('ATTENDEE;CN="' + 'a";b="' * 30_000 + ":mailto:x@x.example")),
    "folds without end": mail(calendar("X-A:" + "\r\n a" * 80_000)),
    "components without end": mail(calendar("BEGIN:VEVENT\r\n" * 15_000)),
    "properties without end": mail(calendar("ATTENDEE;PARTSTAT=ACCEPTED:mailto:x@x.example\r\n" * 5_000)),
    "500 calendars": mail(calendar()).replace(b"--b--", b"--b\r\nContent-Type: text/calendar\r\n\r\nx\r\n" * 450),
    "semicolons without end": mail(calendar(), mime='text/calendar; a="' + ";" * 7_000),
    "blank lines where an id might stand": mail(words="x").replace(
        b"Content-Type: text/plain; charset=utf-8\r\n\r\nx",
        b"Content-Type: multipart/mixed; boundary=b\r\n"
        + b"\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n%b" % (b"\n" * 20_000) * 4,
    ),
    "punycode": mail(b"a" * 1_000_000, mime="text/calendar; charset=punycode"),
    "a year beyond": mail(calendar("DTSTART;TZID=Europe/London:00010101T000000", "DTEND:99991231T235959Z")),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_what_is_made_to_hurt_gets_its_verdict_in_time(bomb: str) -> None:
    begun = time.perf_counter()
    assert isinstance(read(BOMBS[bomb]), get_args(Verdict))
    assert time.perf_counter() - begun < 8


def test_base64_within_base64_is_opened_once() -> None:
    inner = base64.b64encode(calendar().encode())
    assert isinstance(read(mail(base64.b64encode(inner))), Unreadable)


@pytest.mark.parametrize("depth", [5, 20, 58])
def test_what_is_nested_within_the_limit_is_read(depth: int) -> None:
    assert isinstance(read(nested(depth)), Words) and isinstance(read(mails_within(depth)), Unmatched)


SAMPLES = [*(mail(text) for text in IN_CALENDAR.values()), *FORMS.values(), dsn(), tnef(), calendar().encode()]
CHUNKS = [
    b"\0",
    b"\r",
    b"\n",
    b"\xff",
    b"=?utf-8?q?",
    b"?=",
    b'"',
    b"--b",
    b";",
    b":",
    b"\n ",
    b"BEGIN:VEVENT\r\n",
    b"(",
]
CHUNKS += [
    b"Content-Type: message/rfc822\r\n\r\n",
    b"TZID=",
    b"charset=",
    b"\xed\xa0\x80",
    b"%00",
    b"END:VCALENDAR\r\n",
]


def mutated(raw: bytes, seed: int) -> bytes:
    rng = Random(seed)
    for _ in range(rng.randint(1, 8)):
        at, to = sorted((rng.randint(0, len(raw)), rng.randint(0, len(raw))))
        raw = rng.choice(
            [
                raw[:at] + rng.choice(CHUNKS) + raw[at:],
                raw[:at] + raw[min(to, at + 40) :],
                raw[:at] + bytes([rng.randrange(256)]) + raw[at + 1 :],
                raw[:to] + raw[at : at + 200] + raw[to:],
                raw[:at],
            ]
        )
    return raw


@settings(max_examples=1_500, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(st.sampled_from(SAMPLES), st.integers(0, 2**32))
def test_every_mail_that_was_damaged_on_its_way_gets_a_verdict(sample: bytes, seed: int) -> None:
    found = opened(mutated(sample, seed))
    assert isinstance(found.verdict, get_args(Verdict)) and found.envelope.message_id
    if isinstance(found.verdict, Unmatched | Unreadable | Loop):
        assert found.verdict.sentence and "\n" not in found.verdict.sentence


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_at_all_get_a_verdict(raw: bytes) -> None:
    for form in (raw, mail(raw), b"BEGIN:VCALENDAR\n" + raw, b"From: " + raw):
        assert isinstance(read(form), get_args(Verdict))


def test_smaller_limits_are_kept() -> None:
    assert isinstance(read(mail(calendar()), replace(LIMITS, bytes_=100)), Unreadable)
    assert isinstance(read(mail(calendar()), replace(LIMITS, calendar_bytes=100)), Unreadable)
