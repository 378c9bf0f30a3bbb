"""Seats: asked of the diary once for each revision, taken, refused, moved and given back (decision 6, CH-01, CH-02)."""

from datetime import timedelta

from handlers import events as e
from handlers import facts as f
from handlers.effects import SendInvitation, TellStream
from handlers.working_days import in_words
from tests.handlers.hearing import AREA, CONFERENCE, FATHER, MOTHER, REVIEW, Hearing, busy, day, instant, there

KEY = f"F-1/{CONFERENCE}"


def a_conference() -> Hearing:
    return Hearing().household().worked_with().conference()


def crowded() -> Hearing:
    """The social worker is away until the end of April, so nothing fits."""
    return Hearing().told("diary", busy("w-social", "Mon 3 March 2025", "Wed 30 April 2025"))


def sought(h: Hearing) -> list[e.SeatsSought]:
    told = [x.body for d in h.decisions for x in d.effects if isinstance(x, TellStream)]
    return [x for x in told if isinstance(x, e.SeatsSought)]


def released(h: Hearing) -> list[e.SeatsReleased]:
    told = [x.body for d in h.decisions for x in d.effects if isinstance(x, TellStream)]
    return [x for x in told if isinstance(x, e.SeatsReleased)]


# --- asking


def test_a_meeting_that_falls_due_is_put_to_the_diary_once() -> None:
    h = a_conference().answers("mother").episode()
    assert [(x.meeting, x.revision, x.only_look, x.at) for x in sought(h)] == [(CONFERENCE, 1, False, None)]


def test_the_diary_hears_who_must_sit_who_should_and_between_which_days() -> None:
    (asked,) = sought(a_conference())
    assert (asked.needed, asked.wanted, asked.minutes) == (("w-social",), ("w-health",), 120)
    assert (asked.presided, asked.chairs, asked.head_count) == (True, ("w-chair-1", "w-chair-2"), 4)
    assert (in_words(asked.not_before), in_words(asked.due_on)) == ("Wed 5 March 2025", "Mon 24 March 2025")
    assert in_words(asked.latest_on) == "Mon 7 April 2025"  # ten working days past the deadline
    assert (asked.prefer_chair, asked.room, asked.family) == (None, None, "F-1")


def test_the_treatment_worker_is_wanted_and_never_needed() -> None:
    (asked,) = sought(Hearing().household().worked_with().episode().conference())
    assert asked.wanted == ("w-health", "w-key") and asked.needed == ("w-social",)


def test_one_worker_of_two_parents_takes_one_seat() -> None:
    h = Hearing().household(MOTHER, FATHER).worked_with().episode().episode("father").conference()
    (asked,) = sought(h)
    assert asked.wanted == ("w-health", "w-key") and asked.head_count == 5


def test_a_meeting_long_overdue_is_sought_from_the_first_day_that_can_be_told() -> None:
    h = Hearing("Mon 31 March 2025 10:00").family(e.StrategyDiscussionHeld("SD-1", day("Mon 3 March 2025"), True))
    (asked,) = sought(h.family(e.ConferenceAskedFor("SD-1", "w-social")))
    assert in_words(asked.not_before) == "Wed 2 April 2025"
    assert in_words(asked.latest_on) == "Wed 16 April 2025"


def test_nobody_who_works_with_the_family_presides() -> None:
    h = Hearing().household().family(e.ProfessionalInvolved("w-chair-1", "team_manager", day("Mon 3 March 2025")))
    booked = h.conference().meeting().booked
    assert booked and booked.chair == "w-chair-2"


def test_the_chair_of_the_latest_conference_is_preferred_for_the_review() -> None:
    h = Hearing().told("diary", busy("w-chair-1", "Mon 3 March 2025", "Wed 5 March 2025"))
    h.household().worked_with().conference().sits(plan=e.Plan(plan="P-1", category="neglect"))
    booked = h.meeting("review-conference:P-1:1").booked
    assert booked and booked.chair == "w-chair-2"
    assert [x.prefer_chair for x in sought(h) if "core" in x.meeting] == [None]  # nobody presides there


# --- the diary's yes and no


