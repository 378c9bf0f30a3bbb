"""The site: each address, what it asks of whoever comes, and what it does. A page that asks nobody says why."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from infra.db.engine import transaction
from infra.papers.links import TOKEN
from infra.web import answering
from infra.web.guards import Guards
from infra.web.guests import Guest, guest_of
from infra.web.pages import asset, page, sorry
from infra.wiring import House
from streams.office import CannotNow

LONGEST_FORM = 16_384  # bytes
GuestPage = Callable[[House, Request, Guest], Awaitable[Response]]
OpenPage = Callable[[House, Request], Awaitable[Response]]

log = logging.getLogger(__name__)


def site(house: House) -> Starlette:
    """The whole site over this house; QUORATE_WEB_URL must be set."""
    return Starlette(
        routes=routes(house),
        middleware=[Middleware(Guards, base=house.settings.web_url)],
        exception_handlers={HTTPException: _refused},
    )


def routes(house: House) -> list[Route]:
    guests = [
        Route(path, _safely(house, _asks(do)), methods=[method], max_body_size=LONGEST_FORM)
        for method, path, do in GUESTS
    ]
    return guests + [Route(path, _safely(house, do)) for path, (do, _) in OPEN.items()]


def _asks(do: GuestPage) -> OpenPage:
    """The page for whoever holds the link alone."""

    async def asked(house: House, request: Request) -> Response:
        seal = request.cookies.get(cookie(house), "")
        guest = await guest_of(house, request.path_params["invitation"], seal)
        return await do(house, request, guest) if guest else nobody(request)

    return asked


def _safely(house: House, do: OpenPage) -> Callable[[Request], Awaitable[Response]]:
    """Whatever goes wrong is said in a sentence; words of a fault of ours may be personal, so that it is only named."""

    async def endpoint(request: Request) -> Response:
        try:
            return await do(house, request)
        except CannotNow as fault:
            log.warning("%s", fault)
            return sorry(request, 503, "later")
        except HTTPException:
            raise
        except Exception as fault:
            log.error("Quorate itself went wrong (%s)", type(fault).__name__)
            return sorry(request, 500, "ours")

    return endpoint


def cookie(house: House) -> str:
    """Browsers take a name that begins so by TLS alone."""
    return "__Secure-link" if _by_tls(house) else "link"


def _by_tls(house: House) -> bool:
    return house.settings.web_url.startswith("https:")


def nobody(request: Request) -> Response:
    """One page for every link that opens nothing, whatever the reason."""
    return page(request, "nobody", status=404)


async def _refused(request: Request, fault: Exception) -> Response:
    status = fault.status_code if isinstance(fault, HTTPException) else 500
    return nobody(request) if status == 404 else sorry(request, status, "form")


async def _enter(house: House, request: Request) -> Response:
    """From the link to an address without it. Programs that read mails ahead come here too, and change nothing."""
    token = TOKEN.fullmatch(request.path_params["token"])
    if token is None or await guest_of(house, token[1], token[2]) is None:
        return nobody(request)
    where = f"/answer/{token[1]}"
    response = RedirectResponse(where, 303)
    response.set_cookie(cookie(house), token[2], path=where, secure=_by_tls(house), httponly=True, samesite="lax")
    return response


async def _accessibility(house: House, request: Request) -> Response:
    return page(request, "accessibility")


async def _asset(house: House, request: Request) -> Response:
    return asset(request.path_params["digest"], request.path_params["name"])


async def _live(house: House, request: Request) -> Response:
    return PlainTextResponse("yes\n")


async def _ready(house: House, request: Request) -> Response:
    async with transaction(house.engine):
        return PlainTextResponse("yes\n")


# For whoever holds the link of an invitation, and nobody else.
GUESTS: list[tuple[str, str, GuestPage]] = [
    ("GET", "/answer/{invitation}", answering.show),
    ("POST", "/answer/{invitation}", answering.take),
    ("GET", "/answer/{invitation}/done", answering.done),
    ("GET", "/answer/{invitation}/{form}", answering.ask),
    ("POST", "/answer/{invitation}/{form}", answering.hear),
]
# What asks nobody who they are, each for a reason.
OPEN: dict[str, tuple[OpenPage, str]] = {
    "/a/{token}": (_enter, "it asks for the link itself, and leads on"),
    "/accessibility": (_accessibility, "the law asks that everybody may read it"),
    "/assets/{digest}/{name}": (_asset, "the design system's own files"),
    "/health/live": (_live, "whether the process stands"),
    "/health/ready": (_ready, "whether it reaches its database"),
}
