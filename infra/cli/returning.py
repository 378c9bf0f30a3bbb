"""What came back by mail, at the command line: reading it in, and what waits there for a person."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import msgspec
import typer

from handlers import events as e
from handlers.events import Body
from handlers.working_days import LONDON
from infra.cli.acting import By, known_to
from infra.cli.common import Fault, Json, as_json, first_few, say, settings_of, worked
from infra.cli.moments import iso, words
from infra.cli.paper import listed
from infra.cli.stores import Folder, directory_of, has_begun, must_know, present
from infra.cli.telling import Told, carried, tell
from infra.db import replies
from infra.db.engine import transaction
from infra.db.sealing import REPLIES
from infra.db.tables import unstamp
from infra.papers.words import paragraphs
from infra.replies import listening, polling
from infra.replies.files import mails_in
from infra.replies.matching import ANOTHER_SENDS, WHOSE_WORD, proposed_in
from infra.replies.taking import Came, read_safely, take_in
from infra.replies.verdicts import Opened
from infra.wiring import House
from streams.office import CannotNow
from streams.wire import stream_id

STATES = ("parked", "not_ours", "done", "taken", "aside")
COLUMNS = {
    "reply": "Mail",
    "at": "Came",
    "verdict": "Read as",
    "person": "From",
    "meeting": "About",
    "state": "State",
    "sentence": "What is to be done",
}
NOTHING = "Nothing waits for a person."
Id = Annotated[str, typer.Argument(metavar="ID", help="As quorate replies lists it, such as P-1a2b3c4d5e6f.")]


def parked(
    ctx: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Also what nobody need look at.")] = False,
    json: Json = False,
) -> None:
    """List what came back by mail and waits for a person, oldest first."""
    if ctx.invoked_subcommand is not None:
        return

    async def act(house: House) -> list[dict[str, Any]]:
        async with transaction(house.engine) as connection:
            return [_row(r) for r in await replies.all_(connection, STATES if everything else STATES[:1])]

    listed(worked(ctx, act), COLUMNS, json, NOTHING)


def _row(r: Any) -> dict[str, Any]:
    at = unstamp(r.at)
    told = {"reply": r.id, "at": iso(at), "_at": words(at), "verdict": r.verdict, "state": r.state}
    return told | {"sentence": r.sentence, "stream": r.stream, "meeting": r.meeting, "person": r.person}


def read(
    ctx: typer.Context,
    source: Annotated[str, typer.Argument(help="A mail, a calendar, or a folder of them; - reads standard input.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what each is; keep and do nothing.")] = False,
    json: Json = False,
) -> None:
    """Take in mails that came back: answers are recorded, bounces too, and what is not certain waits for a person."""
    if dry_run:
        _read_dry(ctx, source, json)
        return
    settings_of(ctx, founding=True)

    async def act(house: House) -> None:
        for name, raw, alone in _mails(source):
            came = await take_in(house, raw, alone=alone)
            _say_came(name, came, json)
        await _let_in(house)

    worked(ctx, act, founding=True, mails=True)


def _read_dry(ctx: typer.Context, source: str, json: bool) -> None:
    """What each mail is; where there is a home, also what would become of it."""
    domain = settings_of(ctx, founding=True, keyed=False).domain
    try:
        settings_of(ctx, keyed=False)
    except Fault:
        for name, raw, _ in _mails(source):
            _say_read(name, read_safely(raw, domain=domain), None, json)
        return

    async def act(house: House) -> None:
        for name, raw, alone in _mails(source):
            came = await take_in(house, raw, alone=alone, dry=True)
            _say_read(name, read_safely(raw, domain=domain), came, json)

    worked(ctx, act)


async def _let_in(house: House) -> None:
    """Decide about it at once where nobody else does."""
    if house.settings.embedded and await has_begun(house):
        await carried(house, await present(house))


def _mails(source: str) -> Iterator[tuple[str, bytes, bool]]:
    """Each mail with a name for it, and whether it lay alone; a folder's files in the order of their names. Raises
    Fault after all that can be read."""
    if source == "-":
        yield from _of_one("-", sys.stdin.buffer)
        return
    path, unread = Path(source), list[str]()
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    for path_ in files:
        try:
            with path_.open("rb") as file:
                yield from _of_one(str(path_.relative_to(path)) if path.is_dir() else path_.name, file)
        except OSError as error:
            unread.append(f"{path_} cannot be read ({error.strerror})")
    if unread:
        raise Fault(f"{first_few(unread)}: name a mail, or a folder of mails")


def _of_one(name: str, file: BinaryIO) -> Iterator[tuple[str, bytes, bool]]:
    for number, (raw, alone) in enumerate(mails_in(file), 1):
        yield name if alone else f"{name} (mail {number})", raw, alone


def _say_read(name: str, found: Opened, came: Came | None, json: bool) -> None:
    verdict, kind, sender = (
        msgspec.to_builtins(found.verdict),
        type(found.verdict).__name__.lower(),
        found.envelope.sender,
    )
    if json:
        becomes = {} if came is None else {"would_be": msgspec.to_builtins(came)}
        as_json({"file": name, "verdict": kind, "sender": sender or None, "found": verdict} | becomes)
        return
    becomes_ = "" if came is None else f"; it would be {came.state}: {came.sentence}"
    say(f"{name}: {kind}{_in_short(verdict)}; from {sender or 'nobody named'}{becomes_}")


def _in_short(verdict: dict[str, Any]) -> str:
    answers = verdict.get("answers") or [verdict]
    told = [a.get(key) for a in answers[:3] for key in ("attendee", "partstat", "recipient", "action", "sentence")]
    kept = list(dict.fromkeys(str(t) for t in told if t))
    return f": {', '.join(kept)}" if kept else ""


def _say_came(name: str, came: Came, json: bool) -> None:
    if json:
        as_json({"file": name} | msgspec.to_builtins(came))
        return
    about = f" ({came.person}, {came.meeting})" if came.person else ""
    before = ", which came before" if came.again else ""
    say(f"{name}: {came.verdict}, {came.state} as {came.id}{before}: {came.sentence}{about}")


def show(ctx: typer.Context, id_: Id, json: Json = False) -> None:
    """One mail that came back: what it was read as, and what it says."""

    async def act(house: House) -> tuple[dict[str, Any], bytes, str]:
        row = await _found(house, id_)
        raw = replies.opened(row.box, house.keyring)
        remark = replies.opened(row.remark, house.keyring) if row.remark else ""
        return _row(row), raw.encode("latin-1", "replace"), remark

    told, raw, remark = worked(ctx, act)
    found = read_safely(raw, domain=settings_of(ctx).domain)
    if json:
        shown = {"envelope": msgspec.to_builtins(found.envelope), "found": msgspec.to_builtins(found.verdict)}
        shown["proposed"] = [
            {"at": iso(at), "command": _to_move(told, at)} for at in proposed_in(found, told["sentence"])
        ]
        as_json({k: v for k, v in told.items() if not k.startswith("_")} | {"remark": remark or None} | shown)
        return
    say(f"{id_} ({told['verdict']}, {told['state']}), came {told['_at']}: {told['sentence']}")
    if told["person"]:
        say(f"About {told['person']} and {told['meeting']} of {told['stream']}")
    if remark:
        say(f"Set aside: {remark}")
    say(f"From {found.envelope.sender or 'nobody named'}: {found.envelope.subject or 'no subject'}")
    for answer in getattr(found.verdict, "answers", ()):
        _say_answer(msgspec.to_builtins(answer))
    for at in proposed_in(found, told["sentence"]):
        say(f"They propose {words(at)} instead.")
        say(f"What moves it there: {_to_move(told, at) or 'nothing, since it names no meeting of ours'}")
    seems = getattr(found.verdict, "seems", "")
    if seems and told["state"] == "parked":
        say(f"What records it: quorate replies take {id_} {seems} --by YOU")
    for line in paragraphs(found.envelope.words):
        say(f"| {line}")


def _say_answer(answer: dict[str, Any]) -> None:
    told = [f"{key.replace('_', ' ')} {value}" for key, value in answer.items() if value]
    say(f"Its calendar says: {'; '.join(map(str, told))}")


def _to_move(told: dict[str, Any], at: datetime) -> str | None:
    """What moves the meeting that this mail is about to then, if it is known."""
    if not told["meeting"]:
        return None
    stream = stream_id(told["stream"])
    where = shlex.join([stream.id, told["meeting"], "--to", at.astimezone(LONDON).strftime("%Y-%m-%dT%H:%M")])
    return f"quorate move {where} --area {stream.area} --reason 'another time was proposed' --by YOU"


def take(
    ctx: typer.Context,
    id_: Id,
    reply: Annotated[e.Reply, typer.Argument(help="What they answered.")],
    by: By,
    family: Annotated[str | None, typer.Option(help="If the mail was not matched to one.")] = None,
    meeting: Annotated[str | None, typer.Option(help="Likewise.")] = None,
    person: Annotated[str | None, typer.Option(help="Likewise, or if another answered.")] = None,
    json: Json = False,
) -> None:
    """Record what a parked mail answers, under your name."""
    row = worked(ctx, lambda house: _found(house, id_, open_=True))
    stream = stream_id(row.stream) if row.stream else None
    family = family or (stream.id if stream else None)
    if row.person and not person and row.sentence in WHOSE_WORD:
        raise Fault(
            f"{id_}: {row.sentence}; once you know who answered, say it with --person, as --person {row.person}"
        )
    meeting, person = meeting or row.meeting, person or row.person
    if not (family and meeting and person):
        lacking = [f"--{n}" for n, x in (("family", family), ("meeting", meeting), ("person", person)) if not x]
        raise Fault(f"{id_} does not say whose answer to which meeting it is: add {', '.join(lacking)}")
    about, who = meeting, person

    def make(folder: Folder, now: datetime) -> Body:
        known_to(folder, about, who)
        return e.AnswerGiven(about, who, reply, by)

    def report(told: Told) -> list[str]:
        return [f"{told.after.name(who)}: {reply}, from {id_}."]

    tell(ctx, family, stream.area if stream else None, by, json, make, report)
    alias = row.sentence == ANOTHER_SENDS
    remembered = worked(ctx, lambda house: _close(house, id_, "taken", by, person=who if alias else ""))
    if remembered and not json:
        say(f"What comes from {remembered} to an invitation of {who} counts as theirs from now on.")


def aside(
    ctx: typer.Context,
    id_: Id,
    reason: Annotated[str, typer.Option(help="Why nothing need be done; it is sealed before it is kept.")],
    by: By,
    json: Json = False,
) -> None:
    """Set a parked mail aside, under your name and for a reason; it stays kept."""
    if not reason.strip():
        raise Fault("no reason is given, and somebody must answer for one: say it with --reason")

    async def act(house: House) -> None:
        row = await _found(house, id_, open_=True)
        if row.stream:
            directory = await directory_of(house, stream_id(row.stream).area)
            must_know(by, directory.workers, f"the directory knows nobody called {by}")
        await _close(house, id_, "aside", by, reason)

    worked(ctx, act)
    as_json({"reply": id_, "state": "aside"}) if json else say(f"{id_} is set aside.")


async def _close(house: House, id_: str, state: str, by: str, reason: str = "", person: str = "") -> str:
    """Done with it. person: whose alias its sender is; then that address, which is remembered."""
    async with transaction(house.engine) as connection:
        await house.keyring.have([REPLIES], connection)
        remark = replies.sealed(reason, house.keyring) if reason else None
        await replies.close(connection, id_, state, by, remark)
        row = await replies.one(connection, id_) if person else None
        raw = replies.opened(row.box, house.keyring).encode("latin-1", "replace") if row else b""
        address = read_safely(raw, domain=house.settings.domain).envelope.sender if row else ""
        if row and address:
            area = stream_id(row.stream).area
            await replies.remember(connection, area, person, address, by, house.keyring)
        return address


async def _found(house: House, id_: str, open_: bool = False) -> Any:
    """The row of this mail, and the key to it. Raises Fault, naming those that wait."""
    async with transaction(house.engine) as connection:
        row = await replies.one(connection, id_)
        there = first_few([r.id for r in await replies.all_(connection, STATES[:1])])
        await house.keyring.have([REPLIES], connection)
    if row is None:
        raise Fault(f"no mail is called {id_}: those that wait are {there}")
    if open_ and row.state in ("taken", "aside"):
        raise Fault(f"{id_} is {row.state} already: those that wait are {there}")
    return row


def listen(
    ctx: typer.Context,
    port: Annotated[int, typer.Option(help="Where our mail server hands mails on to.")] = 2525,
    host: Annotated[str, typer.Option(help="On which of this machine's addresses.")] = "127.0.0.1",
    lmtp: Annotated[bool, typer.Option("--lmtp", help="By LMTP instead of SMTP.")] = False,
) -> None:
    """Take in mails from our own mail server, until Ctrl-C; each is kept before the server is told so."""

    async def act(house: House) -> None:
        try:
            await listening.serve(house, host, port, lmtp, say)
        except OSError as error:
            raise Fault(f"{host}:{port} cannot be listened on ({error.strerror}): name another --port") from None

    worked(ctx, act, founding=True)


def poll(ctx: typer.Context, json: Json = False) -> None:
    """Take in the mails of the mailbox at QUORATE_IMAP_HOST; each is moved away only once it is kept."""
    imap = settings_of(ctx, founding=True).imap
    if imap is None:
        raise Fault("QUORATE_IMAP_HOST is not set: name the mail server, with QUORATE_IMAP_USER and _PASSWORD")

    async def act(house: House) -> None:
        left = await polling.poll(house, imap, lambda came: _say_came(imap.folder, came, json))
        await _let_in(house)
        if left:
            which = first_few([str(number) for number in left])
            raise CannotNow(f"some mails of {imap.folder} stay there, by the server's numbers {which}")

    worked(ctx, act, founding=True, mails=True)
