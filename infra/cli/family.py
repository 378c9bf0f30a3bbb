"""One family as a reader sees it, now or then: the view as plain values, the same for `show`, `replay` and --json."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

import typer

from handlers import events as e
from handlers import needs, standing
from handlers.case_file import CaseFile
from handlers.conference import discussing, quorum
from handlers.facts import Duty
from handlers.meeting_file import Invitation, Meeting, Sent
from handlers.meetings.falling_due import name
from infra.cli.arranged import arranged, own_times
from infra.cli.moments import by, how_late, iso
from infra.cli.posted import NO_ADDRESS, OUTCOMES
from infra.cli.stores import Back, Folder, folder_of, present, short
from infra.db import reading
from infra.db.engine import transaction
from infra.db.projections import state
from infra.wiring import House

View = dict[str, Any]
TREATMENT = (
    "tell_treatment",
    "tell_treatment_cancelled",
    "ask_report_treatment",
    "report_from_treatment",
    "tell_change",
    "name_representative",
    "seek_consent",
    "send_decision_treatment",
    "send_minutes_treatment",
    "ask_for_advice",
)


AS_OF = "As it was known then: of what was recorded by that day. Default: of all that is known now."
ON = "As it was on that day: of what had happened by then, by what is known now, or by --as-of."
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE|INSTANT", help=AS_OF)]
On = Annotated[str | None, typer.Option("--on", metavar="DATE|INSTANT", help=ON)]


async def looked_back(house: House, family: str, area: str | None, as_of: str | None, on: str | None) -> View:
    """One family as it was known at one instant, and as it was at another. Raises Fault."""
    back = Back(by(as_of) if as_of else None, by(on) if on else None)
    folder = await folder_of(house, family, area, back)
    if back.as_of:
        held = [id_ for id_, r in folder.file.held_records.items() if not r.released]
    else:
        async with transaction(house.engine) as connection:
            held = await reading.held_about(connection, folder.file.stream, folder.file.members)
    known = back.as_of or await present(house)
    return view(folder, min(known, back.on or known), held) | {"as_of": iso(known), "on": iso(back.on)}


def view(folder: Folder, now: datetime, held: list[str]) -> View:
    """All of one family. held: the records without which everything here was decided."""
    file = folder.file
    return {
        "family": file.family,
        "area": file.stream.area,
        "held_events": held,
        "members": [_member(folder, m) for _, m in sorted(file.members.items())],
        "died": [{"person": p, "name": folder.name(p), "on": on.isoformat()} for p, on in sorted(file.dead.items())],
        "brought_from": list(file.ties.formerly),
        "discussions": [_discussion(folder, d) for d in sorted(file.discussions)],
        "professionals": [_professional(folder, w) for w in sorted(file.professionals)],
        "meetings": [_meeting(folder, m) for m in sorted(file.meetings.values(), key=_when)],
        "treatment": list(_treatment(folder)),
        "plans": list(_plans(file)),
        "fips": [_fip(file, f) for f in file.fips],
        "duties": [_duty(folder, d, now) for d in sorted(file.duties.values(), key=lambda d: (d.due_at, d.id))],
    }


def _when(meeting: Meeting) -> datetime:
    return (
        meeting.sitting.started_at
        if meeting.sitting
        else meeting.booked.starts_at
        if meeting.booked
        else meeting.fell_due_at
    )


def _member(folder: Folder, m: e.Member) -> View:
    return {
        "person": m.person,
        "name": folder.opened(m.name),
        "relation": m.relation,
        "cares": m.cares,
        "born": m.born.isoformat() if m.born else None,
    }


def _professional(folder: Folder, worker: str) -> View:
    involved = folder.file.professionals[worker]
    return {
        "worker": worker,
        "name": folder.name(worker),
        "role": involved.role,
        "agency": folder.directory.agency_of(worker),
        "since": involved.on.isoformat(),
    }


def _meeting(folder: Folder, meeting: Meeting) -> View:
    failed = meeting.failed if meeting.failed and meeting.failed.revision == meeting.revision else None
    return {
        "meeting": meeting.id,
        "kind": meeting.due.kind,
        "title": name(meeting),
        "state": state(meeting),
        "due_on": meeting.due.due_on.isoformat(),
        "working": meeting.due.working,
        **_sat_or_will(folder, meeting),
        "quorum": _quorum(folder, meeting),
        "nothing_fits": list(failed.reasons) if failed else [],
        "arranged": arranged(folder, meeting),
        "invited": [_invited(folder, meeting, p) for p in _everybody(meeting)],
        "minutes_recorded_at": iso(meeting.minutes.recorded_at) if meeting.minutes else None,
    }


def _quorum(folder: Folder, meeting: Meeting) -> str:
    """Whether it was quorate, in words, or by the answers so far will be; empty where no pack asks for it."""
    whose = (folder.file, meeting, folder.directory, folder.protocol)
    found, waived = quorum.verdict(*whose), quorum.ground(*whose[1:])
    if found is None:
        return quorum.forecast(*whose)
    on = f"; {folder.name(waived.by)} went on, on the ground of {waived.ground.replace('_', ' ')}" if waived else ""
    unmet = "; a paediatrician should have been there (Q-06)" if found.unmet else ""
    return found.sentence + ("" if found.is_quorate else on or "; no ground for going on is on record") + unmet


def _discussion(folder: Folder, discussion: str) -> View:
    said = folder.file.discussions[discussion]
    known = bool(said.attendance)
    missing = list(discussing.missing(said, folder.directory)) if known else []
    return {"discussion": discussion, "held_on": said.held_on.isoformat(), "known": known, "missing": missing}


def _sat_or_will(folder: Folder, meeting: Meeting) -> View:
    """When, where and under whom it sat, or is booked to sit."""
    booked, sitting = meeting.booked, meeting.sitting
    return {
        "starts_at": iso(sitting.started_at if sitting else booked.starts_at if booked else None),
        "ends_at": iso(sitting.ended_at if sitting else booked.ends_at if booked else None),
        "place": booked.place if booked else None,
        "chair": booked.chair if booked else None,
        "chair_name": folder.name(booked.chair) if booked and booked.chair else None,
        "missing": [folder.name(p) for p in booked.missing] if booked else [],
    }


def _everybody(meeting: Meeting) -> list[str]:
    sat = {a.person for a in meeting.sitting.held.attendance} if meeting.sitting else set()
    said = {k.body.person for k in meeting.wishes.feedback.values()}
    return sorted({*meeting.invitations, *meeting.papers, *meeting.decision_papers, *sat, *said})


def _invited(folder: Folder, meeting: Meeting, person: str) -> View:
    word = meeting.words.get(person)
    seats = meeting.sitting.held.attendance if meeting.sitting else ()
    decisions, paper = meeting.decision_papers.get(person), meeting.papers.get(person)
    return {
        "person": person,
        "name": folder.name(person),
        "invitation": invitation(meeting, person),
        "own_times": own_times(meeting, person),
        "answer": word.reply if word else None,
        "answer_by": word.by if word else None,
        "answer_is_to_an_earlier_time": bool(word and meeting.booked and word.revision != meeting.booked.revision),
        "attendance": next((a.presence for a in seats if a.person == person), None),
        "deputy_for": next((a.deputy_for for a in seats if a.person == person), None),
        "report_received_at": iso(meeting.reports.get(person)),
        **_wishes(folder, meeting, person),
        "decisions": _fate(meeting, decisions) if decisions else None,
        "minutes": _fate(meeting, paper) if paper else None,
    }


def _wishes(folder: Folder, meeting: Meeting, person: str) -> View:
    """What this person said besides yes, no and maybe."""
    wishes = meeting.wishes
    sending, proposal = wishes.deputies.get(person), wishes.times.get(person)
    promised, told = wishes.reports.get(person), needs.told(folder.file, meeting, person)
    return {
        "sends_deputy": folder.name(sending.deputy.person) if sending else None,
        "deputy_verdict": (sending.verdict or "to be answered") if sending else None,
        "proposes": iso(proposal.body.starts_at) if proposal and not proposal.declined_at else None,
        "report_promised_on": promised.on.isoformat() if promised else None,
        "needs": [" ".join(filter(None, (n.need, n.which))) for n in (told.body.needs if told else ())],
        "feedback": [folder.opened(k.body.words) for k in wishes.feedback.values() if k.body.person == person],
    }


def invitation(meeting: Meeting, person: str) -> str:
    """What became of this person's latest invitation."""
    sent = meeting.invitations.get(person)
    if sent is None:
        return "never invited"
    fate = _fate(meeting, sent)
    return f"cancellation {fate}" if sent.cancelled else fate


