"""What is owed once more has a time of its own, which lasts; where nobody can be reached, it is loud at once."""

from handlers import events as e
from handlers import facts as f
from handlers.effects import SendNotice
from handlers.working_days import in_words
from tests.handlers.hearing import Hearing, a_conference, day, there


def told_and_moved() -> Hearing:
    """Acknowledged on Monday, moved on Thursday 6 March to the week after."""
    h = a_conference().books("Wed 12 March 2025 10:00").episode().answers("w-key")
    return h.at("Thu 6 March 2025 10:00").books("Wed 19 March 2025 10:00")


def test_nobody_to_be_reached_is_put_before_the_coordinator_the_same_hour() -> None:
    h = a_conference().unreachable("w-spoc", "w-deputy").factor("1B", person="mother")
    duty = h.duty("name_representative", service="clearway")
    climbed = [x for x in h.facts(f.RungClimbed) if x.duty == duty.id]
    assert [(x.role, x.person) for x in climbed] == [("coordinator", "w-coordinator")]
    assert [x.duty for x in h.sent(SendNotice, "w-coordinator")] == [duty.id]


def test_a_meeting_that_moves_is_told_anew_by_the_working_day_after_the_move() -> None:
    assert in_words(told_and_moved().duty("tell_treatment").due_at) == "Fri 7 March 2025 23:59"


def test_the_new_time_to_tell_stands_whatever_else_comes_in() -> None:
    h = told_and_moved().answers("w-health").at("Tue 11 March 2025 09:00").answers("w-social")
    assert in_words(h.duty("tell_treatment").due_at) == "Fri 7 March 2025 23:59"


def test_a_new_key_workers_copy_of_old_minutes_has_a_time_of_its_own() -> None:
    h = a_conference().episode()
    h.post = "accepted"
    h.sits(there("w-key")).minuted()
    assert h.duty("send_minutes_treatment").ended == "evidence"
    h.post = None
    h.at("Tue 6 May 2025 10:00").told(
        "person/mother", e.EpisodeHandedOver("E-mother", "w-key-2", day("Tue 6 May 2025"))
    )
    due = "Wed 28 May 2025 23:59"  # 15 working days, across the late May holiday
    assert in_words(h.duty("send_minutes_treatment", ended=None).due_at) == due
    assert in_words(h.answers("w-social").duty("send_minutes_treatment", ended=None).due_at) == due
