"""The environment, read once into one frozen value. A missing or sample key stops the program with one sentence."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

KEY_BYTES = 32
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class SettingsFault(Exception):
    """A setting is missing or wrong; the sentence names it and the mend."""


class Login(Struct, frozen=True):
    """Who we are to the broker, over TLS. ca: PEM of whoever signed its certificate; None: whom this machine trusts."""

    user: str
    password: str
    ca: Path | None = None


class Imap(Struct, frozen=True, kw_only=True):
    """The mailbox that answers come to, always by TLS. kept: the folder that a mail is moved to once it is kept;
    ca: as of Login."""

    host: str
    port: int
    user: str
    password: str
    folder: str
    kept: str
    ca: Path | None = None


class Settings(Struct, frozen=True, kw_only=True):
    """Where things are. home: the folder of the embedded default; database: a SQLAlchemy URL; kafka: host:port, or
    empty for the local engine, with a login where the broker asks for one; imap: the mailbox that is polled; domain:
    the organiser's mail domain; nation: whose bank holidays and rules; overlay: a local pack over them, or a folder
    with one for each area; webhook_networks: where webhooks may go though it lies within; authserv_id: under which name
    our own mail server writes Authentication-Results, empty if it writes none; watch_port: where health and metrics are
    asked for, None: nowhere; web_url: where people reach the pages that web_host and web_port serve, without a closing
    slash, empty: no mail bears a link; stuck_seconds: how long work may wait without anything moving, 0: for ever."""

    home: Path
    database: str
    kafka: str
    kafka_login: Login | None
    smtp_host: str
    smtp_port: int
    smtp_user: str | None
    smtp_password: str | None
    smtp_starttls: bool
    domain: str
    nation: str
    overlay: Path | None
    master_key: bytes
    imap: Imap | None = None
    webhook_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    authserv_id: str = ""
    watch_host: str = "127.0.0.1"
    watch_port: int | None = None
    web_url: str = ""
    web_host: str = "127.0.0.1"
    web_port: int = 8080
    stuck_seconds: int = 300

    @property
    def embedded(self) -> bool:
        return not self.kafka


def read(environment: Mapping[str, str] = os.environ, home: Path | None = None, *, keyed: bool = True) -> Settings:
    """The settings from QUORATE_* variables; `NAME_FILE` names a file that holds the value.

    keyed: with the master key, without which no name can be read.
    Raises SettingsFault with one sentence.
    """
    where = home or Path(environment.get("QUORATE_HOME", ".quorate"))
    nation, overlay = whose_rules(environment, where)
    return Settings(
        home=where,
        database=_value(environment, "QUORATE_DATABASE") or f"sqlite+aiosqlite:///{where / 'quorate.db'}",
        kafka=environment.get("QUORATE_KAFKA", ""),
        kafka_login=_login(environment),
        smtp_host=environment.get("QUORATE_SMTP_HOST", "127.0.0.1"),
        smtp_port=_number(environment, "QUORATE_SMTP_PORT", "25"),
        smtp_user=environment.get("QUORATE_SMTP_USER"),
        smtp_password=_value(environment, "QUORATE_SMTP_PASSWORD"),
        smtp_starttls=environment.get("QUORATE_SMTP_STARTTLS", "") == "1",
        domain=environment.get("QUORATE_DOMAIN", "meetings.example.org"),
        nation=nation,
        overlay=overlay,
        master_key=_master_key(environment, where) if keyed else b"",
        imap=_imap(environment),
        webhook_networks=_networks(environment),
        authserv_id=environment.get("QUORATE_AUTHSERV_ID", ""),
        watch_host=environment.get("QUORATE_WATCH_HOST", "127.0.0.1"),
        watch_port=_number(environment, "QUORATE_WATCH_PORT", "0") if environment.get("QUORATE_WATCH_PORT") else None,
        web_url=_web_url(environment),
        web_host=environment.get("QUORATE_WEB_HOST", "127.0.0.1"),
        web_port=_number(environment, "QUORATE_WEB_PORT", "8080"),
        stuck_seconds=_number(environment, "QUORATE_STUCK_SECONDS", "300"),
    )


def whose_rules(environment: Mapping[str, str] = os.environ, home: Path | None = None) -> tuple[str, Path | None]:
    """The nation, and the local pack or folder of packs over it: what the environment names, else what lies in the
    home's own `protocols`."""
    own = (home or Path(environment.get("QUORATE_HOME", ".quorate"))) / "protocols"
    named = environment.get("QUORATE_OVERLAY")
    overlay = Path(named) if named else own if own.is_dir() else None
    return environment.get("QUORATE_NATION", "england"), overlay


