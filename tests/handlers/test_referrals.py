"""Referrals and advice: confirmed within 48 hours by the clock, told their outcome, mandatory after an override, and
advice asked without any name (Joint Guidance 25, T5, T6, T10, F8)."""

import msgspec
import pytest

from handlers import events as e
from handlers import facts as f
from handlers.effects import SendLetter
from handlers.working_days import in_words
from tests.handlers.hearing import AREA, FATHER, MOTHER, Hearing, a_worker, clearway, day, instant

VERBAL = e.ReferralMade("R-1", "w-key", "verbal", "mother")
WRITTEN = e.ReferralMade("R-1", "w-key", "written", "mother")


def shown(h: Hearing) -> list[tuple[f.DutyKind, f.Grade | None]]:
    """Each kind of duty that evidence has ended, and what that evidence was."""
    return [(h.file.duties[x.duty].kind, x.grade) for x in h.facts(f.DutyEnded) if x.how == "evidence"]


def decided(on: str, outcome: str = "assessment") -> e.Body:
    return e.ReferralDecided("R-1", outcome, day(on), "w-social")  # type: ignore[arg-type]


# --- confirmed in writing


@pytest.mark.parametrize(
    ("made", "due"),
    [
        ("Mon 3 March 2025 10:00", "Wed 5 March 2025 10:00"),
        ("Fri 7 March 2025 16:30", "Sun 9 March 2025 16:30"),  # hours by the clock, weekend or not
        ("Sat 29 March 2025 10:00", "Mon 31 March 2025 11:00"),  # an hour is lost in the night to Sunday
        ("Sat 25 October 2025 10:00", "Mon 27 October 2025 09:00"),  # and one is gained in autumn
        ("Thu 17 April 2025 12:00", "Sat 19 April 2025 12:00"),
    ],
)
def test_a_verbal_referral_is_confirmed_within_forty_eight_hours_by_the_clock(made: str, due: str) -> None:
    h = Hearing(made).household().family(VERBAL)
    duty = h.duty("confirm_referral")
    assert in_words(duty.due_at) == due
    assert (duty.owner, duty.to, duty.closes_on, duty.rule) == ("referrer", "w-key", "recorded", "VERBAL-01")
    assert (duty.service, duty.meeting, duty.adult) == ("clearway", None, None)
    assert duty.sentence.startswith("w-key must confirm the verbal referral R-1 in writing. 48 clock hours after")


def test_the_hours_run_from_the_call_and_not_from_its_record() -> None:
    h = Hearing("Mon 3 March 2025 10:00").household()
    called = h.now
    h.at("Tue 4 March 2025 15:00")
    h.deliver(e.Event("late", "test", h.file.stream, called, h.now, VERBAL))
    assert in_words(h.duty("confirm_referral").due_at) == "Wed 5 March 2025 10:00"


def test_a_confirmation_ends_it_and_says_whose() -> None:
    h = Hearing().household().family(VERBAL, e.ReferralConfirmed("R-1", "w-key"))
    assert h.duty("confirm_referral").ended_by == "w-key" and shown(h) == [("confirm_referral", "recorded")]


def test_a_confirmation_that_comes_first_waits_for_its_referral() -> None:
    h = Hearing().household().family(e.ReferralConfirmed("R-1", "w-key"), VERBAL)
    assert h.duty("confirm_referral").ended == "evidence" and not h.parked


def test_a_written_referral_needs_no_confirmation() -> None:
    assert not Hearing().household().family(WRITTEN).duties("confirm_referral")


def test_a_referral_recorded_twice_is_one_and_runs_from_the_first() -> None:
    h = Hearing().household().family(VERBAL).at("Tue 4 March 2025 10:00").family(VERBAL)
    assert in_words(h.duty("confirm_referral").due_at) == "Wed 5 March 2025 10:00"


def test_an_unconfirmed_referral_lies_before_the_referrer_and_then_their_own_service() -> None:
    h = Hearing().household().family(VERBAL).at("Fri 7 March 2025 12:00")
    climbed = [(c.role, c.person) for c in h.facts(f.RungClimbed)]
    assert climbed == [("referrer", "w-key"), ("single_point_of_contact", "w-spoc")]


