"""The gate: no meeting about a child passes without the drug and alcohol service that knows the adult being told.

By level, never by edge (decision 12): from the whole file it is worked out anew, after every event, who must be
told of what, and by when. One duty per adult, service and meeting: two parents in two services are two duties.
Joint Guidance (2009) paragraphs 11, 21, 28 and actions T1, T8, T9, F2, F4, F5, F7; rules sections 3.17-3.22.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from handlers import events as e
from handlers.case_file import CaseFile
from handlers.concerns import Change, Concern, Voice, changes, concerns, sat_for, stood, together, touching, voice
from handlers.duties import Letter, Met, Owed, duty_of
from handlers.effects import Part
from handlers.facts import DutyKind
from handlers.letters import came_to_nothing, recipient, went
from handlers.meeting_file import Meeting
from handlers.meetings import minutes
from handlers.meetings.falling_due import CONFERENCES, PURPOSES, child_protection_since, name
from handlers.meetings.inviting import Invitee, acknowledged, knows_it_is_off
from handlers.partnership import Directory
from handlers.people import Text
from handlers.protocol import Protocol
from handlers.records import Sharing
from handlers.working_days import local_day

Verdict = Callable[[CaseFile, str, e.Purpose], bool]
LastWord = Callable[[CaseFile, str, e.Purpose], Sharing | None]


class Desk(Struct, frozen=True, dict=True):
    """What the gate judges by. permitted: may this adult's business be shared for this purpose; said: by whose word."""

    file: CaseFile
    directory: Directory
    protocol: Protocol
    now: datetime
    permitted: Verdict
    said: LastWord

    @cached_property
    def concerns(self) -> list[Concern]:
        return concerns(self.file, self.directory, self.protocol)

    def voice(self, concern: Concern, meeting: Meeting | None = None) -> Voice:
        return voice(concern, meeting, self.file, self.directory, self.now)

    def permits(self, adult: str, meeting: Meeting) -> bool:
        """Child protection meetings have their lawful basis; others need consent or an override (rules 3.22)."""
        purpose = PURPOSES.get(meeting.due.kind)
        return purpose is None or self.permitted(self.file, adult, purpose)

    def permitted_since(self, concern: Concern, purpose: e.Purpose | None) -> Concern:
        """This concern as of when it might first be shared: nobody is late with what they might not tell."""
        word = self.said(self.file, concern.adult, purpose) if purpose else None
        return replace(concern, known_at=max(concern.known_at, word.since)) if word else concern

    def reopened_at(self, kind: DutyKind, *key: str) -> datetime | None:
        """When this duty was last owed again after it had ended: its time runs anew from there."""
        duty = self.file.duties.get(duty_of(self.file, kind, *key))
        return duty.reopened_at if duty else None


def representatives(desk: Desk, meeting: Meeting) -> list[Invitee]:
    """Whom the treatment services send to this meeting."""
    people: list[Invitee] = []
    for concern in touching(meeting, desk.concerns):
        if desk.permits(concern.adult, meeting) and together(concern, meeting, desk.file):
            heard = desk.voice(concern, meeting)
            people += (_invitee(desk, p, concern, heard, meeting) for p in heard.invited)
    return people


def _invitee(desk: Desk, person: str, concern: Concern, heard: Voice, meeting: Meeting) -> Invitee:
    """A stand-in needs no copy of what the key worker has already."""
    others_have = any(minutes.had(meeting, p) for p in heard.holders if p != person)
    must_have = person in heard.told and not others_have
    reference = _reference(concern, person, desk.directory, meeting)
    to = recipient(desk.file, person, desk.directory)
    return Invitee(person, "treatment_worker", to, reference, must_have)


def _reference(concern: Concern, person: str, directory: Directory, at: Meeting | None = None) -> Text | None:
    """The service's own reference for its client, for that service's people and deputies alone (decision 22)."""
    known = directory.workers.get(person) or directory.workers.get(at.wishes.sender_of(person) if at else "")
    return concern.client_reference if known and known.agency == concern.service else None


def owed(desk: Desk) -> Iterator[Owed]:
    """All that is owed to treatment services about this family."""
    found = desk.concerns
    for meeting in desk.file.meetings.values():
        for concern in touching(meeting, found):
            yield from _about_the_meeting(desk, concern, meeting)
    yield from _of_changes(desk, found)


