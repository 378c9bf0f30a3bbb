"""Each person is asked to the parts that concern them, and to no other; who must not meet comes and goes apart (T9)."""

from typing import Literal

import pytest

from handlers import events as e
from handlers.effects import SendInvitation, SendMinutes
from handlers.working_days import in_words
from tests.handlers.hearing import CHILD, CONFERENCE, MOTHER, REVIEW, Hearing, a_conference, instant, there

DAD = e.Member(person="father", name="F", relation="parent", cares=True, address="f@home.example")
FAMILY_PART = e.AgendaPart(part="family", words="What the family thinks", from_minute=0, to_minute=30)
TREATMENT = e.AgendaPart(part="treatment", words="Treatment", from_minute=30, to_minute=60, link="https://v.example/1")
PLAN = e.AgendaPart(part="plan", words="The plan", from_minute=90, to_minute=120, place="Room 9")
EVERYBODY = {"mother", "w-social", "w-health", "w-chair-1"}
Agreed = Literal["nothing_yet", "part", "whole"]


def agenda(*parts: e.AgendaPart) -> e.AgendaSet:
    return e.AgendaSet(CONFERENCE, parts, "w-coordinator")


def asked_to(person: str, *parts: str) -> e.PartsAssigned:
    return e.PartsAssigned(CONFERENCE, person, parts, "w-coordinator")


def objection(agreed: Agreed, *parts: str, meeting: str = CONFERENCE, against: str = "clearway") -> e.ObjectionRecorded:
    return e.ObjectionRecorded("OB-1", meeting, "mother", against, "Not before the school.", "w-social", agreed, parts)


def apart(first: str, second: str, stands: bool = True) -> e.KeptApart:
    return e.KeptApart("AP-1", first, second, "An order of the court.", "w-social", stands)


def last(h: Hearing, person: str) -> SendInvitation:
    return h.sent(SendInvitation, person)[-1]


def hours(h: Hearing, person: str) -> str:
    """`09:00-11:00`, in London."""
    sent = last(h, person)
    return f"{in_words(sent.starts_at)[-5:]}-{in_words(sent.ends_at)[-5:]}"


def test_an_agenda_alone_asks_everybody_to_the_whole_and_mails_nobody() -> None:
    h = a_conference().family(agenda(FAMILY_PART))
    assert {hours(h, p) for p in EVERYBODY} == {"09:00-11:00"} and len(h.sent(SendInvitation)) == 4


def test_whoever_is_asked_to_a_part_has_its_hours_and_nobody_else_is_mailed() -> None:
    h = a_conference().family(agenda(FAMILY_PART, e.AgendaPart(part="rest", words="R", from_minute=30, to_minute=120)))
    h.family(asked_to("w-health", "rest"))
    assert hours(h, "w-health") == "09:30-11:00" and last(h, "w-health").moved_from == instant("Wed 5 March 2025 09:00")
    assert (last(h, "w-health").sequence, last(h, "w-health").revision) == (1, 1)
    assert {p: h.mailed(p) for p in EVERYBODY} == dict.fromkeys(EVERYBODY, 1) | {"w-health": 2}
    assert h.meeting().invitations["w-health"].sequence == 1


def test_from_the_first_part_to_the_last_with_a_gap_told_hour_by_hour() -> None:
    h = a_conference().family(agenda(FAMILY_PART, TREATMENT, PLAN), asked_to("w-health", "plan", "family"))
    sent = last(h, "w-health")
    assert hours(h, "w-health") == "09:00-11:00" and sent.place == "Room 1, Civic Centre" and sent.link is None
    told = [(in_words(s.starts_at)[-5:], in_words(s.ends_at)[-5:], s.place, s.link) for s in sent.stretches]
    assert told == [("09:00", "09:30", "Room 1, Civic Centre", None), ("10:30", "11:00", "Room 9", None)]


def test_parts_that_follow_on_in_one_place_are_one_stretch() -> None:
    follows = e.AgendaPart(part="health", words="Health", from_minute=30, to_minute=45)
    h = a_conference().family(agenda(FAMILY_PART, follows), asked_to("w-health", "health", "family"))
    assert hours(h, "w-health") == "09:00-09:45" and last(h, "w-health").stretches == ()


def test_a_part_elsewhere_asks_there() -> None:
    h = a_conference().family(agenda(FAMILY_PART, PLAN), asked_to("w-health", "plan"))
    assert (hours(h, "w-health"), last(h, "w-health").place) == ("10:30-11:00", "Room 9")


