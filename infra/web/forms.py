"""What else an invitee may say on a page: each form with its fields, to whom it is open, and its event."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from msgspec import Struct
from starlette.datastructures import FormData

from handlers import events as e
from handlers.events import Body
from handlers.meetings.deputies import next_id
from handlers.people import domain_of
from handlers.working_days import LONDON, local_day
from infra.db.engine import transaction
from infra.db.sealing import keys_in
from infra.papers.words import ADDRESS, one_line
from infra.web.guests import Guest
from infra.wiring import House

LONGEST, LONGEST_WORDS = 120, 4000
A_YEAR = timedelta(days=366)
CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?", re.IGNORECASE)
FORMATS = (("large_print", "Large print"), ("easy_read", "Easy read"), ("braille", "Braille"))
NEEDS: tuple[tuple[e.NeedKind, str], ...] = (
    ("interpreter", "An interpreter"),
    ("advocate", "An advocate, who speaks for me or with me"),
    ("creche", "Somebody to look after my children meanwhile"),
    ("transport", "Help to get there"),
    ("format", "Papers in another format"),
    ("welsh", "To take part in Welsh"),
)


class Wrong(Exception):
    """The form cannot be taken as it is: the field, and one sentence with the mend."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field, self.sentence = field, sentence


class Field(Struct, frozen=True):
    """One question. choices: value and words of each box or button."""

    kind: Literal["line", "words", "day", "boxes", "buttons"]
    name: str
    label: str
    hint: str = ""
    choices: Sequence[tuple[str, str]] = ()


class Form(Struct, frozen=True, kw_only=True):
    """One page with a form. link: the words that lead to it; read: what it says, or Wrong."""

    link: str
    title: str
    lead: str
    fields: tuple[Field, ...]
    open_to: Callable[[Guest], bool]
    read: Callable[[House, Guest, FormData], Awaitable[Body]]


def typed(form: FormData, name: str, at_most: int = LONGEST) -> str:
    """What stands in this field. Raises Wrong if that is too much."""
    text = str(form.get(name) or "").strip()
    if len(text) > at_most:
        raise Wrong(name, f"Say it in {at_most} characters or fewer")
    return text


def day_in(form: FormData, name: str, guest: Guest) -> date:
    """The day in three fields, from today on and within a year. Raises Wrong."""
    today = local_day(guest.now)
    try:
        day, month, year = (int(typed(form, f"{name}-{part}")) for part in ("day", "month", "year"))
        found = date(year, month, day)
    except (ValueError, OverflowError, Wrong):
        raise Wrong(name, f"Give a day in figures, such as {today.day} {today.month} {today.year}") from None
    if not today <= found <= today + A_YEAR:
        raise Wrong(name, "Give a day from today on, and within a year")
    return found


async def _another_time(house: House, guest: Guest, form: FormData) -> Body:
    day, clock = day_in(form, "on", guest), CLOCK.fullmatch(typed(form, "clock"))
    hour, minute = (int(clock[1]), int(clock[2] or 0)) if clock else (24, 0)
    if clock and clock[3]:
        hour = hour % 12 + (12 if clock[3].lower() == "pm" else 0) if 0 < hour <= 12 else 24
    if hour > 23 or minute > 59:
        raise Wrong("clock", "Give a time, such as 14:30 or 2.30pm")
    starts_at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=LONDON)
    if starts_at <= guest.now:
        raise Wrong("on", "Give a time that has not passed")
    remark = typed(form, "remark", LONGEST_WORDS) or None
    return e.TimeProposed(guest.meeting.id, guest.person, starts_at, guest.person, None, remark)


async def _deputy(house: House, guest: Guest, form: FormData) -> Body:
    """A colleague whom the directory knows by this address, or somebody under an id of their own."""
    name, address = one_line(typed(form, "name")), typed(form, "address").lower()
    if not name:
        raise Wrong("name", "Give the name of whoever comes instead of you")
    if not ADDRESS.fullmatch(address):
        raise Wrong("address", "Give an e-mail address, such as name@example.org")
    if known := await _colleague(house, guest, address):
        deputy = e.Deputy(person=known)
    else:
        own = next_id(guest.meeting, guest.person)
        deputy = e.Deputy(person=own, name=name, address=address, domain=domain_of(address))
    return e.DeputyNamed(guest.meeting.id, guest.person, deputy, guest.person)


