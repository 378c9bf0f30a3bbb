"""Pages as HTML: the templates of templates/web on those of the design system, and the files that they ask for."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import ChainableUndefined, ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from infra.papers.render import TEMPLATES

FOLDER = Path(__file__).parent / "assets"
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
NOTHING: Mapping[str, object] = {}
FOR_EVER = "public, max-age=31536000, immutable"


@cache
def environment() -> Environment:
    """The design system's macros ask for much that nobody says, so that what is missing is empty; all is escaped."""
    system = PackageLoader("govuk_frontend_jinja")
    made = Environment(
        loader=ChoiceLoader([FileSystemLoader(TEMPLATES), PrefixLoader({"govuk_frontend_jinja": system})]),
        undefined=ChainableUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals["asset"] = {name: f"/assets/{digest}/{name}" for name, (digest, _) in assets().items()}
    return made


@cache
def assets() -> dict[str, tuple[str, bytes]]:
    """Each file that a page may ask for, with the digest that stands in its address."""
    files = {path.name: path.read_bytes() for path in sorted(FOLDER.iterdir()) if path.suffix in TYPES}
    return {name: (hashlib.sha256(body).hexdigest()[:12], body) for name, body in files.items()}


def rendered(name: str, variables: Mapping[str, object]) -> str:
    """`templates/web/<name>.html.j2`, said with these words."""
    return environment().get_template(f"web/{name}.html.j2").render(variables)


def page(request: Request, name: str, variables: Mapping[str, object] = NOTHING, status: int = 200) -> Response:
    """A page; its one script is let through by the number that only this answer bears."""
    html = rendered(name, {"nonce": request.scope["nonce"], **variables})
    return HTMLResponse(html, status)


def sorry(request: Request, status: int, why: str) -> Response:
    """What could not be done, and that nothing came of it."""
    return page(request, "sorry", {"why": why}, status)


def asset(digest: str, name: str) -> Response:
    """A file of the design system; under another digest it is another file."""
    known, body = assets().get(name, ("", b""))
    if not body or known != digest:
        return Response(status_code=404)
    return Response(body, media_type=TYPES[Path(name).suffix], headers={"cache-control": FOR_EVER})
