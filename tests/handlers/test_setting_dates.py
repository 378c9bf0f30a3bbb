"""A meeting that is owed and that no published rule dates: its day is the coordinator's to set (decision 14).

Joint Guidance (2009) paragraph 20 asks for joint care-plan reviews and names no interval (rules 3.58).
"""

import pytest
from msgspec.structs import replace

from handlers import events as e
from handlers import facts as f
from handlers.protocol import Protocol
from handlers.working_days import add_calendar_days, in_words, local_day
from tests.handlers.hearing import CONFERENCE, FATHER, MOTHER, Hearing, an_enquiry, day, england, there

JOINT = "joint-care-plan-review:JR-1"
PLAN = e.Plan(plan="PLAN-1", category="neglect", core_group=("w-social",))


def treated(*members: e.Member, protocol: Protocol | None = None) -> Hearing:
    """Monday 3 March 2025: a family whose mother is in treatment."""
    return Hearing(protocol=protocol).household(*members).worked_with().episode()


def asked(
    review: str = "JR-1", adult: str | None = "mother", service: str | None = None, due: str = "Mon 24 March 2025"
) -> e.Body:
    return e.MeetingAskedFor(review, "joint_care_plan_review", day(due), "w-social", adult, service)


def without(*rules: str) -> Protocol:
    """England's rules, had nobody published these."""
    known = england().rules
    return replace(england(), rules=known | {x: replace(known[x], count=None, unknown=True) for x in rules})


# --- when it is owed


def test_while_a_project_runs_the_joint_review_of_whoever_is_in_treatment_is_owed_a_day() -> None:
    duty = treated().fip().duty("set_date")
    assert (duty.adult, duty.service, duty.owner, duty.rule) == ("mother", "clearway", "coordinator", "JG-20")
    assert in_words(duty.due_at) == "Mon 10 March 2025 23:59"


def test_while_a_child_protection_plan_stands_it_is_owed_likewise() -> None:
    h = treated().conference()
    assert not h.duties("set_date")
    assert h.sits(there("w-key"), plan=PLAN).open("set_date", adult="mother", service="clearway")


def test_the_sentence_says_who_published_nothing_and_by_which_rule_the_day_must_be_set() -> None:
    assert treated().fip().duty("set_date").sentence == (
        "Set the day of the joint care-plan review of mother with clearway, since nobody has published the number of "
        "rule JG-20, national, Joint Guidance 2009 paragraph 20 asks for it and names no interval: How often treatment "
        "and family services review care plans together. 5 working days after Mon 3 March 2025, leaving out weekends: "
        "Mon 10 March 2025 (SET-01, typical, design default, design decision 14, rules 3.58)"
    )


def test_without_treatment_or_without_plan_and_project_nothing_is_owed_a_day() -> None:
    assert not treated().duties("set_date")
    assert not Hearing().household().factor("1B", person="mother").fip().duties("set_date")


def test_an_adult_out_of_scope_is_owed_no_joint_review() -> None:
    lodger = replace(FATHER, cares=False)
    assert not Hearing().household(MOTHER, lodger).episode("father").fip().duties("set_date")


def test_two_parents_in_two_services_are_owed_two_joint_reviews() -> None:
    h = treated(MOTHER, FATHER).episode("father", "beacon", "w-beacon-key").fip()
    assert {(d.adult, d.service) for d in h.open("set_date")} == {("mother", "clearway"), ("father", "beacon")}


# --- how it ends


def test_it_ends_when_somebody_sets_the_day() -> None:
    duty = treated().fip().family(asked()).duty("set_date")
    assert (duty.ended, duty.ended_by) == ("evidence", "w-social, who set it for Mon 24 March 2025")


@pytest.mark.parametrize(
    ("adult", "service", "open_for"),
    [
        ("mother", None, {"father"}),
        ("mother", "clearway", {"father"}),
        ("mother", "beacon", {"mother", "father"}),
        (None, None, set[str]()),
    ],
)
def test_it_ends_for_the_adult_and_the_service_that_the_review_names(
    adult: str | None, service: str | None, open_for: set[str]
) -> None:
    h = treated(MOTHER, FATHER).episode("father", "beacon", "w-beacon-key").fip().family(asked("JR-1", adult, service))
    assert {d.adult for d in h.open("set_date")} == open_for


def test_another_kind_of_meeting_sets_no_day() -> None:
    other = e.MeetingAskedFor("R-1", "care_plan_meeting", day("Mon 24 March 2025"), "w-social", "mother", "clearway")
    assert treated().fip().family(other).open("set_date")


def test_a_day_that_was_set_before_the_project_began_counts() -> None:
    assert treated().family(asked()).fip().duty("set_date").ended == "evidence"


def test_when_the_review_was_held_the_next_one_is_owed_a_day() -> None:
    h = treated().fip().family(asked(), e.ConsentRecorded("mother", "joint_review", True, "w-fip"))
    h.sits(there("w-key"), meeting=JOINT)
    (anew,) = h.open("set_date")
    assert len(h.duties("set_date")) == 2 and anew.opened_at == h.now
    assert not h.family(asked("JR-2", due="Mon 30 June 2025")).open("set_date")


def test_it_lapses_when_treatment_or_project_ends() -> None:
    h = treated().fip()
    assert h.fork().family(e.FipEnded("FIP-1", day("Mon 3 March 2025"))).duty("set_date").ended == "lapse"
    closed = h.told("person/mother", e.EpisodeClosed("E-mother", day("Mon 3 March 2025")))
    assert closed.duty("set_date").ended == "lapse"


