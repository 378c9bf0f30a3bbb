"""What the diary keeps, and what leaves it once it ended long before anything that is still asked."""

from collections import Counter
from datetime import datetime, timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from handlers import events as e
from handlers import facts as f
from handlers.diary.finder import find, propose
from handlers.diary_file import DiaryFile, fold
from handlers.facts import Fact
from handlers.working_days import in_words
from tests.handlers.hearing import AREA, CONFERENCE, Hearing, a_conference, day, england, instant
from tests.handlers.test_finder import EASY

RAN: Counter[str] = Counter()
LONG_AFTER = "Thu 3 April 2025 10:00"  # four weeks and a day after the conference sat
OLD, NEXT = "F-1/M-old", "F-1/M-next"


def seat(meeting: str, starts: str, hours: int = 2) -> f.SeatsKept:
    starts_at = instant(starts)
    return f.SeatsKept("F-1", meeting, 1, starts_at, starts_at + timedelta(hours=hours), ("w-social",), "room-1", None)


def diary(*bodies: e.Body, at: str = "Mon 3 March 2025 10:00") -> DiaryFile:
    return then(DiaryFile(stream=AREA.sibling("diary")), at, e.RoomRecorded("room-1", "1", "here", 6), *bodies)


def then(file: DiaryFile, at: str, *bodies: e.Body) -> DiaryFile:
    for body in bodies:
        file = fold(file, Fact(body, "", instant(at), instant(at), "x"))
    return file


def away(first: str, last: str) -> e.BusyRecorded:
    return e.BusyRecorded("w-social", instant(first), instant(last))


# --- what goes, and when


def test_a_question_finds_neither_seats_nor_busy_times_that_ended_four_weeks_before_it() -> None:
    file = diary(seat("M-old", "Thu 6 March 2025 09:00"), away("Mon 3 March 2025 09:00", "Thu 6 March 2025 23:00"))
    assert set(then(file, "Thu 3 April 2025 10:00", EASY).seats) == {OLD}
    later = then(file, "Fri 4 April 2025 10:00", EASY)
    assert (set(later.seats), later.busy, set(later.rooms)) == (set(), {}, {"room-1"})


def test_what_reaches_into_the_last_four_weeks_stays_whole() -> None:
    leave = away("Mon 3 February 2025 09:00", "Fri 7 March 2025 09:00")
    file = then(diary(leave, seat("M-next", "Fri 7 March 2025 09:00")), "Fri 4 April 2025 10:00", EASY)
    assert set(file.seats) == {NEXT} and file.busy == {"w-social": ((leave.from_at, leave.to_at),)}


def test_nothing_but_a_question_clears_the_diary() -> None:
    others = (e.RoomRecorded("room-9", "9", "here", 6), away("Mon 2 March 2026 09:00", "Tue 3 March 2026 09:00"))
    file = then(diary(seat("M-old", "Thu 6 March 2025 09:00")), "Mon 2 March 2026 10:00", *others)
    assert set(file.seats) == {OLD}


def test_a_question_told_late_brings_nothing_back() -> None:
    file = then(diary(), LONG_AFTER, EASY)
    assert then(file, "Mon 10 March 2025 10:00", EASY) == file


def test_a_year_of_meetings_leaves_only_its_last_weeks() -> None:
    file, first = diary(), instant("Mon 6 January 2025 09:00")
    for n in range(365):
        at = first + timedelta(days=n)
        kept = f.SeatsKept(f"F-{n}", "M-1", 1, at, at + timedelta(hours=1), (), "room-1", None)
        for body in (EASY, kept):
            file = fold(file, Fact(body, "", at, at, "x"))
    assert len(file.days) == len(file.seats) == 29


def test_the_file_that_is_folded_and_the_one_kept_meanwhile_are_the_same_bytes() -> None:
    bodies = (
        away("Mon 3 March 2025 09:00", "Thu 6 March 2025 23:00"),
        seat("M-old", "Thu 6 March 2025 09:00"),
        seat("M-next", "Tue 15 April 2025 09:00"),
        EASY,
        seat("M-next", "Wed 16 April 2025 09:00"),
        f.SeatsGivenBack("F-1", "M-next"),
    )
    folded = kept = diary()
    for body in bodies:
        folded = then(folded, "Fri 4 April 2025 10:00", body)
        kept = then(msgspec.json.decode(msgspec.json.encode(kept), type=DiaryFile), "Fri 4 April 2025 10:00", body)
    assert msgspec.json.encode(kept) == msgspec.json.encode(folded)


