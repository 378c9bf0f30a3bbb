"""What one search of a diary costs, where it keeps seats on the days searched alone, and on those of a year besides."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from statistics import median

import msgspec

from handlers import events as e
from handlers import facts as f
from handlers.diary.finder import find
from handlers.diary_file import DiaryFile, fold
from handlers.facts import Fact
from handlers.people import StreamId
from handlers.working_days import ONE_DAY, at_local_time, is_working_day
from tests.benchmarks.table import Line, Watch, interleaved, ratio
from tests.simulation.houses import rules

DIARY = StreamId("area-0", "diary", "area-0")
MONDAY = date(2025, 1, 6)
FEW, MANY = 300, 5000  # the days searched, and about a year of a full area
ROOMS, DAILY = 5, 20  # a seat for each room in each quarter of a day
SEARCHES = 20
SOUGHT = e.SeatsSought(
    family="F-1",
    meeting="M-1",
    revision=1,
    minutes=90,
    needed=("w-0", "w-1"),
    wanted=("w-2", "w-3", "w-4"),
    chairs=tuple(f"chair-{n}" for n in range(ROOMS + 1)),
    head_count=6,
    not_before=MONDAY,
    due_on=MONDAY + 14 * ONE_DAY,
    latest_on=MONDAY + 18 * ONE_DAY,
    presided=True,
)


def bodies(seats: int) -> Iterator[e.Body]:
    """The rooms, and from MONDAY on a full day of seats on each working day, until there are so many."""
    for n in range(ROOMS + 1):  # the last is free, as one chair is
        yield e.RoomRecorded(f"room-{n}", f"Room {n}", "Civic Centre", 12)
    day = MONDAY
    for n in range(seats):
        starts_at = at_local_time(day, time(9 + 2 * (n % DAILY // ROOMS)))
        people = tuple(f"w-{(7 * n + k) % 60}" for k in range(4))
        times = starts_at, starts_at + timedelta(hours=2)
        yield f.SeatsKept(f"F-{n}", "M-1", 1, *times, people, f"room-{n % ROOMS}", f"chair-{n % ROOMS}")
        while n % DAILY == DAILY - 1:
            day += ONE_DAY
            if is_working_day(day, rules().holidays):
                break


def diary(seats: int) -> DiaryFile:
    file, at = DiaryFile(stream=DIARY), at_local_time(MONDAY, time(8))
    for body in bodies(seats):
        file = fold(file, Fact(body, "", at, at, ""))
    return file


def measure(rounds: int) -> Line:
    few, full = diary(FEW), diary(MANY)

    def timed(file: DiaryFile, watch: Watch) -> None:
        with watch.running():
            for _ in range(SEARCHES):
                assert isinstance(find(file, SOUGHT, rules()), e.Slot)

    seconds = interleaved(rounds, {"few": lambda watch: timed(few, watch), "full": lambda watch: timed(full, watch)})
    each = {name: 1e3 * median(took) / SEARCHES for name, took in seconds.items()}
    asked_at = max(seat.ends_at for seat in full.seats.values())
    last = fold(full, Fact(SOUGHT, "", asked_at, asked_at, ""))
    size, left = (len(msgspec.json.encode(file)) / 1e6 for file in (full, last))
    numbers = f"{each['few']:.1f} ms and {each['full']:.1f} ms; the file {size:.2f} MB, {left:.2f} MB once all are past"
    return Line("one search of a diary", ratio(seconds["full"], seconds["few"]), f"{MANY} / {FEW} seats", numbers)