async def _colleague(house: House, guest: Guest, address: str) -> str | None:
    """The worker of the same agency whose address this is."""
    workers = guest.directory.workers
    ours = [w for w in workers.values() if w.agency == workers[guest.person].agency and w.address is not None]
    async with transaction(house.engine) as connection:
        await house.keyring.load(connection, {key for w in ours for key in keys_in(w)})
    return next((w.worker for w in ours if house.keyring.open_up(w.address or "").lower() == address), None)


async def _report(house: House, guest: Guest, form: FormData) -> Body:
    return e.ReportPromised(guest.meeting.id, guest.person, day_in(form, "on", guest), guest.person)


async def _needs(house: House, guest: Guest, form: FormData) -> Body:
    chosen = [need for need, _ in NEEDS if need in form.getlist("needs")]
    language, paper = one_line(typed(form, "language")), typed(form, "paper")
    if not chosen:
        raise Wrong("needs", "Choose what you need")
    if "interpreter" in chosen and not language.replace(" ", "").isalpha():
        raise Wrong("language", "Say for which language you need an interpreter")
    if "format" in chosen and paper not in dict(FORMATS):
        raise Wrong("paper", "Choose the format that you need")
    which = {"interpreter": language, "format": paper}
    needs = tuple(e.Need(need=need, which=which.get(need, "")) for need in chosen)
    remark = typed(form, "remark", LONGEST_WORDS) or None
    return e.NeedsTold(guest.person, needs, guest.person, guest.meeting.id, remark)


async def _feedback(house: House, guest: Guest, form: FormData) -> Body:
    words = typed(form, "words", LONGEST_WORDS)
    if not words:
        raise Wrong("words", "Say how the meeting was for you")
    wanted = form.get("reply_wanted") == "yes"
    return e.FeedbackGiven(guest.meeting.id, guest.person, words, guest.person, wanted)


def _ahead(guest: Guest) -> bool:
    hours = guest.hours
    return guest.can_answer and hours is not None and guest.now < hours.starts_at


def _worker_ahead(guest: Guest) -> bool:
    return _ahead(guest) and guest.person in guest.directory.workers


def _sends_others(guest: Guest) -> bool:
    """Nobody but whom the diary finds takes the chair."""
    return _worker_ahead(guest) and bool(guest.meeting.booked and guest.meeting.booked.chair != guest.person)


REMARK = Field("words", "remark", "Anything more (optional)")
FORMS: dict[str, Form] = {
    "time": Form(
        link="ask for another time",
        title="Ask for another time",
        lead="The meeting stays at its time unless we write to you. We take it that you may come meanwhile.",
        fields=(
            Field("day", "on", "Which day would suit you?"),
            Field("line", "clock", "At what time?", "Such as 14:30 or 2.30pm, UK time"),
            REMARK,
        ),
        open_to=_ahead,
        read=_another_time,
    ),
    "deputy": Form(
        link="name a colleague who comes instead of you",
        title="Who comes instead of you?",
        lead="Name somebody of your own agency. We write to them, if need be once we have agreed, and take it that you"
        " do not come yourself.",
        fields=(Field("line", "name", "Name"), Field("line", "address", "E-mail address at work")),
        open_to=_sends_others,
        read=_deputy,
    ),
    "report": Form(
        link="promise a written report",
        title="When does your report come?",
        lead="Tell us by which day. Send the report itself as you always do, not here.",
        fields=(Field("day", "on", "By which day?"),),
        open_to=_worker_ahead,
        read=_report,
    ),
    "needs": Form(
        link="tell us what you need to take part",
        title="What do you need to take part?",
        lead="What you send takes the place of what you told us before about this meeting.",
        fields=(
            Field("boxes", "needs", "What do you need?", "Choose all that you need", NEEDS),
            Field("line", "language", "Which language, if you need an interpreter?"),
            Field("buttons", "paper", "Which format, if you need papers in another?", "", FORMATS),
            REMARK,
        ),
        open_to=_ahead,
        read=_needs,
    ),
    "feedback": Form(
        link="tell us how it was",
        title="How was the meeting for you?",
        lead="Please name nobody.",
        fields=(
            Field("words", "words", "How was it?"),
            Field("boxes", "reply_wanted", "Shall we write back?", "", (("yes", "Yes, please write back to me"),)),
        ),
        open_to=lambda guest: guest.meeting.held,
        read=_feedback,
    ),
}
