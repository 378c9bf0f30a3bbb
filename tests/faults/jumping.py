"""A worker whose clock jumps by days, back and forth, each time that it looks: events must carry their own time."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from infra import worker
from infra.settings import read
from streams.clock import wall


def anywhen() -> datetime:
    return wall() + timedelta(days=random.uniform(-400, 400))


if __name__ == "__main__":
    worker.wall = anywhen  # type: ignore[attr-defined]  # its door's clock
    worker.main(read())
