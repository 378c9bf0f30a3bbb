"""What must hold whichever engine carries the events."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from handlers import events as e
from handlers.people import StreamId
from infra.db import tables
from streams.wire import Letter
from tests.journeys.story import (
    CONFERENCE,
    CORE_GROUP,
    REVIEW,
    a_household,
    an_enquiry,
    an_episode,
    at,
    in_area,
    the_area,
    the_conference,
    the_whole_journey,
    told,
)
from tests.office.engines import Engine, Running, local_engine
from tests.simulation.shelves import let_out

pytestmark = pytest.mark.timeout(300)


def test_one_case_goes_from_referral_to_the_end_of_its_plan(engine: Engine, area: str) -> None:
    async def story(running: Running) -> None:
        await running.play(in_area(the_whole_journey(), area), "2025-04-04")
        states = {r.meeting: r.state for r in await running.of_area(tables.meetings, area)}
        assert states[CONFERENCE] == states[CORE_GROUP] == states[REVIEW] == "held"
        assert states["review-conference:PLAN-1:1"] == states["core-group:PLAN-1:2"] == "no longer due"
        assert states["fip-review:FIP-1:2"] == "booked"
        duties = await running.of_area(tables.duties, area)
        told = {(d.meeting, d.adult): d.ended for d in duties if d.kind == "tell_treatment"}
        assert told[CONFERENCE, "p-mother"] == told[CORE_GROUP, "p-mother"] == told[REVIEW, "p-mother"] == "evidence"
        assert (REVIEW, "p-partner") not in told, "he refused, so his service is told nothing"
        assert told["core-group:PLAN-1:2", "p-partner"] == "lapse"
        late = [d for d in duties if d.kind == "send_minutes" and d.to == "w-teacher" and d.ended is None]
        assert late and all(d.rung >= 0 for d in late), "minutes nobody collected climb the ladder"
        assert not await running.of_area(tables.held, area) and not await running.of_area(tables.parked, area)

    engine.run(story)


def test_telling_it_all_twice_changes_nothing_and_sends_nothing(engine: Engine, area: str) -> None:
    async def story(running: Running) -> None:
        events = in_area(the_conference(), area)
        await running.play(events, "2025-01-20")
        ledger, mails = await running.ledger(area), len(running.mailbox.mails())
        await running.play(events, "2025-01-20")
        await running.arrive(await running.letters(events[:3]))
        assert (await running.ledger(area), len(running.mailbox.mails())) == (ledger, mails)

    engine.run(story)


def test_an_unreadable_record_is_held_and_the_rest_goes_on(engine: Engine, area: str) -> None:
    async def story(running: Running) -> None:
        good = in_area(a_household(at("2025-01-06")), area)
        letters = await running.letters(good)
        bad = Letter(letters[0].key, {**letters[0].headers, "ce_id": "bad", "ce_source": area}, b"{not json")
        await running.arrive([letters[0], bad, *letters[1:]])
        held = await running.of_area(tables.held, area)
        assert [h.reason for h in held] == ["unreadable"] and "release it" in held[0].sentence
        settled = {r.event for r in await running.of_area(tables.ledger, area)}
        assert {x.id for x in good} <= settled

    engine.run(story)


def test_a_second_body_under_a_known_name_is_held(engine: Engine, area: str) -> None:
    async def story(running: Running) -> None:
        first, second = in_area(a_household(at("2025-01-06")), area)[1:3]
        one, other = await running.letters([first, second])
        clash = Letter(other.key, {**other.headers, "ce_id": first.id}, other.body)
        await running.arrive([one])
        await running.arrive([clash])
        assert [h.reason for h in await running.of_area(tables.held, area)] == ["clash"]

    engine.run(story)


def test_an_episode_without_a_basis_is_held_and_the_coordinator_owes_its_mending(engine: Engine, area: str) -> None:
    async def story(running: Running) -> None:
        bare = e.EpisodeOpened("E-1", "clearway", "w-clearway-key", at("2025-01-06").date())
        late = told(at("2025-01-06", "10:00"), "person/p-mother", bare, "clearway.example")
        events = [*the_area(at("2025-01-06", "08:30")), *a_household(at("2025-01-06")), late]
        await running.play(in_area(events, area), "2025-01-06")
        assert [h.reason for h in await running.of_area(tables.held, area)] == ["no_basis"]
        owed = [d for d in await running.of_area(tables.duties, area) if d.kind == "mend_record"]
        assert [(d.owner, d.ended) for d in owed] == [("coordinator", None)]
        told_family = await running.rows(tables.ledger, tables.ledger.c.stream == f"{area}/family/F-1")
        assert "EpisodeTold" not in {r.type for r in told_family}

    engine.run(story)


def test_a_record_that_was_mended_is_not_held_again_when_it_comes_once_more(engine: Engine, area: str) -> None:
    async def story(running: Running) -> None:
        bare = e.EpisodeOpened("E-1", "clearway", "w-clearway-key", at("2025-01-06").date())
        late = told(at("2025-01-06", "10:00"), "person/p-mother", bare, "clearway.example")
        await running.play(in_area(a_household(at("2025-01-06")), area), "2025-01-06")
        letters = await running.letters(in_area([late], area))
        await running.arrive(letters)
        [held] = await running.of_area(tables.held, area)
        await let_out(running.house, held.id, "w-coordinator", at("2025-01-07", "09:00"))
        await running.play([], "2025-01-07")
        await running.arrive(letters)
        assert [h.state for h in await running.of_area(tables.held, area)] == ["released"]
        outcomes = await running.rows(tables.outbox, tables.outbox.c.stream == f"{area}/person/p-mother")
        assert {r.state for r in outcomes} <= {"done"} and "held" not in {r.outcome for r in outcomes}
        other = replace(in_area([late], area)[0], body=replace(bare, service="beacon"))
        await running.arrive(await running.letters([other]))
        assert "clash" in [h.reason for h in await running.of_area(tables.held, area) if h.state == "open"]

    engine.run(story)


def test_another_systems_name_waits_until_it_is_known(engine: Engine, area: str) -> None:
    async def story(running: Running) -> None:
        outside = StreamId(area, "person", "clearway:C-17")
        episode = in_area([an_episode(at("2025-01-06", "09:10"))], area)[0]
        unknown = replace(episode, stream=outside)
        await running.arrive(await running.letters([unknown]))
        assert len(await running.of_area(tables.parked, area)) == 1
        known = told(at("2025-01-06", "12:00"), "person/p-mother", e.ReferenceRecorded("clearway", "C-17"))
        await running.play(in_area([known], area), "2025-01-06")
        assert not await running.of_area(tables.parked, area)
        rows = await running.rows(tables.ledger, tables.ledger.c.stream == f"{area}/person/p-mother")
        assert [r.type for r in sorted(rows, key=lambda r: r.seq)] == ["ReferenceRecorded", "EpisodeOpened"]

    engine.run(story)


def test_the_order_in_which_systems_report_does_not_matter(engine: Engine, area: str) -> None:
    async def story(running: Running) -> None:
        first = [*the_area(at("2025-01-06", "08:30"))]
        day = [*a_household(at("2025-01-06")), an_episode(at("2025-01-06")), *an_enquiry(at("2025-01-06"))]
        there, back = f"{area}-1", f"{area}-2"
        for where, events in ((there, day), (back, day[::-1])):
            await running.play(in_area(first, where), "2025-01-06")
            for letter in await running.letters(in_area(events, where)):
                await running.arrive([letter])
        await running.play([], "2025-01-06")
        duties = [
            {(d.kind, d.meeting, d.adult, d.to, d.ended) for d in await running.of_area(tables.duties, where)}
            for where in (there, back)
        ]
        assert not duties[0] ^ duties[1] and any(kind == "tell_treatment" for kind, *_ in duties[0])

    engine.run(story)


def test_nothing_personal_stands_in_clear_on_disk(engine: Engine, area: str) -> None:
    async def story(running: Running) -> None:
        await running.play(in_area(the_whole_journey(), area), "2025-03-07")

    engine.run(story)
    names = [b"Quillfeather", b"mary@home.example", b"Planted", b"CW-7741", b"hungry", b"Surname"]
    for folder in _kept_in(engine):
        for path in (p for p in folder.rglob("*") if p.is_file() and p.suffix != ".eml"):
            kept = path.read_bytes()
            found = [kept[max(0, kept.index(n) - 60) : kept.index(n) + 40] for n in names if n in kept]
            assert not found, f"{path} holds {found}"


def _kept_in(engine: Engine) -> list[Path]:
    if engine.settings.embedded:
        return [engine.settings.home]
    return [Path(p) for p in (engine.settings.home, *SERVER_FOLDERS)]


SERVER_FOLDERS: list[Path] = []


@pytest.fixture(autouse=True)
def _server_folders(request: pytest.FixtureRequest, engine: Engine) -> None:
    if engine.name == "kafka" and not SERVER_FOLDERS:
        SERVER_FOLDERS.extend(request.getfixturevalue(s).folder for s in ("broker", "postgres"))


def test_both_engines_write_the_same_ledger_and_tell_others_the_same(on_kafka: Engine, tmp_path: Path) -> None:
    async def story(running: Running) -> tuple[list[tuple[object, ...]], list[str]]:
        await running.play(in_area(the_whole_journey(), "both-engines"), "2025-04-04")
        rows = await running.of_area(tables.outbox, "both-engines")
        announced = sorted(r.letter for r in rows if r.kind == "announcement")
        return await running.ledger("both-engines"), announced

    with local_engine(tmp_path) as local:
        ledger, announced = local.run(story)
    assert len(ledger) > 300 and len(announced) > 5
    assert on_kafka.run(story) == (ledger, announced)
