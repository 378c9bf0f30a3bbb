"""One adult's stream and the families that must hear of it: an episode belongs to the person (decision 7).

A family says who is in scope there; the person stream tells it of each episode, and again whenever one changes
or membership begins anew: a partner moving in is Joint Guidance F7.
"""

from __future__ import annotations

from collections.abc import Iterator

from handlers import events as e
from handlers import facts as f
from handlers.case_file import CaseFile
from handlers.effects import TellStream
from handlers.facts import Finding
from handlers.people import derived
from handlers.person_file import RELEASED, KnownEpisode, PersonFile

WITHDRAWN = "withdrawn"


def tell_person_streams(file: CaseFile) -> Iterator[Finding | TellStream]:
    """Let each adult's stream know whether this family is in its scope."""
    wanted = {m.person: m.cares for m in file.members.values() if m.relation not in ("child", "unborn")}
    for person in sorted({*wanted, *file.told_members}):
        in_scope = wanted.get(person, False)
        if file.told_members.get(person, False) == in_scope:
            continue
        because = f"this family is {'' if in_scope else 'no longer '}in the adult's scope"
        yield Finding(f.MembershipTold(person, in_scope), because)
        body = e.MembershipBegan(file.family) if in_scope else e.MembershipEnded(file.family)
        yield TellStream(stream=file.stream.sibling("person", person), body=body, because=because)


def tell_families(file: PersonFile) -> Iterator[Finding | TellStream]:
    """Pass each episode and each held record on to each family in scope, once for each state it has been in."""
    for family in file.families:
        for episode in file.episodes.values():
            telling = _telling(file, episode)
            digest = derived(*(str(x) for x in _state(telling)))
            yield from _pass_on(file, family, telling.episode, digest, telling)
        for told in [k for k, digest in file.told.items() if k.startswith(f"{family}:") and digest != WITHDRAWN]:
            what = told.removeprefix(f"{family}:")
            if what not in file.episodes and what not in file.held_records:
                yield from _pass_on(file, family, what, WITHDRAWN, e.EpisodeWithdrawn(file.stream.id, what))
        for record, reason in file.held_records.items():
            if reason != RELEASED:
                yield from _pass_on(file, family, record, reason, e.RecordHeld(record, reason, file.stream.id))
            elif f"{family}:{record}" in file.told:
                yield from _pass_on(file, family, record, RELEASED, e.RecordReleased(record))


def _pass_on(file: PersonFile, family: str, what: str, digest: str, body: e.Body) -> Iterator[Finding | TellStream]:
    if file.told.get(f"{family}:{what}") == digest:
        return
    because = "the family's meetings must reckon with it"
    yield Finding(f.PassedOn(family, what, digest), because)
    yield TellStream(stream=file.stream.sibling("family", family), body=body, because=because)


def _telling(file: PersonFile, episode: KnownEpisode) -> e.EpisodeTold:
    opened = episode.opened
    return e.EpisodeTold(
        person=file.stream.id,
        episode=opened.episode,
        service=opened.service,
        workers=episode.workers,
        basis=opened.basis or "statutory",
        opened_on=opened.opened_on,
        ended_on=episode.ended_on,
        client_reference=opened.client_reference,
        alongside=episode.alongside,
        alongside_until=episode.alongside_until,
    )


def _state(telling: e.EpisodeTold) -> tuple[object, ...]:
    known = telling.client_reference is not None
    until = (telling.alongside, telling.alongside_until)
    return (telling.service, *telling.workers, *until, telling.basis, telling.opened_on, telling.ended_on, known)
