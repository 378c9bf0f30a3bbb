"""What befalls a family, as its social workers tell it: births, deaths, moves, outcomes, placements, a census, mergers.

Drawn from a seed of its own and told after everything else, so that the rest of a life is as it would have been.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

from handlers import events as e
from tests.simulation.area import DESK, DIRECTORY, Area, chance
from tests.simulation.life import Life, error, member

OUTCOMES: tuple[e.Section47Outcome, ...] = (
    "substantiated_at_risk",
    "substantiated_not_at_risk",
    "not_substantiated",
)
CATEGORIES: tuple[e.Category, ...] = ("neglect", "physical", "emotional", "multiple")


def befall(life: Life, seed: str) -> None:
    """A few things that happen to one family, or nothing."""
    rng = Random(f"befalls {seed} {life.family}")
    own = replace(life, rng=rng)
    drawn = {rng.choices(list(BEFALLS), list(BEFALLS.values()))[0] for _ in range(rng.choice((0, 1, 1, 2, 3)))}
    for step in BEFALLS:
        if step in drawn:
            step(own)


def _birth(life: Life) -> None:
    """An unborn child is born; perhaps the record is wrong."""
    unborn = f"p-{life.family[2:]}-unborn"
    day = life.day(0.2, 0.9)
    if unborn not in life.members:
        life.tell(life.day(0, 0.15), e.MemberJoined(member(life, "unborn", "unborn"), life.on(life.born)))
    born = e.ChildBorn(person=unborn, on=life.on(day, 1), by=life.social_worker(), name=life.name(unborn))
    life.tell(day, born)
    if chance(life.rng, 0.15):
        error(life, life.subject, day)


def _death(life: Life) -> None:
    """A child dies, or an adult, in treatment or not; seldom it proves to be an error."""
    rng = life.rng
    day = life.day(0.2, 0.9)
    who = rng.choice(life.adults if chance(rng, 0.6) else sorted(life.members))
    life.tell(day, e.PersonDied(person=who, on=life.on(day, rng.choice((0, 1, 4))), by=life.social_worker()))
    if chance(rng, 0.15):
        error(life, life.subject, day)


def _new_address(life: Life) -> None:
    rng = life.rng
    day = life.day(0.1, 0.9)
    who = rng.choice([*life.adults, *sorted(life.members)])
    home = life.area.names.address(who, "newhome.example")
    life.tell(day, e.AddressChanged(person=who, address=home, on=life.on(day, 1), by=life.social_worker()))
    if chance(rng, 0.1):
        error(life, life.subject, day)


def _move_out(life: Life) -> None:
    """To another area, for a while or for good: it is told, or not, and takes over, or not."""
    rng, by = life.rng, life.social_worker()
    day = life.day(0.2, 0.7)
    move = f"MOVE-{life.family}"
    on = life.on(day, rng.choice((0, 2, 6)))
    stay = chance(rng, 0.25)
    life.tell(day, e.FamilyMovedOut(move=move, to_area="elsewhere", on=on, by=by, temporary=stay))
    if chance(rng, 0.7):
        day += rng.choice((0, 1, 3, 9))
        life.tell(day, e.AreaNotified(move=move, on=life.on(day), by=by))
    if chance(rng, 0.6) and not stay:
        day += rng.choice((2, 6, 12))
        life.tell(day, e.ReceivingConferenceHeld(move=move, on=life.on(day, 1), by=by))
        if chance(rng, 0.1):
            error(life, life.subject, day)


def _outcome(life: Life) -> None:
    """What an enquiry came to, who differs about it, and what the managers agree."""
    rng, by = life.rng, life.social_worker()
    discussion = f"SD-{life.family}-1"
    day = life.day(0.1, 0.5)
    if not life.discussions:
        held = e.StrategyDiscussionHeld(discussion=discussion, held_on=life.on(day, 1), section_47=True)
        life.tell(day, held)
        life.tell(day, e.ConferenceAskedFor(discussion=discussion, by=by), source=DESK)
        day += rng.choice((0, 1, 5))
    concluded = e.Section47Concluded(
        discussion=discussion,
        outcome=rng.choice(OUTCOMES),
        conference_required=chance(rng, 0.4),
        concluded_on=life.on(day),
        by=by,
        reason=f"{life.child_name()} is safe.",
    )
    life.tell(day, concluded, late=0.0)
    if chance(rng, 0.6):
        day += rng.choice((0, 1, 2))
        dispute = f"DIS-{life.family}"
        life.tell(day, e.ConferenceDisputed(dispute=dispute, discussion=discussion, by="w-health-0", reason="Not so."))
        if chance(rng, 0.7):
            day += rng.choice((0, 1, 3, 9))
            confer = chance(rng, 0.5)
            life.tell(day, e.DisputeResolved(dispute=dispute, conference=confer, by=by, reason="Agreed."), source=DESK)


def _placement(life: Life) -> None:
    """A child is looked after, since a day that is known or not, and perhaps comes home again."""
    rng, by = life.rng, life.social_worker()
    children = sorted(p for p, m in life.members.items() if m.relation == "child")
    day = life.day(0, 0.4)
    placement = f"LAC-{life.family}"
    on = life.on(day, rng.choice((0, 1, 5))) if chance(rng, 0.8) else None
    life.tell(day, e.LookedAfterStarted(placement=placement, child=rng.choice(children), on=on, by=by))
    if chance(rng, 0.5):
        day += rng.randrange(10, 40)
        home = chance(rng, 0.7)
        life.tell(day, e.LookedAfterEnded(placement=placement, on=life.on(day, 1), by=by, returned_home=home))


def _census(life: Life) -> None:
    """A return tells of a conference and a plan of before; what is decided about that plan later."""
    rng, by = life.rng, life.social_worker()
    day, back = life.day(0, 0.3), rng.choice((20, 70, 200, 400))
    made_on, plan = life.on(day, back), f"PLAN-{life.family}"
    reviews = tuple(made_on + timedelta(days=n) for n in (85, 260) if n < back - 10)
    ended = life.on(day, 5) if chance(rng, 0.15) else None
    stood = e.PlanStoodBefore(
        plan=plan,
        made_on=made_on,
        known_on=life.on(day, 1),
        category=rng.choice(CATEGORIES),
        reviews=reviews,
        ended_on=ended,
    )
    life.tell(day, e.ConferenceHeldBefore(conference=f"C-{life.family}", held_on=made_on), late=0.0)
    life.tell(day, stood, late=0.0)
    later = day + rng.choice((2, 9, 20))
    category = e.PlanCategoryChanged(plan=plan, category=rng.choice(CATEGORIES), on=life.on(later, 1), by=by)
    named = e.CoreGroupNamed(plan=plan, core_group=(life.social_worker(), "w-health-0"), on=life.on(later), by=by)
    for body in (category, named):
        if chance(rng, 0.6):
            life.tell(later, body)


def _discussion_misdated(life: Life) -> None:
    """A strategy discussion was recorded with the wrong day: the right record, and word which is in error."""
    told = [op.event for op in life.area.ops if op.event and op.stream.endswith(f"/{life.subject}")]
    wrong = next((x for x in told if x["type"] == "uk.quorate.strategy-discussion-held.v1"), None)
    if wrong is None:
        return
    day = life.day(0.4, 0.9)
    held_on = life.on(0, life.rng.choice((1, 4)))
    by = life.social_worker()
    right = e.StrategyDiscussionHeld(discussion=wrong["data"]["discussion"], held_on=held_on, section_47=True)
    life.tell(day, right)
    life.tell(day, e.RecordedInError(record=str(wrong["id"]), by=by, reason="The wrong day."), source=DESK)


BEFALLS: dict[Callable[[Life], None], int] = {
    _birth: 10,
    _death: 14,
    _new_address: 10,
    _move_out: 12,
    _outcome: 14,
    _placement: 12,
    _census: 12,
    _discussion_misdated: 6,
}


def join(lives: Sequence[Life], seed: str) -> list[str]:
    """Some records prove to be of one family, and some families part. The families that begin so."""
    rng = Random(f"joins {seed}")
    begun = []
    for ours, other in zip(lives[::2], lives[1::2], strict=False):
        drawn = rng.random()
        life = replace(ours, rng=rng)
        if drawn < 0.3:
            body = e.FamiliesMerged(into=other.family, by=life.social_worker())
            life.tell(max(life.day(0.2, 0.8), other.born + 1), body, source=DESK)
        elif drawn < 0.6:
            children = [p for p, m in life.members.items() if m.relation == "child"]
            leave = (rng.choice(life.adults), rng.choice(children))
            begun.append(f"{life.family}s")
            body_ = e.FamilySplit(into=begun[-1], members=leave, by=life.social_worker())
            life.tell(life.day(0.2, 0.8), body_, source=DESK)
    return begun


def standing(area: Area, seed: str) -> None:
    """The boards and groups of an area: how they meet, and how they met."""
    rng = Random(f"standing {seed}")
    kinds: tuple[e.StandingKind, ...] = ("safeguarding_board", "commissioning_group", "carers_forum")
    for kind in rng.sample(kinds, rng.choice((0, 1, 2))):
        first = rng.randrange(5, area.days)
        recorded = e.StandingMeetingRecorded(
            meeting=f"ST-{kind}",
            kind=kind,
            name=kind.replace("_", " "),
            next_on=area.first_on + timedelta(days=first),
            every_months=rng.choice((1, 2, 3)),
            by="w-coordinator",
            members=tuple(rng.sample(sorted(area.agencies), 2)),
            items=("families", "substance misuse treatment"),
        )
        area.says("partnership", recorded, area.at(rng.randrange(0, 4), rng), source=DIRECTORY)
        if chance(rng, 0.6):
            at = area.at(first + 1, rng)
            there = (e.Attendance(person=rng.choice(sorted(area.workers)), presence="present"),)
            held_on = area.first_on + timedelta(days=first)
            held = e.StandingMeetingHeld(
                meeting=recorded.meeting, held_on=held_on, by="w-coordinator", attendance=there
            )
            area.says("partnership", held, at, source=DIRECTORY)
