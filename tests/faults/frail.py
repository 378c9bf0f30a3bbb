"""A worker whose office fails as the file `fault` in its home says: the loss table's event 3, in the real thing."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from handlers.events import Event
from infra import worker
from infra.office import Office, Sitting
from infra.settings import Settings, read
from infra.wiring import House, house
from streams.office import CannotNow

BAD = "event-3"


class FrailOffice(Office):
    home: Path

    async def seal(self, events: Sequence[Event]) -> list[Event]:
        if BAD in {event.id for event in events} and self._fault() == "a rule raises":
            raise RuntimeError("no rule should do this")
        return await super().seal(events)

    @asynccontextmanager
    async def sitting(self) -> AsyncIterator[Sitting]:
        async with super().sitting() as sitting:
            match self._fault():
                case "cannot now":
                    raise CannotNow("the cupboard is locked")
                case "never ends":
                    await asyncio.Event().wait()
                case "the intake breaks":
                    raise RuntimeError("nothing can be settled, and nothing held")
            yield sitting

    def _fault(self) -> str:
        fault = self.home / "fault"
        if not fault.exists():
            return ""
        (self.home / "struck").write_text(str(os.getpid()))
        return fault.read_text()


@asynccontextmanager
async def frail_house(settings: Settings, deciding: bool = True) -> AsyncIterator[House]:
    async with house(settings, deciding) as sound:
        office: Any = FrailOffice(sound.engine, sound.keyring, sound.office.protocols)
        office.home = settings.home
        yield replace(sound, office=office)


if __name__ == "__main__":
    worker.house = frail_house  # type: ignore[attr-defined]  # its door's house
    worker.main(read())
