"""kill -9 at each crossing of each port, then a new start: the same ledger, and nobody untold."""

from __future__ import annotations

import json
import multiprocessing
import sys
from collections import Counter
from pathlib import Path

import pytest

from infra.db import tables
from infra.mail.mailbox import Mailbox
from infra.settings import read
from tests.journeys import killed
from tests.journeys.killed import LIVED, live_through
from tests.office.engines import Engine, Running

AREA = "riverside"
FRESH = multiprocessing.get_context("forkserver")
FRESH.set_forkserver_preload([killed.__name__])


class Life:
    """One home, one mailbox, as many lives as it takes."""

    def __init__(self, home: Path) -> None:
        self.home, self.log = home, home / "crossings"
        home.mkdir()

    def live(self, fatal: int = 0) -> bool:
        """Whether this life came to its end. What its process leaves behind tells, not a fork server's word for it."""
        (self.home / LIVED).unlink(missing_ok=True)
        with Mailbox.opened(self.home / "mail") as mailbox:
            arguments = (self.home, mailbox.port, fatal, self.log)
            process = FRESH.Process(target=live_through, args=arguments)
            process.start()
            process.join(100)
            assert not process.is_alive(), "a life never ended"
        return (self.home / LIVED).exists()

    def crossings(self) -> list[str]:
        return self.log.read_text().splitlines()

    def mails(self) -> set[str]:
        """The names of the messages that arrived, as their Message-IDs tell them."""
        return {path.name.split("-", 1)[1].split("@")[0] for path in (self.home / "mail").glob("*.eml")}

    def seen(self) -> tuple[list[tuple[object, ...]], dict[str, str], list[str]]:
        """The ledger; the messages whose fate is unknown, with their occasion; the duties still open."""

        async def look(running: Running) -> tuple[list[tuple[object, ...]], dict[str, str], list[str]]:
            unknown = await running.rows(tables.outbox, tables.outbox.c.outcome == "unknown")
            open_ = await running.rows(tables.duties, tables.duties.c.ended.is_(None))
            return (
                await running.ledger(AREA),
                {r.name: occasion(json.loads(r.letter)) for r in unknown},
                [d.id for d in open_],
            )

        with Mailbox.opened(self.home / "unused") as mailbox:
            return Engine("local", read({}, self.home), mailbox).run(look)


def occasion(letter: dict[str, str]) -> str:
    """What a notice is about; a reminder is no duty of its own, since the invitation told of the meeting."""
    return "reminder" if letter["type"] == "SendReminder" else letter.get("occasion", "")


@pytest.mark.timeout(900)
def test_a_kill_at_any_crossing_loses_nothing_and_tells_everybody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = Life(tmp_path / "whole")
    assert whole.live()
    ledger, _, open_ = whole.seen()
    landed: Counter[str] = Counter()
    unknown_fates = 0

    def killed_at(fatal: int, name: str) -> bool:
        """Whether the kill left a paper's fate unknown."""
        life = Life(tmp_path / str(fatal))
        assert not life.live(fatal) and len(life.crossings()) == fatal, f"no kill at crossing {fatal} ({name})"
        assert life.live(), f"no new start after a kill {name}"
        after, unknown, still_open = life.seen()
        missing = whole.mails() - life.mails()
        assert missing <= unknown.keys(), f"somebody was not told after a kill {name}"
        if not unknown:
            assert after == ledger, f"another ledger after a kill {name}"
            return False
        assert name in ("before SMTP, claimed", "after SMTP, no receipt yet")
        assert set(open_) <= set(still_open), "what a notice was about stays open"
        assert still_open != open_ or any(unknown.values()), "a paper of unknown fate leaves its duty open"
        return True

    for fatal, name in enumerate(whole.crossings(), 1):
        unknown_fates += killed_at(fatal, name)
        landed[name] += 1
    with capsys.disabled():  # what a closing note quotes
        for name, count in sorted(landed.items()):
            sys.stdout.write(f"\n{count:4} kills {name}")
        total = sum(landed.values())
        sys.stdout.write(f"\n{total} kills in all; {unknown_fates} left a paper's fate unknown, its duty open ")
    assert unknown_fates and len(landed) == 11
