"""Who comes to which part, who is kept out and who must not meet: at the command line, and in every mail that goes."""

from __future__ import annotations

from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from icalendar import Calendar

from handlers import events as e
from tests.infra.commands import BY, FAMILY, MEETING, Home, first_evening, home, referred
from tests.infra.mails import calendar_of, text
from tests.journeys.story import at, told
from tests.leaks import found

__all__ = ["first_evening", "home", "referred"]
CHAIR, HEALTH = ("--by", "w-chair-1"), ("--by", "w-health")
AGENDA = ("--part", "family:0-30:What the family thinks", "--part", "plan:60-120:The plan of Quillfeather")
BOOKED = "2025-01-15T10:00"


@pytest.fixture
def parents(referred: Home) -> Home:
    """A father is known too, and the conference is booked for Wednesday 15 January 2025 at ten."""
    father = e.Member(
        person="p-father", name="Frank Canaryman", relation="parent", cares=True, address="frank@canary.example"
    )
    joined = e.MemberJoined(father, at("2025-01-06").date())
    referred.publish([told(at("2025-01-06", "17:00"), "family/F-1", joined)])
    referred.says("run", "--until", "2025-01-06")
    referred.says("move", FAMILY, MEETING, "--to", BOOKED, "--reason", "the hall", *BY)
    return referred


def mails(home: Home, person: str = "") -> list[EmailMessage]:
    """All mails so far, or those to one mailbox, the oldest first."""
    read = [_mail(file) for file in sorted((home.folder / "mail").rglob("*"), key=_age) if file.is_file()]
    return [mail for mail in read if person in str(mail["To"])]


def _mail(file: Path) -> EmailMessage:
    mail = message_from_bytes(file.read_bytes(), policy=default)
    assert isinstance(mail, EmailMessage)
    return mail


def _age(file: Path) -> tuple[int, str]:
    return file.stat().st_mtime_ns, file.name


def hours(mail: EmailMessage) -> str:
    """`10:00-10:30`, as the calendar says it."""
    event = Calendar.from_ical(calendar_of(mail)).events[0]
    return f"{event.start:%H:%M}-{event.end:%H:%M}"


def test_somebody_is_asked_to_a_part_and_the_calendar_says_their_own_hours(parents: Home) -> None:
    said = parents.says("parts", FAMILY, MEETING, "w-health", "--part", "plan", *BY)
    assert said.startswith("plan is not on the agenda yet")
    said = parents.says("agenda", FAMILY, MEETING, *AGENDA, "--link", "plan=https://video.example/1", *BY)
    assert "W-HEALTH Surname is asked to initial-conference:SD-1 for Wed 15 January 2025 11:00 to 12:00" in said
    (*_, sent) = mails(parents, "w-health")
    assert hours(sent) == "11:00-12:00" and "Join by video: https://video.example/1" in text(sent)
    shown = parents.says("show", FAMILY)
    assert "part plan, minutes 60 to 120, by video: The plan of Quillfeather" in shown
    assert "for Wed 15 January 2025 11:00 to 12:00" in shown
    assert not parents.sql("SELECT 1 FROM ledger WHERE body LIKE '%video.example%' OR body LIKE '%plan of Quill%'")


def test_a_gap_is_told_hour_by_hour_and_what_the_parts_are_about_is_not(parents: Home) -> None:
    parents.says("parts", FAMILY, MEETING, "w-health", "--part", "plan", "--part", "family", *BY)
    parents.says("agenda", FAMILY, MEETING, *AGENDA, *BY)
    (*_, sent) = mails(parents, "w-health")
    assert hours(sent) == "10:00-12:00" and not found(["What the family thinks", "plan of Quill"], sent)
    for words in (text(sent), str(Calendar.from_ical(calendar_of(sent)).events[0]["DESCRIPTION"])):
        assert "10:00 in the morning to 10:30 in the morning" in words
        assert "11:00 in the morning to 12:00 noon" in words


def test_an_agenda_that_does_not_fit_is_refused(parents: Home) -> None:
    for part, why in (
        ("family:0-30", "a part is written as"),
        ("family:30-30:x", "ends before it begins"),
        ("family:0-121:x", "and the meeting after 120"),
    ):
        assert why in parents.fails("agenda", FAMILY, MEETING, "--part", part, *BY)
    assert "no --part is called plan" in parents.fails(
        "agenda", FAMILY, MEETING, "--part", "a:0-9:x", "--link", "plan=y", *BY
    )
    assert "two parts have one id" in parents.fails(
        "agenda", FAMILY, MEETING, "--part", "a:0-9:x", "--part", "a:9-19:y", *BY
    )


def test_an_objection_is_recorded_and_the_part_that_was_agreed(parents: Home) -> None:
    objects = ("objection", FAMILY, MEETING, "p-mother", "OBJ-1", "--against", "clearway", "--discussion", "Not so.")
    assert "conference clearway comes to, since p-mother objects" in parents.says(*objects, *BY)
    agreed = (*objects, "--agreed", "part", "--part", "plan", *BY)
    assert "has no agenda yet" in parents.fails(*agreed)
    parents.says("agenda", FAMILY, MEETING, *AGENDA, *BY)
    assert "W-CLEARWAY-KEY Surname is asked to initial-conference:SD-1 for Wed 15 January 2025 11:00" in parents.says(
        *agreed
    )
    assert "objects to clearway (OBJ-1); agreed: part: plan" in parents.says("show", FAMILY)
    assert "name the parts" in parents.fails(*objects, "--agreed", "part", *BY)


