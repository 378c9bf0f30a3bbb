"""A process that stands still is noticed; one with nothing to do, or that says what it waits for, is left alone."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from infra.pulse import Pulse
from infra.watch.dog import Watchdog, Work
from infra.watch.supervisor import notify, patience
from streams.clock import LONGEST_PAUSE_SECONDS
from streams.office import CannotNow

LIMIT = 300.0


class Kept:
    """A watchdog over work that the test writes down, by a clock that it sets."""

    def __init__(self, limit: float = LIMIT) -> None:
        self.now = 0.0
        self.pulse = Pulse(lambda: self.now)
        self.work: Work | None = {}
        self.dog = Watchdog(self.pulse, self._asked, limit)

    async def _asked(self) -> Work:
        if self.work is None:
            raise CannotNow("the broker is away")
        return self.work

    def after(self, seconds: float, work: Work | None) -> str:
        """What is stuck once so many more seconds have gone by."""
        self.now, self.work = self.now + seconds, work
        return asyncio.run(self.dog.stuck())


def test_work_that_waits_and_does_not_move_is_stuck_after_the_limit() -> None:
    kept = Kept()
    assert not kept.after(0, {"quorate.family/3": "17"})
    assert not kept.after(LIMIT, {"quorate.family/3": "17"})
    assert kept.after(1, {"quorate.family/3": "17"}) == "quorate.family/3"


def test_a_process_with_nothing_to_do_is_never_stuck() -> None:
    kept = Kept()
    assert not any(kept.after(LIMIT, {}) for _ in range(50))
    assert not kept.after(LIMIT * 9, {"quorate.family/3": "17"}), "its first work in a week has only just come"


def test_work_that_moves_is_not_stuck_however_much_waits() -> None:
    kept = Kept()
    assert not any(kept.after(LIMIT, {"quorate.family/3": str(n)}) for n in range(50))


def test_one_partition_that_stands_still_is_named_though_others_move() -> None:
    kept = Kept()
    told = [kept.after(100, {"quorate.family/3": "17", "quorate.person/1": str(n)}) for n in range(6)]
    assert told == ["", "", "", "", "quorate.family/3", "quorate.family/3"]


def test_whoever_says_what_it_waits_for_is_not_stuck_and_its_time_counts_anew_afterwards() -> None:
    kept = Kept()
    for _ in range(50):
        kept.pulse.beat("the database went away")
        assert not kept.after(LIMIT, {"quorate.family/3": "17"})
    kept.pulse.beat()
    assert not kept.after(LIMIT, {"quorate.family/3": "17"})
    assert kept.after(LIMIT + 1, {"quorate.family/3": "17"})


def test_whoever_fell_silent_while_it_waited_is_stuck() -> None:
    kept = Kept()
    kept.pulse.beat("the database went away")
    told = [kept.after(200, {"quorate.family/3": "17"}) for _ in range(5)]
    assert told[1] == "" and told[-1] == "quorate.family/3"


def test_nobody_is_ended_while_nobody_knows_whether_there_is_work() -> None:
    kept = Kept()
    assert not kept.after(0, {"outbox": "1"})
    assert not any(kept.after(LIMIT, None) for _ in range(5))
    assert not kept.after(1, {"outbox": "1"}), "the outage was not its fault, and has only just ended"
    assert kept.after(LIMIT, {"outbox": "1"}) == "outbox"


def test_a_short_limit_ends_nobody_between_two_words_about_an_outage() -> None:
    kept = Kept(limit=10)
    kept.pulse.beat("the mail server is away")
    assert not any(kept.after(LONGEST_PAUSE_SECONDS / 2, {"outbox": "1"}) for _ in range(2))


def test_a_limit_of_nothing_sets_the_watchdog_aside() -> None:
    kept = Kept(limit=0)
    assert not any(kept.after(LIMIT, {"outbox": "1"}) for _ in range(5))


@pytest.mark.parametrize("address", ["path", "abstract"])
def test_the_supervisor_is_told_where_it_asks_to_be(tmp_path: Path, address: str) -> None:
    notify("READY=1", {})
    name = str(tmp_path / "socket") if address == "path" else f"@quorate-{tmp_path}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind(name.replace("@", "\0", 1))
        notify("READY=1", {"NOTIFY_SOCKET": name})
        assert supervisor.recv(100) == b"READY=1"
        for _ in range(3000):
            notify("WATCHDOG=1", {"NOTIFY_SOCKET": name})  # nobody reads them, and yet it comes back


def test_the_supervisor_says_how_often() -> None:
    assert patience({"WATCHDOG_USEC": "120000000"}) == 120
    assert patience({}) is None
