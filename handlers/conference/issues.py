"""What somebody raises about a conference after it: dissent (rules DIS-01), a complaint (COM-01, COM-02), a recording
by one who took part (REC-03). Each is answered; none changes what was decided."""

from __future__ import annotations

from collections.abc import Iterator

from handlers import events as e
from handlers.case_file import CaseFile
from handlers.duties import Owed, deadline_if_any, to_record
from handlers.meeting_file import Meeting
from handlers.meetings.falling_due import name
from handlers.protocol import Protocol
from handlers.records import Kept
from handlers.rule import Deadline
from handlers.working_days import in_words, local_day

RULES: dict[e.IssueKind, str] = {"dissent": "DIS-01", "complaint": "COM-02"}
WORDS: dict[e.IssueKind, str] = {"dissent": "dissent", "complaint": "complaint", "recording": "recording"}


def owed(file: CaseFile, protocol: Protocol) -> Iterator[Owed]:
    """An answer to each."""
    for issue, (kept, settled) in file.life.raised.items():
        raised, meeting = kept.body, file.meetings.get(kept.body.meeting)
        if raised.kind not in WORDS or meeting is None:
            continue
        chairs = raised.kind == "recording"
        about = f"the {WORDS[raised.kind]} {issue} of {raised.person} about the {name(meeting)}"
        what = f"Deal with {about}: whoever takes part may not record." if chairs else f"Answer {about}."
        yield to_record(
            "settle_issue",
            (issue,),
            f"{what}{_in_time(meeting, kept, protocol)} What was decided stands meanwhile.",
            protocol.deadline("ISSUE-01", local_day(kept.recorded)),
            "chair" if chairs else "conference_unit_manager",
            f"{settled.by}: {settled.outcome.replace('_', ' ')}" if settled else None,
            meeting=meeting.id,
            to=meeting.chair if chairs else None,
        )


def _in_time(meeting: Meeting, kept: Kept[e.IssueRaised], protocol: Protocol) -> str:
    """Whether it came within the time that there is for it, where somebody published one."""
    limit = _limit(meeting, kept.body.kind, protocol)
    if limit is None:
        return ""
    came = "in time" if kept.happened <= limit.due_at else "too late"
    return f" It came {came}: the last hour was {in_words(limit.due_at)} by {limit.rule}."


def _limit(meeting: Meeting, kind: e.IssueKind, protocol: Protocol) -> Deadline | None:
    """Counted from the conference itself, a dissent's by the clock from its end."""
    rule = RULES.get(kind) if meeting.sitting else None
    return deadline_if_any(protocol, rule, meeting.sitting.ended_at) if meeting.sitting and rule else None
