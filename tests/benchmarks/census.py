"""How much memory and time a large census takes: `python -m tests.benchmarks.census MEGABYTES [read|dry|import]`; and
for `make bench`, how long reading takes beside a bare pass of the same parser.

read: the file is only read; dry: held against an empty area; import: taken in. Each in a process of its own, whose
highest use of memory is what the kernel says.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from datetime import date
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from xml.etree.ElementTree import iterparse

from typer.testing import CliRunner

from infra.cli import app
from infra.imports.census import Child
from infra.imports.returns import children
from tests.benchmarks.table import Line, Watch, interleaved, ratio
from tests.infra.censuses import many, write

MEGABYTE = 1_000_000


def read(file: Path, home: Path) -> int:
    with file.open("rb") as source:
        return sum(
            len(Child(element, n, header, "riverside", date(2023, 1, 1)).wanted)
            for n, (header, element) in enumerate(children(source))
        )


def measure(folder: Path, megabytes: float, rounds: int) -> list[Line]:
    file = write(folder / "census.xml", many(int(megabytes * MEGABYTE)))
    found: set[int] = set()

    def ours(watch: Watch) -> None:
        with watch.running():
            found.add(read(file, folder))

    def bare(watch: Watch) -> None:
        with watch.running():
            for _, element in iterparse(file):
                element.clear()

    seconds = interleaved(rounds, {"ours": ours, "bare": bare})
    size = file.stat().st_size / MEGABYTE
    pace = {name: size / median(of) for name, of in seconds.items()}
    numbers = f"{size:.1f} MB, {found.pop()} records: {pace['ours']:.1f} MB/s, bare {pace['bare']:.1f}"
    return [Line("read a census", ratio(seconds["bare"], seconds["ours"]), "bare iterparse / ours", numbers)]


def taken(file: Path, home: Path, *more: str) -> int:
    arguments = ["--home", str(home), "import", "census", str(file), "--area", "riverside", "--json", *more]
    result = CliRunner().invoke(app, arguments)
    sys.stdout.write(result.stdout)
    return result.exit_code


def measured(megabytes: float, how: str, folder: Path) -> str:
    file = write(folder / "census.xml", many(int(megabytes * MEGABYTE)))
    size = file.stat().st_size
    before, began, worked = _peak(), time.monotonic(), time.process_time()
    match how:
        case "read":
            read(file, folder)
        case "dry":
            taken(file, folder / "home", "--dry-run")
        case _:
            taken(file, folder / "home")
    took, worked = time.monotonic() - began, time.process_time() - worked
    return (
        f"{how}: {size / MEGABYTE:.0f} MB in {took:.0f} s, {worked:.0f} s of them at work;"
        f" highest use of memory {_peak() / MEGABYTE:.0f} MB, of which {before / MEGABYTE:.0f} MB before it began\n"
    )


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    os.environ.pop("QUORATE_DATABASE", None)
    with TemporaryDirectory() as folder:
        sys.stdout.write(measured(float(sys.argv[1]), (sys.argv[2:] or ["read"])[0], Path(folder)))
