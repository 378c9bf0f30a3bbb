"""Standing meetings of an area: who sits there, when the next one is, and what the Joint Guidance wants of them."""

from datetime import date
from typing import Any

import pytest

from handlers import events as e
from handlers.standing_meetings import StandingMeeting, lacks
from tests.handlers.hearing import Hearing, day

MARCH = day("Thu 20 March 2025")
ITEMS = ("Substance misuse treatment", "training")


def board(**changes: Any) -> e.StandingMeetingRecorded:
    told: dict[str, Any] = {
        "meeting": "SB-1",
        "kind": "safeguarding_board",
        "name": "Safeguarding Board",
        "next_on": MARCH,
        "every_months": 3,
        "by": "w-head",
        "members": ("council", "clearway"),
        "items": ITEMS,
    }
    return e.StandingMeetingRecorded(**(told | changes))


def met(on: date, next_on: date | None = None) -> e.StandingMeetingHeld:
    return e.StandingMeetingHeld("SB-1", on, "w-head", next_on=next_on)


def known(h: Hearing) -> StandingMeeting:
    return h.directory.standing["SB-1"]


def in_june(*bodies: e.Body) -> Hearing:
    return Hearing("Mon 30 June 2025 09:00").told("partnership", *bodies)


def test_a_standing_meeting_is_next_on_the_day_recorded_and_then_in_its_rhythm() -> None:
    h = in_june(board())
    assert known(h).next_on == MARCH
    assert known(h.told("partnership", met(MARCH))).next_on == day("Fri 20 June 2025")


def test_the_day_that_was_agreed_outranks_the_rhythm() -> None:
    agreed = day("Thu 3 July 2025")
    assert known(in_june(board(), met(MARCH, agreed))).next_on == agreed


def test_an_older_meeting_recorded_late_changes_nothing() -> None:
    h = in_june(board(), met(day("Fri 20 June 2025")), met(MARCH))
    assert known(h).next_on == day("Sat 20 September 2025")


def test_recorded_again_it_has_new_members_and_keeps_when_it_last_met() -> None:
    h = in_june(board(), met(MARCH), board(members=("health",), next_on=day("Tue 1 July 2025")))
    held = known(h).held
    assert held and held.held_on == MARCH and known(h).recorded.members == ("health",)
    assert known(h).next_on == day("Tue 1 July 2025")


def test_what_was_held_waits_until_the_meeting_is_known() -> None:
    h = in_june(met(MARCH))
    assert h.parked and not h.told("partnership", board()).parked
    assert known(h).held


def test_a_next_day_that_is_not_after_this_one_is_refused() -> None:
    with pytest.raises(e.Impossible, match="mend next_on"):
        in_june(board(), met(MARCH, MARCH))


def test_a_meeting_that_is_to_come_cannot_have_been_held() -> None:
    with pytest.raises(e.Impossible, match="had not come"):
        in_june(board(), met(day("Tue 1 July 2025")))


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({}, []),
        ({"members": ("council", "w-key")}, []),
        ({"members": ("council", "w-social")}, ["nobody of treatment"]),
        ({"items": ("training",)}, ["no item substance misuse treatment"]),
        ({"kind": "commissioning_group"}, ["no item families"]),
        ({"kind": "commissioning_group", "members": ("w-key",)}, ["no item families", "nobody of social care or fip"]),
        ({"kind": "carers_forum", "members": (), "items": ()}, []),
        ({"kind": "steering_group", "members": (), "items": ()}, []),
    ],
)
def test_the_board_hears_of_treatment_and_the_commissioners_of_families(
    changes: dict[str, Any], missing: list[str]
) -> None:
    h = in_june(board(**changes))
    assert list(lacks(known(h), h.directory.agency_kinds)) == missing
