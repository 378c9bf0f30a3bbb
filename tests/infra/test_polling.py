"""The mailbox that is polled: a real IMAP server in a process of its own, behind TLS, whose line can be cut."""

from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from imapclient import IMAPClient

from infra.replies import polling
from tests.infra.answering import Asked, sent_back, told
from tests.infra.commands import Home, first_evening, home, referred
from tests.infra.returned import mail
from tests.infra.test_post import certificate

__all__ = ["first_evening", "home", "referred"]

SERVER = "from pymap.main import main; main()"
USER, PASSWORD = "answers", "a password"
PATIENCE = 20.0


class Front:
    """TLS before the server. cut_at: what a client asks for that ends the line; refused: what the server is told
    otherwise, so that it refuses it."""

    def __init__(self, folder: Path, behind: int) -> None:
        self.trust, key = certificate(folder)
        self.tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.tls.load_cert_chain(self.trust, key)
        self.behind, self.port = behind, 0
        self.cut_at, self.refused = b"", b""

    async def line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, outer = await asyncio.open_connection("127.0.0.1", self.behind)
        back = asyncio.ensure_future(self._pass_on(inner, writer))
        with suppress(OSError):
            while asked := await reader.readline():
                if self.cut_at and self.cut_at in asked:
                    break
                outer.write(
                    asked.replace(b"BODY.PEEK", b"NOTHING") if self.refused and self.refused in asked else asked
                )
        outer.close()
        writer.transport.abort()
        await back

    async def _pass_on(self, inner: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while said := await inner.read(65_536):
                writer.write(said)
                await writer.drain()


@contextmanager
def served(front: Front) -> Iterator[Front]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    start = asyncio.start_server(front.line, "127.0.0.1", 0, ssl=front.tls)
    server = asyncio.run_coroutine_threadsafe(start, loop).result(PATIENCE)
    front.port = server.sockets[0].getsockname()[1]
    try:
        yield front
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE)
        loop.close()


@contextmanager
def running(port: int) -> Iterator[None]:
    """The server, with an empty mailbox and numbers of its own (UIDVALIDITY)."""
    said = ("--no-service", "managesieve", "--no-tls", "--host", "127.0.0.1", "--port", str(port))
    login = ("dict", "--demo-user", USER, "--demo-password", PASSWORD)
    process = subprocess.Popen([sys.executable, "-c", SERVER, *said, *login])
    until = time.monotonic() + PATIENCE
    try:
        while True:
            assert process.poll() is None and time.monotonic() < until
            with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


@pytest.fixture(scope="module")
def behind() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    with running(port):
        yield port


@pytest.fixture
def front(tmp_path: Path, behind: int, monkeypatch: pytest.MonkeyPatch, home: Home) -> Iterator[Front]:
    with mailbox(behind) as line:
        for name in (n for _, _, n in line.list_folders() if n != "INBOX"):
            line.delete_folder(name)
        line.select_folder("INBOX")
        line.delete_messages(line.search())
        line.expunge()
    with served(Front(tmp_path, behind)) as front:
        told = {"HOST": "127.0.0.1", "PORT": front.port, "USER": USER, "PASSWORD": PASSWORD, "CA": front.trust}
        for name, value in told.items():
            monkeypatch.setenv(f"QUORATE_IMAP_{name}", str(value))
        yield front


@contextmanager
def mailbox(behind: int) -> Iterator[Any]:
    with IMAPClient("127.0.0.1", behind, ssl=False) as line:
        line.login(USER, PASSWORD)
        yield line


def lies_in(behind: int, folder: str = "INBOX") -> int:
    with mailbox(behind) as line:
        return int(line.select_folder(folder, readonly=True)[b"EXISTS"])


def leave(behind: int, *mails: bytes) -> list[bytes]:
    """Leave these there; what a client asks for to fetch each."""
    with mailbox(behind) as line:
        for raw in mails:
            line.append("INBOX", raw)
        line.select_folder("INBOX")
        return [b"UID FETCH %d " % number for number in line.search()]


def words(number: int) -> bytes:
    return mail(words=f"I will come, {number}", Message_ID=f"<{number}@x.example>")


