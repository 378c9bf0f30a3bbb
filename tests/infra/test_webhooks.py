"""Subscribers hear each event signed, under one id however often it is tried; no webhook is lost in silence."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Iterator
from datetime import datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from handlers import announcements as a
from handlers import events as e
from infra.db import tables
from infra.db.announced import Delivery
from infra.db.engine import transaction
from infra.delivery import PAUSES, Webhooks
from infra.mail.mailbox import Mailbox
from infra.settings import SettingsFault, read
from infra.webhooks import calling, signing
from infra.webhooks.calling import Answer, Heard, Refused, Silent, call, fault_of, is_outside
from infra.wiring import house
from streams.clock import play
from streams.local import LocalCarrier
from tests.infra.commands import BY, MEETING, Home, first_evening, home, referred
from tests.infra.hearers import SECRET, WITHIN, Call, Hearer, hearing
from tests.journeys.killed import journey
from tests.journeys.story import at, told

__all__ = ["first_evening", "home", "referred"]

LOOPBACK = (ip_network("127.0.0.0/8"),)
START, EVENING = at("2025-01-06", "07:00"), at("2025-01-13", "20:00")
# Nobody has the mother's address, so that her invitation falls late and climbs.
WHOLE_STORY = ["meeting-booked", *["duty-late"] * 3, "meeting-held", "minutes-ready"]


@pytest.fixture
def hearer() -> Iterator[Hearer]:
    with hearing() as open_:
        yield open_


def subscriber(url: str, *wants: a.Announced, secret: str = SECRET) -> e.Event:
    body = e.SubscriberRecorded("board", url, secret, "w-coordinator", wants)
    return told(at("2025-01-06", "08:01"), "partnership", body, "directory.example")


def played(folder: Path, events: list[e.Event], until: datetime, environment: dict[str, str] = WITHIN) -> list[Any]:
    """Tell these, let time run, and give the webhooks' rows, in the order of their names."""

    async def life(port: int) -> list[Any]:
        async with house(read({"QUORATE_SMTP_PORT": str(port), **environment}, folder)) as running:
            await running.office.submit(events)
            await play(running.office, LocalCarrier(running.office, running.dispatch), START, until)
            async with transaction(running.engine) as connection:
                return list(await connection.execute(select(tables.outbox).where(tables.outbox.c.kind == "webhook")))

    with Mailbox.opened(folder / "mail") as mailbox:
        return asyncio.run(life(mailbox.port))


def test_the_standards_own_example_comes_out() -> None:
    body, id_ = b'{"test": 2432232314}', "msg_p5jXN8AQM9LWM0D4loKWxJek"
    headers = signing.signed("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", id_, 1614265330, body)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == (id_, "1614265330")


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_é"])
def test_what_is_no_secret_is_refused(secret: str) -> None:
    with pytest.raises(signing.NoSecret, match="24 to 64 random bytes"):
        signing.signed(secret, "id", 0, b"")
    assert len(signing.key_of(signing.fresh())) == 32 and signing.fresh() != signing.fresh()


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("https://board.example/quorate?a=1", ""),
        ("https://board.example:8443", ""),
        ("http://localhost:8080/x", ""),
        ("http://[::1]:8080/x", ""),
        ("http://board.example/x", "https://"),
        ("http://localhost.board.example/x", "https://"),
        ("http://127.0.0.1.board.example/x", "https://"),
        ("ftp://board.example/x", "https://"),
        ("https:///x", "name a host"),
        ("https://user@board.example/x", "neither a user"),
        ("https://board.example/x#part", "nor a fragment"),
        ("https://board.example:port/x", "not a URL"),
        ("https://board.example/a b", "has some that a URL has not"),
        ("https://board.example/" + "x" * 2000, "longer than"),
        ("[erased]", ""),
    ],
)
def test_an_address_is_encrypted_and_plain(url: str, fault: str) -> None:
    said = fault_of(url)
    assert fault in said and bool(said) == (bool(fault) or url == "[erased]")


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
        *("224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:10.0.0.1"),
        *("::ffff:8.8.8.8", "64:ff9b::a00:1", "2002:7f00:1::", "2001:0:a00:1::1", "::7f00:1"),
        *(
            "fec0::1",
            "3fff::1",
            "192.88.99.1",
            "192.0.0.8",
            "64:ff9b:1::a00:1",
            "2606::5efe:a00:1",
            "2606::200:5efe:a00:1",
        ),
    ],
)
def test_what_lies_within_is_not_called(address: str) -> None:
    assert not is_outside(address, ())
    assert is_outside(address, (ip_network(address),)), "unless somebody says that it may be"


