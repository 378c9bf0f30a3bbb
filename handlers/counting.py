"""How a quorum is counted: what a pack says of it, and whether those who were there make one (rules Q-01, Q-02)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from msgspec import Meta, Struct

from handlers.rule import Count, Layer

AgencyKind = Literal["social_care", "health", "school", "police", "treatment", "fip", "other"]
# On which the chair may go on without a quorum (rules Q-04).
Ground = Literal[
    "social_care_and_one_other",
    "contact_with_fewer_agencies",
    "local_attendance_difficulty",
    "enough_information",
    "delay_detrimental",
]


class Present(Struct, frozen=True):
    """Somebody there who counts: of what kind their agency is, which it is, and as what they work with the family."""

    kind: str
    agency: str
    role: str = ""


class WorkedQuorum(Struct, frozen=True, forbid_unknown_fields=True):
    """One case counted by hand; there: each as `health: school_nurse`, the kind of agency and the role."""

    there: tuple[str, ...]
    quorate: bool
    note: str


class Quorum(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """needed: kinds of agency that must be there; others: how many more agencies or disciplines in direct contact.

    health: as_one counts all of health once; treatment_counts: a treatment service counts like any other (rules Q-08,
    3.50); grounds: those that the chair may go on upon, each with the posts to whom that is reported; induced_illness:
    the roles of which one should be there where that is suspected (rules Q-06).
    """

    layer: Layer
    meetings: tuple[str, ...]
    needed: tuple[AgencyKind, ...]
    others: Count
    health: Literal["by_discipline", "as_one"]
    grounds: dict[Ground, tuple[str, ...]]
    source: str
    confidence: str
    worked: Annotated[tuple[WorkedQuorum, ...], Meta(min_length=2)]
    treatment_counts: bool = False
    induced_illness: tuple[str, ...] = ()
    names_area: str = ""

    def cited(self) -> str:
        """What stands in brackets behind a verdict, as behind a date."""
        return f"Q-01, {', '.join(part for part in (self.layer, self.names_area, self.source) if part)}"

    def counts_as(self, one: Present) -> str:
        """The name under which they count once: their kind, their discipline or their agency; empty if not at all."""
        if one.kind in self.needed:
            return one.kind
        if one.kind == "health":
            return one.role if one.role and self.health == "by_discipline" else "health"
        return "" if one.kind == "treatment" and not self.treatment_counts else one.agency

    def missing(self, there: Iterable[Present]) -> tuple[str, ...]:
        """What those who are there lack of a quorum, in words; nothing if they make one."""
        counted = {self.counts_as(one) for one in there} - {""}
        short = self.others - len(counted - {*self.needed})
        lacks = [kind.replace("_", " ") for kind in self.needed if kind not in counted]
        if short > 0:
            more = "one more agency or discipline" if short == 1 else f"{short} more agencies or disciplines"
            lacks.append(f"{more} in direct contact with child or family")
        return tuple(lacks)


def wrongly_worked(quorum: Quorum) -> list[str]:
    """Of the cases worked by hand, those that the numbers contradict."""
    return [
        f"the worked case {', '.join(case.there) or 'nobody'!r} is said to be {_said(case.quorate)}, but by these"
        f" numbers it is {_said(not case.quorate)}; count again by hand and mend whichever is wrong"
        for case in quorum.worked
        if case.quorate == bool(quorum.missing(_from_words(one) for one in case.there))
    ]


def _said(quorate: bool) -> str:
    return "quorate" if quorate else "not quorate"


def _from_words(one: str) -> Present:
    kind, _, role = one.partition(": ")
    return Present(kind, kind, role)
