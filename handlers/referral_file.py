"""Referrals and advice as a family's file keeps them: `fold(referrals, fact) -> referrals`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from handlers import events as e
from handlers.facts import Fact


class Referral(Struct, frozen=True):
    """One referral, from being made to its outcome."""

    made: e.ReferralMade
    made_at: datetime
    recorded_at: datetime
    confirmed_by: str = ""
    decided: e.ReferralDecided | None = None
    decided_at: datetime | None = None


class Advice(Struct, frozen=True):
    asked: e.AdviceAsked
    recorded_at: datetime


def _made(referrals: dict[str, Referral], fact: Fact, body: e.ReferralMade) -> dict[str, Referral]:
    if body.referral in referrals:
        return referrals
    return {**referrals, body.referral: Referral(body, fact.happened, fact.recorded)}


def _changed(referrals: dict[str, Referral], id_: str, **changes: Any) -> dict[str, Referral]:
    return {**referrals, id_: replace(referrals[id_], **changes)}


FOLDS: dict[type[e.Body], Callable[[dict[str, Referral], Fact, Any], dict[str, Referral]]] = {
    e.ReferralMade: _made,
    e.ReferralConfirmed: lambda referrals, _, b: _changed(referrals, b.referral, confirmed_by=b.by),
    e.ReferralDecided: lambda referrals, fact, b: _changed(referrals, b.referral, decided=b, decided_at=fact.recorded),
}


def fold(referrals: dict[str, Referral], fact: Fact) -> dict[str, Referral]:
    """The referrals with one more fact about one of them."""
    return FOLDS[type(fact.body)](referrals, fact, fact.body)