def test_one_ground_that_ends_forgives_no_lateness_while_the_other_stands() -> None:
    h = treated().fip().conference().sits(there("w-key"), plan=PLAN)
    due_at = h.duty("set_date").due_at
    h.family(e.FipEnded("FIP-1", h.now.date()))
    assert (h.duty("set_date").ended, h.duty("set_date").due_at) == (None, due_at)


def test_whoever_moves_in_again_is_owed_a_day_from_then() -> None:
    h = treated().fip().family(e.MemberLeft("mother", day("Mon 3 March 2025")))
    assert h.duty("set_date").ended == "lapse"
    h.at("Thu 17 April 2025 10:00").family(e.MemberJoined(MOTHER, day("Thu 17 April 2025")))
    assert (h.duty("set_date").ended, in_words(h.duty("set_date").due_at)) == (None, "Mon 28 April 2025 23:59")


def test_a_day_not_set_in_time_climbs_our_own_ladder() -> None:
    h = treated().fip().at("Mon 24 March 2025 10:00")
    climbed = [x.role for x in h.facts(f.RungClimbed) if x.duty == h.duty("set_date").id]
    assert climbed == ["coordinator", "conference_unit_manager", "head_of_service"]


# --- where an overlay says how often


def test_an_overlay_that_says_how_often_dates_each_joint_review_after_the_first() -> None:
    known = england().rules
    twelve = replace(known["JG-20"], count=12, unknown=False, layer="local", source="our partnership's protocol")
    h = treated(protocol=replace(england(), rules=known | {"JG-20": twelve})).fip()
    assert "since there was none before from which to count" in h.duty("set_date").sentence
    h.family(asked(), e.ConsentRecorded("mother", "joint_review", True, "w-fip")).sits(there("w-key"), meeting=JOINT)
    coming, sitting = h.meeting("joint-care-plan-review:mother:clearway:2").due, h.meeting(JOINT).sitting
    assert sitting and coming.due_on == add_calendar_days(local_day(sitting.started_at), 12 * 7)
    assert (coming.adult, coming.service) == ("mother", "clearway")
    assert coming.working.startswith("12 weeks after") and "JG-20, local, our partnership's protocol" in coming.working
    assert not h.open("set_date")


# --- any other meeting that nobody dated


@pytest.mark.parametrize(
    ("rule", "begins", "kind", "name"),
    [
        ("ICPC-01", an_enquiry(day("Mon 3 March 2025")), "initial_conference", "SD-1"),
        (
            "PB-01",
            (e.PreBirthConferenceAskedFor("PB-1", "bump", day("Tue 10 June 2025"), "w-social"),),
            *("pre_birth_conference", "PB-1"),
        ),
        ("TRF-01", (e.TransferNotified("T-1", "faraway", day("Mon 3 March 2025")),), "transfer_in_conference", "T-1"),
        ("FIP-01-close", (e.FipStarted("FIP-1", day("Mon 3 March 2025"), "w-fip"),), "fip_review", "FIP-1:1"),
    ],
)
def test_a_meeting_whose_rule_nobody_published_is_dated_by_a_person_and_its_event_never_held(
    rule: str, begins: tuple[e.Body, ...], kind: e.AskedKind, name: str
) -> None:
    h = Hearing(protocol=without(rule)).household().family(*begins)
    duty = h.duty("set_date")
    assert duty.rule == rule and not h.file.meetings and f"the number of rule {rule}, " in duty.sentence
    h.family(e.MeetingAskedFor(name, kind, day("Mon 24 March 2025"), "w-social"))
    assert h.duty("set_date").ended == "evidence"
    (meeting,) = h.file.meetings.values()
    assert (meeting.due.kind, in_words(meeting.due.due_on)) == (kind, "Mon 24 March 2025")
    assert meeting.due.working.startswith("w-social set it for Mon 24 March 2025, since nobody has published the numb")


@pytest.mark.parametrize(("rule", "kind"), [("CG-01", "core_group"), ("RCPC-01a", "review_conference")])
def test_the_meetings_of_a_plan_are_dated_by_a_person_where_no_rule_does(rule: str, kind: e.AskedKind) -> None:
    h = Hearing(protocol=without(rule)).household().conference().sits(plan=PLAN)
    assert h.open("set_date", rule=rule)
    h.family(e.MeetingAskedFor("PLAN-1:1", kind, day("Mon 24 March 2025"), "w-social"))
    (meeting,) = [m for m in h.file.meetings.values() if m.due.kind == kind]
    assert (in_words(meeting.due.due_on), meeting.due.plan) == ("Mon 24 March 2025", "PLAN-1")
    assert not h.open("set_date", rule=rule)


def test_an_enquiry_without_a_deadline_is_open_until_its_conference_has_sat() -> None:
    h = Hearing(protocol=without("ICPC-01")).household().conference()
    h.family(e.StrategyDiscussionHeld("SD-2", day("Mon 3 March 2025"), True), e.ConferenceAskedFor("SD-2", "w-social"))
    assert len(h.duties("set_date")) == 1


def test_nobody_moves_a_date_that_a_rule_sets_by_asking_for_another() -> None:
    h = Hearing().household().conference()
    due = h.meeting(CONFERENCE).due
    h.family(e.MeetingAskedFor("SD-1", "initial_conference", day("Mon 30 June 2025"), "w-social"))
    assert h.meeting(CONFERENCE).due == due and not h.duties("set_date")
