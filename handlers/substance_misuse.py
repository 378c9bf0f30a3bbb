"""The gate: no meeting about a child passes without the drug and alcohol service that knows the adult being told.

By level, never by edge (decision 12): from the whole file it is worked out anew, after every event, who must be
told of which meeting, and by when. One duty per adult, service and meeting: two parents in two services are two
duties. Joint Guidance (2009) paragraphs 11, 21, 28 and actions T1, T8, T9, F2, F4, F5; rules sections 3.17-3.22.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from handlers.case_file import CaseFile, Episode
from handlers.duties import Met, Owed
from handlers.meeting_file import Meeting
from handlers.meetings.falling_due import CHILD_PROTECTION, name
from handlers.meetings.inviting import Invitee, acknowledged, knows_it_is_off
from handlers.meetings.minutes import had, rule_for
from handlers.partnership import Directory
from handlers.people import Text
from handlers.protocol import Protocol
from handlers.working_days import add_working_days, end_of_day, local_day

FAMILY = "family"  # whom a factor means that names nobody
Verdict = Callable[[CaseFile, str], bool]


class Concern(Struct, frozen=True, kw_only=True):
    """One adult's drug or alcohol use and one service, with those who speak for it; nobody, if none can be reached.

    adult is "family" for a factor that names nobody. known_at: when we came to know.
    """

    adult: str
    service: str
    people: tuple[str, ...]
    known_at: datetime
    episode: Episode | None = None

    @property
    def client_reference(self) -> Text | None:
        return self.episode.told.client_reference if self.episode else None


def in_scope(file: CaseFile) -> tuple[str, ...]:
    """Adults with care of a child here, or close to those who have it (Joint Guidance paragraph 11)."""
    return tuple(m.person for m in file.members.values() if m.cares and m.relation not in ("child", "unborn"))


def concerns(file: CaseFile, directory: Directory, protocol: Protocol) -> list[Concern]:
    """Every (adult, service) of this family: treatment episodes first, then what factors say."""
    adults = in_scope(file)
    of_episodes = [_of_episode(x, directory) for x in _in_order(file) if x.told.person in adults]
    return of_episodes + list(_of_factors(file, adults, directory, protocol))


def _in_order(file: CaseFile) -> list[Episode]:
    """Those that have ended first: where a service knows an adult twice, the standing episode has the last word."""
    return sorted(file.episodes.values(), key=lambda x: (x.told.ended_on is None, x.told.opened_on, x.told.episode))


def _of_episode(episode: Episode, directory: Directory) -> Concern:
    told = episode.told
    key_workers = tuple(w for w in told.workers if directory.reachable(w))
    people = key_workers or _speaking_for(told.service, directory)
    return Concern(adult=told.person, service=told.service, people=people, known_at=episode.known_at, episode=episode)


def _speaking_for(service: str, directory: Directory) -> tuple[str, ...]:
    """The service's single point of contact, else its deputy, else nobody (Joint Guidance T1, F2)."""
    agency = directory.agencies.get(service)
    for person in (agency.single_point_of_contact, agency.deputy) if agency else ():
        if person and directory.reachable(person):
            return (person,)
    return ()


def _of_factors(file: CaseFile, adults: tuple[str, ...], directory: Directory, protocol: Protocol) -> Iterator[Concern]:
    """Factors of the latest assessment, each for every treatment service."""
    if file.concern is None:
        return
    known: dict[str, datetime] = {}
    for factor in file.concern.factors:
        if factor.code in protocol.in_scope_factors:
            adult, since = factor.person or "", file.concern.known_at(factor)
            known[adult] = min(since, known.get(adult, since))
    for adult in sorted(known):
        if adult and adult not in adults:
            continue
        for service in directory.treatment_services() or ("",):
            people = _speaking_for(service, directory)
            yield Concern(adult=adult or FAMILY, service=service, people=people, known_at=known[adult])


def touches(concern: Concern, meeting: Meeting) -> bool:
    """Whether this concern touches this meeting: not if we came to know of it only after the minutes went out, nor
    if its episode ended before the meeting was fixed. Ending never lapses a duty already fixed (decision 24)."""
    if meeting.minutes and concern.known_at > meeting.minutes.recorded_at:
        return False
    ended_on = concern.episode.told.ended_on if concern.episode else None
    sat_at = meeting.sitting.started_at if meeting.sitting else None
    fixed_at = meeting.fixed_at or sat_at
    return ended_on is None or (fixed_at is not None and local_day(fixed_at) <= ended_on)


