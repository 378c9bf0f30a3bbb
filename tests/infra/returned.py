"""Mails such as clients and servers send back, each written here by hand after the habits of one of them."""

from __future__ import annotations

import base64
from email.message import EmailMessage
from email.policy import SMTP

UID = "5f0c1b2a@meetings.example"
ORGANISER = "r-0123456789abcdef01234567@meetings.example"
WHO = "alex@health.example"
ZONED = "DTSTART;TZID=GMT Standard Time:20260115T100000"


def calendar(*lines: str, method: str = "REPLY", partstat: str = "ACCEPTED", kind: str = "VEVENT") -> str:
    """A calendar of one component; lines take the place of its ATTENDEE."""
    who = lines or (f"ATTENDEE;PARTSTAT={partstat}:mailto:{WHO}",)
    named = [f"METHOD:{method}"] if method else []
    about = [f"BEGIN:{kind}", f"UID:{UID}", "SEQUENCE:2", "DTSTAMP:20260105T091500Z", f"ORGANIZER:mailto:{ORGANISER}"]
    return "\r\n".join(
        ["BEGIN:VCALENDAR", "PRODID:-//Somebody//EN", *named, *about, *who, f"END:{kind}", "END:VCALENDAR", ""]
    )


def mail(
    ics: str | bytes | None = None,
    *,
    mime: str = 'text/calendar; charset="utf-8"; method=REPLY',
    cte: str = "base64",
    words: str = "Alex has answered.",
    subject: str = "Accepted: Meeting",
    **headers: str,
) -> bytes:
    """A mail with a text, and a calendar in the form asked for."""
    body = ics.encode() if isinstance(ics, str) else ics
    told = {"From": f"Alex <{WHO}>", "To": ORGANISER, "Subject": subject, "Message-ID": "<a-1@health.example>"}
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in told.items()] + ["MIME-Version: 1.0"]
    text = ["Content-Type: text/plain; charset=utf-8", "", words]
    if body is None:
        return "\r\n".join([*lines, *text, ""]).encode()
    encoded = base64.encodebytes(body).replace(b"\n", b"\r\n") if cte == "base64" else body
    parts = [b"--b", "\r\n".join(text).encode(), b"--b", f"Content-Type: {mime}".encode()]
    parts += [f"Content-Transfer-Encoding: {cte}".encode(), b"", encoded, b"--b--", b""]
    head = "\r\n".join([*lines, 'Content-Type: multipart/alternative; boundary="b"', ""]).encode()
    return head + b"\r\n" + b"\r\n".join(parts)


def dsn(
    action: str = "failed", status: str = "5.1.1", recipient: str = WHO, original: str = "m-1@meetings.example"
) -> bytes:
    """A bounce by RFC 3464, as Postfix writes it."""
    blocks = [
        ["Content-Type: text/plain", "", "I'm sorry to have to inform you that your message could not be delivered."],
        [
            "Content-Type: message/delivery-status",
            "",
            "Reporting-MTA: dns; relay.example",
            "",
            f"Final-Recipient: rfc822; {recipient}",
            f"Action: {action}",
            f"Status: {status}",
            "Diagnostic-Code: smtp; 550 no such user",
        ],
        [
            "Content-Type: message/rfc822",
            "",
            f"Message-ID: <{original}>",
            f"From: {ORGANISER}",
            "Content-Type: text/calendar; method=REQUEST",
            "",
            calendar(method="REQUEST").replace("Somebody", "Quorate"),
        ],
    ]
    head = [
        "Return-Path: <>",
        "From: MAILER-DAEMON@relay.example (Mail Delivery System)",
        f"To: {ORGANISER}",
        "Subject: Undelivered Mail Returned to Sender",
        "Message-ID: <bounce-1@relay.example>",
        "Auto-Submitted: auto-replied",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        "",
    ]
    parts = [line for block in blocks for line in ["--b", *block, ""]]
    return "\r\n".join([*head, *parts, "--b--", ""]).encode()


def tnef() -> bytes:
    told = EmailMessage(policy=SMTP)
    told["From"], told["To"], told["Subject"] = WHO, ORGANISER, "Accepted: Meeting"
    told.set_content("")
    told.add_attachment(b"\x78\x9f\x3e\x22", maintype="application", subtype="ms-tnef", filename="winmail.dat")
    return told.as_bytes()


IN_CALENDAR = {
    "Outlook, without an organiser": (
        calendar(f"ATTENDEE;PARTSTAT=ACCEPTED;CN=Green, Alex:MAILTO:{WHO}", ZONED).replace(
            f"ORGANIZER:mailto:{ORGANISER}\r\n", ""
        )
    ),
    "Google": calendar(f"ATTENDEE;CUTYPE=INDIVIDUAL;PARTSTAT=ACCEPTED;CN=Alex;X-NUM-GUESTS=0:mailto:{WHO}"),
    "Apple": calendar(f'ATTENDEE;CN="Alex";EMAIL={WHO};PARTSTAT=ACCEPTED:/principals/7/'),
    "Thunderbird, folded": calendar(f"ATTENDEE;CN=Alex;PARTSTAT=ACCEP\r\n TED;ROLE=REQ-PARTICIPANT:mai\r\n lto:{WHO}"),
    "Lotus, in capitals": calendar(f'attendee;role="REQ-PARTICIPANT";partstat="ACCEPTED":MAILTO:{WHO.upper()}'),
    "Zimbra, with a time of its own": calendar(
        f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{WHO}", ZONED, "BEGIN:VALARM", "UID:no", "END:VALARM"
    ),
    "everybody named, one answering": calendar(
        "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:bo@x.example", f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{WHO}"
    ),
    "a broken quotation": calendar(f'ATTENDEE;PARTSTAT=ACCEPTED;CN="Alex:mailto:{WHO}'),
    "a fold without a space": calendar(f"ATTENDEE;PARTSTAT=ACCEPTED:\r\nmailto:{WHO}"),
    "no method anywhere": calendar(method=""),
    "bare line feeds": calendar().replace("\r\n", "\n"),
    "bare returns": calendar().replace("\r\n", "\r"),
    "a mark of order": "\ufeff" + calendar(),
    "blank lines between": calendar().replace("\r\n", "\r\n\r\n"),
    "NULs": calendar().replace("SEQUENCE", "SEQ\0UENCE"),
    "lines that say nothing": calendar("???", f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{WHO}", "X-EMPTY", "DTSTART:soon"),
    "never ended": calendar().partition("END:VEVENT")[0],
    "a recurrence without end": calendar(
        f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{WHO}", "RRULE:FREQ=SECONDLY;COUNT=999999999"
    ),
}
