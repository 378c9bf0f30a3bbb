"""Conferences before a birth and after a move, and reviews whose date a person sets: by when, who comes, who is told.

Rules PB-01, TRF-01, 3.28; Joint Guidance (2009) paragraph 20, T9, F4: joint reviews and care-plan meetings run both
ways, and need the adult's consent; looked-after reviews are statutory, and ask the service where the plan says so.
"""

import pytest

from handlers import events as e
from handlers.effects import SendInvitation
from handlers.partnership import A_DAY
from handlers.working_days import in_words
from tests.handlers.hearing import FATHER, MOTHER, Hearing, day, instant, there

BEFORE_BIRTH = "pre-birth-conference:PB-1"
TRANSFER = "transfer-in-conference:T-1"
JOINT = "joint-care-plan-review:R-1"
LOOKED_AFTER = "looked-after-review:R-1"
CARE_PLAN = "care-plan-meeting:R-1"


def a_family(*members: e.Member) -> Hearing:
    return Hearing().household(*members).worked_with()


def before_birth(expected: str) -> e.Body:
    return e.PreBirthConferenceAskedFor("PB-1", "bump", day(expected), "w-social")


def transfer(notified: str | None, received: str | None) -> e.Body:
    notified_on, received_on = (day(x) if x else None for x in (notified, received))
    return e.TransferNotified("T-1", "faraway", notified_on, received_on)


def asked(
    kind: e.AskedKind, adult: str | None = "mother", service: str | None = None, with_treatment: bool = True
) -> e.Body:
    return e.MeetingAskedFor("R-1", kind, day("Mon 24 March 2025"), "w-social", adult, service, with_treatment)


def agreed(h: Hearing, purpose: e.Purpose, person: str = "mother") -> Hearing:
    return h.family(e.ConsentRecorded(person, purpose, True, "w-social"))


def guests(h: Hearing, meeting: str) -> set[str]:
    return {p for p, i in h.meeting(meeting).invitations.items() if not i.cancelled}


# --- before a birth


@pytest.mark.parametrize(
    ("expected", "due"),
    [
        ("Tue 10 June 2025", "Mon 10 March 2025"),
        ("Fri 18 July 2025", "Thu 17 April 2025"),  # Good Friday rolls back
        ("Sat 31 May 2025", "Fri 28 February 2025"),  # overdue when it is asked for
    ],
)
def test_a_conference_before_a_birth_is_due_three_months_before_it(expected: str, due: str) -> None:
    meeting = a_family().family(before_birth(expected)).meeting(BEFORE_BIRTH)
    assert in_words(meeting.due.due_on) == due and meeting.due.kind == "pre_birth_conference"


def test_another_expected_day_moves_the_conference_before_the_birth() -> None:
    h = a_family().family(before_birth("Tue 10 June 2025")).family(before_birth("Fri 18 July 2025"))
    assert in_words(h.duty("hold_meeting").due_at) == "Thu 17 April 2025 23:59"


def test_a_conference_before_a_birth_is_told_asks_for_a_report_and_sends_its_decision_like_any_conference() -> None:
    h = a_family().episode().family(before_birth("Fri 18 July 2025")).answers("w-key", BEFORE_BIRTH)
    assert h.duty("tell_treatment", meeting=BEFORE_BIRTH, to="w-key").ended == "evidence"
    assert h.duty("ask_report_treatment", meeting=BEFORE_BIRTH, to="w-key").ended is None
    assert not h.duties("seek_consent")
    h.sits(there("w-key"), meeting=BEFORE_BIRTH)
    assert h.open("send_decision_treatment", meeting=BEFORE_BIRTH, to="w-key")
    assert h.duty("send_minutes_treatment", meeting=BEFORE_BIRTH).rule == "REC-01"


# --- after a move


@pytest.mark.parametrize(
    ("notified", "received", "due"),
    [
        ("Mon 3 March 2025", None, "Mon 24 March 2025"),
        (None, "Mon 3 March 2025", "Mon 24 March 2025"),
        ("Fri 28 February 2025", "Mon 3 March 2025", "Fri 21 March 2025"),
        ("Mon 3 March 2025", "Fri 28 February 2025", "Fri 21 March 2025"),
    ],
)
def test_a_family_that_moved_in_is_conferred_on_fifteen_working_days_after_the_earlier_word(
    notified: str | None, received: str | None, due: str
) -> None:
    h = a_family().episode().family(transfer(notified, received))
    assert in_words(h.meeting(TRANSFER).due.due_on) == due
    assert h.open("tell_treatment", meeting=TRANSFER, to="w-key") and not h.duties("seek_consent")


