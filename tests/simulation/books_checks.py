"""Are the books whole? The chain, the tables against the facts, the diary, and every event that came in.

Everything here is reckoned once more from the ledger's rows, a row at a time, each row once.
"""

from __future__ import annotations

import hashlib
import json
import re
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tests.simulation.calendar_sums import parsed
from tests.simulation.desk import named
from tests.simulation.evidence import Evidence, Row, Violation
from tests.simulation.family_reading import Family
from tests.simulation.matters import Duty
from tests.simulation.reading import Area

COVERED = ("seq", "event", "source", "type", "because", "rule", "pack", "happened", "recorded")
GRAIN = 900
SEALED = {"key", "digest", "box"}


def canonical(value: Any) -> bytes:
    """RFC 8785, for values without fractions and keys of plain letters, which is all that a ledger holds."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def without_boxes(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == SEALED:
            return {"key": value["key"], "digest": value["digest"]}
        return {k: without_boxes(v) if isinstance(v, dict | list) else v for k, v in value.items()}
    if isinstance(value, list):
        return [without_boxes(v) if isinstance(v, dict | list) else v for v in value]
    return value


def link(before: str, row: Row) -> str:
    covered = {name: row[name] for name in COVERED} | {"body": without_boxes(row["body"])}
    return hashlib.sha256(before.encode() + canonical(covered)).hexdigest()


@dataclass
class Chains:
    """Each stream's last link and number, and which events were settled where."""

    ends: dict[str, tuple[int, str]] = field(default_factory=dict)
    settled: dict[tuple[str, str], tuple[str, int, str]] = field(default_factory=dict)
    bodies: dict[tuple[str, str], Row] = field(default_factory=dict)
    _open: dict[str, tuple[str, str]] = field(default_factory=dict)

    def take(self, row: Row) -> tuple[bool, list[Violation]]:
        """Whether this row begins a decision, and what is wrong with it."""
        stream, found = row["stream"], []
        seq, before = self.ends.get(stream, (0, "0" * 64))
        if row["seq"] != seq + 1 or link(before, row) != row["link"]:
            found.append(Violation("chain-broken", f"{stream}: row {row['seq']} does not follow from row {seq}"))
        self.ends[stream] = (row["seq"], row["link"])
        name = (row["source"], row["event"])
        known = self.settled.get(name)
        told = row["because"] == f"told by {row['source']}"
        fresh = self._open.get(stream) != name
        if fresh or (told and known is not None and known[2] == row["type"]):
            fresh = True
            if known is not None:
                found.append(Violation("doubled", f"{name} was settled in {known[0]} and again in {stream}"))
            self.settled.setdefault(name, (stream, row["seq"], row["type"]))
            self.bodies.setdefault(name, row)
            self._open[stream] = name
        return fresh, found


@dataclass
class Arrivals:
    """Every event of the history comes to the ledger, to the shelf, or waits for a name."""

    read: int = 0
    waiting: dict[tuple[str, str], list[Row]] = field(default_factory=dict)
    checked: set[tuple[str, str]] = field(default_factory=set)

    def look(self, evidence: Evidence, chains: Chains) -> list[Violation]:
        for event in evidence.history[self.read :]:
            self.waiting.setdefault((event["source"], event["id"]), []).append(event)
        self.read = len(evidence.history)
        if not self.waiting:
            return []
        parked = {row["name"] for row in evidence.parked}
        held = {row["stream"] for row in evidence.held}
        found = []
        for name, told in list(self.waiting.items()):
            if name in chains.settled:
                del self.waiting[name]
                found += _as_told(name, told, chains.bodies[name], held)
            elif f"{len(name[0])} {name[0]} {name[1]}" not in parked and told[0]["subject"] not in held:
                found.append(Violation("lost-event", f"{told[0]['type']} {name} is nowhere to be found"))
                del self.waiting[name]
        return found


def _as_told(name: tuple[str, str], told: list[Row], row: Row, held: set[str]) -> list[Violation]:
    """What was settled says what was told; unless a person mended it on the shelf."""
    if told[0]["subject"] in held or any(_says(event, row) for event in told):
        return []
    return [Violation("altered-event", f"{told[0]['type']} {name} was settled as something else than was told")]


def _says(event: Row, row: Row) -> bool:
    return _camel(event["type"]) == row["type"] and same(event.get("data") or {}, row["body"])


def _camel(type_: str) -> str:
    return "".join(part.capitalize() for part in type_.removeprefix("uk.quorate.").rpartition(".")[0].split("-"))


