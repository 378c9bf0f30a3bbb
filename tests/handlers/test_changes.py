"""A significant change is told to the service of every adult in treatment, within a working day (JG F7, rules 3.37).

Whoever moves in and is in treatment is such a change to the services of the others. The basis: a child protection
meeting ahead or a plan that stands, else the adult's consent for changes.
"""

import pytest

from handlers import events as e
from handlers import facts as f
from handlers.effects import SendLetter
from handlers.facts import Duty
from handlers.working_days import in_words
from tests.handlers.hearing import CLEARWAY, FATHER, MOTHER, Hearing, a_conference, day, there

HOME = e.SignificantChangeRecorded("C-1", "child_returned_home", day("Mon 3 March 2025"), "w-social")


def in_treatment() -> Hearing:
    """Mother at Clearway, father at Beacon; a conference is ahead, so that sharing has its basis."""
    h = a_conference(MOTHER, FATHER).episode().episode("father", "beacon", "w-beacon-key")
    return h.books("Wed 19 March 2025 10:00")


def told(h: Hearing) -> dict[str | None, Duty]:
    return {d.adult: d for d in h.duties("tell_change")}


def says(h: Hearing, duty: Duty, person: str) -> Hearing:
    return h.family(e.DutyAcknowledged(duty.id, person, "w-coordinator"))


# --- what is owed


def test_a_change_is_told_to_each_service_by_the_working_day_after_it_was_recorded() -> None:
    h = in_treatment().at("Fri 7 March 2025 11:00").family(HOME)
    duties = told(h)
    assert {(a, d.service, d.to) for a, d in duties.items()} == {
        ("mother", "clearway", "w-key"),
        ("father", "beacon", "w-beacon-key"),
    }
    duty = duties["mother"]
    assert (duty.owner, duty.closes_on, duty.rule, duty.meeting) == ("coordinator", "acknowledged", "F7-01", None)
    assert in_words(duty.due_at) == "Mon 10 March 2025 23:59"
    assert duty.sentence.startswith("Make sure that clearway knows of the change C-1, for mother. 1 working day after")


def test_across_easter_the_working_day_after_is_the_tuesday() -> None:
    h = in_treatment().books("Wed 30 April 2025 10:00").at("Thu 17 April 2025 10:00").family(HOME)
    assert {in_words(d.due_at) for d in h.open("tell_change")} == {"Tue 22 April 2025 23:59"}


def test_an_episode_recorded_later_is_told_from_when_it_was_known() -> None:
    h = a_conference().books("Wed 19 March 2025 10:00").family(HOME).at("Mon 10 March 2025 10:00")
    h.told("person/mother", e.EpisodeOpened("E-1", "clearway", "w-key", day("Mon 3 March 2025"), "consent"))
    assert in_words(h.duty("tell_change").due_at) == "Tue 11 March 2025 23:59"


@pytest.mark.parametrize(
    ("opened", "ended", "is_told"),
    [
        ("Mon 3 March 2025", None, True),
        ("Tue 4 March 2025", None, False),
        ("Sat 1 March 2025", "Mon 3 March 2025", True),
        ("Sat 1 March 2025", "Sun 2 March 2025", False),
    ],
)
def test_only_an_episode_that_stood_on_the_day_of_the_change_is_told(
    opened: str, ended: str | None, is_told: bool
) -> None:
    h = a_conference().books("Wed 19 March 2025 10:00").at("Tue 4 March 2025 10:00")
    h.told("person/mother", e.EpisodeOpened("E-1", "clearway", "w-key", day(opened), "consent"))
    if ended:
        h.told("person/mother", e.EpisodeClosed("E-1", day(ended)))
    assert bool(h.family(HOME).duties("tell_change")) is is_told


def test_a_factor_without_an_episode_hears_of_no_change() -> None:
    assert not a_conference().factor("1B", person="mother").family(HOME).duties("tell_change")


def test_the_letter_names_the_change_and_the_services_own_reference_alone() -> None:
    letters = in_treatment().family(HOME).sent(SendLetter, "w-key")
    (letter,) = [x for x in letters if x.occasion == "change"]
    assert (letter.what, letter.client_reference, letter.family) == ("child_returned_home", "CW-7741", "")
    assert letter.due_at and in_words(letter.due_at) == "Tue 4 March 2025 23:59"


