"""Who may import what, and what may stand where."""

import ast
from fnmatch import fnmatchcase

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

from tests.house.tree import ROOMS, ROOT, dotted, imports, our_files, parsed, python_files

# Each library and the modules that may import it, with all that lies under them.
DOORS = {
    "sqlalchemy": ("infra.db", "infra.office*"),
    "aiosmtplib": ("infra.mail",),
    "icalendar": ("infra.papers", "infra.replies"),
    "kafka": ("infra.kafka",),
    "faust": ("streams", "infra.worker*"),
    "jinja2": ("infra.papers", "infra.web"),
    "starlette": ("infra.web",),
    "uvicorn": ("infra.web",),
    "aiohttp": ("infra.webhooks", "infra.watch"),
    "prometheus_client": ("infra.watch",),
}
IMPURE_BUILTINS = {"open", "print", "input", "eval", "exec", "compile", "breakpoint", "__import__"}
TOP_LEVEL = {"pyproject.toml", "README.md", "Makefile", "LICENSE", "templates", "tests", *ROOMS}


def test_every_import_contract_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports(no_cache=True) == EXIT_STATUS_SUCCESS, "run .venv/bin/lint-imports"


@pytest.mark.parametrize("library", DOORS)
def test_each_library_has_one_door(library: str) -> None:
    doors = [pattern for door in DOORS[library] for pattern in (door, f"{door}.*")]
    strays = {
        f"{name}:{line}"
        for name in python_files(*ROOMS)
        if not any(fnmatchcase(dotted(name), door) for door in doors)
        for _, target, line in imports(parsed(name))
        if target.partition(".")[0] == library
    }
    assert not strays, f"{library} may be imported in {DOORS[library]} alone: {sorted(strays)}"


def test_handlers_use_no_builtin_that_touches_the_world() -> None:
    uses = [
        f"{name}:{node.lineno} {node.id}"
        for name in python_files("handlers")
        for node in ast.walk(parsed(name))
        if isinstance(node, ast.Name) and node.id in IMPURE_BUILTINS
    ]
    assert not uses


def test_templates_hold_no_python() -> None:
    assert not python_files("templates")


def test_the_top_level_holds_only_its_rooms() -> None:
    tops = {name.partition("/")[0] for name in our_files(untracked=False)}
    strays = {top for top in tops if top not in TOP_LEVEL and not top.startswith(".")}
    assert not strays, f"a new thing finds a room inside: {sorted(strays)}"


@pytest.mark.parametrize("name", python_files(*ROOMS, "tests"))
def test_every_module_says_what_its_room_is_for(name: str) -> None:
    tree = parsed(name)
    assert ast.get_docstring(tree) or not tree.body, f"{name} opens without a docstring"
