"""Letting in what rows say: each is held against what is known, and only what is new or changed is published.

Known is what was decided and what waits to be, so that a file imported twice, also before anything ran, changes
nothing; and a record that was changed and changed back is recorded each time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from handlers import events as e
from handlers.case_file import CaseFile
from handlers.desk import File, fold
from handlers.diary_file import DiaryFile
from handlers.events import Event
from handlers.facts import taken_in
from handlers.partnership import Directory
from handlers.people import StreamId, derived
from handlers.records import in_order
from handlers.working_days import start_of_business
from infra import publishing
from infra.db import chain, reading, sealing
from infra.db.engine import transaction
from infra.db.folding import KINDS, kept_file
from infra.imports.census import DISCUSSION
from infra.imports.rows import Refused, Wanted
from infra.wiring import House
from streams.clock import wall
from streams.wire import encode_body, read, type_name

SOURCE = "quorate/import"
REPLACING = (
    *(e.MemberJoined, e.FactorsAssessed, e.ConferenceHeldBefore, e.PlanStoodBefore),
    *(e.AreaRecorded, e.AgencyRecorded, e.WorkerRecorded, e.LeaveRecorded, e.RoomRecorded),
)
Verdict = Literal["new", "changed", "same", "refused"]


class Weighed(Struct, frozen=True):
    """refused: why, where it names somebody whom nobody knows."""

    wanted: Wanted
    verdict: Verdict
    event: Event
    refused: Refused | None = None


async def let_in(house: House, wanted: Sequence[Wanted], recorded: datetime, first: int) -> list[Weighed]:
    """Publish what is new or changed. first: the place of these within the file, whose order they keep."""
    weighed = await weigh(house, wanted, recorded, keys="make")
    fresh = {first + n: w.event for n, w in enumerate(weighed) if w.verdict in ("new", "changed")}
    await publishing.let_in(house, fresh, publishing.Tally())
    house.keyring.forget()  # a census has more people than memory should hold keys
    return weighed


async def weigh(
    house: House, wanted: Sequence[Wanted], recorded: datetime, keys: Literal["make", "find"] = "find"
) -> list[Weighed]:
    """What would become of each row; nothing is written unless keys are to be made."""
    files = await as_they_will_be(house, {w.stream for w in wanted})
    wanted = [part for w in wanted for part in _without_strangers(w, files.get(w.stream))]
    known = [_known(files.get(w.stream), w.body) for w in wanted]
    bodies = [_with_what_is_known(w, before) for w, before in zip(wanted, known, strict=True)]
    plain = [
        Event("", SOURCE, w.stream, _happened(w, recorded), recorded, b) for w, b in zip(wanted, bodies, strict=True)
    ]
    sealed = await _sealed(house, plain, keys)
    weighed = []
    for w, before, event in zip(wanted, known, sealed, strict=True):
        refused = _names_nobody(w, files.get(w.stream))
        verdict = "refused" if refused else _verdict(files.get(w.stream), before, event.body)
        when = (recorded.isoformat(),) if verdict == "changed" else ()
        named = chain.digest(encode_body(_essence(event.body)))
        id_ = derived(SOURCE, str(w.stream), type_name(event.body), named, *when)
        weighed.append(Weighed(w, verdict, replace(event, id=id_), refused))
    return await _named_anew(house, weighed)


async def _named_anew(house: House, weighed: list[Weighed]) -> list[Weighed]:
    """A change made before at this very instant, and undone since, is a change once more; what is new is not."""
    async with transaction(house.engine) as connection:
        while there := {x for _, x in await reading.known(connection, {(SOURCE, x.event.id) for x in weighed})}:
            again = [x.verdict == "changed" and x.event.id in there for x in weighed]
            if not any(again):
                break
            weighed = [
                replace(x, event=replace(x.event, id=derived(SOURCE, x.event.id))) if anew else x
                for x, anew in zip(weighed, again, strict=True)
            ]
    return [replace(x, verdict="same") if x.event.id in there and not x.refused else x for x in weighed]


async def as_they_will_be(house: House, streams: Iterable[StreamId]) -> dict[StreamId, File]:
    """The files of these streams, with what waits to be decided there already in them."""
    found: dict[StreamId, File] = {s: KINDS[s.kind](stream=s) for s in streams}
    by_name = {str(s): s for s in found}
    async with transaction(house.engine) as connection:
        for r in await reading.file_rows(connection, by_name):
            stream = by_name[r.stream]
            found[stream] = await kept_file(connection, stream, r)
        for letter in await reading.on_their_way(connection, by_name):
            event = read(letter, wall())
            if isinstance(event.body, REPLACING):
                found[event.stream] = fold(found[event.stream], taken_in(event))
    return found


def _known(file: File | None, body: e.Body) -> e.Body | None:
    """The record that this one would replace."""
    match file, body:
        case CaseFile(), e.MemberJoined(member, on):
            known = file.known(member.person)
            return e.MemberJoined(known, max(on, file.moves.get(member.person, on))) if known else None
        case CaseFile(), e.FactorsAssessed(assessment=id_):
            told = (k for k in in_order(file.records.assessments.values()) if k.body.assessment == id_)
            return next((k.body for k in reversed(list(told))), None)
        case CaseFile(), e.ConferenceHeldBefore(conference=id_):
            return file.before.conferences.get(id_)
        case CaseFile(), e.PlanStoodBefore(plan=id_):
            return file.before.plans[id_].told if id_ in file.before.plans else None
        case Directory(), e.AreaRecorded():
            return file.area
        case Directory(), e.AgencyRecorded(agency=id_):
            return file.agencies.get(id_)
        case Directory(), e.WorkerRecorded(worker=id_):
            return file.workers.get(id_)
        case Directory(), e.LeaveRecorded(leave=id_):
            return file.leave.get(id_)
        case DiaryFile(), e.RoomRecorded(room=id_):
            return file.rooms.get(id_)
        case _:
            return None


def _with_what_is_known(wanted: Wanted, known: e.Body | None) -> e.Body:
    """What the row says, and of what it does not speak, what is known: a table may leave columns out."""
    body: Any = wanted.body
    if known is None or not wanted.given:
        return wanted.body
    if isinstance(body, e.MemberJoined) and isinstance(known, e.MemberJoined):
        corrected = replace(known.member, relation=body.member.relation, born=body.member.born)
        return replace(known, member=corrected)
    if isinstance(known, e.AreaRecorded):
        body = replace(body, roles=known.roles | body.roles)
    return replace(known, **{name: getattr(body, name) for name in wanted.given})


def _verdict(file: File | None, known: e.Body | None, body: e.Body) -> Verdict:
    if isinstance(body, e.ConferenceAskedFor) and isinstance(file, CaseFile) and _is_worked_with(file):
        return "same"  # an enquiry of ours has its conference from whoever asked for it
    if known is None:
        return "new"
    if isinstance(body, e.PlanStoodBefore) and isinstance(known, e.PlanStoodBefore) and known.known_on > body.known_on:
        return "same"  # a later return has spoken
    return "same" if _essence(known) == _essence(body) else "changed"


def _without_strangers(wanted: Wanted, file: File | None) -> Iterator[Wanted]:
    """All posts are one record: each that names somebody whom nobody knows is refused by itself, the others taken."""
    body = wanted.body
    if not (isinstance(body, e.AreaRecorded) and isinstance(file, Directory) and file.workers):
        yield wanted
        return
    known = {post: who for post, who in body.roles.items() if who in file.workers}
    for post in sorted(body.roles.keys() - known.keys()):
        yield replace(wanted, row=f"the post {post}", body=replace(body, roles={post: body.roles[post]}))
    if known or not body.roles:
        yield replace(wanted, body=replace(body, roles=known))


def _names_nobody(wanted: Wanted, file: File | None) -> Refused | None:
    """A row that names somebody whom a directory in use does not know; one that is still empty says nothing."""
    match file, wanted.body:
        case Directory(), e.LeaveRecorded(worker=id_) if file.workers and id_ not in file.workers:
            return Refused(wanted.row, "worker", id_, "the directory knows nobody of this id: import the worker first")
        case Directory(), e.WorkerRecorded(agency=id_) if file.agencies and id_ not in file.agencies:
            return Refused(wanted.row, "agency", id_, "the directory knows no agency of this id: import it first")
        case Directory(), e.AreaRecorded(roles=roles) if file.workers and (
            strange := {*roles.values()} - file.workers.keys()
        ):
            why = "the directory knows nobody of this id: import the worker first"
            return Refused(wanted.row, "worker", min(strange), why)
        case _:
            return None


def _is_worked_with(file: CaseFile) -> bool:
    """Whether the file has an enquiry that no census told of."""
    return any(not d.startswith(DISCUSSION) for d in file.discussions)


def _essence(body: Any) -> Any:
    """What a record says, without the day on which it said so."""
    match body:
        case e.MemberJoined():
            return replace(body, on=date.min)
        case e.PlanStoodBefore():
            return replace(body, known_on=date.min)
        case _:
            return body


def _happened(wanted: Wanted, recorded: datetime) -> datetime:
    return min(start_of_business(wanted.on), recorded) if wanted.on else recorded


async def _sealed(house: House, events: Sequence[Event], keys: Literal["make", "find"]) -> list[Event]:
    """The events sealed; where a key is only to be found and there is none, nothing was ever sealed under it."""
    if keys == "make":
        return await house.office.seal(events)
    async with transaction(house.engine) as connection:
        await house.keyring.load(connection, {name for x in events for name in sealing.owners(x)})
    return [sealing.seal(x, house.keyring) if house.keyring.has(sealing.owners(x)) else x for x in events]
