"""Mails and minutes as their readers get them: parts, words, marks, and nothing of anybody else."""

import re
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from typing import Any, get_args

import pytest

from handlers.effects import Message
from handlers.events import Presence
from handlers.facts import MeetingKind
from handlers.meetings.falling_due import NAMES
from handlers.people import Recipient, Sealed, Text
from infra.papers.compose import compose
from infra.papers.words import PRESENCE, Unaddressable, clock, day, one_line, when
from tests.infra.mails import (
    DOMAIN,
    HOSTILE,
    LETTERHEAD,
    NAMES_OF_ALL_KINDS,
    calendar_of,
    composed,
    html,
    invitation,
    letter,
    minutes,
    notice,
    one_address,
    part,
    reminder,
    reread,
    text,
)
from tests.leaks import found

BOTH = ("REQUEST", "CANCEL")
EVERY_KIND: tuple[Message, ...] = (
    invitation(),
    invitation(sequence=2, moved_from=datetime(2026, 1, 14, 13, tzinfo=UTC)),
    invitation(method="CANCEL", sequence=3),
    minutes(),
    minutes(to=Recipient("person-2", "Jo Green", "jo@home.example")),
    notice(),
    notice(occasion="telephone"),
    minutes(part="decision"),
    minutes(part="decision", to=Recipient("person-2", "Jo Green", "jo@home.example")),
    notice(family=""),
    letter(),
    letter(occasion="change"),
    letter(occasion="change", to=Recipient("person-7", "Alex Green", "alex@clearway.example", secure=True)),
    letter(occasion="referral_outcome", what="early_help"),
    letter(occasion="advice"),
    reminder(),
)


def tree(mail: EmailMessage) -> list[str]:
    return [p.get_content_type() for p in mail.walk()]


# --- the parts


@pytest.mark.parametrize("method", BOTH)
def test_an_invitation_is_built_as_calendars_want_it(method: str) -> None:
    mail = reread(composed(invitation(method=method)))
    assert tree(mail) == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    calendar, attachment = list(mail.walk())[4:]
    assert calendar["Content-Type"].params == {"method": method, "charset": "UTF-8"}
    assert calendar["Content-Transfer-Encoding"] == attachment["Content-Transfer-Encoding"] == "base64"
    assert attachment["Content-Type"].params == {"name": "invite.ics"}
    assert attachment.get_content_disposition() == "attachment" and attachment.get_filename() == "invite.ics"
    assert calendar.get_payload(decode=True) == attachment.get_payload(decode=True)
    assert f"\r\nMETHOD:{method}\r\n".encode() in calendar_of(mail)


@pytest.mark.parametrize("message", EVERY_KIND)
def test_a_mail_goes_from_our_domain_to_one_person(message: Message) -> None:
    mail = reread(composed(message))
    assert one_address(mail, "To").addr_spec == message.to.address
    assert one_address(mail, "From").domain == DOMAIN
    assert one_address(mail, "From").display_name == "Northmere conference team"
    assert not {"Cc", "Bcc", "References", "In-Reply-To", "Reply-To", "Sender"} & set(mail)
    assert mail["Message-ID"] == f"<{message.message}@{DOMAIN}>"
    assert mail["Date"].datetime == message.stamped_at
    assert composed(message).as_bytes() == composed(message).as_bytes()
    wire = composed(message).as_bytes()
    assert wire.isascii() and wire.count(b"\n") == wire.count(b"\r\n")
    assert max(map(len, wire.split(b"\r\n"))) <= 998


@pytest.mark.parametrize("method", BOTH)
def test_an_invitation_comes_from_its_organiser(method: str) -> None:
    mail = composed(invitation(method=method))
    organiser = one_address(mail, "From").addr_spec
    assert organiser.startswith("r-") and organiser == organiser.lower()
    assert f"mailto:{organiser}" in calendar_of(mail).decode().replace("\r\n ", "")
    assert one_address(composed(minutes()), "From").addr_spec == f"meetings@{DOMAIN}"


