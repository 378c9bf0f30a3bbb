"""Packs held up to the light before anybody goes by them: what is missing, what is said twice, what nobody reads.

`handlers.protocol.read` refuses a pack that contradicts itself; here is what only a whole protocol can lack.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from itertools import combinations
from pathlib import Path
from typing import Any, get_args

from msgspec import Struct

from handlers.facts import MeetingKind
from handlers.protocol import ANY_NATION, LAYERS, Protocol, ProtocolFaults, read
from handlers.rule import Rule
from infra.protocols.packs import DEFAULTS, ROOM, bank_holidays, national, nations, of_file, opened, ships

# Decisions count by these; one without a number is a gap, since nothing could be owed by it.
COUNTED_BY = (
    *(
        "AGREE-01",
        "ASK-01",
        "ASKED-01",
        "CALL-01",
        "DEC-01",
        "ESC-01",
        "F7-01",
        "FEED-01",
        "FIND-01",
        "HELD-01",
        "EXC-03",
        "T9-01",
    ),
    *("ICPC-03", "INV-01", "ISSUE-01", "MIN-CGFIP", "MOVE-01", "NAME-01", "NEED-01", "Q-03", "REC-01", "REP-01a"),
    *("REP-01b", "SET-01", "T6-01", "TELL-01", "TRF-03", "VERBAL-01"),
)
# These date meetings; where one is unknown, a duty asks a person to set the day, so that it need only be named.
DATING = (*("CG-01", "CG-02", "FIP-01-close", "FIP-01-open", "ICPC-01", "PB-01", "RCPC-01a", "RCPC-01b", "TRF-01"),)
# Asked for where they stand: times for dissent and complaints, joint care-plan reviews, a sooner review after a birth,
# looked-after reviews of England; what is owed where a conference was not quorate or was called off, or a strategy
# discussion lacked somebody.
MAY_BE_MISSING = (
    *("COM-02", "DIS-01", "JG-20", "LAC-01a", "LAC-01b", "LAC-01c", "RCPC-02", "EXC-01", "CHD-01", "CHD-02"),
    *("Q-04", "Q-05", "Q-06", "RCPC-05", "CAN-01", "STR-01", "STR-03"),
)
# Without these a quorum would bind nobody.
OF_A_QUORUM = ("Q-04", "Q-05")
BY_LAYER = {layer: n for n, layer in enumerate(LAYERS)}

Pack = dict[str, Any]


class Checked(Struct, frozen=True):
    """One protocol that stood the test. own: the packs that were to be checked; remarks: what is no fault, yet odd."""

    version: str
    own: tuple[str, ...]
    rules: int
    unknown: int
    worked: int
    remarks: tuple[str, ...]


def stacks(files: Iterable[Path], nation: str) -> Iterator[list[Pack]]:
    """Each of these packs where it belongs: local ones over their nation's, national and typical ones in the place of
    those that lie here. Raises ProtocolFaults with the faults of every file that cannot be read."""
    given = _opened(files, nation)
    for land in dict.fromkeys(str(pack["nation"]) for pack in given):
        mine = [pack for pack in given if str(pack["nation"]) == land]
        yield from _for_every_nation(mine[0]) if land == ANY_NATION else _of_nation(land, mine)


def _opened(files: Iterable[Path], nation: str) -> list[Pack]:
    faults: list[str] = []
    given: list[Pack] = []
    for file in files:
        try:
            pack = {"nation": nation, **opened(file)}
            if pack.get("layer") == "local":
                national(str(pack["nation"]))
            given.append(pack)
        except ProtocolFaults as refused:
            faults += of_file(file.name, refused)
    if faults:
        raise ProtocolFaults(faults)
    return given


def _for_every_nation(ours: Pack) -> Iterator[list[Pack]]:
    """A pack of defaults in the place of the one that lies here."""
    for nation in nations():
        yield [ours if pack["file"] == DEFAULTS else pack for pack in national(nation)]


def _of_nation(nation: str, given: list[Pack]) -> Iterator[list[Pack]]:
    under = [pack for pack in given if pack.get("layer") in ("national", "typical")]
    base = sorted([*_those_here(nation, under), *under], key=lambda pack: BY_LAYER[pack["layer"]])
    base[0].setdefault("holidays", bank_holidays(nation))
    over = [pack for pack in given if pack not in under]
    yield from ([*base, pack] for pack in over) if over else [base]


def _those_here(nation: str, under: list[Pack]) -> list[Pack]:
    """Our defaults and the nation's own packs, but for those to be replaced; a new nation brings its own along."""
    replaced = {pack["layer"] for pack in under}
    shipped = national(nation) if ships(nation) or not under else [opened(ROOM / DEFAULTS)]
    return [pack for pack in shipped if pack["nation"] == ANY_NATION or pack["layer"] not in replaced]


