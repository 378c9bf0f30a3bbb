"""The judge finds each fault by its name, and nothing in a life where all went well; and it knows none of our code."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.simulation import judge
from tests.simulation import lives_by_hand as lives
from tests.simulation.evidence import Evidence, Violation
from tests.simulation.stories import DAD, Story, at, found

TESTS = Path(__file__).resolve().parents[1]
ICPC = lives.ICPC
Spoil = Callable[[Story], Any]


def late(name: str, day: str) -> Spoil:
    return lambda s: s.altered(name, due_at=f"2025-01-{day}T23:59:59Z")


def someone(name: str, who: str | None) -> Spoil:
    return lambda s: s.altered(name, to=who)


def gone(*names: str) -> Spoil:
    return lambda s: s.without(*names)


def lapsed(name: str) -> Spoil:
    return lambda s: s.altered(name, how="lapse")


def shown(**changes: Any) -> Spoil:
    """Something that is laid before the judge is not what it should be."""

    def spoil(story: Story) -> None:
        before = story.spoil
        story.spoil = lambda laid: (before(laid), [change(laid) for change in changes.values()])[0]

    return spoil


def row_of(kind: str, laid: dict[str, Any]) -> dict[str, Any]:
    return next(row for row in laid["ledger"] if row["type"] == kind)


def a_table_that_forgets(laid: dict[str, Any]) -> None:
    told = laid["table"]
    laid["table"] = lambda ledger: [row | {"to": "w-spoc"} for row in told(ledger)]


def another_opens_for_dad(story: Story) -> None:
    """The father is treated elsewhere, and his service's worker answers; the mother's does not."""
    lives.episode(story, "dad", DAD, "p-dad", "haven", "w-other")
    story.altered("answer", person="w-other")


def moved_without_word(story: Story) -> None:
    story.without("second answer", "told again", "reopened", "renewed")


def bounced(story: Story) -> None:
    body = {"message": "m-w-key-init-1", "meeting": ICPC, "person": "w-key", "paper": "invitation", "how": "bounced"}
    story.heard("bounce", "7 15:00", "MessageFailed", **body, revision=1)


def consent_withdrawn(story: Story) -> None:
    story.altered("consent", given=False)


def unseen_until(day: str, *names: str) -> Spoil:
    def spoil(story: Story) -> None:
        story.without(*names).until = at(f"{day} 12:00")

    return spoil


def on_our_ladder(story: Story) -> None:
    story.altered("rung treatment_worker", role="coordinator", person="w-co")


def never_handed_over(story: Story) -> None:
    story.without("accepted m-w-key-init-1")


def at_one_time(story: Story) -> None:
    story.altered("seats 1", starts_at="2025-01-14T09:30:00Z")


GUILTY: dict[str, tuple[str, Callable[[], Story], Spoil]] = {
    "no duty to tell": ("untold", lives.told_in_time, gone("tell", "told")),
    "told the colleague": ("untold", lives.silent, someone("tell", "w-spoc")),
    "told too late": ("untold", lives.told_in_time, late("tell", "10")),
    "closed on 250": ("ended-without-evidence", lives.told_in_time, gone("answer")),
    "closed for the other parent": ("ended-without-evidence", lives.told_in_time, another_opens_for_dad),
    "lapsed though owed": ("ended-without-evidence", lives.told_in_time, lapsed("told")),
    "a reason that nobody gave": (
        "ended-without-evidence",
        lives.told_in_time,
        lambda s: s.altered("told", how="reason"),
    ),
    "never invited": ("not-sent", lives.silent, gone("invitation m-w-key-init-1", "accepted m-w-key-init-1")),
    "an invitation that never reached the post": (
        "not-sent",
        lives.silent,
        lambda s: s.without("accepted m-w-key-init-1").unposted.update({"m-w-key-init-1"}),
    ),
    "a letter never written": (
        "not-sent",
        lives.told_in_time,
        gone("letter", "letter accepted", "asked", "report came"),
    ),
    "moved, and not told anew": ("move-untold", lives.moved, moved_without_word),
    "called off, and not told": ("cancellation-untold", lives.called_off, gone("off", "off told")),
    "told too late that it is off": (
        "cancellation-untold",
        lives.called_off,
        lambda s: s.without("off told").altered("off", due_at="2025-01-15T23:59:59Z"),
    ),
    "no report asked for": ("report-not-asked", lives.told_in_time, gone("ask", "letter", "letter accepted", "asked")),
    "asked, and the report not owed": (
        "report-not-asked",
        lives.told_in_time,
        gone("report", "reported", "report came"),
    ),
    "a report that never came": ("ended-without-evidence", lives.told_in_time, gone("report came")),
    "no minutes owed": ("minutes-unsent", lives.sat, gone("minutes owed", "minutes sent")),
    "minutes late": (
        "minutes-unsent",
        lives.sat,
        lambda s: s.altered("minutes owed", due_at="2025-02-05T23:59:59Z"),
    ),
    "minutes written and never issued": (
        "minutes-unsent",
        lives.sat,
        gone("minutes issued", "minutes accepted", "minutes sent", "collected", "decision sent"),
    ),
    "no decision owed": ("decision-unsent", lives.sat, gone("decision owed", "decision sent")),
    "decision owed to a stranger": (
        "decision-unsent",
        lives.sat,
        lambda s: s.without("decision sent").altered("decision owed", to="w-other"),
    ),
    "ready is not collected": ("ended-without-evidence", lives.sat, gone("collected")),
    "a change untold": ("change-untold", lives.changed, gone("tell change", "change told", "change letter")),
    "a change told late": ("change-untold", lives.changed, late("tell change", "14")),
    "a change nobody acknowledged": ("ended-without-evidence", lives.changed, gone("acknowledged")),
    "a referral unconfirmed": ("referral-unconfirmed", lives.referred, gone("confirm", "c", "confirmed")),
    "48 hours by the wrong clock": (
        "referral-unconfirmed",
        lives.referred,
        lambda s: s.altered("confirm", due_at="2025-01-08T16:00:00Z"),
    ),
    "a referral confirmed by nobody": ("ended-without-evidence", lives.referred, gone("confirmed")),
    "no outcome fed back": ("outcome-not-fed-back", lives.referred, gone("feed back", "fed back")),
    "advice that nobody asks for": ("advice-not-asked", lives.advised, gone("advise", "advised")),
    "no referral after an override": ("referral-not-made", lives.overridden, gone("refer", "referred", "referral")),
    "mailed without consent": ("no-basis-mail", lives.consented, consent_withdrawn),
    "a refusal nobody sees": ("refusal-invisible", lives.refused, lapsed("sought")),
    "no consent sought": ("consent-not-sought", lives.refused, gone("seek", "sought", "consent")),
    "nobody rings": ("no-call", lives.silent, gone("call")),
    "the wrong one rings": ("wrong-caller", lives.silent, lambda s: s.altered("call", caller="w-cum")),
    "a bounce ignored": ("bounce-ignored", lives.told_in_time, bounced),
    "nobody climbs": ("silent-ladder", lives.silent, gone("rung treatment_worker")),
    "the second rung forgotten": (
        "silent-ladder",
        lives.silent,
        gone("rung single_point_of_contact", "rung service_manager"),
    ),
    "a rung without a mail": ("rung-unmailed", lives.silent, lambda s: s.altered("rung treatment_worker", message="")),
    "a rung whose mail never left": ("rung-unmailed", lives.silent, lambda s: s.unposted.update({"n-1"})),
    "two notices of one name": (
        "named-twice",
        lives.silent,
        lambda s: s.altered("rung service_manager", message="n-1"),
    ),
    "the wrong rung": ("rung-wrong-person", lives.silent, lambda s: s.altered("rung service_manager", person="w-cum")),
    "their silence on our ladder": ("wrong-ladder", lives.silent, on_our_ladder),
    "our failure on their ladder": ("wrong-ladder", lives.silent, never_handed_over),
    "no manager before the meeting": (
        "manager-untold-before-meeting",
        lives.silent,
        gone("rung service_manager"),
    ),
    "nobody's duty": ("ownerless", lives.told_in_time, lambda s: s.altered("tell", owner="")),
    "no deadline": ("deadline-missing", lives.told_in_time, lambda s: s.altered("tell", due_at="")),
    "a held record that nobody must mend": ("unmended", lives.held, gone("mend")),
    "a held record that is nobody's": ("unmended", lives.held, lambda s: s.altered("mend", owner="")),
    "a held record taken for mended": ("unmended", lives.held, lambda s: s.end("mended", "7 09:00", "mend")),
    "an adult's held record that nobody must mend": ("unmended", lives.held_of_a_person, gone("mend")),
    "one under another system's name": ("unmended", lives.held_under_another_name, gone("mend")),
    "one room twice": ("double-booked", lives.seated, at_one_time),
    "one person twice in the table": (
        "double-booked",
        lives.seated,
        shown(x=lambda laid: laid["seats"].append(laid["seats"][0] | {"meeting": "another"})),
    ),
    "a seat that no fact gave": (
        "table-differs",
        lives.seated,
        shown(x=lambda laid: laid["seats"].pop()),
    ),
    "a row altered": (
        "chain-broken",
        lives.told_in_time,
        shown(x=lambda laid: row_of("AnswerGiven", laid).update(because="so it was")),
    ),
    "a row cut out": (
        "chain-broken",
        lives.told_in_time,
        shown(x=lambda laid: laid["ledger"].remove(row_of("AnswerGiven", laid))),
    ),
    "another file than the ledger's": (
        "snapshot-differs",
        lives.told_in_time,
        shown(x=lambda laid: laid.update(files=[{"stream": "s", "snapshot": "{}"}], rebuilt={"s": '{"a": 1}'})),
    ),
    "a table that forgets": ("table-differs", lives.told_in_time, shown(x=a_table_that_forgets)),
    "a table with a row too few": (
        "table-differs",
        lives.told_in_time,
        shown(x=lambda laid: laid.update(table=lambda ledger: [])),
    ),
    "an event lost": (
        "lost-event",
        lives.told_in_time,
        shown(x=lambda laid: laid["history"].append(laid["history"][-1] | {"id": "never-seen"})),
    ),
    "an event altered": (
        "altered-event",
        lives.told_in_time,
        shown(x=lambda laid: laid["history"][-1].update(data={"meeting": "another"})),
    ),
    "an event settled twice": (
        "doubled",
        lives.told_in_time,
        shown(x=lambda laid: laid["ledger"].append(row_of("AnswerGiven", laid) | {"seq": len(laid["ledger"])})),
    ),
    "a rule that failed": (
        "rule-failed",
        lives.told_in_time,
        shown(
            x=lambda laid: laid["held"].append(
                {"id": "H", "stream": "x", "reason": "rule_failed", "sentence": "oh", "state": "open"}
            )
        ),
    ),
}


@pytest.mark.parametrize("life", dict.fromkeys(life for _, life, _ in GUILTY.values()), ids=lambda f: f.__name__)
def test_nothing_is_found_where_all_went_well(life: Callable[[], Story]) -> None:
    assert found(life()) == {}


@pytest.mark.parametrize("fault", GUILTY)
def test_each_fault_is_found_by_its_name(fault: str) -> None:
    name, life, spoil = GUILTY[fault]
    story = life()
    spoil(story)
    assert name in found(story)


def test_a_missing_representative_is_put_before_the_coordinator_that_day() -> None:
    def life() -> Story:
        story = lives.booking(lives.due(lives.family(lives.area())), "6 09:00", 1, "14T10:00")
        story.altered("clearway", single_point_of_contact=None).without("w-key", "w-spoc")
        story.duty("tell", "6 09:00", "tell_treatment", "7", meeting=ICPC, **lives.MUM_AT)
        story.duty("ask", "6 09:00", "ask_report_treatment", "7", meeting=ICPC, **lives.MUM_AT)
        story.duty("name", "6 09:00", "name_representative", "6", meeting=ICPC, **lives.MUM_AT)
        story.until = at("6 12:00")
        return lives.climb(story, "6 09:00", "name", 0, "coordinator", "w-co")

    assert found(life()) == {}
    assert "untold" in found(life().without("name", "rung coordinator"))
    assert "silent-ladder" in found(life().without("rung coordinator"))


def test_an_event_on_the_shelf_or_waiting_for_a_name_is_not_lost() -> None:
    for kept in ("held", "parked"):
        story = lives.told_in_time()

        def lay(laid: dict[str, Any], kept: str = kept) -> None:
            laid["history"].append(laid["history"][-1] | {"id": "n", "subject": "vale/family/F-9"})
            row = {"id": "H", "stream": "vale/family/F-9", "reason": "no_basis", "name": "3 sim n", "state": "open"}
            laid[kept].append(row)

        story.spoil = lay
        assert found(story) == {}, kept


def test_one_ledger_is_one_run_and_another_is_judged_afresh() -> None:
    evidence = Evidence(at("6 09:00"), [], [], [], [], [], [], [], [], [], {})
    lost = {"id": "e", "source": "s", "type": "t", "subject": "x"}
    again = Evidence(at("6 09:00"), [lost], [], [], [], [], [], [], [], [], {})
    assert judge.look(evidence) == []
    assert judge.look(again) == [Violation("lost-event", "t ('s', 'e') is nowhere to be found")]
    assert judge.look(again) == []


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    named = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            named |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return named


def reached(module: str, seen: set[str]) -> set[str]:
    """Every module that this one imports, through all modules of the tests."""
    path = TESTS.parent / f"{module.replace('.', '/')}.py"
    path = path if path.is_file() else TESTS.parent / module.replace(".", "/") / "__init__.py"
    if module in seen or not path.is_file():
        return seen | {module}
    seen = seen | {module}
    for name in imported(path):
        seen = reached(name, seen) if name.startswith("tests") else seen | {name}
    return seen


@pytest.mark.parametrize("module", ["tests.simulation.judge", "tests.simulation.stories"])
def test_the_judge_imports_nothing_of_ours_but_tests(module: str) -> None:
    names = reached(module, set())
    assert "tests.leaks" in names and "tests.simulation.duty_checks" in names and "tomllib" in names
    assert not {n for n in names if n.partition(".")[0] in ("handlers", "streams", "infra", "templates")}
