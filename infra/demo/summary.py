"""How an area stands, on one screen: meetings, mails, who was told, what is late and before whom it lies.

Everything is read from the database; nothing here knows the demo's story, so that it serves any area.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

from handlers.facts import RungClimbed
from handlers.meetings.falling_due import NAMES
from handlers.working_days import in_words, local_day
from infra.db import overview, played, reading
from infra.db.engine import Engine, transaction
from infra.db.tables import unstamp
from infra.demo.telling import Line, lines, on_day
from infra.papers.words import one_line
from infra.protocols.difference import changes
from infra.protocols.packs import Protocols
from infra.wiring import House
from streams.clock import wall

MOST_LINES, MOST_LATE = 11, 6
UNWATCHED_WIDTH = 100
SHORT = {
    "initial_conference": "initial conference",
    "review_conference": "review conference",
    "pre_birth_conference": "pre-birth conference",
    "transfer_in_conference": "transfer-in conference",
    "core_group": "core group",
    "fip_review": "FIP review",
    "joint_care_plan_review": "joint care-plan review",
    "looked_after_review": "looked-after review",
    "care_plan_meeting": "care-plan meeting",
}
OWED = {
    "hold_meeting": "hold the {}",
    "find_a_time": "find a time for the {}",
    "send_invitation": "invitation to the {}",
    "send_cancellation": "word that the {} is off",
    "tell_treatment": "tell {to} of the {}",
    "tell_treatment_cancelled": "tell {to} that the {} is off",
    "ask_report_treatment": "ask {to} for a report for the {}",
    "report_from_treatment": "report of {to} for the {}",
    "tell_change": "tell {to} of a change",
    "name_representative": "find somebody at the service for the {}",
    "seek_consent": "ask for consent before the {}",
    "send_decision": "decisions of the {} to {to}",
    "send_decision_treatment": "decisions of the {} to the service",
    "send_minutes": "minutes of the {} to {to}",
    "send_minutes_treatment": "minutes of the {} to the service",
    "confirm_referral": "confirm a verbal referral in writing",
    "feed_back_outcome": "tell {to} what came of their referral",
    "make_referral": "make the referral that an override demands",
    "ask_for_advice": "ask {to} for advice",
    "mend_record": "mend a held record",
    "set_date": "set the day of a meeting that no published rule dates",
    "agree_late_conference": "agree why the {} is late",
    "agree_moved_review": "agree that the {} is moved",
    "agree_interim_plan": "an interim plan until the {}",
    "decide_child": "say what the {} decided of a child",
    "decide_coming_forward": "say whether the {} comes forward",
    "name_chair": "name who chairs the {}",
    "transfer_papers": "get the old area's papers for the {}",
    "ask_report": "ask {to} for a report for the {}",
    "report_asked_for": "report of {to} for the {}",
    "read_out_report": "say that a report was read out at the {}",
    "settle_issue": "answer what was raised about the {}",
    "withdraw_paper": "tell {to} that a paper of the {} does not stand",
    "approve_deputy": "say whether a deputy may come to the {}",
    "answer_proposal": "answer a time proposed for the {}",
    "tell_declined": "tell {to} that a proposal for the {} is declined",
    "report_from_agency": "report of {to} for the {}",
    "arrange_need": "arrange what somebody needs for the {}",
    "reply_to_feedback": "reply to feedback on the {}",
}


class Standing(Struct, frozen=True, kw_only=True):
    """All that the summary says, as it was read at one moment."""

    now: datetime
    areas: dict[str, str]
    meetings: Sequence[Any]
    duties: Sequence[Any]
    mails: Counter[str]
    no_time: set[tuple[str, str]]
    climbed: dict[str, RungClimbed]
    held: dict[str, int]
    parked: int

    @property
    def late(self) -> list[Any]:
        return [d for d in self.duties if d.ended is None and unstamp(d.due_at) < self.now]


async def summary(house: House, console: Console, command: str | None = "quorate") -> None:
    """Print how the areas stand; it opens no sealed word. Raises CannotNow.

    command: how to call the program to look further; None if this database will be gone.
    """
    standing = await _read(house.engine)
    told = lines(standing.meetings, standing.duties, standing.now)
    console.print(_heading(standing))
    for words in _own_rules(standing, house.office.protocols):
        console.print(words)
    console.print(_meetings(standing))
    console.print(_mails(standing))
    for part in (*_services(standing, told), *_late(standing), *_further(standing, told, command)):
        console.print(part)


async def _read(engine: Engine) -> Standing:
    async with transaction(engine) as connection:
        now = await played.played_to(connection) or wall()
        duties = await reading.duties_of(connection, open_only=False)
        return Standing(
            now=now,
            areas=await overview.areas(connection),
            meetings=await reading.meetings_of(connection),
            duties=duties,
            mails=await overview.mails(connection),
            no_time=await overview.found_no_time(connection),
            climbed=await overview.rungs(connection, [d for d in duties if d.ended is None]),
            held=await overview.held_open(connection),
            parked=await overview.parked_count(connection),
        )


def screen() -> Console:
    """Standard output; wide enough for the tables where it goes to a file or another program."""
    return Console(width=None if sys.stdout.isatty() else UNWATCHED_WIDTH, highlight=False)


def _heading(standing: Standing) -> Text:
    names = one_line(" and ".join(standing.areas.values())) or "Nothing recorded yet"
    return Text(f"{names} on {in_words(local_day(standing.now))}", style="bold")


def _own_rules(standing: Standing, protocols: Protocols) -> Iterable[Text]:
    """Where areas go by different numbers, which."""
    for area in (a for a in standing.areas if a in protocols.areas):
        found = (x for x in changes(protocols.common, protocols.of(area)) if x.how == "changed")
        ours = ", ".join(x.what.removeprefix("rule ") for x in found)
        if ours:
            yield Text(f"{one_line(standing.areas[area])} goes by rules of its own: {ours} (quorate protocol show)")


def _grid(*columns: str, right: Iterable[int] = ()) -> Table:
    grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    numbers = set(right)
    for place, heading in enumerate(columns):
        justify: JustifyMethod = "right" if place in numbers else "left"
        grid.add_column(heading, justify=justify, no_wrap=place == 0, overflow="fold")
    return grid


def _meetings(standing: Standing) -> Table:
    grid = _grid("Meetings", "fell due", "held", "booked", "late", "no time at first", "lapsed", right=range(1, 7))
    rows = standing.meetings
    for kind in NAMES:
        of_kind = [m for m in rows if m.kind == kind]
        if of_kind:
            grid.add_row(SHORT[kind] + "s", *map(str, _counts(of_kind, standing)))
    for area, name in standing.areas.items() if len(standing.areas) > 1 else ():
        of_area = [m for m in rows if m.stream.startswith(f"{area}/")]
        grid.add_row(f"all in {one_line(name)}", *map(str, _counts(of_area, standing)))
    grid.add_row("all", *map(str, _counts(rows, standing)), style="bold")
    return grid


def _counts(rows: Sequence[Any], standing: Standing) -> tuple[int, ...]:
    states = Counter(m.state for m in rows)
    no_time = sum((m.stream, m.meeting) in standing.no_time for m in rows)
    late = sum(m.late for m in rows)
    return (len(rows), states["held"], states["booked"], late, no_time, states["no longer due"])


def _mails(standing: Standing) -> Text:
    words = ("invitations", "changes", "cancellations", "decisions", "minutes", "letters", "notices")
    over = sum(m.state == "booked" and unstamp(m.starts_at) < standing.now for m in standing.meetings)
    silent = f"Of those booked, {over} should have sat by now and nobody has recorded it.\n" if over else ""
    return Text(f"{silent}Mails sent: " + ", ".join(f"{standing.mails[w]} {w}" for w in words))


def _services(standing: Standing, told: Sequence[Line]) -> Iterable[Table | Text]:
    """Some of the conferences and reviews so far, one line each; the rest is counted."""
    if not told:
        yield Text("\nNo parent's drug or alcohol use is on record.")
        return
    sat = [x for x in told if x.kind != "core_group" and _is_past(x, standing)]
    shown = sorted(_telling(sat)[:MOST_LINES], key=lambda x: (x.at, x.family))
    yield Text("\nWhere a parent's drug or alcohol use is on record: was the treatment service told?", style="bold")
    grid = _grid("", "meeting", "about", "told", "minutes sent")
    for line in shown:
        what = f"{SHORT[line.kind]}, {on_day(line.at)}"
        cells = (line.family, what, line.adult, line.told, line.minutes)
        grid.add_row(*map(_cell, cells), style="" if line.settled else "bold red")
    yield grid
    others = [x.settled for x in told if x not in shown]
    yield Text(f"All others, of {len(told)}: told of {sum(others)}, not yet of {len(others) - sum(others)}.")


def _telling(told: Sequence[Line]) -> list[Line]:
    """What is not settled first; of the rest one of each outcome, then the second of each, and so on."""
    so_far: Counter[str] = Counter()
    turns: dict[Line, int] = {}
    for line in told:
        outcome = line.told.rpartition(", ")[2]
        so_far[outcome] += 1
        turns[line] = so_far[outcome]
    return sorted(told, key=lambda x: (x.settled, turns[x]))


def _is_past(line: Line, standing: Standing) -> bool:
    return line.at[:10] <= standing.now.date().isoformat()


def _late(standing: Standing) -> Iterable[Table | Text]:
    """What is overdue, the highest rung first; duties of one kind about one meeting stand on one line."""
    groups: dict[tuple[str, str, str], list[Any]] = {}
    for duty in standing.late:
        groups.setdefault((duty.stream, duty.kind, duty.meeting or ""), []).append(duty)
    if not groups:
        yield Text("\nNothing is overdue.")
        return
    ranked = sorted(groups.values(), key=lambda group: (-max(d.rung for d in group), group[0].due_at))
    yield Text("\nOverdue, and who has been told so", style="bold")
    grid = _grid("", "what is owed", "was due", "rung", "put before")
    for group in ranked[:MOST_LATE]:
        grid.add_row(*map(_cell, _overdue(group, standing)))
    yield grid
    if len(ranked) > MOST_LATE:
        yield Text(f"and {len(ranked) - MOST_LATE} more: quorate duties")


def _overdue(group: Sequence[Any], standing: Standing) -> tuple[str, ...]:
    worst = max(group, key=lambda d: d.rung)
    kinds = {(m.stream, m.meeting): m.kind for m in standing.meetings}
    meeting = SHORT.get(kinds.get((worst.stream, worst.meeting), ""), "meeting")
    to = worst.to if len(group) == 1 else f"{len(group)} people"
    what = OWED.get(worst.kind, worst.kind.replace("_", " ")).format(meeting, to=to)
    climbed = standing.climbed.get(worst.id)
    rung = str(climbed.rung + 1) if climbed else "–"
    return (worst.stream.rpartition("/")[2], what, on_day(worst.due_at), rung, _holder(climbed))


def _holder(climbed: RungClimbed | None) -> str:
    if climbed is None:
        return "nobody yet: from the next working day"
    role = climbed.role.replace("_", " ")
    return f"{role}: {climbed.person or 'NOBODY, the post is empty'}"


def _further(standing: Standing, told: Sequence[Line], command: str | None) -> Iterable[Text]:
    shelf = ", ".join(f"{n} {reason.replace('_', ' ')}" for reason, n in standing.held.items())
    yield Text(f"\nHeld for a person to mend: {shelf or 'nothing'}. Parked until a name is known: {standing.parked}.")
    streams = [x.stream for x in told if not x.settled] + [m.stream for m in standing.meetings]
    if command is None:
        yield Text("The servers stop now, and their database goes with them; make demo keeps one to look further into.")
        return
    yield Text("Look further:")
    if streams:
        yield Text(f"  {command} show {streams[0].rpartition('/')[2]}   one family, from first to last")
    yield Text(f"  {command} duties       what is owed, and by whom")


def _cell(text: str) -> Text:
    return Text(one_line(text))