def test_what_lies_outside_is_called() -> None:
    assert is_outside("8.8.8.8", ()) and is_outside("2606:4700::1111", ())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "017700000001"])
def test_no_way_of_writing_an_address_leads_within(hearer: Hearer, host: str) -> None:
    scheme = "http" if host in ("127.0.0.1", "localhost", "[::1]") else "https"
    answer = asyncio.run(call(f"{scheme}://{host}:{hearer.port}/x", {}, b"", ()))
    assert isinstance(answer, Refused) and "may not be called" in answer.sentence
    assert not hearer.calls


@pytest.mark.parametrize(
    ("manner", "outcome"),
    [(200, Heard), (204, Heard), ("endless", Heard), (400, Refused), (500, Refused), ("onwards", Refused)],
)
def test_only_the_status_of_the_answer_counts(hearer: Hearer, manner: Any, outcome: type[Answer]) -> None:
    hearer.manner = lambda call: manner
    answer = asyncio.run(call(hearer.url, {}, b"{}", LOOPBACK))
    assert type(answer) is outcome
    assert [x.path for x in hearer.calls] == ["/quorate"], "once, and never onwards"


def test_who_does_not_answer_is_not_waited_for(hearer: Hearer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "PATIENCE_SECONDS", 0.2)
    hearer.manner = lambda call: "silence"
    assert isinstance(asyncio.run(call(hearer.url, {}, b"{}", LOOPBACK)), Silent)
    assert isinstance(asyncio.run(call("http://127.0.0.1:1/", {}, b"{}", LOOPBACK)), Silent)


def test_a_subscriber_hears_the_whole_story_once_signed_and_in_order(hearer: Hearer, tmp_path: Path) -> None:
    events = [*journey(), subscriber(hearer.url)]
    rows = played(tmp_path, events, EVENING)
    assert hearer.types == WHOLE_STORY
    assert {(r.state, r.outcome) for r in rows} == {("done", "delivered")}
    assert all(x.is_signed_with(SECRET) for x in hearer.calls) and len({x.id for x in hearer.calls}) == len(rows)
    assert [x.event["sequence"] for x in hearer.calls] == [f"{n:010}" for n in range(1, len(rows) + 1)]
    assert all(
        x.event["id"] == x.id and x.headers["content-type"] == "application/cloudevents+json" for x in hearer.calls
    )
    assert not hearer.calls[0].is_signed_with(signing.fresh())
    said = b"".join(x.body for x in hearer.calls).decode()
    assert "F-1" in said
    for word in ("Quillfeather", "mother", "clearway", "w-key", "CW-1", "Room", "Civic"):
        assert word not in said
    played(tmp_path, events, at("2025-01-13", "21:00"))
    assert len(hearer.calls) == len(rows), "told again, nothing leaves again"


def test_who_fails_is_tried_again_under_the_same_id_and_the_others_go_on(hearer: Hearer, tmp_path: Path) -> None:
    hearer.manner = lambda call: 500 if [x.id for x in hearer.calls].count(call.id) < 3 and is_held(call) else 200
    rows = played(tmp_path, [*journey(), subscriber(hearer.url)], EVENING)
    assert [x.id for x in hearer.calls].count(next(x.id for x in hearer.calls if is_held(x))) == 3
    assert hearer.types == [*WHOLE_STORY[:4], *["meeting-held"] * 3, "minutes-ready"]
    [held] = [r for r in rows if '"failures":2' in r.letter]
    assert {r.outcome for r in rows} == {"delivered"}
    first = at("2025-01-08", "12:00")
    assert held.at == tables.stamp(first + PAUSES[0] + PAUSES[1]), "the pauses stand in the outbox"
    assert all(x.is_signed_with(SECRET) for x in hearer.calls)


def is_held(call: Call) -> bool:
    return bool(call.event["type"] == "uk.quorate.public.meeting-held.v1")


