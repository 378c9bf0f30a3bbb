"""Is everybody told of every meeting who must be, by when, and with a basis? What should be owed, against what is.

The duty to tell must exist, be owed to the right person, not too late, and not have ended but for a good reason.
"""

from __future__ import annotations

from datetime import datetime

from tests.simulation.calendar_sums import (
    count,
    end_of_working_day,
    ladder,
    local_day,
    night,
    working_day,
    working_days_before,
)
from tests.simulation.desk import Desk
from tests.simulation.evidence_checks import told_amiss, who_know
from tests.simulation.matters import FAILED, Booking, Duty, Meeting
from tests.simulation.reading import FAMILY, Directory
from tests.simulation.touching import CONFERENCES, PURPOSES, Concern, anybody, basis, concerns, signs, standing_basis


def must_be_told(desk: Desk) -> None:
    """What each meeting asks for, meeting by meeting."""
    for meeting in desk.family.meetings.values():
        if meeting.sat is None and meeting.off is not None:
            _told_that_it_is_off(desk, meeting, *meeting.off)
        if meeting.booked is None:
            continue
        for concern in desk.touched_by(meeting):
            match standing_basis(desk.family, concern, meeting):
                case "yes":
                    _told(desk, meeting, concern)
                case "refused":
                    _refusal_shows(desk, meeting, concern)
                case "none":
                    _consent_sought(desk, meeting, concern)


def _told(desk: Desk, meeting: Meeting, concern: Concern) -> None:
    duty = desk.about("tell_treatment", meeting.id, concern)
    what = f"{concern.service or 'nobody'} of {meeting.id}, for {concern.adult}"
    if duty is None:
        desk.say("untold", f"nobody owes it to tell {what}")
        return
    if duty.ended and duty.ended.body["how"] == "lapse":
        desk.say("ended-without-evidence", f"the duty to tell {what} lapsed, though it is owed")
        return
    if duty.ended and duty.ended.body["how"] == "reason":
        return
    _owed_to_the_right_person(desk, meeting, concern, duty, what)
    if duty.ended and (amiss := told_amiss(desk.family, duty)):
        desk.say(*amiss)
    if duty.open:
        _due_in_time(desk, meeting, concern, duty, what)
    if meeting.kind in CONFERENCES and meeting.sat is None and desk.now < _start(meeting):
        _report_asked(desk, meeting, concern, what)


def _start(meeting: Meeting) -> datetime:
    starts_at = meeting.starts_at
    assert starts_at is not None
    return starts_at


def _owed_to_the_right_person(desk: Desk, meeting: Meeting, concern: Concern, duty: Duty, what: str) -> None:
    """Until it begins: a key worker replaced, away or not to be reached hands the duty on, and the next must know."""
    if meeting.sat is not None or desk.now >= _start(meeting):
        return
    expected = desk.people(concern, local_day(_start(meeting)))
    if concern.episode is not None and concern.episode.ended_on is not None:
        expected |= anybody(desk.directory, concern.service, concern.episode)
    duty.right |= {who for who in expected if who}
    nobody_left = expected == {None} and bool(who_know(desk.family, duty))
    amiss = duty.to not in expected and not (duty.ended and (nobody_left or expected & _know(desk, concern, duty)))
    named = ", ".join(sorted(str(x) for x in expected))
    desk.say_in_time(duty, amiss, "untold", f"to tell {what} is owed to {duty.to}, not to {named}")
    if duty.to is None and duty.open and None in expected and concern.service:
        _representative_named(desk, concern, what)


def _know(desk: Desk, concern: Concern, duty: Duty) -> set[str | None]:
    """Who certainly knows. A key worker who knows, still is one and is at work need not be told again by another,
    though mail to them may have come back."""
    knows: set[str | None] = set(who_know(desk.family, duty))
    here = {
        w
        for w in concern.workers
        if desk.directory.mailed(w) and not any(desk.directory.away(w, d) for d in desk.days())
    }
    return knows | (desk.people(concern) if knows & here else set())


