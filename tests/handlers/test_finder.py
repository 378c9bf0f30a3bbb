"""The finder against the plainest search that could be right, over calendars that Hypothesis draws."""

from collections import Counter
from datetime import datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from handlers import events as e
from handlers.diary.finder import find, propose, starts, why_not
from handlers.diary_file import DiaryFile, fold
from handlers.facts import SeatsKept, taken_in
from handlers.working_days import in_words, is_working_day
from tests.handlers.hearing import AREA, day, england, instant

RAN: Counter[str] = Counter()
THURSDAY, FRIDAY, TUESDAY = "Thu 17 April 2025", "Fri 18 April 2025", "Tue 22 April 2025"  # over Easter
PEOPLE = ("w-social", "w-health", "w-key", "w-chair-1", "w-chair-2", "room-1", "room-2")
EASY = e.SeatsSought(
    family="F-1",
    meeting="M-1",
    revision=1,
    minutes=120,
    needed=("w-social",),
    wanted=("w-health", "w-key"),
    chairs=("w-chair-1", "w-chair-2"),
    head_count=6,
    not_before=day(THURSDAY),
    due_on=day(THURSDAY),
    latest_on=day(TUESDAY),
    presided=True,
)


def diary(*bodies: e.Body) -> DiaryFile:
    file = DiaryFile(stream=AREA.sibling("diary"))
    rooms = e.RoomRecorded("room-1", "1", "here", 6), e.RoomRecorded("room-2", "2", "here", 8)
    for body in (*rooms, *bodies):
        file = fold(
            file,
            taken_in(e.Event("x", "x", file.stream, instant(f"{THURSDAY} 08:00"), instant(f"{THURSDAY} 08:00"), body)),
        )
    return file


def busy(person: str, day_: str, first: str, last: str) -> e.BusyRecorded:
    return e.BusyRecorded(person, instant(f"{day_} {first}"), instant(f"{day_} {last}"))


def when(file: DiaryFile, sought: e.SeatsSought) -> str:
    slot = find(file, sought, england())
    return in_words(slot.starts_at) if isinstance(slot, e.Slot) else "; ".join(slot)


# --- drawn


def naive(file: DiaryFile, sought: e.SeatsSought) -> tuple[datetime, bool, tuple[str, ...]] | None:
    """Every quarter hour tried, in the order of preference; nothing is remembered or cut short."""

    def away(person: str, start: datetime) -> bool:
        end = start + timedelta(minutes=sought.minutes)
        return any(a < end and start < b for a, b in file.busy.get(person, ()))

    def fits(start: datetime, late: bool, everybody: bool) -> bool:
        close = datetime.combine(start, time(17), start.tzinfo)
        if (start.date() > sought.due_on) is not late or start + timedelta(minutes=sought.minutes) > close:
            return False
        must = (*sought.needed, *(sought.wanted if everybody else ()))
        rooms = [r for r in file.rooms.values() if r.seats >= sought.head_count and not away(r.room, start)]
        chair = not sought.presided or any(not away(c, start) for c in sought.chairs)
        return bool(rooms) and chair and not any(away(p, start) for p in must)

    opens = instant(f"{in_words(sought.not_before)} 09:00")
    quarters = [opens + timedelta(days=d, minutes=15 * q) for d in range(6) for q in range(32)]
    quarters = [q for q in quarters if q.date() <= sought.latest_on and is_working_day(q.date(), england().holidays)]
    for late, everybody in ((False, True), (False, False), (True, False)):
        for start in quarters:
            if fits(start, late, everybody):
                return start, late, tuple(p for p in sought.wanted if away(p, start))
    return None


@st.composite
def spans(draw: st.DrawFn) -> e.BusyRecorded:
    who = draw(st.sampled_from(PEOPLE))
    if draw(st.booleans()):
        return busy(who, draw(st.sampled_from((THURSDAY, THURSDAY, TUESDAY))), "08:00", "18:00")
    first, length = draw(st.integers(0, 30)), draw(st.integers(1, 8))
    start = instant(f"{draw(st.sampled_from((THURSDAY, TUESDAY)))} 09:00") + timedelta(minutes=15 * first - 60)
    return e.BusyRecorded(who, start, start + timedelta(minutes=15 * length))


