"""What counts as knowing, and what counts as sent: the grades of evidence, read off the ledger once more.

A duty that somebody is told ends when that very person showed that they know of the present time; a duty to send, when
the relay took the mail and it did not come back. SMTP's 250 is not knowing.
"""

from __future__ import annotations

from collections.abc import Iterable

from tests.simulation import touching
from tests.simulation.desk import Desk
from tests.simulation.family_reading import Family
from tests.simulation.matters import FAILED, Booking, Duty, Meeting, Sent, Word

Amiss = tuple[str, str]
# kind of duty -> the mails that meet it
MEETS = {
    "tell_treatment_cancelled": ("cancellation",),
    "ask_report_treatment": ("letter",),
    "send_decision_treatment": ("decision", "minutes"),
    "send_minutes_treatment": ("minutes",),
    "feed_back_outcome": ("letter",),
    "ask_for_advice": ("letter",),
}


def who_know(family: Family, duty: Duty) -> set[str]:
    """Those who showed that they know of the present time, and whose invitation did not come back since."""
    meeting = family.meetings.get(duty.now["meeting"])
    if meeting is None:
        return set()
    words = _words(family, duty)
    there = {word.person for word in words if word.how == "attended"}
    if not meeting.bookings:
        return there
    present = meeting.booked or meeting.bookings[-1]
    own = (w for w in words if _about_this_time(w, meeting, present) and _stands(family, meeting, w))
    return there | {word.person for word in own}


def _words(family: Family, duty: Duty) -> list[Word]:
    """What was said about this meeting by whoever spoke for the service at any time."""
    right, about = duty.ever_to() | duty.right, duty.now["meeting"]
    return [w for w in family.words if w.person in right and (w.meeting == about or w.duty == duty.id)]


def told_amiss(family: Family, duty: Duty) -> Amiss | None:
    """What is wrong with the evidence on which this duty to tell ended; None if nothing is."""
    if who_know(family, duty):
        return None
    about, own = duty.now["meeting"], _words(family, duty)
    meeting = family.meetings.get(about)
    if meeting is None or not meeting.bookings:
        return "ended-without-evidence", f"{duty.id} ended, though its meeting was never fixed"
    if any(_about_this_time(w, meeting, meeting.booked or meeting.bookings[-1]) for w in own):
        return "bounce-ignored", f"{duty.id}: the mail to {duty.to} came back after the word, and it stays ended"
    if own:
        return "move-untold", f"{duty.id}: {duty.to} knew of another time of {about}, and it stays ended"
    others = dict.fromkeys(w.person for w in family.words if w.meeting == about)
    return "ended-without-evidence", (
        f"{duty.id} ended by '{duty.ended.body['by'] if duty.ended else ''}', and {duty.to} never showed that they know"
        f" of {about}; others did: {', '.join(others) or 'nobody'}"
    )


def _about_this_time(word: Word, meeting: Meeting, present: Booking) -> bool:
    then = meeting.booking_at(word.happened)
    return then is not None and then.starts_at == present.starts_at


def _stands(family: Family, meeting: Meeting, word: Word) -> bool:
    """The present invitation did not come to nothing after the word, before the meeting sat."""
    mail = family.invitation(meeting.id, word.person)
    if mail is None or mail.kind != "invitation" or mail.fate() not in FAILED:
        return True
    seq, at, _ = [fate for fate in mail.fates if fate[2] in FAILED][-1]
    return at <= word.at or (meeting.sat is not None and seq > meeting.sat.seq)


def sent(desk: Desk) -> None:
    """Each duty to send that ended by evidence rests on a mail that the relay took and that did not come back."""
    for duty in desk.duties(*MEETS):
        if duty.ended is None:
            continue
        how = duty.ended.body["how"]
        if how == "reason" and duty.id not in desk.family.excused:
            desk.say("ended-without-evidence", f"{duty.id} ended for a reason that nobody gave")
        met_otherwise = _report_is_there(desk, duty) or _heard_it_is_off(desk, duty)
        if how != "evidence" or met_otherwise or not _matters(desk, duty):
            continue
        fates = {m.fate() for m in _mails_for(desk, duty)}
        if fates & {"accepted", "collected"}:
            continue
        name = "bounce-ignored" if fates & set(FAILED) else "ended-without-evidence"
        what = ", ".join(sorted(fates)) or "no such mail"
        desk.say(name, f"{duty.kind} {duty.id} ended by evidence, and of its mails is said: {what}")


