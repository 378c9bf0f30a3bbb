"""Families that became one, or two: what goes on under another id, and what an old id is sent on to (decision 25).

An id is never used again: whatever comes in for it afterwards is sent on, not lost.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from handlers import events as e
from handlers import facts as f
from handlers.meeting_file import Meeting

S = TypeVar("S", bound=Struct)
PARTING = {  # what a name begins with → the tables that lose it
    "person": ("household", "moves", "arrivals", "needs"),
    "plan": ("plans", "plans_ended"),
    "meeting": ("meetings",),
    "duty": ("duties",),
    "review": ("reviews_asked",),
}
NAMING = ("meeting", "plan", "duty", "message", "person", "record")


class Ties(Struct, frozen=True, kw_only=True):
    """merged_into: the family that goes on with this one; gone_to: what went on in another, as `plan:PLAN-1`, and
    where; formerly: the families whose duties go on here under the ids they had; joined_at: when the last came;
    referred: overrides after which the family that this one left refers."""

    merged_into: str = ""
    gone_to: dict[str, str] = field(default_factory=dict)
    formerly: tuple[str, ...] = ()
    joined_at: datetime | None = None
    referred: tuple[str, ...] = ()

    def sent_on(self, family: str, body: e.Body) -> str:
        """The family that must be told this instead of this one; empty where it is told the right one.

        Where two are merged into each other, each takes in what the other brings: nothing goes round for ever. What
        the family itself told of who is in its scope stays with it, else it would tell it again and again.
        """
        back = isinstance(body, e.FamilyBrought) and body.from_family in (family, self.merged_into)
        again = isinstance(body, e.FamiliesMerged) and body.into == self.merged_into
        if back or again or isinstance(body, e.TimeCame | f.MembershipTold):
            return ""
        if self.merged_into or not self.gone_to:
            return self.merged_into
        named = next((f"{n}:{x}" for n in NAMING if (x := getattr(body, n, None)) and isinstance(x, str)), "")
        return self.gone_to.get(named, "")


def merged_already(family: str, into: str, also: str) -> str:
    """Why a family that went into one cannot be merged into another as well."""
    return f"{family} already goes on as {into}; if they are one family too: quorate merge {into} --into {also}"


def joined(ours: S, theirs: S) -> S:
    """Both tables in each; of one thing in both, ours."""
    changes: dict[str, Any] = {}
    for name in ours.__struct_fields__:
        mine, other = getattr(ours, name), getattr(theirs, name)
        if isinstance(mine, dict):
            changes[name] = {**other, **mine}
    return replace(ours, **changes)


def parted(file: S, ties: Ties, body: f.FamilyParted) -> S:
    """The file without what went on in another, and where that is."""
    gone = set(body.names)
    left = {
        table: {k: x for k, x in getattr(file, table).items() if f"{kind}:{k}" not in gone}
        for kind, tables in PARTING.items()
        for table in tables
    }
    gone_to = {**ties.gone_to, **dict.fromkeys(body.names, body.into)}
    return replace(file, ties=replace(ties, gone_to=gone_to), **left)


def of_both(ours: dict[str, Meeting], theirs: dict[str, Meeting], family: str) -> dict[str, Meeting]:
    """Of a meeting that both had, the one that was held, else ours; theirs keep their names in people's calendars."""
    brought = {id_: m if m.in_calendars_of else replace(m, in_calendars_of=family) for id_, m in theirs.items()}
    return {**brought, **{id_: m for id_, m in ours.items() if m.held or id_ not in theirs or not theirs[id_].held}}
