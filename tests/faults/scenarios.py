"""What is done to the house, as a table: each scenario a name, how many workers, and what befalls them."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable

from msgspec import Struct

from tests.faults.proxy import State
from tests.faults.stage import LINES, Trial

WHILE_SECONDS = 8.0  # how long something stays away: longer than any first pause, shorter than a session


class Scenario(Struct, frozen=True):
    """areas: how long the story is; strikes: how many faults, 0 for as many as were asked for, over several rounds."""

    name: str
    act: Callable[[Trial], None]
    workers: int = 2
    areas: int = 2
    strikes: int = 6
    brokers: int = 1
    module: str = "infra.worker"


def kills(trial: Trial) -> None:
    """SIGKILL and SIGTERM, now one process, now most of them at once, each time in the middle of work."""
    while trial.tried < trial.strikes and trial.moves():
        time.sleep(trial.dice.uniform(0, 0.3))
        struck = trial.dice.choice((1, 1, 2, 3))
        for door in trial.dice.sample(trial.doors(), k=min(struck, len(trial.doors()))):
            trial.strike(door, trial.dice.choice((signal.SIGKILL, signal.SIGTERM)))


def rebalances(trial: Trial) -> None:
    """Workers come and go, never fewer than two and never more than four."""
    while trial.tried < trial.strikes and trial.moves():
        if len(trial.workers) < 3 or (len(trial.workers) < 4 and trial.dice.random() < 0.5):
            trial.join()
        else:
            trial.leave()
        trial.tried += 1


def database_restarts(trial: Trial) -> None:
    """PostgreSQL dies or is stopped while transactions are open."""
    while trial.tried < trial.strikes and trial.moves():
        (trial.stage.postgres.kill if trial.tried % 2 == 0 else trial.stage.postgres.stop)()
        trial.stage.postgres.restart()
        trial.tried += 1


def broker_restarts(trial: Trial) -> None:
    """The only broker dies or is stopped."""
    broker = trial.stage.broker
    assert broker
    while trial.tried < trial.strikes and trial.moves():
        (broker.kill if trial.tried % 2 == 0 else broker.stop)()
        broker.restart()
        trial.tried += 1


def one_of_three(trial: Trial) -> None:
    """One of three brokers is killed, then the next, with two copies needed for every record."""
    cluster = trial.stage.cluster
    assert cluster
    while trial.tried < trial.strikes and trial.moves():
        broker = cluster[trial.tried % 3 + 1]
        broker.kill()
        trial.tried += 1
        trial.moves()
        time.sleep(trial.dice.uniform(0, WHILE_SECONDS))
        broker.restart()
        cluster.wait_for_all(90)


def mail_troubles(trial: Trial) -> None:
    """The mail server puts everybody off, hangs up before the mail, or takes it and goes dead without a word."""
    while trial.tried < trial.strikes and trial.moves():
        with trial.answering(("greylist", "hang_up", "cut")[trial.tried % 3]):
            time.sleep(trial.dice.uniform(0.5, 2))
        trial.tried += 1


def lines(states: tuple[State, ...]) -> Callable[[Trial], None]:
    """Each pair of parts in turn loses its line for a while, in each of these ways."""

    def act(trial: Trial) -> None:
        for state in states:
            for name in LINES:
                if trial.tried < trial.strikes and trial.moves():
                    trial.stage.lines[name].set(state)
                    time.sleep(trial.dice.uniform(1, WHILE_SECONDS))
                    trial.stage.lines[name].set("whole")
                    trial.tried += 1

    return act


def records_again(trial: Trial) -> None:
    """Whoever produces them sends old records again, out of their order, among the new."""
    while trial.tried < trial.strikes and trial.moves():
        trial.again(40)
        trial.tried += 1


def clocks_jump(trial: Trial) -> None:
    """No worker knows what day it is, and each look at the clock says another."""
    while trial.tried < trial.strikes and trial.moves():
        trial.strike(trial.dice.choice(trial.workers), signal.SIGTERM)
        trial.moves()


def some_of_each(trial: Trial) -> None:
    """One of each kind, one after the other, on one story."""
    for act in (kills, rebalances, database_restarts, broker_restarts, mail_troubles, lines(("cut",)), records_again):
        trial.strikes = trial.tried + 1
        act(trial)


SCENARIOS = (
    Scenario("kills of workers and relay", kills, workers=3, areas=6, strikes=0),
    Scenario("workers join and leave", rebalances, strikes=8),
    Scenario("PostgreSQL killed and restarted", database_restarts),
    Scenario("the broker killed and restarted", broker_restarts),
    Scenario("mail refused, dropped, cut after DATA", mail_troubles, strikes=9),
    Scenario("each line cut", lines(("cut",)), strikes=5),
    Scenario("each line slow", lines(("slow",)), strikes=5),
    Scenario("each line dead", lines(("dead",)), strikes=5),
    Scenario("old records sent again, in any order", records_again, strikes=30),
    Scenario("clocks that jump by up to 400 days", clocks_jump, module="tests.faults.jumping"),
    Scenario("one of three brokers killed", one_of_three, strikes=3, brokers=3),
)
