"""Who asks: whoever holds the link of an invitation, and how that meeting stands now. Everybody else is nobody."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from handlers.case_file import CaseFile
from handlers.desk import File
from handlers.events import AnswerGiven, Event, Reply
from handlers.facts import Hours, MeetingBooked
from handlers.meeting_file import Meeting
from handlers.partnership import Directory
from handlers.people import StreamId
from infra.db import reading, replies
from infra.db.engine import AsyncConnection, transaction
from infra.db.folding import kept_file
from infra.db.links import generation
from infra.db.played import played_to
from infra.wiring import House, links
from streams.clock import wall
from streams.wire import read, stream_id

SOURCE = "quorate/web"
AFTERWARDS = timedelta(days=14)  # how long after a meeting its link still opens, for what is said about it then
REPLIES: tuple[Reply, ...] = ("accepted", "tentative", "declined")


class Guest(Struct, frozen=True, kw_only=True):
    """Somebody asked to a meeting, by their link. waiting: what they said that is not decided about yet."""

    invitation: str
    stream: StreamId
    person: str
    file: CaseFile
    meeting: Meeting
    directory: Directory
    waiting: tuple[Event, ...]
    now: datetime

    @property
    def revision(self) -> int:
        return self.meeting.booked.revision if self.meeting.booked else 0

    @property
    def hours(self) -> Hours | MeetingBooked | None:
        """When and where they are asked to come: to their own part, or to the whole meeting."""
        return self.meeting.booked and (self.meeting.invitations[self.person].own or self.meeting.booked)

    @property
    def over(self) -> bool:
        return self.now >= ended_at(self.meeting, self.person)

    @property
    def can_answer(self) -> bool:
        """While the meeting has a time that has not passed."""
        return self.meeting.open and self.meeting.booked is not None and not self.over

    @property
    def answered(self) -> Reply | None:
        """What they said last of the time that stands."""
        for event in reversed(self.waiting):
            said = event.body
            if isinstance(said, AnswerGiven) and said.revision == self.revision:
                return said.reply
        word = self.meeting.words.get(self.person)
        if word is None or word.revision != self.revision:
            return None
        return next((reply for reply in REPLIES if reply == word.reply), None)

    @property
    def role(self) -> str:
        """Their part in one or two words; empty where a word would say too much."""
        if self.meeting.chair == self.person:
            return "chair"
        involved = self.file.professionals.get(self.person)
        return involved.role.replace("_", " ") if involved else ""


async def guest_of(house: House, invitation: str, seal: str) -> Guest | None:
    """Whoever this link was sent to, while it opens anything. Raises CannotNow."""
    async with transaction(house.engine) as connection:
        if not links(house.settings).opens(seal, invitation, await generation(connection, invitation)):
            return None
        rows = await replies.expected(connection, [invitation], [])
        now = await played_to(connection) or wall()
        return await _guest(connection, rows[0], now) if rows else None


async def _guest(connection: AsyncConnection, row: replies.Row, now: datetime) -> Guest | None:
    stream = stream_id(row.stream)
    file = await _file(connection, stream)
    if isinstance(file, CaseFile) and file.ties.merged_into:
        stream = StreamId(stream.area, "family", file.ties.merged_into)
        file = await _file(connection, stream)
    directory = await _file(connection, stream.sibling("partnership"))
    meeting = file.meetings.get(row.meeting) if isinstance(file, CaseFile) else None
    if not isinstance(file, CaseFile) or not isinstance(directory, Directory) or meeting is None:
        return None
    if not _still_opens(file, meeting, row.person, now):
        return None
    letters = await reading.on_their_way(connection, [str(stream)])
    ours = [read(x, now) for x in letters if x.headers.get("ce_source") == SOURCE]
    waiting = [e for e in ours if _says(e, meeting.id, row.person)]
    return Guest(
        invitation=row.name,
        stream=stream,
        person=row.person,
        file=file,
        meeting=meeting,
        directory=directory,
        waiting=tuple(waiting),
        now=now,
    )


async def _file(connection: AsyncConnection, stream: StreamId) -> File | None:
    row = await reading.file_row(connection, stream)
    return await kept_file(connection, stream, row) if row else None


def _still_opens(file: CaseFile, meeting: Meeting, person: str, now: datetime) -> bool:
    """Not for whoever was called off, nor long after the meeting."""
    sent = meeting.invitations.get(person)
    if sent is None or sent.cancelled or meeting.no_longer_due or file.has_died(person):
        return False
    return now < ended_at(meeting, person) + AFTERWARDS


def ended_at(meeting: Meeting, person: str) -> datetime:
    """When it ended or will; where it has no time, when it was to begin as this person was told last."""
    if meeting.sitting:
        return meeting.sitting.ended_at
    return meeting.booked.ends_at if meeting.booked else meeting.invitations[person].starts_at


def _says(event: Event, meeting: str, person: str) -> bool:
    return (getattr(event.body, "meeting", ""), getattr(event.body, "person", "")) == (meeting, person)
