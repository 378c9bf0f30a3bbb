"""A child is born, somebody dies: the plan goes on by the rules for after a birth, and nobody writes to the dead
(rules RCPC-02, 3.30, 3.55; Joint Guidance F7)."""

import pytest

from handlers import events as e
from handlers import facts as f
from handlers.effects import SendInvitation, SendMinutes
from handlers.events import Impossible
from handlers.working_days import in_words
from tests.handlers.hearing import CHILD, CONFERENCE, FATHER, MOTHER, Hearing, a_conference, day, there

UNBORN = e.Member(person="baby", name="U", relation="unborn")
PARTNER = e.Member(person="dad", name="D", relation="parent", cares=True, address="d@home.example")
PLAN = e.Plan(plan="P-1", category="neglect", core_group=("w-social",))
PRE_BIRTH, REVIEW = "pre-birth-conference:PB-1", "review-conference:P-1:1"
EXPECTED = day("Tue 10 June 2025")


def expecting() -> Hearing:
    """The pre-birth conference, due Mon 10 March, is booked at once."""
    h = Hearing().household(MOTHER, UNBORN).worked_with()
    return h.family(e.PreBirthConferenceAskedFor("PB-1", "baby", EXPECTED, "w-social"))


def planned() -> Hearing:
    return expecting().sits(meeting=PRE_BIRTH, plan=PLAN)


def born(on: str, name: str | None = None) -> e.ChildBorn:
    return e.ChildBorn("baby", day(on), "w-social", name)


def died(person: str, on: str = "Mon 3 March 2025") -> e.PersonDied:
    return e.PersonDied(person, day(on), "w-social")


# --- a birth


def test_an_unborn_child_that_is_born_is_a_child_of_the_family_under_the_same_id() -> None:
    h = planned().at("Mon 17 March 2025 10:00").family(born("Mon 17 March 2025", "Rowan"))
    child = h.file.members["baby"]
    assert (child.relation, child.born, child.name) == ("child", day("Mon 17 March 2025"), "Rowan")


def test_a_household_recorded_afterwards_does_not_unbear_the_child() -> None:
    h = planned().at("Mon 17 March 2025 10:00").family(born("Mon 17 March 2025")).household(MOTHER, UNBORN)
    assert h.file.members["baby"].relation == "child"


def test_a_birth_of_somebody_unknown_waits_until_the_household_names_them() -> None:
    h = Hearing().household().family(born("Sun 2 March 2025"))
    assert [p[1] for p in h.parked] == ["member:baby"]
    assert h.household(MOTHER, UNBORN).file.members["baby"].relation == "child" and not h.parked


def test_the_plan_made_before_the_birth_goes_on_with_its_meetings() -> None:
    h = planned().at("Mon 17 March 2025 10:00")
    before = {m.id for m in h.file.meetings.values() if m.open}
    h.family(born("Mon 17 March 2025"))
    assert {m.id for m in h.file.meetings.values() if m.open} == before and before


def test_the_first_review_is_due_twenty_working_days_after_the_birth_if_that_is_sooner() -> None:
    h = planned()  # held on Wed 5 March: three months are Thu 5 June
    assert in_words(h.meeting(REVIEW).due.due_on) == "Thu 5 June 2025"
    due = h.at("Mon 10 March 2025 10:00").family(born("Mon 10 March 2025")).meeting(REVIEW).due
    assert in_words(due.due_on) == "Mon 7 April 2025" and "RCPC-02" in due.working


def test_a_late_birth_leaves_the_review_where_three_months_put_it() -> None:
    h = planned().at("Mon 2 June 2025 10:00").family(born("Mon 2 June 2025"))
    assert in_words(h.meeting(REVIEW).due.due_on) == "Thu 5 June 2025"


def test_a_child_born_before_the_conference_has_the_ordinary_review() -> None:
    h = expecting().family(born("Mon 3 March 2025")).sits(meeting=PRE_BIRTH, plan=PLAN)
    assert in_words(h.meeting(REVIEW).due.due_on) == "Thu 5 June 2025"


def test_a_review_booked_for_after_its_new_day_is_moved_to_a_time_before_it() -> None:
    h = planned()
    booked = h.meeting(REVIEW).booked
    assert booked and in_words(booked.starts_at).startswith("Wed 7 May 2025")
    sooner = h.at("Mon 10 March 2025 10:00").family(born("Mon 10 March 2025")).meeting(REVIEW).booked
    assert sooner and sooner.starts_at.date() <= day("Mon 7 April 2025")
    assert h.sent(SendInvitation, "mother")[-1].moved_from == booked.starts_at


