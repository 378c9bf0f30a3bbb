"""What the protocol's values mean, and which packs are refused, each with the sentence a mender reads."""

from copy import deepcopy
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from hypothesis import strategies as st

from handlers.protocol import Protocol, ProtocolFaults, RuleUnknown, Rung, read
from handlers.rule import InstantNeeded, Rule
from handlers.working_days import HolidaysUnknown, from_words, in_words
from tests.handlers.test_working_days import DAYS, ENGLAND, holds


def rule(**other: Any) -> dict[str, Any]:
    """A sound rule in the shape of the TOML: 15 working days, unless told otherwise."""
    return {
        "title": "Conference after the discussion",
        "meetings": ["initial_conference"],
        "count": 15,
        "unit": "working_days",
        "trigger": "initiating strategy discussion",
        "source": "Working Together",
        "confidence": "guidance V2",
        "worked": [
            {"trigger": "Mon 9 December 2024", "due": "Thu 2 January 2025", "note": "across Christmas"},
            {"trigger": "Mon 3 March 2025", "due": "Mon 24 March 2025", "note": "three weeks"},
        ],
        **other,
    }


NEAR = {"lead_working_days": 2, "opens_working_days_before": 10}
UNITS = ("working_days", "months", "calendar_days", "clock_hours", "weeks")
UNKNOWN = rule(count=None, unknown=True, worked=[])
HOLIDAYS = {"nation": "england", "days": ENGLAND.days, "covers": ENGLAND.covers}


def national(**rules: dict[str, Any]) -> dict[str, Any]:
    return {
        "file": "england.toml",
        "version": "england-2026.1",
        "layer": "national",
        "nation": "england",
        "in_force_from": date(2026, 1, 1),
        "rules": {name.replace("_", "-"): body for name, body in rules.items()},
        "holidays": HOLIDAYS,
        "in_scope_factors": ["1B", "1C", "2B", "2C"],
        "reports_asked_of": ["health", "school"],
        "late_slot_working_days": 10,
        "apart_minutes": 15,
        "evidence": {"warn_below_working_days": 5},
        "working_hours": {"start": time(9), "end": time(17)},
        "seats": {
            "initial_conference": {
                "minutes": 120,
                **NEAR,
                "needed": ["chair", "social_worker"],
                "working_hours": {"start": time(10), "end": time(15)},
            },
            "core_group": {"minutes": 60, **NEAR, "needed": ["social_worker"]},
        },
        "ladders": {
            "default": [{"role": "coordinator", "after": 0}, {"role": "head_of_service", "after": 1}],
            "tell_treatment": [{"role": "service_manager", "after": 1, "before_meeting": True}],
        },
    }


def over(layer: str, **rules: dict[str, Any]) -> dict[str, Any]:
    return {
        "file": f"{layer}.toml",
        "version": f"{layer}-1",
        "layer": layer,
        "nation": "england",
        "in_force_from": date(2026, 4, 1),
        "rules": {name.replace("_", "-"): body for name, body in rules.items()},
    }


def ruled(unit: str, count: int, **other: Any) -> Protocol:
    """A protocol whose one rule is R-1, without worked dates: here the sums alone are tested."""
    known = Rule(
        id="R-1",
        layer="typical",
        title="A rule",
        meetings=("any",),
        unit=unit,  # type: ignore[arg-type]  # the tables below write it as text
        trigger="it happened",
        source="a page",
        confidence="local V",
        names_area="Tees",
        count=count,
        **other,
    )
    whole = read([national(ICPC_01=rule())])
    return Protocol(**{name: getattr(whole, name) for name in whole.__struct_fields__} | {"rules": {"R-1": known}})


