"""The spine, on a small office in memory and on the real one with SQLite: what holds of one must hold of the other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NoReturn

import pytest
from msgspec.structs import replace

from handlers import decide
from handlers import events as e
from handlers.people import StreamId
from streams.clock import drain
from streams.intake import take
from streams.local import LocalCarrier
from streams.office import CannotNow, Parcel
from streams.wire import Letter, write
from tests.journeys.story import a_household, at, told
from tests.streams.bench import Bench, Run

NOW = at("2025-01-06", "09:00")
FAMILY = StreamId("riverside", "family", "F-1")
MOTHER = StreamId("riverside", "person", "p-mother")


class NoPost:
    async def send(self, parcels: Sequence[Parcel], now: datetime) -> None:
        pass


def joined(person: str, minutes: int = 0) -> e.Event:
    member = e.Member(person=person, name=f"{person} Surname", relation="parent", cares=True)
    return told(NOW + timedelta(minutes=minutes), "family/F-1", e.MemberJoined(member, NOW.date()))


def left(person: str, minutes: int = 0) -> e.Event:
    return told(NOW + timedelta(minutes=minutes), "family/F-1", e.MemberLeft(person, NOW.date()))


def letters(*events: e.Event) -> list[Letter]:
    return [write(x) for x in events]


def names(facts: list[tuple[str, str, datetime]], *types: str) -> list[tuple[str, str]]:
    return [(type_, id_) for type_, id_, _ in facts if not types or type_ in types]


async def settled(bench: Bench, stream: StreamId = FAMILY) -> list[str]:
    """The ids of the events that were decided about, each as often as it was."""
    taken_in = {body.__name__ for body in decide.RULES} - {"RecordHeld"}
    return [id_ for type_, id_, _ in await bench.facts(stream) if type_ in taken_in]


async def carry_on(bench: Bench) -> None:
    await drain(bench.office, LocalCarrier(bench.office, NoPost()), NOW + timedelta(days=1))


def test_a_later_event_of_a_batch_sees_what_the_earlier_one_changed(run: Run) -> None:
    async def story(bench: Bench) -> None:
        first, second = joined("p-1"), left("p-1", 1)
        await take(letters(first, second), bench.office, NOW)
        assert names(await bench.facts(FAMILY), "MemberJoined", "MembershipTold", "MemberLeft") == [
            ("MemberJoined", first.id),
            ("MembershipTold", first.id),
            ("MemberLeft", second.id),
            ("MembershipTold", second.id),
        ]
        assert await bench.held() == []

    run(story)


def test_a_record_from_days_ahead_of_the_door_is_held_and_moves_no_time(run: Run) -> None:
    async def story(bench: Bench) -> None:
        ahead, now = joined("p-1", 3 * 24 * 60), joined("p-2")
        await take(letters(ahead, now), bench.office, NOW, NOW + timedelta(days=1))
        ((reason, sentence),) = await bench.held()
        assert reason == "impossible" and "recorded on 2025-01-09, which is still to come" in sentence
        assert now.id in await settled(bench) and ahead.id not in await settled(bench)
        assert max(at for _, _, at in await bench.facts(FAMILY)) == NOW

    run(story)


def test_a_batch_and_its_records_one_by_one_come_to_the_same(run: Run) -> None:
    async def story(bench: Bench) -> None:
        together = a_household(NOW, "F-1")
        apart = [replace(x, id=f"{x.id}-2", stream=FAMILY.sibling("family", "F-2")) for x in together]
        await take(letters(*together), bench.office, NOW)
        for letter in letters(*apart):
            await take([letter], bench.office, NOW)
        one, other = await bench.facts(FAMILY), await bench.facts(FAMILY.sibling("family", "F-2"))
        assert [(t, f"{i}-2", at_) for t, i, at_ in one] == other and len(one) > len(together)

    run(story)


def test_nothing_to_do_is_no_fault(run: Run) -> None:
    async def story(bench: Bench) -> None:
        await take([], bench.office, NOW)
        assert not await bench.held() and not await bench.facts(FAMILY)

    run(story)


def test_the_same_event_twice_is_settled_once(run: Run) -> None:
    async def story(bench: Bench) -> None:
        event, other = joined("p-1"), joined("p-2", 1)
        await take(letters(event, event, other), bench.office, NOW)
        await take(letters(event), bench.office, NOW)
        await take(letters(other, event), bench.office, NOW)
        assert await settled(bench) == [event.id, other.id]
        assert await bench.held() == []

    run(story)


@pytest.mark.parametrize("in_one_batch", [True, False])
def test_another_body_under_a_known_name_is_held_and_the_rest_goes_on(run: Run, in_one_batch: bool) -> None:
    async def story(bench: Bench) -> None:
        first, rest = joined("p-1"), joined("p-3", 2)
        clash = replace(joined("p-2", 1), id=first.id)
        batches = [[first, clash, rest]] if in_one_batch else [[first], [clash, rest]]
        for batch in batches:
            await take(letters(*batch), bench.office, NOW)
        assert await settled(bench) == [first.id, rest.id]
        assert [reason for reason, _ in await bench.held()] == ["clash"]
        assert "give this one its own id and release it" in (await bench.held())[0][1]

    run(story)


def test_the_same_id_from_another_source_is_another_event(run: Run) -> None:
    async def story(bench: Bench) -> None:
        one = joined("p-1")
        other = replace(joined("p-2", 1), id=one.id, source="health.example")
        await take(letters(one, other), bench.office, NOW)
        assert await settled(bench) == [one.id, one.id] and not await bench.held()

    run(story)


def test_an_unreadable_record_is_held_and_the_rest_goes_on(run: Run) -> None:
    async def story(bench: Bench) -> None:
        one, two, three = letters(joined("p-1"), joined("p-2", 1), joined("p-3", 2))
        await take([one, Letter(two.key, two.headers, b"{not json"), three], bench.office, NOW)
        assert await settled(bench) == [x.headers["ce_id"] for x in (one, three)]
        assert [reason for reason, _ in await bench.held()] == ["unreadable"]

    run(story)


HOSTILE = [
    Letter("", {}, b""),
    Letter("\x00", {"ce_id": "\x00", "ce_source": "\x00"}, b"\x00"),
    Letter("k" * 9999, {"ce_type": "t" * 9999}, b"\xff" * 9999),
    Letter("riverside/family/F\x00", {"ce_subject": "\\xff"}, b"[" * 99_999),
]


def test_no_record_is_too_strange_for_the_shelf(run: Run) -> None:
    async def story(bench: Bench) -> None:
        await take(HOSTILE, bench.office, NOW)
        await take(HOSTILE, bench.office, NOW)
        assert [reason for reason, _ in await bench.held()] == ["unreadable"] * len(HOSTILE), "each lies there once"
        await carry_on(bench)
        assert len(await bench.held()) == len(HOSTILE), "and none makes another"

    run(story)


def test_one_poisoned_record_costs_no_other(run: Run) -> None:
    async def story(bench: Bench) -> None:
        good = [joined(f"p-{n}", n) for n in range(4)]
        astray = told(NOW, "person/p-0", e.MemberLeft("p-0", NOW.date()))
        await take(letters(*good[:2], astray, *good[2:]), bench.office, NOW)
        assert await settled(bench) == [x.id for x in good] and await settled(bench, astray.stream) == []
        [(reason, sentence)] = await bench.held()
        assert reason == "impossible" and "it belongs to a family stream; mend its subject" in sentence

    run(story)


def test_a_rule_that_raises_costs_no_other_record(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(body: object, desk: object) -> NoReturn:
        raise ZeroDivisionError("a fault of ours")

    rules: dict[type[e.Body], tuple[decide.Rule, ...]] = {**decide.RULES, e.MemberLeft: (broken,)}
    monkeypatch.setattr(decide, "RULES", rules)

    async def story(bench: Bench) -> None:
        one, two, three = joined("p-1"), left("p-1", 1), joined("p-2", 2)
        await take(letters(one, two, three), bench.office, NOW)
        assert await settled(bench) == [one.id, three.id], "nothing of the broken decision stays"
        [(reason, sentence)] = await bench.held()
        assert reason == "rule_failed" and "ZeroDivisionError" in sentence and sentence.endswith("release it")

    run(story)


def test_what_is_held_is_made_known_to_its_stream(run: Run) -> None:
    async def story(bench: Bench) -> None:
        bare = told(NOW, "person/p-mother", e.EpisodeOpened("E-1", "clearway", "w-1", NOW.date()))
        await take(letters(bare), bench.office, NOW)
        assert [reason for reason, _ in await bench.held()] == ["no_basis"]
        await carry_on(bench)
        assert [type_ for type_, *_ in await bench.facts(MOTHER)] == ["RecordHeld"]

    run(story)


def test_an_event_about_an_unknown_name_waits_and_comes_back_by_itself(run: Run) -> None:
    async def story(bench: Bench) -> None:
        opened = e.EpisodeOpened("E-1", "clearway", "w-1", NOW.date(), "consent")
        closed = told(NOW, "person/p-mother", e.EpisodeClosed("E-1", NOW.date()))
        first = told(NOW + timedelta(minutes=5), "person/p-mother", opened)
        await take(letters(closed, joined("p-1")), bench.office, NOW)
        await take(letters(closed), bench.office, NOW)
        assert await bench.parked() == [closed.id] and await settled(bench, MOTHER) == []
        assert len(await settled(bench)) == 1, "and nobody else waits with it"
        await take(letters(first), bench.office, NOW)
        await carry_on(bench)
        assert await settled(bench, MOTHER) == [first.id, closed.id] and await bench.parked() == []
        await take(letters(closed), bench.office, NOW)
        assert await settled(bench, MOTHER) == [first.id, closed.id]

    run(story)


def test_what_it_waits_for_may_come_in_the_same_batch(run: Run) -> None:
    async def story(bench: Bench) -> None:
        opened = e.EpisodeOpened("E-1", "clearway", "w-1", NOW.date(), "consent")
        closed = told(NOW, "person/p-mother", e.EpisodeClosed("E-1", NOW.date()))
        first = told(NOW + timedelta(minutes=5), "person/p-mother", opened)
        await take(letters(closed, first), bench.office, NOW)
        await carry_on(bench)
        assert await settled(bench, MOTHER) == [first.id, closed.id] and await bench.parked() == []

    run(story)


def test_another_body_under_the_name_of_one_that_waits_is_held(run: Run) -> None:
    async def story(bench: Bench) -> None:
        waits = told(NOW, "person/p-mother", e.EpisodeClosed("E-1", NOW.date()))
        clash = replace(waits, body=e.EpisodeClosed("E-2", NOW.date()))
        await take(letters(waits), bench.office, NOW)
        await take(letters(clash), bench.office, NOW)
        assert await bench.parked() == [waits.id]
        assert [reason for reason, _ in await bench.held()] == ["clash"]

    run(story)


def test_another_systems_reference_waits_until_it_is_recorded(run: Run) -> None:
    async def story(bench: Bench) -> None:
        opened = e.EpisodeOpened("E-1", "clearway", "w-1", NOW.date(), "consent", "CW-7741")
        unknown = told(NOW, "person/clearway:C-17", opened)
        elsewhere = replace(unknown, id="other-area", stream=StreamId("hillside", "person", "clearway:C-17"))
        await take(letters(unknown, elsewhere), bench.office, NOW)
        assert sorted(await bench.parked()) == sorted([unknown.id, elsewhere.id])
        known = told(NOW, "person/p-mother", e.ReferenceRecorded("clearway", "C-17"))
        await take(letters(known), bench.office, NOW)
        await carry_on(bench)
        assert await settled(bench, MOTHER) == [known.id, unknown.id]
        assert await settled(bench, unknown.stream) == []
        assert await bench.parked() == [elsewhere.id], "an area's references are its own"
        later = told(NOW, "person/clearway:C-17", e.EpisodeClosed("E-1", NOW.date()))
        await take(letters(later), bench.office, NOW)
        assert (await settled(bench, MOTHER))[-1] == later.id

    run(story)


def test_when_nothing_can_be_stored_the_batch_waits_whole(run: Run) -> None:
    async def story(bench: Bench) -> None:
        one, other = letters(joined("p-1"), joined("p-2", 1))
        with bench.away(), pytest.raises(CannotNow):
            await take([one, Letter("", {}, b""), other], bench.office, NOW)
        with bench.away(), pytest.raises(CannotNow):
            await take([Letter("", {}, b"")], bench.office, NOW)
        assert await settled(bench) == [] and await bench.held() == [] and await bench.parked() == []
        await take([one, other], bench.office, NOW)
        assert await settled(bench) == [one.headers["ce_id"], other.headers["ce_id"]]

    run(story)


def test_time_never_runs_back(run: Run) -> None:
    """An event recorded earlier than the latest decision is decided at that decision's instant."""

    async def story(bench: Bench) -> None:
        late, early = joined("p-1", 60), joined("p-2")
        for batch in ([late], [early], [joined("p-3", 30), joined("p-4", 90), joined("p-5", 10)]):
            await take(letters(*batch), bench.office, NOW)
        decided = [at_ for type_, _, at_ in await bench.facts(FAMILY) if type_ == "MembershipTold"]
        assert decided == [NOW + timedelta(minutes=m) for m in (60, 60, 60, 90, 90)]
        taken_in = [at_ for type_, _, at_ in await bench.facts(FAMILY) if type_ == "MemberJoined"]
        assert taken_in == [NOW + timedelta(minutes=m) for m in (60, 0, 30, 90, 10)], "each keeps its own"

    run(story)


def test_streams_talk_through_the_outbox_alone(run: Run) -> None:
    async def story(bench: Bench) -> None:
        await take(letters(joined("p-mother")), bench.office, NOW)
        assert await bench.facts(MOTHER) == []
        await carry_on(bench)
        assert [type_ for type_, *_ in await bench.facts(MOTHER)] == ["MembershipBegan"]
        assert await bench.office.unfinished() == []

    run(story)
