"""Who makes a quorum, on which ground a chair goes on without one, and what is owed for it (rules Q-01 to Q-08)."""

from functools import cache

import pytest
from msgspec.structs import replace

from handlers import events as e
from handlers.conference import quorum
from handlers.conference.quorum import Verdict
from handlers.counting import Ground
from handlers.facts import DutyKind, RungClimbed
from handlers.protocol import Protocol
from handlers.working_days import in_words
from tests.handlers.hearing import (
    CONFERENCE,
    POSTS,
    REVIEW,
    Hearing,
    a_conference,
    a_project,
    a_worker,
    busy,
    day,
    england,
    instant,
    there,
)

PRE_BIRTH = "pre-birth-conference:PB-1"
OTHERS = {
    "w-nurse": ("health", "school_nurse"),
    "w-teacher": ("school", "teacher"),
    "w-teacher-2": ("school", "teacher"),
    "w-officer": ("police", "police"),
    "w-fip": ("fip", "fip_worker"),
    "w-paediatrician": ("health", "paediatrician"),
}
PLAN = e.Plan(plan="P-1", category="neglect", core_group=("w-social",))
FIRST_REVIEW = "review-conference:P-1:1"


def with_others(h: Hearing, *workers: str, on: str = "Mon 3 March 2025") -> Hearing:
    """These work with the family too."""
    h.told("partnership", *(e.AgencyRecorded(a, a, a) for a in ("school", "police")))
    for worker in workers:
        agency, role = OTHERS[worker]
        h.told("partnership", a_worker(worker, agency))
        h.family(e.ProfessionalInvolved(worker, role, day(on)))
    return h


def known(*workers: str) -> Hearing:
    """A conference booked for Wed 5 March 2025, 09:00 to 11:00; w-social, w-health and these work with the family."""
    return _known(*workers).fork()


@cache
def _known(*workers: str) -> Hearing:
    return with_others(a_conference(), *workers)


def sat(*people: str, others: tuple[str, ...] = ("w-teacher", "w-nurse", "w-officer"), plan: bool = False) -> Hearing:
    return known(*others).sits(*map(there, people), plan=PLAN if plan else None)


def found(h: Hearing, meeting: str = CONFERENCE) -> Verdict:
    verdict = quorum.verdict(h.file, h.meeting(meeting), h.directory, h.protocol)
    assert verdict
    return verdict


def ahead(h: Hearing) -> str:
    return quorum.forecast(h.file, h.meeting(), h.directory, h.protocol)


def part(person: str, since: str = "", until: str = "", presence: e.Presence = "present") -> e.Attendance:
    """There from and to these hours of Wed 5 March 2025."""
    hours = [instant(f"Wed 5 March 2025 {x}") if x else None for x in (since, until)]
    return e.Attendance(person=person, presence=presence, present_from=hours[0], present_to=hours[1])


def varied(**changes: object) -> Protocol:
    """England, with another quorum."""
    here = england()
    assert here.quorum
    return replace(here, quorum=replace(here.quorum, **changes))


# --- who counts


def test_social_care_and_two_other_agencies_in_direct_contact_make_a_quorum() -> None:
    verdict = found(sat("w-social", "w-health", "w-teacher"))
    assert verdict.is_quorate
    assert verdict.counted == ("social care (w-social)", "health visitor (w-health)", "school (w-teacher)")
    assert verdict.sentence.startswith("quorate; counted: social care (w-social), health visitor (w-health) and school")
    assert verdict.sentence.endswith("(Q-01, typical, Sussex and Swindon, " + (england().quorum or 0).source + ")")  # type: ignore[union-attr]


def test_with_one_other_agency_it_is_not_quorate_and_says_what_is_missing() -> None:
    verdict = found(sat("w-social", "w-teacher"))
    assert verdict.missing == ("one more agency or discipline in direct contact with child or family",)
    assert verdict.sentence.startswith("not quorate; counted: social care (w-social) and school (w-teacher); missing: ")


def test_with_nobody_but_social_care_two_are_missing() -> None:
    assert found(sat("w-social")).missing == ("2 more agencies or disciplines in direct contact with child or family",)


