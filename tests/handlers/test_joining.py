"""Two records prove to be of one family, or one family becomes two: nothing owed is lost, forgiven or done twice, and
nobody's calendar is disturbed (decision 25)."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from handlers import events as e
from handlers.case_file import CaseFile
from handlers.effects import SendInvitation, TellStream
from handlers.events import Impossible
from handlers.facts import Duty
from handlers.working_days import in_words
from tests.handlers.hearing import AREA, CHILD, CONFERENCE, FAMILY, MOTHER, Hearing, a_conference, day

OTHER = AREA.sibling("family", "F-2")
MERGED = e.FamiliesMerged("F-2", "w-coordinator")
PLAN = e.Plan(plan="P-1", category="neglect", core_group=("w-social",))
CORE_GROUP = "core-group:P-1:1"
SON = e.Member(person="son", name="S", relation="child")
DAD = e.Member(person="dad", name="D", relation="parent", address="d@home.example")


def in_treatment() -> Hearing:
    """F-1's mother is at Clearway, which has been told of nothing yet; F-2 is a record of the same household."""
    h = a_conference().episode()
    return h.told("family/F-2", e.HouseholdRecorded((MOTHER, SON)))


def other(h: Hearing) -> CaseFile:
    file: Any = h.files[OTHER]
    assert isinstance(file, CaseFile)
    return file


# --- merged


def test_the_family_that_goes_on_has_everybody_and_everything() -> None:
    h = in_treatment().family(MERGED)
    assert set(other(h).members) == {"mother", "child", "son"}
    assert set(other(h).professionals) == {"w-social", "w-health"}
    assert other(h).meetings[CONFERENCE].booked and not h.file.meetings and not h.file.members


def test_open_duties_go_on_under_the_ids_and_by_the_days_they_had() -> None:
    h = in_treatment().at("Tue 4 March 2025 18:00")
    owed = _as_they_stand(h.file)
    h.family(MERGED)
    assert owed and owed == _as_they_stand(other(h)) and not h.file.duties


def _as_they_stand(file: CaseFile) -> dict[str, tuple[object, ...]]:
    return {d.id: (d.kind, d.due_at, d.rung, d.to) for d in file.duties.values() if not d.ended}


def test_lateness_is_not_forgiven_by_merging() -> None:
    h = in_treatment().books("Wed 19 March 2025 10:00").at("Thu 6 March 2025 12:00")
    (late,) = h.open("tell_treatment")
    assert late.due_at < h.now and late.rung >= 0
    h.family(MERGED)
    (still,) = [d for d in other(h).duties.values() if d.kind == "tell_treatment"]
    assert (still.id, still.due_at, still.rung, still.ended) == (late.id, late.due_at, late.rung, None)


def test_what_was_told_before_stays_told() -> None:
    h = in_treatment().answers("w-key").family(MERGED)
    assert [d.ended for d in other(h).duties.values() if d.kind == "tell_treatment"] == ["evidence"]


def test_nobody_is_written_to_because_families_merged() -> None:
    h = in_treatment()
    before = len(h.messages)
    assert len(h.family(MERGED).messages) == before


def test_the_times_stay_taken_under_the_other_family() -> None:
    h = in_treatment()
    (seat,) = h.diary.seats.values()
    h.family(MERGED)
    assert h.diary.seats == {f"F-2/{CONFERENCE}": replace(seat, family="F-2")}


def test_a_meeting_moved_afterwards_is_changed_in_calendars_under_the_name_it_had() -> None:
    h = in_treatment().family(MERGED)
    h.told("family/F-2", e.BookingAsked(CONFERENCE, h.now.replace(day=12), "w-coordinator"))
    first, second = h.sent(SendInvitation, "mother")
    assert (first.family, first.meeting) == (second.family, second.meeting) and second.sequence == 1