def test_a_video_link_is_shown_to_those_alone_whose_part_uses_it() -> None:
    h = a_conference().family(
        *(asked_to(p, "family") for p in ("mother", "w-social")), asked_to("w-health", "treatment")
    )
    h.family(agenda(FAMILY_PART, TREATMENT))
    assert last(h, "w-health").link == "https://v.example/1"
    assert "v.example" not in repr([*h.sent(SendInvitation, "w-social"), last(h, "mother")])
    whole = last(h, "w-chair-1")
    assert hours(h, "w-chair-1") == "09:00-11:00" and [s.link for s in whole.stretches] == ["https://v.example/1"]


def test_a_change_of_the_parts_reaches_those_alone_whose_hours_it_changes() -> None:
    h = a_conference().family(agenda(FAMILY_PART, PLAN), asked_to("mother", "family"), asked_to("w-health", "plan"))
    before = {p: h.mailed(p) for p in EVERYBODY}
    later = e.AgendaPart(part="family", words="The family", from_minute=15, to_minute=45)
    h.family(agenda(later, PLAN))
    assert {p for p in EVERYBODY if h.mailed(p) > before[p]} == {"mother"} and hours(h, "mother") == "09:15-09:45"
    before["mother"] = h.mailed("mother")
    h.family(agenda(later, PLAN))
    assert {p: h.mailed(p) for p in EVERYBODY} == before, "said again it changes nothing"


def test_own_hours_move_with_the_meeting() -> None:
    h = a_conference().family(agenda(FAMILY_PART, PLAN), asked_to("w-health", "plan")).books("Thu 6 March 2025 13:00")
    assert in_words(last(h, "w-health").starts_at) == "Thu 6 March 2025 14:30"


def test_a_part_that_is_no_longer_on_the_agenda_asks_to_the_whole_again() -> None:
    h = a_conference().family(agenda(FAMILY_PART), asked_to("w-health", "family"), agenda())
    assert hours(h, "w-health") == "09:00-11:00" and h.meeting().invitations["w-health"].own is None


def test_the_chair_is_always_there_for_the_whole() -> None:
    h = a_conference().family(agenda(FAMILY_PART), asked_to("w-chair-1", "family"))
    assert hours(h, "w-chair-1") == "09:00-11:00" and h.mailed("w-chair-1") == 1


def test_whoever_is_called_off_is_called_off_their_own_hours() -> None:
    h = a_conference().family(agenda(FAMILY_PART), asked_to("w-health", "family")).cancels()
    sent = last(h, "w-health")
    assert (sent.method, hours(h, "w-health"), sent.sequence) == ("CANCEL", "09:00-09:30", 2)


def test_an_answer_to_other_hours_counts_no_more() -> None:
    h = a_conference().episode().factor("1B", person="mother").answers("w-key")
    assert h.duty("tell_treatment").ended == "evidence"
    h.at("Mon 3 March 2025 10:01").family(agenda(FAMILY_PART), asked_to("w-key", "family"))
    assert h.duty("tell_treatment").ended is None
    assert h.at("Mon 3 March 2025 10:02").answers("w-key").duty("tell_treatment").ended == "evidence"


@pytest.mark.parametrize(
    "parts",
    [
        (e.AgendaPart(part="a", words="A", from_minute=30, to_minute=30),),
        (e.AgendaPart(part="a", words="A", from_minute=0, to_minute=30),) * 2,
    ],
)
def test_an_agenda_that_cannot_be_is_refused(parts: tuple[e.AgendaPart, ...]) -> None:
    with pytest.raises(e.Impossible, match="mend"):
        a_conference().family(agenda(*parts))


def test_a_record_of_parts_can_be_taken_back() -> None:
    h = a_conference().family(agenda(FAMILY_PART), asked_to("w-health", "family")).in_error(e.PartsAssigned)
    assert hours(h, "w-health") == "09:00-11:00"


# --- an objection, and the part that was negotiated (Joint Guidance T9)


def with_treatment() -> Hearing:
    return a_conference().episode().factor("1B", person="mother").family(agenda(FAMILY_PART, TREATMENT))


