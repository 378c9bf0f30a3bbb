"""Faults of the kind that people make, each a line or two of our own code changed: the judge must catch each by name.

`python -m tests.simulation.human_faults NAME SEED FAMILIES` plays one area with that fault in it, in a process of its
own, and prints what the judge says. The fault is put in as the module is imported; no file changes.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Fault:
    """What somebody wrote in place of what stands there, and under which names the judge may say so."""

    module: str
    stands: str
    wrote: str
    caught: tuple[str, ...]
    seed: str = "h-1"


GATE, CONCERNS, DUTIES = "handlers.substance_misuse", "handlers.concerns", "handlers.duties"
DECIDE = "handlers.decide"
CLIMB, INVITE = "handlers.escalation", "handlers.meetings.inviting"

FAULTS: dict[str, Fault] = {
    "forget the move": Fault(
        INVITE,
        "sent.cancelled or sent.revision != booked.revision",
        "sent.cancelled",
        ("move-untold", "not-sent"),
        "h-3",
    ),
    "tell only the first parent": Fault(
        GATE,
        "for concern in touching(meeting, found):\n            yield from _about",
        "for concern in touching(meeting, found)[:1]:\n            yield from _about",
        ("untold",),
    ),
    "close on 250": Fault(
        GATE,
        "        word = acknowledged(meeting, person, concern.known_at)",
        "        word = acknowledged(meeting, person, concern.known_at) or meeting.receipt_of(\n"
        "            meeting.invitations.get(person)\n        ) and 'the relay'",
        ("ended-without-evidence",),
    ),
    "lapse when the episode ends": Fault(
        CONCERNS,
        "return ended_on is None or (fixed_at is not None and local_day(fixed_at) <= ended_on)",
        "return ended_on is None",
        ("ended-without-evidence", "untold", "minutes-unsent"),
    ),
    "take an answer to the old time": Fault(
        INVITE,
        "about_this = word and meeting.booked and word.revision == meeting.booked.revision",
        "about_this = word and meeting.booked",
        ("ended-without-evidence", "move-untold"),
    ),
    "take anybody's word": Fault(
        GATE,
        "sat if meeting.held else heard.told:",
        "sat if meeting.held else meeting.words:",
        ("ended-without-evidence",),
    ),
    "give a day too many": Fault(
        GATE,
        "        due_at=min(deadline.due_at, starts_at),\n        due_again_at",
        "        due_at=starts_at,\n        due_again_at",
        ("untold",),
    ),
    "read no flags": Fault(
        "handlers.records",
        "return [*self._factors(frozenset(codes)), *self._flags()]",
        "return [*self._factors(frozenset(codes))]",
        ("untold",),
        "h-2",
    ),
    "skip factors that name nobody": Fault(
        CONCERNS,
        "if use.person is None or use.person in adults:",
        "if use.person in adults:",
        ("untold",),
        "h-3",
    ),
    "count only parents": Fault(
        CONCERNS, 'm.relation not in ("child", "unborn")', 'm.relation == "parent"', ("untold",)
    ),
    "ignore a bounce": Fault(
        INVITE,
        "return receipt is not None and receipt.failed and receipt.at > at",
        "return False",
        ("bounce-ignored", "ended-without-evidence"),
        "h-3",
    ),
    "need no consent": Fault(
        GATE,
        "return purpose is None or self.permitted(self.file, adult, purpose)",
        "return True",
        ("no-basis-mail",),
    ),
    "take a refusal for consent": Fault(
        "handlers.records",
        'self.verdict in ("given", "overridden")',
        'self.verdict != "withdrawn"',
        ("no-basis-mail", "refusal-invisible"),
    ),
    "never ring": Fault(
        GATE,
        "telephone_from=None if meeting.held else _last_post(starts_at, desk.protocol)",
        "telephone_from=None",
        ("no-call",),
    ),
    "stop at the first rung": Fault(
        CLIMB, "rung + 1 >= len(ladder)", "rung + 1 >= 1", ("silent-ladder", "manager-untold-before-meeting")
    ),
    "climb without a word to anybody": Fault(
        CLIMB,
        "    if to and duty.rung_message:\n        yield _notice(",
        "    if False:\n        yield _notice(",
        ("rung-unmailed",),
    ),
    "blame them for our silence": Fault(
        CLIMB, "return duty.kind if _handed_over(duty, file) else UNSENT", "return duty.kind", ("wrong-ladder",)
    ),
    "tell the manager afterwards": Fault(
        CLIMB,
        "    return min(in_turn, _last_chance(duty, starts_at, protocol))",
        "    return in_turn",
        ("manager-untold-before-meeting", "silent-ladder"),
        "h-2",
    ),
    "ask for no report": Fault(
        GATE,
        "if meeting.due.kind in CONFERENCES and sitting is None:",
        "if sitting and sitting is None:",
        ("report-not-asked",),
    ),
    "keep the decision back": Fault(
        GATE, 'yield _paper_to(desk, concern, heard, meeting, "decision", since)', "pass", ("decision-unsent",)
    ),
    "keep the minutes back": Fault(
        GATE,
        '        yield _paper_to(desk, concern, heard, meeting, "minutes", since)',
        "        pass",
        ("minutes-unsent",),
    ),
    "keep changes to ourselves": Fault(GATE, "    yield from _of_changes(desk, found)\n", "", ("change-untold",)),
    "count the 48 hours in working days": Fault(
        "handlers.referrals",
        'protocol.deadline("VERBAL-01", referral.made_at)',
        'protocol.deadline("FEED-01", local_day(referral.made_at))',
        ("referral-unconfirmed",),
        "h-4",
    ),
    "tell nobody the outcome": Fault(
        "handlers.referrals",
        "if referral.decided and referral.decided_at:",
        "if False:",
        ("outcome-not-fed-back",),
        "h-4",
    ),
    "let them come to a meeting that is off": Fault(
        GATE,
        "if meeting.cancelled_at and booked is None and sitting is None:",
        "if False:",
        ("cancellation-untold",),
    ),
    "quote the client to anybody": Fault(
        CLIMB,
        "if known is None or known.agency != duty.service:",
        "if known is None:",
        ("wrong-reader", "leak"),
    ),
    "mail the minutes to any address": Fault(
        "infra.papers.compose", "if message.to.secure:", "if message.to.address:", ("wrong-reader", "leak")
    ),
    "write to the dead": Fault(
        "handlers.letters",
        "address = living.address if living else None",
        "address = member.address if member else None",
        ("mail-to-the-dead",),
        "b-382",
    ),
    "count the dead among the adults": Fault(
        CONCERNS,
        "for m in file.members.values() if m.cares and m.relation",
        "for m in (k.member for k in file.household.values()) if m.cares and m.relation",
        ("owed-to-the-dead",),
        "b-382",
    ),
    "hold on to a family that moved away": Fault(
        "handlers.moving", "        if taken:", "        if False:", ("still-ours",), "b-239"
    ),
    "keep a move to ourselves": Fault(
        DECIDE, "    yield from moving.owed(file, protocol)\n", "", ("area-untold",), "b-239"
    ),
    "confer though none is needed": Fault(
        DECIDE, " or convening.why_not(file, due, desk.protocol)", "", ("needless-conference",), "b-239"
    ),
    "let disputes lie": Fault(
        "handlers.conference.owing",
        "    yield from convening.owed(file, protocol)\n",
        "",
        ("dispute-unsettled",),
        "b-382",
    ),
    "leave duties behind when families merge": Fault(
        "handlers.joining",
        "brought = replace(before, told_members={}, watched=())",
        "brought = replace(before, told_members={}, watched=(), duties={})",
        ("lost-in-joining", "table-differs"),
        "b-382",
    ),
    "review a looked-after child late": Fault(
        "handlers.looked_after", "rule = RULES[min(len(held), 2)]", "rule = RULES[2]", ("review-misdated",), "h-1"
    ),
    "take no birth for a change": Fault(
        CONCERNS, "        if birth:\n", "        if False:\n", ("change-untold",), "h-1"
    ),
    "forget the rhythm of a board": Fault(
        "handlers.standing_meetings",
        "add_months(body.held_on, before.recorded.every_months)",
        "before.next_on",
        ("standing-misdated",),
        "h-1",
    ),
    "let wrong minutes stand": Fault(
        "handlers.meeting_file",
        "    if _in_minutes(before) != _in_minutes(after):",
        "    if False:",
        ("correction-untold",),
        "h-3",
    ),
}


def file_of(module: str) -> Path:
    return ROOT / (module.replace(".", "/") + ".py")


class _Rewritten(importlib.abc.SourceLoader):
    def __init__(self, path: str, fault: Fault) -> None:
        self.path, self.fault = path, fault

    def get_filename(self, fullname: str) -> str:
        return self.path

    def get_data(self, path: str) -> bytes:
        source = Path(self.path).read_text("utf-8")
        assert source.count(self.fault.stands) == 1, f"{self.fault.module} says no more: {self.fault.stands}"
        return source.replace(self.fault.stands, self.fault.wrote).encode()

    def path_stats(self, path: str) -> dict[str, object]:
        raise OSError("never cached")


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, fault: Fault) -> None:
        self.fault = fault

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.fault.module:
            return None
        file = str(file_of(fullname))
        return importlib.machinery.ModuleSpec(fullname, _Rewritten(file, self.fault), origin=file)


def main(name: str, seed: str, families: int) -> int:
    """Print each violation's name; the exit code says whether one of those that were expected is among them."""
    fault = FAULTS[name]
    sys.meta_path.insert(0, _Finder(fault))
    from tests.simulation import batch

    outcome = batch.live(seed, families, calm=False, look=batch.judge())
    batch.tidy()
    said = [v.name for v in outcome.violations]
    sys.stdout.write(f"{' '.join(said) or 'nothing'}\n")
    return 0 if set(said) & set(fault.caught) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
