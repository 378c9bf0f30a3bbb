"""Mails and files such as nobody should send and somebody does, each with what it must be read as."""

from __future__ import annotations

import base64
import gzip
from quopri import encodestring

from tests.infra.returned import ORGANISER, WHO, calendar, dsn, mail

BARE = calendar()


def eml(kind: str, body: str | bytes = "hello", **headers: str) -> bytes:
    """A mail of one part."""
    told = {"From": WHO, "To": ORGANISER, "Subject": "about the meeting", "Message-ID": "<q@x.example>"}
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in (told | {"Content-Type": kind}).items())
    return f"{head}\r\n".encode() + (body.encode() if isinstance(body, str) else body)


def of_parts(kind: str, *parts: str) -> bytes:
    return eml(f'multipart/{kind}; boundary="zz"', "".join(f"--zz\r\n{part}\r\n" for part in parts) + "--zz--\r\n")


def part(kind: str, body: str | bytes, *more: str) -> str:
    """A part of a mail, in base64."""
    raw = body.encode() if isinstance(body, str) else body
    lines = [f"Content-Type: {kind}", "Content-Transfer-Encoding: base64", *more, "", base64.encodebytes(raw).decode()]
    return "\r\n".join(lines)


def away(subject: str) -> bytes:
    return eml("text/plain; charset=utf-8", "gone", Subject=subject)


ENDLESS_ZONE = BARE.replace(
    "BEGIN:VEVENT",
    "BEGIN:VTIMEZONE\r\nTZID:Q\r\nBEGIN:STANDARD\r\nDTSTART:00010101T000000\r\nRRULE:FREQ=SECONDLY\r\n"
    "TZOFFSETFROM:+0000\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\n"
    "DTSTART;TZID=Q:20260115T100000",
)
PGP = "-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA\r\n-----END PGP MESSAGE-----\r\n"

# name: the file, what it is read as, and what its sentence says
HOSTILE: dict[str, tuple[bytes, str, str]] = {
    "nothing": (b"", "unreadable", "neither"),
    "NULs": (b"\0" * 50, "unreadable", "neither"),
    "every byte": (bytes(range(256)) * 10, "unreadable", "neither"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "unreadable", "neither"),
    "a PDF": (b"%PDF-1.7\n%\xe2\xe3\n1 0 obj\n<</Type/Catalog>>\n", "unreadable", "neither"),
    "Outlook's .msg": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "unreadable", "neither"),
    "JSON": (b'{"subject":1}', "unreadable", "neither"),
    "a page": (b"<html><body>x: y</body></html>", "unreadable", "neither"),
    "settings": (b"Name: x\nfoo\n", "unreadable", "neither"),
    "words": (b"hello there\r\nyes", "unreadable", "neither"),
    "a calendar in base64": (base64.b64encode(BARE.encode()), "unreadable", "neither"),
    "a calendar squeezed": (gzip.compress(BARE.encode()), "unreadable", "neither"),
    "a calendar in quoted-printable": (encodestring(BARE.encode()), "reply", ""),
    "a calendar in small letters": (BARE.lower().encode(), "reply", ""),
    "a calendar in UTF-16, big end first": (BARE.encode("utf-16-be"), "reply", ""),
    "a calendar in UTF-32": (BARE.encode("utf-32"), "reply", ""),
    "a calendar that repeats itself": (BARE.replace("END:VCALENDAR", BARE.partition("\r\n")[2]).encode(), "reply", ""),
    "a calendar of nothing": (b"BEGIN:VCALENDAR\nMETHOD:REPLY\nEND:VCALENDAR", "unmatched", "nothing that can be read"),
    "a mail in UTF-16": (mail(BARE).decode().encode("utf-16"), "reply", ""),
    "a mail with a mark of order": (b"\xef\xbb\xbf" + mail(BARE), "reply", ""),
    "a mail ended by CR": (mail(BARE).replace(b"\r\n", b"\r"), "reply", ""),
    "a type that is rubbish": (eml("text/calendar;;;method==REPLY;charset='''", BARE), "reply", ""),
    "a zone without end": (mail(ENDLESS_ZONE), "reply", ""),
    "a calendar cut short": (mail(BARE)[:-300], "unreadable", "holds no calendar"),
    "sealed by S/MIME beside it": (
        of_parts("signed", part("text/calendar; method=REPLY", BARE), part("application/pkcs7-signature", "x")),
        "reply",
        "",
    ),
    "sealed whole": (eml("application/pkcs7-mime; smime-type=signed-data", "AAAA"), "unreadable", "S/MIME"),
    "sealed whole, by its name": (eml("application/octet-stream; name=smime.p7m", "AAAA"), "unreadable", "S/MIME"),
    "encrypted by PGP": (
        of_parts("encrypted", part("application/pgp-encrypted", "Version: 1"), part("application/octet-stream", PGP)),
        "unreadable",
        "encrypted",
    ),
    "encrypted by PGP as text": (eml("text/plain", PGP), "unreadable", "encrypted"),
    "signed by PGP": (
        of_parts("signed", part("text/plain", "hello"), part("application/pgp-signature", "x")),
        "words",
        "",
    ),
    "passed on": (
        of_parts("mixed", part("text/plain", "FYI"), "Content-Type: message/rfc822\r\n\r\n" + mail(BARE).decode()),
        "unmatched",
        "passes another mail on",
    ),
    "passed on as a file": (
        of_parts("mixed", part("text/plain", "FYI"), part("application/octet-stream; name=x.eml", mail(BARE))),
        "unmatched",
        "passes another mail on",
    ),
    "a receipt": (
        of_parts("report", part("text/plain", "read"), part("message/disposition-notification", "Disposition: x")),
        "unmatched",
        "shown to somebody",
    ),
    "by a mailing list": (eml("text/plain", List_Id="<l.x.example>"), "unmatched", "to many"),
    "unwanted": (eml("text/html", "<b>buy</b>", X_Spam_Flag="YES"), "unmatched", "unwanted"),
    "two senders": (eml("text/plain").replace(b"From:", b"From: b@x.example\r\nFrom:"), "words", ""),
    "no headers that say who": (b"Subject: x\r\n\r\nhello", "words", ""),
    "6 MB": (mail(words="x" * 6_000_000), "unreadable", "larger than"),
    "a bounce to another script": (
        dsn().replace(b"rfc822; " + WHO.encode(), "utf-8; zoë@exämple.example".encode()),
        "bounce",
        "",
    ),
    **{
        subject: (away(subject), "autoreply", "")
        for subject in (
            "Réponse automatique : Réunion",
            "Automatische Antwort: Sitzung",
            "Abwesenheitsnotiz",
            "Respuesta automática: x",
            "Resposta automática: x",
            "Risposta automatica: x",
            "Automatisch antwoord: x",
            "Automatiskt svar: x",
            "Automatisk svar: x",
            "Automaattinen vastaus: x",
            "Odpowiedź automatyczna: x",
            "Automatická odpověď: x",
            "Automatikus válasz: x",
            "Răspuns automat: x",
            "Автоматический ответ: x",
            "自動応答: x",
            "自动答复: x",
            "Ymateb awtomatig: x",
        )
    },
}