def test_without_social_care_there_is_no_quorum_however_many_come() -> None:
    assert found(sat("w-health", "w-nurse", "w-teacher", "w-officer")).missing == ("social care",)


def test_where_nobody_came_it_says_so() -> None:
    verdict = found(sat())
    assert verdict.counted == () and "counted: nobody" in verdict.sentence


@pytest.mark.parametrize(("health", "is_quorate"), [("by_discipline", True), ("as_one", False)])
def test_two_disciplines_of_health_count_one_by_one_or_as_one_as_the_area_has_it(health: str, is_quorate: bool) -> None:
    h = sat("w-social", "w-health", "w-nurse")
    h.protocol = varied(health=health)
    assert found(h).is_quorate is is_quorate


def test_two_teachers_of_one_school_count_once() -> None:
    h = sat("w-social", "w-teacher", "w-teacher-2", others=("w-teacher", "w-teacher-2"))
    assert found(h).counted == ("social care (w-social)", "school (w-teacher, w-teacher-2)")
    assert not found(h).is_quorate


def test_whoever_does_not_work_with_the_family_does_not_count() -> None:
    assert found(sat("w-social", "w-health", "w-fip")).missing


def test_whoever_stopped_working_with_the_family_before_the_day_does_not_count() -> None:
    h = known("w-teacher").family(e.ProfessionalLeft("w-teacher", day("Tue 4 March 2025")))
    assert h.file.professionals.keys() == {"w-social", "w-health"}
    assert not found(h.sits(*map(there, ("w-social", "w-health", "w-teacher")))).is_quorate


@pytest.mark.parametrize("left", ["Wed 5 March 2025", "Thu 6 March 2025"])
def test_whoever_stops_afterwards_or_on_the_day_counted_all_the_same(left: str) -> None:
    h = sat("w-social", "w-health", "w-teacher").at("Fri 7 March 2025 10:00")
    assert found(h.family(e.ProfessionalLeft("w-teacher", day(left)))).is_quorate


def test_whoever_began_only_after_the_day_does_not_count() -> None:
    h = sat("w-social", "w-health", "w-teacher", others=()).at("Fri 7 March 2025 10:00")
    assert not found(with_others(h, "w-teacher", on="Thu 6 March 2025")).is_quorate
    assert found(with_others(h, "w-teacher", on="Wed 5 March 2025")).is_quorate


def test_whoever_the_directory_does_not_know_counts_for_nothing() -> None:
    h = known("w-teacher").family(e.ProfessionalInvolved("w-stranger", "midwife", day("Mon 3 March 2025")))
    assert not found(h.sits(*map(there, ("w-social", "w-teacher", "w-stranger")))).is_quorate


def test_whoever_left_and_came_back_counts() -> None:
    h = known("w-teacher").family(e.ProfessionalLeft("w-teacher", day("Mon 3 March 2025")))
    h.at("Tue 4 March 2025 10:00").family(e.ProfessionalInvolved("w-teacher", "teacher", day("Tue 4 March 2025")))
    assert found(h.sits(*map(there, ("w-social", "w-health", "w-teacher")))).is_quorate


@pytest.mark.parametrize("presence", ["apologies", "report_only", "absent", "excluded"])
def test_a_report_or_apologies_count_for_nothing(presence: e.Presence) -> None:
    h = known("w-teacher").sits(there("w-social"), there("w-health"), there("w-teacher", presence))
    assert not found(h).is_quorate


def test_a_deputy_counts_for_whom_they_sit_for() -> None:
    h = known("w-teacher", "w-officer").told("partnership", a_worker("w-head-teacher", "school"))
    sits = h.sits(there("w-social"), there("w-officer"), there("w-head-teacher", "deputy", "w-teacher"))
    assert found(sits).is_quorate and "school (w-head-teacher)" in found(sits).counted


def test_a_deputy_for_nobody_who_works_with_the_family_counts_for_nothing() -> None:
    h = known("w-teacher").told("partnership", a_worker("w-nurse", "health"))
    assert not found(h.sits(there("w-social"), there("w-teacher"), there("w-nurse", "deputy", "w-key"))).is_quorate


