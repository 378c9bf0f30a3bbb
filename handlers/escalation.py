"""The ladder: a late duty climbs, one rung at a time, each rung a named person who is mailed (rules 3.41, ESC-01).

A rung whose post is empty, or has no address, is climbed all the same and says so, loudly: the next follows at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec.structs import replace

from handlers import facts as f
from handlers.case_file import CaseFile
from handlers.concerns import in_order
from handlers.effects import Occasion, SendNotice
from handlers.facts import Duty, DutyKind, Finding
from handlers.letters import went
from handlers.meetings.inviting import taken_by_the_relay
from handlers.partnership import Directory
from handlers.people import Recipient, Text, derived
from handlers.protocol import Protocol
from handlers.working_days import add_working_days, end_of_day, in_words, local_day, start_of_business

AN_HOUR = timedelta(hours=1)
# Duties that end when somebody else speaks; until our mail to them was taken, the failure is ours.
THEIRS: frozenset[DutyKind] = frozenset({"tell_treatment", "tell_change"})
UNSENT = "send_treatment"


def climbs_at(duty: Duty, protocol: Protocol, file: CaseFile) -> datetime | None:
    """When this duty goes before the next person of its ladder; None once it has ended or the ladder has.

    The first rung: when the offices open on the working day after it fell late, or at once if what was sent for it
    failed or nobody can be sent it. Each further one as many working days later as its rung says, or at once if the
    notice to the last reached nobody (rules 3.41). What was late when it came to be known has the next working day
    (decision 16), and what was put off since it climbed waits until it is late again. Rungs that must hear before the
    meeting begins do, however few days there are.
    """
    if duty.ended is not None:
        return None
    name = ladder_of(duty, file)
    ladder = protocol.ladder(name)
    rung = duty.rung if name == duty.ladder else -1
    if rung + 1 >= len(ladder):
        return None
    if duty.climbed_at is None and duty.at_once:
        return duty.opened_at
    if duty.climbed_at and (duty.rung_failed or not duty.rung_message):
        return duty.climbed_at
    since, days = _due_at(duty, protocol), 1
    if duty.climbed_at and duty.climbed_at > duty.due_at:
        since, days = duty.climbed_at, ladder[rung + 1].after
    in_turn = start_of_business(add_working_days(local_day(since), max(1, days), protocol.holidays))
    starts_at = _meeting_starts_at(duty, file)
    if starts_at is None or not any(step.before_meeting for step in ladder[rung + 1 :]):
        return in_turn
    if duty.not_late_before and starts_at < duty.not_late_before:  # a correction says that it had not sat after all
        return in_turn
    return min(in_turn, _last_chance(duty, starts_at, protocol))


def ladder_of(duty: Duty, file: CaseFile) -> str:
    """Our failure to send climbs our ladder, the silence of those who were told climbs theirs (rules 3.41)."""
    if duty.kind not in THEIRS:
        return duty.kind
    return duty.kind if _handed_over(duty, file) else UNSENT


def _handed_over(duty: Duty, file: CaseFile) -> bool:
    """Whether the relay took what was sent for this duty to whoever it is owed to."""
    meeting = file.meetings.get(duty.meeting or "")
    if meeting is None:
        return went(file, duty.id, duty.to or "") is not None
    invitation = meeting.invitations.get(duty.to or "")
    if invitation is None or invitation.cancelled:
        return False
    return taken_by_the_relay(meeting, invitation) is not None


def _due_at(duty: Duty, protocol: Protocol) -> datetime:
    if duty.due_at > duty.opened_at:
        return duty.due_at
    return end_of_day(add_working_days(local_day(duty.opened_at), 1, protocol.holidays))


def _meeting_starts_at(duty: Duty, file: CaseFile) -> datetime | None:
    meeting = file.meetings.get(duty.meeting or "")
    return meeting.booked.starts_at if meeting and meeting.open and meeting.booked else None


def _last_chance(duty: Duty, starts_at: datetime, protocol: Protocol) -> datetime:
    """When mail becomes too late (CALL-01); for what was fixed later than that, an hour before the meeting."""
    too_late_at = protocol.deadline("CALL-01", starts_at).due_at
    return too_late_at if duty.opened_at < too_late_at else starts_at - AN_HOUR


def climb(
    file: CaseFile, protocol: Protocol, directory: Directory, now: datetime, cause: str
) -> Iterator[Finding | SendNotice]:
    """Each late duty goes up as many rungs as it must by now, with a notice to whoever stands on each.

    cause: the event decided about, since a duty may begin its ladder anew twice at one instant.
    """
    for duty in (d for d in file.duties.values() if d.ended is None):
        at = climbs_at(duty, protocol, file)
        while at is not None and at <= now:
            name = ladder_of(duty, file)
            rung = duty.rung + 1 if name == duty.ladder else 0
            to = holder(protocol.ladder(name)[rung].role, duty, directory)
            message = _name(file, duty, "late", f"{name} {rung}", to, now, cause) if to and to.address else ""
            duty = replace(duty, ladder=name, rung=rung, climbed_at=now, rung_message=message, rung_failed=False)
            yield from _put_before(file, duty, to, protocol, directory, now)
            at = climbs_at(duty, protocol, file)


def _put_before(
    file: CaseFile, duty: Duty, to: Recipient | None, protocol: Protocol, directory: Directory, now: datetime
) -> Iterator[Finding | SendNotice]:
    role = protocol.ladder(duty.ladder)[duty.rung].role
    who = to.person if to else "nobody: the post is empty"
    due = f"it {'was' if duty.due_at < now else 'is'} due {in_words(duty.due_at)}"
    climbed = f.RungClimbed(duty.id, duty.rung, role, to.person if to else None, duty.ladder, duty.rung_message)
    starts_at = _meeting_starts_at(duty, file)
    near = ", since the meeting is near" if starts_at and _last_chance(duty, starts_at, protocol) <= now else ""
    yield Finding(climbed, f"{due}; put before {role} ({who}){near}", duty.rule)
    if to and duty.rung_message:
        yield _notice(file, duty, to, "late", duty.rung_message, directory, now)


def holder(role: str, duty: Duty, directory: Directory) -> Recipient | None:
    """Who stands on this rung: a post of the area, or of the treatment service that the duty is about."""
    agency = directory.agencies.get(duty.service or "")
    if role in ("treatment_worker", "referrer", "invitee", "chair"):
        return directory.recipient(duty.to or "")
    if role in ("single_point_of_contact", "service_manager") and agency:
        own = agency.service_manager if role == "service_manager" else agency.single_point_of_contact
        if own:
            return directory.recipient(own)
    post = directory.post(role)
    return directory.recipient(post.worker) if post else None


def ask_for_calls(
    file: CaseFile, protocol: Protocol, directory: Directory, now: datetime, cause: str
) -> Iterator[Finding | SendNotice]:
    """A duty that has become a telephone call is put before its named caller at once (decision 13)."""
    for duty in file.duties.values():
        if duty.ended is not None or not duty.by_telephone or duty.caller_asked:
            continue
        caller = _caller(duty, protocol, directory)
        who = caller.person if caller else "nobody (the post is empty)"
        asked = f.CallAskedFor(duty.id, caller.person if caller else None)
        yield Finding(asked, f"it is too late for mail: {who} must ring", "CALL-01")
        if caller and caller.address:
            message = _name(file, duty, "telephone", str(duty.rung), caller, now, cause)
            yield _notice(file, duty, caller, "telephone", message, directory, now)


def _caller(duty: Duty, protocol: Protocol, directory: Directory) -> Recipient | None:
    """The owner of the duty; where that post is empty or has no address, the next up our own ladder who can be told."""
    roles = [duty.owner, *(rung.role for rung in protocol.ladder("default"))]
    found = [holder(role, duty, directory) for role in roles]
    return next((to for to in found if to and to.address), found[0])


def _name(file: CaseFile, duty: Duty, occasion: Occasion, rung: str, to: Recipient, now: datetime, cause: str) -> str:
    return derived("notice", str(file.stream), duty.id, occasion, rung, to.person, now.isoformat(), cause)


def _notice(
    file: CaseFile,
    duty: Duty,
    to: Recipient,
    occasion: Occasion,
    message: str,
    directory: Directory,
    now: datetime,
) -> SendNotice:
    return SendNotice(
        message=message,
        to=to,
        meeting=duty.meeting or "",
        family="" if directory.treats(to.person) else file.family,  # theirs to know only by their own reference
        occasion=occasion,
        duty=duty.id,
        sentence=duty.sentence,
        due_at=duty.due_at,
        rung=duty.rung,
        team=directory.team,
        telephone=directory.telephone,
        stamped_at=now,
        because="the duty is late" if occasion == "late" else "it is too late for mail",
        client_reference=_reference(file, duty, to, directory),
        ring=duty.to if occasion == "telephone" else None,
    )


def _reference(file: CaseFile, duty: Duty, to: Recipient, directory: Directory) -> Text | None:
    """The treatment service's own reference for its client, for that service's eyes alone (decision 22)."""
    known = directory.workers.get(to.person)
    if known is None or known.agency != duty.service:
        return None
    episodes = (x.told for x in in_order(file) if (x.told.person, x.told.service) == (duty.adult, duty.service))
    return next((told.client_reference for told in reversed([*episodes]) if told.client_reference), None)
