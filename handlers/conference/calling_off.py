"""A conference that was called off or broke off needs the service manager's agreement (rules CAN-01)."""

from __future__ import annotations

from collections.abc import Iterator

from handlers.case_file import CaseFile
from handlers.duties import Owed, deadline_if_any, to_record
from handlers.meeting_file import Meeting
from handlers.meeting_pieces import Fallen
from handlers.meetings.falling_due import CONFERENCES, name
from handlers.partnership import Directory
from handlers.protocol import Protocol
from handlers.working_days import in_words, local_day

SOCIAL_CARE = "social_care"


def owed(file: CaseFile, protocol: Protocol, directory: Directory) -> Iterator[Owed]:
    """One for each booking that fell, while the conference is still to be held or was."""
    agencies = (directory.agencies[name] for name in sorted(directory.agencies))
    manager = next((a.service_manager for a in agencies if a.kind == SOCIAL_CARE and a.service_manager), None)
    for meeting in file.meetings.values():
        for fallen in meeting.fallen if meeting.due.kind in CONFERENCES and not meeting.no_longer_due else ():
            due = deadline_if_any(protocol, "CAN-01", local_day(fallen.at))
            if due is None:
                continue
            fell = f"{'broke off' if fallen.sat else 'was called off'} on {in_words(fallen.at)}"
            yield to_record(
                "agree_calling_off",
                (meeting.id, fallen.at.isoformat()),
                f"Ask the service manager of social care to agree that the {name(meeting)} {fell}.",
                due,
                "coordinator",
                _agreed_by(meeting, fallen, directory),
                meeting=meeting.id,
                to=manager,
            )


def _agreed_by(meeting: Meeting, fallen: Fallen, directory: Directory) -> str:
    """Who of social care agreed, before it fell or afterwards, but not to an earlier booking's fall."""
    since = (x.body.by for x in meeting.agreed if x.recorded_at >= fallen.booked_at)
    return next((by for by in since if may_agree(by, directory)), "")


def may_agree(by: str, directory: Directory) -> bool:
    return directory.agency_kinds.get(by) == SOCIAL_CARE
