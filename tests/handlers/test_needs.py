"""What somebody needs to take part: owed to be arranged before each meeting that they are asked to."""

import pytest

from handlers import events as e
from handlers.working_days import in_words
from tests.handlers.hearing import CONFERENCE, LODGER, MOTHER, Hearing, a_conference, there

POLISH = e.Need(need="interpreter", which="pl")
CRECHE = e.Need(need="creche")


def ahead() -> Hearing:
    """A conference on Wed 19 March 10:00; it is Mon 3 March."""
    return a_conference().books("Wed 19 March 2025 10:00")


def tells(h: Hearing, *needs: e.Need, meeting: str | None = None, person: str = "mother") -> Hearing:
    return h.family(e.NeedsTold(person, needs, "w-social", meeting, "A woman, if possible."))


def arranges(h: Hearing, need: e.Need = POLISH, provider: str = "language-line") -> Hearing:
    return h.family(e.NeedArranged(CONFERENCE, "mother", need.need, provider, "w-coordinator", need.which))


def test_each_need_is_the_coordinators_to_arrange_two_working_days_before_the_meeting() -> None:
    h = tells(ahead(), POLISH, CRECHE)
    assert {(d.owner, in_words(d.due_at)) for d in h.open("arrange_need")} == {
        ("coordinator", "Mon 17 March 2025 23:59")
    }
    said = sorted(d.sentence.partition(" at ")[0] for d in h.open("arrange_need"))
    assert said == ["Arrange an interpreter (pl) for mother", "Arrange child care for mother"]


def test_what_is_told_late_has_the_next_working_day_and_never_longer_than_until_the_meeting() -> None:
    late = tells(ahead().at("Mon 17 March 2025 15:00"), POLISH)
    assert in_words(late.duty("arrange_need").due_at) == "Tue 18 March 2025 23:59"
    last = tells(ahead().at("Tue 18 March 2025 15:00"), POLISH)
    assert in_words(last.duty("arrange_need").due_at) == "Wed 19 March 2025 10:00"


def test_it_ends_when_somebody_is_named_who_does_it() -> None:
    h = arranges(tells(ahead(), POLISH, CRECHE))
    (done,) = h.duties("arrange_need", ended="evidence")
    assert "interpreter" in done.sentence and done.ended_by == "language-line, arranged by w-coordinator"
    assert len(h.open("arrange_need")) == 1


def test_an_interpreter_for_another_language_is_still_to_be_found() -> None:
    h = arranges(tells(ahead(), POLISH))
    tells(h, e.Need(need="interpreter", which="ro"))
    assert "(ro)" in h.duty("arrange_need", ended=None).sentence


@pytest.mark.parametrize("relative", ["child", "lodger", "mother"])
def test_nobody_of_the_family_interprets(relative: str) -> None:
    h = tells(a_conference(MOTHER, LODGER).books("Wed 19 March 2025 10:00"), POLISH, CRECHE)
    with pytest.raises(e.Impossible, match=f"{relative} is of the family, and family, friends and children never"):
        arranges(h, provider=relative)
    arranges(h, CRECHE, provider="lodger")  # who may mind the child all the same
    assert len(h.open("arrange_need")) == 1


def test_nobody_who_left_the_family_interprets_either() -> None:
    h = tells(a_conference(MOTHER, LODGER), POLISH)
    h.family(e.MemberLeft("lodger", h.now.date()))
    with pytest.raises(e.Impossible, match="never interpret"):
        arranges(h, provider="lodger")


def test_what_was_arranged_for_another_time_is_owed_again() -> None:
    h = arranges(tells(ahead(), POLISH)).at("Tue 4 March 2025 09:00").books("Thu 20 March 2025 10:00")
    assert h.duty("arrange_need").ended is None
    assert arranges(h).duty("arrange_need").ended == "evidence"


def test_a_need_lapses_when_they_no_longer_come() -> None:
    assert tells(ahead(), POLISH).answers("mother", reply="declined").duty("arrange_need").ended == "lapse"
    assert (
        tells(ahead(), POLISH).family(e.MemberLeft("mother", ahead().now.date())).duty("arrange_need").ended == "lapse"
    )
    assert tells(ahead(), POLISH).cancels().duty("arrange_need").ended == "lapse"
    assert tells(ahead(), POLISH).sits(there("mother")).duty("arrange_need").ended == "lapse"


def test_a_standing_need_is_owed_at_each_meeting_and_one_meetings_own_word_stands_there() -> None:
    h = tells(tells(ahead(), POLISH), CRECHE, meeting=CONFERENCE)
    assert h.duty("arrange_need", ended=None).sentence.startswith("Arrange child care")
    assert h.file.needs["mother"].body.needs == (POLISH,)
    tells(h, meeting=CONFERENCE)
    assert not h.open("arrange_need")


def test_a_standing_need_may_be_told_before_any_meeting_is_due() -> None:
    h = tells(Hearing().household().worked_with(), POLISH).conference()
    assert h.open("arrange_need", meeting=CONFERENCE)


def test_whoever_is_not_asked_owes_nobody_anything() -> None:
    h = tells(a_conference(MOTHER, LODGER), POLISH, person="lodger")
    assert not h.duties("arrange_need")
    with pytest.raises(e.Impossible, match="stranger has nothing to do with this family"):
        tells(h, POLISH, person="stranger")


def test_needs_go_with_whoever_goes_on_in_another_family() -> None:
    h = tells(ahead(), POLISH).family(e.FamiliesMerged("F-2", "w-coordinator"))
    into = h.files[h.file.stream.sibling("family", "F-2")]
    assert into.needs["mother"].body.needs == (POLISH,)  # type: ignore[union-attr]
