"""The shipped packs keep their own promises: each worked date runs, each rule is sourced, faults are told."""

import re
import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest

from handlers.facts import MeetingKind
from handlers.meetings.falling_due import CONFERENCES
from handlers.protocol import Protocol, ProtocolFaults
from handlers.rule import Rule, WorkedDate
from handlers.working_days import HolidaysUnknown, from_words, in_words, local_day
from infra.protocols import packs
from infra.protocols.checking import MAY_BE_MISSING
from infra.protocols.packs import bank_holidays, protocol

NATIONS = ("england", "wales", "scotland", "northern-ireland")
PROMISED = {
    *("ICPC-01", "RCPC-01a", "RCPC-01b", "CG-01", "CG-02", "FIP-01-open", "FIP-01-close", "DEC-01", "REC-01"),
    *("MIN-CGFIP", "TELL-01", "F7-01", "HELD-01", "VERBAL-01", "INV-01", "CALL-01", "LATE-01", "RCPC-06"),
}
PROTOCOLS = {nation: protocol(nation) for nation in NATIONS}
ENGLAND = PROTOCOLS["england"]
KNOWN = [(nation, rule) for nation, found in PROTOCOLS.items() for rule in found.rules.values() if not rule.unknown]
WORKED = [(nation, rule.id, worked) for nation, rule in KNOWN for worked in rule.worked]
ROOM = Path(packs.__file__).parent


@dataclass(frozen=True)
class Overlay:
    """A local authority's pack with one rule; each part may be written wrongly."""

    source: str = "the borough's procedures, page 4"
    count: str = "count = 8"
    due: str = "Thu 9 January 2025"
    head: str = 'version = "borough-1"\nlayer = "local"\nnation = "england"\nin_force_from = 2026-09-01'

    def written(self, folder: Path) -> Path:
        file = folder / "borough.toml"
        file.write_text(
            f"""{self.head}
[rules.CG-01]
title = "First core group"
meetings = ["core_group"]
{self.count}
unit = "working_days"
trigger = "conference that made the plan"
source = "{self.source}"
confidence = "local V"
worked = [
  {{ trigger = "Fri 27 December 2024", due = "{self.due}", note = "across the new year" }},
  {{ trigger = "Mon 3 March 2025", due = "Thu 13 March 2025", note = "plain" }},
]
""",
            encoding="utf-8",
        )
        return file


def opened(file: str) -> dict[str, Any]:
    return tomllib.loads((ROOM / file).read_text("utf-8"))


def asked_by_handlers() -> set[str]:
    """Every rule's id that stands in the source of the handlers."""
    sources = (ROOM.parents[1] / "handlers").rglob("*.py")
    return {
        id_
        for file in sources
        for id_ in re.findall(r'"([A-Z][A-Z0-9]*-[A-Z0-9]+[a-z]?(?:-[a-z]+)?)"', file.read_text())
    }


def faults(overlay: Path) -> tuple[str, ...]:
    with pytest.raises(ProtocolFaults) as refused:
        protocol("england", overlay)
    return refused.value.faults


def test_the_promised_rules_are_there() -> None:
    assert not PROMISED - {rule.id for nation, rule in KNOWN if nation == "england"}


@pytest.mark.parametrize("nation", NATIONS)
def test_every_date_that_the_handlers_ask_for_has_an_answer_in_every_nation(nation: str) -> None:
    # A person sets the day of joint reviews, in England too; codes of participation are an area's choice.
    asked = asked_by_handlers() - {"JG-20", "CHD-02"}
    if nation != "england":
        asked -= set(MAY_BE_MISSING)
    assert len(asked) > 20
    assert not [id_ for id_ in asked if PROTOCOLS[nation].rule(id_).count is None]


@pytest.mark.parametrize(
    ("nation", "rule_id", "worked"), WORKED, ids=[f"{nation}, {id_}: {w.trigger}" for nation, id_, w in WORKED]
)
def test_every_rule_gives_the_dates_that_were_counted_by_hand(nation: str, rule_id: str, worked: WorkedDate) -> None:
    found = PROTOCOLS[nation].deadline(rule_id, from_words(worked.trigger))
    by_the_clock = PROTOCOLS[nation].rules[rule_id].until == "same_time"
    assert in_words(found.due_at if by_the_clock else found.due_on) == worked.due
    assert worked.amber is None or (found.amber_on and in_words(found.amber_on) == worked.amber)
    assert worked.due in found.sentence and rule_id in found.sentence and found.source in found.sentence


