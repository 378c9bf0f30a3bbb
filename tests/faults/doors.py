"""Processes of the house under a supervisor: whatever ends one, it is started again, until its work is over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.office.engines import ROOT

READY = b"worker ready"
RUN = "from infra.cli import app; app()"


class Door:
    """One process. `ends`: it has an end of its own (exit 0), after which it is not started again."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path, ends: bool) -> None:
        self.command, self.environment, self.log, self.ends = command, {**os.environ, **environment}, log, ends
        self.asked = self.over = False
        self.unclean: list[int] = []
        self.restarts = -1
        self.start()

    def start(self) -> None:
        self.restarts += 1
        self.asked = False
        with self.log.open("ab") as sink:
            self.began = sink.tell()
            self.process = subprocess.Popen(self.command, cwd=ROOT, env=self.environment, stdout=sink, stderr=sink)

    def strike(self, how: signal.Signals) -> None:
        """SIGTERM must be obeyed with exit code 0 by a worker that was up."""
        self.asked = how is signal.SIGTERM and not self.ends and READY in self.log.read_bytes()[self.began :]
        self.process.send_signal(how)

    def tend(self) -> None:
        """Start again what has ended."""
        code = self.process.poll()
        if code is None or self.over:
            return
        self._judge(code)
        if self.ends and code == 0:
            self.over = True
        else:
            self.start()

    def leave(self, seconds: float) -> None:
        """Ask it to end; it is killed, and called unclean, if it does not."""
        self.over = True
        if self.process.poll() is None:
            self.strike(signal.SIGTERM)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self._judge(self.process.returncode)

    def _judge(self, code: int) -> None:
        if self.asked and code != 0:
            self.unclean.append(code)


def worker(environment: dict[str, str], log: Path, module: str) -> Door:
    return Door([sys.executable, "-m", module], environment, log, ends=False)


def relay(environment: dict[str, str], log: Path, until: str) -> Door:
    """The relay in played time, so that its ledger can be compared: it waits for each wave, and ends at the end."""
    return Door([sys.executable, "-c", RUN, "run", "--until", until, "--quiet"], environment, log, ends=True)
