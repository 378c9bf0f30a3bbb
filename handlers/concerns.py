"""Whose drug or alcohol use is the family's business, which service that makes a party, and who speaks for it today.

Read off the whole file and the directory, never kept: Joint Guidance (2009) paragraph 11 and actions T1, F1, F2;
rules sections 3.17-3.21 and 3.64.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace

from handlers import events as e
from handlers.case_file import CaseFile
from handlers.duties import duty_of
from handlers.facts import DutyKind
from handlers.meeting_file import Meeting
from handlers.partnership import A_DAY, Directory
from handlers.people import Text
from handlers.protocol import Protocol
from handlers.records import Episode
from handlers.working_days import local_day, start_of_business

FAMILY = "family"  # whom a factor means that names nobody
OF_MEETINGS: tuple[DutyKind, ...] = ("tell_treatment", "send_minutes_treatment", "send_decision_treatment")


class Concern(Struct, frozen=True, kw_only=True):
    """One adult's drug or alcohol use and one service. known_at: when we came to know.

    adult is "family" for a factor that names nobody; service is "" where the area has none; only: the one meeting
    that it touches, where nothing but that meeting's own record makes the service a party; others: the key workers of
    the adult's other episodes there.
    """

    adult: str
    service: str
    known_at: datetime
    episode: Episode | None = None
    only: str | None = None
    others: tuple[str, ...] = ()

    @property
    def client_reference(self) -> Text | None:
        return self.episode.told.client_reference if self.episode else None


class Voice(Struct, frozen=True):
    """Who speaks for a service: told must hear now (nobody, if nobody can be reached), invited have a seat, and what
    any of the holders was sent or took part in, the service has."""

    told: tuple[str, ...]
    invited: tuple[str, ...]
    holders: tuple[str, ...]

    @property
    def to(self) -> str | None:
        return self.told[0] if self.told else None


def in_scope(file: CaseFile) -> tuple[str, ...]:
    """Adults with care of a child here, or close to those who have it (Joint Guidance paragraph 11)."""
    return tuple(m.person for m in file.members.values() if m.cares and m.relation not in ("child", "unborn"))


def concerns(file: CaseFile, directory: Directory, protocol: Protocol) -> list[Concern]:
    """Every (adult, service) of this family: treatment episodes first, then what factors and flags say."""
    adults = in_scope(file)
    of_episodes = [
        Concern(adult=x.told.person, service=x.told.service, known_at=x.known_at, episode=x)
        for x in in_order(file)
        if x.told.person in adults
    ]
    of_record = list(_of_record(file, adults, directory, protocol))
    return [*of_episodes, *of_record, *_of_their_own_meetings(file)]


def in_order(file: CaseFile) -> list[Episode]:
    """Those that have ended first: where a service knows an adult twice, the standing episode has the last word."""
    return sorted(file.episodes.values(), key=lambda x: (x.told.ended_on is None, x.told.opened_on, x.told.episode))


def _of_record(file: CaseFile, adults: tuple[str, ...], directory: Directory, protocol: Protocol) -> Iterator[Concern]:
    """Factors and flags, each for every service that treats the substance (rules 3.20, 3.64)."""
    known: dict[tuple[str, str], datetime] = {}
    for use in file.records.uses(protocol.in_scope_factors):
        if use.person is None or use.person in adults:
            for service in directory.treatment_services(use.substance) or ("",):
                key = (use.person or FAMILY, service)
                known[key] = min(use.known_at, known.get(key, use.known_at))
    for (adult, service), at in sorted(known.items()):
        yield Concern(adult=adult, service=service, known_at=at)


def _of_their_own_meetings(file: CaseFile) -> Iterator[Concern]:
    """A care-plan meeting makes its service a party, whatever is known of the adult's episodes."""
    for meeting in file.meetings.values():
        adult, service = meeting.due.adult, meeting.due.service
        if adult and service:
            yield Concern(adult=adult, service=service, known_at=meeting.fell_due_at, only=meeting.id)


