"""What was arranged about who comes when, as a coordinator reads it."""

from __future__ import annotations

from collections.abc import Iterator

from handlers.meeting_file import Meeting
from handlers.working_days import LONDON, in_words
from infra.cli.stores import Folder


def own_times(meeting: Meeting, person: str) -> str | None:
    """`Wed 8 January 2025 09:15 to 11:00, Room 1`; None where it is the whole meeting."""
    own = meeting.invitations[person].own if person in meeting.invitations else None
    if own is None:
        return None
    stretches = own.stretches or (own,)
    each = (f"{in_words(s.starts_at)} to {s.ends_at.astimezone(LONDON):%H:%M}, {s.place}" for s in stretches)
    return " and ".join(f"{line}, by video" if s.link else line for line, s in zip(each, stretches, strict=True))


def arranged(folder: Folder, meeting: Meeting) -> list[str]:
    """The agenda, objections, who is to be kept out or apart, and who is heard, a line each."""
    return [*_parts(folder, meeting), *_exclusions(folder, meeting), *_voices(folder, meeting)]


def _parts(folder: Folder, meeting: Meeting) -> Iterator[str]:
    kept = folder.file.arrangements
    for part in kept.agenda(meeting.id):
        where = f"{f', {part.place}' if part.place else ''}{', by video' if part.link else ''}"
        minutes = f"minutes {part.from_minute} to {part.to_minute}"
        yield f"part {part.part}, {minutes}{where}: {folder.opened(part.words)}"
    for record in kept.objections_to(meeting.id):
        said, whom = record.body, folder.name(record.body.against)
        agreed = f"part: {', '.join(said.parts)}" if said.agreed == "part" else said.agreed.replace("_", " ")
        yield f"{folder.name(said.person)} objects to {whom} ({said.objection}); agreed: {agreed}"


def _exclusions(folder: Folder, meeting: Meeting) -> Iterator[str]:
    kept = folder.file.arrangements
    for name, exclusion in kept.exclusions_from(meeting.id).items():
        verdict = exclusion.decided.body if exclusion.decided else None
        left = f", but for {', '.join(verdict.parts)}" if verdict and verdict.parts else ""
        came = f"{verdict.outcome}{left}, decided by {folder.name(verdict.by)}" if verdict else "NOT DECIDED"
        asked = exclusion.asked.body
        yield f"{folder.name(asked.by)} asks to keep {folder.name(asked.person)} out ({name}): {came}"
    for first, second in kept.pairs:
        if first in meeting.invitations and second in meeting.invitations:
            yield f"{folder.name(first)} and {folder.name(second)} must not meet"


def _voices(folder: Folder, meeting: Meeting) -> Iterator[str]:
    kept = folder.file.arrangements
    for brought in kept.supporters_at(meeting.id):
        silent = "" if folder.protocol.supporters_speak else ", who gives no opinion here"
        whom = f"{folder.opened(brought.name)}, {brought.supporter}{silent}"
        yield f"{folder.name(brought.person)} brings {whom} ({brought.support})"
    for child, offer in kept.advocates_of(meeting.id).items():
        yield f"an advocate for {folder.name(child)}: {offer.outcome.replace('_', ' ')}"
    for child, recorded in kept.participation_in(meeting.id).items():
        yield f"{folder.name(child)} took part: {recorded.code}"