@pytest.mark.parametrize(
    ("count", "unit", "direction", "trigger", "due"),
    [
        (15, "working_days", "after", "Mon 9 December 2024", "Thu 2 January 2025"),
        (10, "working_days", "after", "Wed 16 April 2025", "Fri 2 May 2025"),
        (1, "working_days", "after", "Thu 17 April 2025", "Tue 22 April 2025"),
        (0, "working_days", "after", "Sat 4 January 2025", "Mon 6 January 2025"),
        (20, "working_days", "before", "Mon 20 January 2025", "Wed 18 December 2024"),
        (3, "months", "after", "Thu 9 January 2025", "Wed 9 April 2025"),
        (3, "months", "after", "Fri 29 November 2024", "Fri 28 February 2025"),
        (3, "months", "after", "Tue 21 January 2025", "Thu 17 April 2025"),
        (6, "months", "after", "Fri 29 August 2025", "Fri 27 February 2026"),
        (3, "months", "before", "Mon 30 June 2025", "Fri 28 March 2025"),
        (6, "weeks", "after", "Thu 16 January 2025", "Thu 27 February 2025"),
        (6, "weeks", "after", "Fri 7 March 2025", "Thu 17 April 2025"),
        (12, "weeks", "before", "Mon 14 July 2025", "Thu 17 April 2025"),
        (28, "calendar_days", "after", "Thu 27 November 2025", "Wed 24 December 2025"),
        (5, "calendar_days", "before", "Fri 10 January 2025", "Fri 3 January 2025"),
    ],
)
def test_each_unit_counts_in_its_own_way_and_calendar_dates_roll_back(
    count: int, unit: str, direction: str, trigger: str, due: str
) -> None:
    found = ruled(unit, count, direction=direction).deadline("R-1", from_words(trigger))
    assert in_words(found.due_on) == due
    assert in_words(found.due_at) == f"{due} 23:59"


CHRISTMAS = ", leaving out weekends, 25 and 26 December and 1 January"
EASTER = ", leaving out weekends and 18 and 21 April"


@pytest.mark.parametrize(
    ("lead", "trigger", "aside", "due", "other"),
    [
        ("15 working days after", "Mon 9 December 2024", CHRISTMAS, "Thu 2 January 2025", {}),
        ("20 working days before", "Mon 20 January 2025", CHRISTMAS, "Wed 18 December 2024", {}),
        ("1 working day after", "Mon 6 January 2025", "", "Tue 7 January 2025", {}),
        ("1 working day after", "Thu 26 December 2024", "", "Fri 27 December 2024", {}),
        ("0 the same working day as", "Fri 18 April 2025", EASTER, "Tue 22 April 2025", {}),
        ("3 months after", "Thu 9 January 2025", "", "Wed 9 April 2025", {}),
        ("1 month after", "Fri 4 July 2025", "", "Mon 4 August 2025", {}),
        (
            *("3 months after", "Thu 25 September 2025"),
            ", rolled back from Thu 25 December 2025 (Christmas Day)",
            *("Wed 24 December 2025", {}),
        ),
        ("8 weeks after", "Sat 8 March 2025", ", rolled back from Sat 3 May 2025", "Fri 2 May 2025", {}),
        (
            *("48 clock hours after", "Fri 28 March 2025 16:30", "", "Sun 30 March 2025 17:30"),
            {"until": "same_time"},
        ),
        (
            *("1 working day before", "Tue 22 April 2025 14:00", EASTER, "Thu 17 April 2025 14:00"),
            {"until": "same_time"},
        ),
    ],
)
def test_a_deadline_explains_itself_in_one_sentence(
    lead: str, trigger: str, aside: str, due: str, other: dict[str, Any]
) -> None:
    count, *words, _ = lead.split()
    unit = next(unit for unit in UNITS if unit.removesuffix("s").replace("_", " ") in " ".join(words))
    direction = "before" if lead.endswith("before") else "after"
    found = ruled(unit, int(count), direction=direction, **other).deadline("R-1", from_words(trigger))
    assert found.sentence == f"{lead.removeprefix('0 ')} {trigger}{aside}: {due} (R-1, typical, Tees, a page)"
    assert (found.rule, found.layer, found.source) == ("R-1", "typical", "a page")


def test_the_working_of_a_conference_deadline_reads_in_one_sentence() -> None:
    found = read([national(ICPC_01=rule())]).deadline("ICPC-01", date(2024, 12, 9))
    assert found.sentence == (
        "15 working days after Mon 9 December 2024, leaving out weekends, 25 and 26 December and 1 January: "
        "Thu 2 January 2025 (ICPC-01, national, Working Together)"
    )


def test_a_deadline_is_the_last_second_of_the_day_in_london() -> None:
    protocol = read([national(ICPC_01=rule())])
    assert protocol.deadline("ICPC-01", date(2024, 12, 9)).due_at == datetime(2025, 1, 2, 23, 59, 59, tzinfo=UTC)
    assert protocol.deadline("ICPC-01", date(2025, 4, 11)).due_at == datetime(2025, 5, 7, 22, 59, 59, tzinfo=UTC)


