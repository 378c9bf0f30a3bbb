"""The command that answers: what was each person sent about each meeting, and did it get there?"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from infra.cli.common import Area, Json, worked
from infra.cli.family import View
from infra.cli.moments import iso, words
from infra.cli.paper import listed
from infra.cli.posted import Posting, postings
from infra.cli.stores import Folder, folder_of, must_know
from infra.db import reading
from infra.db.engine import transaction
from infra.db.folding import as_fact
from infra.wiring import House

COLUMNS = {
    "name": "To",
    "about": "About",
    "what": "What",
    "at": "When",
    "fate": "Fate",
}
WIDTH, WIDTHS = 120, {"at": 26}
CAPTION = (
    "Queued: it still waits here. Delayed: a mail server could not take it when tried. Handed over: a mail server"
    " took it, which is not knowing. Refused, bounced: it reached nobody. Unknown: the relay's answer was lost."
)


def sent(
    ctx: typer.Context,
    family: Annotated[str, typer.Argument(help="The family's id.")],
    person: Annotated[str | None, typer.Option(help="Only this worker or family member.")] = None,
    area: Area = None,
    json: Json = False,
) -> None:
    """What each person was sent about each meeting and duty, when, and what became of it."""

    async def act(house: House) -> list[View]:
        folder = await folder_of(house, family, area)
        stream = str(folder.file.stream)
        async with transaction(house.engine) as connection:
            rows: Any = await reading.ledger_of(connection, stream)
        found = await postings(house, stream, [as_fact(r) for r in rows])
        if person:
            known = {*folder.file.members, *folder.file.professionals, *(p.person for p in found)}
            must_know(person, known, f"{person} is not known to {family}, and was sent nothing")
        theirs = [p for p in found if person in (None, p.person)]
        theirs.sort(key=lambda p: (p.person, p.meeting or p.duty, p.at))
        return [_row(folder, p) for p in theirs]

    listed(worked(ctx, act), COLUMNS, json, "Nothing was sent.", CAPTION, width=WIDTH, widths=WIDTHS)


def _row(folder: Folder, p: Posting) -> View:
    name = folder.name(p.person)
    return {
        "family": folder.file.family,
        "person": p.person,
        "name": name,
        "_name": f"{name} ({p.person})" if name != p.person else name,
        "meeting": p.meeting or None,
        "duty": p.duty or None,
        "_about": " ".join(filter(None, (p.meeting, p.duty))),
        "what": p.what,
        "at": iso(p.at),
        "_at": words(p.at),
        "fate": p.fate,
        "_fate": f"{_course(p)}; the paper {_paper(p.paper)}" if p.paper else _course(p),
        "fate_at": iso(p.fate_at),
        "before": [{"fate": fate, "at": iso(at)} for fate, at in p.before],
        "paper": p.paper or None,
        "message": p.message,
    }


def _course(p: Posting) -> str:
    """Its fates in turn; that it was queued at first goes without saying."""
    return ", then ".join([*(fate for fate, _ in p.before if fate != "queued"), p.fate])


def _paper(paper: str) -> str:
    return f"is {paper}" if paper.startswith("to be") else f"was {paper}"
