"""The web room: each page renders from the sample beside it, each address asks who comes, each file is as fetched."""

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any, cast

import pytest
from jinja2 import meta

from infra.papers.render import TEMPLATES
from infra.web.pages import FOLDER, assets, environment, rendered
from infra.web.site import GUESTS, OPEN, routes
from infra.web.vendor import PACKAGE, without_marks
from infra.wiring import House
from tests.house.test_templates import said_in_python, variables_of

NAMES = sorted(path.name.removesuffix(".html.j2") for path in (TEMPLATES / "web").glob("*.html.j2"))
STOOD_ON = {"layout", "about"}
PAGES = sorted(set(NAMES) - STOOD_ON)


def sample(name: str) -> dict[str, Any]:
    variables: dict[str, Any] = json.loads((TEMPLATES / f"web/{name}.sample.json").read_text("utf-8"))
    return variables


def with_all_it_stands_on(name: str) -> Iterator[str]:
    """The source of this template, and of those of ours that it names."""
    source = (TEMPLATES / f"web/{name}.html.j2").read_text("utf-8")
    yield source
    for other in meta.find_referenced_templates(environment().parse(source)):
        if other and other.startswith("web/"):
            yield from with_all_it_stands_on(other.removeprefix("web/").removesuffix(".html.j2"))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_renders_from_its_sample_which_says_exactly_what_it_asks_for(name: str) -> None:
    """Also in the branches that the sample does not take: an undefined word would be empty here, not an error."""
    asked = {word for source in with_all_it_stands_on(name) for word in _undeclared(source)}
    macros = {word for word in asked if word.startswith("govuk")}
    assert set(sample(name)) == asked - macros - set(environment().globals)
    page = rendered(name, sample(name))
    assert page.count("<h1") == 1 and '<html lang="en-GB"' in page and "<main" in page


def _undeclared(source: str) -> set[str]:
    return meta.find_undeclared_variables(environment().parse(source))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_escaped_and_keeps_to_its_own_rules(name: str) -> None:
    """No style or handler that the content security policy would drop, nothing from outside, no mark of the crown's."""
    variables = sample(name)
    for mapping, key in variables_of(variables):
        if isinstance(mapping[key], str) and key not in ("why", "nonce"):
            mapping[key] = "<i>&"
    page = rendered(name, variables)
    assert "<i>" not in page
    assert not re.findall(r'\sstyle=|\son\w+="|https?:|crown|crest|GOV\.UK', page, re.IGNORECASE)
    scripts = re.findall(r"<script[^>]*>", page)
    assert scripts and all(f'nonce="{variables["nonce"]}"' in script for script in scripts)


def test_every_page_is_used_and_no_sample_outlives_it() -> None:
    assert set(PAGES) <= said_in_python()
    kept = {path.name.removesuffix(".sample.json") for path in (TEMPLATES / "web").glob("*.sample.json")}
    assert kept == set(PAGES)


def test_every_address_asks_who_comes_or_says_why_not() -> None:
    """What is asked of whoever comes is asked for every page alike, where the routes are made."""
    guests = {path for _, path, _ in GUESTS}
    made = {route.path for route in routes(cast(House, None))}
    assert made == guests | set(OPEN) and not guests & set(OPEN)
    assert all("{invitation}" in path for path in guests) and all(reason for _, reason in OPEN.values())


def test_the_design_systems_files_are_as_they_were_fetched() -> None:
    manifest = json.loads((FOLDER / "manifest.json").read_text("utf-8"))
    assert manifest["package"] == PACKAGE
    for name, digest in manifest["sha256"].items():
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == digest, "run python -m infra.web.vendor"
    assert set(assets()) == {*manifest["sha256"], "quorate.css"}
    assert "MIT License" in (FOLDER / "govuk-frontend.LICENCE.txt").read_text("utf-8")


def test_no_mark_of_the_governments_is_among_them() -> None:
    for name, (_, body) in assets().items():
        text = body.decode()
        assert not re.search(r"GDS Transport|@font-face|crest|url\(|sourceMappingURL", text), name
        assert text.count("{") == text.count("}")
    marked = "@font-face{font-family:x;src:url(/a)}.a{b:url(/c/govuk-crest.svg)}p{font-family:GDS Transport,arial,sans}"
    assert without_marks(marked + "/*# sourceMappingURL=x */") == "p{font-family:arial,helvetica,sans}\n"
