"""The map: every event, and what we do about it, on one page. A handler is a judge, not a runner.

`decide` takes one event and what is known, and returns a value: the facts, what must be done, and when to look
again. Nothing is done here. After the event's own rules come those that look at the whole file (EVERY_TIME); the
substance misuse gate speaks last of all, so that no rule can forget it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from msgspec import Struct

from handlers import (
    case_file,
    consent,
    core_group,
    diary_file,
    duties,
    escalation,
    fip_review,
    partnership,
    person,
    person_file,
    substance_misuse,
)
from handlers import events as e
from handlers import facts as f
from handlers.case_file import CaseFile, Meeting
from handlers.conference import convening
from handlers.diary import keeping
from handlers.diary_file import DiaryFile
from handlers.effects import Effect
from handlers.facts import Fact, Finding, taken_in
from handlers.meetings import falling_due, inviting, minutes, seats
from handlers.meetings.inviting import Invitee
from handlers.partnership import Directory
from handlers.person_file import PersonFile
from handlers.protocol import Protocol

File = CaseFile | PersonFile | DiaryFile | Directory


class Desk(Struct, frozen=True):
    """What lies before the judge: the file as it stands, the area's directory and protocol, and the instant."""

    file: Any
    protocol: Protocol
    directory: Directory
    now: datetime


Rule = Callable[[Any, Desk], Iterator[Finding | Effect]]


class Decision(Struct, frozen=True):
    """facts and effects in order; file as it stands after them; wake_at: when to look again, if ever.

    parked: what must become known first (nothing else is decided then); makes_known: what this decision made known.
    """

    file: File
    facts: tuple[Fact, ...] = ()
    effects: tuple[Effect, ...] = ()
    wake_at: datetime | None = None
    parked: str = ""
    makes_known: tuple[str, ...] = ()


class Impossible(ValueError):
    """The event can never be decided as it stands; the sentence says why, and the mend."""


RULES: dict[type[e.Body], tuple[Rule, ...]] = {
    # who is in the family, and who works with it
    e.HouseholdRecorded: (),
    e.MemberJoined: (),
    e.MemberLeft: (),
    e.ProfessionalInvolved: (),
    e.ProfessionalLeft: (),
    # enquiries, concerns, consent, the Family Intervention Project: all that follows is read off the file
    e.StrategyDiscussionHeld: (),
    e.ConferenceAskedFor: (),
    e.FactorsAssessed: (lambda body, desk: person.must_have_basis(body),),
    e.ConsentRecorded: (),
    e.ConsentOverridden: (),
    e.FipStarted: (),
    e.FipEnded: (),
    e.PlanEnded: (),
    e.EpisodeTold: (),
    # meetings
    e.SlotsAsked: (lambda body, desk: _look(body, desk),),
    e.BookingAsked: (lambda body, desk: _book(body, desk),),
    e.SeatsTaken: (lambda body, desk: seats.take(desk.file, body),),
    e.NothingFits: (lambda body, desk: seats.fail(desk.file, body),),
    e.SlotsFound: (lambda body, desk: seats.offer(body),),
    e.MeetingCancelled: (lambda body, desk: seats.cancel(desk.file, body),),
    e.MeetingHeld: (),
    e.MinutesRecorded: (),
    # what people and the post tell us
    e.AnswerGiven: (),
    e.CallLogged: (),
    e.MessageAccepted: (),
    e.MessageFailed: (),
    e.DutyExcused: (lambda body, desk: _excuse(body, desk),),
    e.RecordHeld: (lambda body, desk: _pass_on_held(body, desk),),
    e.RecordReleased: (lambda body, desk: _pass_on_held(body, desk),),
    e.TimeCame: (),
    # one adult's own stream
    e.EpisodeOpened: (lambda body, desk: person.must_have_basis(body),),
    e.EpisodeHandedOver: (),
    e.EpisodeClosed: (),
    e.ReferenceRecorded: (),
    e.MembershipBegan: (),
    e.MembershipEnded: (),
    # the area's diary
    e.RoomRecorded: (),
    e.BusyRecorded: (),
    e.SeatsSought: (lambda body, desk: keeping.answer(desk.file, body, desk.protocol),),
    e.SeatsReleased: (lambda body, desk: keeping.give_back(desk.file, body),),
    # the area's directory
    e.AreaRecorded: (),
    e.AgencyRecorded: (),
    e.WorkerRecorded: (),
}