def test_a_manager_counts_for_social_care_in_the_social_workers_place() -> None:
    h = known("w-teacher").told("partnership", a_worker("w-team-leader", "council"))
    verdict = found(h.sits(*map(there, ("w-team-leader", "w-health", "w-teacher"))))
    assert verdict.is_quorate and verdict.counted[0] == "social care (w-team-leader)"


@pytest.mark.parametrize("person", ["w-chair-1", "w-chair-2", *(POSTS[x] for x in quorum.OF_THE_CONFERENCE)])
def test_the_chair_and_whoever_works_for_the_conference_are_not_social_care(person: str) -> None:
    h = known("w-teacher")
    assert h.meeting().booked and h.meeting().booked.chair == "w-chair-1"  # type: ignore[union-attr]
    assert found(h.sits(*map(there, (person, "w-health", "w-teacher")))).missing == ("social care",)


def test_the_chair_counts_for_nothing_even_if_on_record_as_working_with_the_family() -> None:
    h = known("w-teacher").family(e.ProfessionalInvolved("w-chair-1", "social_worker", day("Mon 3 March 2025")))
    assert found(h.sits(*map(there, ("w-chair-1", "w-health", "w-teacher")))).missing == ("social care",)


def test_parents_and_strangers_count_for_nothing() -> None:
    assert found(sat("w-social", "w-health", "mother", "a-neighbour")).missing


# --- the treatment service (Q-08, 3.50)


def test_where_an_area_has_it_so_the_treatment_service_neither_makes_a_quorum_nor_breaks_one() -> None:
    h = known("w-teacher").episode()
    h.protocol = varied(treatment_counts=False)
    assert not found(h.fork().sits(*map(there, ("w-social", "w-teacher", "w-key")))).is_quorate
    assert found(h.sits(*map(there, ("w-social", "w-health", "w-teacher")))).is_quorate


def test_a_treatment_service_in_direct_contact_counts_as_one_and_is_never_needed() -> None:
    h = known("w-teacher").episode()
    assert found(h.fork().sits(*map(there, ("w-social", "w-health", "w-teacher")))).is_quorate
    assert found(h.fork().sits(*map(there, ("w-social", "w-teacher", "w-key")))).is_quorate
    assert not found(h.sits(*map(there, ("w-social", "w-teacher", "w-spoc")))).is_quorate


@pytest.mark.parametrize(("ended", "counts"), [("Tue 4 March 2025", False), ("Wed 5 March 2025", True)])
def test_an_episode_that_had_ended_is_no_direct_contact(ended: str, counts: bool) -> None:
    h = known("w-teacher").episode()
    h.sits(*map(there, ("w-social", "w-teacher", "w-key"))).told(
        "person/mother", e.EpisodeClosed("E-mother", day(ended))
    )
    assert found(h).is_quorate is counts


# --- who leaves early (Q-07, 3.16)


def test_whoever_leaves_early_breaks_the_quorum_from_then_on() -> None:
    h = known("w-teacher").sits(there("w-social"), there("w-health"), part("w-teacher", until="10:20"))
    assert found(h).sentence.startswith("not quorate from 10:20 on; counted: social care (w-social) and health visitor")


def test_whoever_comes_late_was_missing_until_then() -> None:
    h = known("w-teacher").sits(there("w-social"), there("w-health"), part("w-teacher", since="09:10"))
    assert found(h).missing and found(h).since == instant("Wed 5 March 2025 09:00")
    assert " from " not in found(h).sentence.split(";")[0]


def test_whoever_stays_to_the_end_or_beyond_breaks_nothing() -> None:
    for until in ("11:00", "11:30"):
        h = known("w-teacher").sits(there("w-social"), there("w-health"), part("w-teacher", "08:55", until))
        assert found(h).is_quorate


def test_a_colleague_who_takes_over_keeps_the_quorum() -> None:
    h = known("w-teacher", "w-teacher-2")
    turns = (part("w-teacher", until="10:00"), part("w-teacher-2", since="10:00"))
    assert found(h.sits(there("w-social"), there("w-health"), *turns)).is_quorate


