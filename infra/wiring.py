"""The only list of concrete classes: settings in, a house ready to work out."""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from infra.db.engine import Engine, connect
from infra.db.schema import bring_up_to_date
from infra.db.sealing import Keyring
from infra.dispatch import Dispatch
from infra.kafka.river import River
from infra.mail.post import Post
from infra.mail.post import Relay as MailRelay
from infra.office import Office
from infra.papers.compose import Letterhead
from infra.papers.links import Links
from infra.protocols.packs import protocols
from infra.pulse import Pulse
from infra.relay import Relay
from infra.settings import Settings
from streams.local import LocalCarrier
from streams.office import Carrier

TOKEN_DIGITS = 24


@dataclass(frozen=True)
class House:
    """Everything that a door needs."""

    settings: Settings
    engine: Engine
    keyring: Keyring
    office: Office
    dispatch: Dispatch
    pulse: Pulse = field(default_factory=Pulse)


@asynccontextmanager
async def house(settings: Settings, deciding: bool = True) -> AsyncIterator[House]:
    """Open the database, bring it up to date, put the parts together; whoever is deciding needs every area's rules.

    Raises CannotNow, ProtocolFaults.
    """
    engine = connect(settings.database)
    try:
        await bring_up_to_date(engine)
        keyring = Keyring(settings.master_key)
        rules = protocols(settings.nation, settings.overlay, all_sound=deciding)
        office = Office(engine, keyring, rules, not settings.embedded)
        async with Post(mail_relay(settings)) as post:
            dispatch = Dispatch(engine, keyring, letterhead(settings), post, settings.webhook_networks, links(settings))
            yield House(settings, engine, keyring, office, dispatch, dispatch.pulse)
    finally:
        await engine.dispose()


@asynccontextmanager
async def carrier(open_house: House, played: bool) -> AsyncIterator[Carrier]:
    """What carries events on this house's engine: straight in, or through the broker. Raises CannotNow."""
    if open_house.settings.embedded:
        yield LocalCarrier(open_house.office, open_house.dispatch)
        return
    with River(open_house.settings.kafka, open_house.settings.kafka_login) as river:
        yield Relay(open_house.engine, open_house.dispatch, river, lockstep=played)


def mail_relay(settings: Settings) -> MailRelay:
    return MailRelay(
        host=settings.smtp_host,
        port=settings.smtp_port,
        starttls=settings.smtp_starttls,
        user=settings.smtp_user,
        password=settings.smtp_password,
    )


def letterhead(settings: Settings) -> Letterhead:
    """The mail domain, and reply tokens that only this server can make (decision 22)."""
    key = hmac.digest(settings.master_key, b"reply token", "sha256")

    def token(invitation: str) -> str:
        return hmac.digest(key, invitation.encode(), "sha256").hex()[:TOKEN_DIGITS]

    return Letterhead(domain=settings.domain, token=token)


def links(settings: Settings) -> Links:
    """The links by which people answer, which only this server can make."""
    return Links(settings.web_url, hmac.digest(settings.master_key, b"answer by link", "sha256"))