def test_a_trigger_told_as_an_instant_counts_from_its_day_in_london() -> None:
    late_evening = datetime(2025, 7, 1, 23, 30, tzinfo=UTC)
    assert in_words(late_evening) == "Wed 2 July 2025 00:30"
    found = ruled("working_days", 1).deadline("R-1", late_evening)
    assert found == ruled("working_days", 1).deadline("R-1", date(2025, 7, 2))
    assert in_words(found.due_on) == "Thu 3 July 2025"


def test_a_rule_by_the_clock_needs_the_time_of_its_trigger() -> None:
    with pytest.raises(InstantNeeded, match="R-1 counts by the clock"):
        ruled("clock_hours", 48, until="same_time").deadline("R-1", date(2025, 1, 3))


@pytest.mark.parametrize(
    ("unit", "count", "other", "trigger", "amber"),
    [
        ("working_days", 15, {"amber_inclusive": True}, "Mon 9 December 2024", "Tue 31 December 2024"),
        ("working_days", 15, {"amber_inclusive": True}, "Sat 8 March 2025", "Fri 28 March 2025"),
        ("months", 3, {"amber_calendar_days": 90}, "Fri 29 November 2024", "Thu 27 February 2025"),
        ("months", 3, {"amber_calendar_days": 90}, "Fri 31 January 2025", "Wed 30 April 2025"),
    ],
)
def test_the_other_way_of_counting_is_shown_as_a_warning_and_never_later_than_the_deadline(
    unit: str, count: int, other: dict[str, Any], trigger: str, amber: str
) -> None:
    found = ruled(unit, count, **other).deadline("R-1", from_words(trigger))
    assert found.amber_on and in_words(found.amber_on) == amber
    assert found.amber_on <= found.due_on


def test_a_review_window_opens_on_its_day_and_closes_on_a_working_day() -> None:
    six = {"trigger": "Wed 5 March 2025", "due": "Wed 16 April 2025", "note": "six weeks"}
    eight = {"trigger": "Wed 5 March 2025", "due": "Wed 30 April 2025", "note": "eight weeks"}
    opens = rule(count=42, unit="calendar_days", rolls_back=False, worked=[six, six])
    closes = rule(count=56, unit="calendar_days", worked=[eight, eight])
    protocol = read([national(OPEN=opens, CLOSE=closes)])
    window = protocol.window("OPEN", "CLOSE", from_words("Fri 7 March 2025"))
    assert (in_words(window.opens_on), in_words(window.closes_on)) == ("Fri 18 April 2025", "Fri 2 May 2025")
    assert in_words(window.closes_at) == "Fri 2 May 2025 23:59"
    assert window.sentence.startswith("opens 42 calendar days after Fri 7 March 2025: Fri 18 April 2025 (OPEN")


SHORTER = [
    {"trigger": "Wed 16 April 2025", "due": "Fri 2 May 2025", "note": "across Easter"},
    {"trigger": "Thu 2 January 2025", "due": "Thu 16 January 2025", "note": "two weeks"},
]


def test_a_later_layer_replaces_a_rule_of_the_same_id() -> None:
    shorter = rule(
        count=10,
        source="the borough's own page",
        worked=SHORTER,
    )
    protocol = read([national(ICPC_01=rule(), CG_01=rule()), over("local", ICPC_01=shorter)])
    found = protocol.deadline("ICPC-01", from_words("Mon 6 July 2026"))
    assert (in_words(found.due_on), found.layer) == ("Mon 20 July 2026", "local")
    assert protocol.rules["CG-01"].layer == "national"
    assert (protocol.version, protocol.in_force_from) == ("england-2026.1+local-1", date(2026, 4, 1))


@pytest.mark.parametrize(
    ("trigger", "layer", "due"),
    [("Tue 31 March 2026", "national", "Thu 23 April 2026"), ("Wed 1 April 2026", "local", "Fri 17 April 2026")],
)
def test_a_local_rule_dates_only_what_was_triggered_since_its_pack_is_in_force(
    trigger: str, layer: str, due: str
) -> None:
    shorter = rule(count=10, worked=SHORTER)
    protocol = read([national(ICPC_01=rule()), over("local", ICPC_01=shorter)])
    for at in (trigger, f"{trigger} 00:30"):  # a day, and an instant that is still the day before by UTC
        found = protocol.deadline("ICPC-01", from_words(at))
        assert (found.layer, in_words(found.due_on)) == (layer, due)


