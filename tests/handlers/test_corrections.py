"""Records of meetings, plans and people that were made in error leave the file as if they had never been; what was sent
stands, and a correcting message is owed (decision 16)."""

import pytest

from handlers import events as e
from handlers import facts as f
from handlers.case_file import CaseFile
from handlers.case_folds import fold
from handlers.effects import SendLetter, SendMinutes
from handlers.working_days import in_words
from tests.handlers.hearing import (
    CLEARWAY,
    CONFERENCE,
    FAMILY,
    FATHER,
    MOTHER,
    Hearing,
    a_conference,
    a_project,
    day,
    instant,
    there,
)

PLAN = e.Plan(plan="P-1", category="neglect", core_group=("w-social",))
GROUP_1, GROUP_2, GROUP_3 = (f"core-group:P-1:{n}" for n in (1, 2, 3))
TEXTS = ("The plan stands.",)


def held(*people: str, plan: e.Plan | None = PLAN) -> Hearing:
    """Sat on Wed 5 March 2025 as booked, 09:00."""
    h = a_conference().episode()
    h.post = "accepted"
    return h.sits(*(there(p) for p in people), plan=plan)


def another_record(h: Hearing, *people: str, plan: e.Plan | None = PLAN) -> Hearing:
    return h.family(e.MeetingHeld(CONFERENCE, tuple(there(p) for p in people), plan=plan))


def first_in_error(h: Hearing, type_: type[e.Body]) -> Hearing:
    wrong = next(x for x in h.told_events if isinstance(x.body, type_))
    return h.family(e.RecordedInError(wrong.id, "w-coordinator"))


# --- the file is as if it had never been


def test_a_meeting_recorded_as_held_in_error_is_booked_and_owed_again() -> None:
    h = held("w-social", "w-key").in_error(e.MeetingHeld)
    assert not h.meeting().held and h.meeting().booked
    assert h.duty("hold_meeting", meeting=CONFERENCE).ended is None


def test_a_plan_that_a_wrong_record_made_is_gone_with_its_core_group() -> None:
    h = held("w-social")
    assert h.meeting(GROUP_1).open
    h.in_error(e.MeetingHeld)
    assert not h.file.plans and h.meeting(GROUP_1).no_longer_due


def test_what_took_part_by_a_wrong_record_has_shown_nothing() -> None:
    h = held("w-key")
    assert h.duty("tell_treatment", **CLEARWAY).ended == "evidence"
    assert h.in_error(e.MeetingHeld).duty("tell_treatment", **CLEARWAY).ended is None


def test_a_household_recorded_in_error_brings_back_the_one_before_with_their_episodes() -> None:
    h = a_conference(MOTHER, FATHER).episode().household(FATHER)
    assert not h.file.episodes
    h.in_error(e.HouseholdRecorded)
    assert {"mother", "father"} <= h.file.members.keys() and h.open("tell_treatment", **CLEARWAY)


def test_an_episode_stays_on_file_where_its_adult_does() -> None:
    h = a_conference(MOTHER).family(e.MemberJoined(FATHER, day("Mon 3 March 2025"))).episode("father", worker="w-key-2")
    h.family(e.ProfessionalInvolved("w-fip", "fip_worker", day("Mon 3 March 2025")))
    assert "E-father" in h.in_error(e.ProfessionalInvolved).file.episodes


@pytest.mark.parametrize(
    ("wrong", "person", "stays"),
    [
        (e.MemberLeft("mother", day("Mon 3 March 2025")), "mother", True),
        (e.MemberJoined(FATHER, day("Mon 3 March 2025")), "father", False),
    ],
)
def test_a_coming_or_going_recorded_in_error_never_was(wrong: e.Body, person: str, stays: bool) -> None:
    h = a_conference().family(wrong)
    assert (person in h.file.members) is not stays
    assert (person in h.in_error(type(wrong)).file.members) is stays


