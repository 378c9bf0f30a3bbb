"""quorate protocol: check packs before anybody goes by them, read them, compare them, and say what they cover."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from handlers.protocol import ProtocolFaults, read
from handlers.working_days import local_day
from infra.cli.common import Json, as_json, counted, rules_here, say
from infra.cli.moments import day
from infra.cli.paper import listed
from infra.papers.render import rendered
from infra.papers.words import one_line
from infra.protocols import checking, packs, page
from infra.protocols.checking import Checked
from infra.protocols.coverage import STATES, coverage
from streams.clock import wall

ForArea = Annotated[str | None, typer.Option("--area", help="Whose, where each area has a pack of its own.")]


def check(
    ctx: typer.Context,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILES…]", help="Packs, or folders of them; else those in use.")
    ] = None,
    json: Json = False,
) -> None:
    """Read packs as the house would: a gap, an overlap, a rule without source, a wrong worked date is refused."""
    good, faults = _all_checked(files or [], *rules_here(ctx))
    for sentence in faults:
        if json:
            as_json({"ok": False, "sentence": sentence})
        else:
            typer.echo(one_line(f"NO {sentence}"), err=True)
    for stack in good:
        if json:
            as_json({"ok": True, "version": stack.version, **_numbers(stack), "remarks": stack.remarks})
            continue
        say(f"OK {stack.version}: {_in_words(stack)}")
        for remark in stack.remarks:
            say(remark, 3)
    if faults:
        raise typer.Exit(1)


def _all_checked(files: list[Path], nation: str, overlay: Path | None) -> tuple[list[Checked], list[str]]:
    """What stood the test, and the faults of what did not, each once."""
    chosen = files or ([overlay] if overlay else [])
    found: list[Checked] = []
    faults: dict[str, None] = {}
    try:
        stacks = [*checking.stacks(_opened_out(chosen), nation)]
        if not files:
            stacks += [packs.national(x) for x in packs.nations()]
    except ProtocolFaults as refused:
        return [], [*refused.faults]
    for stack in stacks:
        try:
            found.append(checking.checked(stack))
        except ProtocolFaults as refused:
            faults |= dict.fromkeys(refused.faults)
    return found, [*faults]


def _opened_out(chosen: Iterable[Path]) -> Iterator[Path]:
    """A folder stands for the packs that lie in it."""
    for path in chosen:
        if not path.is_dir():
            yield path
            continue
        inside = sorted(path.glob("*.toml"))
        if not inside:
            raise ProtocolFaults([f"{path}: no pack lies in this folder; name a folder with .toml files, or a file"])
        yield from inside


def _numbers(stack: Checked) -> dict[str, int]:
    return {"rules": stack.rules, "unknown": stack.unknown, "worked_dates": stack.worked}


def _in_words(stack: Checked) -> str:
    unknown = f", {stack.unknown} of them unknown and said to be" if stack.unknown else ""
    return f"{counted(stack.rules, 'rule')}{unknown}; {counted(stack.worked, 'worked date')}, each as counted by hand"


def show(
    ctx: typer.Context,
    on: Annotated[str | None, typer.Option(metavar="DATE", help="As it stands on that day; default: today.")] = None,
    area: ForArea = None,
    json: Json = False,
) -> None:
    """Print the protocol as a page that a committee can read and adopt."""
    moment = day(on) if on else local_day(wall())
    nation, overlay = rules_here(ctx)
    protocols = packs.protocols(nation, overlay)
    stand, early = page.standing(packs.lying(nation, overlay, area), moment)
    said = page.page(read(stand), stand, early, page.title(protocols, area, moment))
    if not json:
        typer.echo(rendered("protocol/page.txt.j2", said), nl=False)
        return
    for part in ("packs", "left_out", "rules", "unknown", "seats", "ladders"):
        for row in said[part]:
            as_json({"part": part, **row})


def covered(json: Json = False) -> None:
    """Every rule that was read about: encoded in a pack, only recorded, or unknown to everybody; and why."""
    table = coverage()
    rows = [{"rule": x, "state": c.state, "where": c.where, "why": c.why} for x, c in sorted(table.items())]
    listed(rows, {"rule": "Rule", "state": "State", "where": "Where", "why": "Why"}, json, "No rule is listed.")
    if not json:
        states: Counter[str] = Counter(c.state for c in table.values())
        say(f"{counted(len(table), 'rule')}: {', '.join(f'{states[x]} {x}' for x in STATES)}")