@pytest.mark.parametrize(("nation", "rule"), KNOWN, ids=[f"{nation}, {rule.id}" for nation, rule in KNOWN])
def test_every_rule_is_worked_across_a_bank_holiday_and_in_plain_weeks(nation: str, rule: Rule) -> None:
    spans = [sorted((day_of(worked.trigger), day_of(worked.due))) for worked in rule.worked]
    crossing = [any(first <= day <= last for day in PROTOCOLS[nation].holidays.days) for first, last in spans]
    assert len(spans) >= 2 and any(crossing)


def test_the_worked_dates_meet_what_makes_dates_hard() -> None:
    """The leap day, one-off holidays, each nation's own, and both changes of the clocks."""
    met: dict[str, set[date]] = {nation: set() for nation in NATIONS}
    for nation, _, worked in WORKED:
        first, last = sorted((day_of(worked.trigger), day_of(worked.due)))
        met[nation] |= {first + timedelta(n) for n in range((last - first).days + 1)}
    hard = {
        "england": ("Thu 29 February 2024", "Mon 8 May 2023", "Mon 19 September 2022", "Sun 30 March 2025"),
        "wales": ("Thu 29 February 2024", "Mon 8 May 2023", "Mon 19 September 2022", "Sun 26 October 2025"),
        "scotland": ("Fri 2 January 2026", "Mon 4 August 2025", "Mon 2 December 2024", "Mon 15 June 2026"),
        "northern-ireland": ("Mon 17 March 2025", "Mon 18 March 2024", "Mon 14 July 2025", "Mon 13 July 2026"),
    }
    for nation, days in hard.items():
        assert {from_words(words) for words in days} <= met[nation], nation


def day_of(words: str) -> date:
    moment = from_words(words)
    return local_day(moment) if isinstance(moment, datetime) else moment


def test_what_nobody_published_says_so_and_where_it_was_looked_for() -> None:
    for file in ("england.toml", "wales.toml", "scotland.toml", "northern_ireland.toml"):
        unknown = [rule for rule in opened(file)["rules"].values() if rule.get("unknown")]
        assert unknown and all("count" not in rule and len(rule["source"]) > 20 for rule in unknown), file


def test_the_national_packs_call_nothing_known_that_was_only_heard_of() -> None:
    for rule in (rule for _, rule in KNOWN):
        assert rule.confidence in ("seed V", "local V", "guidance V", "guidance V2", "statutory V", "statutory V2") or (
            rule.confidence == "design default" == rule.names_area
        ), rule.id


def test_a_typical_rule_says_whose_habit_it_is_in_every_sentence() -> None:
    tees = ENGLAND.deadline("CG-02", date(2025, 1, 16)).sentence
    assert tees.endswith(": Thu 27 February 2025 (CG-02, typical, Tees, Tees core group procedure 2)")


def test_the_window_of_a_project_review_is_six_to_eight_weeks() -> None:
    window = ENGLAND.window("FIP-01-open", "FIP-01-close", from_words("Mon 24 February 2025"))
    assert (in_words(window.opens_on), in_words(window.closes_on)) == (
        "Mon 7 April 2025",
        "Thu 17 April 2025",
    )


def test_a_late_duty_to_tell_climbs_the_service_and_any_other_climbs_ours() -> None:
    ours = [rung.role for rung in ENGLAND.ladder("send_minutes")]
    theirs = [(rung.role, rung.after, rung.before_meeting) for rung in ENGLAND.ladder("tell_treatment")]
    assert ours == ["coordinator", "conference_unit_manager", "head_of_service"]
    assert theirs == [
        ("treatment_worker", 0, False),
        ("single_point_of_contact", 1, False),
        ("service_manager", 1, True),
        ("board", 5, False),
    ]


