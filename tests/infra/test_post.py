"""Real conversations with a real SMTP server: what is accepted, what is refused, and what nobody can know."""

import asyncio
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from threading import Thread

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from handlers.people import Recipient
from infra.mail.mailbox import Mailbox, Manner
from infra.mail.post import Accepted, Post, PostUnavailable, Refused, Relay, Sent, Unknown
from tests.infra.mails import calendar_of, composed, invitation, letter, minutes, notice


def sent(port: int, to: str = "alex@health.example", patience: float = 5.0) -> Sent:
    effect = invitation(to=Recipient("p", "Alex", to))
    relay = Relay(host="127.0.0.1", port=port, patience=patience)
    return asyncio.run(posted(relay, composed(effect), to))


async def posted(relay: Relay, mail: EmailMessage, to: str) -> Sent:
    """By a post that is opened for it."""
    async with Post(relay) as post:
        return await post.send(mail, to)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


# --- accepted


def test_an_accepted_mail_lies_in_the_mailbox_as_it_was_composed(tmp_path: Path) -> None:
    mail = composed(invitation(place="Ystafell Ŵyn"))
    with Mailbox.opened(tmp_path / "mail") as mailbox:
        relay = Relay(host="127.0.0.1", port=mailbox.port)
        assert asyncio.run(posted(relay, mail, "alex@health.example")) == Accepted()
        (kept,) = mailbox.mails()
    assert kept.name == f"000001-{mail['Message-ID'][1:-1]}.eml"
    assert kept.read_bytes() == mail.as_bytes()
    arrived = message_from_bytes(kept.read_bytes(), policy=default)
    assert calendar_of(arrived) == calendar_of(mail)


def test_a_repeated_mail_is_kept_beside_the_first_and_byte_for_byte_the_same(tmp_path: Path) -> None:
    for _ in range(2):
        with Mailbox.opened(tmp_path) as mailbox:  # opened anew: the numbers go on
            assert sent(mailbox.port) == Accepted()
    first, second = mailbox.mails()
    assert (first.name[:7], second.name[:7]) == ("000001-", "000002-") and first.name[7:] == second.name[7:]
    assert first.read_bytes() == second.read_bytes()
    assert not list(tmp_path.glob("*.part"))


def test_many_mails_may_be_under_way_at_once(tmp_path: Path) -> None:
    async def all_at_once(port: int) -> list[Sent]:
        mails = [composed(kind(message=f"m{n}")) for n in range(10) for kind in (invitation, minutes, notice, letter)]
        async with Post(Relay(host="127.0.0.1", port=port)) as post:
            return await asyncio.gather(*(post.send(mail, str(mail["To"])) for mail in mails))

    with Mailbox.opened(tmp_path) as mailbox:
        assert asyncio.run(all_at_once(mailbox.port)) == [Accepted()] * 40
        assert len(mailbox.mails()) == 40


# --- refused, later, unknown


@pytest.mark.parametrize("to", ["refuse@health.example", "refuse-content.now@health.example"])
def test_a_refusal_for_good_is_an_answer_and_names_no_address(tmp_path: Path, to: str) -> None:
    with Mailbox.opened(tmp_path) as mailbox:
        outcome = sent(mailbox.port, to)
        assert isinstance(outcome, Refused) and outcome.reason.startswith("550") and to not in outcome.reason
        assert sent(mailbox.port) == Accepted() and len(mailbox.mails()) == 1


@pytest.mark.parametrize("to", ["", "nobody", "a b@c.example", "å@c.example", "a@c.example>\r\nDATA", "<a@c.example>"])
def test_an_impossible_address_is_refused_without_a_call(to: str) -> None:
    post = Post(Relay(host="127.0.0.1", port=1))
    assert isinstance(asyncio.run(post.send(composed(invitation()), to)), Refused)


@pytest.mark.parametrize(("to", "because"), [("greylist@x.example", "451"), ("hang-up@x.example", "broke")])
def test_what_may_pass_later_is_not_over(tmp_path: Path, to: str, because: str) -> None:
    with Mailbox.opened(tmp_path) as mailbox:
        with pytest.raises(PostUnavailable, match=because) as fault:
            sent(mailbox.port, to)
        assert to not in str(fault.value) and str(fault.value).endswith(".") and not mailbox.mails()


def test_greylisting_passes_at_the_second_try(tmp_path: Path) -> None:
    tries: list[str] = []

    def once(address: str) -> Manner:
        tries.append(address)
        return "greylist" if len(tries) == 1 else "accept"

    with Mailbox.opened(tmp_path, hook=once) as mailbox:
        with pytest.raises(PostUnavailable):
            sent(mailbox.port)
        assert sent(mailbox.port) == Accepted()


def test_a_lost_answer_after_the_mail_is_unknown_though_it_arrived(tmp_path: Path) -> None:
    with Mailbox.opened(tmp_path) as mailbox:
        assert sent(mailbox.port, "cut@health.example") == Unknown()
        assert len(mailbox.mails()) == 1


def test_no_server_at_all_means_not_now() -> None:
    with pytest.raises(PostUnavailable, match="cannot be used now"):
        sent(free_port())


