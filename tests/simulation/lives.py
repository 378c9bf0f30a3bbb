"""One family's life, as its social workers tell it: who lives there, enquiries, plans and what is asked for.

Everything here is decided beforehand from the seed; what depends on what the engine does stands in `reactions`.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Literal

from handlers import events as e
from tests.simulation import concerns
from tests.simulation.area import DESK, Area, chance
from tests.simulation.life import Life, error, member

Ground = Literal["life_at_risk", "greater_harm", "lawful_basis"]
Outcome = Literal["no_further_action", "early_help", "assessment", "strategy_discussion"]
HOW: tuple[Literal["verbal", "written"], ...] = ("verbal", "verbal", "written")
GROUNDS: tuple[Ground, ...] = ("life_at_risk", "greater_harm", "lawful_basis")
OUTCOMES: tuple[Outcome, ...] = ("no_further_action", "early_help", "assessment", "strategy_discussion")
PURPOSES: tuple[e.Purpose, ...] = ("fip", "child_in_need", "joint_review", "care_plan", "change")


def a_life(area: Area, number: int, seed: str) -> Life:
    """All that a family's own papers tell, from its first day here to its last."""
    rng = Random(f"life {seed} {number}")
    born = rng.randrange(0, 8)
    life = Life(area, f"F-{number}", rng, born, area.days - born)
    _household(life)
    strands = _strands(rng)
    if _moving in strands:
        _moving(life)
    if chance(rng, 0.95):
        concerns.tell(life)
    for strand in strands:
        if strand is not _moving:
            strand(life)
    return life


def _strands(rng: Random) -> list[Callable[[Life], None]]:
    """A few things that happen in one family."""
    wanted = rng.choice((1, 2, 2, 3, 5))
    drawn = {rng.choices(list(STRANDS), list(STRANDS.values()))[0] for _ in range(wanted)}
    return [strand for strand in STRANDS if strand in drawn]


def _household(life: Life) -> None:
    rng = life.rng
    member(life, "mother", "parent", cares=True)
    if chance(rng, 0.5):
        member(life, "father", rng.choice(("parent", "partner")), cares=chance(rng, 0.85))
    if chance(rng, 0.15):
        member(life, "gran", "carer", cares=True)
    if chance(rng, 0.15):
        member(life, "lodger", "other")
    for n in range(rng.choice((1, 1, 2, 3))):
        member(life, f"child-{n}", "child")
    if chance(rng, 0.25):
        member(life, "unborn", "unborn")
    life.tell(life.born, e.HouseholdRecorded(members=tuple(life.members.values())))
    on = life.on(life.born, 3)
    team = [(life.social_worker(), "social_worker"), ("w-health-0", "health_visitor"), ("w-school-0", "teacher")]
    for worker, role in team[: rng.choice((1, 1, 1, 2, 3))]:
        life.tell(life.born, e.ProfessionalInvolved(worker=worker, role=role, on=on))


# --- what a family is asked to


def _enquiry(life: Life, early: float = 0.0, late: float = 0.25) -> None:
    """A strategy discussion and the conference asked for; sometimes they are told the other way round."""
    life.discussions += 1
    discussion = f"SD-{life.family}-{life.discussions}"
    day = life.day(early, late)
    held = e.StrategyDiscussionHeld(
        discussion=discussion, held_on=life.on(day, life.rng.choice((0, 1, 4))), section_47=chance(life.rng, 0.92)
    )
    asked = e.ConferenceAskedFor(discussion=discussion, by=life.social_worker())
    later = day + life.rng.choice((0, 0, 1, 3))
    if chance(life.rng, 0.15):
        life.tell(day, asked, source=DESK)
        life.tell(later, held)
    else:
        life.tell(day, held)
        life.tell(later, asked, source=DESK)


def _second_enquiry(life: Life) -> None:
    _enquiry(life, 0.1, 0.7)


def _unborn(life: Life) -> None:
    """A conference before a birth, and then the birth."""
    unborn = f"p-{life.family[2:]}-unborn"
    if unborn not in life.members:
        life.tell(life.day(0, 0.1), e.MemberJoined(member(life, "unborn", "unborn"), life.on(life.born)))
    expected = life.on(life.born, -life.rng.choice((60, 100, 120, 150)))
    asked = e.PreBirthConferenceAskedFor(
        conference=f"PB-{life.family}", unborn=unborn, expected_on=expected, by=life.social_worker()
    )
    life.tell(life.day(0.05, 0.4), asked)
    if chance(life.rng, 0.5):
        day = life.day(0.6, 1.0)
        life.tell(day, e.MemberLeft(person=unborn, on=life.on(day, 1)))
        born = member(life, "baby", "child")
        life.tell(day, e.MemberJoined(member=born, on=life.on(day, 1)))


def _transfer(life: Life) -> None:
    day = life.day(0, 0.2)
    notified = life.on(day, life.rng.choice((1, 5, 10))) if chance(life.rng, 0.8) else None
    received = life.on(day, 1) if notified is None or chance(life.rng, 0.5) else None
    body = e.TransferNotified(
        transfer=f"TR-{life.family}", from_area="elsewhere", notified_on=notified, received_on=received
    )
    life.tell(day, body)


def _fip(life: Life) -> None:
    fip, day = f"FIP-{life.family}", life.day(0, 0.3)
    agreed = life.on(day, 1) if chance(life.rng, 0.4) else None
    worker = f"w-fip-{life.rng.randrange(2)}"
    life.tell(day, e.FipStarted(fip=fip, started_on=life.on(day, 2), worker=worker, plan_agreed_on=agreed))
    if chance(life.rng, 0.3):
        ended = life.day(0.6, 1.0)
        life.tell(ended, e.FipEnded(fip=fip, ended_on=life.on(ended, 1)))


