"""Only its chair, or the chair's manager, moves a review, after the core group was consulted (rules RCPC-03)."""

from handlers import events as e
from handlers.working_days import in_words
from tests.handlers.hearing import Hearing, a_conference, day, instant

REVIEW = "review-conference:PLAN-1:1"
OTHER_DAY = "Thu 22 May 2025 10:00"


def with_a_review(*core_group: str) -> Hearing:
    """Its review is booked."""
    h = a_conference().sits(plan=e.Plan(plan="PLAN-1", category="neglect", core_group=core_group or ("w-social",)))
    assert h.meeting(REVIEW).booked
    return h.at("Thu 6 March 2025 10:00")


def moved(h: Hearing, by: str = "w-coordinator", to: str = OTHER_DAY) -> Hearing:
    return h.family(e.BookingAsked(REVIEW, instant(to), by, None, "The father is away."))


def agreed(capacity: e.Capacity, by: str) -> e.AgreementRecorded:
    return e.AgreementRecorded(REVIEW, "moved_review", capacity, by, "The father is away.", day(OTHER_DAY[:-6]))


def owners(h: Hearing) -> set[str]:
    return {d.owner for d in h.open("agree_moved_review")}


def test_a_review_that_a_coordinator_moves_is_moved_and_its_chair_and_core_group_are_asked() -> None:
    h = moved(with_a_review())
    booked = h.meeting(REVIEW).booked
    assert booked and in_words(booked.starts_at) == OTHER_DAY and owners(h) == {"chair", "core_group"}
    duty = h.duty("agree_moved_review", owner="chair")
    assert (duty.to, in_words(duty.due_at)) == (booked.chair, "Fri 7 March 2025 23:59")
    assert (
        "the core group was consulted before it was agreed that the review"
        in h.duty("agree_moved_review", owner="core_group").sentence
    )


def test_the_chair_and_the_chairs_manager_need_nobodys_leave_but_consult_the_core_group() -> None:
    h = with_a_review()
    chair = h.meeting(REVIEW).booked.chair  # type: ignore[union-attr]
    assert chair and owners(moved(h.fork(), chair)) == {"core_group"} == owners(moved(h.fork(), "w-unit"))
    assert not owners(moved(h, chair).family(agreed("core_group", "w-social")))


def test_agreement_may_come_before_the_move_or_after_it() -> None:
    both = (agreed("chair", "w-chair-1"), agreed("core_group", "w-social"))
    assert not owners(moved(with_a_review().family(*both)))
    assert not owners(moved(with_a_review()).family(*both))


def test_the_chair_who_says_that_the_core_group_was_consulted_may_agree_too() -> None:
    both = (agreed("core_group", "w-chair-1"), agreed("chair", "w-chair-1"))
    assert not owners(moved(with_a_review()).family(*both))


def test_agreement_to_an_earlier_move_does_not_serve_the_next() -> None:
    h = moved(with_a_review()).family(agreed("chair", "w-chair-1"), agreed("core_group", "w-social"))
    assert owners(moved(h.at("Fri 7 March 2025 10:00"), to="Fri 23 May 2025 10:00")) == {"chair", "core_group"}


def test_another_hour_of_the_same_day_is_no_move_and_a_first_booking_neither() -> None:
    h = with_a_review()
    hour = in_words(h.meeting(REVIEW).booked.starts_at)[:-5] + "15:00"  # type: ignore[union-attr]
    assert not moved(h, to=hour).duties("agree_moved_review")
    assert not a_conference().books("Thu 20 March 2025 10:00").duties("agree_moved_review")


def test_a_review_called_off_and_booked_to_another_day_was_moved() -> None:
    assert owners(moved(with_a_review().cancels(REVIEW))) == {"chair", "core_group"}


def test_what_was_asked_lapses_once_the_review_sat() -> None:
    h = moved(with_a_review()).sits(meeting=REVIEW)
    assert {d.ended for d in h.duties("agree_moved_review")} == {"lapse"}
