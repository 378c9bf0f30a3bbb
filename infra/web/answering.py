"""Answering: the page that asks, the form that publishes an event, and the page that says it was heard."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from handlers.events import AnswerGiven, Body, Event, Reply
from handlers.people import derived
from infra.papers.words import one_line, when
from infra.publishing import Tally, let_in
from infra.web.guests import REPLIES, SOURCE, Guest
from infra.web.pages import page
from infra.wiring import House
from streams.clock import wall
from streams.wire import type_name

WORDS: dict[Reply, str] = {
    "accepted": "Yes, I will come",
    "tentative": "Perhaps, I am not sure yet",
    "declined": "No, I cannot come",
}
CHOICES = [{"value": reply, "text": words} for reply, words in WORDS.items()]  # none is chosen beforehand
NO_ANSWER = "Choose whether you can come"
MOVED = "The time has changed since you opened this page. Look at the new time, then answer again"


async def show(house: House, request: Request, guest: Guest) -> Response:
    return _page(request, guest)


async def take(house: House, request: Request, guest: Guest) -> Response:
    """Record what the form says, if it says something of the time that stands."""
    form = await request.form(max_files=0, max_fields=40)
    reply = next((r for r in REPLIES if r == form.get("reply")), None)
    if not guest.can_answer:
        return _page(request, guest)
    if form.get("revision") != str(guest.revision):
        return _page(request, guest, MOVED, status=409)
    if reply is None:
        return _page(request, guest, NO_ANSWER, status=422)
    body = AnswerGiven(guest.meeting.id, guest.person, reply, guest.person, guest.revision)
    await publish(house, guest, [body])
    return RedirectResponse(f"/answer/{guest.invitation}/done", 303)


async def done(house: House, request: Request, guest: Guest) -> Response:
    return page(request, "done", _about(guest))


async def publish(house: House, guest: Guest, bodies: list[Body]) -> None:
    """Let these in as events of the guest's own, after what they said before."""
    first = len(guest.waiting)
    events = {n: _event(guest, body, n) for n, body in enumerate(bodies, first)}
    await let_in(house, events, Tally())


def _event(guest: Guest, body: Body, n: int) -> Event:
    """Named by the instant at which it was said: whoever changes their mind and back says three things."""
    id_ = derived(SOURCE, guest.invitation, type_name(body), wall().isoformat(), str(n))
    return Event(id_, SOURCE, guest.stream, guest.now, guest.now, body)


def _page(request: Request, guest: Guest, fault: str = "", status: int = 200) -> Response:
    return page(request, "answer", _about(guest) | {"fault": fault, "choices": CHOICES}, status)


def _about(guest: Guest) -> dict[str, object]:
    """What the pages say of a meeting: no name, no kind of meeting, nobody else's part."""
    booked = guest.meeting.booked
    return {
        "invitation": guest.invitation,
        "team": one_line(guest.directory.team),
        "telephone": one_line(guest.directory.telephone),
        "when": when(booked.starts_at, booked.ends_at) if booked else "",
        "place": one_line(booked.place) if booked else "",
        "agency": one_line(guest.directory.agency_of(guest.person)),
        "role": one_line(guest.role),
        "over": guest.over,
        "can_answer": guest.can_answer,
        "revision": guest.revision,
        "answered": guest.answered or "",
        "answer": WORDS[guest.answered] if guest.answered else "",
    }
