"""A server on a leash: a child process that dies when we die, however we die.

Between us and the server stands this same file, run as a script. It starts the server, then waits on two
things: the server's end, and a pipe that only we hold. A byte in the pipe is a signal to hand on; the pipe's
end means that we are gone, and the server goes too. Should the script itself be killed, the kernel kills the
server (PR_SET_PDEATHSIG). That signal alone would not do: it fires when the *thread* that started the server
ends.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import random
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1
PATIENCE = 5.0


class NotStarted(RuntimeError):
    """A server did not start, or did not start again: one sentence, with the log to read."""


class Leashed:
    """One running server. `pid` is the server's own; `log` gets everything it prints."""

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        *,
        user: str | None = None,
        parting: signal.Signals = signal.SIGKILL,
    ) -> None:
        """Start `command` in the log's folder, as `user` (None: as ourselves).

        `parting` is what the server is sent when we vanish; five seconds later it is killed. Raises
        NotStarted.
        """
        self._log = log
        self._read_from = log.stat().st_size if log.exists() else 0
        script = [sys.executable, "-I", "-S", __file__, str(int(parting)), user or "-"]
        with log.open("ab") as out:
            self._script = subprocess.Popen(
                [*script, *command],
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=out,
                cwd=log.parent,
                start_new_session=True,
            )
        assert self._script.stdout is not None
        line = self._script.stdout.readline()
        if not line:
            self._script.wait()
            self._let_go()
            raise NotStarted(f"{command[0]} could not be run: {self.last_words()}")
        self.pid = int(line)

    def said(self) -> str:
        """All it has printed since it was started."""
        with self._log.open("rb") as log:
            log.seek(self._read_from)
            return log.read().decode(errors="replace")

    def last_words(self) -> str:
        """Its last line and the name of the log, for a sentence about what went wrong."""
        lines = self.said().strip().splitlines() or ["(nothing printed)"]
        return f"{lines[-1].strip()} (see {self._log})"

    def ended(self) -> bool:
        return self._script.poll() is not None

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Return when `ready()` holds. Raises NotStarted when the server ends first or `seconds` pass."""
        until = time.monotonic() + seconds
        while not ready():
            if self.ended():
                raise NotStarted(f"It ended while starting: {self.last_words()}")
            if time.monotonic() > until:
                raise NotStarted(f"It does not answer after {seconds:.0f} s: {self.last_words()}")
            time.sleep(0.05)

    def stop(self, sign: signal.Signals, seconds: float) -> None:
        """Send `sign`, wait up to `seconds`, then kill. Returns when it is gone; harmless if it was."""
        for each, patience in ((sign, seconds), (signal.SIGKILL, 10.0)):
            self._send(each)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._script.wait(patience)
                break
        self._let_go()

    def kill(self) -> None:
        """SIGKILL: no chance to tidy up. Returns when the process is gone."""
        self.stop(signal.SIGKILL, PATIENCE)

    def _send(self, sign: signal.Signals) -> None:
        assert self._script.stdin is not None
        with contextlib.suppress(BrokenPipeError, ValueError):  # gone already, or let go of
            self._script.stdin.write(bytes([sign]))

    def _let_go(self) -> None:
        for pipe in (self._script.stdin, self._script.stdout):
            if pipe is not None:
                pipe.close()


def free_port() -> int:
    """A port on 127.0.0.1 that nobody listens on now; it may be taken by the time it is bound.

    Below Linux's ephemeral ports on purpose: from there, a client that keeps trying a killed server's port
    can be given that very port to call from, connect to itself, and keep the server from coming back. The
    system's own randomness, since test runners seed Python's alike in every process.
    """
    dice = random.SystemRandom()
    for _ in range(500):
        port = dice.randrange(20_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise NotStarted("No free port was found on 127.0.0.1 between 20000 and 32000.")


def _run(parting: int, user: str, command: list[str]) -> int:
    """The script: start the server, print its id, hand on signals, end with it."""
    owner = pwd.getpwnam(user) if user != "-" else None
    libc, script = ctypes.CDLL(None), os.getpid()

    def die_with_the_script() -> None:  # after the change of user, which would undo it
        libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))
        if os.getppid() != script:
            os._exit(1)

    server = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=2,
        preexec_fn=die_with_the_script,
        user=owner.pw_uid if owner else None,
        group=owner.pw_gid if owner else None,
        extra_groups=[] if owner else None,
    )
    os.write(1, b"%d\n" % server.pid)
    end = os.pidfd_open(server.pid)
    while end not in select.select([0, end], [], [])[0]:
        sign = os.read(0, 1)
        server.send_signal(sign[0] if sign else parting)
        if not sign:
            select.select([end], [], [], PATIENCE)
            server.kill()
            break
    return 0 if server.wait() == 0 else 1


if __name__ == "__main__":
    sys.exit(_run(int(sys.argv[1]), sys.argv[2], sys.argv[3:]))
