"""Meetings of an area that stand: boards, groups and forums that meet in a rhythm about no one family, and what the
Joint Guidance (2009) wants of them: treatment on the board's table, families on the commissioners' (T7, F6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from handlers import events as e
from handlers.working_days import add_months

NAMES: dict[e.StandingKind, str] = {
    "safeguarding_board": "safeguarding board",
    "commissioning_group": "commissioning group",
    "steering_group": "steering group",
    "carers_forum": "carers' forum",
}
# Always on the agenda, and the kinds of agency of which somebody sits there.
ITEMS: dict[e.StandingKind, tuple[str, ...]] = {
    "safeguarding_board": ("substance misuse treatment",),
    "commissioning_group": ("families",),
}
SEATS: dict[e.StandingKind, tuple[str, ...]] = {
    "safeguarding_board": ("treatment",),
    "commissioning_group": ("social_care", "fip"),
}


class StandingMeeting(Struct, frozen=True, kw_only=True):
    """next_on: the day on which it should meet next; held: how it met last, if it has."""

    recorded: e.StandingMeetingRecorded
    next_on: date
    held: e.StandingMeetingHeld | None = None


def recorded(before: StandingMeeting | None, body: e.StandingMeetingRecorded) -> StandingMeeting:
    """Recorded again it keeps when it met last."""
    return StandingMeeting(recorded=body, next_on=body.next_on, held=before.held if before else None)


def held(before: StandingMeeting, body: e.StandingMeetingHeld) -> StandingMeeting:
    """The next one: the day that was agreed, else so many months later. An older one recorded late changes nothing."""
    if before.held and before.held.held_on > body.held_on:
        return before
    next_on = body.next_on or add_months(body.held_on, before.recorded.every_months)
    return replace(before, held=body, next_on=next_on)


def lacks(meeting: StandingMeeting, kinds: Mapping[str, str]) -> Iterator[str]:
    """What the Joint Guidance wants and this meeting has not. kinds: of agency, by each agency's and worker's id."""
    kind, items = meeting.recorded.kind, {x.casefold() for x in meeting.recorded.items}
    yield from (f"no item {x}" for x in ITEMS.get(kind, ()) if x not in items)
    wanted = SEATS.get(kind, ())
    if wanted and not any(kinds.get(m) in wanted for m in meeting.recorded.members):
        yield f"nobody of {' or '.join(wanted).replace('_', ' ')}"
