"""Playing the invented quarter: a home of its own, its files published, time let run, every mail sent for real.

The engine is handed in, so that the same quarter runs in one process or through a broker. What was played once
is not played again: a second run finds everything settled, and sends nothing.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from handlers.working_days import end_of_day, in_words, local_day
from infra.db import played
from infra.db.engine import transaction
from infra.demo.summary import screen, summary
from infra.mail.mailbox import Mailbox
from infra.publishing import publish
from infra.settings import Settings
from infra.wiring import House, carrier, house
from streams.clock import play
from streams.office import Carrier

HERE = Path(__file__).parent
QUARTERS = (HERE / "quarter.jsonl", HERE / "lakeside.jsonl")  # an area each
OVERLAYS = HERE / "protocols"
MARKER = "demo"
Engine = Callable[[Settings], AbstractAsyncContextManager[tuple[House, Carrier]]]


class NotADemoHome(Exception):
    """The folder holds something else; the sentence names the mend."""


@asynccontextmanager
async def on_this_machine(settings: Settings) -> AsyncIterator[tuple[House, Carrier]]:
    """The local engine: one process, one file."""
    async with house(settings) as opened, carrier(opened, played=True) as carrying:
        yield opened, carrying


def set_up(home: Path) -> None:
    """Make the folder a demo home, or find that it is one. Raises NotADemoHome and leaves anything else alone."""
    marker = home / MARKER
    if marker.is_file():
        return
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise NotADemoHome(
            f"{home} holds something that is not the demo, which stays untouched: "
            "set QUORATE_HOME to a folder that does not exist yet"
        )
    home.mkdir(parents=True, exist_ok=True)
    shutil.copytree(OVERLAYS, home / "protocols")
    marker.write_text("An invented area lives here; nobody in it is real.\n", encoding="utf-8")


async def play_demo(settings: Settings, engine: Engine = on_this_machine, console: Console | None = None) -> None:
    """Publish the quarter, play it to the end of its last day, and say how it stands. Raises CannotNow."""
    console = console or screen()
    with Mailbox.opened(settings.home / "mail") as mailbox:
        ready = replace(settings, smtp_host="127.0.0.1", smtp_port=mailbox.port, smtp_starttls=False, smtp_user=None)
        async with engine(ready) as (opened, carrier):
            await _play(opened, carrier, console)
            await summary(opened, console, _command(opened.settings))
            console.print(f"  {mailbox.folder}/*.eml   every mail, as it was sent", soft_wrap=True)


def _command(settings: Settings) -> str | None:
    """How to call the program on this home; None where the database ends with the demo."""
    if not settings.embedded:
        return None
    elsewhere = "" if str(settings.home) == ".quorate" else f" --home {settings.home}"
    return f".venv/bin/quorate{elsewhere}"


async def _play(opened: House, carrier: Carrier, console: Console) -> None:
    instants: list[datetime] = []
    for quarter in QUARTERS:
        with quarter.open("rb") as file:
            published = await publish(opened, file)
        instants += filter(None, (published.first_at, published.last_at))
    async with transaction(opened.engine) as connection:
        start = await played.played_to(connection) or min(instants)
    until = max(start, end_of_day(local_day(max(instants))))
    if start == until:
        console.print("This quarter was played before, so nothing is sent again.")
    with _progress(console) as shown:
        bar = shown.add_task("", total=(until - start).days + 1)

        def told(now: datetime, carried: int) -> None:
            shown.update(bar, completed=(now - start).days, description=in_words(local_day(now)))

        reached = await play(opened.office, carrier, start, until, told)
        shown.update(bar, completed=(until - start).days + 1, description=in_words(local_day(until)))
    async with transaction(opened.engine) as connection:
        await played.keep(connection, reached)


def _progress(console: Console) -> Progress:
    """A bar that counts days; nothing at all where nobody watches."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("day {task.completed:.0f}"),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