def test_an_objection_is_the_coordinators_to_talk_over_before_the_meeting() -> None:
    h = with_treatment().family(objection("nothing_yet"))
    duty = h.duty("agree_part")
    assert (duty.owner, duty.due_at, duty.ended) == ("coordinator", instant("Wed 5 March 2025 09:00"), None)
    assert (
        "child protection conference clearway comes to, since mother objects" in duty.sentence
        and "Not before" not in duty.sentence
    )
    assert hours(h, "w-key") == "09:00-11:00", "nothing is agreed yet"


@pytest.mark.parametrize("against", ["clearway", "w-key"])
def test_the_treatment_worker_is_asked_to_the_part_agreed_and_must_be_told_all_the_same(against: str) -> None:
    h = with_treatment().family(objection("part", "treatment", against=against))
    assert hours(h, "w-key") == "09:30-10:00" and last(h, "w-key").link == "https://v.example/1"
    assert h.duty("agree_part").ended_by == "w-social: part of it"
    assert h.duty("tell_treatment").ended is None and h.duty("tell_treatment").to == "w-key"


def test_an_objection_that_was_talked_out_asks_to_the_whole_again() -> None:
    h = with_treatment().family(objection("part", "treatment"), objection("whole"))
    assert hours(h, "w-key") == "09:00-11:00" and h.duty("agree_part").ended == "evidence"


def test_an_objection_neither_gives_nor_takes_consent() -> None:
    h = Hearing().household().worked_with().episode().fip()
    h.family(objection("part", "family", meeting=REVIEW))
    assert h.open("seek_consent") and "w-key" not in h.meeting(REVIEW).invitations


# --- two people who must not meet


def two_parents() -> Hearing:
    return Hearing().household(MOTHER, DAD).worked_with().conference()


def test_who_must_not_meet_comes_and_goes_apart_and_nobody_else_hears_of_it() -> None:
    h = two_parents().family(apart("mother", "father"))
    assert (hours(h, "mother"), hours(h, "father")) == ("09:00-10:45", "09:15-11:00")
    assert {p for p in EVERYBODY if h.mailed(p) > 1} == {"mother"} and h.mailed("father") == 2
    assert {m.place for m in (last(h, "mother"), last(h, "father"))} == {"Room 1, Civic Centre"}


def test_different_parts_keep_them_apart_with_time_between() -> None:
    h = two_parents().family(agenda(FAMILY_PART, TREATMENT, PLAN), apart("father", "mother"))
    h.family(asked_to("mother", "family"), asked_to("father", "plan"))
    assert (hours(h, "mother"), hours(h, "father")) == ("09:00-09:30", "10:30-11:00")
    h.family(asked_to("father", "treatment"))
    assert (hours(h, "mother"), hours(h, "father")) == ("09:00-09:15", "09:30-10:00")


def test_who_may_meet_again_is_asked_to_the_whole() -> None:
    h = two_parents().family(apart("mother", "father"), apart("mother", "father", stands=False))
    assert (hours(h, "mother"), hours(h, "father")) == ("09:00-11:00", "09:00-11:00")


def test_only_one_of_them_asked_comes_when_everybody_does() -> None:
    h = Hearing().household(MOTHER).worked_with().conference().family(apart("mother", "father"))
    assert hours(h, "mother") == "09:00-11:00" and h.mailed("mother") == 1


def test_nobody_is_kept_apart_from_themselves() -> None:
    with pytest.raises(e.Impossible, match="twice"):
        two_parents().family(apart("mother", "mother"))


def test_minutes_do_not_tell_either_that_the_other_was_there() -> None:
    h = two_parents().family(apart("mother", "father"))
    h.sits(there("mother"), there("father"), there("w-social")).minuted()
    for reader, unseen in (("mother", "F"), ("father", "M")):
        (paper,) = h.sent(SendMinutes, reader)
        assert unseen not in {seat.name for seat in paper.attendance} and len(paper.attendance) == 2
    (paper,) = h.sent(SendMinutes, "w-social")
    assert len(paper.attendance) == 3


def test_the_next_meeting_is_told_at_ones_own_hour() -> None:
    h = two_parents().family(apart("mother", "father"))
    plan = e.Plan(plan="PLAN-1", category="neglect", core_group=("w-social",))
    h.sits(there("mother"), there("father"), plan=plan).minuted()
    told = {p: h.sent(SendMinutes, p)[0].next_meetings for p in ("mother", "father", "w-social")}
    assert told["mother"] == told["w-social"] != told["father"]
    assert CHILD.person in h.file.members
