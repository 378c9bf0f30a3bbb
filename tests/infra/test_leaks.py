"""The leak scan finds a name wherever it hides, and our own mails hide none."""

import base64
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from handlers.people import Recipient
from tests.infra.mails import DOMAIN, calendar_of, composed, invitation, minutes, one_address, reread
from tests.leaks import found


def planted(name: str) -> dict[str, EmailMessage]:
    """A mail for each place in which a name could hide."""
    mails = {place: composed(minutes()) for place in ("header", "encoded header", "file name", "Message-ID", "part")}
    mails["header"]["X-Remark"] = name
    mails["encoded header"]["X-Remark"] = f"Über {name} Ñandú"
    mails["file name"].add_attachment(b"x", maintype="application", subtype="pdf", filename=f"{name} é.pdf")
    mails["Message-ID"].replace_header("Message-ID", f"<{name.replace(' ', '-')}@{DOMAIN}>")
    mails["part"].add_attachment(f"about {name}.", cte="base64")
    for place, body in {
        "attribute": f'<p title="{name}">x</p>',
        "comment": f"<!-- {name} -->",
        "entities": "".join(f"&#{ord(letter)};" for letter in name),
        "split by tags": "<b></b>".join(name),
        "URL": f'<a href="https://x.example/?q={"".join(f"%{ord(letter):02x}" for letter in name)}">x</a>',
        "base64 in a body": f"<i>{base64.b64encode(f'it is {name}'.encode()).decode()}</i>",
        "quoted-printable in a body": "".join(f"={ord(letter):02X}" for letter in name),
        "upper case": name.upper(),
        "no-break space": name.replace(" ", "\u00a0"),
    }.items():
        mails[place] = composed(minutes())
        mails[place].add_attachment(body, subtype="html", cte="quoted-printable", charset="utf-8")
    mails["calendar"] = composed(invitation(place=f"{'Long, ' * 11}{name}"))
    inner = composed(invitation(place=name))
    mails["mail within"] = composed(minutes())
    mails["mail within"].add_attachment(inner)
    return mails


@pytest.mark.parametrize("name", ["Wren Hollis", "wren.hollis@home.example", "07700 900417"])
def test_the_leak_scan_finds_a_name_wherever_it_hides(name: str) -> None:
    assert not found([name], composed(minutes())) and not found([name], composed(invitation()))
    missed = [place for place, mail in planted(name).items() if not found([name], mail)]
    missed += [place for place, mail in planted(name).items() if not found([name], reread(mail))]
    assert not missed


def test_a_mail_gives_away_nobody_but_its_reader() -> None:
    others = ["Wren Hollis", "wren@home.example", "07700 900417", "Dr Ito", "ito@treatment.example"]
    first = invitation(to=Recipient("wren", "Wren Hollis", "wren@home.example"))
    for later in (
        invitation(),
        invitation(sequence=1, moved_from=datetime(2026, 1, 14, 13, tzinfo=UTC)),
        invitation(sequence=2, place="Room 9"),
        invitation(sequence=3, to=Recipient("person-1", "Alex Green", "new@health.example")),
        invitation(method="CANCEL", sequence=4),
    ):
        organiser = one_address(composed(first), "From").addr_spec
        uid = calendar_of(composed(first)).partition(b"UID:")[2].partition(b"@")[0].decode()
        assert not found([*others, organiser, uid], composed(later))
    assert found(others, composed(first)) and organiser.startswith("r-")