def test_a_change_recorded_in_error_lapses() -> None:
    h = in_treatment().family(HOME)
    event = next(iter(h.file.records.changes))
    h.family(e.RecordedInError(event, "w-social"))
    assert {d.ended for d in h.duties("tell_change")} == {"lapse"}


# --- what proves it


def test_a_change_is_known_when_the_worker_says_so_and_not_when_the_relay_took_the_letter() -> None:
    h = in_treatment()
    h.post = "accepted"
    duty = told(h.family(HOME))["mother"]
    assert duty.ended is None
    h = says(h, duty, "w-key")
    assert told(h)["mother"].ended == "evidence" and told(h)["mother"].ended_by == "w-key, who said so"
    assert told(h)["father"].ended is None
    assert [x.grade for x in h.facts(f.DutyEnded) if x.duty == duty.id] == ["acknowledged"]


def test_a_letter_that_came_back_from_somebody_who_speaks_to_us_lies_before_the_coordinator_at_once() -> None:
    h = in_treatment().family(HOME)
    (letter,) = [x for x in h.sent(SendLetter, "w-key") if x.occasion == "change"]
    h.posted("bounced", letter.message, "w-key", "letter").answers("w-key")
    assert [c.role for c in h.facts(f.RungClimbed) if c.duty == told(h)["mother"].id] == ["coordinator"]


def test_what_somebody_elses_worker_says_shows_nothing() -> None:
    h = in_treatment().family(HOME)
    assert told(says(h, told(h)["mother"], "w-beacon-key"))["mother"].ended is None


def test_a_handover_moves_the_telling_and_only_the_new_worker_may_say_so() -> None:
    h = (
        in_treatment()
        .family(HOME)
        .told("person/mother", e.EpisodeHandedOver("E-mother", "w-key-2", day("Mon 3 March 2025")))
    )
    duty = told(says(h, told(h)["mother"], "w-key"))["mother"]
    assert (duty.to, duty.ended) == ("w-key-2", None)
    assert [x.occasion for x in h.sent(SendLetter, "w-key-2")].count("change") == 1
    assert told(says(h, duty, "w-key-2"))["mother"].ended == "evidence"


def test_a_known_change_handed_over_is_owed_to_the_new_worker_with_a_day_of_its_own() -> None:
    h = in_treatment().family(HOME)
    says(h, told(h)["mother"], "w-key").at("Mon 10 March 2025 10:00")
    h.told("person/mother", e.EpisodeHandedOver("E-mother", "w-key-2", day("Mon 10 March 2025")))
    duty = told(h)["mother"]
    assert (duty.ended, duty.to, in_words(duty.due_at)) == (None, "w-key-2", "Tue 11 March 2025 23:59")
    assert told(h.at("Tue 11 March 2025 08:00").family(e.TimeCame()))["mother"].due_at == duty.due_at


def test_where_nobody_at_the_service_can_be_reached_a_name_is_owed_about_the_change() -> None:
    h = in_treatment().unreachable("w-key", "w-spoc", "w-deputy").at("Fri 7 March 2025 10:00").family(HOME)
    duty = h.duty("name_representative", adult="mother", meeting=None)
    assert in_words(duty.due_at) == "Fri 7 March 2025 23:59" and "about the change, for mother" in duty.sentence
    assert told(h)["mother"].to is None


# --- somebody moves in


def moves_in(h: Hearing, on: str = "Mon 3 March 2025", member: e.Member = FATHER) -> Hearing:
    return h.family(e.MemberJoined(member, day(on)))


def test_an_adult_in_treatment_who_moves_in_is_a_change_to_the_services_of_the_others_and_not_to_their_own() -> None:
    h = moves_in(a_conference().books("Wed 19 March 2025 10:00").episode())
    assert not h.duties("tell_change")  # nothing is known of him
    h.episode("father", "beacon", "w-beacon-key")
    duty = h.duty("tell_change")
    assert (duty.adult, duty.to) == ("mother", "w-key")
    assert duty.sentence.startswith("Make sure that clearway knows of the change moved-in:father:2025-03-03, for")
    assert "dependent_person_moved_in" in {x.what for x in h.sent(SendLetter, "w-key")}


