"""What must be true after what befell a family: births, deaths, moves, outcomes, placements, a census, mergers and
corrections (rules ICPC-07, TRF-02, LAC-01; decisions 0009 and 0010).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from tests.simulation.calendar_sums import count, end_of_working_day, local_day, night, parsed, working_day
from tests.simulation.desk import Desk
from tests.simulation.matters import Meeting
from tests.simulation.reading import Fact
from tests.simulation.touching import CONFERENCES

OURS = CONFERENCES | {"core_group", "looked_after_review"}
ISSUED = {"InvitationIssued", "PaperIssued", "LetterIssued"}
OF_PAST_MEETINGS = {
    *("tell_treatment", "send_minutes", "send_decision", "send_minutes_treatment", "send_decision_treatment"),
    *("send_invitation", "report_from_treatment", "ask_report_treatment"),
}


def _latest(desk: Desk, type_: str, name: str) -> dict[str, Fact]:
    """Of each thing of that name the later record."""
    found: dict[str, Fact] = {}
    for fact in sorted(desk.family.standing(type_), key=lambda f: (f.recorded, f.seq)):
        found[fact.body[name]] = fact
    return found


def the_dead(desk: Desk) -> None:
    """Nobody writes to the dead, nothing is owed to or about them, and no meeting is held about them."""
    dead = desk.family.household.dead
    for fact in desk.family.fresh if dead else ():
        who = fact.body.get("person") if fact.type in ISSUED and fact.body.get("mailed", True) else None
        if who in dead and fact.seq > dead[who].seq:
            desk.say("mail-to-the-dead", f"{fact.type} to {who}, who died on {dead[who].body['on']}")
    for duty in desk.family.duties.values() if dead else ():
        about = {duty.to, duty.now.get("adult")} & dead.keys()
        if duty.open and about:
            desk.say("owed-to-the-dead", f"{duty.kind} {duty.id} is open, about {', '.join(map(str, about))}")
    for meeting in _to_come(desk) if dead else ():
        if meeting.due.get("adult") in dead or meeting.due.get("child") in dead:
            desk.say("met-about-the-dead", f"{meeting.id} is booked still")


def _to_come(desk: Desk) -> Iterator[Meeting]:
    for meeting in desk.family.meetings.values():
        if meeting.booked and meeting.sat is None and meeting.booked.starts_at > desk.now:
            yield meeting


def addresses(desk: Desk) -> None:
    """Another address is no reason for another deadline."""
    fresh = desk.family.fresh
    moved = {f.event for f in fresh if f.type == "AddressChanged"}
    reopened = {f.body["duty"] for f in fresh if f.type == "DutyReopened"}
    for fact in fresh:
        if fact.type == "DutyEnded" and fact.event in moved and fact.body["how"] == "lapse":
            duty = desk.family.duties.get(fact.body["duty"])
            if duty and not duty.kind.startswith("send_"):
                desk.say("moved-by-address", f"{duty.kind} {duty.id} lapsed because somebody has another address")
        elif fact.type == "DutyMoved" and fact.event in moved and fact.body["duty"] not in reopened:
            duty = desk.family.duties.get(fact.body["duty"])
            before = [t for t in duty.turns if t.seq < fact.seq] if duty else []
            due = [_due(t) for t in before if _due(t)]
            if duty and due and due[-1] != _due(fact):
                desk.say("moved-by-address", f"{duty.kind} {duty.id} has another deadline")


def _due(turn: Fact) -> datetime | None:
    told = turn.body["duty"].get("due_at") if turn.type == "DutyOpened" else turn.body.get("due_at")
    return parsed(told) if told else None


def moves(desk: Desk) -> None:
    """The other area is told that the family moved there; once it has conferred, nothing is ours to hold."""
    told, taken = _latest(desk, "AreaNotified", "move"), _latest(desk, "ReceivingConferenceHeld", "move")
    back = desk.family.standing("TransferNotified")
    for move, fact in _latest(desk, "FamilyMovedOut", "move").items():
        duty = desk.duty("notify_area", move)
        if duty is None or (duty.ended and duty.ended.body["how"] == "lapse"):
            desk.say("area-untold", f"nobody owes it to tell {fact.body['to_area']} of the move {move}")
        elif duty.ended and duty.ended.body["how"] == "evidence" and move not in told:
            desk.say("area-untold", f"{duty.id} ended, and nobody recorded that {fact.body['to_area']} was told")
        elif duty.open and move in told:
            desk.say("area-untold", f"{duty.id} is open, though {fact.body['to_area']} was told")
        elif duty.open and duty.due > _next_day(fact, date.fromisoformat(fact.body["on"])):
            desk.say("area-untold", f"{duty.id} is due too late, {duty.due:%d %b %H:%M}")
        if fact.body.get("temporary") or back:
            continue
        for meeting in _to_come(desk):
            if move in taken or meeting.kind not in OURS:
                desk.say("still-ours", f"{meeting.id} is booked, though the family moved to {fact.body['to_area']}")


def _next_day(fact: Fact, on: date) -> datetime:
    return max(night(working_day(on, count("MOVE-01", 1))), end_of_working_day(fact.at, count("MOVE-01", 1)))


def disputes(desk: Desk) -> None:
    """Managers owe the end of each dispute; while it lasts, the conference stays due; nobody confers without need."""
    ends = _latest(desk, "DisputeResolved", "dispute")
    disputed = _latest(desk, "ConferenceDisputed", "dispute")
    for dispute in disputed:
        duty = desk.duty("resolve_dispute", dispute)
        if duty is None or (duty.ended and duty.ended.body["how"] == "lapse"):
            desk.say("dispute-unsettled", f"nobody owes it to resolve {dispute}")
        elif duty.ended and duty.ended.body["how"] == "evidence" and dispute not in ends:
            desk.say("dispute-unsettled", f"{duty.id} ended, and nobody resolved {dispute}")
        elif duty.open and dispute in ends:
            desk.say("dispute-unsettled", f"{duty.id} is open, though {dispute} is resolved")
    enquiries = {f.body["discussion"] for f in desk.family.standing("StrategyDiscussionHeld") if f.body["section_47"]}
    asked = {f.body["discussion"]: f for f in desk.family.standing("ConferenceAskedFor")}
    if len(enquiries) != 1:
        return  # which of them are of one enquiry can be read both ways
    (enquiry,) = enquiries
    concluded = _latest(desk, "Section47Concluded", "discussion").get(enquiry)
    needless = concluded is not None and not concluded.body["conference_required"] and not disputed
    needless = needless and enquiry in asked and concluded is not None and asked[enquiry].recorded < concluded.recorded
    last = [ends[d] for d in disputed if d in ends]
    needless = needless or (len(disputed) == 1 and len(last) == 1 and not last[0].body["conference"])
    for meeting in _to_come(desk) if needless else ():
        if meeting.id == f"initial-conference:{enquiry}":
            desk.say("needless-conference", f"{meeting.id} is booked, though none is required")


def placements(desk: Desk) -> None:
    """The first review of a child looked after is due within twenty working days; of one whose first day nobody knows,
    a person must find out; of one that ended, none is due."""
    ended = _latest(desk, "LookedAfterEnded", "placement")
    for placement, fact in _latest(desk, "LookedAfterStarted", "placement").items():
        child, first = fact.body["child"], desk.family.meetings.get(f"looked-after-review:{placement}:1")
        if placement in ended:
            if any(m.id.startswith(f"looked-after-review:{placement}:") for m in _to_come(desk)):
                desk.say("needless-review", f"a review of {placement} is booked, though it ended")
            continue
        gone = child in desk.family.household.dead or child not in desk.family.household.members or _left(desk)
        if gone or (first and first.sat):
            continue
        if fact.body.get("on"):
            latest = working_day(date.fromisoformat(fact.body["on"]), count("LAC-01a", 20))
            if first is None or first.no_longer_due or date.fromisoformat(first.due["due_on"]) > latest:
                desk.say("review-misdated", f"no first review of {placement} is due by {latest}")
        elif first is None and not any(d.open or d.ended for d in desk.duties("set_date")):
            desk.say("review-misdated", f"nobody must find out since when {child} has been looked after")


def _left(desk: Desk) -> bool:
    return bool(desk.family.standing("ReceivingConferenceHeld"))


def of_before(desk: Desk) -> None:
    """What a return tells of the past opens no duty about it."""
    fresh = desk.family.fresh
    told = {f.event for f in fresh if f.type in ("ConferenceHeldBefore", "PlanStoodBefore")}
    for fact in fresh:
        if fact.event in told and fact.type == "DutyOpened" and fact.body["duty"]["kind"] in OF_PAST_MEETINGS:
            desk.say("duty-about-the-past", f"{fact.body['duty']['kind']} was opened because of a census")
        elif fact.event in told and fact.type == "MeetingFellDue" and fact.body["kind"] == "initial_conference":
            desk.say("duty-about-the-past", f"{fact.body['meeting']} fell due because of a census")


def joined(desk: Desk) -> None:
    """Each duty that was open goes on under its old id, by the day that it had."""
    family = desk.family
    for id_, due in family.awaited.items():
        duty = family.duties[id_]
        late = f"{duty.kind} {id_} was due {due:%d %b %H:%M} before the families joined, and is not now"
        desk.say("lost-in-joining", late)
    family.awaited.clear()


def corrected(desk: Desk) -> None:
    """Minutes in error are corrected or withdrawn: whoever had a copy hears of it."""
    if desk.family.formerly:
        return  # of families that joined not read yet: what each knew of the minutes may be read both ways
    for meeting in desk.family.meetings.values():
        wrong = meeting.corrected
        if wrong is None or local_day(desk.now) <= working_day(local_day(wrong.at), 1):
            continue
        said = [f for f in meeting.said if f.event == wrong.body["record"] and f.type == "MinutesRecorded"]
        if not said or (meeting.minutes and meeting.minutes.body == said[0].body):
            continue
        for mail in desk.family.mails_of.get(meeting.id, ()):
            had = mail.kind == "minutes" and mail.seq < wrong.seq and mail.fate() in ("accepted", "collected")
            if had and mail.person not in desk.family.household.dead and not _heard_of_it(desk, meeting, mail.person):
                desk.say("correction-untold", f"{mail.person} had minutes of {meeting.id} that do not stand")


def _heard_of_it(desk: Desk, meeting: Meeting, person: str) -> bool:
    """By a copy made since, or a duty to tell them so."""
    assert meeting.corrected
    seq = meeting.corrected.seq
    copies = (m for m in desk.family.mails_of.get(meeting.id, ()) if m.person == person and m.kind == "minutes")
    if any(m.seq > seq for m in copies):
        return True
    owed = desk.duties("withdraw_paper", "send_minutes", "send_minutes_treatment")
    return any(
        d.now.get("meeting") == meeting.id and d.to == person and (d.open or d.turns[-1].seq > seq) for d in owed
    )


CHECKS = (the_dead, addresses, moves, disputes, placements, of_before, joined)
