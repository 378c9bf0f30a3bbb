"""What happened, in words that a person reads: each event as the clause after `since`."""

from __future__ import annotations

from handlers import events as e
from handlers.events import Body
from handlers.facts import Grade

OURS = ("quorate", "quorate/clock", "quorate/post")
HERE = {"quorate/cli": "said at the command line", "quorate/web": "said on the web", "quorate/replies": "by mail"}

CLAUSES: dict[type[Body], str] = {
    e.HouseholdRecorded: "the household was recorded",
    e.MemberJoined: "somebody joined the family",
    e.MemberLeft: "somebody left the family",
    e.ProfessionalInvolved: "a worker began to work with the family",
    e.ProfessionalLeft: "a worker stopped working with the family",
    e.StrategyDiscussionHeld: "a strategy discussion was held",
    e.ConferenceAskedFor: "a conference was asked for",
    e.FactorsAssessed: "an assessment named its factors",
    e.FactorWithdrawn: "a factor was taken back",
    e.FlagRecorded: "the record said whether an adult misuses substances",
    e.ConsentRecorded: "somebody's word on consent was recorded",
    e.ConsentOverridden: "an override of consent was recorded",
    e.FipStarted: "a Family Intervention Project started",
    e.FipEnded: "a Family Intervention Project ended",
    e.ReferralMade: "a referral was made",
    e.ReferralConfirmed: "a referral was confirmed in writing",
    e.ReferralDecided: "a referral was decided",
    e.SignificantChangeRecorded: "a significant change was recorded",
    e.AdviceAsked: "informal advice was asked for",
    e.RecordedInError: "a record was found to be in error",
    e.PreBirthConferenceAskedFor: "a pre-birth conference was asked for",
    e.TransferNotified: "a family with a plan moved in from another area",
    e.MeetingAskedFor: "somebody asked for a meeting by a day",
    e.MeetingHeld: "the meeting was recorded as held",
    e.MeetingAdjourned: "the meeting was adjourned",
    e.DecisionsRecorded: "the decisions of a meeting were recorded",
    e.ReportReceived: "a report came in",
    e.MinutesRecorded: "the minutes of a meeting were recorded",
    e.ConferenceHeldBefore: "a return told of a conference held before",
    e.PlanStoodBefore: "a return told of a plan made before",
    e.PlanEnded: "a child protection plan ended",
    e.SlotsAsked: "somebody asked which times would suit",
    e.BookingAsked: "a coordinator asked for a time",
    e.MeetingCancelled: "a meeting was called off",
    e.AnswerGiven: "somebody answered an invitation",
    e.CallLogged: "a call was logged, or a paper collected",
    e.DutyAcknowledged: "somebody showed that they know",
    e.DutyExcused: "a named person answered for a duty",
    e.SeatsTaken: "a time was found",
    e.NothingFits: "no time was found",
    e.SlotsFound: "the diary said which times would suit",
    e.EpisodeTold: "we were told of a treatment episode",
    e.EpisodeWithdrawn: "an episode was taken back",
    e.DirectoryChanged: "the directory changed",
    e.MessageAccepted: "the mail relay took a mail",
    e.MessageFailed: "a mail was refused, came back or was lost from sight",
    e.RecordHeld: "a record was held for a person to mend",
    e.RecordReleased: "a held record was released",
    e.TimeCame: "the hour had come",
    e.EpisodeOpened: "treatment began",
    e.EpisodeHandedOver: "the key worker changed",
    e.EpisodeClosed: "treatment ended",
    e.EpisodeReopened: "treatment went on after all",
    e.ReferenceRecorded: "a reference of another system became known",
    e.MembershipBegan: "an adult came into the scope of a family",
    e.MembershipEnded: "an adult left the scope of a family",
    e.RoomRecorded: "a room was recorded",
    e.BusyRecorded: "somebody's busy time was recorded",
    e.SeatsSought: "a family sought a time",
    e.SeatsReleased: "a family gave a time back",
    e.AreaRecorded: "the area was recorded",
    e.AgencyRecorded: "an agency was recorded",
    e.WorkerRecorded: "a worker was recorded",
    e.LeaveRecorded: "somebody's leave was recorded",
    e.StandingMeetingRecorded: "a standing meeting was recorded",
    e.StandingMeetingHeld: "a standing meeting was held",
    e.ServiceWatched: "a family asked to hear of a service",
}
CLOSES: dict[Grade, str] = {
    "accepted": "it ends when the mail relay has taken what is to be sent, or the paper was collected",
    "acknowledged": "it ends when whoever must be told answers, is spoken to, or takes part; a mail sent is not enough",
    "attended": "it ends when they have taken part",
    "booked": "it ends when a time is fixed",
    "held": "it ends when the meeting was held",
    "answered": "it ends with an answer",
    "recorded": "it ends when what is asked for was recorded",
    "released": "it ends when the record is released",
}


def since(body: type[Body], source: str) -> str:
    """`since a time was found`, with who said so where it was not this house itself."""
    told_by = "" if source in OURS else f" ({HERE.get(source, f'told by {source}')})"
    return f"since {CLAUSES[body]}{told_by}"