def _asked_meeting(life: Life) -> None:
    """A joint care-plan review, a looked-after review, or a treatment service's own meeting."""
    rng = life.rng
    services = life.area.services
    for n in range(rng.choice((1, 1, 2))):
        kind: e.AskedKind = rng.choice(("joint_care_plan_review", "looked_after_review", "care_plan_meeting"))
        day = life.day(0.05, 0.8)
        of_an_adult = kind != "looked_after_review"
        body = e.MeetingAskedFor(
            review=f"R-{life.family}-{n}",
            kind=kind,
            due_on=life.on(day, -rng.choice((10, 20, 40))),
            by=rng.choice(life.area.staff(rng.choice(services))) if kind == "care_plan_meeting" else "w-social-0",
            adult=rng.choice(life.adults) if of_an_adult else None,
            service=rng.choice(services) if of_an_adult and chance(rng, 0.5) else None,
            with_treatment=chance(rng, 0.7),
        )
        life.tell(day, body, source=DESK)


# --- who comes and goes


def _moving(life: Life) -> None:
    """A partner moves in, with a past of his own perhaps, and perhaps out again."""
    day = life.day(0.1, 0.8)
    partner = member(life, "partner", "partner", cares=chance(life.rng, 0.85))
    life.tell(day, e.MemberJoined(member=partner, on=life.on(day, life.rng.choice((0, 2, 12)))))
    if chance(life.rng, 0.4):
        left = life.day(0.8, 1.0)
        life.tell(left, e.MemberLeft(person=partner.person, on=life.on(left, 1)))
        life.adults = [a for a in life.adults if a != partner.person] or life.adults


def _household_anew(life: Life) -> None:
    """The whole household written down once more: somebody is no longer named, or cares no more."""
    day = life.day(0.3, 1.0)
    stay = [m for m in life.members.values() if m.relation in ("child", "parent") or chance(life.rng, 0.7)]
    life.tell(day, e.HouseholdRecorded(members=tuple(stay)))


def _workers_change(life: Life) -> None:
    day = life.day(0.2, 0.9)
    old, new = life.social_worker(), f"w-social-{life.rng.randrange(3)}"
    if old != new:
        life.tell(day, e.ProfessionalInvolved(worker=new, role="social_worker", on=life.on(day, 1)))
        life.tell(day, e.ProfessionalLeft(worker=old, on=life.on(day)))
    else:
        life.tell(day, e.ProfessionalInvolved(worker="w-police-0", role="police_officer", on=life.on(day)))


# --- referrals, changes, advice


def _changes(life: Life) -> None:
    rng = life.rng
    for n in range(rng.choice((1, 1, 2))):
        day = life.day(0.1, 0.95)
        body = e.SignificantChangeRecorded(
            change=f"CH-{life.family}-{n}",
            what=rng.choice(("child_returned_home", "dependent_person_moved_in", "other")),
            on=life.on(day, rng.choice((0, 1, 6))),
            by=life.social_worker(),
            remark=f"{life.child_name()} came home." if chance(rng, 0.7) else None,
        )
        life.tell(day, body)
        if chance(rng, 0.12):
            error(life, life.subject, day)


def _referral(life: Life) -> None:
    rng = life.rng
    referral, day = f"REF-{life.family}", life.day(0, 0.6)
    made_by = rng.choice(sorted(life.area.workers))
    how = rng.choice(HOW)
    life.tell(
        day,
        e.ReferralMade(referral=referral, made_by=made_by, how=how, person=rng.choice([None, *life.adults])),
        source=DESK,
    )
    if chance(rng, 0.6):
        life.tell(day + rng.choice((0, 1, 2, 5)), e.ReferralConfirmed(referral=referral, by=made_by), source=DESK)
    if chance(rng, 0.7):
        later = day + rng.choice((1, 3, 8))
        outcome = rng.choice(OUTCOMES)
        decided = e.ReferralDecided(
            referral=referral, outcome=outcome, decided_on=life.on(later, rng.choice((0, 1, 3))), by="w-social-0"
        )
        life.tell(later, decided)


def _advice(life: Life) -> None:
    service = life.rng.choice([None, *life.area.services])
    asked = e.AdviceAsked(advice=f"AD-{life.family}", by=life.social_worker(), service=service)
    life.tell(life.day(0, 0.9), asked, source=DESK)


def _consents(life: Life) -> None:
    """Given, refused, withdrawn, given again, overridden on each ground; for adults and purposes as they come."""
    rng = life.rng
    for _ in range(rng.choice((1, 2, 3))):
        adult, purpose, day = rng.choice(life.adults), rng.choice(PURPOSES), life.day(0, 0.8)
        if chance(rng, 0.25):
            ground = rng.choice(GROUNDS)
            life.tell(day, e.ConsentOverridden(person=adult, purpose=purpose, ground=ground, by=life.social_worker()))
            continue
        given = chance(rng, 0.6)
        life.tell(day, e.ConsentRecorded(person=adult, purpose=purpose, given=given, by=life.social_worker()))
        if chance(rng, 0.35):
            later = e.ConsentRecorded(person=adult, purpose=purpose, given=not given, by=life.social_worker())
            life.tell(day + rng.randrange(1, 15), later)


STRANDS: dict[Callable[[Life], None], int] = {
    _moving: 8,
    _enquiry: 24,
    _second_enquiry: 2,
    _unborn: 6,
    _transfer: 6,
    _fip: 9,
    _asked_meeting: 12,
    _household_anew: 3,
    _workers_change: 4,
    _changes: 10,
    _referral: 8,
    _advice: 4,
    _consents: 9,
}
