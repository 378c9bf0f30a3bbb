"""The watchdog: tells work that stands still from having nothing to do, and from an outage that is known."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from infra.pulse import Pulse
from streams.office import CannotNow

Work = dict[str, str]  # what waits, by name, and how far it has come


class Watchdog:
    """limit: seconds for which what waits may stand still. work: asked each time; raises CannotNow if nobody knows."""

    def __init__(self, pulse: Pulse, work: Callable[[], Awaitable[Work]], limit: float) -> None:
        self._pulse, self._work, self._limit = pulse, work, limit
        self._seen: dict[str, tuple[str, float]] = {}

    async def stuck(self) -> str:
        """What has stood still for longer than the limit, in words; empty if nothing has.

        Whoever says why it waits is not stuck, as a fresh process would wait for the same.
        """
        if not self._limit:
            return ""
        try:
            waiting = await self._work()
        except CannotNow:
            return ""
        now = self._pulse.clock()
        if self._pulse.why and now - self._pulse.turned_at <= self._limit:
            waiting = {}
        self._seen = {
            name: before if (before := self._seen.get(name)) and before[0] == mark else (mark, now)
            for name, mark in waiting.items()
        }
        return ", ".join(sorted(name for name, (_, since) in self._seen.items() if now - since > self._limit))
