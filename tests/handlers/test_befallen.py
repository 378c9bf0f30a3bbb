"""What befalls people of the family is a significant change, told to a service like any other (F7, rules 3.37)."""

import pytest

from handlers import events as e
from handlers.effects import SendLetter
from handlers.working_days import in_words
from tests.handlers.hearing import CHILD, MOTHER, Hearing, a_conference, day

ON = day("Mon 3 March 2025")
AUNT = e.Member(person="aunt", name="A", relation="other")
CARER = e.Member(person="nan", name="N", relation="carer", cares=True)
BABY = e.Member(person="baby", name="U", relation="unborn")


def in_treatment() -> Hearing:
    return a_conference(MOTHER, CARER, AUNT, BABY).episode().books("Wed 19 March 2025 10:00")


def moved(person: str) -> e.AddressChanged:
    return e.AddressChanged(person, "4 Other Street", ON, "w-social")


PLACED = e.LookedAfterStarted("PL-1", CHILD.person, "w-social", ON)
HAPPENED: dict[str, tuple[tuple[e.Body, ...], str, str]] = {
    "a birth": ((e.ChildBorn("baby", ON, "w-social"),), "born:baby", "child_born"),
    "a death": ((e.PersonDied("aunt", ON, "w-social"),), "died:aunt", "somebody_died"),
    "a placement": ((PLACED,), "looked-after:PL-1", "child_looked_after"),
    "a return": ((PLACED, e.LookedAfterEnded("PL-1", ON, "w-social")), "returned-home:PL-1", "child_returned_home"),
    "a carer's move": ((moved("nan"),), "moved-home:2025-03-03", "moved_home"),
    "a child's move": ((moved(CHILD.person),), "moved-home:2025-03-03", "moved_home"),
}


@pytest.mark.parametrize("name", HAPPENED)
def test_the_service_is_told_what_befell_the_family(name: str) -> None:
    bodies, change, what = HAPPENED[name]
    h = in_treatment().at("Tue 4 March 2025 10:00").family(*bodies)
    duty = next(d for d in h.open("tell_change") if f"the change {change}," in d.sentence)
    assert (duty.to, in_words(duty.due_at)) == ("w-key", "Wed 5 March 2025 23:59")
    assert what in {x.what for x in h.sent(SendLetter, "w-key") if x.duty == duty.id}


def test_whoever_cares_for_nobody_may_move_without_word_to_a_service() -> None:
    assert not in_treatment().family(moved("aunt")).duties("tell_change")


def test_several_who_move_on_one_day_are_one_change_known_since_the_first_was() -> None:
    h = in_treatment().at("Tue 4 March 2025 10:00").family(moved("nan"))
    h.at("Thu 6 March 2025 10:00").family(moved(CHILD.person))
    assert [in_words(d.due_at) for d in h.duties("tell_change")] == ["Wed 5 March 2025 23:59"]
