"""A second, strict reader of our calendars: ical4j, in Java, which knows iTIP and shares no code with us.

Every invitation we compose must be without fault here; `StrictCalendar.java` is run from source, without a
build.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

from infra.deploy import parts

CHECK = Path(__file__).with_name("StrictCalendar.java")
FLAGS = ("-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Dnet.fortuna.ical4j.timezone.update.enabled=false")


def faults(paths: Iterable[Path]) -> dict[str, list[str]]:
    """What ical4j holds against each file: {path as given: faults in order}, an empty list for a good one.

    A fault reads "ERROR VEVENT: …" (validate's severity, where, what; METHOD is looked at) or "UNREADABLE …".
    About 1 s for any small number of files, so pass them all at once. Raises FileNotFoundError, PartMissing,
    and RuntimeError when the check itself breaks.
    """
    files = [str(path) for path in paths]
    for missing in (file for file in files if not Path(file).is_file()):
        raise FileNotFoundError(missing)
    found: dict[str, list[str]] = {file: [] for file in files}
    for line in _run(files).splitlines() if files else []:
        number, fault = line.split("\t", 1)
        found[files[int(number)]].append(fault)
    return found


def _run(files: list[str]) -> str:
    command = [parts.java(), *FLAGS, "-cp", f"{parts.ical4j_libs()}/*", str(CHECK), *files]
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", env=os.environ | {"LC_ALL": "C.UTF-8"}, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"The check of the calendars broke: {done.stderr.strip()[-500:]}")
    return done.stdout