def _representative_named(desk: Desk, concern: Concern, what: str) -> None:
    """Nobody can be reached: somebody must name somebody, and hears of it that day."""
    named = [d for d in desk.duties("name_representative") if d.now.get("service") == concern.service]
    if not any(d.open or (d.ended and d.ended.body["how"] == "reason") for d in named):
        desk.say("untold", f"nobody can be told for {what}, and nobody is asked to name a representative")
    elif not any(d.climbs for d in named):
        desk.say("silent-ladder", f"nobody can be told for {what}, and it was put before nobody")


def _due_in_time(desk: Desk, meeting: Meeting, concern: Concern, duty: Duty, what: str) -> None:
    """The end of the next working day after meeting and concern are both known, or after it was reopened; and before
    the meeting begins."""
    assert meeting.booked is not None and meeting.fixed_at is not None
    since = max(meeting.fixed_at, concern.known_at, duty.since.at)
    starts_at = meeting.booked.starts_at
    if since >= starts_at:
        return
    latest = min(end_of_working_day(since, count("TELL-01", 1)), starts_at)
    if duty.due > latest:
        desk.say(
            "untold", f"to tell {what} is due {duty.due:%d %b %H:%M}, too late: it must be by {latest:%d %b %H:%M}"
        )


def _report_asked(desk: Desk, meeting: Meeting, concern: Concern, what: str) -> None:
    known = anybody(desk.directory, concern.service, concern.episode)
    if any(person in known for _, person in meeting.reports):
        return
    asked = desk.about("ask_report_treatment", meeting.id, concern)
    has_asked = asked is not None and asked.ended is not None and asked.ended.body["how"] == "evidence"
    for kind in ("ask_report_treatment", "report_from_treatment")[: 2 if has_asked else 1]:
        duty = desk.about(kind, meeting.id, concern)
        if duty is None or (duty.ended and duty.ended.body["how"] == "lapse"):
            desk.say("report-not-asked", f"{kind} is not owed, to {what}")
        elif duty.open and kind == "report_from_treatment":
            _report_due(desk, meeting, duty, what)


def _report_due(desk: Desk, meeting: Meeting, duty: Duty, what: str) -> None:
    rule, days = ("REP-01b", 5) if meeting.kind == "review_conference" else ("REP-01a", 3)
    before = night(working_day(local_day(_start(meeting)), -count(rule, days)))
    latest = max(before, end_of_working_day(max(duty.since.at, duty.to_since()), 1))
    booked = meeting.booked
    if booked and duty.due > max(latest, end_of_working_day(booked.at, 1)):
        desk.say("report-not-asked", f"the report of {what} is due too late, {duty.due:%d %b %H:%M}")


def _consent_sought(desk: Desk, meeting: Meeting, concern: Concern) -> None:
    """Without a basis the coordinator seeks one; nothing goes to the service."""
    if meeting.sat is not None or desk.now >= _start(meeting):
        return
    if not any(d.ended is None or d.ended.body["how"] == "reason" for d in _seeking(desk, meeting, concern)):
        desk.say("consent-not-sought", f"nobody seeks the consent of {concern.adult} for {meeting.id}")


def _seeking(desk: Desk, meeting: Meeting, concern: Concern) -> list[Duty]:
    kinds = {m.id for m in desk.family.meetings.values() if m.kind == meeting.kind}
    found = (d for d in desk.duties("seek_consent") if d.now.get("adult") == concern.adult)
    return [d for d in found if d.now.get("meeting") in (None, *kinds)]


def _refusal_shows(desk: Desk, meeting: Meeting, concern: Concern) -> None:
    if meeting.sat is not None or desk.now >= _start(meeting):
        return
    for duty in _seeking(desk, meeting, concern):
        if duty.ended and duty.ended.body["how"] == "reason":
            return
        if (
            duty.ended
            and duty.ended.body["how"] == "evidence"
            and any(word in duty.ended.body["by"] for word in ("refus", "withdr"))
        ):
            return
    desk.say("refusal-invisible", f"{concern.adult} refused consent for {meeting.id}, and no duty says so")


# What may end a concern.
FALLS = ("FlagRecorded", "FactorWithdrawn", "FactorsAssessed")