def test_of_one_who_is_silent_a_single_webhook_is_tried(
    hearer: Hearer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "PATIENCE_SECONDS", 0.1)
    hearer.manner = lambda call: "silence" if len(hearer.calls) <= 3 else 200
    rows = played(tmp_path, [*journey(), subscriber(hearer.url)], EVENING)
    assert len({x.id for x in hearer.calls[:4]}) == 1, "the first alone, until it is heard"
    assert {r.outcome for r in rows} == {"delivered"} and hearer.types[3:] == WHOLE_STORY


def test_a_new_secret_holds_for_what_waits_and_a_removed_subscriber_hears_nothing(
    hearer: Hearer, tmp_path: Path
) -> None:
    hearer.manner = lambda call: 500
    played(tmp_path, [*journey(), subscriber(hearer.url)], at("2025-01-06", "17:00"))
    count, other = len(hearer.calls), signing.fresh()
    hearer.manner = lambda call: 200
    anew = e.SubscriberRecorded("board", hearer.url, other, "w-coordinator", ("meeting-booked",))
    played(tmp_path, [told(at("2025-01-06", "17:00"), "partnership", anew)], at("2025-01-07", "12:00"))
    assert hearer.calls[count:] and all(x.is_signed_with(other) for x in hearer.calls[count:])
    count = len(hearer.calls)
    hearer.manner = lambda call: 500
    moves = e.BookingAsked(MEETING, at("2025-01-10", "10:00"), "w-coordinator")
    gone = e.SubscriberRemoved("board", "w-coordinator")
    back = [
        told(
            at("2025-01-07", "13:00"), "partnership", e.SubscriberRecorded("board", hearer.url, other, "w-coordinator")
        )
    ]
    later = [told(at("2025-01-07", "14:00"), "family/F-1", moves), told(at("2025-01-07", "15:00"), "partnership", gone)]
    rows = played(tmp_path, [*back, *later], at("2025-01-08", "20:00"))
    assert len(hearer.calls) > count and "withdrawn" in {r.outcome for r in rows}
    assert {r.state for r in rows} == {"done"}


FRESH = multiprocessing.get_context("forkserver")


class Dying(Webhooks):
    """Dies after the POST, before anybody wrote down what came of it."""

    async def post(self, subscriber: e.SubscriberRecorded, delivery: Delivery) -> Answer:
        await super().post(subscriber, delivery)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError


def short_life(folder: Path, url: str, port: int) -> None:
    async def life() -> None:
        async with house(read({"QUORATE_SMTP_PORT": str(port), **WITHIN}, folder)) as running:
            running.dispatch.webhooks.__class__ = Dying
            await running.office.submit([*journey(), subscriber(url)])
            await play(running.office, LocalCarrier(running.office, running.dispatch), START, EVENING)

    asyncio.run(life())


def test_after_a_crash_between_the_post_and_its_receipt_the_same_id_comes_again(hearer: Hearer, tmp_path: Path) -> None:
    with Mailbox.opened(tmp_path / "mail") as mailbox:
        process = FRESH.Process(target=short_life, args=(tmp_path, hearer.url, mailbox.port))
        process.start()
        process.join(60)
    assert hearer.types == ["meeting-booked"], "it died there"
    rows = played(tmp_path, [*journey(), subscriber(hearer.url)], EVENING)
    first, again, *rest = hearer.calls
    assert first.id == again.id and first.body == again.body and again.is_signed_with(SECRET)
    assert len({x.id for x in rest}) == len(rest) == len(rows) - 1 and first.id not in {x.id for x in rest}


# --- at the command line


