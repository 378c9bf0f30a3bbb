"""Others hear of meetings and of late duties, each once, by ids and codes; never that somebody is in treatment."""

from datetime import date
from typing import get_args

import pytest
from msgspec.json import encode

from handlers import announcements as a
from handlers import events as e
from handlers.announcing import DUTIES, KINDS
from handlers.effects import Announce
from handlers.facts import DutyKind, MeetingKind
from handlers.meetings.falling_due import PURPOSES
from tests.handlers.hearing import CONFERENCE, FATHER, MOTHER, Hearing, a_conference, a_project, instant, there

ABOUT = {"family": "F-1", "meeting": CONFERENCE, "kind": "initial_conference"}
PLAN = e.Plan(plan="P-1", category="neglect", core_group=("w-social",))


def told(h: Hearing, *kinds: type[a.Announcement]) -> list[a.Announcement]:
    """What others were told of the conference."""
    return [x for x in h.announced if getattr(x, "meeting", "") == CONFERENCE and (not kinds or isinstance(x, kinds))]


def named(h: Hearing) -> list[str]:
    return [a.NAMES[type(x)] for x in told(h) if not isinstance(x, a.DutyLate)]


def test_a_time_that_is_found_is_told_once() -> None:
    h = a_conference()
    booked = h.meeting().booked
    assert booked
    [said] = told(h)
    assert said == a.MeetingBooked(
        **ABOUT,  # type: ignore[arg-type]
        revision=1,
        starts_at=booked.starts_at,
        ends_at=booked.ends_at,
        due_on=h.meeting().due.due_on,
    )


def test_a_meeting_that_moves_is_told_with_the_time_it_had() -> None:
    h = a_conference()
    before = h.meeting().booked
    h.books("Fri 7 March 2025 10:00")
    [moved] = told(h, a.MeetingMoved)
    assert before and isinstance(moved, a.MeetingMoved)
    assert (moved.moved_from, moved.starts_at) == (before.starts_at, instant("Fri 7 March 2025 10:00"))


def test_a_meeting_that_is_called_off_is_told_as_still_due_and_then_as_booked_again() -> None:
    h = a_conference().cancels()
    [off] = told(h, a.MeetingCancelled)
    assert isinstance(off, a.MeetingCancelled) and off.still_due
    h.books("Fri 7 March 2025 10:00")
    assert named(h) == ["meeting-booked", "meeting-cancelled", "meeting-booked"]


def test_one_that_need_not_sit_any_more_is_told_as_due_no_more() -> None:
    h = a_conference()
    outcome = e.Section47Concluded("SD-1", "not_substantiated", False, h.now.date(), "w-head")
    h.family(outcome)
    [off] = told(h, a.MeetingCancelled)
    assert isinstance(off, a.MeetingCancelled) and not off.still_due


def test_an_adjourned_meeting_is_told_as_moved_once_there_is_another_time() -> None:
    h = a_conference().at("Wed 5 March 2025 09:30")
    h.family(e.MeetingAdjourned(CONFERENCE, "w-coordinator", "the chair was taken ill"))
    assert h.meeting().booked and named(h) == ["meeting-booked", "meeting-moved"]


def test_a_meeting_is_told_as_held_and_as_minuted() -> None:
    h = a_conference().sits(there("w-social"), plan=PLAN).minuted()
    assert named(h) == ["meeting-booked", "meeting-held", "minutes-ready"]
    [held] = told(h, a.MeetingHeld)
    booked = h.meeting().booked
    assert booked and isinstance(held, a.MeetingHeld)
    assert (held.started_at, held.ended_at, held.corrects) == (booked.starts_at, booked.ends_at, False)


def test_a_record_in_error_is_told_as_withdrawn_and_its_successor_as_new() -> None:
    h = a_conference().sits(there("w-social")).minuted().in_error(e.MinutesRecorded).in_error(e.MeetingHeld)
    assert named(h)[-2:] == ["record-withdrawn", "record-withdrawn"]
    assert [x.what for x in told(h) if isinstance(x, a.RecordWithdrawn)] == ["minutes", "held"]
    h.held(there("w-social"))
    assert named(h)[-1] == "meeting-held"


def test_a_record_with_other_hours_in_place_of_a_wrong_one_is_told_as_its_correction() -> None:
    h = a_conference().sits(there("w-social"))
    wrong = h.told_events[-1]
    start, end = instant("Wed 5 March 2025 09:30"), instant("Wed 5 March 2025 10:10")
    h.family(e.MeetingHeld(CONFERENCE, (there("w-social"),), start, end), e.RecordedInError(wrong.id, "w-coordinator"))
    [first, second] = told(h, a.MeetingHeld)
    assert isinstance(first, a.MeetingHeld) and isinstance(second, a.MeetingHeld)
    assert (first.corrects, second.corrects, second.started_at) == (False, True, start)


def test_a_correction_of_who_was_there_says_nothing_new_to_others() -> None:
    h = a_conference().sits(there("w-social"))
    wrong, before = h.told_events[-1], named(h)
    h.held(there("w-social"), there("w-key")).family(e.RecordedInError(wrong.id, "w-coordinator"))
    assert named(h) == before