def _is_about(concern: Concern, meeting: Meeting) -> bool:
    """Care-plan meetings are about one adult, and one service if they name it; looked-after reviews ask the service
    where the plan says so."""
    due = meeting.due
    if concern.only or due.kind in ("joint_care_plan_review", "care_plan_meeting"):
        right_adult = due.adult in (None, concern.adult) and due.service in (None, concern.service)
        return right_adult and concern.only in (None, meeting.id)
    return due.with_treatment


def touches(concern: Concern, meeting: Meeting) -> bool:
    """Whether this concern touches this meeting: not if we came to know of it only after the minutes went out, nor
    if its episode ended before the meeting was fixed. Ending never lapses a duty already fixed (decision 24)."""
    if not _is_about(concern, meeting):
        return False
    if _comes_late(concern, meeting):
        return False
    ended_on = concern.episode.told.ended_on if concern.episode else None
    sat_at = meeting.sitting.started_at if meeting.sitting else None
    fixed_at = meeting.fixed_at or sat_at
    return ended_on is None or (fixed_at is not None and local_day(fixed_at) <= ended_on)


def _comes_late(concern: Concern, meeting: Meeting) -> bool:
    return meeting.minutes is not None and concern.known_at > meeting.minutes.recorded_at


def touching(meeting: Meeting, found: list[Concern]) -> list[Concern]:
    """The concerns that touch this meeting, each (adult, service) once.

    An episode speaks for its adult and service, as of whichever of it and the factor was known first, so that the
    duty stays with whoever was told (rules 3.40). Where an adult's own service was known in time, no other is told.
    """
    near = [c for c in found if touches(c, meeting)]
    in_treatment = {c.adult for c in near if _known_in_time(c, meeting)}
    named: dict[tuple[str, str], Concern] = {}
    for concern in near:  # episodes come first, and of two at one service the last has its word
        name = (concern.adult, concern.service)
        before = named.get(name, concern)
        speaks, silent = (concern, before) if concern.episode else (before, concern)
        others = before.others + (silent.episode.told.workers if silent.episode and silent is not speaks else ())
        named[name] = replace(speaks, known_at=min(before.known_at, concern.known_at), others=others)
    return [c for c in named.values() if c.episode or c.only or not _is_spoken_for(c.adult, in_treatment)]


def together(concern: Concern, meeting: Meeting, file: CaseFile) -> Concern | None:
    """This concern as of when one family knew both it and the meeting, if that was not too late: what two knew apart
    became known when they merged. Had one of them known both, something would be owed since before."""
    joined_at = file.ties.joined_at
    if joined_at is None or meeting.fell_due_at >= joined_at:
        return concern
    key = (concern.adult, concern.service, meeting.id)
    owed = (file.duties.get(duty_of(file, kind, *key)) for kind in OF_MEETINGS)
    if any(duty and duty.opened_at < joined_at for duty in owed):
        return concern
    known = replace(concern, known_at=max(concern.known_at, joined_at))
    return None if _comes_late(known, meeting) else known


def _is_spoken_for(adult: str, in_treatment: set[str]) -> bool:
    return bool(in_treatment) if adult == FAMILY else adult in in_treatment


def _known_in_time(concern: Concern, meeting: Meeting) -> bool:
    """An episode known before the meeting began, and standing, or standing when it sat."""
    starts_at = meeting.booked.starts_at if meeting.booked else None
    sat_at = meeting.sitting.started_at if meeting.sitting else None
    if concern.episode is None:
        return False
    ended_on = concern.episode.told.ended_on
    standing = ended_on is None or (sat_at is not None and local_day(sat_at) <= ended_on)
    return standing and all(concern.known_at < at for at in (starts_at, sat_at) if at)