def test_what_comes_in_afterwards_under_the_old_id_is_sent_on() -> None:
    h = in_treatment().family(MERGED).answers("w-key")
    assert [d.ended for d in other(h).duties.values() if d.kind == "tell_treatment"] == ["evidence"]
    h.household(MOTHER, SON, DAD)
    assert "dad" in other(h).members and not h.file.members


def test_what_waited_for_a_name_under_the_old_id_waits_under_the_new_one() -> None:
    h = in_treatment().family(e.PlanEnded("P-9", day("Mon 3 March 2025"), "w-chair-1"))
    assert [p[0] for p in h.parked] == [FAMILY]
    assert [(p[0], p[1]) for p in h.family(MERGED).parked] == [(OTHER, "plan:P-9")]


def test_the_person_streams_know_the_new_family_alone() -> None:
    h = in_treatment().family(MERGED)
    mother: Any = h.files[AREA.sibling("person", "mother")]
    assert mother.families == ("F-2",)
    h.told("person/mother", e.EpisodeClosed("E-mother", day("Mon 3 March 2025")))
    assert other(h).episodes["E-mother"].told.ended_on


def test_a_time_still_sought_when_they_merged_is_found_for_the_other() -> None:
    h = Hearing().household().worked_with().told("family/F-2", e.HouseholdRecorded((MOTHER,)))
    h.conference().family(MERGED)
    booked = other(h).meetings[CONFERENCE].booked
    assert booked and in_words(booked.starts_at) == "Wed 5 March 2025 09:00"


def test_of_a_meeting_that_both_had_people_keep_one_invitation() -> None:
    h = a_conference().told("family/F-2", *(x for x in _same_again()))
    assert len({x.family for x in h.sent(SendInvitation, "mother")}) == 2
    h.family(MERGED)
    off = [x for x in h.sent(SendInvitation, "mother") if x.method == "CANCEL"]
    assert [(x.family, x.meeting) for x in off] == [("F-1", CONFERENCE)]
    assert set(h.diary.seats) == {f"F-2/{CONFERENCE}"}


def _same_again() -> tuple[e.Body, ...]:
    held_on = day("Mon 3 March 2025")
    begun = e.StrategyDiscussionHeld("SD-1", held_on, True), e.ConferenceAskedFor("SD-1", "w-social")
    return e.HouseholdRecorded((MOTHER, CHILD)), e.ProfessionalInvolved("w-social", "social_worker", held_on), *begun


def test_a_held_meeting_outranks_one_that_was_not() -> None:
    h = a_conference().told("family/F-2", *_same_again()).sits(plan=PLAN).family(MERGED)
    assert other(h).meetings[CONFERENCE].held and "P-1" in other(h).plans


def test_three_records_of_one_family_end_as_one() -> None:
    h = in_treatment().family(MERGED).told("family/F-2", e.FamiliesMerged("F-3", "w-coordinator")).answers("w-key")
    third: Any = h.files[AREA.sibling("family", "F-3")]
    assert CONFERENCE in third.meetings and not other(h).meetings and third.ties.formerly == ("F-1", "F-2")
    assert [d.ended for d in third.duties.values() if d.kind == "tell_treatment"] == ["evidence"]


def test_the_same_merger_told_again_changes_nothing() -> None:
    h = in_treatment().family(MERGED)
    before = replace(other(h))
    assert other(h.family(MERGED)) == before and h.file.ties.merged_into == "F-2"


@pytest.mark.parametrize("into", ["F-1", "F-0"])
def test_a_family_is_not_merged_into_itself_or_into_what_went_into_it(into: str) -> None:
    h = Hearing().household().told("family/F-0", e.HouseholdRecorded((SON,)), e.FamiliesMerged("F-1", "w-coordinator"))
    with pytest.raises(Impossible, match="is this family, or goes on as it"):
        h.family(e.FamiliesMerged(into, "w-coordinator"))