def test_who_came_for_part_counts_only_by_the_hours_that_were_written_down() -> None:
    h = known("w-teacher")
    seats = there("w-social"), there("w-health")
    assert not found(h.fork().sits(*seats, part("w-teacher", presence="part"))).is_quorate
    assert found(h.fork().sits(*seats, part("w-teacher", "09:00", "", "part"))).is_quorate
    assert found(h.fork().sits(*seats, part("w-teacher", "", "11:00", "part"))).is_quorate
    assert not found(h.sits(*seats, part("w-teacher", "09:00", "10:00", "part"))).is_quorate


# --- for which meetings


def test_only_the_kinds_that_a_pack_names_have_a_quorum() -> None:
    h = a_project().consent(True).at("Tue 15 April 2025 09:00")
    assert (
        quorum.verdict(h.file, h.sits(there("w-fip"), meeting=REVIEW).meeting(REVIEW), h.directory, h.protocol) is None
    )
    assert h.duty("hold_meeting", meeting=REVIEW).ended == "evidence"


def test_where_no_pack_gives_a_quorum_nothing_is_owed() -> None:
    h = known()
    h.protocol = replace(england(), quorum=None)
    h.family(suspected()).sits(there("w-social"))
    assert quorum.verdict(h.file, h.meeting(), h.directory, h.protocol) is None and ahead(h) == ""
    assert not h.duties("record_ground") and h.duty("hold_meeting").ended == "evidence"


def test_a_meeting_that_has_not_sat_has_no_verdict() -> None:
    h = known()
    assert quorum.verdict(h.file, h.meeting(), h.directory, h.protocol) is None and not h.duties("record_ground")


def test_a_local_quorum_counts_from_the_first_day_of_its_pack() -> None:
    h = sat("w-social", "w-health", "w-teacher")
    ours = varied(others=4)
    h.protocol = replace(ours, earlier=(day("Thu 6 March 2025"), england()))
    assert found(h).is_quorate
    h.protocol = replace(ours, earlier=(day("Wed 5 March 2025"), england()))
    assert not found(h).is_quorate


# --- the chair's ground (Q-04, 3.13)


def test_an_inquorate_conference_asks_its_chair_for_the_ground_by_the_next_working_day() -> None:
    duty = sat("w-social", "w-teacher").duty("record_ground")
    assert (duty.owner, duty.to, duty.rule, duty.meeting) == ("chair", "w-chair-1", "Q-04", CONFERENCE)
    assert in_words(duty.due_at) == "Thu 6 March 2025 23:59" and duty.ended is None
    assert "It was not quorate; counted: social care (w-social) and school (w-teacher)" in duty.sentence


def test_what_was_recorded_late_is_owed_from_when_it_was_recorded() -> None:
    h = known().at("Fri 7 March 2025 10:00").held(there("w-social"))
    assert in_words(h.duty("record_ground").due_at) == "Mon 10 March 2025 23:59"


def test_a_quorate_conference_owes_nothing() -> None:
    h = sat("w-social", "w-health", "w-teacher")
    assert not h.duties("record_ground") and h.duty("hold_meeting").ended == "evidence"


def test_the_chairs_ground_ends_it() -> None:
    h = sat("w-social", "w-teacher").waived(ground="delay_detrimental")
    duty = h.duty("record_ground")
    assert (duty.ended, duty.ended_by) == ("evidence", "w-chair-1, on the ground of delay detrimental")


def test_a_ground_given_before_the_record_of_the_meeting_counts_too() -> None:
    h = known().at("Wed 5 March 2025 09:30").waived().sits(there("w-social"))
    assert h.duty("record_ground").ended == "evidence"


def test_nobody_but_who_presides_can_give_the_ground() -> None:
    h = sat("w-social")
    h.family(e.QuorumWaived(CONFERENCE, "enough_information", "w-social", "We knew enough."))
    assert h.open("record_ground")
    h.family(e.QuorumWaived(CONFERENCE, "enough_information", "w-chair-2", "I sat in for her."))
    assert h.duty("record_ground").ended == "evidence"