def voice(concern: Concern, meeting: Meeting | None, file: CaseFile, directory: Directory, now: datetime) -> Voice:
    """Who speaks for the service about this meeting: the episode's key worker, unless on leave now or on the day or
    not to be reached; else the single point of contact, the deputy, the duty mailbox; else the key worker of another
    episode there; else nobody (JG T1, F2).

    Whoever is passed over keeps a seat; a key worker who was replaced keeps it until the day that the handover names
    (rules 3.48). Until the meeting has sat, an approved deputy who can be reached speaks for whoever sends them.
    """
    told = concern.episode.told if concern.episode else None
    workers = told.workers if told else ()
    today, then = local_day(now), _day_of(meeting)
    there = tuple(w for w in workers if not (then and directory.away(w, then)))
    people, passed_over = tuple(w for w in there if reaches(file, w, directory, today)), workers
    if not people:
        posts = (*speakers_of(concern.service, directory), *concern.others)
        people = tuple(p for p in posts if reaches(file, p, directory, today))[:1]
        passed_over = workers + (posts[: posts.index(people[0])] if people else posts)
    sent = {p: d for p in people if meeting and (d := meeting.wishes.deputy_of(p))}
    still = {} if meeting and meeting.held else sent
    comes = {p: d for p, d in still.items() if _comes(file, d, directory, today, then)}
    people, passed_over = tuple(comes.get(p, p) for p in people), (*sent, *sent.values(), *passed_over)
    seated = (w for w in _kept_a_seat(told, passed_over, meeting, today) if w not in (*people, *comes))
    seats = people + tuple(w for w in seated if directory.has_address(w) or w in file.deputies)
    return Voice(people, seats, people + passed_over)


def _comes(file: CaseFile, deputy: str, directory: Directory, today: date, then: date | None) -> bool:
    """Mail to this deputy arrives, and they are not away on the day; of one whom the directory does not know, as far
    as the address goes that was named."""
    if deputy in directory.workers:
        return reaches(file, deputy, directory, today) and not (then and directory.away(deputy, then))
    return deputy in file.deputies and deputy not in file.failed


def _kept_a_seat(
    told: e.EpisodeTold | None, passed_over: tuple[str, ...], meeting: Meeting | None, today: date
) -> Iterable[str]:
    """The key workers, whoever they replaced until the handover's day, and a stand-in who was asked and is sought."""
    workers = told.workers if told else ()
    before = (told.alongside,) if told and told.alongside and today <= (told.alongside_until or today) else ()
    asked = meeting.invitations if meeting else {}
    stand_ins = (p for p in passed_over if p in asked and not asked[p].cancelled)
    return dict.fromkeys((*workers, *before, *stand_ins))


def sat_for(concern: Concern, meeting: Meeting, file: CaseFile, directory: Directory) -> tuple[str, ...]:
    """Whose word spoke for the service when the meeting sat: the key worker as far as we knew then, and whoever of the
    service was asked to it for the service's sake: nobody who had been replaced, nor another adult's key worker. What
    they showed stands, whoever speaks afterwards."""
    if meeting.sitting is None:
        return ()
    workers = concern.episode.workers_at(meeting.sitting.started_at) if concern.episode else ()
    of_episodes = {w for episode in file.episodes.values() for w in episode.everybody}
    of_episodes -= set(concern.others)
    asked = (p for p, i in meeting.invitations.items() if not i.cancelled and p not in of_episodes)
    known = ((p, directory.workers.get(p)) for p in asked)
    return workers + tuple(p for p, worker in known if worker and worker.agency == concern.service)


def _day_of(meeting: Meeting | None) -> date | None:
    booked = meeting.booked if meeting and not meeting.held else None
    return local_day(booked.starts_at) if booked else None


def speakers_of(service: str, directory: Directory) -> tuple[str, ...]:
    """Who speaks for a service as a whole, the first first."""
    agency = directory.agencies.get(service)
    posts = (agency.single_point_of_contact, agency.deputy, agency.duty_mailbox) if agency else ()
    return tuple(p for p in posts if p)