def test_a_referrer_whom_the_directory_does_not_know_is_owed_all_the_same() -> None:
    h = Hearing().household().family(e.ReferralMade("R-1", "a-neighbour", "verbal"))
    duty = h.duty("confirm_referral")
    assert (duty.to, duty.service) == ("a-neighbour", None)
    assert h.at("Thu 6 March 2025 09:00").facts(f.RungClimbed)[0].person is None


# --- told the outcome


def test_whoever_referred_is_told_the_outcome_within_five_working_days_of_the_decision() -> None:
    h = Hearing("Thu 17 April 2025 10:00").household().family(WRITTEN, decided("Thu 17 April 2025"))
    duty = h.duty("feed_back_outcome")
    assert in_words(duty.due_at) == "Mon 28 April 2025 23:59"  # across Easter
    assert (duty.owner, duty.to, duty.closes_on, duty.rule) == ("coordinator", "w-key", "accepted", "FEED-01")
    assert duty.service == "clearway"
    (letter,) = h.sent(SendLetter, "w-key")
    assert (letter.occasion, letter.what, letter.family) == ("referral_outcome", "assessment", "F-1")


def test_a_decision_recorded_late_is_told_from_its_record() -> None:
    h = Hearing("Thu 6 March 2025 10:00").household().family(WRITTEN, decided("Mon 3 March 2025"))
    assert in_words(h.duty("feed_back_outcome").due_at) == "Thu 13 March 2025 23:59"


def test_the_outcome_is_told_once_the_relay_took_the_letter_and_owed_again_when_it_comes_back() -> None:
    h = Hearing().household().family(WRITTEN, decided("Mon 3 March 2025"))
    (letter,) = h.sent(SendLetter)
    assert shown(h.posted("accepted", letter.message, "w-key", "letter")) == [("feed_back_outcome", "accepted")]
    h.at("Mon 3 March 2025 11:00").posted("bounced", letter.message, "w-key", "letter")
    duty = h.duty("feed_back_outcome", ended=None)
    assert duty.at_once and [c.role for c in h.facts(f.RungClimbed)] == ["coordinator"]


def test_a_referral_not_yet_decided_owes_no_outcome() -> None:
    assert not Hearing().household().family(WRITTEN).duties("feed_back_outcome")


def test_a_decision_that_comes_first_waits_for_its_referral() -> None:
    h = Hearing().household().family(decided("Mon 3 March 2025"), WRITTEN)
    assert h.open("feed_back_outcome") and not h.parked


@pytest.mark.parametrize("referrer", ["w-key", "a-neighbour"])
def test_an_outcome_that_cannot_be_mailed_lies_before_the_coordinator_at_once(referrer: str) -> None:
    """To a worker without an address, or to somebody whom the directory does not know."""
    made = e.ReferralMade("R-1", referrer, "written", "mother")
    h = Hearing().unreachable("w-key").household().family(made, decided("Mon 3 March 2025"))
    assert [c.role for c in h.facts(f.RungClimbed)] == ["coordinator"]
    assert [x.mailed for x in h.family(e.TimeCame()).facts(f.LetterIssued)] == [False] and not h.sent(SendLetter)


def test_an_outcome_is_mailed_once_an_address_is_known_and_is_loud_until_it_has_gone() -> None:
    h = Hearing().unreachable("w-key").household().family(WRITTEN, decided("Mon 3 March 2025"))
    h.at("Mon 3 March 2025 11:00").told("partnership", a_worker("w-key", "clearway"))
    assert len(h.sent(SendLetter, "w-key")) == 1 and h.duty("feed_back_outcome").at_once
    assert not h.family(e.TimeCame()).duty("feed_back_outcome").at_once


def test_an_outcome_that_need_not_be_told_is_mailed_no_more() -> None:
    h = Hearing().unreachable("w-key").household().family(WRITTEN, decided("Mon 3 March 2025"))
    h.family(e.DutyExcused(h.duty("feed_back_outcome").id, "She sat in the meeting that decided.", "w-head"))
    h.told("partnership", a_worker("w-key", "clearway")).family(e.TimeCame())
    assert not h.sent(SendLetter)


def test_an_outcome_that_came_back_waits_for_an_address_recorded_since() -> None:
    """An address recorded no later than the mail came back is the one that failed."""
    h = Hearing().told("partnership", a_worker("w-key", "clearway")).household()
    h.family(WRITTEN, decided("Mon 3 March 2025"))
    (letter,) = h.sent(SendLetter)
    assert len(h.posted("bounced", letter.message, "w-key", "letter").sent(SendLetter)) == 1
    h.at("Mon 3 March 2025 11:00").told("partnership", a_worker("w-key", "clearway"))
    assert len(h.sent(SendLetter, "w-key")) == 2