def test_a_plan_about_other_children_is_not_hurried_by_a_birth() -> None:
    plan = e.Plan(plan="P-1", category="neglect", children=("child",))
    h = Hearing().household(MOTHER, UNBORN).worked_with().conference().sits(plan=plan)
    h.at("Mon 10 March 2025 10:00").family(born("Mon 10 March 2025"))
    assert in_words(h.meeting(REVIEW).due.due_on) == "Thu 5 June 2025"


def test_a_birth_recorded_in_error_puts_everything_back() -> None:
    h = planned().at("Mon 10 March 2025 10:00").family(born("Mon 10 March 2025")).in_error(e.ChildBorn)
    assert h.file.members["baby"].relation == "unborn"
    assert in_words(h.meeting(REVIEW).due.due_on) == "Thu 5 June 2025"


def test_a_parent_cannot_be_born() -> None:
    with pytest.raises(Impossible, match="on record as parent"):
        Hearing().household().family(e.ChildBorn("mother", day("Mon 3 March 2025"), "w-social"))


def test_a_birth_to_come_has_not_happened() -> None:
    with pytest.raises(Impossible, match="had not come"):
        expecting().family(born("Tue 4 March 2025"))


def test_a_birth_is_a_change_that_the_parents_service_is_told_of() -> None:
    h = expecting().episode().at("Mon 10 March 2025 10:00").family(born("Mon 10 March 2025"))
    assert [(d.to, in_words(d.due_at)) for d in h.duties("tell_change")] == [("w-key", "Tue 11 March 2025 23:59")]


# --- a death


def test_the_dead_are_asked_to_nothing_more_and_no_mail_goes_to_them() -> None:
    h = a_conference(MOTHER, PARTNER)
    mailed = h.mailed("dad")
    assert mailed and h.family(died("dad")).mailed("dad") == mailed
    invitation = h.meeting().invitations["dad"]
    assert invitation.cancelled and not invitation.mailed
    assert not h.duties("send_cancellation", to="dad")
    h.books("Wed 12 March 2025 10:00")
    assert h.mailed("dad") == mailed and "dad" not in h.file.members


def test_what_was_owed_to_the_dead_lapses_by_name() -> None:
    h = a_conference(MOTHER, PARTNER).family(died("dad"))
    assert h.duty("send_invitation", to="dad").ended == "lapse"
    ended = [x for d in h.decisions for x in d.facts if isinstance(x.body, f.DutyEnded)]
    assert [x.because for x in ended] == ["dad died on Mon 3 March 2025"]


def test_the_living_hear_nothing_of_it_from_us() -> None:
    h = a_conference(MOTHER, PARTNER)
    before = h.mailed("mother") + h.mailed("w-social")
    assert h.family(died("dad")).mailed("mother") + h.mailed("w-social") == before


def test_the_minutes_name_the_dead_who_were_there_and_do_not_go_to_them() -> None:
    h = a_conference(MOTHER, PARTNER).sits(there("dad"), there("mother")).family(died("dad", "Wed 5 March 2025"))
    h.household(MOTHER).minuted()
    (paper,) = h.sent(SendMinutes, "mother")
    assert [x.name for x in paper.attendance] == ["D", "M"] and not h.sent(SendMinutes, "dad")
    assert not h.open("send_minutes", to="dad")


def test_nothing_is_owed_to_the_dead_who_were_of_the_family_no_longer() -> None:
    left = e.MemberLeft("dad", day("Mon 3 March 2025"))
    h = a_conference(MOTHER, PARTNER).family(left, died("dad"))
    assert h.duty("send_cancellation", to="dad").ended == "lapse"


def test_no_review_is_held_about_the_dead_who_were_of_the_family_no_longer() -> None:
    left = e.MemberLeft("dad", day("Mon 3 March 2025"))
    h = a_conference(MOTHER, PARTNER).family(left, died("dad"))
    due_on = day("Fri 28 March 2025")
    h.family(e.MeetingAskedFor("R-1", "joint_care_plan_review", due_on, "w-social", adult="dad"))
    assert "joint-care-plan-review:R-1" not in h.file.meetings


def test_nobody_tells_the_dead_that_minutes_do_not_stand() -> None:
    h = a_conference(MOTHER, PARTNER).sits(there("mother"), there("dad")).minuted()
    h.family(died("dad")).in_error(e.MinutesRecorded)
    assert {d.to for d in h.duties("withdraw_paper")} == {d.to for d in h.duties("send_minutes")} - {"dad"}


def test_the_treatment_of_the_dead_is_nobodys_business_any_more() -> None:
    h = a_conference(MOTHER, FATHER).episode("father", "beacon", "w-beacon-key").family(died("father"))
    assert h.duty("tell_treatment").ended == "lapse" and h.meeting().invitations["w-beacon-key"].cancelled
    assert h.files[h.file.stream.sibling("person", "father")].families == ()  # type: ignore[union-attr]


