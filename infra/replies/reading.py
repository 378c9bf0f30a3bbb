"""Reading one mail, or one calendar file, into a verdict: in bounded time, and never an exception."""

from __future__ import annotations

import re

from infra.replies.calendars import Calendar, read_calendar
from infra.replies.mails import (
    Part,
    as_text,
    beyond,
    content,
    envelope_of,
    file_name,
    in_short,
    leaves,
    media,
    outside,
    parameter,
    parsed,
    plain_lines,
)
from infra.replies.reports import answers_by_itself, bounce_in, is_automatic, is_receipt, is_to_many
from infra.replies.verdicts import (
    LIMITS,
    AutoReply,
    Counter,
    Envelope,
    Limits,
    Loop,
    Opened,
    Refresh,
    Reply,
    Unmatched,
    Unreadable,
    Verdict,
)
from infra.replies.words import days_named, said_in

CALENDARS = ("text/calendar", "application/ics", "text/x-vcalendar", "application/calendar", "text/ics")
BARE = re.compile(rb"\s*BEGIN:VCALENDAR", re.IGNORECASE)
A_HEADER = re.compile(rb"\s*(?:From |[A-Za-z][!-9;-~]*[ \t]*:)")
OF_A_MAIL = ("from", "to", "subject", "date", "received", "message-id", "return-path", "mime-version", "content-type")
NEW_TIME = re.compile(
    r"new time proposed|proposed new time|proposed a new time|propos(es|ing) a new time", re.IGNORECASE
)
CLOSED = {
    "application/ms-tnef": "it is in Outlook's own form (winmail.dat), which nobody else reads: ask for it again",
    "application/vnd.ms-tnef": "it is in Outlook's own form (winmail.dat), which nobody else reads: ask for it again",
    "application/pkcs7-mime": "it is encrypted or sealed whole (S/MIME): open it in a mail program",
    "application/x-pkcs7-mime": "it is encrypted or sealed whole (S/MIME): open it in a mail program",
    "application/pgp-encrypted": "it is encrypted: open it in a mail program",
}
BY_NAME = {"winmail.dat": "application/ms-tnef", "smime.p7m": "application/pkcs7-mime"}
SEALED_TEXT = "-----BEGIN PGP MESSAGE-----"
FROM_OUTSIDE = "it carries a calendar of the method {}, and from outside none of those changes anything here"
OF_ANOTHER_KIND = "its calendar is about {}, not about a meeting"
KINDS = {"VTODO": "a task", "VJOURNAL": "a diary entry", "VFREEBUSY": "free and busy times"}
OUR_OWN = "our own mail came back to us"
OUR_MESSAGE_ID, OUR_MAILBOX = re.compile(r"[0-9a-f]{32}"), re.compile(r"meetings|r-[0-9a-f]{8,64}")
A_MACHINE = "a machine answers by a calendar for somebody who may not have seen it: read it, and record what it says"


def read(mail: bytes, limits: Limits = LIMITS, domain: str = "") -> Verdict:
    """What this mail, or calendar file, is."""
    return opened(mail, limits, domain).verdict


def opened(raw: bytes, limits: Limits = LIMITS, domain: str = "") -> Opened:
    """The verdict, with what stands on the outside of the mail. domain: ours, by which our own mails are known."""
    if fault := beyond(raw, limits):
        return Opened(envelope_of(outside(raw), raw), Unreadable(f"{fault}; {in_short(raw)}"))
    if BARE.match(plain_lines(raw[:200])):
        envelope = envelope_of(Part(), raw)
        return Opened(envelope, _by_calendar([as_text(plain_lines(raw), "")], [""], limits))
    if not A_HEADER.match(plain_lines(raw[:2_000])):
        return Opened(envelope_of(Part(), raw), Unreadable("it is neither a mail nor a calendar"))
    try:
        mail = parsed(raw)
        envelope = envelope_of(mail, raw)
    except RecursionError:
        return Opened(envelope_of(outside(raw), raw), Unreadable("its parts are nested too deep to be read"))
    if not any(key.lower() in OF_A_MAIL for key in mail):
        return Opened(envelope, Unreadable("it is neither a mail nor a calendar"))
    return Opened(envelope, _verdict(mail, envelope, limits, domain.lower()))


