"""What somebody who was invited would send back, and what became of it."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from typing import Any

from icalendar import Calendar

from tests.infra.commands import MEETING, Home
from tests.infra.returned import calendar, mail

WORKER, ADDRESS = "w-clearway-key", "w-clearway-key@clearway.example"
SPEAKS_FOR_HIM = "dmarc=pass header.from=clearway.example"


class Asked:
    """The latest invitation that somebody was mailed, and what that somebody's calendar would send back."""

    def __init__(self, home: Home, address: str = ADDRESS) -> None:
        files = sorted((home.folder / "mail").glob("*.eml"))
        found = [message_from_bytes(f.read_bytes(), policy=default) for f in files]
        self.mail = [m for m in found if m["To"] == address and any(map(_is_calendar, m.walk()))][-1]
        [part] = filter(_is_calendar, self.mail.walk())
        body = part.get_payload(decode=True)
        assert isinstance(body, bytes)
        [event] = Calendar.from_ical(body).walk("VEVENT")
        self.uid, self.sequence, self.address = str(event["UID"]), int(str(event["SEQUENCE"])), address
        self.organiser = self.mail["From"].addresses[0].addr_spec
        self.message_id = str(self.mail["Message-ID"]).strip("<>")

    def calendar(self, *lines: str, partstat: str = "ACCEPTED", at: str = "20250106T180000Z", **said: Any) -> str:
        who = lines or (f"ATTENDEE;PARTSTAT={partstat}:mailto:{self.address}",)
        text = calendar(*who, **said)
        text = text.replace("SEQUENCE:2", f"SEQUENCE:{self.sequence}").replace("20260105T091500Z", at)
        return text.replace("5f0c1b2a@meetings.example", self.uid)

    def reply(self, text: str | None = None, **headers: str) -> bytes:
        told = {"From": self.address, "To": self.organiser, "Message_ID": "<x-1@clearway.example>"}
        return mail(self.calendar() if text is None else text, **(told | headers))


def _is_calendar(part: Any) -> bool:
    return bool(part.get_content_type() == "text/calendar")


def sent_back(home: Home, *mails: bytes) -> list[dict[str, Any]]:
    """Take these in, one after the other."""
    folder = home.folder.with_suffix(f".{len(list(home.folder.parent.iterdir()))}")
    folder.mkdir()
    for number, raw in enumerate(mails):
        (folder / f"{number:03}.eml").write_bytes(raw)
    return home.rows("replies", "read", str(folder))


def word(home: Home, person: str = WORKER) -> dict[str, Any] | None:
    found: dict[str, Any] | None = home.snapshot()["meetings"][MEETING]["words"].get(person)
    return found


def told(home: Home) -> bool:
    """Whether the duty to tell the treatment service ended by evidence."""
    return any(d["kind"] == "tell_treatment" and d["ended"] == "evidence" for d in home.snapshot()["duties"].values())
