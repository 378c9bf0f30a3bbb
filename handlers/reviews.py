"""Meetings whose date a person sets, since no published rule dates them (decision 14): joint care-plan reviews of
treatment and family services (Joint Guidance paragraph 20), looked-after reviews, and the treatment service's own
care-plan meetings, to which the family's workers are asked if the adult agrees (Joint Guidance T9).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from handlers import events as e
from handlers import facts as f
from handlers.case_file import CaseFile
from handlers.concerns import in_order, in_scope
from handlers.meeting_file import Meeting
from handlers.meetings.falling_due import ASKED, Due, Undated, dated, falls_due, meeting_id
from handlers.meetings.inviting import Invitee, known_as, parents, professionals
from handlers.partnership import Directory
from handlers.protocol import Protocol, RuleUnknown
from handlers.standing import plan_ended_on
from handlers.working_days import in_words, local_day

JOINT: f.MeetingKind = "joint_care_plan_review"
JOINT_RULE = "JG-20"


def due(file: CaseFile, protocol: Protocol) -> Iterator[Due | Undated]:
    """Each, by the day that was set for it; and what joint reviews are owed a day."""
    for asked in file.reviews_asked.values():
        if asked.kind in ASKED and not _is_of_a_placement(file, asked):
            rule = JOINT_RULE if asked.kind == JOINT else ""
            why = (_unknown(protocol) if rule else "") or "no published rule dates it"
            working = f"{asked.by} set it for {in_words(asked.due_on)}, since {why}"
            meeting = falls_due(asked.kind, asked.review, asked.due_on, working, protocol)
            about = replace(meeting, adult=asked.adult, service=asked.service, child=asked.child)
            yield replace(about, with_treatment=asked.with_treatment), rule
    plans = any(plan_ended_on(file, x) is None for x in file.plans)
    stands = plans or any(x not in file.fips_ended for x in file.fips)
    if stands and JOINT_RULE in protocol.answers:
        yield from _joint(file, protocol)


def _is_of_a_placement(file: CaseFile, asked: e.MeetingAskedFor) -> bool:
    """Whose reviews looked_after dates, by the day that was set where no rule does."""
    return asked.kind == "looked_after_review" and asked.review.rpartition(":")[0] in file.life.looked_after


def _joint(file: CaseFile, protocol: Protocol) -> Iterator[Due | Undated]:
    """While a plan or a project of the family stands, treatment and family services review the care plan of each adult
    in treatment together (Joint Guidance paragraph 20)."""
    adults = in_scope(file)
    standing = (x.told for x in in_order(file) if x.told.ended_on is None and x.told.person in adults)
    for adult, service in dict.fromkeys((told.person, told.service) for told in standing):
        yield from _joint_of(file, adult, service, protocol)


def _joint_of(file: CaseFile, adult: str, service: str, protocol: Protocol) -> Iterator[Due | Undated]:
    """The next one: by a day that a person sets, and, where an overlay says how often, so long after the last."""
    mine = [m for m in file.meetings.values() if m.due.kind == JOINT and _is_of(m.due, adult, service)]
    held = [local_day(m.sitting.started_at) for m in mine if m.sitting]
    asked = [a for a in file.reviews_asked.values() if a.kind == JOINT and _is_of(a, adult, service)]
    coming = next((a for a in asked if not _was_held(file, meeting_id(JOINT, a.review))), None)
    count = str(len(held) + 1)
    unknown = _unknown(protocol) or ("" if held else "there was none before from which to count")
    if unknown:
        key, about = (JOINT, adult, service, count), f"of {adult} with {service}"
        day_owed = Undated(kind=JOINT, key=key, rule=JOINT_RULE, unknown=unknown, about=about, set_by=coming)
        yield replace(day_owed, adult=adult, service=service)
    elif coming is None:
        about = f"{adult}:{service}:{count}"
        yield from dated(file, JOINT, about, JOINT_RULE, max(held), protocol, adult=adult, service=service)


def _unknown(protocol: Protocol) -> str:
    """Why no rule says how often; empty where one does."""
    try:
        protocol.rule(JOINT_RULE)
    except RuleUnknown as unknown:
        return str(unknown)
    return ""


def _is_of(review: f.MeetingFellDue | e.MeetingAskedFor, adult: str, service: str) -> bool:
    return review.adult in (None, adult) and review.service in (None, service)


def _was_held(file: CaseFile, meeting: str) -> bool:
    return meeting in file.meetings and file.meetings[meeting].held


def members(
    file: CaseFile, meeting: Meeting, directory: Directory, permits: Callable[[str, Meeting], bool]
) -> list[Invitee]:
    """The adult, or the parents, and the family's workers; workers of treatment services come only through the gate."""
    adult = meeting.due.adult
    home = [known_as(file, adult, directory)] if adult in file.members else parents(file)
    if adult and not permits(adult, meeting):
        return home
    return [*home, *(p for p in professionals(file, directory) if not directory.treats(p.person))]
