"""Visiting the site as a browser or a mail scanner would: real HTTP, headers and cookies at will."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.client import HTTPConnection, HTTPMessage
from urllib.parse import urlencode

from msgspec.structs import replace

from infra.settings import Settings, read
from infra.web.serving import serving
from infra.wiring import house
from tests.infra.answering import ADDRESS, Asked
from tests.infra.commands import Home

LINK = re.compile(r"https://meetings\.example(/a/[0-9a-f]{64})\b")
WEB_URL = "https://meetings.example"


@dataclass(frozen=True)
class Answer:
    """What the site says."""

    status: int
    headers: HTTPMessage
    text: str

    @property
    def where(self) -> str:
        return self.headers["location"] or ""


@dataclass
class Visitor:
    """Somebody with a browser of their own. cookies: by the path that they are for."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self, path: str, method: str = "GET", body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        own = [value for where, value in self.cookies.items() if path.startswith(where)]
        given = ({"cookie": "; ".join(own)} if own else {}) | dict(headers or {})
        connection.request(method, path, body, given)
        response = connection.getresponse()
        answer = Answer(response.status, response.headers, response.read().decode())
        connection.close()
        if cookie := answer.headers["set-cookie"]:
            parts = dict(p.strip().partition("=")[::2] for p in cookie.split(";")[1:])
            self.cookies[parts["Path"]] = cookie.split(";")[0]
        return answer

    def enter(self, link: str) -> str:
        """Follow the link; the address that it leads to."""
        answer = self.ask(link)
        assert answer.status == 303, answer
        return answer.where

    def send(self, path: str, site: str | None = "same-origin", **form: str | list[str]) -> Answer:
        """Send a form, as a page of that site would."""
        headers = {"content-type": "application/x-www-form-urlencoded"} | ({"sec-fetch-site": site} if site else {})
        return self.ask(path, "POST", urlencode(form, doseq=True).encode(), headers)

    def answer(self, path: str, reply: str) -> Answer:
        """Choose an answer on the page and send it."""
        shown = re.search(r'name="revision" value="(\d+)"', self.ask(path).text)
        assert shown
        return self.send(path, reply=reply, revision=shown[1])


@contextmanager
def visited(settings: Settings, at: int = 0) -> Iterator[Visitor]:
    """The site over this home, served in a thread of its own, at this port or a free one."""
    loop, opened, closing = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    port = 0

    async def stand() -> None:
        nonlocal port
        async with house(settings) as ours, serving(ours, "127.0.0.1", at) as port:
            opened.set()
            await closing.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(stand()))
    thread.start()
    try:
        assert opened.wait(20)
        yield Visitor(port)
    finally:
        loop.call_soon_threadsafe(closing.set)
        thread.join(20)
        loop.close()


def free_port() -> int:
    """A port that nobody listens at, for a site that must know its own address beforehand."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        return int(bound.getsockname()[1])


def settings_of(home: Home, web_url: str = "http://127.0.0.1:1") -> Settings:
    return replace(read({}, home.folder), web_url=web_url)


def link_in(mail: EmailMessage) -> str:
    """The path of the one link that both forms of this letter bear."""
    found = [set(LINK.findall(part.get_content())) for part in mail.walk() if part.get_content_maintype() == "text"]
    text, html, calendar = found
    assert text == html and len(text) == 1 and not calendar
    return str(text.pop())


def link_of(home: Home, address: str = ADDRESS) -> str:
    """The link that somebody was mailed last."""
    mail = Asked(home, address).mail
    assert isinstance(mail, EmailMessage)
    return link_in(mail)


def settled(home: Home) -> None:
    """Let what was said be decided about, at the same instant."""
    home.says("run", "--until", "2025-01-06")
