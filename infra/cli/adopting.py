"""quorate protocol diff: what another pack would change, and which open duties it would touch, before it is adopted.

Nothing is reckoned by rules of its own: each family is decided anew by either protocol, and the duties are compared.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from msgspec import Struct

from handlers.case_file import CaseFile
from handlers.decide import Decision, decide
from handlers.events import Event, TimeCame
from handlers.facts import Duty, MeetingFellDue
from handlers.partnership import Directory
from handlers.protocol import Protocol, RuleUnknown, read
from handlers.working_days import HolidaysUnknown, in_words
from infra.cli.common import Fault, Json, as_json, counted, rules_here, say, settings_of, worked
from infra.cli.moments import iso, words
from infra.cli.protocol import ForArea
from infra.cli.stores import area_of, case_files, directory_of, present
from infra.protocols import packs
from infra.protocols.difference import changes
from infra.wiring import House

SHOWN = 3


class Touched(Struct, frozen=True):
    """One open duty that would stand otherwise."""

    family: str
    duty: str
    kind: str
    rule: str
    how: Literal["moves", "opens", "lapses"]
    before: datetime | None
    after: datetime | None


def diff(
    ctx: typer.Context,
    first: Annotated[Path, typer.Argument(metavar="A", help="A local pack: the old one, or the only one.")],
    second: Annotated[
        Path | None, typer.Argument(metavar="[B]", help="The new one; without it, A is held against what stands.")
    ] = None,
    area: ForArea = None,
    json: Json = False,
) -> None:
    """Say which rules change from pack A to pack B, and which open duties on file B would touch."""
    nation, overlay = rules_here(ctx)
    if overlay and overlay.is_dir() and not second and not area:
        raise Fault(f"{overlay} has a pack for each area, so say with --area against whose {first} is to be held")
    new = second or first
    before = _read(first, nation) if second else read(packs.lying(nation, overlay, area))
    after = _read(new, nation)
    found = list(changes(before, after))
    for change in found:
        if json:
            as_json({"part": "change", "what": change.what, "how": change.how, "sentence": change.sentence})
        else:
            say(change.sentence)
    if not found and not json:
        say(f"Nothing changes: {after.version} says what {before.version} says.")
    touched_ones = _on_file(ctx, area, before, after)
    if touched_ones is not None and not json:
        _print_from_when(new.name, after)
    _print_touched(touched_ones, json)


def _read(file: Path, nation: str) -> Protocol:
    """A local pack over the packs of the nation that it names."""
    pack = {"nation": nation, **packs.opened(file)}
    return read([*packs.national(str(pack["nation"])), pack])


def _on_file(ctx: typer.Context, area: str | None, before: Protocol, after: Protocol) -> list[Touched] | None:
    """None where there is no home yet, so that no duty is on file."""
    try:
        settings_of(ctx)
    except Fault:
        return None

    async def act(house: House) -> list[Touched]:
        where = await area_of(house, area)
        now, directory = await present(house), await directory_of(house, where)
        found: list[Touched] = []
        for file in await case_files(house, where):
            found += touched(file, before, after, directory, now)
            await asyncio.sleep(0)  # a large area takes a while: let Ctrl-C in
        return found

    return worked(ctx, act)


def touched(
    file: CaseFile, before: Protocol, after: Protocol, directory: Directory, now: datetime
) -> Iterator[Touched]:
    """The duties that the next decision about this family would leave otherwise by the other protocol."""
    try:
        by_old, by_new = (_decided(file, protocol, directory, now) for protocol in (before, after))
    except (HolidaysUnknown, RuleUnknown) as error:
        raise Fault(f"{file.family} cannot be decided by {after.version}: {error}") from None
    rules = _rules(by_old) | _rules(by_new)
    old, new = _open(by_old), _open(by_new)
    for id_ in sorted(old.keys() | new.keys()):
        one, other = old.get(id_), new.get(id_)
        due = tuple(d.due_at if d else None for d in (one, other))
        duty = other or one
        if duty and due[0] != due[1]:
            how: Literal["moves", "opens", "lapses"] = "moves" if one and other else "opens" if other else "lapses"
            rule = duty.rule or rules.get(duty.meeting or "", "")
            yield Touched(file.family, id_, duty.kind, rule, how, *due)


def _decided(file: CaseFile, protocol: Protocol, directory: Directory, now: datetime) -> Decision:
    """What the house would decide if it looked at this family now; nothing is written down."""
    look = Event("protocol diff", "protocol diff", file.stream, now, now, TimeCame())
    return decide(look, file, protocol, directory, now)


def _open(decision: Decision) -> dict[str, Duty]:
    assert isinstance(decision.file, CaseFile)
    return {id_: duty for id_, duty in decision.file.duties.items() if duty.ended is None}


def _rules(decision: Decision) -> dict[str, str]:
    """Which rule dates which meeting, as far as this decision said so."""
    return {x.body.meeting: x.rule for x in decision.facts if isinstance(x.body, MeetingFellDue)}


def _print_from_when(pack: str, after: Protocol) -> None:
    say(f"Until {pack} is adopted (QUORATE_OVERLAY names it), nothing moves.")
    if after.earlier:
        since = in_words(after.earlier[0])
        say(f"It is in force from {since}: what was triggered before that day keeps the date it has.")


def _print_touched(found: list[Touched] | None, json: bool) -> None:
    if json:
        for duty in found or ():
            as_json({"part": "duty", **_row(duty)})
        return
    if found is None:
        say("No home is here, so no duty is on file: name one with --home to see which open duties are touched.")
        return
    if not found:
        say("Once it is, no open duty on file would be touched.")
        return
    kinds = Counter((x.kind, x.how, x.rule) for x in found)
    say(f"Once it is, {counted(len(found), 'open duty', 'open duties')} on file would be touched:")
    for (kind, how, rule), n in sorted(kinds.items()):
        say(f"{n} {kind} {how}{f', by rule {rule}' if rule else ''}", 2)
        for line in _some(x for x in found if (x.kind, x.how, x.rule) == (kind, how, rule)):
            say(line, 6)


def _some(duties: Iterable[Touched]) -> Iterator[str]:
    """A few, with both dates."""
    for duty in sorted(duties, key=lambda x: (x.family, x.duty))[:SHOWN]:
        yield f"{duty.family} {duty.duty}: due {words(duty.before) or 'never'}, then {words(duty.after) or 'never'}"


def _row(duty: Touched) -> dict[str, Any]:
    named = {name: getattr(duty, name) for name in ("family", "duty", "kind", "rule", "how")}
    return named | {"due_before": iso(duty.before), "due_after": iso(duty.after)}