def _about_the_meeting(desk: Desk, concern: Concern, meeting: Meeting) -> Iterator[Owed]:
    known = together(concern, meeting, desk.file)
    if known is None:
        return
    if desk.permits(concern.adult, meeting):
        concern = desk.permitted_since(known, PURPOSES.get(meeting.due.kind))
        heard = desk.voice(concern, meeting)
        telling = list(_tell(desk, concern, heard, meeting))
        yield from telling
        if heard.to is None and (any(o.met is None for o in telling) or meeting.open):
            since = max(concern.known_at, meeting.booked_at or meeting.fell_due_at)
            yield _name_somebody(desk, concern, meeting.id, name(meeting), since)
    elif not meeting.no_longer_due:
        since = max(known.known_at, meeting.fell_due_at)
        yield _seek_consent(desk, concern, meeting.id, name(meeting), PURPOSES[meeting.due.kind], since)


def _tell(desk: Desk, concern: Concern, heard: Voice, meeting: Meeting) -> Iterator[Owed]:
    booked, sitting = meeting.booked, meeting.sitting
    starts_at = booked.starts_at if booked else sitting.started_at if sitting else None
    if starts_at and concern.known_at < starts_at:  # also of one that sat without ever having been booked
        known_at = max(meeting.timed_at or starts_at, concern.known_at)
        yield _of_the_meeting(desk, concern, heard, meeting, known_at, starts_at)
        if meeting.due.kind in CONFERENCES and sitting is None:
            yield from _of_the_report(desk, concern, heard, meeting, known_at, starts_at)
    if meeting.cancelled_at and booked is None and sitting is None:
        yield from _of_the_cancellation(desk, concern, heard, meeting, meeting.cancelled_at)
    if sitting:
        since = max(sitting.started_at, concern.known_at)
        if meeting.due.kind in CONFERENCES:
            yield _paper_to(desk, concern, heard, meeting, "decision", since)
        yield _paper_to(desk, concern, heard, meeting, "minutes", since)


def _of_the_meeting(
    desk: Desk, concern: Concern, heard: Voice, meeting: Meeting, known_at: datetime, starts_at: datetime
) -> Owed:
    """One duty however often the meeting moves: an answer to another time counts no more, and lateness stands.

    known_at: since when meeting and concern are both known.
    """
    key = (concern.adult, concern.service, meeting.id)
    reopened_at = desk.reopened_at("tell_treatment", *key)
    deadline = desk.protocol.deadline("TELL-01", local_day(max(known_at, reopened_at or known_at)))
    again = desk.protocol.deadline("TELL-01", local_day(max(known_at, desk.now)))
    return Owed(
        kind="tell_treatment",
        key=key,
        due_at=min(deadline.due_at, starts_at),
        due_again_at=min(again.due_at, starts_at),
        owner="coordinator",
        closes_on="acknowledged",
        sentence=f"{_sentence('Make sure that {} knows of the {}, for {}.', concern, meeting)} {deadline.sentence}",
        rule=deadline.rule,
        meeting=meeting.id,
        adult=concern.adult,
        service=concern.service,
        to=heard.to,
        met=_knows(desk, concern, heard, meeting, key),
        telephone_from=None if meeting.held else _last_post(starts_at, desk.protocol),
    )


def _knows(desk: Desk, concern: Concern, heard: Voice, meeting: Meeting, key: tuple[str, ...]) -> Met | None:
    """By an answer, a call, having been there; mail that the relay took is not knowing (decision 13)."""
    told = desk.file.acknowledged.get(duty_of(desk.file, "tell_treatment", *key), {})
    sat = (*heard.holders, *sat_for(concern, meeting, desk.file, desk.directory))
    for person in sat if meeting.held else heard.told:
        word = acknowledged(meeting, person, concern.known_at)
        said_at = told.get(person)
        if word is None and said_at and said_at >= max(meeting.booked_at or said_at, concern.known_at):
            word = f"{person}, who said so"
        if word:
            return Met("acknowledged", word)
    return None


def _last_post(starts_at: datetime, protocol: Protocol) -> datetime:
    """From here a mail is too late and somebody must ring (decision 13, CALL-01)."""
    return protocol.deadline("CALL-01", starts_at).due_at


