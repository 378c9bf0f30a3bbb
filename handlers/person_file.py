"""What one adult's own stream knows: episodes of treatment, and the families in which the adult is in scope.

An episode belongs to the person (decision 7), so that concern and household may come in either order.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from handlers import events as e
from handlers import facts as f
from handlers.facts import Fact
from handlers.people import StreamId

RELEASED: Literal["released"] = "released"


class KnownEpisode(Struct, frozen=True, kw_only=True):
    opened: e.EpisodeOpened
    workers: tuple[str, ...]
    handed_over_on: date | None = None
    ended_on: date | None = None


class PersonFile(Struct, frozen=True, kw_only=True):
    """families: those to be told; told: the digest of what each was last told of each episode and held record.

    held_records: why each is held, or RELEASED.
    """

    stream: StreamId
    families: tuple[str, ...] = ()
    episodes: dict[str, KnownEpisode] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    held_records: dict[str, e.HeldReason | Literal["released"]] = field(default_factory=dict)


def _episode(file: PersonFile, id_: str, episode: KnownEpisode) -> PersonFile:
    return replace(file, episodes={**file.episodes, id_: episode})


def _handed_over(file: PersonFile, id_: str, worker: str, on: date) -> PersonFile:
    known = file.episodes[id_]
    if known.handed_over_on and known.handed_over_on > on:
        return file  # an older handover, told late
    return _episode(file, id_, replace(known, workers=(worker,), handed_over_on=on))


def fold(file: PersonFile, fact: Fact) -> PersonFile:
    """The person's file with one more fact in it."""
    match fact.body:
        case e.EpisodeOpened() as opened:
            return _episode(
                file,
                opened.episode,
                KnownEpisode(opened=opened, workers=tuple(filter(None, [opened.worker]))),
            )
        case e.EpisodeHandedOver(episode, worker, on):
            return _handed_over(file, episode, worker, on)
        case e.EpisodeClosed(episode, ended_on):
            return _episode(file, episode, replace(file.episodes[episode], ended_on=ended_on))
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
