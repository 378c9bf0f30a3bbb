"""`python -m tests.faults [--kills N] [--only WORDS]`: every scenario on real servers, and one table."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from pathlib import Path

from tests.faults.bench import DISK, Bench, Row, say, table
from tests.faults.scenarios import SCENARIOS
from tests.faults.stage import stage

FULL = 4  # how often the disk is full


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=1000, help="how many kills of workers and relay (1000)")
    parser.add_argument("--only", default="", help="only the scenarios whose name has these words")
    parser.add_argument("--seed", type=int, default=1, help="what the dice begin with (1)")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that whoever ends us leaves nothing running
    asked = parser.parse_args()
    chosen = [s for s in SCENARIOS if asked.only in s.name]
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="quorate-faults-") as folder:
        Path(folder).chmod(0o755)  # so that the user who runs PostgreSQL can enter
        bench = Bench(Path(folder), asked.seed)
        for brokers in (1, 3):
            some = [s for s in chosen if s.brokers == brokers]
            if some:
                with stage(Path(folder) / f"stage-{brokers}", brokers) as on:
                    rows += [bench.row(s, s.strikes or asked.kills, on) for s in some]
        if asked.only in DISK:
            rows.append(bench.full_disk(FULL))
    if not rows:
        say(f"no scenario has {asked.only!r} in its name: there are " + "; ".join([s.name for s in SCENARIOS] + [DISK]))
        return 2
    sys.stdout.write(table(rows))
    return 0 if all(row.good() for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