# --- the words


def test_a_parent_can_answer_from_the_text_alone() -> None:
    said = text(composed(invitation()))
    for needed in (
        "Hello Alex Green",
        "When: Thursday 15 January 2026, 10:00 in the morning to 12:00 noon (UK time)",
        "Where: Room 2, Town Hall",
        "reply to this mail and write yes or no",
        "ring us on 01632 960001",
        "Northmere conference team",
    ):
        assert needed in said, needed


def test_a_move_names_the_old_time_and_the_new_one() -> None:
    moved = invitation(sequence=1, moved_from=datetime(2026, 1, 14, 13, tzinfo=UTC))
    mail = composed(moved)
    for said in (text(mail), re.sub("<[^>]+>", "", html(mail))):
        assert "Old time: Wednesday 14 January 2026, 1:00 in the afternoon" in said
        assert "New time: Thursday 15 January 2026, 10:00 in the morning to 12:00 noon" in said
        assert "Please tell us again" in said
    assert mail["Subject"].startswith("New time: ")
    assert "Please tell us again" not in text(composed(invitation(sequence=1)))


def test_a_reminder_is_answered_at_the_invitations_own_address_and_says_when_and_where() -> None:
    mail, words = composed(reminder()), text(composed(reminder()))
    assert one_address(mail, "From").addr_spec == one_address(composed(invitation()), "From").addr_spec
    assert "When: Thursday 15 January 2026, 10:00 in the morning (UK time)" in words and "Where: Room 2" in words
    assert "ring us on 01632 960001" in words and tree(mail) == ["multipart/alternative", "text/plain", "text/html"]


def test_a_cancellation_says_plainly_that_the_meeting_is_off() -> None:
    mail = composed(invitation(method="CANCEL", sequence=1))
    assert mail["Subject"] == "Cancelled: meeting on Thursday 15 January 2026"
    for said in (text(mail), html(mail)):
        assert "Your meeting is off. You do not need to come." in said and "Thursday 15 January 2026" in said


@pytest.mark.parametrize("message", EVERY_KIND)
def test_a_reference_is_quoted_only_when_there_is_one(message: Message) -> None:
    if getattr(message, "occasion", "") == "advice":
        return
    assert not found(["Your reference"], composed(message))
    quoted = composed(type(message)(**{**fields(message), "client_reference": "TS-4711"}))
    assert "Your reference: TS-4711" in text(quoted) and found(["TS-4711"], quoted)


def fields(message: Message) -> dict[str, Any]:
    return {name: getattr(message, name) for name in message.__struct_fields__}


def test_subjects_and_invitations_tell_a_passer_by_nothing_of_the_case() -> None:
    case = [
        "child",
        "protect",
        "Kestrel",
        "Quill",
        "F-0001",
        "initial conf",
        "review conf",
        "Family Intervention",
        "drug",
    ]
    for message in EVERY_KIND:
        subject = EmailMessage()
        subject["Subject"] = composed(message)["Subject"]
        assert not found([*case, "Green"], subject)
    for method in BOTH:
        assert not found(case, composed(invitation(method=method, kind="fip_review")))


def test_full_minutes_go_attached_to_a_secure_address() -> None:
    mail = reread(composed(minutes()))
    assert tree(mail) == ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/html"]
    paper = part(mail, "text/html", "minutes.html").decode()
    words = " ".join(re.sub("<[^>]+>", " ", paper).split())
    for needed in (
        "OFFICIAL-SENSITIVE Copy for Alex Green.",
        "Minutes of the review child protection conference",
        "Tuesday 16 June 2026, 10:00 in the morning to 12:00 noon Room 2, Town Hall",
        "Alex Green social worker Children’s services came for part of it from 10:00 in the morning to 11:30",
        "Priya Quill health visitor Health sent apologies",
        "Kestrel stays on the plan.",
        "What works School is &lt;b&gt;good&lt;/b&gt;. Home is calm.",
        "Visit Kestrel each week Alex Green Tuesday 30 June 2026",
        "Write to school Priya Quill no date set",
        "Core group on Thursday 25 June 2026",
    ):
        assert needed in words, needed
    for covering in (text(mail), html(mail)):
        assert "minutes.html" in covering and "Kestrel" not in covering and "Quill" not in covering


