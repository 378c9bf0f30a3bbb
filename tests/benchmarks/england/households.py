"""Who the families are: one to five children, one parent or two, a partner, somebody who is about but cares for no
child; who works with them, and which of the adults a treatment service knows. The shares are design defaults."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from handlers import events as e
from tests.benchmarks.england.directory import SERVICES
from tests.benchmarks.england.telling import DESK, Told

SURNAMES = ("Quillfeather", "Thackwray", "Ormsby", "Castellow", "Dunmore", "Fallowes", "Hartwhistle", "Inchbald")
GIVEN = ("Ada", "Bram", "Cleo", "Dov", "Esme", "Finn", "Gwen", "Hal", "Ines", "Jory", "Kit", "Lena", "Milo", "Nell")


def household(told: Told, when: datetime, treated: float, everybody: bool = True) -> None:
    """The family as it is first recorded, its workers, and the episodes that stand already or begin soon.

    treated: how often a treatment service knows somebody; everybody: the whole team, not the first two of it.
    """
    rng = told.rng
    surname = rng.choice(SURNAMES)

    def member(letter: str, relation: e.Relation, cares: bool = False, born: date | None = None) -> e.Member:
        person = f"p-{told.family[2:]}{letter}"
        grown = relation in ("parent", "partner", "carer")
        address = f"{person}@home.example" if grown and told.chance(0.7) else None
        name = f"{rng.choice(GIVEN)} {surname}"
        return e.Member(person=person, name=name, relation=relation, cares=cares, born=born, address=address)

    members = [member("m", "parent", cares=told.chance(0.95))]
    if told.chance(0.55):
        members.append(member("f", "parent", cares=told.chance(0.85)))
    elif told.chance(0.3):
        members.append(member("r", "partner", cares=told.chance(0.9)))
    if told.chance(0.08):
        members.append(member("o", "other"))
    for n in range(rng.choices((1, 2, 3, 4, 5), (36, 33, 19, 8, 4))[0]):
        members.append(member(f"c{n}", "child", born=when.date() - timedelta(days=rng.randrange(30, 5800))))
    if told.chance(0.06):
        members.append(member("u", "unborn"))
    told.adults = [m.person for m in members if m.relation not in ("child", "unborn")]
    told.children = [m.person for m in members if m.relation == "child"]
    told.says(when, e.HouseholdRecorded(tuple(members)))
    _team(told, when, members, everybody)
    if told.chance(treated):
        _treated(told, when)
    if told.using or told.chance(0.5):
        _factors(told, when)


def _team(told: Told, when: datetime, members: list[e.Member], everybody: bool) -> None:
    youngest = max((m.born for m in members if m.born), default=when.date())
    small = when.date() - youngest < timedelta(days=5 * 365)
    roles = {"social_worker": "social", "health_visitor" if small else "school": "health" if small else "school"}
    if everybody:
        roles |= {"school": "school"} if len(told.children) > 1 else {}
        roles |= {"police": "police"} if told.chance(0.4) else {}
        roles |= {"midwife": "health"} if any(m.relation == "unborn" for m in members) else {}
    for n, (role, trade) in enumerate(roles.items(), 1):
        told.team[role] = told.staff.one(trade, told.rng)
        told.says(when + timedelta(minutes=n), e.ProfessionalInvolved(told.team[role], role, when.date()))


def _treated(told: Told, when: datetime) -> None:
    """One adult, or two of them, in one service or two; of whom some are in no family's scope."""
    for adult in told.rng.sample(told.adults, 2 if len(told.adults) > 1 and told.chance(0.2) else 1):
        service = told.rng.choice(SERVICES)
        worker = told.staff.one(service, told.rng)
        told.using[adult] = (service, worker)
        known = when + timedelta(days=told.rng.choice((0, 0, 0, 1, 20)), minutes=30)
        since = known.date() - timedelta(days=told.rng.randrange(0, 500))
        basis: e.Basis = told.rng.choice(("consent", "consent", "consent", "statutory"))
        body = e.EpisodeOpened(f"E-{adult[2:]}", service, worker, since, basis, f"CR-{adult[2:]}")
        told.says(known, body, service, "person", adult)
        _later(told, adult, known, since)


def _later(told: Told, adult: str, known: datetime, since: date) -> None:
    """Some are handed over to another worker, some episodes end."""
    service, worker = told.using[adult]
    another = told.staff.one(service, told.rng)
    if another != worker and told.chance(0.15):
        on = known + timedelta(days=told.rng.randrange(30, 200))
        told.says(on, e.EpisodeHandedOver(f"E-{adult[2:]}", another, on.date()), service, "person", adult)
    if told.chance(0.3):
        ended = known + timedelta(days=told.rng.randrange(40, 360))
        told.says(ended, e.EpisodeClosed(f"E-{adult[2:]}", ended.date()), service, "person", adult)


def _factors(told: Told, when: datetime) -> None:
    """An assessment's factors: of whoever is in treatment, of some who are not, and one that no gate reads."""
    named = [*told.using] or (told.adults[:1] if told.chance(0.2) else [])
    codes = ("1B", "2B")
    found = [e.Factor(code=told.rng.choice(codes), person=adult) for adult in named]
    body = e.FactorsAssessed(f"A-{told.family}", when.date(), (*found, e.Factor(code="3B")), "statutory")
    told.says(when + timedelta(minutes=45), body)


def changes(told: Told, since: datetime) -> None:
    """What befalls a family meanwhile: a partner moves in or out, a new address, another social worker."""
    rng = told.rng

    def some(first: int = 10, last: int = 330) -> datetime:
        return since + timedelta(days=rng.randrange(first, last))

    if told.chance(0.1):
        when, person = some(), f"p-{told.family[2:]}n"
        partner = e.Member(
            person=person, name=f"{rng.choice(GIVEN)} {rng.choice(SURNAMES)}", relation="partner", cares=True
        )
        told.says(when, e.MemberJoined(partner, when.date()))
        if told.chance(0.3):
            left = when + timedelta(days=rng.randrange(20, 150))
            told.says(left, e.MemberLeft(person, left.date()))
    if told.chance(0.12):
        when = some()
        told.says(
            when,
            e.AddressChanged(told.adults[0], f"new.{told.adults[0]}@home.example", when.date(), told.social_worker),
            DESK,
        )
    if told.chance(0.25):
        when, before = some(), told.social_worker
        told.team["social_worker"] = told.staff.one("social", rng)
        if told.social_worker != before:
            told.says(when, e.ProfessionalLeft(before, when.date()))
            told.says(
                when + timedelta(minutes=5), e.ProfessionalInvolved(told.social_worker, "social_worker", when.date())
            )
