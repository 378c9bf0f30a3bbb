"""Families that became one, or two, read by the judge: what goes on in another family is the same as it was before.

Two records of one family know together, from then on, what each knew apart. Whoever leaves goes with the plans about
them, the meetings of these, reviews about them and what is owed about these (decisions 25 and 0010).
"""

from __future__ import annotations

from copy import copy

from tests.simulation.family_reading import Family
from tests.simulation.matters import Duty, Meeting
from tests.simulation.reading import Body, Fact, Household

STAY = {
    *("StrategyDiscussionHeld", "ConferenceAskedFor", "Section47Concluded", "ConferenceDisputed", "DisputeResolved"),
    "TransferNotified",
}
ASKED = {"joint_care_plan_review", "looked_after_review", "care_plan_meeting"}


def merged(family: Family, into: str) -> Family:
    """What is left of a family that goes on as another."""
    rest = Family(family.stream)
    rest.merged_into, rest.rows, rest.at = into, family.rows, family.at
    return rest


def parted(family: Family, body: Body) -> Family:
    """What those who leave take with them, which this family has no more."""
    members, plans = set(body["members"]), set(body.get("plans", ()))
    part = Family(family.stream)
    part.household = _of(family.household, members)
    family.household = _of(family.household, family.household.members.keys() - members)
    part.records = [f for f in family.records if _known_to_both(f, members)]
    family.records = [f for f in family.records if f.type != "LookedAfterStarted" or f.body["child"] not in members]
    part.referred = {f.event for f in part.records if f.type == "ConsentOverridden"}
    part.errors, part.fates = dict(family.errors), dict(family.fates)
    part.professionals, part.excused, part.words = dict(family.professionals), set(family.excused), [*family.words]
    part.told = {k: at for k, at in family.told.items() if k[0] in members}
    part.mails, part.mails_of = dict(family.mails), {k: [*v] for k, v in family.mails_of.items()}
    made = {plan: meeting for plan, meeting in family.made.items() if plan in plans}
    for id_, meeting in [*family.meetings.items()]:
        if id_ in made.values():
            part.meetings[id_] = copy(meeting)
        elif meeting.due.get("plan") in plans or _about(meeting, members):
            part.meetings[id_] = family.meetings.pop(id_)
    for plan in plans & family.plans.keys():
        part.plans[plan] = family.plans.pop(plan)
    going = part.meetings.keys() - set(made.values())
    for duty in [d for d in family.duties.values() if _owed_about(d, going, members)]:
        part.adopt(duty)
        family.forget(duty)
    part.made = made
    return part


def _of(household: Household, members: set[str]) -> Household:
    kept = copy(household)
    for name in ("members", "since", "joined", "moved"):
        setattr(kept, name, {p: x for p, x in getattr(household, name).items() if p in members})
    return kept


def _known_to_both(fact: Fact, members: set[str]) -> bool:
    """Enquiries stay where they were; a placement is its child's."""
    return fact.type not in STAY and (fact.type != "LookedAfterStarted" or fact.body["child"] in members)


def _about(meeting: Meeting, members: set[str]) -> bool:
    return meeting.kind in ASKED and bool({meeting.due.get("adult"), meeting.due.get("child")} & members)


def _owed_about(duty: Duty, meetings: set[str], members: set[str]) -> bool:
    if duty.now.get("meeting"):
        return duty.now["meeting"] in meetings
    return duty.now.get("adult") in members and duty.kind != "make_referral"


def brought(family: Family, other: Family, fact: Fact) -> None:
    """The family has from now on what the other had, under the names that it had there."""
    ours, theirs = family.household, other.household
    ours.members = {**theirs.members, **ours.members}
    ours.since = {**dict.fromkeys(theirs.since, fact.at), **ours.since}
    ours.joined, ours.moved = {**theirs.joined, **ours.joined}, {**theirs.moved, **ours.moved}
    ours.anew = max((at for at in (ours.anew, theirs.anew) if at), default=None)
    made = [referral.at for referral in other.referrals.values()]
    overrides = [f for f in other.records if f.type == "ConsentOverridden"]
    family.referred |= {
        f.event for f in overrides if any(at >= f.at for at in made)
    }  # there, before they are dated anew
    family.records += [f._replace(at=fact.at) for f in other.records]
    family.errors |= other.errors
    for id_, meeting in other.meetings.items():
        if id_ not in family.meetings or (meeting.sat and not family.meetings[id_].sat):
            meeting.joined_at = fact.at
            family.meetings[id_] = meeting
    for name in ("told", "mails", "plans", "plans_ended", "made", "professionals"):
        setattr(family, name, {**getattr(other, name), **getattr(family, name)})
    for name in ("referrals", "confirmed", "decided", "advice"):
        setattr(family, name, {**getattr(other, name), **getattr(family, name)})
    for table in ("mails_of", "fates"):
        lists = getattr(family, table)
        for key, more in getattr(other, table).items():
            lists[key] = sorted([*more, *lists.get(key, ())], key=_number)
    family.words = sorted([*other.words, *family.words], key=_number)
    family.excused |= other.excused
    family.referred |= other.referred
    family.elsewhere |= other.elsewhere
    for duty in other.duties.values():
        if duty.id not in family.duties:
            family.adopt(duty)
            if duty.open:
                family.awaited[duty.id] = duty.due
            else:
                family.elsewhere.add(duty.id)
    family.formerly += (other.id, *other.formerly)
    family.who_died(fact.at)


def _number(one: object) -> int:
    return one[0] if isinstance(one, tuple) else one.seq  # type: ignore[attr-defined,no-any-return]
