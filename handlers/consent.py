"""May this family's business be shared with a treatment service outside child protection? With consent, or an
override by a named person (rules IG-01 to IG-03).

Child protection meetings invite under a recorded lawful basis (3.22) and do not ask here; a record's own basis
permits no invitation (3.44). Each purpose is asked about by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from handlers import events as e
from handlers.case_file import CaseFile
from handlers.duties import Met, Owed
from handlers.protocol import Protocol
from handlers.records import Kept, Sharing, in_order
from handlers.working_days import local_day

# Where asking was left out for the child's sake, the guidance says that a referral must be made (JG T6, rules 3.61).
MUST_REFER = frozenset({"life_at_risk", "greater_harm"})


def said(file: CaseFile, adult: str, purpose: e.Purpose) -> Sharing | None:
    """The last word on sharing this adult's business for this purpose; None while nobody has decided."""
    return file.records.sharing.get(f"{adult}:{purpose}")


def permitted(file: CaseFile, adult: str, purpose: e.Purpose) -> bool:
    """Consent was given, or a named person overrode it; silence, refusal and withdrawal permit nothing."""
    word = said(file, adult, purpose)
    return word is not None and word.permits


def owed(file: CaseFile, protocol: Protocol) -> Iterator[Owed]:
    """The referral that an override on a ground of JG T6 makes mandatory, the same working day (rules 3.27, 3.61);
    whatever the adult says afterwards, the ground was there. Saying it again before anybody referred moves nothing."""
    by_matter: dict[tuple[str, e.Purpose], list[Kept[e.ConsentOverridden]]] = {}
    ours = (k for event, k in file.records.overrides.items() if event not in file.ties.referred)
    for kept in in_order(k for k in ours if k.body.ground in MUST_REFER):
        said = by_matter.setdefault((kept.body.person, kept.body.purpose), [])
        if all(_word(before) != _word(kept) for before in said):  # the same told twice is one override
            said.append(kept)
    for (adult, purpose), overrides in by_matter.items():
        kept = next((k for k in overrides if _answer(file, k) is None), overrides[-1])
        made, word = _answer(file, kept), kept.body
        deadline = protocol.deadline("T6-01", local_day(kept.recorded))
        yield Owed(
            kind="make_referral",
            key=(adult, purpose),
            due_at=deadline.due_at,
            owner="coordinator",
            closes_on="recorded",
            sentence=f"Refer the family to children's social care: {word.by} shared what {adult} was not asked about,"
            f" since {word.ground.replace('_', ' ')}. {deadline.sentence}",
            rule=deadline.rule,
            adult=adult,
            met=Met("recorded", f"referral {made.referral}, by {made.made_by}") if made else None,
        )


def _word(kept: Kept[e.ConsentOverridden]) -> tuple[e.ConsentOverridden, date]:
    return kept.body, local_day(kept.happened)


def _answer(file: CaseFile, kept: Kept[e.ConsentOverridden]) -> e.ReferralMade | None:
    """The referral that was made since this override, of this adult or of the whole family."""
    since = (r for r in file.referrals.values() if r.recorded_at >= kept.recorded)
    return next((r.made for r in since if r.made.person in (None, kept.body.person)), None)
