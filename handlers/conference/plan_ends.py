"""The end of a plan: only a quorate review conference ends one, unless something else did (rules RCPC-05)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from handlers import events as e
from handlers import standing
from handlers.case_file import CaseFile
from handlers.conference import quorum
from handlers.duties import Owed, deadline_if_any, to_record
from handlers.meeting_file import Meeting
from handlers.partnership import Directory
from handlers.protocol import Protocol
from handlers.working_days import add_months, in_words, local_day

COMING_OF_AGE_MONTHS = 18 * 12


def owed(file: CaseFile, protocol: Protocol, directory: Directory) -> Iterator[Owed]:
    """A plan is ended at a quorate review alone, unless something else ended it (rules RCPC-05)."""
    for kept in file.kept.table("plans_ended").values():
        said: e.PlanEnded = kept.body
        due = deadline_if_any(protocol, "RCPC-05", local_day(kept.recorded))
        why = _not_ended_by_a_review(file, said, directory, protocol)
        if due is None or not why or said.plan not in file.known_plans:
            continue
        review = _last_review(file, said)
        chair = review.chair if review else None
        what = f"Answer for the end of the plan {said.plan} on {in_words(said.ended_on)}: {why}."
        owner = "chair" if chair else "coordinator"
        yield to_record("answer_plan_end", (said.plan,), what, due, owner, None, to=chair)


def _not_ended_by_a_review(file: CaseFile, said: e.PlanEnded, directory: Directory, protocol: Protocol) -> str:
    """In one clause; empty where a review ended it that may, or where its end had another cause."""
    review = _last_review(file, said)
    if said.cause or _ended_otherwise(file, said):
        return ""
    if review:
        short = not quorum.may_proceed(file, review, directory, protocol)
        return "its last review was not quorate, and no ground for that is recorded" if short else ""
    before = file.before.plans.get(said.plan)
    return "" if before and before.told.reviews else "no review conference was held of it"


def _last_review(file: CaseFile, said: e.PlanEnded) -> Meeting | None:
    reviews = (m for m in file.meetings.values() if m.due.kind == "review_conference" and m.due.plan == said.plan)
    sat = ((m.sitting.started_at, m) for m in reviews if m.sitting)
    by_then = [(at, m) for at, m in sat if local_day(at) <= said.ended_on]
    return max(by_then, key=lambda x: x[0])[1] if by_then else None


def _ended_otherwise(file: CaseFile, said: e.PlanEnded) -> bool:
    """Every child it was about had died or come of age, or the family had moved out to stay."""
    children = standing.children_of(file, said.plan)
    grown = [file.has_died(child) or _is_of_age(file.known(child), said.ended_on) for child in children]
    return bool(grown and all(grown)) or any(move.on <= said.ended_on for move in standing.moves_out(file))


def _is_of_age(child: e.Member | None, on: date) -> bool:
    return bool(child and child.born and add_months(child.born, COMING_OF_AGE_MONTHS) <= on)
