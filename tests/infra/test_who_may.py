"""A broker that asks who you are: whoever is refused reads one sentence with the mend, and the rights are as listed."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path

import pytest
from kafka.admin import ACL, ACLOperation, ACLPermissionType, ACLResourcePatternType, ResourcePattern, ResourceType
from sqlalchemy import select
from typer.testing import CliRunner

from infra.cli import app
from infra.db.engine import transaction
from infra.db.tables import inbox
from infra.deploy.broker import Broker
from infra.deploy.guarded import OPERATOR, GuardedBroker, vouched_for
from infra.deploy.postgres import Postgres
from infra.kafka.rights import RELAY, WATCH, WORKER, change, differ, listed
from infra.kafka.river import River
from infra.kafka.topics import administrator
from infra.settings import Login, SettingsFault, read
from infra.wiring import carrier, house
from infra.worker import GROUP
from streams.clock import wall
from streams.office import CannotNow
from streams.topics import TOPICS, topic_for
from streams.wire import Letter
from tests.journeys.story import a_household, at
from tests.office.engines import worker

pytestmark = pytest.mark.timeout(600)  # the first run on a machine fetches the parts
FAMILY = TOPICS[0].name


def login(guarded: GuardedBroker, user: str) -> Login:
    return Login(user, guarded.passwords[user], guarded.ca)


def environment(guarded: GuardedBroker, user: str, **other: str) -> dict[str, str]:
    return {
        "QUORATE_KAFKA": guarded.bootstrap,
        "QUORATE_KAFKA_USER": user,
        "QUORATE_KAFKA_PASSWORD": guarded.passwords[user],
        "QUORATE_KAFKA_CA": str(guarded.ca),
    } | other


def said(home: Path, environment: dict[str, str], *words: str, code: int = 0) -> str:
    """What a command says, once it ended as expected."""
    result = CliRunner(env=environment).invoke(app, ["--home", str(home), *words])
    assert result.exit_code == code, (words, result.exit_code, result.output)
    return (result.stderr if code else result.stdout).strip()


@pytest.fixture(scope="module")
def unlisted(guarded: GuardedBroker, tmp_path_factory: pytest.TempPathFactory) -> GuardedBroker:
    """With topics, and nobody may do anything with them yet."""
    home = tmp_path_factory.mktemp("operator")
    said(home, environment(guarded, OPERATOR), "topics", "apply", "--yes")
    change(guarded.bootstrap, login(guarded, OPERATOR), [], listed(GROUP))
    return guarded


@pytest.mark.parametrize(
    ("given", "lacking"),
    [
        ({"QUORATE_KAFKA_USER": "u"}, "QUORATE_KAFKA_PASSWORD (or its _FILE)"),
        ({"QUORATE_KAFKA_PASSWORD": "p"}, "QUORATE_KAFKA_USER"),
        ({"QUORATE_KAFKA_CA": "ca.pem"}, "QUORATE_KAFKA_USER"),
    ],
)
def test_half_a_login_is_refused_by_name(tmp_path: Path, given: dict[str, str], lacking: str) -> None:
    with pytest.raises(SettingsFault) as fault:
        read(given, tmp_path)
    assert str(fault.value).startswith(f"{lacking} is not set: give user and password together")


def test_a_login_is_read_with_its_password_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "word").write_text("secret\n")
    given = {"QUORATE_KAFKA_USER": "u", "QUORATE_KAFKA_PASSWORD_FILE": str(tmp_path / "word")}
    assert read(given, tmp_path).kafka_login == Login("u", "secret")
    assert read({}, tmp_path).kafka_login is None


@pytest.mark.parametrize("command", [("lag",), ("topics", "apply"), ("worker",), ("relay",)])
def test_a_wrong_password_is_named_with_its_mend(guarded: GuardedBroker, tmp_path: Path, command: tuple[str]) -> None:
    wrong = environment(guarded, WORKER, QUORATE_KAFKA_PASSWORD="wrong")
    sentence = f"does not let {WORKER} in: mend QUORATE_KAFKA_USER or QUORATE_KAFKA_PASSWORD"
    assert sentence in said(tmp_path, wrong, *command, code=75)


def test_a_certificate_that_nobody_vouches_for_is_refused(guarded: GuardedBroker, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    vouched_for(other, tmp_path / "key.pem")
    for further in ({"QUORATE_KAFKA_CA": str(other)}, {"QUORATE_KAFKA_CA": ""}):
        told = said(tmp_path, environment(guarded, OPERATOR, **further), "lag", code=75)
        assert f"the certificate of the broker at {guarded.bootstrap} is not to be trusted" in told
        assert "give the PEM of whoever signed it as QUORATE_KAFKA_CA" in told


def test_a_file_without_certificates_is_named(guarded: GuardedBroker, tmp_path: Path) -> None:
    (tmp_path / "empty.pem").touch()
    for name in ("empty.pem", "none.pem"):
        wrong = environment(guarded, OPERATOR, QUORATE_KAFKA_CA=str(tmp_path / name))
        assert f"{name}, from which no certificate can be read" in said(tmp_path, wrong, "lag", code=2)


def test_a_login_at_a_listener_without_tls_is_named(guarded: GuardedBroker, broker: Broker, tmp_path: Path) -> None:
    plain = environment(guarded, OPERATOR, QUORATE_KAFKA=broker.bootstrap)
    assert "does not speak TLS there: name its SASL_SSL listener" in said(tmp_path, plain, "lag", code=75)


def test_whoever_has_no_right_is_named_with_the_topic_and_the_mend(unlisted: GuardedBroker, tmp_path: Path) -> None:
    mend = "let an operator run quorate topics apply --acls"
    told = said(tmp_path, environment(unlisted, WORKER), "worker", code=75)
    assert f"the broker does not let {WORKER} read {FAMILY}: {mend}" in told
    told = said(tmp_path, environment(unlisted, WATCH), "lag", code=75)
    assert f"does not let {WATCH} see the group quorate-settle: {mend}" in told
    told = said(tmp_path, environment(unlisted, WATCH), "topics", "apply", "--yes", code=75)
    assert f"does not let {WATCH} make {FAMILY}: say it as one of the broker's super.users" in told


def test_a_relay_that_was_refused_goes_on_once_it_is_granted(unlisted: GuardedBroker) -> None:
    letter = Letter("riverside/diary/riverside", {"ce_type": "any"}, b"{}")
    diary = topic_for("diary")
    with River(unlisted.bootstrap, login(unlisted, RELAY)) as river:
        for _ in range(2):
            with pytest.raises(CannotNow) as refused:
                asyncio.run(river.publish([letter]))
            assert str(refused.value) == (
                f"the broker does not let {RELAY} write {diary}: let an operator run quorate topics apply --acls"
            )
        _give(unlisted, f"User:{RELAY}", ACLOperation.WRITE, diary)
        asyncio.run(river.publish([letter]))


def test_each_process_is_granted_what_it_needs_and_nothing_else(unlisted: GuardedBroker, tmp_path: Path) -> None:
    operator = environment(unlisted, OPERATOR)
    _give(unlisted, "User:somebody", ACLOperation.READ, FAMILY)
    _give(unlisted, f"User:{WORKER}", ACLOperation.WRITE, FAMILY)
    _give(unlisted, "User:backup", ACLOperation.READ, "quorate.", ACLResourcePatternType.PREFIXED)
    unlisted_ = [f"User:{WORKER} may write the topic {FAMILY}", f"User:somebody may read the topic {FAMILY}"]
    apply = ("topics", "apply", "--acls", "--yes")
    planned = said(tmp_path, operator, *apply, "--dry-run").splitlines()
    first = said(tmp_path, operator, *apply).splitlines()
    assert first[:-1] == planned, "the difference is shown first"
    assert f"grant: User:{WORKER} may read the topic {FAMILY}" in first
    assert [x for x in first if x.startswith("not")] == [f"not listed: {x}; --remove takes it away" for x in unlisted_]
    assert "keep: User:backup may read the topic all that begins with quorate., which is more than ours" in first
    assert first[-1] == f"Granted {3 * len(TOPICS) + 3} rights, took away 0."
    second = said(tmp_path, operator, *apply, "--remove").splitlines()
    assert [x for x in second if x.startswith("take")] == [f"take away: {x}" for x in unlisted_]
    assert second[-1] == "Granted 0 rights, took away 2."
    third = said(tmp_path, operator, *apply, "--remove")
    assert "keep: User:backup" in third and "Granted" not in third
    told = said(tmp_path, environment(unlisted, WATCH), *apply, code=75)
    assert f"does not let {WATCH} see how our topics are set: say it as one of the broker's super.users" in told
    with pytest.raises(CannotNow, match=f"let {WATCH} read who may do what: say it as one of the broker's super"):
        differ(unlisted.bootstrap, login(unlisted, WATCH), GROUP)
    with pytest.raises(CannotNow, match=f"let {WATCH} change who may do what: say it as one of the broker's super"):
        change(unlisted.bootstrap, login(unlisted, WATCH), listed(GROUP), [])
    assert "1 records wait" in said(tmp_path, environment(unlisted, WATCH), "lag")
    told = said(tmp_path, environment(unlisted, RELAY), "worker", code=75)
    assert f"does not let {RELAY} read {FAMILY}" in told
    with River(unlisted.bootstrap, login(unlisted, WORKER)) as river, pytest.raises(CannotNow, match="write"):
        asyncio.run(river.publish([Letter("riverside/family/F-1", {"ce_type": "any"}, b"{}")]))


def test_relay_and_worker_do_their_work_with_what_they_are_granted(
    unlisted: GuardedBroker, postgres: Postgres, tmp_path: Path
) -> None:
    said(tmp_path, environment(unlisted, OPERATOR), "topics", "apply", "--acls", "--yes")
    common = {
        "QUORATE_HOME": str(tmp_path),
        "QUORATE_DATABASE": postgres.create(f"guarded_{secrets.token_hex(4)}"),
        "QUORATE_MASTER_KEY": secrets.token_hex(32),
    }
    household = a_household(at("2025-01-06"))

    async def story() -> set[str]:
        """Let in through the outbox, carried by the relay, and settled by the worker."""
        async with house(read(common | environment(unlisted, RELAY))) as running, carrier(running, False) as relay:
            await running.office.submit(household)
            await relay.carry(await running.office.wave(wall()), wall())
            async with asyncio.timeout(60):
                while True:
                    async with transaction(running.engine) as connection:
                        settled = set((await connection.execute(select(inbox.c.event))).scalars())
                    if settled >= {x.id for x in household}:
                        return settled
                    await asyncio.sleep(0.2)

    with worker(common | environment(unlisted, WORKER), tmp_path / "worker.log"):
        asyncio.run(story())


def test_rights_are_taken_away_only_with_those_granted(tmp_path: Path) -> None:
    told = said(tmp_path, {"QUORATE_KAFKA": "127.0.0.1:1"}, "topics", "apply", "--remove", code=2)
    assert told == "--remove takes rights away, not topics: say --acls --remove"


def _give(
    guarded: GuardedBroker,
    who: str,
    operation: ACLOperation,
    name: str,
    reach: ACLResourcePatternType = ACLResourcePatternType.LITERAL,
) -> None:
    pattern = ResourcePattern(ResourceType.TOPIC, name, reach)
    with administrator(guarded.bootstrap, login(guarded, OPERATOR)) as admin:
        admin.create_acls([ACL(who, "*", operation, ACLPermissionType.ALLOW, pattern)])
