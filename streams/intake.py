"""The spine: read, open, decide, settle; and the two failure doors.

*Can't now* (`CannotNow`) passes through to the engine, which waits in place. *Can't ever* goes to the held shelf
with its reason, and the rest goes on. A batch that fails as a whole is taken again one record at a time, so that
one bad record costs no other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from handlers.decide import Decision, decide
from handlers.events import Event, HeldReason, Impossible
from handlers.working_days import HolidaysUnknown
from streams.office import CannotNow, Office, Opened, Refusal, Settlement, Sitting
from streams.wire import Letter, Unreadable, read, recorded_at

NEVER = datetime.max.replace(tzinfo=UTC)


class _Refused(Exception):
    """Inside a batch: this record must go to the shelf, so the batch is taken again one by one."""

    def __init__(self, reason: HeldReason, sentence: str) -> None:
        super().__init__(sentence)
        self.reason, self.sentence = reason, sentence


async def take(letters: Sequence[Letter], office: Office, now: datetime, latest: datetime = NEVER) -> None:
    """Settle these records, in order. Returns once all are settled, parked or held; raises CannotNow.

    now: the instant at the door, which stamps records that do not say when they were recorded. latest: what says that
    it was recorded after this is held, since it would take its family and the area's diary into the future.
    """
    if len(letters) > 1:
        try:
            await _together(letters, office, now, latest)
            return
        except CannotNow:
            raise
        except Exception:  # the batch was poisoned; find out by whom
            pass
    for letter in letters:
        await _alone(letter, office, now, latest)


async def _alone(letter: Letter, office: Office, now: datetime, latest: datetime) -> None:
    said = recorded_at(letter, now)
    known_at = said if said <= latest else now
    try:
        await _together([letter], office, now, latest)
    except CannotNow:
        raise
    except _Refused as refused:
        refusal = Refusal(letter, refused.reason, refused.sentence, known_at)
    except Exception as error:  # a rule raised: a fault of ours, and never a reason to lose the event
        refusal = Refusal(
            letter, "rule_failed", f"our rules failed on it ({error!r}): tell support, then release it", known_at
        )
    else:
        return
    async with office.sitting() as sitting:
        await sitting.hold(refusal)


async def _together(letters: Sequence[Letter], office: Office, now: datetime, latest: datetime) -> None:
    events = await office.seal([_read(letter, now, latest) for letter in letters])
    async with office.sitting() as sitting:
        fresh = await _resolved(await _unseen(events, sitting), sitting)
        opened = await sitting.open(sorted({event.stream for event in fresh}))
        settlements: list[Settlement] = []
        for event in fresh:
            desk = opened[event.stream]
            instant = max(event.recorded, desk.decided_at or event.recorded)
            decision = _judged(event, desk, instant)
            if decision.awaits:
                await sitting.park(event, decision.awaits)
                continue
            opened[event.stream] = replace(desk, file=decision.file, decided_at=instant)
            settlements.append(Settlement(event, decision, instant))
        await sitting.settle(settlements)


def _judged(event: Event, desk: Opened, now: datetime) -> Decision:
    try:
        return decide(event, desk.file, desk.protocol, desk.directory, now)
    except (Impossible, HolidaysUnknown) as error:
        reason = error.reason if isinstance(error, Impossible) else "impossible"
        raise _Refused(reason, str(error)) from None


def _read(letter: Letter, now: datetime, latest: datetime) -> Event:
    try:
        event = read(letter, now)
    except Unreadable as error:
        raise _Refused("unreadable", str(error)) from None
    if event.recorded > latest:
        day = f"{event.recorded:%Y-%m-%d}"
        raise _Refused(
            "impossible",
            f"it says that it was recorded on {day}, which is still to come: mend its recordedtime and release it",
        )
    return event


async def _unseen(events: Sequence[Event], sitting: Sitting) -> list[Event]:
    """Those not settled before, each once; the same name with another body is for a person to look at."""
    seen = await sitting.seen(events)
    fresh: dict[tuple[str, str], Event] = {}
    for event in events:
        name = (event.source, event.id)
        before = fresh.get(name)
        if seen.get(name) is False or (before is not None and before != event):
            raise _Refused(
                "clash",
                f"{event.source} has sent another event under the id {event.id} before: give this one its own id"
                " and release it",
            )
        if name not in seen:
            fresh[name] = event
    return list(fresh.values())


async def _resolved(events: Sequence[Event], sitting: Sitting) -> list[Event]:
    """Outside references turned into our own streams; an unknown one waits until it is known (decision 7)."""
    ready = []
    for event in events:
        resolved = await sitting.resolve(event)
        if isinstance(resolved, str):
            await sitting.park(event, resolved)
        else:
            ready.append(resolved)
    return ready
