"""Effects to compose mails from, and what the tests of papers ask of a mail."""

from datetime import UTC, date, datetime
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from hashlib import sha256
from typing import Any

from msgspec.structs import replace

from handlers.effects import Agreed, Message, Sat, SendInvitation, SendLetter, SendMinutes, SendNotice, SendReminder
from handlers.events import Block
from handlers.people import Recipient, Text, derived
from infra.papers.compose import Letterhead, compose

DOMAIN = "meetings.example"
LETTERHEAD = Letterhead(DOMAIN, lambda name: sha256(f"a key that tests share {name}".encode()).hexdigest()[:24])
HOSTILE = (
    "Bo\r\nBcc: e@evil.example",
    "Bo\nATTENDEE:mailto:e@evil.example",
    "=?utf-8?q?Bo=0d=0aBcc:_e@evil.example?=",
    "Bo\x00\x07\x0b\x85Bo",
    "Bo\u2028Bcc: e@evil.example\u2029",
    "Bo\u202egpj.exe\u2066\u200f",
    'Bo", "Eve" <e@evil.example>;,:\\^n',
    "<script>alert(1)</script>{{ 7*7 }}{% raw %}",
    "\ud800Bo\ufeff",
)
NAMES_OF_ALL_KINDS = (
    "Siân Ŵyn Ŷnys",
    "👩\u200d👧 Bo 🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f",
    "ليلى حسن",
    "Ab " * 100,
    "İ" * 300,
    "O’Neil, Zoë (Dr); Ph.D.",
)


def plain(text: Text) -> str:
    """The reader of words that no test here has sealed."""
    assert isinstance(text, str)
    return text


def composed(message: Message) -> EmailMessage:
    return compose(message, LETTERHEAD, plain)


def invitation(**changes: Any) -> SendInvitation:
    return replace(
        SendInvitation(
            message=derived("message", "1"),
            to=Recipient("person-1", "Alex Green", "alex@health.example"),
            meeting="meeting-1",
            family="F-0001",
            area="northmere",
            kind="initial_conference",
            method="REQUEST",
            sequence=0,
            revision=1,
            starts_at=datetime(2026, 1, 15, 10, tzinfo=UTC),
            ends_at=datetime(2026, 1, 15, 12, tzinfo=UTC),
            place="Room 2, Town Hall",
            team="Northmere conference team",
            telephone="01632 960001",
            stamped_at=datetime(2026, 1, 2, 9, 30, tzinfo=UTC),
            because="invited to the conference",
        ),
        **changes,
    )


def reminder(**changes: Any) -> SendReminder:
    return replace(
        SendReminder(
            message=derived("message", "5"),
            to=Recipient("person-1", "Alex Green", "alex@health.example"),
            meeting="meeting-1",
            family="F-0001",
            area="northmere",
            starts_at=datetime(2026, 1, 15, 10, tzinfo=UTC),
            place="Room 2, Town Hall",
            team="Northmere conference team",
            telephone="01632 960001",
            stamped_at=datetime(2026, 1, 14, 9, tzinfo=UTC),
            because="the conference is near",
        ),
        **changes,
    )


def minutes(**changes: Any) -> SendMinutes:
    return replace(
        SendMinutes(
            message=derived("message", "2"),
            to=Recipient("person-1", "Alex Green", "alex@health.example", secure=True),
            meeting="meeting-1",
            family="F-0001",
            kind="review_conference",
            started_at=datetime(2026, 6, 16, 9, tzinfo=UTC),
            ended_at=datetime(2026, 6, 16, 11, tzinfo=UTC),
            place="Room 2, Town Hall",
            attendance=(
                Sat(
                    name="Alex Green",
                    role="social_worker",
                    agency="Children’s services",
                    presence="part",
                    present_from=datetime(2026, 6, 16, 9, tzinfo=UTC),
                    present_to=datetime(2026, 6, 16, 10, 30, tzinfo=UTC),
                ),
                Sat(name="Priya Quill", role="health_visitor", agency="Health", presence="apologies"),
            ),
            decisions=("Kestrel stays on the plan.",),
            discussion=(Block(heading="What works", text="School is <b>good</b>.\r\nHome is calm."),),
            tasks=(
                Agreed(what="Visit Kestrel each week", who="Alex Green", by=date(2026, 6, 30)),
                Agreed(what="Write to school", who="Priya Quill"),
            ),
            team="Northmere conference team",
            telephone="01632 960001",
            stamped_at=datetime(2026, 6, 17, 9, tzinfo=UTC),
            because="the minutes were recorded",
            next_meetings=("Core group on Thursday 25 June 2026",),
        ),
        **changes,
    )


def notice(**changes: Any) -> SendNotice:
    return replace(
        SendNotice(
            message=derived("message", "3"),
            to=Recipient("person-9", "Robin Hale", "robin@council.example"),
            meeting="meeting-1",
            family="F-0001",
            occasion="late",
            duty=derived("duty", "1"),
            sentence="Tell the treatment service of the review conference.",
            due_at=datetime(2026, 6, 16, 16, tzinfo=UTC),
            rung=1,
            team="Northmere conference team",
            telephone="01632 960001",
            stamped_at=datetime(2026, 6, 17, 9, tzinfo=UTC),
            because="it is late",
        ),
        **changes,
    )


def letter(**changes: Any) -> SendLetter:
    return replace(
        SendLetter(
            message=derived("message", "4"),
            to=Recipient("person-7", "Alex Green", "alex@clearway.example"),
            occasion="report_asked",
            duty="D-0a1b2c3d4e5f",
            team="Northmere conference team",
            telephone="01632 960001",
            stamped_at=datetime(2026, 6, 1, 9, tzinfo=UTC),
            because="a report is asked for",
            meeting="meeting-1",
            family="F-0001",
            what="child_returned_home",
            starts_at=datetime(2026, 6, 16, 9, tzinfo=UTC),
            due_at=datetime(2026, 6, 11, 22, 59, tzinfo=UTC),
        ),
        **changes,
    )


def part(mail: EmailMessage, content_type: str, filename: str | None = None) -> bytes:
    """The decoded bytes of the one part of that type and file name."""
    (one,) = (p for p in mail.walk() if p.get_content_type() == content_type and p.get_filename() == filename)
    body = one.get_payload(decode=True)
    assert isinstance(body, bytes)
    return body


def text(mail: EmailMessage) -> str:
    return part(mail, "text/plain").decode()


def html(mail: EmailMessage) -> str:
    return part(mail, "text/html").decode()


def calendar_of(mail: EmailMessage) -> bytes:
    return part(mail, "text/calendar")


def reread(mail: EmailMessage) -> EmailMessage:
    """The mail as it comes off the wire."""
    parsed = message_from_bytes(mail.as_bytes(), policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def one_address(mail: EmailMessage, header: str) -> Address:
    (value,) = mail.get_all(header, [])
    (only,) = value.addresses
    assert isinstance(only, Address)
    return only