SOUGHT = st.builds(
    replace,
    st.just(EASY),
    minutes=st.sampled_from((60, 120, 210)),
    presided=st.booleans(),
    head_count=st.sampled_from((4, 7, 9)),
    due_on=st.sampled_from((day(THURSDAY), day(FRIDAY), day(TUESDAY))),
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(spans(), max_size=14), SOUGHT)
def test_the_finder_finds_what_the_plainest_search_finds(away: list[e.BusyRecorded], sought: e.SeatsSought) -> None:
    RAN["finder"] += 1
    file = diary(*away)
    slot, expected = find(file, sought, england()), naive(file, sought)
    if expected is None:
        RAN["nothing"] += 1
        assert isinstance(slot, tuple) and slot and all(slot)
    else:
        RAN["late" if expected[1] else "in time"] += 1
        assert isinstance(slot, e.Slot) and (slot.starts_at, slot.missing) == (expected[0], expected[2])


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(spans(), max_size=14), SOUGHT)
def test_no_slot_that_is_proposed_takes_anybody_from_something_else(
    away: list[e.BusyRecorded], sought: e.SeatsSought
) -> None:
    RAN["proposed"] += 1
    file = diary(*away)
    slots = propose(file, sought, england(), at_most=9)
    for slot in slots:
        seated = {*sought.needed, *sought.wanted, slot.room, *filter(None, [slot.chair])} - {*slot.missing}
        assert not [1 for p in seated for a, b in file.busy.get(p, ()) if a < slot.ends_at and slot.starts_at < b]
    assert len({s.starts_at for s in slots}) == len(slots) <= 9


def test_the_drawn_calendars_reached_every_outcome() -> None:
    assert RAN["finder"] >= 60 and RAN["proposed"] >= 25
    assert all(RAN[outcome] for outcome in ("in time", "late", "nothing")), RAN


# --- by hand


def test_a_meeting_may_follow_another_without_a_pause_and_not_overlap_it_by_a_minute() -> None:
    assert when(diary(busy("w-social", THURSDAY, "09:00", "11:00")), EASY) == f"{THURSDAY} 11:00"
    assert when(diary(busy("w-social", THURSDAY, "09:00", "11:01")), EASY) == f"{THURSDAY} 11:15"
    assert when(diary(busy("w-social", THURSDAY, "11:00", "17:00")), EASY) == f"{THURSDAY} 09:00"


def test_the_day_opens_at_nine_and_a_meeting_ends_by_five() -> None:
    found = [in_words(s) for s in starts(day(THURSDAY), day(TUESDAY), EASY, england())]
    assert (found[0], found[24], found[25]) == (f"{THURSDAY} 09:00", f"{THURSDAY} 15:00", f"{TUESDAY} 09:00")
    assert len(found) == 50  # Good Friday, the weekend and Easter Monday hold none


def test_a_time_within_the_deadline_without_somebody_wanted_comes_before_a_late_one_with_all() -> None:
    file = diary(busy("w-key", THURSDAY, "08:00", "18:00"))
    slot = find(file, EASY, england())
    assert isinstance(slot, e.Slot) and in_words(slot.starts_at) == f"{THURSDAY} 09:00" and slot.missing == ("w-key",)


def test_a_later_time_within_the_deadline_with_everybody_comes_before_an_earlier_one_without() -> None:
    assert when(diary(busy("w-key", THURSDAY, "08:00", "12:00")), EASY) == f"{THURSDAY} 12:00"


def test_a_late_slot_is_looked_for_up_to_the_last_day_and_no_further() -> None:
    file = diary(busy("w-social", THURSDAY, "08:00", "18:00"))
    assert when(file, EASY) == f"{TUESDAY} 09:00"
    assert "w-social is not available" in when(file, replace(EASY, latest_on=day(FRIDAY)))


