"""What a pack says of a quorum, and which packs are refused for it, each with the sentence a mender reads."""

from datetime import date
from typing import Any

import pytest

from handlers.protocol import Protocol, ProtocolFaults, read
from tests.handlers.test_protocol import national, over, rule

QUORUM: dict[str, Any] = {
    "meetings": ["initial_conference"],
    "needed": ["social_care"],
    "others": 2,
    "health": "by_discipline",
    "grounds": {"enough_information": [], "local_attendance_difficulty": ["board"]},
    "names_area": "Tees",
    "source": "a page",
    "confidence": "local V",
    "worked": [
        {"there": ["social_care: social_worker", "health: gp", "health: midwife"], "quorate": True, "note": "two"},
        {"there": ["social_care: social_worker", "school: teacher"], "quorate": False, "note": "one"},
    ],
}


def a_quorum(**other: Any) -> Protocol:
    return read([{**national(ICPC_01=rule()), "quorum": {**QUORUM, **other}}])


def refused_quorum(**other: Any) -> tuple[str, ...]:
    with pytest.raises(ProtocolFaults) as refused:
        a_quorum(**other)
    return refused.value.faults


def test_a_quorum_stands_for_the_kinds_that_it_names() -> None:
    protocol = a_quorum()
    quorum = protocol.quorum_for("initial_conference", date(2026, 3, 2))
    assert quorum and quorum.cited() == "Q-01, national, Tees, a page" and quorum.grounds["enough_information"] == ()
    assert protocol.quorum_for("core_group", date(2026, 3, 2)) is None


def test_without_a_quorum_in_any_pack_there_is_none() -> None:
    assert read([national(ICPC_01=rule())]).quorum_for("initial_conference", date(2026, 3, 2)) is None


def test_a_local_quorum_replaces_the_whole_of_it_from_its_first_day() -> None:
    worked = [{**case, "quorate": False} for case in QUORUM["worked"]]
    local = {**over("local"), "quorum": {**QUORUM, "others": 3, "worked": worked}}
    protocol = read([{**national(ICPC_01=rule()), "quorum": QUORUM}, local])
    counts = [protocol.quorum_for("initial_conference", on) for on in (date(2026, 3, 31), date(2026, 4, 1))]
    assert [q.others for q in counts if q] == [2, 3]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        (
            {"others": 1},
            "the worked case 'social_care: social_worker, school: teacher' is said to be not quorate, but by",
        ),
        ({"health": "as_one"}, "is said to be quorate, but by these numbers it is not quorate; count again by hand"),
        ({"needed": ["police"]}, "is said to be quorate, but by these numbers it is not quorate"),
        ({"source": " "}, "no source is given"),
        ({"confidence": ""}, "no confidence is given"),
        ({"meetings": []}, "no meeting is named"),
        ({"meetings": ["tea_party"]}, "no pack gives seats to tea_party"),
        ({"worked": QUORUM["worked"][:1]}, "Expected `array` of length >= 2"),
        ({"grounds": {"nobody_cared": []}}, "Invalid enum value 'nobody_cared'"),
        ({"other": 2}, "did you mean others?"),
    ],
)
def test_a_quorum_that_contradicts_itself_or_names_no_source_is_refused(changes: dict[str, Any], fault: str) -> None:
    (said,) = refused_quorum(**changes)
    assert said.startswith("england.toml, quorum: ") and fault in said


def test_a_typical_quorum_names_whose_habit_it_is() -> None:
    with pytest.raises(ProtocolFaults, match="no area is named"):
        read([national(ICPC_01=rule()), {**over("typical"), "quorum": {**QUORUM, "names_area": ""}}])
