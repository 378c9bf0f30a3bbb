"""quorate topics apply on a real broker: shown first, then done; a number of partitions is never changed."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka.admin import ConfigResource, ConfigResourceType

from infra.deploy.broker import Broker
from infra.kafka import topics
from streams.topics import TOPICS
from tests.infra.commands import Home

pytestmark = pytest.mark.timeout(600)  # the first run on a machine fetches the parts
FIRST = TOPICS[0].name


@pytest.fixture
def home(server_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A home on an empty broker of its own, since the shared one has its topics."""
    with Broker.started(server_folder) as own:
        monkeypatch.setenv("QUORATE_KAFKA", own.bootstrap)
        yield Home(tmp_path)


def _once_said(home: Home, sentence: str) -> None:
    """A broker shows a change a moment after it took it."""
    while sentence not in home.run("topics", "apply", "--dry-run").stdout:
        time.sleep(0.1)


def test_topics_are_shown_before_they_are_made_and_only_made_once_agreed(home: Home) -> None:
    assert f"make: make {FIRST}: 12 partitions, 1 copies" in home.says("topics", "apply", "--dry-run")
    assert home.run("topics", "apply", stdin="n\n").exit_code != 0
    assert f"make: make {FIRST}" in home.says("topics", "apply", "--dry-run")
    assert f"Done: {FIRST}" in home.says("topics", "apply", "--yes")
    _once_said(home, "\n".join(f"keep: keep {t.name}" for t in TOPICS))


def test_a_differing_setting_is_put_right_and_a_number_of_partitions_refused(home: Home) -> None:
    home.says("topics", "apply", "--yes")
    _once_said(home, f"keep: keep {TOPICS[-1].name}")
    with topics.administrator(os.environ["QUORATE_KAFKA"]) as admin:
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, FIRST, {"retention.ms": "1000"})])
        _once_said(home, f"differs: set in {FIRST} retention.ms from 1000 to -1")
        home.says("topics", "apply", "--yes")
        _once_said(home, f"keep: keep {FIRST}")
        admin.create_partitions({FIRST: 13})
        _once_said(home, f"refused: {FIRST} has 13 partitions and 12 are described")
    refused = home.run("topics", "apply", "--yes")
    assert refused.exit_code == 2
    assert "nothing was changed" in refused.stderr