def test_the_first_time_that_fits_is_booked_with_room_and_chair() -> None:
    booked = a_conference().meeting().booked
    assert booked and in_words(booked.starts_at) == "Wed 5 March 2025 09:00"
    assert (booked.room, booked.place, booked.chair, booked.missing) == (
        "room-1",
        "Room 1, Civic Centre",
        "w-chair-1",
        (),
    )
    assert booked.ends_at - booked.starts_at == timedelta(hours=2)


def test_what_the_diary_keeps_it_keeps_once() -> None:
    h = a_conference()
    kept = h.diary.seats[KEY]
    assert (kept.people, kept.chair, kept.room, kept.revision) == (("w-social", "w-health"), "w-chair-1", "room-1", 1)
    (again,) = sought(h)
    h.told("diary", again)
    assert h.diary.seats[KEY] == kept and len(h.facts(f.MeetingBooked)) == 1


def test_two_families_do_not_sit_with_one_worker_at_one_time() -> None:
    h = a_conference()
    bodies = (
        e.ProfessionalInvolved("w-social", "social_worker", h.now.date()),
        e.StrategyDiscussionHeld("SD-9", h.now.date(), True),
        e.ConferenceAskedFor("SD-9", "w-social"),
    )
    h.told("family/F-2", *bodies)
    first, second = h.diary.seats[KEY], h.diary.seats["F-2/initial-conference:SD-9"]
    assert second.starts_at == first.ends_at


def test_a_late_slot_is_booked_rather_than_none_and_said_to_be_late() -> None:
    h = Hearing().told("diary", busy("w-social", "Mon 3 March 2025", "Mon 24 March 2025"))
    h.household().worked_with().conference()
    booked = h.meeting().booked
    assert booked and in_words(booked.starts_at) == "Tue 25 March 2025 09:00"
    because = [x.because for d in h.decisions for x in d.facts if isinstance(x.body, f.MeetingBooked)]
    assert because == ["the first time that fits, after the day it was due"]


def test_a_slot_on_the_last_day_is_in_time() -> None:
    h = Hearing().told("diary", busy("w-social", "Mon 3 March 2025", "Fri 21 March 2025"))
    h.household().worked_with().conference()
    because = [x.because for d in h.decisions for x in d.facts if isinstance(x.body, f.MeetingBooked)]
    assert because == ["the first time that fits"]


def test_somebody_wanted_who_is_away_does_not_hold_up_the_conference() -> None:
    h = Hearing().told("diary", busy("w-health", "Mon 3 March 2025", "Wed 30 April 2025"))
    booked = h.household().worked_with().conference().meeting().booked
    assert booked and booked.missing == ("w-health",) and "w-health" not in h.diary.seats[KEY].people


def test_where_nothing_fits_the_coordinator_owes_a_time_by_the_next_working_day() -> None:
    h = crowded().household().worked_with().conference()
    duty = h.duty("find_a_time")
    assert (duty.owner, duty.closes_on, duty.meeting) == ("coordinator", "booked", CONFERENCE)
    assert in_words(duty.due_at) == "Tue 4 March 2025 23:59"
    assert duty.sentence.startswith(
        "Find a time for the initial child protection conference, due Mon 24 March 2025: "
        "w-social is not available at any time that suits the others. 1 working day after Mon 3 March 2025: Tue 4 March"
    )
    assert h.meeting().booked is None and not h.sent(SendInvitation) and h.diary.seats == {}


def test_a_time_found_by_hand_ends_that_duty() -> None:
    h = crowded().household().worked_with().conference().books("Thu 1 May 2025 10:00")
    assert h.duty("find_a_time").ended == "evidence" and h.meeting().revision == 2


def test_a_meeting_held_without_a_booking_ends_it_too() -> None:
    h = crowded().household().worked_with().conference().at("Fri 7 March 2025 12:00")
    times = instant("Fri 7 March 2025 09:00"), instant("Fri 7 March 2025 10:00")
    assert h.family(e.MeetingHeld(CONFERENCE, (), *times)).duty("find_a_time").ended == "evidence"


def test_a_meeting_no_longer_due_needs_no_time() -> None:
    h = crowded().household().worked_with().conference()
    h.family(e.StrategyDiscussionHeld("SD-1", day("Mon 3 March 2025"), False))
    assert h.duty("find_a_time").ended == "lapse"


