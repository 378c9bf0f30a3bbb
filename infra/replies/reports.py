"""What machines write by themselves: bounces in the standard form or in words of their own, and out-of-office mails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message
from typing import get_args

from msgspec.structs import replace

from infra.papers.words import one_line
from infra.replies.mails import (
    MESSAGE_ID,
    MOST,
    Part,
    addresses,
    content,
    header,
    headers,
    leaves,
    media,
    parameter,
    parsed,
    text_of,
)
from infra.replies.verdicts import Action, Bounce

ACTIONS = get_args(Action)
MACHINES = re.compile(r"(mailer-daemon|postmaster|mail-daemon|mailerdaemon|microsoftexchange[0-9a-f]+)@")
CAME_BACK = re.compile(
    r"undeliver|not delivered|returned mail|failure notice|delivery (status|failure|has failed|problem|delayed)"
    r"|mail delivery|could not be delivered|delivery incomplete|unzustellbar|remis|non remise|no entregado",
    re.IGNORECASE,
)
DELAYED = re.compile(r"delay|will (keep trying|be retried)|still being retried|warning:", re.IGNORECASE)
STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
AN_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@\w[\w.-]{0,250}")
NAMES_ITS_ID = re.compile(r"^[> \t]*message-id:\s*<([^<>\s]{1,250})>", re.IGNORECASE | re.MULTILINE)
AWAY = re.compile(
    r"(automatic reply|auto(mati\w*)?[ -]?(reply|response|antwort|svar|antwoord)|auto:|out of (the )?office"
    r"|away from|ooo\b|on (annual |sick )?leave|abwesen|afwezig|r[ée]ponse automatique|absen[ct]|fuera de la oficina"
    r"|respuesta autom|resposta autom|risposta automatica|fuori sede|fuori ufficio|r[ăa]spuns automat|automaattinen"
    r"|frånvaro|fravær|(ateb|ymateb) awtomatig|allan o.r swyddfa|odpowied[źz] automatyczna|nieobecno"
    r"|automatick[áa] odpov|automatikus v[áa]lasz|автоматический ответ|автоматична відповідь"
    r"|自動応答|自动答复|自動回覆|자동 회신)",
    re.IGNORECASE,
)
LOOKED_AT = 20_000


def bounce_in(mail: Part) -> Bounce | None:
    """What became of a mail of ours, if this mail says so."""
    parts = list(leaves(mail))
    status = next((p for p in parts if media(p) in ("message/delivery-status", "message/global-delivery-status")), None)
    ours = next((id_ for p in parts for id_ in _id_within(p)), "")
    if status is not None:
        return _by_the_standard(status, ours)
    sender = next(iter(addresses(mail, "from")), "")
    failed = headers(mail, "x-failed-recipients")
    machine = MACHINES.match(sender) or header(mail, "return-path").strip() == "<>"
    if not failed and not (machine and CAME_BACK.search(header(mail, "subject"))):
        return None
    words = "\n".join(text_of(p) for p in parts if media(p).startswith("text/"))[:LOOKED_AT]
    named = [a.lower() for value in failed or [words] for a in AN_ADDRESS.findall(value) if not MACHINES.match(a)]
    ours = ours or next(iter(NAMES_ITS_ID.findall(words)), "") or next(iter(_referred(mail)), "")
    code = STATUS.search(words)
    late = DELAYED.search(header(mail, "subject"))
    said = one_line(words)[:300]
    return Bounce(next(iter(named), ""), "delayed" if late else "failed", code[1] if code else "", ours, said)


def _referred(mail: Part) -> list[str]:
    return [id_ for name in ("in-reply-to", "references") for id_ in MESSAGE_ID.findall(header(mail, name))]


def _by_the_standard(part: Part, ours: str) -> Bounce:
    """Of several recipients the first that was not reached."""
    blocks = [block for block in _blocks(part) if header(block, "final-recipient") or header(block, "action")]
    found = [_about(block, ours) for block in blocks]
    each = tuple((b.recipient, b.action) for b in found[:MOST]) if len(found) > 1 else ()
    first = next((b for b in found if b.action == "failed"), found[0] if found else Bounce("", "failed", "", ours))
    return replace(first, each=each)


def _blocks(part: Part) -> list[Message]:
    body = part.get_payload()
    if isinstance(body, list):
        return [block for block in body if isinstance(block, Message)]
    return [parsed(block) for block in content(part).split(b"\n\n")]


def _about(block: Message, ours: str) -> Bounce:
    recipient = header(block, "original-recipient") or header(block, "final-recipient")
    found = AN_ADDRESS.search(recipient.partition(";")[2] or recipient)
    code = STATUS.search(header(block, "status"))
    word = header(block, "action").split(" ")[0].lower()
    action = word if word in ACTIONS else "delayed" if code and code[1].startswith("4") else "failed"
    said = header(block, "diagnostic-code")[:300]
    return Bounce(found[0].lower() if found else "", action, code[1] if code else "", ours, said)  # type: ignore[arg-type]


def _id_within(part: Part) -> Iterator[str]:
    """The Message-ID of the mail, or of its headers, that a part holds whole."""
    if media(part) in ("message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers"):
        body = part.get_payload()
        if isinstance(body, list) and body and isinstance(body[0], Message):
            yield from MESSAGE_ID.findall(header(body[0], "message-id"))[:1]
        else:
            yield from NAMES_ITS_ID.findall(text_of(part)[:LOOKED_AT])[:1]


def is_automatic(mail: Part) -> bool:
    """Whether a machine answers for somebody (RFC 3834, and what clients did before it)."""
    said = header(mail, "auto-submitted").lower()
    if (said and not said.startswith("no")) or header(mail, "x-autoreply") or header(mail, "x-autorespond"):
        return True
    if header(mail, "precedence").lower() in ("auto_reply", "bulk", "junk"):
        return True
    return bool(AWAY.match(header(mail, "subject")))


def is_to_many(mail: Part) -> bool:
    """Whether it came by a mailing list, or a mail server took it for unwanted."""
    listed = any(header(mail, name) for name in ("list-id", "list-unsubscribe", "list-post"))
    return listed or header(mail, "x-spam-flag").lower() == "yes"


def answers_by_itself(mail: Part) -> bool:
    """Whether an answer by calendar is a machine's. Google marks what people click as auto-generated, too."""
    said = header(mail, "auto-submitted").lower()
    return (
        said.startswith("auto-replied")
        or bool(header(mail, "x-autoreply"))
        or bool(AWAY.match(header(mail, "subject")))
    )


def is_receipt(mail: Part) -> bool:
    """A notice that a mail was shown or thrown away (RFC 8098)."""
    kinds = {media(p) for p in leaves(mail)}
    return "message/disposition-notification" in kinds or "disposition" in parameter(mail, "report-type")