def _of_the_report(
    desk: Desk, concern: Concern, heard: Voice, meeting: Meeting, known_at: datetime, starts_at: datetime
) -> Iterator[Owed]:
    """A report is asked for whether or not they come (rules ATT-03, REP-01); once asked, it is theirs to send."""
    key = (concern.adult, concern.service, meeting.id)
    told_by = desk.protocol.deadline("TELL-01", local_day(known_at))
    asked_by = min(told_by.due_at, starts_at)
    rule = "REP-01b" if meeting.due.kind == "review_conference" else "REP-01a"
    due = desk.protocol.deadline(rule, local_day(starts_at))
    due_at = min(max(due.due_at, asked_by), starts_at)
    duty = duty_of(desk.file, "ask_report_treatment", *key)
    came = next((p for p in meeting.reports if _is_of(p, concern, heard, desk.directory)), None)
    received = Met("recorded", f"the report of {came}") if came else None
    asked = went(desk.file, duty, heard.to or "")
    letter = Letter(
        occasion="report_asked",
        meeting=meeting.id,
        starts_at=starts_at,
        due_at=due_at,
        client_reference=_reference(concern, heard.to or "", desk.directory, meeting),
    )
    yield Owed(
        kind="ask_report_treatment",
        key=key,
        due_at=asked_by,
        owner="coordinator",
        closes_on="accepted",
        sentence=f"{_sentence('Ask {} for a report to the {}, for {}.', concern, meeting)} {told_by.sentence}",
        rule=told_by.rule,
        letter=letter,
        at_once=came_to_nothing(desk.file, duty, heard.to or ""),
        met=received or asked,
        meeting=meeting.id,
        adult=concern.adult,
        service=concern.service,
        to=heard.to,
    )
    if received or asked:
        yield Owed(
            kind="report_from_treatment",
            key=key,
            due_at=due_at,
            owner="treatment_worker",
            closes_on="recorded",
            sentence=f"{_sentence('{} owes a report to the {}, for {}.', concern, meeting)} {due.sentence}",
            rule=due.rule,
            met=received,
            meeting=meeting.id,
            adult=concern.adult,
            service=concern.service,
            to=heard.to,
        )


def _is_of(person: str, concern: Concern, heard: Voice, directory: Directory) -> bool:
    known = directory.workers.get(person)
    return person in heard.holders or (known is not None and known.agency == concern.service)


def _of_the_cancellation(
    desk: Desk, concern: Concern, heard: Voice, meeting: Meeting, cancelled_at: datetime
) -> Iterator[Owed]:
    """To whoever of them had been invited, also if they cannot be reached any more; who was never asked, or only to an
    earlier time, need not hear that it is off."""
    fell = meeting.cancelled.revision if meeting.cancelled else None
    asked = {p for p, sent in meeting.invitations.items() if sent.revision == fell}
    for person in [p for p in (*heard.invited, *heard.holders) if p in asked][:1]:
        deadline = desk.protocol.deadline("TELL-01", local_day(cancelled_at))
        off = meeting.receipt_of(meeting.invitations[person])
        yield Owed(
            kind="tell_treatment_cancelled",
            key=(concern.adult, concern.service, meeting.id, str(fell)),
            due_at=deadline.due_at,
            owner="coordinator",
            closes_on="accepted",
            sentence=f"{_sentence('Tell {} that the {} is off, for {}.', concern, meeting)} {deadline.sentence}",
            rule=deadline.rule,
            meeting=meeting.id,
            adult=concern.adult,
            service=concern.service,
            to=person,
            at_once=off is not None and off.failed,
            met=next(filter(None, (knows_it_is_off(meeting, p, cancelled_at) for p in (person, *heard.told))), None),
        )


def _paper_to(desk: Desk, concern: Concern, heard: Voice, meeting: Meeting, part: Part, since: datetime) -> Owed:
    kind: DutyKind = "send_minutes_treatment" if part == "minutes" else "send_decision_treatment"
    key = (concern.adult, concern.service, meeting.id)
    rule = minutes.rule_for(meeting) if part == "minutes" else "DEC-01"
    reopened_at = desk.reopened_at(kind, *key)
    deadline = desk.protocol.deadline(rule, max(since, reopened_at or since))  # an instant: Scotland counts by the hour
    what = "minutes" if part == "minutes" else "decisions"
    return Owed(
        kind=kind,
        key=key,
        due_at=deadline.due_at,
        due_again_at=desk.protocol.deadline(rule, max(since, desk.now)).due_at,
        owner="minute_taker",
        closes_on="accepted",
        sentence=f"{_sentence(f'Send {{}} the {what} of the {{}}, for {{}}.', concern, meeting)} {deadline.sentence}",
        rule=deadline.rule,
        meeting=meeting.id,
        adult=concern.adult,
        service=concern.service,
        to=heard.to,
        at_once=minutes.came_to_nothing(meeting, heard.to or "", part),
        met=next(filter(None, (minutes.had(meeting, p, part) for p in heard.holders)), None),
    )


