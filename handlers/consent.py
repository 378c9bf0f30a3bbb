"""May this family's business be shared with a treatment service outside child protection? With consent, or an
override by a named person (rules IG-01 to IG-03).

Child protection meetings invite under a recorded lawful basis (3.22) and do not ask here; a record's own basis
permits no invitation (3.44). Each purpose is asked about by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from handlers import events as e
from handlers.case_file import CaseFile, Referral
from handlers.duties import Met, Owed
from handlers.protocol import Protocol
from handlers.records import Sharing, in_order
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
    whatever the adult says afterwards, the ground was there."""
    on_ground = in_order(k for k in file.records.overrides.values() if k.body.ground in MUST_REFER)
    for kept in {(k.body.person, k.body.purpose): k for k in on_ground}.values():
        word, adult = kept.body, kept.body.person
        deadline = protocol.deadline("T6-01", local_day(kept.recorded))
        made = next((r.made for r in file.referrals.values() if _answers(r, adult, kept.recorded)), None)
        yield Owed(
            kind="make_referral",
            key=(adult, word.purpose),
            due_at=deadline.due_at,
            owner="coordinator",
            closes_on="recorded",
            sentence=f"Refer the family to children's social care: {word.by} shared what {adult} was not asked about,"
            f" since {word.ground.replace('_', ' ')}. {deadline.sentence}",
            rule=deadline.rule,
            adult=adult,
            met=Met("recorded", f"referral {made.referral}, by {made.made_by}") if made else None,
        )


def _answers(referral: Referral, adult: str, since: datetime) -> bool:
    return referral.made.person in (None, adult) and referral.recorded_at >= since
