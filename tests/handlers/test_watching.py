"""A directory that changes reaches the families that reckon with it at once, and no others."""

import pytest

from handlers import events as e
from handlers.effects import SendLetter
from tests.handlers.hearing import (
    AREA,
    FATHER,
    MOTHER,
    Hearing,
    a_conference,
    a_worker,
    clearway,
    day,
)


def woken(h: Hearing) -> list[str]:
    """The families that the directory told, in order."""
    return [x.stream.id for x in h.tellings if isinstance(x.body, e.DirectoryChanged)]


def watchers(h: Hearing) -> dict[str, tuple[str, ...]]:
    return {service: families for service, families in h.directory.watchers.items() if families}


def test_a_family_watches_the_service_of_each_episode_or_care_plan_meeting_and_any_where_only_a_factor_is_known() -> (
    None
):
    assert watchers(a_conference()) == {}
    assert watchers(a_conference().episode()) == {"clearway": ("F-1",)}
    assert watchers(a_conference().factor("1B", person="mother")) == {"any": ("F-1",)}
    assert watchers(a_conference().family(e.AdviceAsked("A-1", "w-social"))) == {"any": ("F-1",)}
    meeting = e.MeetingAskedFor("R-1", "care_plan_meeting", day("Mon 24 March 2025"), "w-social", "mother", "beacon")
    assert watchers(a_conference().family(meeting)) == {"beacon": ("F-1",)}
    two = a_conference(MOTHER, FATHER).episode().episode("father", "beacon", "w-beacon-key")
    assert watchers(two) == {"clearway": ("F-1",), "beacon": ("F-1",)}


@pytest.mark.parametrize("referrer", ["w-social", "a-neighbour"])  # without an address; whom the directory knows not
def test_whoever_referred_and_cannot_be_written_to_is_watched_until_the_outcome_has_gone(referrer: str) -> None:
    h = Hearing().unreachable("w-social", agency="council").household()
    h.post = "accepted"
    h.family(e.ReferralMade("R-1", referrer, "written"))
    assert watchers(h) == {}
    h.family(e.ReferralDecided("R-1", "assessment", day("Mon 3 March 2025"), "w-chair"))
    assert watchers(h) == {referrer: ("F-1",)}
    h.at("Mon 3 March 2025 11:00").told("partnership", a_worker("w-head", "council"))
    assert not h.sent(SendLetter)
    h.told("partnership", a_worker(referrer, "council"))
    assert len(h.sent(SendLetter, referrer)) == 1 and h.duty("feed_back_outcome").ended == "evidence"
    assert watchers(h) == {}
    h.unreachable(referrer, agency="council").family(e.TimeCame())
    assert watchers(h) == {}


def test_a_referrer_whose_mail_came_back_is_watched() -> None:
    h = Hearing().household().family(e.ReferralMade("R-1", "w-social", "written"))
    h.family(e.ReferralDecided("R-1", "assessment", day("Mon 3 March 2025"), "w-chair"))
    assert watchers(h) == {}
    (letter,) = h.sent(SendLetter)
    h.posted("refused", letter.message, "w-social", "letter")
    assert watchers(h) == {"w-social": ("F-1",)}


def test_a_family_that_reckons_with_a_service_no_more_is_told_nothing_more() -> None:
    h = a_conference().episode().in_error(e.EpisodeOpened)
    assert watchers(h) == {}
    before = len(woken(h))
    h.unreachable("w-key")
    assert len(woken(h)) == before


@pytest.mark.parametrize(
    "change",
    [
        a_worker("w-key", "clearway", address=False),
        a_worker("w-spoc", "health"),  # who stands for Clearway wherever they work
        a_worker("w-new", "clearway"),
        clearway(deputy=None),
        e.LeaveRecorded("L-1", "w-spoc", *(day("Mon 3 March 2025"),) * 2),
    ],
    ids=["address", "post", "colleague", "agency", "leave"],
)
def test_whatever_changes_at_the_service_wakes_the_family_once(change: e.Body) -> None:
    h = a_conference().episode()
    before = len(woken(h))
    h.told("partnership", change)
    assert woken(h)[before:] == ["F-1"]


def test_a_change_elsewhere_wakes_nobody() -> None:
    h = a_conference().episode()
    before = len(woken(h))
    h.unreachable("w-beacon", agency="beacon").unreachable("w-social", agency="council")
    assert len(woken(h)) == before


def test_a_family_with_a_factor_hears_of_every_service_and_of_nobody_else() -> None:
    h = a_conference().factor("1B", person="mother")
    before = len(woken(h))
    h.unreachable("w-beacon", agency="beacon").unreachable("w-key").unreachable("w-social", agency="council")
    assert woken(h)[before:] == ["F-1", "F-1"]


def test_a_service_that_begins_to_treat_reaches_families_with_a_factor_at_once() -> None:
    h = a_conference().factor("1B", person="mother")
    h.told("partnership", a_worker("w-haven", "haven"), e.AgencyRecorded("haven", "Haven", "treatment", "w-haven"))
    assert h.open("tell_treatment", service="haven", to="w-haven")


def test_a_service_that_treats_no_more_leaves_the_family_at_once() -> None:
    h = a_conference().factor("1B", person="mother")
    h.told("partnership", e.AgencyRecorded("beacon", "Beacon", "other", "w-beacon"))
    assert [d.service for d in h.open("tell_treatment")] == ["clearway"]


def test_an_address_lost_moves_the_duty_at_once_and_one_found_gives_it_back() -> None:
    h = a_conference().episode().unreachable("w-key")
    assert h.duty("tell_treatment").to == "w-spoc"
    assert h.told("partnership", a_worker("w-key", "clearway")).duty("tell_treatment").to == "w-key"


def test_an_address_at_last_sends_the_invitation_at_once() -> None:
    h = Hearing().unreachable("w-key", "w-spoc", "w-deputy").household().worked_with().conference().episode()
    assert h.mailed("w-key") == 0
    assert h.told("partnership", a_worker("w-key", "clearway")).mailed("w-key") == 2  # and the letter about the report


def test_whatever_changed_while_the_family_was_asking_is_told_at_once() -> None:
    h = a_conference().episode()
    assert woken(h) == ["F-1"]


def test_two_families_with_one_adult_are_both_woken() -> None:
    h = a_conference().episode().told("family/F-2", e.HouseholdRecorded((MOTHER,)))
    before = len(woken(h))
    h.unreachable("w-key")
    assert sorted(woken(h)[before:]) == ["F-1", "F-2"]
    assert h.directory.watchers["clearway"] == ("F-1", "F-2")


def test_the_directory_itself_is_never_woken_by_time() -> None:
    h = a_conference().episode()
    assert AREA.sibling("partnership") not in h.wakes