@pytest.mark.parametrize(
    ("wrong", "stays"),
    [
        (e.ProfessionalLeft("w-health", day("Mon 3 March 2025")), True),
        (e.ProfessionalInvolved("w-fip", "fip_worker", day("Mon 3 March 2025")), False),
    ],
)
def test_a_worker_recorded_in_error_is_asked_or_called_off_accordingly(wrong: e.Body, stays: bool) -> None:
    worker = "w-health" if stays else "w-fip"
    h = a_conference().family(wrong)
    assert h.meeting().invitations[worker].cancelled is stays
    assert h.in_error(type(wrong)).meeting().invitations[worker].cancelled is not stays


def test_a_discussion_of_another_day_dates_its_conference_anew_without_calling_anybody_off() -> None:
    h = a_conference().at("Mon 3 March 2025 11:00")
    mails = len(h.messages)
    h.family(e.StrategyDiscussionHeld("SD-1", day("Thu 27 February 2025"), True))
    first_in_error(h, e.StrategyDiscussionHeld)
    assert in_words(h.meeting().due.due_on) == "Thu 20 March 2025" and len(h.messages) == mails


def test_a_discussion_recorded_in_error_for_good_calls_its_conference_off() -> None:
    h = a_conference().in_error(e.StrategyDiscussionHeld)
    assert h.meeting().no_longer_due and h.meeting().invitations["w-social"].cancelled


def test_the_end_of_a_plan_or_a_project_recorded_in_error_makes_its_meetings_due_again() -> None:
    h = held("w-social").family(e.PlanEnded("P-1", day("Wed 5 March 2025"), "w-chair-1"))
    assert h.meeting(GROUP_1).no_longer_due and h.in_error(e.PlanEnded).meeting(GROUP_1).open
    h = a_project().family(e.FipEnded("FIP-1", day("Mon 3 March 2025")))
    assert h.meeting("fip-review:FIP-1:1").no_longer_due
    assert h.in_error(e.FipEnded).meeting("fip-review:FIP-1:1").open


@pytest.mark.parametrize(
    "asked",
    [
        e.PreBirthConferenceAskedFor("PB-1", "child", day("Mon 1 September 2025"), "w-social"),
        e.TransferNotified("T-1", "Elsewhere", day("Mon 3 March 2025")),
        e.MeetingAskedFor("JR-1", "joint_care_plan_review", day("Mon 31 March 2025"), "w-coordinator", "mother"),
        e.FipStarted("FIP-1", day("Mon 3 March 2025"), "w-fip"),
        e.ConferenceAskedFor("SD-1", "w-social"),
    ],
)
def test_what_was_asked_for_in_error_is_no_longer_due(asked: e.Body) -> None:
    h = Hearing().household().worked_with().family(e.StrategyDiscussionHeld("SD-1", day("Mon 3 March 2025"), True))
    [meeting] = h.family(asked).file.meetings
    assert h.meeting(meeting).open and h.in_error(type(asked)).meeting(meeting).no_longer_due


def test_a_report_recorded_in_error_is_owed_again() -> None:
    h = a_conference()
    h.post = "accepted"
    h.episode().family(e.ReportReceived(CONFERENCE, "w-key", "w-coordinator"))
    assert h.duty("report_from_treatment").ended == "evidence"
    assert h.in_error(e.ReportReceived).duty("report_from_treatment").ended is None


def test_a_core_group_that_was_not_held_leaves_the_numbers_of_later_ones() -> None:
    h = held("w-social").sits(there("w-social"), meeting=GROUP_1).sits(there("w-social"), meeting=GROUP_2)
    assert h.meeting(GROUP_3).open
    first = next(x for x in h.told_events if isinstance(x.body, e.MeetingHeld) and x.body.meeting == GROUP_1)
    h.family(e.RecordedInError(first.id, "w-social"))
    assert h.meeting(GROUP_3).open and h.meeting(GROUP_2).held and h.meeting(GROUP_1).no_longer_due