def reaches(file: CaseFile, worker: str, directory: Directory, today: date) -> bool:
    """Mail to this worker arrives: an address is known, nothing came back since it was recorded, and no leave today."""
    failed_at, renewed_at = file.failed.get(worker), directory.recorded_at.get(worker)
    came_back = failed_at is not None and (renewed_at is None or renewed_at <= failed_at)
    return directory.has_address(worker) and not came_back and not directory.away(worker, today)


class Change(Struct, frozen=True):
    """Something that alters an adult's or a child's needs. whose: the adult who moved in, if it is that."""

    id: str
    what: e.Change | e.Befallen
    on: date
    known_at: datetime
    whose: str | None = None


def changes(file: CaseFile, found: list[Concern]) -> Iterator[Change]:
    """Those recorded as such, what befell people of the family, and each adult in scope with a concern of their own
    who moved in (Joint Guidance F7)."""
    for kept in (k for k in file.records.changes.values() if k.body.what != "plan_difficulty"):
        yield Change(kept.body.change, kept.body.what, kept.body.on, kept.recorded)
    yield from _befallen(file)
    for person, arrival in file.arrivals.items():
        known = [c.known_at for c in found if c.adult == person and not c.only]
        if known:
            known_at = max(arrival.recorded, min(known))
            yield Change(f"moved-in:{person}:{arrival.on}", "dependent_person_moved_in", arrival.on, known_at, person)


def _befallen(file: CaseFile) -> Iterator[Change]:
    """Births, deaths, and each day on which a child, or an adult who cares for one, moved home: what changes a
    child's whereabouts or who is there for it is significant, whoever recorded it (rules 3.37)."""
    for birth in (file.life.birth_of(p) for p in file.household):
        if birth:
            yield Change(f"born:{birth.body.person}", "child_born", birth.body.on, birth.recorded)
    for death in (file.life.death_of(p) for p in file.dead):
        if death:
            yield Change(f"died:{death.body.person}", "somebody_died", death.body.on, death.recorded)
    for started, ended in file.life.looked_after.values():
        placement, since = started.body.placement, started.body.on
        if since:
            yield Change(f"looked-after:{placement}", "child_looked_after", since, started.recorded)
        if ended and ended.body.returned_home:
            yield Change(f"returned-home:{placement}", "child_returned_home", ended.body.on, ended.recorded)
    yield from _moves(file)


def _moves(file: CaseFile) -> Iterator[Change]:
    """One change a day, however many moved."""
    homes = {m.person for m in file.members.values() if m.cares or m.relation == "child"}
    days = [(k.body.on, k.recorded) for k in file.life.addresses.values() if k.body.person in homes]
    known: dict[date, datetime] = {}
    for on, known_at in (*days, *((k.body.on, k.recorded) for k in file.life.moves.values())):
        known[on] = min(known_at, known.get(on, known_at))
    for on, known_at in known.items():
        yield Change(f"moved-home:{on}", "moved_home", on, known_at)


def stood(concern: Concern, change: Change) -> bool:
    """Whether the adult was in treatment there on that day."""
    told = concern.episode.told if concern.episode else None
    return told is not None and told.opened_on <= change.on <= (told.ended_on or change.on)


def reckoned_with(file: CaseFile, found: list[Concern]) -> set[str]:
    """The services whose people matter to this family; "" where any of them would."""
    return {c.service if c.episode or c.only else "" for c in found} | ({""} if file.advice else set())


def turns(found: list[Concern], directory: Directory) -> Iterator[datetime]:
    """When somebody who speaks for a service goes on leave or is back, or an old worker's seat ends."""
    speakers = {w for c in found for w in speakers_of(c.service, directory)}
    for told in (c.episode.told for c in found if c.episode):
        speakers |= set(told.workers)
        if told.alongside_until:
            yield start_of_business(told.alongside_until + A_DAY)
    for day in (day for w in sorted(speakers) for day in directory.comings_and_goings(w)):
        yield start_of_business(day)
