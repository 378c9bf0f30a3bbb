"""What a section 47 enquiry comes to, and who disputes it: a conference stays due until it is settled that none is
needed (rules S47-01, ICPC-01, ICPC-07, ESC-01)."""

import pytest

from handlers import events as e
from handlers.events import Impossible
from handlers.working_days import in_words
from tests.handlers.hearing import CONFERENCE, Hearing, a_conference, day


def concluded(required: bool, discussion: str = "SD-1", on: str = "Mon 3 March 2025") -> e.Section47Concluded:
    return e.Section47Concluded(discussion, "substantiated_not_at_risk", required, day(on), "w-unit")


DISPUTED = e.ConferenceDisputed("DP-1", "SD-1", "w-health", "The aunt drinks too.")


def resolved(conference: bool) -> e.DisputeResolved:
    return e.DisputeResolved("DP-1", conference, "w-head", "We talked.")


def test_an_outcome_that_requires_no_conference_ends_it_and_says_who_concluded_so() -> None:
    h = a_conference().family(concluded(required=False))
    assert h.meeting().no_longer_due and not h.diary.seats
    assert h.meeting().ended_since == "w-unit concluded on Mon 3 March 2025 that no conference is required"
    assert h.duty("hold_meeting").ended == "lapse"


def test_an_outcome_that_requires_one_changes_nothing() -> None:
    h = a_conference().family(concluded(required=True))
    assert h.meeting().open and h.meeting().booked and in_words(h.meeting().due.due_on) == "Mon 24 March 2025"


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (0, 2, 1)])
def test_an_outcome_may_come_in_before_what_it_is_about(order: tuple[int, int, int]) -> None:
    begun = e.StrategyDiscussionHeld("SD-1", day("Mon 3 March 2025"), True)
    bodies = (begun, concluded(required=True), e.ConferenceAskedFor("SD-1", "w-social"))
    h = Hearing().household().family(*(bodies[i] for i in order))
    assert h.meeting().open and not h.parked


def test_a_conference_that_was_held_is_not_undone_by_an_outcome() -> None:
    assert a_conference().sits().family(concluded(required=False)).meeting().held


def test_the_later_recorded_outcome_stands() -> None:
    h = a_conference().family(concluded(required=False)).at("Tue 4 March 2025 10:00").family(concluded(required=True))
    assert h.meeting().open and h.open("hold_meeting")


def test_an_outcome_recorded_in_error_leaves_the_conference_due() -> None:
    h = a_conference().family(concluded(required=False)).in_error(e.Section47Concluded)
    assert h.meeting().open and h.open("hold_meeting")


def test_the_outcome_of_a_later_discussion_is_that_of_the_same_enquiry() -> None:
    h = a_conference().books("Wed 19 March 2025 10:00").at("Mon 10 March 2025 10:00")
    h.family(e.StrategyDiscussionHeld("SD-2", day("Mon 10 March 2025"), True))
    h.family(concluded(required=False, discussion="SD-2", on="Mon 10 March 2025"))
    assert h.meeting().no_longer_due


def test_the_outcome_of_another_enquiry_is_not_this_ones() -> None:
    h = a_conference().sits().at("Mon 10 March 2025 10:00")
    second = e.StrategyDiscussionHeld("SD-2", day("Mon 10 March 2025"), True)
    h.family(second, e.ConferenceAskedFor("SD-2", "w-social"), concluded(required=False))
    assert h.meeting("initial-conference:SD-2").open


def test_a_conference_asked_for_after_the_outcome_is_due() -> None:
    h = a_conference().family(concluded(required=False)).at("Tue 4 March 2025 10:00")
    assert h.meeting().no_longer_due
    assert h.family(e.ConferenceAskedFor("SD-1", "w-health")).meeting().open


def test_an_outcome_to_come_is_refused() -> None:
    with pytest.raises(Impossible, match="had not come"):
        a_conference().family(concluded(required=True, on="Tue 4 March 2025"))


# --- disputes


def test_while_agencies_differ_the_conference_stays_due_from_its_first_day() -> None:
    h = a_conference().family(concluded(required=False)).at("Tue 4 March 2025 10:00").family(DISPUTED)
    assert h.meeting().open and in_words(h.meeting().due.due_on) == "Mon 24 March 2025"


def test_the_managers_owe_a_settlement_within_a_working_week_and_say_who_disputes() -> None:
    duty = a_conference().family(DISPUTED).duty("resolve_dispute")
    assert (duty.owner, in_words(duty.due_at)) == ("conference_unit_manager", "Mon 10 March 2025 23:59")
    assert duty.sentence.startswith("Resolve the dispute DP-1 of w-health, whether to confer after SD-1.")


def test_a_dispute_that_nobody_settles_goes_to_the_head_of_service_and_the_board() -> None:
    h = a_conference().family(DISPUTED).at("Mon 31 March 2025 12:00")
    assert h.duty("resolve_dispute").rung == 2


def test_a_dispute_settled_for_no_conference_ends_it() -> None:
    h = a_conference().family(DISPUTED, resolved(conference=False))
    assert h.duty("resolve_dispute").ended == "evidence"
    assert h.meeting().ended_since == "w-head resolved the dispute DP-1: no conference"


def test_a_dispute_settled_for_a_conference_outweighs_the_outcome() -> None:
    h = a_conference().family(concluded(required=False), DISPUTED, resolved(conference=True))
    assert h.meeting().open and h.meeting().booked is None and h.open("hold_meeting")


def test_a_settlement_of_a_dispute_that_is_not_known_yet_waits_for_it() -> None:
    h = a_conference().family(resolved(conference=False))
    assert h.meeting().open and [p[1] for p in h.parked] == ["dispute:DP-1"]
    assert h.family(DISPUTED).meeting().no_longer_due


def test_a_discussion_without_section_47_has_no_conference_to_dispute() -> None:
    h = Hearing().household().family(e.StrategyDiscussionHeld("SD-1", day("Mon 3 March 2025"), False))
    assert not h.family(e.ConferenceAskedFor("SD-1", "w-social"), DISPUTED).file.meetings and CONFERENCE
    assert h.open("resolve_dispute")