def test_its_chair_may_give_the_ground_though_the_directory_has_them_preside_no_more() -> None:
    h = sat("w-social").told("partnership", replace(a_worker("w-chair-1", "council"), chairs=False))
    assert "w-chair-1" not in h.directory.chairs() and h.waived().duty("record_ground").ended == "evidence"


def test_a_ground_that_the_area_does_not_list_is_none() -> None:
    h = sat("w-social")
    h.protocol = varied(grounds={"enough_information": ()})
    assert h.waived(ground="delay_detrimental").open("record_ground")
    assert not h.waived(ground="enough_information").open("record_ground")


def test_a_ground_recorded_in_error_leaves_it_owed_again() -> None:
    h = sat("w-social").waived().in_error(e.QuorumWaived)
    assert h.open("record_ground") and h.open("hold_meeting")


def test_a_ground_for_a_sitting_that_broke_off_is_none_for_the_next() -> None:
    h = known().at("Wed 5 March 2025 09:30").waived().at("Wed 5 March 2025 10:00")
    h.family(e.MeetingAdjourned(CONFERENCE, "w-chair-1", "The school did not come.", h.now)).sits(there("w-social"))
    assert h.open("record_ground")


def test_another_conference_fixed_soon_enough_ends_it_too() -> None:
    h = sat("w-social", plan=True)
    assert h.open("record_ground")
    h.books("Wed 19 March 2025 10:00", FIRST_REVIEW)
    assert h.duty("record_ground").ended_by == "the review child protection conference of Wed 19 March 2025 10:00"


def test_another_conference_fixed_too_late_does_not() -> None:
    assert sat("w-social", plan=True).books("Thu 20 March 2025 10:00", FIRST_REVIEW).open("record_ground")


def test_a_conference_that_sat_before_is_no_new_date() -> None:
    h = sat("w-social", "w-health", "w-teacher", plan=True).books("Fri 7 March 2025 10:00", FIRST_REVIEW)
    assert h.sits(there("w-social"), meeting=FIRST_REVIEW).open("record_ground", meeting=FIRST_REVIEW)


def test_if_the_record_proves_to_be_wrong_nothing_is_owed_any_more() -> None:
    h = sat("w-social", "w-health").held(*map(there, ("w-social", "w-health", "w-teacher")))
    first = next(x for x in h.told_events if isinstance(x.body, e.MeetingHeld))
    assert h.family(e.RecordedInError(first.id, "w-chair-1")).duty("record_ground").ended == "lapse"


def test_a_late_ground_climbs_from_the_chair_to_the_head_of_service() -> None:
    h = sat("w-social").at("Wed 12 March 2025 10:00")
    climbed = [(x.role, x.person) for x in h.facts(RungClimbed) if x.duty == h.duty("record_ground").id]
    assert climbed == [
        ("chair", "w-chair-1"),
        ("conference_unit_manager", POSTS["conference_unit_manager"]),
        ("head_of_service", POSTS["head_of_service"]),
    ]


def test_an_inquorate_sitting_does_not_meet_the_clock_until_the_ground_is_recorded() -> None:
    h = sat("w-social")
    assert h.open("hold_meeting", meeting=CONFERENCE)
    assert h.waived().duty("hold_meeting", meeting=CONFERENCE).ended == "evidence"


# --- a ground that others must hear of


def test_local_difficulty_in_attending_is_reported_to_the_head_of_service_and_the_partnership() -> None:
    h = sat("w-social").waived(ground="local_attendance_difficulty")
    owed = [(d.to, d.owner, in_words(d.due_at)) for d in h.open("report_ground")]
    unit, until = "conference_unit_manager", "Thu 6 March 2025 23:59"
    assert owed == [(POSTS["head_of_service"], unit, until), (POSTS["board"], unit, until)]
    assert "the head of service that the initial" in h.open("report_ground")[0].sentence


