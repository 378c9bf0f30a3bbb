"""Instants, days and other people's words, made fit for a paper: London's time, plain English, one line.

Everything that a person typed passes through here before it reaches a header, a calendar or a letter, so
that no control character, line separator, bidirectional override or encoded word can pretend to be
something else.
"""

from __future__ import annotations

import re
from datetime import date, datetime

from handlers.working_days import LONDON, MONTHS, local_day

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
PRESENCE = {
    "present": "came",
    "deputy": "came as a deputy",
    "apologies": "sent apologies",
    "report_only": "sent a report and did not come",
    "absent": "did not come",
    "excluded": "was not asked to be there",
    "part": "came for part of it",
}
# A change in one phrase, which says of nobody who moved in that they misuse anything.
CHANGES = {
    "child_returned_home": "a child has come home",
    "dependent_person_moved_in": "another adult has moved in",
    "child_born": "a child has been born",
    "somebody_died": "somebody of the family has died",
    "moved_home": "somebody of the family has moved home",
    "child_looked_after": "a child is looked after away from home",
    "plan_difficulty": "the plan is hard to carry out",
    "other": "something else that matters",
}
OUTCOMES = {
    "no_further_action": "we do nothing more for now",
    "early_help": "the family is offered early help",
    "assessment": "a social worker assesses what the family needs",
    "strategy_discussion": "the agencies hold a strategy discussion",
}
BREAKS = re.compile("[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+")
# Control characters, bidirectional marks and overrides, byte order marks, lone surrogates. The zero-width
# joiners stay: Persian, Hindi and many emoji are spelt with them.
UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u061c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\ud800-\udfff]"
)
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?=.{1,255}$)[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


class Unaddressable(ValueError):
    """No mail can be written to this person: the address is missing, erased or impossible."""


def one_line(text: str) -> str:
    """The words on one line, with nothing unseen among them."""
    return " ".join(UNSEEN.sub("", BREAKS.sub(" ", text)).split())


def paragraphs(text: str) -> tuple[str, ...]:
    """The words as one line a paragraph; empty ones fall away."""
    return tuple(line for part in BREAKS.split(text) if (line := one_line(part)))


def for_header(text: str) -> str:
    """One line fit for a mail header or a CN; `=?` would open an encoded word (itip.md, finding 4)."""
    return one_line(text).replace('"', "”").replace("=?", "= ?")


def address(text: str | None) -> str:
    """A plain ASCII mailbox, or Unaddressable; the address itself stays out of the sentence."""
    if not text:
        raise Unaddressable("there is no address")
    if not ADDRESS.fullmatch(text) or "=?" in text:
        raise Unaddressable("the address on record is not one that mail can reach")
    return text


def day(moment: date) -> str:
    """`Tuesday 14 January 2025`; an instant is told as its day in London."""
    local = local_day(moment) if isinstance(moment, datetime) else moment
    return f"{WEEKDAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]} {local.year}"


def clock(instant: datetime) -> str:
    """`10:00 in the morning`, `12:00 noon`, `2:30 in the afternoon`, in London."""
    local_day(instant)
    local = instant.astimezone(LONDON)
    figures = f"{local.hour % 12 or 12}:{local:%M}"
    if local.minute == 0 and local.hour in (0, 12):
        return f"{figures} {'noon' if local.hour else 'midnight'}"
    part = "morning" if local.hour < 12 else "afternoon" if local.hour < 18 else "evening"
    return f"{figures} in the {part}"


def moment_in_words(instant: datetime) -> str:
    """`Tuesday 14 January 2025, 10:00 in the morning`."""
    return f"{day(instant)}, {clock(instant)}"


def when(starts_at: datetime, ends_at: datetime) -> str:
    """`Tuesday 14 January 2025, 10:00 in the morning to 12:00 noon`."""
    same_day = local_day(starts_at) == local_day(ends_at)
    return f"{moment_in_words(starts_at)} to {clock(ends_at) if same_day else moment_in_words(ends_at)}"