def checked(packs: list[Pack]) -> Checked:
    """Read as the house reads them, and as a whole. Raises ProtocolFaults."""
    twice = list(_given_twice(packs))
    try:
        protocol = read(packs)
    except ProtocolFaults as refused:
        raise ProtocolFaults([*twice, *refused.faults]) from None
    faults = twice + [
        f"{packs[-1]['file']}: {fault}" for fault in (*_gaps(protocol), *_quorum_gaps(protocol), *_overlaps(protocol))
    ]
    if faults:
        raise ProtocolFaults(faults)
    tables = [pack.get("rules", {}) for pack in packs]
    return Checked(
        version=protocol.version,
        own=tuple(str(pack["file"]) for pack in packs),
        rules=len(protocol.rules),
        unknown=sum(rule.unknown for rule in protocol.rules.values()),
        worked=sum(len(rule.get("worked", ())) for table in tables for rule in table.values()),
        remarks=tuple(_never_read(packs[-1], packs[:-1])) if packs[-1]["layer"] == "local" else (),
    )


def _gaps(protocol: Protocol) -> Iterator[str]:
    for rule_id in COUNTED_BY:
        rule = protocol.rules.get(protocol.answers.get(rule_id, rule_id))
        if rule is None or rule.unknown:
            what = "no pack has a rule" if rule is None else "every pack leaves without a number the rule"
            yield f"{what} {rule_id}, by which the house counts; give it a count, its source and two worked dates"
    for rule_id in DATING:
        if rule_id not in protocol.answers:
            yield f"no pack has a rule {rule_id}, which dates a meeting; add it, unknown = true if nobody published it"
    for kind in get_args(MeetingKind):
        if kind not in protocol.seats:
            yield f"no pack gives seats to {kind}; add [seats.{kind}] with its minutes and who must sit"
    for kind, seats in protocol.seats.items():
        for role in sorted({*seats.needed} & {*seats.wanted}):
            yield f"seats.{kind}: {role} is both needed and wanted; take it out of one of the two"


def _quorum_gaps(protocol: Protocol) -> Iterator[str]:
    for rule_id in OF_A_QUORUM if protocol.quorum else ():
        if rule_id not in protocol.answers:
            yield f"a pack gives a quorum, and none a rule {rule_id}; add it, since nobody could be held to it"


def _overlaps(protocol: Protocol) -> Iterator[str]:
    """Two rules that say one thing: whoever changes the one leaves the other standing."""
    for one, other in combinations(protocol.rules.values(), 2):
        if _says(one) == _says(other) and {*one.meetings} & {*other.meetings}:
            ours, theirs = sorted((one, other), key=lambda rule: rule.layer != "local")
            mend = (
                f"call it [rules.{theirs.id}], so that it replaces that one,"
                if (ours.layer, theirs.layer) == ("local", "national")
                else "take one out,"
            )
            yield (
                f"rule {ours.id} ({ours.layer}) says the same of the same meeting as rule {theirs.id}"
                f" ({theirs.layer}: {theirs.title}); {mend} or say in its title what it is for"
            )
    opens, closes = (protocol.rules.get(protocol.answers.get(f"FIP-01-{end}", "")) for end in ("open", "close"))
    if opens and closes and opens.unit == closes.unit and (opens.count or 0) > (closes.count or 0):
        yield "FIP-01-open comes after FIP-01-close, so that no day is left for the review; mend one of the counts"


def _given_twice(packs: list[Pack]) -> Iterator[str]:
    for one, other in combinations(packs, 2):
        if all(one.get(x) == other.get(x) for x in ("layer", "nation")):
            for rule in sorted({*_rules_of(one)} & {*_rules_of(other)}):
                yield (
                    f"{other['file']} gives rule {rule}, and so does {one['file']} of the same layer: "
                    "take one of the two out"
                )


def _rules_of(pack: Pack) -> Iterable[str]:
    """The rules that it gives, also while nobody has read it yet."""
    rules = pack.get("rules")
    return rules if isinstance(rules, dict) else ()


def _says(rule: Rule) -> tuple[str, str, str]:
    return rule.title.casefold(), rule.trigger.casefold(), rule.direction


def _never_read(pack: Pack, under: list[Pack]) -> Iterator[str]:
    """A local rule of a name that nobody knows changes nothing: most often the name is mistyped."""
    known = {rule for lower in under for rule in lower.get("rules", {})} | {*COUNTED_BY, *DATING, *MAY_BE_MISSING}
    unread = {
        rule_id for rule_id, rule in pack.get("rules", {}).items() if not {rule_id, rule.get("stands_for")} & known
    }
    for rule_id in sorted(unread):
        near = get_close_matches(rule_id, known, 1, 0.6)
        meant = f"; did you mean {near[0]}?" if near else ""
        yield f"{pack['file']}, rule {rule_id}: no other pack knows this name, so nothing goes by it{meant}"
