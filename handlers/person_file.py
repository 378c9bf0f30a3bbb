"""What one adult's own stream knows: episodes of treatment, and the families in which the adult is in scope.

An episode belongs to the person (decision 7), so that concern and household may come in either order. Each record is
kept by the name of its event, and the episodes are read off them: one made in error is taken out (decision 16).
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from msgspec import Struct, field
from msgspec.structs import replace

from handlers import events as e
from handlers import facts as f
from handlers.facts import Fact
from handlers.people import StreamId
from handlers.records import Kept, in_order, keep, take_out

RELEASED: Literal["released"] = "released"


class KnownEpisode(Struct, frozen=True, kw_only=True):
    """As it stands. alongside: the worker before, who stays until that day (rules 3.48)."""

    opened: e.EpisodeOpened
    workers: tuple[str, ...]
    alongside: str | None = None
    alongside_until: date | None = None
    ended_on: date | None = None


class PersonFile(Struct, frozen=True, kw_only=True):
    """families: those to be told; told: the digest of what each was last told of each episode and held record.

    held_records: why each is held, or RELEASED; errors: the events that were recorded in error.
    """

    stream: StreamId
    families: tuple[str, ...] = ()
    opened: dict[str, Kept[e.EpisodeOpened]] = field(default_factory=dict)
    handovers: dict[str, Kept[e.EpisodeHandedOver]] = field(default_factory=dict)
    closings: dict[str, Kept[e.EpisodeClosed]] = field(default_factory=dict)
    reopenings: dict[str, Kept[e.EpisodeReopened]] = field(default_factory=dict)
    errors: tuple[str, ...] = ()
    told: dict[str, str] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    held_records: dict[str, e.HeldReason | Literal["released"]] = field(default_factory=dict)

    @property
    def episodes(self) -> dict[str, KnownEpisode]:
        """Each episode as its records leave it; the later recorded opening stands."""
        latest = {k.body.episode: k.body for k in in_order(self.opened.values())}
        return {id_: self._as_it_stands(opened) for id_, opened in latest.items()}

    @property
    def records(self) -> frozenset[str]:
        """The events that may be said to have been recorded in error, and those that were."""
        return frozenset({*self.opened, *self.handovers, *self.closings, *self.reopenings, *self.errors})

    def _as_it_stands(self, opened: e.EpisodeOpened) -> KnownEpisode:
        handovers = sorted(
            (k for k in self.handovers.values() if k.body.episode == opened.episode),
            key=lambda k: (k.body.on, k.recorded),
        )
        workers = [*filter(None, [opened.worker]), *(k.body.worker for k in handovers)]
        until = handovers[-1].body.until if handovers else None
        return KnownEpisode(
            opened=opened,
            workers=tuple(workers[-1:]),
            alongside=workers[-2] if until and len(workers) > 1 else None,
            alongside_until=until,
            ended_on=self._ended_on(opened.episode),
        )

    def _ended_on(self, episode: str) -> date | None:
        """Closed, unless it was reopened since; the later recorded of both stands."""
        turns: list[Kept[Any]] = [*self.closings.values(), *self.reopenings.values()]
        own = in_order(k for k in turns if k.body.episode == episode)
        return own[-1].body.ended_on if own and isinstance(own[-1].body, e.EpisodeClosed) else None


TABLES: dict[type[e.Body], str] = {
    e.EpisodeOpened: "opened",
    e.EpisodeHandedOver: "handovers",
    e.EpisodeClosed: "closings",
    e.EpisodeReopened: "reopenings",
}


def fold(file: PersonFile, fact: Fact) -> PersonFile:
    """The person's file with one more fact in it."""
    match fact.body:
        case e.EpisodeOpened() | e.EpisodeHandedOver() | e.EpisodeClosed() | e.EpisodeReopened():
            return keep(file, fact, TABLES)
        case e.RecordedInError(record):
            return replace(take_out(file, record, TABLES), errors=tuple(sorted({*file.errors, record})))
        case e.MembershipBegan(family):
            return replace(file, families=tuple(sorted({*file.families, family})))
        case e.MembershipEnded(family):
            told = {k: v for k, v in file.told.items() if not k.startswith(f"{family}:")}
            return replace(file, families=tuple(x for x in file.families if x != family), told=told)
        case e.ReferenceRecorded(system, reference):
            return replace(file, references={**file.references, system: reference})
        case e.RecordHeld(record, reason):
            return replace(file, held_records={**file.held_records, record: reason})
        case e.RecordReleased(record):
            return replace(file, held_records={**file.held_records, record: RELEASED})
        case f.PassedOn(family, what, digest):
            return replace(file, told={**file.told, f"{family}:{what}": digest})
        case _:
            return file