def test_the_next_review_is_reckoned_from_the_day_that_is_right() -> None:
    h = held("w-social").at("Thu 6 March 2025 10:00")
    times = (instant("Tue 4 March 2025 09:00"), instant("Tue 4 March 2025 11:00"))
    h.family(e.MeetingHeld(CONFERENCE, (there("w-social"),), *times, PLAN))
    assert in_words(h.meeting("review-conference:P-1:1").due.due_on) == "Thu 5 June 2025"
    first_in_error(h, e.MeetingHeld)
    assert in_words(h.meeting("review-conference:P-1:1").due.due_on) == "Wed 4 June 2025"


def test_records_of_two_sources_under_one_id_do_not_take_each_other_out() -> None:
    now = instant("Mon 3 March 2025 10:00")
    joined = (e.MemberJoined(m, day("Mon 3 March 2025")) for m in (MOTHER, FATHER))
    file = CaseFile(stream=FAMILY)
    for body in joined:
        file = fold(file, f.Fact(body, "", now, now, "1"))
    file = fold(file, f.Fact(e.RecordedInError("1", "w-social"), "", now, now, "2"))
    assert set(file.members) == {"father"}


# --- two records of one sitting


def test_of_two_records_of_a_meeting_the_first_stands_and_somebody_must_say_which_is_wrong() -> None:
    h = another_record(held("w-social"), "w-key")
    sitting = h.meeting().sitting
    assert sitting and [a.person for a in sitting.held.attendance] == ["w-social"]
    assert "two records of the sitting of initial-conference:SD-1" in h.duty("mend_record").sentence


def test_when_the_first_is_said_to_be_wrong_the_second_takes_its_place_at_once() -> None:
    h = another_record(held("w-social"), "w-key")
    first_in_error(h, e.MeetingHeld)
    sitting = h.meeting().sitting
    assert sitting and [a.person for a in sitting.held.attendance] == ["w-key"]
    assert h.duty("mend_record").ended == "lapse" and not h.meeting(GROUP_1).no_longer_due


def test_when_the_second_is_said_to_be_wrong_nothing_is_sent_again() -> None:
    h = another_record(held("w-social").minuted(), "w-key")
    mails = len(h.messages)
    assert h.in_error(e.MeetingHeld).duty("mend_record").ended == "lapse" and len(h.messages) == mails


def test_the_same_record_under_another_name_is_no_second_one() -> None:
    h = another_record(held("w-social"), "w-social")
    assert not h.duties("mend_record")


def test_two_records_of_minutes_or_decisions_ask_the_same() -> None:
    h = held("w-social").minuted().family(e.MinutesRecorded(CONFERENCE, "w-coordinator", TEXTS))
    assert "two records of the minutes" in h.duty("mend_record").sentence
    h = held("w-social").family(*(e.DecisionsRecorded(CONFERENCE, "w-chair-1", (t,)) for t in ("One.", "Two.")))
    assert "two records of the decisions" in h.duty("mend_record").sentence


def test_what_waited_for_the_plan_of_the_second_record_comes_back_when_it_stands() -> None:
    plan = e.Plan(plan="P-2", category="neglect")
    h = another_record(held("w-social"), "w-social", plan=plan)
    h.family(e.PlanEnded("P-2", day("Wed 5 March 2025"), "w-chair-1"))
    assert h.parked
    first_in_error(h, e.MeetingHeld)
    assert not h.parked and "P-2" in h.file.plans_ended


# --- what was sent stands, and a correction is owed


def copies(h: Hearing, person: str) -> list[bool]:
    """Of each copy of the minutes that went to this person, whether it said that it is a correction."""
    return [m.corrects for m in h.sent(SendMinutes, person) if m.part == "minutes"]


def test_whoever_had_the_minutes_is_sent_the_corrected_ones_and_told_that_they_are() -> None:
    h = held("w-social", "w-key").minuted()
    h.family(e.MinutesRecorded(CONFERENCE, "w-coordinator", TEXTS))
    first_in_error(h, e.MinutesRecorded)
    everybody = {m.to.person for m in h.sent(SendMinutes)}
    assert {"w-social", "w-key", "mother"} <= everybody
    assert all(copies(h, person) == [False, True] for person in everybody)
    assert h.sent(SendMinutes, "w-key")[-1].decisions == TEXTS
    assert len({m.message for m in h.sent(SendMinutes)}) == 2 * len(everybody)


