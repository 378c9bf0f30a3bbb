"""Our table of bank holidays against the `holidays` package, in an environment of its own.

The package would hold python-dateutil back, so it never enters ours: it is installed, with hashes, from
infra/locks/oracle.txt into a folder kept between runs. If that fails, so does the test, with the reason.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from infra.protocols.packs import bank_holidays

LOCK = Path(__file__).parents[2] / "infra" / "locks" / "oracle.txt"
YEARS = range(2022, 2029)
NATIONS = {"england": "ENG", "wales": "WLS", "scotland": "SCT", "northern-ireland": "NIR"}
# A bank holiday at a weekend is kept on a later day, which both name; the weekend itself is no bank holiday.
ASK = """
import holidays, json, sys
asked = json.loads(sys.argv[1])
told = {}
for nation, code in asked["nations"].items():
    days = holidays.country_holidays("GB", subdiv=code, years=asked["years"], language="en_GB")
    told[nation] = {d.isoformat(): "(observed)" in name for d, name in days.items() if d.weekday() < 5}
print(json.dumps(told))
"""


def run(*command: str | Path, seconds: int = 240) -> str:
    """What the command printed; if it failed, the test fails with what it complained of."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    if done.returncode:
        pytest.fail(f"{' '.join(map(str, command[:5]))} … failed:\n{done.stderr or done.stdout}")
    return done.stdout


def oracle() -> Path:
    """The Python of the environment, made once for each version of the lock and moved into place whole."""
    parts = os.environ.get("QUORATE_PARTS")
    room = Path(parts) / "oracle" if parts else Path.home() / ".cache" / "quorate" / "oracle"
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    home = room / f"{python}-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]}"
    if not (home / "bin" / "python").exists():
        room.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(dir=room))
        try:
            run(sys.executable, "-m", "venv", making)
            pip = (
                making / "bin" / "python",
                "-m",
                "pip",
                "--disable-pip-version-check",
                "install",
                "--quiet",
            )
            run(*pip, "--require-hashes", "--no-deps", "-r", LOCK)
            if not home.exists():
                making.rename(home)
        finally:
            shutil.rmtree(making, ignore_errors=True)
    return home / "bin" / "python"


@pytest.fixture(scope="module")
def told() -> dict[str, dict[str, bool]]:
    """Each nation's weekday holidays according to the package: the day, and whether it is a substitute."""
    asked = json.dumps({"nations": NATIONS, "years": list(YEARS)})
    answer: dict[str, dict[str, bool]] = json.loads(run(oracle(), "-I", "-c", ASK, asked))
    return answer


@pytest.mark.timeout(600)  # the first run installs
@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("nation", NATIONS)
def test_our_bank_holidays_are_those_of_the_package(nation: str, year: int, told: dict[str, dict[str, bool]]) -> None:
    ours = {day: "(substitute day)" in name for day, name in bank_holidays(nation)["days"].items()}
    theirs = {day: moved for day, moved in told[nation].items() if day.startswith(str(year))}
    assert {day: moved for day, moved in ours.items() if day.startswith(str(year))} == theirs


@pytest.mark.parametrize("nation", NATIONS)
def test_the_table_holds_the_years_it_says_and_no_others(nation: str) -> None:
    table = bank_holidays(nation)
    first, last = table["covers"]
    assert (first.year, last.year) == (YEARS[0], YEARS[-1])
    assert {day[:4] for day in table["days"]} == {str(year) for year in YEARS}