def test_the_report_ends_when_they_show_that_they_know() -> None:
    h = sat("w-social").waived(ground="local_attendance_difficulty")
    to_head, to_board = h.open("report_ground")
    h.family(e.DutyAcknowledged(to_head.id, "w-social", "w-unit"))
    assert h.file.duties[to_head.id].ended is None
    h.family(e.DutyAcknowledged(to_head.id, POSTS["head_of_service"], "w-unit"))
    assert h.file.duties[to_head.id].ended_by == f"{POSTS['head_of_service']}, who said so"
    assert h.open("report_ground") == [to_board]


@pytest.mark.parametrize("ground", ["enough_information", "delay_detrimental", "contact_with_fewer_agencies"])
def test_no_other_ground_is_reported(ground: Ground) -> None:
    assert not sat("w-social").waived(ground=ground).duties("report_ground")


def test_a_post_that_nobody_holds_is_owed_its_report_all_the_same() -> None:
    h = sat("w-social")
    area = h.directory.area
    assert area
    h.told("partnership", replace(area, roles={k: v for k, v in area.roles.items() if k != "board"}))
    assert [d.to for d in h.waived(ground="local_attendance_difficulty").open("report_ground")] == ["w-head", None]


# --- two in a row


def twice(ground: Ground | None = None, second: tuple[str, ...] = ("w-social",)) -> Hearing:
    """The conference was not quorate, and so the review on Fri 7 March 2025."""
    h = sat("w-social", plan=True)
    h = h.waived(ground=ground) if ground else h
    return h.books("Fri 7 March 2025 10:00", FIRST_REVIEW).sits(*map(there, second), meeting=FIRST_REVIEW)


def test_two_inquorate_conferences_in_a_row_are_put_to_the_conference_unit_manager() -> None:
    duty = twice("delay_detrimental").duty("answer_inquorate_again", ended=None)
    assert (duty.owner, duty.meeting, duty.rule) == ("conference_unit_manager", FIRST_REVIEW, "Q-05")
    assert in_words(duty.due_at) == "Mon 10 March 2025 23:59"


def test_it_climbs_to_the_head_of_service_and_the_board() -> None:
    h = twice().at("Tue 25 March 2025 10:00")
    duty = h.duty("answer_inquorate_again")
    roles = [x.role for x in h.facts(RungClimbed) if x.duty == duty.id]
    assert roles == ["conference_unit_manager", "head_of_service", "board"]


def test_a_quorate_conference_between_or_after_breaks_the_row() -> None:
    assert not twice(second=("w-social", "w-health", "w-teacher")).duties("answer_inquorate_again")


def test_a_first_inquorate_conference_is_no_second() -> None:
    assert not sat("w-social").duties("answer_inquorate_again")
    h = sat("w-social", "w-health", "w-teacher", plan=True).books("Fri 7 March 2025 10:00", FIRST_REVIEW)
    assert not h.sits(there("w-social"), meeting=FIRST_REVIEW).duties("answer_inquorate_again")


def test_where_the_child_has_to_do_with_too_few_agencies_two_in_a_row_are_no_fault() -> None:
    assert not twice("contact_with_fewer_agencies").duties("answer_inquorate_again")
    assert not twice().waived(FIRST_REVIEW).duties("answer_inquorate_again", ended=None)


def test_before_a_birth_two_in_a_row_are_no_fault() -> None:
    unborn = e.Member(person="unborn", name="U", relation="unborn")
    h = Hearing().household(unborn, e.Member(person="mother", name="M", relation="parent", cares=True)).worked_with()
    h.family(e.PreBirthConferenceAskedFor("PB-1", "unborn", day("Thu 12 June 2025"), "w-social"))
    h.books("Wed 5 March 2025 10:00", PRE_BIRTH).sits(there("w-social"), meeting=PRE_BIRTH, plan=PLAN)
    h.books("Mon 10 March 2025 10:00", FIRST_REVIEW).sits(there("w-social"), meeting=FIRST_REVIEW)
    assert len(h.open("record_ground")) == 1 and not h.duties("answer_inquorate_again")


def broke_off(*people: str, h: Hearing | None = None) -> Hearing:
    """Wed 5 March 2025, for want of whoever did not come; it sits again on Fri 7 March."""
    h = (h or known("w-teacher")).at("Wed 5 March 2025 10:00")
    begun = instant("Wed 5 March 2025 09:00")
    return h.family(e.MeetingAdjourned(CONFERENCE, "w-chair-1", "Too few came.", begun, tuple(map(there, people))))


