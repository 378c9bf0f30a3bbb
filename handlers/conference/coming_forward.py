"""What may bring a review forward is put to its chair, who decides: a new section 47, a significant change, a plan that
cannot be carried out (rules RCPC-04)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from handlers import concerns
from handlers.case_file import CaseFile
from handlers.concerns import Concern
from handlers.duties import Owed, to_record
from handlers.meeting_file import Meeting
from handlers.meetings.falling_due import Standing, name, standing
from handlers.protocol import Protocol
from handlers.records import in_order
from handlers.working_days import in_words, local_day


def owed(file: CaseFile, found: list[Concern], protocol: Protocol) -> Iterator[Owed]:
    """A decision of the chair on each thing that happened since the last conference of the plan. found: whose use of
    drugs or alcohol is on record."""
    for plan in standing(file):
        reviews = [m for m in file.meetings.values() if (m.due.kind, m.due.plan) == ("review_conference", plan.plan)]
        coming = next((m for m in reviews if m.open), None)
        if coming is None:
            continue
        sat_on = _last_sat_on(plan, reviews)
        for what, id_, on, known_at in _triggers(file, found):
            if on > sat_on:
                since = max(known_at, coming.fell_due_at)
                yield to_record(
                    "decide_coming_forward",
                    (coming.id, id_),
                    f"Decide whether the {name(coming)}, due {in_words(coming.due.due_on)}, comes forward: {what}.",
                    protocol.deadline("AGREE-01", local_day(since)),
                    "chair",
                    _decided_by(file, coming, known_at),
                    meeting=coming.id,
                    to=coming.chair,
                )


def _last_sat_on(plan: Standing, reviews: list[Meeting]) -> date:
    return max([plan.made_on, *plan.reviews, *(local_day(m.sitting.started_at) for m in reviews if m.sitting)])


def _triggers(file: CaseFile, found: list[Concern]) -> Iterator[tuple[str, str, date, datetime]]:
    """What happened, its name, its day, and since when it is known."""
    for kept in in_order(file.kept.table("discussions").values()):
        said = kept.body
        if said.section_47:
            what = f"a new section 47 began with {said.discussion} on {in_words(said.held_on)}"
            yield what, said.discussion, said.held_on, kept.recorded
    for change in concerns.changes(file, found):
        yield f"the change {change.id} of {in_words(change.on)}", change.id, change.on, change.known_at
    for difficulty in (k for k in file.records.changes.values() if k.body.what == "plan_difficulty"):
        body = difficulty.body
        what = f"the plan is hard to carry out, says {body.by} ({body.change})"
        yield what, body.change, body.on, difficulty.recorded


def _decided_by(file: CaseFile, meeting: Meeting, since: datetime) -> str | None:
    """Who decided, knowing of it."""
    said = (k for k in file.life.brought_forward.values() if k.body.meeting == meeting.id and k.recorded >= since)
    return next((k.body.by for k in said), None)
