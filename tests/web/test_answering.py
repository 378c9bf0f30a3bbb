"""Whoever was asked answers by the link in their mail: looking changes nothing, and only a form of ours records."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from email.parser import BytesParser
from email.policy import default
from html import escape

import pytest

from infra.web import guards
from infra.web.forms import FORMS
from infra.web.guards import BY_LINK
from infra.web.site import GUESTS, LONGEST_FORM, OPEN
from tests.infra.answering import told, word
from tests.infra.commands import BY, FAMILY, MEETING, Home, home
from tests.leaks import found
from tests.web.homes import linked, mailed
from tests.web.visiting import WEB_URL, Visitor, link_of, settings_of, settled, visited

__all__ = ["home", "linked", "mailed"]

HEALTH, MOTHER = "w-health@health.example", "mary@home.example"
NAMES = ("Quillfeather", "Tom", "Mary", "F-1", "p-mother", "SURNAME", "Surname", "child protection")


@pytest.fixture
def visitor(linked: Home) -> Iterator[Visitor]:
    with visited(settings_of(linked)) as visitor:
        yield visitor


def everything(home: Home) -> list[object]:
    tables = [name for (name,) in home.sql("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return [home.sql(f"SELECT * FROM {name} ORDER BY 1") for name in sorted(tables)]


def test_looking_changes_nothing_however_often_and_by_whatever_method(linked: Home, visitor: Visitor) -> None:
    before, link = everything(linked), link_of(linked)
    where = visitor.enter(link)
    for path in (link, where, f"{where}/done", "/accessibility", "/health/ready"):
        for method in ("GET", "HEAD", "GET"):
            assert visitor.ask(path, method).status in (200, 303), path
    assert visitor.send(link).status == 405 and visitor.send(f"{where}/done").status == 200
    assert everything(linked) == before


def test_an_answer_by_link_shows_that_the_treatment_service_knows(linked: Home, visitor: Visitor) -> None:
    where = visitor.enter(link_of(linked))
    assert not told(linked)
    answer = visitor.answer(where, "declined")
    assert (answer.status, answer.where) == (303, f"{where}/done")
    assert "Your answer so far" in visitor.ask(where).text, "before it is decided about"
    settled(linked)
    given = word(linked)
    assert (
        given and (given["reply"], given["by"], given["revision"]) == ("declined", "w-clearway-key", 1) and told(linked)
    )
    assert "Your answer so far" in visitor.ask(f"{where}/done").text


def test_an_answer_may_be_changed_and_the_last_stands(linked: Home, visitor: Visitor) -> None:
    where = visitor.enter(link_of(linked, HEALTH))
    for reply in ("accepted", "declined", "accepted", "tentative"):
        visitor.answer(where, reply)
    assert "Perhaps" in re.sub(r"<form.*</form>", "", visitor.ask(where).text, flags=re.DOTALL)
    settled(linked)
    given = word(linked, "w-health")
    assert given and given["reply"] == "tentative"


def test_the_page_says_when_and_where_and_for_whom_and_chooses_nothing_beforehand(
    linked: Home, visitor: Visitor
) -> None:
    where = visitor.enter(link_of(linked, HEALTH))
    visitor.answer(where, "accepted")
    page = visitor.ask(where).text
    for said in (
        "Wednesday 8 January 2025, 9:00 in the morning",
        "Civic Centre, Mill Lane",
        "Riverside Health (health visitor)",
        "Riverside Conference Team",
        "01632 960 100",
    ):
        assert said in page, said
    assert page.count('type="radio"') == 3 and "checked" not in page


def test_no_page_names_anybody(linked: Home, visitor: Visitor) -> None:
    for address in ("w-clearway-key@clearway.example", HEALTH, MOTHER):
        where = visitor.enter(link_of(linked, address))
        visitor.answer(where, "declined")
        pages = [visitor.ask(f"{where}{more}") for more in ("", "/done", *(f"/{form}" for form in FORMS))]
        pages += [visitor.send(where, revision="1"), visitor.send(f"{where}/needs"), visitor.ask("/x")]
        assert not [name for page in pages for name in NAMES if name in page.text]


def test_a_form_without_an_answer_says_so_and_records_nothing(linked: Home, visitor: Visitor) -> None:
    where, before = visitor.enter(link_of(linked)), everything(linked)
    for form in ({}, {"reply": "perhaps"}, {"reply": "<script>alert(1)</script>"}):
        answer = visitor.send(where, revision="1", **form)
        assert answer.status == 422 and "<title>Error: " in answer.text and "alert(1)" not in answer.text
        assert 'href="#reply"' in answer.text and 'id="reply"' in answer.text
    assert everything(linked) == before


def test_after_the_meeting_moved_the_same_link_shows_the_new_time(linked: Home, visitor: Visitor) -> None:
    link = link_of(linked)
    where = visitor.enter(link)
    visitor.answer(where, "accepted")
    settled(linked)
    linked.says("move", FAMILY, MEETING, "--to", "2025-01-09T10:00", "--reason", "a clash", *BY)
    stale = visitor.send(where, reply="declined", revision="1")
    assert stale.status == 409 and "The time has changed" in stale.text and "Thursday 9 January 2025" in stale.text
    assert "Your answer so far" not in stale.text and link == link_of(linked)
    assert not told(linked)
    visitor.answer(where, "accepted")
    settled(linked)
    assert told(linked)


def test_what_a_room_or_team_is_called_is_only_ever_text(linked: Home, visitor: Visitor) -> None:
    hostile = "Ro<script>alert(1)</script>\"' onload=x {{ 7*7 }} \u202e"
    snapshot = linked.sql("SELECT snapshot FROM files WHERE stream = ?", "riverside/family/F-1")[0][0]
    put = snapshot.replace("Civic Centre, Mill Lane", hostile.replace('"', '\\"'))
    linked.sql("UPDATE files SET snapshot = ? WHERE stream = ?", put, "riverside/family/F-1")
    page = visitor.ask(visitor.enter(link_of(linked))).text
    assert escape("Ro<script>alert(1)</script>") in page and "<script>alert" not in page
    assert "49" not in page and "\u202e" not in page


def test_a_link_stands_in_the_letters_of_one_person_alone(mailed: Home) -> None:
    """Also found where it is wrapped, folded or encoded; and in no calendar, which colleagues read."""
    mails = [BytesParser(policy=default).parsebytes(f.read_bytes()) for f in (mailed.folder / "mail").glob("*.eml")]
    links = {str(m["To"]): link_of(mailed, str(m["To"])) for m in mails if m["From"].addresses[0].username[:2] == "r-"}
    assert len(set(links.values())) == len(links) > 4
    for mail in mails:
        others = [link[-32:] for to, link in links.items() if to != mail["To"]]
        assert not found(others, mail)


# --- who is refused


def neutral(visitor: Visitor, path: str) -> str:
    """The page that a link which opens nothing leads to."""
    answer = visitor.ask(path)
    assert answer.status == 404 and answer.headers["set-cookie"] is None
    return re.sub(r'nonce="[^"]+"', "", answer.text)


def test_whatever_a_link_lacks_the_page_is_the_same_and_tells_nothing(linked: Home, visitor: Visitor) -> None:
    link, others = link_of(linked), link_of(linked, HEALTH)
    foreign = link[:-32] + others[-32:]
    garbled = [link[:-1], link + "0", link.upper(), "/a/x", "/a/" + "0" * 64, link.replace("/a/", "/a/%00"), "/nothing"]
    pages = {neutral(visitor, path) for path in (foreign, *garbled)}
    linked.says("links", "revoke", FAMILY, MEETING, "w-clearway-key", *BY)
    pages.add(neutral(visitor, link))
    linked.says("cancel", FAMILY, MEETING, "--reason", "the family moved", *BY)
    pages.add(neutral(visitor, others))
    [page] = pages
    assert "This page cannot be opened" in page and "Riverside" not in page and "2025" not in page


def test_every_address_asks_for_the_link_or_is_open_for_a_reason(linked: Home, visitor: Visitor) -> None:
    where = visitor.enter(link_of(linked))
    mine = dict(visitor.cookies)
    assert all(reason for _, reason in OPEN.values())
    other = Visitor(visitor.port)
    other.enter(link_of(linked, HEALTH))
    before = everything(linked)
    for method, path, _ in GUESTS:
        asked = path.replace("{invitation}", where.rpartition("/")[2]).replace("{form}", "needs")
        assert asked.startswith(where)
        for cookie in ("", next(iter(other.cookies.values())), next(iter(mine.values()))[:-1], "link=\u00e9", "link"):
            stranger = Visitor(visitor.port, {"/": cookie.encode().decode("latin-1")} if cookie else {})
            answer = stranger.send(asked, reply="accepted", revision="1") if method == "POST" else stranger.ask(asked)
            assert answer.status == 404 and "Riverside" not in answer.text, (method, path, cookie)
    assert everything(linked) == before


def test_a_revoked_link_ends_also_for_whoever_has_the_page_open(linked: Home, visitor: Visitor) -> None:
    where, before = visitor.enter(link_of(linked)), everything(linked)
    said = linked.says("links", "revoke", FAMILY, MEETING, "w-clearway-key", *BY)
    assert said == "The link of W-CLEARWAY-KEY Surname opens nothing any more."
    assert visitor.ask(where).status == 404 and visitor.send(where, reply="accepted", revision="1").status == 404
    assert linked.sql("SELECT * FROM outbox") and len(everything(linked)) == len(before)
    linked.says("move", FAMILY, MEETING, "--to", "2025-01-09T10:00", "--reason", "a clash", *BY)
    assert visitor.ask(visitor.enter(link_of(linked))).status == 200, "the next mail bears a new one"
    assert "was not asked to" in linked.fails("links", "revoke", FAMILY, MEETING, "w-teacher-2", *BY)


def test_whoever_was_called_off_and_is_asked_again_has_a_new_link(linked: Home, visitor: Visitor) -> None:
    first = link_of(linked)
    linked.says("cancel", FAMILY, MEETING, "--reason", "the family moved", *BY)
    linked.says("book", FAMILY, MEETING, "--at", "2025-01-10T10:00", *BY)
    again = link_of(linked)
    assert again[:-32] == first[:-32] and again != first and visitor.ask(first).status == 404
    assert "Friday 10 January" in visitor.ask(visitor.enter(again)).text


def test_a_form_from_elsewhere_is_refused(linked: Home, visitor: Visitor) -> None:
    where, before = visitor.enter(link_of(linked)), everything(linked)
    form, kind = b"reply=accepted&revision=1", {"content-type": "application/x-www-form-urlencoded"}
    for said in (
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1:1"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {},
    ):
        answer = visitor.ask(where, "POST", form, kind | said)
        assert answer.status == 403 and "Nothing was recorded" in answer.text, said
    assert everything(linked) == before
    assert visitor.ask(where, "POST", form, kind | {"origin": "http://127.0.0.1:1"}).status == 303


def test_a_form_that_is_too_long_or_no_form_is_refused(linked: Home, visitor: Visitor) -> None:
    where, before = visitor.enter(link_of(linked)), everything(linked)
    ours = {"sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded"}
    assert visitor.ask(where, "POST", b"reply=" + b"x" * LONGEST_FORM, ours).status == 413
    file = b'--b\r\nContent-Disposition: form-data; name="reply"; filename="x"\r\n\r\naccepted\r\n--b--\r\n'
    many = "&".join(f"f{n}=1" for n in range(99)).encode()
    for body, kind in ((file, "multipart/form-data; boundary=b"), (b"--", "multipart/form-data"), (many, "")):
        answer = visitor.ask(where, "POST", body, ours | ({"content-type": kind} if kind else {}))
        assert answer.status == 400 and "Nothing was recorded" in answer.text
    assert visitor.ask(where, "POST", b"\xff\x00{}", ours | {"content-type": "application/json"}).status == 409
    assert everything(linked) == before


def test_whoever_sends_too_often_waits(linked: Home, visitor: Visitor) -> None:
    where = visitor.enter(link_of(linked))
    tries = [visitor.send(where, revision="1") for _ in range(BY_LINK.amount + 1)]
    assert {t.status for t in tries[:-1]} == {422}
    assert tries[-1].status == 429 and tries[-1].headers["retry-after"] == "60"
    assert visitor.ask(where).status == 200, "looking goes on"


# --- what every answer bears


def test_every_answer_bears_what_keeps_others_out(linked: Home, visitor: Visitor) -> None:
    link = link_of(linked)
    nonces = set()
    for path in (link, visitor.enter(link), "/nothing", "/health/live", "/accessibility"):
        headers = visitor.ask(path).headers
        nonce = re.search(r"'nonce-([^']+)'", headers["content-security-policy"])
        assert nonce and headers["content-security-policy"] == (
            "default-src 'none'; style-src 'self'; img-src 'self' data:; "
            f"script-src 'self' 'nonce-{nonce[1]}'; connect-src 'self'; form-action 'self'; "
            "frame-ancestors 'none'; base-uri 'none'"
        )
        nonces.add(nonce[1])
        assert headers["referrer-policy"] == "no-referrer" and headers["cache-control"] == "no-store", path
        assert headers["x-content-type-options"] == "nosniff" and headers["server"] is None
    assert len(nonces) == 5


def test_the_cookie_is_for_one_invitation_and_no_script(linked: Home, visitor: Visitor) -> None:
    where = visitor.enter(link := link_of(linked))
    cookie = visitor.ask(link).headers["set-cookie"]
    assert cookie == f"link={link[-32:]}; HttpOnly; Path={where}; SameSite=lax" and link[-32:] not in where
    with visited(settings_of(linked, WEB_URL)) as by_tls:
        answer = by_tls.ask(link)
    cookie, strict = answer.headers["set-cookie"], answer.headers["strict-transport-security"]
    assert cookie.startswith("__Secure-link=") and cookie.endswith("; Secure") and strict == "max-age=31536000"


def test_the_log_names_no_link(
    linked: Home, visitor: Visitor, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards.log, "disabled", False)  # whatever ran in this process before did to the logs
    monkeypatch.setattr(guards.log, "handlers", [caplog.handler])
    link = link_of(linked)
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, logger=guards.log.name):
        where = visitor.enter(link)
        visitor.ask(link + "x")
        visitor.ask(f"/%0a{link[3:]}")
        visitor.answer(where, "accepted")
        visitor.ask("/health/live")  # by now the line about the answer is written
    said = "\n".join(str(r.getMessage()) for r in caplog.records)
    assert "GET /a/… 303" in said and f"POST {where} 303" in said and link[-32:] not in said


def test_files_of_the_design_system_are_kept_by_browsers_under_their_digest(linked: Home, visitor: Visitor) -> None:
    page = visitor.ask("/accessibility").text
    files = re.findall(r'"(/assets/[^"]+)"', page)
    assert len(files) == 3
    for path in files:
        answer = visitor.ask(path)
        assert answer.status == 200 and "immutable" in answer.headers["cache-control"] and len(answer.text) > 100
        assert visitor.ask(path.replace("/assets/", "/assets/0")).status == 404
    assert visitor.ask("/assets/x/..%2f..%2fsite.py").status == 404


def test_while_the_database_is_away_the_page_says_so_and_records_nothing(linked: Home, visitor: Visitor) -> None:
    where = visitor.enter(link_of(linked))
    assert visitor.ask("/health/ready").text == visitor.ask("/health/live").text == "yes\n"
    linked.sql("ALTER TABLE links RENAME TO gone")
    answer = visitor.send(where, reply="accepted", revision="1")
    assert answer.status == 503 and "Nothing was recorded" in answer.text
