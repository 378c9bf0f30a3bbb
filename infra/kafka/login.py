"""Saying who we are to a broker that asks: SASL_SSL with SCRAM-SHA-512, for every client of ours alike.

The clients try what was refused again until they run out of time, and then say only that nobody answered. So with a
login we knock first, and whatever is refused is named in one sentence with its mend.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from kafka.errors import AuthorizationError, KafkaError

from infra.settings import Login, SettingsFault
from streams.office import CannotNow

MECHANISM = "SCRAM-SHA-512"
PATIENCE_SECONDS = 5.0
PARTING_SECONDS = 0.2
GRANT = "let an operator run quorate topics apply --acls"


def for_kafka_python(login: Login | None) -> dict[str, Any]:
    """The keywords that its producer and its administrator take alike; none without a login."""
    if login is None:
        return {}
    return {
        "security_protocol": "SASL_SSL",
        "ssl_context": trust(login),
        "sasl_mechanism": MECHANISM,
        "sasl_plain_username": login.user,
        "sasl_plain_password": login.password,
    }


def trust(login: Login) -> ssl.SSLContext:
    """Names are checked, and certificates against the CA that was named, or those of this machine.

    Raises SettingsFault.
    """
    try:
        return ssl.create_default_context(cafile=login.ca)
    except OSError as error:  # ssl's own errors are such
        raise SettingsFault(
            f"QUORATE_KAFKA_CA names {login.ca}, from which no certificate can be read ({error}):"
            " give the PEM of whoever signed the broker's"
        ) from None


@contextmanager
def let_in(bootstrap: str, login: Login | None) -> Iterator[None]:
    """Knock, then connect in here. Raises CannotNow with one sentence, SettingsFault."""
    if login:
        knock(bootstrap, login)
    try:
        yield
    except (KafkaError, OSError) as error:
        raise CannotNow(f"no Kafka broker answers at {bootstrap} ({error}): start it or mend QUORATE_KAFKA") from error


@contextmanager
def allowed(login: Login | None, doing: str, mend: str = GRANT) -> Iterator[None]:
    """What needs a right, done in here. Raises CannotNow, naming the user, what he may not do and the mend."""
    try:
        yield
    except AuthorizationError as error:
        raise CannotNow(may_not(login, doing, mend)) from error


def may_not(login: Login | None, doing: str, mend: str = GRANT) -> str:
    return f"the broker does not let {login.user if login else 'anonymous users'} {doing}: {mend}"


def knock(bootstrap: str, login: Login) -> None:
    """Log in once, at the first server that listens; where none does, that is for the client to wait out."""
    trusting = trust(login)
    with ThreadPoolExecutor(1) as apart:  # whoever asks may stand in a running loop already
        for server in bootstrap.split(","):
            host, _, port = server.strip().rpartition(":")
            if apart.submit(asyncio.run, _knock_at(host, port, login, trusting)).result():
                return


async def _knock_at(host: str, port: str, login: Login, trusting: ssl.SSLContext) -> bool:
    """Whether we were let in; False if nobody listens."""
    from aiokafka.conn import AIOKafkaConnection  # here, since most commands never knock
    from aiokafka.errors import SaslAuthenticationFailed

    where = f"the broker at {host}:{port}"
    try:
        line = AIOKafkaConnection(
            host,
            int(port),
            request_timeout_ms=int(PATIENCE_SECONDS * 1000),
            security_protocol="SASL_SSL",
            ssl_context=trusting,
            sasl_mechanism=MECHANISM,
            sasl_plain_username=login.user,
            sasl_plain_password=login.password,
        )
        try:
            await line.connect()
        finally:
            await asyncio.wait([line.close()], timeout=PARTING_SECONDS)
    except ssl.SSLCertVerificationError as error:
        raise CannotNow(
            f"the certificate of {where} is not to be trusted ({error.verify_message}):"
            " give the PEM of whoever signed it as QUORATE_KAFKA_CA"
        ) from error
    except (ssl.SSLError, ConnectionResetError) as error:
        raise CannotNow(f"{where} does not speak TLS there: name its SASL_SSL listener in QUORATE_KAFKA") from error
    except SaslAuthenticationFailed as error:
        raise CannotNow(
            f"{where} does not let {login.user} in: mend QUORATE_KAFKA_USER or QUORATE_KAFKA_PASSWORD"
        ) from error
    except (OSError, ValueError, TimeoutError):
        return False
    return True
