"""The same input in another order: sources overtake one another within a day, each keeps its own order.

Every record keeps its recordedtime; it only arrives later in the day, as records do that somebody else produced. The
duties of the gate must come out the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from random import Random

from msgspec.structs import replace

from tests.simulation.area import LONDON
from tests.simulation.book import Row
from tests.simulation.cases import Case, Op
from tests.simulation.evidence import Violation

OF_TREATMENT = frozenset(
    {
        "tell_treatment",
        "tell_treatment_cancelled",
        "ask_report_treatment",
        "report_from_treatment",
        "tell_change",
        "name_representative",
        "seek_consent",
        "send_decision_treatment",
        "send_minutes_treatment",
    }
)


REACTING = frozenset({"desk.sim", "quorate/post"})


def day_of(op: Op) -> str:
    return op.at.astimezone(LONDON).date().isoformat()


def reordered(case: Case, shuffled: bool = True) -> Case:
    """The case with each day's records arriving together at the hour of the last of them.

    What people do because of what the engine did (the desk, the post) comes no earlier than that, told as of then:
    nobody answers before being asked.
    """
    ops: list[Op] = []
    for day, of_day in groupby(case.ops, key=day_of):
        together = list(of_day)
        records = [op for op in together if not _reacts(op)]
        last = max((op.at for op in records), default=together[0].at)
        order = _overtaking(records, Random(f"{case.seed} {day}")) if shuffled else records
        ops += [_arriving(op, last) for op in order]
        ops += [_put_off(op, last) for op in together if _reacts(op)]
    return replace(case, ops=ops, faults=[])


def _reacts(op: Op) -> bool:
    return op.event is None or op.event["source"] in REACTING


def _arriving(op: Op, at: datetime) -> Op:
    return replace(op, at=at, what="again" if op.what == "event" else op.what)


def _put_off(op: Op, until: datetime) -> Op:
    """The same, not before that instant; a meeting sat when it sat."""
    if op.at > until or op.event is None:
        return replace(op, at=max(op.at, until))
    told = {"recordedtime": f"{until:%Y-%m-%dT%H:%M:%SZ}"}
    if op.event["time"] == op.event["recordedtime"]:
        told["time"] = told["recordedtime"]
    return replace(op, at=until, event={**op.event, **told})


def _overtaking(ops: Iterable[Op], rng: Random) -> Iterator[Op]:
    queues: dict[str, list[Op]] = defaultdict(list)
    for op in ops:
        queues[str(op.event["source"]) if op.event else ""].append(op)
    while queues:
        source = rng.choice(sorted(queues))
        yield queues[source].pop(0)
        if not queues[source]:
            del queues[source]


def end_state(duties: Iterable[Row]) -> set[tuple[str, str, str | None, bool]]:
    """What counts of the duties: which, to whom, ended or open; lapsed ones left out."""
    return {
        (d["kind"], d["id"], d["to"], d["ended"] is not None)
        for d in duties
        if d["kind"] in OF_TREATMENT and d["ended"] != "lapse"
    }


def compared(first: Iterable[Row], second: Iterable[Row]) -> list[Violation]:
    """One violation, with the first few differences, if the two ends differ."""
    one, other = end_state(first), end_state(second)
    if one == other:
        return []
    shown = "; ".join(
        f"{w}: {x}"
        for w, s in (("only as told", one - other), ("only reordered", other - one))
        for x in sorted(map(str, s))[:4]
    )
    return [Violation("order-dependent", f"{len(one ^ other)} duties differ: {shown}")]
