"""What people say in words, as far as a machine may tell: it suggests, and decides only what our own links wrote."""

from __future__ import annotations

import html
import re
from typing import Literal

from infra.replies.verdicts import Words

Seems = Literal["", "accepted", "tentative", "declined"]
LINK = re.compile(r"(yes|no)(?:, (.{10,90}))?", re.IGNORECASE)
ENDS = re.compile(r"(-- ?$|>|sent from|from:|on .{5,200} wrote:|-----original|_____)", re.IGNORECASE)
LINES = 3  # in which somebody who answers says so
DECLINED = re.compile(
    r"^(no|nope|sorry|apologies|na)\b|\b(can ?not|can'?t|won'?t|unable|will not|not able|unfortunately|don'?t think)\b"
    r"|\bi decline|\b(ni allaf|alla i ddim|fydda i ddim|ni fyddaf)\b",
    re.IGNORECASE,
)
TENTATIVE = re.compile(
    r"\b(perhaps|maybe|might|possibly|not sure|will try|hope to|tentative\w*|efallai)\b", re.IGNORECASE
)
ACCEPTED = re.compile(
    r"^(yes|yep|yeah|ok|okay|fine|ie|iawn)\b|\bi(?:'ll| will| can| shall)? (be there|come|attend|make it|accept)\b"
    r"|\b(happy to|look(ing)? forward|see you|i am coming|byddaf yno|gallaf ddod|fydda i yno)\b",
    re.IGNORECASE,
)
MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
A_DAY = re.compile(
    rf"\b(?:\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{MONTH}(?: \d{{4}})?|{MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?"
    r"|\d{4}-\d\d-\d\d|\d{1,2}[/.]\d{1,2}[/.]\d{2,4})\b",
    re.IGNORECASE,
)
UNSHOWN = re.compile(r"<(style|script|title)\b.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
A_BREAK, A_TAG = re.compile(r"<(?:br|/p|/div|/tr|/li|/h\d)\b[^<>]*>", re.IGNORECASE), re.compile(r"<[^<>]{0,2000}>")
LOOKED_AT = 10_000


def said_in(subject: str, words: str) -> Words:
    """What a mail without a calendar says."""
    link = LINK.fullmatch(subject.strip())
    said: Literal["", "accepted", "declined"] = ("accepted" if link[1].lower() == "yes" else "declined") if link else ""
    return Words(said, (link[2] or "").strip() if link else "", seems(words))


def seems(words: str) -> Seems:
    """What whoever answers seems to say in their first lines; nothing where they say more than one thing."""
    lines: list[str] = []
    for line in filter(None, map(str.strip, words.replace("’", "'").splitlines())):
        if ENDS.match(line) or len(lines) == LINES:
            break
        lines.append(line)
    no, perhaps = (any(map(kind.search, lines)) for kind in (DECLINED, TENTATIVE))
    if any(map(ACCEPTED.search, lines)) and not perhaps:
        return "" if no else "accepted"
    return "declined" if no and not perhaps else "tentative" if perhaps and not no else ""


def days_named(words: str) -> tuple[str, ...]:
    """The first days that are named, as they stand."""
    return tuple(dict.fromkeys(found[0] for found in A_DAY.finditer(words)))[:4]


def out_of_html(text: str) -> str:
    """How a page begins, without its tags."""
    return html.unescape(A_TAG.sub("", A_BREAK.sub("\n", UNSHOWN.sub("", text[:LOOKED_AT]))))
