"""A name is found through the judge wherever a mail may hide it, and what a reader may read is left alone.

Also: the judge's own calendar against days worked out by hand, and its own canonical JSON against the library's.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import date
from email.message import EmailMessage
from typing import Any

import pytest
import rfc8785

from tests.leaks import found as found_slowly
from tests.simulation import lives_by_hand as lives
from tests.simulation.books_checks import canonical
from tests.simulation.calendar_sums import (
    count,
    end_of_working_day,
    ladder,
    morning_after,
    night,
    working_day,
    working_days_before,
)
from tests.simulation.evidence import Delivered
from tests.simulation.stories import Story, at, found, mail

CHILD = "Zquabruk Vrexadazh"
HIDDEN = {
    "attribute": lambda name: f'<p title="{name}">x</p>',
    "comment": lambda name: f"<!-- {name} -->",
    "entities": lambda name: "".join(f"&#{ord(letter)};" for letter in name),
    "split by tags": lambda name: "<b></b>".join(name),
    "URL": lambda name: f'<a href="https://x.example/?q={"".join(f"%{ord(letter):02x}" for letter in name)}">x</a>',
    "base64 in a body": lambda name: f"<i>{base64.b64encode(f'it is {name}'.encode()).decode()}</i>",
    "quoted-printable in a body": lambda name: "".join(f"={ord(letter):02X}" for letter in name),
    "upper case": lambda name: name.upper(),
    "no-break space": lambda name: name.replace(" ", "\u00a0"),
    "over two lines": lambda name: name.replace(" ", "\n"),
    "plain": lambda name: f"about {name}.",
}
Put = Callable[[EmailMessage, str], None]


def header(written: EmailMessage, name: str) -> None:
    written["X-Remark"] = name


def encoded_header(written: EmailMessage, name: str) -> None:
    written["X-Remark"] = f"Über {name} Ñandú"


def file_name(written: EmailMessage, name: str) -> None:
    written.add_attachment(b"x", maintype="application", subtype="pdf", filename=f"{name} é.pdf")


def in_message_id(written: EmailMessage, name: str) -> None:
    written.replace_header("Message-ID", f"<{name.replace(' ', '-')}@quorate.example>")


def preamble(written: EmailMessage, name: str) -> None:
    written.add_attachment("x")
    written.preamble = name


def mail_within(written: EmailMessage, name: str) -> None:
    written.add_attachment(mail("w-key@mail.example", "inner", f"about {name}"))


def calendar(written: EmailMessage, name: str) -> None:
    long = "Long\\, " * 9
    line = f"LOCATION:{long}{name}"
    folded = "\r\n ".join(line[n : n + 60] for n in range(0, len(line), 60))
    written.add_attachment(f"BEGIN:VEVENT\r\n{folded}\r\nEND:VEVENT\r\n", subtype="calendar", cte="base64")


def body(hide: Callable[[str], str], cte: str) -> Put:
    return lambda written, name: written.add_attachment(hide(name), subtype="html", cte=cte, charset="utf-8")


PLACES: dict[str, Put] = {
    "header": header,
    "encoded header": encoded_header,
    "file name": file_name,
    "Message-ID": in_message_id,
    "beside the parts": preamble,
    "mail within": mail_within,
    "calendar": calendar,
    **{f"{place}, {cte}": body(hide, cte) for place, hide in HIDDEN.items() for cte in ("quoted-printable", "base64")},
}


def with_mail(written: EmailMessage, to: str = "w-key@mail.example") -> Story:
    story = lives.told_in_time()
    story.mails.append(Delivered(at("8 10:00"), to, written.as_bytes(), "accepted"))
    return story


@pytest.mark.parametrize("place", PLACES)
def test_a_child_is_found_wherever_a_mail_may_name_it(place: str) -> None:
    written = mail("w-key@mail.example", "planted")
    PLACES[place](written, CHILD)
    assert "leak" in found(with_mail(written))
    assert found_slowly([CHILD], written), "nor does tests.leaks miss it"


@pytest.mark.parametrize("place", ["header", "calendar", "plain, base64"])
def test_another_invitee_is_found_by_name_and_by_address(place: str) -> None:
    for secret in ("spocjholifyng", "SPOC-Jholifyng"):
        written = mail("w-key@mail.example", "planted")
        PLACES[place](written, secret)
        assert "leak" in found(with_mail(written))


def test_a_reader_may_read_their_own_name() -> None:
    written = mail("w-key@mail.example", "m", "Hello keyjholifyng, w-key@mail.example")
    assert found(with_mail(written)) == {}


def test_a_line_that_greets_one_reader_is_a_leak_to_the_next() -> None:
    story = with_mail(mail("w-key@mail.example", "m1", "Hello keyjholifyng"))
    story.mails.append(Delivered(at("8 10:00"), "w-spoc@mail.example", story.mails[0].raw, "accepted"))
    assert "leak" in found(story)


def minutes_to(*, secure: bool, text: str, file: bool = True) -> Story:
    story = lives.sat()
    story.altered("w-key", secure=secure).unposted.add("m-minutes")
    written = mail("w-key@mail.example", "m-minutes")
    if file:
        written.add_attachment(text, filename="minutes.html")
    story.mails.append(Delivered(at("16 09:00"), "w-key@mail.example", written.as_bytes(), "accepted"))
    return story


def test_minutes_name_the_child_to_a_secure_address_alone() -> None:
    assert found(minutes_to(secure=True, text=f"{CHILD} goes to school.")) == {}
    assert {"leak", "wrong-reader"} <= found(minutes_to(secure=False, text=f"{CHILD} goes to school.")).keys()
    assert "wrong-reader" in found(minutes_to(secure=False, text="Nobody is named."))
    assert found(minutes_to(secure=False, text="", file=False)) == {}


def test_minutes_give_away_no_address_even_to_a_secure_one() -> None:
    story = minutes_to(secure=True, text="w-spoc@mail.example")
    assert found(story) == {}, "that is the worker's id, which is no secret"
    story.told(
        "moved house", "2 08:00", "WorkerRecorded", "vale/partnership/vale", **spoc_at("spocjholifyng@x.example")
    )
    assert found(story) == {}
    told = minutes_to(secure=True, text="spocjholifyng")
    told.told("moved house", "2 08:00", "WorkerRecorded", "vale/partnership/vale", **spoc_at("spocjholifyng@x.example"))
    assert "leak" in found(told)


def spoc_at(address: str) -> dict[str, object]:
    return {"worker": "w-spoc", "agency": "clearway", "name": "w-spoc", "address": address, "secure": False}


def test_a_client_reference_is_quoted_to_its_own_service_alone() -> None:
    for to, finds in (("w-key", set()), ("w-spoc", set()), ("w-other", {"wrong-reader"}), ("w-co", {"wrong-reader"})):
        address = f"{to}@mail.example"
        story = with_mail(mail(address, "m", "Your reference: REF-p-mum"), address)
        assert found(story).keys() == finds, to
        longer = with_mail(mail(address, "m", "Your reference: REF-p-mummy"), address)
        assert found(longer) == {}, to


def test_advice_is_asked_without_saying_of_whom() -> None:
    story = lives.advised()
    story.words["m-letter"] = "It is about the family F-1."
    assert "leak" in found(story)


def test_the_judge_counts_working_days_as_the_rules_do() -> None:
    assert working_day(date(2024, 12, 9), 15) == date(2025, 1, 2), "across Christmas"
    assert working_day(date(2025, 4, 22), -3) == date(2025, 4, 15), "back across Easter"
    assert end_of_working_day(at("3 12:00"), 1) == night(date(2025, 1, 6)), "over a weekend"
    assert morning_after(date(2025, 1, 3)) == at("6 09:00")
    assert working_days_before(at("7 10:00"), 1) == at("6 10:00")
    assert (count("TELL-01", 9), count("REC-01", 9), count("VERBAL-01", 9), count("no such rule", 9)) == (1, 15, 48, 9)
    assert [role for role, _, _ in ladder("no such ladder")] == [
        "coordinator",
        "conference_unit_manager",
        "head_of_service",
    ]


def test_the_judge_writes_json_as_the_standard_does() -> None:
    odd: dict[str, Any] = {
        "b": ["é", "\u2028", '\x00\x1f\n"\\/', "\x7f", "😀"],
        "a": {"z": None, "y": True, "x": -12, "w": 2**53 - 1},
    }
    assert canonical(odd) == rfc8785.dumps(odd)