@pytest.fixture
def board(referred: Home, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("QUORATE_WEBHOOK_NETWORKS", WITHIN["QUORATE_WEBHOOK_NETWORKS"])
    return referred


def test_a_subscriber_is_added_tried_listed_and_removed(board: Home, hearer: Hearer) -> None:
    said = board.says("webhooks", "add", "board", "--url", hearer.url, "--wants", "meeting-moved", *BY)
    secret = said.rpartition(" ")[2]
    assert "said this once" in said and board.one("webhooks", "list")["wants"] == "meeting-moved"
    assert board.says("webhooks", "test", "board") == "board heard it."
    assert hearer.types == ["webhook-tested"] and hearer.calls[0].is_signed_with(secret)
    board.says("move", "F-1", MEETING, "--to", "2025-01-10T10:00", "--reason", "the chair is ill", *BY)
    assert hearer.types == ["webhook-tested", "meeting-moved"]
    for table in ("ledger", "files", "outbox", "keys"):
        rows = board.sql(f"SELECT * FROM {table}")
        assert secret not in str(rows) and hearer.url not in str(rows), "both are sealed"
    board.says("webhooks", "remove", "board", *BY)
    assert "no subscriber is called board" in board.fails("webhooks", "test", "board")
    board.says("move", "F-1", MEETING, "--to", "2025-01-13T10:00", "--reason", "the chair is ill", *BY)
    assert len(hearer.calls) == 2


def test_a_subscriber_that_fails_for_days_lies_on_the_shelf_and_gets_everything_once_released(board: Home) -> None:
    with hearing() as gone:
        url, port = gone.url, gone.port
    board.says("webhooks", "add", "board", "--url", url, *BY)
    assert "cannot be reached" in board.fails("webhooks", "test", "board", code=1)
    board.says("move", "F-1", MEETING, "--to", "2025-01-10T10:00", "--reason", "the chair is ill", *BY)
    [tried] = board.rows("webhooks", "failed")
    assert (tried["outcome"], tried["failures"], tried["next_at"] is not None) == ("silent", 1, True)
    board.says("move", "F-1", MEETING, "--to", "2025-01-13T10:00", "--reason", "the chair is ill", *BY)
    board.says("run", "--until", "2025-01-10")
    held = board.one("held")
    assert held["reason"] == "undelivered" and "the subscriber board could not be told" in held["sentence"]
    given_up = board.rows("webhooks", "failed")
    assert {x["outcome"] for x in given_up} == {"unreachable"} and len(given_up) >= 2
    assert max(x["failures"] for x in given_up) == len(PAUSES) + 1, "the last try counts as well"
    assert board.one("held", "show", held["record"])["event"]["data"] == {"subscriber": "board"}
    mended = board.folder.with_suffix(".json")
    mended.write_text("{}")
    assert "quorate webhooks add" in board.fails("held", "mend", held["record"], str(mended))
    with hearing(port) as back:
        board.says("held", "release", held["record"], *BY)
        assert back.types[:2] == ["meeting-moved", "meeting-moved"] and len(back.calls) == len(given_up)
    assert not board.rows("held") and not board.rows("webhooks", "failed")
    assert board.one("webhooks", "list")["waiting"] == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["board", "--url", "http://board.example"], "https://"),
        (["The Board", "--url", "https://board.example"], "no name for a subscriber"),
        (["board", "--url", "https://board.example", "--wants", "duty-lost"], "there is duty-late"),
        (["board", "--url", "https://board.example", "--secret-file", "/nowhere"], "cannot be read"),
        (["board", "--url", "https://board.example", "--secret-file", __file__], "cannot be used"),
    ],
)
def test_what_cannot_be_a_subscriber_is_refused_in_one_sentence(
    board: Home, arguments: list[str], sentence: str
) -> None:
    assert sentence in board.fails("webhooks", "add", *arguments, *BY)
    assert not board.rows("webhooks", "list")


def test_an_inner_address_is_refused_unless_its_network_is_named(referred: Home, hearer: Hearer) -> None:
    warned = referred.run("webhooks", "add", "board", "--url", hearer.url, *BY).stderr
    assert "nothing is sent there until QUORATE_WEBHOOK_NETWORKS names its network" in warned
    said = referred.fails("webhooks", "test", "board", code=1)
    assert "127.0.0.1 lies within" in said and "QUORATE_WEBHOOK_NETWORKS" in said and not hearer.calls


def test_networks_are_read_from_the_settings(tmp_path: Path) -> None:
    named = {"QUORATE_WEBHOOK_NETWORKS": "10.1.0.0/16, fd00::/8"}
    assert read(named, tmp_path).webhook_networks == (ip_network("10.1.0.0/16"), ip_network("fd00::/8"))
    with pytest.raises(SettingsFault, match="separated by commas"):
        read({"QUORATE_WEBHOOK_NETWORKS": "10.1.0.0/40"}, tmp_path)


def test_nobody_is_given_up_before_two_days_have_passed() -> None:
    assert timedelta(days=2) < sum(PAUSES, timedelta()) < timedelta(days=3) and list(PAUSES) == sorted(PAUSES)


def test_the_area_without_subscribers_keeps_no_webhook(tmp_path: Path) -> None:
    assert played(tmp_path, journey(), at("2025-01-06", "20:00")) == []