def test_notice_and_receipt_may_be_recorded_one_by_one_and_the_earlier_counts() -> None:
    one, other = transfer(None, "Mon 17 February 2025"), transfer("Mon 3 March 2025", None)
    for h in (a_family().family(one, other), a_family().family(other, one)):
        assert in_words(h.meeting(TRANSFER).due.due_on) == "Mon 10 March 2025"


def test_a_move_that_names_neither_day_is_held_and_never_guessed() -> None:
    with pytest.raises(e.Impossible, match="names neither"):
        a_family().family(transfer(None, None))


# --- joint care-plan reviews


def test_a_joint_review_is_due_on_the_day_that_was_set_and_says_which_rule_nobody_published() -> None:
    h = a_family().episode().family(asked("joint_care_plan_review"))
    meeting = h.meeting(JOINT)
    assert in_words(meeting.due.due_on) == "Mon 24 March 2025"
    assert in_words(meeting.due.not_before) == "Mon 10 March 2025"  # ten working days before
    assert meeting.due.working == (
        "w-social set it for Mon 24 March 2025, since nobody has published the number of rule JG-20, national, Joint "
        "Guidance 2009 paragraph 20 asks for it and names no interval: How often treatment and family services review "
        "care plans together"
    )


def test_a_joint_review_waits_for_consent_to_joint_reviews_and_no_other() -> None:
    h = a_family().episode().family(asked("joint_care_plan_review"))
    agreed(agreed(h, "fip"), "care_plan")
    assert h.duty("seek_consent", meeting=JOINT).ended is None and h.mailed("w-key") == 0
    agreed(h, "joint_review")
    assert h.duty("seek_consent").ended == "lapse" and h.duty("tell_treatment", meeting=JOINT, to="w-key").ended is None
    assert "w-key" in guests(h, JOINT)


def test_a_joint_review_is_about_its_own_adult_alone() -> None:
    h = a_family(MOTHER, FATHER).episode().episode("father", "beacon", "w-beacon-key")
    agreed(agreed(h, "joint_review"), "joint_review", "father").family(asked("joint_care_plan_review"))
    assert {d.adult for d in h.open("tell_treatment")} == {"mother"} and h.mailed("w-beacon-key") == 0


def test_a_joint_review_that_names_a_service_is_told_to_that_one_alone() -> None:
    h = a_family()
    agreed(h, "joint_review").factor("1B", person="mother").family(asked("joint_care_plan_review", service="beacon"))
    assert {(d.service, d.to) for d in h.open("tell_treatment")} == {("beacon", "w-beacon")}


def test_a_joint_review_that_names_nobody_concerns_every_adult() -> None:
    h = a_family(MOTHER, FATHER).episode().episode("father", "beacon", "w-beacon-key")
    agreed(agreed(h, "joint_review"), "joint_review", "father").family(asked("joint_care_plan_review", None))
    assert {d.adult for d in h.open("tell_treatment")} == {"mother", "father"}


def test_a_joint_review_asks_for_no_report_and_sends_no_decision_letter() -> None:
    h = agreed(a_family().episode(), "joint_review").family(asked("joint_care_plan_review"))
    assert not h.duties("ask_report_treatment")
    h.sits(there("w-key"), meeting=JOINT)
    assert not h.duties("send_decision_treatment")
    assert h.duty("send_minutes_treatment").rule == "MIN-CGFIP"


# --- the treatment service's own care-plan meeting


def test_a_care_plan_meeting_makes_its_service_a_party_where_no_episode_is_known() -> None:
    h = agreed(a_family(), "care_plan").family(asked("care_plan_meeting", service="clearway"))
    assert h.duty("tell_treatment", service="clearway", meeting=CARE_PLAN).to == "w-spoc"
    assert h.duty("hold_meeting").meeting == CARE_PLAN


def test_a_meeting_that_names_a_service_and_no_adult_makes_nobody_a_party() -> None:
    h = a_family().family(asked("care_plan_meeting", None, "clearway"))
    assert not h.duties("tell_treatment") and not h.duties("seek_consent")


def test_that_a_service_meets_about_an_adult_touches_no_other_meeting() -> None:
    h = agreed(a_family(), "care_plan").conference().family(asked("care_plan_meeting", service="clearway"))
    assert {d.meeting for d in h.duties("tell_treatment")} == {CARE_PLAN}