# --- mandatory after an override


def overridden(ground: str, purpose: e.Purpose = "fip", person: str = "mother") -> e.Body:
    return e.ConsentOverridden(person, purpose, ground, "w-head")  # type: ignore[arg-type]


FAMILY = AREA.sibling("family", "F-1")
FIRST = overridden("life_at_risk")


@pytest.mark.parametrize("ground", ["life_at_risk", "greater_harm"])
def test_an_override_for_a_life_or_against_greater_harm_makes_a_referral_mandatory_the_same_day(ground: str) -> None:
    h = Hearing("Fri 7 March 2025 15:00").household().family(overridden(ground))
    duty = h.duty("make_referral", adult="mother")
    assert in_words(duty.due_at) == "Fri 7 March 2025 23:59"
    assert (duty.owner, duty.closes_on, duty.rule) == ("coordinator", "recorded", "T6-01")
    since = f"since {ground.replace('_', ' ')}"
    about = "Refer the family to children's social care: w-head shared what mother was not asked about"
    assert duty.sentence.startswith(f"{about}, {since}. ")


def test_over_a_weekend_it_is_due_on_the_monday() -> None:
    h = Hearing("Sat 8 March 2025 15:00").household().family(overridden("life_at_risk"))
    assert in_words(h.duty("make_referral").due_at) == "Mon 10 March 2025 23:59"


def test_an_override_on_another_lawful_basis_mandates_none() -> None:
    assert not Hearing().household().family(overridden("lawful_basis")).duties("make_referral")


def test_a_referral_made_since_answers_it_and_one_made_before_does_not() -> None:
    h = Hearing().household().family(WRITTEN).at("Tue 4 March 2025 10:00").family(overridden("life_at_risk"))
    assert h.open("make_referral")
    h.family(e.ReferralMade("R-2", "w-head", "written", "mother"))
    assert h.duty("make_referral").ended_by == "referral R-2, by w-head"
    assert shown(h) == [("make_referral", "recorded")]


def test_a_referral_about_the_other_parent_answers_nothing_and_one_about_the_family_does() -> None:
    h = Hearing().household(MOTHER, FATHER).family(overridden("life_at_risk"))
    assert h.family(e.ReferralMade("R-2", "w-head", "written", "father")).open("make_referral")
    assert not h.family(e.ReferralMade("R-3", "w-head", "written")).open("make_referral")


def test_saying_it_again_gives_nobody_more_time_until_somebody_referred() -> None:
    h = Hearing().household().family(overridden("life_at_risk"))
    h.at("Wed 5 March 2025 10:00").family(overridden("greater_harm"))
    assert in_words(h.duty("make_referral").due_at) == "Mon 3 March 2025 23:59"
    h.family(e.ReferralMade("R-2", "w-head", "written", "mother"))
    assert not h.open("make_referral")
    again = e.Event(
        "again", "test", FAMILY, instant("Mon 3 March 2025 12:00"), instant("Thu 6 March 2025 10:00"), FIRST
    )
    h.at("Thu 6 March 2025 10:00").deliver(again)  # told by another system, of the same day
    assert not h.open("make_referral")
    h.at("Fri 7 March 2025 10:00").family(FIRST)
    assert in_words(h.duty("make_referral").due_at) == "Fri 7 March 2025 23:59"
    assert h.open("make_referral")


@pytest.mark.parametrize("given", [True, False])
def test_a_later_word_of_the_adult_does_not_take_the_referral_away(given: bool) -> None:
    h = Hearing().household().family(overridden("life_at_risk")).at("Mon 3 March 2025 11:00").consent(given)
    assert h.open("make_referral")


def test_an_override_recorded_in_error_takes_it_away() -> None:
    h = Hearing().household().family(overridden("life_at_risk")).in_error(e.ConsentOverridden)
    assert h.duty("make_referral").ended == "lapse"


def test_each_adult_and_purpose_overridden_has_a_referral_of_its_own() -> None:
    h = Hearing().household(MOTHER, FATHER)
    h.family(overridden("life_at_risk"), overridden("greater_harm", "change"))
    h.family(overridden("life_at_risk", person="father"))
    assert len(h.open("make_referral")) == 3


# --- advice without a name