def test_a_factor_makes_the_moving_in_a_change_too_but_a_lodger_without_care_does_not() -> None:
    start = a_conference().books("Wed 19 March 2025 10:00").episode()
    assert moves_in(start.fork()).factor("2B", person="father").duties("tell_change")
    lodger = e.Member(person="father", name="L", relation="other")
    assert not moves_in(start, member=lodger).factor("2B", person="father").duties("tell_change")


def test_an_arrival_is_told_from_the_later_of_its_record_and_the_concern() -> None:
    h = a_conference().books("Wed 19 March 2025 10:00").episode()
    moves_in(h.at("Tue 4 March 2025 10:00"), "Mon 3 March 2025").at("Fri 7 March 2025 10:00")
    assert in_words(h.factor("2B", person="father").duty("tell_change").due_at) == "Mon 10 March 2025 23:59"


def test_what_is_learnt_later_of_whoever_moved_in_puts_off_nothing() -> None:
    h = moves_in(a_conference().books("Wed 19 March 2025 10:00").episode()).factor("2B", person="father")
    h.at("Fri 7 March 2025 10:00").episode("father", "beacon", "w-beacon-key")
    assert in_words(h.duty("tell_change").due_at) == "Tue 4 March 2025 23:59"


def test_that_a_service_meets_about_whoever_moved_in_is_told_to_no_other_service() -> None:
    h = moves_in(a_conference().books("Wed 19 March 2025 10:00").episode())
    meeting = e.MeetingAskedFor("R-1", "care_plan_meeting", day("Mon 24 March 2025"), "w-social", "father", "beacon")
    assert not h.family(meeting).duties("tell_change")


def test_an_episode_opened_after_the_arrival_hears_of_no_moving_in() -> None:
    h = a_conference().books("Wed 19 March 2025 10:00").factor("2B", person="father")
    moves_in(h).at("Tue 4 March 2025 10:00")
    assert not h.episode().duties("tell_change")


def test_whoever_leaves_again_is_no_change_any_more_and_who_comes_back_is_a_new_one() -> None:
    h = moves_in(a_conference().books("Wed 19 March 2025 10:00").episode().episode("father", "beacon", "w-beacon-key"))
    says(h, h.duty("tell_change"), "w-key").at("Tue 4 March 2025 10:00")
    h.family(e.MemberLeft("father", day("Tue 4 March 2025")))
    assert not h.open("tell_change")
    moves_in(h.at("Thu 6 March 2025 10:00"), "Thu 6 March 2025")
    duty = h.duty("tell_change", ended=None)
    assert (duty.to, in_words(duty.due_at)) == ("w-key", "Fri 7 March 2025 23:59")
    assert [x.occasion for x in h.sent(SendLetter, "w-key")].count("change") == 2


# --- on what basis


def at_home() -> Hearing:
    """No child protection meeting and no plan."""
    return Hearing().household().worked_with().episode()


def test_without_child_protection_a_change_needs_consent_for_changes_and_asks_for_it() -> None:
    h = at_home().at("Fri 7 March 2025 10:00").family(HOME)
    duty = h.duty("seek_consent", adult="mother", service="clearway", meeting=None)
    assert in_words(duty.due_at) == "Mon 10 March 2025 23:59" and h.mailed("w-key") == 0
    assert duty.sentence.startswith(
        "Ask whether clearway may be told of the change, for mother, or record an override. 1 working day after Fri 7 "
    )
    h.consent(True)  # to the project's reviews
    assert h.open("seek_consent") and h.mailed("w-key") == 0
    h.family(e.ConsentRecorded("mother", "change", True, "w-social"))
    assert h.duty("seek_consent").ended == "lapse" and h.open("tell_change", to="w-key") and h.mailed("w-key") == 1


def test_a_refusal_to_share_a_change_stays_visible_and_nothing_goes_out() -> None:
    h = at_home().family(e.ConsentRecorded("mother", "change", False, "w-social"), HOME)
    assert h.duty("seek_consent").ended_by == "consent was refused, so the service is not told"
    assert not h.duties("tell_change") and h.mailed("w-key") == 0


