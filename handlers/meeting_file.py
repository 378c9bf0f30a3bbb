"""One meeting as a family's file keeps it, from falling due to its minutes: `fold(meeting, fact) -> meeting`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct, field
from msgspec.structs import replace

from handlers import events as e
from handlers import facts as f
from handlers import wishes
from handlers.facts import Fact
from handlers.meeting_pieces import Agreed, Decisions, Fallen, Minutes, Move, Sitting, Superseded, Waived
from handlers.wishes import Wishes
from handlers.working_days import end_of_day, local_day

SPOKEN = "spoken with"


class Invitation(Struct, frozen=True):
    """own: when and where, if not the whole meeting; retimed_at: when only that became another."""

    message: str
    sequence: int
    revision: int
    starts_at: datetime
    issued_at: datetime
    cancelled: bool = False
    mailed: bool = True
    own: f.OwnHours | None = None
    retimed_at: datetime | None = None


class Sent(Struct, frozen=True):
    """A paper or a letter that was issued; mailed False where no address was known."""

    message: str
    mailed: bool = True


class Receipt(Struct, frozen=True):
    """The fate of one message."""

    grade: Literal["accepted", "ready", "refused", "bounced", "unknown", "collected"]
    at: datetime

    @property
    def failed(self) -> bool:
        """It reached nobody, for certain."""
        return self.grade in ("refused", "bounced")


class Word(Struct, frozen=True):
    """Somebody answered, or was spoken to, when the meeting stood at this revision."""

    reply: str
    by: str
    at: datetime
    revision: int


class Meeting(Struct, frozen=True, kw_only=True):
    """One meeting from falling due to its minutes. dated_at: since when we know the day that it is due by; revision
    counts the times that seats were sought; fixed_at is when it first had a time, timed_at since when it has had one
    without a break, booked_at when it got the present one; broke_off is the time of an adjourned sitting while there
    is no other; ended_since is why it is no longer due; in_calendars_of is the family in whose name it was first sent,
    if that was another; brought_forward is the revision at which its deadline last came nearer; reminded: whom, for
    which morning last; papers are by part and person, reports by person; superseded: by `part:person`, whose copy was
    of a record since corrected."""

    due: f.MeetingFellDue
    fell_due_at: datetime
    dated_at: datetime
    revision: int = 0
    booked: f.MeetingBooked | None = None
    booked_at: datetime | None = None
    fixed_at: datetime | None = None
    timed_at: datetime | None = None
    cancelled: f.MeetingBooked | None = None
    cancelled_at: datetime | None = None
    adjourned_at: datetime | None = None
    broke_off: f.MeetingBooked | None = None
    failed: f.BookingFailed | None = None
    failed_at: datetime | None = None
    offered: f.SlotsOffered | None = None
    no_longer_due_at: datetime | None = None
    ended_since: str = ""
    in_calendars_of: str = ""
    brought_forward: int | None = None
    move: Move | None = None
    invitations: dict[str, Invitation] = field(default_factory=dict)
    papers: dict[str, Sent] = field(default_factory=dict)
    decision_papers: dict[str, Sent] = field(default_factory=dict)
    superseded: dict[str, Superseded] = field(default_factory=dict)
    reports: dict[str, datetime] = field(default_factory=dict)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    words: dict[str, Word] = field(default_factory=dict)
    fallen: tuple[Fallen, ...] = ()
    agreed: tuple[Agreed, ...] = ()
    waived: Waived | None = None
    reminded: dict[str, datetime] = field(default_factory=dict)
    sitting: Sitting | None = None
    decisions: Decisions | None = None
    minutes: Minutes | None = None
    wishes: Wishes = field(default_factory=Wishes)

    @property
    def id(self) -> str:
        return self.due.meeting

    @property
    def held(self) -> bool:
        return self.sitting is not None

    @property
    def no_longer_due(self) -> bool:
        return self.no_longer_due_at is not None

    @property
    def chair(self) -> str | None:
        """Who presides at the time that it has."""
        return self.booked.chair if self.booked else None

    @property
    def open(self) -> bool:
        return not self.held and not self.no_longer_due

    def declined(self, person: str) -> bool:
        """Whether they said of the time that stands that they do not come."""
        word = self.words.get(person)
        return bool(word and self.booked and word.revision == self.booked.revision and word.reply == "declined")

    def receipt_of(self, sent: Invitation | Sent | None) -> Receipt | None:
        """What became of it, as far as we know."""
        return self.receipts.get(sent.message) if sent else None


def with_receipt(receipts: dict[str, Receipt], message: str, receipt: Receipt) -> dict[str, Receipt]:
    """The later receipt of one message stands."""
    before = receipts.get(message)
    return receipts if before and before.at > receipt.at else {**receipts, message: receipt}


def _booked(meeting: Meeting, fact: Fact, body: f.MeetingBooked) -> Meeting:
    fixed_at = meeting.fixed_at or fact.recorded
    timed_at = meeting.timed_at if meeting.booked and meeting.timed_at else fact.recorded
    times = {"booked_at": fact.recorded, "fixed_at": fixed_at, "timed_at": timed_at}
    return replace(meeting, booked=body, offered=None, broke_off=None, **times)


def _move_asked(meeting: Meeting, fact: Fact, body: e.BookingAsked) -> Meeting:
    was = meeting.booked or meeting.cancelled
    if was is None or local_day(was.starts_at) == local_day(body.starts_at):
        return meeting
    return replace(meeting, move=Move(body.by, meeting.revision + 1, was.chair))


def unbooked(meeting: Meeting, fact: Fact, body: e.Body) -> Meeting:
    """Its booking falls."""
    return replace(
        meeting,
        booked=None,
        cancelled=meeting.booked or meeting.broke_off or meeting.cancelled,
        cancelled_at=fact.recorded,
        revision=meeting.revision + 1,
    )


def _cancelled(meeting: Meeting, fact: Fact, body: e.MeetingCancelled) -> Meeting:
    return unbooked(_fallen(meeting, fact), fact, body)


def _fallen(meeting: Meeting, fact: Fact, sat: e.MeetingAdjourned | None = None) -> Meeting:
    if meeting.booked_at is None or meeting.booked is None:
        return meeting
    return replace(meeting, fallen=(*meeting.fallen, Fallen(fact.recorded, meeting.booked_at, sat)))


def _no_longer_due(meeting: Meeting, fact: Fact, body: f.MeetingNoLongerDue) -> Meeting:
    return replace(unbooked(meeting, fact, body), no_longer_due_at=fact.recorded, ended_since=body.why)


def fallen_due(meeting: Meeting, fact: Fact, body: f.MeetingFellDue) -> Meeting:
    """It is due again, or by another day. Whoever is late already is not forgiven because the day changed."""
    late = not meeting.no_longer_due and fact.recorded > end_of_day(meeting.due.due_on)
    dated_at = meeting.dated_at if late else fact.recorded
    brought_forward = meeting.revision if body.due_on < meeting.due.due_on else meeting.brought_forward
    stands = {"no_longer_due_at": None, "ended_since": "", "brought_forward": brought_forward}
    return replace(meeting, due=body, dated_at=dated_at, **stands)


def _adjourned(meeting: Meeting, fact: Fact, body: e.MeetingAdjourned) -> Meeting:
    """Whoever was asked hears of the new time, not that it is off."""
    off = {"booked": None, "cancelled": None, "cancelled_at": None}
    meeting, broke_off = _fallen(meeting, fact, body), meeting.booked
    return replace(meeting, **off, adjourned_at=fact.recorded, broke_off=broke_off)


def _nothing_fits(meeting: Meeting, fact: Fact, body: f.BookingFailed) -> Meeting:
    """Where a sitting that was adjourned ahead of its time finds no other, nobody must come to the old one."""
    meeting = replace(meeting, failed=body, failed_at=fact.recorded)
    if meeting.broke_off and meeting.broke_off.starts_at > fact.recorded:
        return replace(meeting, cancelled=meeting.broke_off, cancelled_at=fact.recorded, broke_off=None)
    return meeting


def _invited(meeting: Meeting, fact: Fact, body: f.InvitationIssued) -> Meeting:
    stands = (body.message, body.sequence, body.revision, body.starts_at, fact.recorded)
    before = meeting.invitations.get(body.person)
    retimed_at = None
    if before and not before.cancelled and before.revision == body.revision:
        retimed_at = before.retimed_at if before.own == body.own else fact.recorded
    invitation = Invitation(*stands, body.cancelled, body.mailed, body.own, retimed_at)
    return replace(meeting, invitations={**meeting.invitations, body.person: invitation})


def _paper(meeting: Meeting, fact: Fact, body: f.PaperIssued) -> Meeting:
    sent = {body.person: Sent(body.message, body.mailed)}
    if body.paper == "minutes":
        return replace(meeting, papers={**meeting.papers, **sent})
    return replace(meeting, decision_papers={**meeting.decision_papers, **sent})


def _accepted(meeting: Meeting, fact: Fact, body: e.MessageAccepted) -> Meeting:
    receipt = Receipt("ready" if body.ready_to_collect else "accepted", fact.recorded)
    return replace(meeting, receipts=with_receipt(meeting.receipts, body.message, receipt))


def _failed(meeting: Meeting, fact: Fact, body: e.MessageFailed) -> Meeting:
    return replace(meeting, receipts=with_receipt(meeting.receipts, body.message, Receipt(body.how, fact.recorded)))


def _answer(meeting: Meeting, fact: Fact, body: e.AnswerGiven) -> Meeting:
    """Whoever answers an invitation that was since called back shows nothing of knowing that."""
    sent = meeting.invitations.get(body.person)
    if body.revision is not None and sent and sent.cancelled:
        return meeting
    if body.reply == "accepted":
        meeting = replace(meeting, wishes=wishes.comes_after_all(meeting.wishes, body.person))
    return _word(meeting, fact, body.person, body.reply, body.by, body.revision)


def _wish(meeting: Meeting, fact: Fact, body: Any) -> Meeting:
    """Some of what an invitee says is an answer too; a promised report is one of somebody who gave no other."""
    booked = meeting.booked
    meeting = replace(meeting, wishes=wishes.fold(meeting.wishes, fact, booked.revision if booked else 0))
    reply, before = wishes.ANSWERS.get(type(body)), meeting.words.get(getattr(body, "person", ""))
    answered = before and booked and before.revision == booked.revision
    if reply is None or (isinstance(body, e.ReportPromised) and answered):
        return meeting
    return _word(meeting, fact, body.person, reply, body.by)


def _call(meeting: Meeting, fact: Fact, body: e.CallLogged) -> Meeting:
    if body.outcome == "spoke":
        return _word(meeting, fact, body.person, SPOKEN, body.by)
    sent = [table[body.person] for table in (meeting.papers, meeting.decision_papers) if body.person in table]
    receipts = meeting.receipts
    for paper in sent if body.outcome == "collected" else ():
        receipts = with_receipt(receipts, paper.message, Receipt("collected", fact.recorded))
    return replace(meeting, receipts=receipts)


def _word(meeting: Meeting, fact: Fact, person: str, reply: str, by: str, revision: int | None = None) -> Meeting:
    """A word given before the meeting had its present time was about another (revision 0), unless it says of which it
    is."""
    booked, booked_at = meeting.booked, meeting.booked_at
    about_this = booked is not None and booked_at is not None and fact.happened >= booked_at
    before = meeting.words.get(person)
    if before and before.at > fact.recorded:
        return meeting
    if revision is None:
        revision = booked.revision if booked and about_this else 0
    word = Word(reply, by, fact.recorded, revision)
    return replace(meeting, words={**meeting.words, person: word})


def _held(meeting: Meeting, fact: Fact, body: e.MeetingHeld) -> Meeting:
    started = body.started_at or (meeting.booked.starts_at if meeting.booked else fact.happened)
    ended = body.ended_at or (meeting.booked.ends_at if meeting.booked else started)
    return replace(meeting, sitting=Sitting(body, started, ended, fact.recorded))


def _decided(meeting: Meeting, fact: Fact, body: e.DecisionsRecorded) -> Meeting:
    return meeting if meeting.decisions else replace(meeting, decisions=Decisions(body, fact.recorded))


def _minuted(meeting: Meeting, fact: Fact, body: e.MinutesRecorded) -> Meeting:
    return meeting if meeting.minutes else replace(meeting, minutes=Minutes(body, fact.recorded))


def unrecorded(meeting: Meeting) -> Meeting:
    """As it was before anybody recorded what came of it."""
    return replace(meeting, waived=None, sitting=None, decisions=None, minutes=None, reports={})


def either(ours: Meeting, theirs: Meeting) -> Meeting:
    """Of what two families recorded of one meeting: what the one that held it recorded, ours if both did."""
    kept = ours if ours.held or not theirs.held else theirs
    return replace(kept, reports={**theirs.reports, **ours.reports})


def corrected(before: Meeting, after: Meeting, at: datetime) -> Meeting:
    """After a record was taken out: copies that say otherwise than what stands now stand no more."""
    if before.sitting is None:
        return after
    lost: dict[str, Sent] = {}
    if _in_minutes(before) != _in_minutes(after):
        lost |= {f"minutes:{p}": sent for p, sent in before.papers.items()}
        after = replace(after, papers={})
    if _in_decisions(before) != _in_decisions(after):
        lost |= {f"decision:{p}": sent for p, sent in before.decision_papers.items()}
        after = replace(after, decision_papers={})
    was = Superseded(at, before.sitting.started_at)
    had = {key: was for key, sent in lost.items() if sent.mailed and not _failed_for_certain(before, sent)}
    return replace(after, superseded={**after.superseded, **had})


def _in_minutes(meeting: Meeting) -> tuple[Any, ...]:
    return meeting.sitting and _said(meeting.sitting), meeting.minutes and meeting.minutes.recorded


def _in_decisions(meeting: Meeting) -> tuple[Any, ...]:
    """The letter of decisions, which whoever was kept out has of the minutes, says when it sat, not who was there."""
    sat = meeting.sitting and _said(meeting.sitting)[1:]
    if meeting.decisions or meeting.minutes is None:
        return sat, meeting.decisions and meeting.decisions.recorded
    return sat, meeting.minutes.recorded.decisions


def _said(sitting: Sitting) -> tuple[Any, ...]:
    return sitting.held.attendance, sitting.started_at, sitting.ended_at


def _failed_for_certain(meeting: Meeting, sent: Sent) -> bool:
    receipt = meeting.receipt_of(sent)
    return receipt is not None and receipt.failed


FOLDS: dict[type[e.Body], Callable[[Meeting, Fact, Any], Meeting]] = {
    e.AnswerGiven: _answer,
    e.CallLogged: _call,
    e.MessageAccepted: _accepted,
    e.MessageFailed: _failed,
    e.MeetingHeld: _held,
    e.DecisionsRecorded: _decided,
    e.MinutesRecorded: _minuted,
    e.ReportReceived: lambda meeting, fact, b: replace(meeting, reports={**meeting.reports, b.person: fact.recorded}),
    e.BookingAsked: _move_asked,
    e.MeetingCancelled: _cancelled,
    e.CallingOffAgreed: lambda m, fact, body: replace(m, agreed=(*m.agreed, Agreed(body, fact.recorded))),
    e.QuorumWaived: lambda m, fact, body: replace(m, waived=Waived(body, fact.recorded)),
    e.MeetingAdjourned: _adjourned,
    f.MeetingNoLongerDue: _no_longer_due,
    f.SeatsAsked: lambda meeting, _, b: replace(meeting, revision=b.revision),
    f.MeetingBooked: _booked,
    f.BookingFailed: _nothing_fits,
    f.SlotsOffered: lambda meeting, _, b: replace(meeting, offered=b),
    f.InvitationIssued: _invited,
    f.PaperIssued: _paper,
    **dict.fromkeys(wishes.TOLD, _wish),
    f.ReminderIssued: lambda meeting, _, b: replace(meeting, reminded={**meeting.reminded, b.person: b.turn_at}),
}


def fold(meeting: Meeting, fact: Fact) -> Meeting:
    """The meeting with one more fact about it."""
    return FOLDS[type(fact.body)](meeting, fact, fact.body)
