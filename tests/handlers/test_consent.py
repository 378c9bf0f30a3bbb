"""Outside child protection the service is told with consent or an override, and not otherwise (rules 3.22, 3.44)."""

import pytest

from handlers import consent
from handlers import events as e
from handlers.working_days import in_words
from tests.handlers.hearing import REVIEW, Hearing

GIVEN = e.ConsentRecorded("mother", "fip", True, "w-fip")
REFUSED = e.ConsentRecorded("mother", "fip", False, "w-fip")
OVERRIDDEN = e.ConsentOverridden("mother", "fip", "life_at_risk", "w-head")


def after(*said: e.Body) -> Hearing:
    """Each a minute after the one before."""
    h = Hearing().household()
    for n, word in enumerate(said):
        h.at(f"Mon 3 March 2025 10:0{n + 1}").family(word)
    return h


def test_silence_permits_nothing_and_nobody_has_decided() -> None:
    assert not consent.permitted(after().file, "mother", "fip") and consent.said(after().file, "mother", "fip") is None


@pytest.mark.parametrize(
    ("said", "verdict", "permitted"),
    [
        ((GIVEN,), "given", True),
        ((REFUSED,), "refused", False),
        ((OVERRIDDEN,), "overridden", True),
        ((GIVEN, REFUSED), "withdrawn", False),
        ((GIVEN, REFUSED, REFUSED), "withdrawn", False),
        ((REFUSED, GIVEN), "given", True),
        ((REFUSED, OVERRIDDEN), "overridden", True),
        ((OVERRIDDEN, REFUSED), "refused", False),
        ((GIVEN, OVERRIDDEN, REFUSED), "refused", False),
    ],
)
def test_the_last_word_decides(said: tuple[e.Body, ...], verdict: str, permitted: bool) -> None:
    file = after(*said).file
    word = consent.said(file, "mother", "fip")
    assert word and word.verdict == verdict and consent.permitted(file, "mother", "fip") is permitted


def test_consent_for_another_purpose_or_of_another_adult_permits_nothing() -> None:
    file = after(e.ConsentRecorded("mother", "child_in_need", True, "w-fip")).file
    assert consent.permitted(file, "mother", "child_in_need")
    assert not consent.permitted(file, "father", "child_in_need") and not consent.permitted(file, "mother", "fip")
    assert consent.said(file, "father", "child_in_need") is consent.said(file, "mother", "fip") is None


def test_the_basis_of_the_episode_itself_permits_no_invitation_to_a_project_review() -> None:
    h = Hearing().household().episode().fip()  # the episode came with the basis "consent"
    assert h.open("seek_consent", meeting=REVIEW) and h.mailed("w-key") == 0


def test_consent_given_before_the_project_began_asks_nothing_more() -> None:
    h = Hearing().household().episode().consent(True).fip()
    assert not h.duties("seek_consent") and h.open("tell_treatment", meeting=REVIEW)


def test_nobody_is_late_with_what_was_refused_until_it_was_allowed() -> None:
    h = Hearing().household().worked_with().episode().consent(False).fip()
    h.at("Fri 7 March 2025 10:00").consent(True).at("Mon 10 March 2025 10:00").consent(True)
    due = h.duty("tell_treatment", meeting=REVIEW).due_at
    assert in_words(due) == "Mon 10 March 2025 23:59"  # and saying so again puts off nothing


def test_a_refusal_before_the_project_began_is_on_record_as_the_answer() -> None:
    h = Hearing().household().episode().consent(False).fip()
    duty = h.duty("seek_consent")
    assert duty.ended == "evidence" and "refused" in duty.ended_by
