"""The judge's own reading of the Joint Guidance: whom a meeting touches, on what basis, and who speaks for a service.

Only what is certain is said here: where two readings of the rules are possible, neither is asked for. `certain` is
what must be; `people` gives everybody who may be meant.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from tests.simulation.calendar_sums import local_day
from tests.simulation.family_reading import Family
from tests.simulation.matters import FAILED, Meeting
from tests.simulation.reading import FAMILY, Area, Directory, Episode, Fact

LAWFUL = {
    *("initial_conference", "review_conference", "pre_birth_conference", "transfer_in_conference"),
    *("core_group", "looked_after_review"),
}
CONFERENCES = {"initial_conference", "review_conference", "pre_birth_conference", "transfer_in_conference"}
PROTECTION = CONFERENCES | {"core_group"}
PURPOSES = {"fip_review": "fip", "joint_care_plan_review": "joint_review", "care_plan_meeting": "care_plan"}
SUBSTANCES = {"1": "alcohol", "2": "drugs"}
OF_ONE_ADULT = {"joint_care_plan_review", "care_plan_meeting"}

Basis = Literal["yes", "refused", "none", "unclear"]


@dataclass(frozen=True)
class Concern:
    """Whose treatment, or whose need of it. known_at: the latest instant that may pass for its becoming known;
    workers: of each episode there that stands, since either may be meant."""

    adult: str
    service: str
    known_at: datetime
    episode: Episode | None = None
    workers: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Sign:
    """A factor or a flag that certainly stands. person None: of the family."""

    person: str | None
    substance: str | None
    known_at: datetime


def basis(family: Family, adult: str, purpose: str, before: int | None = None) -> Basis:
    """The last word on sharing, as of a row of the ledger; a refusal after an override can be read both ways."""
    said = [
        f
        for f in family.standing("ConsentRecorded", "ConsentOverridden", before=before)
        if f.body["person"] == adult and f.body["purpose"] == purpose
    ]
    if not said:
        return "none"
    last = max(said, key=lambda f: (f.recorded, f.seq))
    if last.type == "ConsentOverridden" or last.body["given"]:
        return "yes"
    return "unclear" if any(f.type == "ConsentOverridden" for f in said) else "refused"


def lawful_now(family: Family, before: int | None = None) -> bool:
    """A child protection meeting is open, or a plan stands (rules 3.22, and the basis of notices of change)."""
    seq = before if before is not None else 1 << 60

    def is_open(meeting: Meeting) -> bool:
        return meeting.kind in PROTECTION and meeting.seq <= seq and not (meeting.closed_seq or 1 << 61) < seq

    plans = any(made <= seq and not family.plans_ended.get(plan, 1 << 61) < seq for plan, made in family.plans.items())
    return plans or any(map(is_open, family.meetings.values()))


def concerns(area: Area, family: Family) -> list[Concern]:
    """The episodes of the adults in scope, as this family was told of them; one for each adult and service."""
    found: dict[tuple[str, str], Concern] = {}
    for adult in family.household.adults():
        for episode in area.episodes(adult):
            told = family.told.get((adult, episode.id))
            known = max(told or episode.recorded, family.household.since[adult])
            one = Concern(adult, episode.service, known, episode, episode.workers)
            found[adult, episode.service] = _both(found.get((adult, episode.service)), one)
    return list(found.values())


def _both(before: Concern | None, other: Concern) -> Concern:
    """Of two episodes at one service the one that stands, or the younger; with the workers of both, if both stand."""
    if before is None or before.episode is None or other.episode is None:
        return other
    best = other if _rank(other.episode) > _rank(before.episode) else before
    if before.episode.ended_on is None and other.episode.ended_on is None:
        return replace(best, workers=before.workers | other.workers)
    return best


def _rank(episode: Episode) -> tuple[bool, date, datetime]:
    return episode.ended_on is None, episode.opened_on, episode.recorded


def signs(family: Family) -> list[Sign]:
    """Factors 1B, 1C, 2B, 2C of the latest assessment and record flags, so far as they certainly stand."""
    return [*_factors(family), *_flags(family)]


def _factors(family: Family) -> list[Sign]:
    assessed = family.standing("FactorsAssessed")
    if not assessed:
        return []
    latest = max(assessed, key=lambda f: (f.body["assessed_on"], f.recorded, f.seq))
    taken_back = family.standing("FactorWithdrawn")
    found = []
    for factor in latest.body["factors"]:
        code, person = factor["code"], factor.get("person")
        if code not in ("1B", "1C", "2B", "2C"):
            continue
        if any(w.body["code"] == code and w.body.get("person") == person for w in taken_back):
            continue
        found.append(Sign(person, SUBSTANCES[code[0]], _factor_known(assessed, latest, code, person)))
    return found


def _factor_known(assessed: list[Fact], latest: Fact, code: str, person: str | None) -> datetime:
    """Since the first assessment that named it; if one in between did not, since the latest."""
    naming = [any(x["code"] == code and x.get("person") == person for x in f.body["factors"]) for f in assessed]
    return min(f.at for f in assessed) if all(naming) else latest.at


def _flags(family: Family) -> list[Sign]:
    flags = family.standing("FlagRecorded")
    found = []
    for flag in flags:
        same = [f for f in flags if f.body.get("person") == flag.body.get("person")]
        if all(f.body["stands"] for f in same):
            known = max(f.at for f in same)
            found.append(Sign(flag.body.get("person"), flag.body.get("substance"), known))
    return found


def touched(area: Area, family: Family, meeting: Meeting, directory: Directory) -> list[Concern]:
    """The concerns about which somebody must certainly be told of this meeting, basis apart."""
    starts_at, kind = meeting.starts_at, meeting.kind
    if starts_at is None or (kind == "looked_after_review" and not meeting.due.get("with_treatment", True)):
        return []
    if meeting.joined_at and meeting.joined_at >= starts_at:
        return []  # it began before two families knew together what each knew apart
    fixed_on = local_day(meeting.fixed_at or starts_at)
    known = concerns(area, family)
    found = [c for c in known if c.known_at < starts_at and _stands(c, fixed_on)]
    found += _from_signs(area, family, directory, known, starts_at)
    if kind in OF_ONE_ADULT:
        own, service = meeting.due.get("adult"), meeting.due.get("service")
        return [c for c in found if own and c.adult == own and service in (None, c.service)]
    return found


def _stands(concern: Concern, fixed_on: date) -> bool:
    """Not ended before the meeting was first fixed, by any reading."""
    episode = concern.episode
    return episode is not None and (episode.ended_on is None or episode.ended_on > fixed_on)


def _from_signs(
    area: Area, family: Family, directory: Directory, known: list[Concern], starts_at: datetime
) -> list[Concern]:
    found: dict[tuple[str, str], Concern] = {}
    adults = family.household.adults()
    for sign in signs(family):
        if sign.known_at >= starts_at or (sign.person is not None and sign.person not in adults):
            continue
        if any(_may_speak(area, c, starts_at) for c in known if _of(c, sign)):
            continue
        services = directory.services(sign.substance) or ([] if directory.has_services() else [""])
        for service in services:
            key = (sign.person or FAMILY, service)
            before = found.get(key)
            if before is None or sign.known_at > before.known_at:
                found[key] = Concern(*key, sign.known_at)
    return list(found.values())


def _may_speak(area: Area, concern: Concern, starts_at: datetime) -> bool:
    """An episode speaks for the sign, or may: an ended one, or one of several, of which another was known in time."""
    episode = concern.episode
    return (
        concern.known_at < starts_at or episode is None or episode.ended_ever or len(area.episodes(concern.adult)) > 1
    )


def _of(concern: Concern, sign: Sign) -> bool:
    return sign.person in (None, concern.adult)


def standing_basis(family: Family, concern: Concern, meeting: Meeting) -> Basis:
    if meeting.kind in LAWFUL:
        return "yes"
    purpose = PURPOSES.get(meeting.kind)
    if purpose is None or concern.adult == FAMILY:
        return "unclear"
    has = basis(family, concern.adult, purpose)
    said = (*family.standing("ConsentRecorded"), *family.standing("ConsentOverridden"))
    if meeting.starts_at and any(f.at >= meeting.starts_at for f in said if f.body["person"] == concern.adult):
        return "unclear"  # it came, or went, only once the meeting had begun
    if meeting.sat and has != basis(family, concern.adult, purpose, before=meeting.sat.seq):
        return "unclear"  # it came, or went, only after the meeting
    return has


def reachable(family: Family, directory: Directory, who: str | None, day: date) -> bool | None:
    """In the directory, with an address, not on leave, and the last mail did not come back; None: hard to say."""
    if who is None or not directory.mailed(who) or directory.away(who, day):
        return False
    said = family.fates.get(who, [])
    failed = [i for i, (_, _, fate) in enumerate(said) if fate in FAILED]
    if not failed:
        return True
    _, failed_at, _ = said[failed[-1]]
    since = said[failed[-1] + 1 :]
    recorded = directory.workers[who].at
    if any(fate == "word" for _, _, fate in since) or recorded > failed_at:
        return True
    return None if since or recorded == failed_at else False


def people(family: Family, directory: Directory, concern: Concern, day: date) -> set[str | None]:
    """Everybody who may be the one to be told, that day; None among them where nobody can be reached."""
    found: set[str | None] = set()
    if concern.episode is not None:
        known = {w: reachable(family, directory, w, day) for w in concern.workers}
        found |= {w for w, can in known.items() if can is not False}
        if known and all(can is True for can in known.values()):
            return found
    for name in ("single_point_of_contact", "deputy", "duty_mailbox"):
        who = directory.post(concern.service, name)
        can = reachable(family, directory, who, day)
        if can is not False:
            found.add(who)
        if can is True:
            return found
    return found | {None}


def anybody(directory: Directory, concern_service: str, episode: Episode | None) -> set[str]:
    """Whoever could ever speak for a service."""
    found = {w for w, known in directory.workers.items() if known.agency == concern_service}
    return found | (set(episode.workers | episode.former) if episode else set())
