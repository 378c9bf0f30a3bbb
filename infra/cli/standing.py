"""The area's standing meetings: when each meets next, who sits there, what is always on its agenda, what it lacks."""

from __future__ import annotations

from datetime import date
from typing import Any

import typer

from handlers.partnership import Directory
from handlers.people import Text
from handlers.standing_meetings import NAMES, StandingMeeting, lacks
from handlers.working_days import in_words, local_day
from infra.cli.common import Area, Json, worked
from infra.cli.paper import listed
from infra.cli.stores import areas_meant, directory_of, present
from infra.wiring import House

COLUMNS = {
    "area": "Area",
    "meeting": "Meeting",
    "title": "What",
    "next_on": "Next on",
    "late": "Late",
    "last_held_on": "Last met",
    "members": "Members",
    "items": "Standing items",
    "lacks": "Lacks",
}
CAPTION = "Lacks: what the Joint Guidance (2009, T7, F6) wants of such a meeting. Late: its day has passed, unrecorded."

NONE = (
    "No standing meeting is recorded: add one with quorate publish FILE, an event like"
    " streams/schemas/standing-meeting-recorded.v1.sample.json with AREA/partnership/AREA for its subject."
)


def standing(ctx: typer.Context, area: Area = None, json: Json = False) -> None:
    """Boards, groups and forums of the area: when each meets next, with whom, and its standing items."""

    async def act(house: House) -> list[dict[str, Any]]:
        directories = [await directory_of(house, where) for where in await areas_meant(house, area)]
        today = local_day(await present(house))
        rows = [_row(m, d, today, house) for d in directories for m in d.standing.values() if not _ended(m, today)]
        return sorted(rows, key=lambda row: (row["next_on"], row["area"], row["meeting"]))

    listed(worked(ctx, act), COLUMNS, json, NONE, CAPTION)


def _ended(meeting: StandingMeeting, today: date) -> bool:
    ended_on = meeting.recorded.ended_on
    return ended_on is not None and ended_on <= today


def _row(meeting: StandingMeeting, directory: Directory, today: date, house: House) -> dict[str, Any]:
    body, last = meeting.recorded, meeting.held.held_on if meeting.held else None
    missing = list(lacks(meeting, directory.agency_kinds))
    return {
        "area": directory.stream.area,
        "meeting": body.meeting,
        "kind": body.kind,
        "title": f"{body.name} ({NAMES[body.kind]})",
        "every_months": body.every_months,
        "next_on": meeting.next_on.isoformat(),
        "_next_on": in_words(meeting.next_on),
        "late": meeting.next_on < today,
        "last_held_on": last.isoformat() if last else None,
        "_last_held_on": in_words(last) if last else "",
        "members": list(body.members),
        "_members": ", ".join(_name(m, directory, house) for m in body.members),
        "items": list(body.items),
        "_items": ", ".join(body.items),
        "lacks": missing,
        "_lacks": "; ".join(missing),
    }


def _name(member: str, directory: Directory, house: House) -> str:
    """An agency's or a worker's name; the id of somebody whom the directory does not know."""
    agency, worker = directory.agencies.get(member), directory.workers.get(member)
    name: Text = agency.name if agency else worker.name if worker else member
    return house.keyring.open_up(name)