def test_of_a_merged_family_it_is_told_where_the_meeting_goes_on_and_nothing_twice() -> None:
    h = a_conference().family(e.FamiliesMerged("F-2", "w-coordinator"))
    assert named(h) == ["meeting-booked", "meeting-passed-on"]
    h.told("family/F-2", e.BookingAsked(CONFERENCE, instant("Fri 7 March 2025 10:00"), "w-coordinator"))
    moved = told(h)[-1]
    assert isinstance(moved, a.MeetingMoved) and moved.family == "F-2"


def test_a_late_duty_is_told_at_each_rung() -> None:
    h = a_conference().sits(there("w-social"), plan=PLAN).at("Fri 4 April 2025 12:00")
    late = [x for x in h.announced if isinstance(x, a.DutyLate) and x.kind == "send_minutes"]
    assert {x.rung for x in late} >= {0, 1} and len(late) == len({(x.duty, x.rung) for x in late})
    assert all(h.file.duties[x.duty].due_at == x.due_at and x.family == "F-1" for x in late)


def in_treatment() -> Hearing:
    """Two parents in treatment, whose service never answers; everything about it falls late."""
    h = a_conference(MOTHER, FATHER).episode().episode("father")
    h.family(e.MeetingAskedFor("JR-1", "joint_care_plan_review", date(2025, 3, 21), "w-coordinator", adult="mother"))
    return h.sits(there("w-social"), plan=PLAN).minuted().at("Wed 30 April 2025 12:00")


def test_nothing_that_is_told_shows_that_a_parent_is_in_treatment() -> None:
    h = in_treatment()
    about_treatment = [d for d in h.file.duties.values() if d.service and d.rung >= 0]
    assert {"tell_treatment"} <= {d.kind for d in about_treatment}, "such duties are late"
    said = encode(h.announced).decode()
    assert not {d.id for d in h.file.duties.values() if d.service or d.adult} & {
        x.duty for x in h.announced if isinstance(x, a.DutyLate)
    }
    for word in (
        "treatment",
        "clearway",
        "w-key",
        "w-social",
        "mother",
        "father",
        "care-plan",
        "care_plan",
        "fip",
        "CW-7741",
    ):
        assert word not in said, word


def test_a_family_in_treatment_is_told_of_exactly_as_one_that_is_not() -> None:
    """Were a single event more or less, a reader could tell the one from the other."""
    plain = a_conference(MOTHER, FATHER).sits(there("w-social"), plan=PLAN).minuted().at("Wed 30 April 2025 12:00")
    late = [x for x in in_treatment().announced if isinstance(x, a.DutyLate)]
    meetings = [x for x in in_treatment().announced if not isinstance(x, a.DutyLate)]
    assert meetings == [x for x in plain.announced if not isinstance(x, a.DutyLate)]
    assert {(x.kind, x.meeting) for x in late} == {
        (x.kind, x.meeting) for x in plain.announced if isinstance(x, a.DutyLate)
    }


def test_what_is_shared_by_consent_alone_is_told_to_nobody_else() -> None:
    assert set(KINDS) == set(get_args(MeetingKind)) - set(PURPOSES)
    h = a_project().consent(True)
    assert h.file.meetings and not h.announced


@pytest.mark.parametrize("kind", get_args(DutyKind))
def test_no_duty_of_a_treatment_service_is_in_the_table(kind: DutyKind) -> None:
    assert kind not in DUTIES or "treatment" not in kind
    assert set(DUTIES.values()) == set(get_args(a.LateKind)) and set(KINDS.values()) == set(get_args(a.ToldKind))
    assert set(a.NAMES.values()) == set(get_args(a.Announced))


def test_a_mail_that_failed_early_makes_no_duty_late() -> None:
    h = a_conference(MOTHER, FATHER)
    h.relayed("w-health", "refused")
    duty = next(d for d in h.duties("send_invitation", to="w-health"))
    assert duty.rung >= 0 and duty.due_at > h.now, "it was put before somebody at once"
    assert not [x for x in h.announced if isinstance(x, a.DutyLate)]


def test_each_subscriber_hears_what_it_wants_and_a_removed_one_nothing() -> None:
    h = a_conference()

    def recorded(name: str, *wants: a.Announced) -> e.SubscriberRecorded:
        return e.SubscriberRecorded(name, "https://x.example", "whsec_x", "w-coordinator", wants)

    h.told("partnership", recorded("all"), recorded("moves", "meeting-moved"), recorded("gone"))
    h.told("partnership", e.SubscriberRemoved("gone", "w-coordinator"))
    h.books("Fri 7 March 2025 10:00").cancels()
    to = {a.NAMES[type(x.body)]: x.to for d in h.decisions for x in d.effects if isinstance(x, Announce)}
    assert to == {"meeting-booked": (), "meeting-moved": ("all", "moves"), "meeting-cancelled": ("all",)}