def test_minutes_corrected_twice_in_the_same_minute_are_sent_each_time_by_a_mail_of_their_own() -> None:
    h = held("w-social").minuted().at("Fri 7 March 2025 15:00")
    for words in ("No plan is made.", "A plan is made for six months."):
        h.in_error(e.MinutesRecorded).family(e.MinutesRecorded(CONFERENCE, "w-coordinator", (words,)))
    names = [m.message for m in h.sent(SendMinutes, "w-social")]
    assert len(set(names)) == len(names) == 3


def test_minutes_that_were_refused_leave_under_a_name_of_their_own_once_they_are_corrected() -> None:
    h = held("w-social")
    h.post = "refused"
    h.minuted().family(e.MinutesRecorded(CONFERENCE, "w-coordinator", TEXTS))
    h.post = "accepted"
    first_in_error(h, e.MinutesRecorded)
    names = [m.message for m in h.sent(SendMinutes, "w-social")]
    assert len(set(names)) == len(names) > 1 and copies(h, "w-social")[-1] is False


def test_whoever_was_not_there_after_all_and_had_the_minutes_is_sent_the_corrected_ones() -> None:
    h = another_record(held("w-social", "w-fip").minuted(), "w-social")
    first_in_error(h, e.MeetingHeld)
    assert copies(h, "w-fip") == [False, True] == copies(h, "w-social")


def test_corrected_minutes_are_owed_until_they_have_gone() -> None:
    h = held("w-social").minuted().family(e.MinutesRecorded(CONFERENCE, "w-coordinator", TEXTS))
    h.post = None
    first_in_error(h, e.MinutesRecorded)
    owed = [*h.open("send_minutes"), *h.open("send_minutes_treatment")]
    assert {d.to for d in owed} == {m.to.person for m in h.sent(SendMinutes)}


def test_whoever_had_no_copy_is_sent_one_that_is_no_correction() -> None:
    h = another_record(held("w-social").minuted(), "w-social", "w-fip")
    first_in_error(h, e.MeetingHeld)
    assert copies(h, "w-fip") == [False]


def test_a_second_plan_alone_changes_nothing_in_the_minutes() -> None:
    h = another_record(held("w-social").minuted(), "w-social", plan=None)
    mails = len(h.sent(SendMinutes))
    first_in_error(h, e.MeetingHeld)
    assert len(h.sent(SendMinutes)) == mails and not h.file.plans


def test_decisions_are_corrected_likewise_and_minutes_are_not_decisions() -> None:
    h = held("w-social").family(*(e.DecisionsRecorded(CONFERENCE, "w-chair-1", (t,)) for t in ("One.", "Two.")))
    first_in_error(h, e.DecisionsRecorded)
    assert [(m.decisions, m.corrects) for m in h.sent(SendMinutes, "w-social")] == [
        (("One.",), False),
        (("Two.",), True),
    ]
    assert [m.corrects for m in h.minuted().sent(SendMinutes, "w-social")] == [False, True, False]


# --- minutes of what was not held, or of nothing


def withdrawn(h: Hearing) -> set[str]:
    return {x.to.person for x in h.sent(SendLetter) if x.occasion == "withdrawn"}


def test_minutes_that_nothing_replaces_are_withdrawn_by_letter_the_next_working_morning() -> None:
    h = held("w-social").minuted().at("Fri 7 March 2025 15:00").in_error(e.MeetingHeld)
    had = {m.to.person for m in h.sent(SendMinutes)}
    assert {d.to for d in h.open("withdraw_paper")} == had and "mother" in had
    assert not withdrawn(h.at("Mon 10 March 2025 08:59"))
    assert withdrawn(h.at("Mon 10 March 2025 09:00")) == had
    assert {in_words(d.due_at) for d in h.duties("withdraw_paper")} == {"Mon 10 March 2025 23:59"}
    assert {d.ended for d in h.duties("withdraw_paper")} == {"evidence"}