def test_an_answer_left_in_the_mailbox_counts_and_is_moved_away(referred: Home, front: Front, behind: int) -> None:
    leave(behind, Asked(referred).reply())
    [came] = referred.rows("replies", "poll")
    assert came["state"] == "taken" and told(referred)
    assert (lies_in(behind), lies_in(behind, "Quorate")) == (0, 1) and not referred.rows("replies", "poll")


def test_a_mailbox_whose_server_numbers_anew_is_read_like_any(referred: Home, front: Front, behind: int) -> None:
    leave(behind, words(1), words(2))
    front.cut_at = b"UID MOVE"
    referred.fails("replies", "poll", code=75)
    front.cut_at = b""
    with mailbox(behind) as line:  # the other way round, and in a folder of another UIDVALIDITY
        before = line.select_folder("INBOX")[b"UIDVALIDITY"]
        line.rename_folder("INBOX", "Old")
        assert line.folder_status("INBOX", "UIDVALIDITY")[b"UIDVALIDITY"] != before
    leave(behind, words(3), words(2), words(1))
    assert [c["again"] for c in referred.rows("replies", "poll")] == [False, True, True]
    assert len(referred.rows("replies")) == 3 and lies_in(behind) == 0


def test_the_same_mail_by_both_doors_counts_once(referred: Home, front: Front, behind: int) -> None:
    raw = Asked(referred).reply()
    sent_back(referred, raw)
    before = referred.snapshot()
    leave(behind, b"Received: from elsewhere\r\n" + raw)
    [came] = referred.rows("replies", "poll")
    assert came["again"] and referred.snapshot() == before and lies_in(behind) == 0


def test_mails_are_taken_in_page_by_page(
    referred: Home, front: Front, behind: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "PAGE", 4)
    front.cut_at = leave(behind, *map(words, range(11)))[9]
    assert "cannot be read now" in referred.fails("replies", "poll", code=75)
    assert (lies_in(behind), len(referred.rows("replies"))) == (3, 9)
    front.cut_at = b""
    come = referred.rows("replies", "poll")
    assert [c["again"] for c in come] == [True, False, False] and lies_in(behind) == 0
    assert len(referred.rows("replies")) == 11


def test_a_line_that_drops_loses_nothing_and_counts_nothing_twice(referred: Home, front: Front, behind: int) -> None:
    leave(behind, words(1))
    for front.cut_at in (b"LOGIN", b"SELECT", b"SEARCH", b"UID FETCH", b"UID MOVE"):
        assert "nothing is lost" in referred.fails("replies", "poll", code=75) and lies_in(behind) == 1
    front.cut_at = b""
    assert len(referred.rows("replies", "poll")) == 1 == len(referred.rows("replies")) and lies_in(behind) == 0


def test_a_mail_that_cannot_be_fetched_stays_and_keeps_back_no_other(referred: Home, front: Front, behind: int) -> None:
    [_, front.refused, _] = leave(behind, *map(words, range(3)))
    result = referred.run("replies", "poll")
    number = front.refused.split()[-1].decode()
    assert result.exit_code == 75 and f"numbers {number}:" in result.stderr and result.stdout.count("parked") == 2
    assert lies_in(behind) == 1


def test_a_mailbox_is_never_read_without_a_certificate_that_is_checked(
    referred: Home, front: Front, behind: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave(behind, words(1))
    monkeypatch.delenv("QUORATE_IMAP_CA")
    assert "cannot be read now" in referred.fails("replies", "poll", code=75)
    monkeypatch.setenv("QUORATE_IMAP_CA", str(front.trust))
    monkeypatch.setenv("QUORATE_IMAP_PORT", str(behind))
    assert "cannot be read now" in referred.fails("replies", "poll", code=75) and not referred.rows("replies", "--all")


def test_a_mailbox_that_is_not_named_or_not_ours_says_how_to_mend_it(
    referred: Home, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUORATE_IMAP_PASSWORD", "another")
    assert "does not let us in: set QUORATE_IMAP_USER" in referred.fails("replies", "poll", code=75)
    monkeypatch.setenv("QUORATE_IMAP_KEPT", "INBOX")
    assert "name another" in referred.fails("replies", "poll")
    monkeypatch.delenv("QUORATE_IMAP_USER")
    assert "give QUORATE_IMAP_USER" in referred.fails("replies", "poll")
    monkeypatch.delenv("QUORATE_IMAP_HOST")
    assert "QUORATE_IMAP_HOST is not set" in referred.fails("replies", "poll")