def test_the_chair_alone_decides_who_is_kept_out(parents: Home) -> None:
    asks = ("exclude", FAMILY, MEETING, "p-father", "EX-1", "family_conflict", "--evidence", "He was arrested.", *BY)
    assert "since there is conflict within the family" in (said := parents.says(*asks)) and "ASKED LATE" not in said
    assert "there is a request EX-1 already" in parents.fails(*asks)
    decides = ("exclusion-decided", FAMILY, "EX-1", "whole", "--reason", "The mother must be heard.")
    assert "only the chair of initial-conference:SD-1 decides on it: w-chair-1" in parents.fails(*decides, *BY)
    assert "asks to keep Frank Canaryman out (EX-1): NOT DECIDED" in parents.says("show", FAMILY)
    said = parents.says(*decides, *CHAIR)
    assert "Frank Canaryman is not asked to initial-conference:SD-1 any more." in said
    assert "Duty D-" in said and "ended (evidence" in said
    assert "whole, decided by W-CHAIR-1 Surname" in parents.says("show", FAMILY)
    assert any("leads the meeting has decided that you do not come" in text(m) for m in mails(parents, "frank@"))
    assert not parents.sql("SELECT 1 FROM ledger WHERE body LIKE '%arrested%' OR body LIKE '%must be heard%'")


def test_a_request_that_comes_late_says_so_and_goes_to_the_chair_all_the_same(referred: Home) -> None:
    said = referred.says(
        *("exclude", FAMILY, MEETING, "p-mother", "EX-1", "disruption", "--evidence", "She shouted.", *BY)
    )
    assert "ASKED LATE, and to be decided all the same." in said and "(EXC-01, typical, Sussex" in said
    assert any("THE REQUEST CAME LATER THAN IT SHOULD HAVE" in text(m) for m in mails(referred, "w-chair-1"))


def test_supporters_advocates_and_how_children_took_part_are_recorded_and_shown(parents: Home) -> None:
    said = parents.says("supporter", FAMILY, MEETING, "p-mother", "SUP-1", "friend", "--named", "Jo Canaryfriend", *BY)
    assert (
        said == "Mary Quillfeather brings Jo Canaryfriend, who may say what they think and takes no part in decisions."
    )
    assert (
        parents.says("advocate", FAMILY, MEETING, "p-tom", "wanted", *BY) == "Tom Quillfeather: an advocate is wanted."
    )
    assert "p-mother is no child of F-1" in parents.fails("advocate", FAMILY, MEETING, "p-mother", "wanted", *BY)
    assert "has not been held" in parents.fails("participation", FAMILY, MEETING, "p-tom", "PN1", *BY)
    shown = parents.says("show", FAMILY)
    assert "Mary Quillfeather brings Jo Canaryfriend, friend (SUP-1)" in shown
    assert "an advocate for Tom Quillfeather: wanted" in shown
    assert not parents.sql("SELECT 1 FROM ledger WHERE body LIKE '%Canaryfriend%'")
    to_minutes(parents)
    said = parents.says("participation", FAMILY, MEETING, "p-tom", "PN6", *BY)
    assert said == "Tom Quillfeather did not come, and sent what they think (PN6)."


def to_minutes(home: Home) -> None:
    """The conference sits, and everybody is sent what came of it."""
    seats = ("p-mother", "p-father", "w-social", "w-health", "w-chair-1")
    sat = e.MeetingHeld(MEETING, tuple(e.Attendance(person=p, presence="present") for p in seats))
    said = e.MinutesRecorded(MEETING, "w-coordinator", ("A plan is made.",))
    home.publish([told(at("2025-01-15", "13:00"), "family/F-1", sat), told(at("2025-01-16"), "family/F-1", said)])
    home.says("run", "--until", "2025-02-28")


def kept_apart(home: Home) -> None:
    said = home.says("apart", FAMILY, "AP-1", "p-mother", "p-father", "--reason", "An order of the court.", *BY)
    assert "for Wed 15 January 2025 10:00 to 11:45" in said and "for Wed 15 January 2025 10:15 to 12:00" in said
    home.says("move", FAMILY, MEETING, "--to", "2025-01-15T13:00", "--reason", "the hall", *BY)
    to_minutes(home)
    for person, own in (("mary@", "13:00-14:45"), ("frank@", "13:15-15:00")):
        assert [hours(m) for m in mails(home, person) if "text/calendar" in m.as_string()][-1] == own


def kept_out(home: Home) -> None:
    home.says(
        "exclude", FAMILY, MEETING, "p-father", "EX-1", "disruption", "--evidence", "Frank Canaryman hit.", *HEALTH
    )
    home.says("exclusion-decided", FAMILY, "EX-1", "whole", "--reason", "Frank Canaryman hit.", *CHAIR)
    home.says("run", "--until", "2025-01-20")


@pytest.mark.parametrize("journey", [kept_apart, kept_out])
def test_no_mail_betrays_one_of_two_to_the_other_or_to_anybody_that_there_is_something(
    parents: Home, journey: Callable[[Home], None]
) -> None:
    """Every header, part and calendar of every mail of the whole journey, unwrapped as far as it goes."""
    journey(parents)
    his, hers = ("Frank Canaryman", "frank@canary.example", "p-father"), ("Mary Quillfeather", "mary@home.example")
    betraying = ("AP-1", "order of the court", "must not meet", "apart", "hit.", "EX-1")
    to_him, to_her = mails(parents, "frank@"), mails(parents, "mary@")
    assert len(to_him) >= 2 and len(to_her) >= 2
    for mail in to_him:
        assert not found([*hers, "p-mother", *betraying], mail), mail["Subject"]
    for mail in to_her:
        assert not found([*his, *betraying, "kept out", "keep somebody out"], mail), mail["Subject"]
    for mail in mails(parents):
        named = () if mail["To"] in ("w-chair-1@council.example", "w-health@health.example") else ("keep somebody out",)
        assert not found(["order of the court", "must not meet", *named], mail), (mail["To"], mail["Subject"])
