"""What people do about what they are sent and owed: answer, ring, acknowledge, ask consent, mend; or keep silent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from random import Random

from handlers import events as e
from tests.simulation.area import DIRECTORY, again, chance
from tests.simulation.book import Row
from tests.simulation.cases import Op
from tests.simulation.people import COORDINATOR, Known, People, Planned
from tests.simulation.sittings import STEPS as SITTINGS
from tests.simulation.sittings import Step


def _invited(people: People, row: Row, now: datetime) -> Iterator[Planned]:
    """A quick person, a slow one, one who must be rung, one who never answers; never by message alone."""
    body, stream = row["body"], row["stream"]
    known = people.meeting(stream, body["meeting"])
    person = body["person"]
    known.guests[person] = not body.get("cancelled", False)
    if body.get("cancelled"):
        return
    rng = people.rng("answer", stream, known.meeting, person, body["sequence"])
    drawn = rng.random() * (0.8 if people.treats(person) else 3.0)
    reply: e.Reply = rng.choice(("accepted", "accepted", "accepted", "tentative", "declined"))
    if drawn < 0.5:
        answer = e.AnswerGiven(known.meeting, person, reply, COORDINATOR)
        yield people.soon(now, rng, 0, 0, 0, 1, 1, 3), lambda at: _if_not_sat(people, known, answer, at)
    elif drawn < 0.68:
        outcome = rng.choice(("spoke", "spoke", "no_answer"))
        remark = f"They asked after {people.child(stream, rng)}." if chance(rng, 0.5) else None
        call = e.CallLogged(known.meeting, person, outcome, COORDINATOR, remark)  # type: ignore[arg-type]
        yield people.soon(now, rng, 0, 1, 2, 4), lambda at: _if_not_sat(people, known, call, at)


def _if_not_sat(people: People, known: Known, body: e.Body, now: datetime) -> Iterator[Op]:
    if not known.sat and known.starts_at and now < known.starts_at:
        yield people.op(known.stream, body, now)


def _ring(people: People, row: Row, now: datetime) -> Iterator[Planned]:
    """A late duty was put before somebody, or a call asked for: they ring, or end it with a reason, or do nothing."""
    stream, duty = row["stream"], row["body"]["duty"]
    rng = people.rng("ring", stream, duty, row["type"], row["body"].get("rung"))
    about = people.duties.get(duty)
    drawn = rng.random()
    if about and about["kind"] == "tell_treatment" and about.get("to") and drawn < 0.45:
        outcome = rng.choice(("spoke", "spoke", "no_answer"))
        call = e.CallLogged(about["meeting"], about["to"], outcome, COORDINATOR)  # type: ignore[arg-type]
        yield people.soon(now, rng, 0, 0, 1), lambda at: [people.op(stream, call, at)]
    elif drawn > 0.9:
        reason = f"Told in person, about {people.child(stream, rng)}."
        yield (
            people.soon(now, rng, 0, 1, 3),
            lambda at: [people.op(stream, e.DutyExcused(duty, reason, COORDINATOR), at)],
        )


def _collected(people: People, row: Row, now: datetime) -> Iterator[Planned]:
    body = row["body"]
    rng = people.rng("collect", row["stream"], body["message"])
    if body.get("ready_to_collect") and chance(rng, 0.9):
        call = e.CallLogged(body["meeting"], body["person"], "collected", COORDINATOR)
        yield people.soon(now, rng, 0, 0, 1, 1, 2, 9), lambda at: [people.op(row["stream"], call, at)]


def _accepted(people: People, row: Row, now: datetime) -> Iterator[Planned]:
    """The relay took it; some come back hours later, as a bounce reader would let us know."""
    body = row["body"]
    yield from _collected(people, row, now)
    if not people.bounces(body["message"]):
        return
    rng = people.rng("bounce", body["message"])
    failed = e.MessageFailed(
        message=body["message"],
        meeting=body["meeting"],
        person=body["person"],
        paper=body["paper"],
        how="bounced",
        revision=body.get("revision", 0),
    )
    at = people.soon(now, rng, 0, 0, 1, 2)
    yield at, lambda at: [people.op(row["stream"], failed, at, "quorate/post")]


# --- what is owed


def _owed(people: People, row: Row, now: datetime) -> Iterator[Planned]:
    duty, stream = row["body"]["duty"], row["stream"]
    people.duties[duty["id"]] = dict(duty)  # the ledger's own row stays as it is
    rng = people.rng("owed", stream, duty["id"])
    act = ACTS.get(duty["kind"])
    if act is None:
        return
    if duty["kind"] == "seek_consent":
        yield from _asks_consent(people, stream, duty, now)
    elif (likely := act[1]) and chance(rng, likely):
        yield people.soon(now, rng, 0, 1, 1, 2, 6), lambda at: act[0](people, stream, duty, rng, at)


def _moved(people: People, row: Row, now: datetime) -> Iterator[Planned]:
    duty = people.duties.get(row["body"]["duty"])
    if duty is not None:
        duty["to"] = row["body"]["to"]
    yield from ()


def _acknowledges(people: People, stream: str, duty: Row, rng: Random, now: datetime) -> Iterator[Op]:
    if duty.get("to"):
        yield people.op(stream, e.DutyAcknowledged(duty["id"], duty["to"], COORDINATOR), now)


def _reports(people: People, stream: str, duty: Row, rng: Random, now: datetime) -> Iterator[Op]:
    if duty.get("to") and duty.get("meeting"):
        yield people.op(stream, e.ReportReceived(duty["meeting"], duty["to"], COORDINATOR), now)


def _refers(people: People, stream: str, duty: Row, rng: Random, now: datetime) -> Iterator[Op]:
    made = e.ReferralMade(
        referral=f"REF-{duty['id'][2:]}", made_by="w-social-0", how="written", person=duty.get("adult")
    )
    yield people.op(stream, made, now)


def _finds_somebody(people: People, stream: str, duty: Row, rng: Random, now: datetime) -> Iterator[Op]:
    """The directory gets an address for somebody of the service, and every family hears of it in time."""
    staff = people.area.staff(duty.get("service") or "")
    if staff:
        yield people.op(
            f"{people.area.name}/partnership/{people.area.name}", again(people.area, rng.choice(staff)), now, DIRECTORY
        )


def _asks_consent(people: People, stream: str, duty: Row, now: datetime) -> Iterator[Planned]:
    """Given, refused, given and withdrawn, overridden; or never asked. For whichever purpose the duty is about."""
    rng = people.rng("consent", stream, duty["adult"], duty.get("meeting"))
    purposes: Sequence[e.Purpose] = ("fip", "joint_review", "care_plan", "change")
    by_kind = {"fip-review": "fip", "joint-care-plan-review": "joint_review", "care-plan-meeting": "care_plan"}
    purpose = by_kind.get((duty.get("meeting") or "").partition(":")[0], "change")
    drawn = rng.random()
    asked = next(p for p in purposes if p == purpose)
    if drawn < 0.6:
        body: e.Body = e.ConsentRecorded(duty["adult"], asked, drawn < 0.4, "w-social-0")
    elif drawn < 0.75:
        ground = rng.choice(("life_at_risk", "greater_harm", "lawful_basis"))
        body = e.ConsentOverridden(duty["adult"], asked, ground, "w-social-0")  # type: ignore[arg-type]
    else:
        return
    yield people.soon(now, rng, 0, 1, 2, 5), lambda at: [people.op(stream, body, at)]
    if drawn < 0.12:
        withdrawn = e.ConsentRecorded(duty["adult"], asked, False, "w-social-0")
        yield people.soon(now, rng, 7, 9, 14), lambda at: [people.op(stream, withdrawn, at)]


def _shelved(people: People, row: Row, now: datetime) -> Iterator[Planned]:
    """A record without a basis: the coordinator finds one, days later, and lets it in; or leaves it lying."""
    body = row["body"]
    rng = people.rng("shelf", body["record"])
    if body["reason"] == "no_basis" and chance(rng, 0.8) and body["record"] not in people.mended:
        people.mended.add(body["record"])
        record = body["record"]
        yield people.soon(now, rng, 0, 1, 3, 8), lambda at: [Op(at=at, what="release", record=record, by=COORDINATOR)]


Act = Callable[[People, str, Row, Random, datetime], Iterator[Op]]
ACTS: dict[str, tuple[Act, float]] = {
    "tell_change": (_acknowledges, 0.6),
    "report_from_treatment": (_reports, 0.6),
    "make_referral": (_refers, 0.6),
    "name_representative": (_finds_somebody, 0.5),
    "seek_consent": (_acknowledges, 0.75),
}
STEPS: dict[str, Step] = {
    **SITTINGS,
    "InvitationIssued": _invited,
    "CallAskedFor": _ring,
    "RungClimbed": _ring,
    "MessageAccepted": _accepted,
    "DutyOpened": _owed,
    "DutyMoved": _moved,
    "RecordHeld": _shelved,
}


class Reactions(People):
    """People who react to each new row of the ledger."""

    def react(self, rows: Sequence[Row], now: datetime) -> Iterator[Planned]:
        for row in rows:
            if step := STEPS.get(row["type"]):
                yield from step(self, row, now)
