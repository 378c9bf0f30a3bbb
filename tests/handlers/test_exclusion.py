"""Somebody is kept out of a conference by its chair alone, on a ground, and nobody else learns of it (EXC-01 to 03)."""

import pytest

from handlers import events as e
from handlers.effects import SendLetter, SendMinutes, SendNotice
from handlers.working_days import in_words
from tests.handlers.hearing import CONFERENCE, MOTHER, Hearing, instant, there
from tests.handlers.test_parts import DAD, FAMILY_PART, agenda, apart, hours, last

CHAIR, REASON = "w-chair-1", "The child must be heard."
THE_PARTS = {"whole": (), "refused": (), "part": ("family",)}


def two_parents(post: bool = True) -> Hearing:
    """Booked for Wed 12 March 2025 10:00: a request is in time until Fri 7 March."""
    h = Hearing()
    h.post = "accepted" if post else None
    return h.household(MOTHER, DAD).worked_with().conference().books("Wed 12 March 2025 10:00")


def asks(h: Hearing, ground: e.ExclusionGround = "family_conflict") -> Hearing:
    return h.family(e.ExclusionAsked("EX-1", CONFERENCE, "father", ground, "He was arrested.", "w-health"))


def decides(h: Hearing, outcome: str, by: str = CHAIR, **more: object) -> Hearing:
    said = {"parts": THE_PARTS[outcome], **more}
    return h.family(e.ExclusionDecided("EX-1", CONFERENCE, outcome, REASON, by, **said))  # type: ignore[arg-type]


def letters(h: Hearing, person: str) -> list[tuple[str, str]]:
    return [(x.occasion, x.what) for x in h.sent(SendLetter, person)]


def test_a_request_goes_to_the_chair_who_owes_a_decision_before_the_meeting() -> None:
    h = asks(two_parents())
    duty = h.duty("decide_exclusion")
    assert (duty.owner, duty.to, duty.due_at) == ("chair", CHAIR, instant("Wed 12 March 2025 10:00"))
    assert "as w-health asks, since there is conflict within the family" in duty.sentence
    assert "LATE" not in duty.sentence and "arrested" not in duty.sentence
    assert letters(h, CHAIR) == [("exclusion_asked", "")]
    assert last(h, "father").method == "REQUEST", "undecided, he stays asked"


@pytest.mark.parametrize(("asked_at", "late"), [("Fri 7 March 2025 16:00", False), ("Mon 10 March 2025 09:00", True)])
def test_a_request_that_came_late_is_said_to_be_late_and_goes_to_the_chair_all_the_same(
    asked_at: str, late: bool
) -> None:
    h = asks(two_parents().at(asked_at))
    assert ("ASKED LATE" in h.duty("decide_exclusion").sentence) is late
    assert letters(h, CHAIR) == [("exclusion_asked", "late" if late else "")]


def test_an_undecided_request_climbs_before_the_meeting_begins() -> None:
    h = asks(two_parents()).at("Wed 12 March 2025 09:59")
    duty = h.duty("decide_exclusion").id
    assert [x.to.person for x in h.sent(SendNotice) if x.duty == duty] == [CHAIR, "w-coordinator", "w-unit"]


def test_while_the_meeting_has_no_time_nobody_is_written_to() -> None:
    h = asks(two_parents().cancels())
    assert h.duty("decide_exclusion").to is None and not letters(h, CHAIR)
    h.books("Thu 13 March 2025 10:00")
    assert h.duty("decide_exclusion").to == CHAIR and letters(h, CHAIR)


@pytest.mark.parametrize("by", ["w-social", "w-unit", "w-chair-2"])
def test_nobody_but_the_chair_of_that_meeting_decides(by: str) -> None:
    with pytest.raises(e.Impossible, match=f"only the chair, {CHAIR}, decides on it"):
        decides(asks(two_parents()), "whole", by=by)


def test_without_a_chair_there_is_no_decision() -> None:
    with pytest.raises(e.Impossible, match="has no chair yet"):
        decides(asks(two_parents().cancels()), "whole")


def test_a_request_stays_what_it_was_when_its_chair_was_asked() -> None:
    h = asks(two_parents())
    for about in (("mother", CONFERENCE), ("father", "core-group:PLAN-1:1")):
        with pytest.raises(e.Impossible, match="EX-1 is about father at initial-conference:SD-1"):
            h.family(e.ExclusionAsked("EX-1", about[1], about[0], "disruption", "She shouted.", "w-health"))
    with pytest.raises(e.Impossible, match="EX-1 is about father at initial-conference:SD-1"):
        h.family(e.ExclusionDecided("EX-1", "core-group:PLAN-1:1", "whole", REASON, "w-social"))