def test_the_smallest_room_that_seats_everybody_is_taken() -> None:
    for heads, room in ((6, "room-1"), (7, "room-2")):
        slot = find(diary(), replace(EASY, head_count=heads), england())
        assert isinstance(slot, e.Slot) and slot.room == room


def test_the_room_asked_for_by_name_is_taken_and_no_other() -> None:
    slot = find(diary(), replace(EASY, room="room-2"), england())
    assert isinstance(slot, e.Slot) and slot.room == "room-2"


def test_the_chair_who_knows_the_family_presides_if_free_else_the_one_with_least_to_do() -> None:
    def chair(file: DiaryFile, prefer: str | None = None) -> str | None:
        slot = find(file, replace(EASY, prefer_chair=prefer), england())
        return slot.chair if isinstance(slot, e.Slot) else "nobody"

    full = diary(busy("w-chair-1", THURSDAY, "14:00", "15:00"))
    assert chair(diary()) == "w-chair-1" and chair(full) == "w-chair-2" and chair(full, "w-chair-1") == "w-chair-1"
    assert chair(diary(busy("w-chair-1", THURSDAY, "09:00", "10:00")), "w-chair-1") == "w-chair-2"


def test_nobody_presides_where_nobody_need() -> None:
    slot = find(diary(), replace(EASY, presided=False, chairs=()), england())
    assert isinstance(slot, e.Slot) and slot.chair is None


def test_an_instant_asked_for_is_that_instant_or_nothing() -> None:
    at = instant(f"{THURSDAY} 18:30")  # outside the hours of work: a coordinator may
    assert when(diary(), replace(EASY, at=at)) == f"{THURSDAY} 18:30"
    assert "w-social is not available" in when(
        diary(busy("w-social", THURSDAY, "19:00", "20:00")), replace(EASY, at=at)
    )
    far = replace(EASY, at=instant("Thu 1 May 2025 10:00"))
    assert "w-social" in when(diary(busy("w-social", "Thu 1 May 2025", "09:00", "11:00")), far)


def test_a_meeting_being_moved_is_not_in_its_own_way() -> None:
    spans = instant(f"{THURSDAY} 09:00"), instant(f"{THURSDAY} 17:00")
    own = SeatsKept("F-1", "M-1", 1, *spans, ("w-social",), "room-1", "w-chair-1")
    then = instant(f"{THURSDAY} 08:00")
    fact = taken_in(e.Event("x", "x", AREA.sibling("diary"), then, then, own))
    assert when(fold(diary(), fact), EASY) == f"{THURSDAY} 09:00"
    other = taken_in(e.Event("x", "x", AREA.sibling("diary"), then, then, replace(own, family="F-2")))
    assert when(fold(diary(), other), EASY) == f"{TUESDAY} 09:00"


def test_the_reasons_name_each_thing_that_lifted_would_give_a_slot() -> None:
    all_day = ("08:00", "18:00")
    chairs = [busy(c, d, *all_day) for c in EASY.chairs for d in (THURSDAY, TUESDAY)]
    assert why_not(diary(*chairs), EASY, england()) == ("no independent chair is free with all the others",)
    rooms = [busy(r, d, *all_day) for r in ("room-1", "room-2") for d in (THURSDAY, TUESDAY)]
    assert why_not(diary(*rooms), EASY, england()) == ("no room for 6 is free with all the others",)
    assert why_not(diary(), replace(EASY, head_count=9), england()) == ("no room of the area seats 9",)
    named = replace(EASY, room="room-9")
    assert why_not(diary(), named, england()) == ("no room for 6 is free with all the others",)


def test_where_several_stand_in_the_way_at_once_the_reason_says_so_and_when() -> None:
    away = [busy(p, d, "08:00", "18:00") for p in ("w-social", *EASY.chairs) for d in (THURSDAY, TUESDAY)]
    (reason,) = why_not(diary(*away), EASY, england())
    assert reason == f"several of those needed are not available at the same time ({THURSDAY} to {TUESDAY})"
    at = replace(EASY, at=instant(f"{THURSDAY} 10:00"))
    assert why_not(diary(*away), at, england())[0].endswith(f"({THURSDAY} 10:00)")