def test_nothing_is_withdrawn_where_the_right_record_follows_in_time() -> None:
    h = held("w-social").minuted().at("Fri 7 March 2025 15:00").in_error(e.MeetingHeld)
    another_record(h, "w-social", "w-health").at("Tue 11 March 2025 10:00")
    assert not withdrawn(h)
    assert {d.ended for d in h.duties("withdraw_paper")} == {"lapse"} and copies(h, "w-social") == [False, True]


def test_a_wrong_letter_of_decisions_is_withdrawn_although_the_minutes_are_right() -> None:
    h = held("w-social").family(e.DecisionsRecorded(CONFERENCE, "w-chair-1", ("One.",))).minuted()
    h.in_error(e.DecisionsRecorded).at("Fri 7 March 2025 10:00")
    assert h.sent(SendLetter, "w-social")[-1].what == "decisions" and copies(h, "w-social") == [False]


def test_a_copy_that_came_back_need_not_be_withdrawn() -> None:
    h = held("w-social").minuted()
    h.posted("bounced", h.meeting().papers["w-social"].message, "w-social", "minutes", CONFERENCE)
    h.in_error(e.MinutesRecorded)
    assert not h.duties("withdraw_paper", to="w-social") and h.open("withdraw_paper", to="w-key")


# --- nothing is late at once


def test_what_is_owed_again_is_not_late_before_the_end_of_the_working_day_after() -> None:
    h = held("w-key").waived().at("Fri 28 March 2025 15:00")
    climbed = len(h.facts(f.RungClimbed))
    h.in_error(e.MeetingHeld)
    anew = [h.duty("tell_treatment", **CLEARWAY), h.duty("hold_meeting", meeting=CONFERENCE)]
    assert {in_words(d.due_at) for d in anew} == {"Mon 31 March 2025 23:59"}
    h.at("Mon 31 March 2025 23:00").family(e.ProfessionalInvolved("w-fip", "fip_worker", day("Mon 3 March 2025")))
    assert {in_words(h.file.duties[d.id].due_at) for d in anew} == {"Mon 31 March 2025 23:59"}
    assert len(h.facts(f.RungClimbed)) == climbed
    assert len(h.at("Tue 1 April 2025 17:00").facts(f.RungClimbed)) > climbed


def test_a_conference_that_should_have_been_long_ago_is_late_only_after_the_working_day_after() -> None:
    h = a_conference().books("Fri 21 March 2025 10:00").at("Wed 19 March 2025 10:00")
    assert in_words(h.duty("hold_meeting").due_at) == "Mon 24 March 2025 23:59"
    h.family(e.StrategyDiscussionHeld("SD-1", day("Mon 10 February 2025"), True))
    assert in_words(h.meeting().due.due_on) == "Mon 3 March 2025"
    first_in_error(h, e.StrategyDiscussionHeld)
    assert in_words(h.duty("hold_meeting").due_at) == "Thu 20 March 2025 23:59"


def test_what_was_late_before_a_correction_stays_late() -> None:
    h = a_conference().at("Fri 4 April 2025 10:00")
    late = h.duty("hold_meeting").due_at
    h.family(e.ProfessionalInvolved("w-fip", "fip_worker", day("Mon 3 March 2025"))).in_error(e.ProfessionalInvolved)
    assert h.duty("hold_meeting").due_at == late < h.now
    h.family(e.StrategyDiscussionHeld("SD-1", day("Mon 10 February 2025"), True))
    assert first_in_error(h, e.StrategyDiscussionHeld).duty("hold_meeting").due_at < late


# --- as often, and in whatever order


def test_it_may_be_said_twice_and_before_the_record_itself_comes() -> None:
    h = held("w-social")
    wrong = h.told_events[-1]
    h.in_error(e.MeetingHeld).family(e.RecordedInError(wrong.id, "w-key"))
    assert not h.meeting().held
    early = a_conference()
    early.family(e.RecordedInError(wrong.id, "w-social")).until(wrong.recorded)
    early.deliver(wrong)
    assert not early.parked and not early.meeting().held
