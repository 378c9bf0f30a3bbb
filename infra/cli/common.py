"""What every command shares: the house it works in, what it says and how, and how it fails in one sentence."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import msgspec
import typer
from msgspec.structs import replace
from typer.core import TyperGroup

from handlers.protocol import ProtocolFaults
from handlers.working_days import HolidaysUnknown
from infra import settings as environment
from infra.db.sealing import WrongKey
from infra.mail.mailbox import Mailbox
from infra.papers.words import one_line
from infra.settings import Settings, SettingsFault
from infra.wiring import House, house
from streams.office import CannotNow

T = TypeVar("T")
WRONG, CANNOT_NOW, OUR_FAULT = 2, 75, 70  # the last two as in sysexits.h
TELL_ALL = "QUORATE_TRACEBACK"

Json = Annotated[bool, typer.Option("--json", help="One JSON object to a line, with stable keys.")]
Area = Annotated[str | None, typer.Option(help="Default: every area; for a family, the only one that has it.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress on stderr.")]


class Fault(Exception):
    """The command cannot be done as asked: one sentence, with the mend."""

    def __init__(self, sentence: str, code: int = WRONG) -> None:
        super().__init__(sentence)
        self.code = code


class Commands(TyperGroup):
    """The commands, none of which ever ends in a traceback."""

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> NoReturn:
        try:
            if not __debug__:  # icalendar keeps lines out of our calendars by assert (itip.md, finding 5)
                raise Fault("Python was started with -O, under which our calendars are not safe: start it without")
            sys.exit(super().main(args, *rest, **(extra | {"standalone_mode": False})) or 0)
        except Exception as error:
            sentence, code = as_sentence(error)
            if code == OUR_FAULT and os.environ.get(TELL_ALL):
                raise
            typer.echo(one_line(sentence), err=True)
            sys.exit(code)


def as_sentence(error: Exception) -> tuple[str, int]:
    """One sentence and an exit code for whatever went wrong; an unforeseen error's own words may be personal."""
    match error:
        case Fault():
            return str(error), error.code
        case CannotNow():
            return f"{error}: mend that and try again; nothing is lost", CANNOT_NOW
        case SettingsFault() | WrongKey() | ProtocolFaults() | HolidaysUnknown():
            return str(error), WRONG
    wrong_use = getattr(error, "format_message", None)
    if wrong_use is not None:
        where = getattr(getattr(error, "ctx", None), "command_path", "quorate")
        return f"{wrong_use().rstrip('.')}: see {where} --help", WRONG
    return (
        f"Quorate itself went wrong ({type(error).__name__}): set {TELL_ALL}=1 to see where, and tell support",
        OUR_FAULT,
    )


@dataclass(frozen=True)
class Door:
    """What was said before the command's name."""

    home: Path | None


def settings_of(ctx: typer.Context, founding: bool = False, keyed: bool = True) -> Settings:
    """The settings; only a founding command may make a home where there is none. keyed: with the master key."""
    door: Door = ctx.obj
    home = door.home or Path(os.environ.get("QUORATE_HOME", ".quorate"))
    elsewhere = "QUORATE_DATABASE" in os.environ or "QUORATE_DATABASE_FILE" in os.environ
    if not founding and not elsewhere and not (home / "quorate.db").exists():
        raise Fault(
            f"there is nothing in {home} yet: fill it with quorate publish FILE, or name another place with --home"
        )
    return environment.read(home=door.home, keyed=keyed)


def rules_here(ctx: typer.Context) -> tuple[str, Path | None]:
    """The nation, and the local pack or packs over it; a home need not be there."""
    return environment.whose_rules(home=ctx.obj.home)


def worked(
    ctx: typer.Context,
    act: Callable[[House], Coroutine[Any, Any, T]],
    *,
    founding: bool = False,
    mails: bool = False,
    mailbox: Path | None = None,
) -> T:
    """Open the house, do this in it, and close it. mails: it may send, so that a mailbox must stand ready."""
    settings = settings_of(ctx, founding)
    with _posted(settings, mails, mailbox) as ready:
        return asyncio.run(_within(ready, act, deciding=founding or mails))


async def _within(settings: Settings, act: Callable[[House], Awaitable[T]], deciding: bool) -> T:
    async with house(settings, deciding) as opened:
        return await act(opened)


@contextmanager
def _posted(settings: Settings, mails: bool, folder: Path | None) -> Iterator[Settings]:
    """The settings, with a local mailbox in place of a relay where one was asked for or none is set."""
    if not mails or not (folder or own_mailbox(settings)):
        yield settings
        return
    with Mailbox.opened(folder or settings.home / "mail") as box:
        yield replace(settings, smtp_host="127.0.0.1", smtp_port=box.port, smtp_starttls=False, smtp_user=None)


def own_mailbox(settings: Settings) -> bool:
    """An embedded home without a mail relay keeps its mail in a folder of its own."""
    named = "QUORATE_SMTP_HOST" in os.environ or "QUORATE_SMTP_PORT" in os.environ
    return settings.embedded and not named


def say(sentence: str, indent: int = 0) -> None:
    typer.echo(" " * indent + one_line(sentence))


def aside(sentence: str) -> None:
    """Said to the person at the terminal, beside what the command gives."""
    typer.echo(one_line(sentence), err=True)


def as_json(thing: Any) -> None:
    """One object, one line."""
    typer.echo(msgspec.json.encode(thing).decode())


def counted(n: int, one: str, many: str = "") -> str:
    """`1 record`, `2 records`."""
    return f"{n} {one if n == 1 else many or one + 's'}"


def first_few(names: Sequence[str], at_most: int = 12) -> str:
    """`a, b, c and 4 more`; `none` for none."""
    more = f" and {len(names) - at_most} more" if len(names) > at_most else ""
    return ", ".join(names[:at_most]) + more if names else "none"
