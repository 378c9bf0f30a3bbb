"""Every template renders from the sample beside it, says nothing it should not, and is used."""

import ast
import json
from collections.abc import Iterator
from typing import Any

import pytest
from jinja2 import StrictUndefined, UndefinedError, meta, nodes

from infra.papers.render import TEMPLATES, environment, rendered
from tests.house.tree import ROOMS, parsed, python_files

SUFFIXES = (".txt.j2", ".html.j2")
# Web pages have an Environment and a test of their own: the design system's macros need lax undefineds.
TEMPLATE_NAMES = sorted(
    name for path in TEMPLATES.rglob("*.j2") if not (name := path.relative_to(TEMPLATES).as_posix()).startswith("web/")
)
# What a template may do: say, loop, choose, and stand on another template.
LOGIC = (
    nodes.Call,
    nodes.Filter,
    nodes.Assign,
    nodes.AssignBlock,
    nodes.Macro,
    nodes.Import,
    nodes.FromImport,
)


def bare(template: str) -> str:
    for suffix in SUFFIXES:
        template = template.removesuffix(suffix)
    return template


def sample(template: str) -> dict[str, Any]:
    path = TEMPLATES / f"{bare(template)}.sample.json"
    assert path.exists(), f"{template} has no sample beside it"
    variables: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return variables


def source(template: str) -> nodes.Template:
    return environment().parse((TEMPLATES / template).read_text("utf-8"))


def stands_on(template: str) -> Iterator[str]:
    for base in meta.find_referenced_templates(source(template)):
        assert base is not None, f"{template} chooses what to stand on"
        yield base


def said_in_python() -> set[str]:
    """Every string of every room, whole; f-strings count as the text before their first brace."""
    return {
        node.value
        for name in python_files(*ROOMS)
        for node in ast.walk(parsed(name))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def variables_of(value: Any) -> Iterator[tuple[dict[str, Any], str]]:
    """Each mapping within a sample, and each of its keys."""
    if isinstance(value, dict):
        yield from ((value, key) for key in list(value))
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from variables_of(inner)


def test_there_are_templates_and_every_one_is_of_a_kind_we_know() -> None:
    assert TEMPLATE_NAMES and all(name.endswith(SUFFIXES) for name in TEMPLATE_NAMES)
    assert environment().undefined is StrictUndefined


@pytest.mark.parametrize("template", TEMPLATE_NAMES)
def test_a_template_renders_from_its_sample(template: str) -> None:
    assert len(rendered(template, sample(template))) > 10


@pytest.mark.parametrize("template", TEMPLATE_NAMES)
def test_a_template_has_no_logic_beyond_loops_and_ifs(template: str) -> None:
    assert not [f"line {node.lineno}: {type(node).__name__}" for node in source(template).find_all(LOGIC)]


@pytest.mark.parametrize("template", [name for name in TEMPLATE_NAMES if name.endswith(".html.j2")])
def test_html_is_escaped_and_needs_nothing_from_outside(template: str) -> None:
    variables = sample(template)
    for mapping, key in variables_of(variables):
        if isinstance(mapping[key], str):
            mapping[key] = "<i>&"
    page = rendered(template, variables)
    assert "<i>" not in page and "&lt;i&gt;" in page
    assert not [word for word in ("<img", "<script", "http:", "https:", "url(", "@import", 'width="') if word in page]
    assert "<html" not in page or '<html lang="en-GB">' in page


@pytest.mark.parametrize("template", TEMPLATE_NAMES)
def test_a_template_is_used(template: str) -> None:
    used = said_in_python()
    others = [name for name in TEMPLATE_NAMES if name != template]
    assert bare(template) in used or template in used or template in {b for name in others for b in stands_on(name)}


def test_no_sample_outlives_its_template() -> None:
    kept = {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.sample.json")}
    assert {name for name in kept if not name.startswith("web/")} == {f"{bare(t)}.sample.json" for t in TEMPLATE_NAMES}


@pytest.mark.parametrize("name", sorted({bare(template) for template in TEMPLATE_NAMES}))
def test_a_sample_says_exactly_what_its_templates_ask_for(name: str) -> None:
    """Also in the branches that the sample does not take."""
    templates = {template for template in TEMPLATE_NAMES if bare(template) == name}
    templates |= {base for template in templates for base in stands_on(template)}
    asked = {word for template in templates for word in meta.find_undeclared_variables(source(template))}
    assert set(sample(name)) == asked


def test_the_checks_of_this_room_would_see_a_fault() -> None:
    with pytest.raises(UndefinedError):
        environment().from_string("{{ nobody_said_this }}").render()
    for clever in ("{{ name | upper }}", "{{ name.upper() }}", "{% set a = 1 %}"):
        assert list(environment().parse(clever).find_all(LOGIC)), clever