def test_while_a_plan_stands_a_change_needs_no_consent_and_afterwards_it_does() -> None:
    h = at_home().conference().sits(there("w-key"), plan=e.Plan(plan="P-1", category="neglect")).minuted()
    assert h.fork().family(HOME).open("tell_change", **{k: v for k, v in CLEARWAY.items() if k != "meeting"})
    h.family(e.PlanEnded("P-1", day("Wed 5 March 2025"), "w-social"), HOME)
    assert not h.duties("tell_change") and h.open("seek_consent")


def test_a_change_that_only_a_conference_lets_us_share_is_told_by_the_working_day_after_it_was_asked_for() -> None:
    h = at_home().family(HOME).at("Fri 7 March 2025 10:00").conference()
    assert in_words(h.duty("tell_change").due_at) == "Mon 10 March 2025 23:59"
    h.sits(there("w-key"), plan=e.Plan(plan="P-1", category="neglect"))
    assert in_words(h.duty("tell_change").due_at) == "Mon 10 March 2025 23:59"  # the plan goes on where it left off


def test_a_conference_gives_no_more_time_for_a_change_that_might_be_told_before() -> None:
    h = at_home().family(HOME, e.ConsentRecorded("mother", "change", True, "w-social"))
    due_at = h.duty("tell_change").due_at
    assert in_words(due_at) == "Tue 4 March 2025 23:59"
    assert h.at("Tue 4 March 2025 10:00").conference().duty("tell_change").due_at == due_at


def test_a_core_group_ahead_is_a_basis_of_its_own_since_it_fell_due() -> None:
    """The plan is made anew by each review; what was late before one is no less late after it."""
    plan = e.Plan(plan="P-1", category="neglect")
    h = at_home().conference().sits(plan=plan).at("Mon 10 March 2025 10:00").family(HOME)
    due_at = h.duty("tell_change").due_at
    for review in ("review-conference:P-1:1", "review-conference:P-1:2"):
        h.sits(meeting=review, plan=plan)
    assert h.duty("tell_change").due_at == due_at


def test_the_end_of_one_conference_forgives_no_lateness_while_another_is_ahead() -> None:
    h = at_home().family(e.TransferNotified("TR-1", "lakeside", received_on=day("Mon 3 March 2025")), HOME)
    due_at = h.duty("tell_change").due_at
    assert in_words(due_at) == "Tue 4 March 2025 23:59"
    h.books("Wed 12 March 2025 10:00", "transfer-in-conference:TR-1").at("Thu 6 March 2025 10:00").conference()
    h.books("Wed 19 March 2025 10:00").sits(meeting="transfer-in-conference:TR-1")
    assert h.duty("tell_change", ended=None).due_at == due_at


def test_the_end_of_a_plan_forgives_no_lateness_while_a_conference_is_ahead() -> None:
    h = at_home().conference().sits(plan=e.Plan(plan="P-1", category="neglect")).family(HOME)
    due_at = h.duty("tell_change").due_at
    h.until(due_at).at("Wed 19 March 2025 10:00")
    h.family(e.PreBirthConferenceAskedFor("PB-1", "unborn", day("Mon 1 September 2025"), "w-social"))
    h.at("Thu 20 March 2025 10:00").family(e.PlanEnded("P-1", day("Thu 20 March 2025"), "w-social"))
    assert h.duty("tell_change", ended=None).due_at == due_at


def test_after_a_time_without_any_ground_a_change_is_told_by_the_working_day_after_the_next() -> None:
    h = at_home().conference().sits().family(HOME)
    assert h.open("seek_consent", meeting=None) and not h.duties("tell_change")
    h.at("Thu 20 March 2025 10:00").family(e.TransferNotified("TR-1", "lakeside", received_on=day("Thu 20 March 2025")))
    assert in_words(h.duty("tell_change").due_at) == "Fri 21 March 2025 23:59"


def test_a_project_review_ahead_is_no_basis_for_sharing_a_change() -> None:
    assert at_home().fip().family(HOME).open("seek_consent", meeting=None)