def test_an_overlay_may_fill_what_nobody_published() -> None:
    protocol = read([national(REC_01=UNKNOWN), over("typical", REC_01=rule(names_area="North Yorkshire"))])
    assert protocol.deadline("REC-01", date(2025, 3, 3)).due_on == from_words("Mon 24 March 2025")


def test_a_number_that_nobody_published_is_never_guessed() -> None:
    protocol = read([national(REC_01=UNKNOWN)])
    assert protocol.rules["REC-01"].unknown
    with pytest.raises(RuleUnknown, match="nobody has published the number of rule REC-01, national"):
        protocol.deadline("REC-01", date(2025, 3, 3))
    with pytest.raises(RuleUnknown, match=r"protocol england-2026\.1 has no rule XYZ-99"):
        protocol.deadline("XYZ-99", date(2025, 3, 3))


def test_a_deadline_beyond_the_known_holidays_is_refused() -> None:
    with pytest.raises(HolidaysUnknown):
        read([national(ICPC_01=rule())]).deadline("ICPC-01", date(2026, 12, 14))


def test_a_duty_without_a_ladder_of_its_own_climbs_ours() -> None:
    protocol = read([national(ICPC_01=rule())])
    assert protocol.ladder("send_minutes") == (Rung("coordinator", 0), Rung("head_of_service", 1))
    assert protocol.ladder("tell_treatment") == (Rung("service_manager", 1, before_meeting=True),)


def test_a_kind_of_meeting_may_keep_hours_of_its_own() -> None:
    protocol = read([national(ICPC_01=rule())])
    assert protocol.hours("initial_conference").start == time(10)
    assert protocol.hours("core_group").end == time(17)
    assert protocol.seats["initial_conference"].chair and not protocol.seats["core_group"].chair


PLAIN = {"trigger": "Mon 3 March 2025", "due": "Mon 24 March 2025", "note": "three weeks"}
WRONG = {"trigger": "Mon 9 December 2024", "due": "Fri 3 January 2025", "note": "one day too many"}
WRONG_DAY = {"trigger": "Tue 9 December 2024", "due": "Thu 2 January 2025", "note": "it was a Monday"}
OUTSIDE = {"trigger": "Mon 14 December 2026", "due": "Wed 6 January 2027", "note": "no table for 2027"}
AMBER = PLAIN | {"amber": "Mon 24 March 2025"}
SAYS = "the worked date for Mon 9 December 2024 says"
WARNS = "the worked date for Mon 3 March 2025 says amber Mon 24 March 2025, but the rule gives"
GIVES = "but the rule gives"
COUNT = "count again by hand and mend whichever is wrong"
CANNOT = "the worked date after 'Tue 9 December 2024' cannot be run:"


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ({"source": " "}, "no source is given; say where it is written or who decided it"),
        ({"confidence": ""}, "no confidence is given; say for instance 'guidance V2' or 'local V'"),
        ({"title": ""}, "no title is given; say in a few words what is owed"),
        ({"trigger": ""}, "no trigger is given; say what starts the count"),
        ({"count": None}, "no count is given; give one, or unknown = true if nobody published it"),
        ({"unknown": True}, "it is unknown and yet has a count; take one of the two out"),
        ({"meetings": []}, "no meeting is named; name the kinds, or 'any'"),
        ({"meetings": ["tea"]}, "no pack gives seats to tea; add them, or mend the name"),
        ({"worked": [PLAIN]}, "fewer than two worked dates are given; count two by hand"),
        ({"unit": "clock_hours"}, "clock hours end at a time of day; set until = 'same_time'"),
        ({"unit": "fortnights"}, "Invalid enum value 'fortnights' - at `$.unit`; mend that entry"),
        ({"cuont": 15}, "Object contains unknown field `cuont`; did you mean count?"),
        ({"shoe_size": 4}, "Object contains unknown field `shoe_size`; mend that entry"),
        ({"count": -1}, "Expected `int` >= 0 - at `$.count`; mend that entry"),
        ({"worked": [WRONG, PLAIN]}, f"{SAYS} due Fri 3 January 2025, {GIVES} Thu 2 January 2025; {COUNT}"),
        ({"worked": [PLAIN, AMBER], "amber_inclusive": True}, f"{WARNS} Fri 21 March 2025; {COUNT}"),
        (
            {"worked": [WRONG_DAY, PLAIN]},
            f"{CANNOT} 'Tue 9 December 2024' is in truth Mon 9 December 2024; mend it",
        ),
    ],
)
def test_a_rule_with_a_gap_or_a_wrong_date_is_refused_by_name(other: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ProtocolFaults) as refused:
        read([national(ICPC_01=rule(**other))])
    assert refused.value.faults == (f"england.toml, rule ICPC-01: {sentence}",)


