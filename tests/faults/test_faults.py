"""One of each kind of fault on one short story; `make faults` does it at length."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.bench import Bench
from tests.faults.judge import Kept, Verdict, judged
from tests.faults.scenarios import Scenario, some_of_each
from tests.faults.stage import stage

EVENT = ("area-1/family/F-1", 1, "one", "source", "Type", "because", "rule", "pack", "then", "then", b"{}")
LATER = (*EVENT[:1], 2, "two", *EVENT[3:])


@pytest.mark.timeout(600)
def test_whatever_befalls_the_servers_each_event_is_settled_once_and_in_order(server_folder: Path) -> None:
    server_folder.chmod(0o755)  # so that the user who runs PostgreSQL can enter
    with stage(server_folder / "stage") as on:
        row = Bench(server_folder, seed=1).row(Scenario("some of each", some_of_each, areas=1), 1, on)
    assert row.tried >= 7 and row.good(), row


@pytest.mark.timeout(300)
def test_a_full_disk_is_one_sentence_and_costs_nothing(server_folder: Path) -> None:
    row = Bench(server_folder, seed=1).full_disk(1)
    assert row.tried == 1 and row.good(), row


def house_with(
    *rows: tuple[object, ...], owed: dict[str, str] | None = None, fates: dict[str, str] | None = None
) -> Kept:
    messages = dict.fromkeys(fates or {}, ("area-1", False))
    return Kept({"area-1": list(rows)}, frozenset(), owed or {}, fates or {}, messages, 0)


def test_the_judge_sees_what_is_lost_doubled_or_out_of_order(tmp_path: Path) -> None:
    right = house_with(EVENT, LATER)
    swapped = (*LATER[:1], 1, *LATER[2:]), (*EVENT[:1], 2, *EVENT[2:])
    assert judged(right, right, [], tmp_path) == Verdict()
    assert judged(right, house_with(EVENT), [], tmp_path).lost == 1
    assert judged(right, house_with(EVENT, LATER, (*LATER[:1], 3, *LATER[2:])), [], tmp_path).doubled == 1
    assert judged(right, house_with(*swapped), [], tmp_path).disordered == 1


def test_the_judge_misses_the_mail_that_never_came_and_sees_the_one_that_came_twice(tmp_path: Path) -> None:
    found = house_with(fates={"m-1": "accepted"})
    assert judged(house_with(), found, [], tmp_path).lost == 1
    for n in (1, 2):
        (tmp_path / f"{n:06}-m-1@meetings.eml").write_text("")
    assert judged(house_with(), found, [], tmp_path).doubled == 1


def test_a_mail_of_unknown_fate_excuses_no_duty_that_is_owed(tmp_path: Path) -> None:
    right = house_with(EVENT, owed={"d-1": "area-1"})
    assert judged(right, house_with(fates={"m-1": "unknown"}), [], tmp_path) == Verdict(lost=1, unknown=1)
