"""A river to measure by: whole journeys of several areas, played once, and every record that came in, in order."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

from infra.db.engine import connect
from infra.db.schema import bring_up_to_date
from infra.dispatch import Dispatch
from infra.mail.post import Accepted, Post, Sent
from infra.office import Office
from infra.protocols.packs import Protocols
from infra.wiring import House, letterhead
from streams.clock import play
from streams.intake import take
from streams.local import LocalCarrier
from streams.office import Parcel
from streams.wire import Letter
from tests.journeys.story import at, in_area, the_whole_journey
from tests.simulation.houses import DATABASE, SteadyKeyring, rules, settings_in

START, END = at("2025-01-06", "08:00"), at("2025-02-03", "23:00")
FROM_DIRECTORIES = ("directory.example", "rooms.example")


class WillingPost(Post):
    """Takes every mail and keeps none."""

    def __init__(self) -> None:
        """No relay stands behind it."""

    async def send(self, message: EmailMessage, to: str) -> Sent:
        return Accepted()


class Listening(LocalCarrier):
    """Writes down each record that it carries."""

    def __init__(self, house: House) -> None:
        super().__init__(house.office, house.dispatch)
        self.heard: list[Letter] = []

    async def carry(self, parcels: Sequence[Parcel], now: datetime) -> None:
        self.heard += [p.as_letter() for p in parcels if p.kind == "event"]
        await super().carry(parcels, now)


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[House]:
    """The house of this folder, as a worker opens it; its database is made if it is not there."""
    settings = settings_in(folder)
    engine = connect(settings.database)
    try:
        await bring_up_to_date(engine)
        keyring = SteadyKeyring(settings.master_key)
        office = Office(engine, keyring, Protocols(rules()))
        yield House(settings, engine, keyring, office, Dispatch(engine, keyring, letterhead(settings), WillingPost()))
    finally:
        await engine.dispose()


async def journey(house: House, areas: Sequence[str], until: datetime = END) -> list[Letter]:
    """Play the whole journey, as far as until, in each of these areas, side by side; all that came in."""
    carrier = Listening(house)
    for area in areas:
        await house.office.submit(in_area(the_whole_journey(), area))
    await play(house.office, carrier, START, until)
    return carrier.heard


@dataclass
class River:
    """shared: what the areas' directories and rooms were told; letters: what came after; before: the database in
    between; lived: the database at the end of it all."""

    folder: Path
    letters: list[Letter]
    shared: list[Letter]

    @property
    def before(self) -> Path:
        return self.folder / "before"

    @property
    def lived(self) -> Path:
        return self.folder / "lived"

    def copy(self, of: Path) -> Path:
        """A folder of its own with that folder's database in it; it takes the place of the last copy."""
        shutil.rmtree(copy := self.folder / "copy", ignore_errors=True)
        copy.mkdir()
        shutil.copyfile(of / DATABASE, copy / DATABASE)
        return copy


async def river(folder: Path, areas: int, until: datetime = END) -> River:
    """The directories come in first, so that a batch may hold anything that comes after."""
    made = River(folder, [], [])
    for place in (made.before, made.lived):
        place.mkdir(parents=True)
    async with opened(made.lived) as house:
        heard = await journey(house, [f"area-{n}" for n in range(areas)], until)
    made.shared = [x for x in heard if x.headers["ce_source"] in FROM_DIRECTORIES]
    made.letters = [x for x in heard if x.headers["ce_source"] not in FROM_DIRECTORIES]
    async with opened(made.before) as house:
        await take(made.shared, house.office, START)
    return made