def test_the_death_of_one_adult_is_a_change_to_the_service_of_the_other() -> None:
    h = a_conference(MOTHER, FATHER).episode().episode("father", "beacon", "w-beacon-key").family(died("father"))
    assert [(d.adult, d.service) for d in h.open("tell_change")] == [("mother", "clearway")]


def test_a_meeting_about_an_adult_who_died_is_due_no_longer_and_says_why() -> None:
    h = Hearing().household(MOTHER, FATHER).worked_with().episode("father", "beacon", "w-beacon-key")
    due = day("Mon 31 March 2025")
    h.family(e.MeetingAskedFor("J-1", "joint_care_plan_review", due, "w-social", "father", "beacon"), died("father"))
    meeting = h.meeting("joint-care-plan-review:J-1")
    assert meeting.no_longer_due and meeting.ended_since == "father died on Mon 3 March 2025"
    assert not h.diary.seats


def test_a_death_recorded_in_error_asks_them_again() -> None:
    h = a_conference(MOTHER, PARTNER).family(died("dad")).in_error(e.PersonDied)
    assert "dad" in h.file.members and not h.meeting().invitations["dad"].cancelled
    assert h.sent(SendInvitation, "dad")[-1].method == "REQUEST"


def test_the_death_of_the_only_child_ends_what_is_about_the_child() -> None:
    h = a_conference().sits(plan=PLAN).waived().family(died("child", "Wed 5 March 2025"))
    assert not [m.id for m in h.file.meetings.values() if m.open]
    assert h.meeting(REVIEW).ended_since == "child died on Wed 5 March 2025"
    assert {d.ended for d in h.duties("hold_meeting")} == {"evidence", "lapse"}


def test_the_death_of_one_child_of_two_ends_nothing_about_the_other() -> None:
    sister = e.Member(person="sister", name="S", relation="child")
    h = a_conference(MOTHER, sister).family(died("child"))
    assert h.meeting().open and h.meeting().booked


def test_a_plan_about_the_dead_child_alone_ends_though_a_sister_lives() -> None:
    sister = e.Member(person="sister", name="S", relation="child")
    plan = e.Plan(plan="P-1", category="neglect", children=("child",))
    h = a_conference(MOTHER, sister).sits(plan=plan).family(died("child", "Wed 5 March 2025"))
    assert h.meeting(REVIEW).no_longer_due


def test_a_conference_about_an_unborn_child_that_died_is_due_no_longer() -> None:
    h = expecting().family(died("baby"))
    assert h.meeting(PRE_BIRTH).no_longer_due and CHILD.person in h.file.members


def test_a_family_whose_household_nobody_recorded_has_no_dead_children() -> None:
    assert Hearing().conference().meeting(CONFERENCE).open


# --- an address


def moved(person: str, address: str, on: str = "Mon 3 March 2025") -> e.AddressChanged:
    return e.AddressChanged(person, address, day(on), "w-social")


def test_papers_go_to_the_new_address() -> None:
    h = a_conference().family(moved("mother", "new@home.example")).books("Wed 12 March 2025 10:00")
    assert [x.to.address for x in h.sent(SendInvitation, "mother")] == ["m@home.example", "new@home.example"]


def test_what_came_back_is_sent_again_to_the_new_address() -> None:
    h = a_conference().relayed("mother", "bounced").at("Tue 4 March 2025 08:00")
    h.family(moved("mother", "new@home.example"))
    assert [x.to.address for x in h.sent(SendInvitation, "mother")] == ["m@home.example", "new@home.example"]


def test_what_arrived_is_not_sent_again() -> None:
    h = a_conference().relayed("mother").at("Tue 4 March 2025 08:00").family(moved("mother", "new@home.example"))
    assert len(h.sent(SendInvitation, "mother")) == 1


def test_an_earlier_move_recorded_late_changes_no_address() -> None:
    h = a_conference().family(
        moved("mother", "new@home.example"), moved("mother", "old@home.example", "Sat 1 March 2025")
    )
    assert h.file.members["mother"].address == "new@home.example"


def test_an_address_that_the_household_gives_later_stands() -> None:
    h = a_conference().family(moved("mother", "new@home.example")).at("Tue 4 March 2025 08:00").household(MOTHER)
    assert h.file.members["mother"].address == "m@home.example"


def test_a_carer_or_child_who_moves_home_is_one_change_a_day_to_the_parents_service() -> None:
    h = a_conference(MOTHER, FATHER).episode()
    h.family(moved("mother", "new@home.example"), moved("child", "new@home.example"))
    assert [d.to for d in h.duties("tell_change")] == ["w-key"]


def test_a_lodger_who_moves_is_no_change_to_anybody() -> None:
    lodger = e.Member(person="lodger", name="L", relation="other")
    h = a_conference(MOTHER, lodger).episode().family(moved("lodger", "l@home.example"))
    assert not h.duties("tell_change")
