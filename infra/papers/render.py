"""The templates, opened: the only room that knows jinja2. A word that a template lacks is an error."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from msgspec import Struct

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
SUBJECT = "Subject: "


class Letter(Struct, frozen=True):
    """One mail's words, said twice: for any reader of text, and for one that shows HTML."""

    subject: str
    text: str
    html: str


@cache
def environment() -> Environment:
    """HTML is escaped, text is not; both lose the blank lines that loops and ifs leave behind."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # else the disk is asked at each rendering whether a template has changed
    )


def rendered(template: str, variables: Mapping[str, object]) -> str:
    """One template by its full name, such as `minutes/paper.html.j2`."""
    return environment().get_template(template).render(variables).strip() + "\n"


def headed(name: str, variables: Mapping[str, object]) -> tuple[str, str]:
    """Subject and text of `name`.txt.j2, whose first line is `Subject: …` and whose second is empty."""
    first, _, text = rendered(f"{name}.txt.j2", variables).partition("\n\n")
    if not first.startswith(SUBJECT) or "\n" in first:
        raise ValueError(f"{name}.txt.j2 must open with one line 'Subject: …' and an empty one")
    return first.removeprefix(SUBJECT), text


def letter(name: str, variables: Mapping[str, object]) -> Letter:
    """`name`.txt.j2 and `name`.html.j2; the subject is the HTML's title too."""
    subject, text = headed(name, variables)
    return Letter(subject, text, rendered(f"{name}.html.j2", {**variables, "title": subject}))