def _verdict(mail: Part, envelope: Envelope, limits: Limits, domain: str) -> Verdict:
    if len([1 for key, _ in mail.raw_items() if key.lower() == "received"]) > limits.hops:
        return Loop(f"it went through more than {limits.hops} mail servers, so it goes round in circles")
    bounce = bounce_in(mail)
    if bounce is not None:
        return bounce
    if domain and _is_ours(envelope, domain):
        return Loop(OUR_OWN)
    parts = list(leaves(mail))
    if len(parts) > limits.parts:
        return Unreadable(f"it has more than {limits.parts} parts")
    calendars = [p for p in parts if _is_calendar(p)]
    return _with_calendars(mail, calendars, limits) if calendars else _without_calendar(mail, envelope, parts)


def _with_calendars(mail: Part, calendars: list[Part], limits: Limits) -> Verdict:
    if len(calendars) > limits.calendars:
        return Unreadable(f"it holds more than {limits.calendars} calendars")
    if answers_by_itself(mail):
        return Unmatched(A_MACHINE)
    texts = [_calendar_text(p) for p in calendars]
    return _by_calendar(texts, [parameter(p, "method").upper() for p in calendars], limits)


def _is_ours(envelope: Envelope, domain: str) -> bool:
    """Whether we sent this mail ourselves: by its Message-ID, or by one of the mailboxes that we write from."""
    told = ((OUR_MESSAGE_ID, envelope.message_id.lower()), (OUR_MAILBOX, envelope.sender))
    return any(ours.fullmatch(name.removesuffix(f"@{domain}")) and name.endswith(f"@{domain}") for ours, name in told)


def _without_calendar(mail: Part, envelope: Envelope, parts: list[Part]) -> Verdict:
    for part in parts:
        if closed := CLOSED.get(BY_NAME.get(file_name(part), media(part))):
            return Unreadable(closed)
    if SEALED_TEXT in envelope.words:
        return Unreadable(CLOSED["application/pgp-encrypted"])
    if is_receipt(mail):
        return Unmatched("it says that a mail was shown to somebody or thrown away, which is no answer")
    if NEW_TIME.search(envelope.subject):
        return Counter("words")
    if is_to_many(mail):
        return Unmatched("it was sent to many, or is marked as unwanted: read it if it is an answer", foreign=True)
    if is_automatic(mail):
        return AutoReply(days_named(envelope.words))
    if any(media(p) == "message/rfc822" or file_name(p).endswith((".eml", ".msg")) for p in parts):
        return Unmatched(
            "it passes another mail on, which answers nothing by itself: read it, and ring whoever sent it"
        )
    return said_in(envelope.subject, envelope.words)


def _is_calendar(part: Part) -> bool:
    if media(part) in CALENDARS or file_name(part).endswith((".ics", ".vcs", ".ical")):
        return True
    return media(part) in ("text/plain", "application/octet-stream") and bool(BARE.match(content(part)[:200]))


def _calendar_text(part: Part) -> str:
    return as_text(plain_lines(content(part)), parameter(part, "charset")).replace("\r", "\n")


def _by_calendar(texts: list[str], methods: list[str], limits: Limits) -> Verdict:
    """One verdict of all the calendars in a mail: copies of one another count once, others disagree."""
    found = [read_calendar(text, method, limits) for text, method in zip(texts, methods, strict=True)]
    verdicts = list(dict.fromkeys(_of(c) for c in found if not isinstance(c, str)))
    answering = [v for v in verdicts if isinstance(v, Reply | Counter | Refresh)] or verdicts
    if not answering:
        return Unreadable("; ".join(c for c in found[:1] if isinstance(c, str)))
    if len(answering) > 1:
        return Unmatched("its calendars say different things: read it, and record what it says")
    return answering[0]


def _of(calendar: Calendar) -> Verdict:
    methods = {m for m in calendar.methods if m}
    if len(methods) > 1:
        return Unmatched("it holds calendars of several methods: read it, and record what it says")
    method = next(iter(methods), "REPLY" if any(a.partstat for a in calendar.answers) else "")
    if calendar.ours and method in ("REQUEST", "CANCEL"):
        return Loop(OUR_OWN)
    if method not in ("REPLY", "COUNTER", "REFRESH"):
        said = FROM_OUTSIDE.format(method.lower()[:40]) if method else "its calendar answers nothing"
        return Unmatched(said, foreign=True)
    return _answering(calendar, method)


def _answering(calendar: Calendar, method: str) -> Verdict:
    if not calendar.answers:
        other = next((KINDS[k] for k in calendar.kinds if k in KINDS), "nothing that can be read")
        return Unmatched(OF_ANOTHER_KIND.format(other))
    match method:
        case "COUNTER":
            return Counter("counter", calendar.answers)
        case "REFRESH":
            return Refresh(calendar.answers)
        case _:
            return Counter("reply", calendar.answers) if calendar.moved else Reply(calendar.answers)