def same(told: Any, kept: Any) -> bool:
    """Whether what is kept says what was told; sealed words cannot be compared, and what was left out is a default."""
    if isinstance(kept, Mapping) and kept.keys() == SEALED:
        return isinstance(told, str) or told == kept
    if isinstance(told, Mapping):
        return isinstance(kept, Mapping) and all(same(v, kept.get(k)) for k, v in told.items())
    if isinstance(told, list):
        return isinstance(kept, list) and len(told) == len(kept) and all(map(same, told, kept))
    if told != kept and isinstance(told, str) and isinstance(kept, str) and re.match(r"\d{4}-\d\d-\d\dT", told):
        return parsed(told) == parsed(kept)
    return bool(told == kept)


@dataclass
class Diary:
    """One area's seats, folded from the diary's own facts."""

    kept: dict[str, dict[str, Row]] = field(default_factory=dict)

    def take(self, row: Row) -> list[Violation]:
        area, body = row["stream"].partition("/")[0], row["body"]
        meeting = f"{body['family']}/{body['meeting']}"
        kept = self.kept.setdefault(area, {})
        kept.pop(meeting, None)
        if row["type"] == "SeatsGivenBack":
            return []
        found = [
            Violation("double-booked", f"{', '.join(sorted(both))} are to sit in {meeting} and in {other} at one time")
            for other, body_ in kept.items()
            if _overlap(body, body_) and (both := _taken(body) & _taken(body_))
        ]
        kept[meeting] = body
        return found

    def grains(self, area: str) -> set[tuple[str, int, str]]:
        return {
            (who, grain, meeting)
            for meeting, body in self.kept.get(area, {}).items()
            for who in _taken(body)
            for grain in range(_seconds(body["starts_at"]) // GRAIN, -(-_seconds(body["ends_at"]) // GRAIN))
        }

    def look(self, evidence: Evidence) -> list[Violation]:
        """The table of seats says what the facts say, and nobody sits twice in it."""
        rows: dict[str, set[tuple[str, int, str]]] = {area: set() for area in self.kept}
        places: dict[tuple[str, str, int], str] = {}
        found = []
        for row in evidence.seats:
            rows.setdefault(row["area"], set()).add((row["who"], row["grain"], row["meeting"]))
            place = (row["area"], row["who"], row["grain"])
            if places.setdefault(place, row["meeting"]) != row["meeting"]:
                found.append(
                    Violation("double-booked", f"{row['who']} sits in {places[place]} and in {row['meeting']}")
                )
        for area, seats in rows.items():
            if seats != self.grains(area):
                odd = sorted(seats ^ self.grains(area))[0]
                found.append(Violation("table-differs", f"seats of {area} are not those of the facts, as {odd}"))
        return found


def _seconds(text: str) -> int:
    return int(parsed(text).timestamp())


def _overlap(one: Row, other: Row) -> bool:
    return parsed(one["starts_at"]) < parsed(other["ends_at"]) and parsed(other["starts_at"]) < parsed(one["ends_at"])


def _taken(body: Row) -> set[str]:
    return {x for x in (*body["people"], body["room"], body.get("chair")) if x}


# --- tables and snapshots


def table_against_facts(family: Family, rows: Iterable[Row], changed: set[str] | None = None) -> list[Violation]:
    """The rows of one stream's duties, against the fold of its Duty facts; changed: only these, if given. What ended
    while it was another family's stands among that one's."""
    found, seen = [], set()
    duties, stream = family.duties, family.stream
    for row in rows:
        id_ = row["id"]
        seen.add(id_)
        if id_ in family.elsewhere:
            continue
        if changed is not None and id_ not in changed:
            continue
        duty = duties.get(id_)
        if duty is None:
            found.append(Violation("table-differs", f"{stream}: the table has {id_}, the ledger has not"))
        elif odd := [name for name, (told, kept) in _told_and_kept(duty, row).items() if told != kept]:
            found.append(Violation("table-differs", f"{stream}: {id_} differs in {', '.join(odd)}"))
    missing = sorted(duties.keys() - seen - family.elsewhere)
    found += [Violation("table-differs", f"{stream}: the table lacks {id_}") for id_ in missing]
    return found


def _told_and_kept(duty: Duty, row: Row) -> dict[str, tuple[Any, Any]]:
    names = ("kind", "meeting", "adult", "service", "to", "owner", "sentence", "rule")
    pairs: dict[str, tuple[Any, Any]] = {name: (duty.now.get(name), row[name]) for name in names}
    ended = duty.ended
    pairs |= {
        "due_at": (duty.due, _instant(row["due_at"])),
        "by_telephone": (bool(duty.now.get("by_telephone")), bool(row["by_telephone"])),
        "ended": (ended.body["how"] if ended else None, row["ended"]),
        "ended_by": (ended.body["by"] if ended else "", row["ended_by"] or ""),
        "ended_at": (ended.at if ended else None, _instant(row["ended_at"])),
        "rung": (row["rung"] in duty.rungs, True),
    }
    return pairs


def _instant(text: str | None) -> datetime | None:
    return parsed(text) if text else None


def snapshots(evidence: Evidence) -> list[Violation]:
    """What a fresh process made of the ledger's bytes is what stands in the files."""
    if evidence.rebuilt is None:
        return []
    files = {row["stream"]: row["snapshot"] for row in evidence.files}
    return [
        Violation("snapshot-differs", f"{stream}: a rebuild from the ledger gives another file")
        for stream in sorted(files.keys() | evidence.rebuilt.keys())
        if _read(files.get(stream)) != _read(evidence.rebuilt.get(stream))
    ]


def standing(evidence: Evidence, areas: Mapping[str, Area]) -> list[Violation]:
    """A standing meeting falls due on the agreed day, else by its rhythm, with what is always on its agenda."""
    found = []
    told = [(f"{a}/partnership/{a}", id_, facts) for a, area in areas.items() for id_, facts in area.standing.items()]
    files = {row["stream"]: row["snapshot"] for row in evidence.files} if told else {}
    for stream, id_, facts in told:
        if evidence.touched is not None and stream not in evidence.touched:
            continue
        kept = json.loads(files[stream])["standing"].get(id_)
        recorded = next((f.body for f in reversed(facts) if f.type == "StandingMeetingRecorded"), None)
        held = max((f.body for f in facts if f.type == "StandingMeetingHeld"), key=lambda x: x["held_on"], default=None)
        if recorded is None:
            continue
        next_on = recorded["next_on"]
        if held:
            next_on = held.get("next_on") or _months_after(held["held_on"], recorded["every_months"])
        if kept is None or kept["next_on"] != next_on or kept["recorded"]["items"] != recorded["items"]:
            found.append(Violation("standing-misdated", f"{stream}: {id_} is not due on {next_on} with its items"))
    return found


def _months_after(day: str, months: int) -> str:
    """The same day so many months later, or the last of that month."""
    on = date.fromisoformat(day)
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return on.replace(year=year, month=month + 1, day=min(on.day, monthrange(year, month + 1)[1])).isoformat()


def _read(snapshot: str | None) -> Any:
    return json.loads(snapshot) if snapshot else None


def mending(evidence: Evidence, areas: Mapping[str, Area], families: Mapping[str, Family]) -> list[Violation]:
    """What lies on the shelf is somebody's to mend, in each family that it is about (rules 3.43)."""
    found = []
    for row in (row for row in evidence.held if row["state"] == "open"):
        for family in _about(row["stream"], areas, families):
            duty = named(family, "mend_record", row["id"])
            excused = duty is not None and duty.ended is not None and duty.ended.body["how"] == "reason"
            if duty is None or not (duty.open or excused) or not duty.now.get("owner"):
                who = f"{family.id}: nobody must mend {row['id']}"
                found.append(Violation("unmended", f"{who}, which is held for {row['stream']}"))
    return found


def _about(stream: str, areas: Mapping[str, Area], families: Mapping[str, Family]) -> list[Family]:
    """The family itself, or those in which this adult is in scope; none while nobody knows whom it means."""
    area, _, name = stream.partition("/")
    kind, _, id_ = name.partition("/")
    if kind == "family":
        while stream in families and families[stream].merged_into:
            stream = f"{area}/family/{families[stream].merged_into}"
        return [families[stream]] if stream in families else []
    if kind != "person" or area not in areas:
        return []
    person = areas[area].references.get(id_, id_)
    return [f for f in families.values() if f.area == area and person in f.household.adults()]


def shelf(evidence: Evidence, known: set[str]) -> list[Violation]:
    """A record on the shelf because a rule of ours failed is a fault of ours."""
    fresh = [row for row in evidence.held if row["reason"] == "rule_failed" and row["id"] not in known]
    known.update(row["id"] for row in fresh)
    return [Violation("rule-failed", f"{row['stream']}: {row['sentence']}") for row in fresh]
