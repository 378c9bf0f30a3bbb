"""From the outcome of a section 47 enquiry to its conference an interim plan with named roles is in force (ICPC-03)."""

from __future__ import annotations

from collections.abc import Iterator

from handlers.case_file import CaseFile
from handlers.conference import convening
from handlers.duties import Owed, to_record
from handlers.meetings.falling_due import name
from handlers.protocol import Protocol
from handlers.records import in_order
from handlers.working_days import local_day


def owed(file: CaseFile, protocol: Protocol) -> Iterator[Owed]:
    """A plan for each enquiry whose conference is still to sit; the later recorded outcome of one stands."""
    outcomes = {
        meeting.id: (meeting, kept)
        for kept in in_order(file.life.outcomes.values())
        if kept.body.discussion in file.discussions
        and (meeting := convening.of_enquiry(file, kept.body.discussion, protocol))
    }
    for meeting, kept in outcomes.values():
        if not meeting.open or not kept.body.conference_required:
            continue
        same = convening.enquiry(file, kept.body.discussion, protocol)
        plans = [k.body for k in file.life.interim_plans.values() if k.body.discussion in same]
        yield to_record(
            "agree_interim_plan",
            (meeting.id,),
            f"Agree an interim plan, and who does what in it, until the {name(meeting)}.",
            protocol.deadline("ICPC-03", max(kept.body.concluded_on, local_day(kept.recorded))),
            "social_worker",
            plans[-1].by if plans else None,
            meeting=meeting.id,
            to=next((p.worker for p in file.professionals.values() if p.role == "social_worker"), None),
        )