def named_apart(desk: Desk) -> None:
    """No two mails bear one name: the second would be taken for the first, and never leave."""
    for mail in desk.family.named_twice:
        desk.say("named-twice", f"the {mail.kind} {mail.id} to {mail.person} bears the name of another mail")


def _matters(desk: Desk, duty: Duty) -> bool:
    """It ended just now, or what it is about still stands, so that a mail that came back opens it again."""
    if any(fact is duty.ended for fact in desk.family.fresh):
        return True
    meeting = desk.family.meetings.get(duty.now.get("meeting") or "")
    if meeting is None:
        return True
    if duty.kind == "tell_treatment_cancelled":
        return meeting.sat is None and meeting.off is not None and meeting.off[0] < duty.since.seq
    about = [(c.adult, c.service) for c in desk.touched_by(meeting)]
    purpose = touching.PURPOSES.get(meeting.kind)
    if purpose and touching.basis(desk.family, duty.now.get("adult") or "", purpose) != "yes":
        return False  # the service may not be told any more
    begun = meeting.starts_at is not None and meeting.starts_at <= desk.now
    owed = (duty.now.get("adult") or "", duty.now.get("service") or "") in about
    return owed and (duty.kind != "ask_report_treatment" or not begun)


def _mails_for(desk: Desk, duty: Duty) -> Iterable[Sent]:
    """Those that may meet it; whoever speaks for the service now may have been sent the paper for another's sake."""
    family, readers = desk.family, duty.ever_to()
    if duty.now.get("service") and not any(
        m.fate() in ("accepted", "collected") for m in _read_by(duty, family, readers)
    ):
        readers = readers | desk.speakers(duty) | desk.posts(duty)
    return _read_by(duty, family, readers)


def _read_by(duty: Duty, family: Family, readers: set[str]) -> list[Sent]:
    kinds = MEETS[duty.kind]
    letters = [m for m in family.mails_of.get(duty.id, ()) if m.kind in kinds and m.person in readers]
    about = family.mails_of.get(duty.now.get("meeting") or "", ())
    papers = [m for m in about if m.kind in kinds and m.kind != "letter" and m.person in readers]
    return [*letters, *(m for m in papers if m.kind != "cancellation" or _of_this_time(family, m, duty))]


def _of_this_time(family: Family, mail: Sent, duty: Duty) -> bool:
    """A cancellation of an earlier booking says nothing about this one."""
    bookings = family.meetings[mail.meeting].bookings
    return bool(bookings) and mail.seq > max(b.seq for b in bookings if b.seq < duty.since.seq)


def _report_is_there(desk: Desk, duty: Duty) -> bool:
    meeting = desk.family.meetings.get(duty.now.get("meeting") or "")
    if duty.kind != "ask_report_treatment" or meeting is None:
        return False
    return any(report_counts(desk, duty, person) for _, person in meeting.reports)


def _heard_it_is_off(desk: Desk, duty: Duty) -> bool:
    """Somebody spoke with them, or they answered, after the booking fell."""
    meeting = desk.family.meetings.get(duty.now.get("meeting") or "")
    if duty.kind != "tell_treatment_cancelled" or meeting is None or meeting.off is None:
        return False
    fell, own = meeting.off[0], duty.ever_to() | desk.speakers(duty)
    return any(w.meeting == meeting.id and w.seq > fell and w.person in own for w in desk.family.words)


def report_counts(desk: Desk, duty: Duty, person: str) -> bool:
    """A report of this duty's service: by whoever was asked, or by somebody who works there."""
    right = duty.ever_to() | desk.posts(duty) | desk.speakers(duty)
    return person in right or desk.directory.agency_of(person) == duty.now.get("service")


def recorded(desk: Desk) -> None:
    """Duties that end when something was recorded end on that record."""
    for duty in desk.duties("report_from_treatment", "tell_change"):
        if (
            duty.ended is None
            or duty.ended.body["how"] != "evidence"
            or all(f is not duty.ended for f in desk.family.fresh)
        ):
            continue
        right = duty.ever_to() | desk.speakers(duty)
        if duty.kind == "report_from_treatment":
            meeting = desk.family.meetings.get(duty.now["meeting"])
            if not meeting or not any(report_counts(desk, duty, person) for _, person in meeting.reports):
                desk.say("ended-without-evidence", f"{duty.id} ended, and no report of {duty.now['service']} came")
        elif not any(w.duty == duty.id and w.person in right for w in desk.family.words):
            desk.say("ended-without-evidence", f"{duty.id} ended, and {duty.to} never acknowledged the change")
