"""The README's tour and its other commands, word for word, in the home that the demo leaves."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from streams.wire import EVENT_TYPES
from tests.infra.commands import Home
from tests.journeys.conftest import Played

ROOT = Path(__file__).parents[2]
COMMAND = re.compile(r"^    \$ (?:(QUORATE_HOME)=\S+ )?(?:\.venv/bin/quorate|(cp)) (.*?)(?: +#.*)?$", re.MULTILINE)
pytestmark = pytest.mark.timeout(600)


def test_every_command_of_the_tour_does_what_it_says(
    demo: Played, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(demo.home, tmp_path / ".quorate")
    shutil.copytree(ROOT / "infra/protocols", tmp_path / "infra/protocols")
    monkeypatch.chdir(tmp_path)
    samples = [json.loads(p.read_text()) for p in sorted((ROOT / "streams/schemas").glob("*.sample.json"))]
    Path("my-area.jsonl").write_text("".join(json.dumps(x) + "\n" for x in samples if x["type"] in EVENT_TYPES))
    tour = COMMAND.findall((ROOT / "README.md").read_text())
    assert len(tour) >= 25, "the tour is not where it was"
    for own, copied, said in tour:
        if copied:
            shutil.copy(*shlex.split(said))
            continue
        home = Home(Path(".mine" if own else ".quorate"))
        if "H-…" in said:
            lying = home.rows("held")[0]["record"]
            said = said.replace("H-…", lying)
            event = home.one("held", "show", lying)["event"]
            event["data"]["basis"] = "consent"
            Path("mended.json").write_text(json.dumps(event))
        assert home.run(*shlex.split(said)).exit_code == 0, said