def test_a_sitting_that_broke_off_without_a_quorum_is_the_first_of_two() -> None:
    duty = broke_off("w-social").sits(there("w-social")).duty("answer_inquorate_again")
    assert duty.meeting == CONFERENCE and duty.sentence.startswith("Answer for it that the initial child protection")


def test_a_sitting_that_broke_off_with_a_quorum_or_of_which_nobody_knows_is_not() -> None:
    for people in (("w-social", "w-health", "w-teacher"), ()):
        assert not broke_off(*people).sits(there("w-social")).duties("answer_inquorate_again")


def test_one_that_broke_off_before_it_began_was_no_sitting() -> None:
    h = known("w-teacher").at("Wed 5 March 2025 08:00")
    h.family(e.MeetingAdjourned(CONFERENCE, "w-chair-1", "Too few came.", attendance=(there("w-social"),)))
    assert not h.sits(there("w-social")).duties("answer_inquorate_again")


def test_a_second_sitting_that_breaks_off_is_answered_for_from_when_it_was_recorded() -> None:
    h = broke_off("w-social").at("Mon 10 March 2025 09:00")
    again = e.MeetingAdjourned(
        CONFERENCE, "w-chair-1", "Again.", instant("Fri 7 March 2025 09:00"), (there("w-social"),)
    )
    assert in_words(h.family(again).duty("answer_inquorate_again").due_at) == "Tue 11 March 2025 23:59"


# --- fabricated or induced illness


def suspected(stands: bool = True, child: str | None = "child") -> e.InducedIllnessRecorded:
    return e.InducedIllnessRecorded(stands, "w-social", child)


def test_where_an_illness_may_be_induced_a_paediatrician_is_to_be_found() -> None:
    duty = known().family(suspected()).duty("name_paediatrician")
    assert (duty.owner, duty.rule, in_words(duty.due_at)) == ("coordinator", "Q-06", "Tue 4 March 2025 23:59")
    assert "illness" not in duty.sentence  # it goes by mail


def test_it_ends_when_one_works_with_the_family() -> None:
    h = known().family(suspected())
    duty = with_others(h, "w-paediatrician").duty("name_paediatrician")
    assert (duty.ended, duty.ended_by) == ("evidence", "w-paediatrician")


def test_where_one_does_already_nothing_is_owed() -> None:
    assert not known("w-paediatrician").family(suspected()).duties("name_paediatrician")


def test_without_such_a_suspicion_nobody_seeks_one() -> None:
    assert not known().duties("name_paediatrician")
    assert known().family(suspected()).family(suspected(stands=False)).duty("name_paediatrician").ended == "lapse"


def test_what_is_withdrawn_of_one_child_stands_of_another() -> None:
    h = known().family(suspected(child="child"), suspected(child="other")).family(suspected(False, "child"))
    assert h.open("name_paediatrician")


def test_a_suspicion_recorded_in_error_leaves_the_file() -> None:
    assert known().family(suspected()).in_error(e.InducedIllnessRecorded).duty("name_paediatrician").ended == "lapse"


def test_of_a_suspicion_known_before_the_meeting_fell_due_the_day_is_counted_from_then() -> None:
    h = Hearing("Mon 24 February 2025 10:00").household().worked_with().family(suspected())
    h.at("Mon 3 March 2025 10:00").conference()
    assert in_words(h.duty("name_paediatrician").due_at) == "Tue 4 March 2025 23:59"


def test_a_time_is_sought_at_which_the_paediatrician_can_be_there() -> None:
    h = with_others(Hearing().household().worked_with(), "w-paediatrician").family(suspected())
    h.told("diary", busy("w-paediatrician", "Tue 4 March 2025", "Fri 7 March 2025")).conference()
    assert h.meeting().booked and in_words(h.meeting().booked.starts_at) == "Mon 10 March 2025 09:00"  # type: ignore[union-attr]