@pytest.mark.parametrize("to", [minutes().to, Recipient("person-2", "Jo Reed", "jo@home.example")])
def test_corrected_papers_say_that_they_are_and_what_becomes_of_the_first_copy(to: Recipient) -> None:
    for mail in (composed(minutes(to=to, corrects=True)), composed(minutes(to=to, corrects=True, part="decision"))):
        assert "orrect" in str(mail["Subject"])
        assert all("They take the place of the copy that you have" in words for words in (text(mail), html(mail)))
    assert "take the place" not in text(composed(minutes(to=to)))


def test_an_ordinary_address_gets_word_that_papers_are_ready_and_no_case_content() -> None:
    mail = composed(minutes(to=Recipient("person-2", "Jo Reed", "jo@home.example")))
    assert tree(mail) == ["multipart/alternative", "text/plain", "text/html"]
    assert "are ready for you" in text(mail) and "ring us on 01632 960001" in text(mail)
    secrets = [
        "Kestrel",
        "Quill",
        "Alex Green",
        "child protection",
        "School is",
        "Home is calm",
        "F-0001",
        "health",
    ]
    assert not found([*secrets, "social worker", "25 June", "30 June"], mail)


@pytest.mark.parametrize(
    ("occasion", "opening", "by"),
    [
        ("late", "Something is late", "Tuesday 16 June 2026, 5:00 in the afternoon"),
        ("telephone", "It is too late", "at once"),
    ],
)
def test_a_notice_says_what_is_owed_by_when_and_for_which_family(occasion: str, opening: str, by: str) -> None:
    mail = composed(notice(occasion=occasion))
    for said in (text(mail), re.sub("<[^>]+>", "", html(mail))):
        assert opening in said and "Tell the treatment service of the review conference." in said
        assert "Family reference: F-0001" in said and by in said


def test_a_caller_is_told_whom_to_ring() -> None:
    mail = composed(notice(occasion="telephone", ring="w-clearway-2"))
    for said in (text(mail), re.sub("<[^>]+>", "", html(mail))):
        assert "Please ring: w-clearway-2 (name and number are in the directory)" in said


# --- other people's words


@pytest.mark.parametrize("evil", (*HOSTILE, *NAMES_OF_ALL_KINDS))
@pytest.mark.parametrize("message", EVERY_KIND)
def test_no_word_makes_a_header_a_recipient_or_markup(message: Message, evil: str) -> None:
    assert message.to.address
    changes: dict[str, Any] = {"to": Recipient("p", evil, message.to.address, message.to.secure)}
    words = ("place", "team", "telephone", "sentence", "client_reference", "what")
    changes |= {word: evil for word in words if word in message.__struct_fields__}
    hard = type(message)(**{**fields(message), **changes})
    mail, usual = reread(composed(hard)), reread(composed(message))
    assert [*mail] == [*usual] and tree(mail) == tree(usual)
    assert one_address(mail, "To").addr_spec == message.to.address
    assert one_address(mail, "From").domain == DOMAIN
    assert not any(p.defects for p in mail.walk())
    for shown in (p.get_content() for p in mail.walk() if p.get_content_type() == "text/html"):
        assert "<script" not in shown and not re.search("[\u2028\u2029\u202a-\u202e\u2066-\u2069]", shown)
        assert "{{ 7*7 }}" in shown or "7*7" not in shown
    assert not re.search("(?m)^(Bcc|ATTENDEE)", text(mail))


