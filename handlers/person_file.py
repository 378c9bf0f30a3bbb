"""What one adult's own stream knows: episodes of treatment, and the families in which the adult is in scope.

An episode belongs to the person (decision 7), so that concern and household may come in either order.
"""

from __future__ import annotations

from datetime import date

from msgspec import Struct, field
from msgspec.structs import replace

from handlers import events as e
from handlers import facts as f
from handlers.facts import Fact
from handlers.people import StreamId


class KnownEpisode(Struct, frozen=True, kw_only=True):
    opened: e.EpisodeOpened
    workers: tuple[str, ...]
    handed_over_on: date | None = None
    ended_on: date | None = None


class PersonFile(Struct, frozen=True, kw_only=True):
    """families: those to be told; told: the digest of what each family was last told of each episode."""

    stream: StreamId
    families: tuple[str, ...] = ()
    episodes: dict[str, KnownEpisode] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    held_records: tuple[str, ...] = ()


def _episode(file: PersonFile, id_: str, episode: KnownEpisode) -> PersonFile:
    return replace(file, episodes={**file.episodes, id_: episode})


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
            known = file.episodes[episode]
            return _episode(file, episode, replace(known, workers=(worker,), handed_over_on=on))
        case e.EpisodeClosed(episode, ended_on):
            return _episode(file, episode, replace(file.episodes[episode], ended_on=ended_on))
        case e.MembershipBegan(family):
            return replace(file, families=tuple(sorted({*file.families, family})))
        case e.MembershipEnded(family):
            return replace(file, families=tuple(x for x in file.families if x != family))
        case e.ReferenceRecorded(system, reference):
            return replace(file, references={**file.references, system: reference})
        case e.RecordHeld(record):
            return replace(file, held_records=tuple(sorted({*file.held_records, record})))
        case e.RecordReleased(record):
            return replace(file, held_records=tuple(x for x in file.held_records if x != record))
        case f.EpisodePassedOn(family, episode, digest):
            return replace(file, told={**file.told, f"{family}:{episode}": digest})
        case _:
            return file
