"""Papers before and at a conference: the pack of a family that moved in (rules TRF-03), probation's written information
(ATT-04), and the report of the police, which is read out where none of them came (REP-03)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from msgspec.structs import replace

from handlers import events as e
from handlers.case_file import CaseFile, Involved
from handlers.duties import Letter, Met, Owed, duty_of, to_record
from handlers.letters import came_to_nothing, went
from handlers.meeting_file import Meeting
from handlers.meeting_pieces import Sitting
from handlers.meetings.falling_due import CONFERENCES, meeting_id, name
from handlers.meetings.reports import PROBATION
from handlers.partnership import Directory
from handlers.protocol import Protocol
from handlers.working_days import add_working_days, end_of_day, listed, local_day

PACK: tuple[e.PackPaper, ...] = get_args(e.PackPaper)
WHOLE = listed(tuple(paper.replace("_", " ") for paper in PACK))
THERE = ("present", "deputy", "part")


def owed(file: CaseFile, protocol: Protocol, directory: Directory) -> Iterator[Owed]:
    """What is still to come in, to be asked for, or to be said to have been read out."""
    yield from _pack(file, protocol)
    probation = [p for p in file.professionals.values() if p.role.startswith(PROBATION)]
    for meeting in file.meetings.values():
        if meeting.due.kind not in CONFERENCES:
            continue
        if meeting.sitting:
            yield from _read_out(file, meeting, meeting.sitting, protocol, directory)
        elif meeting.open and meeting.booked:
            for officer in probation:
                yield from _written(file, meeting, officer, protocol)


def _pack(file: CaseFile, protocol: Protocol) -> Iterator[Owed]:
    """Of each family that moved in to stay: what the old area has not sent yet, before the conference."""
    for transfer in file.transfers.values():
        meeting = file.meetings.get(meeting_id("transfer_in_conference", transfer.transfer))
        if meeting is None or not meeting.open:
            continue
        came = [k.body for k in file.life.transfer_papers.values() if k.body.transfer == transfer.transfer]
        lacking = {*PACK} - {paper for sent in came for paper in sent.papers}
        starts_on = local_day(meeting.booked.starts_at) if meeting.booked else meeting.due.due_on
        asked = f"Get from {transfer.from_area}, before the {name(meeting)}, all of its pack: {WHOLE}."
        deadline = protocol.deadline("TRF-03", starts_on)
        by = came[-1].by if came and not lacking else None
        owner = "coordinator"
        duty = to_record("transfer_papers", (transfer.transfer,), asked, deadline, owner, by, meeting=meeting.id)
        known_for_a_day = end_of_day(add_working_days(local_day(meeting.fell_due_at), 1, protocol.holidays))
        yield replace(duty, due_at=max(duty.due_at, known_for_a_day))


def _written(file: CaseFile, meeting: Meeting, officer: Involved, protocol: Protocol) -> Iterator[Owed]:
    """Probation is always asked for written information, whether or not it comes; once asked, it is theirs to send."""
    booked, person, key = meeting.booked, officer.worker, (meeting.id, officer.worker)
    assert booked is not None
    told_by = protocol.deadline("TELL-01", max(local_day(meeting.timed_at or meeting.fell_due_at), officer.on))
    rule = "REP-01b" if meeting.due.kind == "review_conference" else "REP-01a"
    due = protocol.deadline(rule, local_day(booked.starts_at))
    asked_by = min(told_by.due_at, booked.starts_at)
    due_at = min(max(due.due_at, asked_by), booked.starts_at)
    duty = duty_of(file, "ask_report", *key)
    received = Met("recorded", f"the report of {person}") if person in meeting.reports else None
    asked = went(file, duty, person)
    yield Owed(
        kind="ask_report",
        key=key,
        due_at=asked_by,
        owner="coordinator",
        closes_on="accepted",
        sentence=f"Ask {person} of probation for written information for the {name(meeting)}. {told_by.sentence}",
        rule=told_by.rule,
        letter=Letter(occasion="report_asked", meeting=meeting.id, starts_at=booked.starts_at, due_at=due_at),
        at_once=came_to_nothing(file, duty, person),
        met=received or asked,
        meeting=meeting.id,
        to=person,
    )
    if received or asked:
        what = f"{person} of probation owes written information for the {name(meeting)}."
        by = f"the report of {person}" if received else None
        report = to_record("report_asked_for", key, what, due, officer.role, by, meeting=meeting.id, to=person)
        yield replace(report, due_at=due_at)


def _read_out(
    file: CaseFile, meeting: Meeting, sitting: Sitting, protocol: Protocol, directory: Directory
) -> Iterator[Owed]:
    """Reports of the police are not shared beforehand, so that they must be heard there."""
    kinds = directory.agency_kinds
    if any(kinds.get(a.person) == "police" for a in sitting.held.attendance if a.presence in THERE):
        return
    read = {k.body.person: k.body.by for k in file.life.readings.values() if k.body.meeting == meeting.id}
    for person in (p for p in meeting.reports if kinds.get(p) == "police"):
        yield to_record(
            "read_out_report",
            (meeting.id, person),
            f"Record that the report of {person} was read out and summed up at the {name(meeting)}: no police came.",
            protocol.deadline("AGREE-01", local_day(max(sitting.recorded_at, meeting.reports[person]))),
            "chair",
            read.get(person),
            meeting=meeting.id,
            to=meeting.chair,
        )