def touching(meeting: Meeting, found: list[Concern]) -> list[Concern]:
    """The concerns that touch this meeting, each (adult, service) once.

    An episode speaks for its adult and service, as of whichever of it and the factor was known first, so that the
    duty stays with whoever was told (rules 3.40). Where an adult's own service was known in time, no other is told.
    """
    near = [c for c in found if touches(c, meeting)]
    factors = {(c.adult, c.service): c.known_at for c in near if c.episode is None}
    spoken_for = {(c.adult, c.service) for c in near if c.episode}
    in_treatment = {c.adult for c in near if _known_in_time(c, meeting)}
    episodes = [_as_of(c, factors.get((c.adult, c.service))) for c in near if c.episode]
    return episodes + [
        c
        for c in near
        if c.episode is None
        and (c.adult, c.service) not in spoken_for
        and not (in_treatment if c.adult == FAMILY else c.adult in in_treatment)
    ]


def _as_of(concern: Concern, factor_known_at: datetime | None) -> Concern:
    return replace(concern, known_at=min(concern.known_at, factor_known_at or concern.known_at))


def _known_in_time(concern: Concern, meeting: Meeting) -> bool:
    """A standing episode, known before the meeting began."""
    starts_at = meeting.booked.starts_at if meeting.booked else None
    sat_at = meeting.sitting.started_at if meeting.sitting else None
    standing = concern.episode is not None and concern.episode.told.ended_on is None
    return standing and all(concern.known_at < at for at in (starts_at, sat_at) if at)


def may_be_told(file: CaseFile, concern: Concern, meeting: Meeting, permitted: Verdict) -> bool:
    """Child protection meetings have their lawful basis; others need consent or an override (rules 3.22)."""
    return meeting.due.kind in CHILD_PROTECTION or permitted(file, concern.adult)


def representatives(
    file: CaseFile, meeting: Meeting, directory: Directory, protocol: Protocol, permitted: Verdict
) -> list[Invitee]:
    """Whom the treatment services send to this meeting."""
    return [
        Invitee(
            p, "treatment_worker", directory.recipient(p), _reference(concern, p, directory), must_have_minutes=True
        )
        for concern in touching(meeting, concerns(file, directory, protocol))
        if may_be_told(file, concern, meeting, permitted)
        for p in concern.people
    ]


def _reference(concern: Concern, person: str, directory: Directory) -> Text | None:
    """The service's own reference for its client, for that service's people alone (decision 22)."""
    known = directory.workers.get(person)
    return concern.client_reference if known and known.agency == concern.service else None


def owed(
    file: CaseFile, directory: Directory, protocol: Protocol, permitted: Verdict, asked: Verdict
) -> Iterator[Owed]:
    """All that is owed to treatment services about every meeting of this family.

    permitted(file, adult): consent or an override stands outside child protection; asked: somebody has decided.
    """
    found = concerns(file, directory, protocol)
    for meeting in file.meetings.values():
        for concern in touching(meeting, found):
            allowed = may_be_told(file, concern, meeting, permitted)
            if allowed and concern.people:
                yield from _tell(concern, meeting, protocol)
            elif meeting.no_longer_due:
                continue
            elif allowed:
                yield _name_somebody(concern, meeting, protocol)
            else:
                yield _seek_consent(concern, meeting, protocol, asked(file, concern.adult))


def _tell(concern: Concern, meeting: Meeting, protocol: Protocol) -> Iterator[Owed]:
    booked, sitting = meeting.booked, meeting.sitting
    if booked and meeting.booked_at and concern.known_at < booked.starts_at:
        yield _of_the_meeting(concern, meeting, meeting.booked_at, booked.starts_at, protocol)
    if meeting.cancelled_at and booked is None and sitting is None:
        yield from _of_the_cancellation(concern, meeting, meeting.cancelled_at, protocol)
    if sitting:
        yield _minutes_to(concern, meeting, max(sitting.started_at, concern.known_at), protocol)


