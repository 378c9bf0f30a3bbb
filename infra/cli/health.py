"""quorate doctor: what this house needs, each line OK or with what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date

import typer

from handlers.concerns import speakers_of
from handlers.partnership import Directory
from handlers.protocol import Protocol
from handlers.working_days import in_words
from infra.cli.common import Json, as_json, counted, first_few, own_mailbox, say, worked
from infra.cli.stores import directory_of, has_begun, present
from infra.db import chain, reading
from infra.db.engine import transaction
from infra.watch.ready import answers
from infra.wiring import House
from streams.clock import wall
from streams.wire import stream_id

ROWS = 500
LONG_WAITED_SECONDS = 3600
Line = tuple[str, bool, str]


def doctor(ctx: typer.Context, json: Json = False) -> None:
    """Say of each part whether it works, or what to do."""

    async def act(house: House) -> list[Line]:
        checks = (_database, _ledger, _protocol, _holidays, _directory, _shelf, _outbox, _mail, _kafka)
        return [line for check in checks async for line in check(house)]

    lines = worked(ctx, act)
    for what, good, sentence in lines:
        if json:
            as_json({"check": what, "ok": good, "sentence": sentence})
        else:
            say(f"{'OK' if good else 'NO'} {what}: {sentence}")
    if not all(good for _, good, _ in lines):
        raise typer.Exit(1)


async def _database(house: House) -> AsyncIterator[Line]:
    async with transaction(house.engine) as connection:
        name = await reading.any_key(connection)
        await house.keyring.load(connection, [name] if name else [])
    yield "database", True, "reachable, and its tables are up to date"
    yield "master key", True, "it opens this database" if name else "nothing is sealed yet"


async def _ledger(house: House) -> AsyncIterator[Line]:
    async with transaction(house.engine) as connection:
        pairs = await reading.newest_rows(connection, ROWS)
    bad = next((r for r, before in pairs if chain.link(before, r._mapping) != r.link), None)
    if bad is None:
        yield "ledger", True, f"the newest {len(pairs)} rows are as they were written"
    else:
        yield "ledger", False, f"{bad.stream}, row {bad.seq} is not as it was written: run quorate ledger verify"


async def _holidays(house: House) -> AsyncIterator[Line]:
    wanted = date(wall().year + 1, 12, 31)
    reach = {p.nation: p.holidays.covers[1] for p in house.office.protocols.all}
    for nation, last in sorted(reach.items()):
        known = f"known to {in_words(last)}" if len(reach) == 1 else f"{nation}: known to {in_words(last)}"
        mend = f"{known} only: add {wanted.year} to the table of bank holidays"
        yield "bank holidays", last >= wanted, known if last >= wanted else mend


async def _protocol(house: House) -> AsyncIterator[Line]:
    """By which packs each area goes; a pack of the folder that no area is called after is used by nobody."""
    protocols = house.office.protocols
    async with transaction(house.engine) as connection:
        areas = await reading.areas(connection)
    for area in (a for a in areas if a not in protocols.refused):
        yield "protocol", True, f"{area} goes by {protocols.of(area).version}"
    for fault in (fault for faulty in protocols.refused.values() for fault in faulty.faults):
        yield "protocol", False, f"{fault}; until it is mended nothing is decided here"
    for name in sorted(protocols.areas.keys() - areas if areas else ()):
        mend = f"call it after one of {first_few(areas)}, or take it out of QUORATE_OVERLAY"
        yield "protocol", False, f"no area is called {name}, so that nobody goes by {name}.toml: {mend}"


async def _directory(house: House) -> AsyncIterator[Line]:
    """Whoever a late duty would be put before, and whoever speaks for a treatment service, can be reached."""
    async with transaction(house.engine) as connection:
        known = sorted(stream_id(s).area for s in await reading.streams(connection) if "/partnership/" in s)
    for area in (a for a in known if a not in house.office.protocols.refused):
        directory = await directory_of(house, area)
        if directory.area is None:
            continue
        empty = empty_posts(house.office.protocols.of(area), directory)
        silent = [
            x for x in directory.treatment_services() if not any(map(directory.has_address, speakers_of(x, directory)))
        ]
        if empty or silent:
            posts = f"nobody with an address holds {', '.join(empty)}; " if empty else ""
            services = f"nobody with an address speaks for {', '.join(silent)}; " if silent else ""
            yield "directory", False, f"{area}: {posts}{services}record them, or late duties reach nobody there"
        else:
            yield "directory", True, f"{area}: every post of the ladders can be reached, and every treatment service"


def empty_posts(protocol: Protocol, directory: Directory) -> list[str]:
    """The posts of the area that ladders climb and nobody with an address holds; the rest of the rungs are somebody of
    the service or of the duty itself."""
    roles = {rung.role for ladder in protocol.ladders.values() for rung in ladder} | {"minute_taker"}
    posts = roles - {"treatment_worker", "referrer", "invitee", "chair", "single_point_of_contact"}
    return sorted(role for role in posts if not _holds(role, directory))


def _holds(role: str, directory: Directory) -> bool:
    post = directory.post(role)
    if role == "service_manager" and post is None:
        services = [directory.agencies[x] for x in directory.treatment_services()]
        return all(directory.has_address(x.service_manager) for x in services)
    return post is not None and post.address is not None


async def _shelf(house: House) -> AsyncIterator[Line]:
    async with transaction(house.engine) as connection:
        held, parked = len(await reading.held_rows(connection)), len(await reading.parked_rows(connection))
    yield "held shelf", not held, f"{counted(held, 'record')} held: see quorate held" if held else "empty"
    waiting = f"{counted(parked, 'event')} waiting for a name that is not known: see quorate parked"
    yield "parked", not parked, waiting if parked else "nothing waits for a name"


async def _outbox(house: House) -> AsyncIterator[Line]:
    if not await has_begun(house):
        yield "outbox", True, "nothing has been decided yet: quorate run lets the events in"
        return
    now = await present(house)
    async with transaction(house.engine) as connection:
        waiting, since = await reading.overdue_in_outbox(connection, now)
        coming, last = await reading.yet_to_come(connection, now)
    if last:
        yield (
            "to come",
            True,
            f"{counted(coming, 'event')} recorded later than {in_words(now)}, the last {in_words(last)}",
        )
    if since is None:
        yield "outbox", True, "nothing waits"
        return
    carries = "quorate run" if house.settings.embedded else "quorate relay"
    good = (now - since).total_seconds() < LONG_WAITED_SECONDS
    yield (
        "outbox",
        good,
        f"{waiting} wait, the oldest since {in_words(since)}" + ("" if good else f": {carries} carries them"),
    )


async def _mail(house: House) -> AsyncIterator[Line]:
    settings = house.settings
    if own_mailbox(settings):
        yield "mail", True, f"kept in {settings.home / 'mail'}, since QUORATE_SMTP_HOST is not set"
        return
    yield await _reached("mail", settings.smtp_host, settings.smtp_port, "set QUORATE_SMTP_HOST and QUORATE_SMTP_PORT")


async def _kafka(house: House) -> AsyncIterator[Line]:
    for server in filter(None, house.settings.kafka.split(",")):
        host, _, port = server.rpartition(":")
        if host and port.isdigit():
            yield await _reached("kafka", host, int(port), "start the broker, or mend QUORATE_KAFKA")
        else:
            yield "kafka", False, f"{server} is no server: write QUORATE_KAFKA as host:port"


async def _reached(what: str, host: str, port: int, mend: str) -> Line:
    if await answers(host, port):
        return what, True, f"{host}:{port} answers"
    return what, False, f"{host}:{port} does not answer: {mend}"
