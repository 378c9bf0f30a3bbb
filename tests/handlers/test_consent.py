"""Outside child protection the service is told with consent or an override, and not otherwise (rules 3.22, 3.44)."""

import pytest

from handlers import consent
from handlers import events as e
from tests.handlers.hearing import REVIEW, Hearing

GIVEN = e.ConsentRecorded("mother", "fip", True, "w-fip")
REFUSED = e.ConsentRecorded("mother", "fip", False, "w-fip")
OVERRIDDEN = e.ConsentOverridden("mother", "fip", "life_at_risk", "w-head")


def after(*said: e.Body) -> Hearing:
    return Hearing().household().family(*said)


def test_silence_permits_nothing_and_nobody_has_decided() -> None:
    assert not consent.permitted(after().file, "mother") and not consent.asked(after().file, "mother")


@pytest.mark.parametrize(
    ("said", "permitted"), [((GIVEN,), True), ((REFUSED,), False), ((OVERRIDDEN,), True), ((GIVEN, REFUSED), False)]
)
def test_the_last_word_decides(said: tuple[e.Body, ...], permitted: bool) -> None:
    file = after(*said).file
    assert consent.asked(file, "mother") and consent.permitted(file, "mother") is permitted


def test_an_override_outranks_the_refusal_before_it() -> None:
    assert consent.permitted(after(REFUSED, OVERRIDDEN).file, "mother")


def test_consent_for_another_purpose_or_of_another_adult_permits_nothing() -> None:
    file = after(e.ConsentRecorded("mother", "child_in_need", True, "w-fip"), GIVEN).file
    assert not consent.permitted(file, "father") and not consent.asked(file, "father")
    other = after(e.ConsentRecorded("mother", "child_in_need", True, "w-fip")).file
    assert not consent.permitted(other, "mother") and not consent.asked(other, "mother")


def test_the_basis_of_the_episode_itself_permits_no_invitation_to_a_project_review() -> None:
    h = Hearing().household().episode().fip()  # the episode came with the basis "consent"
    assert h.open("seek_consent", meeting=REVIEW) and h.mailed("w-key") == 0


def test_consent_given_before_the_project_began_asks_nothing_more() -> None:
    h = Hearing().household().episode().consent(True).fip()
    assert not h.duties("seek_consent") and h.open("tell_treatment", meeting=REVIEW)


def test_a_refusal_before_the_project_began_is_on_record_as_the_answer() -> None:
    h = Hearing().household().episode().consent(False).fip()
    duty = h.duty("seek_consent")
    assert duty.ended == "evidence" and "refused" in duty.ended_by
