"""What stands in infra/deploy for whoever runs Quorate: each command, setting, metric, role and section exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from configparser import RawConfigParser
from pathlib import Path
from shlex import split
from typing import Any

import pytest
import typer
import yaml

from infra.cli import app
from infra.db.roles import RIGHTS
from infra.kafka.rights import RELAY, WATCH, WORKER
from infra.pulse import Pulse
from infra.settings import read
from infra.watch.measures import OfDatabase, of_process
from streams.agents import LOST

DEPLOY = Path(__file__).parents[2] / "infra/deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
PAGE = (DEPLOY / "at_night.md").read_text("utf-8")
SETTING = re.compile(r"\bQUORATE_[A-Z_]+\b")
KEY = "0123456789abcdef" * 4
HARD = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "DynamicUser": "yes",
    "CapabilityBoundingSet": "",
}


class Several(dict[str, Any]):
    """systemd lets a key stand many times; configparser would keep the last."""

    def __setitem__(self, key: str, value: Any) -> None:
        if isinstance(value, list) and key in self:
            self[key].extend(value)
        else:
            super().__setitem__(key, value)


def unit(file: Path) -> RawConfigParser:
    parser = RawConfigParser(strict=False, dict_type=Several, delimiters="=", interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(file)
    return parser


def parses(command: str) -> None:
    """Raises what the command line would say of a command that it does not know."""
    name, *words = split(command)
    assert name == "quorate", command
    group: Any = typer.main.get_command(app)
    context: Any = None
    while True:
        context = group.make_context(name, list(words), parent=context)
        rest = [*context._protected_args, *context.args]
        if not hasattr(group, "resolve_command") or not rest:
            return
        name, group, words = group.resolve_command(context, rest)


class Asked(dict[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self, given: dict[str, str]) -> None:
        super().__init__(given)
        self.names: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.names.add(name)
        return super().get(name, default)


def settings_there_are() -> set[str]:
    asked = Asked({"QUORATE_MASTER_KEY": KEY, "QUORATE_WATCH_PORT": "1"})
    read(asked)
    return asked.names


def test_every_unit_starts_a_command_that_there_is_with_settings_that_there_are() -> None:
    assert [u.name for u in UNITS] == ["quorate-relay.service", "quorate-watch.service", "quorate-worker@.service"]
    known = settings_there_are()
    for file in UNITS:
        service = unit(file)["Service"]
        parses(service["ExecStart"].replace("/opt/quorate/.venv/bin/", ""))
        assert set(SETTING.findall(file.read_text())) <= known, file.name
        loaded = {line.partition(":")[0] for line in service["LoadCredential"].split()}
        assert set(re.findall(r"_FILE=%d/(\w+)", service["Environment"])) == loaded, file.name
        assert "database" in loaded and ("master_key" in loaded) is (file.name != "quorate-watch.service")


def test_every_unit_is_held_tight_and_started_again() -> None:
    for file in UNITS:
        service = unit(file)["Service"]
        assert HARD.items() <= dict(service).items(), file.name
        assert service["Restart"] == "always" and str(LOST) in service["RestartForceExitStatus"].split()
        assert service["Type"] == "notify" and int(service["WatchdogSec"]) > 90


def test_every_unit_goes_in_under_a_role_of_its_own() -> None:
    users = {unit(file)["Service"]["User"] for file in UNITS}
    assert users == {WORKER, RELAY, WATCH}
    for file in UNITS:
        user = unit(file)["Service"]["User"]
        assert user.replace("-", "_") in RIGHTS and f"//{user.replace('-', '_')}:" in file.read_text()
        assert f"QUORATE_KAFKA_USER={user}" in unit(file)["Service"]["Environment"].split()


def test_the_compose_file_starts_what_the_units_start() -> None:
    text = (DEPLOY / "compose.yaml").read_text()
    assert text.startswith("# Not run here")
    composed = yaml.safe_load(text)
    ours = {name: s for name, s in composed["services"].items() if "command" in s}
    assert {"worker", "relay", "watch"} <= ours.keys()
    known = settings_there_are()
    for name, service in ours.items():
        parses(" ".join(service["command"]))
        assert service["environment"].keys() <= known, name
        assert set(service["secrets"]) <= composed["secrets"].keys(), name
    for service in composed["services"].values():
        image = service["image"].partition(":")[0]
        assert image.count("/") <= 1 and "." not in image, "an image is named without its registry"
    for command in re.findall(r"run --rm owner (quorate [\w -]+?)(?:  |\n)", text):
        parses(command)


def rules() -> list[dict[str, Any]]:
    [group] = yaml.safe_load((DEPLOY / "alerts.yml").read_text())["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def metrics() -> Iterator[tuple[str, set[str]]]:
    """Each metric's name, as Prometheus stores it, and its labels."""
    pulse = Pulse()
    registry = of_process(pulse)
    pulse.on_settled("family", 0.1)
    pulse.on_mail("accepted")
    for family in registry.collect():
        yield from ((sample.name, set(sample.labels)) for sample in family.samples)
    for family in OfDatabase().collect():
        yield family.name, set(family._labelnames)


def test_every_rule_asks_for_metrics_that_there_are() -> None:
    there = dict(metrics())
    for rule in rules():
        named = set(re.findall(r"\b(?:quorate|process)_\w+", rule["expr"]))
        assert named and named <= there.keys(), rule["alert"]
        for name, label in re.findall(r"(quorate_\w+)\{(\w+)", rule["expr"]):
            assert label in there[name], rule["alert"]


def test_every_metric_of_ours_has_a_rule_or_stands_beside_one() -> None:
    asked = " ".join(rule["expr"] for rule in rules())
    ours = {
        name
        for name, _ in metrics()
        if name.startswith("quorate_") and not name.endswith(("_created", "_sum", "_count"))
    }
    assert not {name for name in ours if name not in asked}


def test_labels_hold_codes_only() -> None:
    labels = {label for name, of in metrics() if name.startswith("quorate_") for label in of}
    assert labels == {"kind", "topic", "reason", "outcome", "le"}


def test_every_rule_names_a_section_of_the_page_and_every_section_a_rule() -> None:
    sections = set(re.findall(r"^## (.+)$", PAGE, re.MULTILINE)) - {"Never"}
    assert {rule["annotations"]["page"] for rule in rules()} == sections
    assert {rule["labels"]["severity"] for rule in rules()} == {"night", "morning"}
    assert len({rule["alert"] for rule in rules()}) == len(rules())


def test_every_command_on_the_page_is_one() -> None:
    commands = re.findall(r"`(quorate [^`]+)`", PAGE)
    assert len(set(commands)) > 10
    for command in commands:
        parses(command)
    assert len(PAGE.splitlines()) <= 80, "one page"


@pytest.mark.parametrize(
    "command", ["quorate nothing", "quorate lag --nothing", "quorate held nothing", "quorate show"]
)
def test_a_command_that_there_is_not_would_be_noticed(command: str) -> None:
    with pytest.raises(Exception, match=r"No such|Missing"):
        parses(command)
