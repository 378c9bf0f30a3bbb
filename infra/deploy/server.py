"""What the real servers have in common: a folder, ports, a log; how they are started, killed, started again.

A server here is up when its own log says so *and* it answers: the log alone may run ahead of the port, and a
port alone may belong to somebody else. Broker and Postgres say what is particular to them.
"""

from __future__ import annotations

import contextlib
import signal
import time
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from infra.deploy.leash import Leashed, NotStarted

START_WITHIN = 90.0  # seconds; a start takes 1 to 4 on an idle machine
STOP_WITHIN = 30.0


class TryAgain(NotStarted):
    """Not started, since something is taken or still held: other ports or a little patience may do."""


class Server(ABC):
    """One real server on one folder. A context manager: leaving it stops the server and keeps the folder."""

    UP: ClassVar[str]  # what its log says when it is ready
    TAKEN: ClassVar[tuple[str, ...]]  # what its log says when a second try makes sense
    FAREWELL: ClassVar[signal.Signals]  # asks for an orderly end that does not wait for clients

    def __init__(self, folder: Path, log: str) -> None:
        self.folder = folder.resolve()
        self.log = self.folder / log
        self._own: Leashed | None = None

    @property
    def pid(self) -> int:
        """The id of the server's (first) process. Raises NotStarted when there is none."""
        if self._own is None:
            raise NotStarted(f"{type(self).__name__} is not running.")
        return self._own.pid

    def kill(self) -> None:
        """SIGKILL: it has no chance to tidy up; the folder stays. Returns when the process is gone."""
        if self._own is not None:
            self._own.kill()
            self._own = None

    def stop(self) -> None:
        """An orderly end; killed after 30 s. Returns when it is gone; harmless when it is not running."""
        if self._own is not None:
            self._own.stop(self.FAREWELL, STOP_WITHIN)
            self._own = None

    def restart(self, seconds: float = 20.0) -> None:
        """Start on the same folder and port, stopping first what runs; returns when it answers.

        Tries again for `seconds` while a port or the killed server's memory is still held. Raises NotStarted.
        """
        self.stop()
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with contextlib.suppress(TryAgain):
                return self._start()
            time.sleep(0.2)
        self._start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _t: type[BaseException] | None, _e: BaseException | None, _b: TracebackType | None) -> None:
        self.stop()

    def _start_somewhere(self) -> None:
        """Start on free ports; on others when somebody takes one between choosing and binding."""
        for _ in range(4):
            self._choose_ports()
            with contextlib.suppress(TryAgain):
                return self._start()
        self._choose_ports()
        self._start()

    def _start(self) -> None:
        own = self._launched()
        try:
            own.wait_until(lambda: self.UP in own.said() and self._answers(), START_WITHIN)
        except NotStarted as fault:
            own.kill()
            taken = any(text in own.said() for text in self.TAKEN)
            raise (TryAgain if taken else NotStarted)(f"{type(self).__name__}: {fault}") from fault
        except BaseException:
            own.kill()
            raise
        self._own = own

    @abstractmethod
    def _choose_ports(self) -> None:
        """Take new free ports and write them where the server reads them."""

    @abstractmethod
    def _launched(self) -> Leashed:
        """The process, just started; not yet up."""

    @abstractmethod
    def _answers(self) -> bool:
        """Whether it answers a real question on its port now."""
