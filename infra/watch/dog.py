"""The watchdog: tells work that stands still from having nothing to do, and from an outage that is known."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from infra.pulse import Pulse
from streams.clock import LONGEST_PAUSE_SECONDS
from streams.office import CannotNow

Work = dict[str, str]  # what waits, by name, and how far it has come


class Watchdog:
    """limit: seconds for which what waits may stand still. work: asked each time; raises CannotNow if nobody knows."""

    def __init__(self, pulse: Pulse, work: Callable[[], Awaitable[Work]], limit: float) -> None:
        self._pulse, self._work, self._limit = pulse, work, limit
        self._grace = max(limit, 2 * LONGEST_PAUSE_SECONDS)  # between two words about an outage
        self._seen: dict[str, tuple[str, float]] = {}
        self._looked_at = pulse.clock()

    async def stuck(self) -> str:
        """What has stood still for longer than the limit, in words; empty if nothing has.

        Whoever says why it waits is not stuck, as a fresh process would wait for the same; and no time counts in which
        nobody knew, since what is away for the watch is away for the work.
        """
        if not self._limit:
            return ""
        try:
            waiting = await self._work()
        except CannotNow:
            last, self._looked_at = self._looked_at, self._pulse.clock()
            unknown = self._looked_at - last
            self._seen = {name: (mark, since + unknown) for name, (mark, since) in self._seen.items()}
            return ""
        now = self._looked_at = self._pulse.clock()
        if self._pulse.why and now - self._pulse.turned_at <= self._grace:
            waiting = {}
        self._seen = {
            name: before if (before := self._seen.get(name)) and before[0] == mark else (mark, now)
            for name, mark in waiting.items()
        }
        return ", ".join(sorted(name for name, (_, since) in self._seen.items() if now - since > self._limit))
