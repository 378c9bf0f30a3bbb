"""A family moves out of the area, or in: the other area is told, and who answers for it is never in doubt (TRF-01,
TRF-02)."""

import pytest

from handlers import events as e
from handlers import facts as f
from handlers.effects import SendInvitation
from handlers.working_days import in_words
from tests.handlers.hearing import CONFERENCE, REVIEW, Hearing, a_conference, a_project, day

PLAN = e.Plan(plan="P-1", category="neglect", core_group=("w-social",))
CORE_GROUP = "core-group:P-1:1"
TAKEN_OVER = e.ReceivingConferenceHeld("MV-1", day("Fri 21 March 2025"), "w-coordinator")


def left(on: str = "Mon 3 March 2025", temporary: bool = False) -> e.FamilyMovedOut:
    return e.FamilyMovedOut("MV-1", "Northmoor", day(on), "w-social", temporary)


def gone() -> Hearing:
    """A plan stands when the family leaves on Friday 7 March."""
    return a_conference().sits(plan=PLAN).at("Fri 7 March 2025 12:00").family(left("Fri 7 March 2025"))


def test_the_coordinator_owes_the_receiving_area_word_by_the_next_working_day() -> None:
    duty = gone().duty("notify_area")
    assert (duty.owner, in_words(duty.due_at)) == ("coordinator", "Mon 10 March 2025 23:59")
    assert duty.sentence.startswith("Tell Northmoor that the family moved there on Fri 7 March 2025. Send with it why")


def test_the_duty_ends_when_it_is_on_record_that_they_were_told() -> None:
    h = gone().at("Mon 10 March 2025 09:00")
    h.family(e.AreaNotified("MV-1", day("Mon 10 March 2025"), "w-coordinator"))
    assert h.duty("notify_area").ended == "evidence"


def test_nobody_told_climbs_our_ladder() -> None:
    h = gone().at("Thu 13 March 2025 12:00")
    assert h.duty("notify_area").rung >= 1


def test_we_answer_for_a_plan_until_the_receiving_area_has_conferred() -> None:
    h = gone()
    assert h.meeting(CORE_GROUP).open and h.meeting("review-conference:P-1:1").open
    h.at("Fri 21 March 2025 15:00").family(TAKEN_OVER)
    assert h.meeting("review-conference:P-1:1").no_longer_due
    why = "Northmoor held its conference on Fri 21 March 2025 and answers for the family since"
    assert h.meeting("review-conference:P-1:1").ended_since == why


def test_the_duties_of_meetings_that_ended_so_say_why() -> None:
    h = gone().at("Fri 21 March 2025 15:00").family(TAKEN_OVER)
    reasons = {x.because for d in h.decisions for x in d.facts if isinstance(x.body, f.DutyEnded)}
    assert "Northmoor held its conference on Fri 21 March 2025 and answers for the family since" in reasons


def test_a_project_review_ends_with_the_move() -> None:
    h = a_project().family(left())
    assert h.meeting(REVIEW).ended_since == "the family moved to Northmoor on Mon 3 March 2025" and not h.diary.seats


def test_a_stay_for_a_while_ends_nothing_and_is_told_all_the_same() -> None:
    h = a_project().family(left(temporary=True))
    assert h.meeting(REVIEW).open and "They stay for a while" in h.duty("notify_area").sentence


def test_a_stay_that_proves_to_be_for_good_ends_what_the_move_ends() -> None:
    h = a_project().family(left(temporary=True)).at("Tue 4 March 2025 10:00").family(left())
    assert h.meeting(REVIEW).no_longer_due and len(h.duties("notify_area")) == 1


def test_a_move_recorded_in_error_brings_the_meetings_back() -> None:
    h = a_project().family(left()).in_error(e.FamilyMovedOut)
    assert h.meeting(REVIEW).open and h.duty("notify_area").ended == "lapse"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_word_of_a_move_that_is_not_known_yet_waits_for_it(order: tuple[int, int]) -> None:
    bodies = (left(), e.AreaNotified("MV-1", day("Mon 3 March 2025"), "w-coordinator"))
    h = Hearing().household().family(*(bodies[i] for i in order))
    assert h.duty("notify_area").ended == "evidence" and not h.parked


def test_a_family_that_comes_back_is_ours_again() -> None:
    h = gone().at("Fri 21 March 2025 15:00").family(TAKEN_OVER).at("Mon 31 March 2025 09:00")
    h.family(e.TransferNotified("T-1", "Northmoor", day("Mon 31 March 2025")))
    assert h.meeting("transfer-in-conference:T-1").open and h.meeting("review-conference:P-1:1").open


def test_the_treatment_service_hears_that_the_family_moved() -> None:
    h = a_conference().episode().family(left())
    assert [d.to for d in h.open("tell_change")] == ["w-key"]


def test_after_the_receiving_conference_a_change_needs_the_adults_consent_again() -> None:
    h = a_conference().episode().sits(plan=PLAN).family(left("Wed 5 March 2025"))
    h.at("Fri 21 March 2025 15:00").family(TAKEN_OVER).at("Mon 31 March 2025 09:00")
    h.family(e.SignificantChangeRecorded("C-1", "other", day("Mon 31 March 2025"), "w-social"))
    assert h.open("seek_consent")


# --- moved in


def test_the_old_areas_social_worker_is_asked_to_the_transfer_in_conference() -> None:
    h = Hearing().household().worked_with()
    h.family(e.TransferNotified("T-1", "Northmoor", day("Mon 3 March 2025"), social_worker="w-fip"))
    assert "w-fip" in h.meeting("transfer-in-conference:T-1").invitations and h.sent(SendInvitation, "w-fip")


def test_a_stay_in_our_area_for_a_while_calls_for_no_conference() -> None:
    h = Hearing().household().family(e.TransferNotified("T-1", "Northmoor", day("Mon 3 March 2025"), temporary=True))
    assert CONFERENCE not in h.file.meetings and not h.file.meetings