def test_a_family_that_merged_takes_no_other_along_into_a_third() -> None:
    h = in_treatment().family(MERGED)
    with pytest.raises(Impossible, match=r"F-1 already goes on as F-2; .*: quorate merge F-2 --into F-3"):
        h.family(e.FamiliesMerged("F-3", "w-coordinator"))
    assert CONFERENCE in other(h).meetings and not other(h).ties.merged_into


def test_two_that_are_merged_into_each_other_at_once_lose_nothing_and_come_to_rest() -> None:
    h = in_treatment()
    crossed = other(h)
    h.family(MERGED)
    brought = next(x for x in h.tellings if isinstance(x.body, e.FamilyBrought))
    h.files[OTHER] = replace(crossed, ties=replace(crossed.ties, merged_into="F-1"))
    h.deliver(e.Event("crossing", "quorate", OTHER, h.now, h.now, brought.body))
    assert CONFERENCE in other(h).meetings and not other(h).ties.merged_into


def test_only_a_family_of_this_house_brings_its_file() -> None:
    with pytest.raises(Impossible, match="only another family says this"):
        Hearing().family(e.FamilyBrought("F-2", {}, 4))


def test_what_two_families_knew_apart_is_told_of_by_the_day_after_they_merged() -> None:
    h = a_conference().books("Wed 26 March 2025 10:00")
    h.told("family/F-2", e.HouseholdRecorded((replace(DAD, cares=True),))).episode("dad").at(
        "Mon 17 March 2025 10:00"
    ).family(MERGED)
    (owed,) = _tellings(h)
    assert (in_words(owed.due_at), owed.rung) == ("Tue 18 March 2025 23:59", -1)


def test_nobody_is_to_be_told_of_a_meeting_that_had_sat_before_the_families_merged() -> None:
    h = a_conference().told("family/F-2", e.HouseholdRecorded((replace(DAD, cares=True),))).episode("dad")
    h.sits(plan=PLAN)
    late = h.fork().minuted().at("Thu 6 March 2025 09:00").family(MERGED)
    for then in (h.family(MERGED), late):
        assert {d.meeting for d in _tellings(then)} == {CORE_GROUP, "review-conference:P-1:1"}
    sent = [{d.meeting for d in other(x).duties.values() if d.kind == "send_minutes_treatment"} for x in (h, late)]
    assert sent == [{CONFERENCE}, set()]


def _tellings(h: Hearing) -> list[Duty]:
    return [d for d in other(h).duties.values() if d.kind == "tell_treatment"]


# --- split


def parting(dad: e.Member = DAD) -> Hearing:
    """F-1 has a plan about the son alone, who goes with his father into F-2."""
    plan = replace(PLAN, children=("son",))
    return a_conference(MOTHER, dad, SON).episode().sits(plan=plan)


SPLIT = e.FamilySplit("F-2", ("dad", "son"), "w-coordinator", ("P-1",))


def test_those_who_leave_go_with_the_plans_about_them() -> None:
    h = parting().family(SPLIT)
    assert set(other(h).members) == {"dad", "son"} and set(h.file.members) == {"mother", "child"}
    assert other(h).meetings[CORE_GROUP].booked and CORE_GROUP not in h.file.meetings
    assert h.meeting(CONFERENCE).held and "P-1" not in h.file.plans


def test_the_new_family_cites_the_old() -> None:
    assert other(parting().family(SPLIT)).ties.formerly == ("F-1",)


def test_the_next_meetings_fall_due_in_the_new_family() -> None:
    h = parting().family(SPLIT)
    booked = other(h).meetings[CORE_GROUP].booked
    assert booked
    h.until(booked.ends_at).told("family/F-2", e.MeetingHeld(CORE_GROUP, ()))
    assert "core-group:P-1:2" in other(h).meetings and "core-group:P-1:2" not in h.file.meetings


def test_those_who_stay_are_asked_no_more_and_those_who_left_are_asked_still() -> None:
    h = parting().family(SPLIT)
    invitations = other(h).meetings[CORE_GROUP].invitations
    assert not invitations["dad"].cancelled and invitations["mother"].cancelled


