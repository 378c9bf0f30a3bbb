"""What treatment services and assessments tell of a family's adults: episodes, factors and flags, in every disorder.

Opened late with a past date, handed over, closed, opened again, recorded wrongly and replaced, without a basis, or
under another system's name for the adult that becomes known only afterwards.
"""

from __future__ import annotations

from handlers import events as e
from tests.simulation.area import chance
from tests.simulation.life import Life, error

CODES = ("1B", "1C", "2B", "2C", "3A", "4B")


def tell(life: Life) -> None:
    """All that is told of this family's adults."""
    rng = life.rng
    for adult in dict.fromkeys(life.adults):
        if chance(rng, 0.55):
            _episode(life, adult, 0)
        if chance(rng, 0.1):
            _episode(life, adult, 1)
    if chance(rng, 0.55):
        _factors(life)
    if chance(rng, 0.3):
        _flag(life)


def _episode(life: Life, adult: str, number: int) -> None:
    rng = life.rng
    service = rng.choice(life.area.services)
    source, episode = f"{service}.sim", f"E-{adult}-{number}"
    subject = _subject(life, adult, source)
    day = life.day(0, 0.6)
    opened = e.EpisodeOpened(
        episode=episode,
        service=service,
        worker=rng.choice(life.area.staff(service)),
        opened_on=life.on(day, rng.choice((0, 2, 10, 40))),
        basis=None if chance(rng, 0.12) else rng.choice(("consent", "statutory", "life_at_risk", "greater_harm")),
        client_reference=f"{service[:2].upper()}-{rng.randrange(10_000)}" if chance(rng, 0.8) else None,
    )
    life.tell(day, opened, source=source, subject=subject, late=0.35)
    if chance(rng, 0.1):
        error(life, subject, day, source)
        wrong = life.area.services[0]
        right = e.EpisodeOpened(
            episode=f"{episode}-right",
            service=wrong,
            worker=life.area.staff(wrong)[0],
            opened_on=opened.opened_on,
            basis="consent",
        )
        life.tell(day + rng.choice((0, 2, 11)), right, source=source, subject=subject)
    else:
        _and_then(life, subject, source, opened, day)


def _subject(life: Life, adult: str, source: str) -> str:
    """The adult's own stream; or the service's own name for the adult, which becomes known before or afterwards."""
    if not chance(life.rng, 0.12):
        return f"person/{adult}"
    reference = f"{source.partition('.')[0]}-{life.rng.randrange(100_000)}"
    known = e.ReferenceRecorded(system="treat", reference=reference)
    life.tell(life.day(0, 0.7), known, source="crosswalk.sim", subject=f"person/{adult}")
    return f"person/treat:{reference}"


def _and_then(life: Life, subject: str, source: str, opened: e.EpisodeOpened, day: int) -> None:
    """What becomes of an episode. Each step may be told before the one that it follows."""
    rng = life.rng
    if chance(rng, 0.3):
        day += rng.randrange(0, 20)
        until = life.on(day, -rng.choice((3, 7, 14))) if chance(rng, 0.5) else None
        worker = rng.choice(life.area.staff(opened.service))
        over = e.EpisodeHandedOver(
            episode=opened.episode, worker=worker, on=life.on(day, rng.choice((0, 1, 5))), until=until
        )
        life.tell(day, over, source=source, subject=subject)
    if chance(rng, 0.3):
        day += rng.randrange(1, 30)
        closed = e.EpisodeClosed(episode=opened.episode, ended_on=life.on(day, rng.choice((0, 1, 8))))
        life.tell(day, closed, source=source, subject=subject)
        if chance(rng, 0.15):
            error(life, subject, day, source)
        elif chance(rng, 0.4):
            again = day + rng.randrange(1, 20)
            reopened = e.EpisodeReopened(episode=opened.episode, on=life.on(again, 1))
            life.tell(again, reopened, source=source, subject=subject)


def _factors(life: Life) -> None:
    """An assessment, later ones that name more or fewer factors, and a factor taken back by hand."""
    rng = life.rng
    day = life.day(0, 0.6)
    for n in range(rng.choice((1, 1, 2))):
        codes = rng.sample(CODES, rng.choice((0, 1, 1, 2)) if n else rng.choice((1, 2, 3)))
        factors = tuple(e.Factor(code=c, person=rng.choice([None, *life.adults])) for c in codes)
        body = e.FactorsAssessed(
            assessment=f"A-{life.family}-{n}",
            assessed_on=life.on(day, rng.choice((0, 1, 5))),
            factors=factors,
            basis=None if chance(rng, 0.07) else "statutory",
        )
        life.tell(day, body, late=0.3)
        if chance(rng, 0.1):
            error(life, life.subject, day)
        elif factors and chance(rng, 0.2):
            one = rng.choice(factors)
            taken = e.FactorWithdrawn(code=one.code, person=one.person, by=life.social_worker())
            life.tell(day + rng.randrange(1, 20), taken)
        day += rng.randrange(5, 40)


def _flag(life: Life) -> None:
    rng = life.rng
    day = life.day(0, 0.7)
    person = rng.choice([None, *life.adults])
    substance: e.Substance | None = rng.choice(("alcohol", "drugs", None))
    flag = e.FlagRecorded(
        stands=True,
        by=life.social_worker(),
        person=person,
        substance=substance,
        basis=None if chance(rng, 0.08) else "statutory",
    )
    life.tell(day, flag)
    if chance(rng, 0.1):
        error(life, life.subject, day)
    elif chance(rng, 0.35):
        off = e.FlagRecorded(stands=False, by=life.social_worker(), person=person, substance=substance)
        life.tell(day + rng.randrange(1, 30), off)