def _told_that_it_is_off(desk: Desk, meeting: Meeting, seq: int, at: datetime, booking: Booking) -> None:
    """Whoever was invited for a treatment service hears that the meeting is off."""
    if at >= booking.starts_at:
        return
    for duty in list(desk.duties("tell_treatment")):
        if duty.now["meeting"] != meeting.id or not _was_owed(desk, meeting, duty, seq):
            continue
        asked = [p for p in duty.ever_to() if _was_invited(desk, meeting, p, seq)]
        fell = any(fact.at == at for type_ in FALLS for fact in desk.family.standing(type_))
        if not asked or fell:
            continue  # nobody to tell, or the concern may have fallen at the same hour
        matter = ("tell_treatment_cancelled", meeting.id, duty.now.get("adult") or "", duty.now.get("service") or "")
        later = [d for d in desk.family.by_matter.get(matter, ()) if d.seq > seq or d.since.seq > seq]
        if not later:
            desk.say("cancellation-untold", f"nobody owes it to tell {', '.join(asked)} that {meeting.id} is off")
        elif later[-1].open and later[-1].due > end_of_working_day(max(at, later[-1].since.at), 1):
            desk.say("cancellation-untold", f"to tell {', '.join(asked)} that {meeting.id} is off is due too late")


def _was_owed(desk: Desk, meeting: Meeting, duty: Duty, seq: int) -> bool:
    """Whether, when the booking fell, somebody was certainly to be told of it, and may still be written to."""
    lapsed = duty.ended and duty.ended.body["how"] == "lapse" and duty.ended.seq < seq
    purpose, adult = PURPOSES.get(meeting.kind), duty.now.get("adult") or ""
    if lapsed or not _still_a_concern(desk, adult or FAMILY, duty.now.get("service") or ""):
        return False
    return purpose is None or basis(desk.family, adult, purpose) == "yes"


def _still_a_concern(desk: Desk, adult: str, service: str) -> bool:
    known = concerns(desk.area, desk.family)
    if any((c.adult, c.service) == (adult, service) for c in known):
        return True
    if any(adult in (FAMILY, c.adult) for c in known):
        return False  # an episode speaks for it now
    here = (FAMILY, *desk.family.household.adults())
    own = [s for s in signs(desk.family) if (s.person or FAMILY) == adult]
    return adult in here and any(service in (desk.directory.services(s.substance) or [""]) for s in own)


def _was_invited(desk: Desk, meeting: Meeting, person: str, seq: int) -> bool:
    """Certainly asked by mail, and the mail did not come back; a meeting outside child protection still has a basis."""
    mail = desk.family.invitation(meeting.id, person, before=seq)
    return mail is not None and mail.kind == "invitation" and mail.mailed and mail.fate(before=seq) == "accepted"


def evidence(desk: Desk) -> None:
    """Each duty to tell that ends just now, whether still owed or not, ends by evidence or for somebody's reason."""
    for duty in desk.duties("tell_treatment"):
        if duty.ended is None or not any(fact is duty.ended for fact in desk.family.fresh):
            continue
        duty.right |= desk.speakers(duty) | desk.posts(duty) | desk.colleagues_there(duty)
        how = duty.ended.body["how"]
        if how == "reason" and duty.id not in desk.family.excused:
            desk.say("ended-without-evidence", f"{duty.id} ended for a reason that nobody gave")
        elif how == "evidence" and (amiss := told_amiss(desk.family, duty)):
            desk.say(*amiss)


def by_the_clock(desk: Desk) -> None:
    """What time alone brings: mails that should have left by now, calls that should be asked for."""
    for duty in desk.duties("tell_treatment"):
        meeting = desk.family.meetings.get(duty.now["meeting"])
        if duty.open and meeting and meeting.booked and meeting.sat is None:
            _invited(desk, meeting, duty, meeting.booked)
            _call_asked(desk, duty, meeting.booked)


