"""Lines to the mail relay that are used again: a relay may end them when it likes, and no mail's fate hangs on that."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress

import pytest

from infra.mail import post as posts
from infra.mail.post import LINES, Accepted, Post, PostUnavailable, Refused, Relay, Sent, Unknown
from tests.infra.mails import composed, notice

TO = "robin@council.example"
LATE = 0.4


class Capricious:
    """A mail relay of few words. `manner(mails of this line, command)` says what it answers; None means as usual.

    An empty answer is silence, `bye` ends the line without a word, `late` says yes after a while.
    """

    def __init__(self, manner: Callable[[int, str], str | None] = lambda mails, command: None) -> None:
        self.manner, self.lines, self.mails = manner, 0, 0
        self.talks: list[asyncio.Task[None]] = []

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.lines, mails = self.lines + 1, 0
        if task := asyncio.current_task():
            self.talks.append(task)
        writer.write(b"220 here\r\n")
        while command := (await reader.readline()).decode().strip():
            verb = command.partition(" ")[0].upper()
            answer = self.manner(mails, verb)
            if answer is None and verb == "DATA":
                writer.write(b"354 go\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                answer = self.manner(mails, "DOT")
                mails, self.mails = mails + 1, self.mails + 1
            if answer == "bye":
                break
            if answer == "late":
                await asyncio.sleep(LATE)
            answer = "250 fine" if answer in (None, "late") else answer
            writer.write(f"{answer}\r\n".encode() if answer else b"")
            if answer.startswith("421"):
                break
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


@asynccontextmanager
async def to(relay: Capricious, patience: float = 5.0) -> AsyncIterator[Post]:
    server = await asyncio.start_server(relay.talk, "127.0.0.1", 0)
    async with server:
        async with Post(Relay(host="127.0.0.1", port=server.sockets[0].getsockname()[1], patience=patience)) as post:
            yield post
        await asyncio.gather(*relay.talks)


async def one_by_one(post: Post, count: int) -> Sequence[Sent]:
    return [await post.send(composed(notice(message=f"m-{n}")), TO) for n in range(count)]


def told(relay: Capricious, story: Callable[[Post], Awaitable[None]], patience: float = 5.0) -> None:
    async def life() -> None:
        async with to(relay, patience) as post:
            await story(post)

    asyncio.run(life())


def test_one_line_serves_many_mails_and_many_at_once_have_a_few() -> None:
    async def story(post: Post) -> None:
        assert await one_by_one(post, 10) == [Accepted()] * 10
        assert relay.lines == 1
        both = [await asyncio.gather(*(post.send(composed(notice()), TO) for _ in range(30))) for _ in range(2)]
        assert both == [[Accepted()] * 30] * 2
        assert relay.lines <= 30 + 30 - LINES

    relay = Capricious()
    told(relay, story)


ENDS: dict[str, Callable[[int, str], str | None]] = {
    "421 at the next mail": lambda mails, verb: "421 enough" if mails == 3 and verb == "MAIL" else None,
    "gone at the next mail": lambda mails, verb: "bye" if mails == 3 and verb == "MAIL" else None,
    "421 at the recipient": lambda mails, verb: "421 enough" if mails == 3 and verb == "RCPT" else None,
    "gone at the recipient": lambda mails, verb: "bye" if mails == 3 and verb == "RCPT" else None,
    "421 at the content": lambda mails, verb: "421 enough" if mails == 3 and verb == "DATA" else None,
}


@pytest.mark.parametrize("ends", ENDS)
def test_a_relay_that_ends_each_line_after_some_mails_gets_every_mail_once(ends: str) -> None:
    async def story(post: Post) -> None:
        assert await one_by_one(post, 10) == [Accepted()] * 10
        assert (relay.mails, relay.lines) == (10, 4)

    relay = Capricious(ENDS[ends])
    told(relay, story)


def test_a_line_that_was_ended_while_it_rested_costs_no_mail_its_certainty(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(post: Post) -> None:
        await one_by_one(post, 1)
        monkeypatch.setattr(posts, "RESTED", 0.0)
        relay.manner = lambda mails, verb: "" if mails and verb == "NOOP" else None  # as a line whose far end vanished
        assert await one_by_one(post, 1) == [Accepted()]
        assert relay.lines == 2

    relay = Capricious()
    told(relay, story, patience=0.3)


def test_a_relay_that_falls_silent_before_the_mail_means_not_now_and_the_next_mail_has_a_new_line() -> None:
    async def story(post: Post) -> None:
        await one_by_one(post, 1)
        with pytest.raises(PostUnavailable, match="silent"):
            await one_by_one(post, 1)
        assert await one_by_one(post, 1) == [Accepted()]
        assert (relay.mails, relay.lines) == (2, 2)

    relay = Capricious(lambda mails, verb: "" if mails and verb == "MAIL" else None)
    told(relay, story, patience=0.3)


@pytest.mark.parametrize("verb", ["MAIL", "RCPT"])
def test_an_answer_that_comes_too_late_is_not_taken_for_the_next_mails(verb: str) -> None:
    async def story(post: Post) -> None:
        with pytest.raises(PostUnavailable, match="silent"):
            await one_by_one(post, 1)
        relay.manner = lambda mails, verb: None
        assert await one_by_one(post, 3) == [Accepted()] * 3

    relay = Capricious(lambda mails, said: "late" if said == verb else None)
    told(relay, story, patience=LATE / 2)


def test_what_the_relay_says_is_repeated_without_any_address(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(post: Post) -> None:
        with pytest.raises(PostUnavailable) as fault:
            await one_by_one(post, 1)
        assert (
            str(fault.value) == "The mail server does not take the mail now: 451 <that address>: not from that address."
        )

    relay = Capricious(
        lambda mails, verb: "451 <r-0123abcd@meetings.example.org>: not from Robin@inside" if verb == "RCPT" else None
    )
    told(relay, story)


def test_a_relay_that_is_never_there_for_long_means_not_now_rather_than_for_ever() -> None:
    async def story(post: Post) -> None:
        for _ in range(3):
            with pytest.raises(PostUnavailable, match="421"):
                await one_by_one(post, 1)
        assert relay.lines == 3

    relay = Capricious(lambda mails, verb: "421 not today" if verb == "MAIL" else None)
    told(relay, story)


def test_a_refusal_leaves_the_line_to_the_next_mail_and_an_unknown_fate_does_not() -> None:
    async def story(post: Post) -> None:
        assert isinstance((await one_by_one(post, 1))[0], Refused)
        relay.manner = lambda mails, verb: None
        assert await one_by_one(post, 1) == [Accepted()]
        assert relay.lines == 1
        relay.manner = lambda mails, verb: "333 what" if verb == "DOT" else None
        assert await one_by_one(post, 1) == [Unknown()]
        relay.manner = lambda mails, verb: None
        assert await one_by_one(post, 1) == [Accepted()]
        assert relay.lines == 2

    relay = Capricious(lambda mails, verb: "550 nobody of that name" if verb == "RCPT" else None)
    told(relay, story)
