"""What is on record about adults' use and about sharing: each record kept by its own name, so that one made in error
can be taken out again, and what stands is read off the rest (decision 16).

Nothing here depends on the order in which records came in: of those about one thing the later recorded stands
(rules 3.46).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from handlers import events as e
from handlers.facts import Fact

B = TypeVar("B", bound=e.Body)
S = TypeVar("S", bound=Struct)
OF_FACTOR: dict[str, e.Substance] = {"1": "alcohol", "2": "drugs"}


class Kept(Struct, Generic[B], frozen=True):
    """One record, when we came to know it, and when it happened."""

    body: B
    recorded: datetime
    happened: datetime


class Episode(Struct, frozen=True):
    """A treatment episode as the person stream last told it; known_at: when we first came to know; before: whose it
    was, as far as we knew, until when."""

    told: e.EpisodeTold
    known_at: datetime
    before: tuple[tuple[tuple[str, ...], datetime], ...] = ()

    def workers_at(self, at: datetime) -> tuple[str, ...]:
        """Whose episode it was then, as far as we knew."""
        return next((workers for workers, until in self.before if at < until), self.told.workers)

    @property
    def everybody(self) -> set[str]:
        """Whoever has been its key worker."""
        return {*self.told.workers, *(w for workers, _ in self.before for w in workers)}


class Advice(Struct, frozen=True):
    asked: e.AdviceAsked
    recorded_at: datetime


class Use(Struct, frozen=True):
    """An adult's use of a substance, on record since known_at; person None means the family's (rules 3.20)."""

    person: str | None
    substance: e.Substance | None
    known_at: datetime


class Sharing(Struct, frozen=True):
    """The last word on sharing for one purpose. since: from when it has been permitted, or not, without a break."""

    verdict: Literal["given", "refused", "withdrawn", "overridden"]
    by: str
    since: datetime

    @property
    def permits(self) -> bool:
        return self.verdict in ("given", "overridden")


class Records(Struct, frozen=True, kw_only=True):
    """Every record by the id of its event."""

    assessments: dict[str, Kept[e.FactorsAssessed]] = field(default_factory=dict)
    withdrawals: dict[str, Kept[e.FactorWithdrawn]] = field(default_factory=dict)
    flags: dict[str, Kept[e.FlagRecorded]] = field(default_factory=dict)
    consents: dict[str, Kept[e.ConsentRecorded]] = field(default_factory=dict)
    overrides: dict[str, Kept[e.ConsentOverridden]] = field(default_factory=dict)
    changes: dict[str, Kept[e.SignificantChangeRecorded]] = field(default_factory=dict)
    illnesses: dict[str, Kept[e.InducedIllnessRecorded]] = field(default_factory=dict)
    considered: dict[str, Kept[e.TreatmentConsidered]] = field(default_factory=dict)

    def uses(self, codes: Iterable[str]) -> list[Use]:
        """What the latest assessment says under these codes, and the flags that stand."""
        return [*self._factors(frozenset(codes)), *self._flags()]

    def _factors(self, codes: frozenset[str]) -> Iterator[Use]:
        """A factor stands until a later assessment omits it or a named person withdraws it (decision 24); it is known
        since the first of the unbroken run of assessments that name it."""
        known: dict[tuple[str, str | None], datetime] = {}
        for kept in sorted(self.assessments.values(), key=lambda k: (k.body.assessed_on, k.recorded)):
            named = {(x.code, x.person) for x in kept.body.factors}
            known = {key: min(known.get(key, kept.recorded), kept.recorded) for key in named}
            known = {key: at for key, at in known.items() if not self._withdrawn(*key, since=kept.recorded)}
        for (code, person), at in known.items():
            if code in codes:
                yield Use(person, OF_FACTOR.get(code[:1]), at)

    def _withdrawn(self, code: str, person: str | None, since: datetime) -> bool:
        taken_back = (k for k in self.withdrawals.values() if (k.body.code, k.body.person) == (code, person))
        return any(k.recorded >= since for k in taken_back)

    def _flags(self) -> Iterator[Use]:
        latest: dict[tuple[str | None, str | None], Kept[e.FlagRecorded]] = {}
        for kept in in_order(self.flags.values()):
            key = (kept.body.person, kept.body.substance)
            before = latest.get(key)
            stood = before is not None and before.body.stands and kept.body.stands
            latest[key] = before if before is not None and stood else kept
        for kept in latest.values():
            if kept.body.stands:
                yield Use(kept.body.person, kept.body.substance, kept.recorded)

    @property
    def induced_illness(self) -> datetime | None:
        """Since when it stands on record of any child that an illness may be fabricated or induced."""
        latest = {kept.body.child: kept for kept in in_order(self.illnesses.values())}
        return min((kept.recorded for kept in latest.values() if kept.body.stands), default=None)

    @property
    def sharing(self) -> dict[str, Sharing]:
        """`person:purpose` → the last word on it."""
        said: dict[str, Sharing] = {}
        words: list[Kept[Any]] = [*self.consents.values(), *self.overrides.values()]
        for kept in in_order(words):
            key = f"{kept.body.person}:{kept.body.purpose}"
            said[key] = _word(kept, said.get(key))
        return said


def in_order(records: Iterable[Kept[B]]) -> list[Kept[B]]:
    """As we came to know of them."""
    return sorted(records, key=lambda k: k.recorded)


def _word(kept: Kept[Any], before: Sharing | None) -> Sharing:
    taken_back = before is not None and before.verdict in ("given", "withdrawn")
    verdict = _verdict(kept.body, taken_back)
    word = Sharing(verdict, kept.body.by, kept.recorded)
    return replace(word, since=before.since) if before and before.permits is word.permits else word


def _verdict(body: Any, taken_back: bool) -> Literal["given", "refused", "withdrawn", "overridden"]:
    if isinstance(body, e.ConsentOverridden):
        return "overridden"
    if body.given:
        return "given"
    return "withdrawn" if taken_back else "refused"


TABLES: dict[type[e.Body], str] = {
    e.FactorsAssessed: "assessments",
    e.FactorWithdrawn: "withdrawals",
    e.FlagRecorded: "flags",
    e.ConsentRecorded: "consents",
    e.ConsentOverridden: "overrides",
    e.SignificantChangeRecorded: "changes",
    e.InducedIllnessRecorded: "illnesses",
    e.TreatmentConsidered: "considered",
}


def keep(kept: S, fact: Fact, tables: dict[type[e.Body], str]) -> S:
    """What keeps records in these tables, with this one among them."""
    name = tables[type(fact.body)]
    return replace(kept, **{name: {**getattr(kept, name), fact.event: Kept(fact.body, fact.recorded, fact.happened)}})


def take_out(kept: S, event: str, tables: dict[type[e.Body], str]) -> S:
    """The same without the record of this event."""
    changed = {n: {k: v for k, v in getattr(kept, n).items() if k != event} for n in tables.values()}
    return replace(kept, **changed)
