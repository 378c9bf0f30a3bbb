"""Late duties climb: on time, the right ladder, before the right person, by a mail that really went.

Our failure to send climbs our ladder, their silence climbs theirs; before a meeting begins the service manager has
been told (Joint Guidance 23, rules 3.41). The numbers of the rungs are those of the rule pack.
"""

from __future__ import annotations

from datetime import datetime

from tests.simulation.calendar_sums import ladder, local_day, london, morning_after, working_day
from tests.simulation.desk import Desk
from tests.simulation.matters import FAILED, Duty
from tests.simulation.reading import Directory, Fact

OURS = {"coordinator", "conference_unit_manager", "head_of_service"}
THEIRS = {"treatment_worker", "single_point_of_contact", "board"}
OF_A_SERVICE = {"single_point_of_contact", "service_manager"}
Rung = tuple[str, int, bool]


def climbed(desk: Desk) -> None:
    """Each rung climbed just now."""
    for fact in desk.family.fresh:
        duty = desk.family.duties.get(fact.body["duty"]) if fact.type == "RungClimbed" else None
        if duty is not None:
            _right_person(desk, duty, fact)
            _right_ladder(desk, duty, fact)
            _mailed(desk, duty, fact)


def _right_person(desk: Desk, duty: Duty, fact: Fact) -> None:
    role, person = fact.body["role"], fact.body["person"]
    expected: set[str | None] = set()
    for directory in desk.area.directories():
        expected |= _holders(desk, directory, duty, role, fact)
    if person not in expected:
        desk.say(
            "rung-wrong-person", f"{duty.id} was put before {person} as {role}, which is {sorted(map(str, expected))}"
        )


def _holders(desk: Desk, directory: Directory, duty: Duty, role: str, fact: Fact) -> set[str | None]:
    """Who may hold that post, for this duty."""
    if role in ("treatment_worker", "chair"):
        return {duty.to_at(fact.seq)}
    if role in ("referrer", "invitee"):
        made = [r.body["made_by"] for r in desk.family.referrals.values()]
        return {duty.to_at(fact.seq), *made}
    if role in OF_A_SERVICE:
        services = {duty.now.get("service") or "", directory.agency_of(duty.to_at(fact.seq))}
        if duty.now.get("service"):
            services = {duty.now["service"]}
        held: set[str | None] = {directory.post(service, role) for service in services}
        held = {who for who in held if who in directory.workers} or {None}
        return held if held != {None} else {None, directory.holder(role)}
    return {directory.holder(role)}


def _right_ladder(desk: Desk, duty: Duty, fact: Fact) -> None:
    """While the present invitation is not handed over it is our failure; once it is, their silence."""
    if duty.kind != "tell_treatment":
        return
    meeting = desk.family.meetings.get(duty.now["meeting"])
    if meeting is None or meeting.booked is None or meeting.sat is not None:
        return
    to, role = duty.to_at(fact.seq), fact.body["role"]
    mail = desk.family.invitation(duty.now["meeting"], to, before=fact.seq) if to else None
    handed = mail is not None and mail.kind == "invitation" and mail.fate(before=fact.seq) == "accepted"
    if role in THEIRS and not handed:
        desk.say("wrong-ladder", f"{duty.id} was put before {role}, though nothing was handed over to {to}")
    if role in OURS and handed:
        desk.say("wrong-ladder", f"{duty.id} was put before {role}, though {to} is the one who is silent")


def _mailed(desk: Desk, duty: Duty, fact: Fact) -> None:
    person, message = fact.body["person"], fact.body["message"]
    if not person or not all(directory.mailed(person) for directory in desk.area.directories()):
        return
    if not message:
        if not _may_not_be_written_to(desk, duty, person):
            desk.say("rung-unmailed", f"{duty.id} was put before {person}, and no mail was written")
    elif message not in desk.posted and not desk.family.mails[message].fates:
        desk.say("rung-unmailed", f"{duty.id} was put before {person}, and the mail never reached the post")


def _may_not_be_written_to(desk: Desk, duty: Duty, person: str) -> bool:
    """A duty about what needs consent puts nothing before a treatment worker without one."""
    meeting = desk.family.meetings.get(duty.now.get("meeting") or "")
    needs = meeting is not None and meeting.kind in ("fip_review", "joint_care_plan_review", "care_plan_meeting")
    return desk.directory.treats(person) and (needs or duty.kind == "tell_change")


