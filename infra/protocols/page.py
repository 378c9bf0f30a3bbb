"""A protocol in words that a committee can read and adopt: its rules, who must sit, who hears of what is late."""

from __future__ import annotations

from datetime import date
from typing import Any

from handlers.counting import Quorum
from handlers.meetings.falling_due import NAMES
from handlers.protocol import Protocol, Rung, Seats
from handlers.rule import Rule
from handlers.working_days import in_words
from infra.protocols.packs import Protocols

View = dict[str, Any]


def standing(packs: list[View], on: date) -> tuple[list[View], list[View]]:
    """The packs that stand on that day, and the local ones that are not yet in force. What the nation's packs said
    before their own first day nobody kept, so that they stand for earlier days too."""
    early = [p for p in packs if p["layer"] == "local" and p["in_force_from"] > on]
    return [p for p in packs if p not in early], early


def page(protocol: Protocol, packs: list[View], left_out: list[View], title: str) -> View:
    """All that the page says, ready for its template."""
    rules = [_rule(rule) for _, rule in sorted(protocol.rules.items())]
    kinds = [kind for kind in NAMES if kind in protocol.seats]
    return {
        "title": title,
        "packs": [_pack(pack) for pack in packs],
        "left_out": [_pack(pack) for pack in left_out],
        "rules": [rule for rule in rules if not rule["unknown"]],
        "unknown": [rule for rule in rules if rule["unknown"]],
        "seats": [_seats(kind, protocol.seats[kind], protocol) for kind in kinds],
        "quorum": _quorum(protocol.quorum) if protocol.quorum else None,
        "late_slot": days(protocol.late_slot_working_days),
        "apart": protocol.apart_minutes,
        "advocate_above_age": protocol.advocate_above_age,
        "supporters_speak": protocol.supporters_speak,
        "warn": days(protocol.evidence.warn_below_working_days),
        "factors": ", ".join(protocol.in_scope_factors),
        "reports": ", ".join(kind.replace("_", " ") for kind in protocol.reports_asked_of),
        "ladders": [_ladder(duty, rungs) for duty, rungs in protocol.ladders.items()],
    }


def title(protocols: Protocols, area: str | None, on: date) -> str:
    every = "every area without a pack of its own" if protocols.areas else "every area"
    whose = f"{area}, which has no pack of its own," if area and area not in protocols.areas else area or every
    return f"The protocol of {whose} on {in_words(on)}"


def deadline_in_words(rule: Rule) -> str:
    """`15 working days after: initiating strategy discussion, by the end of that day`."""
    if rule.count is None:
        return f"nobody published by when, counted from: {rule.trigger}"
    unit = rule.unit.replace("_", " ")
    if rule.unit == "weeks_of_gestation":
        counted = f"when {rule.count} weeks of the pregnancy are complete, counted back from"
    elif rule.count == 0:
        counted = f"the same {unit.removesuffix('s')} as"
    else:
        counted = f"{rule.count} {unit.removesuffix('s') if rule.count == 1 else unit} {rule.direction}"
    parts = [f"{counted}: {rule.trigger}"]
    if rule.until == "same_time":
        parts.append("to the minute")
    if rule.rolls_back and rule.unit not in ("working_days", "clock_hours"):
        parts.append("a day off rolls back to the working day before")
    if rule.amber_inclusive:
        parts.append("with a warning on the day by the count that includes the first day")
    if rule.amber_calendar_days is not None:
        parts.append(f"with a warning after {rule.amber_calendar_days} calendar days")
    return "; ".join(parts)


def days(count: int) -> str:
    return f"{count} working day{'' if count == 1 else 's'}"


def _pack(pack: View) -> View:
    return {
        "version": pack["version"],
        "layer": pack["layer"],
        "from": in_words(pack["in_force_from"]),
        "file": pack["file"],
    }


def _rule(rule: Rule) -> View:
    return {
        "id": rule.id,
        "title": rule.title,
        "deadline": deadline_in_words(rule),
        "trigger": rule.trigger,
        "count": rule.count,
        "unit": rule.unit,
        "direction": rule.direction,
        "unknown": rule.unknown,
        "meetings": ", ".join(_kind(x) for x in rule.meetings),
        "layer": f"{rule.layer} ({rule.names_area})" if rule.names_area else rule.layer,
        "source": rule.source,
        "confidence": rule.confidence,
        "worked": len(rule.worked),
    }


def _kind(kind: str) -> str:
    return "any meeting" if kind == "any" else next((words for x, words in NAMES.items() if x == kind), spaced(kind))


def spaced(role: str) -> str:
    return role.replace("_", " ")


def _seats(kind: str, seats: Seats, protocol: Protocol) -> View:
    hours = seats.working_hours or protocol.working_hours
    return {
        "kind": kind,
        "name": _kind(kind),
        "minutes": seats.minutes,
        "hours": f"{hours.start:%H:%M} and {hours.end:%H:%M}",
        "needed": ", ".join(map(spaced, seats.needed)) or "nobody in particular",
        "wanted": ", ".join(map(spaced, seats.wanted)) or "nobody in particular",
        "lead": days(seats.lead_working_days),
        "opens": days(seats.opens_working_days_before),
    }


def _quorum(quorum: Quorum) -> View:
    health = "one by one, by discipline" if quorum.health == "by_discipline" else "all of health as one"
    reported = {ground: ", ".join(map(spaced, posts)) for ground, posts in quorum.grounds.items()}
    return {
        "meetings": ", ".join(map(_kind, quorum.meetings)),
        "needed": ", ".join(map(spaced, quorum.needed)) or "nobody in particular",
        "others": quorum.others,
        "health": health,
        "treatment": "counts like any other agency"
        if quorum.treatment_counts
        else "counts neither for it nor against it",
        "grounds": [spaced(x) + (f" (reported to: {posts})" if posts else "") for x, posts in reported.items()],
        "induced_illness": ", ".join(map(spaced, quorum.induced_illness)),
        "cited": quorum.cited(),
    }


def _ladder(duty: str, rungs: tuple[Rung, ...]) -> View:
    return {"duty": "any other duty" if duty == "default" else spaced(duty), "rungs": ", then ".join(map(_rung, rungs))}


def _rung(rung: Rung) -> str:
    when = [days(rung.after)] * (rung.after > 0) + ["in any case before the meeting"] * rung.before_meeting
    return f"{spaced(rung.role)} ({', '.join(when)})" if when else spaced(rung.role)
