"""Finding what a command names: the area, a family's file, a meeting; or saying what there is instead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any, NoReturn

from handlers.case_file import CaseFile
from handlers.desk import File
from handlers.meeting_file import Meeting
from handlers.meetings.falling_due import CONFERENCES
from handlers.partnership import Directory
from handlers.people import StreamId, Text
from handlers.protocol import Protocol
from infra.cli.common import Fault, first_few
from infra.db import reading
from infra.db.engine import transaction
from infra.db.folding import kept_file, refold
from infra.db.played import played_to
from infra.db.sealing import keys_in
from infra.wiring import House
from streams.clock import wall
from streams.wire import stream_id


@dataclass(frozen=True)
class Folder:
    """One family as it lies before a reader: its file, the area's directory, and the keys to open the words."""

    house: House
    file: CaseFile
    directory: Directory

    @property
    def protocol(self) -> Protocol:
        return self.house.office.protocols.of(self.file.stream.area)

    def opened(self, text: Text | None) -> str:
        return "" if text is None else self.house.keyring.open_up(text)

    def name(self, person: str) -> str:
        """The person's name in words; the id of somebody whom nobody knows."""
        known = self.file.known(person) or self.directory.workers.get(person) or self.file.deputies.get(person)
        return self.opened(known.name if known else person)

    def meeting(self, id_: str) -> Meeting:
        """Raises Fault, naming the family's meetings."""
        if id_ not in self.file.meetings:
            there = first_few(sorted(self.file.meetings))
            raise Fault(f"{self.file.family} has no meeting {id_}: its meetings are {there}")
        return self.file.meetings[id_]


def known_discussion(folder: Folder, discussion: str) -> None:
    """Raises Fault, naming the family's discussions."""
    must_know(discussion, folder.file.discussions, f"{folder.file.family} has had no strategy discussion {discussion}")


def held_conference(folder: Folder, meeting: str) -> Meeting:
    """Raises Fault where it is no conference, or has not sat."""
    found = folder.meeting(meeting)
    if found.due.kind not in CONFERENCES or not found.held:
        raise Fault(f"{meeting} is no conference that was held: see quorate show {folder.file.family}")
    return found


async def present(house: House) -> datetime:
    """The area's present: the played clock's position if there is one, else the wall's."""
    async with transaction(house.engine) as connection:
        return await played_to(connection) or wall()


async def has_begun(house: House) -> bool:
    """Whether this database has a present yet: before anything was decided, its events may be of any year."""
    async with transaction(house.engine) as connection:
        return bool(await played_to(connection) or await reading.latest_decision(connection))


async def area_of(house: House, given: str | None) -> str:
    """The area meant. Raises Fault where that is not plain."""
    async with transaction(house.engine) as connection:
        there = await reading.areas(connection)
    if given is None and len(there) == 1:
        return there[0]
    if not there:
        raise Fault("nothing has been decided yet: let the events in with quorate run --until DATE")
    if given not in there:
        what = f"there is no area {given}" if given else "there is more than one area, so say which with --area"
        raise Fault(f"{what}: there {'is' if len(there) == 1 else 'are'} {first_few(there)}")
    return given


async def areas_meant(house: House, given: str | None) -> list[str]:
    """The area given, or every area there is. Raises Fault where there is no such area, or none yet."""
    async with transaction(house.engine) as connection:
        there = await reading.areas(connection)
    return there if there and given is None else [await area_of(house, given)]


@dataclass(frozen=True)
class Back:
    """How far to look back: to what was known by then, and to what had happened by then."""

    as_of: datetime | None = None
    on: datetime | None = None


NOW = Back()


async def file_of(house: House, stream: StreamId, back: Back = NOW) -> File | None:
    """The file of a stream, now or as it was then; None where nothing was decided. Its keys are loaded."""
    async with transaction(house.engine) as connection:
        row = await reading.file_row(connection, stream)
        if row is None:
            return None
        if back == NOW:
            file = await kept_file(connection, stream, row)
        else:
            file = await refold(connection, stream, back.as_of, back.on)
        await house.keyring.load(connection, keys_in(file))
    return file


async def directory_of(house: House, area: str, back: Back = NOW) -> Directory:
    stream = StreamId(area, "partnership", area)
    file = await file_of(house, stream, back)
    return file if isinstance(file, Directory) else Directory(stream=stream)


async def folder_of(house: House, family: str, area: str | None, back: Back = NOW) -> Folder:
    """A family's folder. Raises Fault, naming the families nearest to what was typed."""
    alone = None if area else await _area_with(house, family)
    stream = StreamId(alone or await area_of(house, area), "family", family)
    file = await file_of(house, stream, back)
    if isinstance(file, CaseFile) and file.ties.merged_into:
        return await folder_of(house, file.ties.merged_into, area, back)
    if not isinstance(file, CaseFile):
        unknown(family, await families(house, stream.area), f"there is no family {family} in {stream.area}")
    return Folder(house, file, await directory_of(house, stream.area, Back(back.as_of)))


async def _area_with(house: House, family: str) -> str | None:
    """The only area that knows a family of this name, if there is one."""
    async with transaction(house.engine) as connection:
        found = await reading.streams(connection, "family", id_=family)
    areas = [s.area for s in map(stream_id, found) if s.id == family]  # SQLite's LIKE is blind to case
    return areas[0] if len(areas) == 1 else None


async def families(house: House, area: str | None = None) -> list[str]:
    async with transaction(house.engine) as connection:
        return [stream_id(s).id for s in await reading.streams(connection, "family", area)]


async def case_files(house: House, area: str) -> list[CaseFile]:
    """Every family of the area."""
    found = [await file_of(house, StreamId(area, "family", f)) for f in await families(house, area)]
    return [f for f in found if isinstance(f, CaseFile)]


def must_know(who: str, known: Iterable[str], sentence: str) -> None:
    """Raises Fault for a name that is none of those known."""
    there = sorted(known)
    if who not in there:
        unknown(who, there, sentence)


def unknown(typed: str, there: Sequence[str], sentence: str) -> NoReturn:
    """Raises Fault with the sentence and what there is, nearest first."""
    raise Fault(f"{sentence}: there is {first_few(get_close_matches(typed, there, 5, 0.5) or sorted(there))}")


def short(sentence: Any, at_most: int = 110) -> str:
    """What a duty asks, without its reckoning."""
    first = str(sentence).split(". ")[0].rstrip(". ")
    return first if len(first) <= at_most else first[: at_most - 1] + "…"
