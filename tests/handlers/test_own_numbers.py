"""Nations number their rules for themselves, and one pack of our own defaults fills what all of them leave open."""

import pytest

from handlers.protocol import ProtocolFaults, read
from handlers.working_days import from_words, in_words
from tests.handlers.test_protocol import UNKNOWN, national, over, rule, ruled

DEFAULTS = over("typical", ICPC_01=rule(names_area="design default")) | {"nation": "any"}
LATER = rule(
    count=20,
    worked=[
        {"trigger": "Mon 9 December 2024", "due": "Thu 9 January 2025", "note": "across Christmas"},
        {"trigger": "Mon 3 March 2025", "due": "Mon 31 March 2025", "note": "four weeks"},
    ],
)
OWN = LATER | {"stands_for": "ICPC-01"}
A_MONDAY = from_words("Mon 3 March 2025")


def test_a_nations_own_rule_answers_when_the_house_asks_by_ours_and_is_cited_by_its_own_name() -> None:
    found = read([national(W_01=OWN)]).deadline("ICPC-01", A_MONDAY)
    assert (found.rule, in_words(found.due_on)) == ("W-01", "Mon 31 March 2025")
    assert found.sentence.endswith(": Mon 31 March 2025 (W-01, national, Working Together)")


def test_what_a_nation_gives_is_not_replaced_by_our_default() -> None:
    for given in (national(ICPC_01=LATER), national(W_01=OWN)):
        assert in_words(read([given, DEFAULTS]).deadline("ICPC-01", A_MONDAY).due_on) == "Mon 31 March 2025"


def test_our_default_fills_what_a_nation_leaves_open_or_calls_unknown() -> None:
    for left_open in (national(), national(ICPC_01=UNKNOWN), national(W_01=UNKNOWN | {"stands_for": "ICPC-01"})):
        found = read([left_open, DEFAULTS]).deadline("ICPC-01", A_MONDAY)
        assert (found.rule, in_words(found.due_on)) == ("ICPC-01", "Mon 24 March 2025")


def test_a_local_rule_replaces_by_the_nations_name_and_by_ours() -> None:
    for overlay in (over("local", W_01=rule()), over("local", ICPC_01=rule())):
        protocol = read([national(W_01=OWN), DEFAULTS, overlay])
        found = protocol.deadline("ICPC-01", from_words("Mon 8 June 2026"))
        assert (found.layer, in_words(found.due_on)) == ("local", "Mon 29 June 2026")
        assert set(protocol.rules) == {found.rule}


@pytest.mark.parametrize(
    ("weeks", "expected", "due", "aside"),
    [
        (28, "Mon 2 June 2025", "Mon 10 March 2025", ""),  # 12 weeks, 84 days before
        (28, "Mon 14 July 2025", "Thu 17 April 2025", ", rolled back from Mon 21 April 2025 (Easter Monday)"),
        (34, "Mon 7 April 2025", "Mon 24 February 2025", ""),  # 6 weeks before
    ],
)
def test_weeks_of_gestation_are_counted_back_from_the_birth_that_is_expected(
    weeks: int, expected: str, due: str, aside: str
) -> None:
    found = ruled("weeks_of_gestation", weeks).deadline("R-1", from_words(expected))
    assert in_words(found.due_on) == due
    assert found.sentence.startswith(f"{weeks} weeks of gestation of the birth expected on {expected}{aside}: {due} (")


def test_weeks_of_gestation_with_a_direction_are_refused() -> None:
    back = rule(unit="weeks_of_gestation", direction="before")
    with pytest.raises(ProtocolFaults, match="weeks of gestation are counted back from the birth; take direction out"):
        read([national(PB_01=back)])
