"""The pulse of one process: when its work last moved and what it waits for, for a watch that stands beside it.

The work writes it from its own loop, and the watch reads it from another thread.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Pulse:
    """turned_at: when something last moved, or was said to be waited for; why: what is waited for, empty if nothing.

    on_settled and on_mail hear of each batch, by the kind of its streams, with its seconds; and of each mail's outcome.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.turned_at, self.why = clock(), ""
        self.on_settled: Callable[[str, float], None] = lambda kind, seconds: None
        self.on_mail: Callable[[str], None] = lambda outcome: None

    def beat(self, why: str = "") -> None:
        """Something moved; or cannot now, and this is why."""
        self.turned_at, self.why = self.clock(), why

    @contextmanager
    def settling(self, kind: str) -> Iterator[None]:
        """Around one batch, until it is committed."""
        began = self.clock()
        yield
        self.beat()
        self.on_settled(kind, self.turned_at - began)
