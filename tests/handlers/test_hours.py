"""Meetings sit in hours that suit the family where these can be had in time (rules ATT-02)."""

from datetime import time

from handlers import events as e
from handlers.working_days import LONDON
from tests.handlers.hearing import CONFERENCE, Hearing, busy

THURSDAYS = e.Hours(day="Thursday", starts=time(13), ends=time(16))


def suited(*hours: e.Hours) -> Hearing:
    return Hearing().household().worked_with().family(e.HoursSuit(hours, "w-social"))


def booked(h: Hearing, meeting: str = CONFERENCE) -> str:
    found = h.meeting(meeting).booked
    assert found
    return f"{found.starts_at.astimezone(LONDON):%a %d %b %H:%M}"


def test_without_any_hours_the_first_time_is_taken() -> None:
    assert (
        booked(suited().conference()) == booked(Hearing().household().worked_with().conference()) == "Wed 05 Mar 09:00"
    )


def test_the_first_time_that_suits_the_family_is_taken() -> None:
    assert booked(suited(THURSDAYS).conference()) == "Thu 06 Mar 13:00"


def test_the_familys_hours_come_before_whoever_is_wanted_and_not_before_whoever_is_needed() -> None:
    without_health = suited(THURSDAYS).told("diary", busy("w-health", "Thu 6 March 2025", "Fri 21 March 2025"))
    assert booked(without_health.conference()) == "Thu 06 Mar 13:00"
    assert without_health.meeting().booked.missing == ("w-health",)  # type: ignore[union-attr]
    needed = suited(THURSDAYS).told("diary", busy("w-social", "Thu 6 March 2025", "Thu 6 March 2025"))
    assert booked(needed.conference()) == "Thu 13 Mar 13:00"


def test_the_clock_comes_before_the_familys_hours() -> None:
    days = [f"Thu {d} March 2025" for d in (6, 13, 20)]
    h = suited(THURSDAYS).told("diary", *(busy("w-social", d, d) for d in days))
    assert booked(h.conference()) == "Wed 05 Mar 09:00"


def test_a_meeting_must_end_within_them_and_the_latest_word_stands() -> None:
    short = e.Hours(day="Wednesday", starts=time(9), ends=time(10, 30))
    assert booked(suited(short).conference()) == "Wed 05 Mar 09:00"  # nothing so long fits: the clock decides
    h = suited(THURSDAYS).at("Mon 3 March 2025 11:00").family(e.HoursSuit((), "w-social"))
    assert booked(h.conference()) == "Wed 05 Mar 09:00"
    assert booked(suited(THURSDAYS).in_error(e.HoursSuit).conference()) == "Wed 05 Mar 09:00"


def test_proposals_say_which_of_them_do_not_suit() -> None:
    once = e.Hours(day="Thursday", starts=time(14), ends=time(16))
    h = suited(once).conference().family(e.SlotsAsked(CONFERENCE, "w-coordinator"))
    offered = h.meeting().offered
    assert offered and [s.suits for s in offered.slots] == [True, True, True, False, False]