def test_a_worked_date_beyond_the_known_holidays_is_refused() -> None:
    with pytest.raises(ProtocolFaults, match="'Mon 14 December 2026' cannot be run: the bank holidays of england"):
        read([national(ICPC_01=rule(worked=[OUTSIDE, PLAIN]))])


def test_a_typical_rule_names_its_area() -> None:
    with pytest.raises(ProtocolFaults) as refused:
        read([national(), over("typical", CG_02=rule())])
    (fault,) = refused.value.faults
    assert fault.startswith("typical.toml, rule CG-02: no area is named; set names_area to whose habit it is")


@pytest.mark.parametrize(
    "part",
    [
        *("holidays", "working_hours", "in_scope_factors", "reports_asked_of", "evidence"),
        *("late_slot_working_days", "apart_minutes"),
    ],
)
def test_a_protocol_without_one_of_its_parts_is_refused(part: str) -> None:
    pack = national(ICPC_01=rule())
    del pack[part]
    with pytest.raises(ProtocolFaults) as refused:
        read([pack])
    assert refused.value.faults == (f"no pack gives {part}: add it to one of them",)


def test_a_ladder_that_leads_nowhere_is_refused() -> None:
    pack = national(ICPC_01=rule()) | {"ladders": {"tell_treatment": []}}
    with pytest.raises(ProtocolFaults) as refused:
        read([pack])
    assert refused.value.faults == (
        "no pack gives ladders.default: say who hears of a late duty of any kind",
        "ladders.tell_treatment has no rung: name at least one role",
    )


def test_packs_out_of_order_or_of_two_nations_are_refused() -> None:
    out_of_order = "the packs are out of order: give the national one first, then typical, then local"
    for packs in ([over("local"), national()], [over("typical")], []):
        with pytest.raises(ProtocolFaults) as refused:
            read(packs)
        assert refused.value.faults == (out_of_order,)
    with pytest.raises(ProtocolFaults) as refused:
        read([national(), over("local") | {"nation": "wales"}])
    assert refused.value.faults == ("local.toml is for wales: give only packs for england",)


def test_a_part_of_the_wrong_shape_is_refused_with_the_name_of_its_file() -> None:
    with pytest.raises(ProtocolFaults) as refused:
        read([national() | {"late_slot_working_days": "ten"}])
    assert refused.value.faults == (
        "england.toml: Expected `int | null`, got `str` - at `$.late_slot_working_days`; mend that entry",
    )


def test_every_fault_is_told_at_once_one_a_line() -> None:
    with pytest.raises(ProtocolFaults) as refused:
        read([national(ICPC_01=rule(source=""), CG_01=rule(count=None, title=""))])
    assert len(refused.value.faults) == 3
    assert str(refused.value).splitlines() == list(refused.value.faults)


def test_reading_leaves_what_it_read_as_it_was() -> None:
    pack = national(ICPC_01=rule())
    before = deepcopy(pack)
    read([pack])
    assert pack == before


def test_a_calendar_deadline_is_a_working_day_and_never_later_than_the_count() -> None:
    protocols = {n: ruled("calendar_days", n) for n in (28, 42, 56)}

    def body(drawn: tuple[date, int]) -> None:
        day, n = drawn
        found = protocols[n].deadline("R-1", day)
        assert found.due_on.weekday() < 5 and found.due_on not in ENGLAND.days
        assert 0 <= n - (found.due_on - day).days <= 4  # Easter Monday is the longest way back
        assert in_words(found.due_on) in found.sentence

    holds(st.tuples(DAYS, st.sampled_from([28, 42, 56])), body)
