"""What really happened, counted: each kind of event taken in, each fault that struck, each kind of meeting held.

A kind that never happened is a hole in the simulator, and past a few hundred histories it fails the run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import get_args

from handlers.facts import DutyKind, MeetingKind
from streams.wire import EVENT_TYPES
from tests.simulation.book import Row
from tests.simulation.cases import Case
from tests.simulation.faults import RATES

ENOUGH = 200  # histories, from which on no kind may be missing
# Holes that are known: the invented areas have no subscribers, which no family's file reads; tests/infra has. Their
# people answer yes, no or maybe: what else an invitee may say, who took part in a strategy discussion and that an
# illness may be induced, what several must agree are tried in tests/handlers.
NOT_LIVED = (
    *("SubscriberRecorded", "SubscriberRemoved", "TreatmentConsidered", "InducedIllnessRecorded"),
    *("DeputyNamed", "DeputyApproved", "DeputyRefused", "TimeProposed", "ProposalDeclined", "ReportPromised"),
    *("NeedsTold", "NeedArranged", "FeedbackGiven"),
    *("approve_deputy", "answer_proposal", "tell_declined", "arrange_need", "reply_to_feedback"),
    *("name_paediatrician", "complete_discussion", "consider_treatment"),
    *("AgreementRecorded", "HoursSuit", "settle_issue", "IssueSettled", "IssueRaised"),
    *("read_out_report", "report_asked_for", "ask_report", "ReportReadOut", "TransferPapersReceived"),
    *("name_chair", "ChairNamed", "MeetingBroughtForward", "ChildDecided", "InterimPlanAgreed"),
    "agree_late_conference",
)
EXPECTED: dict[str, tuple[str, ...]] = {
    "events": tuple(sorted({t.__name__ for t in EVENT_TYPES.values()}.difference(NOT_LIVED))),
    "faults": tuple(sorted(RATES)),
    "meetings held": get_args(MeetingKind),
    "duties": tuple(kind for kind in get_args(DutyKind) if kind not in NOT_LIVED),
    "told": ("late", "duplicate", "released", "reordered"),
    "rebuilt": ("in the same process", "in a fresh process"),
}
Tally = Counter[tuple[str, str]]


def counted(ledger: Iterable[Row], case: Case) -> Tally:
    """One case's own numbers."""
    tally: Tally = Counter()
    events = set(EXPECTED["events"])
    for row in ledger:
        type_, body = row["type"], row["body"]
        if type_ in events:
            tally["events", type_] += 1
        if type_ == "MeetingHeld":
            tally["meetings held", body["meeting"].partition(":")[0].replace("-", "_")] += 1
        elif type_ == "DutyOpened":
            tally["duties", body["duty"]["kind"]] += 1
    for fault in case.faults:
        tally["faults", fault.fault] += 1
    return tally + _of_what_was_told(case)


def _of_what_was_told(case: Case) -> Tally:
    tally: Tally = Counter()
    for op in case.ops:
        if op.what == "again":
            tally["told", "duplicate"] += 1
        elif op.what == "release":
            tally["told", "released"] += 1
        elif op.event and op.event["time"][:10] != op.event["recordedtime"][:10]:
            tally["told", "late"] += 1
    return tally


def lines(tally: Tally) -> list[str]:
    """One line for each group, the commonest first."""
    told = []
    for group, kinds in EXPECTED.items():
        counts = sorted(((tally[group, kind], kind) for kind in kinds), key=lambda x: (-x[0], x[1]))
        told.append(f"{group}: " + ", ".join(f"{kind} {count}" for count, kind in counts))
    return told


def missing(tally: Tally) -> list[str]:
    """Each kind that never happened."""
    return [f"{group}: {kind}" for group, kinds in EXPECTED.items() for kind in kinds if not tally[group, kind]]
