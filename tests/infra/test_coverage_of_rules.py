"""The table of what became of each rule agrees with the packs and the handlers that it names."""

from typing import Any

import pytest

from handlers.protocol import Protocol
from tests.infra.test_protocols import NATIONS, PROTOCOLS, ROOM, asked_by_handlers, opened

COVERAGE: dict[str, dict[str, Any]] = opened("coverage.toml")["rules"]
PACKS = {file.name: opened(file.name) for file in ROOM.glob("*.toml")} | {"coverage.toml": {}}
SHIPPED = [*(f"{nation.replace('-', '_')}{layer}.toml" for nation in NATIONS for layer in ("", "_typical"))]
ENCODED = [(id_, row) for id_, row in COVERAGE.items() if row["state"] == "encoded"]


def in_packs() -> set[str]:
    return {id_ for file in (*SHIPPED, "defaults.toml") for id_ in PACKS[file]["rules"]}


def test_every_rule_of_every_pack_stands_in_the_table() -> None:
    assert not in_packs() - set(COVERAGE)


@pytest.mark.parametrize(("id_", "row"), ENCODED, ids=[id_ for id_, _ in ENCODED])
def test_what_is_called_encoded_stands_where_the_table_says(id_: str, row: dict[str, Any]) -> None:
    if row["where"].startswith("handlers/"):
        assert (ROOM.parents[1] / row["where"]).is_file()
        return
    part: Any = PACKS[row["where"]]
    for step in row.get("part", f"rules.{id_}").split("."):
        part = part[step]
    assert part and ("part" in row or "count" in part)


@pytest.mark.parametrize("id_", sorted(COVERAGE))
def test_whatever_is_not_asked_for_says_why(id_: str) -> None:
    row = COVERAGE[id_]
    assert set(row) <= {"state", "where", "part", "why"} and row["state"] in ("encoded", "recorded", "unknown")
    assert ("where" in row) == (row["state"] == "encoded")
    if row["state"] != "encoded" or (row["where"].endswith(".toml") and not is_asked_for(id_)):
        assert len(row["why"]) > 20


def is_asked_for(id_: str) -> bool:
    return any(id_ in answering(protocol) for protocol in PROTOCOLS.values())


def answering(protocol: Protocol) -> set[str]:
    """The rules by which this nation answers what the handlers ask."""
    return {protocol.answers[asked] for asked in asked_by_handlers() if asked in protocol.answers}


def test_what_is_called_unknown_has_no_number_in_any_pack() -> None:
    unknown = {id_ for id_, row in COVERAGE.items() if row["state"] == "unknown"}
    known = {rule.id for protocol in PROTOCOLS.values() for rule in protocol.rules.values() if rule.count is not None}
    assert unknown and not unknown & known
