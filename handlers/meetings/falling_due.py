"""Meetings that are due, by level: what the subjects say is due now, held against the meetings on file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import date, datetime
from itertools import count
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from handlers import events as e
from handlers import facts as f
from handlers.case_file import CaseFile
from handlers.duties import Met, Owed
from handlers.effects import TellStream
from handlers.facts import Finding
from handlers.meeting_file import Meeting
from handlers.people import StreamId
from handlers.protocol import Protocol, RuleUnknown
from handlers.standing import plan_ended_on
from handlers.working_days import add_working_days, end_of_day, in_words, local_day

NAMES: dict[f.MeetingKind, str] = {
    "initial_conference": "initial child protection conference",
    "review_conference": "review child protection conference",
    "pre_birth_conference": "pre-birth child protection conference",
    "transfer_in_conference": "transfer-in child protection conference",
    "core_group": "core group",
    "fip_review": "Family Intervention Project review",
    "joint_care_plan_review": "joint care-plan review",
    "looked_after_review": "looked-after review",
    "care_plan_meeting": "treatment service's care-plan meeting",
}

CONFERENCES: frozenset[f.MeetingKind] = frozenset(
    {"initial_conference", "review_conference", "pre_birth_conference", "transfer_in_conference"}
)
# Each is asked for by a person, about one adult or child.
ASKED: frozenset[f.MeetingKind] = frozenset({"joint_care_plan_review", "looked_after_review", "care_plan_meeting"})
# Outside child protection nothing is shared without consent or an override for that purpose (rules 3.22). All other
# kinds have their lawful basis; looked-after reviews are statutory meetings about children (Joint Guidance F4).
PURPOSES: dict[f.MeetingKind, e.Purpose] = {
    "fip_review": "fip",
    "joint_care_plan_review": "joint_review",
    "care_plan_meeting": "care_plan",
}


class Undated(Struct, frozen=True, kw_only=True):
    """A meeting that is owed, though nobody published by when: a person must set its day (decision 14).

    key names it within its family, about tells it from others of its kind; set_by: who set it.
    """

    kind: f.MeetingKind
    key: tuple[str, ...]
    rule: str
    unknown: str
    about: str
    adult: str | None = None
    service: str | None = None
    plan: str | None = None
    child: str | None = None
    set_by: e.MeetingAskedFor | None = None

    @property
    def meeting(self) -> str:
        """As much of its name as can be foreseen."""
        return self.key[0]


Wanted = f.MeetingFellDue | Undated
Due = tuple[f.MeetingFellDue, str]  # with the id of the rule that dates it


def name(meeting: Meeting) -> str:
    return NAMES[meeting.due.kind]


def reconcile(
    file: CaseFile, due: Iterable[Due | Undated], why_not: Callable[[Wanted], str]
) -> Iterator[Finding | TellStream]:
    """Meetings that fell due or whose date changed, and open ones that nothing asks for any more.

    due: each meeting with the id of the rule that dates it; why_not: why it need not sit all the same, if so.
    """
    dated = (x for x in due if isinstance(x, tuple))
    wanted = {meeting.meeting: (meeting, rule) for meeting, rule in dated if not why_not(meeting)}
    for id_, (meeting, rule) in wanted.items():
        on_file = file.meetings.get(id_)
        if on_file is None or (not on_file.held and (on_file.no_longer_due or on_file.due != meeting)):
            yield Finding(meeting, meeting.working, rule)
    for id_, on_file in file.meetings.items():
        if id_ not in wanted and on_file.open:
            why = why_not(on_file.due)
            yield Finding(f.MeetingNoLongerDue(id_, why), why or "what made the meeting due has ended")
            if on_file.revision:
                yield release(file, on_file, "the meeting is no longer due")


class Standing(Struct, frozen=True):
    """A plan that stands; reviews and known_on: of one that was made before this file was kept."""

    plan: str
    made_on: date
    reviews: tuple[date, ...] = ()
    known_on: date | None = None


def standing(file: CaseFile) -> Iterator[Standing]:
    """The plans that a conference of ours made, and the one that a return told of."""
    ours: set[date] = set()
    for plan in file.plans:
        made = file.plan_made_at(plan)
        if made:
            ours.add(made.sat_on)
        if made and plan not in file.plans_ended:
            yield Standing(plan, made.sat_on)
    before = file.before.standing(file.plans_ended, ours)
    if before:
        yield Standing(before.told.plan, before.told.made_on, before.told.reviews, local_day(before.known_at))


def of_each_plan(
    file: CaseFile, kind: f.MeetingKind, first_rule: str, next_rule: str, protocol: Protocol
) -> Iterator[Due | Undated]:
    """The next meeting of this kind for each plan that stands: the first from the conference that made the plan,
    each further one from the day the last was held (rules 3.7, 3.8). Ours are counted from one."""
    for plan in standing(file):
        held = [m.sitting for m in file.meetings.values() if m.due.plan == plan.plan and m.due.kind == kind]
        sat_on = [local_day(s.started_at) for s in held if s]
        before = plan.reviews if kind == "review_conference" or not sat_on else ()
        last_on = max((*sat_on, *before), default=None)
        rule, since = (next_rule, last_on) if last_on else (first_rule, plan.made_on)
        if plan.known_on and kind == "core_group" and not sat_on:
            rule, since = _still_ahead(rule, since, plan.known_on, next_rule, protocol)
        name = f"{plan.plan}:{number_of_next(file, kind, plan.plan)}"
        for due in dated(file, kind, name, rule, since, protocol, plan=plan.plan):
            yield _forward(file, due[0], protocol, due[1]) if isinstance(due, tuple) else due


def _forward(file: CaseFile, due: f.MeetingFellDue, protocol: Protocol, rule: str) -> Due:
    """By the earlier day to which somebody brought it forward, if they did (rules RCPC-04, CG-05)."""
    said = file.life.forward(due.meeting)
    if said is None or said.due_on is None or said.due_on >= due.due_on:
        return due, rule
    name = due.meeting.partition(":")[2]
    working = f"{said.by} set it for {in_words(said.due_on)}, since it comes forward: else {due.working}"
    return replace(falls_due(due.kind, name, said.due_on, working, protocol), plan=due.plan), rule


def _still_ahead(rule: str, since: date, known_on: date, next_rule: str, protocol: Protocol) -> tuple[str, date]:
    """No return says which core groups met. Those that were due before we knew of the plan were not ours to hold: the
    next is the first of their row that was still to come."""
    with suppress(RuleUnknown):  # a person sets the day then
        while (due_on := protocol.deadline(rule, since).due_on) < known_on:
            rule, since = next_rule, due_on
    return rule, since


def dated(
    file: CaseFile, kind: f.MeetingKind, name: str, rule: str, trigger: date, protocol: Protocol, **about: Any
) -> Iterator[Due | Undated]:
    """This meeting by its rule; where nobody published one, by the day that a person set, once somebody did."""
    try:
        deadline = protocol.deadline(rule, trigger)
    except RuleUnknown as unknown:
        yield from set_by_a_person(file, kind, name, rule, str(unknown), protocol, **about)
    else:
        yield replace(falls_due(kind, name, deadline.due_on, deadline.sentence, protocol), **about), deadline.rule


def set_by_a_person(
    file: CaseFile, kind: f.MeetingKind, name: str, rule: str, unknown: str, protocol: Protocol, **about: Any
) -> Iterator[Due | Undated]:
    """The duty to set its day, and the meeting itself by the day that was set."""
    asked = file.reviews_asked.get(name)
    asked = asked if asked and asked.kind == kind else None
    key = (meeting_id(kind, name),)
    whose = {"plan": about.get("plan"), "child": about.get("child")}
    yield Undated(kind=kind, key=key, rule=rule, unknown=unknown, about=name, set_by=asked, **whose)
    if asked:
        working = f"{asked.by} set it for {in_words(asked.due_on)}, since {unknown}"
        yield replace(falls_due(kind, name, asked.due_on, working, protocol), **about), rule


def number_of_next(file: CaseFile, kind: f.MeetingKind, of: str) -> int:
    """One more than were held; one held under a later number keeps it, also if an earlier was not held after all."""
    held = {m.id for m in file.meetings.values() if m.held and m.id.rpartition(":")[0] == meeting_id(kind, of)}
    return next(n for n in count(len(held) + 1) if meeting_id(kind, f"{of}:{n}") not in held)


def meeting_id(kind: f.MeetingKind, name: str) -> str:
    """How a meeting of this kind is called, as anybody can foresee."""
    return f"{kind.replace('_', '-')}:{name}"


def falls_due(kind: f.MeetingKind, name: str, due_on: date, working: str, protocol: Protocol) -> f.MeetingFellDue:
    """A meeting by that day, sought from as many working days before as its kind opens."""
    opens = protocol.seats[kind].opens_working_days_before
    not_before = add_working_days(due_on, -opens, protocol.holidays)
    return f.MeetingFellDue(meeting_id(kind, name), kind, due_on, not_before, working)


def release(file: CaseFile, meeting: Meeting, because: str) -> TellStream:
    """Give the seats of this meeting back to the diary."""
    body = e.SeatsReleased(file.family, meeting.id, meeting.revision)
    return TellStream(stream=diary_of(file.stream), body=body, because=because)


def diary_of(stream: StreamId) -> StreamId:
    return stream.sibling("diary")


def owed(file: CaseFile, protocol: Protocol, counts: Callable[[Meeting], bool]) -> Iterator[Owed]:
    """Each meeting due is owed by the coordinator until it has been held; where we came to know late, or the day was
    corrected, nobody is late with it before the end of the working day after (decision 16). counts: whether what sat
    counts as held (rules 3.13)."""
    for meeting in file.meetings.values():
        if meeting.no_longer_due:
            continue
        known_for_a_day = end_of_day(add_working_days(local_day(meeting.dated_at), 1, protocol.holidays))
        yield Owed(
            kind="hold_meeting",
            key=(meeting.id,),
            due_at=max(end_of_day(meeting.due.due_on), known_for_a_day),
            owner="coordinator",
            closes_on="held",
            sentence=f"Hold the {name(meeting)}. {meeting.due.working}",
            rule="",
            meeting=meeting.id,
            met=Met("held", "the record of the meeting") if meeting.held and counts(meeting) else None,
        )


def child_protection_since(file: CaseFile) -> datetime | None:
    """While a child protection meeting is ahead or a plan stands, sharing has its lawful basis (rules IG-02): since
    when it has had it without a break, so that the end of one ground forgives no lateness while another stands."""
    periods = [*_of_child_protection(file)]
    since = min((begun for begun, ended in periods if ended is None), default=None)
    for ended, begun in sorted(((ended, begun) for begun, ended in periods if ended), reverse=True):
        if since and begun < since <= ended:
            since = begun
    return since


def _of_child_protection(file: CaseFile) -> Iterator[tuple[datetime, datetime | None]]:
    """From when until when each meeting was ahead, and each plan stood."""
    for meeting in file.meetings.values():
        if meeting.due.kind in (*CONFERENCES, "core_group"):
            sat_at = meeting.sitting.recorded_at if meeting.sitting else None
            yield meeting.fell_due_at, sat_at or meeting.no_longer_due_at
    for plan, made_by in file.plans.items():
        ended_on = plan_ended_on(file, plan)
        yield file.meetings[made_by].fell_due_at, end_of_day(ended_on) if ended_on else None
    stand = {s.plan for s in standing(file)}
    for plan, before in file.before.plans.items():
        ended_on = plan_ended_on(file, plan)
        if ended_on or plan in stand:
            yield before.known_at, end_of_day(ended_on) if ended_on else None