def by_the_clock(desk: Desk) -> None:
    """Open duties whose next rung should have come by now."""
    for duty in desk.family.duties.values():
        if duty.ended is not None:
            continue
        expected = _next_at(desk, duty)
        if expected is not None and expected < desk.now:
            desk.say(
                "silent-ladder", f"{duty.kind} {duty.id}, due {duty.due:%d %b %H:%M}, should have climbed by {expected}"
            )
        if duty.kind == "tell_treatment":
            _manager_before_meeting(desk, duty)


def _next_at(desk: Desk, duty: Duty) -> datetime | None:
    """The latest instant, by any reading, at which the next rung must have been climbed; None if there is none."""
    since = max(duty.since.at, duty.ladder_at or duty.since.at)
    if duty.now.get("at_once") and not duty.climbs:
        return since
    climbs = [c for c in duty.climbs if c.at >= since]
    if not climbs:
        return _first_at(duty, since) if duty.due < desk.now else None
    last = climbs[-1]
    following = _following(desk, duty, last)
    if following is None:
        return None
    if _came_to_nothing(desk, last):
        return last.at if not last.body["message"] else _failed_at(desk, last)
    passed = working_day(local_day(last.at), following[1]) if following[1] else local_day(last.at)
    return max(morning_after(passed), morning_after(local_day(duty.due)))


def _first_at(duty: Duty, since: datetime) -> datetime:
    """09:00 on the working day after it was due; what was recorded late is not late before the next day's end."""
    told = [turn.at for turn in duty.turns if turn.type == "DutyMoved"]
    known = max([since, *told])
    if known < duty.due:
        return morning_after(local_day(duty.due))
    return max(morning_after(local_day(duty.due)), morning_after(working_day(local_day(known), 1)))


def _following(desk: Desk, duty: Duty, last: Fact) -> Rung | None:
    """The rung after the last one climbed; one that only counts before the meeting is passed over afterwards."""
    rungs = list(ladder(duty.now.get("ladder") or "default"))
    places = [i for i, (role, _, _) in enumerate(rungs) if role == last.body["role"]]
    rest = rungs[places[-1] + 1 :] if places else []
    climbed = {c.body["role"] for c in duty.climbs}
    begun = _begun(desk, duty)
    rest = [r for r in rest if r[0] not in climbed and not (r[2] and begun)]
    return rest[0] if rest else None


def _begun(desk: Desk, duty: Duty) -> bool:
    meeting = desk.family.meetings.get(duty.now.get("meeting") or "")
    starts_at = meeting.starts_at if meeting else None
    return starts_at is not None and starts_at <= desk.now


def _came_to_nothing(desk: Desk, climb: Fact) -> bool:
    if not climb.body["person"] or not climb.body["message"]:
        return True
    return desk.family.mails[climb.body["message"]].fate() in FAILED


def _failed_at(desk: Desk, climb: Fact) -> datetime:
    return max(at for _, at, fate in desk.family.mails[climb.body["message"]].fates if fate in FAILED)


def _manager_before_meeting(desk: Desk, duty: Duty) -> None:
    """Told in time or not: when a meeting begins and the duty is still open, the service manager has heard of it."""
    meeting = desk.family.meetings.get(duty.now["meeting"])
    if meeting is None or meeting.booked is None or meeting.sat is not None:
        return
    starts_at = meeting.booked.starts_at
    day_before = working_day(local_day(starts_at), -1)
    since = max(duty.since.at, duty.to_since(), meeting.booked.at)
    if desk.now <= starts_at or since >= london(day_before, 9):
        return
    if not any(f.body["role"] == "service_manager" for f in duty.climbs):
        desk.say("manager-untold-before-meeting", f"{duty.id}: {meeting.id} began, and no service manager was told")


def standing_orders(desk: Desk) -> None:
    """Every open duty has an owner and a time."""
    for duty in desk.family.duties.values():
        if duty.open and not duty.now.get("owner"):
            desk.say("ownerless", f"{duty.kind} {duty.id} is open and nobody's")
        if duty.open and not duty.now.get("due_at"):
            desk.say("deadline-missing", f"{duty.kind} {duty.id} has no deadline")