def _name_somebody(desk: Desk, concern: Concern, about: str, what: str, since: datetime) -> Owed:
    """Nobody at the service can be reached: an escalation the same day, and never a reason to hold up the meeting."""
    service = concern.service or "a treatment service"
    deadline = desk.protocol.deadline("NAME-01", local_day(since))
    return Owed(
        kind="name_representative",
        key=(concern.adult, concern.service, about),
        due_at=deadline.due_at,
        owner="coordinator",
        closes_on="recorded",
        sentence=f"Nobody at {service} can be reached about the {what}, for {concern.adult}: find somebody."
        f" {deadline.sentence}",
        rule=deadline.rule,
        meeting=about if about in desk.file.meetings else None,
        adult=concern.adult,
        service=concern.service,
        at_once=True,
    )


def _seek_consent(desk: Desk, concern: Concern, about: str, what: str, purpose: e.Purpose, since: datetime) -> Owed:
    """Without consent or an override the service is not told; the coordinator owes the question (rules 3.22)."""
    word = desk.said(desk.file, concern.adult, purpose)
    service = concern.service or "a treatment service"
    deadline = desk.protocol.deadline("ASK-01", local_day(since))
    return Owed(
        kind="seek_consent",
        key=(concern.adult, concern.service, about),
        due_at=deadline.due_at,
        owner="coordinator",
        closes_on="recorded",
        sentence=f"Ask whether {service} may be told of the {what}, for {concern.adult}, or record an override."
        f" {deadline.sentence}",
        rule=deadline.rule,
        meeting=about if about in desk.file.meetings else None,
        adult=concern.adult,
        service=concern.service,
        met=Met("recorded", f"consent was {word.verdict}, so the service is not told") if word else None,
    )


def _sentence(words: str, concern: Concern, meeting: Meeting) -> str:
    return words.format(concern.service or "a treatment service", name(meeting), concern.adult)


def _of_changes(desk: Desk, found: list[Concern]) -> Iterator[Owed]:
    """Each is told to the service of every adult who was in treatment there on that day, and is not its own subject."""
    for change in changes(desk.file, found):
        by_name = {(c.adult, c.service): c for c in found if c.adult != change.whose and stood(c, change)}
        for concern in by_name.values():
            since = max(change.known_at, concern.known_at)
            lawful_since = _lawful_since(desk, concern.adult)
            if lawful_since:
                since = max(since, lawful_since)
                heard = desk.voice(concern)
                yield _of_the_change(desk, concern, heard, change, since)
                if heard.to is None:
                    yield _name_somebody(desk, concern, change.id, "change", since)
            else:
                yield _seek_consent(desk, concern, change.id, "change", "change", since)


def _lawful_since(desk: Desk, adult: str) -> datetime | None:
    """Since when a change may be told: by the adult's consent or its override, or as child protection."""
    word = desk.said(desk.file, adult, "change") if desk.permitted(desk.file, adult, "change") else None
    grounds = (word.since if word else None, child_protection_since(desk.file))
    return min((at for at in grounds if at), default=None)


def _of_the_change(desk: Desk, concern: Concern, heard: Voice, change: Change, since: datetime) -> Owed:
    key = (concern.adult, concern.service, change.id)
    duty = duty_of(desk.file, "tell_change", *key)
    reopened_at = desk.reopened_at("tell_change", *key)
    deadline = desk.protocol.deadline("F7-01", local_day(max(since, reopened_at or since)))
    knows = next((p for p in heard.told if p in desk.file.acknowledged.get(duty, {})), None)
    letter = Letter(
        occasion="change",
        what=change.what,
        due_at=deadline.due_at,
        client_reference=_reference(concern, heard.to or "", desk.directory),
    )
    return Owed(
        kind="tell_change",
        key=key,
        due_at=deadline.due_at,
        due_again_at=desk.protocol.deadline("F7-01", local_day(max(since, desk.now))).due_at,
        owner="coordinator",
        closes_on="acknowledged",
        sentence=f"Make sure that {concern.service} knows of the change {change.id}, for {concern.adult}."
        f" {deadline.sentence}",
        rule=deadline.rule,
        adult=concern.adult,
        service=concern.service,
        to=heard.to,
        letter=letter,
        at_once=came_to_nothing(desk.file, duty, heard.to or ""),
        met=Met("acknowledged", f"{knows}, who said so") if knows else None,
    )
