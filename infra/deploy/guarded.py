"""A broker that asks who you are: TLS, SCRAM-SHA-512, and nothing allowed that was not granted.

Certificates and passwords are made anew each time; none is ever committed. What the broker says to itself goes over
a plain listener of its own on 127.0.0.1, since SCRAM users are known only once it is up.
"""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from infra.deploy import asking
from infra.deploy.broker import Broker
from infra.deploy.leash import free_port

OPERATOR = "quorate-operator"
HERE = ipaddress.ip_address("127.0.0.1")
VALID = timedelta(days=1)

SETTINGS = """\
listeners=CLIENTS://127.0.0.1:{port},INSIDE://127.0.0.1:{inside},QUORUM://127.0.0.1:{inner}
advertised.listeners=CLIENTS://127.0.0.1:{port},INSIDE://127.0.0.1:{inside}
listener.security.protocol.map=CLIENTS:SASL_SSL,INSIDE:PLAINTEXT,QUORUM:PLAINTEXT
inter.broker.listener.name=INSIDE
sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.clients.scram-sha-512.sasl.jaas.config=\
org.apache.kafka.common.security.scram.ScramLoginModule required;
ssl.keystore.type=PEM
ssl.keystore.location={keystore}
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS;User:{operator}
"""


class GuardedBroker(Broker):
    """One broker with users: `passwords` has each one's; `ca` is what a client must trust."""

    def __init__(self, folder: Path, users: Sequence[str] = ()) -> None:
        """Only remembers; use `guarding`."""
        super().__init__(folder)
        self.ca = self.folder / "ca.pem"
        self.passwords = {user: secrets.token_hex(16) for user in (OPERATOR, *users)}
        self._inside = 0

    @classmethod
    def guarding(cls, folder: Path, users: Sequence[str]) -> Self:
        """A broker that knows these users, who may do nothing yet, and OPERATOR, who may do all."""
        broker = cls(folder, users)
        broker._start_somewhere()
        return broker

    def knows(self) -> int:
        return asking.brokers(self._inside)

    def _further_settings(self, inner: int) -> str:
        self._inside = free_port()
        keystore = self.folder / "keystore.pem"
        vouched_for(self.ca, keystore)
        return SETTINGS.format(port=self._port, inside=self._inside, inner=inner, keystore=keystore, operator=OPERATOR)

    def _further_words(self) -> list[str]:
        users = [f"SCRAM-SHA-512=[name={user},password={word}]" for user, word in self.passwords.items()]
        return [word for user in users for word in ("--add-scram", user)]


def vouched_for(ca: Path, keystore: Path) -> None:
    """A certificate for 127.0.0.1 with its key, and beside it the one that signed it; the signing key is forgotten."""
    signer, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _certificate("Quorate test CA", "Quorate test CA", signer, signer, ca=True)
    server = _certificate("127.0.0.1", "Quorate test CA", own, signer, ca=False)
    key = own.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    ca.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    keystore.touch(mode=0o600)
    keystore.write_bytes(key + server.public_bytes(serialization.Encoding.PEM))


def _certificate(
    name: str, by: str, own: ec.EllipticCurvePrivateKey, signer: ec.EllipticCurvePrivateKey, *, ca: bool
) -> x509.Certificate:
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(by))
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - VALID)
        .not_valid_after(now + VALID)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if not ca:
        built = built.add_extension(x509.SubjectAlternativeName([x509.IPAddress(HERE)]), critical=False)
    return built.sign(signer, hashes.SHA256())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
