"""Answering: the page that asks, the form that publishes an event, and the page that says it was heard."""

from __future__ import annotations

from msgspec import to_builtins
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from handlers import admission
from handlers.events import AnswerGiven, Body, Event, Impossible, Reply
from handlers.people import derived
from infra.papers.words import one_line, when
from infra.publishing import Tally, let_in
from infra.web.forms import FORMS, Field, Form, Wrong
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
NOT_POSSIBLE = "We cannot take this as it stands. Please ring us"
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
    return await _recorded(house, guest, body)


async def ask(house: House, request: Request, guest: Guest) -> Response:
    """One of the other forms, where it is open to this guest."""
    form = _form(request, guest)
    return _asked(request, guest, form) if form else _page(request, guest)


async def hear(house: House, request: Request, guest: Guest) -> Response:
    """Record what another form says. What the rules would refuse is said here, so that nothing lies on a shelf."""
    form = _form(request, guest)
    if form is None:
        return _page(request, guest)
    said = await request.form(max_files=0, max_fields=40)
    try:
        body = await form.read(house, guest, said)
        admission.check(_event(guest, body), guest.file)
    except Wrong as fault:
        return _asked(request, guest, form, said, fault)
    except Impossible:
        return _asked(request, guest, form, said, Wrong(form.fields[0].name, NOT_POSSIBLE))
    return await _recorded(house, guest, body)


async def done(house: House, request: Request, guest: Guest) -> Response:
    return page(request, "done", _about(guest))


async def _recorded(house: House, guest: Guest, body: Body) -> Response:
    """Let it in as an event of the guest's own, after what they said before."""
    await let_in(house, {len(guest.waiting): _event(guest, body)}, Tally())
    return RedirectResponse(f"/answer/{guest.invitation}/done", 303)


def _event(guest: Guest, body: Body) -> Event:
    """Named by the instant at which it was said: whoever changes their mind and back says three things."""
    id_ = derived(SOURCE, guest.invitation, type_name(body), wall().isoformat())
    return Event(id_, SOURCE, guest.stream, guest.now, guest.now, body)


def _form(request: Request, guest: Guest) -> Form | None:
    form = FORMS.get(request.path_params["form"])
    return form if form and form.open_to(guest) else None


def _asked(
    request: Request, guest: Guest, form: Form, said: FormData | None = None, fault: Wrong | None = None
) -> Response:
    """The form, with what was typed before kept in it."""
    shown: dict[str, object] = {"title": form.title, "lead": form.lead, "path": request.path_params["form"]}
    shown["fields"] = [_with_what_was_said(field, said or FormData()) for field in form.fields]
    shown |= {"fault": fault.sentence if fault else "", "faulty": fault.field if fault else ""}
    return page(request, "ask", _about(guest) | shown, 422 if fault else 200)


def _with_what_was_said(field: Field, said: FormData) -> dict[str, object]:
    before = said.getlist(field.name)
    chosen = [{"value": value, "text": words, "checked": value in before} for value, words in field.choices]
    day = [said.get(f"{field.name}-{part}", "") for part in ("day", "month", "year")]
    shown: dict[str, object] = to_builtins(field)
    return shown | {"said": before, "choices": chosen, "day": day}


def _page(request: Request, guest: Guest, fault: str = "", status: int = 200) -> Response:
    others = [{"path": path, "link": form.link} for path, form in FORMS.items() if form.open_to(guest)]
    return page(request, "answer", _about(guest) | {"fault": fault, "choices": CHOICES, "others": others}, status)


def _about(guest: Guest) -> dict[str, object]:
    """What the pages say of a meeting: no name, no kind of meeting, nobody else's part."""
    hours = guest.hours
    return {
        "invitation": guest.invitation,
        "team": one_line(guest.directory.team),
        "telephone": one_line(guest.directory.telephone),
        "when": when(hours.starts_at, hours.ends_at) if hours else "",
        "place": one_line(hours.place) if hours else "",
        "agency": one_line(guest.directory.agency_of(guest.person)),
        "role": one_line(guest.role),
        "over": guest.over,
        "can_answer": guest.can_answer,
        "revision": guest.revision,
        "answered": guest.answered or "",
        "answer": WORDS[guest.answered] if guest.answered else "",
    }
