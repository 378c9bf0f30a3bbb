"""Webhooks at the command line: who hears by one, trying one, and what could not be delivered."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, get_args

import msgspec
import typer

from handlers.announcements import Announced, WebhookTested
from handlers.events import Body, SubscriberRecorded, SubscriberRemoved
from handlers.partnership import Directory
from handlers.people import StreamId, derived
from infra.cli.acting import By
from infra.cli.common import Area, Fault, Json, as_json, aside, first_few, say, worked
from infra.cli.moments import iso, words
from infra.cli.paper import listed
from infra.cli.stores import area_of, areas_meant, directory_of, must_know, present
from infra.cli.telling import settled, stamped
from infra.db import announced
from infra.db.engine import transaction
from infra.db.tables import unstamp
from infra.webhooks import signing
from infra.webhooks.calling import Heard, fault_of, lies_within
from infra.wiring import House
from streams.clock import wall
from streams.wire import announced as letter_of

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
COLUMNS = {
    "area": "Area",
    "subscriber": "Subscriber",
    "url": "Address",
    "wants": "Wants",
    "waiting": "Waiting",
    "failed": "Given up",
}
FAILED_COLUMNS = {
    "area": "Area",
    "subscriber": "Subscriber",
    "type": "What",
    "id": "webhook-id",
    "failures": "Tries in vain",
    "outcome": "At last",
    "next_at": "Next try",
}
CAPTION = "What was given up waits until its record on the held shelf is released: see quorate held."
Name = Annotated[str, typer.Argument(help="The subscriber's name: small letters, digits, dots and hyphens.")]


def add(
    ctx: typer.Context,
    name: Name,
    url: Annotated[str, typer.Option(help="Where to: https://, or http:// on this machine alone.")],
    by: By,
    wants: Annotated[list[str] | None, typer.Option(help="A type it wants, such as duty-late; once each.")] = None,
    secret_file: Annotated[Path | None, typer.Option(help="A file with its secret; else one is made and said.")] = None,
    area: Area = None,
    json: Json = False,
) -> None:
    """Let another system hear of meetings and late duties; again under one name: a new address, secret or wish."""
    if not NAME.fullmatch(name):
        raise Fault(f"{name!r} is no name for a subscriber: use small letters, digits, dots and hyphens")
    if fault := fault_of(url):
        raise Fault(f"{url} may be no subscriber's address: {fault}")
    types = get_args(Announced)
    for wish in wants or ():
        must_know(wish, types, f"nothing that is announced is called {wish}")
    secret = _secret_in(secret_file) if secret_file else signing.fresh()
    recorded = SubscriberRecorded(name, url, secret, by, msgspec.convert(wants or (), tuple[Announced, ...]))

    async def act(house: House) -> str:
        if lies_within(url, house.settings.webhook_networks):
            aside(
                f"{url} lies within, and nothing is sent there until QUORATE_WEBHOOK_NETWORKS names its network, for"
                " instance 127.0.0.1/32."
            )
        return await _tell(house, area, by, recorded)

    fate = worked(ctx, act)
    if json:
        as_json({"subscriber": name, "fate": fate, "secret": None if secret_file else secret})
        return
    say(f"{name} hears of {', '.join(wants) if wants else 'everything that is announced'} from now on.")
    if not secret_file:
        say(f"Its secret, said this once: {secret}")


def remove(ctx: typer.Context, name: Name, by: By, area: Area = None, json: Json = False) -> None:
    """Let a subscriber hear no more; what waits for it is not sent either."""

    async def act(house: House) -> str:
        await _known(house, area, name)
        return await _tell(house, area, by, SubscriberRemoved(name, by))

    fate = worked(ctx, act)
    as_json({"subscriber": name, "fate": fate}) if json else say(f"{name} hears no more.")


def list_(ctx: typer.Context, area: Area = None, json: Json = False) -> None:
    """Who hears of what, and how much waits for each."""

    async def act(house: House) -> list[dict[str, Any]]:
        rows = []
        for where in await areas_meant(house, area):
            directory, open_ = await directory_of(house, where), await _open_in(house, where)
            for known in _all(directory):
                its = [x for x in open_ if x[0].subscriber == known.subscriber]
                rows.append({"area": where} | _row(house, known, its))
        return rows

    listed(worked(ctx, act), COLUMNS, json, "Nobody hears by webhook: quorate webhooks add lets a system hear.")


def failed(ctx: typer.Context, area: Area = None, json: Json = False) -> None:
    """What was tried in vain, and what was given up."""

    async def act(house: House) -> list[dict[str, Any]]:
        tried = (*announced.TRIED, *announced.GIVEN_UP)
        return [
            {"area": where} | _failure(*x)
            for where in await areas_meant(house, area)
            for x in await _open_in(house, where)
            if x[2] in tried
        ]

    listed(worked(ctx, act), FAILED_COLUMNS, json, "Nothing was tried in vain.", CAPTION)


def test(ctx: typer.Context, name: Name, area: Area = None, json: Json = False) -> None:
    """Send one webhook that says nothing, now, and say what came of it."""

    async def act(house: House) -> str:
        directory, subscriber = await _known(house, area, name)
        about, now = str(directory.stream), wall()
        id_ = derived("webhook tested", about, name, now.isoformat())
        letter = letter_of(WebhookTested(subscriber=name), about, id_, now, 0)
        answer = await house.dispatch.webhooks.post(subscriber, announced.delivery_of(letter, name))
        return "" if isinstance(answer, Heard) else answer.sentence

    why_not = worked(ctx, act)
    if json:
        as_json({"subscriber": name, "heard": not why_not, "why_not": why_not or None})
    elif not why_not:
        say(f"{name} heard it.")
    if why_not:
        raise Fault(f"{name} did not hear it: {why_not}", 1)


def _secret_in(file: Path) -> str:
    try:
        secret = file.read_text("utf-8").strip()
        signing.key_of(secret)
    except (OSError, UnicodeDecodeError):
        raise Fault(f"{file} cannot be read: name a file that holds the secret") from None
    except signing.NoSecret as error:
        raise Fault(f"what {file} holds cannot be used: {error}") from None
    return secret


async def _tell(house: House, area: str | None, by: str, body: Body) -> str:
    where = await area_of(house, area)
    must_know(by, (await directory_of(house, where)).workers, f"the directory knows nobody called {by}")
    now = await present(house)
    event = await stamped(house, StreamId(where, "partnership", where), body, now)
    await house.office.submit([event])
    return await settled(house, event, now)


async def _known(house: House, area: str | None, name: str) -> tuple[Directory, SubscriberRecorded]:
    """Raises Fault, naming those there are."""
    directory = await directory_of(house, await area_of(house, area))
    if name not in directory.subscribers:
        raise Fault(f"no subscriber is called {name}: there is {first_few(sorted(directory.subscribers))}")
    return directory, directory.subscribers[name]


async def _open_in(house: House, where: str) -> list[tuple[announced.Delivery, str, str | None, str]]:
    async with transaction(house.engine) as connection:
        return await announced.webhooks_of(connection, where)


def _all(directory: Directory) -> list[SubscriberRecorded]:
    return sorted(directory.subscribers.values(), key=lambda s: s.subscriber)


def _row(house: House, subscriber: SubscriberRecorded, open_: list[Any]) -> dict[str, Any]:
    given_up = sum(outcome in announced.GIVEN_UP for _, _, outcome, _ in open_)
    return {
        "subscriber": subscriber.subscriber,
        "url": house.keyring.open_up(subscriber.url),
        "wants": ", ".join(subscriber.wants) or "everything",
        "waiting": len(open_) - given_up,
        "failed": given_up,
    }


def _failure(delivery: announced.Delivery, state: str, outcome: str | None, at: str) -> dict[str, Any]:
    then = None if state == "done" else unstamp(at)
    return {
        "subscriber": delivery.subscriber,
        "type": delivery.type,
        "id": delivery.id,
        "failures": delivery.failures,
        "outcome": outcome,
        "next_at": iso(then) if then else None,
        "_next_at": words(then) if then else "given up",
        "body": msgspec.json.decode(delivery.body),
    }
