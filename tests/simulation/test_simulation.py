"""The simulator itself: it plays the same life twice, its post is like the real one, and what it shrinks stays bad."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import get_args

import pytest

from infra.mail.mailbox import Mailbox, Manner, by_local_part
from infra.mail.post import Post, PostUnavailable, Relay, Sent
from tests.infra.mails import composed, invitation
from tests.simulation import batch, cases, order
from tests.simulation.evidence import Delivered, Evidence, Violation
from tests.simulation.posts import PlayedPost
from tests.simulation.shrinking import fewer, shrunk
from tests.simulation.tally import Tally

NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)
MANNERS: tuple[Manner, ...] = get_args(Manner)
HISTORIES = 72  # in `make test`; thousands in `make simulate`


@pytest.fixture(scope="module", autouse=True)
def _tidy() -> Iterator[None]:
    yield
    batch.tidy()


def blind(evidence: Evidence) -> list[Violation]:
    return []


# --- lives


@pytest.mark.timeout(600)
def test_no_life_of_a_bounded_run_breaks_what_must_be_true() -> None:
    tally: Tally = Counter()
    told, number = 0, 0
    while told < HISTORIES or number < batch.CALM_EVERY:
        done = batch.run(f"bounded-{number}", number, families=4)
        assert not done.violations, (done.violations, done.file)
        tally += done.tally
        told, number = told + done.histories, number + 1
    assert tally["rebuilt", "in a fresh process"] and tally["told", "reordered"]
    assert tally["faults", "crash"] and tally["events", "EpisodeTold"] and tally["meetings held", "initial_conference"]


@pytest.mark.timeout(300)
def test_one_seed_lives_the_same_life_twice_and_its_case_replays_it_to_the_byte(tmp_path: Path) -> None:
    first, second = (batch.live("twice", 2, calm=False, look=blind) for _ in range(2))
    assert first.ledger == second.ledger and first.case == second.case
    cases.write(first.case, tmp_path / "case.jsonl")
    again = batch.replayed(cases.read(tmp_path / "case.jsonl"), blind)
    assert again.ledger == first.ledger and first.ledger


def test_sources_overtake_one_another_and_keep_their_own_order() -> None:
    case = batch.live("order", 1, calm=True, look=blind).case
    other = order.reordered(case)
    assert [op.event for op in other.ops] != [op.event for op in case.ops]
    for source in {str(event["source"]) for event in case.events()}:
        mine = [[x["id"] for x in c.events() if x["source"] == source] for c in (case, other)]
        assert mine[0] == mine[1]


# --- shrinking


@pytest.mark.timeout(300)
def test_a_planted_violation_shrinks_to_the_little_that_shows_it(tmp_path: Path) -> None:
    def planted(evidence: Evidence) -> list[Violation]:
        opened = [row for row in evidence.ledger if row["type"] == "MeetingFellDue"]
        return [Violation("planted", "a meeting fell due")] if opened else []

    outcome = batch.live("shrink", 3, calm=False, look=planted)
    assert [v.name for v in outcome.violations] == ["planted"]
    small = shrunk(outcome.case, lambda case: bool(batch.replayed(case, planted).violations), seconds=60)
    assert len(small.families) == 1 and len(small.ops) <= 2 < len(outcome.case.ops) and not small.faults
    cases.write(small, tmp_path / "small.jsonl")
    assert batch.replayed(cases.read(tmp_path / "small.jsonl"), planted).violations


def test_what_need_not_be_there_goes_and_what_must_stays() -> None:
    assert fewer(range(100), lambda kept: {7, 56} <= set(kept)) == [7, 56]
    assert fewer(range(9), lambda kept: True) == []


# --- the post: one suite, the played one and the real one


class Both:
    """The same mail to the same address, by whichever post; and what lies in the mailbox afterwards."""

    def __init__(self, post: Post, kept: Callable[[], list[bytes]]) -> None:
        self.post, self.kept = post, kept

    def send(self, mail: EmailMessage, to: str) -> Sent | type[PostUnavailable]:
        try:
            return asyncio.run(self._send(mail, to))
        except PostUnavailable:
            return PostUnavailable

    async def _send(self, mail: EmailMessage, to: str) -> Sent:
        async with self.post:
            return await self.post.send(mail, to)


@pytest.fixture(params=["real", "played"])
def post(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Both]:
    if request.param == "played":
        mails: list[Delivered] = []
        played = PlayedPost(lambda name, to, attempt: by_local_part(to), mails, NOON)
        yield Both(played, lambda: [m.raw for m in mails if m.fate != "refused"])
        return
    with Mailbox.opened(tmp_path / "mail") as mailbox:
        real = Post(Relay(host="127.0.0.1", port=mailbox.port, patience=5.0))
        yield Both(real, lambda: [path.read_bytes() for path in mailbox.mails()])


FATES = {
    "accept": ("Accepted", True),
    "refuse": ("Refused", False),
    "refuse_content": ("Refused", False),
    "greylist": ("PostUnavailable", False),
    "hang_up": ("PostUnavailable", False),
    "cut": ("Unknown", True),
}


@pytest.mark.parametrize("manner", MANNERS)
def test_the_played_post_behaves_as_the_real_one_in_each_manner_of_a_relay(post: Both, manner: Manner) -> None:
    mail = composed(invitation())
    sent = post.send(mail, f"{manner.replace('_', '-')}.alex@health.example")
    fate, kept = FATES[manner]
    assert (sent.__name__ if isinstance(sent, type) else type(sent).__name__) == fate
    assert post.kept() == ([mail.as_bytes()] if kept else [])


def test_both_posts_refuse_an_address_that_is_none(post: Both) -> None:
    assert type(post.send(composed(invitation()), "nobody at all")).__name__ == "Refused"
    assert not post.kept()


def test_the_manners_of_the_relay_are_all_known_here() -> None:
    assert set(FATES) == set(MANNERS)