def test_part_of_it_names_the_parts_and_nothing_else_does() -> None:
    for outcome, parts in (("part", ()), ("whole", ("family",))):
        with pytest.raises(e.Impossible, match="parts are named"):
            decides(asks(two_parents()), outcome, parts=parts)


def test_a_decision_waits_for_its_request_and_a_request_for_whom_it_is_about() -> None:
    h = decides(two_parents(), "whole")
    assert [p[1] for p in h.parked] == ["exclusion:EX-1"]
    assert not asks(h).parked and last(h, "father").method == "CANCEL"
    h.family(e.ExclusionAsked("EX-2", CONFERENCE, "uncle", "disruption", "He shouts.", "w-health"))
    assert [p[1] for p in h.parked] == ["member:uncle"]


def test_whoever_is_kept_out_is_called_off_and_nobody_else_is_mailed_about_it() -> None:
    h = asks(two_parents())
    before = {p: h.mailed(p) for p in ("mother", "w-social", CHAIR)}
    decides(h, "whole")
    sent = last(h, "father")
    assert (sent.method, sent.goes_on) == ("CANCEL", True)
    assert {p: h.mailed(p) for p in before} == before
    assert h.duty("decide_exclusion").ended_by == f"{CHAIR}: whole"


def test_both_are_told_and_whoever_is_kept_out_not_by_whom_or_why() -> None:
    h = decides(asks(two_parents()), "whole")
    assert letters(h, "father") == [("kept_out", "whole")] and letters(h, "w-health") == [
        ("exclusion_decided", "whole")
    ]
    (told,) = h.sent(SendLetter, "father")
    assert not told.family and told.starts_at is None
    assert "w-health" not in repr(told) and REASON not in repr(told)
    assert {d.to for d in h.duties("feed_back_exclusion", ended="evidence")} == {"father", "w-health"}


def test_a_refusal_is_told_to_whoever_asked_and_changes_nothing_for_whom_it_was_about() -> None:
    h = asks(two_parents())
    before = h.mailed("father")
    decides(h, "refused")
    assert h.mailed("father") == before and letters(h, "w-health") == [("exclusion_decided", "refused")]


def test_whoever_may_come_to_part_is_asked_to_that_part_and_no_other() -> None:
    h = decides(asks(two_parents().family(agenda(FAMILY_PART))), "part")
    assert (last(h, "father").method, hours(h, "father")) == ("REQUEST", "10:00-10:30")
    assert letters(h, "father") == [("kept_out", "part")]


def test_a_part_that_leaves_the_agenda_lets_nobody_in_and_is_the_chairs_again() -> None:
    h = decides(asks(two_parents().family(agenda(FAMILY_PART))), "part").family(agenda())
    assert last(h, "father").method == "CANCEL" and h.duty("decide_exclusion").ended is None


def test_a_decision_that_was_recorded_in_error_asks_them_again() -> None:
    h = decides(asks(two_parents()), "whole").in_error(e.ExclusionDecided)
    assert last(h, "father").method == "REQUEST" and h.duty("decide_exclusion").ended is None


def test_whoever_was_kept_out_has_the_decisions_and_not_the_minutes() -> None:
    h = decides(asks(two_parents()), "whole").sits(there("mother"), there("father", "excluded"))
    assert h.open("send_decision", to="father") and not h.duties("send_minutes", to="father")
    h.minuted()
    (paper,) = h.sent(SendMinutes, "father")
    assert paper.part == "decision" and paper.decisions and not (paper.attendance or paper.discussion or paper.tasks)
    assert {x.part for x in h.sent(SendMinutes, "mother")} == {"minutes"}


def test_decisions_sent_ahead_of_the_minutes_are_sent_once() -> None:
    h = decides(asks(two_parents()), "whole").sits(there("mother"))
    h.family(e.DecisionsRecorded(CONFERENCE, "w-minutes", ("A plan is made.",))).minuted()
    assert [x.part for x in h.sent(SendMinutes, "father")] == ["decision"]
    assert [x.part for x in h.sent(SendMinutes, "mother")] == ["decision", "minutes"]


def test_what_the_chair_withholds_is_not_sent_and_not_promised() -> None:
    h = decides(asks(two_parents()), "whole", withheld="He would learn where they live.")
    h.sits(there("mother")).minuted()
    assert not h.sent(SendMinutes, "father") and letters(h, "father") == [("kept_out", "withheld")]


def test_that_somebody_is_kept_out_changes_nobody_elses_hours() -> None:
    h = asks(two_parents().family(apart("mother", "father")))
    before = hours(h, "mother")
    assert decides(h, "whole").mailed("mother") and hours(h, "mother") == before == "10:00-11:45"
    assert in_words(last(h, "mother").stamped_at) == "Mon 3 March 2025 10:00"
