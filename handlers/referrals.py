"""Referrals and advice between services: what was said is confirmed in writing within 48 hours (Joint Guidance 25),
whoever referred is told the outcome (T5), and a treatment service may be asked for advice without any name (T10, F8).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from handlers.case_file import CaseFile
from handlers.concerns import Concern, voice
from handlers.duties import Letter, Met, Owed, duty_of, to_record
from handlers.letters import came_to_nothing, went, went_to_anybody
from handlers.partnership import Directory
from handlers.protocol import Protocol
from handlers.referral_file import Advice, Referral
from handlers.working_days import local_day


def owed(file: CaseFile, directory: Directory, protocol: Protocol, now: datetime) -> Iterator[Owed]:
    """All that is owed about this family's referrals, and the advice asked about it."""
    for referral in file.referrals.values():
        if referral.made.how == "verbal":
            yield _confirmation(referral, directory, protocol)
        if referral.decided and referral.decided_at:
            yield _feedback(file, referral, referral.decided_at, directory, protocol)
    for advice in file.advice.values():
        asked = advice.asked.service
        for service in (asked,) if asked else directory.treatment_services():
            yield _advice(file, advice, service, directory, protocol, now)


def out_of_reach(file: CaseFile, directory: Directory) -> set[str]:
    """Whoever is owed an outcome and cannot be written to: it leaves as soon as a better address is recorded."""
    decided = [r for r in file.referrals.values() if r.decided]
    return {r.made.made_by for r in decided if _cannot_be_told(file, r, directory) and not _told(file, r)}


def _cannot_be_told(file: CaseFile, referral: Referral, directory: Directory) -> bool:
    made_by = referral.made.made_by
    return not directory.has_address(made_by) or came_to_nothing(file, _duty_to_tell(file, referral), made_by)


def _told(file: CaseFile, referral: Referral) -> Met | None:
    return went(file, _duty_to_tell(file, referral), referral.made.made_by)


def _duty_to_tell(file: CaseFile, referral: Referral) -> str:
    return duty_of(file, "feed_back_outcome", referral.made.referral)


def _confirmation(referral: Referral, directory: Directory, protocol: Protocol) -> Owed:
    """By whoever made it; 48 hours by the clock from the call."""
    made = referral.made
    deadline = protocol.deadline("VERBAL-01", referral.made_at)
    known = directory.workers.get(made.made_by)
    what = f"{made.made_by} must confirm the verbal referral {made.referral} in writing."
    about = {"service": known.agency if known else None, "to": made.made_by}
    key = (made.referral,)
    return to_record("confirm_referral", key, what, deadline, "referrer", referral.confirmed_by, **about)


def _feedback(
    file: CaseFile, referral: Referral, decided_at: datetime, directory: Directory, protocol: Protocol
) -> Owed:
    made, decided = referral.made, referral.decided
    assert decided is not None
    deadline = protocol.deadline("FEED-01", max(decided.decided_on, local_day(decided_at)))
    known = directory.workers.get(made.made_by)
    return Owed(
        kind="feed_back_outcome",
        key=(made.referral,),
        due_at=deadline.due_at,
        owner="coordinator",
        closes_on="accepted",
        sentence=f"Tell {made.made_by} what came of the referral {made.referral}. {deadline.sentence}",
        rule=deadline.rule,
        service=known.agency if known else None,
        to=made.made_by,
        letter=Letter(occasion="referral_outcome", family=file.family, what=decided.outcome),
        at_once=_cannot_be_told(file, referral, directory),
        met=_told(file, referral),
    )


def _advice(
    file: CaseFile, advice: Advice, service: str, directory: Directory, protocol: Protocol, now: datetime
) -> Owed:
    """Of whoever speaks for the service; its letter names neither family nor anybody in it."""
    concern = Concern(adult="", service=service, known_at=advice.recorded_at)
    to = voice(concern, None, file, directory, now).to
    duty = duty_of(file, "ask_for_advice", advice.asked.advice, service)
    deadline = protocol.deadline("TELL-01", local_day(advice.recorded_at))
    return Owed(
        kind="ask_for_advice",
        key=(advice.asked.advice, service),
        due_at=deadline.due_at,
        owner="coordinator",
        closes_on="accepted",
        sentence=f"Ask {service} for advice without naming the family. {deadline.sentence}",
        rule=deadline.rule,
        service=service,
        to=to,
        letter=Letter(occasion="advice", due_at=deadline.due_at),
        at_once=to is None or came_to_nothing(file, duty, to),
        met=went_to_anybody(file, duty),
    )