def test_without_a_suspicion_a_paediatrician_is_only_wanted() -> None:
    h = with_others(Hearing().household().worked_with(), "w-paediatrician")
    h.told("diary", busy("w-paediatrician", "Tue 4 March 2025", "Mon 31 March 2025")).conference()
    assert h.meeting().booked and in_words(h.meeting().booked.starts_at) == "Wed 5 March 2025 09:00"  # type: ignore[union-attr]


def test_the_verdict_says_that_no_paediatrician_was_there_and_the_quorum_stands_all_the_same() -> None:
    h = known("w-teacher", "w-paediatrician").family(suspected())
    without = found(h.fork().sits(*map(there, ("w-social", "w-health", "w-teacher"))))
    assert without.unmet and without.is_quorate
    assert not found(h.sits(*map(there, ("w-social", "w-paediatrician", "w-teacher")))).unmet


def test_no_paediatrician_is_missed_where_nothing_is_suspected() -> None:
    assert not found(sat("w-social", "w-health", "w-teacher")).unmet


def test_of_a_conference_that_sat_before_the_suspicion_nothing_is_sought() -> None:
    assert not sat("w-social", "w-health", "w-teacher").family(suspected()).duties("name_paediatrician")


# --- where the rules are not there


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        ("Q-04", "record_ground"),
        ("Q-04", "report_ground"),
        ("Q-05", "answer_inquorate_again"),
        ("Q-06", "name_paediatrician"),
    ],
)
def test_by_a_rule_that_no_pack_gives_nothing_is_owed(rule: str, kind: DutyKind) -> None:
    h = sat("w-social", plan=True).family(suspected())
    h.protocol = replace(england(), rules={k: r for k, r in england().rules.items() if k != rule})
    h.waived(ground="local_attendance_difficulty").books("Fri 7 March 2025 10:00", FIRST_REVIEW)
    assert not h.sits(there("w-social"), meeting=FIRST_REVIEW).open(kind)


# --- before it sits


def test_by_the_answers_so_far_it_says_whether_it_will_be_quorate() -> None:
    h = known("w-teacher")
    assert ahead(h).startswith("not yet quorate by the answers so far: missing social care and 2 more agencies")
    assert ahead(h).endswith("; no answer yet from w-health, w-social and w-teacher")
    for worker in ("w-social", "w-health", "w-teacher"):
        h.answers(worker)
    assert ahead(h).startswith("quorate by the answers so far (Q-01, typical, ")


def test_it_says_loudly_when_too_few_are_left_who_have_not_said_no() -> None:
    h = known("w-teacher").answers("w-social").answers("w-teacher", reply="declined")
    assert ahead(h).startswith("WILL NOT BE QUORATE, even if everybody comes who has not said no: missing one more")


def test_whoever_may_come_has_not_said_no() -> None:
    h = known("w-teacher").answers("w-teacher", reply="tentative")
    assert ahead(h).startswith("not yet quorate")


def test_an_answer_to_an_earlier_time_says_nothing_of_this_one() -> None:
    h = known("w-teacher")
    for worker in ("w-social", "w-health", "w-teacher"):
        h.answers(worker)
    assert ahead(h.at("Tue 4 March 2025 10:00").books("Fri 7 March 2025 10:00")).startswith("not yet quorate")


def test_no_answer_of_whoever_does_not_count_is_waited_for() -> None:
    assert "w-key" in a_conference().episode().meeting().invitations
    h = known("w-teacher").episode()
    h.protocol = varied(treatment_counts=False)
    assert ahead(h).endswith("; no answer yet from w-health, w-social and w-teacher")


def test_whoever_is_asked_no_more_is_not_counted_on() -> None:
    h = known("w-teacher").answers("w-social").answers("w-health").answers("w-teacher")
    h.at("Tue 4 March 2025 10:00").family(e.ProfessionalLeft("w-teacher", day("Wed 5 March 2025")))
    assert ahead(h).startswith("WILL NOT BE QUORATE")


def test_of_a_meeting_that_sat_or_has_no_time_nothing_is_foretold() -> None:
    assert ahead(sat("w-social")) == "" and ahead(known().cancels()) == ""