def _fate(meeting: Meeting, sent: Invitation | Sent) -> str:
    receipt = meeting.receipt_of(sent)
    if receipt is None:
        return "queued" if sent.mailed else NO_ADDRESS
    paper = {"ready": "; the paper is to be collected", "collected": "; the paper was collected"}
    if receipt.grade in paper:
        return f"{OUTCOMES['accepted']}{paper[receipt.grade]}"
    return OUTCOMES.get(receipt.grade, receipt.grade)


def _treatment(folder: Folder) -> Iterator[View]:
    """Each thing owed to a treatment service: told or not, when, and on what evidence."""
    for duty in folder.file.duties.values():
        if duty.kind in TREATMENT:
            yield {
                "service": duty.service,
                "adult": duty.adult,
                "meeting": duty.meeting,
                "duty": duty.id,
                "what": short(duty.sentence),
                "told": duty.ended == "evidence",
                "told_at": iso(duty.ended_at) if duty.ended == "evidence" else None,
                "evidence": duty.ended_by or None,
                "ended": duty.ended,
                "due_at": iso(duty.due_at),
                "by_telephone": duty.by_telephone,
            }


def _plans(file: CaseFile) -> Iterator[View]:
    for plan in (*file.plans, *(p for p in file.before.plans if p not in file.plans)):
        made = file.plan_made_at(plan)
        before = file.before.plans.get(plan)
        ended_on = standing.plan_ended_on(file, plan)
        yield {
            "plan": plan,
            "category": made.category if made else None,
            "made_on": made.sat_on.isoformat() if made else None,
            "meeting": file.plans.get(plan),
            "reviews_before": [on.isoformat() for on in before.told.reviews] if before else [],
            "ended_on": ended_on.isoformat() if ended_on else None,
        }


def _fip(file: CaseFile, fip: str) -> View:
    started, ended_on = file.fips[fip], file.fips_ended.get(fip)
    return {
        "fip": fip,
        "worker": started.worker,
        "started_on": started.started_on.isoformat(),
        "ended_on": ended_on.isoformat() if ended_on else None,
    }


def _duty(folder: Folder, duty: Duty, now: datetime) -> View:
    protocol = folder.protocol
    ladder = protocol.ladder(duty.ladder)
    return {
        "duty": duty.id,
        "kind": duty.kind,
        "what": short(duty.sentence),
        "owner": duty.owner,
        "due_at": iso(duty.due_at),
        "late": how_late(duty.due_at, duty.ended_at or now, protocol.holidays),
        "rung": duty.rung + 1,
        "rung_role": ladder[duty.rung].role if 0 <= duty.rung < len(ladder) else None,
        "ended": duty.ended,
        "ended_at": iso(duty.ended_at),
        "ended_by": duty.ended_by or None,
    }