def test_the_familys_workers_are_asked_to_a_care_plan_meeting_with_consent_and_not_without() -> None:
    h = a_family().episode().family(asked("care_plan_meeting", service="clearway"))
    assert guests(h, CARE_PLAN) == {"mother"}
    assert h.open("seek_consent", meeting=CARE_PLAN)
    assert guests(agreed(h, "care_plan"), CARE_PLAN) == {"mother", "w-social", "w-health", "w-key"}


def test_an_episode_of_the_adult_speaks_for_its_service_at_the_care_plan_meeting() -> None:
    h = agreed(a_family().episode(), "care_plan").family(asked("care_plan_meeting", service="clearway"))
    assert [d.to for d in h.duties("tell_treatment")] == ["w-key"]


def test_a_care_plan_meeting_makes_its_service_a_party_also_where_an_episode_ended_long_ago() -> None:
    h = agreed(a_family(), "care_plan").family(asked("care_plan_meeting", service="clearway"))
    h.told("person/mother", e.EpisodeOpened("E-1", "clearway", "w-key", day("Mon 6 January 2025"), "consent"))
    h.told("person/mother", e.EpisodeClosed("E-1", day("Mon 3 February 2025")))
    assert h.open("tell_treatment", service="clearway", meeting=CARE_PLAN)


def test_the_minutes_of_a_care_plan_meeting_stay_owed_when_an_episode_becomes_known_after_them() -> None:
    h = agreed(a_family(), "care_plan").family(asked("care_plan_meeting", service="clearway"))
    h.sits(there("w-spoc"), meeting=CARE_PLAN).minuted(CARE_PLAN)
    assert h.open("send_minutes_treatment", service="clearway")
    assert h.until(h.now + A_DAY).episode().open("send_minutes_treatment", service="clearway")


def test_an_episode_recorded_later_puts_off_nothing_about_a_care_plan_meeting() -> None:
    h = agreed(a_family(), "care_plan").family(asked("care_plan_meeting", service="clearway"))
    due_at = h.books("Wed 12 March 2025 10:00", CARE_PLAN).duty("tell_treatment").due_at
    assert h.at("Fri 7 March 2025 10:00").episode().duty("tell_treatment", to="w-key").due_at == due_at


def test_a_care_plan_meeting_of_one_adult_leaves_the_other_out() -> None:
    h = a_family(MOTHER, FATHER).episode("father").family(asked("care_plan_meeting", service="clearway"))
    agreed(agreed(h, "care_plan"), "care_plan", "father")
    assert {d.adult for d in h.duties("tell_treatment")} == {"mother"}
    assert "father" not in guests(h, CARE_PLAN)


def test_a_treatment_worker_recorded_as_involved_comes_to_reviews_only_through_the_gate() -> None:
    h = a_family().family(e.ProfessionalInvolved("w-beacon-key", "drug_worker", day("Mon 3 March 2025"))).episode()
    h = agreed(h, "joint_review").family(asked("joint_care_plan_review"))
    assert "w-beacon-key" not in guests(h, JOINT) and "w-key" in guests(h, JOINT)


# --- looked-after reviews


def test_a_looked_after_review_tells_the_service_where_the_plan_says_so_and_needs_no_consent() -> None:
    h = a_family().episode().family(asked("looked_after_review", None))
    assert h.open("tell_treatment", meeting=LOOKED_AFTER, to="w-key") and not h.duties("seek_consent")


def test_a_looked_after_review_that_names_a_service_tells_it_beside_the_adults_own() -> None:
    h = a_family().episode().family(asked("looked_after_review", "mother", "beacon"))
    assert {(d.service, d.to) for d in h.open("tell_treatment")} == {("clearway", "w-key"), ("beacon", "w-beacon")}


def test_a_looked_after_review_leaves_the_service_out_where_the_plan_does_not_name_it() -> None:
    h = a_family().episode().family(asked("looked_after_review", None, with_treatment=False))
    assert not h.duties("tell_treatment") and "w-key" not in guests(h, LOOKED_AFTER)


def test_the_looked_after_reviews_of_parents_ask_both_and_their_workers() -> None:
    h = a_family().family(asked("looked_after_review", None))
    assert guests(h, LOOKED_AFTER) == {"mother", "w-social", "w-health"}


def test_a_review_that_was_held_on_another_day_than_set_is_still_held() -> None:
    h = (
        agreed(a_family().episode(), "joint_review")
        .family(asked("joint_care_plan_review"))
        .books("Thu 27 March 2025 10:00", JOINT)
    )
    assert h.sits(there("w-key"), meeting=JOINT).duty("hold_meeting").ended == "evidence"
    assert [i.starts_at for i in h.sent(SendInvitation, "w-key")][-1] == instant("Thu 27 March 2025 10:00")