def test_conferences_take_two_hours_and_every_other_meeting_one() -> None:
    for found in PROTOCOLS.values():
        minutes = {kind: seats.minutes for kind, seats in found.seats.items()}
        assert minutes == {kind: 120 if kind in CONFERENCES else 60 for kind in get_args(MeetingKind)}
    assert ENGLAND.in_scope_factors == ("1B", "1C", "2B", "2C")


def test_the_shipped_example_of_an_overlay_changes_what_it_names_and_nothing_else() -> None:
    lakeside = protocol("england", ROOM / "example_overlay.toml")
    changed = {id_ for id_, rule in lakeside.rules.items() if rule != ENGLAND.rules.get(id_)}
    assert changed == {"CG-01", "MIN-CGFIP", "REP-01a"}
    assert lakeside.rules["MIN-CGFIP"].count == 5
    assert lakeside.rule("CG-01").count == 7 and ENGLAND.rule("CG-01").count == 10


def test_one_trigger_gives_other_days_on_the_other_side_of_a_border() -> None:
    held = from_words("Thu 17 April 2025")
    days = {
        nation: [in_words(PROTOCOLS[nation].deadline(asked, held).due_on) for asked in ("DEC-01", "REC-01", "CG-02")]
        for nation in ("england", "wales")
    }
    assert days == {
        "england": ["Tue 22 April 2025", "Tue 13 May 2025", "Thu 29 May 2025"],  # 1 and 15 working days, six weeks
        "wales": ["Mon 28 April 2025", "Tue 20 May 2025", "Fri 16 May 2025"],  # 5 and 20 working days, a month
    }


def test_an_overlay_replaces_a_rule_and_nothing_else(tmp_path: Path) -> None:
    local: Protocol = protocol("england", Overlay().written(tmp_path))
    assert local.version == f"{ENGLAND.version}+borough-1"
    assert (local.rules["CG-01"].layer, local.rules["CG-01"].count) == ("local", 8)
    assert {id_: rule for id_, rule in local.rules.items() if id_ != "CG-01"} == {
        id_: rule for id_, rule in ENGLAND.rules.items() if id_ != "CG-01"
    }


@pytest.mark.parametrize(
    ("overlay", "sentence"),
    [
        (
            Overlay(due="Wed 8 January 2025"),
            (
                "the worked date for Fri 27 December 2024 says due Wed 8 January 2025, but the rule gives "
                "Thu 9 January 2025; count again by hand and mend whichever is wrong"
            ),
        ),
        (Overlay(source=""), "no source is given; say where it is written or who decided it"),
        (Overlay(count=""), "no count is given; give one, or unknown = true if nobody published it"),
    ],
)
def test_a_wrong_worked_date_an_unsourced_rule_and_a_gap_are_refused(
    tmp_path: Path, overlay: Overlay, sentence: str
) -> None:
    assert faults(overlay.written(tmp_path)) == (f"borough.toml, line 5, rule CG-01: {sentence}",)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (missing,) = faults(tmp_path / "nowhere.toml")
    assert missing.startswith("nowhere.toml: it cannot be read (") and missing.endswith("mend or replace the file")
    (broken,) = faults(Overlay(head="version = ").written(tmp_path))
    assert broken.startswith("borough.toml: it cannot be read (Invalid value (at line 1, column 11)")


def test_a_nation_without_a_pack_is_refused() -> None:
    with pytest.raises(ProtocolFaults, match="no packs are here for the nation atlantis; there are packs for england,"):
        protocol("atlantis")


@pytest.mark.parametrize("nation", NATIONS)
def test_bank_holidays_reach_at_least_the_end_of_next_year(nation: str) -> None:
    this_year = datetime.now(UTC).year  # noqa: TID251  # the one question that only a clock can answer
    last = bank_holidays(nation)["covers"][1]
    assert last >= date(this_year + 1, 12, 31), f"{nation}: add the bank holidays of {this_year + 1}"


def test_a_date_beyond_the_table_is_refused() -> None:
    beyond = ENGLAND.holidays.covers[1]
    with pytest.raises(HolidaysUnknown, match="add that year to the table of bank holidays"):
        ENGLAND.deadline("ICPC-01", beyond)