@contextmanager
def scripted(*answers: bytes | None) -> Iterator[int]:
    """A server that says these lines, whatever it hears; at None it hangs up, at the end it falls silent."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def talk() -> None:
            line, _ = server.accept()
            with line:
                for number, answer in enumerate(answers):
                    if number and not line.recv(65536):
                        return
                    if answer is None:
                        return
                    line.sendall(answer)
                while line.recv(65536):
                    pass

        talker = Thread(target=talk, daemon=True)
        talker.start()
        yield server.getsockname()[1]
        talker.join(5)


OPENING = (b"220 here\r\n", b"250 here\r\n", b"250 sender\r\n", b"250 recipient\r\n")


@pytest.mark.parametrize(
    "answers",
    [
        (),
        (b"421 too busy\r\n",),
        (b"220 here\r\n",),
        (b"220 here\r\n", b"250 here\r\n", None),
        (b"220 here\r\n", b"250 here\r\n", b"550 who are you\r\n"),
        (*OPENING[:3], b"452 mailbox full for now\r\n"),
        (*OPENING[:3], b"530 say who you are\r\n"),
        (*OPENING, b"451 not now\r\n"),
        (*OPENING, b"354 go\r\n", b"452 no room now\r\n"),
    ],
)
def test_trouble_before_the_mail_is_taken_means_not_now(answers: tuple[bytes | None, ...]) -> None:
    with scripted(*answers) as port, pytest.raises(PostUnavailable) as fault:
        sent(port, patience=0.3)
    assert str(fault.value).count("\n") == 0


@pytest.mark.parametrize(
    "answers",
    [
        (*OPENING, b"354 go\r\n"),  # silent after the final dot
        (*OPENING, b"354 go\r\n", None),
        (*OPENING, b"354 go\r\n", b"gibberish\r\n"),
        (*OPENING, b"354 go\r\n", b"333 what\r\n"),
    ],
)
def test_trouble_after_data_began_is_unknown(answers: tuple[bytes | None, ...]) -> None:
    with scripted(*answers) as port:
        assert sent(port, patience=0.3) == Unknown()


@pytest.mark.parametrize(
    "answers",
    [
        (*OPENING[:3], b"501 bad address\r\n"),
        (*OPENING, b"554 no\r\n"),
        (*OPENING, b"354 go\r\n", b"550 DMARC\r\n"),
    ],
)
def test_a_permanent_no_is_a_refusal_wherever_it_comes(answers: tuple[bytes, ...]) -> None:
    with scripted(*answers) as port:
        assert isinstance(sent(port, patience=0.3), Refused)


def test_a_mail_too_large_for_the_relay_is_refused() -> None:
    with scripted(b"220 here\r\n", b"250-here\r\n250 SIZE 10\r\n", b"552 too large\r\n") as port:
        assert isinstance(sent(port, patience=0.3), Refused)


# --- under STARTTLS


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1's own, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.fromtimestamp(time.time(), UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths


@contextmanager
def guarded(folder: Path) -> Iterator[tuple[int, Path]]:
    """A relay that wants STARTTLS and a password; its port, and the certificate to trust."""
    chain, key = certificate(folder)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(chain, key)

    def known(server: object, session: object, envelope: object, mechanism: str, login: object) -> AuthResult:
        right = isinstance(login, LoginPassword) and (login.login, login.password) == (b"quorate", b"right")
        return AuthResult(success=right, handled=False)

    server = Controller(
        Sink(),
        hostname="127.0.0.1",
        port=free_port(),
        tls_context=tls,
        require_starttls=True,
        authenticator=known,
        auth_required=True,
    )
    server.start()
    try:
        yield server.port, chain
    finally:
        server.stop()


def test_a_password_travels_under_a_checked_certificate_alone(tmp_path: Path) -> None:
    async def tried(relay: Relay) -> Sent | PostUnavailable:
        try:
            return await posted(relay, composed(invitation()), "alex@health.example")
        except PostUnavailable as fault:
            return fault
        finally:
            await asyncio.sleep(0.2)  # TLS says goodbye after the answer, if the loop still runs

    with guarded(tmp_path) as (port, chain):
        trusted = Relay(host="127.0.0.1", port=port, starttls=True, user="quorate", password="right", ca_file=chain)
        assert asyncio.run(tried(trusted)) == Accepted() and "right" not in repr(trusted)
        for relay in (
            replace(trusted, ca_file=None),  # nobody vouches for the certificate
            replace(trusted, password="wrong"),
            replace(trusted, starttls=False, user=None, password=None),
        ):
            assert isinstance(asyncio.run(tried(relay)), PostUnavailable)
    with pytest.raises(ValueError, match="only travel under STARTTLS"):
        replace(trusted, starttls=False)


def test_starttls_is_never_given_up_quietly(tmp_path: Path) -> None:
    with Mailbox.opened(tmp_path) as mailbox:
        relay = Relay(host="127.0.0.1", port=mailbox.port, starttls=True)
        with pytest.raises(PostUnavailable, match=r"(?i)starttls"):
            asyncio.run(posted(relay, composed(invitation()), "alex@health.example"))
        assert not mailbox.mails()