# --- what is looked at


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 8 * 24), st.integers(1, 23), st.sampled_from("abc"))), st.integers(0, 6 * 24))
def test_a_search_sees_every_seat_between_its_two_instants_and_no_other(
    drawn: list[tuple[int, int, str]], hour: int
) -> None:
    RAN["seen"] += 1
    first = instant("Tue 25 March 2025 00:00")  # the clocks go forward that Sunday
    since, until = first + timedelta(hours=hour), first + timedelta(hours=hour + 30)
    file, expected = DiaryFile(stream=AREA.sibling("diary")), Counter[tuple[str, datetime]]()
    for n, (starts, hours, who) in enumerate(drawn):
        at, end = first + timedelta(hours=starts), first + timedelta(hours=starts + hours)
        file = fold(file, Fact(f.SeatsKept("F", f"{n}", 1, at, end, (who,), who, who), "", first, first, "x"))
        expected[who, at] += at < until and end > since
    found = file.engaged({"a", "b"}, since, until)
    assert Counter((who, at) for who, spans in found.items() for at, _ in spans) == +Counter(
        {key: n for key, n in expected.items() if key[0] in "ab"}
    )


def test_who_sits_past_midnight_is_not_free_the_next_day() -> None:
    file = diary(seat("M-night", "Wed 16 April 2025 20:00", hours=14))
    assert [in_words(x.starts_at) for x in propose(file, replace(EASY, presided=False), england(), 1)] == [
        "Thu 17 April 2025 10:00"
    ]


# --- late records about what is gone


def test_an_answer_to_a_question_that_lay_too_long_says_that_nobody_knows_any_more() -> None:
    file = then(diary(), "Fri 23 May 2025 10:00", EASY)
    said = ("the diary keeps nothing from before Fri 25 April 2025: ask for a time to come",)
    assert find(file, EASY, england()) == said
    assert (
        find(file, replace(EASY, at=instant("Thu 24 April 2025 10:00"), latest_on=day("Fri 2 May 2025")), england())
        == said
    )


def test_a_question_that_lay_long_gets_no_time_on_a_day_that_is_gone() -> None:
    file = then(diary(), "Wed 21 May 2025 10:00", EASY)
    slot = find(file, replace(EASY, presided=False, latest_on=day("Wed 30 April 2025")), england())
    assert isinstance(slot, e.Slot) and in_words(slot.starts_at) == "Wed 23 April 2025 09:00"


def another_asks(h: Hearing) -> Hearing:
    """A family whose question makes the diary clear up."""
    return h.told(
        "family/F-9", *(e.StrategyDiscussionHeld("SD-9", h.now.date(), True), e.ConferenceAskedFor("SD-9", "w"))
    )


def test_a_sitting_recorded_long_after_its_seats_are_gone_is_held_all_the_same() -> None:
    h = another_asks(a_conference().at(LONG_AFTER))
    assert f"F-1/{CONFERENCE}" not in h.diary.seats
    assert h.held().meeting().held


def test_a_meeting_adjourned_long_ago_is_sought_again_with_nothing_to_give_back() -> None:
    h = another_asks(a_conference().at(LONG_AFTER))
    h.family(e.MeetingAdjourned(CONFERENCE, "w-chair-1", "The school did not come.", instant("Wed 5 March 2025 10:00")))
    booked = h.meeting().booked
    assert booked and booked.starts_at > h.now and not h.facts(f.SeatsGivenBack)
    assert h.diary.seats[f"F-1/{CONFERENCE}"].revision == 2


def test_families_that_merge_long_after_hand_over_the_seats_that_are_left() -> None:
    h = another_asks(a_conference().at(LONG_AFTER))
    h.told(
        "diary",
        e.SeatsHandedOver("F-1", "F-2", (CONFERENCE,)),
        e.SeatsHandedOver("F-9", "F-2", ("initial-conference:SD-9",)),
    )
    assert set(h.diary.seats) == {"F-2/initial-conference:SD-9"}


def test_the_drawn_seats_were_looked_at() -> None:
    assert RAN["seen"] >= 60
