"""Homes whose invitations bear links."""

from __future__ import annotations

import shutil

import pytest

from tests.infra.commands import Home, referral
from tests.web.visiting import WEB_URL, settled


@pytest.fixture(scope="session")
def mailed(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Monday evening: the conference is booked for Wednesday at 9, and each invitation bears a link."""
    home = Home(tmp_path_factory.mktemp("mailed") / "home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QUORATE_WEB_URL", WEB_URL)
        home.publish(referral())
        settled(home)
    return home


@pytest.fixture
def linked(home: Home, mailed: Home, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home of one's own on that evening."""
    monkeypatch.setenv("QUORATE_WEB_URL", WEB_URL)
    shutil.copytree(mailed.folder, home.folder)
    return home
