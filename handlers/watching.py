"""A directory that changes wakes the families that reckon with it: a worker on leave or without an address today is
somebody else to be told today, not at the family's next event.

A family says which treatment services it reckons with, and which workers it cannot write to; the directory tells it
whenever somebody there changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from handlers import events as e
from handlers import facts as f
from handlers.case_file import CaseFile
from handlers.effects import TellStream
from handlers.facts import Finding
from handlers.partnership import ANY, Directory


def watch(file: CaseFile, names: Iterable[str]) -> Iterator[Finding | TellStream]:
    """Let the directory know of which treatment services and workers this family wants to hear; "" is any service."""
    wanted = {name or ANY for name in names}
    for service in sorted({*wanted, *file.watched}):
        watched = service in wanted
        if watched != (service in file.watched):
            because = f"this family {'now' if watched else 'no longer'} reckons with {service}"
            yield Finding(f.WatchTold(service, watched), because)
            body = e.ServiceWatched(file.family, service, watched)
            yield TellStream(stream=file.stream.sibling("partnership"), body=body, because=because)


def begin(directory: Directory, body: e.ServiceWatched) -> Iterator[TellStream]:
    """Whatever changed while the family was asking is told to it at once."""
    if body.watched:
        yield _telling(directory, body.family, body.service)


def tell_watchers(before: Directory, after: Directory, body: e.Body) -> Iterator[TellStream]:
    """Every family that reckons with a service of which this record speaks, or with the worker. Also where it says
    what was known: an address recorded again after mail came back is good again."""
    services = {*_spoken_of(before, body), *_spoken_of(after, body)}
    workers = {body.worker} if isinstance(body, e.WorkerRecorded) else set()
    told: set[str] = set()
    for name in sorted({*services, *workers}):
        of_any = after.watchers.get(ANY, ()) if name in services else ()
        for family in sorted({*after.watchers.get(name, ()), *of_any} - told):
            told.add(family)
            yield _telling(after, family, name)


def _telling(directory: Directory, family: str, service: str) -> TellStream:
    stream = directory.stream.sibling("family", family)
    return TellStream(stream=stream, body=e.DirectoryChanged(service), because=f"somebody of {service} changed")


def _spoken_of(directory: Directory, body: e.Body) -> Iterator[str]:
    """The treatment services whose people this record is about, as this directory knows them."""
    match body:
        case e.AgencyRecorded():
            named = [body.agency]
        case e.WorkerRecorded() | e.LeaveRecorded():
            known = directory.workers.get(body.worker)
            stands_for = [a.agency for a in directory.agencies.values() if body.worker in _posts(a)]
            named = [*stands_for, *([known.agency] if known else [])]
        case _:
            named = []
    return (x for x in named if x in directory.treatment_services())


def _posts(agency: e.AgencyRecorded) -> tuple[str | None, ...]:
    return (agency.single_point_of_contact, agency.deputy, agency.duty_mailbox, agency.service_manager)
