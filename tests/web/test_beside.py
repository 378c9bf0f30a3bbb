"""The site is a process of its own, beside whoever decides; on PostgreSQL with the least of rights."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from handlers.working_days import LONDON
from infra.settings import read
from streams.clock import wall
from tests.infra.answering import told
from tests.infra.commands import BY, FAMILY, MEETING, Home, home, referral
from tests.infra.test_rights import MASTER, as_role, owned
from tests.journeys.story import a_household, an_enquiry, an_episode, the_area
from tests.web.visiting import WEB_URL, Visitor, link_of, settled, visited

__all__ = ["home", "owned"]

pytestmark = pytest.mark.timeout(600)  # the first run on a machine fetches PostgreSQL
QUORATE = (sys.executable, "-c", "from infra.cli import app; app()")


@contextmanager
def running(home: Home, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A command in a process of its own, until it is told to stop."""
    command = [*QUORATE, "--home", str(home.folder), *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def soon(found: Callable[[], bool]) -> None:
    for _ in range(600):
        if found():
            return
        time.sleep(0.1)
    raise AssertionError("not within a minute")


def test_answers_are_decided_about_by_a_process_that_runs_beside(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUORATE_WEB_URL", WEB_URL)
    monkeypatch.setenv("PYTHONPATH", os.getcwd())
    now = wall() - timedelta(hours=2)
    home.publish([*the_area(now - timedelta(hours=2)), *a_household(now), an_episode(now), *an_enquiry(now)])
    home.says("run", "--until", f"{wall().astimezone(LONDON):%Y-%m-%dT%H:%M}")
    with running(home, "run", "--live"), running(home, "serve", "--port", "0") as serving:
        assert serving.stdout
        said = serving.stdout.readline()
        port = re.fullmatch(rf"Serving {WEB_URL} at 127\.0\.0\.1:(\d+); Ctrl-C stops it\.\n", said)
        assert port, said
        visitor = Visitor(int(port[1]))
        assert not told(home)
        visitor.answer(visitor.enter(link_of(home)), "tentative")
        soon(lambda: told(home))


def test_the_site_does_its_work_with_the_least_of_rights(
    owned: str, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"QUORATE_DATABASE": owned, "QUORATE_MASTER_KEY": MASTER, "QUORATE_WEB_URL": WEB_URL}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    home.publish(referral())
    settled(home)
    settings = read(given | {"QUORATE_DATABASE": as_role(owned, "web")}, home.folder)
    with visited(settings) as visitor:
        where = visitor.enter(link_of(home))
        assert visitor.answer(where, "declined").status == 303
    settled(home)
    assert "declined (recorded by" in home.says("show", FAMILY)
    home.says("links", "revoke", FAMILY, MEETING, "w-clearway-key", *BY)
    with visited(settings) as visitor:
        assert visitor.ask(link_of(home)).status == 404


def test_without_an_address_for_the_pages_no_mail_bears_a_link_and_nothing_is_served(home: Home) -> None:
    home.publish(referral())
    settled(home)
    mails = "".join(f.read_text() for f in (home.folder / "mail").glob("*.eml"))
    assert "BEGIN:VCALENDAR" not in mails and "/a/" not in mails.replace("=\n", "") and "our page" not in mails
    assert "QUORATE_WEB_URL is not set" in home.fails("serve")


@pytest.mark.parametrize(
    "url",
    ["http://meetings.example", "meetings.example", "https://", "https://a.example/b", "https://[", "https://a:b"],
)
def test_an_address_that_browsers_would_not_trust_is_refused(
    home: Home, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUORATE_WEB_URL", url)
    assert "give an address like https://meetings.example.org" in home.fails("run", "--until", "2025-01-06")