def test_sealed_words_are_opened_for_the_paper_alone() -> None:
    def read(words: Text) -> str:
        return (
            f"opened {words.box}" if isinstance(words, Sealed) and "@" not in words.box else getattr(words, "box", "")
        )

    to = Recipient("p", Sealed("p", "d", "name"), Sealed("p", "d", "alex@health.example"))
    mail = compose(invitation(to=to), LETTERHEAD, read)
    assert "Hello opened name" in text(mail) and mail["To"] == "alex@health.example"


IMPOSSIBLE = (
    None,
    "",
    "nobody",
    "a@b@c.example",
    "a b@c.example",
    "a@c.example\r\nBcc: e@evil.example",
    "=?utf-8?q?a?=@c.example",
    "Å@c.example",
    "a@c.example, e@evil.example",
    "<a@c.example>",
    "a@.",
    f"{'x' * 65}@c.example",
)


@pytest.mark.parametrize("address", IMPOSSIBLE)
def test_an_address_that_mail_cannot_reach_is_said_so_without_telling_it(address: str | None) -> None:
    for message in (invitation, minutes, notice, letter):
        with pytest.raises(Unaddressable) as said:
            composed(message(to=Recipient("p", "Alex", address)))
        assert not address or address not in str(said.value)


# --- days and hours


def test_instants_are_told_in_london_words() -> None:
    told = when(datetime(2025, 1, 14, 10, tzinfo=UTC), datetime(2025, 1, 14, 12, tzinfo=UTC))
    assert told == "Tuesday 14 January 2025, 10:00 in the morning to 12:00 noon"
    assert day(date(2026, 6, 16)) == "Tuesday 16 June 2026"
    assert day(datetime(2026, 6, 16, 23, 30, tzinfo=UTC)) == "Wednesday 17 June 2026"
    midnight = datetime(2026, 1, 15, tzinfo=UTC)
    assert [clock(midnight + timedelta(minutes=m)) for m in (0, 1, 719, 720, 721, 1079, 1080)] == [
        "12:00 midnight",
        "12:01 in the morning",
        "11:59 in the morning",
        "12:00 noon",
        "12:01 in the afternoon",
        "5:59 in the afternoon",
        "6:00 in the evening",
    ]
    overnight = when(midnight, midnight + timedelta(days=1))
    assert overnight == "Thursday 15 January 2026, 12:00 midnight to Friday 16 January 2026, 12:00 midnight"
    for refused in (clock, day):
        with pytest.raises(ValueError, match="no time zone"):
            refused(datetime(2026, 1, 15))  # noqa: DTZ001 - the point of it


def test_every_kind_of_meeting_and_of_presence_has_words() -> None:
    assert set(NAMES) == set(get_args(MeetingKind)) and set(PRESENCE) == set(get_args(Presence))


@pytest.mark.parametrize("name", NAMES_OF_ALL_KINDS)
def test_cleaning_leaves_honest_names_alone(name: str) -> None:
    assert one_line(name) == name.strip()


def syllables(word: str) -> int:
    return max(1, len(re.findall("[aeiouy]+", re.sub("(?<=[^l])e$", "", word.lower()))))


@pytest.mark.parametrize("message", (*EVERY_KIND[:3], EVERY_KIND[4], EVERY_KIND[8], reminder()))
def test_what_parents_read_asks_a_reading_age_of_about_nine(message: Message) -> None:
    """Flesch-Kincaid, whose grade is the reading age less five; times, places and names are not prose."""
    prose = [line for line in text(composed(message)).splitlines() if ": " not in line]
    said = re.sub(r"on [A-Z]\w+day .* are", "are", " . ".join(prose))
    sentences = [s for s in re.split(r"[.?:]\s|\n", said) if re.search("[a-z]", s)]
    spoken = re.findall("[A-Za-z]+", said)
    grade = 0.39 * len(spoken) / len(sentences) + 11.8 * sum(map(syllables, spoken)) / len(spoken) - 15.59
    assert grade + 5 <= 9.5, f"reading age {grade + 5:.1f}"