def test_an_answer_to_an_earlier_question_is_stale() -> None:
    h = crowded().household().worked_with().conference().books("Thu 1 May 2025 10:00")
    h.told("family/F-1", e.NothingFits(CONFERENCE, 1, ("old",)))
    assert h.meeting().failed and h.meeting().failed.reasons != ("old",)  # type: ignore[union-attr]


# --- moving and falling


def test_a_coordinator_fixes_the_very_instant_and_the_room() -> None:
    h = a_conference()
    h.family(e.BookingAsked(CONFERENCE, instant("Wed 12 March 2025 10:15"), "w-coordinator", "room-2"))
    booked = h.meeting().booked
    assert booked and in_words(booked.starts_at) == "Wed 12 March 2025 10:15" and booked.room == "room-2"
    assert booked.revision == 2 and len(h.diary.seats) == 1


def test_a_meeting_may_move_into_part_of_its_own_time() -> None:
    booked = a_conference().books("Wed 5 March 2025 10:00").meeting().booked
    assert booked and in_words(booked.starts_at) == "Wed 5 March 2025 10:00"


def test_a_move_that_does_not_fit_leaves_the_booking_as_it_was() -> None:
    h = a_conference().told("diary", busy("w-social", "Wed 12 March 2025", "Wed 12 March 2025"))
    h.books("Wed 12 March 2025 10:00")
    booked = h.meeting().booked
    assert booked and in_words(booked.starts_at) == "Wed 5 March 2025 09:00" and h.diary.seats[KEY].revision == 1


def test_a_cancellation_gives_the_seats_back_and_leaves_the_meeting_due() -> None:
    h = a_conference().cancels()
    assert h.diary.seats == {} and h.meeting().open and h.meeting().booked is None
    duty = h.duty("find_a_time")
    assert duty.ended is None and "its booking was cancelled. 1 working day after" in duty.sentence
    assert len(sought(h)) == 1  # a person decides when it is sought again


def test_a_yes_that_comes_after_a_cancellation_is_given_back() -> None:
    h = a_conference().cancels()
    sat = h.facts(f.MeetingBooked)[0]
    late = e.SeatsTaken(CONFERENCE, 1, sat.starts_at, sat.ends_at, "room-1", "Room 1", "w-chair-1")
    assert h.family(late).meeting().booked is None and released(h)[-1] == e.SeatsReleased("F-1", CONFERENCE, 1)


def test_seats_are_not_given_back_for_an_earlier_revision() -> None:
    h = a_conference().books("Wed 12 March 2025 10:00")
    h.told("diary", e.SeatsReleased("F-1", CONFERENCE, 1))
    assert KEY in h.diary.seats
    assert KEY not in h.told("diary", e.SeatsReleased("F-1", CONFERENCE, 2)).diary.seats


def test_giving_back_what_was_never_kept_changes_nothing() -> None:
    h = Hearing().told("diary", e.SeatsReleased("F-1", CONFERENCE, 1))
    assert not h.facts(f.SeatsGivenBack)


# --- looking only


def test_a_coordinator_who_only_looks_books_nothing() -> None:
    h = a_conference().family(e.SlotsAsked(CONFERENCE, "w-coordinator"))
    offered = h.meeting().offered
    assert offered and len(offered.slots) == 5 and offered.reasons == ()
    assert sought(h)[-1].only_look and h.meeting().revision == 1 and h.diary.seats[KEY].revision == 1


def test_a_look_that_finds_nothing_says_why() -> None:
    h = crowded().household().worked_with().conference().family(e.SlotsAsked(CONFERENCE, "w-coordinator"))
    offered = h.meeting().offered
    assert offered and offered.slots == ()
    assert offered.reasons == ("w-social is not available at any time that suits the others",)


def test_a_meeting_that_was_held_gives_back_a_time_found_afterwards() -> None:
    h = a_conference().sits(there("w-social")).books("Wed 12 March 2025 10:00")
    assert h.meeting().booked and h.meeting().booked.revision == 1  # type: ignore[union-attr]
    assert released(h)[-1].revision == 2


def test_every_question_goes_to_the_areas_one_diary() -> None:
    h = a_conference().fip()
    streams = {x.stream for d in h.decisions for x in d.effects if isinstance(x, TellStream)}
    assert AREA.sibling("diary") in streams and {x.meeting for x in sought(h)} == {CONFERENCE, REVIEW}