# Whatever could say whose family it is.
NAMES = {"F-1", "mother", "father", "child", "CW-7741", "M", "F", "C", "E-mother", "w-social"}


def test_advice_is_asked_of_every_treatment_service_where_none_is_named() -> None:
    h = Hearing().at("Fri 7 March 2025 10:00").household().family(e.AdviceAsked("A-1", "w-social"))
    assert {(d.service, d.to) for d in h.open("ask_for_advice")} == {("clearway", "w-spoc"), ("beacon", "w-beacon")}
    duty = h.duty("ask_for_advice", service="clearway")
    assert in_words(duty.due_at) == "Mon 10 March 2025 23:59"
    assert (duty.owner, duty.closes_on, duty.rule, duty.adult) == ("coordinator", "accepted", "TELL-01", None)
    assert duty.sentence.startswith("Ask clearway for advice without naming the family. 1 working day after")


def test_the_letter_for_advice_carries_no_identifier_at_all() -> None:
    h = Hearing().household(MOTHER, FATHER).episode().worked_with().family(e.AdviceAsked("A-1", "w-social", "clearway"))
    (letter,) = [x for x in h.sent(SendLetter) if x.occasion == "advice"]
    words = {w for w in leaves(letter) if isinstance(w, str)}
    assert letter.to.person == "w-spoc" and not words & NAMES
    assert letter.family == letter.meeting == letter.what == "" and letter.client_reference is None
    assert letter.due_at == h.duty("ask_for_advice").due_at


def leaves(thing: object) -> list[object]:
    built = msgspec.to_builtins(thing)
    return list(built.values()) if isinstance(built, dict) else []


def test_advice_goes_to_the_service_and_never_to_the_key_worker_of_the_adult() -> None:
    h = Hearing().household().episode().family(e.AdviceAsked("A-1", "w-social", "clearway"))
    assert h.duty("ask_for_advice").to == "w-spoc" and not h.sent(SendLetter, "w-key")


def test_advice_asked_is_asked_once_though_the_single_point_of_contact_goes_on_leave() -> None:
    h = Hearing()
    h.post = "accepted"
    h.household().family(e.AdviceAsked("A-1", "w-social", "clearway"))
    assert h.duty("ask_for_advice").ended == "evidence"
    h.leave("w-spoc", "Wed 5 March 2025", "Fri 7 March 2025").at("Wed 5 March 2025 09:00").family(e.TimeCame())
    h.told("partnership", clearway(single_point_of_contact="w-deputy"))
    assert h.duty("ask_for_advice").ended == "evidence" and not h.sent(SendLetter, "w-deputy")


def test_advice_that_comes_back_is_asked_of_the_next() -> None:
    h = Hearing().household().family(e.AdviceAsked("A-1", "w-social", "clearway"))
    (letter,) = h.sent(SendLetter)
    h.posted("bounced", letter.message, "w-spoc", "letter")
    assert h.duty("ask_for_advice", ended=None).to == "w-deputy" and h.sent(SendLetter, "w-deputy")


def test_advice_that_came_back_from_somebody_who_speaks_to_us_lies_before_the_coordinator_at_once() -> None:
    h = Hearing().household().family(e.AdviceAsked("A-1", "w-social", "clearway"))
    (letter,) = h.sent(SendLetter)
    h.posted("bounced", letter.message, "w-spoc", "letter")
    h.family(e.DutyAcknowledged(h.duty("ask_for_advice").id, "w-spoc", "w-coordinator"))
    assert h.duty("ask_for_advice", ended=None).to == "w-spoc"
    assert [c.role for c in h.facts(f.RungClimbed)] == ["coordinator"]


def test_where_nobody_at_the_service_can_be_reached_the_asking_lies_before_the_coordinator_at_once() -> None:
    h = Hearing().unreachable("w-spoc", "w-deputy").household().family(e.AdviceAsked("A-1", "w-social", "clearway"))
    assert h.duty("ask_for_advice").to is None and [c.role for c in h.facts(f.RungClimbed)] == ["coordinator"]


def test_two_askings_of_one_service_are_two() -> None:
    h = Hearing().household().family(*(e.AdviceAsked(x, "w-social", "clearway") for x in ("A-1", "A-2")))
    assert len(h.open("ask_for_advice")) == 2
    h.posted("accepted", h.sent(SendLetter)[0].message, "w-spoc", "letter")
    assert len(h.open("ask_for_advice")) == 1