def _value(environment: Mapping[str, str], name: str) -> str | None:
    path = environment.get(f"{name}_FILE")
    if path is None:
        return environment.get(name)
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsFault(f"{name}_FILE names {path}, which cannot be read: {error.strerror}") from None


def _login(environment: Mapping[str, str]) -> Login | None:
    user, password = environment.get("QUORATE_KAFKA_USER"), _value(environment, "QUORATE_KAFKA_PASSWORD")
    ca = environment.get("QUORATE_KAFKA_CA")
    if not (user or password or ca):
        return None
    if not (user and password):
        named = "QUORATE_KAFKA_PASSWORD (or its _FILE)" if user else "QUORATE_KAFKA_USER"
        raise SettingsFault(f"{named} is not set: give user and password together, or neither and no QUORATE_KAFKA_CA")
    return Login(user, password, Path(ca) if ca else None)


def _imap(environment: Mapping[str, str]) -> Imap | None:
    host, user = environment.get("QUORATE_IMAP_HOST"), environment.get("QUORATE_IMAP_USER")
    if not host:
        return None
    password, ca = _value(environment, "QUORATE_IMAP_PASSWORD"), environment.get("QUORATE_IMAP_CA")
    if not (user and password):
        raise SettingsFault("QUORATE_IMAP_HOST is set: give QUORATE_IMAP_USER and QUORATE_IMAP_PASSWORD (or its _FILE)")
    folder, kept = environment.get("QUORATE_IMAP_FOLDER", "INBOX"), environment.get("QUORATE_IMAP_KEPT", "Quorate")
    if folder == kept:
        raise SettingsFault("QUORATE_IMAP_KEPT is QUORATE_IMAP_FOLDER: name another, so that what is kept is moved")
    port = _number(environment, "QUORATE_IMAP_PORT", "993")
    return Imap(
        host=host, port=port, user=user, password=password, folder=folder, kept=kept, ca=Path(ca) if ca else None
    )


def _number(environment: Mapping[str, str], name: str, default: str) -> int:
    text = environment.get(name, default)
    if not text.isdigit():
        raise SettingsFault(f"{name} is {text!r}: give a whole number")
    return int(text)


def _web_url(environment: Mapping[str, str]) -> str:
    """Without TLS no browser says from which site a form comes: only this machine itself does without."""
    text = environment.get("QUORATE_WEB_URL", "").rstrip("/")
    try:
        url = urlsplit(text)
        safe = url.scheme == "https" or (url.scheme == "http" and url.hostname in LOOPBACK)
        plain = text == f"{url.scheme}://{url.netloc}" and url.hostname and url.port != 0
    except ValueError:
        safe = plain = False
    if text and not (safe and plain):
        raise SettingsFault(f"QUORATE_WEB_URL is {text!r}: give an address like https://meetings.example.org")
    return text


def _networks(environment: Mapping[str, str]) -> tuple[IPv4Network | IPv6Network, ...]:
    text = environment.get("QUORATE_WEBHOOK_NETWORKS", "")
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError:
        raise SettingsFault(
            f"QUORATE_WEBHOOK_NETWORKS is {text!r}: give networks like 10.1.0.0/16, separated by commas"
        ) from None


def _master_key(environment: Mapping[str, str], home: Path) -> bytes:
    """The key over all keys: from QUORATE_MASTER_KEY (64 hex digits); else the home's own, made with its database.

    A database elsewhere never gets a key made by chance: whoever loses that file loses every name in it.
    """
    text = _value(environment, "QUORATE_MASTER_KEY")
    own = home / "master.key"
    if text is None and environment.get("QUORATE_DATABASE") is None and "QUORATE_DATABASE_FILE" not in environment:
        if not own.exists():
            if (home / "quorate.db").exists():
                raise SettingsFault(f"{own}, the key to this database, is missing: restore it from your backup of keys")
            home.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_hex(KEY_BYTES))
        text = own.read_text(encoding="ascii").strip()
    if text is None:
        raise SettingsFault(
            "QUORATE_MASTER_KEY is not set: give 64 hex digits (openssl rand -hex 32), or QUORATE_MASTER_KEY_FILE"
        )
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES or len(set(key)) < 8:
        raise SettingsFault("QUORATE_MASTER_KEY is not 64 random hex digits: make one with openssl rand -hex 32")
    return key
