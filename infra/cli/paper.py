"""What is printed: tables, headings and progress, plain where nobody watches, and never a control character."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from infra.cli.common import as_json
from infra.papers.words import one_line

UNWATCHED_WIDTH = 200


def console(unwatched: int = UNWATCHED_WIDTH) -> Console:
    """Standard output; as wide as the terminal, and this wide where it goes to a file or another program."""
    return Console(width=None if sys.stdout.isatty() else unwatched, highlight=False, soft_wrap=False)


def cell(value: Any, style: str = "") -> Text:
    """One line of plain text; square brackets are only brackets."""
    text = "" if value is None else "yes" if value is True else "" if value is False else str(value)
    return Text(one_line(text), style=style)


def listed(
    rows: Iterable[Mapping[str, Any]],
    columns: Mapping[str, str],
    json: bool,
    nothing: str,
    caption: str = "",
    width: int = UNWATCHED_WIDTH,
    widths: Mapping[str, int] = MappingProxyType({}),
) -> None:
    """Rows as a table with these columns (key → heading), or each as JSON whole.

    width: where nobody watches; widths: of those columns that do not share what room there is.
    """
    kept = list(rows)
    if json:
        for row in kept:
            as_json({k: v for k, v in row.items() if not k.startswith("_")})
        return
    out = console(width)
    if not kept:
        out.print(Text(nothing))
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for key, heading in columns.items():
        table.add_column(heading, overflow="fold", width=widths.get(key))
    for row in kept:
        table.add_row(*(cell(row.get(f"_{key}", row.get(key))) for key in columns))
    out.print(table)
    if caption:
        out.print(Text(caption, style="dim"))


@contextmanager
def progress(quiet: bool) -> Iterator[Progress]:
    """Progress on stderr for whoever watches; none for a file, another program, or --quiet."""
    unwatched = quiet or not sys.stderr.isatty()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), disable=unwatched, transient=True) as shown:
        yield shown
