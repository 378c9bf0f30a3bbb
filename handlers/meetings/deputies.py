"""Deputies: an invitee sends somebody of the same agency, who is asked in their place once that is approved, or at once
where the directory speaks for them."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from handlers import events as e
from handlers import facts as f
from handlers.case_file import CaseFile
from handlers.facts import Finding
from handlers.letters import recipient
from handlers.meeting_file import Meeting
from handlers.meetings.inviting import Invitee
from handlers.partnership import Directory
from handlers.people import derived


def admit(file: CaseFile, body: e.DeputyNamed, directory: Directory) -> Iterator[Finding]:
    """Whether the directory speaks for this deputy. Raises Impossible for somebody of another agency, or nobody."""
    sender, known = directory.workers.get(body.person), directory.workers.get(body.deputy.person)
    named = f"DeputyNamed for {file.stream}"
    if sender is None:
        raise e.Impossible(
            f"{named}: {body.person} is of no agency, so nobody can be their deputy; discard this record"
        )
    agency = directory.agencies.get(sender.agency)
    spoken_for = f"the directory knows {body.deputy.person} as of {sender.agency}"
    if known is None:
        if body.deputy.name is None or body.deputy.address is None:
            raise e.Impossible(
                f"{named}: the directory does not know {body.deputy.person}; add name and address, and release it"
            )
        if agency is None or body.deputy.domain.lower() not in map(str.lower, agency.domains):
            return
        spoken_for = f"{body.deputy.domain} is a domain of {sender.agency}"
    elif known.agency != sender.agency:
        raise e.Impossible(
            f"{named}: {body.deputy.person} is of {known.agency}, not of {sender.agency}; name somebody of"
            f" {sender.agency} and release it"
        )
    yield Finding(f.DeputyAdmitted(body.meeting, body.person, body.deputy.person), spoken_for)


def next_id(meeting: Meeting, person: str) -> str:
    """For the next deputy of this invitee whom the directory does not know; nothing of them can be read off it."""
    return f"dep-{derived('deputy', meeting.id, person, str(len(meeting.wishes.named)))[:12]}"


def seated(file: CaseFile, meeting: Meeting, guests: list[Invitee], directory: Directory) -> list[Invitee]:
    """The guests, and in place of whoever sends an approved deputy that deputy alone: the agency has one seat."""
    if meeting.held:
        return guests
    return [_or_deputy(file, meeting, guest, directory) for guest in guests]


def _or_deputy(file: CaseFile, meeting: Meeting, guest: Invitee, directory: Directory) -> Invitee:
    deputy = meeting.wishes.deputy_of(guest.person)
    return replace(guest, person=deputy, recipient=recipient(file, deputy, directory)) if deputy else guest
