"""A family that moves out of the area: the receiving area is told, and we answer for the family until its conference
was held (rules TRF-02); what is no child protection meeting ends with the move.
"""

from __future__ import annotations

from collections.abc import Iterator

from handlers import facts as f
from handlers import standing
from handlers.case_file import CaseFile
from handlers.duties import Owed, to_record
from handlers.meetings.falling_due import CONFERENCES, Wanted
from handlers.protocol import Protocol
from handlers.working_days import in_words, local_day

# Ours until the receiving area has conferred; whoever looks after a child goes on doing so wherever the family lives.
OURS: frozenset[f.MeetingKind] = CONFERENCES | {"core_group", "looked_after_review"}
PACK = "why they moved, the plan, reports of earlier conferences, assessments, special needs and a chronology"


def why_not(file: CaseFile, meeting: Wanted) -> str:
    """Why this meeting need not sit, if the move is the reason."""
    for left in standing.moves_out(file):
        taken = file.life.taken_over(left.move)
        if taken:
            return f"{left.to_area} held its conference on {in_words(taken.on)} and answers for the family since"
        if meeting.kind not in OURS:
            return f"the family moved to {left.to_area} on {in_words(left.on)}"
    return ""


def owed(file: CaseFile, protocol: Protocol) -> Iterator[Owed]:
    """The receiving area is told, also of a stay that is not to last."""
    for kept in file.life.moves.values():
        left, notice = kept.body, file.life.area_told(kept.body.move)
        deadline = protocol.deadline("MOVE-01", max(left.on, local_day(kept.recorded)))
        until = "They stay for a while, and we go on." if left.temporary else f"Send with it {PACK}."
        what = f"Tell {left.to_area} that the family moved there on {in_words(left.on)}. {until}"
        by = f"{notice.by} told them on {in_words(notice.on)}" if notice else None
        yield to_record("notify_area", (left.move,), what, deadline, "coordinator", by)
