"""The local protocol as typed values: rules with their source and worked dates, ladders, seats.

Every number that a rule uses stands in the packs (infra/protocols); rule.py says what a number means. Packs are
read in the order national, typical, local, and a later one replaces a rule of the same id; one for any nation only
fills what is open. A pack that leaves a gap, names no source or works a date wrongly is refused, a sentence a fault.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from difflib import get_close_matches
from functools import cached_property, lru_cache
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from handlers import working_days as wd
from handlers.counting import Quorum, WorkedQuorum, wrongly_worked
from handlers.rule import Count, Deadline, Layer, Rule, Window, WorkedDate, reckoned
from handlers.working_days import Holidays, HolidaysUnknown

LAYERS = ("national", "typical", "local")
ANY_NATION = "any"
AgencyKind = Literal["social_care", "health", "school", "police", "fip", "other"]


class RuleUnknown(LookupError):
    """Nobody published this rule's number, or the protocol has no such rule: a duty to set it is owed."""


class ProtocolFaults(ValueError):
    """Packs that cannot be used; `faults` holds one sentence for each mend that is needed."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


class Rung(Struct, frozen=True, forbid_unknown_fields=True):
    """Who is told next of a late duty: `after` working days from when the rung below was told.

    before_meeting: told before the meeting begins, however few days have passed (rules 3.41).
    """

    role: str
    after: Count
    unit: Literal["working_days"] = "working_days"
    before_meeting: bool = False


class WorkingHours(Struct, frozen=True, forbid_unknown_fields=True):
    """Meetings begin no earlier than `start` and end no later than `end`, in London."""

    start: time
    end: time


class Seats(Struct, frozen=True, forbid_unknown_fields=True):
    """What one kind of meeting takes: its length, the roles that must sit and those that should.

    lead_working_days: no slot is sought on a day sooner than this after the seeking;
    opens_working_days_before: nor sooner than this before its deadline.
    """

    minutes: Annotated[int, Meta(gt=0)]
    lead_working_days: Count
    opens_working_days_before: Count
    needed: tuple[str, ...]
    wanted: tuple[str, ...] = ()
    working_hours: WorkingHours | None = None

    @property
    def chair(self) -> bool:
        """Somebody independent must preside."""
        return "chair" in self.needed


class Evidence(Struct, frozen=True, forbid_unknown_fields=True):
    """Lead thresholds, in working days before a meeting: fewer than these ask for a warning (rules 3.24)."""

    warn_below_working_days: Count


class Protocol(Struct, frozen=True, kw_only=True, dict=True):
    """The rules of one authority, as they stood on `in_force_from`.

    reminders: the rules that say when whoever was asked is reminded.
    answers: the id by which the house asks for a rule, and that of the rule which answers, as nations number their own.
    earlier: the first day of its local pack, and the rules for what was triggered before that day (decision 20).
    advocate_above_age: older children are offered an advocate, no child while it is None; supporters_speak: whoever is
    brought along may say what they think.
    """

    version: str
    nation: str
    in_force_from: date
    rules: dict[str, Rule]
    answers: dict[str, str]
    ladders: dict[str, tuple[Rung, ...]]
    seats: dict[str, Seats]
    working_hours: WorkingHours
    in_scope_factors: tuple[str, ...]
    reports_asked_of: tuple[AgencyKind, ...]
    evidence: Evidence
    late_slot_working_days: int
    apart_minutes: int
    advocate_above_age: int | None = None
    supporters_speak: bool = True
    holidays: Holidays
    quorum: Quorum | None = None
    reminders: tuple[str, ...] = ()
    earlier: tuple[date, Protocol] | None = None

    def rule(self, rule_id: str) -> Rule:
        """A rule with a number; RuleUnknown says why there is none."""
        rule = self.rules.get(self.answers.get(rule_id, rule_id))
        if rule is None:
            raise RuleUnknown(f"protocol {self.version} has no rule {rule_id}")
        if rule.count is None:
            raise RuleUnknown(f"nobody has published the number of rule {rule.cited()}: {rule.title}")
        return rule

    def deadline(self, rule_id: str, trigger_day: date) -> Deadline:
        """When the rule falls due for this trigger, a day or (for rules by the clock) an aware instant.

        Raises RuleUnknown, InstantNeeded, or HolidaysUnknown; never guesses.
        """
        day = wd.local_day(trigger_day) if isinstance(trigger_day, datetime) else trigger_day
        stands = self.earlier[1] if self.earlier and day < self.earlier[0] else self
        return stands._remembered(rule_id, trigger_day)

    @cached_property
    def _remembered(self) -> Callable[[str, date], Deadline]:
        """The same few dates are asked for at each decision, and reckoning them is most of its time."""
        return lru_cache(20_000)(lambda rule_id, day: reckoned(self.rule(rule_id), day, self.holidays))

    def window(self, open_rule: str, close_rule: str, trigger_day: date) -> Window:
        """The days within which a review belongs (rules 3.8 and 3.52)."""
        opens, closes = self.deadline(open_rule, trigger_day), self.deadline(close_rule, trigger_day)
        sentence = f"opens {opens.sentence}; overdue later than {closes.sentence}"
        return Window(opens.due_on, closes.due_on, closes.due_at, sentence)

    def quorum_for(self, meeting_kind: str, on: date) -> Quorum | None:
        """The quorum of this kind of meeting on that day; None where no pack gives one."""
        stands = self.earlier[1] if self.earlier and on < self.earlier[0] else self
        return stands.quorum if stands.quorum and meeting_kind in stands.quorum.meetings else None

    def ladder(self, duty_kind: str) -> tuple[Rung, ...]:
        """Who hears of a late duty of this kind, from the first rung up."""
        return self.ladders.get(duty_kind, self.ladders["default"])

    def hours(self, meeting_kind: str) -> WorkingHours:
        """Between which times this kind of meeting may sit."""
        return self.seats[meeting_kind].working_hours or self.working_hours


# --- reading the packs


class _Pack(Struct, forbid_unknown_fields=True, kw_only=True):
    file: str
    lines: dict[str, int] = {}
    version: str
    layer: Layer
    nation: str
    in_force_from: date
    rules: dict[str, dict[str, Any]] = {}
    ladders: dict[str, tuple[Rung, ...]] = {}
    seats: dict[str, Seats] = {}
    working_hours: WorkingHours | None = None
    in_scope_factors: tuple[str, ...] | None = None
    reports_asked_of: tuple[AgencyKind, ...] | None = None
    evidence: Evidence | None = None
    late_slot_working_days: Count | None = None
    reminders: tuple[str, ...] | None = None
    apart_minutes: Annotated[int, Meta(gt=0)] | None = None
    advocate_above_age: Count | None = None
    supporters_speak: bool | None = None
    holidays: Holidays | None = None
    quorum: dict[str, Any] | None = None


UNKNOWN_FIELD = re.compile("unknown field `([^`]+)`")
SHAPES = (_Pack, Rule, WorkedDate, Rung, Seats, WorkingHours, Evidence, Quorum, WorkedQuorum)
FIELDS = {x for part in SHAPES for x in part.__struct_fields__}
_ONCE = (
    *("working_hours", "in_scope_factors", "reports_asked_of", "evidence", "late_slot_working_days"),
    *("apart_minutes", "holidays"),
)
_LOCAL = ("advocate_above_age", "supporters_speak")  # where no pack says anything, Protocol's own word stands


def read(mapping: list[dict[str, Any]]) -> Protocol:
    """Lay the packs over each other; each mapping carries `file`, the name by which its faults are told, and
    may carry `lines`, on which each of its rules begins.

    Raises ProtocolFaults with every fault found, so that one mending is enough.
    """
    faults: list[str] = []
    packs = [pack for raw in mapping if (pack := _pack(raw, faults))]
    _refuse(faults or _disordered(packs))
    ladders, seats = _laid_over(packs, "ladders"), _laid_over(packs, "seats")
    once = {name: value for pack in packs for name in (*_ONCE, *_LOCAL) if (value := getattr(pack, name)) is not None}
    faults += _missing(once, ladders)
    sound = [(pack, _rules(pack, set(seats), once.get("holidays"), faults)) for pack in packs]
    quorums = [(pack, quorum) for pack in packs if (quorum := _quorum(pack, set(seats), faults))]
    _refuse(faults)
    rules, answers = _answering(sound)
    protocol = Protocol(
        version="+".join(pack.version for pack in packs),
        nation=packs[0].nation,
        in_force_from=max(pack.in_force_from for pack in packs),
        rules=rules,
        answers=answers,
        ladders=ladders,
        seats=seats,
        quorum=_last(quorums),
        reminders=_reminders(packs, answers),
        **once,
    )
    local = [pack.in_force_from for pack in packs if pack.layer == "local"]
    return replace(protocol, earlier=(max(local), _without_local(protocol, sound, quorums))) if local else protocol


def _last(quorums: list[tuple[_Pack, Quorum]]) -> Quorum | None:
    return quorums[-1][1] if quorums else None


def _reminders(packs: list[_Pack], answers: dict[str, str]) -> tuple[str, ...]:
    """The last pack that names any says which."""
    named = next((p.reminders for p in reversed(packs) if p.reminders is not None), ())
    _refuse([f"reminders names {r}, and no pack gives that rule: add it" for r in named if r not in answers])
    return named


def _without_local(
    protocol: Protocol, sound: list[tuple[_Pack, list[Rule]]], quorums: list[tuple[_Pack, Quorum]]
) -> Protocol:
    """The same, but that its dates are reckoned by the packs of the nation alone."""
    under = [(pack, rules) for pack, rules in sound if pack.layer != "local"]
    rules, answers = _answering(under)
    version = "+".join(pack.version for pack, _ in under)
    quorum = _last([(pack, q) for pack, q in quorums if pack.layer != "local"])
    return replace(protocol, version=version, rules=rules, answers=answers, quorum=quorum)


def _answering(sound: list[tuple[_Pack, list[Rule]]]) -> tuple[dict[str, Rule], dict[str, str]]:
    """Each rule under its own id, and which answers to each id that the house asks by: the last one given."""
    rules: dict[str, Rule] = {}
    answers: dict[str, str] = {}
    for pack, given in sound:
        for rule in given:
            asked = rule.stands_for or rule.id
            before = rules.get(answers.get(asked, asked))
            if pack.nation == ANY_NATION and before and not before.unknown:
                continue
            if before:
                del rules[before.id]  # two rules for one question would both be told to whoever reads them
            rules[rule.id], answers[asked] = rule, rule.id
    return rules, answers


def _refuse(faults: list[str]) -> None:
    if faults:
        raise ProtocolFaults(faults)


def _laid_over(packs: list[_Pack], part: str) -> dict[str, Any]:
    """Of each name in this part, what the last pack says."""
    return {name: value for pack in packs for name, value in getattr(pack, part).items()}


def _missing(once: dict[str, Any], ladders: dict[str, tuple[Rung, ...]]) -> list[str]:
    faults = [f"no pack gives {name}: add it to one of them" for name in _ONCE if name not in once]
    if "default" not in ladders:
        faults.append("no pack gives ladders.default: say who hears of a late duty of any kind")
    return faults + [f"ladders.{kind} has no rung: name at least one role" for kind in ladders if not ladders[kind]]


def _disordered(packs: list[_Pack]) -> list[str]:
    """The layers lie in their order, and all are for one nation."""
    order = [LAYERS.index(pack.layer) for pack in packs]
    faults = [
        f"{pack.file} is for {pack.nation}: give only packs for {packs[0].nation}"
        for pack in packs
        if pack.nation not in (packs[0].nation, ANY_NATION)
    ]
    if order != sorted(order) or order[:1] != [0]:
        faults.append("the packs are out of order: give the national one first, then typical, then local")
    return faults


def _pack(raw: dict[str, Any], faults: list[str]) -> _Pack | None:
    try:
        return msgspec.convert(raw, _Pack)
    except msgspec.ValidationError as error:
        faults.append(f"{raw.get('file', 'a pack without a name')}: {_in_words(error)}")
        return None


def _in_words(error: msgspec.ValidationError) -> str:
    """What is wrong with an entry, and the name that was most likely meant."""
    unknown = UNKNOWN_FIELD.search(str(error))
    near = get_close_matches(unknown[1], FIELDS, 1) if unknown else []
    return f"{error}; {f'did you mean {near[0]}?' if near else 'mend that entry'}"


def _rules(pack: _Pack, kinds: set[str], holidays: Holidays | None, faults: list[str]) -> list[Rule]:
    sound = []
    for rule_id, raw in pack.rules.items():
        try:
            rule = msgspec.convert({**raw, "id": rule_id, "layer": pack.layer}, Rule)
        except msgspec.ValidationError as error:
            found = [_in_words(error)]
        else:
            found = _gaps(rule, kinds) or (_wrongly_worked(rule, holidays) if holidays else [])
            sound.append(rule)
        line = f", line {pack.lines[rule_id]}" if rule_id in pack.lines else ""
        faults += [f"{pack.file}{line}, rule {rule_id}: {fault}" for fault in found]
    return sound


def _quorum(pack: _Pack, kinds: set[str], faults: list[str]) -> Quorum | None:
    if pack.quorum is None:
        return None
    try:
        quorum = msgspec.convert({**pack.quorum, "layer": pack.layer}, Quorum)
    except msgspec.ValidationError as error:
        faults.append(f"{pack.file}, quorum: {_in_words(error)}")
        return None
    gaps = _unsourced(quorum) | _of_nobody(quorum.meetings, kinds)
    found = [sentence for sentence, missing in gaps.items() if missing] + wrongly_worked(quorum)
    faults += [f"{pack.file}, quorum: {fault}" for fault in found]
    return quorum


def _unsourced(said: Rule | Quorum) -> dict[str, bool]:
    no_area = said.layer == "typical" and not said.names_area.strip()
    return {
        "no source is given; say where it is written or who decided it": not said.source.strip(),
        "no confidence is given; say for instance 'guidance V2' or 'local V'": not said.confidence.strip(),
        "no area is named; set names_area to whose habit it is, or 'design default'": no_area,
    }


def _of_nobody(meetings: tuple[str, ...], kinds: set[str]) -> dict[str, bool]:
    strange = tuple(sorted(set(meetings) - kinds - {"any"}))
    return {
        "no meeting is named; name the kinds, or 'any'": not meetings,
        f"no pack gives seats to {wd.listed(strange)}; add them, or mend the name": bool(strange),
    }


def _gaps(rule: Rule, kinds: set[str]) -> list[str]:
    """What the rule fails to say, each with its mend."""
    by_the_hour = rule.unit == "clock_hours" and rule.until == "end_of_day"
    gaps = {
        "no title is given; say in a few words what is owed": not rule.title.strip(),
        "no trigger is given; say what starts the count": not rule.trigger.strip(),
        **_unsourced(rule),
        "no count is given; give one, or unknown = true if nobody published it": (
            rule.count is None and not rule.unknown
        ),
        "it is unknown and yet has a count; take one of the two out": rule.count is not None and rule.unknown,
        **_of_nobody(rule.meetings, kinds),
        "weeks of gestation are counted back from the birth; take direction out": rule.unit == "weeks_of_gestation"
        and rule.direction == "before",
        "clock hours end at a time of day; set until = 'same_time'": by_the_hour,
        "fewer than two worked dates are given; count two by hand": not rule.unknown and len(rule.worked) < 2,
    }
    return [sentence for sentence, missing in gaps.items() if missing]


def _wrongly_worked(rule: Rule, holidays: Holidays) -> list[str]:
    """Run the worked dates: whoever wrote the rule and whoever wrote the sums must agree."""
    wrong = []
    for worked in rule.worked if rule.count is not None else ():
        try:
            found = reckoned(rule, wd.from_words(worked.trigger), holidays)
        except (ValueError, HolidaysUnknown) as error:
            wrong.append(f"the worked date after {worked.trigger!r} cannot be run: {error}; mend it")
            continue
        due = wd.in_words(found.due_at if rule.until == "same_time" else found.due_on)
        amber = wd.in_words(found.amber_on) if found.amber_on else None
        pairs = [("due", worked.due, due)] + [("amber", worked.amber, amber)] * (worked.amber is not None)
        wrong += [
            f"the worked date for {worked.trigger} says {name} {said}, but the rule gives {given}; "
            "count again by hand and mend whichever is wrong"
            for name, said, given in pairs
            if said != given
        ]
    return wrong