def _of_the_meeting(
    concern: Concern, meeting: Meeting, booked_at: datetime, starts_at: datetime, protocol: Protocol
) -> Owed:
    """One duty however often the meeting moves: an answer to another time counts no more, and lateness stands."""
    heard_before = any(p in meeting.words for p in concern.people)
    fixed_at = booked_at if heard_before else meeting.fixed_at or booked_at
    deadline = protocol.deadline("TELL-01", local_day(max(fixed_at, concern.known_at)))
    word = next(filter(None, (acknowledged(meeting, p, concern.known_at) for p in concern.people)), None)
    return Owed(
        kind="tell_treatment",
        key=(concern.adult, concern.service, meeting.id),
        due_at=min(deadline.due_at, starts_at),
        owner="coordinator",
        closes_on="acknowledged",
        sentence=f"{_sentence('Make sure that {} knows of the {}, for {}.', concern, meeting)} {deadline.sentence}",
        rule=deadline.rule,
        meeting=meeting.id,
        adult=concern.adult,
        service=concern.service,
        to=concern.people[0],
        met=Met("acknowledged", word) if word else None,
        telephone_from=None if meeting.held else _last_post(starts_at, protocol),
    )


def _last_post(starts_at: datetime, protocol: Protocol) -> datetime:
    """From here a mail is too late and somebody must ring (decision 13, CALL-01)."""
    return protocol.deadline("CALL-01", starts_at).due_at


def _of_the_cancellation(
    concern: Concern, meeting: Meeting, cancelled_at: datetime, protocol: Protocol
) -> Iterator[Owed]:
    """To whoever of them had been invited; who was never asked need not hear that it is off."""
    for person in [p for p in concern.people if p in meeting.invitations][:1]:
        deadline = protocol.deadline("TELL-01", local_day(cancelled_at))
        yield Owed(
            kind="tell_treatment_cancelled",
            key=(concern.adult, concern.service, meeting.id, str(meeting.invitations[person].revision)),
            due_at=deadline.due_at,
            owner="coordinator",
            closes_on="accepted",
            sentence=f"{_sentence('Tell {} that the {} is off, for {}.', concern, meeting)} {deadline.sentence}",
            rule=deadline.rule,
            meeting=meeting.id,
            adult=concern.adult,
            service=concern.service,
            to=person,
            met=knows_it_is_off(meeting, person),
        )


def _minutes_to(concern: Concern, meeting: Meeting, since: datetime, protocol: Protocol) -> Owed:
    deadline = protocol.deadline(rule_for(meeting), local_day(since))
    return Owed(
        kind="send_minutes_treatment",
        key=(concern.adult, concern.service, meeting.id),
        due_at=deadline.due_at,
        owner="minute_taker",
        closes_on="accepted",
        sentence=f"{_sentence('Send {} the minutes of the {}, for {}.', concern, meeting)} {deadline.sentence}",
        rule=deadline.rule,
        meeting=meeting.id,
        adult=concern.adult,
        service=concern.service,
        to=concern.people[0],
        met=next(filter(None, (had(meeting, p) for p in concern.people)), None),
    )


def _name_somebody(concern: Concern, meeting: Meeting, protocol: Protocol) -> Owed:
    """Nobody at the service can be reached: an escalation the same day, and never a reason to hold up the meeting."""
    since = max(concern.known_at, meeting.booked_at or meeting.fell_due_at)
    return Owed(
        kind="name_representative",
        key=(concern.adult, concern.service, meeting.id),
        due_at=end_of_day(add_working_days(local_day(since), 0, protocol.holidays)),
        owner="coordinator",
        closes_on="recorded",
        sentence=_sentence("Nobody at {} can be reached about the {}, for {}: find somebody.", concern, meeting),
        rule="TELL-01",
        meeting=meeting.id,
        adult=concern.adult,
        service=concern.service,
    )


def _seek_consent(concern: Concern, meeting: Meeting, protocol: Protocol, asked: bool) -> Owed:
    """Without consent or an override the service is not told; the coordinator owes the question (rules 3.22)."""
    since = max(concern.known_at, meeting.fell_due_at)
    words = "Ask whether {} may be told of the {}, for {}, or record an override."
    return Owed(
        kind="seek_consent",
        key=(concern.adult, concern.service, meeting.id),
        due_at=end_of_day(add_working_days(local_day(since), 1, protocol.holidays)),
        owner="coordinator",
        closes_on="recorded",
        sentence=_sentence(words, concern, meeting),
        rule="TELL-01",
        meeting=meeting.id,
        adult=concern.adult,
        service=concern.service,
        met=Met("recorded", "consent was refused, so the service is not told") if asked else None,
    )


def _sentence(words: str, concern: Concern, meeting: Meeting) -> str:
    return words.format(concern.service or "a treatment service", name(meeting), concern.adult)