def _invited(desk: Desk, meeting: Meeting, duty: Duty, booking: Booking) -> None:
    known = desk.directory.workers.get(duty.to or "")
    if known is None or not desk.reachable(duty.to) or desk.now >= booking.starts_at:
        return
    base = max(booking.at, duty.since.at, duty.to_since(), known.at)
    failed = [at for _, at, fate in desk.family.fates.get(known.body["worker"], ()) if fate in (*FAILED, "word")]
    if desk.now <= end_of_working_day(max([base, *failed]), 1):
        return
    mail = desk.family.invitation(meeting.id, known.body["worker"])
    if mail is None or mail.kind != "invitation" or not mail.mailed:
        desk.say("not-sent", f"{duty.to} was sent no invitation to {meeting.id}")
    elif mail.revision != booking.revision and mail.at < booking.at:
        desk.say("move-untold", f"{duty.to} was sent nothing about the new time of {meeting.id}")
    elif mail.id not in desk.posted and not mail.fates:
        desk.say("not-sent", f"the invitation to {meeting.id} for {duty.to} never reached the post")


def _call_asked(desk: Desk, duty: Duty, booking: Booking) -> None:
    """Under one working day before it begins, mail is too late: somebody is asked to ring."""
    turn = working_days_before(booking.starts_at, count("CALL-01", 1))
    since = max(duty.since.at, duty.to_since(), booking.at)
    if since >= booking.starts_at or duty.calls or duty.to is None:
        return
    if desk.now > max(turn, since) or (desk.touched and desk.now >= turn):
        desk.say("no-call", f"{duty.id} is still open so shortly before {duty.now['meeting']}, and nobody must ring")


def wrong_callers(desk: Desk) -> None:
    for fact in desk.family.fresh:
        if fact.type != "CallAskedFor" or fact.body["duty"] not in desk.family.duties:
            continue
        owner = desk.family.duties[fact.body["duty"]].now["owner"]
        holders = {who for directory in desk.area.directories() for who in _may_ring(directory, owner)}
        if fact.body["caller"] not in holders:
            desk.say("wrong-caller", f"{fact.body['caller']} is asked to ring, not the {owner}, {holders}")


def _may_ring(directory: Directory, owner: str) -> set[str | None]:
    """The owner's post; where it is empty or has no address, the next up our own ladder whom mail can reach."""
    posts = [owner, *(role for role, _, _ in ladder("default"))]
    holders = [directory.holder(role) for role in posts]
    return {next((who for who in holders if directory.mailed(who)), holders[0])}


def mails_without_basis(desk: Desk) -> None:
    """Nothing goes to a treatment service about what needs consent, while there is none."""
    family = desk.family
    for fact in family.fresh:
        if fact.type not in ("InvitationIssued", "PaperIssued", "RungClimbed") or not fact.body.get("message"):
            continue
        person = fact.body["person"]
        duty = family.duties.get(fact.body.get("duty", ""))
        meeting = family.meetings.get(fact.body.get("meeting") or (duty.now.get("meeting") if duty else "") or "")
        if meeting is None or fact.body.get("cancelled") or not desk.directory.treats(person):
            continue
        purpose = PURPOSES.get(meeting.kind)
        adults = _adults_of(desk, meeting, person, duty)
        if purpose and adults and all(basis(family, a, purpose, fact.seq) in ("none", "refused") for a in adults):
            desk.say("no-basis-mail", f"{person} was written to about {meeting.id} without a basis")


def _adults_of(desk: Desk, meeting: Meeting, person: str, duty: Duty | None) -> set[str]:
    """The adults about whom this worker may have been written to."""
    family = desk.family
    role = family.professionals.get(person, "treatment")
    if "treatment" not in role and "key_worker" not in role:
        return set()
    if meeting.due.get("adult"):
        return {meeting.due["adult"]}
    in_scope = family.household.adults()
    if duty is not None and duty.now.get("adult") in (*in_scope, FAMILY):
        return {duty.now["adult"]}
    known = concerns(desk.area, family)
    here = {c.adult for c in known if person in c.workers or c.service == desk.directory.agency_of(person)}
    starts_at = meeting.starts_at
    if any(fact.type == "EpisodeTold" for fact in family.fresh):  # of this hour: it was written to before that
        return here | {*in_scope, FAMILY}
    if any(c.episode and c.episode.ended_on is None and starts_at and c.known_at < starts_at for c in known):
        untreated = {s.person for s in signs(family) if s.person in in_scope} - {c.adult for c in known}
        return here | {adult for adult in untreated if adult}
    return here | {*in_scope, FAMILY}