def test_no_minutes_are_owed_to_the_dead_who_had_left_with_a_part_of_the_family() -> None:
    h = parting().family(SPLIT)
    assert h.open("send_minutes", to="dad")
    died = h.family(e.PersonDied("dad", h.now.date(), "w-social"))
    assert not died.open("send_minutes", to="dad") and other(died).has_died("dad")


def test_a_referral_after_an_override_is_not_asked_for_again_by_those_who_leave() -> None:
    h = parting().family(e.ConsentOverridden("dad", "fip", "life_at_risk", "w-social"), SPLIT)
    assert h.open("make_referral") and not [d for d in other(h).duties.values() if d.kind == "make_referral"]


def test_lateness_is_not_forgiven_by_splitting() -> None:
    h = parting(replace(DAD, cares=True)).episode("dad", "beacon", "w-beacon-key").at("Fri 7 March 2025 09:00")
    late = {d.id: d.due_at for d in h.open("tell_treatment", adult="dad")}
    assert late and {d.id: d.due_at for d in _tellings(h.family(SPLIT)) if d.adult == "dad"} == late


def test_what_names_something_that_left_is_sent_on() -> None:
    h = parting().family(SPLIT)
    h.family(e.AnswerGiven(CORE_GROUP, "dad", "accepted", "w-coordinator"))
    assert other(h).meetings[CORE_GROUP].words["dad"].reply == "accepted"
    h.family(e.PersonDied("dad", day("Wed 5 March 2025"), "w-social"))
    assert "dad" not in other(h).members


def test_the_family_that_stays_is_woken_though_something_was_sent_on() -> None:
    h = parting().family(SPLIT)
    woken = h.wakes[FAMILY]
    assert h.family(e.AnswerGiven(CORE_GROUP, "dad", "accepted", "w-coordinator")).wakes[FAMILY] == woken


def test_the_stream_of_a_person_who_left_hears_once_that_the_family_is_no_longer_in_scope() -> None:
    h = parting(replace(DAD, cares=True)).family(SPLIT).minuted().at("Mon 31 March 2025 09:00")
    ended = [x.stream for x in h.tellings if x.body == e.MembershipEnded("F-1")]
    assert [str(s) for s in ended] == ["riverside/person/dad"]


def test_minutes_of_the_conference_stay_with_the_family_that_held_it() -> None:
    h = parting().family(SPLIT).minuted()
    assert h.meeting().minutes and not [x for x in h.tellings if isinstance(x.body, e.MinutesRecorded)]


@pytest.mark.parametrize(("member", "plan", "awaited"), [("twin", "P-1", "member:twin"), ("son", "P-9", "plan:P-9")])
def test_a_split_waits_until_who_leaves_and_the_plan_are_known(member: str, plan: str, awaited: str) -> None:
    h = parting().family(e.FamilySplit("F-2", (member,), "w-coordinator", (plan,)))
    assert [p[1] for p in h.parked] == [awaited] and OTHER not in h.files


def test_what_is_brought_and_what_is_told_to_the_diary_go_by_events_alone() -> None:
    h = parting().family(SPLIT)
    told = [x for x in h.tellings if isinstance(x.body, e.FamilyBrought | e.SeatsHandedOver)]
    assert [type(x) for x in told] == [TellStream] * 2
    assert [x.stream.kind for x in told] == ["diary", "family"]  # the diary first, since the family may ask it at once


def test_whoever_the_split_asks_off_a_meeting_hears_of_it_in_either_family() -> None:
    h = parting()
    h.family(e.MeetingAskedFor("R-1", "looked_after_review", day("Fri 28 March 2025"), "w-social"), SPLIT)
    off = {(x.to.address, x.meeting) for x in h.sent(SendInvitation) if x.method == "CANCEL"}
    assert {("m@home.example", CORE_GROUP), ("d@home.example", "looked-after-review:R-1")} <= off
