"""Our invitations before our strictest reader: ical4j, which knows iTIP and shares no code with us."""

from pathlib import Path

from handlers.people import Recipient
from infra.deploy import ical4j
from tests.infra.mails import HOSTILE, NAMES_OF_ALL_KINDS, calendar_of, composed, invitation


def test_ical4j_finds_no_fault_with_any_request_or_cancellation(tmp_path: Path) -> None:
    files = []
    for method in ("REQUEST", "CANCEL"):
        for number, name in enumerate(("Alex Green", *NAMES_OF_ALL_KINDS, *HOSTILE)):
            to = Recipient("person-1", name, "alex@health.example")
            effect = invitation(to=to, method=method, place=name, team=name, sequence=number)
            files.append(tmp_path / f"{method}-{number}.ics")
            files[-1].write_bytes(calendar_of(composed(effect)))
    faults = ical4j.faults(files)
    assert len(faults) == 32 and not {path: found for path, found in faults.items() if found}
